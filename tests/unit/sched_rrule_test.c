/* Recurrence rules: the examples of RFC 5545 3.8.5.3 that are of days, what is
 * refused, local times that do not come or come twice.
 * tests/bats/ical.bats compares random rules with libical. */
#include "ehr/sched-rrule.h"

#include "test.h"

static void walk(const char *start, const char *rule, const char *except,
    const char *zone, size_t max, struct buf *out)
{
	struct ehr_err e = { 0 };
	struct rrule_walk w;
	struct rrule_time t;
	struct rrule r;
	struct date d;
	struct zone *z;
	int year = 0;
	size_t n = 0;

	CHECK(date_parse(str_of(start), &d));
	CHECK_INT(zone_open(&z, str_of(zone), &e), 0);
	if (rrule_parse(str_of(rule), &r, &e) < 0)
		CHECK_STR(e.msg, rule);
	CHECK_INT(rrule_except(&r, str_of(except), &e), 0);
	rrule_begin(&w, &r, z, &d, date_days(2020, 1, 1));
	for (; n < max && rrule_next(&w, &t); n++) {
		if (t.civil.year != year)
			buf_addf(out, "%s%d:", year ? " " : "", t.civil.year);
		year = t.civil.year;
		buf_addf(out, " %d/%d", t.civil.month, t.civil.day);
		CHECK_INT(t.civil.hour, d.hour);
	}
	if (n == max)
		buf_adds(out, " ...");
	zone_free(z);
}

