/*
 * envelope.c - headers and trailers against their table (envelope.guide),
 * control numbers that stood before, and versions that agree: GS01 and ST03
 * with the set, ST03 with GS08.
 */
#include "check.h"

#include <stdio.h>

static void tell(struct x12_check *k, enum diag_id id, struct str seg,
    unsigned at, const char *text)
{
	x12_tell(k, &(struct x12_fault){ .id = id, .seg = seg, .at = at },
	    text);
}

/* ---- elements ---- */

/* ISA11 and ISA16 are the delimiters themselves. */
static void check_elements(struct x12_check *k, const struct x12_seg *seg,
    struct x12_sep sep)
{
	const struct x12_node *n;
	uint16_t i;

	if (str_is(seg->id, "ISA"))
		sep.repeat = 0;
	for (i = k->envelope->from; i < k->envelope->to; i++) {
		n = &x12_nodes[i];
		if (!n->loop && memcmp(n->begins, k->id, sizeof(k->id)) == 0)
			x12_check_values(k, n, seg, &sep);
	}
}

static void begin_interchange(struct x12_check *k, const struct x12_seg *seg)
{
	struct str version = x12_el(seg, 12);
	char id[8];

	id[0] = '\0';
	if (version.n < sizeof(id))
		snprintf(id, sizeof(id), "%.*s", STR_FMT(version));
	k->envelope = x12_guide_find("ISA", id);
	if (k->envelope == NULL)
		tell(k, DIAG_X12_NO_GUIDE, seg->id, 12,
		    "there is no table of this version: structure only");
}

/* ---- control numbers ---- */

enum { NUMBERS_KEPT = 1 << 16 };

/* Whether it is kept already. When so many are, the older half is forgotten:
 * memory stays flat. */
static bool stood_before(struct x12_check *k, uint64_t number)
{
	bool added;

	if (map64_get(&k->numbers[1], number))
		return true;
	if (k->numbers[0].count >= NUMBERS_KEPT) {
		map64_release(&k->numbers[1]);
		k->numbers[1] = k->numbers[0];
		k->numbers[0] = MAP64_INIT;
	}
	map64_put(&k->numbers[0], number, &added);
	return !added;
}

/* ISA13 of one sender; GS06 in its interchange; ST02 in its group. */
static void check_number(struct x12_check *k, const struct x12_seg *seg)
{
	static const struct {
		const char *id;
		uint8_t at, of[2]; /* told apart by these too */
	} rows[] = { { "ISA", 13, { 5, 6 } }, { "GS", 6, { 0 } },
		{ "ST", 2, { 0 } } };
	uint64_t key;
	struct str v;
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (!str_is(seg->id, rows[i].id))
			continue;
		key = i;
		for (n = 0; n < i; n++)
			key = hash64(&k->env.nth[n], sizeof(k->env.nth[n]),
			    key);
		for (n = 0; n < 2 && rows[i].of[n]; n++) {
			v = x12_el(seg, rows[i].of[n]);
			key = hash64(v.s, v.n, key);
		}
		v = x12_el(seg, rows[i].at);
		if (v.n && stood_before(k, hash64(v.s, v.n, key)))
			tell(k, DIAG_X12_DUPLICATE, seg->id, rows[i].at, NULL);
	}
}

/* ---- versions ---- */

/* Guides of 005010 that HIPAA or its neighbours use, by set; GS01. Sources:
 * 45 CFR 162; the maps that ehr-x12(5) names; listings of x12.org. */
static const struct {
	const char *set, *group, *guides;
} known[] = {
	{ "270", "HS", " X279 " },
	{ "271", "HB", " X279 " },
	{ "275", "PI", " X210 X313 X314 " },
	{ "276", "HR", " X212 " },
	{ "277", "HN", " X212 X213 X214 X228 X364 " },
	{ "278", "HI", " X215 X216 X217 " },
	{ "820", "RA", " X218 X306 " },
	{ "824", "AG", " X186 " },
	{ "834", "BE", " X220 X307 X318 " },
	{ "835", "HP", " X221 " },
	{ "837", "HC", " X222 X223 X224 X291 X292 X293 X298 X299 " },
	{ "999", "FA", " X230 X231 " },
};

/* "X222" of 005010X222A1; STR_NONE: no guide of that release. */
static struct str guide_of(const char *version)
{
	struct str v = str_of(version);

	if (!str_starts(v, "005010X") || v.n < 10)
		return STR_NONE;
	return (struct str){ v.s + 6, 4 };
}

/* An ST: its group must be of its kind, its version a guide of it, and the
 * same as GS08 but for errata. */
static void check_version(struct x12_check *k, const struct x12_seg *seg)
{
	struct str own = x12_el(seg, 3), guide = guide_of(k->env.guide);
	struct str group = guide_of(k->group_guide);
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i].set, k->env.set) != 0)
			continue;
		if (k->group_id[0] && strcmp(known[i].group, k->group_id) != 0)
			tell(k, DIAG_X12_GROUP, seg->id, 1, NULL);
		if (guide.n && !x12_has_code(known[i].guides, guide))
			tell(k, DIAG_X12_VERSION, seg->id, own.n ? 3 : 1,
			    "no guide of this set");
	}
	if (own.n && group.n && !str_eq(guide, group))
		tell(k, DIAG_X12_VERSION, seg->id, 3, "not that of GS08");
}

void x12_envelope_take(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep)
{
	if (k->env.seg > 1)
		return;
	if (str_is(seg->id, "ISA"))
		begin_interchange(k, seg);
	check_number(k, seg);
	if (k->env.seg == 1)
		check_version(k, seg);
	else if (k->envelope)
		check_elements(k, seg, *sep);
}
