/*
 * Date, DateTime and Time (CQL 1.5, 5.2 to 5.6, 18).
 *
 * A value is its first instant in local milliseconds and how precise it is;
 * the last instant follows from both. Offsets count only when hours or finer
 * parts are compared (18.4: "normalized ... only when the comparison precision
 * is hours, minutes, seconds, or milliseconds").
 */
#include "elm/impl.h"

#include <stdio.h>

#define HOUR   INT64_C(3600000)
#define MINUTE INT64_C(60000)
#define SECOND INT64_C(1000)

/* 0001-01-01 and 9999-12-31T23:59:59.999. */
#define FIRST (-719162 * ELM_DAY_MS)
#define LAST  (2932897 * ELM_DAY_MS - 1)

struct parts {
	int year, month, day; /* from 1 */
	int64_t rest;	      /* ms of the day */
};

static int64_t floor_to(int64_t v, int64_t unit)
{
	int64_t r = v % unit;

	return v - (r < 0 ? r + unit : r);
}

static struct parts split(int64_t ms)
{
	struct date d = { 0 };
	int64_t day = floor_to(ms, ELM_DAY_MS);

	date_from_days(&d, day / ELM_DAY_MS);
	return (struct parts){ d.year, d.month, d.day, ms - day };
}

static int64_t join(struct parts p)
{
	return date_days(p.year, p.month, p.day) * ELM_DAY_MS + p.rest;
}

static int month_days(int year, int month)
{
	int day = 31;

	while (!date_valid_day(year, month, day))
		day--;
	return day;
}

/* ---- precisions ---- */

static const struct {
	const char *name, *plural, *ucum;
	int64_t ms; /* of the units whose length never varies */
} units[] = {
	[ELM_YEAR] = { "year", "years", "a", 0 },
	[ELM_MONTH] = { "month", "months", "mo", 0 },
	[ELM_WEEK] = { "week", "weeks", "wk", 7 * ELM_DAY_MS },
	[ELM_DAY] = { "day", "days", "d", ELM_DAY_MS },
	[ELM_HOUR] = { "hour", "hours", "h", HOUR },
	[ELM_MINUTE] = { "minute", "minutes", "min", MINUTE },
	[ELM_SECOND] = { "second", "seconds", "s", SECOND },
	[ELM_MILLISECOND] = { "millisecond", "milliseconds", "ms", 1 },
};

enum elm_precision elm_time_unit(struct str unit)
{
	for (int i = ELM_YEAR; i <= ELM_MILLISECOND; i++)
		if (str_is(unit, units[i].name) ||
		    str_is(unit, units[i].plural) ||
		    str_is(unit, units[i].ucum))
			return (enum elm_precision)i;
	return ELM_NO_PRECISION;
}

/* "Year", as ELM's attribute has it. */
enum elm_precision elm_precision(struct str name)
{
	char low[16];

	if (name.n == 0 || name.n >= sizeof(low))
		return ELM_NO_PRECISION;
	for (size_t i = 0; i < name.n; i++)
		low[i] = (char)(name.s[i] | 0x20);
	return elm_time_unit((struct str){ low, name.n });
}

/* The first instant of the unit that ms lies in. Weeks begin on Sunday. */
static int64_t truncated(int64_t ms, enum elm_precision precision)
{
	struct parts p;

	if (precision == ELM_WEEK) /* 1970-01-04 was a Sunday */
		return floor_to(ms - 3 * ELM_DAY_MS, 7 * ELM_DAY_MS) +
		    3 * ELM_DAY_MS;
	if (precision >= ELM_DAY)
		return floor_to(ms, units[precision].ms);
	p = split(ms);
	p.day = 1;
	p.rest = 0;
	if (precision == ELM_YEAR)
		p.month = 1;
	return join(p);
}

int64_t elm_time_last(struct elm_value v)
{
	struct parts p;

	if (v.precision >= ELM_DAY)
		return v.i + units[v.precision].ms - 1;
	p = split(v.i);
	if (v.precision == ELM_YEAR)
		p.month = 12;
	p.day = month_days(p.year, p.month);
	p.rest = ELM_DAY_MS - 1;
	return join(p);
}

