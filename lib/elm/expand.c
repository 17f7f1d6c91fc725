/* Collapse and Expand (CQL 1.5, 19.4, 19.11). */
#include "elm/impl.h"

#include <stdlib.h>

/* ---- collapse ---- */

static void sort_by_start(struct elm_ctx *c, struct elm_value *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) { /* short lists, mostly in order */
		struct elm_value one = v[i];
		struct elm_value start = elm_start(c, one);
		uint32_t k = i;

		for (; k > 0 && elm_tick(c, 1) &&
		     elm_order(c, elm_start(c, v[k - 1]), start) > 0; k--)
			v[k] = v[k - 1];
		v[k] = one;
	}
}

/* Does what starts at `next` continue what ends at `end`? */
static bool continues(struct elm_ctx *c, struct elm_value end,
    struct elm_value next, struct elm_value per)
{
	enum elm_cmp cmp = elm_compare(c, next, end, ELM_NO_PRECISION);
	struct elm_value v[] = { end, per };

	if (cmp == ELM_LESS || cmp == ELM_SAME)
		return true;
	if (per.kind == ELM_NULL) {
		if (elm_compare(c, end, elm_max(c, end), 0) == ELM_SAME)
			return true;
		v[0] = elm_step(c, end, 1);
	} else {
		if (!elm_is_time(end) && end.kind != ELM_QUANTITY)
			v[1] = elm_decimal(c, per.quantity->value, 8);
		v[0] = elm_add(c, NULL, v);
	}
	cmp = elm_compare(c, next, v[0], ELM_NO_PRECISION);
	return cmp == ELM_LESS || cmp == ELM_SAME;
}

static struct elm_value later(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	return elm_compare(c, elm_end(c, a), elm_end(c, b), 0) == ELM_LESS ? b
									    : a;
}

OPERATOR(collapse)
{
	ELM_LIST_AUTO all = ELM_LIST_INIT(c);
	struct elm_list out = ELM_LIST_INIT(c);
	struct elm_value per = n->args > 1 ? v[1] : ELM_NOTHING;
	struct elm_value now = ELM_NOTHING, end;

	if (v[0].kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < v[0].n; i++)
		if (v[0].list[i].kind == ELM_INTERVAL &&
		    (elm_start(c, v[0].list[i]).kind != ELM_NULL ||
			elm_end(c, v[0].list[i]).kind != ELM_NULL))
			elm_list_add(&all, v[0].list[i]);
	sort_by_start(c, all.v, all.n);
	for (uint32_t i = 0; i < all.n; i++) {
		struct elm_value next = all.v[i];

		if (now.kind != ELM_NULL && continues(c, elm_end(c, now),
			elm_start(c, next), per)) {
			end = later(c, now, next);
			now = elm_interval(c, now.interval->low,
			    end.interval->high, now.interval->low_closed,
			    end.interval->high_closed);
			continue;
		}
		if (now.kind != ELM_NULL)
			elm_list_add(&out, now);
		now = next;
	}
	if (now.kind != ELM_NULL)
		elm_list_add(&out, now);
	return elm_list_done(&out);
}

/* ---- expand ---- */

struct expansion {
	struct elm_ctx *c;
	struct elm_list *out;
	bool points; /* of one interval: the points, not intervals */
};

static bool emit(struct expansion *x, struct elm_value low,
    struct elm_value high)
{
	if (x->out->n >= ELM_LIST_MAX) {
		elm_fail(x->c, "Expand: over %d elements", ELM_LIST_MAX);
		return false;
	}
	if (!elm_tick(x->c, 1))
		return false;
	if (!x->points)
		low = elm_interval(x->c, low, high, true, true);
	elm_list_add(x->out, low);
	return true;
}

static struct elm_value number_like(struct elm_ctx *c, struct elm_value like,
    int128 d, unsigned digits)
{
	if (like.kind == ELM_QUANTITY)
		return elm_quantity(c, d, like.quantity->unit, digits);
	return like.kind == ELM_DECIMAL ? elm_decimal(c, d, digits)
					: elm_whole(like.kind, d / ELM_ONE);
}

static int128 amount(struct elm_value v)
{
	return v.kind == ELM_QUANTITY ? v.quantity->value : elm_dec(v);
}

static void expand_numbers(struct expansion *x, struct elm_value low,
    struct elm_value high, struct elm_value per)
{
	int128 step = per.kind == ELM_NULL ? ELM_ONE : per.quantity->value;
	int128 unit = ELM_ONE, end = amount(high), at = amount(low);
	unsigned digits = 0;

	if (low.kind == ELM_QUANTITY && per.kind != ELM_NULL &&
	    !elm_unit_convert(per.quantity->unit, low.quantity->unit, step,
		&step))
		return;
	for (; step % unit != 0 && digits < 8; digits++)
		unit /= 10;
	if (digits > 0 && (low.kind == ELM_INTEGER || low.kind == ELM_LONG))
		low = elm_decimal(x->c, at, digits), end += ELM_ONE - unit;
	if (step <= 0)
		return;
	at -= (at % unit + unit) % unit;
	end -= (end % unit + unit) % unit;
	for (; at + step - unit <= end; at += step)
		if (!emit(x, number_like(x->c, low, at, digits),
			number_like(x->c, low, at + step - unit, digits)))
			return;
}

static void expand_times(struct expansion *x, struct elm_value low,
    struct elm_value high, struct elm_value per)
{
	enum elm_precision unit = (enum elm_precision)low.precision;
	int64_t count = 1, step;
	struct elm_value next, last;

	if (per.kind != ELM_NULL) {
		unit = elm_time_unit(per.quantity->unit);
		count = (int64_t)(per.quantity->value / ELM_ONE);
	}
	step = unit == ELM_WEEK ? count * 7 : count;
	if (unit == ELM_WEEK)
		unit = ELM_DAY;
	if (unit == ELM_NO_PRECISION || step <= 0 || unit > low.precision ||
	    unit > high.precision)
		return;
	low.precision = high.precision = (uint8_t)unit;
	low = elm_time_within(low, low.i);
	high = elm_time_within(high, high.i);
	for (;; low = next) {
		next = elm_time_add(low, step, unit);
		last = next.kind == ELM_NULL ? high
					     : elm_time_add(next, -1, unit);
		if (elm_compare(x->c, last, high, 0) == ELM_MORE ||
		    !emit(x, low, last) || next.kind == ELM_NULL)
			return;
	}
}

static void expand_one(struct expansion *x, struct elm_value interval,
    struct elm_value per)
{
	struct elm_value low = elm_start(x->c, interval);
	struct elm_value high = elm_end(x->c, interval);

	if (low.kind == ELM_NULL || high.kind == ELM_NULL)
		return;
	if (elm_is_time(low))
		expand_times(x, low, high, per);
	else if (elm_is_number(low) || low.kind == ELM_QUANTITY)
		expand_numbers(x, low, high, per);
}

OPERATOR(expand)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct expansion x = { c, &out, v[0].kind == ELM_INTERVAL };
	struct elm_value per = n->args > 1 && v[1].kind == ELM_QUANTITY
	    ? v[1] : ELM_NOTHING;

	if (v[0].kind == ELM_INTERVAL)
		expand_one(&x, v[0], per);
	else if (v[0].kind == ELM_LIST)
		for (uint32_t i = 0; i < v[0].n; i++)
			expand_one(&x, v[0].list[i], per);
	else
		return ELM_NOTHING;
	return elm_list_done(&out);
}
