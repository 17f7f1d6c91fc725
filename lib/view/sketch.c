/*
 * sketch.c - entries of a page without reading all of their resources.
 *
 * A page shows some 150 rows of a chart of 5,000 resources. Which ones is
 * decided by kind, status, code and date, of which the record keeps sketches;
 * of resources with the same members all but the date and what is filled in
 * later is the same, so it is taken once, by the functions that read whole
 * resources. Whatever is out of the ordinary is read as a whole.
 */
#include <stdlib.h>

#include "impl.h"

/* What the same members give: an entry without a date. */
struct given {
	enum { GIVEN_ENTRY, GIVEN_NOTHING, GIVEN_ALL_NEEDED } what;
	struct view_entry e;
};

/* What else the state or the name may come from is not among the members. */
static void give(struct take *k, const struct kind *kind, struct given *g)
{
	bool said;

	g->what = GIVEN_ALL_NEEDED;
	if (take_concept(k, tape_get(k->t, 0, kind->what)).n == 0)
		return;
	if (take_entry(k, kind, &g->e, &said) &&
	    g->e.state != FHIR_STATE_UNKNOWN) {
		g->what = GIVEN_ENTRY;
		g->e.sketch = true;
	} else if (g->e.state == FHIR_IN_ERROR) {
		g->what = GIVEN_NOTHING;
	}
}

static int given_by(struct view *v, const struct record_sketch *s,
    const struct given **given, struct ehr_err *e)
{
	struct resource res = { .type = s->type };
	struct take k = { v, &res, &v->t };
	struct tape_error why;
	BUF_AUTO text = BUF_INIT;
	struct given *g;
	int64_t *slot;
	bool added;
	int rc;

	slot = map64_put(&v->given, (uint64_t)s->same, &added);
	*given = (const struct given *)(intptr_t)*slot;
	if (!added)
		return 0;
	*given = g = arena_alloc(&v->mem, sizeof(*g));
	*slot = (int64_t)(intptr_t)g;
	rc = record_sketch_same(v->r, s->same, &text, e);
	g->what = GIVEN_ALL_NEEDED;
	if (rc > 0 && tape_parse(&v->t, text.s, text.len, &why) == 0)
		give(&k, kind_of(s->type), g);
	return rc < 0 ? rc : 0;
}

int take_sketch(void *arg, const struct record_sketch *s, struct ehr_err *e)
{
	struct view *v = arg;
	const struct given *g = NULL;
	struct view_entry x;
	struct resource res;
	int rc = 0;

	if (s->same && kind_of(s->type))
		rc = given_by(v, s, &g, e);
	if (rc < 0 || (g && g->what == GIVEN_NOTHING))
		return rc;
	if (!g || g->what == GIVEN_ALL_NEEDED) {
		rc = record_get(v->r, s->rid, RECORD_NOW, &res, e);
		return rc > 0 ? take_resource(v, &res) : rc;
	}
	x = g->e;
	x.rid = s->rid;
	take_time(v, &x.start, s->start);
	push(v, &x);
	return 0;
}

int fill_sketch(struct view *v, const struct view_entry **x,
    struct ehr_err *e)
{
	struct resource res;
	struct take k = { v, &res, &v->t };
	struct tape_error why;
	struct view_entry *whole;
	bool said;
	int rc;

	if (!(*x)->sketch)
		return 0;
	rc = record_get(v->r, (*x)->rid, RECORD_NOW, &res, e);
	if (rc < 0)
		return rc;
	whole = arena_alloc(&v->mem, sizeof(*whole));
	if (rc == 0 || res.state != RECORD_LIVE ||
	    tape_parse(&v->t, res.body.s, res.body.n, &why) < 0 ||
	    !take_entry(&k, kind_of(res.type), whole, &said))
		return ehr_fail(e, EHR_EINTEGRITY,
		    "a resource of the chart is not what it was (see "
		    "ehr-admin check)");
	whole->brief = (*x)->brief; /* what other rows left of it */
	wait_of(v, whole);
	*x = whole;
	return 0;
}
