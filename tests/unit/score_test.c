/* The MIPS score: worked cases, the arithmetic beside each. */
#include "ehr/quality-score.h"
#include "test.h"

/* ---- the ladder ---- */

static bool percentiles(const char *text, struct ratio p[SCORE_PERCENTILES])
{
	struct str rest = str_of(text), part;
	size_t n = 0;

	while (n < SCORE_PERCENTILES && str_split(&rest, ' ', &part))
		if (!ratio_parse(part, &p[n++]))
			return false;
	return n == SCORE_PERCENTILES;
}

static void check_ratio(struct ratio r, int digits, const char *want)
{
	BUF_AUTO b = BUF_INIT;

	ratio_format(&b, r, digits);
	CHECK_STR(b.s, want);
}

static struct ratio number(const char *s)
{
	struct ratio r = { 0, 0 };

	CHECK(ratio_parse(str_of(s), &r));
	return r;
}

/* 2026, 236; 2025, 113; 2026, 117; 2025, 191; 2026, 143 */
#define P236 "4.76 45.28 55.56 61.54 65.61 68.98 72 75 78.7 84.04 98.18"
#define P113 "0.12 5.71 23.98 36.1 45.9 53.535 60.33 67.16 73.82 83.55 97.83"
#define P117 "0.45 5.88 15.38 26.78 43.01 80.365 98.93 99.63 100 100 100"
#define P191 "38.22 92.57 95.18 96.62 97.54 98.23 98.81 99.25 100 100 100"
#define P143 "84 86 88 90 92 94 96 98 99 100 100"
/* 2026, 001; 2026, 238; 2025, 378: inverse */
#define P001 "0.44 12.5 17.18 20.86 24.85 29.525 36.72 49.53 71.68 93.98 99.49"
#define P238 "0 0 0 0 0.14 0.66 2.02 5.23 10.16 15.85 30.71"
#define P378 "0 0 0 0.17 0.73 3.38 16.55 29.14 50.24 56.65 93.62"
/* Deciles of CMS's example of a scored submission, measure 110. */
#define P110 "0 0 26.89 40.49 50 57.07 64.79 73.08 82.71 96.44 100"
#define FLAT "1 10 20 30 40 50 60 70 80 90 99"
#define SAME "50 50 50 50 50 50 50 50 50 50 50"

static const struct {
	const char *p;
	bool inverse;
	const char *rate, *points;
} ladder[] = {
	{ P236, false, "0", "1" },	  /* below the lowest */
	{ P236, false, "4.75", "1" },	  /* the same */
	{ P236, false, "4.76", "1" },	  /* 1 + 0 / 40.52 */
	{ P236, false, "25.02", "1.5" },  /* 1 + 20.26 / 40.52 */
	{ P236, false, "45.28", "2" },	  /* 2 + 0 / 10.28 */
	{ P236, false, "50.42", "2.5" },  /* 2 + 5.14 / 10.28 */
	{ P236, false, "73.5", "7.5" },	  /* 7 + 1.5 / 3 */
	{ P236, false, "84.03", "9.9981" }, /* 9 + 5.33 / 5.34 = .99813 */
	{ P236, false, "84.04", "10" },	  /* the 90th percentile */
	{ P236, false, "98.18", "10" },
	{ P236, false, "100", "10" },
	{ P113, false, "82.5", "9.8921" }, /* 9 + 8.68 / 9.73 = .89209 */
	{ P113, false, "67.159", "7.9999" }, /* 7 + 6.829 / 6.83 = .99985 */
	{ P117, false, "99.63", "8" },	  /* from 99.63 to 100: two empty */
	{ P117, false, "99.99", "8.973" }, /* 8 + .36 / .37 = .97297 */
	{ P117, false, "100", "10" },	  /* steps 9 and 10 begin at 100 */
	{ P191, false, "99.5", "8.3333" }, /* 8 + .25 / .75 */
	{ P143, false, "83.99", "1" },
	{ P143, false, "85", "1.5" },	  /* 1 + 1 / 2 */
	{ P143, false, "99", "9" },
	{ P143, false, "99.5", "9.5" },	  /* 9 + .5 / 1 */
	{ P110, false, "82.31", "8.9585" }, /* 8 + 9.23 / 9.63: as CMS has it */
	{ P001, true, "0", "10" },
	{ P001, true, "12.5", "10" },	  /* the 10th percentile */
	{ P001, true, "12.51", "9.9979" }, /* 9 + 4.67 / 4.68 = .99786 */
	{ P001, true, "17.18", "9" },	  /* 9 + 0 / 4.68 */
	{ P001, true, "17.19", "8.9973" }, /* 8 + 3.67 / 3.68 = .99728 */
	{ P001, true, "60", "3.5273" },	  /* 3 + 11.68 / 22.15 = .52731 */
	{ P001, true, "93.98", "2" },	  /* 2 + 0 / 22.3 */
	{ P001, true, "96.735", "1.5" },  /* 1 + 2.755 / 5.51 */
	{ P001, true, "99.49", "1" },	  /* 1 + 0 / 5.51 */
	{ P001, true, "99.5", "1" },	  /* above the highest */
	{ P001, true, "100", "1" },
	{ P238, true, "0", "10" },	  /* steps 8 and 9 are empty */
	{ P238, true, "0.01", "7.9286" }, /* 7 + .13 / .14 = .92857 */
	{ P238, true, "0.07", "7.5" },	  /* 7 + .07 / .14 */
	{ P238, true, "0.14", "7" },
	{ P238, true, "0.15", "6.9808" }, /* 6 + .51 / .52 = .98077 */
	{ P378, true, "0.17", "8" },	  /* 8 + 0 / .17 */
	{ P378, true, "0.085", "8.5" },	  /* 8 + .085 / .17 */
	{ FLAT, false, "55", "6.5" },	  /* 6 + 5 / 10 */
	{ FLAT, true, "55", "5.5" },	  /* 5 + 5 / 10 */
	{ SAME, false, "49.99", "1" },	  /* all steps are empty but two */
	{ SAME, false, "50", "10" },
	{ SAME, true, "50", "10" },
	{ SAME, true, "50.01", "1" },
};

