/* Dates and decimals. */
#include "ehr/base.h"

#include <time.h>

#include "test.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static struct date parse(const char *text)
{
	struct date d;

	CHECK(date_parse(str_of(text), &d));
	return d;
}

TEST(date_text_is_kept)
{
	static const struct {
		const char *text;
		enum date_precision precision;
	} t[] = {
		{ "2026", DATE_YEAR },
		{ "2026-02", DATE_MONTH },
		{ "2024-02-29", DATE_DAY },
		{ "2000-02-29", DATE_DAY },
		{ "0001-01-01", DATE_DAY },
		{ "9999-12-31", DATE_DAY },
		{ "2026-01-31T00:00Z", DATE_MINUTE },
		{ "2026-01-31T23:59", DATE_MINUTE },
		{ "2026-01-31T12:00:01", DATE_SECOND },
		{ "2026-01-31T12:00:01+05:30", DATE_SECOND },
		{ "2026-01-31T12:00:01-12:00", DATE_SECOND },
		{ "2026-01-31T12:00:01+14:00", DATE_SECOND },
		{ "2026-01-31T12:00:01.123-04:00", DATE_FRACTION },
		{ "2026-01-31T12:00:01.123456Z", DATE_FRACTION },
		{ "2026-01-31T12:00:01.123456789Z", DATE_FRACTION },
		{ "2026-01-31T12:00:01.000Z", DATE_FRACTION },
	};
	BUF_AUTO b = BUF_INIT;
	struct date d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = parse(t[i].text);
		CHECK_INT(d.precision, t[i].precision);
		buf_reset(&b);
		date_format(&b, &d);
		CHECK_STR(b.s, t[i].text);
	}
}

TEST(date_normal_forms)
{
	static const char *const t[][2] = {
		{ "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999999Z" },
		{ "2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999999999Z" },
		{ "2026-01-31T12:00:01.5Z", "2026-01-31T12:00:01.500Z" },
		{ "2026-01-31T12:00:01.1234Z", "2026-01-31T12:00:01.123400Z" },
		{ "2026-01-31T12:00:01.1234567891Z",
		    "2026-01-31T12:00:01.123456789Z" },
		{ "2026-01-31T12:00:01+00:00", "2026-01-31T12:00:01Z" },
		{ "2026-01-31T12:00:01-00:00", "2026-01-31T12:00:01Z" },
	};
	BUF_AUTO b = BUF_INIT;
	struct date d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = parse(t[i][0]);
		buf_reset(&b);
		date_format(&b, &d);
		CHECK_STR(b.s, t[i][1]);
	}
}

TEST(date_refused)
{
	static const char *const bad[] = { "", "2", "20", "202", "20265",
		"0000", "0000-01-01", "2026-", "2026-1", "2026-2-3",
		"2026-00", "2026-13", "2026-13-01", "2026-01-", "2026-01-00",
		"2026-01-32", "2026-04-31", "2026-02-29", "1900-02-29",
		"2100-02-29", "2026-01-1", "20260131", "2026-0131",
		"2026/01/31",
		" 2026", "2026 ", "+2026", "-2026", "2026-01-31 12:00:00",
		"2026-01-31t12:00:00Z", "2026-01-31T", "2026-01-31T12",
		"2026-01-31T12Z", "2026-01-31T12:0", "2026-01-31T1:00",
		"2026-01-31T24:00", "2026-01-31T24:00:00Z",
		"2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z",
		"2026-01-31T12:00:", "2026-01-31T12:00:0Z",
		"2026-01-31T12:00:00.", "2026-01-31T12:00:00.Z",
		"2026-01-31T12:00:00,5Z", "2026-01-31T12:00:00z",
		"2026-01-31T12:00:00ZZ", "2026-01-31T12:00:00+",
		"2026-01-31T12:00:00+1", "2026-01-31T12:00:00+01",
		"2026-01-31T12:00:00+0100", "2026-01-31T12:00:00+01:60",
		"2026-01-31T12:00:00+14:01", "2026-01-31T12:00:00+15:00",
		"2026-01-31T12:00:00+01:00:00", "2026-01-31T12:00:00Z ",
		"2026-01T12:00:00Z", "2026Z", "2026-01-31Z",
		"2026-01-31T-1:00:00Z", "12:00:00" };
	struct date d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (date_parse(str_of(bad[i]), &d))
			CHECK_STR("taken", bad[i]);
	CHECK(!date_parse(STR("2026\0"), &d));
	CHECK(!date_parse(STR_NONE, &d));
}

