/* party_read.c - a patient and how they are covered, from Patient, Coverage and
 * whom these name. */
#include <stdlib.h>

#include "ehr/fhir.h"
#include "party.h"

/* A resource of the chart at work. */
struct page {
	struct tape t;
	int64_t rid;
	int type, source;
	struct str name;
};

/* Kept for the next patient: tapes are dear. */
struct party_chart {
	struct page *page;
	size_t n, cap;
	struct tape patient, subscriber; /* that of another chart */
	/* at work */
	struct party *p;
	struct arena *mem;
	int64_t patient_id;
	struct str day;
	struct party_who *who;
	struct ehr_err *e;
};

void party_chart_free(struct party_chart *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->cap; i++)
		tape_release(&c->page[i].t);
	free(c->page);
	tape_release(&c->patient);
	tape_release(&c->subscriber);
	free(c);
}

static int parse(struct tape *t, struct str body, struct ehr_err *e)
{
	return tape_parse(t, body.s, body.n, NULL) < 0 ?
	    ehr_fail(e, EHR_EINTEGRITY, "a damaged resource") : 0;
}

/* ---- the subscriber ---- */

/* Node of the contained resource "#id", or 0. */
static uint32_t contained(const struct tape *t, struct str ref)
{
	uint32_t all = tape_get(t, 0, "contained");
	BUF_AUTO scratch = BUF_INIT;

	if (all && tape_type(t, all) == TAPE_ARRAY)
		tape_each(t, all, i)
			if (str_eq(tape_member(t, i, "id", &scratch), ref))
				return i;
	return 0;
}

/* The person that a Coverage's reference names: of this chart or another one,
 * whose patient is *patient then. NULL: nobody, or not to be seen. */
static const struct tape *referred(struct party_chart *c, int source,
    struct str ref, int64_t *patient)
{
	struct record *r = c->p->r;
	enum link_state state = LINK_OTHER;
	struct resource res;
	int64_t rid = 0;

	if (record_resolve(r, source, ref, &rid, &state, NULL) < 0 ||
	    state != LINK_RESOLVED)
		return NULL;
	if (rid == record_patient_rid(c->patient_id))
		return &c->patient;
	for (size_t i = 0; i < c->n; i++)
		if (c->page[i].rid == rid)
			return &c->page[i].t;
	if (record_get(r, rid, RECORD_NOW, &res, NULL) <= 0 ||
	    parse(&c->subscriber, res.body, NULL) < 0)
		return NULL;
	if (record_patient_of(r, rid, RECORD_NOW, patient, NULL) < 0 ||
	    *patient == c->patient_id)
		*patient = 0;
	return &c->subscriber;
}

/* Who it is, with the relation that is said; without one the patient, unless
 * another is named. */
static void subscriber(struct party_chart *c, const struct page *g,
    struct party_cover *cover)
{
	struct str ref = party_text(c->mem, &g->t, 0, "subscriber.reference");
	const struct tape *who = NULL;
	uint32_t node = 0;

	if (ref.n && ref.s[0] == '#') {
		node = contained(&g->t, (struct str){ ref.s + 1, ref.n - 1 });
		who = node ? &g->t : NULL;
	} else if (ref.n) {
		who = referred(c, g->source, ref, &cover->other_patient);
	}
	if (cover->relationship.n == 0)
		cover->self = who == NULL || who == &c->patient;
	cover->known = cover->self || who;
	if (cover->self) {
		cover->subscriber = c->who->patient;
		cover->other_patient = 0;
	} else if (who) {
		party_person(c->mem, who, node, &cover->subscriber);
	}
}

/* ---- a Coverage ---- */

/* What the payer knows them by. Who has a number of their own is a subscriber
 * to the payer, whatever else they are. */
static void member(struct party_chart *c, const struct page *g,
    struct party_cover *cover)
{
	struct str own = party_number(c->mem, &g->t, "MB", NULL);

	cover->relationship = party_text(c->mem, &g->t, 0,
	    "relationship.coding.code");
	cover->self = str_is(cover->relationship, "self");
	cover->member = party_text(c->mem, &g->t, 0, "subscriberId");
	if (own.n && cover->relationship.n && !cover->self)
		cover->self = cover->member.n == 0 ||
		    !str_eq(own, cover->member);
	if (own.n && (cover->member.n == 0 || cover->self))
		cover->member = own;
	if (cover->member.n == 0)
		cover->member = party_text(c->mem, &g->t, 0,
		    "identifier.value");
}

/* Number of the group, or its name: Coverage.class of that type. */
static void group(struct party_chart *c, const struct page *g,
    struct party_cover *cover)
{
	uint32_t all = tape_get(&g->t, 0, "class"), type;
	int at = -1;

	cover->group_at = -1;
	if (all == 0 || tape_type(&g->t, all) != TAPE_ARRAY)
		return;
	tape_each(&g->t, all, i) {
		at++;
		type = tape_get(&g->t, i, "type");
		if (type == 0 || !fhir_has_code(&g->t, type, NULL, "group"))
			continue;
		cover->group_at = at;
		cover->group = party_text(c->mem, &g->t, i, "value");
		cover->group_name = party_text(c->mem, &g->t, i, "name");
		return;
	}
}

