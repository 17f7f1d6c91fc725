/* who.c - the patient and how they are covered, as a claim says it, from
 * Patient, Coverage and RelatedPerson. */
#include <stdlib.h>

#include "ehr/fhir.h"
#include "impl.h"

struct chart {
	struct claim_who *who;
	struct record *r;
	struct party *party;
	struct str day;
	struct tape patient, subscriber; /* that of another chart */
	struct {
		struct tape t;
		int64_t rid;
		int type, source;
		struct str id, name; /* TYPE/ID with its source */
	} other[64];
	size_t n;
	struct ehr_err *e;
};

/* ---- a person ---- */

static struct str keep(struct chart *c, const struct tape *t, uint32_t node)
{
	BUF_AUTO scratch = BUF_INIT;

	return node ? arena_str(&c->who->mem, tape_text(t, node, &scratch)) :
	    STR_NONE;
}

static void put(struct chart *c, struct claim_bag *b, const char *name,
    const struct tape *t, uint32_t node)
{
	claim_bag_put(b, name, keep(c, t, node));
}

static uint32_t nth(const struct tape *t, uint32_t array, unsigned n)
{
	if (array == 0)
		return 0;
	tape_each(t, array, i)
		if (n-- == 0)
			return i;
	return 0;
}

static void put_address(struct chart *c, struct claim_bag *b,
    const struct tape *t, uint32_t a)
{
	if (a == 0)
		return;
	put(c, b, "street", t, nth(t, tape_get(t, a, "line"), 0));
	put(c, b, "street2", t, nth(t, tape_get(t, a, "line"), 1));
	put(c, b, "city", t, tape_get(t, a, "city"));
	put(c, b, "state", t, tape_get(t, a, "state"));
	put(c, b, "zip", t, tape_get(t, a, "postalCode"));
}

static void put_person(struct chart *c, struct claim_bag *b,
    const struct tape *t)
{
	uint32_t names = tape_get(t, 0, "name"), name = 0, given = 0;
	struct str sex = keep(c, t, tape_get(t, 0, "gender"));

	if (names)
		name = fhir_current_name(t, names);
	if (name)
		given = tape_get(t, name, "given");
	claim_bag_put(b, "entity", STR("1"));
	if (name)
		put(c, b, "last", t, tape_get(t, name, "family"));
	put(c, b, "first", t, nth(t, given, 0));
	put(c, b, "middle", t, nth(t, given, 1));
	if (name)
		put(c, b, "suffix", t, nth(t, tape_get(t, name, "suffix"),
		    0));
	put_address(c, b, t, nth(t, tape_get(t, 0, "address"), 0));
	put(c, b, "birth", t, tape_get(t, 0, "birthDate"));
	claim_bag_put(b, "sex", str_is(sex, "male") ? STR("M") :
	    str_is(sex, "female") ? STR("F") : STR("U"));
	put(c, b, "death", t, tape_get(t, 0, "deceasedDateTime"));
}

/* ---- coverages ---- */

/* SBR02 of 2320 and PAT01 (element 1069), by the codes of FHIR's
 * subscriber-relationship. */
static struct str relation_of(struct str code)
{
	static const struct {
		const char *code, *x12;
	} rows[] = { { "self", "18" }, { "spouse", "01" }, { "child", "19" },
		{ "parent", "G8" }, { "common", "53" }, { "other", "G8" },
		{ "injured", "G8" } };
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(code, rows[i].code))
			return str_of(rows[i].x12);
	return code.n ? STR("G8") : STR_NONE;
}

/* Group number, or name where there is none: Coverage.class of type group. */
static void put_group(struct chart *c, struct claim_bag *b,
    const struct tape *t)
{
	uint32_t classes = tape_get(t, 0, "class"), type, number;

	if (classes == 0)
		return;
	tape_each(t, classes, i) {
		type = tape_get(t, i, "type");
		if (type == 0 || !fhir_has_code(t, type, NULL, "group"))
			continue;
		number = tape_get(t, i, "value");
		if (number)
			put(c, b, "group", t, number);
		else
			put(c, b, "group_name", t, tape_get(t, i, "name"));
	}
}

/* The person that a Coverage's reference names: of this chart or another one,
 * whose patient is *patient then. NULL: nobody, or not to be seen. */
static const struct tape *referred(struct chart *c, int source,
    struct str ref, int64_t *patient)
{
	enum link_state state = LINK_OTHER;
	struct resource res;
	int64_t rid = 0;
	size_t i;

	if (record_resolve(c->r, source, ref, &rid, &state, NULL) < 0 ||
	    state != LINK_RESOLVED)
		return NULL;
	for (i = 0; i < c->n; i++)
		if (c->other[i].rid == rid)
			return &c->other[i].t;
	if (rid == record_patient_rid(c->who->patient_id))
		return &c->patient;
	tape_release(&c->subscriber);
	if (record_get(c->r, rid, RECORD_NOW, &res, NULL) <= 0 ||
	    tape_parse(&c->subscriber, res.body.s, res.body.n, NULL) < 0)
		return NULL;
	record_patient_of(c->r, rid, RECORD_NOW, patient, NULL);
	return &c->subscriber;
}

