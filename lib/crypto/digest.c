/* SHA-256 and SHA-1 by OpenSSL's EVP. The algorithms are fetched once a
 * process and one context is kept per thread: fetching and allocating cost
 * more than hashing a small resource. */
#include "ehr/crypto.h"
#include "evp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

static EVP_MD *md_sha256, *md_sha1;
static pthread_key_t thread_ctx;
static __thread EVP_MD_CTX *own_ctx;

static void ctx_free(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static void fetch(void)
{
	crypto_setup();
	md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	md_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	must(md_sha256 && md_sha1 &&
	    pthread_key_create(&thread_ctx, ctx_free) == 0);
}

static EVP_MD_CTX *ctx_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	EVP_MD_CTX *ctx;

	pthread_once(&once, fetch);
	ctx = EVP_MD_CTX_new();
	must(ctx != NULL);
	return ctx;
}

/* This thread's context, freed when it ends. */
static EVP_MD_CTX *ctx_get(void)
{
	if (!own_ctx) {
		own_ctx = ctx_new();
		must(pthread_setspecific(thread_ctx, own_ctx) == 0);
	}
	return own_ctx;
}

void sha256(const void *p, size_t n, uint8_t digest[SHA256_LEN])
{
	EVP_MD_CTX *ctx = ctx_get();

	must(EVP_DigestInit_ex(ctx, md_sha256, NULL));
	must(EVP_DigestUpdate(ctx, p, n));
	must(EVP_DigestFinal_ex(ctx, digest, NULL));
}

void sha1_parts(const struct str *part, size_t count, uint8_t digest[SHA1_LEN])
{
	EVP_MD_CTX *ctx = ctx_get();
	size_t i;

	must(EVP_DigestInit_ex(ctx, md_sha1, NULL));
	for (i = 0; i < count; i++)
		must(EVP_DigestUpdate(ctx, part[i].s, part[i].n));
	must(EVP_DigestFinal_ex(ctx, digest, NULL));
}

/* ---- in parts ---- */

/* An EVP_MD_CTX under our own name, so that no header needs OpenSSL's. */
static EVP_MD_CTX *evp(struct sha256_ctx *c)
{
	return (EVP_MD_CTX *)c;
}

struct sha256_ctx *sha256_new(void)
{
	struct sha256_ctx *c = (struct sha256_ctx *)ctx_new();

	sha256_reset(c);
	return c;
}

void sha256_free(struct sha256_ctx *c)
{
	EVP_MD_CTX_free(evp(c));
}

void sha256_reset(struct sha256_ctx *c)
{
	must(EVP_DigestInit_ex(evp(c), md_sha256, NULL));
}

void sha256_update(struct sha256_ctx *c, const void *p, size_t n)
{
	must(EVP_DigestUpdate(evp(c), p, n));
}

void sha256_final(struct sha256_ctx *c, uint8_t digest[SHA256_LEN])
{
	must(EVP_DigestFinal_ex(evp(c), digest, NULL));
}

const char *crypto_engine(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
