/* rrule_read.c - the text of a recurrence rule (RFC 5545 3.3.10). */
#include "ehr/sched-rrule.h"

enum { WEEKDAYS = 7 };

static int bad(struct ehr_err *e, struct str part, const char *what)
{
	return ehr_fail(e, EHR_EUSAGE, "rrule: %.*s%s%s",
	    part.n > 20 ? 20 : (int)part.n, part.s, part.n ? ": " : "", what);
}

static bool int_in(struct str s, int lo, int hi, int *v)
{
	int64_t n;

	if (s.n && s.s[0] == '+')
		s = (struct str){ s.s + 1, s.n - 1 };
	if (!str_int(s, &n) || n < lo || n > hi || (lo < 0 && n == 0))
		return false;
	*v = (int)n;
	return true;
}

static bool weekday(struct str s, int *v)
{
	static const char names[] = "SUMOTUWETHFRSA";

	for (*v = 0; s.n == 2 && *v < WEEKDAYS; ++*v)
		if (memcmp(s.s, names + 2 * *v, 2) == 0)
			return true;
	return false;
}

static bool add(struct rrule_list *l, int v)
{
	if (l->n == RRULE_LIST_MAX)
		return false;
	l->v[l->n++] = v;
	return true;
}

static bool list(struct str s, struct rrule_list *l, int lo, int hi)
{
	struct str one;
	int v;

	while (str_split(&s, ',', &one))
		if (!int_in(one, lo, hi, &v) || !add(l, v))
			return false;
	return l->n > 0;
}

static bool days(struct str s, struct rrule_list *l)
{
	struct str one;

	while (str_split(&s, ',', &one)) {
		int nth = 0, day;
		struct str name;

		if (one.n < 2)
			return false;
		name = (struct str){ one.s + one.n - 2, 2 };
		one.n -= 2;
		if (!weekday(name, &day) ||
		    (one.n && !int_in(one, -53, 53, &nth)) ||
		    !add(l, nth * 8 + day))
			return false;
	}
	return l->n > 0;
}

static bool digits(struct str s, size_t at, size_t n, int *v)
{
	*v = 0;
	for (size_t i = at; i < at + n; i++) {
		if (i >= s.n || s.s[i] < '0' || s.s[i] > '9')
			return false;
		*v = *v * 10 + (s.s[i] - '0');
	}
	return true;
}

/* "20260504", with "T0900" or "T090000" behind it; *utc: a Z at the end. */
static bool basic(struct str s, struct date *d, bool *utc)
{
	*d = (struct date){ .precision = DATE_DAY };
	*utc = s.n > 8 && s.s[s.n - 1] == 'Z';
	if (*utc)
		s.n--;
	if (!digits(s, 0, 4, &d->year) || !digits(s, 4, 2, &d->month) ||
	    !digits(s, 6, 2, &d->day) ||
	    !date_valid_day(d->year, d->month, d->day))
		return false;
	if (s.n == 8)
		return !*utc;
	d->precision = DATE_SECOND;
	return s.s[8] == 'T' && digits(s, 9, 2, &d->hour) &&
	    digits(s, 11, 2, &d->minute) && d->hour < 24 && d->minute < 60 &&
	    (s.n == 13 || (s.n == 15 && digits(s, 13, 2, &d->second) &&
	    d->second < 60));
}

static int64_t day_of(const struct date *d)
{
	return date_days(d->year, d->month, d->day);
}

static bool until(struct str s, struct rrule *r)
{
	struct date d;
	bool utc;

	if (!basic(s, &d, &utc) || (d.precision != DATE_DAY && !utc))
		return false;
	r->ends = utc ? RRULE_UNTIL_TIME : RRULE_UNTIL_DAY;
	r->until = utc ? date_ms(&d) : day_of(&d);
	return true;
}

static bool freq(struct str s, struct rrule *r)
{
	static const char *const names[] = { "DAILY", "WEEKLY", "MONTHLY",
		"YEARLY" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(s, names[i])) {
			r->freq = (enum rrule_freq)i;
			return true;
		}
	return false;
}

enum part {
	FREQ, INTERVAL, COUNT, UNTIL, WKST, BYDAY, BYMONTH, BYMONTHDAY,
	BYYEARDAY, BYWEEKNO, BYSETPOS, PARTS
};