static const struct {
	const char *start, *rule, *want;
} examples[] = {
	{ "1997-09-02T09:00", "FREQ=DAILY;COUNT=10",
	    "1997: 9/2 9/3 9/4 9/5 9/6 9/7 9/8 9/9 9/10 9/11" },
	{ "1997-12-20T09:00", "FREQ=DAILY;UNTIL=19971224T000000Z",
	    "1997: 12/20 12/21 12/22 12/23" },
	{ "1997-09-02T09:00", "FREQ=DAILY;INTERVAL=2",
	    "1997: 9/2 9/4 9/6 9/8 9/10 9/12 9/14 9/16 9/18 9/20 9/22 "
	    "9/24 9/26 9/28 9/30 10/2 10/4 10/6 10/8 10/10 ..." },
	{ "1997-09-02T09:00", "FREQ=DAILY;INTERVAL=10;COUNT=5",
	    "1997: 9/2 9/12 9/22 10/2 10/12" },
	{ "1998-01-28T09:00", "FREQ=YEARLY;UNTIL=19990102T140000Z;"
	    "BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
	    "1998: 1/28 1/29 1/30 1/31 1999: 1/1 1/2" },
	{ "1998-01-28T09:00", "FREQ=DAILY;UNTIL=19990102T140000Z;"
	    "BYMONTH=1",
	    "1998: 1/28 1/29 1/30 1/31 1999: 1/1 1/2" },
	{ "1997-09-02T09:00", "FREQ=WEEKLY;COUNT=10", "1997: 9/2 9/9 "
	    "9/16 9/23 9/30 10/7 10/14 10/21 10/28 11/4" },
	{ "1997-09-02T09:00", "FREQ=WEEKLY;UNTIL=19971224T000000Z",
	    "1997: 9/2 9/9 9/16 9/23 9/30 10/7 10/14 10/21 10/28 11/4 "
	    "11/11 11/18 11/25 12/2 12/9 12/16 12/23" },
	{ "1997-09-02T09:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=13",
	    "1997: 9/2 9/16 9/30 10/14 10/28 11/11 11/25 12/9 12/23 "
	    "1998: 1/6 1/20 2/3 2/17" },
	{ "1997-09-02T09:00", "FREQ=WEEKLY;UNTIL=19971007T000000Z;"
	    "WKST=SU;BYDAY=TU,TH", "1997: 9/2 9/4 9/9 9/11 9/16 9/18 "
	    "9/23 9/25 9/30 10/2" },
	{ "1997-09-02T09:00", "FREQ=WEEKLY;COUNT=10;WKST=SU;"
	    "BYDAY=TU,TH", "1997: 9/2 9/4 9/9 9/11 9/16 9/18 9/23 "
	    "9/25 9/30 10/2" },
	{ "1997-09-01T09:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;"
	    "UNTIL=19971115T000000Z;BYDAY=MO,WE,FR", "1997: 9/1 9/3 "
	    "9/5 9/15 9/17 9/19 9/29 10/1 10/3 10/13 10/15 10/17 "
	    "10/27 10/29 10/31 11/10 11/12 11/14" },
	{ "1997-09-02T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;"
	    "BYDAY=TU,TH", "1997: 9/2 9/4 9/16 9/18 9/30 10/2 10/14 "
	    "10/16" },
	{ "1997-09-05T09:00", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
	    "1997: 9/5 10/3 11/7 12/5 1998: 1/2 2/6 3/6 4/3 5/1 6/5" },
	{ "1997-09-05T09:00", "FREQ=MONTHLY;UNTIL=19971224T000000Z;"
	    "BYDAY=1FR", "1997: 9/5 10/3 11/7 12/5" },
	{ "1997-09-07T09:00", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;"
	    "BYDAY=1SU,-1SU", "1997: 9/7 9/28 11/2 11/30 1998: 1/4 "
	    "1/25 3/1 3/29 5/3 5/31" },
	{ "1997-09-22T09:00", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
	    "1997: 9/22 10/20 11/17 12/22 1998: 1/19 2/16" },
	{ "1997-09-28T09:00", "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=6",
	    "1997: 9/28 10/29 11/28 12/29 1998: 1/29 2/26" },
	{ "1997-09-02T09:00", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
	    "1997: 9/2 9/15 10/2 10/15 11/2 11/15 12/2 12/15 1998: "
	    "1/2 1/15" },
	{ "1997-09-30T09:00", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
	    "1997: 9/30 10/1 10/31 11/1 11/30 12/1 12/31 1998: 1/1 "
	    "1/31 2/1" },
	{ "1997-09-10T09:00", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;"
	    "BYMONTHDAY=10,11,12,13,14,15", "1997: 9/10 9/11 9/12 "
	    "9/13 9/14 9/15 1999: 3/10 3/11 3/12 3/13" },
	{ "1997-09-02T09:00", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;"
	    "COUNT=18", "1997: 9/2 9/9 9/16 9/23 9/30 11/4 11/11 "
	    "11/18 11/25 1998: 1/6 1/13 1/20 1/27 3/3 3/10 3/17 3/24 "
	    "3/31" },
	{ "1997-06-10T09:00", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
	    "1997: 6/10 7/10 1998: 6/10 7/10 1999: 6/10 7/10 2000: "
	    "6/10 7/10 2001: 6/10 7/10" },
	{ "1997-03-10T09:00", "FREQ=YEARLY;INTERVAL=2;COUNT=10;"
	    "BYMONTH=1,2,3", "1997: 3/10 1999: 1/10 2/10 3/10 2001: "
	    "1/10 2/10 3/10 2003: 1/10 2/10 3/10" },
	{ "1997-01-01T09:00", "FREQ=YEARLY;INTERVAL=3;COUNT=10;"
	    "BYYEARDAY=1,100,200", "1997: 1/1 4/10 7/19 2000: 1/1 4/9 "
	    "7/18 2003: 1/1 4/10 7/19 2006: 1/1" },
	{ "1997-05-19T09:00", "FREQ=YEARLY;BYDAY=20MO;COUNT=3",
	    "1997: 5/19 1998: 5/18 1999: 5/17" },
	{ "1997-05-12T09:00", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;"
	    "COUNT=3", "1997: 5/12 1998: 5/11 1999: 5/17" },
	{ "1997-03-13T09:00", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH;"
	    "COUNT=11", "1997: 3/13 3/20 3/27 1998: 3/5 3/12 3/19 "
	    "3/26 1999: 3/4 3/11 3/18 3/25" },
	{ "1997-06-05T09:00", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8;"
	    "COUNT=15", "1997: 6/5 6/12 6/19 6/26 7/3 7/10 7/17 7/24 "
	    "7/31 8/7 8/14 8/21 8/28 1998: 6/4 6/11" },
	{ "1997-09-02T09:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;"
	    "COUNT=5", "1998: 2/13 3/13 11/13 1999: 8/13 2000: 10/13" },
	{ "1997-09-13T09:00", "FREQ=MONTHLY;BYDAY=SA;COUNT=10;"
	    "BYMONTHDAY=7,8,9,10,11,12,13", "1997: 9/13 10/11 11/8 "
	    "12/13 1998: 1/10 2/7 3/7 4/11 5/9 6/13" },
	{ "1996-11-05T09:00", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;"
	    "BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3",
	    "1996: 11/5 2000: 11/7 2004: 11/2" },
	{ "1997-09-04T09:00", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;"
	    "BYSETPOS=3", "1997: 9/4 10/7 11/6" },
	{ "1997-09-29T09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;"
	    "BYSETPOS=-2;COUNT=7", "1997: 9/29 10/30 11/27 12/30 "
	    "1998: 1/29 2/26 3/30" },
	{ "1997-08-05T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;"
	    "BYDAY=TU,SU;WKST=MO", "1997: 8/5 8/10 8/19 8/24" },
	{ "1997-08-05T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;"
	    "BYDAY=TU,SU;WKST=SU", "1997: 8/5 8/17 8/19 8/31" },
	{ "2007-01-15T09:00", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
	    "2007: 1/15 1/30 2/15 3/15 3/30" },
	/* not of the RFC */
	{ "2016-02-29T09:00", "FREQ=YEARLY", "2016: 2/29" },
	{ "2000-01-01", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "" },
	{ "2019-12-25", "FREQ=WEEKLY;UNTIL=20200101",
	    "2019: 12/25 2020: 1/1" },
	{ "2019-12-30", "FREQ=YEARLY;BYYEARDAY=-1,-2",
	    "2019: 12/30 12/31" },
	{ "2015-12-28", "FREQ=YEARLY;BYWEEKNO=-1", "2015: 12/28 "
	    "2016: 12/26 2017: 12/25 2018: 12/24 2019: 12/23" },
};