TEST(ladder_as_by_hand)
{
	for (size_t i = 0; i < ARRAY_LEN(ladder); i++) {
		struct ratio p[SCORE_PERCENTILES];

		CHECK(percentiles(ladder[i].p, p));
		check_ratio(score_ladder(p, ladder[i].inverse,
		    number(ladder[i].rate), 4).points, 6, ladder[i].points);
	}
}

TEST(ladder_in_tenths_stays_in_its_step)
{
	struct ratio p[SCORE_PERCENTILES];

	CHECK(percentiles(P236, p));
	/* .99813 would be 10; .5 */
	check_ratio(score_ladder(p, false, number("84.03"), 1).points, 4, "9.9");
	check_ratio(score_ladder(p, false, number("73.5"), 1).points, 4, "7.5");
	check_ratio(score_ladder(p, false, number("84.03"), 0).points, 4, "9");
}

/* From 0 to 100 by tenths, and each percentile with what lies beside it. */
static void check_monotone(const struct score_benchmark *b)
{
	struct ratio last = ratio(b->inverse ? 10 : 1, 1);

	for (int i = 0; i <= 1000; i++) {
		struct score_step s = score_ladder(b->percentile, b->inverse,
		    ratio(i, 10), 4);
		int c = ratio_cmp(s.points, last);

		CHECK(b->inverse ? c <= 0 : c >= 0);
		CHECK(ratio_cmp(s.points, ratio(1, 1)) >= 0 &&
		    ratio_cmp(s.points, ratio(10, 1)) <= 0);
		last = s.points;
	}
	for (int i = 0; i < SCORE_PERCENTILES; i++) {
		struct ratio tick = ratio(1, 1000), at = b->percentile[i];
		struct ratio below = score_ladder(b->percentile, b->inverse,
		    ratio_sub(at, tick), 4).points;
		struct ratio on = score_ladder(b->percentile, b->inverse, at,
		    4).points;
		struct ratio above = score_ladder(b->percentile, b->inverse,
		    ratio_add(at, tick), 4).points;
		int up = b->inverse ? -1 : 1;

		CHECK(ratio_cmp(below, on) * up <= 0);
		CHECK(ratio_cmp(on, above) * up <= 0);
	}
}

static const char *data(void)
{
	const char *dir = getenv("EHR_DATA");

	return dir ? dir : "../shared/data";
}

TEST(every_benchmark_is_monotone)
{
	for (int year = 2025; year <= 2026; year++) {
		struct score_reference *ref = score_reference_new(year);
		const struct score_benchmark *b;
		BUF_AUTO path = BUF_INIT;
		struct ehr_err e;
		size_t n = 0;

		buf_addf(&path, "%s/reference/mips/benchmarks-%d.json.gz",
		    data(), year);
		if (access(path.s, R_OK) < 0) {
			score_reference_free(ref);
			SKIP("no benchmarks");
		}
		CHECK_INT(score_reference_read(ref, path.s, &e), 0);
		while ((b = score_benchmark_at(ref, n)) != NULL) {
			CHECK(!str_is(b->method, "administrativeClaims"));
			check_monotone(b);
			n++;
		}
		/* less 37 and 39 of cost */
		CHECK_INT(n, year == 2025 ? 343 : 254);
		score_reference_free(ref);
	}
}

/* ---- whole scores ---- */

#define M(id, rest)                                                           \
	"{\"category\":\"quality\",\"measureId\":\"" id "\",\"submissionMethods" \
	"\":[\"electronicHealthRecord\"],\"firstPerformanceYear\":2017," rest "},"
#define PROCESS "\"measureType\":\"process\",\"metricType\":\"x\""
#define STRATA(how, a, b)                                                     \
	PROCESS ",\"overallAlgorithm\":\"" how "\",\"strata\":[{\"name\":\"" a  \
	"\"},{\"name\":\"" b "\"}]"
#define PI(id, rest)                                                          \
	"{\"category\":\"pi\",\"measureId\":\"PI_" id "\"," rest "},"
