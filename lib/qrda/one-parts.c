/* Writing a Category I: attributes of data elements that are elements of their
 * own. */
#include "one-write.h"

static void open_related(struct writing *k, const char *how,
    const char *element, const char *class, const char *mood)
{
	xml_open(&k->w, "entryRelationship", "typeCode", how, NULL);
	xml_open(&k->w, element, "classCode", class, "moodCode", mood, NULL);
}

static void close_related(struct writing *k)
{
	xml_close(&k->w);
	xml_close(&k->w);
}

void one_own_id(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;

	xml_open(&k->w, "id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_set(&k->w, "extension", one_text(k, r, "id", &a));
	xml_close(&k->w);
}

/* ---- reasons ---- */

/* Reason, 24.3.88. */
static void reason(struct writing *k, const char *how, uint32_t node)
{
	open_related(k, how, "observation", "OBS", "EVN");
	one_template(k, "24.3.88", "2017-08-01");
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	one_fixed(k, "77301-0", LOINC);
	xml_empty(&k->w, "statusCode", "code", "completed", NULL);
	if (node)
		one_concept(k, "value", "CD", node);
	else
		xml_empty(&k->w, "value", "xsi:type", "CD", "nullFlavor",
		    "UNK", NULL);
	close_related(k);
}

/* The first of those that say it; what was not done has one always. */
void one_reason(struct writing *k, uint32_t r, bool negated)
{
	static const char *const urls[] = { "doNotPerformReason",
		"notDoneReason", "request-statusReason" };
	uint32_t list = tape_get(k->t, r, "extension"), node = 0;

	for (size_t i = 0; i < ARRAY_LEN(urls) && !node; i++)
		one_extension_is(k, list, urls[i], "valueCodeableConcept",
		    &node);
	if (!node)
		node = tape_get(k->t, r, "statusReason");
	if (!node && fhir_resource_type(k->t, r) != FHIR_Task)
		node = tape_get(k->t, r, "reasonCode");
	if (node || negated)
		reason(k, "RSON", node);
}

/* ---- results in parts ---- */

/* Component, 24.3.149. */
void one_components(struct writing *k, uint32_t r)
{
	uint32_t list = tape_get(k->t, r, "component");

	if (!list || tape_type(k->t, list) != TAPE_ARRAY)
		return;
	tape_each(k->t, list, i) {
		open_related(k, "REFR", "observation", "OBS", "EVN");
		one_template(k, "24.3.149", "2017-08-01");
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		one_concept(k, "code", NULL, tape_get(k->t, i, "code"));
		one_value(k, i);
		close_related(k);
	}
}

/* Severity observation, C-CDA 22.4.8. */
void one_severity(struct writing *k, uint32_t r)
{
	uint32_t node = tape_get(k->t, r, "severity");

	if (!node)
		return;
	xml_open(&k->w, "entryRelationship", "typeCode", "SUBJ",
	    "inversionInd", "true", NULL);
	xml_open(&k->w, "observation", "classCode", "OBS", "moodCode", "EVN",
	    NULL);
	one_template(k, "22.4.8", "2014-06-09");
	one_fixed(k, "SEV", ACT_CODE);
	xml_empty(&k->w, "statusCode", "code", "completed", NULL);
	one_concept(k, "value", "CD", node);
	close_related(k);
}

/* ---- drugs ---- */

/* For how long: [1..1], so it is said when nothing is known, too. */
static void order_time(struct writing *k, uint32_t r)
{
	static const char *const periods[] = {
		"dosageInstruction.timing.repeat.boundsPeriod",
		"dispenseRequest.validityPeriod" };
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str low = STR_NONE, high = STR_NONE;

	for (size_t i = 0; i < ARRAY_LEN(periods) && !low.n && !high.n; i++) {
		uint32_t node = tape_path(k->t, r, periods[i]);

		if (node) {
			low = one_text(k, node, "start", &a);
			high = one_text(k, node, "end", &b);
		}
	}
	one_interval(k, "effectiveTime", low, high, false);
}

/* FHIR has n times in a period, CDA the time between two: the next smaller
 * unit, if that makes it whole. */
static const struct {
	const char *unit, *smaller;
	int64_t n;
} units[] = { { "wk", "d", 7 }, { "d", "h", 24 }, { "h", "min", 60 },
	{ "min", "s", 60 }, { "s", NULL, 0 }, { "mo", NULL, 0 },
	{ "a", NULL, 0 } };

/* "7" and "d" of 3 in a week and so on; false: it is not whole. */
static bool between(int64_t times, int64_t period, struct str *unit,
    int64_t *every)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!str_is(*unit, units[i].unit))
			continue;
		if (period % times == 0) {
			*every = period / times;
			return true;
		}
		if (!units[i].smaller || period > 1000)
			return false;
		period *= units[i].n;
		*unit = str_of(units[i].smaller);
	}
	return false;
}

