/*
 * when.c - --since, --until, --as-of and --today as times.
 */
#include <time.h>

#include "cli_priv.h"

/* Milliseconds of d's first instant; without an offset in the process's
 * zone. */
static int64_t first_ms(const struct date *d)
{
	struct tm tm = {
		.tm_year = d->year - 1900,
		.tm_mon = d->month ? d->month - 1 : 0,
		.tm_mday = d->day ? d->day : 1,
		.tm_hour = d->hour,
		.tm_min = d->minute,
		.tm_sec = d->second,
		.tm_isdst = -1,
	};

	if (d->has_offset)
		return date_ms(d);
	return (int64_t)mktime(&tm) * 1000 + d->nano / 1000000;
}

/* The last millisecond d can mean. */
static int64_t last_ms(struct date d)
{
	int64_t ms = first_ms(&d);

	switch (d.precision) {
	case DATE_YEAR:
		d.year++;
		return first_ms(&d) - 1;
	case DATE_MONTH:
		d.month++; /* mktime() carries */
		return first_ms(&d) - 1;
	case DATE_DAY:
		d.day++;
		return first_ms(&d) - 1;
	case DATE_MINUTE:
		return ms + 59999;
	case DATE_SECOND:
		return ms + 999;
	default:
		return ms;
	}
}

int64_t cli_last_ms(const char *when)
{
	struct date d;

	return date_parse(str_of(when), &d) ? last_ms(d) : INT64_MAX;
}

int cli_times(struct cli *c, struct ehr_err *e)
{
	struct date d;

	if (c->since && date_parse(str_of(c->since), &d))
		c->since_ms = first_ms(&d);
	if (c->until && date_parse(str_of(c->until), &d))
		c->until_ms = last_ms(d);
	if (c->as_of && date_parse(str_of(c->as_of), &d))
		c->as_of_ms = last_ms(d);
	if (c->since_ms > c->until_ms)
		return cli_usage(c, e, "--since is after --until");
	if (c->today && date_parse(str_of(c->today), &d) &&
	    d.precision < DATE_DAY)
		return cli_usage(c, e, "--today: a day is needed");
	return EHR_OK;
}

void cli_today(const struct cli *c, struct date *d)
{
	time_t now = time(NULL);
	struct tm tm;

	if (c->today && date_parse(str_of(c->today), d)) {
		date_from_days(d, date_days(d->year, d->month, d->day));
		return;
	}
	localtime_r(&now, &tm);
	date_from_days(d,
	    date_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday));
}