#define SHARE "\"isRequired\":true,\"metricType\":\"proportion\""
#define YES "\"isRequired\":true,\"metricType\":\"boolean\""
#define NOT "\"isRequired\":false,\"metricType\":\"boolean\""
#define IA(id) "{\"category\":\"ia\",\"measureId\":\"IA_" id "\"},"

static const char measures[] = "["
    M("P1", PROCESS) M("P2", PROCESS) M("P3", PROCESS) M("P4", PROCESS)
    M("P5", PROCESS) M("P6", PROCESS) M("P7", PROCESS) M("NB", PROCESS)
    M("CAP", PROCESS)
    M("FREE", PROCESS ",\"sevenPointCapRemoved\":[\"electronicHealthRecord\"]")
    M("O1", "\"measureType\":\"intermediateOutcome\",\"isHighPriority\":true,"
	"\"eMeasureId\":\"CMS900v3\"")
    M("H1", PROCESS ",\"isHighPriority\":true")
    M("INV", PROCESS ",\"isInverse\":true")
    M("AVG", STRATA("simpleAverage", "a", "b"))
    M("WGT", STRATA("weightedAverage", "a", "b"))
    M("OVR", STRATA("overallStratumOnly", "a", "overall"))
    M("SPL", STRATA("split", "reporting", "performance"))
    "{\"category\":\"quality\",\"measureId\":\"Y1\",\"submissionMethods\":"
	"[\"electronicHealthRecord\"],\"firstPerformanceYear\":2026},"
    "{\"category\":\"quality\",\"measureId\":\"Y2\",\"submissionMethods\":"
	"[\"electronicHealthRecord\"],\"firstPerformanceYear\":2025},"
    PI("EP_1", SHARE ",\"exclusion\":[\"PI_LVPP_1\"]")
    PI("EP_2", YES ",\"exclusion\":[\"PI_EP_2_EX_1\"]") PI("EP_2_EX_1", NOT)
    PI("LVPP_1", NOT) PI("LVOTC_1", NOT) PI("LVITC_2", NOT)
    PI("HIE_1", SHARE ",\"exclusion\":[\"PI_LVOTC_1\"],"
	"\"substitutes\":[\"PI_HIE_5\"]")
    PI("HIE_4", SHARE ",\"exclusion\":[\"PI_LVITC_2\"],"
	"\"substitutes\":[\"PI_HIE_5\"]")
    PI("HIE_5", YES ",\"substitutes\":[\"PI_HIE_1\",\"PI_HIE_4\"]")
    PI("PEA_1", SHARE) PI("PPHI_1", YES)
    PI("PHCDRR_1", YES ",\"exclusion\":[\"PI_PHCDRR_1_EX_1\"],"
	"\"preprod\":[\"PI_PHCDRR_1_PRE\"]")
    PI("PHCDRR_1_PRE", YES) PI("PHCDRR_1_EX_1", NOT)
    PI("PHCDRR_3", YES ",\"exclusion\":[\"PI_PHCDRR_3_EX_1\"]")
    PI("PHCDRR_3_EX_1", NOT)
    PI("PHCDRR_4", NOT ",\"isBonus\":true")
    PI("PHCDRR_5", NOT ",\"isBonus\":true")
    IA("A") IA("B") IA("C") IA("PCMH")
    "{\"category\":\"cost\",\"measureId\":\"COST_1\"}]";

/* Points of rate r are 1 + r / 10 from 10 to 90, of INV 11 - r / 10. */
static void add_benchmarks(struct score_reference *ref)
{
	static const char *const ids[] = { "P1", "P2", "P3", "P4", "P5", "P6",
		"P7", "CAP", "FREE", "O1", "H1", "INV", "AVG", "WGT", "OVR",
		"SPL", "Y2" };
	BUF_AUTO b = BUF_INIT;
	struct ehr_err e;

	buf_addch(&b, '[');
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		buf_addf(&b, "%s{\"measureId\":\"%s\",\"submissionMethod\":"
		    "\"electronicHealthRecord\",\"performanceYear\":2026,"
		    "\"isInverse\":%s,\"isToppedOutByProgram\":%s,"
		    "\"percentiles\":{\"1\":1,\"10\":10,\"20\":20,\"30\":30,"
		    "\"40\":40,\"50\":50,\"60\":60,\"70\":70,\"80\":80,"
		    "\"90\":90,\"99\":99}}", i ? "," : "", ids[i],
		    strcmp(ids[i], "INV") == 0 ? "true" : "false",
		    strcmp(ids[i], "CAP") == 0 || strcmp(ids[i], "FREE") == 0
			? "true" : "false");
	buf_addch(&b, ']');
	CHECK_INT(score_reference_add(ref, "b", buf_str(&b), &e), 0);
}

static const char pathways[] = "[{\"mvpId\":\"M1\",\"title\":\"One\","
    "\"qualityMeasureIds\":[\"O1\",\"P1\",\"P2\",\"P3\",\"P4\"],"
    "\"foundationQualityMeasureIds\":[\"479\"]}]";
