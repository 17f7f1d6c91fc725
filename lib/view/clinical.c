/* clinical.c - problems, allergies, medications, immunizations, procedures,
 * devices, family, alerts, orders and goals. */
#include "impl.h"

/* The semantic tag of what the entry is, by any text of the concept. */
static struct str concept_tag(struct take *k, const char *member)
{
	uint32_t concept = tape_get(k->t, 0, member), list;
	struct str tag = STR("");

	if (concept == 0)
		return tag;
	tag = term_tag(tape_member(k->t, concept, "text", &k->v->scratch));
	list = tape_get(k->t, concept, "coding");
	if (tag.n || list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return tag;
	tape_each(k->t, list, c) {
		tag = term_tag(tape_member(k->t, c, "display",
		    &k->v->scratch));
		if (tag.n)
			break;
	}
	return tag;
}

static bool has_category(struct take *k, const char *code)
{
	return fhir_has_code(k->t, tape_get(k->t, 0, "category"), NULL, code);
}

bool take_condition(struct take *k, struct view_entry *e)
{
	struct str verification = take_code(k, 0, "verificationStatus");
	struct str tag = concept_tag(k, "code");
	uint32_t stage;

	e->visit = has_category(k, "encounter-diagnosis") &&
	    !has_category(k, "problem-list-item");
	e->status = take_code(k, 0, "clinicalStatus");
	if (verification.n && !str_is(verification, "confirmed"))
		e->status = verification;
	if (str_is(tag, "finding"))
		e->rank = 1;
	else if (str_is(tag, "situation") || str_is(tag, "person"))
		e->rank = 2;
	if (social_code(e->code) || has_category(k, "sdoh"))
		e->section = VIEW_SOCIAL;
	e->detail = take_concept(k, tape_get(k->t, 0, "severity"));
	stage = tape_path(k->t, 0, "stage.summary");
	e->detail = join(k->v, e->detail, ", ", take_concept(k, stage));
	stage = tape_get(k->t, 0, "bodySite");
	e->detail = join(k->v, e->detail, ", ", take_concept(k, stage));
	return true;
}

/* "hives (severe), nausea" */
static struct str reactions(struct take *k)
{
	uint32_t list = tape_get(k->t, 0, "reaction"), m;
	struct str all = STR(""), one, severity;

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return all;
	tape_each(k->t, list, r) {
		m = tape_get(k->t, r, "manifestation");
		one = STR("");
		if (m && tape_type(k->t, m) == TAPE_ARRAY)
			tape_each(k->t, m, c)
				one = join(k->v, one, ", ",
				    take_concept(k, c));
		if (one.n == 0)
			one = take_text(k, r, "description");
		severity = take_text(k, r, "severity");
		if (one.n && severity.n && !str_is(severity, "mild"))
			one = join(k->v, one, " - ", severity);
		all = join(k->v, all, ", ", one.n ? one : severity);
	}
	return all;
}

bool take_allergy(struct take *k, struct view_entry *e)
{
	struct str verification = take_code(k, 0, "verificationStatus");
	struct str criticality = take_text(k, 0, "criticality");
	uint32_t r;

	e->status = take_code(k, 0, "clinicalStatus");
	if (verification.n && !str_is(verification, "confirmed"))
		e->status = verification;
	e->detail = reactions(k);
	e->rank = str_is(criticality, "high") ? 0 : 1;
	if (e->rank == 0)
		memcpy(e->flag, "A", 2);
	if (e->what.n == 0) {
		r = tape_path(k->t, 0, "reaction.substance");
		e->what = take_concept(k, r);
	}
	e->value = str_is(criticality, "high") ? STR("high risk") :
	    str_is(criticality, "low") ? STR("low risk") : STR("");
	return true;
}

/* ---- medications ---- */

static const struct {
	const char *unit, *word;
} periods[] = {
	{ "s", "second" }, { "min", "minute" }, { "h", "hour" },
	{ "d", "day" }, { "wk", "week" }, { "mo", "month" }, { "a", "year" },
};

static const char *period_word(struct str unit)
{
	for (size_t i = 0; i < ARRAY_LEN(periods); i++)
		if (str_is(unit, periods[i].unit))
			return periods[i].word;
	return NULL;
}

/* "3 times a day", "every 6 hours" */
static struct str timing(struct take *k, uint32_t node)
{
	uint32_t repeat = tape_get(k->t, node, "repeat");
	struct str f, p, u, code = take_concept(k, tape_get(k->t, node,
	    "code"));
	const char *word;