/* ---- order ---- */

/* Local time at the evaluation's offset, when the value knows its hours. */
static int64_t normal(const struct elm_ctx *c, struct elm_value v, int64_t ms)
{
	if (v.kind != ELM_DATETIME || v.precision < ELM_HOUR)
		return ms;
	return ms + (c->zone - v.zone) * MINUTE;
}

enum elm_cmp elm_time_compare(const struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision precision)
{
	enum elm_precision coarse, finest;
	int64_t x = a.i, y = b.i;

	coarse = a.precision < b.precision ? a.precision : b.precision;
	finest = precision ? precision
	    : a.precision > b.precision ? a.precision : b.precision;
	if (coarse > finest)
		coarse = finest;
	if (coarse > ELM_DAY && a.zone != b.zone) {
		x = normal(c, a, x);
		y = normal(c, b, y);
	}
	if (coarse != ELM_MILLISECOND) {
		x = truncated(x, coarse);
		y = truncated(y, coarse);
	}
	if (x != y)
		return x < y ? ELM_LESS : ELM_MORE;
	return coarse < finest ? ELM_UNKNOWN : ELM_SAME;
}

/* ---- arithmetic ---- */

static struct elm_value within(struct elm_value v)
{
	int64_t low = v.kind == ELM_TIME ? 0 : FIRST;
	int64_t high = v.kind == ELM_TIME ? ELM_DAY_MS - 1 : LAST;

	return v.i < low || v.i > high ? ELM_NOTHING : v;
}

static struct elm_value add_months(struct elm_value v, int64_t n)
{
	struct parts p = split(v.i);
	int64_t month;
	int last;

	if (n > 120000 || n < -120000)
		return ELM_NOTHING;
	month = p.year * INT64_C(12) + p.month - 1 + n;
	if (month < 12 || month >= 10000 * 12)
		return ELM_NOTHING;
	p.year = (int)(month / 12);
	p.month = (int)(month % 12) + 1;
	last = month_days(p.year, p.month);
	if (p.day > last)
		p.day = last;
	v.i = join(p);
	return v;
}

/* How many of a coarser unit make n of a finer one, as 5.6 counts: a year is
 * 12 months or 365 days, a month 30 days; the rest is cut off. */
static int64_t coarser(int64_t n, enum elm_precision from,
    enum elm_precision to)
{
	int64_t days;

	if (from == ELM_MONTH)
		return n / 12;
	if (to >= ELM_DAY)
		return n / (units[to].ms / units[from].ms);
	days = from == ELM_WEEK ? n * 7 : n / (ELM_DAY_MS / units[from].ms);
	return days / (to == ELM_YEAR ? 365 : 30);
}

struct elm_value elm_time_add(struct elm_value v, int64_t n,
    enum elm_precision unit)
{
	if (n > INT64_C(400000000000000) || n < -INT64_C(400000000000000))
		return ELM_NOTHING;
	if (unit == ELM_WEEK && v.precision >= ELM_DAY) {
		unit = ELM_DAY;
		n *= 7;
	}
	if (unit > v.precision) {
		n = coarser(n, unit, (enum elm_precision)v.precision);
		unit = (enum elm_precision)v.precision;
	}
	if (unit == ELM_YEAR)
		return add_months(v, n * 12);
	if (unit == ELM_MONTH)
		return add_months(v, n);
	if (n > (LAST - FIRST) / units[unit].ms ||
	    n < (FIRST - LAST) / units[unit].ms)
		return ELM_NOTHING;
	v.i += n * units[unit].ms;
	return within(v);
}

