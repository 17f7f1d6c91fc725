/* A patient's coverages, read from Patient, Coverage and whom they name. */
#include "elig/who.h"

#include "ehr/fhir.h"

#include <stdlib.h>

struct look {
	struct record *r;
	struct party *party;
	struct arena mem;
	struct tape tape;
	struct str day;
	/* what is to be read after the chart's scan */
	int64_t *rid;
	size_t n, cap;
};

static struct str member(struct look *l, uint32_t node, const char *name)
{
	BUF_AUTO scratch = BUF_INIT;
	uint32_t at = tape_path(&l->tape, node, name);
	struct str v;

	if (at && tape_type(&l->tape, at) == TAPE_ARRAY)
		at = tape_first(&l->tape, at);
	v = at ? tape_text(&l->tape, at, &scratch) : STR_NONE;

	return v.s ? arena_str(&l->mem, v) : STR("");
}

static bool parse(struct look *l, struct str body)
{
	struct tape_error why;

	return body.s && tape_parse(&l->tape, body.s, body.n, &why) == 0;
}

/* The same of a node that may not be there. */
static struct str below(struct look *l, uint32_t node, const char *name)
{
	return node ? member(l, node, name) : STR("");
}

/* ---- people ---- */

/* What a number in identifier[] of that type, or (not NULL) of that
 * system, is. */
static struct str number(struct look *l, const char *type, const char *system)
{
	uint32_t all = tape_get(&l->tape, 0, "identifier");

	if (all && tape_type(&l->tape, all) == TAPE_ARRAY)
		tape_each(&l->tape, all, i)
			if (str_is(member(l, i, "type.coding.code"), type) ||
			    (system && str_is(member(l, i, "system"),
			    system)))
				return member(l, i, "value");
	return STR("");
}

/* Nine digits, or "". */
static struct str ssn(struct look *l)
{
	struct str v = number(l, "SS", "http://hl7.org/fhir/sid/us-ssn");
	BUF_AUTO b = BUF_INIT;

	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] >= '0' && v.s[i] <= '9')
			buf_addch(&b, v.s[i]);
		else if (v.s[i] != '-' && v.s[i] != ' ')
			return STR("");
	return b.len == 9 ? arena_str(&l->mem, buf_str(&b)) : STR("");
}

static void human(struct look *l, struct elig_human *h)
{
	uint32_t name = fhir_current_name(&l->tape,
	    tape_get(&l->tape, 0, "name"));
	uint32_t given = name ? tape_get(&l->tape, name, "given") : 0;
	struct str gender = member(l, 0, "gender");
	uint32_t second;

	h->last = below(l, name, "family");
	h->first = below(l, name, "given");
	second = given && tape_type(&l->tape, given) == TAPE_ARRAY &&
	    tape_first(&l->tape, given) ? tape_after(&l->tape, given,
	    tape_first(&l->tape, given)) : 0;
	h->middle = second ? arena_str(&l->mem, tape_str(&l->tape, second))
		: STR("");
	h->suffix = below(l, name, "suffix");
	h->birth = member(l, 0, "birthDate");
	h->gender = str_is(gender, "male") ? STR("M") :
	    str_is(gender, "female") ? STR("F") : STR("");
	h->ssn = ssn(l);
	h->street = member(l, 0, "address.line");
	h->city = member(l, 0, "address.city");
	h->state = member(l, 0, "address.state");
	h->zip = member(l, 0, "address.postalCode");
}

static int read_at(struct look *l, int64_t rid, struct resource *res,
    struct ehr_err *e)
{
	int rc = record_get(l->r, rid, RECORD_NOW, res, e);

	return rc <= 0 ? rc : parse(l, res->body);
}

/* ---- one Coverage ---- */

static int target(struct look *l, int source, struct str reference,
    int64_t *rid, struct ehr_err *e)
{
	enum link_state state;
	int rc = reference.n ? record_resolve(l->r, source, reference, rid,
	    &state, e) : 0;

	return rc < 0 ? rc : reference.n && state == LINK_RESOLVED && *rid;
}