static const char *pathway; /* that the next score is reported as */

/* A score being looked at. */
static struct {
	struct score_rules *rules;
	struct score_reference *ref;
	struct score_input in;
	struct score s;
	struct ehr_err e;
} at;

static void release(void)
{
	score_release(&at.s);
	score_input_release(&at.in);
	score_reference_free(at.ref);
	score_rules_free(at.rules);
	memset(&at, 0, sizeof(at));
}

/* Lines of results, "NAME=VALUE" settings by blanks; returns what came. */
static int reckon_results(const char *results, const char *set)
{
	char path[] = "/tmp/score_test.XXXXXX";
	int fd = mkstemp(path), rc;
	struct str rest = str_of(set), part;

	release();
	at.in = SCORE_INPUT_INIT;
	at.s = SCORE_INIT;
	at.ref = score_reference_new(2026);
	CHECK(fd >= 0);
	CHECK(write(fd, results, strlen(results)) == (ssize_t)strlen(results));
	close(fd);
	rc = score_input_read(&at.in, path, &at.e);
	unlink(path);
	if (rc < 0)
		return rc;
	CHECK_INT(score_rules_new(&at.rules, 2026, &at.e), 0);
	while (rest.n && str_split(&rest, ' ', &part))
		CHECK_INT(score_rules_set(at.rules, part, &at.e), 0);
	CHECK_INT(score_reference_add(at.ref, "m", str_of(measures), &at.e), 0);
	CHECK_INT(score_reference_add(at.ref, "v", str_of(pathways), &at.e), 0);
	add_benchmarks(at.ref);
	at.in.mvp = str_of(pathway);
	return score_reckon(&at.s, at.rules, at.ref, &at.in, &at.e);
}

/* The last value of an item of a part. */
static void check_value(const char *part, const char *item, const char *want)
{
	struct ratio v = { 0, 0 };

	for (size_t i = 0; i < at.s.lines; i++)
		if (strcmp(at.s.line[i].part, part) == 0 &&
		    str_is(at.s.line[i].item, item))
			v = at.s.line[i].value;
	check_ratio(v, 4, want);
}

static const struct {
	const char *what, *results, *set, *item, *points;
} points[] = {
	/* 52 / (100 - 10 - 10) = 65 %: 1 + 6.5 */
	{ "out of the denominator", "P1\t100\t10\t10\t52\n", "", "P1", "7.5" },
	/* 25 %: 11 - 2.5 */
	{ "inverse", "INV\t40\t0\t0\t10\n", "", "INV", "8.5" },
	/* 95 %: 10, capped */
	{ "capped", "CAP\t100\t0\t0\t95\n", "", "CAP", "7" },
	/* 50 %: 6 is below the cap */
	{ "below the cap", "CAP\t100\t0\t0\t50\n", "", "CAP", "6" },
	{ "cap removed", "FREE\t100\t0\t0\t95\n", "", "FREE", "10" },
	{ "no benchmark", "NB\t100\t0\t0\t95\n", "", "NB", "0" },
	{ "the same, small", "NB\t100\t0\t0\t95\n", "small=1", "NB", "3" },
	/* 21 - 2 are 19 cases */
	{ "few cases", "P1\t21\t1\t1\t19\n", "", "P1", "0" },
	{ "the same, small", "P1\t21\t1\t1\t19\n", "small=1", "P1", "3" },
	/* 10 of 20 cases: 1 + 5 */
	{ "just enough", "P1\t22\t1\t1\t10\n", "", "P1", "6" },
	{ "counted before exclusions", "P1\t21\t1\t1\t19\n",
	    "quality.cases.rate=0", "P1", "10" },
	/* of overall 20 with its exclusion, 19 without: 19 / 19 */
	{ "the same of a stratum", "OVR\t90\t0\t0\t9\ta\n"
	    "OVR\t20\t1\t0\t19\toverall\n", "quality.cases.rate=0", "OVR",
	    "10" },
	{ "and without", "OVR\t90\t0\t0\t9\ta\n"
	    "OVR\t20\t1\t0\t19\toverall\n", "", "OVR", "0" },
	/* 74 of 100 reported: below 75 % */
	{ "incomplete", "P1\t74\t0\t0\t37\t\t100\n", "", "P1", "0" },
	{ "the same, small", "P1\t74\t0\t0\t37\t\t100\n", "small=1", "P1",
	    "3" },
	/* 75 of 100 reported; 30 / 75 = 40 %: 1 + 4 */
	{ "just complete", "P1\t75\t0\t0\t30\t\t100\n", "", "P1", "5" },
	{ "first year, no benchmark", "Y1\t50\t0\t0\t5\n", "", "Y1", "7" },
	{ "first year, incomplete", "Y1\t50\t0\t0\t5\t\t100\n", "", "Y1",
	    "0" },
	/* 10 %: 2, below the floor; 80 %: 9, above it */
	{ "second year", "Y2\t50\t0\t0\t5\n", "", "Y2", "5" },
	{ "second year, better", "Y2\t50\t0\t0\t40\n", "", "Y2", "9" },
	/* (20 + 70) / 2 = 45 %: 1 + 4.5 */
	{ "simple average", "AVG\t100\t0\t0\t20\nAVG\t50\t0\t0\t35\n", "",
	    "AVG", "5.5" },
	/* (20 + 35) / (100 + 50) = 36.6667 %: 1 + 3.66667 */
	{ "weighted average", "WGT\t100\t0\t0\t20\nWGT\t50\t0\t0\t35\n", "",
	    "WGT", "4.6667" },
	/* 35 / 50 = 70 %: 1 + 7 */
	{ "overall", "OVR\t100\t0\t0\t20\ta\nOVR\t50\t0\t0\t35\toverall\n", "",
	    "OVR", "8" },
	{ "split", "SPL\t100\t0\t0\t99\nSPL\t50\t0\t0\t35\n", "", "SPL", "8" },
	/* by its CMS number: 30 / 40 = 75 %: 1 + 7.5 */
	{ "CMS number", "CMS900FHIRSomething\t40\t0\t0\t30\n", "", "O1 CMS900",
	    "8.5" },
};

