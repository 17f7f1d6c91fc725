/* Lists (CQL 1.5, 20), and the operators that take intervals too. */
#include "elm/impl.h"

/* ---- growing ---- */

void elm_list_add(struct elm_list *l, struct elm_value v)
{
	if (l->n == l->cap) {
		if (l->n >= ELM_LIST_MAX) {
			elm_fail(l->c, "a list of over %d elements",
			    ELM_LIST_MAX);
			return;
		}
		if (!elm_tick(l->c, l->n) ||
		    l->cap * 2 * sizeof(*l->v) > l->c->limits.memory) {
			elm_spent(l->c);
			return;
		}
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = xrealloc(l->v, l->cap * sizeof(*l->v));
	}
	l->v[l->n++] = v;
}

struct elm_value elm_list_done(struct elm_list *l)
{
	struct elm_value v = { .kind = ELM_LIST, .n = l->n };
	struct elm_value *copy;

	if (l->n > 0) {
		copy = arena_alloc(&l->c->arena, l->n * sizeof(*copy));
		memcpy(copy, l->v, l->n * sizeof(*copy));
		v.list = copy;
	}
	elm_list_release(l);
	return v;
}

void elm_list_release(struct elm_list *l)
{
	free(l->v);
	l->v = NULL;
	l->n = l->cap = 0;
}

/* ---- membership ---- */

/* Equal, and null like null. */
static bool alike(struct elm_ctx *c, struct elm_value a, struct elm_value b)
{
	if (a.kind == ELM_NULL || b.kind == ELM_NULL)
		return a.kind == b.kind;
	return elm_same(c, a, b) == TRI_TRUE;
}

static bool among(struct elm_ctx *c, const struct elm_value *list, uint32_t n,
    struct elm_value v)
{
	for (uint32_t i = 0; i < n && !c->failed; i++)
		if (alike(c, list[i], v))
			return true;
	return false;
}

enum tri elm_list_has(struct elm_ctx *c, struct elm_value list,
    struct elm_value v)
{
	return among(c, list.list, list.n, v) ? TRI_TRUE : TRI_FALSE;
}

static enum tri list_includes(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, bool proper)
{
	for (uint32_t i = 0; i < b.n; i++)
		if (!among(c, a.list, a.n, b.list[i]))
			return TRI_FALSE;
	return !proper || a.n > b.n ? TRI_TRUE : TRI_FALSE;
}

/* Does a hold b: an element or a point, or each of b's? A missing container
 * holds nothing (20.2); of two intervals or lists a missing one is unknown. */
static enum tri holds(struct elm_ctx *c, struct elm_value a, struct elm_value b,
    bool proper, bool element, enum elm_precision p)
{
	if (a.kind == ELM_NULL)
		return element ? TRI_FALSE : TRI_NULL;
	if (a.kind == ELM_INTERVAL) {
		if (b.kind == ELM_NULL)
			return TRI_NULL;
		return elm_interval_includes(c, a, b, proper, p);
	}
	if (a.kind != ELM_LIST)
		return TRI_NULL;
	if (element || (b.kind != ELM_LIST && b.kind != ELM_NULL))
		return !among(c, a.list, a.n, b) ? TRI_FALSE
		    : !proper || a.n > 1 ? TRI_TRUE : TRI_FALSE;
	return b.kind == ELM_NULL ? TRI_NULL : list_includes(c, a, b, proper);
}

#define HOLDS(name, x, y, proper, element) \
	OPERATOR(name) \
	{ \
		return elm_tri(holds(c, v[x], v[y], proper, element, \
		    (enum elm_precision)n->precision)); \
	}
HOLDS(contains, 0, 1, false, true)
HOLDS(in, 1, 0, false, true)
HOLDS(proper_contains, 0, 1, true, true)
HOLDS(proper_in, 1, 0, true, true)
HOLDS(includes, 0, 1, false, false)
HOLDS(included_in, 1, 0, false, false)
HOLDS(proper_includes, 0, 1, true, false)
HOLDS(proper_included_in, 1, 0, true, false)

/* ---- sets ---- */

struct elm_value elm_distinct(struct elm_ctx *c, struct elm_value list)
{
	struct elm_list out = ELM_LIST_INIT(c);

	for (uint32_t i = 0; i < list.n; i++)
		if (!among(c, out.v, out.n, list.list[i]))
			elm_list_add(&out, list.list[i]);
	return elm_list_done(&out);
}