/* Codes of relationship (HL7 subscriber-relationship) as INS02. */
static struct str relation(struct str code)
{
	if (code.n == 0 || str_is(code, "self"))
		return STR("");
	if (str_is(code, "spouse"))
		return STR("01");
	return str_is(code, "child") ? STR("19") : STR("34");
}

static struct str group_of(struct look *l)
{
	uint32_t all = tape_get(&l->tape, 0, "class");

	if (all && tape_type(&l->tape, all) == TAPE_ARRAY)
		tape_each(&l->tape, all, i)
			if (str_is(member(l, i, "type.coding.code"), "group"))
				return member(l, i, "value");
	return STR("");
}

static int subscriber(struct look *l, int source, struct str reference,
    struct elig_cover *c, struct ehr_err *e)
{
	struct resource res;
	int64_t rid = 0;
	int rc = target(l, source, reference, &rid, e);

	if (rc > 0)
		rc = read_at(l, rid, &res, e);
	if (rc > 0)
		human(l, &c->subscriber);
	return rc < 0 ? rc : 0;
}

static int cover(struct look *l, int64_t patient, struct elig_cover *c,
    struct ehr_err *e)
{
	struct str who, own;
	BUF_AUTO name = BUF_INIT;
	struct resource res;
	int64_t whose = 0;
	int source, rc = record_patient_of(l->r, c->rid, RECORD_NOW, &whose,
	    e);

	if (rc < 0 || whose != patient) /* else they are but the subscriber */
		return rc < 0 ? rc : 0;
	rc = read_at(l, c->rid, &res, e);
	if (rc <= 0 || !party_in_force(&l->tape, l->day))
		return rc < 0 ? rc : 0;
	source = res.source;
	who = member(l, 0, "subscriber.reference");
	c->relation = relation(member(l, 0, "relationship.coding.code"));
	c->member = member(l, 0, "subscriberId");
	c->group = group_of(l);
	own = number(l, "MB", NULL);
	if (own.n && (c->member.n == 0 || (c->relation.n &&
	    !str_eq(own, c->member)))) {
		c->member = own;
		c->relation = STR("");
	}
	rc = record_rid_name(l->r, c->rid, &name, e);
	if (rc >= 0)
		rc = party_payer(l->party, source, &l->tape,
		    party_said(l->party, buf_str(&name), l->day), &c->payer,
		    e);
	if (rc >= 0 && c->relation.n)
		rc = subscriber(l, source, who, c, e);
	return rc < 0 ? rc : 1;
}

/* ---- all of a patient ---- */

static int note(void *arg, const struct resource *res)
{
	struct look *l = arg;

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 8;
		l->rid = xrealloc(l->rid, l->cap * sizeof(*l->rid));
	}
	l->rid[l->n++] = res->rid;
	return 0;
}

int elig_covers(struct party *party, int64_t patient, struct str day,
    elig_cover_fn *fn, void *arg, struct ehr_err *e)
{
	struct look l = { .r = party->r, .party = party, .mem = ARENA_INIT,
		.tape = TAPE_INIT, .day = day };
	struct record_filter f = RECORD_FILTER;
	struct elig_human person = { 0 };
	struct resource res;
	int rc;

	record_types_add(&f.types, FHIR_Coverage);
	rc = record_chart(l.r, patient, &f, note, &l, e);
	if (rc == 0 && l.n)
		rc = read_at(&l, record_patient_rid(patient), &res, e);
	if (rc > 0)
		human(&l, &person);
	for (size_t i = 0; rc >= 0 && i < l.n; i++) {
		struct elig_cover c = { .rid = l.rid[i], .patient = person };

		rc = cover(&l, patient, &c, e);
		if (rc > 0)
			rc = fn(arg, &c, e);
	}
	tape_release(&l.tape);
	arena_release(&l.mem);
	free(l.rid);
	return rc < 0 ? rc : 0;
}
