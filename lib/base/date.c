/* Dates: the proleptic Gregorian calendar, years 1 to 9999, FHIR's forms. */
#include "ehr/base.h"

#include <time.h>

enum {
	MS_SECOND = 1000,
	MS_MINUTE = 60 * MS_SECOND,
	MS_HOUR = 60 * MS_MINUTE,
	MS_DAY = 24 * MS_HOUR,
	DAYS_400Y = 146097, /* 400 years are a whole number of days */
	DAYS_EPOCH = 719468, /* from 0000-03-01 to 1970-01-01 */
	DAY_MIN = -719162,   /* 0001-01-01 */
	DAY_MAX = 2932896,   /* 9999-12-31 */
	ZONE_EAST = 14,	     /* hours: the zones furthest from UTC */
	ZONE_WEST = 12,
};

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

bool date_valid_day(int year, int month, int day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 &&
	    day >= 1 && day <= month_days(year, month);
}

/* The year is taken to begin in March, so that the leap day is its last and
 * day (153 m + 2) / 5 begins month m. */
int64_t date_days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : (int64_t)year - 1;
	int64_t cycle = (y >= 0 ? y : y - 399) / 400;
	int64_t of_cycle = y - cycle * 400;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t of_year = (153 * m + 2) / 5 + day - 1;

	return cycle * DAYS_400Y + of_cycle * 365 + of_cycle / 4 -
	    of_cycle / 100 + of_year - DAYS_EPOCH;
}

void date_from_days(struct date *d, int64_t days)
{
	int64_t n, cycle, y, of_year, m;

	if (days < DAY_MIN)
		days = DAY_MIN;
	if (days > DAY_MAX)
		days = DAY_MAX;
	n = days + DAYS_EPOCH;
	cycle = n / DAYS_400Y; /* n > 0 from year 1 on */
	n -= cycle * DAYS_400Y;
	y = (n - n / 1460 + n / 36524 - n / 146096) / 365;
	of_year = n - (365 * y + y / 4 - y / 100);
	m = (5 * of_year + 2) / 153;
	*d = (struct date){ .precision = DATE_DAY };
	d->day = (int)(of_year - (153 * m + 2) / 5 + 1);
	d->month = (int)(m < 10 ? m + 3 : m - 9);
	d->year = (int)(cycle * 400 + y + (d->month <= 2));
}

/* ---- reading ---- */

/* Takes n digits as a number within [lo, hi]. */
static bool digits(struct str *s, size_t n, int lo, int hi, int *v)
{
	size_t i;
	int sum = 0;

	if (s->n < n)
		return false;
	for (i = 0; i < n; i++) {
		if (s->s[i] < '0' || s->s[i] > '9')
			return false;
		sum = sum * 10 + (s->s[i] - '0');
	}
	if (sum < lo || sum > hi)
		return false;
	s->s += n;
	s->n -= n;
	*v = sum;
	return true;
}

static bool literal(struct str *s, char c)
{
	if (s->n == 0 || s->s[0] != c)
		return false;
	s->s++;
	s->n--;
	return true;
}

/* Digits after the point; those behind the ninth are cut off. */
static bool fraction(struct str *s, int *nano)
{
	int scale = 100000000;
	size_t i;

	*nano = 0;
	for (i = 0; i < s->n && s->s[i] >= '0' && s->s[i] <= '9'; i++) {
		*nano += (s->s[i] - '0') * scale;
		scale /= 10;
	}
	s->s += i;
	s->n -= i;
	return i > 0;
}

static bool zone(struct str *s, struct date *d)
{
	int hours, minutes, sign;

	d->has_offset = s->n > 0;
	if (s->n == 0 || literal(s, 'Z'))
		return true;
	sign = s->s[0] == '-' ? -1 : 1;
	if ((!literal(s, '+') && !literal(s, '-')) ||
	    !digits(s, 2, 0, 14, &hours) || !literal(s, ':') ||
	    !digits(s, 2, 0, hours == 14 ? 0 : 59, &minutes))
		return false;
	d->offset = sign * (hours * 60 + minutes);
	return true;
}

static bool time_of_day(struct str *s, struct date *d)
{
	if (!digits(s, 2, 0, 23, &d->hour) || !literal(s, ':') ||
	    !digits(s, 2, 0, 59, &d->minute))
		return false;
	d->precision = DATE_MINUTE;
	if (literal(s, ':')) {
		if (!digits(s, 2, 0, 60, &d->second))
			return false;
		d->precision = DATE_SECOND;
		if (literal(s, '.')) {
			if (!fraction(s, &d->nano))
				return false;
			d->precision = DATE_FRACTION;
		}
	}
	if (d->second == 60) {
		d->second = 59;
		d->nano = 999999999;
		d->precision = DATE_FRACTION;
	}
	return zone(s, d);
}

bool date_parse(struct str s, struct date *d)
{
	*d = (struct date){ .precision = DATE_YEAR };
	if (!digits(&s, 4, 1, 9999, &d->year))
		return false;
	if (s.n == 0)
		return true;
	if (!literal(&s, '-') || !digits(&s, 2, 1, 12, &d->month))
		return false;
	d->precision = DATE_MONTH;
	if (s.n == 0)
		return true;
	if (!literal(&s, '-') ||
	    !digits(&s, 2, 1, month_days(d->year, d->month), &d->day))
		return false;
	d->precision = DATE_DAY;
	if (s.n == 0)
		return true;
	return literal(&s, 'T') && time_of_day(&s, d) && s.n == 0;
}

