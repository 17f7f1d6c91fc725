/* Inquiries and answers as resources (FHIR R4): CoverageEligibilityRequest and
 * CoverageEligibilityResponse. What has no place there stays in the rows. */
#include "elig/fhir.h"

#include "ehr/fhir.h"

#include <stdio.h>

#define HL7_CODES "http://terminology.hl7.org/CodeSystem/"
#define X12_CODES "https://codesystem.x12.org/005010/" /* and the element */
enum { ITEMS_MAX = 20000 };

/* ---- pieces ---- */

static void text(struct buf *b, const char *key, struct str v)
{
	if (v.n)
		json_text(b, key, v);
}

static void one_coding(struct buf *b, const char *system, struct str code)
{
	json_open(b, "coding", '[');
	json_open(b, NULL, '{');
	if (system)
		json_text(b, "system", str_of(system));
	json_text(b, "code", code);
	json_close(b, '}');
	json_close(b, ']');
}

/* system NULL: of none. code.n 0: the words alone. */
static void concept(struct buf *b, const char *key, const char *system,
    struct str code, struct str words)
{
	if (code.n == 0 && words.n == 0)
		return;
	json_open(b, key, '{');
	if (code.n)
		one_coding(b, system, code);
	text(b, "text", words);
	json_close(b, '}');
}

static void reference(struct buf *b, const char *key, struct str to)
{
	if (to.n == 0)
		return;
	json_open(b, key, '{');
	json_text(b, "reference", to);
	json_close(b, '}');
}

static void known_as(struct buf *b, const char *key, const char *system,
    struct str number, struct str name)
{
	json_open(b, key, '{');
	if (number.n) {
		json_open(b, "identifier", '{');
		if (system)
			json_text(b, "system", str_of(system));
		json_text(b, "value", number);
		json_close(b, '}');
	}
	text(b, "display", name);
	json_close(b, '}');
}

static void instant(struct buf *b, const char *key, int64_t ms)
{
	BUF_AUTO when = BUF_INIT;

	date_format_ms(&when, ms);
	json_text(b, key, buf_str(&when));
}

static void words(struct buf *b, const char *key, struct str v)
{
	json_open(b, key, '[');
	json_text(b, NULL, v);
	json_close(b, ']');
}

static void head(struct buf *b, const char *type, struct str id)
{
	json_open(b, NULL, '{');
	json_text(b, "resourceType", str_of(type));
	json_text(b, "id", id);
	json_text(b, "status", STR("active"));
	words(b, "purpose", STR("benefits"));
}

/* CPT has four digits and a digit or letter, other letters lead HCPCS II. */
static const char *system_of(struct str qualifier, struct str code)
{
	if (str_is(qualifier, "HC"))
		return code.n && code.s[0] >= '0' && code.s[0] <= '9' ?
		    "http://www.ama-assn.org/go/cpt" :
		    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
	if (str_is(qualifier, "AD"))
		return "http://www.ada.org/cdt";
	if (str_is(qualifier, "N4"))
		return "http://hl7.org/fhir/sid/ndc";
	return NULL;
}

/* "HC:99213:25:GT" */
static void procedure(struct buf *b, struct str v, char sep)
{
	struct str part[6] = { { 0 } };
	size_t n = 0;

	while (n < ARRAY_LEN(part) && v.n && str_split(&v, sep, &part[n]))
		n++;
	if (n < 2 || part[1].n == 0)
		return;
	concept(b, "productOrService", system_of(part[0], part[1]), part[1],
	    STR_NONE);
	if (n < 3 || part[2].n == 0)
		return;
	json_open(b, "modifier", '[');
	for (size_t i = 2; i < n; i++)
		concept(b, NULL, NULL, part[i], STR_NONE);
	json_close(b, ']');
}

/* ---- the inquiry ---- */

static void item_asked(struct buf *b, const struct elig_asking *o,
    struct str service)
{
	json_open(b, NULL, '{');
	if (!memchr(service.s, ':', service.n)) {
		concept(b, "category", X12_CODES "1365", service, STR_NONE);
	} else {
		procedure(b, service, ':');
		if (o->diagnoses)
			json_open(b, "diagnosis", '[');
		for (size_t i = 0; i < o->diagnoses; i++) {
			json_open(b, NULL, '{');
			concept(b, "diagnosisCodeableConcept",
			    "http://hl7.org/fhir/sid/icd-10-cm",
			    o->diagnosis[i], STR_NONE);
			json_close(b, '}');
		}
		if (o->diagnoses)
			json_close(b, ']');
	}
	json_close(b, '}');
}

