/* Category I: the table of kinds, code systems, times. */
#include "one.h"

static const struct kind kinds[] = {
#define Q(type, categories, element, class, mood, template, version, at,      \
	time, author, value)                                                  \
	{ FHIR_##type, categories, element, class, mood, template, version,   \
		AT_##at, time, author, VALUE_##value },
#include "kinds1.def"
#undef Q
};

const struct kind *one_kind(size_t i)
{
	return i < ARRAY_LEN(kinds) ? &kinds[i] : NULL;
}

/* HL7's registry of code systems. */
static const struct {
	const char *uri, *oid;
} systems[] = {
	{ "http://snomed.info/sct", "2.16.840.1.113883.6.96" },
	{ "http://loinc.org", "2.16.840.1.113883.6.1" },
	{ "http://www.nlm.nih.gov/research/umls/rxnorm",
	    "2.16.840.1.113883.6.88" },
	{ "http://hl7.org/fhir/sid/cvx", "2.16.840.1.113883.12.292" },
	{ "http://www.ama-assn.org/go/cpt", "2.16.840.1.113883.6.12" },
	{ "http://hl7.org/fhir/sid/icd-10-cm", "2.16.840.1.113883.6.90" },
	{ "http://hl7.org/fhir/sid/icd-9-cm", "2.16.840.1.113883.6.103" },
	{ "http://www.cms.gov/Medicare/Coding/ICD10",
	    "2.16.840.1.113883.6.4" },
	{ "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
	    "2.16.840.1.113883.6.285" },
	{ "http://www.ada.org/cdt", "2.16.840.1.113883.6.13" },
	{ "http://terminology.hl7.org/CodeSystem/v3-ActCode",
	    "2.16.840.1.113883.5.4" },
	{ "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender",
	    "2.16.840.1.113883.5.1" },
	{ "https://nahdo.org/sopt", "2.16.840.1.113883.3.221.5" },
	{ "http://terminology.hl7.org/CodeSystem/v3-ActReason",
	    "2.16.840.1.113883.5.8" },
};

struct str one_oid(struct str uri, struct buf *scratch)
{
	buf_reset(scratch);
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		if (str_is(uri, systems[i].uri))
			return str_of(systems[i].oid);
	if (!str_starts(uri, "urn:oid:"))
		return STR_NONE;
	buf_add(scratch, uri.s + 8, uri.n - 8);
	return buf_str(scratch);
}

void one_uri(struct buf *b, struct str oid)
{
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		if (str_is(oid, systems[i].oid)) {
			buf_adds(b, systems[i].uri);
			return;
		}
	buf_adds(b, "urn:oid:");
	buf_addstr(b, oid);
}

const char *one_code_member(int type)
{
	switch (type) {
	case FHIR_Encounter:
	case FHIR_Coverage: return "type";
	case FHIR_Immunization: return "vaccineCode";
	case FHIR_MedicationRequest:
	case FHIR_MedicationStatement:
	case FHIR_MedicationAdministration: return "medicationCodeableConcept";
	case FHIR_DeviceRequest: return "codeCodeableConcept";
	case FHIR_Communication: return "topic";
	case FHIR_Task: return "reasonCode";
	default: return "code";
	}
}

/* ---- times ---- */

void one_hl7_time(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c == 'Z')
			buf_adds(b, "+0000");
		else if (c != ':' && c != 'T' && !(c == '-' && i < 10))
			buf_addch(b, c);
	}
}

/* Marks stand in front of the digit at these places; a time of FHIR has minutes
 * and seconds. */
void one_fhir_time(struct buf *b, struct str s)
{
	static const char marks[15] = { [4] = '-', [6] = '-', [8] = 'T',
		[10] = ':', [12] = ':' };
	size_t n = 0;

	while (n < s.n && s.s[n] != '+' && s.s[n] != '-')
		n++;
	for (size_t i = 0; i < n; i++) {
		if (i < 15 && marks[i])
			buf_addch(b, marks[i]);
		buf_addch(b, s.s[i]);
	}
	if (n == 10)
		buf_adds(b, ":00:00");
	if (n == 12)
		buf_adds(b, ":00");
	for (size_t i = n; i < s.n; i++) {
		if (i == n + 3)
			buf_addch(b, ':');
		buf_addch(b, s.s[i]);
	}
}
