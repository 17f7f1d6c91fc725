/* Adding up: figures worked out by hand, whole and in parts. */
#include "ehr/quality.h"
#include "test.h"

#define POPULATION(k, o, m) { .kind = QUALITY_##k, .of = o, \
	.method = QUALITY_##m }
#define PLAIN(k) POPULATION(k, -1, SUM)
#define COUNT_OF(a) .populations = ARRAY_LEN(a), .population = a

enum { SHOWN = 64 };

static struct quality_tally *tally(const struct quality_group *g,
    struct quality_measure *m)
{
	*m = (struct quality_measure){ .groups = 1, .group = g };
	return quality_tally_new(m);
}

/* A patient of such members, gated as run.c does it. */
static void add(struct quality_tally *t, const struct quality_group *g,
    struct quality_member *member, uint32_t members,
    const struct quality_observation *o, uint32_t n)
{
	struct quality_group_result r = { .members = members,
		.member = member, .observations = n, .observation = o };

	for (uint32_t k = 0; k < members; k++) {
		member[k].in = quality_gate(g, member[k].raw);
		for (uint32_t i = 0; i < g->populations; i++)
			r.count[i] += member[k].in >> i & 1;
	}
	quality_tally_add(t, &r, NULL, 0);
}

static const char *text(struct quality_fraction f, unsigned digits)
{
	static char shown[SHOWN];
	BUF_AUTO b = BUF_INIT;

	quality_fraction_text(&b, f, digits);
	snprintf(shown, sizeof(shown), "%s", b.s);
	return shown;
}

/* ---- a proportion ---- */

enum { IP = 1, DEN = 2, EXC = 4, EXCEPT = 8, NUM = 16 };
static const struct quality_population proportion[] = { PLAIN(INITIAL),
	PLAIN(DENOMINATOR), PLAIN(EXCLUSION), PLAIN(EXCEPTION),
	PLAIN(NUMERATOR) };
static const struct quality_stratum strata[] = { { .define = 0 },
	{ .define = 0 } };
static const struct quality_group rated = { .scoring = QUALITY_PROPORTION,
	.basis = { "boolean", 7 }, COUNT_OF(proportion),
	.strata = ARRAY_LEN(strata), .stratum = strata };

/* raw populations, strata */
static const uint32_t people[][2] = {
	{ IP | DEN | NUM, 1 },
	{ IP | DEN, 1 },
	{ IP | DEN, 2 },
	{ IP | DEN | EXC | NUM, 1 },	/* excluded, so in no numerator */
	{ IP | DEN | EXCEPT, 2 },
	{ IP | DEN | EXCEPT | NUM, 2 },	/* met, so no exception */
	{ IP, 1 },
	{ DEN | NUM, 1 },		/* nobody of ours */
};

static void add_people(struct quality_tally *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		add(t, &rated, &(struct quality_member){ .raw = people[i][0],
		    .strata = people[i][1] }, 1, NULL, 0);
}

static void check_people(const struct quality_tally *t)
{
	static const struct {
		int stratum;
		uint64_t count[5];
		const char *rate;
	} want[] = {
		/* 2 of 6 - 1 - 1; 1 of 3 - 1; 1 of 3 - 1 */
		{ QUALITY_WHOLE, { 7, 6, 1, 1, 2 }, "0.500000" },
		{ 0, { 4, 3, 1, 0, 1 }, "0.500000" },
		{ 1, { 3, 3, 0, 1, 1 }, "0.500000" },
	};

	for (size_t k = 0; k < ARRAY_LEN(want); k++) {
		const struct quality_counts *c = quality_tally_counts(t, 0,
		    want[k].stratum);

		for (size_t i = 0; i < 5; i++) {
			CHECK_INT(c->count[i], want[k].count[i]);
			CHECK_INT(c->patients[i], want[k].count[i]);
		}
		CHECK_STR(text(quality_tally_score(t, 0, want[k].stratum), 6),
		    want[k].rate);
	}
}

TEST(a_proportion)
{
	struct quality_measure m;
	struct quality_tally *t = tally(&rated, &m);

	add_people(t, 0, ARRAY_LEN(people));
	check_people(t);
	quality_tally_free(t);
}

TEST(the_same_in_two_parts)
{
	struct quality_measure m;
	struct quality_tally *t = tally(&rated, &m), *u = tally(&rated, &m);

	add_people(u, 0, 3);
	add_people(t, 3, ARRAY_LEN(people));
	quality_tally_merge(t, u);
	quality_tally_free(u);
	check_people(t);
	quality_tally_free(t);
}

