/* Arithmetic (CQL 1.5, 16): exact to 8 places; what leaves a type's range is
 * null. */
#include "elm/impl.h"

#include <math.h>

/* The wider type of two numbers. */
static int wider(struct elm_value a, struct elm_value b)
{
	return a.kind > b.kind ? a.kind : b.kind;
}

static unsigned more(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* n / d, half away from zero. */
static int128 divided(int128 n, int128 d)
{
	int128 half = (d < 0 ? -d : d) / 2;

	return (n < 0 ? n - half : n + half) / d;
}

/* a * b of decimals; false when it does not fit. */
static bool multiplied(int128 a, int128 b, int128 *out)
{
	int128 whole = a / ELM_ONE, part = a % ELM_ONE, high;

	return !__builtin_mul_overflow(whole, b, &high) &&
	    !__builtin_add_overflow(high, divided(part * b, ELM_ONE), out);
}

static struct elm_value from_double(struct elm_ctx *c, long double d)
{
	if (!isfinite(d) || fabsl(d) >= 1e20L)
		return ELM_NOTHING;
	return elm_decimal(c, (int128)roundl(d * ELM_ONE), 1);
}

static long double to_double(struct elm_value v)
{
	return (long double)elm_dec(v) / ELM_ONE;
}

/* ---- + - ---- */

static struct elm_value sum_numbers(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, int sign)
{
	int kind = wider(a, b);

	if (kind != ELM_DECIMAL)
		return elm_whole(kind, (int128)a.i + sign * (int128)b.i);
	return elm_decimal(c, elm_dec(a) + sign * elm_dec(b),
	    more(a.precision, b.precision));
}

/* In the more granular unit of the two. */
static struct elm_value sum_quantities(struct elm_ctx *c,
    const struct elm_quantity *a, const struct elm_quantity *b, int sign)
{
	int128 x = a->value, y = b->value, one;
	struct str unit = a->unit;

	if (!elm_unit_convert(b->unit, a->unit, ELM_ONE, &one))
		return ELM_NOTHING;
	if (one < ELM_ONE) {
		unit = b->unit;
		if (!elm_unit_convert(a->unit, unit, x, &x))
			return ELM_NOTHING;
	} else if (!elm_unit_convert(b->unit, unit, y, &y)) {
		return ELM_NOTHING;
	}
	return elm_quantity(c, x + sign * y, unit, more(a->digits, b->digits));
}

static bool uncertain(struct elm_value v)
{
	return v.kind == ELM_INTERVAL && v.interval->uncertain;
}

/* Least and greatest of what an operator makes of both ends of uncertainties;
 * it must be monotonous between them. */
static struct elm_value of_ends(struct elm_ctx *c, const struct elm_value *v,
    elm_fn *fn)
{
	struct elm_value least = ELM_NOTHING, most = ELM_NOTHING, pair[2], one;

	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 2; k++)
			pair[k] = !uncertain(v[k]) ? v[k]
			    : i >> k & 1 ? v[k].interval->high
					 : v[k].interval->low;
		one = fn(c, NULL, pair);
		if (!elm_is_number(one))
			return ELM_NOTHING;
		if (i == 0 || elm_dec(one) < elm_dec(least))
			least = one;
		if (i == 0 || elm_dec(one) > elm_dec(most))
			most = one;
	}
	return elm_uncertain(c, least, most);
}

static struct elm_value added(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, int sign)
{
	if (elm_is_number(a) && elm_is_number(b))
		return sum_numbers(c, a, b, sign);
	if (a.kind == ELM_QUANTITY && b.kind == ELM_QUANTITY)
		return sum_quantities(c, a.quantity, b.quantity, sign);
	if (elm_is_time(a) && b.kind == ELM_QUANTITY)
		return sign > 0 ? elm_time_plus(c, a, b.quantity)
				: elm_time_minus(c, a, b.quantity);
	if (sign > 0 && a.kind == ELM_STRING && b.kind == ELM_STRING)
		return elm_joined(c, a, b);
	return ELM_NOTHING;
}

OPERATOR(add)
{
	return uncertain(v[0]) || uncertain(v[1]) ? of_ends(c, v, elm_add)
						   : added(c, v[0], v[1], 1);
}

OPERATOR(subtract)
{
	return uncertain(v[0]) || uncertain(v[1])
	    ? of_ends(c, v, elm_subtract) : added(c, v[0], v[1], -1);
}

/* ---- * / ---- */

