/* Aggregates over lists (CQL 1.5, 21). Nulls do not count. */
#include "elm/impl.h"

#include <math.h>
#include <stdlib.h>

/* The elements that are not null. */
static void gather(struct elm_list *out, struct elm_value list)
{
	for (uint32_t i = 0; list.kind == ELM_LIST && i < list.n; i++)
		if (list.list[i].kind != ELM_NULL)
			elm_list_add(out, list.list[i]);
}

/* Folds them with a binary operator; nothing when there are none. */
static struct elm_value fold(struct elm_ctx *c, struct elm_value list,
    elm_fn *fn)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	struct elm_value pair[2];

	gather(&l, list);
	if (l.n == 0)
		return ELM_NOTHING;
	pair[0] = l.v[0];
	for (uint32_t i = 1; i < l.n && pair[0].kind != ELM_NULL; i++) {
		pair[1] = l.v[i];
		pair[0] = fn(c, NULL, pair);
	}
	return pair[0];
}

static struct elm_value extreme(struct elm_ctx *c, struct elm_value list,
    enum elm_cmp wanted)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	struct elm_value best;

	gather(&l, list);
	if (l.n == 0)
		return ELM_NOTHING;
	best = l.v[0];
	for (uint32_t i = 1; i < l.n; i++)
		if (elm_compare(c, l.v[i], best, ELM_NO_PRECISION) == wanted)
			best = l.v[i];
	return best;
}

OPERATOR(count)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);

	gather(&l, v[0]);
	return elm_int(l.n);
}

OPERATOR(sum)
{
	return fold(c, v[0], elm_add);
}

OPERATOR(product)
{
	return fold(c, v[0], elm_multiply);
}

OPERATOR(min_of)
{
	return extreme(c, v[0], ELM_LESS);
}

OPERATOR(max_of)
{
	return extreme(c, v[0], ELM_MORE);
}

OPERATOR(all_true)
{
	for (uint32_t i = 0; v[0].kind == ELM_LIST && i < v[0].n; i++)
		if (elm_truth(v[0].list[i]) == TRI_FALSE)
			return elm_bool(false);
	return elm_bool(true);
}

OPERATOR(any_true)
{
	for (uint32_t i = 0; v[0].kind == ELM_LIST && i < v[0].n; i++)
		if (elm_truth(v[0].list[i]) == TRI_TRUE)
			return elm_bool(true);
	return elm_bool(false);
}

/* ---- means and deviations: decimals, or quantities of one unit ---- */

/* Decimal of a number or quantity, in the unit of the first of the list. */
static bool amounts(struct elm_ctx *c, struct elm_value list,
    struct elm_list *l, struct str *unit)
{
	int128 d;

	*unit = STR_NONE;
	gather(l, list);
	for (uint32_t i = 0; i < l->n; i++) {
		struct elm_value *v = &l->v[i];

		if (v->kind == ELM_QUANTITY) {
			if (i == 0)
				*unit = v->quantity->unit;
			if (!elm_unit_convert(v->quantity->unit, *unit,
				v->quantity->value, &d))
				return false;
			*v = elm_decimal(c, d, 8);
		} else if (!elm_is_number(*v)) {
			return false;
		}
	}
	return l->n > 0;
}

static struct elm_value result(struct elm_ctx *c, long double d,
    struct str unit)
{
	int128 value;

	if (!isfinite(d) || fabsl(d) >= 1e20L)
		return ELM_NOTHING;
	value = (int128)roundl(d * ELM_ONE);
	return unit.s ? elm_quantity(c, value, unit, 1)
		      : elm_decimal(c, value, 1);
}

static long double number(struct elm_value v)
{
	return (long double)elm_dec(v) / ELM_ONE;
}

static long double mean(const struct elm_list *l)
{
	int128 total = 0;

	for (uint32_t i = 0; i < l->n; i++)
		total += elm_dec(l->v[i]);
	return (long double)total / ELM_ONE / l->n;
}

/* Sum of squared deviations over n - less. */
static struct elm_value spread(struct elm_ctx *c, struct elm_value list,
    uint32_t less, bool root)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	long double middle, sum = 0;
	struct str unit;

	if (!amounts(c, list, &l, &unit) || l.n <= less)
		return ELM_NOTHING;
	middle = mean(&l);
	for (uint32_t i = 0; i < l.n; i++)
		sum += (number(l.v[i]) - middle) * (number(l.v[i]) - middle);
	sum /= l.n - less;
	return result(c, root ? sqrtl(sum) : sum, unit);
}

OPERATOR(avg)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	struct str unit;

	return amounts(c, v[0], &l, &unit) ? result(c, mean(&l), unit)
					   : ELM_NOTHING;
}

OPERATOR(variance)
{
	return spread(c, v[0], 1, false);
}

OPERATOR(population_variance)
{
	return spread(c, v[0], 0, false);
}

OPERATOR(std_dev)
{
	return spread(c, v[0], 1, true);
}

OPERATOR(population_std_dev)
{
	return spread(c, v[0], 0, true);
}

OPERATOR(geometric_mean)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	long double logs = 0;
	struct str unit;

	if (!amounts(c, v[0], &l, &unit))
		return ELM_NOTHING;
	for (uint32_t i = 0; i < l.n; i++) {
		if (elm_dec(l.v[i]) <= 0)
			return ELM_NOTHING;
		logs += logl(number(l.v[i]));
	}
	return result(c, expl(logs / l.n), unit);
}

static int by_amount(const void *x, const void *y)
{
	int128 a = elm_dec(*(const struct elm_value *)x);
	int128 b = elm_dec(*(const struct elm_value *)y);

	return (a > b) - (a < b);
}

OPERATOR(median)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	struct str unit;
	uint32_t half;

	if (!amounts(c, v[0], &l, &unit))
		return ELM_NOTHING;
	qsort(l.v, l.n, sizeof(*l.v), by_amount);
	half = l.n / 2;
	if (l.n % 2)
		return result(c, number(l.v[half]), unit);
	return result(c, (number(l.v[half - 1]) + number(l.v[half])) / 2, unit);
}

/* The most frequent value; of several, the first. */
OPERATOR(mode)
{
	ELM_LIST_AUTO l = ELM_LIST_INIT(c);
	struct elm_value best = ELM_NOTHING;
	uint32_t most = 0, count;

	gather(&l, v[0]);
	for (uint32_t i = 0; i < l.n; i++) {
		count = 0;
		for (uint32_t k = 0; k < l.n; k++)
			count += elm_same(c, l.v[i], l.v[k]) == TRI_TRUE;
		if (count > most) {
			most = count;
			best = l.v[i];
		}
	}
	return best;
}
