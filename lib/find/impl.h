/* impl.h - what the files of lib/find share. */
#ifndef FIND_IMPL_H
#define FIND_IMPL_H

#include "ehr/fhir.h"
#include "ehr/find.h"

enum find_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_HAS, OP_NO };

enum {
	HAS_TYPES = 4,
	HAS_PARAMS = 2,
	FIND_FEW = 1000, /* candidates are asked rather than narrowed further */
};

/* What has: and no: look for. */
struct has_type {
	const char *word;
	int type[HAS_TYPES];	/* resource types; 0: no more */
	int param[HAS_PARAMS];	/* enum index_param; -1: no more */
	bool measured;		/* codes of measured components count too */
	bool drug;		/* it may be a reference to a Medication */
};

struct criterion {
	const struct field *field;	/* NULL of has: and no: */
	const struct has_type *has;
	enum find_op op;
	bool comma;			/* name: "family, given" */
	struct str text, text2;		/* folded where the index is */
	int64_t lo, hi;			/* days of a date; an age in lo */
	struct str system, code;	/* system.s NULL: any */
};

struct find {
	struct arena mem;
	struct criterion c[MAX_FIND_TERMS];
	size_t n;
};

/* A run: where the criteria are tried. */
struct run {
	struct record *r;
	const struct find_opt *opt;
	bool bodiless;		/* a patient only referred to can be meant */
	struct tape t;		/* the body looked at */
	struct buf a, b;	/* scratch */
	struct ehr_err *e;
};

/* A field of Patient. */
struct field {
	const char *name;
	bool ordered;		/* < <= > >= make sense */
	bool any;		/* holds when it does of a merged Patient too */
	int cost;		/* cheapest first */
	int (*parse)(struct find *f, struct criterion *c, struct str v,
	    struct ehr_err *e);
	/* Does `=` (or the order) hold of the Patient in x->t? */
	bool (*holds)(struct run *x, const struct criterion *c);
	/* Adds the rids of at least all Patients of which it does: 1, or 0
	 * when the index cannot tell, or negative. */
	int (*narrow)(struct run *x, const struct criterion *c,
	    struct find_set *rids);
};

const struct field *find_field(struct str name);
const struct has_type *find_has_type(struct str word);
/* EHR_EUSAGE when there are too many already. */
int find_add(struct find *f, const struct criterion *c, struct ehr_err *e);

/* ---- fields.c ---- */
struct str find_fold(struct find *f, struct str s);
/* Age of the Patient in t; below 0: absent. */
int64_t find_age(const struct tape *t, const struct date *today,
    struct buf *scratch);
/* Calls fn for each medical record number of the Patient in t: identifiers of
 * type MR, or, when there is none, those without a type. */
int find_mrn_each(const struct tape *t, struct buf *scratch,
    int (*fn)(void *arg, struct str value), void *arg);

/* ---- set.c ---- */
void set_and(struct find_set *s, const struct find_set *other);
void set_minus(struct find_set *s, const struct find_set *other);

/* ---- has.c ---- */
/* Patients within `within` (NULL: all) of whom the index and bodies tell. */
int find_has(struct run *x, const struct criterion *c,
    const struct find_set *within, struct find_set *out);

#endif