TEST(points_as_by_hand)
{
	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		at.e.msg[0] = '\0';
		if (reckon_results(points[i].results, points[i].set) < 0)
			printf("%s: %s\n", points[i].what, at.e.msg);
		check_value("quality", points[i].item, points[i].points);
	}
	release();
}

TEST(six_measures_with_the_best_outcome_first)
{
	/* 10, 9, 8, 7, 6, 5, 4 points, the outcome's 2: it counts all the
	 * same: 2 + 10 + 9 + 8 + 7 + 6 = 42 of 60: 70 % */
	CHECK_INT(reckon_results("P1\t100\t0\t0\t95\nP2\t100\t0\t0\t80\n"
	    "P3\t100\t0\t0\t70\nP4\t100\t0\t0\t60\nP5\t100\t0\t0\t50\n"
	    "P6\t100\t0\t0\t40\nP7\t100\t0\t0\t30\nO1\t100\t0\t0\t10\n", ""), 0);
	check_value("quality", "points", "42");
	check_value("quality", "quality", "70");
	/* Of high priority only: 2 + 10 with the next best. */
	CHECK_INT(reckon_results("P1\t100\t0\t0\t95\nH1\t100\t0\t0\t10\n", ""),
	    0);
	check_value("quality", "points", "12");
	/* None of them: one of six places stays empty; 10 + 9 + 8 + 7 + 6 */
	CHECK_INT(reckon_results("P1\t100\t0\t0\t95\nP2\t100\t0\t0\t80\n"
	    "P3\t100\t0\t0\t70\nP4\t100\t0\t0\t60\nP5\t100\t0\t0\t50\n"
	    "P6\t100\t0\t0\t40\n", ""), 0);
	check_value("quality", "points", "40");
	/* Nobody in the denominator: not submitted, no bonus either. */
	CHECK_INT(reckon_results("P1\t5\t5\t0\t0\n", "small=1"), 0);
	check_value("quality", "quality", "0");
	release();
}

TEST(small_practices_and_improvement)
{
	/* As CMS's example: 3 + 8.9585 + 3 and 6 more, of 60. Here two
	 * measures: 10 + 8.5, and 6: 24.5 / 60 = 40.8333 % */
	CHECK_INT(reckon_results("O1\t40\t0\t0\t30\nP1\t100\t0\t0\t95\n",
	    "small=1"), 0);
	check_value("quality", "quality", "40.8333");
#define SIX "P1\t100\t0\t0\t50\nP2\t100\t0\t0\t50\nP3\t100\t0\t0\t50\n" \
	"P4\t100\t0\t0\t50\nP5\t100\t0\t0\t50\nO1\t100\t0\t0\t50\n"
	/* 36 of 60 = 60 %; from 50 %: 10 / 50 x 10 = 2 */
	CHECK_INT(reckon_results(SIX, "quality.before=50"), 0);
	check_value("quality", "improvement", "2");
	check_value("quality", "quality", "62");
	/* from 10 %, which counts as 30: 30 / 30 x 10 = 10 */
	CHECK_INT(reckon_results(SIX, "quality.before=10"), 0);
	check_value("quality", "quality", "70");
	/* from 80 %: it got worse */
	CHECK_INT(reckon_results(SIX, "quality.before=80"), 0);
	check_value("quality", "quality", "60");
	/* five measures: no improvement is looked at */
	CHECK_INT(reckon_results(SIX + strlen("P1\t100\t0\t0\t50\n"),
	    "quality.before=10"), 0);
	check_value("quality", "improvement", "0");
	release();
}

