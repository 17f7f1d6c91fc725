/* Order, equality and equivalence (CQL 1.5, 12), and the logic on top. */
#include "elm/impl.h"

/* ---- order ---- */

/* Of an uncertainty: the least and the greatest it can be. */
static struct elm_value bound(struct elm_value v, bool high)
{
	if (v.kind == ELM_INTERVAL && v.interval->uncertain)
		return high ? v.interval->high : v.interval->low;
	return v;
}

static bool uncertain(struct elm_value v)
{
	return v.kind == ELM_INTERVAL && v.interval->uncertain;
}

static enum elm_cmp order(int128 a, int128 b)
{
	return a < b ? ELM_LESS : a > b ? ELM_MORE : ELM_SAME;
}

static enum elm_cmp compare_uncertain(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	if (elm_compare(c, bound(a, true), bound(b, false), 0) == ELM_LESS)
		return ELM_LESS;
	if (elm_compare(c, bound(a, false), bound(b, true), 0) == ELM_MORE)
		return ELM_MORE;
	return ELM_UNKNOWN;
}

static enum elm_cmp compare_quantities(const struct elm_quantity *a,
    const struct elm_quantity *b)
{
	int128 value;

	if (str_eq(a->unit, b->unit))
		return order(a->value, b->value);
	if (!elm_unit_convert(b->unit, a->unit, b->value, &value))
		return ELM_UNKNOWN;
	return order(a->value, value);
}

enum elm_cmp elm_compare(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision precision)
{
	int i;

	if (uncertain(a) || uncertain(b))
		return compare_uncertain(c, a, b);
	if (a.kind == ELM_FHIR)
		a = elm_unbox(c, a);
	if (b.kind == ELM_FHIR)
		b = elm_unbox(c, b);
	if (elm_is_number(a) && elm_is_number(b))
		return order(elm_dec(a), elm_dec(b));
	if (elm_is_time(a) && elm_is_time(b)) {
		if (a.kind != b.kind) {
			a = elm_to_datetime(c, a);
			b = elm_to_datetime(c, b);
			if (a.kind == ELM_NULL || b.kind == ELM_NULL)
				return ELM_UNKNOWN;
		}
		return elm_time_compare(c, a, b, precision);
	}
	if (a.kind == ELM_STRING && b.kind == ELM_STRING) {
		i = str_cmp(elm_str(a), elm_str(b));
		return i < 0 ? ELM_LESS : i > 0 ? ELM_MORE : ELM_SAME;
	}
	if (a.kind == ELM_QUANTITY && b.kind == ELM_QUANTITY)
		return compare_quantities(a.quantity, b.quantity);
	if (a.kind == ELM_BOOLEAN && b.kind == ELM_BOOLEAN)
		return order(a.i, b.i);
	return ELM_UNKNOWN;
}

int elm_order(struct elm_ctx *c, struct elm_value a, struct elm_value b)
{
	enum elm_cmp cmp;

	if (a.kind == ELM_FHIR)
		a = elm_unbox(c, a);
	if (b.kind == ELM_FHIR)
		b = elm_unbox(c, b);
	if (a.kind == ELM_NULL || b.kind == ELM_NULL)
		return (a.kind != ELM_NULL) - (b.kind != ELM_NULL);
	cmp = elm_compare(c, a, b, ELM_NO_PRECISION);
	if (cmp == ELM_UNKNOWN && elm_is_time(a) && elm_is_time(b))
		return a.precision - b.precision; /* the coarser one first */
	return cmp == ELM_UNKNOWN ? 0 : (int)cmp;
}

/* ---- equality (12.1) ---- */

static enum tri same_text(struct str a, struct str b)
{
	if (a.s == NULL && b.s == NULL)
		return TRI_TRUE;
	if (a.s == NULL || b.s == NULL)
		return TRI_NULL; /* as elements of a tuple */
	return str_eq(a, b) ? TRI_TRUE : TRI_FALSE;
}

static enum tri same_code(const struct elm_code *a, const struct elm_code *b)
{
	return tri_and(tri_and(same_text(a->code, b->code),
			   same_text(a->system, b->system)),
	    tri_and(same_text(a->version, b->version),
		same_text(a->display, b->display)));
}

static enum tri same_concept(const struct elm_concept *a,
    const struct elm_concept *b)
{
	enum tri t = same_text(a->display, b->display);

	if (a->n != b->n)
		return TRI_FALSE;
	for (uint32_t i = 0; i < a->n; i++)
		t = tri_and(t, same_code(a->codes[i], b->codes[i]));
	return t;
}

