/* Decimals: an integer and a power of ten, nothing rounded. */
#include "ehr/base.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	MAX_DIGITS = 34, /* of the coefficient, as IEEE 754 decimal128 */
	MAX_EXP = 400,
	MAX_PLAIN = 40,	 /* more digits behind the point: written with e */
};

typedef unsigned __int128 uint128;

/* ---- reading ---- */

struct reader {
	const char *p, *end;
	uint128 coef;
	int count; /* digits of coef */
	int64_t exp;
};

static bool is_digit(const struct reader *r)
{
	return r->p < r->end && *r->p >= '0' && *r->p <= '9';
}

/* One or more digits onto the coefficient. */
static bool read_digits(struct reader *r)
{
	if (!is_digit(r))
		return false;
	for (; is_digit(r); r->p++) {
		if (r->count > 0 || *r->p != '0')
			r->count++;
		if (r->count > MAX_DIGITS)
			return false;
		r->coef = r->coef * 10 + (uint128)(*r->p - '0');
	}
	return true;
}

static bool read_exp(struct reader *r)
{
	int64_t exp = 0;
	bool minus = false;

	if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
		minus = *r->p++ == '-';
	if (!is_digit(r))
		return false;
	for (; is_digit(r); r->p++)
		if (exp < INT32_MAX)
			exp = exp * 10 + (*r->p - '0');
	r->exp += minus ? -exp : exp;
	return true;
}

bool decimal_parse(struct str s, struct decimal *d)
{
	struct reader r = { .p = s.s, .end = str_end(s) };
	const char *start;
	bool minus;

	if (s.n == 0)
		return false;
	minus = *r.p == '-';
	r.p += minus;
	start = r.p;
	if (!read_digits(&r) || (*start == '0' && r.p > start + 1))
		return false;
	if (r.p < r.end && *r.p == '.') {
		start = ++r.p;
		if (!read_digits(&r))
			return false;
		r.exp = -(int64_t)(r.p - start);
	}
	if (r.p < r.end && (*r.p == 'e' || *r.p == 'E')) {
		r.p++;
		if (!read_exp(&r))
			return false;
	}
	if (r.p != r.end || r.exp < -MAX_EXP || r.exp > MAX_EXP)
		return false;
	d->coef = minus ? -(__int128)r.coef : (__int128)r.coef;
	d->exp = (int)r.exp;
	return true;
}

/* ---- reckoning ---- */

static uint128 magnitude(__int128 v)
{
	return v < 0 ? -(uint128)v : (uint128)v;
}

static int count_digits(uint128 v)
{
	int n = 0;

	for (; v; v /= 10)
		n++;
	return n;
}

/* Compares a * 10^up with b, where both have as many digits. */
static int cmp_scaled(uint128 a, int up, uint128 b)
{
	for (; up > 0; up--)
		if (__builtin_mul_overflow(a, 10, &a))
			return 1;
	return (a > b) - (a < b);
}

/* Compares two positive numbers: first by the power of ten of their first
 * digit, so that the scaling is by no more digits than a coefficient has. */
static int cmp_magnitude(uint128 a, int a_exp, uint128 b, int b_exp)
{
	int64_t a_top = (int64_t)count_digits(a) + a_exp;
	int64_t b_top = (int64_t)count_digits(b) + b_exp;

	if (a_top != b_top)
		return a_top < b_top ? -1 : 1;
	if (a_exp >= b_exp)
		return cmp_scaled(a, a_exp - b_exp, b);
	return -cmp_scaled(b, b_exp - a_exp, a);
}

int decimal_cmp(const struct decimal *a, const struct decimal *b)
{
	int sign_a = (a->coef > 0) - (a->coef < 0);
	int sign_b = (b->coef > 0) - (b->coef < 0);

	if (sign_a != sign_b || sign_a == 0)
		return (sign_a > sign_b) - (sign_a < sign_b);
	return sign_a * cmp_magnitude(magnitude(a->coef), a->exp,
	    magnitude(b->coef), b->exp);
}

static bool in_limits(const struct decimal *d)
{
	return count_digits(magnitude(d->coef)) <= MAX_DIGITS &&
	    d->exp >= -MAX_EXP && d->exp <= MAX_EXP;
}

/* d with a smaller exponent; false when the coefficient grows too large. */
static bool lower_exp(struct decimal *d, int exp)
{
	if (d->coef == 0)
		d->exp = exp;
	for (; d->exp > exp; d->exp--)
		if (__builtin_mul_overflow(d->coef, 10, &d->coef))
			return false;
	return true;
}

bool decimal_add(const struct decimal *a, const struct decimal *b,
    struct decimal *sum)
{
	int exp = a->exp < b->exp ? a->exp : b->exp;
	struct decimal x = *a, y = *b;

	if (!lower_exp(&x, exp) || !lower_exp(&y, exp) ||
	    __builtin_add_overflow(x.coef, y.coef, &x.coef) || !in_limits(&x))
		return false;
	*sum = x;
	return true;
}

bool decimal_mul(const struct decimal *a, const struct decimal *b,
    struct decimal *product)
{
	struct decimal p;

	if (__builtin_mul_overflow(a->coef, b->coef, &p.coef) ||
	    __builtin_add_overflow(a->exp, b->exp, &p.exp) || !in_limits(&p))
		return false;
	*product = p;
	return true;
}

bool decimal_whole(const struct decimal *d, int64_t *v)
{
	uint128 n = magnitude(d->coef), last = 0;
	int exp = d->exp;

	for (; exp > 0 && n; exp--)
		if (__builtin_mul_overflow(n, 10, &n))
			return false;
	for (; exp < 0 && (n || last); exp++) {
		last = n % 10;
		n /= 10;
	}
	n += last >= 5;
	if (n > INT64_MAX)
		return false;
	*v = d->coef < 0 ? -(int64_t)n : (int64_t)n;
	return true;
}

/* ---- writing ---- */

/* Decimal digits of v, at least one; returns how many. */
static int put_digits(uint128 v, char out[40])
{
	char reversed[40];
	int i, n = 0;

	do {
		reversed[n++] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v);
	for (i = 0; i < n; i++)
		out[i] = reversed[n - 1 - i];
	return n;
}

double decimal_double(const struct decimal *d)
{
	char text[64], all[40];
	int n = put_digits(magnitude(d->coef), all);

	snprintf(text, sizeof(text), "%s%.*se%d", d->coef < 0 ? "-" : "", n,
	    all, d->exp);
	return strtod(text, NULL);
}

void decimal_format(struct buf *b, const struct decimal *d)
{
	char all[40];
	int n = put_digits(magnitude(d->coef), all);
	int behind = -d->exp, i;

	if (d->coef < 0)
		buf_addch(b, '-');
	if (behind < 0 || behind > MAX_PLAIN) {
		buf_addf(b, "%.*se%d", n, all, d->exp);
		return;
	}
	if (n > behind)
		buf_add(b, all, (size_t)(n - behind));
	else
		buf_addch(b, '0');
	if (behind == 0)
		return;
	buf_addch(b, '.');
	for (i = n; i < behind; i++)
		buf_addch(b, '0');
	if (n > behind)
		buf_add(b, all + n - behind, (size_t)behind);
	else
		buf_add(b, all, (size_t)n);
}
