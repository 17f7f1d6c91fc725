/* Writing a Category I: a patient's FHIR resources as QDM data elements. */
#include "one-write.h"

/* onset[x] and abatement[x]: from the begin of one to the end of the other. */
static void prevalence(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str low = one_text(k, r, "onsetDateTime", &a);
	struct str high = one_text(k, r, "abatementDateTime", &b);

	if (!low.n)
		low = one_text(k, r, "onsetPeriod.start", &a);
	if (!high.n)
		high = one_text(k, r, "abatementPeriod.end", &b);
	one_interval(k, "effectiveTime", low, high, true);
}

static void period(struct writing *k, uint32_t node)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	one_interval(k, "effectiveTime", one_text(k, node, "start", &a),
	    one_text(k, node, "end", &b), false);
}

/* From when it was sent to when it was received. */
static void sent(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	one_interval(k, "effectiveTime", one_text(k, r, "sent", &a),
	    one_text(k, r, "received", &b), false);
}

static void relevant(struct writing *k, const struct kind *kind, uint32_t r)
{
	int type = 0;
	uint32_t node = kind->time[0] ? fhir_choice(k->t, r, kind->time, &type)
				      : 0;
	BUF_AUTO a = BUF_INIT;

	if (strcmp(kind->time, "onset") == 0) {
		prevalence(k, r);
		return;
	}
	if (!node && kind->time[0])
		node = tape_get(k->t, r, kind->time);
	if (kind->type == FHIR_Communication)
		sent(k, r);
	else if (!node && kind->time[0])
		one_stamp(k, "effectiveTime", STR_NONE);
	else if (node && tape_type(k->t, node) == TAPE_STRING)
		one_stamp(k, "effectiveTime", tape_text(k->t, node, &a));
	else if (node)
		period(k, node);
}

/* Author, 24.3.155: when it was recorded; of a task when it was done. */
static void author(struct writing *k, const struct kind *kind, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	struct str time = kind->author[0] ? one_text(k, r, kind->author, &a)
					  : STR_NONE;
	uint32_t node;

	if (!time.n && one_extension_is(k, tape_get(k->t, r, "extension"),
	    "qicore-recorded", "valueDateTime", &node))
		time = tape_text(k->t, node, &a);
	if (!time.n && kind->type == FHIR_Task)
		time = one_text(k, r, "executionPeriod.end", &a);
	if (!time.n)
		return;
	xml_open(&k->w, "author", NULL);
	one_template(k, "24.3.155", "2019-12-01");
	one_stamp(k, "time", time);
	xml_open(&k->w, "assignedAuthor", NULL);
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	xml_close(&k->w);
	xml_close(&k->w);
}

/* ---- entries ---- */

static const char *act_code(int type)
{
	switch (type) {
	case FHIR_Coverage: return "48768-6";
	case FHIR_Condition: return "29308-4";
	default: return NULL;
	}
}

static void code_of(struct writing *k, const struct kind *kind, uint32_t r)
{
	switch (kind->at) {
	case AT_DIRECT:
		one_concept(k, "code", NULL, one_code_node(k, r));
		break;
	case AT_VALUE:
		xml_open(&k->w, "code", "code", act_code(kind->type),
		    "codeSystem", LOINC, NULL);
		if (kind->type == FHIR_Condition)
			xml_empty(&k->w, "translation", "code", "282291009",
			    "codeSystem", SNOMED, NULL);
		xml_close(&k->w);
		break;
	case AT_CONSUMER:
		one_fixed(k, "ASSERTION", ACT_CODE);
		break;
	case AT_REASON: {
		uint32_t node = tape_get(k->t, r, "category");

		if (node)
			one_concept(k, "code", NULL, node);
		else
			xml_empty(&k->w, "code", "nullFlavor", "UNK", NULL);
		break;
	}
	case AT_CONSUMABLE:
	case AT_DEVICE:
		break;
	}
}

static void value_of(struct writing *k, const struct kind *kind, uint32_t r)
{
	if (kind->at == AT_VALUE)
		one_concept(k, "value", "CD", one_code_node(k, r));
	if (kind->at == AT_CONSUMER) /* allergy to substance, whatever it is */
		xml_empty(&k->w, "value", "xsi:type", "CD", "code",
		    "419199007", "codeSystem", SNOMED, NULL);
	if (kind->type == FHIR_Observation && kind->value == VALUE_OWN)
		one_value(k, r);
	if (kind->value == VALUE_NA)
		xml_empty(&k->w, "value", "xsi:type", "CD", "nullFlavor", "NA",
		    NULL);
	if (kind->type == FHIR_Condition && tape_get(k->t, r, "bodySite"))
		one_concept(k, "targetSiteCode", NULL, tape_get(k->t, r,
		    "bodySite"));
}