static bool part(enum part p, struct str s, struct rrule *r)
{
	switch (p) {
	case FREQ:
		return freq(s, r);
	case INTERVAL:
		return int_in(s, 1, RRULE_NUMBER_MAX, &r->interval);
	case COUNT:
		return int_in(s, 1, RRULE_NUMBER_MAX, &r->count);
	case UNTIL:
		return until(s, r);
	case WKST:
		return weekday(s, &r->wkst);
	case BYDAY:
		return days(s, &r->day);
	case BYMONTH:
		return list(s, &r->month, 1, 12);
	case BYMONTHDAY:
		return list(s, &r->monthday, -31, 31);
	case BYYEARDAY:
		return list(s, &r->yearday, -366, 366);
	case BYWEEKNO:
		return list(s, &r->weekno, -53, 53);
	case BYSETPOS:
		return list(s, &r->setpos, -366, 366);
	case PARTS:
		break;
	}
	return false;
}

static bool has_ordinal(const struct rrule *r)
{
	for (size_t i = 0; i < r->day.n; i++)
		if (r->day.v[i] < 0 || r->day.v[i] >= 8)
			return true;
	return false;
}

/* What 3.3.10 rules out between parts. */
static int fits(const struct rrule *r, const bool seen[PARTS],
    struct ehr_err *e)
{
	const char *what = NULL;

	if (!seen[FREQ])
		what = "FREQ is missing";
	else if (seen[COUNT] && seen[UNTIL])
		what = "COUNT and UNTIL: only one of them";
	else if (has_ordinal(r) && (r->freq < RRULE_MONTHLY || r->weekno.n))
		what = "BYDAY: ordinals are of a month or year";
	else if (r->monthday.n && r->freq == RRULE_WEEKLY)
		what = "BYMONTHDAY: not of weeks";
	else if (r->yearday.n && r->freq != RRULE_YEARLY)
		what = "BYYEARDAY: only of years";
	else if (r->weekno.n && r->freq != RRULE_YEARLY)
		what = "BYWEEKNO: only of years";
	else if (r->setpos.n && !r->day.n && !r->month.n && !r->monthday.n &&
	    !r->yearday.n && !r->weekno.n)
		what = "BYSETPOS: of what?";
	return what ? bad(e, STR(""), what) : 0;
}

int rrule_parse(struct str text, struct rrule *r, struct ehr_err *e)
{
	static const char *const names[PARTS] = { "FREQ", "INTERVAL", "COUNT",
		"UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY",
		"BYWEEKNO", "BYSETPOS" };
	bool seen[PARTS] = { false };
	struct str one, name;

	*r = (struct rrule){ .interval = 1, .wkst = 1 };
	while (str_split(&text, ';', &one)) {
		enum part p = FREQ;

		if (!memchr(one.s, '=', one.n) || !str_split(&one, '=', &name))
			return bad(e, one, "no part of a rule");
		while (p < PARTS && !str_is(name, names[p]))
			p++;
		if (p == PARTS)
			return bad(e, name, "no part that is known");
		if (seen[p])
			return bad(e, name, "twice");
		if (!part(p, one, r))
			return bad(e, name, "no value of this part");
		seen[p] = true;
	}
	return fits(r, seen, e);
}

int rrule_except(struct rrule *r, struct str text, struct ehr_err *e)
{
	struct str one;
	struct date d;
	bool utc;

	while (text.n && str_split(&text, ',', &one)) {
		if (!basic(one, &d, &utc)) {
			utc = false;
			if (!date_parse(one, &d) || d.has_offset ||
			    d.precision < DATE_DAY)
				return bad(e, one, "no local day or time");
		}
		if (utc)
			return bad(e, one, "UTC; a local time is wanted");
		if (r->n_ex == RRULE_EX_MAX)
			return bad(e, one, "too many exceptions");
		r->ex[r->n_ex].day = day_of(&d);
		r->ex[r->n_ex++].minute = d.precision == DATE_DAY ? -1 :
		    d.hour * 60 + d.minute;
	}
	return 0;
}

bool rrule_ends(const struct rrule *r)
{
	return r->count || r->ends != RRULE_EVER;
}