/* In whose chart it is, and whether it is in force: 1; 0: not to be used. */
static int counts(struct party *p, int64_t patient, struct str day,
    int64_t rid, const struct tape *t, struct ehr_err *e)
{
	int64_t whose = 0;
	int rc = record_patient_of(p->r, rid, RECORD_NOW, &whose, e);

	/* of another: they are but the subscriber */
	return rc < 0 ? rc : whose == patient && party_in_force(t, day);
}

static int cover(struct party_chart *c, const struct page *g)
{
	struct party_cover *to = &c->who->cover[c->who->n];
	int rc = counts(c->p, c->patient_id, c->day, g->rid, &g->t, c->e);

	if (rc <= 0)
		return rc;
	*to = (struct party_cover){ .rid = g->rid, .source = g->source,
		.name = g->name, .said = party_said(c->p, g->name, c->day) };
	to->rank = party_rank(&g->t, to->said);
	rc = party_payer(c->p, g->source, &g->t, to->said, &to->payer, c->e);
	if (rc < 0)
		return rc;
	member(c, g, to);
	subscriber(c, g, to);
	group(c, g, to);
	c->who->n++;
	return 0;
}

/* ---- all of a patient ---- */

static struct page *next_page(struct party_chart *c)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 8;
		c->page = xrealloc(c->page, c->cap * sizeof(*c->page));
		memset(c->page + c->n, 0,
		    (c->cap - c->n) * sizeof(*c->page));
	}
	return &c->page[c->n++];
}

static int take(void *arg, const struct resource *res)
{
	struct party_chart *c = arg;
	BUF_AUTO name = BUF_INIT;
	struct page *g;

	if (res->rid == record_patient_rid(c->patient_id)) {
		c->who->known = true;
		return parse(&c->patient, res->body, c->e);
	}
	if (res->type == FHIR_Patient)
		return 0; /* of a chart that was merged into this one */
	g = next_page(c);
	g->rid = res->rid;
	g->type = res->type;
	g->source = res->source;
	record_name(c->p->r, res, &name);
	g->name = arena_str(c->mem, buf_str(&name));
	return parse(&g->t, res->body, c->e);
}

int party_read(struct party *p, struct arena *mem, int64_t patient,
    struct str day, struct party_who *who, struct ehr_err *e)
{
	struct party_chart *c = p->chart;
	struct record_filter f = RECORD_FILTER;
	int rc;

	if (c == NULL)
		c = p->chart = xcalloc(1, sizeof(*c));
	*who = (struct party_who){ .known = false };
	c->p = p;
	c->mem = mem;
	c->patient_id = patient;
	c->day = day;
	c->who = who;
	c->e = e;
	c->n = 0;
	record_types_add(&f.types, FHIR_Patient);
	record_types_add(&f.types, FHIR_Coverage);
	record_types_add(&f.types, FHIR_RelatedPerson);
	rc = record_chart(p->r, patient, &f, take, c, e);
	if (rc < 0 || !who->known)
		return rc;
	party_person(mem, &c->patient, 0, &who->patient);
	who->cover = arena_alloc(mem, (c->n + 1) * sizeof(*who->cover));
	for (size_t i = 0; rc == 0 && i < c->n; i++)
		if (c->page[i].type == FHIR_Coverage)
			rc = cover(c, &c->page[i]);
	return rc;
}

/* ---- who pays first ---- */

struct first {
	struct party *p;
	int64_t patient;
	struct str day;
	const struct setup_item *payer;
	int rank;
	struct tape t;
	struct ehr_err *e;
};

static int see_coverage(void *arg, const struct resource *res)
{
	struct first *f = arg;
	const struct setup_item *said, *payer;
	BUF_AUTO name = BUF_INIT;
	int rc = parse(&f->t, res->body, f->e);
	int rank;

	if (rc == 0)
		rc = counts(f->p, f->patient, f->day, res->rid, &f->t, f->e);
	if (rc <= 0)
		return rc;
	record_name(f->p->r, res, &name);
	said = party_said(f->p, buf_str(&name), f->day);
	rank = party_rank(&f->t, said);
	rank = rank ? rank : 4;
	rc = party_payer(f->p, res->source, &f->t, said, &payer, f->e);
	if (rc > 0 && rank < f->rank) {
		f->payer = payer;
		f->rank = rank;
	}
	return rc < 0 ? rc : 0;
}

int party_first(struct party *p, int64_t patient, struct str day,
    const struct setup_item **payer, struct ehr_err *e)
{
	struct first f = { p, patient, day, NULL, 5, TAPE_INIT, e };
	struct record_filter filter = RECORD_FILTER;
	int rc;

	record_types_add(&filter.types, FHIR_Coverage);
	rc = record_chart(p->r, patient, &filter, see_coverage, &f, e);
	*payer = f.payer;
	tape_release(&f.t);
	return rc < 0 ? rc : f.payer != NULL;
}