static struct elm_value multiply_quantities(struct elm_ctx *c,
    struct elm_value a, struct elm_value b)
{
	BUF_AUTO unit = BUF_INIT;
	int128 x = a.kind == ELM_QUANTITY ? a.quantity->value : elm_dec(a);
	int128 y = b.kind == ELM_QUANTITY ? b.quantity->value : elm_dec(b);
	struct str u = a.kind == ELM_QUANTITY ? a.quantity->unit : STR("1");
	struct str w = b.kind == ELM_QUANTITY ? b.quantity->unit : STR("1");
	int128 product;

	if (!multiplied(x, y, &product))
		return ELM_NOTHING;
	elm_unit_product(&unit, u, w, false);
	return elm_quantity(c, product, arena_str(&c->arena, buf_str(&unit)),
	    1);
}

OPERATOR(multiply)
{
	int kind = wider(v[0], v[1]);
	int128 product;

	if (uncertain(v[0]) || uncertain(v[1]))
		return of_ends(c, v, elm_multiply);
	if (v[0].kind == ELM_QUANTITY || v[1].kind == ELM_QUANTITY)
		return multiply_quantities(c, v[0], v[1]);
	if (!elm_is_number(v[0]) || !elm_is_number(v[1]))
		return ELM_NOTHING;
	if (kind != ELM_DECIMAL)
		return elm_whole(kind, (int128)v[0].i * v[1].i);
	if (!multiplied(elm_dec(v[0]), elm_dec(v[1]), &product))
		return ELM_NOTHING;
	return elm_decimal(c, product,
	    (unsigned)v[0].precision + v[1].precision);
}

static struct elm_value divide_quantities(struct elm_ctx *c,
    const struct elm_quantity *a, struct elm_value b)
{
	BUF_AUTO unit = BUF_INIT;
	int128 y = b.kind == ELM_QUANTITY ? b.quantity->value : elm_dec(b);
	struct str w = b.kind == ELM_QUANTITY ? b.quantity->unit : STR("1");
	int128 value;

	if (y == 0)
		return ELM_NOTHING;
	if (elm_unit_convert(w, a->unit, y, &value) && value != 0 &&
	    b.kind == ELM_QUANTITY)
		return elm_quantity(c, divided(a->value * ELM_ONE, value),
		    STR("1"), 1);
	elm_unit_product(&unit, a->unit, w, true);
	return elm_quantity(c, divided(a->value * ELM_ONE, y),
	    arena_str(&c->arena, buf_str(&unit)), 1);
}

OPERATOR(divide)
{
	if (v[0].kind == ELM_QUANTITY &&
	    (v[1].kind == ELM_QUANTITY || elm_is_number(v[1])))
		return divide_quantities(c, v[0].quantity, v[1]);
	if (!elm_is_number(v[0]) || !elm_is_number(v[1]) ||
	    elm_dec(v[1]) == 0)
		return ELM_NOTHING;
	return elm_decimal(c,
	    divided(elm_dec(v[0]) * ELM_ONE, elm_dec(v[1])), 1);
}

/* Both in the unit of the first; false: they do not go together, or a zero. */
static bool operands(const struct elm_value *v, int128 *a, int128 *b)
{
	if (elm_is_number(v[0]) && elm_is_number(v[1])) {
		*a = elm_dec(v[0]);
		*b = elm_dec(v[1]);
		return *b != 0;
	}
	if (v[0].kind != ELM_QUANTITY || v[1].kind != ELM_QUANTITY)
		return false;
	*a = v[0].quantity->value;
	return elm_unit_convert(v[1].quantity->unit, v[0].quantity->unit,
		   v[1].quantity->value, b) && *b != 0;
}

/* A whole or decimal result of the operands' type. */
static struct elm_value as_operands(struct elm_ctx *c,
    const struct elm_value *v, int128 d, unsigned digits)
{
	int kind = wider(v[0], v[1]);

	if (v[0].kind == ELM_QUANTITY)
		return elm_quantity(c, d, v[0].quantity->unit, digits);
	if (kind == ELM_DECIMAL)
		return elm_decimal(c, d, digits);
	return elm_whole(kind, d / ELM_ONE);
}

OPERATOR(modulo)
{
	int128 a, b;

	if (!operands(v, &a, &b))
		return ELM_NOTHING;
	return as_operands(c, v, a % b, more(v[0].precision, v[1].precision));
}

OPERATOR(truncated_divide)
{
	int128 a, b;

	if (!operands(v, &a, &b))
		return ELM_NOTHING;
	return as_operands(c, v, a / b * ELM_ONE, 1);
}

/* ---- of one number ---- */

OPERATOR(abs)
{
	struct elm_value a = v[0];

	if (a.kind == ELM_QUANTITY)
		return elm_quantity(c, a.quantity->value < 0
			? -a.quantity->value : a.quantity->value,
		    a.quantity->unit, a.quantity->digits);
	if (a.kind == ELM_DECIMAL)
		return elm_decimal(c, elm_dec(a) < 0 ? -elm_dec(a) : elm_dec(a),
		    a.precision);
	return elm_whole(a.kind, a.i < 0 ? -(int128)a.i : a.i);
}

