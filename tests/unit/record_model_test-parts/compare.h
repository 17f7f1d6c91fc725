/* compare.h - does a record hold what the model says? */
#ifndef COMPARE_H
#define COMPARE_H

#include "model.h"

/* What everybody sees at one time. */
struct seen {
	int content, updated, version, chart;
};
struct snapshot {
	int64_t began, time; /* of the batch; time: when it was done */
	struct seen key[KEYS];
};
void snapshot_take(struct snapshot *s, const struct model *m);

/* What only the record knows of the model's things. */
struct numbers {
	int64_t patient[KEYS];	 /* 0: has no chart yet */
	int64_t rid[MAX_ROWS];	 /* 0: not seen yet */
	int64_t batch[MAX_BATCHES];
};

/* All return 0, or -1 with *why appended. */
int compare_names(struct record *r, const struct model *m,
    struct numbers *n, struct buf *why);
int compare_all(struct record *r, const struct snapshot *s,
    const struct numbers *n, int64_t as_of, struct buf *why);
int compare_chart(struct record *r, const struct snapshot *s,
    const struct numbers *n, int patient, int64_t as_of, struct buf *why);
int compare_histories(struct record *r, const struct model *m,
    const struct numbers *n, struct buf *why);
int compare_links(struct record *r, const struct model *m,
    const struct numbers *n, struct buf *why);
int compare_batches(struct record *r, const struct model *m,
    const struct numbers *n, struct buf *why);

#endif
