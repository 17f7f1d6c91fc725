/*
 * crypto.h - digests, name-based and random identifiers, random bytes.
 *
 * The only library that knows OpenSSL. A failure inside it (no memory, no
 * SHA-256) ends the process as xmalloc() does: nobody could go on.
 */
#ifndef EHR_CRYPTO_H
#define EHR_CRYPTO_H

#include "ehr/base.h"

enum { SHA256_LEN = 32, UUID_LEN = 16 };

/* SHA-256 of n bytes (FIPS 180-4 6.2). */
void sha256(const void *p, size_t n, uint8_t digest[SHA256_LEN]);

/* The same in parts: new, update ..., final; reset begins again. */
struct sha256_ctx;
struct sha256_ctx *sha256_new(void);			/* owned */
void sha256_free(struct sha256_ctx *c);			/* NULL is allowed */
void sha256_reset(struct sha256_ctx *c);
void sha256_update(struct sha256_ctx *c, const void *p, size_t n);
/* Gives the digest; afterwards only reset or free. */
void sha256_final(struct sha256_ctx *c, uint8_t digest[SHA256_LEN]);

/* Name space of identifiers that come from a resource's content. */
extern const uint8_t uuid_ns_content[UUID_LEN];

/* UUID of a name within a name space, by SHA-1 (RFC 9562 5.5). The name is
 * source, NUL, content; or content alone when source is empty. */
void uuid5(const uint8_t ns[UUID_LEN], struct str source, struct str content,
    uint8_t uuid[UUID_LEN]);
void uuid4(uint8_t uuid[UUID_LEN]);	/* random (RFC 9562 5.4) */

/* Bytes from the kernel's generator (getrandom(2)), good for keys. */
void crypto_random(void *p, size_t n);
/* Takes the same time wherever a and b differ. */
bool crypto_equal(const void *a, const void *b, size_t n);
/* Overwrites a secret in a way the compiler keeps. */
void crypto_cleanse(void *p, size_t n);

const char *crypto_engine(void); /* version of OpenSSL */

#endif
