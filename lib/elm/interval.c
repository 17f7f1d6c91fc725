/*
 * Intervals (CQL 1.5, 19). A closed bound that is null is the end of the
 * point type, an open one is not known: comparing with it gives null, unless
 * something else decides.
 */
#include "elm/impl.h"

/* ---- edges: the first and last point ---- */

enum edge_kind { KNOWN, UNKNOWN, LEAST, GREATEST };

/* v: of a KNOWN one itself; of an UNKNOWN one the interval's other bound, which
 * it cannot pass, or null; of an end of the type a value of that type. */
struct edge {
	enum edge_kind kind;
	bool high;
	struct elm_value v;
};

/* The point beside v; unknown at the end of its type. */
static struct elm_value beside(struct elm_ctx *c, struct elm_value v, int by)
{
	bool failed = c->failed;
	struct elm_value next = elm_step(c, v, by);

	if (next.kind == ELM_NULL)
		c->failed = failed;
	return next;
}

/* The type of a bound that is null, by the other one or by how the expression
 * has it ("null as Integer": kind in precision, see interval_of). */
static struct elm_value like(struct elm_value at, struct elm_value other)
{
	if (other.kind != ELM_NULL)
		return other;
	return (struct elm_value){ .kind = at.precision };
}

static struct edge edge(struct elm_ctx *c, struct elm_value v, bool high)
{
	const struct elm_interval *i = v.interval;
	struct elm_value at, other;
	bool closed;

	if (v.kind != ELM_INTERVAL) /* a point stands for itself */
		return (struct edge){ v.kind == ELM_NULL ? UNKNOWN : KNOWN,
			high, v };
	at = high ? i->high : i->low;
	other = high ? i->low : i->high;
	closed = high ? i->high_closed : i->low_closed;
	if (at.kind == ELM_NULL && closed) {
		other = like(at, other);
		return (struct edge){ other.kind == ELM_NULL ? UNKNOWN
			    : high ? GREATEST : LEAST, high, other };
	}
	if (at.kind == ELM_NULL)
		return (struct edge){ UNKNOWN, high, other };
	if (!closed)
		at = beside(c, at, high ? -1 : 1);
	return (struct edge){ at.kind == ELM_NULL ? UNKNOWN : KNOWN, high, at };
}

static struct edge low(struct elm_ctx *c, struct elm_value v)
{
	return edge(c, v, false);
}

static struct edge high(struct elm_ctx *c, struct elm_value v)
{
	return edge(c, v, true);
}

static struct elm_value as_value(struct elm_ctx *c, struct edge e)
{
	if (e.kind == LEAST)
		return elm_min(c, e.v);
	if (e.kind == GREATEST)
		return elm_max(c, e.v);
	return e.kind == KNOWN ? e.v : ELM_NOTHING;
}

struct elm_value elm_start(struct elm_ctx *c, struct elm_value v)
{
	return v.kind == ELM_INTERVAL ? as_value(c, low(c, v)) : ELM_NOTHING;
}

struct elm_value elm_end(struct elm_ctx *c, struct elm_value v)
{
	return v.kind == ELM_INTERVAL ? as_value(c, high(c, v)) : ELM_NOTHING;
}

/* One is not known, but it lies between an end of the type and its interval's
 * other bound: enough to tell when that lies beyond the other edge. */
static enum elm_cmp compare_unknown(struct elm_ctx *c, struct edge a,
    struct edge b, enum elm_precision precision)
{
	enum elm_cmp cmp;

	if (a.kind == LEAST || a.kind == GREATEST || b.kind == LEAST ||
	    b.kind == GREATEST)
		return ELM_UNKNOWN;
	cmp = elm_compare(c, a.v, b.v, precision);
	if (cmp == ELM_LESS && (a.kind == KNOWN || !a.high) &&
	    (b.kind == KNOWN || b.high))
		return ELM_LESS;
	if (cmp == ELM_MORE && (a.kind == KNOWN || a.high) &&
	    (b.kind == KNOWN || !b.high))
		return ELM_MORE;
	return ELM_UNKNOWN;
}

static enum elm_cmp compare(struct elm_ctx *c, struct edge a, struct edge b,
    enum elm_precision precision)
{
	if (a.kind == UNKNOWN || b.kind == UNKNOWN)
		return compare_unknown(c, a, b, precision);
	if (a.kind == b.kind && a.kind != KNOWN)
		return ELM_SAME;
	if (a.kind != KNOWN && b.kind != KNOWN)
		return a.kind == LEAST ? ELM_LESS : ELM_MORE;
	return elm_compare(c, as_value(c, a), as_value(c, b), precision);
}

static enum tri is_less(struct elm_ctx *c, struct edge a, struct edge b,
    enum elm_precision p, bool or_same)
{
	enum elm_cmp cmp = compare(c, a, b, p);

	if (cmp == ELM_UNKNOWN)
		return TRI_NULL;
	return cmp == ELM_LESS || (or_same && cmp == ELM_SAME) ? TRI_TRUE
							       : TRI_FALSE;
}

