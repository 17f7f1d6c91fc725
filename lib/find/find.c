/* find.c - running it: the cheapest criteria narrow down by the index, then
 * the body of each Patient left is asked. */
#include <stdlib.h>

#include "impl.h"

enum { COST_HAS = 7 };

static int cost(const struct criterion *c)
{
	if (c->op == OP_NE || c->op == OP_NO)
		return 100;
	if (c->field == NULL)
		return COST_HAS;
	return c->field->cost + (c->field->ordered && c->op != OP_EQ ? 5 : 0);
}

static int by_cost(const void *a, const void *b)
{
	const struct criterion *const *x = a, *const *y = b;
	int d = cost(*x) - cost(*y);

	return d ? d : (*x > *y) - (*x < *y);
}

/* ---- narrowing ---- */

/* Patients to whom these Patient resources belong, in their place. */
static int owners(struct run *x, struct find_set *rids)
{
	size_t kept = 0;
	int rc = record_patients_of(x->r, rids->v, rids->n, rids->v, x->e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rids->n; i++)
		if (rids->v[i] > 0)
			rids->v[kept++] = rids->v[i];
	rids->n = kept;
	find_set_sort(rids);
	return 0;
}

/* 1: *cur narrowed to at least all of whom c holds; 0: it cannot. */
static int narrow(struct run *x, const struct criterion *c, bool all,
    struct find_set *cur)
{
	FIND_SET_AUTO found = FIND_SET_INIT;
	int rc;

	if (c->op == OP_NE || c->op == OP_NO)
		return 0;
	if (c->field && !all && cur->n <= FIND_FEW)
		return 0;
	if (c->field == NULL) {
		rc = find_has(x, c, all ? NULL : cur, &found);
		rc = rc < 0 ? rc : 1;
	} else {
		rc = c->field->narrow(x, c, &found);
		find_set_sort(&found);
		if (rc > 0 && owners(x, &found) < 0)
			rc = x->e->code;
	}
	if (rc <= 0)
		return rc;
	if (all) {
		find_set_release(cur);
		*cur = found;
		found = FIND_SET_INIT;
	} else {
		set_and(cur, &found);
	}
	return 1;
}

static int add_patient(void *arg, int64_t patient)
{
	find_set_add(arg, patient);
	return 0;
}

static int candidates(struct find *f, struct run *x,
    const struct find_set *within, struct find_set *cur)
{
	const struct criterion *order[MAX_FIND_TERMS] = { NULL };
	bool all = within == NULL;
	int rc = 0;

	for (size_t i = 0; within && i < within->n; i++)
		find_set_add(cur, within->v[i]);
	for (size_t i = 0; i < f->n; i++)
		order[i] = &f->c[i];
	qsort(order, f->n, sizeof(*order), by_cost);
	for (size_t i = 0; rc >= 0 && i < f->n; i++) {
		rc = narrow(x, order[i], all, cur);
		if (rc > 0)
			all = false;
	}
	if (rc >= 0 && all)
		rc = record_patients(x->r, add_patient, cur, x->e);
	return rc < 0 ? rc : 0;
}

static int without(struct find *f, struct run *x, struct find_set *cur)
{
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < f->n; i++) {
		FIND_SET_AUTO found = FIND_SET_INIT;

		if (f->c[i].op != OP_NO)
			continue;
		rc = find_has(x, &f->c[i], cur, &found);
		if (rc >= 0)
			set_minus(cur, &found);
	}
	return rc;
}

/* ---- asking the body ---- */

/* Reads the Patient of a segment into x->t: 1, 0 there is none, or negative;
 * *deleted: there is only its tombstone. */
static int load(struct run *x, int64_t segment, bool *deleted)
{
	struct tape_error why;
	struct resource res;
	int rc = record_get(x->r, record_patient_rid(segment), RECORD_NOW,
	    &res, x->e);

	*deleted = rc > 0 && res.state != RECORD_LIVE;
	if (rc <= 0 || *deleted || res.type != FHIR_Patient)
		return rc < 0 ? rc : 0;
	if (tape_parse(&x->t, res.body.s, res.body.n, &why) < 0)
		return ehr_fail(x->e, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	return 1;
}

/* Does one of the other Patients merged into this one meet c? */
static int merged_holds(struct run *x, const struct criterion *c,
    int64_t patient)
{
	int64_t *seg = NULL;
	size_t n = 0;
	bool deleted;
	int rc = record_segments(x->r, patient, RECORD_NOW - 1, &seg, &n,
	    x->e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (seg[i] == patient)
			continue;
		rc = load(x, seg[i], &deleted);
		if (rc > 0)
			rc = c->field->holds(x, c);
	}
	free(seg);
	return rc;
}

/* 1, 0 or negative; known: x->t holds the Patient's body. */
static int meets(struct run *x, const struct criterion *c, int64_t patient,
    bool known)
{
	bool deleted;
	int rc;

	if (c->field == NULL)
		return 1;
	rc = known && c->field->holds(x, c);
	if (rc == 0 && c->field->any) {
		rc = merged_holds(x, c, patient);
		if (rc >= 0 && known && load(x, patient, &deleted) < 0)
			return x->e->code;
	}
	if (rc >= 0 && c->op == OP_NE)
		rc = !rc;
	return rc;
}

/* A patient only referred to is found by what the chart has. */
static bool by_chart(const struct find *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->c[i].op == OP_HAS)
			return true;
	return false;
}

/* Do the criteria on the Patient hold? */
static int ask(struct find *f, struct run *x, int64_t patient)
{
	bool deleted;
	int known = load(x, patient, &deleted);
	int rc = known < 0 ? known : 1;

	if (deleted || (known == 0 && !x->bodiless))
		return 0;
	if (known > 0 && !x->opt->test && fhir_labelled(&x->t, 0, "HTEST"))
		return 0;
	for (size_t i = 0; rc > 0 && i < f->n; i++)
		rc = meets(x, &f->c[i], patient, known > 0);
	return rc;
}

static void run_release(struct run *x)
{
	tape_release(&x->t);
	buf_release(&x->a);
	buf_release(&x->b);
}
#define RUN_AUTO EHR_CLEANUP(run_release) struct run

int find_run(struct find *f, struct record *r, const struct find_opt *opt,
    const struct find_set *within, struct find_set *out, struct ehr_err *e)
{
	struct ehr_err own;
	RUN_AUTO x = { r, opt, within || by_chart(f), TAPE_INIT, BUF_INIT,
		BUF_INIT, e ? e : &own };
	size_t kept = 0;
	int rc = candidates(f, &x, within, out);

	if (rc == 0)
		rc = without(f, &x, out);
	for (size_t i = 0; rc >= 0 && i < out->n; i++) {
		rc = ask(f, &x, out->v[i]);
		if (rc > 0)
			out->v[kept++] = out->v[i];
	}
	out->n = kept;
	return rc < 0 ? rc : 0;
}
