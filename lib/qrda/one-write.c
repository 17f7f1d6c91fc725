/* Writing a Category I: a patient's FHIR resources as QDM data elements. */
#include "one.h"

#define LOINC "2.16.840.1.113883.6.1"
#define ACT_CODE "2.16.840.1.113883.5.4"

struct writing {
	struct xml_writer w;
	const struct qrda1 *q;
	const struct tape *t;
	struct buf id;		/* "Observation/1" of the one at hand */
	qrda_lost_fn *fn;
	void *arg;
};

static void lost(struct writing *k, const char *what)
{
	if (k->fn)
		k->fn(k->arg, buf_str(&k->id), what);
}

static void template(struct writing *k, const char *id, const char *version)
{
	BUF_AUTO root = BUF_INIT;

	buf_addf(&root, TEMPLATES "%s", id);
	xml_empty(&k->w, "templateId", "root", root.s, "extension", version,
	    NULL);
}

static struct str text(struct writing *k, uint32_t object, const char *path,
    struct buf *scratch)
{
	uint32_t i = tape_path(k->t, object, path);

	buf_reset(scratch);
	return i && tape_type(k->t, i) != TAPE_OBJECT &&
	    tape_type(k->t, i) != TAPE_ARRAY ? tape_text(k->t, i, scratch)
	    : STR_NONE;
}

/* ---- codes ---- */

/* Sets code and codeSystem of the open element from a Coding. */
static bool coding(struct writing *k, uint32_t node)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO c = BUF_INIT;
	struct str oid = one_oid(text(k, node, "system", &a), &b);
	struct str code = text(k, node, "code", &c);

	if (!oid.s || !code.n)
		return false;
	xml_set(&k->w, "code", code);
	xml_set(&k->w, "codeSystem", oid);
	return true;
}

/* An element of a CodeableConcept, or of an array of them: the first coding,
 * the others as its translations. */
static void concept(struct writing *k, const char *element, const char *type,
    uint32_t node)
{
	uint32_t list;
	bool done = false;

	if (node && tape_type(k->t, node) == TAPE_ARRAY)
		node = tape_first(k->t, node);
	list = node ? tape_get(k->t, node, "coding") : 0;
	xml_open(&k->w, element, "xsi:type", type, NULL);
	if (list)
		tape_each(k->t, list, i) {
			if (!done) {
				done = coding(k, i);
				continue;
			}
			xml_open(&k->w, "translation", NULL);
			if (!coding(k, i))
				xml_set(&k->w, "nullFlavor", STR("OTH"));
			xml_close(&k->w);
		}
	if (!done) {
		xml_set(&k->w, "nullFlavor", STR("UNK"));
		lost(k, "a code without a known system");
	}
	xml_close(&k->w);
}

static void fixed(struct writing *k, const char *code, const char *system)
{
	xml_empty(&k->w, "code", "code", code, "codeSystem", system, NULL);
}

/* ---- times ---- */

static void stamp(struct writing *k, const char *element, struct str time)
{
	BUF_AUTO b = BUF_INIT;

	xml_open(&k->w, element, NULL);
	one_hl7_time(&b, time);
	if (time.n)
		xml_set(&k->w, "value", buf_str(&b));
	else
		xml_set(&k->w, "nullFlavor", STR("UNK"));
	xml_close(&k->w);
}

static void interval(struct writing *k, struct str low, struct str high)
{
	xml_open(&k->w, "effectiveTime", "xsi:type", "IVL_TS", NULL);
	stamp(k, "low", low);
	if (high.n)
		stamp(k, "high", high);
	xml_close(&k->w);
}

/* onset[x] and abatement[x]: from the begin of one to the end of the other. */
static void prevalence(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str low = text(k, r, "onsetDateTime", &a);
	struct str high = text(k, r, "abatementDateTime", &b);

	if (!low.n)
		low = text(k, r, "onsetPeriod.start", &a);
	if (!high.n)
		high = text(k, r, "abatementPeriod.end", &b);
	interval(k, low, high);
}