/* Every day of the years 1 to 9999 follows the one before. */
TEST(date_days_are_dense)
{
	int64_t first = date_days(1, 1, 1), last = date_days(9999, 12, 31), n;
	struct date d, before = { 0 };

	CHECK_INT(first, -719162);
	CHECK_INT(last, 2932896);
	CHECK_INT(date_days(1970, 1, 1), 0);
	CHECK_INT(date_days(2000, 3, 1), 11017);
	for (n = first; n <= last; n++) {
		date_from_days(&d, n);
		CHECK(date_valid_day(d.year, d.month, d.day));
		CHECK(date_days(d.year, d.month, d.day) == n);
		if (n > first && date_cmp_day(&before, &d) >= 0)
			CHECK_INT(n, 0);
		before = d;
	}
	CHECK_INT(d.year, 9999);
	date_from_days(&d, last + 1);
	CHECK_INT(d.year, 9999);
	date_from_days(&d, first - 1);
	CHECK_INT(d.year, 1);
	CHECK_INT(d.precision, DATE_DAY);
}

/* The C library reckons on its own. */
TEST(date_agrees_with_timegm)
{
	struct tm tm = { 0 };
	int year, month;

	for (year = 1; year <= 9999; year++) {
		for (month = 1; month <= 12; month++) {
			tm = (struct tm){ .tm_year = year - 1900,
				.tm_mon = month - 1, .tm_mday = 28 };
			CHECK(timegm(&tm) / 86400 * DAY ==
			    date_days(year, month, 28) * DAY);
		}
	}
}

TEST(date_valid_days)
{
	CHECK(date_valid_day(2024, 2, 29));
	CHECK(!date_valid_day(2023, 2, 29));
	CHECK(!date_valid_day(2023, 0, 1));
	CHECK(!date_valid_day(2023, 13, 1));
	CHECK(!date_valid_day(2023, 1, 0));
	CHECK(!date_valid_day(0, 1, 1));
	CHECK(!date_valid_day(10000, 1, 1));
	CHECK(!date_valid_day(2023, -1, 1));
}

TEST(date_instants)
{
	static const struct {
		const char *text;
		int64_t ms;
	} t[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01", 0 },
		{ "1970", 0 },
		{ "1969-12-31T23:59:59.999Z", -1 },
		{ "1970-01-01T05:30:00+05:30", 0 },
		{ "1969-12-31T14:00:00-10:00", 0 },
		{ "2026-01-31T12:00:00.250Z", INT64_C(1769860800250) },
		{ "2026-01-31T07:00:00.250-05:00", INT64_C(1769860800250) },
		{ "0001-01-01T00:00:00Z", INT64_C(-62135596800000) },
		{ "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228799999) },
	};
	BUF_AUTO b = BUF_INIT;
	struct date d, e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = parse(t[i].text);
		CHECK_INT(date_ms(&d), t[i].ms);
		date_from_ms(&e, t[i].ms, 0);
		CHECK_INT(date_ms(&e), t[i].ms);
		date_from_ms(&e, t[i].ms, -330);
		if (i > 2 && t[i].ms > INT64_C(-62135596800000))
			CHECK_INT(date_ms(&e), t[i].ms);
	}
	date_format_ms(&b, INT64_C(1769860800000));
	CHECK_STR(b.s, "2026-01-31T12:00:00.000Z");
	buf_reset(&b);
	date_from_ms(&d, INT64_C(1769860800007), 330);
	date_format(&b, &d);
	CHECK_STR(b.s, "2026-01-31T17:30:00.007+05:30");
	buf_reset(&b);
	date_format_ms(&b, -1);
	CHECK_STR(b.s, "1969-12-31T23:59:59.999Z");
	buf_reset(&b);
	date_format_ms(&b, INT64_MAX);
	CHECK_STR(b.s, "9999-12-31T23:59:59.999Z");
	buf_reset(&b);
	date_format_ms(&b, INT64_MIN);
	CHECK_STR(b.s, "0001-01-01T00:00:00.000Z");
}

