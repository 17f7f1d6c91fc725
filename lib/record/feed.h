/* feed.h - windows of items for apply.c, in order, with their facts. */
#ifndef RECORD_FEED_H
#define RECORD_FEED_H

#include "facts.h"
#include "impl.h"

/* A stretch of items of one chart, copied out of the spool; freed at once. */
struct window {
	struct item_ref *it;
	struct facts *facts; /* by item */
	bool *is_new;	     /* by item: there was no row of it before */
	size_t n, cap, bytes;
	struct arena mem;
	int64_t seg, next;   /* where new rows go */
	int64_t patient;
};

/* Reads the spool; when it is large, ahead of the caller in a thread of its
 * own, so that one processor reads bodies while the other writes rows. */
struct feed;
struct feed *feed_new(struct spool *spool);
/* 1 and the next window, to be given back before the next call; 0 the end. */
int feed_next(struct feed *f, struct window **w, struct ehr_err *e);
void feed_back(struct feed *f, struct window *w);
void feed_free(struct feed *f);

#endif