TEST(complex_organizations)
{
	/* 6 x 6 = 36, and 6 x 1, which is 10 % of 60: 42 / 60 */
	CHECK_INT(reckon_results(SIX, "apmentity=1"), 0);
	check_value("quality", "complex organization", "6");
	check_value("quality", "quality", "70");
	/* 8.5 and 1 more; 19 cases: 0, and none: 9.5 / 60 = 15.8333 % */
	CHECK_INT(reckon_results("O1\t40\t0\t0\t30\nP1\t19\t0\t0\t10\n",
	    "virtualgroup=1"), 0);
	check_value("quality", "quality", "15.8333");
	/* 10 has no more than 10, 9.5 only 0.5: (10 + 9.5 + .5) / 60 */
	CHECK_INT(reckon_results("O1\t100\t0\t0\t95\nP1\t100\t0\t0\t85\n",
	    "virtualgroup=1"), 0);
	check_value("quality", "complex organization", "0.5");
	check_value("quality", "quality", "33.3333");
	/* 60 / 60 is all there is */
	CHECK_INT(reckon_results(SIX, "apmentity=1 quality.complex=9"
	    " quality.complex.most=100"), 0);
	check_value("quality", "complex organization", "24");
	check_value("quality", "quality", "100");
	release();
}

#define MVP "O1\t100\t0\t0\t10\nP1\t100\t0\t0\t95\nP2\t100\t0\t0\t80\n" \
	"P3\t100\t0\t0\t70\nP4\t100\t0\t0\t60\nP5\t100\t0\t0\t95\n"

TEST(value_pathways)
{
	pathway = "M1";
	/* 2 of the outcome, 10, 9, 8; P5 is not of it: 29 / 40 = 72.5 % */
	CHECK_INT(reckon_results(MVP "IA_A\tyes\n", ""), 0);
	check_value("quality", "points", "29");
	check_value("quality", "quality", "72.5");
	/* one activity makes all 40 points */
	check_value("ia", "ia", "100");
	/* with the population health measure (29 + 6) / 50 = 70 % */
	CHECK_INT(reckon_results(MVP, "population=6"), 0);
	check_value("quality", "quality", "70");
	/* a small practice: 29 + 6 of 40 = 87.5 % */
	CHECK_INT(reckon_results(MVP, "small=1"), 0);
	check_value("quality", "quality", "87.5");
	pathway = "M9";
	CHECK_INT(reckon_results(MVP, ""), EHR_EREJECT);
	CHECK_STR(at.e.msg, "M9: no value pathway of 2026");
	pathway = NULL;
	release();
}

/* ---- PI, IA ---- */

#define BASE "PI_PPHI_1\tyes\nPI_PEA_1\t1809\t\t\t861\n"
#define RX "PI_EP_1\t115\t\t\t49\nPI_EP_2\tyes\n"
#define HIE "PI_HIE_1\t1951\t\t\t1123\nPI_HIE_4\t951\t\t\t923\n"
#define REG "PI_PHCDRR_1\tyes\nPI_PHCDRR_1_PRE\tyes\nPI_PHCDRR_3\tyes\n"

static const struct {
	const char *results, *percent;
} pis[] = {
	/* 49 / 115 x 10 = 4; 10; 1123 / 1951 x 15 = 8.6: 9; 923 / 951 x 15 =
	 * 14.6: 15; 861 / 1809 x 25 = 11.9: 12; 25: 75 */
	{ BASE RX HIE REG, "75" },
	/* and a bonus of 5, once */
	{ BASE RX HIE REG "PI_PHCDRR_4\tyes\nPI_PHCDRR_5\tyes\n", "80" },
	/* 30 instead of 9 + 15 */
	{ BASE RX "PI_HIE_5\tyes\n" REG, "81" },
	/* PDMP out: 49 / 115 x 20 = 8.5: 9 instead of 4 + 10 */
	{ BASE HIE REG "PI_EP_1\t115\t\t\t49\nPI_EP_2_EX_1\tyes\n", "70" },
	/* e-prescribing out, too: 20 to HIE: 1123 / 1951 x 25 = 14.4: 14; 923
	 * / 951 x 25 = 24.3: 24; 12; 25 */
	{ BASE HIE REG "PI_LVPP_1\tyes\nPI_EP_2_EX_1\tyes\n", "75" },
	/* the same to one measure: 30 + 20; 12; 25 */
	{ BASE "PI_HIE_5\tyes\n" REG "PI_LVPP_1\tyes\nPI_EP_2_EX_1\tyes\n",
	    "87" },
	/* receiving out: 1123 / 1951 x 30 = 17.3: 17; 4; 10; 12; 25 */
	{ BASE RX REG "PI_HIE_1\t1951\t\t\t1123\nPI_LVITC_2\tyes\n", "68" },
	/* sending out: 861 / 1809 x 40 = 19.04: 19; 4; 10; 15; 25 */
	{ BASE RX REG "PI_LVOTC_1\tyes\nPI_HIE_4\t951\t\t\t923\n", "73" },
	/* both out: 861 / 1809 x 55 = 26.2: 26; 4; 10; 25 */
	{ BASE RX REG "PI_LVOTC_1\tyes\nPI_LVITC_2\tyes\n", "65" },
	/* one registry out: the other has all: 75 as above */
	{ BASE RX HIE "PI_PHCDRR_1_EX_1\tyes\nPI_PHCDRR_3\tyes\n", "75" },
	/* both out: 861 / 1809 x 50 = 23.8: 24; 4; 10; 9; 15 */
	{ BASE RX HIE "PI_PHCDRR_1_EX_1\tyes\nPI_PHCDRR_3_EX_1\tyes\n", "62" },
	/* 1 of 1000: a point all the same: 1; 10; 9; 15; 12; 25 */
	{ BASE HIE REG "PI_EP_1\t1000\t\t\t1\nPI_EP_2\tyes\n", "72" },
	/* numerator 0: not done; no to the risk analysis; one of two of HIE;
	 * no level of engagement: all lost */
	{ BASE HIE REG "PI_EP_1\t1000\t\t\t0\nPI_EP_2\tyes\n", "0" },
	{ "PI_PPHI_1\tno\nPI_PEA_1\t10\t\t\t5\n" RX HIE REG, "0" },
	{ BASE RX "PI_HIE_1\t1951\t\t\t1123\n" REG, "0" },
	{ BASE RX HIE "PI_PHCDRR_1\tyes\nPI_PHCDRR_3\tyes\n", "0" },
	/* what is wrong and mended below: the last line counts */
	{ "PI_EP_1\t10\t\t\t10\n" BASE RX HIE REG, "75" },
};

