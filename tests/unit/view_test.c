/*
 * view_test.c - entries, rows, flags, trends, assertions and ages of a chart,
 * one rule each; whole pages are the goldens of ehr-chart.bats.
 */
#include "record_kit.h"

#include "ehr/view.h"

static struct kit k;
static struct view *v;

#define SUBJECT "\"subject\":{\"reference\":\"Patient/a\"}"
#define CODE(code) "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","  \
	"\"code\":\"" code "\"}],\"text\":\"T" code "\"}"
#define LAB(id, code, when, more)                                             \
	"{\"resourceType\":\"Observation\",\"id\":\"" id "\",\"status\":"     \
	"\"final\"," CODE(code) "," SUBJECT ",\"effectiveDateTime\":\"" when  \
	"\"" more "}"
#define VALUE(x) ",\"valueQuantity\":{\"value\":" x ",\"unit\":\"mg/dL\"}"
#define RANGE(lo, hi) "{\"low\":{\"value\":" lo ",\"unit\":\"mg/dL\"},"       \
	"\"high\":{\"value\":" hi ",\"unit\":\"mg/dL\"}}"
#define RANGES(r) ",\"referenceRange\":[" r "]"
#define CONDITION(id, clinical, verification, more)                           \
	"{\"resourceType\":\"Condition\",\"id\":\"" id "\"," SUBJECT ","      \
	"\"clinicalStatus\":{\"coding\":[{\"code\":\"" clinical "\"}]},"      \
	"\"verificationStatus\":{\"coding\":[{\"code\":\"" verification       \
	"\"}]}" more "}"

static void start(void)
{
	kit_open(&k);
	kit_import(&k, NULL, "{\"resourceType\":\"Patient\",\"id\":\"a\","
	    "\"birthDate\":\"2000-02-29\"}");
}

static void look(const char *today)
{
	struct view_opt opt = VIEW_OPT;

	CHECK(date_parse(str_of(today), &opt.today));
	KIT_OK(&k, view_open(&v, k.r, kit_patient(&k, "a"), &opt, &k.e));
}

static void end(void)
{
	view_free(v);
	v = NULL;
	kit_close(&k);
}

/* The only row of a section. */
static const struct view_row *row_of(enum view_section s)
{
	size_t n;
	const struct view_row *row = view_rows(v, s, &n);

	CHECK_INT(n, 1);
	return row;
}

static void check_flag(const char *more, const char *flag)
{
	BUF_AUTO json = BUF_INIT;

	start();
	buf_adds(&json, LAB("o", "1-1", "2020-01-01", ""));
	json.len--; /* the last brace */
	buf_adds(&json, more);
	buf_addch(&json, '}');
	kit_import(&k, NULL, json.s);
	look("2020-06-01");
	CHECK_STR(row_of(VIEW_RESULTS)->e->flag, flag);
	end();
}

TEST(flags_follow_from_the_range_when_the_source_has_none)
{
	check_flag(VALUE("5") RANGES(RANGE("5", "10")), "");
	check_flag(VALUE("4.99") RANGES(RANGE("5", "10")), "L");
	check_flag(VALUE("10.0") RANGES(RANGE("5", "10")), "");
	check_flag(VALUE("10.1") RANGES(RANGE("5", "10")), "H");
	/* Two ranges are for certain people: the reader's to choose. */
	check_flag(VALUE("99") RANGES(RANGE("5", "10") "," RANGE("1", "2")),
	    "");
}

TEST(the_source_s_flag_goes_first)
{
	check_flag(VALUE("99") RANGES(RANGE("5", "10"))
	    ",\"interpretation\":[{\"coding\":[{\"code\":\"LL\"}]}]", "LL");
	check_flag(VALUE("7") ",\"interpretation\":[{\"text\":\"High\"}]",
	    "H");
}

TEST(of_a_bound_only_what_is_certain_is_flagged)
{
	static const char *const less =
	    ",\"valueQuantity\":{\"value\":5,\"comparator\":\"<\","
	    "\"unit\":\"mg/dL\"}";
	BUF_AUTO more = BUF_INIT;

	buf_adds(&more, less);
	buf_adds(&more, RANGES(RANGE("5", "10")));
	check_flag(more.s, "L");
	buf_reset(&more);
	buf_adds(&more, less);
	buf_adds(&more, RANGES(RANGE("1", "4")));
	check_flag(more.s, "");
}