static struct elm_value add(struct elm_ctx *c, struct elm_value v,
    const struct elm_quantity *q, int sign)
{
	enum elm_precision unit = elm_time_unit(q->unit);
	int128 amount = q->value * sign;

	if (unit == ELM_NO_PRECISION)
		return elm_fail(c, "a duration in a unit that is not of time");
	if (unit == ELM_SECOND && v.precision == ELM_MILLISECOND) {
		unit = ELM_MILLISECOND; /* the fraction counts (18.1) */
		amount *= 1000;
	}
	return elm_time_add(v, (int64_t)(amount / ELM_ONE), unit);
}

struct elm_value elm_time_plus(struct elm_ctx *c, struct elm_value v,
    const struct elm_quantity *q)
{
	return add(c, v, q, 1);
}

struct elm_value elm_time_minus(struct elm_ctx *c, struct elm_value v,
    const struct elm_quantity *q)
{
	return add(c, v, q, -1);
}

/* ---- how long, how many boundaries (18.8, 18.9) ---- */

static int64_t whole_months(int64_t a, int64_t b)
{
	struct parts x = split(a), y = split(b);
	int64_t n;

	n = (y.year - x.year) * INT64_C(12) + (y.month - x.month);
	if (n > 0 && (y.day < x.day || (y.day == x.day && y.rest < x.rest)))
		n--;
	else if (n < 0 &&
	    (y.day > x.day || (y.day == x.day && y.rest > x.rest)))
		n++;
	return n;
}

static int64_t duration(int64_t a, int64_t b, enum elm_precision unit)
{
	if (unit == ELM_YEAR)
		return whole_months(a, b) / 12;
	if (unit == ELM_MONTH)
		return whole_months(a, b);
	return (b - a) / units[unit].ms;
}

static int64_t difference(int64_t a, int64_t b, enum elm_precision unit)
{
	struct parts x, y;

	if (unit >= ELM_WEEK)
		return (truncated(b, unit) - truncated(a, unit)) /
		    units[unit].ms;
	x = split(a);
	y = split(b);
	if (unit == ELM_YEAR)
		return y.year - x.year;
	return (y.year - x.year) * INT64_C(12) + y.month - x.month;
}

/* As precise as it gets: a Date to the day, else seconds, of which the
 * milliseconds are but a fraction (18.9). */
static bool exact(struct elm_value v)
{
	return v.precision >= (v.kind == ELM_DATE ? ELM_DAY : ELM_SECOND);
}

/* The last that it can mean, of a Date the first instant of its last day. */
static int64_t latest(struct elm_value v)
{
	if (exact(v))
		return v.i;
	return v.kind == ELM_DATE ? truncated(elm_time_last(v), ELM_DAY)
				  : elm_time_last(v);
}

/* Both of one kind; an uncertainty where the precision does not tell. */
static struct elm_value between(struct elm_ctx *c, const struct elm_node *n,
    const struct elm_value *v,
    int64_t (*count)(int64_t, int64_t, enum elm_precision), bool boundaries)
{
	enum elm_precision unit = (enum elm_precision)n->precision;
	struct elm_value a = v[0], b = v[1];
	int64_t low, high;

	if (!elm_is_time(a) || !elm_is_time(b))
		return ELM_NOTHING;
	if (a.kind != b.kind) {
		a = elm_to_datetime(c, a);
		b = elm_to_datetime(c, b);
	}
	low = latest(a);
	high = latest(b);
	if (!boundaries || unit > ELM_DAY) {
		a.i = normal(c, a, a.i);
		low = normal(c, a, low);
		b.i = normal(c, b, b.i);
		high = normal(c, b, high);
	}
	low = count(low, b.i, unit);
	high = count(a.i, high, unit);
	if (boundaries && a.precision >= unit && b.precision >= unit)
		return elm_int(count(a.i, b.i, unit));
	return elm_uncertain(c, elm_int(low < high ? low : high),
	    elm_int(low < high ? high : low));
}

OPERATOR(duration_between)
{
	return between(c, n, v, duration, false);
}

OPERATOR(difference_between)
{
	return between(c, n, v, difference, true);
}

/* ---- conversions ---- */

