/* Reading a Category I: what is said otherwise in each type of FHIR. */
#include "one-read.h"

#include "ehr/crypto.h"

static void extension(struct buf *b, const char *url,
    const struct xml_node *code)
{
	BUF_AUTO full = BUF_INIT;

	buf_addf(&full, NEGATED "%s", url);
	buf_addch(b, '{');
	put_text(b, "url", buf_str(&full));
	put_concept(b, "valueCodeableConcept", code, false);
	buf_addch(b, '}');
}

/* What says "not", and why, stands elsewhere in each type. */
void one_negation(struct buf *b, const struct kind *k, bool negated,
    const struct xml_node *why)
{
	const char *done = "completed";

	switch (k->type) {
	case FHIR_MedicationRequest:
	case FHIR_ServiceRequest:
	case FHIR_DeviceRequest:
		put_literal(b, "status", negated ? "\"completed\""
					     : "\"active\"");
		put_literal(b, "intent", "\"order\"");
		if (negated && k->type == FHIR_DeviceRequest)
			put_literal(b, "modifierExtension", "[{\"url\":\"http://"
			    "hl7.org/fhir/5.0/StructureDefinition/extension-"
			    "DeviceRequest.doNotPerform\",\"valueBoolean\":"
			    "true}]");
		else if (negated)
			put_literal(b, "doNotPerform", "true");
		if (why && negated) {
			put_literal(b, "extension", "[");
			extension(b, "qicore-doNotPerformReason", why);
			buf_addch(b, ']');
		}
		put_concept(b, "reasonCode", why, true);
		return;
	case FHIR_Observation:
		put_literal(b, "status", negated ? "\"cancelled\"" : "\"final\"");
		if (why && negated) {
			put_literal(b, "extension", "[");
			extension(b, "qicore-notDoneReason", why);
			buf_addch(b, ']');
		}
		return;
	case FHIR_Encounter: done = "finished"; break;
	case FHIR_Coverage:
	case FHIR_MedicationStatement: done = "active"; break;
	case FHIR_Condition:
	case FHIR_AllergyIntolerance: return;
	case FHIR_Task: put_literal(b, "intent", "\"order\""); break;
	default: break;
	}
	put_text(b, "status", str_of(negated ? "not-done" : done));
	if (negated && k->type != FHIR_Encounter && k->type != FHIR_Coverage)
		put_concept(b, "statusReason", why,
		    k->type == FHIR_MedicationAdministration);
	if (k->type == FHIR_Procedure || (!negated &&
		(k->type == FHIR_Immunization ||
		    k->type == FHIR_Communication)))
		put_concept(b, "reasonCode", why, true);
}

void one_category(struct buf *b, const struct kind *k)
{
	struct str rest = str_of(k->categories), word;

	if (k->type == FHIR_Condition) {
		put_literal(b, "category", "[{\"coding\":[{\"system\":\"http://"
		    "terminology.hl7.org/CodeSystem/condition-category\","
		    "\"code\":\"problem-list-item\"}]},{\"coding\":[{"
		    "\"system\":\"http://terminology.hl7.org/CodeSystem/"
		    "condition-category\",\"code\":\"encounter-diagnosis\"}]"
		    "}]");
		return;
	}
	if (!rest.n)
		return;
	put_literal(b, "category", "[");
	while (str_split(&rest, ' ', &word)) {
		buf_addf(b, "%s{\"coding\":[{\"system\":\"http://terminology."
		    "hl7.org/CodeSystem/observation-category\",\"code\":",
		    b->s[b->len - 1] == '[' ? "" : ",");
		json_quote(b, word);
		buf_adds(b, "}]}");
	}
	buf_addch(b, ']');
}

/* Of a diagnosis the act around it says whether it is over, too. */
static bool over(const struct xml_node *n)
{
	const struct xml_node *act = n->parent ? n->parent->parent : NULL;
	const struct xml_node *of = act && place_templates(act,
	    STR("24.3.137")) ? act : n;

	return xml_value(xml_child(n, "effectiveTime"), "high", "value").n ||
	    (of != n && str_is(xml_value(of, "statusCode", "code"),
	    "completed"));
}

void put_state(struct buf *b, const char *member, const char *system,
    const char *code)
{
	put_name(b, member);
	buf_addf(b, "{\"coding\":[{\"system\":\"http://terminology.hl7.org/"
	    "CodeSystem/%s\",\"code\":\"%s\"}]}", system, code);
}

static void prevalence(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");

	put_when(b, "onsetDateTime", xml_value(t, "low", "value"));
	put_when(b, "abatementDateTime", xml_value(t, "high", "value"));
}

static void condition(struct buf *b, const struct xml_node *n)
{
	put_state(b, "clinicalStatus", "condition-clinical", over(n) ? "resolved"
								 : "active");
	prevalence(b, n);
	put_concept(b, "bodySite", xml_child(n, "targetSiteCode"), true);
	put_concept(b, "severity", xml_child(one_related(n, "22.4.8"),
	    "value"), false);
}