static void put_subscriber(struct chart *c, struct claim_cover *cover,
    const struct tape *t, int source)
{
	uint32_t sub = tape_get(t, 0, "subscriber");
	uint32_t rel = tape_get(t, 0, "relationship");
	uint32_t coding = rel ? fhir_coding(t, rel, NULL) : 0;
	struct str relation = relation_of(coding ?
	    keep(c, t, tape_get(t, coding, "code")) : STR_NONE);
	const struct tape *who = NULL;

	if (sub && (sub = tape_get(t, sub, "reference")))
		who = referred(c, source, keep(c, t, sub),
		    &cover->other_patient);
	cover->self = relation.n ? str_is(relation, "18") : who == NULL ||
	    who == &c->patient;
	if (cover->self)
		relation = STR("18");
	claim_bag_put(&cover->subscriber, "relation", relation);
	put_person(c, &cover->subscriber,
	    cover->self || who == NULL ? &c->patient : who);
	cover->known = cover->self || who;
	sub = tape_get(t, 0, "subscriberId");
	if (sub == 0 && (sub = nth(t, tape_get(t, 0, "identifier"), 0)))
		sub = tape_get(t, sub, "value");
	put(c, &cover->subscriber, "member", t, sub);
}

static int add_cover(struct chart *c, size_t i)
{
	static const char order[] = { 0, 'P', 'S', 'T' };
	const struct tape *t = &c->other[i].t;
	const struct setup_item *said = party_said(c->party, c->other[i].name,
	    c->day);
	struct claim_cover *cover;
	int rc;

	if (!party_in_force(t, c->day) || c->who->n == ARRAY_LEN(c->who->cover))
		return 0;
	cover = &c->who->cover[c->who->n];
	memset(cover, 0, sizeof(*cover));
	cover->rid = c->other[i].rid;
	rc = party_payer(c->party, c->other[i].source, t, said, &cover->payer,
	    c->e);
	if (rc <= 0)
		return rc;
	cover->rank = order[party_rank(t, said)];
	cover->msp = said ? setup_value(said, "msp") : STR_NONE;
	cover->filing = said ? setup_value(said, "filing") : STR_NONE;
	if (cover->filing.n == 0)
		cover->filing = setup_value(cover->payer, "filing");
	put_subscriber(c, cover, t, c->other[i].source);
	put_group(c, &cover->subscriber, t);
	c->who->n++;
	return 0;
}

/* Those without a rank get the first that is free, in their order. */
static void rank_all(struct claim_who *who)
{
	static const char order[] = "PST";
	size_t i, j, k;

	for (i = 0; i < who->n; i++)
		for (k = 0; who->cover[i].rank == 0 && k < 3; k++) {
			for (j = 0; j < who->n && who->cover[j].rank !=
			     order[k]; j++)
				;
			if (j == who->n)
				who->cover[i].rank = order[k];
		}
}

/* ---- reading ---- */

static int take(void *arg, const struct resource *res)
{
	struct chart *c = arg;
	BUF_AUTO name = BUF_INIT;
	struct tape *t = res->type == FHIR_Patient && !c->patient.node &&
	    res->rid == record_patient_rid(c->who->patient_id) ?
	    &c->patient : &c->other[c->n].t;

	if (c->n == ARRAY_LEN(c->other))
		return 0;
	if (tape_parse(t, res->body.s, res->body.n, NULL) < 0)
		return ehr_fail(c->e, EHR_EINTEGRITY, "a damaged resource");
	if (t == &c->patient)
		return 0;
	c->other[c->n].rid = res->rid;
	c->other[c->n].type = res->type;
	c->other[c->n].source = res->source;
	c->other[c->n].id = arena_str(&c->who->mem, res->id);
	record_name(c->r, res, &name);
	c->other[c->n++].name = arena_str(&c->who->mem, buf_str(&name));
	return 0;
}

int claim_who_read(struct claim_who *who, struct party *party,
    int64_t patient, struct str day, struct ehr_err *e)
{
	struct chart *c = xcalloc(1, sizeof(*c));
	struct record_filter f = RECORD_FILTER;
	size_t i;
	int rc;

	arena_reset(&who->mem);
	who->patient_id = patient;
	who->n = 0;
	who->patient.n = 0;
	who->day = arena_str(&who->mem, day);
	*c = (struct chart){ .who = who, .r = party->r, .party = party,
		.day = who->day, .e = e };
	record_types_add(&f.types, FHIR_Patient);
	record_types_add(&f.types, FHIR_Coverage);
	record_types_add(&f.types, FHIR_RelatedPerson);
	rc = record_chart(party->r, patient, &f, take, c, e);
	if (rc == 0 && c->patient.node) {
		put_person(c, &who->patient, &c->patient);
		for (i = 0; rc == 0 && i < c->n; i++)
			if (c->other[i].type == FHIR_Coverage)
				rc = add_cover(c, i);
		rank_all(who);
	}
	for (i = 0; i < c->n; i++)
		tape_release(&c->other[i].t);
	tape_release(&c->patient);
	tape_release(&c->subscriber);
	free(c);
	return rc;
}

const struct claim_cover *claim_who_of(const struct claim_who *who,
    char rank)
{
	size_t i;

	for (i = 0; i < who->n; i++)
		if (who->cover[i].rank == rank)
			return &who->cover[i];
	return NULL;
}
