/*
 * age.h - encryption of files for others: the age format, version 1 (C2SP
 * age.md), and its stream of sealed chunks, which backups are made of too.
 *
 * Nothing here keeps a file in memory: bytes go through callbacks, a chunk of
 * 64 KiB at a time. What was read is authentic, but only the end says that it
 * is whole.
 */
#ifndef EHR_AGE_H
#define EHR_AGE_H

#include "ehr/crypto.h"

/* Takes all n bytes: 0 or negative. */
typedef int age_write_fn(void *arg, const void *p, size_t n,
    struct ehr_err *e);
/* Gives up to n > 0 bytes: count, 0 at the end, negative. */
typedef ssize_t age_read_fn(void *arg, void *p, size_t n, struct ehr_err *e);

/* ---- the stream (age.md, Payload): chunks of ChaCha20-Poly1305 ----
 *
 * The nonce is a chunk's number and whether it is the last, so none can be
 * left out, doubled or moved. A key is for one stream. */

enum { STREAM_CHUNK = 64 << 10 };

struct stream_out;
struct stream_out *stream_out_new(const uint8_t key[AEAD_KEY_LEN],
    age_write_fn *fn, void *arg); /* owned */
int stream_out_write(struct stream_out *s, const void *p, size_t n,
    struct ehr_err *e);
/* Writes the last chunk; nothing may follow. */
int stream_out_end(struct stream_out *s, struct ehr_err *e);
void stream_out_free(struct stream_out *s); /* NULL is fine */

struct stream_in;
struct stream_in *stream_in_new(const uint8_t key[AEAD_KEY_LEN],
    age_read_fn *fn, void *arg); /* owned */
/* As an age_read_fn. EHR_EINTEGRITY: a chunk is not what was written, or the
 * last one is missing; the message names no file. */
ssize_t stream_in_read(struct stream_in *s, void *p, size_t n,
    struct ehr_err *e);
void stream_in_free(struct stream_in *s); /* NULL is fine */

#endif