TEST(a_range_in_another_unit_says_nothing)
{
	check_flag(VALUE("99") ",\"referenceRange\":[{\"high\":{\"value\":5,"
	    "\"unit\":\"mmol/L\"}}]", "");
}

TEST(trend_is_by_number_not_by_text)
{
	const struct view_row *row;

	start();
	kit_import(&k, NULL, LAB("o1", "1-1", "2020-01-01", VALUE("7.10")));
	kit_import(&k, NULL, LAB("o2", "1-1", "2020-02-01", VALUE("7.1")));
	look("2020-06-01");
	row = row_of(VIEW_RESULTS);
	CHECK_INT(row->n, 2);
	CHECK_INT(row->trend, VIEW_SAME);
	CHECK_MEM(row->former->value.s, row->former->value.n, "7.10");
	end();
}

TEST(other_units_have_no_trend)
{
	start();
	kit_import(&k, NULL, LAB("o1", "1-1", "2020-01-01", VALUE("7")));
	kit_import(&k, NULL, LAB("o2", "1-1", "2020-02-01",
	    ",\"valueQuantity\":{\"value\":9,\"unit\":\"mmol/L\"}"));
	look("2020-06-01");
	CHECK_INT(row_of(VIEW_RESULTS)->trend, VIEW_NO_TREND);
	CHECK(row_of(VIEW_RESULTS)->former != NULL);
	end();
}

TEST(the_same_instant_is_no_former_value)
{
	start();
	kit_import(&k, NULL, LAB("o1", "1-1", "2020-01-01", VALUE("7")));
	kit_import(&k, "lab", "{\"resourceType\":\"Observation\",\"id\":\"x\","
	    "\"status\":\"final\"," CODE("1-1") ",\"subject\":{"
	    "\"reference\":\"Patient/b\"}}");
	kit_import(&k, NULL, LAB("o2", "1-1", "2020-01-01", VALUE("8")));
	look("2020-06-01");
	CHECK_INT(row_of(VIEW_RESULTS)->n, 2);
	CHECK(row_of(VIEW_RESULTS)->former == NULL);
	end();
}

TEST(entered_in_error_is_no_entry)
{
	size_t n;

	start();
	kit_import(&k, NULL, "{\"resourceType\":\"Condition\",\"id\":\"c\","
	    SUBJECT ",\"code\":{\"text\":\"x\"},\"verificationStatus\":{"
	    "\"coding\":[{\"code\":\"entered-in-error\"}]}}");
	look("2020-06-01");
	view_entries(v, VIEW_PROBLEMS, &n);
	CHECK_INT(n, 0);
	end();
}

TEST(findings_stand_behind_disorders_and_social_ones_apart)
{
	struct view_entry *const *e;
	size_t n;

	start();
	kit_import(&k, NULL, CONDITION("c1", "active", "confirmed",
	    ",\"onsetDateTime\":\"2020\",\"code\":{\"text\":"
	    "\"Cough (finding)\"}"));
	kit_import(&k, NULL, CONDITION("c2", "active", "confirmed",
	    ",\"onsetDateTime\":\"2010\",\"code\":{\"text\":"
	    "\"Asthma (disorder)\"}"));
	kit_import(&k, NULL, CONDITION("c3", "active", "confirmed",
	    ",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\","
	    "\"code\":\"160903007\"}],\"text\":\"Employed (finding)\"}"));
	look("2020-06-01");
	e = view_entries(v, VIEW_PROBLEMS, &n);
	CHECK_INT(n, 2);
	CHECK_MEM(e[0]->what.s, e[0]->what.n, "Asthma");
	CHECK_MEM(e[1]->what.s, e[1]->what.n, "Cough");
	CHECK_INT(row_of(VIEW_SOCIAL)->n, 1);
	end();
}

TEST(an_assertion_of_absence_is_no_entry)
{
	const struct view_entry *said;
	size_t n;

	start();
	kit_import(&k, NULL, "{\"resourceType\":\"AllergyIntolerance\","
	    "\"id\":\"n\",\"patient\":{\"reference\":\"Patient/a\"},"
	    "\"recordedDate\":\"2019\",\"code\":{\"coding\":[{\"system\":"
	    "\"http://snomed.info/sct\",\"code\":\"716186003\"}]}}");
	look("2020-06-01");
	view_entries(v, VIEW_ALLERGIES, &n);
	CHECK_INT(n, 0);
	said = view_asserted(v, VIEW_ALLERGIES);
	CHECK(said != NULL);
	CHECK_MEM(said->absent.s, said->absent.n, "no known allergies");
	CHECK(view_asserted(v, VIEW_MEDS) == NULL);
	end();
}