static void allergy(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");
	bool ended = xml_value(t, "high", "value").n ||
	    str_is(xml_value(n, "statusCode", "code"), "completed");

	put_state(b, "clinicalStatus", "allergyintolerance-clinical",
	    ended ? "resolved" : "active");
	put_state(b, "verificationStatus", "allergyintolerance-verification",
	    "confirmed");
	put_when(b, "onsetDateTime", xml_value(t, "low", "value"));
}

/* The time between two doses as one in that time. */
static void frequency(struct buf *b, const struct xml_node *n)
{
	xml_each(n, "effectiveTime", t) {
		const struct xml_node *p = xml_child(t, "period");
		struct decimal d;

		if (!p || !decimal_parse(xml_attr(p, "value"), &d))
			continue;
		put_number(b, "frequency", STR("1"));
		put_number(b, "period", xml_attr(p, "value"));
		put_text(b, "periodUnit", xml_attr(p, "unit"));
		return;
	}
}

static const struct xml_node *first_known(const struct xml_node *n)
{
	xml_each(n, "effectiveTime", t)
		if (one_known(t))
			return t;
	return NULL;
}

/* What is said of it; an object of FHIR is never empty. */
static void dosage(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *t = first_known(n);
	const struct xml_node *dose = xml_child(n, "doseQuantity");
	BUF_AUTO repeat = BUF_INIT;
	BUF_AUTO all = BUF_INIT;

	buf_addch(&repeat, '{');
	if (t)
		put_period(&repeat, "boundsPeriod", t);
	frequency(&repeat, n);
	buf_addch(&all, '{');
	if (repeat.len > 1) {
		put_literal(&all, "timing", "{\"repeat\":");
		buf_addstr(&all, buf_str(&repeat));
		buf_adds(&all, "}}");
	}
	put_concept(&all, "route", xml_child(n, "routeCode"), false);
	if (dose && xml_attr(dose, "value").n) {
		put_literal(&all, "doseAndRate", "[{");
		put_quantity(&all, "doseQuantity", dose);
		buf_adds(&all, "}]");
	}
	if (all.len == 1)
		return;
	put_literal(b, "dosageInstruction", "[");
	buf_addstr(b, buf_str(&all));
	buf_adds(b, "}]");
}

static void order(struct buf *b, const struct xml_node *n)
{
	struct str repeat = xml_value(n, "repeatNumber", "value");
	struct str days = xml_value(one_related(n, "24.3.157"), "quantity",
	    "value");
	const struct xml_node *much = xml_child(one_related(n, "24.3.99"),
	    "quantity");

	dosage(b, n);
	if (!repeat.n && !days.n && !much)
		return;
	put_literal(b, "dispenseRequest", "{");
	put_number(b, "numberOfRepeatsAllowed", repeat);
	if (much)
		put_quantity(b, "quantity", much);
	if (days.n) {
		put_literal(b, "expectedSupplyDuration", "{");
		put_number(b, "value", days);
		put_literal(b, "unit", "\"d\",\"system\":\"http://unitsofmeasure"
		    ".org\",\"code\":\"d\"}");
	}
	buf_addch(b, '}');
}

/* ---- references ---- */

/* The id of what stands at n: its own, if FHIR can have it. */
void one_id(const struct xml_node *n, char id[MAX_ID + 1])
{
	struct str own = xml_value(n, "id", "extension");
	BUF_AUTO b = BUF_INIT;
	uint8_t uuid[UUID_LEN];

	if (fhir_id_valid(own)) {
		snprintf(id, MAX_ID + 1, "%.*s", STR_FMT(own));
		return;
	}
	buf_addf(&b, "%.*s %u", STR_FMT(own), n->line);
	uuid5(uuid_ns_content, xml_value(n, "id", "root"), buf_str(&b), uuid);
	uuid_format(uuid, id);
}

static void put_reference(struct buf *b, const char *member, const char *type,
    const char *id)
{
	put_name(b, member);
	buf_addf(b, "{\"reference\":\"%s/%s\"}", type, id);
}

void one_code_key(struct buf *b, const struct xml_node *code)
{
	buf_reset(b);
	buf_addstr(b, xml_attr(code, "codeSystem"));
	buf_addch(b, '|');
	buf_addstr(b, xml_attr(code, "code"));
}

/* The diagnosis of the document that one of an encounter is: by its id, else
 * by its code; NULL: none. */
const struct xml_node *one_diagnosis(struct reading *r,
    const struct xml_node *n)
{
	struct str own = xml_value(n, "id", "extension");
	const struct xml_node *value = xml_child(n, "value");
	BUF_AUTO key = BUF_INIT;
	int64_t *at;

	buf_addf(&key, "#%.*s", STR_FMT(own));
	at = strmap_get(&r->diagnoses, buf_str(&key));
	if (!at && value) {
		one_code_key(&key, value);
		at = strmap_get(&r->diagnoses, buf_str(&key));
	}
	return at ? r->diagnosis[*at] : NULL;
}