struct elm_value elm_to_date(struct elm_value v)
{
	if (v.kind == ELM_DATE)
		return v;
	if (v.kind != ELM_DATETIME)
		return ELM_NOTHING;
	v.kind = ELM_DATE;
	v.zone = 0;
	if (v.precision > ELM_DAY) {
		v.i = truncated(v.i, ELM_DAY);
		v.precision = ELM_DAY;
	}
	return v;
}

struct elm_value elm_to_datetime(const struct elm_ctx *c, struct elm_value v)
{
	if (v.kind == ELM_DATE) {
		v.kind = ELM_DATETIME;
		v.zone = (int16_t)c->zone;
	}
	return v.kind == ELM_DATETIME ? v : ELM_NOTHING;
}

/* ---- text ---- */

static bool digits(struct str *s, unsigned n, int *v)
{
	*v = 0;
	if (s->n < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (s->s[i] < '0' || s->s[i] > '9')
			return false;
		*v = *v * 10 + (s->s[i] - '0');
	}
	*s = (struct str){ s->s + n, s->n - n };
	return true;
}

static bool mark(struct str *s, char ch)
{
	if (s->n == 0 || s->s[0] != ch)
		return false;
	*s = (struct str){ s->s + 1, s->n - 1 };
	return true;
}

static bool parse_fraction(struct str *s, int *ms)
{
	int unit = 100, n = 0, digit;

	*ms = 0;
	for (; digits(s, 1, &digit); n++, unit /= 10)
		*ms += digit * unit;
	return n > 0;
}

/* hh[:mm[:ss[.fff]]] */
static bool parse_clock(struct str *s, struct elm_value *v)
{
	int hour, minute = 0, second = 0, ms = 0;

	if (!digits(s, 2, &hour) || hour > 23)
		return false;
	v->precision = ELM_HOUR;
	if (mark(s, ':')) {
		if (!digits(s, 2, &minute) || minute > 59)
			return false;
		v->precision = ELM_MINUTE;
		if (mark(s, ':')) {
			if (!digits(s, 2, &second) || second > 59)
				return false;
			v->precision = ELM_SECOND;
			if (mark(s, '.')) {
				if (!parse_fraction(s, &ms))
					return false;
				v->precision = ELM_MILLISECOND;
			}
		}
	}
	v->i += hour * HOUR + minute * MINUTE + second * SECOND + ms;
	return true;
}

static bool parse_zone(struct str *s, struct elm_value *v)
{
	int hour, minute, sign;

	if (mark(s, 'Z')) {
		v->zone = 0;
		return true;
	}
	sign = mark(s, '-') ? -1 : mark(s, '+') ? 1 : 0;
	if (sign == 0)
		return true;
	if (!digits(s, 2, &hour) || !mark(s, ':') || !digits(s, 2, &minute) ||
	    hour > 14 || minute > 59)
		return false;
	v->zone = (int16_t)(sign * (hour * 60 + minute));
	return true;
}

static bool parse_day(struct str *s, struct elm_value *v)
{
	int year, month = 1, day = 1;

	if (!digits(s, 4, &year) || year < 1)
		return false;
	v->precision = ELM_YEAR;
	if (mark(s, '-')) {
		if (!digits(s, 2, &month))
			return false;
		v->precision = ELM_MONTH;
		if (mark(s, '-')) {
			if (!digits(s, 2, &day))
				return false;
			v->precision = ELM_DAY;
		}
	}
	if (!date_valid_day(year, month, day))
		return false;
	v->i = date_days(year, month, day) * ELM_DAY_MS;
	return true;
}

/* ISO 8601 as 22.22 has it: kind comes with *v. A Date's text may stand for a
 * DateTime, and a T before a Time. */
bool elm_time_parse(struct str s, int zone, struct elm_value *v)
{
	bool ok;

	v->i = 0;
	v->zone = 0;
	if (v->kind == ELM_TIME) { /* an offset behind it says nothing */
		mark(&s, 'T');
		ok = parse_clock(&s, v) && parse_zone(&s, v) && s.n == 0;
		v->zone = 0;
		return ok;
	}
	if (!parse_day(&s, v))
		return false;
	if (v->kind == ELM_DATE)
		return s.n == 0;
	v->zone = (int16_t)zone;
	if (!mark(&s, 'T') || s.n == 0)
		return s.n == 0;
	ok = parse_clock(&s, v) && parse_zone(&s, v) && s.n == 0;
	return ok && v->precision >= ELM_HOUR;
}

