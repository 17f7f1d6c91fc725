/* AES-256-GCM and ChaCha20-Poly1305 for many messages under one key: its
 * schedule is made once, a message costs only its nonce, and nothing is
 * allocated. */
#include "ehr/crypto.h"
#include "evp.h"

#include <openssl/evp.h>

/* An EVP_CIPHER_CTX under our own name, so that no header needs OpenSSL's. */
static EVP_CIPHER_CTX *evp(struct gcm *g)
{
	return (EVP_CIPHER_CTX *)g;
}

static struct gcm *new_of(const char *name, const uint8_t key[AEAD_KEY_LEN])
{
	EVP_CIPHER_CTX *c;
	EVP_CIPHER *cipher;

	crypto_setup();
	cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	c = cipher ? EVP_CIPHER_CTX_new() : NULL;
	must(c != NULL);
	must(EVP_CipherInit_ex2(c, cipher, key, NULL, 1, NULL));
	EVP_CIPHER_free(cipher);
	return (struct gcm *)c;
}

struct gcm *gcm_new(const uint8_t key[AEAD_KEY_LEN])
{
	return new_of("AES-256-GCM", key);
}

struct gcm *chacha_new(const uint8_t key[AEAD_KEY_LEN])
{
	return new_of("ChaCha20-Poly1305", key);
}

void gcm_free(struct gcm *g)
{
	EVP_CIPHER_CTX_free(evp(g));
}

/* Way 1: seals, 0: opens; the tag is still to be made or compared. */
static void run(EVP_CIPHER_CTX *c, int way, const uint8_t *nonce,
    struct str ad, const struct gcm_part *part, size_t n)
{
	int got;

	must(EVP_CipherInit_ex2(c, NULL, NULL, nonce, way, NULL));
	if (ad.n)
		must(EVP_CipherUpdate(c, NULL, &got, (const uint8_t *)ad.s,
		    (int)ad.n));
	for (size_t i = 0; i < n; i++)
		must(EVP_CipherUpdate(c, part[i].out, &got, part[i].in,
		    (int)part[i].n));
}

void gcm_seal(struct gcm *g, const uint8_t nonce[AEAD_NONCE_LEN],
    struct str ad, const struct gcm_part *part, size_t n,
    uint8_t tag[AEAD_TAG_LEN])
{
	int rest;

	run(evp(g), 1, nonce, ad, part, n);
	must(EVP_CipherFinal_ex(evp(g), tag, &rest));
	must(EVP_CIPHER_CTX_ctrl(evp(g), EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN,
	    tag));
}

bool gcm_open(struct gcm *g, const uint8_t nonce[AEAD_NONCE_LEN],
    struct str ad, const struct gcm_part *part, size_t n,
    const uint8_t tag[AEAD_TAG_LEN])
{
	uint8_t expected[AEAD_TAG_LEN], none[AEAD_TAG_LEN];
	int rest;

	memcpy(expected, tag, sizeof(expected));
	run(evp(g), 0, nonce, ad, part, n);
	must(EVP_CIPHER_CTX_ctrl(evp(g), EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN,
	    expected));
	if (EVP_CipherFinal_ex(evp(g), none, &rest) == 1)
		return true;
	for (size_t i = 0; i < n; i++)
		crypto_cleanse(part[i].out, part[i].n);
	return false;
}