static void frequency(struct writing *k, uint32_t r)
{
	uint32_t node = tape_path(k->t, r, "dosageInstruction.timing.repeat");
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str unit;
	int64_t times = 1, period, every;
	char text[24];

	if (!node || !tape_get(k->t, node, "period"))
		return;
	if (tape_get(k->t, node, "frequency"))
		str_int(one_text(k, node, "frequency", &a), &times);
	unit = one_text(k, node, "periodUnit", &b);
	if (!str_int(one_text(k, node, "period", &a), &period) || period < 1 ||
	    times < 1 || !between(times, period, &unit, &every)) {
		one_lost(k, "how often it is to be taken");
		return;
	}
	snprintf(text, sizeof(text), "%lld", (long long)every);
	xml_open(&k->w, "effectiveTime", "xsi:type", "PIVL_TS",
	    "institutionSpecified", "true", "operator", "A", NULL);
	xml_open(&k->w, "period", "value", text, NULL);
	xml_set(&k->w, "unit", unit);
	xml_close(&k->w);
	xml_close(&k->w);
}

void one_dose(struct writing *k, uint32_t r)
{
	uint32_t route = tape_path(k->t, r, "dosageInstruction.route");
	uint32_t dose = tape_path(k->t, r,
	    "dosageInstruction.doseAndRate.doseQuantity");
	BUF_AUTO a = BUF_INIT;
	struct str n = one_text(k, r, "dispenseRequest.numberOfRepeatsAllowed",
	    &a);

	order_time(k, r);
	frequency(k, r);
	if (n.n) {
		xml_open(&k->w, "repeatNumber", NULL);
		xml_set(&k->w, "value", n);
		xml_close(&k->w);
	}
	if (route)
		one_concept(k, "routeCode", NULL, route);
	if (dose)
		one_quantity(k, "doseQuantity", NULL, dose);
}

void one_drug(struct writing *k, const char *id, uint32_t concept)
{
	xml_open(&k->w, "manufacturedProduct", "classCode", "MANU", NULL);
	one_template(k, id, "2014-06-09");
	xml_open(&k->w, "manufacturedMaterial", NULL);
	one_concept(k, "code", NULL, concept);
	xml_close(&k->w);
	xml_close(&k->w);
}

/* Days supplied, 24.3.157, and medication supply request, 24.3.99. */
void one_supply(struct writing *k, uint32_t r)
{
	uint32_t days = tape_path(k->t, r,
	    "dispenseRequest.expectedSupplyDuration");
	uint32_t much = tape_path(k->t, r, "dispenseRequest.quantity");
	BUF_AUTO a = BUF_INIT;

	if (days) {
		open_related(k, "REFR", "supply", "SPLY", "EVN");
		one_template(k, "24.3.157", "2018-10-01");
		xml_open(&k->w, "quantity", "unit", "d", NULL);
		xml_set(&k->w, "value", one_text(k, days, "value", &a));
		xml_close(&k->w);
		close_related(k);
	}
	if (much) {
		open_related(k, "COMP", "supply", "SPLY", "RQO");
		one_template(k, "24.3.99", "2019-12-01");
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		xml_empty(&k->w, "statusCode", "code", "active", NULL);
		one_quantity(k, "quantity", NULL, much);
		xml_open(&k->w, "product", NULL);
		one_drug(k, "22.4.23", one_code_node(k, r));
		xml_close(&k->w);
		close_related(k);
	}
}

/* ---- encounters ---- */

static void encounter_class(struct writing *k, uint32_t r)
{
	uint32_t node = tape_get(k->t, r, "class");

	if (!node)
		return;
	open_related(k, "REFR", "act", "ACT", "EVN");
	one_template(k, "24.3.171", "2021-08-01");
	xml_open(&k->w, "code", NULL);
	if (!one_coding(k, node))
		xml_set(&k->w, "nullFlavor", STR("UNK"));
	xml_close(&k->w);
	close_related(k);
}

