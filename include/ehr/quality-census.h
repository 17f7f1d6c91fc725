/*
 * quality-census.h - what the resources of many charts are coded with, so that
 * of a measure that finds nobody it can be told why: which retrieve matches
 * nothing, which local codes none of its value sets has, which elements are
 * missing from what does match.
 *
 * Resources are counted by the codes of the elements that measures ask for, in
 * one pass; how many match a retrieve is reckoned from those counts.
 */
#ifndef EHR_QUALITY_CENSUS_H
#define EHR_QUALITY_CENSUS_H

#include "ehr/quality.h"

enum {
	QUALITY_ELEMENTS_MAX = 4,     /* of a type, lib/quality/elements.def */
	QUALITY_CODINGS_MAX = 250000, /* different ones kept; others count as
				       * one */
	QUALITY_CODING_TEXT = 60,     /* bytes of a text without a code */
};

struct quality_census;

/* Of what n linked packages ask for; none of them is kept. */
struct quality_census *quality_census_new(
    const struct quality_package *const *p, size_t n);
void quality_census_free(struct quality_census *c);
void quality_census_add(struct quality_census *c,
    const struct quality_patient *patient);
/* Adds all of another one of the same packages; in any order it is the same,
 * but for what is beyond QUALITY_CODINGS_MAX. */
void quality_census_merge(struct quality_census *c,
    const struct quality_census *from);
/* Patients that were added. */
uint64_t quality_census_patients(const struct quality_census *c);

/* What there is for a retrieve. */
struct quality_found {
	uint64_t have;	/* resources of its type */
	uint64_t match;	/* with a code that it asks for */
	uint64_t lack[QUALITY_ELEMENTS_MAX]; /* of those, without element i */
};
/* need: its number, see quality_need(). */
void quality_census_need(const struct quality_census *c,
    const struct quality_package *p, size_t need, struct quality_found *f);
/* Element i that a resource of the type needs so that a measure can use it, as
 * people call it ("onset or recordedDate"); NULL behind the last. read: does
 * the measure of p look at it? */
const char *quality_element(const struct quality_package *p, int type,
    size_t i, bool *read);

/* Codings that no retrieve of p takes: none of their systems is one that p asks
 * for in that element. */
struct quality_unmapped {
	int type;
	struct str path;	 /* of the element */
	struct str system, code; /* the first coding; STR_NONE: none */
	struct str text;	 /* where there is no code, or STR_NONE */
	uint64_t n;		 /* resources */
	int need;	/* a retrieve that asks for the code in another system,
			 * or -1 */
	struct str meant;	 /* that system */
};
/* The most frequent first, then by type and code. *list is the caller's, its
 * texts are borrowed from c and p. */
size_t quality_census_unmapped(const struct quality_census *c,
    const struct quality_package *p, struct quality_unmapped **list);

/* Sets a byte of needed[n] for each retrieve of named codes that a definition
 * stands on, by its number. */
void quality_define_needs(const struct quality_package *p, int define,
    uint8_t *needed, size_t n);
/* What the library calls the codes a retrieve asks for; STR_NONE: nothing. */
struct str quality_need_name(const struct quality_package *p, size_t need);

#endif
