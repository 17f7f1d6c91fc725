/* parts.c - members that ChargeItem, Claim and ExplanationOfBenefit share. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "impl.h"

#define NPI   "http://hl7.org/fhir/sid/us-npi"
#define CPT   "http://www.ama-assn.org/go/cpt"
#define HCPCS "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
#define POS                                                                   \
	"https://www.cms.gov/Medicare/Coding/place-of-service-codes/"         \
	"Place_of_Service_Code_Set"

void view_money(struct views *v, const char *key, int64_t cents)
{
	char text[32];
	int64_t size = cents < 0 ? -cents : cents;

	snprintf(text, sizeof(text), "%s%" PRId64 ".%02d",
	    cents < 0 ? "-" : "", size / 100, (int)(size % 100));
	json_open(&v->b, key, '{');
	json_raw(&v->b, "value", str_of(text));
	json_text(&v->b, "currency", STR("USD"));
	json_close(&v->b, '}');
}

void view_concept(struct views *v, const char *key, const char *system,
    struct str code)
{
	json_open(&v->b, key, '{');
	json_open(&v->b, "coding", '[');
	json_open(&v->b, NULL, '{');
	json_text(&v->b, "system", str_of(system));
	json_text(&v->b, "code", code);
	json_close(&v->b, '}');
	json_close(&v->b, ']');
	json_close(&v->b, '}');
}

/* A code of ICD-10-CM as its own system has it: a point behind the third. */
void view_dx(struct views *v, const char *key, struct str dx)
{
	BUF_AUTO code = BUF_INIT;

	buf_addstr(&code, (struct str){ dx.s, dx.n < 3 ? dx.n : 3 });
	if (dx.n > 3)
		buf_addf(&code, ".%.*s", (int)dx.n - 3, dx.s + 3);
	view_concept(v, key, "http://hl7.org/fhir/sid/icd-10-cm",
	    buf_str(&code));
}

void view_reference(struct views *v, const char *key, struct str reference)
{
	json_open(&v->b, key, '{');
	json_text(&v->b, "reference", reference);
	json_close(&v->b, '}');
}

struct str view_bare(struct str name)
{
	struct str rest = name, source;

	str_split(&rest, ':', &source);
	return rest.s && rest.s != name.s ? rest : name;
}

int view_rid(struct views *v, const char *key, int64_t rid, const char *text)
{
	BUF_AUTO name = BUF_INIT;
	int rc = record_rid_name(v->r, rid, &name, v->e);

	if (rc < 0)
		return rc;
	if (name.len) {
		view_reference(v, key, view_bare(buf_str(&name)));
		return 0;
	}
	json_open(&v->b, key, '{');
	json_text(&v->b, "display", str_of(text));
	json_close(&v->b, '}');
	return 0;
}

/* ---- who ---- */

static void put_name(struct views *v, const struct setup_item *who)
{
	BUF_AUTO name = BUF_INIT;

	if (who->kind == SETUP_PAYER)
		buf_addstr(&name, setup_value(who, "name"));
	else if (setup_value(who, "org").n)
		buf_addstr(&name, setup_value(who, "org"));
	else
		buf_addf(&name, "%.*s%s%.*s",
		    STR_FMT(setup_value(who, "first")),
		    setup_value(who, "first").n ? " " : "",
		    STR_FMT(setup_value(who, "last")));
	json_text(&v->b, "display", buf_str(&name));
}

void view_who(struct views *v, const char *key, const struct setup_item *who,
    struct str name)
{
	bool payer = who && who->kind == SETUP_PAYER;

	json_open(&v->b, key, '{');
	if (who) {
		json_open(&v->b, "identifier", '{');
		if (!payer)
			json_text(&v->b, "system", STR(NPI));
		json_text(&v->b, "value",
		    setup_value(who, payer ? "id" : "npi"));
		json_close(&v->b, '}');
		put_name(v, who);
	} else {
		json_text(&v->b, "display", name.n ? name : STR("unknown"));
	}
	json_close(&v->b, '}');
}

