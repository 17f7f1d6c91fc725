/* who.c - the patient and how they are covered, as a claim says it. */
#include "impl.h"

/* ---- a person ---- */

/* N404 is said of other countries alone. */
static struct str abroad(struct str country)
{
	return str_is(country, "US") || str_is(country, "USA") ||
	    str_is(country, "840") ? STR("") : country;
}

static void put_person(struct claim_bag *b, const struct party_person *p)
{
	claim_bag_put(b, "entity", STR("1"));
	claim_bag_put(b, "last", p->last);
	claim_bag_put(b, "first", p->first);
	claim_bag_put(b, "middle", p->middle);
	claim_bag_put(b, "suffix", p->suffix);
	claim_bag_put(b, "street", p->street);
	claim_bag_put(b, "street2", p->street2);
	claim_bag_put(b, "city", p->city);
	claim_bag_put(b, "state", p->state);
	claim_bag_put(b, "zip", p->zip);
	claim_bag_put(b, "country", abroad(p->country));
	claim_bag_put(b, "birth", p->birth);
	claim_bag_put(b, "sex", str_is(p->gender, "male") ? STR("M") :
	    str_is(p->gender, "female") ? STR("F") : STR("U"));
	claim_bag_put(b, "death", p->death);
}

/* ---- coverages ---- */

/* SBR02 of 2320 and PAT01 (element 1069), by the codes of FHIR's
 * subscriber-relationship. */
static struct str relation_of(const struct party_cover *c)
{
	static const struct {
		const char *code, *x12;
	} rows[] = { { "spouse", "01" }, { "child", "19" },
		{ "common", "53" } };
	size_t i;

	if (c->self)
		return STR("18");
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(c->relationship, rows[i].code))
			return str_of(rows[i].x12);
	return c->relationship.n ? STR("G8") : STR_NONE;
}

static void add_cover(struct claim_who *who, const struct party_who *read,
    const struct party_cover *from)
{
	static const char order[] = { 0, 'P', 'S', 'T' };
	struct claim_cover *to = &who->cover[who->n++];

	*to = (struct claim_cover){ .rid = from->rid,
		.rank = order[from->rank], .payer = from->payer,
		.self = from->self, .known = from->known,
		.other_patient = from->other_patient };
	to->msp = from->said ? setup_value(from->said, "msp") : STR_NONE;
	to->filing = from->said ? setup_value(from->said, "filing") :
	    STR_NONE;
	if (to->filing.n == 0)
		to->filing = setup_value(from->payer, "filing");
	claim_bag_put(&to->subscriber, "relation", relation_of(from));
	put_person(&to->subscriber, from->known ? &from->subscriber :
	    &read->patient);
	if (setup_yes(from->payer, "837-ssn"))
		claim_bag_put(&to->subscriber, "ssn", from->known ?
		    from->subscriber.ssn : STR_NONE);
	claim_bag_put(&to->subscriber, "member", from->member);
	claim_bag_put(&to->subscriber, "group", from->group);
	if (from->group.n == 0)
		claim_bag_put(&to->subscriber, "group_name",
		    from->group_name);
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

int claim_who_read(struct claim_who *who, struct party *party,
    int64_t patient, struct str day, struct ehr_err *e)
{
	struct party_who read;
	size_t i;
	int rc;

	arena_reset(&who->mem);
	who->patient_id = patient;
	who->n = 0;
	who->patient.n = 0;
	who->day = arena_str(&who->mem, day);
	rc = party_read(party, &who->mem, patient, who->day, &read, e);
	if (rc < 0 || !read.known)
		return rc;
	put_person(&who->patient, &read.patient);
	for (i = 0; i < read.n && who->n < ARRAY_LEN(who->cover); i++)
		if (read.cover[i].payer)
			add_cover(who, &read, &read.cover[i]);
	rank_all(who);
	return 0;
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