/* Elements that are null in both are equal; in one of them: unknown. */
static enum tri same_elements(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	if (a.kind == ELM_NULL && b.kind == ELM_NULL)
		return TRI_TRUE;
	return elm_same(c, a, b);
}

static enum tri same_lists(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	enum tri t = TRI_TRUE;

	if (a.n != b.n)
		return TRI_FALSE;
	for (uint32_t i = 0; i < a.n && t != TRI_FALSE; i++)
		t = tri_and(t, same_elements(c, a.list[i], b.list[i]));
	return t;
}

static struct elm_value element(const struct elm_tuple *t, struct str name,
    bool *found)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (str_eq(t->name[i], name)) {
			*found = true;
			return t->value[i];
		}
	*found = false;
	return ELM_NOTHING;
}

static enum tri same_tuples(struct elm_ctx *c, const struct elm_tuple *a,
    const struct elm_tuple *b)
{
	enum tri t = TRI_TRUE;
	bool found;

	if (a->n != b->n)
		return TRI_FALSE;
	for (uint32_t i = 0; i < a->n && t != TRI_FALSE; i++) {
		struct elm_value other = element(b, a->name[i], &found);

		t = tri_and(t, found ? same_elements(c, a->value[i], other)
				     : TRI_FALSE);
	}
	return t;
}

static enum tri same_fhir(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	if (a.kind == ELM_FHIR && b.kind == ELM_FHIR) {
		if (a.tape == b.tape && a.n == b.n)
			return TRI_TRUE;
		if (fhir_class_primitive(a.cls) && fhir_class_primitive(b.cls))
			return elm_same(c, elm_unbox(c, a), elm_unbox(c, b));
		return a.cls == b.cls &&
			tape_equal(a.tape, a.n, b.tape, b.n)
		    ? TRI_TRUE : TRI_FALSE;
	}
	a = elm_unbox(c, a);
	b = elm_unbox(c, b);
	return a.kind == ELM_FHIR || b.kind == ELM_FHIR ? TRI_FALSE
							 : elm_same(c, a, b);
}

static enum tri same_order(enum elm_cmp cmp)
{
	return cmp == ELM_UNKNOWN ? TRI_NULL
	    : cmp == ELM_SAME ? TRI_TRUE : TRI_FALSE;
}

enum tri elm_same(struct elm_ctx *c, struct elm_value a, struct elm_value b)
{
	if (a.kind == ELM_NULL || b.kind == ELM_NULL || c->failed ||
	    !elm_tick(c, 1))
		return TRI_NULL;
	if (a.kind == ELM_FHIR || b.kind == ELM_FHIR)
		return same_fhir(c, a, b);
	if (uncertain(a) || uncertain(b))
		return same_order(elm_compare(c, a, b, 0));
	if (a.kind != b.kind)
		return (elm_is_number(a) && elm_is_number(b)) ||
			(elm_is_time(a) && elm_is_time(b))
		    ? same_order(elm_compare(c, a, b, 0)) : TRI_FALSE;
	switch ((enum elm_kind)a.kind) {
	case ELM_RATIO:
		return tri_and(same_order(compare_quantities(
				   a.ratio->numerator, b.ratio->numerator)),
		    same_order(compare_quantities(a.ratio->denominator,
			b.ratio->denominator)));
	case ELM_CODE: return same_code(a.code, b.code);
	case ELM_CONCEPT: return same_concept(a.concept, b.concept);
	case ELM_VALUESET:
	case ELM_CODESYSTEM: return a.i == b.i ? TRI_TRUE : TRI_FALSE;
	case ELM_INTERVAL: return elm_interval_same(c, a, b);
	case ELM_LIST: return same_lists(c, a, b);
	case ELM_TUPLE: return same_tuples(c, a.tuple, b.tuple);
	default: return same_order(elm_compare(c, a, b, 0));
	}
}

int elm_equal(struct elm_ctx *c, struct elm_value a, struct elm_value b)
{
	return elm_same(c, a, b);
}

/* ---- equivalence (12.2) ---- */

/* The unit of a decimal's last digit that is no zero. */
static int128 last_place(int128 d)
{
	int128 unit = 1;

	while (unit < ELM_ONE && d % (unit * 10) == 0)
		unit *= 10;
	return unit;
}