TEST(nobody_has_no_rate)
{
	struct quality_measure m;
	struct quality_tally *t = tally(&rated, &m);

	add_people(t, 6, 8);
	CHECK_INT(quality_tally_score(t, 0, QUALITY_WHOLE).den, 0);
	CHECK_STR(text(quality_tally_score(t, 0, QUALITY_WHOLE), 6), "");
	quality_tally_free(t);
}

/* ---- observations ---- */

static const struct quality_population timed[] = { PLAIN(INITIAL),
	PLAIN(MEASURED), PLAIN(MEASURED_EXCLUSION),
	POPULATION(OBSERVATION, 1, MEDIAN), POPULATION(OBSERVATION, 1, AVERAGE),
	POPULATION(OBSERVATION, 1, SUM), POPULATION(OBSERVATION, 1, MINIMUM),
	POPULATION(OBSERVATION, 1, MAXIMUM),
	POPULATION(OBSERVATION, 1, COUNT) };
static const struct quality_group waiting = {
	.scoring = QUALITY_CONTINUOUS, .basis = { "Encounter", 9 },
	COUNT_OF(timed) };

/* A patient with as many visits as values, each observed six times. */
static void add_visits(struct quality_tally *t, const int *value, uint32_t n)
{
	struct quality_member member[8] = { 0 };
	struct quality_observation o[48];
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++) {
		member[i].raw = 1 | 2;
		for (uint32_t p = 3; p < 9; p++)
			o[k++] = (struct quality_observation){ p, i,
				elm_int(value[i]) };
	}
	add(t, &waiting, member, n, o, k);
}

static void check_visits(const struct quality_tally *t)
{
	/* 5 10 10 20 31 44: (10 + 20) / 2; 120 / 6 */
	static const char *const want[] = { "15.00", "20.00", "120.00", "5.00",
		"44.00", "6.00" };
	const struct quality_counts *c = quality_tally_counts(t, 0,
	    QUALITY_WHOLE);

	CHECK_INT(c->count[1], 6);
	CHECK_INT(c->patients[1], 3);
	CHECK_INT(c->count[3], 6);
	for (uint32_t i = 0; i < ARRAY_LEN(want); i++)
		CHECK_STR(text(quality_tally_observed(t, 0, QUALITY_WHOLE,
				   i + 3), 2), want[i]);
	CHECK_STR(text(quality_tally_score(t, 0, QUALITY_WHOLE), 2), "15.00");
}

TEST(a_continuous_variable)
{
	struct quality_measure m;
	struct quality_tally *t = tally(&waiting, &m);

	CHECK_INT(quality_tally_score(t, 0, QUALITY_WHOLE).den, 0);
	add_visits(t, (int[]){ 44, 10, 31 }, 3);
	add_visits(t, (int[]){ 5 }, 1);
	add_visits(t, (int[]){ 20, 10 }, 2);
	check_visits(t);
	quality_tally_free(t);
}

TEST(a_continuous_variable_in_two_parts)
{
	struct quality_measure m;
	struct quality_tally *t = tally(&waiting, &m), *u = tally(&waiting, &m);

	add_visits(u, (int[]){ 10, 20 }, 2);
	add_visits(u, (int[]){ 5 }, 1);
	add_visits(t, (int[]){ 31, 44, 10 }, 3);
	quality_tally_merge(t, u);
	quality_tally_free(u);
	check_visits(t);
	quality_tally_free(t);
}

/* Decimals are exact: 0.1 ten times is 1. */
TEST(a_ratio_of_decimals)
{
	static const struct quality_population both[] = { PLAIN(INITIAL),
		PLAIN(DENOMINATOR), PLAIN(NUMERATOR),
		POPULATION(OBSERVATION, 1, SUM),
		POPULATION(OBSERVATION, 2, SUM) };
	static const struct quality_group g = { .scoring = QUALITY_RATIO,
		.basis = { "Encounter", 9 }, COUNT_OF(both) };
	static const struct elm_quantity tenth = { 10000000, { "d", 1 }, 1 };
	struct quality_member one = { .raw = 1 | 2 | 4 };
	struct quality_observation o[] = { { 3, 0, elm_int(3) }, { 4, 0,
		{ .kind = ELM_QUANTITY, .quantity = &tenth } } };
	struct quality_measure m;
	struct quality_tally *t = tally(&g, &m);

	for (int i = 0; i < 10; i++)
		add(t, &g, &one, 1, o, 2);
	/* 1.0 by 30 */
	CHECK_STR(text(quality_tally_score(t, 0, QUALITY_WHOLE), 6),
	    "0.033333");
	CHECK_INT(quality_tally_score(t, 0, QUALITY_WHOLE).den, 30);
	quality_tally_free(t);
}

