/* The score of a measure: exact fractions of what was added up (Quality
 * Measure IG 3.3, by scoring). */
#include "quality/impl.h"

static __int128 divisor(__int128 a, __int128 b)
{
	while (b) {
		__int128 rest = a % b;

		a = b;
		b = rest;
	}
	return a < 0 ? -a : a;
}

static struct quality_fraction reduced(struct quality_fraction f)
{
	__int128 by = f.den ? divisor(f.num, f.den) : 0;

	return by > 1 ? (struct quality_fraction){ f.num / by, f.den / by } : f;
}

/* None when it cannot be told: of nothing, or beyond 128 bits. */
static struct quality_fraction quotient(struct quality_fraction a,
    struct quality_fraction b)
{
	struct quality_fraction f = { 0, 0 };

	a = reduced(a);
	b = reduced(b);
	if (a.den == 0 || b.den == 0 || b.num == 0)
		return f;
	if (__builtin_mul_overflow(a.num, b.den, &f.num) ||
	    __builtin_mul_overflow(a.den, b.num, &f.den))
		return (struct quality_fraction){ 0, 0 };
	if (f.den < 0)
		f = (struct quality_fraction){ -f.num, -f.den };
	return reduced(f);
}

/* What a population comes to: the counts of its kind. */
static int64_t members(const struct quality_counts *c,
    const struct quality_group *g, enum quality_kind kind)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == kind)
			n += (int64_t)c->count[i];
	return n;
}

/* The observations of populations of a kind (the first that has any). */
static bool observed(const struct quality_tally *t,
    const struct quality_group *g, uint32_t group, int stratum,
    enum quality_kind kind, struct quality_fraction *f)
{
	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == QUALITY_OBSERVATION &&
		    g->population[g->population[i].of].kind == kind) {
			*f = quality_tally_observed(t, group, stratum, i);
			return true;
		}
	return false;
}

struct quality_fraction quality_tally_score(const struct quality_tally *t,
    uint32_t group, int stratum)
{
	const struct quality_group *g = &quality_tally_measure(t)->group[group];
	const struct quality_counts *c = quality_tally_counts(t, group,
	    stratum);
	struct quality_fraction num = { members(c, g, QUALITY_NUMERATOR) -
		members(c, g, QUALITY_NUMERATOR_EXCLUSION), 1 };
	struct quality_fraction den = { members(c, g, QUALITY_DENOMINATOR) -
		members(c, g, QUALITY_EXCLUSION), 1 };

	switch (g->scoring) {
	case QUALITY_PROPORTION:
		den.num -= members(c, g, QUALITY_EXCEPTION);
		return quotient(num, den);
	case QUALITY_RATIO:
		observed(t, g, group, stratum, QUALITY_NUMERATOR, &num);
		observed(t, g, group, stratum, QUALITY_DENOMINATOR, &den);
		return quotient(num, den);
	case QUALITY_CONTINUOUS:
		return observed(t, g, group, stratum, QUALITY_MEASURED, &num)
		    ? reduced(num) : (struct quality_fraction){ 0, 0 };
	default: return (struct quality_fraction){ 0, 0 };
	}
}

bool quality_fraction_text(struct buf *b, struct quality_fraction f,
    unsigned digits)
{
	unsigned __int128 rest, den = (unsigned __int128)f.den;
	uint64_t whole, part = 0, scale = 1;

	if (f.den <= 0)
		return false;
	rest = (unsigned __int128)(f.num < 0 ? -f.num : f.num);
	whole = (uint64_t)(rest / den);
	rest %= den;
	for (unsigned i = 0; i < digits; i++) {
		rest *= 10;
		part = part * 10 + (uint64_t)(rest / den);
		rest %= den;
		scale *= 10;
	}
	if (rest >= den - rest && ++part == scale) {
		part = 0;
		whole++;
	}
	buf_addf(b, "%s%llu", f.num < 0 && (whole || part) ? "-" : "",
	    (unsigned long long)whole);
	if (digits)
		buf_addf(b, ".%0*llu", (int)digits, (unsigned long long)part);
	return true;
}
