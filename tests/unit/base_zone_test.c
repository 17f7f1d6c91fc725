/* Time zones: known days, the clock both ways against a naive search, files
 * that are faulty. tests/bats/zone.bats compares with zdump. */
#include "ehr/base-zone.h"

#include "test.h"

#define MINUTE INT64_C(60000)
#define DAY    (1440 * MINUTE)

static struct zone *must_open(const char *name)
{
	struct ehr_err e = { 0 };
	struct zone *z;

	if (zone_open(&z, str_of(name), &e) != 0)
		CHECK_STR(e.msg, name);
	CHECK_STR(zone_name(z), name);
	return z;
}

static struct date date(const char *text)
{
	struct date d;

	CHECK(date_parse(str_of(text), &d));
	return d;
}

static int64_t ms_of(const char *text)
{
	struct date d = date(text);

	return date_ms(&d);
}

static void check_ms(int64_t ms, const char *want)
{
	BUF_AUTO b = BUF_INIT;

	date_format_ms(&b, ms);
	CHECK_STR(b.s, want);
}

/* What the clock shows, and the offset that is in force. */
TEST(zone_clock)
{
	static const struct {
		const char *zone, *utc, *clock, *abbr;
		int dst;
	} t[] = {
		{ "America/New_York", "2026-03-08T06:59:59Z",
		    "2026-03-08T01:59:59.000-05:00", "EST", 0 },
		{ "America/New_York", "2026-03-08T07:00:00Z",
		    "2026-03-08T03:00:00.000-04:00", "EDT", 1 },
		{ "America/New_York", "2026-11-01T05:59:59Z",
		    "2026-11-01T01:59:59.000-04:00", "EDT", 1 },
		{ "America/New_York", "2026-11-01T06:00:00Z",
		    "2026-11-01T01:00:00.000-05:00", "EST", 0 },
		{ "America/New_York", "2099-07-01T12:00:00Z", /* the rule */
		    "2099-07-01T08:00:00.000-04:00", "EDT", 1 },
		{ "America/New_York", "2024-02-29T12:00:00.5Z",
		    "2024-02-29T07:00:00.500-05:00", "EST", 0 },
		{ "America/Phoenix", "2026-07-01T12:00:00Z",
		    "2026-07-01T05:00:00.000-07:00", "MST", 0 },
		{ "Pacific/Chatham", "2026-04-04T14:00:00Z", /* ends 3:45 */
		    "2026-04-05T02:45:00.000+12:45", "+1245", 0 },
		{ "Pacific/Chatham", "2026-12-31T11:00:00Z", /* next year */
		    "2027-01-01T00:45:00.000+13:45", "+1345", 1 },
		{ "Europe/London", "2026-03-29T01:00:00Z",
		    "2026-03-29T02:00:00.000+01:00", "BST", 1 },
		{ "Europe/Dublin", "2026-01-01T00:00:00Z", /* dst in winter */
		    "2026-01-01T00:00:00.000Z", "GMT", 1 },
		{ "Australia/Lord_Howe", "2026-10-03T15:30:00Z",
		    "2026-10-04T02:30:00.000+11:00", "+11", 1 },
		{ "UTC", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00.000Z",
		    "UTC", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		ZONE_AUTO z = must_open(t[i].zone);
		BUF_AUTO b = BUF_INIT;
		struct zone_at at;
		struct date d;

		zone_civil(z, ms_of(t[i].utc), &d);
		date_format(&b, &d);
		CHECK_STR(b.s, t[i].clock);
		zone_at(z, ms_of(t[i].utc), &at);
		CHECK_STR(at.abbr, t[i].abbr);
		CHECK_INT(at.dst, t[i].dst);
		CHECK_INT(at.offset, d.offset * 60);
	}
}

/* From the clock to UTC: once, never, twice. */
TEST(zone_from_clock)
{
	static const struct {
		const char *zone, *clock;
		enum zone_fit fit;
		const char *first, *second;
	} t[] = {
		{ "America/New_York", "2026-03-08T01:59:59", ZONE_ONCE,
		    "2026-03-08T06:59:59.000Z", NULL },
		{ "America/New_York", "2026-03-08T02:00", ZONE_GAP,
		    "2026-03-08T07:00:00.000Z", "2026-03-08T06:00:00.000Z" },
		{ "America/New_York", "2026-03-08T02:30", ZONE_GAP,
		    "2026-03-08T07:30:00.000Z", "2026-03-08T06:30:00.000Z" },
		{ "America/New_York", "2026-03-08T03:00", ZONE_ONCE,
		    "2026-03-08T07:00:00.000Z", NULL },
		{ "America/New_York", "2026-11-01T00:59:59", ZONE_ONCE,
		    "2026-11-01T04:59:59.000Z", NULL },
		{ "America/New_York", "2026-11-01T01:00", ZONE_TWICE,
		    "2026-11-01T05:00:00.000Z", "2026-11-01T06:00:00.000Z" },
		{ "America/New_York", "2026-11-01T01:59:59.999", ZONE_TWICE,
		    "2026-11-01T05:59:59.999Z", "2026-11-01T06:59:59.999Z" },
		{ "America/New_York", "2026-11-01T02:00", ZONE_ONCE,
		    "2026-11-01T07:00:00.000Z", NULL },
		{ "America/New_York", "2060-11-07T01:30", ZONE_TWICE,
		    "2060-11-07T05:30:00.000Z", "2060-11-07T06:30:00.000Z" },
		{ "America/New_York", "2024-02-29", ZONE_ONCE,
		    "2024-02-29T05:00:00.000Z", NULL },
		{ "America/New_York", "2026-12-31T23:30", ZONE_ONCE,
		    "2027-01-01T04:30:00.000Z", NULL },
		{ "America/New_York", "2026-07-01T12:00Z", ZONE_ONCE,
		    "2026-07-01T16:00:00.000Z", NULL },
		{ "America/Phoenix", "2026-03-08T02:30", ZONE_ONCE,
		    "2026-03-08T09:30:00.000Z", NULL },
		{ "Pacific/Chatham", "2026-09-27T03:00", ZONE_GAP,
		    "2026-09-26T14:15:00.000Z", "2026-09-26T13:15:00.000Z" },
		{ "Pacific/Chatham", "2026-04-05T03:00", ZONE_TWICE,
		    "2026-04-04T13:15:00.000Z", "2026-04-04T14:15:00.000Z" },
		{ "Europe/London", "2026-03-29T01:30", ZONE_GAP,
		    "2026-03-29T01:30:00.000Z", "2026-03-29T00:30:00.000Z" },
		{ "Europe/London", "2026-10-25T01:30", ZONE_TWICE,
		    "2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z" },
		/* half an hour */
		{ "Australia/Lord_Howe", "2026-10-04T02:15", ZONE_GAP,
		    "2026-10-03T15:45:00.000Z", "2026-10-03T15:15:00.000Z" },
		{ "Australia/Lord_Howe", "2026-04-05T01:45", ZONE_TWICE,
		    "2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z" },
		/* a day that was left out */
		{ "Pacific/Apia", "2011-12-30T12:00", ZONE_GAP,
		    "2011-12-30T22:00:00.000Z", "2011-12-29T22:00:00.000Z" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		ZONE_AUTO z = must_open(t[i].zone);
		struct date d = date(t[i].clock);
		int64_t ms[2];

		CHECK_INT(zone_utc(z, &d, ms), t[i].fit);
		check_ms(ms[0], t[i].first);
		check_ms(ms[1], t[i].second ? t[i].second : t[i].first);
	}
}

/* All times whose clock shows civil, by looking at each quarter of an hour. */
static size_t naive(const struct zone *z, int64_t civil, int64_t *found)
{
	struct zone_at at;
	size_t n = 0;

	for (int64_t ms = civil - DAY; ms <= civil + DAY; ms += 15 * MINUTE) {
		zone_at(z, ms, &at);
		if (ms + at.offset * INT64_C(1000) == civil)
			found[n++] = ms;
	}
	return n;
}

/* Around each turn of 1990 to 2060, table and rule. */
TEST(zone_both_ways)
{
	static const char *const names[] = { "America/New_York",
		"America/Phoenix", "Pacific/Chatham", "Europe/London",
		"Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza",
		"America/Nuuk", "Europe/Dublin", "Antarctica/Troll" };
	int64_t end = ms_of("2060-01-01T00:00Z"), found[8], ms[2];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ZONE_AUTO z = must_open(names[i]);
		int64_t at = ms_of("1990-01-01T00:00Z");

		while (zone_next(z, at, &at) && at < end)
			for (int64_t c = at - DAY; c < at + DAY;
			    c += 15 * MINUTE) {
				size_t n = naive(z, c, found);
				struct date d;

				date_from_ms(&d, c, 0);
				CHECK_INT(zone_utc(z, &d, ms), n == 0 ?
				    ZONE_GAP : n == 1 ? ZONE_ONCE : ZONE_TWICE);
				CHECK(n == 0 || ms[0] == found[0]);
				CHECK(n == 0 || ms[1] == found[n - 1]);
				CHECK(n != 0 || ms[0] > ms[1]);
			}
	}
}

TEST(zone_no_more_turns)
{
	ZONE_AUTO phoenix = must_open("America/Phoenix");
	ZONE_AUTO utc = must_open("UTC");
	int64_t at;

	CHECK(zone_next(phoenix, ms_of("1967-01-01T00:00Z"), &at));
	CHECK(!zone_next(phoenix, ms_of("2026-01-01T00:00Z"), &at));
	CHECK(!zone_next(utc, 0, &at));
}

TEST(zone_names)
{
	static const char *const bad[] = { "", "/etc/passwd", "../zoneinfo/UTC",
		"America/../UTC", "America", "America/", "America//New_York",
		"./UTC", "zone.tab", "Nowhere/Nothing", "America/New_York\n",
		"A234567890123456789012345678901234567890123456789012345678"
		"9012345" };
	struct ehr_err e = { 0 };
	struct zone *z;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK_INT(zone_open(&z, str_of(bad[i]), &e), EHR_EUSAGE);
		CHECK(z == NULL);
		CHECK_STR(e.msg, "tz: not a zone of the tz database");
	}
	CHECK_INT(zone_open(&z, ((struct str){ "UTC\0x", 5 }), &e), EHR_EUSAGE);
}

