/* Queries (CQL 1.5, 2.5 and the Author's Guide, Queries). */
#include "elm/impl.h"

#include <stdlib.h>

/* ---- sorting (20.25) ---- */

static struct elm_value sort_key(struct elm_ctx *c, const struct elm_sort *s,
    const struct elm_sort_item *item, struct elm_value v)
{
	if (item->by) {
		*elm_slot(c, s->slot) = v;
		return elm_run(c, item->by);
	}
	return item->path.s ? elm_path(c, v, item->path) : v;
}

struct sorted {
	struct elm_value v, key;
};

/* Merge sort by one item: stable, so the last item goes first. */
static void merge(struct elm_ctx *c, struct sorted *v, struct sorted *tmp,
    uint32_t n, bool descending)
{
	uint32_t half = n / 2, i = 0, k = half, out = 0;

	if (n < 2)
		return;
	merge(c, v, tmp, half, descending);
	merge(c, v + half, tmp, n - half, descending);
	while (i < half && k < n) {
		int order = elm_order(c, v[i].key, v[k].key);

		if (descending)
			order = -order;
		tmp[out++] = order <= 0 ? v[i++] : v[k++];
	}
	while (i < half)
		tmp[out++] = v[i++];
	while (k < n)
		tmp[out++] = v[k++];
	memcpy(v, tmp, n * sizeof(*v));
}

struct elm_value elm_sorted(struct elm_ctx *c, const struct elm_sort *s,
    struct elm_value list)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct sorted *v, *tmp;

	if (list.kind != ELM_LIST || list.n < 2)
		return list;
	v = xcalloc(list.n, 2 * sizeof(*v));
	tmp = v + list.n;
	for (uint32_t i = 0; i < list.n; i++)
		v[i].v = list.list[i];
	for (uint32_t k = s->n; k-- > 0;) {
		for (uint32_t i = 0; i < list.n; i++)
			v[i].key = sort_key(c, s, &s->item[k], v[i].v);
		merge(c, v, tmp, list.n, s->item[k].descending);
	}
	for (uint32_t i = 0; i < list.n; i++)
		elm_list_add(&out, v[i].v);
	free(v);
	return elm_list_done(&out);
}

OPERATOR(sort)
{
	return elm_sorted(c, n->sort, elm_run(c, n->arg[0]));
}

/* ---- rows ---- */

struct rows {
	struct elm_ctx *c;
	const struct elm_query *q;
	const struct elm_node *node;
	struct elm_list out;
	struct elm_value *source;
	struct elm_value total;	/* of aggregate */
	bool single;		/* no source was a list */
};

/* Is there an element of the related source that the condition holds for? */
static bool related(struct elm_ctx *c, const struct elm_relation *r)
{
	struct elm_value list = elm_run(c, r->source);
	uint32_t n = list.kind == ELM_LIST ? list.n : list.kind != ELM_NULL;

	for (uint32_t i = 0; i < n && !c->failed; i++) {
		*elm_slot(c, r->slot) = list.kind == ELM_LIST ? list.list[i]
							       : list;
		if (elm_truth(elm_run(c, r->such_that)) == TRI_TRUE)
			return true;
	}
	return false;
}

static bool wanted(struct elm_ctx *c, const struct elm_query *q)
{
	for (uint32_t i = 0; i < q->lets; i++)
		*elm_slot(c, q->let_slot + i) = elm_run(c, q->let[i]);
	for (uint32_t i = 0; i < q->relations; i++)
		if (related(c, &q->relation[i]) == q->relation[i].without)
			return false;
	return !q->where || elm_truth(elm_run(c, q->where)) == TRI_TRUE;
}

/* Without a return: the element, or a tuple of all the aliases. */
static struct elm_value row_value(struct rows *r)
{
	const struct elm_query *q = r->q;

	if (q->give)
		return elm_run(r->c, q->give);
	if (q->sources == 1)
		return *elm_slot(r->c, q->slot);
	return elm_tuple(r->c, r->node->names, elm_slot(r->c, q->slot),
	    q->sources);
}

/* Is the row's combination of elements met for the first time? */
static bool fresh(struct rows *r)
{
	struct elm_value row = elm_tuple(r->c, r->node->names,
	    elm_slot(r->c, r->q->slot), r->q->sources);
	struct elm_value seen = { .kind = ELM_LIST, .n = r->out.n,
		.list = r->out.v };

	if (elm_list_has(r->c, seen, row) == TRI_TRUE)
		return false;
	elm_list_add(&r->out, row);
	return true;
}

static void take_row(struct rows *r)
{
	if (!wanted(r->c, r->q))
		return;
	if (r->q->aggregate) {
		if (r->q->distinct && !fresh(r))
			return;
		*elm_slot(r->c, r->q->aggregate_slot) = r->total;
		r->total = elm_run(r->c, r->q->aggregate);
		return;
	}
	elm_list_add(&r->out, row_value(r));
}

/* Every combination of the sources' elements, the first source outermost. */
static void walk(struct rows *r, uint32_t i)
{
	struct elm_value list;

	if (i == r->q->sources) {
		take_row(r);
		return;
	}
	list = r->source[i];
	if (list.kind != ELM_LIST) {
		*elm_slot(r->c, r->q->slot + i) = list;
		walk(r, i + 1);
		return;
	}
	for (uint32_t k = 0; k < list.n && !r->c->failed; k++) {
		*elm_slot(r->c, r->q->slot + i) = list.list[k];
		walk(r, i + 1);
	}
}

static struct elm_value finished(struct rows *r)
{
	struct elm_value out;

	if (r->q->aggregate)
		return r->total;
	if (r->single) {
		out = r->out.n ? r->out.v[0] : ELM_NOTHING;
		return out;
	}
	out = elm_list_done(&r->out);
	if (r->q->distinct)
		out = elm_distinct(r->c, out);
	return r->q->sort ? elm_sorted(r->c, r->q->sort, out) : out;
}

OPERATOR(query)
{
	const struct elm_query *q = n->query;
	struct rows r = { c, q, n, ELM_LIST_INIT(c), NULL, ELM_NOTHING, true };
	struct elm_value source[ELM_SOURCES_MAX], out;

	for (uint32_t i = 0; i < q->sources; i++) {
		source[i] = elm_run(c, q->source[i]);
		if (source[i].kind == ELM_NULL)
			return ELM_NOTHING;
		if (source[i].kind == ELM_LIST)
			r.single = false;
	}
	r.source = source;
	if (q->start)
		r.total = elm_run(c, q->start);
	walk(&r, 0);
	out = finished(&r);
	elm_list_release(&r.out);
	return out;
}

/* ---- tuples put together (Times) ---- */

struct elm_value elm_merged(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	ELM_LIST_AUTO values = ELM_LIST_INIT(c);
	struct str *names;
	uint32_t n;

	if (a.kind != ELM_TUPLE || b.kind != ELM_TUPLE)
		return elm_fail(c, "Times: of lists that are not of tuples");
	n = a.tuple->n + b.tuple->n;
	names = arena_alloc(&c->arena, (n + 1) * sizeof(*names));
	for (uint32_t i = 0; i < n; i++) {
		const struct elm_tuple *t = i < a.tuple->n ? a.tuple : b.tuple;
		uint32_t k = i < a.tuple->n ? i : i - a.tuple->n;

		names[i] = t->name[k];
		elm_list_add(&values, t->value[k]);
	}
	return c->failed ? ELM_NOTHING : elm_tuple(c, names, values.v, n);
}
