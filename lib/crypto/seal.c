/* AES-256-GCM over one message. */
#include "ehr/crypto.h"
#include "evp.h"

#include <openssl/evp.h>

static void ctx_free(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}

static void cipher_free(EVP_CIPHER **c)
{
	EVP_CIPHER_free(*c);
}

/* A context with key and nonce; way 1: to seal, 0: to open. */
static EVP_CIPHER_CTX *begin(const uint8_t *key, const uint8_t *nonce,
    struct str ad, int way)
{
	EHR_CLEANUP(cipher_free) EVP_CIPHER *gcm = NULL;
	EVP_CIPHER_CTX *c;
	int n;

	crypto_setup();
	gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	c = gcm ? EVP_CIPHER_CTX_new() : NULL;
	must(c != NULL);
	must(EVP_CipherInit_ex2(c, gcm, key, nonce, way, NULL));
	if (ad.n)
		must(EVP_CipherUpdate(c, NULL, &n, (const uint8_t *)ad.s,
		    (int)ad.n));
	return c;
}

void aead_seal(const uint8_t key[AEAD_KEY_LEN],
    const uint8_t nonce[AEAD_NONCE_LEN], struct str ad, struct str plain,
    uint8_t *sealed)
{
	EHR_CLEANUP(ctx_free) EVP_CIPHER_CTX *c = begin(key, nonce, ad, 1);
	int n = 0, rest;

	if (plain.n)
		must(EVP_EncryptUpdate(c, sealed, &n,
		    (const uint8_t *)plain.s, (int)plain.n));
	must(EVP_EncryptFinal_ex(c, sealed + n, &rest));
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN,
	    sealed + plain.n));
}

bool aead_open(const uint8_t key[AEAD_KEY_LEN],
    const uint8_t nonce[AEAD_NONCE_LEN], struct str ad, struct str sealed,
    uint8_t *plain)
{
	EHR_CLEANUP(ctx_free) EVP_CIPHER_CTX *c = NULL;
	uint8_t tag[AEAD_TAG_LEN];
	int n = 0, rest;

	if (sealed.n < AEAD_TAG_LEN)
		return false;
	sealed.n -= AEAD_TAG_LEN;
	memcpy(tag, sealed.s + sealed.n, sizeof(tag));
	c = begin(key, nonce, ad, 0);
	if (sealed.n)
		must(EVP_DecryptUpdate(c, plain, &n,
		    (const uint8_t *)sealed.s, (int)sealed.n));
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN, tag));
	if (EVP_DecryptFinal_ex(c, plain + n, &rest) == 1)
		return true;
	crypto_cleanse(plain, sealed.n);
	return false;
}
