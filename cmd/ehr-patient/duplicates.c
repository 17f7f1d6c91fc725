/* duplicates.c - ehr-patient duplicates: pairs that may be one person. */
#include <stdlib.h>

#include "patient.h"

static const struct print_col cols[] = {
	{ "id", 0 },
	{ "other", 0 },
	{ "score", PRINT_RIGHT },
	{ "reasons", PRINT_WIDE },
};

static int print_pair(struct printer *p, struct record *r,
    const struct identity_pair *x, struct ehr_err *e)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO why = BUF_INIT;
	int rc = record_patient_name(r, x->a, &a, e);

	if (rc >= 0)
		rc = record_patient_name(r, x->b, &b, e);
	if (rc < 0)
		return rc;
	identity_reasons(x->reasons, &why);
	print_text(p, buf_str(&a));
	print_text(p, buf_str(&b));
	print_int(p, x->score);
	print_text(p, buf_str(&why));
	return print_row(p, e);
}

static int print_pairs(struct cli *c, struct access *a,
    const struct identity_pair *pair, size_t n, struct ehr_err *e)
{
	struct printer *p;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		access_set_touch(a, pair[i].a);
		access_set_touch(a, pair[i].b);
		rc = print_pair(p, a->r, &pair[i], e);
	}
	return print_close(p, rc, e);
}

int duplicates_run(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct identity_pair *pair = NULL;
	size_t n;
	int rc = desk_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = access_set_begin(&a, AUDIT_LIST, "duplicates", NULL, 0,
		    e);
	if (rc < 0)
		return rc;
	rc = identity_duplicates(a.r, (int)opt_min, &pair, &n, e);
	if (rc == 0)
		rc = print_pairs(c, &a, pair, n, e);
	free(pair);
	return access_set_end(&a, rc, e);
}
