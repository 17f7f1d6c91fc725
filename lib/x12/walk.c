/*
 * walk.c - which node of its guide a segment is.
 *
 * What may come next is looked for in the innermost open loop from the run of
 * the last match on, then in the loops around it; the loop that is left behind
 * must have had what it requires. A node that is full is taken only when there
 * is no other, and is then a finding.
 */
#include "check.h"

#include <assert.h>
#include <stdlib.h>

/* Do both begin with the same segment? */
static bool alike(const char a[4], const char b[4])
{
	return memcmp(a, b, 4) == 0;
}

/* ---- does a segment match a node? ---- */

bool x12_has_code(const char *codes, struct str v)
{
	const char *p = codes + 1;
	size_t i;

	for (; *p; p++) {
		for (i = 0; i < v.n && p[i] != ' ' && (p[i] == v.s[i] ||
		    (p[i] == '_' && v.s[i] == ' ')); i++)
			;
		if (i == v.n && p[i] == ' ')
			return true;
		while (*p != ' ')
			p++;
	}
	return false;
}

/* The value that a row of the table is about, the first where it repeats. */
static struct str first_value(const struct x12_seg *seg,
    const struct x12_use *u, const struct x12_sep *sep)
{
	struct str v = x12_el(seg, u->at), first = v;

	if (sep->repeat)
		str_split(&v, sep->repeat, &first);
	return u->part ? x12_part(first, sep->component, u->part) : first;
}

enum match { NO, OTHER_KEY, YES };

static enum match match(uint16_t c, const char id[4],
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	const struct x12_node *n = &x12_nodes[c + x12_nodes[c].loop];
	const struct x12_use *u = x12_uses + n->use;
	uint32_t i;

	if (!alike(n->begins, id))
		return NO;
	for (i = 0; i < n->uses; i++, u++) {
		if (!u->key)
			continue;
		if (!x12_has_code(u->codes, first_value(seg, u, sep)))
			return OTHER_KEY;
	}
	return YES;
}

/* ---- the place ---- */

struct found {
	int depth;    /* -1: nowhere */
	uint16_t node, run;
	bool full;
};

static bool is_full(const struct x12_check *k, uint16_t c)
{
	return x12_nodes[c].max && k->seen[c] >= x12_nodes[c].max;
}

/* Looks through the loop open[depth] for a node that is not full; the first
 * full one is kept in f when there is none yet. */
static bool look_in(struct x12_check *k, int depth, const struct x12_seg *seg,
    const struct x12_sep *sep, struct found *f, bool *other_key)
{
	uint16_t c = k->open[depth].run, run = c;
	enum match m;

	for (; c < k->open[depth].end; c = x12_nodes[c].end) {
		if (!alike(x12_nodes[c].begins, x12_nodes[run].begins))
			run = c;
		m = match(c, k->id, seg, sep);
		*other_key = *other_key || m == OTHER_KEY;
		if (m != YES || (is_full(k, c) && f->depth >= 0))
			continue;
		*f = (struct found){ depth, c, run, is_full(k, c) };
		if (!f->full)
			return true;
	}
	return false;
}

/* Told at the segment that comes in its stead. */
static void check_missing(struct x12_check *k, int depth, uint16_t from,
    uint16_t to)
{
	struct x12_fault f = { .id = DIAG_X12_MISSING,
		.loop = depth ? x12_nodes[k->open[depth].loop].id : "" };
	uint16_t c;

	for (c = from; c < to; c = x12_nodes[c].end) {
		if (x12_nodes[c].usage != 'R' || k->seen[c] > 0)
			continue;
		f.seg = str_of(x12_nodes[c].id);
		x12_tell(k, &f, NULL);
	}
}

static void leave_loops(struct x12_check *k, int depth)
{
	for (; k->depth > depth; k->depth--) {
		check_missing(k, k->depth - 1, k->open[k->depth - 1].run,
		    k->open[k->depth - 1].end);
		if (k->depth > 1)
			x12_situation_end(k, k->open[k->depth - 1].loop);
	}
}

static void enter(struct x12_check *k, uint16_t loop)
{
	uint16_t from = loop + 1, end = x12_nodes[loop].end;

	assert(k->depth < X12_DEPTH);
	k->open[k->depth].loop = loop;
	k->open[k->depth].from = k->open[k->depth].run = from;
	k->open[k->depth++].end = end;
	memset(k->seen + from, 0, (size_t)(end - from) * sizeof(*k->seen));
	k->seen[from] = 1;
	x12_situation_begin(k, loop);
}

static const struct x12_node *go(struct x12_check *k, const struct found *f)
{
	int depth = f->depth;

	leave_loops(k, depth + 1);
	check_missing(k, depth, k->open[depth].run, f->run);
	k->open[depth].run = f->run;
	k->seen[f->node]++;
	if (x12_nodes[f->node].loop)
		enter(k, f->node);
	return &x12_nodes[f->node + x12_nodes[f->node].loop];
}

const struct x12_node *x12_walk_take(struct x12_check *k,
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	struct found f = { .depth = -1 };
	struct x12_fault fault = { .id = DIAG_X12_QUALIFIER, .seg = seg->id };
	const struct x12_node *node = NULL;
	bool other_key = false;
	int d;

	for (d = k->depth - 1; d >= 0; d--)
		if (look_in(k, d, seg, sep, &f, &other_key))
			break;
	if (f.depth >= 0) {
		node = go(k, &f);
		fault.id = DIAG_X12_REPEATS;
	}
	k->env.loop = k->depth > 1 ? x12_nodes[k->open[k->depth - 1].loop].id :
	    "";
	fault.loop = k->env.loop;
	if (node == NULL && !other_key)
		fault.id = DIAG_X12_UNEXPECTED;
	if (node == NULL || f.full)
		x12_tell(k, &fault, NULL);
	return node;
}

void x12_walk_begin(struct x12_check *k)
{
	k->guide = x12_guide_find(k->env.set, k->env.guide);
	k->depth = 0;
	if (k->guide == NULL) {
		x12_tell(k, &(struct x12_fault){ .id = DIAG_X12_NO_GUIDE,
		    .seg = STR("ST"), .at = 1 }, NULL);
		return;
	}
	if (k->seen == NULL)
		k->seen = xcalloc(x12_nodes_count, sizeof(*k->seen));
	memset(k->seen + k->guide->from, 0, sizeof(*k->seen) *
	    (size_t)(k->guide->to - k->guide->from));
	memset(k->facts, 0, sizeof(k->facts));
	k->open[0].from = k->open[0].run = k->guide->from;
	k->open[0].end = k->guide->to;
	k->depth = 1;
}

void x12_walk_end(struct x12_check *k)
{
	if (k->guide)
		leave_loops(k, 0);
	k->guide = NULL;
}
