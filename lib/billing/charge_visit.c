/* charge_visit.c - the charge of an Encounter. */
#include <stdio.h>
#include <stdlib.h>

#include "charge.h"
#include "ehr/fhir.h"

#define CPT   "http://www.ama-assn.org/go/cpt"
#define ICD10 "http://hl7.org/fhir/sid/icd-10-cm"
#define NPI   "http://hl7.org/fhir/sid/us-npi"
static const char *const hcpcs[] = { CPT,
	"https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
	"http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
	"https://bluebutton.cms.gov/resources/codesystem/hcpcs",
	"urn:oid:2.16.840.1.113883.6.285" };

enum { BY_TYPE, BY_PROCEDURE, BY_ITEM };

struct visit {
	struct record *r;
	const struct setup *setup;
	struct charge *c;
	int64_t rid, patient;
	int source;
	struct tape t;	  /* the Encounter */
	int want;	  /* where services come from */
	int line, dx;
	bool remote;
	struct buf day;
	struct ehr_err *e;
};

/* ---- codes ---- */

/* Appends a code of that system among the codings of a CodeableConcept. */
static bool code_of(const struct tape *t, uint32_t node, const char *system,
    struct buf *b)
{
	uint32_t coding = node ? fhir_coding(t, node, system) : 0;

	buf_reset(b);
	return coding && fhir_text(t, coding, "code", b) && b->len;
}

static bool service_code(const struct tape *t, uint32_t node, struct buf *b)
{
	for (size_t i = 0; i < ARRAY_LEN(hcpcs); i++)
		if (code_of(t, node, hcpcs[i], b) && b->len == 5)
			return true;
	return false;
}

static int set(struct visit *v, int n, const char *name, struct str value)
{
	return charge_set(v->c, n, str_of(name), value, v->e);
}

static int add_dx(struct visit *v, struct str code)
{
	BUF_AUTO plain = BUF_INIT;
	char name[16];

	for (size_t i = 0; i < code.n; i++)
		if (code.s[i] != '.')
			buf_addch(&plain, code.s[i]);
	for (int i = 1; i <= v->dx; i++)
		if (str_eq(charge_nth(v->c, 0, "dx", i), buf_str(&plain)))
			return 0;
	if (v->dx == 12)
		return 0;
	snprintf(name, sizeof(name), "dx%d", ++v->dx);
	return set(v, 0, name, code);
}

/* ---- resources that are named ---- */

/* The resource of a Reference, read into t: 1, 0 none. */
static int follow(struct visit *v, const struct tape *from, uint32_t ref,
    struct tape *t, int64_t *rid)
{
	BUF_AUTO b = BUF_INIT;
	struct str text = ref ? tape_member(from, ref, "reference", &b) :
	    STR_NONE;
	enum link_state state = LINK_OTHER;
	struct resource res;
	struct tape_error err;
	int rc;

	if (!text.n)
		return 0;
	rc = record_resolve(v->r, v->source, text, rid, &state, v->e);
	if (rc < 0 || state != LINK_RESOLVED)
		return rc < 0 ? rc : 0;
	rc = record_get(v->r, *rid, RECORD_NOW, &res, v->e);
	if (rc <= 0 || !res.body.s)
		return rc < 0 ? rc : 0;
	return tape_parse(t, res.body.s, res.body.n, &err) == 0;
}

/* Does a resource's element name this visit? */
static int names_visit(struct visit *v, const struct tape *t,
    const char *member)
{
	BUF_AUTO b = BUF_INIT;
	uint32_t ref = tape_get(t, 0, member);
	struct str text = ref ? tape_member(t, ref, "reference", &b) : STR_NONE;
	enum link_state state = LINK_OTHER;
	int64_t rid = 0;
	int rc;

	if (!text.n)
		return 0;
	rc = record_resolve(v->r, v->source, text, &rid, &state, v->e);
	return rc < 0 ? rc : state == LINK_RESOLVED && rid == v->rid;
}

/* ---- services ---- */

static int add_service(struct visit *v, const struct tape *t, uint32_t code)
{
	BUF_AUTO b = BUF_INIT;

	if (!service_code(t, code, &b))
		return 0;
	return set(v, ++v->line, "code", buf_str(&b));
}

static int add_item(struct visit *v, const struct tape *t)
{
	BUF_AUTO b = BUF_INIT;
	uint32_t q = tape_get(t, 0, "quantity");
	uint32_t price = tape_get(t, 0, "priceOverride");
	int before = v->line, rc;

	if (!str_is(tape_member(t, 0, "status", &b), "billable"))
		return 0;
	rc = add_service(v, t, tape_get(t, 0, "code"));
	if (rc < 0 || v->line == before)
		return rc;
	buf_reset(&b);
	if (q && fhir_text(t, q, "value", &b))
		rc = set(v, v->line, "units", buf_str(&b));
	buf_reset(&b);
	if (rc == 0 && price && fhir_text(t, price, "value", &b))
		rc = set(v, v->line, "amount", buf_str(&b));
	return rc;
}

