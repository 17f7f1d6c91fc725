/* Units of quantities: UCUM, and CQL's calendar units (2.3.1: day and below
 * are UCUM's; calendar years and months are not the UCUM ones). */
#include "elm/impl.h"
#include "ehr/term.h"

#include <math.h>

static const struct {
	const char *name, *plural, *ucum;
	bool calendar; /* not the same length as UCUM's */
	unsigned months;
} units[] = {
	{ "year", "years", "a", true, 12 },
	{ "month", "months", "mo", true, 1 },
	{ "week", "weeks", "wk", false, 0 },
	{ "day", "days", "d", false, 0 },
	{ "hour", "hours", "h", false, 0 },
	{ "minute", "minutes", "min", false, 0 },
	{ "second", "seconds", "s", false, 0 },
	{ "millisecond", "milliseconds", "ms", false, 0 },
};

/* Row of a calendar unit's name, or -1. */
static int calendar(struct str unit)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_is(unit, units[i].name) ||
		    str_is(unit, units[i].plural))
			return (int)i;
	return -1;
}

static struct str as_ucum(struct str unit)
{
	int row = calendar(unit);

	return row < 0 ? unit : str_of(units[row].ucum);
}

bool elm_unit_equal(struct str a, struct str b)
{
	return str_eq(as_ucum(a), as_ucum(b));
}

/* value * n / d, rounded half away from zero. */
static int128 scaled(int128 value, int64_t n, int64_t d)
{
	int128 v = value * n;

	return (v < 0 ? v - d / 2 : v + d / 2) / d;
}

/* Between calendar years and months. */
static bool convert_calendar(int from, int to, int128 value, int128 *out)
{
	if (from < 0 || to < 0 || !units[from].calendar || !units[to].calendar)
		return false;
	*out = scaled(value, units[from].months, units[to].months);
	return true;
}

bool elm_unit_convert(struct str from, struct str to, int128 value,
    int128 *out)
{
	int a = calendar(from), b = calendar(to);
	long double factor;

	*out = value;
	if (str_eq(from, to))
		return true;
	if ((a >= 0 && units[a].calendar) || (b >= 0 && units[b].calendar))
		return a == b || convert_calendar(a, b, value, out);
	if (elm_unit_equal(from, to))
		return true;
	factor = (long double)value / ELM_ONE;
	if (!ucum_convert(as_ucum(from), as_ucum(to), &factor) ||
	    fabsl(factor) >= 1e20L)
		return false;
	*out = (int128)roundl(factor * ELM_ONE);
	return true;
}

/* ---- products: the exponents of equal atoms add up ---- */

struct term {
	struct str atom;
	int exponent;
};
enum { TERMS_MAX = 16 };

static bool take_terms(struct str unit, int sign, struct term *terms,
    unsigned *n)
{
	int power = sign, e;
	unsigned k;
	size_t i = 0, from;

	if (str_is(unit, "1"))
		return true;
	while (i < unit.n) {
		for (from = i; i < unit.n && unit.s[i] != '.' &&
		     unit.s[i] != '/'; i++)
			if (strchr("()[]{}", unit.s[i]))
				return false;
		struct str atom = { unit.s + from, i - from };

		for (e = 1; atom.n > 1 && atom.s[atom.n - 1] >= '2' &&
		     atom.s[atom.n - 1] <= '9'; atom.n--)
			e = atom.s[atom.n - 1] - '0';
		for (k = 0; k < *n && !str_eq(terms[k].atom, atom); k++)
			;
		if (k == TERMS_MAX)
			return false;
		if (k == *n)
			terms[(*n)++] = (struct term){ atom, 0 };
		terms[k].exponent += e * power;
		if (i < unit.n)
			power = unit.s[i++] == '/' ? -sign : sign;
	}
	return true;
}

void elm_unit_product(struct buf *b, struct str x, struct str y, bool over)
{
	struct term terms[TERMS_MAX];
	unsigned n = 0;
	bool some = false;

	x = as_ucum(x);
	y = as_ucum(y);
	if (!take_terms(x, 1, terms, &n) ||
	    !take_terms(y, over ? -1 : 1, terms, &n)) {
		buf_addf(b, "(%.*s)%c(%.*s)", STR_FMT(x), over ? '/' : '.',
		    STR_FMT(y));
		return;
	}
	for (int sign = 1; sign >= -1; sign -= 2)
		for (unsigned i = 0; i < n; i++) {
			int e = terms[i].exponent * sign;

			if (e <= 0)
				continue;
			if (sign < 0)
				buf_adds(b, some ? "/" : "1/");
			else if (some)
				buf_addch(b, '.');
			buf_addstr(b, terms[i].atom);
			if (e > 1)
				buf_addf(b, "%d", e);
			some = true;
		}
	if (!some)
		buf_addch(b, '1');
}