	if (code.n || repeat == 0)
		return code;
	f = take_text(k, repeat, "frequency");
	p = take_text(k, repeat, "period");
	u = take_text(k, repeat, "periodUnit");
	word = period_word(u);
	if (!word || p.n == 0)
		return STR("");
	buf_reset(&k->v->text);
	if (f.n == 0 || str_is(f, "1")) {
		if (str_is(p, "1") || str_is(p, "1.0"))
			buf_addf(&k->v->text, "once a %s", word);
		else
			buf_addf(&k->v->text, "every %.*s %ss", STR_FMT(p),
			    word);
	} else {
		buf_addf(&k->v->text, "%.*s times ", STR_FMT(f));
		if (str_is(p, "1") || str_is(p, "1.0"))
			buf_addf(&k->v->text, "a %s", word);
		else
			buf_addf(&k->v->text, "in %.*s %ss", STR_FMT(p),
			    word);
	}
	return keep(k->v, buf_str(&k->v->text));
}

/* One Dosage (R4 2.24.0.17): its text, or put together. */
static struct str dosage(struct take *k, uint32_t node)
{
	struct str all = take_text(k, node, "text");
	uint32_t dose, v;

	if (all.n)
		return all;
	dose = tape_path(k->t, node, "doseAndRate.doseQuantity");
	buf_reset(&k->v->text);
	if (dose && !tape_get(k->t, dose, "unit") &&
	    !tape_get(k->t, dose, "code"))
		buf_adds(&k->v->text, "dose ");
	if (dose && fhir_quantity(k->t, dose, &k->v->text))
		all = keep(k->v, buf_str(&k->v->text));
	v = tape_get(k->t, node, "timing");
	if (v)
		all = join(k->v, all, " ", timing(k, v));
	v = tape_get(k->t, node, "asNeededBoolean");
	if (v && tape_type(k->t, v) == TAPE_TRUE)
		all = join(k->v, all, " ", STR("as needed"));
	v = tape_get(k->t, node, "asNeededCodeableConcept");
	if (v)
		all = join(k->v, all, " as needed for ", take_concept(k, v));
	v = tape_get(k->t, node, "route");
	return join(k->v, all, ", ", take_concept(k, v));
}

/* Status of an order that does not hold, with what was intended. */
static bool order_intent(struct take *k, struct view_entry *e)
{
	struct str intent = take_text(k, 0, "intent");

	if (str_is(intent, "plan") || str_is(intent, "proposal"))
		e->status = intent;
	return true;
}

static struct str med_reason(struct take *k)
{
	return take_reason(k, "reasonCode", "reasonReference");
}

bool take_med(struct take *k, struct view_entry *e)
{
	static const char *const dosages[] = { "dosageInstruction", "dosage" };
	static const char *const people[] = { "requester",
		"informationSource", "performer" };
	struct str reason;
	uint32_t v;

	if (e->what.n == 0)
		e->what = take_ref(k, tape_get(k->t, 0,
		    "medicationReference"), WAIT_WHAT);
	for (size_t i = 0; i < ARRAY_LEN(dosages); i++) {
		v = tape_get(k->t, 0, dosages[i]);
		if (v && tape_type(k->t, v) == TAPE_ARRAY)
			tape_each(k->t, v, d)
				e->detail = join(k->v, e->detail, "; ",
				    dosage(k, d));
	}
	reason = med_reason(k);
	if (reason.n)
		e->detail = join(k->v, e->detail, e->detail.n ? "; for " : "",
		    reason);
	for (size_t i = 0; i < ARRAY_LEN(people) && e->by.n == 0; i++) {
		v = tape_get(k->t, 0, people[i]);
		if (v)
			e->by = take_ref(k, v, WAIT_BY);
	}
	if (k->res->type == FHIR_MedicationAdministration && e->what.n)
		e->value = STR("given");
	return order_intent(k, e);
}

/* ---- what was done ---- */

static struct str performer(struct take *k)
{
	uint32_t actor = tape_path(k->t, 0, "performer.actor");