static void rank(struct writing *k, struct str n)
{
	open_related(k, "REFR", "observation", "OBS", "EVN");
	one_template(k, "24.3.166", "2019-12-01");
	one_fixed(k, "263486008", SNOMED);
	xml_open(&k->w, "value", "xsi:type", "INT", NULL);
	xml_set(&k->w, "value", n);
	xml_close(&k->w);
	close_related(k);
}

/* Encounter diagnosis QDM, 24.3.168. Its id is the diagnosis's own, which QDM
 * does not ask for: who reads it knows which one it is. */
static void diagnosis(struct writing *k, uint32_t reference, struct str order)
{
	uint32_t r = reference ? one_resolve(k, reference) : 0;

	if (!r || fhir_resource_type(k->t, r) != FHIR_Condition) {
		one_lost(k, "a diagnosis of it that is not here");
		return;
	}
	open_related(k, "REFR", "observation", "OBS", "EVN");
	one_template(k, "24.3.168", "2021-08-01");
	one_own_id(k, r);
	one_fixed(k, "29308-4", LOINC);
	one_concept(k, "value", "CD", tape_get(k->t, r, "code"));
	if (order.n)
		rank(k, order);
	close_related(k);
}

static bool has_diagnosis(struct writing *k, uint32_t list,
    struct str reference)
{
	BUF_AUTO a = BUF_INIT;

	if (list)
		tape_each(k->t, list, i)
			if (str_eq(one_text(k, i, "condition.reference", &a),
				reference))
				return true;
	return false;
}

/* QDM has one list of what FHIR calls its diagnoses and its reasons. */
void one_encounter(struct writing *k, uint32_t r)
{
	uint32_t list = tape_get(k->t, r, "diagnosis");
	uint32_t reasons = tape_get(k->t, r, "reasonReference");
	BUF_AUTO a = BUF_INIT;

	encounter_class(k, r);
	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, i)
			diagnosis(k, tape_get(k->t, i, "condition"),
			    one_text(k, i, "rank", &a));
	if (!reasons || tape_type(k->t, reasons) != TAPE_ARRAY)
		return;
	tape_each(k->t, reasons, i)
		if (!has_diagnosis(k, list, one_text(k, i, "reference", &a)))
			diagnosis(k, i, STR_NONE);
}

/* Facility location, 24.3.100. */
void one_locations(struct writing *k, uint32_t r)
{
	uint32_t list = tape_get(k->t, r, "location");
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	if (!list || tape_type(k->t, list) != TAPE_ARRAY)
		return;
	tape_each(k->t, list, i) {
		uint32_t reference = tape_get(k->t, i, "location");
		uint32_t place = reference ? one_resolve(k, reference) : 0;

		if (!place || !tape_get(k->t, place, "type")) {
			one_lost(k, "a place without a code");
			continue;
		}
		xml_open(&k->w, "participant", "typeCode", "LOC", NULL);
		one_template(k, "24.3.100", "2017-08-01");
		one_interval(k, "time", one_text(k, i, "period.start", &a),
		    one_text(k, i, "period.end", &b), true);
		xml_open(&k->w, "participantRole", "classCode", "SDLOC", NULL);
		one_own_id(k, place);
		one_concept(k, "code", NULL, tape_get(k->t, place, "type"));
		xml_close(&k->w);
		xml_close(&k->w);
	}
}

/* ---- communications ---- */

/* Related to, 24.3.150. */
static void answers(struct writing *k, uint32_t reference)
{
	uint32_t r = reference ? one_resolve(k, reference) : 0;
	BUF_AUTO a = BUF_INIT;

	if (!r)
		return;
	xml_open(&k->w, "sdtc:inFulfillmentOf1", "typeCode", "FLFS", NULL);
	xml_empty(&k->w, "sdtc:templateId", "root", TEMPLATES "24.3.150",
	    "extension", "2017-08-01", NULL);
	xml_open(&k->w, "sdtc:actReference", "classCode", "ACT", "moodCode",
	    "EVN", NULL);
	xml_open(&k->w, "sdtc:id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_set(&k->w, "extension", one_text(k, r, "id", &a));
	xml_close(&k->w);
	close_related(k);
}

void one_communication(struct writing *k, uint32_t r)
{
	uint32_t list = tape_get(k->t, r, "basedOn");
	uint32_t focus = tape_get(k->t, r, "focus");

	reason(k, "REFR", one_code_node(k, r));
	if (!focus && list && tape_type(k->t, list) == TAPE_ARRAY)
		focus = tape_first(k->t, list);
	answers(k, focus);
}