OPERATOR(negate)
{
	struct elm_value a = v[0];

	if (a.kind == ELM_QUANTITY)
		return elm_quantity(c, -a.quantity->value, a.quantity->unit,
		    a.quantity->digits);
	if (a.kind == ELM_DECIMAL)
		return elm_decimal(c, -elm_dec(a), a.precision);
	return elm_is_number(a) ? elm_whole(a.kind, -(int128)a.i) : ELM_NOTHING;
}

static int128 floored(int128 d)
{
	int128 part = d % ELM_ONE;

	return (d - part) / ELM_ONE - (part < 0);
}

OPERATOR(floor)
{
	return elm_is_number(v[0]) ? elm_int128(floored(elm_dec(v[0])))
				   : ELM_NOTHING;
}

OPERATOR(ceiling)
{
	return elm_is_number(v[0]) ? elm_int128(-floored(-elm_dec(v[0])))
				   : ELM_NOTHING;
}

OPERATOR(truncate)
{
	return elm_is_number(v[0]) ? elm_int128(elm_dec(v[0]) / ELM_ONE)
				   : ELM_NOTHING;
}

/* Half up (16.19): -0.5 becomes 0, -1.5 becomes -1. */
OPERATOR(round)
{
	int128 d, unit = ELM_ONE, part;
	int64_t places = n->args > 1 && v[1].kind == ELM_INTEGER ? v[1].i : 0;

	if (!elm_is_number(v[0]))
		return ELM_NOTHING;
	if (places < 0 || places > 8)
		places = places < 0 ? 0 : 8;
	for (int64_t i = 0; i < places; i++)
		unit /= 10;
	d = elm_dec(v[0]) + unit / 2;
	part = d % unit;
	return elm_decimal(c, d - part - (part < 0 ? unit : 0),
	    (unsigned)places);
}

OPERATOR(exp)
{
	if (!elm_is_number(v[0]))
		return ELM_NOTHING;
	return from_double(c, expl(to_double(v[0])));
}

OPERATOR(ln)
{
	if (!elm_is_number(v[0]))
		return ELM_NOTHING;
	return from_double(c, logl(to_double(v[0]))); /* of 0 and below none */
}

OPERATOR(log)
{
	long double x, base;

	if (!elm_is_number(v[0]) || !elm_is_number(v[1]))
		return ELM_NOTHING;
	x = to_double(v[0]);
	base = to_double(v[1]);
	if (x <= 0 || base <= 0)
		return ELM_NOTHING;
	return from_double(c, logl(x) / logl(base));
}

/* Integers to a whole power are exact. */
static struct elm_value whole_power(struct elm_ctx *c, struct elm_value a,
    int64_t n, int kind)
{
	int128 r = 1;

	if (n > 64 && (a.i > 1 || a.i < -1))
		return ELM_NOTHING;
	if (n > 64)
		n = 64 + n % 2;
	for (; n > 0; n--)
		if (__builtin_mul_overflow(r, (int128)a.i, &r) ||
		    r > INT64_MAX || r < INT64_MIN)
			return ELM_NOTHING;
	(void)c;
	return elm_whole(kind, r);
}

OPERATOR(power)
{
	int kind = wider(v[0], v[1]);

	if (!elm_is_number(v[0]) || !elm_is_number(v[1]))
		return ELM_NOTHING;
	if (kind != ELM_DECIMAL && v[1].i >= 0)
		return whole_power(c, v[0], v[1].i, kind);
	return from_double(c, powl(to_double(v[0]), to_double(v[1])));
}

/* ---- ends and steps (16.11, 16.12, 16.18, 16.21) ---- */

static int128 decimal_max(void)
{
	return (int128)INT64_C(10000000000000000) * INT64_C(1000000000000) - 1;
}

/* Least or greatest value of the kind of `like`. */
static struct elm_value extreme(struct elm_ctx *c, struct elm_value like,
    bool max)
{
	int128 d = max ? decimal_max() : -decimal_max();

	if (like.kind == ELM_FHIR)
		like = elm_unbox(c, like);
	switch ((enum elm_kind)like.kind) {
	case ELM_INTEGER: return elm_int(max ? INT32_MAX : INT32_MIN);
	case ELM_LONG: return elm_whole(ELM_LONG, max ? INT64_MAX : INT64_MIN);
	case ELM_DECIMAL: return elm_decimal(c, d, 8);
	case ELM_QUANTITY:
		return elm_quantity(c, d, like.quantity ? like.quantity->unit
							: STR("1"), 8);
	case ELM_DATE:
	case ELM_DATETIME:
	case ELM_TIME: return elm_time_bound(like, max);
	default: return ELM_NOTHING;
	}
}

