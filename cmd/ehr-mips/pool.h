/* pool.h - patients evaluated by several threads, answers in their order. */
#ifndef MIPS_POOL_H
#define MIPS_POOL_H

#include "ehr/base.h"

/* One patient on the way. */
struct work {
	/* What is filled in: the resources, and where they stand. */
	struct buf text;
	struct str line_text;	/* the same, borrowed: a line of a batch */
	const char *file;	/* NULL: standard input, or the record */
	uint64_t line;
	bool *nobody;		/* by measure: is in none of its populations */
	bool none;		/* of all measures, and no test patient */
	/* What came of it. */
	int rc;
	struct ehr_err err;
	struct buf id;
	struct buf out;
};

/* Several, which one thread runs: handing over one at a time costs more than
 * small ones take. */
struct batch {
	struct buf lines;	/* patients, one a line; or nothing */
	const char *file;	/* of them */
	uint64_t line;		/* of the first */
	struct work *work;
	size_t n, cap, measures, bytes;
};

struct pool;

struct pool_fns {
	/* In a thread: fills in what came of it. worker: 0 is the caller's. */
	void (*run)(void *arg, unsigned worker, struct work *w);
	/* The same of a batch's lines, which become works of it. */
	void (*lines)(void *arg, unsigned worker, struct batch *b);
	/* In the caller's, in the order of the work; 0, or what ends it all. */
	int (*take)(void *arg, struct work *w, struct ehr_err *e);
	void *arg;
};

/* jobs: threads, the caller's being one. EHR_EIO: no threads are to be had. */
int pool_new(struct pool **p, unsigned jobs, size_t measures,
    const struct pool_fns *fns, struct ehr_err *e);
/* Stops what is on the way; NULL is allowed. */
void pool_free(struct pool *p);
/* The next work to fill in; NULL after a failure of take(), told in e. */
struct work *pool_next(struct pool *p, struct ehr_err *e);
void pool_submit(struct pool *p);
/* Gives it back unused. */
void pool_drop(struct pool *p);
/* Many at once: lines, each with its end. */
int pool_lines(struct pool *p, struct str lines, const char *file,
    uint64_t line, struct ehr_err *e);
/* Waits for all of it: 0, or what take() returned. */
int pool_finish(struct pool *p, struct ehr_err *e);

/* One more work of a batch, in lines(). */
struct work *batch_add(struct batch *b);

#endif
