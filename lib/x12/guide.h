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

struct x12_guide {
	const char *set, *id, *group; /* "837" "005010X222" "HC" */
	uint16_t from, to;	      /* nodes */
};

extern const struct x12_use x12_uses[];
extern const struct x12_node x12_nodes[];
extern const size_t x12_nodes_count;
/* NULL: there is no table of it. id may have an A1 and the like behind. */
const struct x12_guide *x12_guide_find(const char *set, const char *id);

/* _ in codes stands for a blank. */
bool x12_has_code(const char *codes, struct str v);

#endif