/* ---- files ---- */

/* A version 2 file without a table: one type, its abbreviation, a rule. */
static void tiny(struct buf *b, char version, const char *rule)
{
	static const char counts[] = "\0\0\0\0" "\0\0\0\0" "\0\0\0\0"
	    "\0\0\0\0" "\0\0\0\1" "\0\0\0\4";
	static const char type[] = "\0\0\0\0" "\0" "\0" "UTC";

	buf_reset(b);
	for (int i = 0; i < 2; i++) {
		buf_addf(b, "TZif%c", version);
		buf_add(b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
		buf_add(b, counts, 24);
		buf_add(b, type, 10);
	}
	buf_addf(b, "\n%s\n", rule);
}

static int read_rule(const char *rule, struct zone **z, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;

	tiny(&b, '2', rule);
	return zone_read(z, STR("Test/Rule"), buf_str(&b), e);
}

TEST(zone_rules_refused)
{
	static const char *const bad[] = { "U", "UT0", "UTC", "UTC25", "UTC0x",
		"<UTC0", "<U!C>0", "EST5EDT", "EST5EDT,M3.2.0",
		"EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
		"EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J60", "EST5EDT,J1,J366",
		"EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0",
		"EST5EDT,M3.2.0/2:60,M11.1.0", "EST5EDT,M3.2.0,M11.1.0 ",
		"EST5EDT,99999999999999999999,1", "EST5EDT\nM3.2.0,M11.1.0" };
	struct ehr_err e = { 0 };
	struct zone *z;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (read_rule(bad[i], &z, &e) != EHR_EREJECT)
			CHECK_STR("taken", bad[i]);
	CHECK_STR(e.msg, "byte 108: RFC 9636: 3.3.1: "
	    "a rule that cannot be read");
}

/* Rules of every form; the turns of 2028, a leap year. */
TEST(zone_rules)
{
	static const struct {
		const char *rule, *turns[2];
	} t[] = {
		{ "EST5EDT,M3.2.0,M11.1.0", { "2028-03-12T07:00:00.000Z",
		    "2028-11-05T06:00:00.000Z" } },
		{ "AAA0BBB,J60,J61", { "2028-03-01T02:00:00.000Z",
		    "2028-03-02T01:00:00.000Z" } },
		{ "AAA0BBB,59/0,60/0", { "2028-02-29T00:00:00.000Z",
		    "2028-02-29T23:00:00.000Z" } },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", {
		    "2028-03-26T01:00:00.000Z", "2028-10-29T01:00:00.000Z" } },
		{ "IST-2IDT,M3.4.4/26,M10.5.0", { "2028-03-24T00:00:00.000Z",
		    "2028-10-28T23:00:00.000Z" } },
		{ "AAA-1:30:30BBB-2,M2.5.2,M10.1.1/167", {
		    "2028-02-29T00:29:30.000Z", "2028-10-08T21:00:00.000Z" } },
	};
	struct ehr_err e = { 0 };
	int64_t at;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct zone *z;

		CHECK_INT(read_rule(t[i].rule, &z, &e), 0);
		at = ms_of("2028-01-01T12:00Z");
		for (size_t j = 0; j < 2; j++) {
			CHECK(zone_next(z, at, &at));
			check_ms(at, t[i].turns[j]);
		}
		zone_free(z);
	}
}

