/* state.c - when a resource happened, whether it holds, who may read it. */
#include "ehr/fhir.h"

/* ---- dates ---- */

static const struct dates {
	int type;
	const char *start, *end;
} dates[] = {
#define D(type, start, end) { FHIR_##type, start, end },
#include "fhir/data/effective.def"
#undef D
};

static uint32_t first_string(const struct tape *t, uint32_t root,
    const char *paths)
{
	struct str rest = str_of(paths), path;
	char one[64];
	uint32_t v;

	while (rest.n > 0 && str_split(&rest, ' ', &path)) {
		memcpy(one, path.s, path.n);
		one[path.n] = '\0';
		v = tape_path(t, root, one);
		if (v != 0 && tape_type(t, v) == TAPE_ARRAY)
			v = tape_first(t, v);
		if (v != 0 && tape_type(t, v) == TAPE_STRING)
			return v;
	}
	return 0;
}

static const struct dates *dates_of(int type)
{
	for (size_t i = 0; i < ARRAY_LEN(dates); i++)
		if (dates[i].type == type)
			return &dates[i];
	return NULL;
}

uint32_t fhir_effective(const struct tape *t, uint32_t root, int type)
{
	const struct dates *d = dates_of(type);

	return d != NULL ? first_string(t, root, d->start) : 0;
}

uint32_t fhir_effective_end(const struct tape *t, uint32_t root, int type)
{
	const struct dates *d = dates_of(type);

	return d != NULL ? first_string(t, root, d->end) : 0;
}

const char *fhir_effective_paths(int type)
{
	const struct dates *d = dates_of(type);

	return d != NULL ? d->start : "";
}

const char *fhir_effective_end_paths(int type)
{
	const struct dates *d = dates_of(type);

	return d != NULL ? d->end : "";
}

/* ---- state ---- */

static const struct {
	int type;
	struct str code;
	enum fhir_state state;
} states[] = {
#define S(type, code, state) \
	{ FHIR_##type, { code, sizeof(code) - 1 }, state },
#include "fhir/data/states.def"
#undef S
};

static enum fhir_state state_of(int type, struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if ((states[i].type == FHIR_NONE || states[i].type == type) &&
		    str_eq(code, states[i].code))
			return states[i].state;
	return FHIR_STATE_UNKNOWN;
}

/* The code of the first coding of a CodeableConcept member. */
static struct str concept_code(const struct tape *t, uint32_t root,
    const char *member)
{
	uint32_t c = fhir_coding(t, tape_get(t, root, member), NULL);
	uint32_t v = c != 0 ? tape_get(t, c, "code") : 0;

	return v != 0 && tape_type(t, v) == TAPE_STRING ? tape_str(t, v) :
							  STR_NONE;
}

/* Condition and AllergyIntolerance: verification goes before clinical. */
static enum fhir_state concept_state(const struct tape *t, uint32_t root,
    int type)
{
	enum fhir_state s;
	int abated;

	s = state_of(type, concept_code(t, root, "verificationStatus"));
	if (s == FHIR_IN_ERROR || s == FHIR_REFUTED)
		return s;
	s = state_of(type, concept_code(t, root, "clinicalStatus"));
	if (s == FHIR_STATE_UNKNOWN && fhir_choice(t, root, "abatement",
	    &abated) != 0)
		return FHIR_INACTIVE;
	return s;
}

enum fhir_state fhir_state(const struct tape *t, uint32_t root, int type)
{
	uint32_t v;

	if (type == FHIR_Condition || type == FHIR_AllergyIntolerance)
		return concept_state(t, root, type);
	if (type == FHIR_Patient || type == FHIR_Practitioner ||
	    type == FHIR_PractitionerRole || type == FHIR_Organization ||
	    type == FHIR_RelatedPerson || type == FHIR_Person) {
		v = tape_get(t, root, "active");
		return v != 0 && tape_type(t, v) == TAPE_FALSE ?
		    FHIR_INACTIVE : FHIR_ACTIVE;
	}
	v = tape_get(t, root, type == FHIR_Goal ? "lifecycleStatus" : "status");
	if (v == 0 || tape_type(t, v) != TAPE_STRING)
		return FHIR_STATE_UNKNOWN;
	return state_of(type, tape_str(t, v));
}

/* ---- category ---- */

static const struct {
	int type;
	enum fhir_category category;
} categories[] = {
	{ FHIR_Patient, FHIR_DEMOGRAPHICS },
	{ FHIR_RelatedPerson, FHIR_DEMOGRAPHICS },
	{ FHIR_Person, FHIR_DEMOGRAPHICS },
	{ FHIR_Appointment, FHIR_VISITS },
	{ FHIR_AppointmentResponse, FHIR_VISITS },
	{ FHIR_Account, FHIR_BILLING },
	{ FHIR_ChargeItem, FHIR_BILLING },
	{ FHIR_Claim, FHIR_BILLING },
	{ FHIR_ClaimResponse, FHIR_BILLING },
	{ FHIR_Coverage, FHIR_BILLING },
	{ FHIR_CoverageEligibilityRequest, FHIR_ELIGIBILITY },
	{ FHIR_CoverageEligibilityResponse,
	    FHIR_ELIGIBILITY },
	{ FHIR_EnrollmentRequest, FHIR_BILLING },
	{ FHIR_EnrollmentResponse, FHIR_BILLING },
	{ FHIR_ExplanationOfBenefit, FHIR_BILLING },
	{ FHIR_Invoice, FHIR_BILLING },
	{ FHIR_PaymentNotice, FHIR_BILLING },
	{ FHIR_PaymentReconciliation, FHIR_BILLING },
	{ FHIR_Binary, FHIR_NOTES },
	{ FHIR_Composition, FHIR_NOTES },
	{ FHIR_DocumentManifest, FHIR_NOTES },
	{ FHIR_DocumentReference, FHIR_NOTES },
	{ FHIR_Endpoint, FHIR_PRACTICE },
	{ FHIR_HealthcareService, FHIR_PRACTICE },
	{ FHIR_Location, FHIR_PRACTICE },
	{ FHIR_Organization, FHIR_PRACTICE },
	{ FHIR_OrganizationAffiliation, FHIR_PRACTICE },
	{ FHIR_Practitioner, FHIR_PRACTICE },
	{ FHIR_PractitionerRole, FHIR_PRACTICE },
	{ FHIR_Schedule, FHIR_PRACTICE },
	{ FHIR_Slot, FHIR_PRACTICE },
};

enum fhir_category fhir_category(int type)
{
	for (size_t i = 0; i < ARRAY_LEN(categories); i++)
		if (categories[i].type == type)
			return categories[i].category;
	return FHIR_CLINICAL;
}

static bool is_sensitive(struct str code)
{
	static const char *const labels[] = {
#define X(code) code,
#include "ehr/label.def"
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (str_is(code, labels[i]))
			return true;
	return false;
}

bool fhir_labelled(const struct tape *t, uint32_t root, const char *code)
{
	uint32_t meta = tape_get(t, root, "meta"), labels, v;

	labels = meta != 0 ? tape_get(t, meta, "security") : 0;
	if (labels == 0 || tape_type(t, labels) != TAPE_ARRAY)
		return false;
	tape_each(t, labels, i) {
		v = tape_get(t, i, "code");
		if (v == 0 || tape_type(t, v) != TAPE_STRING)
			continue;
		if (code != NULL ? str_is(tape_str(t, v), code) :
				   is_sensitive(tape_str(t, v)))
			return true;
	}
	return false;
}