static void relevant(struct writing *k, const struct kind *kind, uint32_t r)
{
	int type = 0;
	uint32_t node = kind->time[0] ? fhir_choice(k->t, r, kind->time, &type)
				      : 0;
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	if (kind->type == FHIR_Condition) {
		prevalence(k, r);
		return;
	}
	if (!node && kind->time[0])
		node = tape_get(k->t, r, kind->time);
	if (!node)
		return;
	if (tape_type(k->t, node) == TAPE_STRING)
		stamp(k, "effectiveTime", tape_text(k->t, node, &a));
	else
		interval(k, text(k, node, "start", &a), text(k, node, "end",
		    &b));
}

/* Author participation, 24.3.155. */
static void author(struct writing *k, const struct kind *kind, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	struct str time = kind->author[0] ? text(k, r, kind->author, &a)
					  : STR_NONE;
	uint32_t list = tape_get(k->t, r, "extension");

	if (list && !time.n)
		tape_each(k->t, list, i)
			if (str_ends(text(k, i, "url", &a), "qicore-recorded"))
				time = text(k, i, "valueDateTime", &a);
	if (!time.n)
		return;
	xml_open(&k->w, "author", NULL);
	template(k, "24.3.155", "2019-12-01");
	stamp(k, "time", time);
	xml_open(&k->w, "assignedAuthor", NULL);
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	xml_close(&k->w);
	xml_close(&k->w);
}

/* ---- values ---- */

static void quantity(struct writing *k, uint32_t node)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str unit = text(k, node, "code", &b);

	if (!unit.n)
		unit = text(k, node, "unit", &b);
	xml_open(&k->w, "value", "xsi:type", "PQ", NULL);
	xml_set(&k->w, "value", text(k, node, "value", &a));
	xml_set(&k->w, "unit", unit.n ? unit : STR("1"));
	xml_close(&k->w);
}

static const struct {
	int type;
	const char *hl7;
} simple[] = { { FHIR_integer, "INT" }, { FHIR_boolean, "BL" },
	{ FHIR_dateTime, "TS" }, { FHIR_decimal, "REAL" } };

static void value(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO hl7 = BUF_INIT;
	int type;
	uint32_t node = fhir_choice(k->t, r, "value", &type);

	if (!node)
		return;
	if (type == FHIR_CodeableConcept) {
		concept(k, "value", "CD", node);
	} else if (type == FHIR_Quantity) {
		quantity(k, node);
	} else if (type == FHIR_string) {
		xml_open(&k->w, "value", "xsi:type", "ST", NULL);
		xml_put(&k->w, tape_text(k->t, node, &a));
		xml_close(&k->w);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(simple); i++) {
			if (simple[i].type != type)
				continue;
			xml_open(&k->w, "value", "xsi:type", simple[i].hl7,
			    NULL);
			if (type == FHIR_dateTime)
				one_hl7_time(&hl7, tape_text(k->t, node, &a));
			else
				buf_addstr(&hl7, tape_text(k->t, node, &a));
			xml_set(&k->w, "value", buf_str(&hl7));
			xml_close(&k->w);
			return;
		}
		lost(k, "a value of its type");
	}
}

static void components(struct writing *k, uint32_t r)
{
	uint32_t list = tape_get(k->t, r, "component");

	if (!list)
		return;
	tape_each(k->t, list, i) {
		xml_open(&k->w, "entryRelationship", "typeCode", "REFR", NULL);
		xml_open(&k->w, "observation", "classCode", "OBS", "moodCode",
		    "EVN", NULL);
		template(k, "24.3.149", "2017-08-01");
		concept(k, "code", NULL, tape_get(k->t, i, "code"));
		value(k, i);
		xml_close(&k->w);
		xml_close(&k->w);
	}
}

/* ---- negation and reasons ---- */

static bool extension_is(struct writing *k, uint32_t list, const char *end,
    const char *member, uint32_t *found)
{
	BUF_AUTO a = BUF_INIT;

	if (list)
		tape_each(k->t, list, i)
			if (str_ends(text(k, i, "url", &a), end)) {
				*found = tape_get(k->t, i, member);
				return *found != 0;
			}
	return false;
}

static bool negated(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	uint32_t found;

	return str_is(text(k, r, "status", &a), "not-done") ||
	    str_is(text(k, r, "status", &a), "cancelled") ||
	    str_is(text(k, r, "doNotPerform", &a), "true") ||
	    (extension_is(k, tape_get(k->t, r, "modifierExtension"),
		"doNotPerform", "valueBoolean", &found) &&
	    tape_type(k->t, found) == TAPE_TRUE);
}