TEST(date_ranges)
{
	static const struct {
		const char *text;
		int64_t lo, hi;
	} t[] = {
		{ "1970-01-01T00:00:00Z", 0, 1000 },
		{ "1970-01-01T00:00Z", 0, 60000 },
		{ "1970-01-01T00:00:00.250Z", 250, 251 },
		{ "1970-01-01T02:00:00+02:00", 0, 1000 },
		{ "1970-01-01T00:00:00", -14 * HOUR, 12 * HOUR + 1000 },
		{ "1970-01-01", -14 * HOUR, DAY + 12 * HOUR },
		{ "1970-02", 31 * DAY - 14 * HOUR, 59 * DAY + 12 * HOUR },
		{ "1972-02", 761 * DAY - 14 * HOUR, 790 * DAY + 12 * HOUR },
		{ "1970", -14 * HOUR, 365 * DAY + 12 * HOUR },
		{ "1972", 730 * DAY - 14 * HOUR, 1096 * DAY + 12 * HOUR },
	};
	struct date d;
	int64_t lo, hi;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = parse(t[i].text);
		date_range(&d, &lo, &hi);
		CHECK_INT(lo, t[i].lo);
		CHECK_INT(hi, t[i].hi);
	}
	d = parse("9999");
	date_range(&d, &lo, &hi);
	CHECK_INT(hi, INT64_C(253402300800000) + 12 * HOUR);
}

TEST(date_ages)
{
	static const struct {
		const char *birth, *on;
		int age;
	} t[] = {
		{ "1980-06-15", "2026-06-14", 45 },
		{ "1980-06-15", "2026-06-15", 46 },
		{ "1980-06-15", "1980-06-15", 0 },
		{ "2000-02-29", "2001-02-28", 0 },
		{ "2000-02-29", "2001-03-01", 1 },
		{ "2000-02-29", "2004-02-28", 3 },
		{ "2000-02-29", "2004-02-29", 4 },
		{ "1980", "2026-01-01", 46 },
		{ "1980-06", "2026-05-31", 45 },
		{ "1980-06", "2026-06-01", 46 },
		{ "1980-12-31", "2026-01-01", 45 },
		{ "2026-01-02", "2026-01-01", -1 },
		{ "1980-06-15", "2026-06-15T00:00:00Z", 46 },
	};
	struct date birth, on;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		birth = parse(t[i].birth);
		on = parse(t[i].on);
		CHECK_INT(date_age(&birth, &on), t[i].age);
	}
}

TEST(date_compares_days)
{
	struct date a = parse("2026-01-31"), b = parse("2026-02-01");
	struct date c = parse("2026-02-01T23:00:00-05:00"), y = parse("2026");

	CHECK_INT(date_cmp_day(&a, &b), -1);
	CHECK_INT(date_cmp_day(&b, &a), 1);
	CHECK_INT(date_cmp_day(&b, &c), 0);
	CHECK_INT(date_cmp_day(&y, &a), -1);
}

TEST(clock_is_now)
{
	int64_t a = clock_ms(), t = (int64_t)time(NULL) * 1000, b = clock_ms();

	CHECK(a - 1000 <= t && t <= b + 1000);
}

/* ---- decimals ---- */

static struct decimal dec(const char *text)
{
	struct decimal d;