TEST(a_ratio_of_counts)
{
	static const struct quality_population both[] = { PLAIN(INITIAL),
		PLAIN(DENOMINATOR), PLAIN(EXCLUSION), PLAIN(NUMERATOR) };
	static const struct quality_group g = { .scoring = QUALITY_RATIO,
		.basis = { "Encounter", 9 }, COUNT_OF(both) };
	struct quality_member visit[] = { { .raw = 1 | 2 | 8 },
		{ .raw = 1 | 2 }, { .raw = 1 | 8 }, { .raw = 1 | 2 | 4 } };
	struct quality_measure m;
	struct quality_tally *t = tally(&g, &m);

	add(t, &g, visit, 4, NULL, 0);
	CHECK_STR(text(quality_tally_score(t, 0, QUALITY_WHOLE), 3), "1.000");
	CHECK_INT(quality_tally_counts(t, 0, QUALITY_WHOLE)->count[1], 3);
	CHECK_INT(quality_tally_counts(t, 0, QUALITY_WHOLE)->patients[1], 1);
	quality_tally_free(t);
}

TEST(a_cohort_has_counts_alone)
{
	static const struct quality_population one[] = { PLAIN(INITIAL) };
	static const struct quality_group g = { .scoring = QUALITY_COHORT,
		.basis = { "boolean", 7 }, COUNT_OF(one) };
	struct quality_measure m;
	struct quality_tally *t = tally(&g, &m);

	add(t, &g, &(struct quality_member){ .raw = 1 }, 1, NULL, 0);
	add(t, &g, &(struct quality_member){ .raw = 0 }, 1, NULL, 0);
	CHECK_INT(quality_tally_counts(t, 0, QUALITY_WHOLE)->count[0], 1);
	CHECK_INT(quality_tally_score(t, 0, QUALITY_WHOLE).den, 0);
	quality_tally_free(t);
}

/* ---- supplemental data ---- */

#define CODE(s, c, d) { s, { c, sizeof(c) - 1 }, { "sys", 3 }, \
	{ d, sizeof(d) - 1 } }

TEST(codes_of_each_population)
{
	static const struct quality_code list[] = { CODE(0, "F", "Woman"),
		CODE(0, "M", "Man"), CODE(1, "A", "x"), CODE(0, "F", "Female") };
	struct quality_group_result in = { .count = { 1, 1, 0, 0, 1 } };
	struct quality_group_result out = { .count = { 1 } };
	struct quality_measure m;
	struct quality_tally *t = tally(&rated, &m), *u = tally(&rated, &m);
	const struct quality_code_counts *code;
	size_t n;

	quality_tally_add(t, &in, &list[0], 1);
	quality_tally_add(t, &out, &list[1], 2);
	quality_tally_add(u, &in, &list[3], 1);
	quality_tally_merge(t, u);
	quality_tally_free(u);
	code = quality_tally_codes(t, &n);
	CHECK_INT(n, 3);
	CHECK_MEM(code[0].code.code.s, code[0].code.code.n, "F");
	CHECK_MEM(code[0].code.display.s, code[0].code.display.n, "Female");
	CHECK_INT(quality_tally_code(t, &code[0], 0, 4), 2);
	CHECK_INT(quality_tally_code(t, &code[1], 0, 0), 1);
	CHECK_INT(quality_tally_code(t, &code[1], 0, 4), 0);
	CHECK_MEM(code[2].code.code.s, code[2].code.code.n, "A");
	quality_tally_free(t);
}

/* ---- fractions as text ---- */

TEST(fractions)
{
	static const struct {
		int num, den;
		unsigned digits;
		const char *text;
	} table[] = {
		{ 2, 3, 6, "0.666667" }, { 1, 3, 4, "0.3333" },
		{ 1, 2, 0, "1" }, { -1, 2, 0, "-1" }, { 1, 4, 0, "0" },
		{ -1, 4, 0, "0" }, { 999, 1000, 2, "1.00" },
		{ -1, 8, 2, "-0.13" }, { 7, 1, 2, "7.00" }, { 1, 0, 2, "" },
		{ 5, 1000, 2, "0.01" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		CHECK_STR(text((struct quality_fraction){ table[i].num,
				   table[i].den }, table[i].digits),
		    table[i].text);
}
