/* check.h - what the files that check share. */
#ifndef X12_CHECK_H
#define X12_CHECK_H

#include "guide.h"

enum { X12_DEPTH = 16 }; /* loops in loops, the set being the first */

/* sums.c: amounts that must agree, and where the finding is then. */
struct x12_sum {
	int64_t cents;
	bool unknown; /* one of it was no amount */
};
struct x12_item {
	bool open;
	uint64_t number; /* of its segment */
	uint32_t in_set;
	struct str id; /* of a payer */
	struct x12_sum charge, paid, adjusted;
};
struct x12_check;
struct x12_sums {
	/* by the set's guide; NULL: nothing is added up */
	void (*take)(struct x12_check *k, const struct x12_seg *seg);
	struct x12_item total, claim, line, paid_line, payer[16];
	size_t payers;
	struct arena ids; /* of the claim's payers */
};

struct x12_check {
	const char *file;
	struct diag_sink *sink;
	void (*on_fault)(void *arg, const struct x12_fault *fault);
	void *on_fault_arg;
	uint64_t number; /* of the segment */
	char id[4];	 /* its id, NULs behind */
	struct x12_env env;

	/* frame.c */
	struct {
		bool open;
		uint32_t nth;	 /* of them in the level above */
		uint64_t inside; /* what its trailer counts */
		uint64_t at;	 /* number of its header */
	} level[X12_LEVELS];
	int ending; /* the level whose trailer came last, or X12_LEVELS */
	char group_id[4], group_guide[36]; /* GS01, GS08 */

	/* envelope.c */
	const struct x12_guide *envelope; /* of the interchange, NULL: none */
	struct map64 numbers[2]; /* control numbers, newer and older */

	/* walk.c: the loops that are open. Segments of one id may come in any
	 * order, so what may come next begins at the run of them, not at the
	 * one that came last. */
	const struct x12_guide *guide; /* of the set, NULL: none */
	struct {
		uint16_t loop; /* node; open[0] is the set, without one */
		uint16_t from, end; /* nodes in it */
		uint16_t run;
	} open[X12_DEPTH];
	int depth; /* open[0] to open[depth - 1] */
	uint32_t *seen; /* times of each node of x12_nodes in its loop */

	/* hl.c: the levels that are open */
	struct {
		uint64_t number;
		char says; /* HL04, 0: nothing */
		bool has;  /* a level below it */
	} hl[X12_DEPTH];
	int hl_depth, hl_count;

	/* situation.c: facts of the set, and where each was found last */
	uint64_t facts[X12_FACT_WORDS];
	struct {
		uint64_t number;
		uint32_t in_set;
	} fact_at[X12_FACTS];

	struct x12_sums sums;
	uint64_t lines; /* rules.c: of the claim */
};

/* tell.c: a finding about the segment; text may be NULL. */
void x12_tell(struct x12_check *k, const struct x12_fault *fault,
    const char *text);

/* frame.c: headers and trailers; brings env up to date, but for its loop. */
void x12_frame_take(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep);
void x12_frame_end(struct x12_check *k);

/* envelope.c: what stands around sets, and STs; after the frame. */
void x12_envelope_take(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep);

/* walk.c: a set begins; the segment's node, NULL: it has no place here; the
 * set ends. */
void x12_walk_begin(struct x12_check *k);
const struct x12_node *x12_walk_take(struct x12_check *k,
    const struct x12_seg *seg, const struct x12_sep *sep);
void x12_walk_end(struct x12_check *k);

/* situation.c: a loop begins, ends; a segment that has a node. */
void x12_situation_begin(struct x12_check *k, uint16_t loop);
void x12_situation_end(struct x12_check *k, uint16_t loop);
void x12_situation_take(struct x12_check *k, const struct x12_node *node,
    const struct x12_seg *seg, const struct x12_sep *sep);

/* hl.c: the levels of a set, after the walk. */
void x12_hl_take(struct x12_check *k, const struct x12_seg *seg);

/* sums.c: amounts of a set with a guide, after the walk. */
void x12_sums_take(struct x12_check *k, const struct x12_seg *seg);

/* value.c: the elements of a segment against its node. */
void x12_check_values(struct x12_check *k, const struct x12_node *node,
    const struct x12_seg *seg, const struct x12_sep *sep);

bool x12_is_date(struct str v); /* CCYYMMDD, YYMMDD */
bool x12_is_time(struct str v); /* HHMM, HHMMSS, with D or DD behind */

/* rules.c: between elements, of a segment that has a node. */
void x12_rules_take(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep);

#endif