OPERATOR(op_distinct)
{
	return v[0].kind == ELM_LIST ? elm_distinct(c, v[0]) : ELM_NOTHING;
}

/* Elements of a that b has (or has not), each once. */
static struct elm_value sift(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, bool wanted)
{
	struct elm_list out = ELM_LIST_INIT(c);

	for (uint32_t i = 0; i < a.n; i++)
		if (among(c, b.list, b.n, a.list[i]) == wanted &&
		    !among(c, out.v, out.n, a.list[i]))
			elm_list_add(&out, a.list[i]);
	return elm_list_done(&out);
}

/* Says the model that a null operand is a list? */
static bool null_list(const struct elm_node *n)
{
	return n->type && n->type->kind == ELM_T_LIST;
}

static const struct elm_value no_elements = { .kind = ELM_LIST };

OPERATOR(union)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (v[0].kind == ELM_INTERVAL && v[1].kind == ELM_INTERVAL)
		return elm_interval_union(c, v[0], v[1]);
	if (v[0].kind != ELM_LIST && v[1].kind != ELM_LIST)
		return null_list(n->arg[0]) || null_list(n->arg[1])
		    ? no_elements : ELM_NOTHING;
	for (int k = 0; k < 2; k++)
		for (uint32_t i = 0; v[k].kind == ELM_LIST && i < v[k].n; i++)
			if (!among(c, out.v, out.n, v[k].list[i]))
				elm_list_add(&out, v[k].list[i]);
	return elm_list_done(&out);
}

OPERATOR(intersect)
{
	if (v[0].kind == ELM_INTERVAL && v[1].kind == ELM_INTERVAL)
		return elm_interval_intersect(c, v[0], v[1]);
	if (v[0].kind != ELM_LIST || v[1].kind != ELM_LIST)
		return ELM_NOTHING;
	return sift(c, v[0], v[1], true);
}

OPERATOR(except)
{
	if (v[0].kind == ELM_INTERVAL && v[1].kind == ELM_INTERVAL)
		return elm_interval_except(c, v[0], v[1]);
	if (v[0].kind != ELM_LIST)
		return ELM_NOTHING;
	return sift(c, v[0], v[1].kind == ELM_LIST ? v[1] : no_elements, false);
}

OPERATOR(times)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (v[0].kind != ELM_LIST || v[1].kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < v[0].n; i++)
		for (uint32_t k = 0; k < v[1].n && !c->failed; k++)
			elm_list_add(&out, elm_merged(c, v[0].list[i],
			    v[1].list[k]));
	return elm_list_done(&out);
}

/* ---- elements ---- */

OPERATOR(list_of)
{
	struct elm_list out = ELM_LIST_INIT(c);

	for (uint32_t i = 0; i < n->args; i++)
		elm_list_add(&out, elm_run(c, n->arg[i]));
	return elm_list_done(&out);
}

OPERATOR(to_list)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (v[0].kind == ELM_LIST)
		return v[0];
	if (v[0].kind != ELM_NULL)
		elm_list_add(&out, v[0]);
	return elm_list_done(&out);
}

OPERATOR(exists)
{
	for (uint32_t i = 0; v[0].kind == ELM_LIST && i < v[0].n; i++)
		if (v[0].list[i].kind != ELM_NULL)
			return elm_bool(true);
	return elm_bool(false);
}

OPERATOR(first)
{
	return v[0].kind == ELM_LIST && v[0].n > 0 ? v[0].list[0] : ELM_NOTHING;
}

OPERATOR(last)
{
	return v[0].kind == ELM_LIST && v[0].n > 0 ? v[0].list[v[0].n - 1]
						    : ELM_NOTHING;
}

OPERATOR(singleton_from)
{
	if (v[0].kind != ELM_LIST)
		return ELM_NOTHING;
	if (v[0].n > 1)
		return elm_fail(c, "SingletonFrom: %u elements", v[0].n);
	return v[0].n ? v[0].list[0] : ELM_NOTHING;
}

OPERATOR(flatten)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (v[0].kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < v[0].n; i++) {
		struct elm_value part = v[0].list[i];

		if (part.kind != ELM_LIST) {
			if (part.kind != ELM_NULL)
				elm_list_add(&out, part);
			continue;
		}
		for (uint32_t k = 0; k < part.n; k++)
			elm_list_add(&out, part.list[k]);
	}
	return elm_list_done(&out);
}

