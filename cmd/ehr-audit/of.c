/* of.c - the events of a patient: of every chart merged into theirs. */
#include <stdlib.h>

#include "audit-tool.h"

struct seqs {
	int64_t *v;
	size_t n, cap;
};

static void seqs_release(struct seqs *s)
{
	free(s->v);
}

static int take_seq(void *arg, const struct audit_row *row)
{
	struct seqs *s = arg;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->v = xrealloc(s->v, s->cap * sizeof(*s->v));
	}
	s->v[s->n++] = row->seq;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int gather(struct access *a, struct audit_filter f, int64_t patient,
    struct seqs *out, struct ehr_err *e)
{
	int64_t *seg = NULL;
	size_t n = 0;
	int rc = record_segments(a->r, patient, RECORD_NOW - 1, &seg, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		f.patient = seg[i];
		rc = audit_each(record_store(a->r), &f, take_seq, out, e);
	}
	free(seg);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_number);
	return rc;
}

int audit_tool_each_of(struct access *a, struct audit_filter f,
    int64_t patient, int (*fn)(void *arg, const struct audit_row *row),
    void *arg, struct ehr_err *e)
{
	EHR_CLEANUP(seqs_release) struct seqs s = { NULL, 0, 0 };
	int rc = gather(a, f, patient, &s, e);

	for (size_t i = 0; rc == 0 && i < s.n; i++)
		if (i == 0 || s.v[i] != s.v[i - 1])
			rc = audit_get(record_store(a->r), s.v[i], fn, arg, e);
	return rc;
}
