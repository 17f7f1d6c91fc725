/* ratio.c - exact fractions of 128 bits. */
#include "ehr/quality-score.h"

static const struct ratio none = { 0, 0 };

static __int128 abs128(__int128 v)
{
	return v < 0 ? -v : v;
}

static struct ratio reduce(__int128 n, __int128 d)
{
	__int128 a = abs128(n), b = abs128(d);

	if (d == 0)
		return none;
	while (b) {
		__int128 rest = a % b;

		a = b;
		b = rest;
	}
	if (d < 0)
		a = -a;
	return (struct ratio){ n / a, d / a };
}

struct ratio ratio(int64_t n, int64_t d)
{
	return reduce(n, d);
}

bool ratio_parse(struct str s, struct ratio *r)
{
	struct decimal d;
	__int128 scale = 1;

	if (!decimal_parse(s, &d) || d.exp > 18 || d.exp < -18 ||
	    abs128(d.coef) >= (__int128)1000000000000000000)
		return false;
	for (int i = d.exp < 0 ? -d.exp : d.exp; i > 0; i--)
		scale *= 10;
	*r = d.exp < 0 ? reduce(d.coef, scale) : reduce(d.coef * scale, 1);
	return true;
}

struct ratio ratio_mul(struct ratio a, struct ratio b)
{
	struct ratio x = reduce(a.n, b.d), y = reduce(b.n, a.d);
	__int128 n, d;

	if (a.d == 0 || b.d == 0 || __builtin_mul_overflow(x.n, y.n, &n) ||
	    __builtin_mul_overflow(x.d, y.d, &d))
		return none;
	return reduce(n, d);
}

struct ratio ratio_div(struct ratio a, struct ratio b)
{
	struct ratio other = { b.n < 0 ? -b.d : b.d, abs128(b.n) };

	return b.n == 0 || b.d == 0 ? none : ratio_mul(a, other);
}

struct ratio ratio_add(struct ratio a, struct ratio b)
{
	__int128 x, y, n, d;

	if (a.d == 0 || b.d == 0 || __builtin_mul_overflow(a.n, b.d, &x) ||
	    __builtin_mul_overflow(b.n, a.d, &y) ||
	    __builtin_add_overflow(x, y, &n) ||
	    __builtin_mul_overflow(a.d, b.d, &d))
		return none;
	return reduce(n, d);
}

struct ratio ratio_sub(struct ratio a, struct ratio b)
{
	return ratio_add(a, (struct ratio){ -b.n, b.d });
}

int ratio_cmp(struct ratio a, struct ratio b)
{
	struct ratio d = ratio_sub(a, b);

	return d.n < 0 ? -1 : d.n > 0;
}

struct ratio ratio_min(struct ratio a, struct ratio b)
{
	return ratio_cmp(a, b) <= 0 ? a : b;
}

struct ratio ratio_max(struct ratio a, struct ratio b)
{
	return ratio_cmp(a, b) >= 0 ? a : b;
}

static int64_t power10(int digits)
{
	int64_t scale = 1;

	while (digits-- > 0)
		scale *= 10;
	return scale;
}

struct ratio ratio_round(struct ratio r, int digits)
{
	int64_t scale = power10(digits);
	struct ratio x = ratio_mul(r, ratio(scale, 1));
	__int128 whole, rest;

	if (x.d == 0)
		return none;
	whole = abs128(x.n) / x.d;
	rest = abs128(x.n) % x.d;
	if (rest >= x.d - rest)
		whole++;
	return reduce(x.n < 0 ? -whole : whole, scale);
}

void ratio_format(struct buf *b, struct ratio r, int digits)
{
	int64_t scale = power10(digits);
	struct ratio x = ratio_mul(ratio_round(r, digits), ratio(scale, 1));
	struct decimal d = { x.n, -digits };

	if (x.d == 0) {
		buf_adds(b, "-");
		return;
	}
	while (d.exp < 0 && d.coef % 10 == 0) {
		d.coef /= 10;
		d.exp++;
	}
	decimal_format(b, &d);
}
