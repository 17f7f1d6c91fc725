/*
 * UCUM: a unit is a factor and the exponents of the seven base units. Atoms are
 * looked up in tables and traced down to the base units each time; there are
 * few and the expressions are short.
 */
#include "ehr/term.h"

#include <math.h>

enum { BASES = 7, DEPTH_MAX = 32, EXPONENT_MAX = 64 };

static const char *const bases[BASES] = { "m", "s", "g", "rad", "K", "C",
	"cd" };

static const struct atom {
	const char *code;
	bool metric, arbitrary;
	const char *function;
	long double value;
	const char *unit;
} atoms[] = {
#define UNIT(code, metric, arbitrary, function, value, unit) \
	{ code, metric, arbitrary, function, value, unit },
#include "term/data/ucum-units.def"
#undef UNIT
};

static const struct {
	const char *code;
	long double factor;
} prefixes[] = {
#define PREFIX(code, factor) { code, factor },
#include "term/data/ucum-prefixes.def"
#undef PREFIX
};

/* special: an atom with a function, and the factor of its prefix; it stands
 * alone. arbitrary: an atom that goes only with itself, and its exponent. */
struct unit {
	long double factor;
	int dim[BASES];
	const struct atom *special, *arbitrary;
	int arbitrary_exp;
};

struct reader {
	const char *p, *end;
	int depth;
};

static bool read_term(struct reader *r, struct unit *out);

/* ---- products ---- */

/* out * u^exp; false: special units and unlike arbitrary ones do not go. */
static bool times(struct unit *out, const struct unit *u, int exp)
{
	if (out->special || (u->special && exp != 1))
		return false;
	if (u->arbitrary) {
		if (out->arbitrary && out->arbitrary != u->arbitrary)
			return false;
		out->arbitrary = u->arbitrary;
		out->arbitrary_exp += exp * u->arbitrary_exp;
	}
	out->special = u->special;
	out->factor *= exp == 1 ? u->factor : powl(u->factor, exp);
	for (int i = 0; i < BASES; i++)
		out->dim[i] += exp * u->dim[i];
	return true;
}

/* ---- atoms ---- */

static bool atom_unit(const struct atom *a, int depth, struct unit *out)
{
	struct reader r = { a->unit, a->unit + strlen(a->unit), depth + 1 };

	if (!read_term(&r, out) || r.p != r.end)
		return false;
	out->factor *= a->value;
	if (a->function[0])
		out->special = a;
	if (a->arbitrary) {
		out->arbitrary = a;
		out->arbitrary_exp = 1;
	}
	return true;
}

static const struct atom *find_atom(struct str code, bool metric)
{
	for (size_t i = 0; i < ARRAY_LEN(atoms); i++)
		if ((atoms[i].metric || !metric) && str_is(code, atoms[i].code))
			return &atoms[i];
	return NULL;
}

static int find_base(struct str code)
{
	for (int i = 0; i < BASES; i++)
		if (str_is(code, bases[i]))
			return i;
	return -1;
}

static bool plain_unit(struct str code, bool metric, int depth,
    struct unit *out)
{
	int base = find_base(code);
	const struct atom *a;

	*out = (struct unit){ .factor = 1 };
	if (base >= 0) {
		out->dim[base] = 1;
		return true;
	}
	a = find_atom(code, metric);
	return a && atom_unit(a, depth, out);
}

/* An atom, else a prefix and one that takes prefixes (11). */
static bool symbol_unit(struct str code, int depth, struct unit *out)
{
	struct str rest;

	if (plain_unit(code, false, depth, out))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (!str_starts(code, prefixes[i].code))
			continue;
		rest = (struct str){ code.s + strlen(prefixes[i].code),
			code.n - strlen(prefixes[i].code) };
		if (plain_unit(rest, true, depth, out)) {
			out->factor *= prefixes[i].factor;
			return true;
		}
	}
	return false;
}

/* ---- syntax (clause 12: term, component, annotatable, simple unit) ---- */

static bool is_digit(const struct reader *r)
{
	return r->p < r->end && *r->p >= '0' && *r->p <= '9';
}

static bool read_number(struct reader *r, int *n)
{
	const char *from = r->p;

	for (*n = 0; is_digit(r); r->p++) {
		if (*n > 100000000)
			return false;
		*n = *n * 10 + (*r->p - '0');
	}
	return r->p > from;
}

/* {text}: printable ASCII; it has no meaning. */
static bool read_annotation(struct reader *r)
{
	for (r->p++; r->p < r->end && *r->p != '}'; r->p++)
		if (*r->p < 0x20 || *r->p > 0x7e || *r->p == '{')
			return false;
	return r->p++ < r->end;
}

/* 10* and 10^ end themselves; else up to a digit or a mark, brackets whole. */
static struct str read_symbol(struct reader *r)
{
	const char *from = r->p;
	bool inside = false;

	if (r->end - r->p >= 3 && memcmp(r->p, "10", 2) == 0 &&
	    (r->p[2] == '*' || r->p[2] == '^')) {
		r->p += 3;
		return (struct str){ from, 3 };
	}
	for (; r->p < r->end; r->p++) {
		if (*r->p == '[')
			inside = true;
		else if (*r->p == ']')
			inside = false;
		else if (!inside && strchr("0123456789+-./(){}", *r->p))
			break;
	}
	return (struct str){ from, (size_t)(r->p - from) };
}