static int add_procedure(struct visit *v, const struct tape *t)
{
	BUF_AUTO b = BUF_INIT;

	return str_is(tape_member(t, 0, "status", &b), "completed") ?
	    add_service(v, t, tape_get(t, 0, "code")) : 0;
}

static int add_condition(struct visit *v, const struct tape *t)
{
	enum fhir_state state = fhir_state(t, 0, FHIR_Condition);
	BUF_AUTO b = BUF_INIT;

	if (state == FHIR_REFUTED || state == FHIR_IN_ERROR)
		return 0;
	return code_of(t, tape_get(t, 0, "code"), ICD10, &b) ?
	    add_dx(v, buf_str(&b)) : 0;
}

static const struct source {
	int type;
	const char *member;
	int want; /* -1: diagnoses */
	int (*add)(struct visit *v, const struct tape *t);
} sources[] = {
	{ FHIR_ChargeItem, "context", BY_ITEM, add_item },
	{ FHIR_Procedure, "encounter", BY_PROCEDURE, add_procedure },
	{ FHIR_Condition, "encounter", -1, add_condition },
};

static int chart_one(void *arg, const struct resource *res)
{
	struct visit *v = arg;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error err;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(sources); i++) {
		const struct source *s = &sources[i];

		if (s->type != res->type || s->want != v->want ||
		    !res->body.s ||
		    tape_parse(&t, res->body.s, res->body.n, &err) < 0)
			continue;
		rc = names_visit(v, &t, s->member);
		rc = rc > 0 ? s->add(v, &t) : rc;
	}
	return rc;
}

static int from_chart(struct visit *v, int want)
{
	struct record_filter f = RECORD_FILTER;

	v->want = want;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (sources[i].want == want)
			record_types_add(&f.types, sources[i].type);
	return record_chart(v->r, v->patient, &f, chart_one, v, v->e);
}

/* The first source that has some. */
static int services(struct visit *v)
{
	uint32_t types = tape_get(&v->t, 0, "type");
	int rc = from_chart(v, BY_ITEM);

	if (rc == 0 && v->line == 0)
		rc = from_chart(v, BY_PROCEDURE);
	if (rc == 0 && v->line == 0 && types)
		tape_each(&v->t, types, i)
			rc = rc == 0 ? add_service(v, &v->t, i) : rc;
	return rc < 0 || v->line ? rc : ehr_fail(v->e, EHR_EREJECT,
	    "no service with a code of CPT or HCPCS");
}

/* ---- diagnoses ---- */

static int64_t rank_of(const struct tape *t, uint32_t diagnosis)
{
	BUF_AUTO b = BUF_INIT;
	int64_t n;

	return str_int(tape_member(t, diagnosis, "rank", &b), &n) ? n : 1000;
}

/* Those of one rank, in the order of the document. */
static int ranked(struct visit *v, uint32_t list, int64_t rank, int64_t *next)
{
	int rc = 0;

	*next = INT64_MAX;
	tape_each(&v->t, list, i) {
		TAPE_AUTO t = TAPE_INIT;
		int64_t rid, at = rank_of(&v->t, i);

		if (at > rank && at < *next)
			*next = at;
		if (at != rank || rc < 0)
			continue;
		rc = follow(v, &v->t, tape_get(&v->t, i, "condition"), &t,
		    &rid);
		rc = rc > 0 ? add_condition(v, &t) : rc;
	}
	return rc;
}

static int diagnoses(struct visit *v)
{
	uint32_t list = tape_get(&v->t, 0, "diagnosis");
	uint32_t reasons = tape_get(&v->t, 0, "reasonCode");
	BUF_AUTO b = BUF_INIT;
	int64_t rank = 0, next = 0;
	int rc = 0;

	for (; list && rc == 0 && next != INT64_MAX; rank = next)
		rc = ranked(v, list, rank, &next);
	if (reasons && rc == 0)
		tape_each(&v->t, reasons, i)
			if (rc == 0 && code_of(&v->t, i, ICD10, &b))
				rc = add_dx(v, buf_str(&b));
	return rc == 0 ? from_chart(v, -1) : rc;
}

/* ---- who, where, when ---- */

/* The key of the provider whose NPI a Practitioner has. */
static const struct setup_item *provider(struct visit *v, const struct tape *t)
{
	uint32_t ids = tape_get(t, 0, "identifier");
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO value = BUF_INIT;

	if (ids)
		tape_each(t, ids, i)
			if (str_is(tape_member(t, i, "system", &b), NPI))
				return setup_by_npi(v->setup, SETUP_PROVIDER,
				    tape_member(t, i, "value", &value));
	return NULL;
}