TEST(rrule_rfc_examples)
{
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		BUF_AUTO b = BUF_INIT;

		walk(examples[i].start, examples[i].rule, "",
		    "America/New_York", 20, &b);
		CHECK_STR(b.s, examples[i].want);
	}
}

TEST(rrule_exceptions)
{
	BUF_AUTO b = BUF_INIT;

	walk("2019-05-06T09:00", "FREQ=DAILY;COUNT=6",
	    "20190507,2019-05-08T09:00,20190509T090000,20190510T1000", "UTC",
	    20, &b);
	CHECK_STR(b.s, "2019: 5/6 5/10 5/11");
}

/* 02:30 in the night of the gap is 03:30, and 01:30 the first of two. */
TEST(rrule_local_times)
{
	static const struct {
		const char *start, *zone, *utc[3];
		enum zone_fit fit[3];
	} t[] = {
		{ "2026-03-07T02:30", "America/New_York",
		    { "2026-03-07T07:30:00.000Z", "2026-03-08T07:30:00.000Z",
		    "2026-03-09T06:30:00.000Z" },
		    { ZONE_ONCE, ZONE_GAP, ZONE_ONCE } },
		{ "2026-10-31T01:30", "America/New_York",
		    { "2026-10-31T05:30:00.000Z", "2026-11-01T05:30:00.000Z",
		    "2026-11-02T06:30:00.000Z" },
		    { ZONE_ONCE, ZONE_TWICE, ZONE_ONCE } },
		{ "2026-09-26T02:50", "Pacific/Chatham",
		    { "2026-09-25T14:05:00.000Z", "2026-09-26T14:05:00.000Z",
		    "2026-09-27T13:05:00.000Z" },
		    { ZONE_ONCE, ZONE_GAP, ZONE_ONCE } },
		{ "2026-03-07T02:30", "America/Phoenix",
		    { "2026-03-07T09:30:00.000Z", "2026-03-08T09:30:00.000Z",
		    "2026-03-09T09:30:00.000Z" },
		    { ZONE_ONCE, ZONE_ONCE, ZONE_ONCE } },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct ehr_err e = { 0 };
		struct rrule_walk w;
		struct rrule_time at;
		struct rrule r;
		struct date d;
		struct zone *z;

		CHECK_INT(zone_open(&z, str_of(t[i].zone), &e), 0);
		CHECK(date_parse(str_of(t[i].start), &d));
		CHECK_INT(rrule_parse(STR("FREQ=DAILY"), &r, &e), 0);
		rrule_begin(&w, &r, z, &d, date_days(2030, 1, 1));
		for (size_t j = 0; j < 3; j++) {
			BUF_AUTO b = BUF_INIT;

			CHECK(rrule_next(&w, &at));
			date_format_ms(&b, at.ms);
			CHECK_STR(b.s, t[i].utc[j]);
			CHECK_INT(at.fit, t[i].fit[j]);
		}
		zone_free(z);
	}
}