/* ---- reckoning ---- */

static int at_least_1(int v)
{
	return v > 1 ? v : 1;
}

int64_t date_ms(const struct date *d)
{
	int64_t days = date_days(d->year, at_least_1(d->month),
	    at_least_1(d->day));
	int64_t minutes = d->hour * 60 + d->minute;

	if (d->has_offset)
		minutes -= d->offset;
	return days * MS_DAY + minutes * MS_MINUTE + d->second * MS_SECOND +
	    d->nano / 1000000;
}

/* Milliseconds that a date of d's precision lasts. */
static int64_t duration(const struct date *d)
{
	switch (d->precision) {
	case DATE_YEAR:
		return (date_days(d->year + 1, 1, 1) -
		    date_days(d->year, 1, 1)) * MS_DAY;
	case DATE_MONTH:
		return (int64_t)month_days(d->year, d->month) * MS_DAY;
	case DATE_DAY:
		return MS_DAY;
	case DATE_MINUTE:
		return MS_MINUTE;
	case DATE_SECOND:
		return MS_SECOND;
	case DATE_FRACTION:
		return 1;
	case DATE_NONE:
		break;
	}
	return 0;
}

void date_range(const struct date *d, int64_t *lo, int64_t *hi)
{
	*lo = date_ms(d);
	*hi = *lo + duration(d);
	if (!d->has_offset) {
		*lo -= (int64_t)ZONE_EAST * MS_HOUR;
		*hi += (int64_t)ZONE_WEST * MS_HOUR;
	}
}

void date_from_ms(struct date *d, int64_t ms, int offset_minutes)
{
	int64_t days, rest;

	if (ms < (int64_t)DAY_MIN * MS_DAY)
		ms = (int64_t)DAY_MIN * MS_DAY;
	if (ms >= (int64_t)(DAY_MAX + 1) * MS_DAY)
		ms = (int64_t)(DAY_MAX + 1) * MS_DAY - 1;
	ms += (int64_t)offset_minutes * MS_MINUTE;
	days = (ms >= 0 ? ms : ms - (MS_DAY - 1)) / MS_DAY;
	rest = ms - days * MS_DAY;
	date_from_days(d, days);
	d->hour = (int)(rest / MS_HOUR);
	d->minute = (int)(rest / MS_MINUTE % 60);
	d->second = (int)(rest / MS_SECOND % 60);
	d->nano = (int)(rest % MS_SECOND) * 1000000;
	d->precision = DATE_FRACTION;
	d->has_offset = true;
	d->offset = offset_minutes;
}

int date_cmp_day(const struct date *a, const struct date *b)
{
	int64_t x = date_days(a->year, at_least_1(a->month),
	    at_least_1(a->day));
	int64_t y = date_days(b->year, at_least_1(b->month),
	    at_least_1(b->day));

	return (x > y) - (x < y);
}

int date_age(const struct date *birth, const struct date *on)
{
	int born = at_least_1(birth->month) * 32 + at_least_1(birth->day);
	int today = at_least_1(on->month) * 32 + at_least_1(on->day);

	return on->year - birth->year - (today < born);
}

int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * MS_SECOND + t.tv_nsec / 1000000;
}

/* ---- writing ---- */

/* sep and v with n digits at p; returns the place behind. */
static char *put(char *p, char sep, int v, int n)
{
	int i;

	*p = sep;
	for (i = n; i > 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + n + 1;
}

/* Three, six or nine digits: as few as lose nothing. */
static char *put_fraction(char *p, int nano)
{
	if (nano % 1000000 == 0)
		return put(p, '.', nano / 1000000, 3);
	if (nano % 1000 == 0)
		return put(p, '.', nano / 1000, 6);
	return put(p, '.', nano, 9);
}

static char *put_zone(char *p, int offset)
{
	int minutes = offset < 0 ? -offset : offset;

	if (offset == 0) {
		*p = 'Z';
		return p + 1;
	}
	p = put(p, offset < 0 ? '-' : '+', minutes / 60, 2);
	return put(p, ':', minutes % 60, 2);
}

void date_format(struct buf *b, const struct date *d)
{
	char text[48], *p = text;

	if (d->precision == DATE_NONE)
		return;
	p = put(p, ' ', d->year, 4);
	if (d->precision >= DATE_MONTH)
		p = put(p, '-', d->month, 2);
	if (d->precision >= DATE_DAY)
		p = put(p, '-', d->day, 2);
	if (d->precision >= DATE_MINUTE) {
		p = put(p, 'T', d->hour, 2);
		p = put(p, ':', d->minute, 2);
	}
	if (d->precision >= DATE_SECOND)
		p = put(p, ':', d->second, 2);
	if (d->precision >= DATE_FRACTION)
		p = put_fraction(p, d->nano);
	if (d->precision >= DATE_MINUTE && d->has_offset)
		p = put_zone(p, d->offset);
	buf_add(b, text + 1, (size_t)(p - text - 1));
}

void date_format_ms(struct buf *b, int64_t ms)
{
	struct date d;

	date_from_ms(&d, ms, 0);
	date_format(b, &d);
}