/* v3-ParticipationType: who refers is not who renders. */
static const char *role(const struct tape *t, uint32_t participant)
{
	uint32_t types = tape_get(t, participant, "type");

	return types && fhir_has_code(t, types, NULL, "REF") ? "referring" :
	    types && fhir_has_code(t, types, NULL, "SPRF") ? NULL :
	    "rendering";
}

static int participants(struct visit *v)
{
	uint32_t list = tape_get(&v->t, 0, "participant");
	int rc = 0;

	if (!list)
		return 0;
	tape_each(&v->t, list, i) {
		TAPE_AUTO t = TAPE_INIT;
		const struct setup_item *who;
		const char *as = role(&v->t, i);
		int64_t rid;

		if (rc < 0)
			break;
		rc = follow(v, &v->t, tape_get(&v->t, i, "individual"), &t,
		    &rid);
		who = rc > 0 ? provider(v, &t) : NULL;
		rc = rc < 0 ? rc : 0;
		if (who && as && !charge_field(v->c, 0, as).s)
			rc = set(v, 0, as, who->key);
	}
	return rc;
}

/* The set-up's facility that a Location of the visit is. */
static int place(struct visit *v)
{
	static const struct {
		const char *class, *place;
	} of[] = { { "AMB", "11" }, { "VR", "02" }, { "HH", "12" },
		{ "IMP", "21" }, { "EMER", "23" } };
	uint32_t class = tape_get(&v->t, 0, "class");
	uint32_t where = tape_path(&v->t, 0, "location.location");
	const struct setup_item *f = NULL;
	BUF_AUTO code = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str ref = where ? tape_member(&v->t, where, "reference", &b) :
	    STR_NONE;
	int rc = 0;

	if (class)
		fhir_text(&v->t, class, "code", &code);
	v->remote = str_is(buf_str(&code), "VR");
	while (ref.s && (f = setup_next(v->setup, SETUP_FACILITY, f)))
		for (size_t i = 0; setup_nth(f, "resource", i).s; i++)
			if (str_eq(setup_nth(f, "resource", i), ref)) {
				rc = set(v, 0, "facility", f->key);
				return rc < 0 || v->remote ? rc :
				    set(v, 0, "place", setup_value(f, "pos"));
			}
	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (str_is(buf_str(&code), of[i].class))
			return set(v, 0, "place", str_of(of[i].place));
	return 0;
}

static int when(struct visit *v)
{
	if (v->day.len == 0)
		return ehr_fail(v->e, EHR_EREJECT, "no day in its period");
	return set(v, 0, "date", buf_str(&v->day));
}

/* A visit by video has modifier 95 on each line. */
static int telehealth(struct visit *v)
{
	int rc = 0;

	for (int n = 1; rc == 0 && v->remote && n <= v->line; n++)
		rc = set(v, n, "mods", STR("95"));
	return rc;
}

static int take(struct visit *v)
{
	static int (*const parts[])(struct visit *v) = { when, place, services,
		telehealth, diagnoses, participants };
	BUF_AUTO b = BUF_INIT;
	int rc = 0;

	if (!str_is(tape_member(&v->t, 0, "status", &b), "finished"))
		return ehr_fail(v->e, EHR_EREJECT, "not finished");
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(parts); i++)
		rc = parts[i](v);
	return rc == 0 ? charge_finish(v->c, v->e) : rc;
}

int charge_from_encounter(struct record *r, const struct setup *setup,
    int64_t encounter, struct charge *c, struct ehr_err *e)
{
	struct visit v = { .r = r, .setup = setup, .c = c, .rid = encounter,
		.t = TAPE_INIT, .day = BUF_INIT, .e = e };
	struct resource res;
	struct tape_error err;
	BUF_AUTO key = BUF_INIT;
	int rc = record_get(r, encounter, RECORD_NOW, &res, e);

	if (rc < 0)
		return rc;
	if (rc == 0 || res.type != FHIR_Encounter || !res.body.s ||
	    tape_parse(&v.t, res.body.s, res.body.n, &err) < 0)
		return ehr_fail(e, EHR_ENOENT, "no Encounter");
	v.source = res.source;
	rc = charge_visit_day(r, &res, &v.t, &v.day, e);
	if (rc >= 0)
		rc = record_patient_of(r, encounter, RECORD_NOW, &v.patient,
		    e);
	if (rc >= 0)
		rc = record_rid_name(r, encounter, &key, e);
	rc = rc < 0 ? rc : take(&v);
	tape_release(&v.t);
	buf_release(&v.day);
	if (rc < 0)
		return rc;
	c->patient = v.patient;
	c->encounter = encounter;
	c->key = arena_str(&c->mem, buf_str(&key));
	return 0;
}