/* RFC 9636 3.3.2: dst all the year. */
TEST(zone_rule_dst_all_year)
{
	struct ehr_err e = { 0 };
	struct zone_at at;
	struct zone *z;
	int64_t when;

	CHECK_INT(read_rule("XXX3EDT4,0/0,J365/23", &z, &e), 0);
	for (int64_t t = 0; t < 800 * DAY; t += DAY / 4) {
		zone_at(z, t, &at);
		CHECK_STR(at.abbr, "EDT");
	}
	CHECK(!zone_next(z, 0, &when));
	zone_free(z);
}

static void refused(struct str bytes)
{
	struct ehr_err e = { 0 };
	struct zone *z;
	int rc = zone_read(&z, STR("x"), bytes, &e);

	CHECK_INT(rc, EHR_EREJECT);
	CHECK(z == NULL && e.msg[0]);
}

/* Cut off anywhere, each byte of the head another one. */
TEST(zone_files_refused)
{
	BUF_AUTO b = BUF_INIT;
	struct ehr_err e = { 0 };
	struct zone *z;

	tiny(&b, '2', "UTC0");
	for (size_t n = 0; n < b.len; n++)
		refused((struct str){ b.s, n });
	for (size_t i = 20; i < 44; i++) { /* counts beyond the file */
		b.s[i] = (char)(b.s[i] + 100);
		refused(buf_str(&b));
		b.s[i] = (char)(b.s[i] - 100);
	}
	b.s[54 + 31] = 1; /* a leap second */
	refused(buf_str(&b));
	b.s[54 + 31] = 0;
	b.s[54 + 44 + 5] = 4; /* an abbreviation behind all */
	refused(buf_str(&b));
	b.s[54 + 44 + 5] = 0;
	CHECK_INT(zone_read(&z, STR("x"), buf_str(&b), &e), 0);
	zone_free(z);
	tiny(&b, '\0', "UTC0");
	refused(buf_str(&b));
	tiny(&b, '2', ""); /* no rule: the only type counts */
	CHECK_INT(zone_read(&z, STR("x"), buf_str(&b), &e), 0);
	zone_free(z);
}
