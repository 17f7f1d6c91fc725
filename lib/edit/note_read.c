/* note_read.c - what notes and their signatures say; lines that differ. */
#include <stdlib.h>

#include "edit/impl.h"
#include "ehr/edit-note.h"

bool edit_note_text(const struct tape *t, uint32_t root, struct buf *text)
{
	uint32_t list = tape_get(t, root, "content");
	BUF_AUTO scratch = BUF_INIT;

	if (list == 0)
		return false;
	tape_each(t, list, i) {
		uint32_t at = tape_get(t, i, "attachment");
		uint32_t data = at ? tape_get(t, at, "data") : 0;

		if (data == 0 || !str_starts(tape_member(t, at, "contentType",
		    &scratch), "text/"))
			continue;
		return base64_decode(text, tape_text(t, data, &scratch));
	}
	return false;
}

static int see_version(void *arg, const struct resource *res)
{
	int64_t *last = arg;

	if (res->version > *last)
		*last = res->version;
	return 0;
}

int edit_note_next_version(struct record *r, int64_t rid, int64_t *next,
    struct ehr_err *e)
{
	int rc;

	*next = 0;
	rc = record_history(r, rid, see_version, next, e);
	++*next;
	return rc;
}

bool edit_note_signature(const struct tape *t, struct str id,
    struct edit_note_signature *s, struct arena *mem)
{
	uint32_t agent = tape_path(t, 0, "agent.who");
	uint32_t role = tape_path(t, 0, "agent.type");
	uint32_t reason = tape_path(t, 0, "reason.text");
	BUF_AUTO text = BUF_INIT;

	*s = (struct edit_note_signature){ 0 };
	if (agent == 0 || !record_signature(t, id, &s->version, &text))
		return false;
	s->digest = arena_str(mem, buf_str(&text));
	s->who = arena_str(mem, tape_member(t, agent, "display", &text));
	s->when = arena_str(mem, tape_member(t, 0, "recorded", &text));
	if (reason)
		s->reason = arena_str(mem, tape_text(t, reason, &text));
	s->cosigned = role && fhir_has_code(t, role, NULL, "verifier");
	return true;
}

struct cosigned {
	const struct edit_entry *x;
	struct str id;
	struct tape t;
	struct arena mem;
};

static int see_cosignature(void *arg, const struct resource *res)
{
	struct cosigned *c = arg;
	struct edit_note_signature s;
	struct tape_error why;

	return tape_parse(&c->t, res->body.s, res->body.n, &why) == 0 &&
	    edit_note_signature(&c->t, c->id, &s, &c->mem) && s.cosigned &&
	    s.version == c->x->version && str_eq(s.who, c->x->who.env.user);
}

int edit_note_cosigned(struct record *r, const struct edit_entry *x,
    struct ehr_err *e)
{
	struct cosigned c = { x, edit_note_id(x), TAPE_INIT, ARENA_INIT };
	struct record_filter f = RECORD_FILTER;
	int64_t patient;
	int rc = record_patient_of(r, x->rid, RECORD_NOW, &patient, e);

	record_types_add(&f.types, FHIR_Provenance);
	if (rc == 0)
		rc = record_chart(r, patient, &f, see_cosignature, &c, e);
	tape_release(&c.t);
	arena_release(&c.mem);
	return rc;
}

bool edit_note_appends(const struct tape *t, struct buf *id)
{
	uint32_t list = tape_get(t, 0, "relatesTo");
	BUF_AUTO text = BUF_INIT;
	struct fhir_ref f;

	if (list == 0)
		return false;
	tape_each(t, list, i) {
		uint32_t target = tape_get(t, i, "target");

		if (target == 0 ||
		    !str_is(tape_member(t, i, "code", &text), "appends"))
			continue;
		fhir_ref_parse(tape_member(t, target, "reference", &text), &f);
		buf_addstr(id, f.id);
		return f.id.n > 0;
	}
	return false;
}

/* ---- lines that differ ---- */

enum { MAX_DIFF_LINES = 4000 }; /* more: all old, then all new */

struct lines {
	struct str *v;
	size_t n;
};

static struct lines cut(struct str text)
{
	struct lines l = { NULL, 0 };
	struct str line;
	size_t cap = 0;

	while (text.n && str_split(&text, '\n', &line)) {
		if (l.n == cap) {
			cap = cap ? cap * 2 : 64;
			l.v = xrealloc(l.v, cap * sizeof(*l.v));
		}
		l.v[l.n++] = line;
	}
	return l;
}

static void add_line(struct buf *out, const char *sign, struct str line)
{
	buf_adds(out, sign);
	buf_addstr(out, line);
	buf_addch(out, '\n');
}

/* Longest common subsequence: len[i][j] of what stands from a[i] and b[j]. */
static void walk(const struct lines *a, const struct lines *b, struct buf *out)
{
	size_t w = b->n + 1, i, j;
	uint16_t *len = xcalloc((a->n + 1) * w, sizeof(*len));

	for (i = a->n; i-- > 0;)
		for (j = b->n; j-- > 0;) {
			uint16_t down = len[(i + 1) * w + j];
			uint16_t right = len[i * w + j + 1];

			len[i * w + j] = str_eq(a->v[i], b->v[j]) ?
			    (uint16_t)(len[(i + 1) * w + j + 1] + 1) :
			    down > right ? down : right;
		}
	i = j = 0;
	while (i < a->n || j < b->n) {
		if (i < a->n && j < b->n && str_eq(a->v[i], b->v[j])) {
			add_line(out, "  ", a->v[i++]);
			j++;
		} else if (i < a->n && (j == b->n ||
		    len[(i + 1) * w + j] >= len[i * w + j + 1])) {
			add_line(out, "- ", a->v[i++]);
		} else {
			add_line(out, "+ ", b->v[j++]);
		}
	}
	free(len);
}

bool edit_note_diff(struct str a, struct str b, struct buf *out)
{
	struct lines x = cut(a), y = cut(b);

	if (x.n <= MAX_DIFF_LINES && y.n <= MAX_DIFF_LINES) {
		walk(&x, &y, out);
	} else {
		for (size_t i = 0; i < x.n; i++)
			add_line(out, "- ", x.v[i]);
		for (size_t i = 0; i < y.n; i++)
			add_line(out, "+ ", y.v[i]);
	}
	free(x.v);
	free(y.v);
	return !str_eq(a, b);
}