TEST(promoting_interoperability_as_by_hand)
{
	for (size_t i = 0; i < ARRAY_LEN(pis); i++) {
		CHECK_INT(reckon_results(pis[i].results, ""), 0);
		check_value("pi", "pi", pis[i].percent);
	}
	release();
}

TEST(activities_as_by_hand)
{
	static const struct {
		const char *results, *set, *percent;
	} ia[] = {
		{ "", "", "0" },
		{ "IA_A\tyes\n", "", "50" }, /* 20 of 40 */
		{ "IA_A\tyes\nIA_A\tyes\n", "", "50" },
		{ "IA_A\tyes\nIA_B\tyes\n", "", "100" },
		{ "IA_A\tyes\nIA_B\tyes\nIA_C\tyes\n", "", "100" },
		{ "IA_A\tyes\nIA_B\tno\n", "", "50" },
		{ "IA_A\tyes\n", "small=1", "100" },
		{ "IA_A\tyes\n", "rural=1", "100" },
		{ "IA_PCMH\tyes\n", "", "100" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ia); i++) {
		CHECK_INT(reckon_results(ia[i].results, ia[i].set), 0);
		check_value("ia", "ia", ia[i].percent);
	}
	release();
}

/* ---- the final score ---- */

static const struct {
	const char *results, *set, *final, *adjustment;
} finals[] = {
	/* quality 60 %, PI 75 %, IA 100 %, cost 50 %: 60 x .3 + 75 x .25 +
	 * 15 + 50 x .3 = 66.75; -9 x 8.25 / 75 = -.99 */
	{ SIX BASE RX HIE REG "IA_A\tyes\nIA_B\tyes\n", "cost=50", "66.75",
	    "-0.99" },
	/* and 12 for complex patients, of which 10 count: 76.75; 9 x 1.75 /
	 * 25 = .63 */
	{ SIX BASE RX HIE REG "IA_A\tyes\nIA_B\tyes\n", "cost=50 complex=12",
	    "76.75", "0.63" },
	/* no cost: 60 x .55 + 75 x .3 + 15 = 70.5; -9 x 4.5 / 75 */
	{ SIX BASE RX HIE REG "IA_A\tyes\nIA_B\tyes\n", "", "70.5", "-0.54" },
	/* small, no PI: (36 + 6) / 60 = 70 %: 70 x .4 + 50 x .3 + 30 = 73 */
	{ SIX "IA_A\tyes\n", "small=1 cost=50", "73", "-0.24" },
	/* neither PI nor cost: 70 x .5 + 50 = 85; 9 x 10 / 25 */
	{ SIX "IA_A\tyes\n", "small=1", "85", "3.6" },
	/* a large practice loses it: 60 x .3 + 50 x .3 + 15 = 48 */
	{ SIX "IA_A\tyes\nIA_B\tyes\n", "cost=50", "48", "-3.24" },
	/* quality out: 50 x .3 + 100 x .15 + 75 x .55 = 71.25 */
	{ BASE RX HIE REG "IA_A\tyes\nIA_B\tyes\n", "cost=50 "
	    "reweight.quality=1", "71.25", "-0.45" },
	/* at most a quarter of the threshold: 30 x .55 = 16.5 */
	{ "O1\t100\t0\t0\t95\nP1\t100\t0\t0\t70\n", "", "16.5", "-9" },
	/* one category only: the threshold */
	{ SIX, "reweight.pi=1 reweight.ia=1", "75", "0" },
	/* 55 + 30 + 15, and more: 100; 9 x 2 */
	{ "O1\t100\t0\t0\t95\nIA_A\tyes\nIA_B\tyes\n", "reweight.pi=1 "
	    "cost=100 adjust.scale=2 complex=10 quality.measures=1", "100",
	    "18" },
	/* 75 exactly, by the cost: 60 x .3 + 18.75 + 15 + 77.5 x .3 */
	{ SIX BASE RX HIE REG "IA_A\tyes\nIA_B\tyes\n", "cost=77.5", "75",
	    "0" },
};

