/*
 * hl.c - the tree of levels in a set (segment HL): HL01 counts up from 1, HL02
 * is the number of a level that is still open, HL04 says whether levels follow
 * below. Where there is a guide, a level stands as deep as its loop.
 */
#include "check.h"

static void tell(struct x12_check *k, unsigned at, const char *text)
{
	x12_tell(k, &(struct x12_fault){ .id = DIAG_X12_HL,
	    .loop = k->env.loop, .seg = STR("HL"), .at = at }, text);
}

/* Levels as deep as depth and deeper are closed. */
static void close_levels(struct x12_check *k, int depth)
{
	for (; k->hl_depth > depth; k->hl_depth--)
		if (k->hl[k->hl_depth - 1].says == '1' &&
		    !k->hl[k->hl_depth - 1].has)
			tell(k, 4, "a level that has levels below has none");
}

/* Levels around the one at hand, as the loops of its guide say; -1: none. */
static int loops_around(const struct x12_check *k)
{
	int n = 0, i;

	for (i = 1; i < k->depth; i++)
		n += strcmp(x12_nodes[k->open[i].loop + 1].id, "HL") == 0;
	return k->guide ? n - 1 : -1;
}

/* The same, as HL02 says; -1: no level that is open has that number. */
static int levels_around(const struct x12_check *k, struct str parent)
{
	int depth = k->hl_depth;
	int64_t n;

	if (parent.n == 0)
		return 0;
	if (!str_int(parent, &n))
		return -1;
	while (depth > 0 && k->hl[depth - 1].number != (uint64_t)n)
		depth--;
	return depth ? depth : -1;
}

/* Below how many levels it stands; the loops, where there are, are right. */
static int find_depth(struct x12_check *k, const struct x12_seg *seg)
{
	int loops = loops_around(k);
	int depth = levels_around(k, x12_el(seg, 2));

	if (depth < 0 || (loops >= 0 && depth != loops))
		tell(k, 2, "not the number of the level around it");
	else if (depth > 0 && k->hl[depth - 1].says == '0')
		tell(k, 2, "the level around it says that none follow");
	if (loops >= 0)
		depth = loops < k->hl_depth ? loops : k->hl_depth;
	return depth < 0 ? 0 : depth;
}

static void take_level(struct x12_check *k, const struct x12_seg *seg)
{
	struct str says = x12_el(seg, 4);
	int depth = find_depth(k, seg);
	int64_t n;

	k->hl_count++;
	if (!str_int(x12_el(seg, 1), &n) || n != k->hl_count)
		tell(k, 1, "not one more than that of the level before");
	close_levels(k, depth);
	if (depth > 0)
		k->hl[depth - 1].has = true;
	if (depth == X12_DEPTH) {
		tell(k, 2, "too deep");
		return;
	}
	k->hl[depth].number = (uint64_t)n;
	k->hl[depth].says = says.n == 1 ? says.s[0] : 0;
	k->hl[depth].has = false;
	k->hl_depth = depth + 1;
}

void x12_hl_take(struct x12_check *k, const struct x12_seg *seg)
{
	if (k->env.seg == 1)
		k->hl_depth = k->hl_count = 0;
	if (str_is(seg->id, "HL"))
		take_level(k, seg);
	else if (k->ending == X12_SET)
		close_levels(k, 0);
}