	CHECK(decimal_parse(str_of(text), &d));
	return d;
}

TEST(decimal_text)
{
	static const char *const t[][2] = {
		{ "0", "0" }, { "-0", "0" }, { "0.00", "0.00" },
		{ "1.10", "1.10" }, { "-1.10", "-1.10" }, { "100", "100" },
		{ "0.001", "0.001" }, { "-0.050", "-0.050" },
		{ "1e3", "1e3" }, { "1E+3", "1e3" }, { "1.50e3", "150e1" },
		{ "1e-3", "0.001" }, { "12.5e-2", "0.125" },
		{ "1e0000000000000000000001", "1e1" }, { "1.5e1", "15" },
		{ "1e-40", "0.0000000000000000000000000000000000000001" },
		{ "1e-41", "1e-41" }, { "0e400", "0e400" },
		{ "9999999999999999999999999999999999",
		    "9999999999999999999999999999999999" },
		{ "-123456789012345678901234567890.1234",
		    "-123456789012345678901234567890.1234" },
		{ "0.00000000000000000000000000000000000001",
		    "0.00000000000000000000000000000000000001" },
		{ "1e400", "1e400" }, { "1e-400", "1e-400" },
	};
	BUF_AUTO b = BUF_INIT;
	struct decimal d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = dec(t[i][0]);
		buf_reset(&b);
		decimal_format(&b, &d);
		CHECK_STR(b.s, t[i][1]);
	}
}

TEST(decimal_refused)
{
	static const char *const bad[] = { "", "-", "+1", ".5", "1.", "01",
		"-01", "00", "1e", "1e+", "1.e3", " 1", "1 ", "0x1", "1,5",
		"--1",
		"NaN", "inf", "1e401", "1e-401", "1.5e-400",
		"1e99999999999999999999999", "1e-99999999999999999999999",
		"12345678901234567890123456789012345",
		"1.0000000000000000000000000000000000" };
	struct decimal d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (decimal_parse(str_of(bad[i]), &d))
			CHECK_STR("taken", bad[i]);
	CHECK(!decimal_parse(STR_NONE, &d));
}

TEST(decimal_order)
{
	/* rising; each is compared with each */
	static const char *const t[] = { "-1e400", "-12.1", "-12", "-1.000001",
		"-1", "-9999999999999999999999999999999999e-40", "-1e-400",
		"0", "1e-400", "0.00999", "0.01", "0.1",
		"0.9999999999999999999999999999999999", "1", "1.10", "1.101",
		"9.99", "10", "99e1", "9999999999999999999999999999999999",
		"1e34", "1.000000000000000000000000000000001e34", "1e35",
		"1e400" };
	struct decimal a, b;
	size_t i, j;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		for (j = 0; j < ARRAY_LEN(t); j++) {
			a = dec(t[i]);
			b = dec(t[j]);
			CHECK_INT(decimal_cmp(&a, &b), (i > j) - (i < j));
		}
	}
}

TEST(decimal_equal_values)
{
	static const char *const t[][2] = { { "1.10", "1.1" }, { "0", "-0.00" },
		{ "100", "1e2" }, { "0e400", "0e-400" },
		{ "1e34", "1000000000000000000000000000000000e1" },
		{ "-5e-1", "-0.5000" } };
	struct decimal a, b;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		a = dec(t[i][0]);
		b = dec(t[i][1]);
		CHECK_INT(decimal_cmp(&a, &b), 0);
		CHECK_INT(decimal_cmp(&b, &a), 0);
	}
}

TEST(decimal_limits_of_the_type)
{
	struct decimal a = { ((__int128)1 << 126) * -2, 0 }; /* the least */
	struct decimal b = { 1, 38 }, c = { -2, 38 };
	BUF_AUTO text = BUF_INIT;

	CHECK_INT(decimal_cmp(&a, &b), -1);
	CHECK_INT(decimal_cmp(&b, &a), 1);
	CHECK_INT(decimal_cmp(&a, &c), 1);
	CHECK_INT(decimal_cmp(&a, &a), 0);
	decimal_format(&text, &a);
	CHECK_STR(text.s, "-170141183460469231731687303715884105728");
	CHECK(!decimal_add(&a, &a, &b));
}