static void participant(struct writing *k, const char *type,
    const char *element, const char *class, uint32_t concept)
{
	xml_open(&k->w, "participant", "typeCode", type, NULL);
	xml_open(&k->w, "participantRole", "classCode", "MANU", NULL);
	xml_open(&k->w, element, "classCode", class, NULL);
	one_concept(k, "code", NULL, concept);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

static void substance(struct writing *k, const struct kind *kind, uint32_t r)
{
	uint32_t node = one_code_node(k, r);

	if (kind->at == AT_DEVICE) {
		participant(k, "DEV", "playingDevice", "DEV", node);
	} else if (kind->at == AT_CONSUMER) {
		participant(k, "CSM", "playingEntity", "MMAT", node);
	} else if (kind->at == AT_CONSUMABLE) {
		xml_open(&k->w, "consumable", NULL);
		one_drug(k, kind->type == FHIR_Immunization ? "22.4.54"
							    : "22.4.23", node);
		xml_close(&k->w);
	}
}

/* Result, 24.3.87, of the kinds whose value is not theirs. */
static void result(struct writing *k, const struct kind *kind, uint32_t r)
{
	int type;

	if (kind->value == VALUE_OWN || !fhir_choice(k->t, r, "value", &type))
		return;
	xml_open(&k->w, "entryRelationship", "typeCode", "REFR", NULL);
	xml_open(&k->w, "observation", "classCode", "OBS", "moodCode", "EVN",
	    NULL);
	one_template(k, "22.4.2", "2015-08-01");
	one_template(k, "24.3.87", "2019-12-01");
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	one_concept(k, "code", NULL, one_code_node(k, r));
	xml_empty(&k->w, "statusCode", "code", "completed", NULL);
	relevant(k, kind, r);
	one_value(k, r);
	xml_close(&k->w);
	xml_close(&k->w);
}

static void related(struct writing *k, const struct kind *kind, uint32_t r,
    bool not_done)
{
	switch (kind->type) {
	case FHIR_MedicationRequest: one_supply(k, r); break;
	case FHIR_Encounter: one_encounter(k, r); break;
	case FHIR_Condition: one_severity(k, r); break;
	case FHIR_Communication:
	case FHIR_Task: one_communication(k, r); break;
	default: break;
	}
	result(k, kind, r);
	one_reason(k, r, not_done);
	one_components(k, r);
}

/* Over, though nobody says since when. */
static bool over(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;

	return rule_word_in(one_text(k, r, "clinicalStatus.coding.code", &a),
	    STR("resolved inactive remission"));
}

static const char *status_of(struct writing *k, const struct kind *kind,
    uint32_t r)
{
	if (strcmp(kind->mood, "RQO") == 0 ||
	    kind->type == FHIR_MedicationStatement)
		return "active";
	return kind->at == AT_CONSUMER && !over(k, r) ? "active" : "completed";
}

static void body(struct writing *k, const struct kind *kind, uint32_t r)
{
	bool not_done = one_negated(k, r);

	xml_open(&k->w, kind->element, "classCode", kind->class, "moodCode",
	    kind->mood, "negationInd", not_done ? "true"
	    : kind->type == FHIR_Immunization ? "false" : NULL, NULL);
	one_template(k, kind->template, kind->version);
	one_own_id(k, r);
	code_of(k, kind, r);
	xml_empty(&k->w, "statusCode", "code", status_of(k, kind, r), NULL);
	relevant(k, kind, r);
	if (kind->type == FHIR_MedicationRequest)
		one_dose(k, r);
	value_of(k, kind, r);
	if (kind->type == FHIR_Encounter &&
	    tape_path(k->t, r, "hospitalization.dischargeDisposition"))
		one_concept(k, "sdtc:dischargeDispositionCode", NULL, tape_path(
		    k->t, r, "hospitalization.dischargeDisposition"));
	if (kind->at != AT_CONSUMER)
		substance(k, kind, r);
	author(k, kind, r);
	if (kind->at == AT_CONSUMER)
		substance(k, kind, r);
	if (kind->type == FHIR_Encounter)
		one_locations(k, r);
	related(k, kind, r, not_done);
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
		one_template(k, diagnosis ? "24.3.137" : "24.3.130",
		    "2021-08-01");
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		one_fixed(k, diagnosis ? "CONC" : "SPLY", ACT_CLASS);
		xml_empty(&k->w, "statusCode", "code", diagnosis && over(k, r)
		    ? "completed" : "active", NULL);
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
			if (rule_word_in(one_text(k, i, "coding.code", &a), words))
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
		one_lost(k, "its category");
	return last;
}

/* QDM has no states: what is told was, or was not, done or ordered. */
static bool told(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	struct str status = one_text(k, r, "status", &a);

	if (status.n && !rule_word_in(status, STR("finished completed final "
	    "amended corrected active not-done cancelled")))
		return false;
	status = one_text(k, r, "verificationStatus.coding.code", &a);
	if (status.n && !str_is(status, "confirmed"))
		return false;
	status = one_text(k, r, "intent", &a);
	return !status.n || str_ends(status, "order");
}

/* A resource that is no data element but may be a part of one. */
static bool part(struct writing *k, int type)
{
	return type == FHIR_Practitioner || type == FHIR_PractitionerRole ||
	    type == FHIR_Organization ||
	    strmap_get(&k->used, buf_str(&k->id));
}

static void name_of(struct writing *k, uint32_t r, int type)
{
	BUF_AUTO a = BUF_INIT;

	buf_reset(&k->id);
	buf_addf(&k->id, "%s/", fhir_type_name(type));
	buf_addstr(&k->id, one_text(k, r, "id", &a));
}

/* Entries first, so that it is known what is part of one. */
static void resource(struct writing *k, uint32_t r, bool entries)
{
	int type = fhir_resource_type(k->t, r);
	const struct kind *kind = NULL;

	if (type == 0 || type == FHIR_Patient)
		return;
	name_of(k, r, type);
	for (size_t i = 0; (kind = one_kind(i)) && kind->type != type; i++)
		;
	if (!kind != !entries)
		return;
	if (!kind) {
		if (!part(k, type))
			one_lost(k, "no data element of QDM");
		return;
	}
	kind = kind_of(k, r, type);
	if (!told(k, r))
		one_lost(k, "its status or intent");
	else if (!one_code_node(k, r))
		one_lost(k, "it has no code");
	else
		entry(k, kind, r);
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

/* What References of the Bundle may point to. */
static void index_refs(struct writing *k, uint32_t entries)
{
	tape_each(k->t, entries, i) {
		uint32_t r = tape_get(k->t, i, "resource");
		int type = r ? fhir_resource_type(k->t, r) : 0;
		BUF_AUTO a = BUF_INIT;
		struct str url = one_text(k, i, "fullUrl", &a);
		bool added;

		if (type == 0)
			continue;
		if (url.n)
			*strmap_put(&k->refs, url, &added) = r;
		name_of(k, r, type);
		*strmap_put(&k->refs, buf_str(&k->id), &added) = r;
	}
}

static void patient_data(struct writing *k, uint32_t entries)
{
	one_open_section(k, "17.2.4", "2021-08-01", "24.2.1", "55188-7",
	    STR("Patient Data"));
	for (int pass = 0; pass < 2; pass++)
		tape_each(k->t, entries, i) {
			uint32_t r = tape_get(k->t, i, "resource");

			if (r)
				resource(k, r, pass == 0);
		}
	xml_close(&k->w);
	xml_close(&k->w);
}

int qrda1_write(struct buf *b, const struct qrda1 *q,
    const struct tape *bundle, qrda_lost_fn *fn, void *arg, struct ehr_err *e)
{
	struct writing k = { .w = XML_WRITER(b), .q = q, .t = bundle,
		.id = BUF_INIT, .refs = STRMAP_INIT, .used = STRMAP_INIT,
		.fn = fn, .arg = arg };
	uint32_t entries = tape_get(bundle, 0, "entry");
	uint32_t p = find_patient(bundle, entries);

	if (!p)
		return ehr_fail(e, EHR_EREJECT, "no Patient in a Bundle");
	index_refs(&k, entries);
	xml_declare(&k.w);
	xml_open(&k.w, "ClinicalDocument", "xmlns", HL7_NS, "xmlns:sdtc",
	    SDTC_NS, "xmlns:xsi", XSI_NS, NULL);
	one_header(&k, p);
	xml_open(&k.w, "component", NULL);
	xml_open(&k.w, "structuredBody", NULL);
	one_measures(&k);
	one_reporting(&k);
	patient_data(&k, entries);
	xml_close(&k.w);
	xml_close(&k.w);
	xml_close(&k.w);
	buf_release(&k.id);
	strmap_release(&k.refs);
	strmap_release(&k.used);
	return 0;
}