	return actor ? take_ref(k, actor, WAIT_BY) : STR("");
}

bool take_immunization(struct take *k, struct view_entry *e)
{
	uint32_t v = tape_get(k->t, 0, "occurrenceString");

	e->past = e->state == FHIR_REFUTED;
	if (e->past)
		e->detail = take_concept(k, tape_get(k->t, 0, "statusReason"));
	e->by = performer(k);
	if (v)
		e->detail = join(k->v, e->detail, ", ", take_text(k, 0,
		    "occurrenceString"));
	return true;
}

bool take_procedure(struct take *k, struct view_entry *e)
{
	e->past = e->state == FHIR_REFUTED;
	e->detail = take_reason(k, "reasonCode", "reasonReference");
	if (e->past)
		e->detail = join(k->v, e->detail, ", ", take_concept(k,
		    tape_get(k->t, 0, "statusReason")));
	e->by = performer(k);
	return true;
}

bool take_imaging(struct take *k, struct view_entry *e)
{
	uint32_t series = tape_get(k->t, 0, "series"), m;

	e->past = e->state == FHIR_REFUTED;
	if (e->what.n == 0)
		e->what = take_text(k, 0, "description");
	if (series && tape_type(k->t, series) == TAPE_ARRAY)
		series = tape_first(k->t, series);
	m = series ? tape_get(k->t, series, "modality") : 0;
	buf_reset(&k->v->text);
	if (m && fhir_display(k->t, m, FHIR_Coding, &k->v->text))
		e->detail = keep_term(k->v, buf_str(&k->v->text));
	m = series ? tape_get(k->t, series, "bodySite") : 0;
	buf_reset(&k->v->text);
	if (m && fhir_display(k->t, m, FHIR_Coding, &k->v->text))
		e->detail = join(k->v, e->detail, ", ",
		    keep_term(k->v, buf_str(&k->v->text)));
	if (e->what.n == 0)
		e->what = STR("Imaging study");
	return true;
}

bool take_device(struct take *k, struct view_entry *e)
{
	uint32_t name = tape_path(k->t, 0, "deviceName");

	if (name && tape_type(k->t, name) == TAPE_ARRAY)
		name = tape_first(k->t, name);
	if (e->what.n == 0 && name)
		e->what = take_text(k, name, "name");
	e->detail = take_text(k, 0, "distinctIdentifier");
	return true;
}

static struct str onset(struct take *k, uint32_t object)
{
	int type;
	uint32_t v = fhir_choice(k->t, object, "onset", &type);

	buf_reset(&k->v->text);
	if (v == 0 || !fhir_value(k->t, v, type, &k->v->text))
		return STR("");
	return keep(k->v, buf_str(&k->v->text));
}

bool take_family(struct take *k, struct view_entry *e)
{
	uint32_t list = tape_get(k->t, 0, "condition"), v;
	struct str one;

	e->past = false;
	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, c) {
			one = take_concept(k, tape_get(k->t, c, "code"));
			one = join(k->v, one, " at ", onset(k, c));
			e->detail = join(k->v, e->detail, ", ", one);
		}
	v = tape_get(k->t, 0, "deceasedBoolean");
	if (v && tape_type(k->t, v) == TAPE_TRUE)
		e->detail = join(k->v, e->detail, "; ", STR("deceased"));
	e->start.text = STR_NONE;
	return true;
}

bool take_flag(struct take *k, struct view_entry *e)
{
	e->by = take_ref(k, tape_get(k->t, 0, "author"), WAIT_BY);
	return true;
}

bool take_order(struct take *k, struct view_entry *e)
{
	e->detail = take_reason(k, "reasonCode", "reasonReference");
	e->by = take_ref(k, tape_get(k->t, 0, "requester"), WAIT_BY);
	return order_intent(k, e);
}

/* "Hemoglobin A1c <= 7 % by 2020-06-01" */
static struct str target(struct take *k, uint32_t node)
{
	int type;
	uint32_t v = fhir_choice(k->t, node, "detail", &type);
	struct str all = take_concept(k, tape_get(k->t, node, "measure"));

	buf_reset(&k->v->text);
	if (v && fhir_value(k->t, v, type, &k->v->text))
		all = join(k->v, all, " ", keep(k->v,
		    buf_str(&k->v->text)));
	return join(k->v, all.n ? all : STR("due"), all.n ? " by " : " ",
	    take_text(k, node, "dueDate"));
}

bool take_goal(struct take *k, struct view_entry *e)
{
	uint32_t list = tape_get(k->t, 0, "target");

	e->status = take_text(k, 0, "lifecycleStatus");
	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, t)
			e->detail = join(k->v, e->detail, "; ", target(k, t));
	e->value = take_concept(k, tape_get(k->t, 0, "achievementStatus"));
	return true;
}
