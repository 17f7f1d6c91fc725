/* unlock.h - what the files of lib/access share. */
#ifndef ACCESS_UNLOCK_H
#define ACCESS_UNLOCK_H

#include "ehr/access.h"

/* Fills o, which borrows *own (to be freed by the caller behind the open), the
 * keys that were unlocked here. */
int access_unlock(const struct access_opt *opt, enum store_mode mode,
    struct store_opts *o, struct keyring **own, struct ehr_err *e);

#endif