void elig_request_body(const struct elig_about *x,
    const struct elig_asking *o, struct buf *b)
{
	head(b, "CoverageEligibilityRequest", x->trace);
	reference(b, "patient", x->patient);
	json_text(b, "servicedDate", o->day);
	instant(b, "created", x->at);
	known_as(b, "provider", "http://hl7.org/fhir/sid/us-npi", x->npi,
	    x->provider);
	known_as(b, "insurer", NULL, x->payer_id, x->payer);
	json_open(b, "insurance", '[');
	json_open(b, NULL, '{');
	json_raw(b, "focal", STR("true"));
	reference(b, "coverage", x->coverage);
	json_close(b, '}');
	json_close(b, ']');
	json_open(b, "item", '[');
	for (size_t i = 0; i < o->services; i++)
		item_asked(b, o, o->service[i]);
	json_close(b, ']');
	json_close(b, '}');
	json_done(b);
}

/* ---- benefits ---- */

/* What a code of an EB is called in FHIR; code NULL: words alone. */
struct named {
	const char *x12, *code;
};
static const struct named units[] = { { "IND", "individual" },
	{ "FAM", "family" }, { NULL, NULL } };
static const struct named terms[] = { { "23", "annual" }, { "22", "annual" },
	{ "7", "day" }, { "32", "lifetime" }, { NULL, NULL } };
static const struct named networks[] = { { "Y", "in" }, { "N", "out" },
	{ NULL, NULL } };
static const struct named kinds[] = { { "A", "copay-percent" },
	{ "B", "copay" }, { "C", "deductible" }, { "G", "copay-maximum" },
	{ NULL, NULL } };

/* Element at of an EB, by the table where that has it. */
static void coded(struct buf *b, const char *key, const char *system,
    const struct named *table, int at, struct str v)
{
	const char *said = elig_word(at, v);

	if (v.n == 0)
		return;
	while (table->x12 && !str_is(v, table->x12))
		table++;
	concept(b, key, system, str_of(table->code),
	    said ? str_of(said) : v);
}

static bool number(struct str v, struct buf *b)
{
	struct decimal d;

	if (!elig_decimal(v, &d))
		return false;
	decimal_format(b, &d);
	return true;
}

static bool whole(const struct buf *b)
{
	return b->len && b->len < 10 && strspn(b->s, "0123456789") == b->len;
}

static void money(struct buf *b, struct str v)
{
	BUF_AUTO n = BUF_INIT;

	if (!number(v, &n)) {
		json_text(b, "allowedString", v);
		return;
	}
	json_open(b, "allowedMoney", '{');
	json_raw(b, "value", buf_str(&n));
	json_text(b, "currency", STR("USD"));
	json_close(b, '}');
}

/* A part of one, in hundreds; over 1 as it was sent: it may be either. */
static void share(struct buf *b, struct str v)
{
	struct decimal d, p, hundred = { 100, 0 }, one = { 1, 0 };
	BUF_AUTO n = BUF_INIT;

	if (!elig_decimal(v, &d) || decimal_cmp(&d, &one) > 0 ||
	    !decimal_mul(&d, &hundred, &p)) {
		buf_addf(&n, "%.*s as sent", STR_FMT(v));
		json_text(b, "allowedString", buf_str(&n));
		return;
	}
	decimal_format(&n, &p);
	if (whole(&n)) {
		json_raw(b, "allowedUnsignedInt", buf_str(&n));
		return;
	}
	buf_adds(&n, " %");
	json_text(b, "allowedString", buf_str(&n));
}

static void count(struct buf *b, struct str v)
{
	BUF_AUTO n = BUF_INIT;

	if (number(v, &n) && whole(&n))
		json_raw(b, "allowedUnsignedInt", buf_str(&n));
	else
		json_text(b, "allowedString", v);
}

/* What is left (29, 33) is no benefit of that kind: it has words alone. */
static void kind(struct buf *b, const struct elig_eb *x, struct str quantity)
{
	const char *said = elig_word(1, x->v[1]);
	const char *of = quantity.n ? elig_word(9, quantity) : NULL;
	bool left = str_is(x->v[6], "29") || str_is(x->v[6], "33");
	const struct named *k = kinds;
	BUF_AUTO v = BUF_INIT;
	struct str code = STR_NONE;

	buf_adds(&v, said ? said : "benefit");
	if (left)
		buf_adds(&v, ", left");
	if (of)
		buf_addf(&v, ", %s", of);
	while (k->x12 && !str_is(x->v[1], k->x12))
		k++;
	if (!left)
		code = quantity.n && str_is(quantity, "VS") ? STR("visit") :
		    k->code ? str_of(k->code) : STR("benefit");
	concept(b, "type", HL7_CODES "benefit-type", code, buf_str(&v));
}