TEST(final_scores_as_by_hand)
{
	for (size_t i = 0; i < ARRAY_LEN(finals); i++) {
		CHECK_INT(reckon_results(finals[i].results, finals[i].set), 0);
		check_ratio(at.s.final, 4, finals[i].final);
		check_ratio(at.s.adjustment, 4, finals[i].adjustment);
	}
	release();
}

TEST(the_app_and_facilities)
{
	/* 60 x 50 % + 75 x 30 % + 100 x 20 %; cost has no part in it */
	CHECK_INT(reckon_results(SIX BASE RX HIE REG, "app=1 cost=10"), 0);
	check_ratio(at.s.final, 4, "72.5");
	/* 60 x 75 % + 100 x 25 % */
	CHECK_INT(reckon_results(SIX, "app=1 reweight.pi=1"), 0);
	check_ratio(at.s.final, 4, "70");
	/* 50 + 40 is more than 60: 50 x 30 % + 40 x 30 % */
	CHECK_INT(reckon_results(SIX, "facility.quality=50 facility.cost=40"),
	    0);
	check_ratio(at.s.final, 4, "27");
	/* and no more than 60 + 50: 60 x 30 % + 50 x 30 % */
	CHECK_INT(reckon_results(SIX, "facility.quality=50 facility.cost=40"
	    " cost=50"), 0);
	check_ratio(at.s.final, 4, "33");
	release();
}

TEST(what_is_not_sure_is_marked)
{
	bool marked = false, set = false;

	CHECK_INT(reckon_results("P1\t100\t0\t0\t55\n", ""), 0);
	for (size_t i = 0; i < at.s.lines; i++)
		marked |= at.s.line[i].unsure &&
		    str_starts(at.s.line[i].how, "ladder");
	CHECK(marked);
	CHECK_INT(reckon_results("P1\t100\t0\t0\t55\n", "quality.decimals=4"), 0);
	for (size_t i = 0; i < at.s.lines; i++)
		set |= at.s.line[i].unsure &&
		    str_starts(at.s.line[i].how, "ladder");
	CHECK(!set);
	release();
}

/* ---- what is refused ---- */

TEST(results_that_do_not_fit_are_refused)
{
	static const char *const bad[] = {
		"P1\t10\t0\t0\t11\n", "P1\t10\t6\t5\t0\n", "XX\t10\t0\t0\t1\n",
		"P1\tten\t0\t0\t1\n", "P1\t10\t-1\t0\t1\n", "P1\t10\n",
		"measure\trate\n", "AVG\t10\t0\t0\t1\n",
		"P1\t10\t0\t0\t1\t\t9\n", "P1\t10\t0\t0\t1\t\t\tregistry\n",
		"COST_1\t10\t0\t0\t1\n", "PI_EP_1\tyes\n",
		"PI_PPHI_1\t10\t\t\t5\n", "PI_EP_1\t10\t\t\t11\n",
		"PI_XX\tyes\n", "PI_EP_1\t10\t\t\t5\nPI_LVPP_1\tyes\n",
		"P1\t9999999999999\t0\t0\t1\n", "IA_A\n", "P1\t1\xff\t0\t0\t1\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int rc = reckon_results(bad[i], "");

		if (rc != EHR_EREJECT)
			printf("case %zu\n", i);
		CHECK_INT(rc, EHR_EREJECT);
	}
	release();
}

TEST(references_that_are_none_are_refused)
{
	static const char *const bad[] = { "{}", "[1]", "[", "",
		"[{\"category\":\"x\",\"measureId\":\"a\"}]",
		"[{\"category\":\"quality\"}]",
		"[{\"performanceYear\":2026,\"percentiles\":{\"1\":1}}]",
		"[{\"performanceYear\":2026,\"percentiles\":{\"1\":2,\"10\":1,"
		"\"20\":3,\"30\":4,\"40\":5,\"50\":6,\"60\":7,\"70\":8,"
		"\"80\":9,\"90\":10,\"99\":11}}]" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct score_reference *ref = score_reference_new(2026);
		struct ehr_err e;

		CHECK_INT(score_reference_add(ref, "x", str_of(bad[i]), &e),
		    EHR_EREJECT);
		score_reference_free(ref);
	}
}

TEST(fractions_are_exact_or_none)
{
	struct ratio third = ratio(1, 3), big = ratio(INT64_MAX, 1);

	check_ratio(ratio_add(third, ratio_add(third, third)), 4, "1");
	check_ratio(ratio_round(ratio(-5, 2), 0), 4, "-3");
	check_ratio(ratio_sub(ratio(1, 6), ratio(1, 2)), 4, "-0.3333");
	check_ratio(ratio_div(third, ratio(0, 1)), 4, "-");
	check_ratio(ratio_div(third, ratio(-2, 3)), 4, "-0.5");
	big = ratio_mul(big, big);
	check_ratio(ratio_mul(big, big), 4, "-");
	check_ratio(ratio_add(ratio_mul(big, big), third), 4, "-");
}

