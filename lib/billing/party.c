/* party.c - which payer a Coverage is of. */
#include <stdlib.h>

#include "ehr/fhir.h"
#include "party.h"

void party_release(struct party *p)
{
	party_chart_free(p->chart);
	free(p->said);
	strmap_release(&p->payer);
	tape_release(&p->org);
}

/* ---- what the set-up says of a Coverage ---- */

static int by_coverage(const void *a, const void *b)
{
	return str_cmp(setup_value(*(const struct setup_item *const *)a,
	    "coverage"), setup_value(*(const struct setup_item *const *)b,
	    "coverage"));
}

static void index_said(struct party *p)
{
	const struct setup_item *i = NULL;
	size_t n = 0;

	while ((i = setup_next(p->setup, SETUP_COVERAGE, i)))
		n++;
	p->said = xcalloc(n + 1, sizeof(const struct setup_item *));
	while ((i = setup_next(p->setup, SETUP_COVERAGE, i)))
		p->said[p->n_said++] = i;
	qsort(p->said, n, sizeof(const struct setup_item *), by_coverage);
}

const struct setup_item *party_said(struct party *p, struct str name,
    struct str day)
{
	size_t lo = 0, hi, mid;

	if (p->said == NULL)
		index_said(p);
	for (hi = p->n_said; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (str_cmp(setup_value(p->said[mid], "coverage"), name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < p->n_said && str_eq(setup_value(p->said[lo], "coverage"),
	     name); lo++)
		if (setup_holds(p->said[lo], day))
			return p->said[lo];
	return NULL;
}

/* ---- payers ---- */

static const struct setup_item *named(struct party *p, const struct tape *t,
    uint32_t node)
{
	BUF_AUTO scratch = BUF_INIT;
	struct str name = node ? tape_text(t, node, &scratch) : STR_NONE;

	return name.n ? setup_payer_named(p->setup, name) : NULL;
}

/* By the numbers that it has. */
static const struct setup_item *numbered(struct party *p,
    const struct tape *t, uint32_t all)
{
	const struct setup_item *payer = NULL;

	if (all && tape_type(t, all) == TAPE_ARRAY)
		tape_each(t, all, i)
			if (payer == NULL)
				payer = named(p, t, tape_get(t, i, "value"));
	return payer;
}

static int of_organization(struct party *p, int source, struct str reference,
    const struct setup_item **payer, struct ehr_err *e)
{
	struct tape_error why;
	struct resource res;
	enum link_state state;
	int64_t rid = 0;
	int rc = record_resolve(p->r, source, reference, &rid, &state, e);

	if (rc < 0 || state != LINK_RESOLVED)
		return rc;
	rc = record_get(p->r, rid, RECORD_NOW, &res, e);
	if (rc <= 0 || res.body.s == NULL)
		return rc;
	if (tape_parse(&p->org, res.body.s, res.body.n, &why) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "a damaged resource");
	*payer = named(p, &p->org, tape_get(&p->org, 0, "name"));
	if (*payer == NULL)
		*payer = numbered(p, &p->org,
		    tape_get(&p->org, 0, "identifier"));
	return 0;
}

int party_payer(struct party *p, int source, const struct tape *t,
    const struct setup_item *said, const struct setup_item **payer,
    struct ehr_err *e)
{
	uint32_t list = tape_get(t, 0, "payor"), payor = 0, ref;
	BUF_AUTO scratch = BUF_INIT;
	BUF_AUTO key = BUF_INIT;
	struct str text;
	int64_t *known;
	bool added;
	int rc = 0;

	*payer = said ? setup_ref(p->setup, said, "payer") : NULL;
	if (list && tape_type(t, list) == TAPE_ARRAY)
		payor = tape_first(t, list);
	if (*payer == NULL && payor)
		*payer = named(p, t, tape_get(t, payor, "display"));
	if (*payer == NULL && payor)
		*payer = named(p, t, tape_path(t, payor, "identifier.value"));
	ref = payor ? tape_get(t, payor, "reference") : 0;
	if (*payer || ref == 0)
		return *payer != NULL;
	text = tape_text(t, ref, &scratch);
	buf_addf(&key, "%d %.*s", source, STR_FMT(text));
	known = strmap_put(&p->payer, buf_str(&key), &added);
	if (added) {
		rc = of_organization(p, source, text, payer, e);
		*known = (int64_t)(intptr_t)*payer;
	}
	*payer = (const struct setup_item *)(intptr_t)*known;
	return rc < 0 ? rc : *payer != NULL;
}

/* ---- who pays first ---- */

bool party_in_force(const struct tape *t, struct str day)
{
	static const char *const ends[] = { "period.start", "period.end" };
	BUF_AUTO scratch = BUF_INIT;
	uint32_t status = tape_get(t, 0, "status"), node;
	struct str v = status ? tape_text(t, status, &scratch) : STR_NONE;
	int cmp;

	if (str_is(v, "cancelled") || str_is(v, "entered-in-error") ||
	    str_is(v, "draft"))
		return false;
	for (int i = 0; i < 2; i++) {
		node = tape_path(t, 0, ends[i]);
		v = node ? tape_text(t, node, &scratch) : STR_NONE;
		if (v.n > 10)
			v.n = 10;
		/* 2026 and 2026-05 hold all of their days. */
		cmp = v.n ? str_cmp((struct str){ day.s,
		    day.n < v.n ? day.n : v.n }, v) : 0;
		if (i == 0 ? cmp < 0 : cmp > 0)
			return false;
	}
	return true;
}

int party_rank(const struct tape *t, const struct setup_item *said)
{
	static const char order[] = "PST";
	struct str rank = said ? setup_value(said, "order") : STR_NONE;
	uint32_t node = tape_get(t, 0, "order");
	int64_t n = 0;

	if (rank.n)
		return (int)(strchr(order, rank.s[0]) - order) + 1;
	if (node == 0 || !str_int(tape_str(t, node), &n) || n < 1 || n > 3)
		return 0;
	return (int)n;
}
