/*
 * crypto.h - digests, name-based and random identifiers, random bytes, the
 * primitives under keys.
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

/* SHA-1 (FIPS 180-4 6.1) of the parts one behind the other; for names and
 * checksums that others ask for, it withstands no attack. */
enum { SHA1_LEN = 20 };
void sha1_parts(const struct str *part, size_t count, uint8_t digest[SHA1_LEN]);

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

/* ---- what keys are made with ---- */

/* HMAC with SHA-256 (RFC 2104, FIPS 198-1) of n parts one behind the other.
 * A shorter MAC is a prefix of it. */
void hmac_sha256(struct str key, const struct str *part, size_t n,
    uint8_t mac[SHA256_LEN]);

/* ---- one-time codes ---- */

enum otp_digest { OTP_SHA1, OTP_SHA256, OTP_SHA512 };
enum { OTP_SECRET = 20, OTP_DIGITS = 6, OTP_STEP = 30 /* seconds */ };
/* Throttling (RFC 4226 7.3): after so many wrong ones in a row one more is
 * taken each so many seconds. */
enum { OTP_MOST_WRONG = 10, OTP_LOCK = 15 * 60 };
/* The code of a counter (RFC 4226 5.3), at most 9 digits; that of a time is
 * the one of time / OTP_STEP (RFC 6238 4.2). */
uint32_t otp_code(enum otp_digest digest, struct str secret, uint64_t counter,
    unsigned digits);
/* The step whose code was typed: that of now (seconds since 1970), the one
 * before or the next, but later than after; -1: none. */
int64_t otp_match(struct str secret, int64_t now, int64_t after,
    struct str typed);
/* Appends "otpauth://totp/ISSUER:ACCOUNT?...", what apps read as a QR code. */
void otp_uri(struct buf *b, struct str issuer, struct str account,
    struct str secret);

/* scrypt (RFC 7914): N = 2^log_n, block size r, parallelization p. */
struct scrypt_cost {
	uint8_t log_n, r, p;
};
static inline uint64_t scrypt_memory(const struct scrypt_cost *c) /* bytes */
{
	return (uint64_t)128 * c->r * (((uint64_t)1 << c->log_n) + c->p);
}
/* n bytes of key from a passphrase; EHR_EIO: not so much memory, or it wants
 * more than 4 GiB. */
int crypto_scrypt(struct str pass, struct str salt,
    const struct scrypt_cost *cost, void *key, size_t n, struct ehr_err *e);

/* HKDF with SHA-256 (RFC 5869): n bytes of key, at most 255 * SHA256_LEN, from
 * a secret; info says what they are for. */
void hkdf_sha256(struct str secret, struct str salt, struct str info,
    void *key, size_t n);

/* AES-256-GCM (NIST SP 800-38D) with nonces of 96 bits, one message each; a
 * nonce must not come twice with a key. ad is authenticated, not sealed; at
 * most INT_MAX bytes of either. */
enum { AEAD_KEY_LEN = 32, AEAD_NONCE_LEN = 12, AEAD_TAG_LEN = 16 };
/* sealed takes plain.n + AEAD_TAG_LEN bytes. */
void aead_seal(const uint8_t key[AEAD_KEY_LEN],
    const uint8_t nonce[AEAD_NONCE_LEN], struct str ad, struct str plain,
    uint8_t *sealed);
/* plain takes sealed.n - AEAD_TAG_LEN bytes; false: not what was sealed, and
 * plain holds nothing of it. */
bool aead_open(const uint8_t key[AEAD_KEY_LEN],
    const uint8_t nonce[AEAD_NONCE_LEN], struct str ad, struct str sealed,
    uint8_t *plain);

/* The same for many messages of one key, each in parts one behind the other;
 * in and out may be the same place. One thread at a time. */
struct gcm_part {
	const void *in;
	void *out;
	size_t n;
};
struct gcm;
struct gcm *gcm_new(const uint8_t key[AEAD_KEY_LEN]); /* owned */
/* The same by ChaCha20-Poly1305 (RFC 8439 2.8) instead of AES. */
struct gcm *chacha_new(const uint8_t key[AEAD_KEY_LEN]);
void gcm_free(struct gcm *g);			       /* NULL is allowed */
void gcm_seal(struct gcm *g, const uint8_t nonce[AEAD_NONCE_LEN],
    struct str ad, const struct gcm_part *part, size_t n,
    uint8_t tag[AEAD_TAG_LEN]);
/* false: not what was sealed; nothing of it is left in the parts' out. */
bool gcm_open(struct gcm *g, const uint8_t nonce[AEAD_NONCE_LEN],
    struct str ad, const struct gcm_part *part, size_t n,
    const uint8_t tag[AEAD_TAG_LEN]);

/* The data keys of a record, unlocked, newest first. What is written is sealed
 * with k[0] (but see store_rekey_announce()); what is read, with the key of the
 * generation written beside it. Two while the key is being changed. To be
 * wiped by who holds it. */
enum { DATA_KEY_LEN = 32, KEYRING_MAX = 2 };
struct keyring {
	unsigned n;
	struct {
		uint32_t gen;
		uint8_t key[DATA_KEY_LEN];
	} k[KEYRING_MAX];
};

/* Curve25519. A secret is any CURVE_LEN random bytes. */
enum { CURVE_LEN = 32, ED25519_SIG_LEN = 64 };
/* Ed25519 (RFC 8032 5.1): sig is of text; verify takes any bytes. */
void ed25519_public(const uint8_t secret[CURVE_LEN],
    uint8_t public[CURVE_LEN]);
void ed25519_sign(const uint8_t secret[CURVE_LEN], struct str text,
    uint8_t sig[ED25519_SIG_LEN]);
bool ed25519_verify(const uint8_t public[CURVE_LEN], struct str text,
    struct str sig);
/* X25519 (RFC 7748 5): the secret two sides share, each with its own secret
 * and the other's public value; false when other gives none (6.1). */
void x25519_public(const uint8_t secret[CURVE_LEN], uint8_t public[CURVE_LEN]);
bool x25519_shared(const uint8_t secret[CURVE_LEN],
    const uint8_t other[CURVE_LEN], uint8_t shared[CURVE_LEN]);

const char *crypto_engine(void); /* version of OpenSSL */

#endif