TEST(rrule_refused)
{
	static const char *const t[][2] = {
		{ "", "rrule: no part of a rule" },
		{ "COUNT=3", "rrule: FREQ is missing" },
		{ "FREQ=HOURLY", "rrule: FREQ: no value of this part" },
		{ "FREQ=DAILY;BYHOUR=9", "rrule: BYHOUR: no part that is known" },
		{ "FREQ=DAILY;FREQ=DAILY", "rrule: FREQ: twice" },
		{ "FREQ=DAILY;INTERVAL=0", "rrule: INTERVAL: no value of this part" },
		{ "FREQ=DAILY;COUNT=10000", "rrule: COUNT: no value of this part" },
		{ "FREQ=DAILY;COUNT=", "rrule: COUNT: no value of this part" },
		{ "FREQ=DAILY;COUNT=1;UNTIL=20200101",
		    "rrule: COUNT and UNTIL: only one of them" },
		{ "FREQ=DAILY;UNTIL=20200101T100000",
		    "rrule: UNTIL: no value of this part" },
		{ "FREQ=DAILY;UNTIL=20200230",
		    "rrule: UNTIL: no value of this part" },
		{ "FREQ=WEEKLY;BYDAY=1MO",
		    "rrule: BYDAY: ordinals are of a month or year" },
		{ "FREQ=WEEKLY;BYDAY=0MO", "rrule: BYDAY: no value of this part" },
		{ "FREQ=WEEKLY;BYDAY=XX", "rrule: BYDAY: no value of this part" },
		{ "FREQ=WEEKLY;BYDAY=MO,", "rrule: BYDAY: no value of this part" },
		{ "FREQ=WEEKLY;BYMONTHDAY=1", "rrule: BYMONTHDAY: not of weeks" },
		{ "FREQ=MONTHLY;BYMONTHDAY=32",
		    "rrule: BYMONTHDAY: no value of this part" },
		{ "FREQ=MONTHLY;BYYEARDAY=3", "rrule: BYYEARDAY: only of years" },
		{ "FREQ=MONTHLY;BYWEEKNO=3", "rrule: BYWEEKNO: only of years" },
		{ "FREQ=MONTHLY;BYSETPOS=1", "rrule: BYSETPOS: of what?" },
		{ "FREQ=DAILY;", "rrule: no part of a rule" },
		{ "FREQ", "rrule: FREQ: no part of a rule" },
	};
	struct ehr_err e = { 0 };
	struct rrule r;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		CHECK_INT(rrule_parse(str_of(t[i][0]), &r, &e), EHR_EUSAGE);
		CHECK_STR(e.msg, t[i][1]);
	}
	CHECK_INT(rrule_parse(STR("FREQ=DAILY"), &r, &e), 0);
	CHECK(!rrule_ends(&r));
	CHECK_INT(rrule_except(&r, STR("20190507,may"), &e), EHR_EUSAGE);
	CHECK_STR(e.msg, "rrule: may: no local day or time");
	CHECK_INT(rrule_except(&r, STR("20190507T090000Z"), &e), EHR_EUSAGE);
	CHECK_STR(e.msg, "rrule: 20190507T090000Z: UTC; a local time is wanted");
}