/* Reason, 24.3.88: the first of those that say it. */
static void reason(struct writing *k, uint32_t r)
{
	static const char *const urls[] = { "doNotPerformReason",
		"notDoneReason", "request-statusReason" };
	uint32_t list = tape_get(k->t, r, "extension"), node = 0;

	for (size_t i = 0; i < ARRAY_LEN(urls) && !node; i++)
		extension_is(k, list, urls[i], "valueCodeableConcept", &node);
	if (!node)
		node = tape_get(k->t, r, "statusReason");
	if (!node)
		node = tape_get(k->t, r, "reasonCode");
	if (!node)
		return;
	xml_open(&k->w, "entryRelationship", "typeCode", "RSON", NULL);
	xml_open(&k->w, "observation", "classCode", "OBS", "moodCode", "EVN",
	    NULL);
	template(k, "24.3.88", "2017-08-01");
	fixed(k, "77301-0", LOINC);
	concept(k, "value", "CD", node);
	xml_close(&k->w);
	xml_close(&k->w);
}

/* ---- entries ---- */

static void code_of(struct writing *k, const struct kind *kind, uint32_t r)
{
	uint32_t node = tape_get(k->t, r, one_code_member(kind->type));

	switch (kind->at) {
	case AT_DIRECT:
		concept(k, "code", NULL, node);
		break;
	case AT_VALUE:
		fixed(k, kind->type == FHIR_Coverage ? "48768-6" : "29308-4",
		    LOINC);
		break;
	case AT_CONSUMABLE:
	case AT_DEVICE:
		break;
	}
}

static void substance(struct writing *k, const struct kind *kind, uint32_t r)
{
	uint32_t node = tape_get(k->t, r, one_code_member(kind->type));

	if (kind->at == AT_CONSUMABLE) {
		xml_open(&k->w, "consumable", NULL);
		xml_open(&k->w, "manufacturedProduct", "classCode", "MANU",
		    NULL);
		xml_open(&k->w, "manufacturedMaterial", NULL);
	} else if (kind->at == AT_DEVICE) {
		xml_open(&k->w, "participant", "typeCode", "DEV", NULL);
		xml_open(&k->w, "participantRole", "classCode", "MANU", NULL);
		xml_open(&k->w, "playingDevice", "classCode", "DEV", NULL);
	} else {
		return;
	}
	concept(k, "code", NULL, node);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

/* How long a drug is to be taken, and how often it is supplied. */
static void order_time(struct writing *k, uint32_t r)
{
	static const char *const periods[] = {
		"dosageInstruction.timing.repeat.boundsPeriod",
		"dispenseRequest.validityPeriod" };
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
		uint32_t node = tape_path(k->t, r, periods[i]);

		if (!node)
			continue;
		interval(k, text(k, node, "start", &a), text(k, node, "end",
		    &b));
		return;
	}
}

static void repeats(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	struct str n = text(k, r, "dispenseRequest.numberOfRepeatsAllowed", &a);

	if (!n.n)
		return;
	xml_open(&k->w, "repeatNumber", NULL);
	xml_set(&k->w, "value", n);
	xml_close(&k->w);
}

