/* Gating: which populations a member is in, given what the expressions say
 * (Quality Measure IG, 3.3: proportion, ratio, continuous variable, cohort). */
#include "ehr/quality.h"

/* Bits of the populations of a kind. */
static uint32_t of_kind(const struct quality_group *g, enum quality_kind kind)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == kind)
			bits |= UINT32_C(1) << i;
	return bits;
}

/* A rule: in `kind` only who is in one of `within` and in none of `without`.
 * In the order of the rules, as the earlier ones decide for the later. */
struct rule {
	enum quality_kind kind, within;
	int without[2]; /* kinds, or -1 */
};
enum { NO = -1 };

static const struct rule proportion[] = {
	{ QUALITY_DENOMINATOR, QUALITY_INITIAL, { NO, NO } },
	{ QUALITY_EXCLUSION, QUALITY_DENOMINATOR, { NO, NO } },
	{ QUALITY_NUMERATOR, QUALITY_DENOMINATOR, { QUALITY_EXCLUSION, NO } },
	{ QUALITY_NUMERATOR_EXCLUSION, QUALITY_NUMERATOR, { NO, NO } },
	{ QUALITY_EXCEPTION, QUALITY_DENOMINATOR,
	    { QUALITY_EXCLUSION, QUALITY_NUMERATOR } },
	{ QUALITY_INITIAL, QUALITY_INITIAL, { NO, NO } },
};
static const struct rule ratio[] = {
	{ QUALITY_DENOMINATOR, QUALITY_INITIAL, { NO, NO } },
	{ QUALITY_EXCLUSION, QUALITY_DENOMINATOR, { NO, NO } },
	{ QUALITY_NUMERATOR, QUALITY_INITIAL, { NO, NO } },
	{ QUALITY_NUMERATOR_EXCLUSION, QUALITY_NUMERATOR, { NO, NO } },
	{ QUALITY_INITIAL, QUALITY_INITIAL, { NO, NO } },
};
static const struct rule continuous[] = {
	{ QUALITY_MEASURED, QUALITY_INITIAL, { NO, NO } },
	{ QUALITY_MEASURED_EXCLUSION, QUALITY_MEASURED, { NO, NO } },
	{ QUALITY_INITIAL, QUALITY_INITIAL, { NO, NO } },
};
static const struct rule cohort[] = {
	{ QUALITY_INITIAL, QUALITY_INITIAL, { NO, NO } },
};

static const struct {
	const struct rule *rule;
	size_t n;
	const char *name;
} scorings[] = {
	[QUALITY_PROPORTION] = { proportion, ARRAY_LEN(proportion),
	    "proportion" },
	[QUALITY_RATIO] = { ratio, ARRAY_LEN(ratio), "ratio" },
	[QUALITY_CONTINUOUS] = { continuous, ARRAY_LEN(continuous),
	    "continuous-variable" },
	[QUALITY_COHORT] = { cohort, ARRAY_LEN(cohort), "cohort" },
};

const char *quality_method_name(enum quality_method m)
{
	static const char *const names[] = {
		[QUALITY_SUM] = "sum", [QUALITY_AVERAGE] = "average",
		[QUALITY_MEDIAN] = "median", [QUALITY_MINIMUM] = "minimum",
		[QUALITY_MAXIMUM] = "maximum", [QUALITY_COUNT] = "count",
	};

	return names[m];
}

const char *quality_scoring_name(enum quality_scoring s)
{
	return scorings[s].name;
}

uint32_t quality_gate(const struct quality_group *g, uint32_t raw)
{
	uint32_t in = 0;

	for (size_t i = 0; i < scorings[g->scoring].n; i++) {
		const struct rule *r = &scorings[g->scoring].rule[i];
		uint32_t bits = of_kind(g, r->kind);

		/* Wider populations are decided already, all but the first. */
		if (r->kind == r->within) {
			in |= raw & bits;
			continue;
		}
		if (!((r->within == QUALITY_INITIAL ? raw : in) &
			of_kind(g, r->within)))
			continue;
		for (int k = 0; k < 2; k++)
			if (r->without[k] != NO &&
			    (in & of_kind(g, (enum quality_kind)r->without[k])))
				bits = 0;
		in |= raw & bits;
	}
	return in;
}
