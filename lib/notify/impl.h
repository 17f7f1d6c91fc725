/* impl.h - what the files of messages share. */
#ifndef NOTIFY_IMPL_H
#define NOTIFY_IMPL_H

#include "ehr/notify.h"

/* The first message behind number after that may go now, none that another
 * one speaks for. */
int outbox_queued(struct store *db, int64_t now, int64_t after,
    outbox_fn *fn, void *arg, struct ehr_err *e);
/* The first one that a run took and did not bring to an end. */
int outbox_left(struct store *db, outbox_fn *fn, void *arg, struct ehr_err *e);

#endif