TEST(decimal_sums)
{
	static const char *const t[][3] = {
		{ "1.10", "2.2", "3.30" },
		{ "0.1", "0.2", "0.3" },
		{ "-5", "5.00", "0.00" },
		{ "1e2", "1", "101" },
		{ "0e400", "1.5", "1.5" },
		{ "9999999999999999999999999999999998", "1",
		    "9999999999999999999999999999999999" },
		{ "9999999999999999999999999999999999", "1", NULL },
		{ "1e400", "1", NULL },
		{ "1e30", "0.00001", NULL },
	};
	BUF_AUTO b = BUF_INIT;
	struct decimal x, y, sum;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		x = dec(t[i][0]);
		y = dec(t[i][1]);
		CHECK_INT(decimal_add(&x, &y, &sum), t[i][2] != NULL);
		if (!t[i][2])
			continue;
		buf_reset(&b);
		decimal_format(&b, &sum);
		CHECK_STR(b.s, t[i][2]);
	}
}

TEST(decimal_products)
{
	static const char *const t[][3] = {
		{ "1.10", "2.0", "2.200" },
		{ "-3", "0.5", "-1.5" },
		{ "0", "1e400", "0e400" },
		{ "1e200", "1e200", "1e400" },
		{ "1e200", "1e201", NULL },
		{ "1e-200", "1e-201", NULL },
		{ "99999999999999999", "99999999999999999",
		    "9999999999999999800000000000000001" },
		{ "999999999999999999", "99999999999999999", NULL },
		{ "9999999999999999999999999999999999",
		    "9999999999999999999999999999999999", NULL },
	};
	BUF_AUTO b = BUF_INIT;
	struct decimal x, y, product;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		x = dec(t[i][0]);
		y = dec(t[i][1]);
		CHECK_INT(decimal_mul(&x, &y, &product), t[i][2] != NULL);
		if (!t[i][2])
			continue;
		buf_reset(&b);
		decimal_format(&b, &product);
		CHECK_STR(b.s, t[i][2]);
	}
}

TEST(decimal_doubles)
{
	static const char *const t[] = { "0", "1.1", "-0.1", "7.25", "1e22",
		"1e300", "1e-300", "123456789.987654321", "5e-324", "2e-400" };
	struct decimal d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = dec(t[i]);
		CHECK(decimal_double(&d) == strtod(t[i], NULL));
	}
}

TEST(decimal_wholes)
{
	static const struct {
		const char *text;
		int64_t whole;
	} t[] = { { "0", 0 }, { "0.4999", 0 }, { "0.5", 1 }, { "-0.5", -1 },
		{ "1.5", 2 }, { "2.5", 3 }, { "2.4999999999999999999", 2 },
		{ "-2.49", -2 }, { "12e2", 1200 }, { "1e-30", 0 },
		{ "0e400", 0 }, { "9223372036854775807.4", INT64_MAX },
		/* a double has 53 bits: the first is one lower there */
		{ "9007199254740993", INT64_C(9007199254740993) },
		{ "4503599627370497.5", INT64_C(4503599627370498) } };
	struct decimal d;
	int64_t v;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		d = dec(t[i].text);
		v = -7;
		CHECK(decimal_whole(&d, &v));
		CHECK_INT(v, t[i].whole);
	}
	d = dec(t[ARRAY_LEN(t) - 2].text);
	CHECK((int64_t)decimal_double(&d) != t[ARRAY_LEN(t) - 2].whole);
	d = dec("9223372036854775807.5");
	CHECK(!decimal_whole(&d, &v));
	d = dec("1e19");
	CHECK(!decimal_whole(&d, &v));
	d = dec("1e400");
	CHECK(!decimal_whole(&d, &v));
}