/* Days supplied, 24.3.157. */
static void days_supplied(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	uint32_t node = tape_path(k->t, r,
	    "dispenseRequest.expectedSupplyDuration");

	if (!node)
		return;
	xml_open(&k->w, "entryRelationship", "typeCode", "COMP", NULL);
	xml_open(&k->w, "supply", "classCode", "SPLY", "moodCode", "RQO", NULL);
	template(k, "24.3.157", "2018-10-01");
	xml_open(&k->w, "quantity", "unit", "d", NULL);
	xml_set(&k->w, "value", text(k, node, "value", &a));
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

static void encounter_class(struct writing *k, uint32_t r)
{
	uint32_t node = tape_get(k->t, r, "class");

	if (!node)
		return;
	xml_open(&k->w, "entryRelationship", "typeCode", "REFR", NULL);
	xml_open(&k->w, "act", "classCode", "ACT", "moodCode", "EVN", NULL);
	template(k, "24.3.171", "2021-08-01");
	xml_open(&k->w, "code", NULL);
	if (!coding(k, node))
		xml_set(&k->w, "nullFlavor", STR("UNK"));
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

static void body(struct writing *k, const struct kind *kind, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;

	xml_open(&k->w, kind->element, "classCode", kind->class, "moodCode",
	    kind->mood, "negationInd", negated(k, r) ? "true" : NULL, NULL);
	template(k, kind->template, kind->version);
	xml_open(&k->w, "id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_set(&k->w, "extension", text(k, r, "id", &a));
	xml_close(&k->w);
	code_of(k, kind, r);
	xml_empty(&k->w, "statusCode", "code",
	    strcmp(kind->mood, "RQO") == 0 ? "active" : "completed", NULL);
	relevant(k, kind, r);
	if (kind->type == FHIR_MedicationRequest) {
		order_time(k, r);
		repeats(k, r);
	}
	if (kind->at == AT_VALUE)
		concept(k, "value", "CD", tape_get(k->t, r,
		    one_code_member(kind->type)));
	if (kind->type == FHIR_Observation)
		value(k, r);
	if (kind->type == FHIR_Encounter &&
	    tape_path(k->t, r, "hospitalization.dischargeDisposition"))
		concept(k, "sdtc:dischargeDispositionCode", NULL, tape_path(
		    k->t, r, "hospitalization.dischargeDisposition"));
	substance(k, kind, r);
	author(k, kind, r);
	reason(k, r);
	days_supplied(k, r);
	if (kind->type == FHIR_Encounter)
		encounter_class(k, r);
	components(k, r);
	xml_close(&k->w);
}

/* A diagnosis and a device stand inside an act of their own. */
static void entry(struct writing *k, const struct kind *kind, uint32_t r)
{
	bool diagnosis = kind->type == FHIR_Condition;
	bool wrapped = diagnosis || kind->type == FHIR_DeviceRequest;

	xml_open(&k->w, "entry", NULL);
	if (wrapped) {
		xml_open(&k->w, "act", "classCode", "ACT", "moodCode",
		    kind->mood, NULL);
		template(k, diagnosis ? "24.3.137" : "24.3.130", "2021-08-01");
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		fixed(k, diagnosis ? "CONC" : "SPLY",
		    "2.16.840.1.113883.5.6");
		xml_empty(&k->w, "statusCode", "code", "active", NULL);
		if (diagnosis)
			prevalence(k, r);
		xml_open(&k->w, "entryRelationship", "typeCode", "SUBJ", NULL);
	}
	body(k, kind, r);
	if (wrapped) {
		xml_close(&k->w);
		xml_close(&k->w);
	}
	xml_close(&k->w);
}

/* ---- which resource is what ---- */

static bool has_category(struct writing *k, uint32_t r, struct str words)
{
	BUF_AUTO a = BUF_INIT;
	uint32_t list = tape_get(k->t, r, "category");

	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, i)
			if (rule_word_in(text(k, i, "coding.code", &a), words))
				return true;
	return false;
}

static const struct kind *kind_of(struct writing *k, uint32_t r, int type)
{
	const struct kind *last = NULL, *kind;

	for (size_t i = 0; (kind = one_kind(i)); i++) {
		if (kind->type != type)
			continue;
		if (!kind->categories[0] || has_category(k, r,
		    str_of(kind->categories)))
			return kind;
		last = kind;
	}
	if (last)
		lost(k, "its category");
	return last;
}

/* QDM has no states: what is told was, or was not, done or ordered. */
static bool told(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	struct str status = text(k, r, "status", &a);

	if (status.n && !rule_word_in(status, STR("finished completed final "
	    "amended corrected active not-done cancelled")))
		return false;
	status = text(k, r, "verificationStatus.coding.code", &a);
	if (status.n && !str_is(status, "confirmed"))
		return false;
	status = text(k, r, "intent", &a);
	return !status.n || str_ends(status, "order");
}

static void resource(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	int type = fhir_resource_type(k->t, r);
	const struct kind *kind;

	if (type == 0 || type == FHIR_Patient)
		return;
	buf_reset(&k->id);
	buf_addf(&k->id, "%s/", fhir_type_name(type));
	buf_addstr(&k->id, text(k, r, "id", &a));
	kind = kind_of(k, r, type);
	if (!kind)
		lost(k, "no data element of QDM");
	else if (!told(k, r))
		lost(k, "its status or intent");
	else if (!tape_get(k->t, r, one_code_member(type)))
		lost(k, "it has no code");
	else
		entry(k, kind, r);
}

/* ---- the document ---- */

static void person_code(struct writing *k, uint32_t patient, const char *end,
    const char *element)
{
	uint32_t list = tape_get(k->t, patient, "extension"), found = 0;
	BUF_AUTO a = BUF_INIT;

	if (!list)
		return;
	tape_each(k->t, list, i) {
		uint32_t parts = tape_get(k->t, i, "extension");

		if (str_ends(text(k, i, "url", &a), end) && parts)
			extension_is(k, parts, "ombCategory", "valueCoding",
			    &found);
	}
	if (!found)
		return;
	xml_open(&k->w, element, NULL);
	if (!coding(k, found))
		xml_set(&k->w, "nullFlavor", STR("UNK"));
	xml_close(&k->w);
}

/* The sex recorded for administration, of US Core, else the gender. */
static const char *sex_of(struct writing *k, uint32_t p)
{
	BUF_AUTO a = BUF_INIT;
	uint32_t node = 0;
	struct str sex = extension_is(k, tape_get(k->t, p, "extension"),
	    "us-core-sex", "valueCode", &node) ? tape_text(k->t, node, &a)
					       : text(k, p, "gender", &a);

	return rule_word_in(sex, STR("female 248152002")) ? "F"
	    : rule_word_in(sex, STR("male 248153007")) ? "M" : NULL;
}

static void patient(struct writing *k, uint32_t p)
{
	BUF_AUTO a = BUF_INIT;
	const char *sex = sex_of(k, p);

	xml_open(&k->w, "recordTarget", NULL);
	xml_open(&k->w, "patientRole", NULL);
	xml_open(&k->w, "id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_set(&k->w, "extension", text(k, p, "id", &a));
	xml_close(&k->w);
	xml_open(&k->w, "patient", NULL);
	xml_open(&k->w, "name", NULL);
	xml_leaf(&k->w, "given", text(k, p, "name.given", &a));
	xml_leaf(&k->w, "family", text(k, p, "name.family", &a));
	xml_close(&k->w);
	xml_empty(&k->w, "administrativeGenderCode", "code", sex,
	    "nullFlavor", sex ? NULL : "UNK", "codeSystem",
	    "2.16.840.1.113883.5.1", NULL);
	stamp(k, "birthTime", text(k, p, "birthDate", &a));
	person_code(k, p, "us-core-race", "raceCode");
	person_code(k, p, "us-core-ethnicity", "ethnicGroupCode");
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

static void organization(struct writing *k, const char *outer,
    const char *inner, const char *org)
{
	xml_open(&k->w, outer, NULL);
	if (strcmp(outer, "author") == 0)
		stamp(k, "time", k->q->time);
	xml_open(&k->w, inner, NULL);
	if (strcmp(outer, "author") == 0) {
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		xml_open(&k->w, "assignedAuthoringDevice", NULL);
		xml_leaf(&k->w, "softwareName", STR("ehr-mips " EHR_VERSION));
		xml_close(&k->w);
	}
	xml_open(&k->w, org, NULL);
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	xml_leaf(&k->w, "name", k->q->practice);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

static void header(struct writing *k, uint32_t p)
{
	xml_empty(&k->w, "realmCode", "code", "US", NULL);
	xml_empty(&k->w, "typeId", "root", "2.16.840.1.113883.1.3",
	    "extension", "POCD_HD000040", NULL);
	template(k, "22.1.1", "2015-08-01");
	template(k, "24.1.1", "2017-08-01");
	template(k, "24.1.2", "2021-08-01");
	xml_open(&k->w, "id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_close(&k->w);
	fixed(k, "55182-0", LOINC);
	xml_leaf(&k->w, "title", STR("QRDA Category I report"));
	stamp(k, "effectiveTime", k->q->time);
	xml_empty(&k->w, "confidentialityCode", "code", "N", "codeSystem",
	    "2.16.840.1.113883.5.25", NULL);
	xml_empty(&k->w, "languageCode", "code", "en", NULL);
	patient(k, p);
	organization(k, "author", "assignedAuthor", "representedOrganization");
	organization(k, "custodian", "assignedCustodian",
	    "representedCustodianOrganization");
}

static void open_section(struct writing *k, const char *template_,
    const char *version, const char *of, const char *code, struct str title)
{
	xml_open(&k->w, "component", NULL);
	xml_open(&k->w, "section", NULL);
	template(k, template_, NULL);
	template(k, of, version);
	fixed(k, code, LOINC);
	xml_leaf(&k->w, "title", title);
	xml_leaf(&k->w, "text", STR("Entries are below"));
}

static void measures(struct writing *k)
{
	open_section(k, "24.2.2", NULL, "24.2.3", "55186-1",
	    STR("Measure Section"));
	for (size_t i = 0; i < k->q->measures; i++) {
		xml_open(&k->w, "entry", NULL);
		xml_open(&k->w, "organizer", "classCode", "CLUSTER",
		    "moodCode", "EVN", NULL);
		template(k, "24.3.98", NULL);
		template(k, "24.3.97", NULL);
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		xml_empty(&k->w, "statusCode", "code", "completed", NULL);
		xml_open(&k->w, "reference", "typeCode", "REFR", NULL);
		xml_open(&k->w, "externalDocument", "classCode", "DOC",
		    "moodCode", "EVN", NULL);
		xml_open(&k->w, "id", "root", "2.16.840.1.113883.4.738", NULL);
		xml_set(&k->w, "extension", k->q->measure[i]);
		xml_close(&k->w);
		xml_leaf(&k->w, "text", k->q->title[i]);
		xml_close(&k->w);
		xml_close(&k->w);
		xml_close(&k->w);
		xml_close(&k->w);
	}
	xml_close(&k->w);
	xml_close(&k->w);
}

static void reporting(struct writing *k)
{
	open_section(k, "17.2.1", NULL, "17.2.1", "55187-9",
	    STR("Reporting Parameters"));
	xml_open(&k->w, "entry", "typeCode", "DRIV", NULL);
	xml_open(&k->w, "act", "classCode", "ACT", "moodCode", "EVN", NULL);
	template(k, "17.3.8", NULL);
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	fixed(k, "252116004", "2.16.840.1.113883.6.96");
	xml_open(&k->w, "effectiveTime", NULL);
	stamp(k, "low", k->q->period.low);
	stamp(k, "high", k->q->period.high);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

static uint32_t find_patient(const struct tape *t, uint32_t entries)
{
	if (entries)
		tape_each(t, entries, i) {
			uint32_t r = tape_get(t, i, "resource");

			if (r && fhir_resource_type(t, r) == FHIR_Patient)
				return r;
		}
	return 0;
}

int qrda1_write(struct buf *b, const struct qrda1 *q,
    const struct tape *bundle, qrda_lost_fn *fn, void *arg, struct ehr_err *e)
{
	struct writing k = { .w = XML_WRITER(b), .q = q, .t = bundle,
		.id = BUF_INIT, .fn = fn, .arg = arg };
	uint32_t entries = tape_get(bundle, 0, "entry");
	uint32_t p = find_patient(bundle, entries);

	if (!p)
		return ehr_fail(e, EHR_EREJECT, "no Patient in a Bundle");
	xml_declare(&k.w);
	xml_open(&k.w, "ClinicalDocument", "xmlns", HL7_NS, "xmlns:sdtc",
	    SDTC_NS, "xmlns:xsi", XSI_NS, NULL);
	header(&k, p);
	xml_open(&k.w, "component", NULL);
	xml_open(&k.w, "structuredBody", NULL);
	measures(&k);
	reporting(&k);
	open_section(&k, "17.2.4", "2021-08-01", "24.2.1", "55188-7",
	    STR("Patient Data"));
	tape_each(bundle, entries, i) {
		uint32_t r = tape_get(bundle, i, "resource");

		if (r)
			resource(&k, r);
	}
	xml_close(&k.w);
	xml_close(&k.w);
	xml_close(&k.w);
	xml_close(&k.w);
	xml_close(&k.w);
	buf_release(&k.id);
	return 0;
}
