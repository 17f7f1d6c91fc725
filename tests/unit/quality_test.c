/* Gating, as the Quality Measure IG has it. */
#include "ehr/quality.h"
#include "test.h"

#define POPULATION(k) { .kind = QUALITY_##k }

enum { INITIAL = 1, DENOMINATOR = 2, EXCLUSION = 4, EXCEPTION = 8,
	NUMERATOR = 16, NUMERATOR_EXCLUSION = 32 };

static const struct quality_population all[] = { POPULATION(INITIAL),
	POPULATION(DENOMINATOR), POPULATION(EXCLUSION), POPULATION(EXCEPTION),
	POPULATION(NUMERATOR), POPULATION(NUMERATOR_EXCLUSION) };

static uint32_t gate(enum quality_scoring scoring, uint32_t raw)
{
	struct quality_group g = { .scoring = scoring,
		.populations = ARRAY_LEN(all), .population = all };

	return quality_gate(&g, raw);
}

TEST(a_proportion)
{
	static const struct {
		uint32_t raw, in;
	} table[] = {
		{ 0, 0 },
		{ INITIAL, INITIAL },
		{ DENOMINATOR | NUMERATOR | EXCLUSION | EXCEPTION, 0 },
		{ INITIAL | NUMERATOR, INITIAL },
		{ INITIAL | DENOMINATOR | NUMERATOR,
		    INITIAL | DENOMINATOR | NUMERATOR },
		{ INITIAL | DENOMINATOR | EXCLUSION | NUMERATOR,
		    INITIAL | DENOMINATOR | EXCLUSION },
		{ INITIAL | DENOMINATOR | EXCLUSION | EXCEPTION,
		    INITIAL | DENOMINATOR | EXCLUSION },
		{ INITIAL | DENOMINATOR | NUMERATOR | EXCEPTION,
		    INITIAL | DENOMINATOR | NUMERATOR },
		{ INITIAL | DENOMINATOR | EXCEPTION,
		    INITIAL | DENOMINATOR | EXCEPTION },
		{ INITIAL | EXCLUSION | EXCEPTION, INITIAL },
		{ INITIAL | DENOMINATOR | NUMERATOR_EXCLUSION,
		    INITIAL | DENOMINATOR },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		CHECK_INT(gate(QUALITY_PROPORTION, table[i].raw), table[i].in);
}

TEST(a_ratio_counts_numerator_and_denominator_apart)
{
	CHECK_INT(gate(QUALITY_RATIO, INITIAL | NUMERATOR),
	    INITIAL | NUMERATOR);
	CHECK_INT(gate(QUALITY_RATIO, NUMERATOR | DENOMINATOR), 0);
	CHECK_INT(gate(QUALITY_RATIO, INITIAL | DENOMINATOR | EXCLUSION |
		NUMERATOR), INITIAL | DENOMINATOR | EXCLUSION | NUMERATOR);
	CHECK_INT(gate(QUALITY_RATIO, INITIAL | NUMERATOR_EXCLUSION), INITIAL);
}

TEST(a_continuous_variable_and_a_cohort)
{
	static const struct quality_population measured[] = {
		POPULATION(INITIAL), POPULATION(MEASURED),
		POPULATION(MEASURED_EXCLUSION) };
	struct quality_group g = { .scoring = QUALITY_CONTINUOUS,
		.populations = ARRAY_LEN(measured), .population = measured };

	CHECK_INT(quality_gate(&g, 7), 7);
	CHECK_INT(quality_gate(&g, 6), 0);
	CHECK_INT(quality_gate(&g, 5), 1);
	CHECK_INT(gate(QUALITY_COHORT, INITIAL), INITIAL);
}