struct elm_value elm_datetime(struct str s, int zone)
{
	struct elm_value v = { .kind = ELM_DATETIME };

	return elm_time_parse(s, zone, &v) ? v : ELM_NOTHING;
}

static void format_clock(struct buf *b, struct elm_value v, int64_t rest)
{
	buf_addf(b, "%02d", (int)(rest / HOUR));
	if (v.precision >= ELM_MINUTE)
		buf_addf(b, ":%02d", (int)(rest / MINUTE % 60));
	if (v.precision >= ELM_SECOND)
		buf_addf(b, ":%02d", (int)(rest / SECOND % 60));
	if (v.precision >= ELM_MILLISECOND)
		buf_addf(b, ".%03d", (int)(rest % SECOND));
}

/* marks: as a literal ("@2026-01-01T00"), else as ToString has it. */
void elm_time_format(struct buf *b, struct elm_value v, bool marks)
{
	struct parts p = split(v.i);
	int zone = v.zone < 0 ? -v.zone : v.zone;

	if (marks)
		buf_adds(b, v.kind == ELM_TIME ? "@T" : "@");
	if (v.kind == ELM_TIME) {
		format_clock(b, v, p.rest);
		return;
	}
	buf_addf(b, "%04d", p.year);
	if (v.precision >= ELM_MONTH)
		buf_addf(b, "-%02d", p.month);
	if (v.precision >= ELM_DAY)
		buf_addf(b, "-%02d", p.day);
	if (v.kind != ELM_DATETIME)
		return;
	if (v.precision <= ELM_DAY) {
		buf_adds(b, marks ? "T" : "");
		return;
	}
	buf_addch(b, 'T');
	format_clock(b, v, p.rest);
	buf_addf(b, "%c%02d:%02d", v.zone < 0 ? '-' : '+', zone / 60,
	    zone % 60);
}

/* ---- ends of the ranges ---- */

struct elm_value elm_time_within(struct elm_value v, int64_t ms)
{
	v.i = truncated(ms, (enum elm_precision)v.precision);
	return v;
}

struct elm_value elm_time_bound(struct elm_value like, bool last)
{
	like.i = like.kind == ELM_TIME ? (last ? ELM_DAY_MS - 1 : 0)
				       : (last ? LAST : FIRST);
	if (like.kind == ELM_DATE) {
		like.i = truncated(like.i, ELM_DAY);
		like.precision = ELM_DAY;
	} else {
		like.precision = ELM_MILLISECOND;
	}
	return like;
}

/* ---- making and taking apart ---- */

struct component {
	int64_t least, most;
};
static const struct component components[] = {
	{ 1, 9999 }, { 1, 12 }, { 1, 31 }, { 0, 23 }, { 0, 59 }, { 0, 59 },
	{ 0, 999 },
};
/* Of the i-th component. */
static const uint8_t component_precision[] = { ELM_YEAR, ELM_MONTH, ELM_DAY,
	ELM_HOUR, ELM_MINUTE, ELM_SECOND, ELM_MILLISECOND };

/* Components from the first on, until one is null. */
static struct elm_value build(struct elm_ctx *c, int kind, unsigned first,
    unsigned count, const struct elm_value *v)
{
	struct elm_value made = { .kind = (uint8_t)kind };
	int64_t part[7] = { 1, 1, 1, 0, 0, 0, 0 };
	unsigned i;

	for (i = 0; i < count && v[i].kind != ELM_NULL; i++) {
		const struct component *limit = &components[first + i];

		if (v[i].kind != ELM_INTEGER || v[i].i < limit->least ||
		    v[i].i > limit->most)
			return elm_fail(c, "a date or time beyond its range");
		part[first + i] = v[i].i;
	}
	if (i == 0)
		return ELM_NOTHING;
	made.precision = component_precision[first + i - 1];
	if (!date_valid_day((int)part[0], (int)part[1], (int)part[2]))
		return elm_fail(c, "a date that does not exist");
	made.i = part[3] * HOUR + part[4] * MINUTE + part[5] * SECOND + part[6];
	if (kind != ELM_TIME)
		made.i += date_days((int)part[0], (int)part[1], (int)part[2]) *
		    ELM_DAY_MS;
	return made;
}