void view_parties(struct views *v, struct str payer)
{
	view_who(v, "insurer", setup_find(&v->setup, SETUP_PAYER, payer), payer);
	view_who(v, "provider", charge_billing(&v->setup, &v->charge),
	    charge_field(&v->charge, 0, "billing"));
}

int view_insurance(struct views *v, int64_t coverage, bool numbered)
{
	int rc;

	json_open(&v->b, "insurance", '[');
	json_open(&v->b, NULL, '{');
	if (numbered)
		json_count(&v->b, "sequence", 1);
	json_raw(&v->b, "focal", STR("true"));
	rc = view_rid(v, "coverage", coverage, "not in the record any more");
	json_close(&v->b, '}');
	json_close(&v->b, ']');
	return rc;
}

/* ---- a line ---- */

const struct charge_line *view_line(const struct views *v, int64_t n)
{
	size_t i = 0;

	while (i < v->charge.lines && v->charge.line[i].n != n)
		i++;
	assert(i < v->charge.lines); /* a row of the same charge */
	return &v->charge.line[i];
}

void view_days(struct views *v, const char *name, const char *one,
    const struct charge_line *l)
{
	char key[32];
	bool same = str_eq(l->first, l->last);

	snprintf(key, sizeof(key), "%s%s", name, same ? one : "Period");
	if (same) {
		json_text(&v->b, key, l->first);
		return;
	}
	json_open(&v->b, key, '{');
	json_text(&v->b, "start", l->first);
	json_text(&v->b, "end", l->last);
	json_close(&v->b, '}');
}

/* HCPCS level II begins with a letter; a CPT code at most ends with one. */
static const char *system_of(struct str code)
{
	return code.s[0] >= 'A' && code.s[0] <= 'Z' ? HCPCS : CPT;
}

void view_service(struct views *v, const char *key, const struct charge_line *l)
{
	view_concept(v, key, system_of(l->code), l->code);
}

static void put_modifiers(struct views *v, const struct charge_line *l)
{
	struct str rest = l->mods, one;

	if (rest.n == 0)
		return;
	json_open(&v->b, "modifier", '[');
	while (str_split(&rest, ' ', &one))
		view_concept(v, NULL, system_of(one), one);
	json_close(&v->b, ']');
}

void view_quantity(struct views *v, const struct charge_line *l)
{
	json_open(&v->b, "quantity", '{');
	json_raw(&v->b, "value", l->units);
	if (str_is(l->unit, "MJ")) {
		json_text(&v->b, "unit", STR("min"));
		json_text(&v->b, "system", STR("http://unitsofmeasure.org"));
		json_text(&v->b, "code", STR("min"));
	}
	json_close(&v->b, '}');
}

static void put_place(struct views *v, const struct charge_line *l)
{
	if (l->place.n)
		view_concept(v, "locationCodeableConcept", POS, l->place);
}

void view_serviced(struct views *v, const struct charge_line *l)
{
	view_service(v, "productOrService", l);
	put_modifiers(v, l);
	view_days(v, "serviced", "Date", l);
	put_place(v, l);
	view_quantity(v, l);
	view_money(v, "net", l->cents);
}

int view_items(struct views *v, int64_t claim, int (*put)(struct views *v,
    const struct charge_line *l, void *arg), void *arg)
{
	struct stmt *s = store_scan(v->db,
	    &financial_sql_table[VIEW_CLAIM_LINES]);
	uint64_t n = 0;
	int rc;

	json_open(&v->b, "item", '[');
	stmt_int(s, 1, claim);
	while ((rc = stmt_step(s, v->e)) > 0) {
		json_open(&v->b, NULL, '{');
		json_count(&v->b, "sequence", ++n);
		rc = put(v, view_line(v, stmt_col_int(s, 0)), arg);
		json_close(&v->b, '}');
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	json_close(&v->b, ']');
	return rc;
}
