/*
 * crypto_fail_test.c - each call into OpenSSL, the C library's threads and
 * the kernel's generator fails once: then nothing goes on as if it had not.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <sys/random.h>

#include "fail_kit.h"

#include "ehr/crypto.h"

#define F FAILS
typedef OSSL_PARAM P;
typedef OSSL_LIB_CTX L;
typedef unsigned char U;

F(EVP_MD *, NULL, EVP_MD_fetch, (L *c, const char *n, const char *p), (c, n, p))
F(EVP_MD_CTX *, NULL, EVP_MD_CTX_new, (void), ())
F(int, 0, EVP_DigestInit_ex, (EVP_MD_CTX *c, const EVP_MD *m, ENGINE *e),
    (c, m, e))
F(int, 0, EVP_DigestUpdate, (EVP_MD_CTX *c, const void *p, size_t n), (c, p, n))
F(int, 0, EVP_DigestFinal_ex, (EVP_MD_CTX *c, U *d, unsigned *n), (c, d, n))
F(EVP_CIPHER *, NULL, EVP_CIPHER_fetch, (L *c, const char *n, const char *p),
    (c, n, p))
F(EVP_CIPHER_CTX *, NULL, EVP_CIPHER_CTX_new, (void), ())
F(int, 0, EVP_CipherInit_ex2, (EVP_CIPHER_CTX *c, const EVP_CIPHER *m,
    const U *k, const U *iv, int way, const P *p), (c, m, k, iv, way, p))
F(int, 0, EVP_CipherUpdate, (EVP_CIPHER_CTX *c, U *o, int *n, const U *i,
    int in), (c, o, n, i, in))
F(int, 0, EVP_CipherFinal_ex, (EVP_CIPHER_CTX *c, U *o, int *n), (c, o, n))
F(int, 0, EVP_EncryptUpdate, (EVP_CIPHER_CTX *c, U *o, int *n, const U *i,
    int in), (c, o, n, i, in))
F(int, 0, EVP_EncryptFinal_ex, (EVP_CIPHER_CTX *c, U *o, int *n), (c, o, n))
F(int, 0, EVP_DecryptUpdate, (EVP_CIPHER_CTX *c, U *o, int *n, const U *i,
    int in), (c, o, n, i, in))
F(int, 0, EVP_DecryptFinal_ex, (EVP_CIPHER_CTX *c, U *o, int *n), (c, o, n))
F(int, 0, EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX *c, int t, int a, void *p),
    (c, t, a, p))
F(EVP_MAC *, NULL, EVP_MAC_fetch, (L *c, const char *n, const char *p),
    (c, n, p))
F(EVP_MAC_CTX *, NULL, EVP_MAC_CTX_new, (EVP_MAC *m), (m))
F(int, 0, EVP_MAC_init, (EVP_MAC_CTX *c, const U *k, size_t n, const P *p),
    (c, k, n, p))
F(int, 0, EVP_MAC_update, (EVP_MAC_CTX *c, const U *p, size_t n), (c, p, n))
F(int, 0, EVP_MAC_final, (EVP_MAC_CTX *c, U *o, size_t *n, size_t size),
    (c, o, n, size))
F(EVP_KDF *, NULL, EVP_KDF_fetch, (L *c, const char *n, const char *p),
    (c, n, p))
F(EVP_KDF_CTX *, NULL, EVP_KDF_CTX_new, (EVP_KDF *k), (k))
F(int, 0, EVP_KDF_derive, (EVP_KDF_CTX *c, U *k, size_t n, const P *p),
    (c, k, n, p))
F(EVP_PKEY *, NULL, EVP_PKEY_new_raw_private_key_ex, (L *c, const char *t,
    const char *p, const U *k, size_t n), (c, t, p, k, n))
F(EVP_PKEY *, NULL, EVP_PKEY_new_raw_public_key_ex, (L *c, const char *t,
    const char *p, const U *k, size_t n), (c, t, p, k, n))
F(int, 0, EVP_PKEY_get_raw_public_key, (const EVP_PKEY *k, U *o, size_t *n),
    (k, o, n))
F(int, 0, EVP_DigestSignInit_ex, (EVP_MD_CTX *c, EVP_PKEY_CTX **x,
    const char *m, L *l, const char *q, EVP_PKEY *k, const P *p),
    (c, x, m, l, q, k, p))
F(int, 0, EVP_DigestSign, (EVP_MD_CTX *c, U *s, size_t *n, const U *t,
    size_t tn), (c, s, n, t, tn))
F(int, 0, EVP_DigestVerifyInit_ex, (EVP_MD_CTX *c, EVP_PKEY_CTX **x,
    const char *m, L *l, const char *q, EVP_PKEY *k, const P *p),
    (c, x, m, l, q, k, p))
F(int, 0, EVP_DigestVerify, (EVP_MD_CTX *c, const U *s, size_t n, const U *t,
    size_t tn), (c, s, n, t, tn))
F(EVP_PKEY_CTX *, NULL, EVP_PKEY_CTX_new_from_pkey, (L *c, EVP_PKEY *k,
    const char *p), (c, k, p))
F(int, 0, EVP_PKEY_derive_init, (EVP_PKEY_CTX *c), (c))
F(int, 0, EVP_PKEY_derive_set_peer, (EVP_PKEY_CTX *c, EVP_PKEY *k), (c, k))
F(int, 0, EVP_PKEY_derive, (EVP_PKEY_CTX *c, U *o, size_t *n), (c, o, n))
F(int, 0, OPENSSL_init_crypto, (uint64_t o, const OPENSSL_INIT_SETTINGS *s),
    (o, s))
F(int, EAGAIN, pthread_key_create, (pthread_key_t *k, void (*f)(void *)),
    (k, f))
F(int, ENOMEM, pthread_setspecific, (pthread_key_t k, const void *v), (k, v))

/* A short draw, then a signal, before what is wanted. */
static int odd_draws;

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
	static ssize_t (*real)(void *, size_t, unsigned);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getrandom");
	if (odd_draws == 0 && OURS_FAILS()) {
		errno = ENOSYS;
		return -1;
	}
	if (odd_draws == 1) {
		odd_draws = 0;
		errno = EINTR;
		return -1;
	}
	odd_draws -= odd_draws > 0;
	return real(p, odd_draws ? 1 : n, flags);
}

