/* Curve25519: signatures (Ed25519) and agreed secrets (X25519). */
#include "ehr/crypto.h"
#include "evp.h"

#include <openssl/evp.h>
#include <stdlib.h>

static void pkey_free(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static void md_free(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static void pkey_ctx_free(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}

#define PKEY_AUTO     EHR_CLEANUP(pkey_free) EVP_PKEY
#define MD_AUTO	      EHR_CLEANUP(md_free) EVP_MD_CTX
#define PKEY_CTX_AUTO EHR_CLEANUP(pkey_ctx_free) EVP_PKEY_CTX

static EVP_PKEY *secret_key(const char *type, const uint8_t *secret)
{
	EVP_PKEY *k;

	crypto_setup();
	k = EVP_PKEY_new_raw_private_key_ex(NULL, type, NULL, secret,
	    CURVE_LEN);
	must(k != NULL);
	return k;
}

static void public_of(const char *type, const uint8_t *secret,
    uint8_t *public)
{
	PKEY_AUTO *k = secret_key(type, secret);
	size_t n = CURVE_LEN;

	must(EVP_PKEY_get_raw_public_key(k, public, &n));
}

void ed25519_public(const uint8_t secret[CURVE_LEN],
    uint8_t public[CURVE_LEN])
{
	public_of("ED25519", secret, public);
}

void ed25519_sign(const uint8_t secret[CURVE_LEN], struct str text,
    uint8_t sig[ED25519_SIG_LEN])
{
	PKEY_AUTO *k = secret_key("ED25519", secret);
	MD_AUTO *c = EVP_MD_CTX_new();
	size_t n = ED25519_SIG_LEN;

	must(c != NULL);
	must(EVP_DigestSignInit_ex(c, NULL, NULL, NULL, NULL, k, NULL));
	must(EVP_DigestSign(c, sig, &n, (const uint8_t *)text.s, text.n));
}

static bool verify_once(const uint8_t *public, struct str text,
    struct str sig)
{
	PKEY_AUTO *k = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
	    public, CURVE_LEN);
	MD_AUTO *c = EVP_MD_CTX_new();

	must(k != NULL && c != NULL);
	must(EVP_DigestVerifyInit_ex(c, NULL, NULL, NULL, NULL, k, NULL));
	return EVP_DigestVerify(c, (const uint8_t *)sig.s, sig.n,
	    (const uint8_t *)text.s, text.n) == 1;
}

enum { PROBE = 4096 }; /* more than a verdict takes */

/* A wrong signature and no memory are the same to OpenSSL: before it is taken
 * for wrong it is looked at again, with memory. */
bool ed25519_verify(const uint8_t public[CURVE_LEN], struct str text,
    struct str sig)
{
	if (sig.n != ED25519_SIG_LEN)
		return false;
	crypto_setup();
	if (verify_once(public, text, sig))
		return true;
	free(xmalloc(PROBE));
	return verify_once(public, text, sig);
}

void x25519_public(const uint8_t secret[CURVE_LEN], uint8_t public[CURVE_LEN])
{
	public_of("X25519", secret, public);
}

bool x25519_shared(const uint8_t secret[CURVE_LEN],
    const uint8_t other[CURVE_LEN], uint8_t shared[CURVE_LEN])
{
	PKEY_AUTO *k = secret_key("X25519", secret);
	PKEY_AUTO *peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL,
	    other, CURVE_LEN);
	PKEY_CTX_AUTO *c = EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL);
	size_t n = CURVE_LEN;

	must(c != NULL && peer != NULL);
	must(EVP_PKEY_derive_init(c));
	must(EVP_PKEY_derive_set_peer(c, peer));
	return EVP_PKEY_derive(c, shared, &n) == 1;
}