OPERATOR(index_of)
{
	if (v[0].kind != ELM_LIST || v[1].kind == ELM_NULL)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < v[0].n; i++)
		if (elm_same(c, v[0].list[i], v[1]) == TRI_TRUE)
			return elm_int(i);
	return elm_int(-1);
}

/* Elements from the first index up to, without, the second (20.26 to 20.28:
 * Skip, Tail and Take are written with it). */
OPERATOR(slice)
{
	struct elm_value out = v[0];
	int64_t from = n->args > 1 && v[1].kind == ELM_INTEGER ? v[1].i : 0;
	int64_t to = v[0].n;

	if (v[0].kind != ELM_LIST)
		return ELM_NOTHING;
	if (n->args > 2 && n->arg[2] && v[2].kind == ELM_INTEGER)
		to = v[2].i;
	if (to > v[0].n)
		to = v[0].n;
	if (from < 0 || to <= from)
		return no_elements;
	out.list += from;
	out.n = (uint32_t)(to - from);
	return out;
}

OPERATOR(indexer)
{
	if (v[1].kind != ELM_INTEGER)
		return ELM_NOTHING;
	if (v[0].kind == ELM_STRING)
		return elm_char_at(c, v[0], v[1].i);
	if (v[0].kind != ELM_LIST || v[1].i < 0 || v[1].i >= v[0].n)
		return ELM_NOTHING;
	return v[0].list[v[1].i];
}

OPERATOR(length)
{
	if (v[0].kind == ELM_LIST)
		return elm_int(v[0].n);
	if (v[0].kind == ELM_STRING)
		return elm_int(elm_chars(elm_str(v[0])));
	return null_list(n->arg[0]) ? elm_int(0) : ELM_NOTHING;
}

/* ---- loops over $this (ELM Filter, ForEach, Repeat, Aggregate) ---- */

/* The slots of a loop: element, index, what was gathered. */
enum { THIS, INDEX, GATHERED };

OPERATOR(current)
{
	return *elm_slot(c, n->number + THIS);
}

OPERATOR(iteration)
{
	return *elm_slot(c, n->number + INDEX);
}

OPERATOR(total)
{
	return *elm_slot(c, n->number + GATHERED);
}

static struct elm_value step(struct elm_ctx *c, const struct elm_node *n,
    struct elm_value one, uint32_t i)
{
	*elm_slot(c, n->number + THIS) = one;
	*elm_slot(c, n->number + INDEX) = elm_int(i);
	return elm_run(c, n->arg[1]);
}

OPERATOR(filter)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct elm_value list = elm_run(c, n->arg[0]);

	if (list.kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < list.n && !c->failed; i++)
		if (elm_truth(step(c, n, list.list[i], i)) == TRI_TRUE)
			elm_list_add(&out, list.list[i]);
	return elm_list_done(&out);
}

OPERATOR(for_each)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct elm_value list = elm_run(c, n->arg[0]);

	if (list.kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < list.n && !c->failed; i++)
		elm_list_add(&out, step(c, n, list.list[i], i));
	return elm_list_done(&out);
}

/* The results of the results too, each once. */
OPERATOR(repeat)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct elm_value list = elm_run(c, n->arg[0]), more;

	if (list.kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < list.n; i++)
		elm_list_add(&out, list.list[i]);
	for (uint32_t i = 0; i < out.n && !c->failed; i++) {
		more = step(c, n, out.v[i], i);
		for (uint32_t k = 0; more.kind == ELM_LIST && k < more.n; k++)
			if (!among(c, out.v, out.n, more.list[k]))
				elm_list_add(&out, more.list[k]);
	}
	return elm_list_done(&out);
}

OPERATOR(aggregate)
{
	struct elm_value list = elm_run(c, n->arg[0]);
	struct elm_value sum = n->args > 2 ? elm_run(c, n->arg[2])
					    : ELM_NOTHING;

	if (list.kind != ELM_LIST)
		return ELM_NOTHING;
	for (uint32_t i = 0; i < list.n && !c->failed; i++) {
		*elm_slot(c, n->number + GATHERED) = sum;
		sum = step(c, n, list.list[i], i);
	}
	return sum;
}