static void benefit(struct buf *b, const struct elig_eb *x, int at,
    struct str quantity)
{
	static void (*const values[])(struct buf *, struct str) = {
		[7] = money, [8] = share, [10] = count };

	if (x->v[at].n == 0)
		return;
	json_open(b, NULL, '{');
	kind(b, x, quantity);
	values[at](b, x->v[at]);
	json_close(b, '}');
}

static void benefits(struct buf *b, const struct elig_eb *x)
{
	if (x->v[7].n + x->v[8].n + x->v[10].n == 0)
		return;
	json_open(b, "benefit", '[');
	benefit(b, x, 7, STR_NONE);
	benefit(b, x, 8, STR_NONE);
	benefit(b, x, 10, x->v[9]);
	json_close(b, ']');
}

/* What it is, and the payer's notes to it. */
static void describe(struct buf *b, const struct elig_answer *a, size_t eb)
{
	const struct elig_eb *x = &a->eb[eb];
	const struct elig_part *p = NULL;
	const char *said = elig_word(1, x->v[1]);
	BUF_AUTO v = BUF_INIT;

	if (said)
		buf_adds(&v, said);
	else
		utf8_clean(&v, x->v[1], false);
	while ((p = elig_part(a, eb + 1, p, "MSG", NULL))) {
		buf_adds(&v, "; ");
		utf8_clean(&v, elig_el(a, p->raw, 1, 0), false);
	}
	text(b, "description", buf_str(&v));
}

static void flag(struct buf *b, const char *key, bool on)
{
	json_raw(b, key, on ? STR("true") : STR("false"));
}

/* service: one of EB03, or "". */
static void item(struct buf *b, const struct elig_answer *a, size_t eb,
    struct str service)
{
	const struct elig_eb *x = &a->eb[eb];
	const char *said = elig_word(3, service);
	struct str auth = x->v[11];

	json_open(b, NULL, '{');
	concept(b, "category", X12_CODES "1365", service,
	    said ? str_of(said) : STR_NONE);
	procedure(b, x->v[13], a->sep.component);
	if (str_is(x->v[1], "I") || str_is(x->v[1], "E"))
		flag(b, "excluded", true);
	if (x->v[5].n) {
		BUF_AUTO plan = BUF_INIT;

		utf8_clean(&plan, x->v[5], false);
		text(b, "name", buf_str(&plan));
	}
	describe(b, a, eb);
	coded(b, "network", HL7_CODES "benefit-network", networks, 12,
	    x->v[12]);
	coded(b, "unit", HL7_CODES "benefit-unit", units, 2, x->v[2]);
	coded(b, "term", HL7_CODES "benefit-term", terms, 6, x->v[6]);
	benefits(b, x);
	if (str_is(auth, "Y") || str_is(auth, "N"))
		flag(b, "authorizationRequired", str_is(auth, "Y"));
	json_close(b, '}');
}

static void items(struct buf *b, const struct elig_answer *a)
{
	char sep = a->sep.repeat ? a->sep.repeat : '\n';
	size_t n = 0;

	if (a->ebs == 0)
		return;
	json_open(b, "item", '[');
	for (size_t i = 0; i < a->ebs; i++) {
		struct str v = a->eb[i].v[3], one = STR("");

		do {
			if (v.n)
				str_split(&v, sep, &one);
			if (n++ < ITEMS_MAX)
				item(b, a, i, one);
		} while (v.n);
	}
	json_close(b, ']');
}

/* ---- the answer ---- */

/* From when to when the payer says that it holds: 291 of one day is mostly
 * what was asked for. */
static void period(struct buf *b, const struct elig_answer *a)
{
	static const char *const codes[] = { "307", "291", "346", "356", "347",
		"357" };
	BUF_AUTO start = BUF_INIT;
	BUF_AUTO end = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const struct elig_part *p = elig_part(a, 0, NULL, "DTP",
		    codes[i]);
		BUF_AUTO from = BUF_INIT;
		BUF_AUTO to = BUF_INIT;
		bool one = p && str_is(elig_el(a, p->raw, 2, 0), "D8");

		if (!p || !elig_period(a, p, &from, &to) || (one && i == 1))
			continue;
		if (start.len == 0 && i < 4)
			buf_addstr(&start, buf_str(&from));
		if (end.len == 0 && (!one || i >= 4))
			buf_addstr(&end, buf_str(&to));
	}
	if (start.len + end.len == 0)
		return;
	json_open(b, "benefitPeriod", '{');
	text(b, "start", buf_str(&start));
	text(b, "end", buf_str(&end));
	json_close(b, '}');
}

