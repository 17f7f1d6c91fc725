/* rrule.c - the occurrences of a recurrence rule (RFC 5545 3.3.10).
 *
 * Period by period (a day, week, month or year, INTERVAL apart): the days that
 * all parts let pass, of these those of BYSETPOS. What a part expands and what
 * it limits comes to the same: a period's days are all there at first. */
#include "ehr/sched-rrule.h"

enum { WEEK = 7 };

static bool has(const struct rrule_list *l, int v)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == v)
			return true;
	return false;
}

/* The i-th of n, counted from 1 or from the end by -1. */
static bool has_nth(const struct rrule_list *l, int64_t i, int64_t n)
{
	return has(l, (int)i) || has(l, (int)(i - n - 1));
}

static int weekday(int64_t day)
{
	return (int)(((day + 4) % WEEK + WEEK) % WEEK); /* 1970: a Thursday */
}

static int64_t week_of(int64_t day, int wkst)
{
	return day - (weekday(day) - wkst + WEEK) % WEEK;
}

static int64_t year_day(int year)
{
	return date_days(year, 1, 1);
}

/* The first day of week 1: that of which four days are in the year. */
static int64_t week_1(int year, int wkst)
{
	return week_of(year_day(year) + 3, wkst);
}

/* ---- a period ---- */

struct period {
	int64_t from, to; /* days, to not included */
	int year;
};

/* false: behind the years there are. */
static bool period(const struct rrule_walk *w, struct period *p)
{
	const struct rrule *r = w->r;
	int64_t n = w->period * r->interval, m;

	*p = (struct period){ .from = w->first + n };
	p->to = p->from + 1;
	switch (r->freq) {
	case RRULE_DAILY:
		break;
	case RRULE_WEEKLY:
		p->from = week_of(w->first, r->wkst) + n * WEEK;
		p->to = p->from + WEEK;
		break;
	case RRULE_MONTHLY:
		m = w->start.year * INT64_C(12) + w->start.month - 1 + n;
		p->from = date_days((int)(m / 12), (int)(m % 12) + 1, 1);
		p->to = date_days((int)(m / 12), (int)(m % 12) + 2, 1);
		break;
	case RRULE_YEARLY:
		p->year = (int)(w->start.year + n);
		p->from = year_day(p->year);
		p->to = year_day(p->year + 1);
		if (r->weekno.n) {
			p->from = week_1(p->year, r->wkst);
			p->to = week_1(p->year + 1, r->wkst);
		}
		break;
	}
	return p->from <= w->last;
}

/* ---- which of its days ---- */

/* Where d stands in its month, or in its year. */
struct place {
	int64_t of_month, month_days, of_year, year_days;
	int month;
};

static void place(int64_t day, struct place *p)
{
	struct date d;

	date_from_days(&d, day);
	p->month = d.month;
	p->of_month = d.day;
	p->month_days = date_days(d.year, d.month + 1, 1) -
	    date_days(d.year, d.month, 1);
	p->of_year = day - year_day(d.year) + 1;
	p->year_days = year_day(d.year + 1) - year_day(d.year);
}

/* An ordinal counts in the month, of a year without BYMONTH in the year. */
static bool by_day(const struct rrule *r, int64_t day, const struct place *p)
{
	bool year = r->freq == RRULE_YEARLY && r->month.n == 0;
	int64_t at = (year ? p->of_year : p->of_month) - 1;
	int64_t left = (year ? p->year_days : p->month_days) - 1 - at;
	int wd = weekday(day);

	return has(&r->day, wd) ||
	    has(&r->day, (int)(at / WEEK + 1) * 8 + wd) ||
	    has(&r->day, (int)-(left / WEEK + 1) * 8 + wd);
}

static bool passes(const struct rrule_walk *w, const struct period *span,
    int64_t day)
{
	const struct rrule *r = w->r;
	bool dated = r->monthday.n || r->yearday.n;
	struct place p;

	place(day, &p);
	if (r->month.n && !has(&r->month, p.month))
		return false;
	if (r->yearday.n && !has_nth(&r->yearday, p.of_year, p.year_days))
		return false;
	if (r->monthday.n && !has_nth(&r->monthday, p.of_month, p.month_days))
		return false;
	if (r->weekno.n && !has_nth(&r->weekno, (day - span->from) / WEEK + 1,
	    (span->to - span->from) / WEEK))
		return false;
	if (r->day.n)
		return by_day(r, day, &p);
	if (dated || r->freq == RRULE_DAILY)
		return true; /* what is not named comes from the start */
	if (r->freq == RRULE_WEEKLY || r->weekno.n)
		return weekday(day) == weekday(w->first);
	return p.of_month == w->start.day && (r->freq == RRULE_MONTHLY ||
	    r->month.n || p.month == w->start.month);
}

static void fill(struct rrule_walk *w, const struct period *p)
{
	const struct rrule_list *pos = &w->r->setpos;
	size_t n = 0, kept = 0;

	for (int64_t day = p->from; day < p->to; day++)
		if (passes(w, p, day))
			w->day[n++] = day;
	for (size_t i = 0; i < n; i++)
		if (pos->n == 0 || has_nth(pos, (int64_t)i + 1, (int64_t)n))
			w->day[kept++] = w->day[i];
	w->n = kept;
	w->at = 0;
}

/* ---- the walk ---- */

void rrule_begin(struct rrule_walk *w, const struct rrule *r,
    const struct zone *z, const struct date *start, int64_t last)
{
	int64_t end = date_days(9999, 12, 31);

	*w = (struct rrule_walk){ .r = r, .z = z, .start = *start };
	w->first = date_days(start->year, start->month, start->day);
	w->last = last < end ? last : end;
	if (r->ends == RRULE_UNTIL_DAY && r->until < w->last)
		w->last = r->until;
}

/* The next day that the rule names. */
static bool next_day(struct rrule_walk *w, int64_t *day)
{
	struct period p;

	while (!w->over) {
		while (w->at < w->n) {
			*day = w->day[w->at++];
			if (*day > w->last)
				break;
			if (*day >= w->first)
				return true;
		}
		if (!period(w, &p))
			break;
		w->period++;
		fill(w, &p);
	}
	w->over = true;
	return false;
}

static bool excepted(const struct rrule *r, int64_t day, const struct date *d)
{
	int minute = d->hour * 60 + d->minute;

	for (size_t i = 0; i < r->n_ex; i++)
		if (r->ex[i].day == day &&
		    (r->ex[i].minute < 0 || r->ex[i].minute == minute))
			return true;
	return false;
}

static void when(const struct rrule_walk *w, int64_t day, struct rrule_time *t)
{
	int64_t ms[2];

	date_from_days(&t->civil, day);
	t->civil.hour = w->start.hour;
	t->civil.minute = w->start.minute;
	t->civil.precision = w->start.precision < DATE_MINUTE ? DATE_DAY :
	    DATE_MINUTE;
	t->fit = zone_utc(w->z, &t->civil, ms);
	t->ms = ms[0];
}

bool rrule_next(struct rrule_walk *w, struct rrule_time *t)
{
	const struct rrule *r = w->r;
	int64_t day;

	while ((!r->count || w->found < r->count) && next_day(w, &day)) {
		when(w, day, t);
		if (r->ends == RRULE_UNTIL_TIME && t->ms > r->until) {
			w->over = true;
			return false;
		}
		w->found++; /* COUNT is of what exceptions leave out, too */
		if (!excepted(r, day, &t->civil))
			return true;
	}
	return false;
}
