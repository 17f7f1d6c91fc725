/* unlock.h - what the files of lib/access share. */
#ifndef ACCESS_UNLOCK_H
#define ACCESS_UNLOCK_H

#include "ehr/access.h"

/* Fills o, which borrows *own (to be freed by the caller behind the open), the
 * keys that were unlocked here. */
int access_unlock(const struct access_opt *opt, enum store_mode mode,
    struct store_opts *o, struct keyring **own, struct ehr_err *e);

/* 0: the agent knows that the member gave a one-time code in this session, or
 * it was given now. EHR_EPERM: wrong, none enrolled, no terminal. */
int access_factor(const struct access_opt *opt, struct store *db,
    int64_t staff, struct ehr_err *e);

#endif