static void errors(struct buf *b, const struct elig_answer *a)
{
	if (a->aaas == 0)
		return;
	json_open(b, "error", '[');
	for (size_t i = 0; i < a->aaas; i++) {
		const struct elig_aaa *x = &a->aaa[i];
		bool of_271 = strcmp(a->kind, "271") == 0;
		const char *said = of_271 ? elig_reason_text(x->reason) : NULL;
		BUF_AUTO v = BUF_INIT;

		buf_addf(&v, "%s: %s", x->loop, said ? said :
		    of_271 ? "another reason" : "what was sent was refused");
		json_open(b, NULL, '{');
		concept(b, "code", X12_CODES "901", of_271 ? x->reason :
		    STR_NONE, buf_str(&v));
		json_close(b, '}');
	}
	json_close(b, ']');
}

static void insurance(struct buf *b, const struct elig_about *x,
    const struct elig_answer *a, enum elig_state state)
{
	json_open(b, "insurance", '[');
	json_open(b, NULL, '{');
	reference(b, "coverage", x->coverage);
	if (state == ELIG_ACTIVE || state == ELIG_INACTIVE)
		flag(b, "inforce", state == ELIG_ACTIVE);
	period(b, a);
	items(b, a);
	json_close(b, '}');
	json_close(b, ']');
}

void elig_response_body(const struct elig_about *x, struct str id,
    const struct elig_answer *a, enum elig_state state,
    enum elig_class class, struct str day, struct buf *b)
{
	BUF_AUTO request = BUF_INIT;
	BUF_AUTO what = BUF_INIT;

	buf_addf(&request, "CoverageEligibilityRequest/%.*s",
	    STR_FMT(x->trace));
	buf_addf(&what, "%s%s%s", elig_state_name(state),
	    class == ELIG_NO_CLASS ? "" : ": ", elig_class_name(class));
	head(b, "CoverageEligibilityResponse", id);
	reference(b, "patient", x->patient);
	text(b, "servicedDate", day);
	instant(b, "created", x->at);
	reference(b, "request", buf_str(&request));
	json_text(b, "outcome", state == ELIG_FAILED ? STR("error") :
	    a->aaas ? STR("partial") : STR("complete"));
	json_text(b, "disposition", buf_str(&what));
	known_as(b, "insurer", NULL, x->payer_id, x->payer);
	if (x->coverage.n)
		insurance(b, x, a, state);
	errors(b, a);
	json_close(b, '}');
	json_done(b);
}

/* ---- what it is about ---- */

/* "Type/ID" of what rid is, and its source: 1, or 0. */
static int named_as(struct record *r, int64_t rid, struct resource *res,
    int *source, struct arena *mem, struct str *name, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	int rc = rid ? record_get(r, rid, RECORD_NOW, res, e) : 0;

	if (rc <= 0 || res->body.s == NULL)
		return rc < 0 ? rc : 0;
	buf_addf(&b, "%s/%.*s", fhir_type_name(res->type), STR_FMT(res->id));
	*name = arena_str(mem, buf_str(&b));
	*source = res->source;
	return 1;
}

int elig_about(struct record *r, int64_t coverage, int64_t patient,
    struct arena *mem, struct elig_about *x, struct ehr_err *e)
{
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO scratch = BUF_INIT;
	struct resource res;
	uint32_t at;
	int rc = named_as(r, coverage, &res, &x->source, mem, &x->coverage, e);

	if (rc < 0)
		return rc;
	if (rc > 0 && tape_parse(&t, res.body.s, res.body.n, NULL) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "a damaged resource");
	at = rc > 0 ? tape_path(&t, 0, "beneficiary.reference") : 0;
	if (at) {
		x->patient = arena_str(mem, tape_text(&t, at, &scratch));
		return 1;
	}
	x->coverage = STR_NONE;
	return named_as(r, record_patient_rid(patient), &res, &x->source, mem,
	    &x->patient, e);
}

int elig_put(struct batch *b, const struct elig_about *x, struct str body,
    struct ehr_err *e)
{
	struct batch_put put = { .source = x->source };
	TAPE_AUTO t = TAPE_INIT;
	struct diag why = { 0 };
	int rc;

	if (tape_parse(&t, body.s, body.n, NULL) < 0)
		return ehr_fail(e, EHR_EREJECT,
		    "what was answered makes no resource");
	rc = batch_put(b, &t, 0, &put, &why, e);
	return rc == EHR_EREJECT ? ehr_fail(e, rc,
	    "what was answered makes no resource (%s)", diag_name(why.id)) :
	    rc;
}