static enum tri is_same(struct elm_ctx *c, struct edge a, struct edge b,
    enum elm_precision p)
{
	enum elm_cmp cmp = compare(c, a, b, p);

	if (cmp == ELM_UNKNOWN)
		return TRI_NULL;
	return cmp == ELM_SAME ? TRI_TRUE : TRI_FALSE;
}

#define IS_LESS(a, b) is_less(c, a, b, p, false)
#define IS_MOST(a, b) is_less(c, a, b, p, true)
#define IS_SAME(a, b) is_same(c, a, b, p)

/* ---- relations of two intervals (or points) at a precision ---- */

typedef enum tri relation(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p);

static enum tri before(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return IS_LESS(high(c, a), low(c, b));
}

static enum tri same_or_before(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return IS_MOST(high(c, a), low(c, b));
}

static enum tri same_as(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_SAME(low(c, a), low(c, b)),
	    IS_SAME(high(c, a), high(c, b)));
}

static enum tri includes(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_MOST(low(c, a), low(c, b)),
	    IS_MOST(high(c, b), high(c, a)));
}

/* A point is properly in when it is no end; an interval when it is not the
 * same. */
static enum tri properly_includes(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	if (b.kind != ELM_INTERVAL)
		return tri_and(IS_LESS(low(c, a), low(c, b)),
		    IS_LESS(high(c, b), high(c, a)));
	return tri_and(includes(c, a, b, p), tri_not(same_as(c, a, b, p)));
}

static enum tri overlaps(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_MOST(low(c, a), high(c, b)),
	    IS_MOST(low(c, b), high(c, a)));
}

static enum tri overlaps_before(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_LESS(low(c, a), low(c, b)), overlaps(c, a, b, p));
}

static enum tri overlaps_after(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_LESS(high(c, b), high(c, a)), overlaps(c, a, b, p));
}

/* The point behind an edge, at a precision if there is one. */
static struct edge following(struct elm_ctx *c, struct edge e,
    enum elm_precision p)
{
	if (e.kind != KNOWN)
		return e;
	e.v = p == ELM_NO_PRECISION || !elm_is_time(e.v)
	    ? beside(c, e.v, 1) : elm_time_add(e.v, 1, p);
	if (e.v.kind == ELM_NULL)
		e.kind = UNKNOWN;
	return e;
}

/* An end of the type meets nothing. */
static enum tri meets_before(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	struct edge last = high(c, a), first = low(c, b);

	if (last.kind == GREATEST || first.kind == LEAST)
		return TRI_FALSE;
	return IS_SAME(following(c, last, p), first);
}

static enum tri meets(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_or(meets_before(c, a, b, p), meets_before(c, b, a, p));
}

static enum tri starts(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_SAME(low(c, a), low(c, b)),
	    IS_MOST(high(c, a), high(c, b)));
}

static enum tri ends(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision p)
{
	return tri_and(IS_SAME(high(c, a), high(c, b)),
	    IS_MOST(low(c, b), low(c, a)));
}

enum tri elm_interval_same(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	return same_as(c, a, b, ELM_NO_PRECISION);
}

enum tri elm_interval_has(struct elm_ctx *c, struct elm_value interval,
    struct elm_value point, enum elm_precision precision)
{
	return includes(c, interval, point, precision);
}

#define RELATION(name, rel, x, y) \
	OPERATOR(name) \
	{ \
		return elm_tri(rel(c, v[x], v[y], \
		    (enum elm_precision)n->precision)); \
	}
RELATION(before, before, 0, 1)
RELATION(after, before, 1, 0)
RELATION(same_as, same_as, 0, 1)
RELATION(same_or_before, same_or_before, 0, 1)
RELATION(same_or_after, same_or_before, 1, 0)
RELATION(overlaps, overlaps, 0, 1)
RELATION(overlaps_before, overlaps_before, 0, 1)
RELATION(overlaps_after, overlaps_after, 0, 1)
RELATION(meets, meets, 0, 1)
RELATION(meets_before, meets_before, 0, 1)
RELATION(meets_after, meets_before, 1, 0)
RELATION(starts, starts, 0, 1)
RELATION(ends, ends, 0, 1)

/* ---- containing: of intervals here, of lists in list.c ---- */

enum tri elm_interval_includes(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, bool proper, enum elm_precision p)
{
	return proper ? properly_includes(c, a, b, p) : includes(c, a, b, p);
}

/* ---- taking apart ---- */

OPERATOR(start_of)
{
	return elm_start(c, v[0]);
}

OPERATOR(end_of)
{
	return elm_end(c, v[0]);
}

OPERATOR(point_from)
{
	enum tri one = elm_same(c, elm_start(c, v[0]), elm_end(c, v[0]));

	if (one == TRI_FALSE)
		return elm_fail(c, "PointFrom: the interval is no single point");
	return one == TRI_TRUE ? elm_start(c, v[0]) : ELM_NOTHING;
}