/* References to the diagnoses of an encounter as member: QDM has one list of
 * what FHIR calls its diagnoses (condition, rank) and its reasons. */
static void diagnoses(struct reading *r, const struct xml_node *n,
    const char *member, bool ranked)
{
	char id[MAX_ID + 1];
	bool first = true;

	xml_each(n, "entryRelationship", e) {
		const struct xml_node *c = one_content(e, "24.3.168");
		const struct xml_node *d = c ? one_diagnosis(r, c) : NULL;

		if (!c)
			continue;
		if (first)
			put_literal(r->b, member, "[{");
		else
			buf_adds(r->b, ",{");
		first = false;
		one_id(d ? d : c, id);
		if (ranked) {
			put_reference(r->b, "condition", "Condition", id);
			put_number(r->b, "rank", xml_value(one_related(c,
			    "24.3.166"), "value", "value"));
			buf_addch(r->b, '}');
		} else {
			buf_addf(r->b, "\"reference\":\"Condition/%s\"}", id);
		}
	}
	if (!first)
		buf_addch(r->b, ']');
}

bool one_is_place(const struct xml_node *participant)
{
	return place_templates(participant, STR("24.3.100")) &&
	    xml_child(participant, "participantRole");
}

static void locations(struct reading *r, const struct xml_node *n)
{
	char id[MAX_ID + 1];
	bool first = true;

	xml_each(n, "participant", p) {
		if (!one_is_place(p))
			continue;
		if (first)
			put_literal(r->b, "location", "[{");
		else
			buf_adds(r->b, ",{");
		first = false;
		one_id(xml_child(p, "participantRole"), id);
		put_reference(r->b, "location", "Location", id);
		if (one_known(xml_child(p, "time")))
			put_period(r->b, "period", xml_child(p, "time"));
		buf_addch(r->b, '}');
	}
	if (!first)
		buf_addch(r->b, ']');
}

static void encounter(struct reading *r, const struct xml_node *n)
{
	const struct xml_node *act = one_related(n, "24.3.171");
	const struct xml_node *code = xml_child(act, "code");

	if (code && xml_attr(code, "code").n) {
		put_name(r->b, "class");
		put_coding(r->b, code);
	}
	code = one_child(n, "dischargeDispositionCode");
	if (code && xml_attr(code, "code").n) {
		put_literal(r->b, "hospitalization", "{");
		put_concept(r->b, "dischargeDisposition", code, false);
		buf_addch(r->b, '}');
	}
	diagnoses(r, n, "diagnosis", true);
	diagnoses(r, n, "reasonReference", false);
	locations(r, n);
}

/* What a communication answers; false: nothing. */
bool one_answered(struct reading *r, const struct xml_node *n,
    struct buf *to)
{
	const struct xml_node *what = one_child(one_child(one_child(n,
	    "inFulfillmentOf1"), "actReference"), "id");
	struct str id = xml_attr(what, "extension");
	int64_t *kind = id.n ? strmap_get(&r->ids, id) : NULL;

	if (!what || !fhir_id_valid(id))
		return false;
	buf_addf(to, "{\"reference\":\"%s/%.*s\"}", kind
	    ? fhir_type_name(one_kind((size_t)*kind)->type) : "ServiceRequest",
	    STR_FMT(id));
	return true;
}

static void communication(struct reading *r, const struct kind *k,
    const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");
	BUF_AUTO to = BUF_INIT;

	if (k->type == FHIR_Communication) {
		put_concept(r->b, "category", xml_child(n, "code"), true);
		put_when(r->b, "sent", xml_value(t, "low", "value"));
		put_when(r->b, "received", xml_value(t, "high", "value"));
	} else {
		put_literal(r->b, "code", "{\"coding\":[{\"system\":\"http://hl7."
		    "org/fhir/CodeSystem/task-code\",\"code\":\"fulfill\"}]}");
	}
	if (!one_answered(r, n, &to))
		return;
	put_literal(r->b, "basedOn", "[");
	buf_addstr(r->b, buf_str(&to));
	buf_addch(r->b, ']');
	if (k->type == FHIR_Task)
		put_literal(r->b, "focus", to.s);
}

void one_details(struct reading *r, const struct kind *k,
    const struct xml_node *n)
{
	const struct xml_node *result = one_related(n, "24.3.87");

	switch (k->type) {
	case FHIR_Condition: condition(r->b, n); break;
	case FHIR_AllergyIntolerance: allergy(r->b, n); break;
	case FHIR_MedicationRequest: order(r->b, n); break;
	case FHIR_Encounter: encounter(r, n); break;
	case FHIR_Communication:
	case FHIR_Task: communication(r, k, n); break;
	case FHIR_Observation:
		put_value(r->b, xml_child(result ? result : n, "value"));
		put_components(r->b, n);
		break;
	default: break;
	}
	if (k->time[0] && strcmp(k->time, "onset") != 0)
		put_relevant(r->b, k->time, n);
}