static int128 rounded(int128 d, int128 unit)
{
	return (d < 0 ? d - unit / 2 : d + unit / 2) / unit;
}

/* Rounded to the precision of the less precise one. */
static bool alike_decimals(int128 a, int128 b)
{
	int128 x = last_place(a), y = last_place(b), unit = x > y ? x : y;

	return rounded(a, unit) == rounded(b, unit);
}

static bool alike_quantities(const struct elm_quantity *a,
    const struct elm_quantity *b)
{
	int128 value = b->value;

	return (elm_unit_equal(a->unit, b->unit) ||
		   elm_unit_convert(b->unit, a->unit, b->value, &value)) &&
	    alike_decimals(a->value, value);
}

/* The same share: each numerator by the other's denominator. */
static bool alike_ratios(struct elm_ctx *c, const struct elm_ratio *a,
    const struct elm_ratio *b)
{
	struct elm_value v[][2] = {
		{ { .kind = ELM_QUANTITY, .quantity = a->numerator },
		    { .kind = ELM_QUANTITY, .quantity = b->denominator } },
		{ { .kind = ELM_QUANTITY, .quantity = b->numerator },
		    { .kind = ELM_QUANTITY, .quantity = a->denominator } },
	};

	return elm_equivalent(c, elm_multiply(c, NULL, v[0]),
	    elm_multiply(c, NULL, v[1]));
}

static bool alike_code(const struct elm_code *a, const struct elm_code *b)
{
	return str_eq(a->code, b->code) && str_eq(a->system, b->system);
}

static bool alike_concepts(const struct elm_code *const *a, uint32_t n,
    const struct elm_code *const *b, uint32_t m)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < m; j++)
			if (alike_code(a[i], b[j]))
				return true;
	return false;
}

static bool alike_tuples(struct elm_ctx *c, const struct elm_tuple *a,
    const struct elm_tuple *b)
{
	bool found;

	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		struct elm_value other = element(b, a->name[i], &found);

		if (!found || !elm_equivalent(c, a->value[i], other))
			return false;
	}
	return true;
}

static bool alike_lists(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	if (a.n != b.n)
		return false;
	for (uint32_t i = 0; i < a.n; i++)
		if (!elm_equivalent(c, a.list[i], b.list[i]))
			return false;
	return true;
}

static bool alike_mixed(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	if (a.kind == ELM_CODE && b.kind == ELM_CONCEPT)
		return alike_concepts(&a.code, 1, b.concept->codes,
		    b.concept->n);
	if (a.kind == ELM_CONCEPT && b.kind == ELM_CODE)
		return alike_mixed(c, b, a);
	return elm_same(c, a, b) == TRI_TRUE;
}

static bool alike_intervals(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	return elm_equivalent(c, elm_start(c, a), elm_start(c, b)) &&
	    elm_equivalent(c, elm_end(c, a), elm_end(c, b));
}

bool elm_equivalent(struct elm_ctx *c, struct elm_value a, struct elm_value b)
{
	if (a.kind == ELM_NULL || b.kind == ELM_NULL)
		return a.kind == b.kind;
	if (c->failed || !elm_tick(c, 1))
		return false;
	if (a.kind == ELM_FHIR || b.kind == ELM_FHIR) {
		struct elm_value x = elm_unbox(c, a), y = elm_unbox(c, b);

		if (x.kind == ELM_FHIR || y.kind == ELM_FHIR)
			return same_fhir(c, a, b) == TRI_TRUE;
		return elm_equivalent(c, x, y);
	}
	if (elm_is_number(a) && elm_is_number(b))
		return alike_decimals(elm_dec(a), elm_dec(b));
	if (a.kind != b.kind)
		return alike_mixed(c, a, b);
	switch ((enum elm_kind)a.kind) {
	case ELM_STRING: return elm_alike_text(c, elm_str(a), elm_str(b));
	case ELM_CODE: return alike_code(a.code, b.code);
	case ELM_CONCEPT:
		return alike_concepts(a.concept->codes, a.concept->n,
		    b.concept->codes, b.concept->n);
	case ELM_INTERVAL: return alike_intervals(c, a, b);
	case ELM_LIST: return alike_lists(c, a, b);
	case ELM_TUPLE: return alike_tuples(c, a.tuple, b.tuple);
	case ELM_QUANTITY: return alike_quantities(a.quantity, b.quantity);
	case ELM_RATIO: return alike_ratios(c, a.ratio, b.ratio);
	default: return elm_same(c, a, b) == TRI_TRUE;
	}
}