static struct elm_value minus(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	struct elm_value v[] = { a, b };

	if (elm_is_time(a))
		return elm_fail(c, "Width: of dates or times");
	return elm_subtract(c, NULL, v);
}

OPERATOR(width)
{
	struct elm_value a, b;

	if (v[0].kind != ELM_INTERVAL)
		return ELM_NOTHING;
	a = elm_start(c, v[0]);
	b = elm_end(c, v[0]);
	return a.kind == ELM_NULL || b.kind == ELM_NULL ? ELM_NOTHING
							 : minus(c, b, a);
}

/* Width and one point (19.28). */
OPERATOR(size)
{
	struct elm_value wide = elm_width(c, n, v);

	return wide.kind == ELM_NULL ? wide : elm_step(c, wide, 1);
}

/* The kind of value that "null as TYPE" says, or ELM_NULL. */
static uint8_t null_kind(const struct elm_node *n)
{
	return n && n->op->fn == elm_as && n->type->kind == ELM_T_SYSTEM
	    ? n->type->system : ELM_NULL;
}

/* Whether the bounds are in order is looked at where they are written down
 * (load); a period of a record may be the wrong way round and is kept. */
OPERATOR(interval_of)
{
	struct elm_value a = n->args > 0 ? v[0] : ELM_NOTHING;
	struct elm_value b = n->args > 1 ? v[1] : ELM_NOTHING;
	bool low_closed = n->flag, high_closed = n->flag2;

	if (a.kind == ELM_NULL && n->args > 0)
		a.precision = null_kind(n->arg[0]);
	if (b.kind == ELM_NULL && n->args > 1)
		b.precision = null_kind(n->arg[1]);
	/* Of a conversion of no interval: not known to be closed. */
	if (n->args > 2 && n->arg[2])
		low_closed = elm_truth(v[2]) == TRI_TRUE;
	if (n->args > 3 && n->arg[3])
		high_closed = elm_truth(v[3]) == TRI_TRUE;
	return elm_interval(c, a, b, low_closed, high_closed);
}

/* ---- union, intersect, except (19.31, 19.15, 19.10) ---- */

/* The bound of a or b that lies lower (or higher). */
static struct elm_value pick(struct elm_value a, struct elm_value b,
    bool first, bool high_bound, bool *closed)
{
	const struct elm_interval *i = first ? a.interval : b.interval;

	*closed = high_bound ? i->high_closed : i->low_closed;
	return high_bound ? i->high : i->low;
}

struct elm_value elm_interval_union(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	enum elm_precision p = ELM_NO_PRECISION;
	struct elm_value from, to;
	enum tri left, right;
	bool lc, hc;

	if (tri_or(overlaps(c, a, b, p), meets(c, a, b, p)) != TRI_TRUE)
		return ELM_NOTHING;
	left = IS_MOST(low(c, a), low(c, b));
	right = IS_MOST(high(c, b), high(c, a));
	if (left == TRI_NULL || right == TRI_NULL)
		return ELM_NOTHING;
	from = pick(a, b, left == TRI_TRUE, false, &lc);
	to = pick(a, b, right == TRI_TRUE, true, &hc);
	return elm_interval(c, from, to, lc, hc);
}

struct elm_value elm_interval_intersect(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	enum elm_precision p = ELM_NO_PRECISION;
	struct elm_value from = ELM_NOTHING, to = ELM_NOTHING;
	bool lc = false, hc = false;
	enum tri left, right;

	if (overlaps(c, a, b, p) == TRI_FALSE)
		return ELM_NOTHING;
	left = IS_MOST(low(c, b), low(c, a));
	right = IS_MOST(high(c, a), high(c, b));
	if (left != TRI_NULL)
		from = pick(a, b, left == TRI_TRUE, false, &lc);
	if (right != TRI_NULL)
		to = pick(a, b, right == TRI_TRUE, true, &hc);
	return elm_interval(c, from, to, lc, hc);
}

/* What is left must be one interval. */
struct elm_value elm_interval_except(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	enum elm_precision p = ELM_NO_PRECISION;
	enum tri left = IS_LESS(low(c, a), low(c, b));
	enum tri right = IS_LESS(high(c, b), high(c, a));
	enum tri over = overlaps(c, a, b, p);

	if (over == TRI_FALSE)
		return a;
	if (over == TRI_NULL || left == TRI_NULL || right == TRI_NULL ||
	    left == right)
		return ELM_NOTHING;
	if (left == TRI_TRUE)
		return elm_interval(c, a.interval->low,
		    beside(c, low(c, b).v, -1), a.interval->low_closed, true);
	return elm_interval(c, beside(c, high(c, b).v, 1), a.interval->high,
	    true, a.interval->high_closed);
}

bool elm_interval_valid(struct elm_ctx *c, struct elm_value v)
{
	return compare(c, low(c, v), high(c, v), ELM_NO_PRECISION) != ELM_MORE;
}
