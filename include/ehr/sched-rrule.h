/*
 * sched-rrule.h - recurrence rules (RFC 5545 3.3.10) in the local time of a
 * zone: which days a series or an exception of the schedule falls on.
 *
 * Read are FREQ YEARLY to DAILY with INTERVAL, COUNT, UNTIL, BYDAY (with
 * ordinals), BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS and WKST; what
 * a day is made of (HOURLY, BYHOUR and finer) is refused. Only what the rule
 * names is taken, the start too when it does. A local time that comes twice is
 * its first, one that does not come is reckoned by the offset before the gap
 * (3.3.5).
 */
#ifndef EHR_SCHED_RRULE_H
#define EHR_SCHED_RRULE_H

#include "ehr/base-zone.h"

enum {
	RRULE_LIST_MAX = 64,  /* values of a part */
	RRULE_EX_MAX = 128,   /* exceptions */
	RRULE_NUMBER_MAX = 9999, /* INTERVAL, COUNT */
};

enum rrule_freq { RRULE_DAILY, RRULE_WEEKLY, RRULE_MONTHLY, RRULE_YEARLY };

struct rrule_list {
	size_t n;
	int v[RRULE_LIST_MAX]; /* negative: from the end */
};

struct rrule {
	enum rrule_freq freq;
	int interval, count;	  /* count 0: none */
	enum { RRULE_EVER, RRULE_UNTIL_DAY, RRULE_UNTIL_TIME } ends;
	int64_t until;		  /* day since 1970 (included), or UTC ms */
	int wkst;		  /* 0: Sunday */
	struct rrule_list month, monthday, yearday, weekno, setpos;
	struct rrule_list day;	  /* 8 * ordinal + weekday; ordinal 0: each */
	struct {
		int64_t day;
		int minute;	  /* of the day; -1: all of it */
	} ex[RRULE_EX_MAX];
	size_t n_ex;
};

/* Reads "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6", the whole slice. EHR_EUSAGE tells
 * the part that is wrong. */
int rrule_parse(struct str text, struct rrule *r, struct ehr_err *e);
/* Adds what is left out: local days or times as "20260504,20260511T0900"
 * (3.8.5.1) or "2026-05-04,2026-05-11T09:00". Errors as above. */
int rrule_except(struct rrule *r, struct str text, struct ehr_err *e);
/* False: without an end of its own. */
bool rrule_ends(const struct rrule *r);

/* A walk over the occurrences, in order. */
struct rrule_walk {
	const struct rrule *r;	/* borrowed */
	const struct zone *z;	/* borrowed */
	int64_t first, last;	/* days since 1970: the start's, none behind */
	struct date start;	/* local */
	int64_t period;		/* the next one to look at, from 0 */
	int64_t day[366 + 14];	/* of the one at hand */
	size_t n, at;
	int found;
	bool over;
};
struct rrule_time {
	struct date civil;	/* to the minute, or a day when start was one */
	int64_t ms;		/* UTC; of a day its first minute */
	enum zone_fit fit;	/* ZONE_GAP: the clock shows another time */
};
/* start: local, to the day or minute. last: days since 1970 behind which
 * nothing is looked for, so that every walk ends. */
void rrule_begin(struct rrule_walk *w, const struct rrule *r,
    const struct zone *z, const struct date *start, int64_t last);
/* The next occurrence; false: there is none. */
bool rrule_next(struct rrule_walk *w, struct rrule_time *t);

#endif