/* ---- what is done: true when it came out right ---- */

static const uint8_t key[AEAD_KEY_LEN] = "a key", nonce[AEAD_NONCE_LEN];
#define AD STR("with it")
#define TEXT STR("some text")

static bool do_sha256(void)
{
	uint8_t d[SHA256_LEN];
	struct sha256_ctx *c;

	sha256("abc", 3, d);
	c = sha256_new();
	sha256_update(c, "abc", 3);
	sha256_final(c, d);
	sha256_free(c);
	return d[0] == 0xba && d[31] == 0xad; /* FIPS 180-4, "abc" */
}

static bool do_uuid(void)
{
	uint8_t id[UUID_LEN];

	uuid5(uuid_ns_content, STR("a"), STR("b"), id);
	uuid4(id);
	return id[6] >> 4 == 4;
}

static bool do_hkdf(void)
{
	uint8_t out[40];

	hkdf_sha256(TEXT, STR_NONE, AD, out, sizeof(out));
	return true;
}

static bool do_otp(void)
{
	return otp_code(OTP_SHA1, STR("12345678901234567890"), 0, 6) == 755224;
}

static bool do_scrypt(void)
{
	static const struct scrypt_cost cost = { 4, 1, 1 };
	uint8_t out[16];
	struct ehr_err e;

	return crypto_scrypt(STR_NONE, STR_NONE, &cost, out, sizeof(out),
	    &e) == 0 && out[0] == 0x77; /* RFC 7914, 12 */
}

static bool do_aead(void)
{
	uint8_t sealed[64], plain[64];

	aead_seal(key, nonce, AD, TEXT, sealed);
	return aead_open(key, nonce, AD, (struct str){ (char *)sealed,
	    TEXT.n + AEAD_TAG_LEN }, plain) && memcmp(plain, TEXT.s,
	    TEXT.n) == 0;
}

static bool there_and_back(struct gcm *g)
{
	uint8_t b[16] = "text", tag[AEAD_TAG_LEN];
	const struct gcm_part part = { b, b, sizeof(b) };
	bool ok;

	gcm_seal(g, nonce, AD, &part, 1, tag);
	ok = gcm_open(g, nonce, AD, &part, 1, tag);
	gcm_free(g);
	return ok && b[0] == 't';
}

static bool do_gcm(void) { return there_and_back(gcm_new(key)); }
static bool do_chacha(void) { return there_and_back(chacha_new(key)); }

static bool do_sign(void)
{
	uint8_t public[CURVE_LEN], sig[ED25519_SIG_LEN];

	ed25519_public(key, public);
	ed25519_sign(key, TEXT, sig);
	if (!ed25519_verify(public, TEXT, (struct str){ (char *)sig,
	    sizeof(sig) }))
		return false;
	sig[0] ^= 1;
	return !ed25519_verify(public, TEXT, (struct str){ (char *)sig,
	    sizeof(sig) });
}

static bool do_agree(void)
{
	uint8_t other[CURVE_LEN], mine[CURVE_LEN], a[CURVE_LEN], b[CURVE_LEN];

	x25519_public(key, mine);
	x25519_public((const uint8_t *)"the secret of somebody else ....",
	    other);
	return x25519_shared(key, other, a) && x25519_shared(
	    (const uint8_t *)"the secret of somebody else ....", mine, b) &&
	    memcmp(a, b, sizeof(a)) == 0;
}

TEST(no_failure_of_a_call_is_taken_for_success)
{
	static const struct {
		bool (*op)(void);
		bool told;  /* of some failures: they do not end the process */
		bool twice; /* it is tried again, and comes out right */
	} ops[] = {
		{ do_sha256, false, false }, { do_uuid, false, false },
		{ do_hkdf, false, false }, { do_otp, false, false },
		{ do_scrypt, true, false }, /* the memory it wants */
		{ do_aead, true, false }, { do_gcm, true, false },
		{ do_chacha, true, false },
		{ do_sign, false, true },  /* the verdict */
		{ do_agree, true, false }, /* the other's value */
	};
	int total = 0, told, unnoticed;

	armed = true; /* from the first use of OpenSSL on */
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		int n = each_call(ops[i].op, &told, &unnoticed);

		CHECK(n >= 4);
		CHECK_INT(told > 0, ops[i].told);
		CHECK_INT(unnoticed > 0, ops[i].twice);
		total += n;
	}
	CHECK(total > 100);
}

TEST(random_bytes_come_in_pieces_and_after_signals)
{
	uint8_t b[64] = { 0 };
	int zeros = 0;

	odd_draws = 3;
	crypto_random(b, sizeof(b));
	CHECK_INT(odd_draws, 0);
	for (size_t i = 0; i < sizeof(b); i++)
		zeros += b[i] == 0;
	CHECK(zeros < 8);
}

TEST(what_is_too_short_opens_nothing)
{
	uint8_t plain[AEAD_TAG_LEN];

	CHECK(!aead_open(key, nonce, AD, (struct str){ (const char *)plain,
	    AEAD_TAG_LEN - 1 }, plain));
	CHECK(crypto_engine()[0] >= '3');
}