OPERATOR(date)
{
	return build(c, ELM_DATE, 0, n->args, v);
}

OPERATOR(time)
{
	return build(c, ELM_TIME, 3, n->args, v);
}

OPERATOR(date_time)
{
	struct elm_value made = build(c, ELM_DATETIME, 0,
	    n->args > 7 ? 7 : n->args, v);
	int128 minutes;

	if (made.kind == ELM_NULL)
		return made;
	made.zone = (int16_t)c->zone;
	if (n->args > 7 && elm_is_number(v[7])) {
		minutes = elm_dec(v[7]) * 60 / ELM_ONE;
		if (minutes < -14 * 60 || minutes > 14 * 60)
			return elm_fail(c, "an offset beyond 14 hours");
		made.zone = (int16_t)minutes;
	}
	return made;
}

OPERATOR(component_from)
{
	struct parts p;

	if (!elm_is_time(v[0]) || n->precision > v[0].precision)
		return ELM_NOTHING;
	p = split(v[0].i);
	switch ((enum elm_precision)n->precision) {
	case ELM_YEAR: return elm_int(p.year);
	case ELM_MONTH: return elm_int(p.month);
	case ELM_DAY: return elm_int(p.day);
	case ELM_HOUR: return elm_int(p.rest / HOUR);
	case ELM_MINUTE: return elm_int(p.rest / MINUTE % 60);
	case ELM_SECOND: return elm_int(p.rest / SECOND % 60);
	case ELM_MILLISECOND: return elm_int(p.rest % SECOND);
	case ELM_NO_PRECISION:
	case ELM_WEEK: break;
	}
	return ELM_NOTHING;
}

OPERATOR(date_from)
{
	return elm_to_date(v[0]);
}

OPERATOR(time_from)
{
	struct elm_value t = v[0];

	if (t.kind != ELM_DATETIME || t.precision < ELM_HOUR)
		return ELM_NOTHING;
	t.i -= truncated(t.i, ELM_DAY);
	t.kind = ELM_TIME;
	t.zone = 0;
	return t;
}

OPERATOR(timezone_offset_from)
{
	if (v[0].kind != ELM_DATETIME)
		return ELM_NOTHING;
	return elm_decimal(c, (int128)v[0].zone * ELM_ONE / 60, 1);
}

static struct elm_value at_now(const struct elm_ctx *c)
{
	return (struct elm_value){ .kind = ELM_DATETIME,
		.precision = ELM_MILLISECOND, .zone = (int16_t)c->zone,
		.i = c->now + c->zone * MINUTE };
}

OPERATOR(now)
{
	return at_now(c);
}

OPERATOR(today)
{
	return elm_to_date(at_now(c));
}

OPERATOR(time_of_day)
{
	struct elm_value now = at_now(c);

	return elm_time_from(c, n, &now);
}

/* ---- ages (23.1, 23.2): whole calendar units ---- */

OPERATOR(calculate_age_at)
{
	struct elm_value pair[2] = { v[0], v[1] };

	if (pair[0].kind != pair[1].kind &&
	    (pair[0].kind == ELM_DATE || pair[1].kind == ELM_DATE)) {
		pair[0] = elm_to_date(pair[0]);
		pair[1] = elm_to_date(pair[1]);
	}
	return between(c, n, pair, duration, false);
}

OPERATOR(calculate_age)
{
	struct elm_value pair[2] = { v[0], at_now(c) };

	return elm_calculate_age_at(c, n, pair);
}
