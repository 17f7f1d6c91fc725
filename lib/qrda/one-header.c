/* Writing a Category I: header, patient, measures and period. */
#include "one-write.h"

/* Race or ethnicity, of OMB's categories. */
static void person_code(struct writing *k, uint32_t patient, const char *end,
    const char *element)
{
	uint32_t parts = 0, found = 0;

	xml_open(&k->w, element, NULL);
	if (!one_extension_is(k, tape_get(k->t, patient, "extension"), end,
	    "extension", &parts) || !one_extension_is(k, parts, "ombCategory",
	    "valueCoding", &found) || !one_coding(k, found))
		xml_set(&k->w, "nullFlavor", STR("UNK"));
	xml_close(&k->w);
}

/* The sex recorded for administration, of US Core, else the gender. */
static const char *sex_of(struct writing *k, uint32_t p)
{
	BUF_AUTO a = BUF_INIT;
	uint32_t node = 0;
	struct str sex = one_extension_is(k, tape_get(k->t, p, "extension"),
	    "us-core-sex", "valueCode", &node) ? tape_text(k->t, node, &a)
					       : one_text(k, p, "gender", &a);

	return rule_word_in(sex, STR("female 248152002")) ? "F"
	    : rule_word_in(sex, STR("male 248153007")) ? "M" : NULL;
}

/* US Realm headers have both; QDM has neither. */
static void contact(struct writing *k)
{
	xml_open(&k->w, "addr", NULL);
	xml_empty(&k->w, "streetAddressLine", "nullFlavor", "UNK", NULL);
	xml_empty(&k->w, "city", "nullFlavor", "UNK", NULL);
	xml_close(&k->w);
	xml_empty(&k->w, "telecom", "nullFlavor", "UNK", NULL);
}

static void patient(struct writing *k, uint32_t p)
{
	BUF_AUTO a = BUF_INIT;
	const char *sex = sex_of(k, p);

	xml_open(&k->w, "recordTarget", NULL);
	xml_open(&k->w, "patientRole", NULL);
	xml_open(&k->w, "id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_set(&k->w, "extension", one_text(k, p, "id", &a));
	xml_close(&k->w);
	contact(k);
	xml_open(&k->w, "patient", NULL);
	xml_open(&k->w, "name", NULL);
	xml_leaf(&k->w, "given", one_text(k, p, "name.given", &a));
	xml_leaf(&k->w, "family", one_text(k, p, "name.family", &a));
	xml_close(&k->w);
	xml_empty(&k->w, "administrativeGenderCode", "code", sex,
	    "nullFlavor", sex ? NULL : "UNK", "codeSystem",
	    "2.16.840.1.113883.5.1", NULL);
	one_stamp(k, "birthTime", one_text(k, p, "birthDate", &a));
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
		one_stamp(k, "time", k->q->time);
	xml_open(&k->w, inner, NULL);
	if (strcmp(outer, "author") == 0) {
		xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
		contact(k);
		xml_open(&k->w, "assignedAuthoringDevice", NULL);
		xml_leaf(&k->w, "manufacturerModelName", STR("ehr"));
		xml_leaf(&k->w, "softwareName", STR("ehr-mips " EHR_VERSION));
		xml_close(&k->w);
	}
	xml_open(&k->w, org, NULL);
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	xml_leaf(&k->w, "name", k->q->practice);
	if (strcmp(outer, "custodian") == 0)
		contact(k);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}

void one_header(struct writing *k, uint32_t p)
{
	xml_empty(&k->w, "realmCode", "code", "US", NULL);
	xml_empty(&k->w, "typeId", "root", "2.16.840.1.113883.1.3",
	    "extension", "POCD_HD000040", NULL);
	one_template(k, "22.1.1", "2015-08-01");
	one_template(k, "24.1.1", "2017-08-01");
	one_template(k, "24.1.2", "2021-08-01");
	xml_open(&k->w, "id", NULL);
	xml_set(&k->w, "root", k->q->id);
	xml_close(&k->w);
	one_fixed(k, "55182-0", LOINC);
	xml_leaf(&k->w, "title", STR("QRDA Category I report"));
	one_stamp(k, "effectiveTime", k->q->time);
	xml_empty(&k->w, "confidentialityCode", "code", "N", "codeSystem",
	    "2.16.840.1.113883.5.25", NULL);
	xml_empty(&k->w, "languageCode", "code", "en", NULL);
	patient(k, p);
	organization(k, "author", "assignedAuthor", "representedOrganization");
	organization(k, "custodian", "assignedCustodian",
	    "representedCustodianOrganization");
}

void one_open_section(struct writing *k, const char *template_,
    const char *version, const char *of, const char *code, struct str title)
{
	xml_open(&k->w, "component", NULL);
	xml_open(&k->w, "section", NULL);
	one_template(k, template_, NULL);
	if (of)
		one_template(k, of, version);
	one_fixed(k, code, LOINC);
	xml_leaf(&k->w, "title", title);
	xml_leaf(&k->w, "text", STR("Entries are below"));
}

void one_measures(struct writing *k)
{
	one_open_section(k, "24.2.2", NULL, "24.2.3", "55186-1",
	    STR("Measure Section"));
	for (size_t i = 0; i < k->q->measures; i++) {
		xml_open(&k->w, "entry", NULL);
		xml_open(&k->w, "organizer", "classCode", "CLUSTER",
		    "moodCode", "EVN", NULL);
		one_template(k, "24.3.98", NULL);
		one_template(k, "24.3.97", NULL);
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

void one_reporting(struct writing *k)
{
	one_open_section(k, "17.2.1", NULL, NULL, "55187-9",
	    STR("Reporting Parameters"));
	xml_open(&k->w, "entry", "typeCode", "DRIV", NULL);
	xml_open(&k->w, "act", "classCode", "ACT", "moodCode", "EVN", NULL);
	one_template(k, "17.3.8", NULL);
	xml_empty(&k->w, "id", "nullFlavor", "NA", NULL);
	one_fixed(k, "252116004", SNOMED);
	xml_open(&k->w, "effectiveTime", NULL);
	one_stamp(k, "low", k->q->period.low);
	one_stamp(k, "high", k->q->period.high);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
	xml_close(&k->w);
}