static bool read_exponent(struct reader *r, int *exp)
{
	int sign = 1;

	*exp = 1;
	if (r->p < r->end && (*r->p == '+' || *r->p == '-')) {
		sign = *r->p++ == '-' ? -1 : 1;
		if (!is_digit(r))
			return false;
	}
	if (!is_digit(r))
		return true;
	if (!read_number(r, exp) || *exp > EXPONENT_MAX)
		return false;
	*exp *= sign;
	return true;
}

static bool read_simple(struct reader *r, struct unit *out)
{
	struct unit u;
	struct str code;
	int n, exp;

	if (is_digit(r) && !(r->end - r->p >= 3 &&
		memcmp(r->p, "10", 2) == 0 && strchr("*^", r->p[2]))) {
		if (!read_number(r, &n) || n == 0)
			return false;
		out->factor = n;
		return true;
	}
	code = read_symbol(r);
	if (code.n == 0 || !symbol_unit(code, r->depth, &u) ||
	    !read_exponent(r, &exp))
		return false;
	return times(out, &u, exp);
}

static bool read_component(struct reader *r, struct unit *out)
{
	bool some = true;

	*out = (struct unit){ .factor = 1 };
	if (r->p < r->end && *r->p == '(') {
		r->p++;
		r->depth++;
		if (!read_term(r, out) || r->p == r->end || *r->p++ != ')')
			return false;
		r->depth--;
	} else if (r->p < r->end && *r->p == '{') {
		return read_annotation(r);
	} else {
		some = read_simple(r, out);
	}
	if (some && r->p < r->end && *r->p == '{')
		return read_annotation(r);
	return some;
}

static bool read_term(struct reader *r, struct unit *out)
{
	struct unit u;
	int exp = 1;

	*out = (struct unit){ .factor = 1 };
	if (r->depth > DEPTH_MAX)
		return false;
	if (r->p < r->end && *r->p == '/') {
		exp = -1;
		r->p++;
	}
	for (;;) {
		if (!read_component(r, &u) || !times(out, &u, exp))
			return false;
		if (r->p == r->end || (*r->p != '.' && *r->p != '/'))
			return true;
		exp = *r->p++ == '/' ? -1 : 1;
	}
}

static bool parse(struct str s, struct unit *out)
{
	struct reader r = { s.s, str_end(s), 0 };

	return s.n > 0 && read_term(&r, out) && r.p == r.end;
}

bool ucum_valid(struct str unit)
{
	struct unit u;

	return parse(unit, &u);
}

/* ---- special units (21, 22): to and from their proper unit ---- */

static long double cel_to(long double v)
{
	return v + 273.15L;
}
static long double cel_from(long double v)
{
	return v - 273.15L;
}
static long double deg_f_to(long double v)
{
	return v + 459.67L;
}
static long double deg_f_from(long double v)
{
	return v - 459.67L;
}
static long double deg_re_to(long double v)
{
	return v + 218.52L;
}
static long double deg_re_from(long double v)
{
	return v - 218.52L;
}
static long double lg_to(long double v)
{
	return powl(10, v);
}
static long double lg2_to(long double v)
{
	return powl(10, v / 2);
}
static long double lg2_from(long double v)
{
	return 2 * log10l(v);
}
static long double ph_to(long double v)
{
	return powl(10, -v);
}
static long double ph_from(long double v)
{
	return -log10l(v);
}
static long double tan_to(long double v)
{
	return atanl(v / 100);
}
static long double tan_from(long double v)
{
	return 100 * tanl(v);
}
static long double square(long double v)
{
	return v * v;
}

static const struct {
	const char *function;
	long double (*to)(long double), (*from)(long double);
} functions[] = {
	{ "Cel", cel_to, cel_from }, { "degF", deg_f_to, deg_f_from },
	{ "degRe", deg_re_to, deg_re_from }, { "lg", lg_to, log10l },
	{ "lgTimes2", lg2_to, lg2_from }, { "ln", expl, logl },
	{ "ld", exp2l, log2l }, { "pH", ph_to, ph_from },
	{ "tanTimes100", tan_to, tan_from }, { "100tan", tan_to, tan_from },
	{ "sqrt", square, sqrtl },
};

/* A value of u in base units, or back from there. The factor of a special unit
 * holds its prefix's and its proper unit's; the prefix goes before the
 * function. */
static bool scale(const struct unit *u, long double *v, bool back)
{
	struct unit proper;
	long double prefix;

	if (u->special == NULL) {
		*v = back ? *v / u->factor : *v * u->factor;
		return true;
	}
	if (!atom_unit(u->special, 0, &proper))
		return false;
	prefix = u->factor / proper.factor;
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		if (strcmp(functions[i].function, u->special->function) != 0)
			continue;
		*v = back ? functions[i].from(*v / proper.factor) / prefix
			  : functions[i].to(*v * prefix) * proper.factor;
		return true;
	}
	return false; /* homeopathic potencies measure nothing */
}

bool ucum_convert(struct str from, struct str to, long double *value)
{
	long double v = *value;
	struct unit a, b;

	if (!parse(from, &a) || !parse(to, &b) ||
	    memcmp(a.dim, b.dim, sizeof(a.dim)) != 0 ||
	    a.arbitrary != b.arbitrary || a.arbitrary_exp != b.arbitrary_exp)
		return false;
	if (a.special == NULL && b.special == NULL)
		v *= a.factor / b.factor;
	else if (!scale(&a, &v, false) || !scale(&b, &v, true))
		return false;
	if (!isfinite(v))
		return false;
	*value = v;
	return true;
}
