/*
 * temp.h - a temporary file that has no name: sealed in blocks with a key
 * nobody keeps, so that nothing of it can be read afterwards.
 */
#ifndef STORE_TEMP_H
#define STORE_TEMP_H

#include "ehr/base.h"

struct temp;
/* A file in the folder of path, gone when it is closed. NULL: errno says
 * why. */
struct temp *temp_new(const char *path);
void temp_free(struct temp *t); /* NULL is fine */

/* Any place, any length; what was never written reads as zero. 0, or -1 with
 * errno set, EBADMSG: a block is not what was written. */
int temp_write(struct temp *t, const void *p, size_t n, int64_t at);
/* got: bytes up to the end; the rest of p is zero. */
int temp_read(struct temp *t, void *p, size_t n, int64_t at, size_t *got);
int temp_truncate(struct temp *t, int64_t size);
int64_t temp_size(const struct temp *t);

#endif