/* ---- operators ---- */

OPERATOR(op_equal)
{
	return elm_tri(elm_same(c, v[0], v[1]));
}

OPERATOR(not_equal)
{
	return elm_tri(tri_not(elm_same(c, v[0], v[1])));
}

OPERATOR(op_equivalent)
{
	return elm_bool(elm_equivalent(c, v[0], v[1]));
}

/* a < b, or a <= b; of an uncertainty, what holds for all it can be. */
static struct elm_value less(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, bool or_equal)
{
	enum elm_cmp cmp;

	if (!uncertain(a) && !uncertain(b)) {
		cmp = elm_compare(c, a, b, ELM_NO_PRECISION);
		if (cmp == ELM_UNKNOWN)
			return ELM_NOTHING;
		return elm_bool(cmp == ELM_LESS ||
		    (or_equal && cmp == ELM_SAME));
	}
	cmp = elm_compare(c, bound(a, true), bound(b, false), 0);
	if (cmp == ELM_LESS || (or_equal && cmp == ELM_SAME))
		return elm_bool(true);
	cmp = elm_compare(c, bound(a, false), bound(b, true), 0);
	if (cmp == ELM_MORE || (!or_equal && cmp == ELM_SAME))
		return elm_bool(false);
	return ELM_NOTHING;
}

OPERATOR(less)
{
	return less(c, v[0], v[1], false);
}

OPERATOR(less_or_equal)
{
	return less(c, v[0], v[1], true);
}

OPERATOR(greater)
{
	return less(c, v[1], v[0], false);
}

OPERATOR(greater_or_equal)
{
	return less(c, v[1], v[0], true);
}

/* ---- logic (13), nulls (14), choice (15.2) ---- */

/* The operand that decides alone does so on either side, even when the other
 * one fails: the specification names no order. */
static struct elm_value decided(struct elm_ctx *c, const struct elm_node *n,
    enum tri by, enum tri (*fn)(enum tri a, enum tri b))
{
	enum tri a = elm_truth(elm_run(c, n->arg[0])), b;
	bool failed = c->failed;
	struct ehr_err why;

	if (!failed) {
		if (a == by)
			return elm_tri(a);
		return elm_tri(fn(a, elm_truth(elm_run(c, n->arg[1]))));
	}
	if (c->fatal)
		return ELM_NOTHING;
	why = c->err;
	c->failed = false;
	b = elm_truth(elm_run(c, n->arg[1]));
	if (!c->failed && b == by)
		return elm_tri(b);
	c->failed = true;
	c->err = why;
	return ELM_NOTHING;
}

OPERATOR(and)
{
	return decided(c, n, TRI_FALSE, tri_and);
}

OPERATOR(or)
{
	return decided(c, n, TRI_TRUE, tri_or);
}

OPERATOR(implies)
{
	enum tri a = elm_truth(elm_run(c, n->arg[0]));

	if (a == TRI_FALSE)
		return elm_bool(true);
	return elm_tri(tri_or(tri_not(a), elm_truth(elm_run(c, n->arg[1]))));
}

OPERATOR(not)
{
	return elm_tri(tri_not(elm_truth(v[0])));
}

OPERATOR(xor)
{
	return elm_bool(v[0].i != v[1].i);
}

OPERATOR(coalesce)
{
	struct elm_value one;

	for (uint32_t i = 0; i < n->args; i++) {
		one = elm_run(c, n->arg[i]);
		if (n->args == 1 && one.kind == ELM_LIST) {
			for (uint32_t k = 0; k < one.n; k++)
				if (one.list[k].kind != ELM_NULL)
					return one.list[k];
			return ELM_NOTHING;
		}
		if (one.kind != ELM_NULL)
			return one;
	}
	return ELM_NOTHING;
}

OPERATOR(is_null)
{
	return elm_bool(v[0].kind == ELM_NULL);
}

OPERATOR(is_true)
{
	return elm_bool(elm_truth(v[0]) == TRI_TRUE);
}

OPERATOR(is_false)
{
	return elm_bool(elm_truth(v[0]) == TRI_FALSE);
}

OPERATOR(if)
{
	return elm_run(c,
	    n->arg[elm_truth(elm_run(c, n->arg[0])) == TRI_TRUE ? 1 : 2]);
}
