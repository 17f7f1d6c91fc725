/*
 * guide.h - what an implementation guide says, as tables made by
 * scripts/gen-x12 from lib/x12/data (ehr-x12(5) has their grammar).
 *
 * The nodes of a guide stand in one array in their order: a loop, then all
 * that is in it up to its end, its first segment being what it begins with.
 */
#ifndef X12_GUIDE_H
#define X12_GUIDE_H

#include "ehr/x12.h"

/* What a segment may have as element at, component part (0: the whole). */
struct x12_use {
	uint8_t at, part;
	char usage; /* 'R'; 'S'; what has no row is not used */
	bool key;   /* its codes tell segments of the same id apart */
	char type;  /* 'A'N, 'I'D, 'D'T, 'T'M, 'N', 'R', 'C'omposite */
	uint8_t decimals; /* of 'N' */
	uint16_t min, max; /* characters */
	uint16_t repeat;   /* at the most */
	const char *codes; /* " 40 41 "; _ is a blank; NULL: any value */
};

struct x12_node {
	const char *id; /* "NM1", "2010AA" */
	char begins[4]; /* the segment that it is or begins with, NULs behind */
	char usage;
	bool loop;
	uint16_t max; /* repeats, 0: any number */
	uint16_t end; /* one past the last node in it */
	uint32_t use, uses; /* of a segment: its rows */
	const char *syntax; /* "P0304 C0506" or "" */
};

/* Rules between segments (data/rules.txt). A fact is a bit that a segment sets,
 * by one or two of its values; a rule says what must be, or must not, when
 * others are. */
enum { X12_FACT_WORDS = 3, X12_FACTS = X12_FACT_WORDS * 64, X12_WHENS = 4 };
struct x12_test {
	uint8_t at, part; /* at 0: none, the segment is enough */
	const char *codes;
	bool (*fits)(struct str v); /* both NULL: not empty */
};
struct x12_source {
	uint8_t fact;
	struct x12_test test[2];
};
struct x12_rule {
	const char *id;
	bool error;		 /* else a warning */
	int16_t when[X12_WHENS]; /* fact + 1, less than 0: without it; 0: end */
	int16_t then;		 /* fact + 1 must be; less than 0: must not */
	const char *loop;	 /* where; NULL: the one at hand */
	const char *seg;
	uint8_t at, part;
};
/* Of a node: facts that it makes; rules at the end of a loop, or at a segment;
 * what is forgotten when it begins. */
struct x12_situation {
	uint16_t source, sources_end, rule, rules_end;
	uint64_t forgets[X12_FACT_WORDS];
};

struct x12_guide {
	const char *set, *id, *group; /* "837" "005010X222" "HC" */
	uint16_t from, to;	      /* nodes */
};

extern const struct x12_use x12_uses[];
extern const struct x12_node x12_nodes[];
extern const size_t x12_nodes_count;
extern const struct x12_source x12_sources[];
extern const struct x12_rule x12_rules[];
/* One a node. */
extern const struct x12_situation x12_situations[];
/* NULL: there is no table of it. id may have an A1 and the like behind. */
const struct x12_guide *x12_guide_find(const char *set, const char *id);

/* What rules ask of values: an address that is a post office box; a ZIP code of
 * the United States, of nine digits; a text with a point; a number over 1, over
 * 0. */
bool x12_is_pobox(struct str v);
bool x12_is_zip(struct str v);
bool x12_is_zip9(struct str v);
bool x12_is_pointed(struct str v);
bool x12_is_over_one(struct str v);
bool x12_is_above_zero(struct str v);

/* _ in codes stands for a blank. */
bool x12_has_code(const char *codes, struct str v);

#endif
