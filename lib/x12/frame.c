/* frame.c - headers and trailers: three levels, each one's trailer says how
 * many of the next stood in it and repeats its control number. */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	char header[4], trailer[4]; /* NULs behind, as x12_check.id */
	uint8_t control; /* element of the header; the trailer's are 1, 2 */
	const char *counts;
} levels[X12_LEVELS] = {
	{ "ISA", "IEA", 13, "groups" },
	{ "GS", "GE", 6, "sets" },
	{ "ST", "SE", 2, "segments" },
};

static void tell(struct x12_check *k, enum diag_id id, struct str seg,
    unsigned at, const char *text)
{
	x12_tell(k, &(struct x12_fault){ .id = id, .seg = seg, .at = at },
	    text);
}

static void copy(char *to, size_t size, struct str v)
{
	size_t n = v.n < size ? v.n : size - 1;

	if (n)
		memcpy(to, v.s, n);
	to[n] = '\0';
}

/* ---- opening and closing ---- */

static void leave(struct x12_check *k, int l)
{
	k->level[l].open = false;
	k->env.nth[l] = 0;
	k->env.control[l][0] = '\0';
	if (l == X12_GROUP) {
		k->env.guide[0] = k->group_guide[0] = '\0';
		k->group_id[0] = '\0';
	} else if (l == X12_SET) {
		k->env.set[0] = '\0';
		k->env.seg = 0;
		memcpy(k->env.guide, k->group_guide, sizeof(k->env.guide));
	}
}

/* Levels from l on that are open lack their trailers. */
static void leave_from(struct x12_check *k, int l)
{
	char text[64];
	int i;

	for (i = X12_LEVELS - 1; i >= l; i--) {
		if (!k->level[i].open)
			continue;
		snprintf(text, sizeof(text), "the %s of segment %" PRIu64
		    " has none", levels[i].header, k->level[i].at);
		tell(k, DIAG_X12_TRAILER, str_of(levels[i].trailer), 0, text);
		leave(k, i);
	}
}

static void open_level(struct x12_check *k, int l, const struct x12_seg *seg)
{
	struct x12_env *env = &k->env;

	leave_from(k, l);
	if (l > 0) {
		if (k->level[l - 1].open)
			k->level[l - 1].inside++;
		else
			tell(k, DIAG_X12_PLACE, seg->id, 0, NULL);
	}
	k->level[l].open = true;
	k->level[l].inside = 0;
	k->level[l].at = k->number;
	env->nth[l] = ++k->level[l].nth;
	if (l + 1 < X12_LEVELS)
		k->level[l + 1].nth = 0;
	copy(env->control[l], sizeof(env->control[l]),
	    x12_el(seg, levels[l].control));
	if (l == X12_GROUP) {
		copy(k->group_id, sizeof(k->group_id), x12_el(seg, 1));
		copy(k->group_guide, sizeof(k->group_guide), x12_el(seg, 8));
		memcpy(env->guide, k->group_guide, sizeof(env->guide));
	} else if (l == X12_SET) {
		copy(env->set, sizeof(env->set), x12_el(seg, 1));
		if (x12_el(seg, 3).n)
			copy(env->guide, sizeof(env->guide), x12_el(seg, 3));
	}
}

/* The trailer of level l has come; the level ends behind it. */
static void close_level(struct x12_check *k, int l, const struct x12_seg *seg)
{
	char text[96];
	int64_t n;

	leave_from(k, l + 1);
	if (!k->level[l].open) {
		snprintf(text, sizeof(text), "no %s before it",
		    levels[l].header);
		tell(k, DIAG_X12_TRAILER, seg->id, 0, text);
		return;
	}
	if (!str_int(x12_el(seg, 1), &n) || (uint64_t)n != k->level[l].inside) {
		snprintf(text, sizeof(text), "there are %" PRIu64 " %s",
		    k->level[l].inside, levels[l].counts);
		tell(k, DIAG_X12_COUNT, seg->id, 1, text);
	}
	if (!str_is(x12_el(seg, 2), k->env.control[l])) {
		snprintf(text, sizeof(text), "not the %s%02d of segment %"
		    PRIu64, levels[l].header, levels[l].control,
		    k->level[l].at);
		tell(k, DIAG_X12_CONTROL, seg->id, 2, text);
	}
	k->ending = l;
}

/* ---- what holds for every segment ---- */

/* X12.5 3: the basic and the extended set; select language characters are
 * beyond ASCII and by agreement only. */
static bool in_sets(unsigned char c)
{
	return c >= ' ' && c < 0x7f;
}

static bool is_id(struct str id)
{
	size_t i;

	if (id.n < 2 || id.n > 3 || id.s[0] < 'A' || id.s[0] > 'Z')
		return false;
	for (i = 1; i < id.n; i++)
		if (!(id.s[i] >= 'A' && id.s[i] <= 'Z') &&
		    !(id.s[i] >= '0' && id.s[i] <= '9'))
			return false;
	return true;
}

static void check_text(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep)
{
	struct str id = is_id(seg->id) ? seg->id : STR("?");
	size_t i;

	if (!is_id(seg->id))
		tell(k, DIAG_X12_ID, id, 0, NULL);
	for (i = 0; i + 1 < seg->raw.n; i++)
		if (!in_sets((unsigned char)seg->raw.s[i]) &&
		    seg->raw.s[i] != sep->element &&
		    seg->raw.s[i] != sep->component &&
		    seg->raw.s[i] != sep->repeat) {
			tell(k, DIAG_X12_CHARACTER, id, 0, NULL);
			break;
		}
	if (seg->n && seg->v[seg->n].n == 0)
		tell(k, DIAG_X12_EMPTY_END, id, (unsigned)seg->n, NULL);
}

/* Headers and trailers; else what stands in no set must be a TA1, or what
 * X12.5 has for the level of interchanges. */
static void place(struct x12_check *k, const struct x12_seg *seg)
{
	int l;

	for (l = 0; l < X12_LEVELS; l++) {
		if (memcmp(k->id, levels[l].header, 4) == 0) {
			open_level(k, l, seg);
			break;
		}
		if (memcmp(k->id, levels[l].trailer, 4) == 0)
			break;
	}
	if (k->level[X12_SET].open && l >= X12_SET) {
		k->level[X12_SET].inside++;
		k->env.seg++;
	} else if (l == X12_LEVELS && !str_is(seg->id, "TA1")) {
		tell(k, DIAG_X12_PLACE, is_id(seg->id) ? seg->id : STR("?"), 0, NULL);
	}
	if (l < X12_LEVELS && memcmp(k->id, levels[l].trailer, 4) == 0)
		close_level(k, l, seg);
}

void x12_frame_take(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep)
{
	if (k->ending < X12_LEVELS)
		leave(k, k->ending);
	k->ending = X12_LEVELS;
	check_text(k, seg, sep);
	place(k, seg);
}

void x12_frame_end(struct x12_check *k)
{
	if (k->ending < X12_LEVELS)
		leave(k, k->ending);
	leave_from(k, 0);
}
