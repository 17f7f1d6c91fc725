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

/* ---- keys (age.md, Native recipient types) ---- */

enum { AGE_MAX_KEYS = 1000, AGE_MAX_PASS = 1023 };

/* X25519 keys: those of recipients, or secret ones. */
struct age_keys {
	uint8_t (*key)[CURVE_LEN];
	size_t n, cap;
};
#define AGE_KEYS_INIT ((struct age_keys){ NULL, 0, 0 })
#define AGE_KEYS_AUTO EHR_CLEANUP(age_keys_release) struct age_keys
void age_keys_release(struct age_keys *k); /* overwrites */
/* "age1...", or with secret "AGE-SECRET-KEY-1...". EHR_EUSAGE: it is none, or
 * of a kind that is not known here, or a recipient whose messages everybody can
 * read (a point of low order). The message does not repeat it. */
int age_key_add(struct age_keys *k, struct str text, bool secret,
    struct ehr_err *e);
/* The same of a file: a line each, empty ones and those with # left out. */
int age_keys_read(struct age_keys *k, const char *path, bool secret,
    struct ehr_err *e);
/* The recipient of a secret key, as text. */
void age_recipient(const uint8_t secret[CURVE_LEN], struct buf *b);

/* ---- files ---- */

/* For whom: keys, or a passphrase alone. Borrowed for the call. */
struct age_to {
	const struct age_keys *keys;
	struct str pass; /* .n 0: none */
	bool armor;	 /* as text (RFC 7468) */
};

struct age_out;
/* Writes the header. */
int age_out_new(struct age_out **o, const struct age_to *to, age_write_fn *fn,
    void *arg, struct ehr_err *e);
int age_out_write(struct age_out *o, const void *p, size_t n,
    struct ehr_err *e);
int age_out_end(struct age_out *o, struct ehr_err *e);
void age_out_free(struct age_out *o); /* NULL is fine */

/* What may open it; borrowed until the first byte was read. */
struct age_from {
	const struct age_keys *secret;
	/* Asked when it wants a passphrase: *n bytes, at most AGE_MAX_PASS;
	 * NULL: there is none. */
	int (*ask)(void *arg, char *pass, size_t *n, struct ehr_err *e);
	void *arg;
};

struct age_in;
/* fn gives the file, armored or not. */
struct age_in *age_in_new(const struct age_from *from, age_read_fn *fn,
    void *arg); /* owned */
/* As an age_read_fn. EHR_EINTEGRITY: armor, header or payload is faulty;
 * EHR_ENOTEHR: nothing at hand opens it. Messages name no file. */
ssize_t age_in_read(struct age_in *a, void *p, size_t n, struct ehr_err *e);
void age_in_free(struct age_in *a); /* NULL is fine */

/* ---- inputs and outputs of the tools ---- */

/* What is written to out from now on is sealed. */
int age_seal(struct out *out, const struct age_to *to, struct ehr_err *e);
/* 1: it is an age file, and what is read from now on is what is in it, gzip
 * recognised; 0: it is none. */
int age_open(struct in *in, const struct age_from *from, struct ehr_err *e);

#endif