bool elm_has_ends(int kind)
{
	return (kind >= ELM_INTEGER && kind <= ELM_DECIMAL) ||
	    (kind >= ELM_DATE && kind <= ELM_QUANTITY);
}

struct elm_value elm_min(struct elm_ctx *c, struct elm_value like)
{
	return extreme(c, like, false);
}

struct elm_value elm_max(struct elm_ctx *c, struct elm_value like)
{
	return extreme(c, like, true);
}

OPERATOR(min_value)
{
	struct elm_value like = { .kind = n->type->system };

	return extreme(c, like, n->flag);
}

OPERATOR(max_value)
{
	return elm_min_value(c, n, v);
}

struct elm_value elm_step(struct elm_ctx *c, struct elm_value v, int by)
{
	struct elm_value next = ELM_NOTHING;

	if (v.kind == ELM_INTEGER || v.kind == ELM_LONG)
		next = elm_whole(v.kind, (int128)v.i + by);
	else if (v.kind == ELM_DECIMAL)
		next = elm_decimal(c, elm_dec(v) + by, 8);
	else if (v.kind == ELM_QUANTITY)
		next = elm_quantity(c, v.quantity->value + by,
		    v.quantity->unit, 8);
	else if (elm_is_time(v))
		next = elm_time_add(v, by, (enum elm_precision)v.precision);
	if (next.kind == ELM_NULL && v.kind != ELM_NULL)
		return elm_fail(c, "no value comes %s the %s of its type",
		    by > 0 ? "after" : "before", by > 0 ? "last" : "first");
	return next;
}

OPERATOR(successor)
{
	return elm_step(c, v[0], 1);
}

OPERATOR(predecessor)
{
	return elm_step(c, v[0], -1);
}

/* ---- precision and boundaries (16.7, 16.9, 16.17) ---- */

/* Digits of a precision: 4 of a year, 17 of a DateTime to the millisecond. */
static const uint8_t date_digits[] = { [ELM_YEAR] = 4, [ELM_MONTH] = 6,
	[ELM_DAY] = 8, [ELM_HOUR] = 10, [ELM_MINUTE] = 12, [ELM_SECOND] = 14,
	[ELM_MILLISECOND] = 17 };

OPERATOR(op_precision)
{
	if (v[0].kind == ELM_DECIMAL)
		return elm_int(v[0].precision);
	if (v[0].kind == ELM_TIME)
		return elm_int(date_digits[v[0].precision] - 8);
	return elm_is_time(v[0]) ? elm_int(date_digits[v[0].precision])
				 : ELM_NOTHING;
}

static struct elm_value decimal_boundary(struct elm_ctx *c, struct elm_value a,
    int64_t places, bool high)
{
	int128 unit = ELM_ONE, step = ELM_ONE, d = elm_dec(a);

	if (places < 0 || places > 8)
		return ELM_NOTHING;
	for (unsigned i = 0; i < a.precision; i++)
		unit /= 10;
	for (int64_t i = 0; i < places; i++)
		step /= 10;
	if (high != (d < 0)) /* away from zero: more digits follow */
		d += high ? unit - 1 : 1 - unit;
	return elm_decimal(c, d - d % step, (unsigned)places);
}

static struct elm_value time_boundary(struct elm_value a, int64_t places,
    bool high)
{
	for (int p = ELM_YEAR; p <= ELM_MILLISECOND; p++)
		if (p != ELM_WEEK && date_digits[p] ==
			places + (a.kind == ELM_TIME ? 8 : 0)) {
			int64_t last = elm_time_last(a);

			a.precision = (uint8_t)p;
			return high ? elm_time_within(a, last) : a;
		}
	return ELM_NOTHING;
}

static struct elm_value boundary(struct elm_ctx *c, const struct elm_node *n,
    const struct elm_value *v, bool high)
{
	struct elm_value a = v[0];
	int64_t places = a.kind == ELM_DATE ? 8 : a.kind == ELM_TIME ? 9
	    : a.kind == ELM_DATETIME ? 17 : 8;

	if (n->args > 1 && v[1].kind == ELM_INTEGER)
		places = v[1].i;
	if (a.kind == ELM_DECIMAL || a.kind == ELM_INTEGER)
		return decimal_boundary(c, a, places, high);
	return elm_is_time(a) ? time_boundary(a, places, high) : ELM_NOTHING;
}

OPERATOR(low_boundary)
{
	return boundary(c, n, v, false);
}

OPERATOR(high_boundary)
{
	return boundary(c, n, v, true);
}