static void check_age(const char *today, const char *age)
{
	BUF_AUTO b = BUF_INIT;

	look(today);
	CHECK_INT(view_age(v, &b), age[0] != '\0');
	CHECK_STR(b.s, age);
	view_free(v);
	v = NULL;
}

TEST(ages)
{
	start();
	check_age("2000-02-29", "0 days");
	check_age("2000-03-01", "1 day");
	check_age("2000-04-28", "59 days");
	check_age("2000-04-29", "2 months");
	check_age("2002-02-28", "23 months");
	check_age("2002-03-01", "2 y");
	check_age("1999-01-01", "");
	end();
}

TEST(a_pressure_is_one_value_with_parts)
{
	const struct view_part *part;
	const struct view_entry *e;
	BUF_AUTO b = BUF_INIT;

	start();
	kit_import(&k, NULL, LAB("o", "85354-9", "2020-01-01",
	    ",\"component\":[{" CODE("8480-6") ",\"valueQuantity\":{\"value\":"
	    "128,\"code\":\"mm[Hg]\"}},{" CODE("8462-4")
	    ",\"valueQuantity\":{\"value\":82,\"code\":\"mm[Hg]\"}}]"));
	look("2020-06-01");
	e = row_of(VIEW_VITALS)->e;
	CHECK(view_value(e, &b));
	CHECK_STR(b.s, "128/82 mmHg");
	CHECK(view_has_code(e, STR_NONE, STR("8462-4"), &part));
	CHECK_MEM(part->number.text.s, part->number.text.n, "82");
	CHECK(view_has_code(e, STR("http://loinc.org"), STR("85354-9"),
	    &part) && part == NULL);
	CHECK(!view_has_code(e, STR("urn:x"), STR("85354-9"), &part));
	end();
}

static void check_value(const char *value, const char *shown)
{
	BUF_AUTO json = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	start();
	buf_addf(&json, "{\"resourceType\":\"Observation\",\"id\":\"o\","
	    "\"status\":\"final\"," CODE("1-1") "," SUBJECT
	    ",\"valueQuantity\":%s}", value);
	kit_import(&k, NULL, json.s);
	look("2020-06-01");
	CHECK(view_value(row_of(VIEW_RESULTS)->e, &b));
	CHECK_STR(b.s, shown);
	end();
}

TEST(numbers_are_rounded_for_people_only_where_they_are_long)
{
	check_value("{\"value\":1.10,\"unit\":\"mg/dL\"}", "1.10 mg/dL");
	check_value("{\"value\":27.35784,\"unit\":\"kg/m2\"}", "27.36 kg/m²");
	check_value("{\"value\":0.012345,\"code\":\"1\"}", "0.0123");
	check_value("{\"value\":41.5,\"unit\":\"%\"}", "41.5%");
	check_value("{\"value\":5,\"comparator\":\"<\",\"unit\":\"mg/dL\"}",
	    "< 5 mg/dL");
	check_value("{\"value\":3,\"code\":\"{score}\"}", "3");
}

/* ---- differences ---- */

static int add_line(void *arg, struct str path, struct str old,
    struct str new_)
{
	buf_addf(arg, "%.*s:%.*s>%.*s ", STR_FMT(path),
	    STR_FMT(old.s ? old : STR("-")), STR_FMT(new_.s ? new_ :
	    STR("-")));
	return 0;
}

static void check_diff(const char *a, const char *b, const char *want)
{
	TAPE_AUTO x = TAPE_INIT;
	TAPE_AUTO y = TAPE_INIT;
	BUF_AUTO found = BUF_INIT;
	struct tape_error why;

	CHECK_INT(tape_parse(&x, a, strlen(a), &why), 0);
	CHECK_INT(tape_parse(&y, b, strlen(b), &why), 0);
	CHECK_INT(view_diff(&x, &y, add_line, &found), 0);
	CHECK_STR(found.s, want);
}

TEST(differences_by_path)
{
	check_diff("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "");
	check_diff("{\"a\":1.10}", "{\"a\":1.1}", "a:1.10>1.1 ");
	check_diff("{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,3,4]}}",
	    "a.b[1]:2>3 a.b[2]:->4 ");
	check_diff("{\"a\":[{\"x\":1}]}", "{\"a\":[]}", "a[0].x:1>- ");
	check_diff("{\"a\":\"s\"}", "{\"a\":{\"s\":true}}",
	    "a:s>- a.s:->true ");
}
