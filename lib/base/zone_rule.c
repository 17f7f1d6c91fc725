/* zone_rule.c - the rule in the footer of a TZif file: a TZ string of POSIX
 * with times of -167 to 167 hours (RFC 9636 3.3.2). */
#include "zone_impl.h"

enum { DAY = 86400, HOUR = 3600, TURNS = 8 };

/* ---- reading ---- */

static bool take(struct str *s, char c)
{
	if (s->n == 0 || s->s[0] != c)
		return false;
	s->s++;
	s->n--;
	return true;
}

static bool number(struct str *s, int lo, int hi, int *v)
{
	size_t n = 0;
	int sum = 0;

	while (n < s->n && n < 4 && s->s[n] >= '0' && s->s[n] <= '9')
		sum = sum * 10 + (s->s[n++] - '0');
	s->s += n;
	s->n -= n;
	*v = sum;
	return n > 0 && sum >= lo && sum <= hi;
}

/* [+-]hh[:mm[:ss]] as seconds. */
static bool clock_time(struct str *s, int hours, int32_t *v)
{
	int sign = take(s, '-') ? -1 : 1, h, m = 0, sec = 0;

	if (sign > 0)
		take(s, '+');
	if (!number(s, 0, hours, &h))
		return false;
	if (take(s, ':') && (!number(s, 0, 59, &m) ||
	    (take(s, ':') && !number(s, 0, 59, &sec))))
		return false;
	*v = sign * (h * HOUR + m * 60 + sec);
	return true;
}

bool zone_abbr_ok(struct str s)
{
	if (s.n < 3 || s.n > ZONE_ABBR_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '-')
			return false;
	}
	return true;
}

/* Letters, or anything of an abbreviation between < and >. */
static bool abbr(struct str *s, struct zone_type *t)
{
	bool quoted = take(s, '<');
	struct str name = { s->s, 0 };

	while (name.n < s->n && (quoted ? s->s[name.n] != '>' :
	    ((unsigned char)s->s[name.n] | 0x20) >= 'a' &&
	    ((unsigned char)s->s[name.n] | 0x20) <= 'z'))
		name.n++;
	s->s += name.n;
	s->n -= name.n;
	if ((quoted && !take(s, '>')) || !zone_abbr_ok(name))
		return false;
	memcpy(t->abbr, name.s, name.n);
	t->abbr[name.n] = '\0';
	return true;
}

/* POSIX counts west of Greenwich. */
static bool offset(struct str *s, struct zone_type *t)
{
	if (!clock_time(s, 24, &t->offset))
		return false;
	t->offset = -t->offset;
	return true;
}

static bool turn_day(struct str *s, struct zone_day *d)
{
	bool ok;

	if (!take(s, ','))
		return false;
	if (take(s, 'M')) {
		d->kind = 'M';
		ok = number(s, 1, 12, &d->month) && take(s, '.') &&
		    number(s, 1, 5, &d->week) && take(s, '.') &&
		    number(s, 0, 6, &d->day);
	} else {
		d->kind = take(s, 'J') ? 'J' : 'N';
		ok = number(s, d->kind == 'J', 365, &d->day);
	}
	d->time = 2 * HOUR;
	return ok && (!take(s, '/') || clock_time(s, 167, &d->time));
}

bool zone_rule_parse(struct str s, struct zone_rule *r)
{
	*r = (struct zone_rule){ .given = true };
	if (!abbr(&s, &r->std) || !offset(&s, &r->std))
		return false;
	if (s.n == 0)
		return true;
	r->turns = true;
	r->dst.dst = true;
	if (!abbr(&s, &r->dst))
		return false;
	r->dst.offset = r->std.offset + HOUR;
	if (s.n && s.s[0] != ',' && !offset(&s, &r->dst))
		return false;
	return turn_day(&s, &r->start) && turn_day(&s, &r->end) && s.n == 0;
}

/* ---- reckoning ---- */

/* Not date_valid_day(): the years beside 1 and 9999 come here, too. */
static int64_t month_days(int64_t year, int month)
{
	return date_days((int)year, month + 1, 1) -
	    date_days((int)year, month, 1);
}

/* Days since 1970 of the rule's day in a year. */
static int64_t day_in(const struct zone_day *d, int64_t year)
{
	int64_t first = date_days((int)year, 1, 1), n;

	if (d->kind == 'J')
		return first + d->day - 1 +
		    (d->day > 59 && month_days(year, 2) == 29);
	if (d->kind == 'N')
		return first + d->day;
	first = date_days((int)year, d->month, 1);
	n = d->day - (first + 4) % 7; /* 1970-01-01 was a Thursday */
	n = (n % 7 + 7) % 7 + (d->week - 1) * INT64_C(7);
	while (n >= month_days(year, d->month))
		n -= 7; /* the last one of the month */
	return first + n;
}

struct turn {
	int64_t t;
	const struct zone_type *into;
};

static void put_turn(struct turn *list, size_t n, struct turn t)
{
	/* Of two at once the one into dst counts: dst all the year. */
	while (n > 0 && (list[n - 1].t > t.t ||
	    (list[n - 1].t == t.t && list[n - 1].into->dst))) {
		list[n] = list[n - 1];
		n--;
	}
	list[n] = t;
}

/* The turns of the year of t and of those about it, in order: hours of the rule
 * may lie in another year than its day. */
static void turns_about(const struct zone_rule *r, int64_t t,
    struct turn list[TURNS])
{
	struct date d;
	size_t n = 0;
	int64_t y;

	date_from_days(&d, (t - (t < 0 ? DAY - 1 : 0)) / DAY);
	for (y = d.year - 1; y <= d.year + 2; y++) {
		put_turn(list, n++, (struct turn){ day_in(&r->start, y) * DAY +
		    r->start.time - r->std.offset, &r->dst });
		put_turn(list, n++, (struct turn){ day_in(&r->end, y) * DAY +
		    r->end.time - r->dst.offset, &r->std });
	}
}

const struct zone_type *zone_rule_at(const struct zone_rule *r, int64_t t)
{
	const struct zone_type *now = &r->std;
	struct turn list[TURNS];

	if (!r->turns)
		return now;
	turns_about(r, t, list);
	for (size_t i = 0; i < TURNS && list[i].t <= t; i++)
		now = list[i].into;
	return now;
}

bool zone_same(const struct zone_type *a, const struct zone_type *b)
{
	return a->offset == b->offset && a->dst == b->dst &&
	    strcmp(a->abbr, b->abbr) == 0;
}

bool zone_rule_next(const struct zone_rule *r, int64_t t, int64_t *when)
{
	const struct zone_type *now;
	struct turn list[TURNS];

	if (!r->turns)
		return false;
	now = zone_rule_at(r, t);
	turns_about(r, t, list);
	for (size_t i = 0; i + 1 < TURNS; i++) {
		bool last = list[i + 1].t != list[i].t;

		if (list[i].t > t && last && !zone_same(list[i].into, now)) {
			*when = list[i].t;
			return true;
		}
	}
	return false;
}
