/* HMAC and scrypt. */
#include "ehr/crypto.h"
#include "evp.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static void mac_free(EVP_MAC **m)
{
	EVP_MAC_free(*m);
}

static void mac_ctx_free(EVP_MAC_CTX **c)
{
	EVP_MAC_CTX_free(*c);
}

void evp_hmac(const char *digest, struct str key, const struct str *part,
    size_t n, uint8_t *mac, size_t size)
{
	EHR_CLEANUP(mac_free) EVP_MAC *m = NULL;
	EHR_CLEANUP(mac_ctx_free) EVP_MAC_CTX *c = NULL;
	OSSL_PARAM set[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest,
		    0),
		OSSL_PARAM_END,
	};
	size_t got;

	crypto_setup();
	m = EVP_MAC_fetch(NULL, "HMAC", NULL);
	c = m ? EVP_MAC_CTX_new(m) : NULL;
	must(c != NULL);
	/* NULL would mean the key of before */
	must(EVP_MAC_init(c, (const uint8_t *)(key.n ? key.s : ""), key.n,
	    set));
	for (size_t i = 0; i < n; i++)
		must(EVP_MAC_update(c, (const uint8_t *)part[i].s, part[i].n));
	must(EVP_MAC_final(c, mac, &got, size));
}

void hmac_sha256(struct str key, const struct str *part, size_t n,
    uint8_t mac[SHA256_LEN])
{
	evp_hmac("SHA256", key, part, n, mac, SHA256_LEN);
}

static void kdf_free(EVP_KDF **k)
{
	EVP_KDF_free(*k);
}

static void kdf_ctx_free(EVP_KDF_CTX **c)
{
	EVP_KDF_CTX_free(*c);
}

/* More is refused before it is asked for. */
#define SCRYPT_MOST ((uint64_t)4 << 30)

int crypto_scrypt(struct str pass, struct str salt,
    const struct scrypt_cost *cost, void *key, size_t n, struct ehr_err *e)
{
	EHR_CLEANUP(kdf_free) EVP_KDF *k = NULL;
	EHR_CLEANUP(kdf_ctx_free) EVP_KDF_CTX *c = NULL;
	uint64_t size = (uint64_t)1 << cost->log_n;
	uint32_t r = cost->r, p = cost->p;
	uint64_t want = scrypt_memory(cost) + (1 << 20);
	uint64_t most = want < SCRYPT_MOST ? want : SCRYPT_MOST;
	OSSL_PARAM set[] = {
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD,
		    (char *)(pass.n ? pass.s : ""), pass.n),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT,
		    (char *)(salt.n ? salt.s : ""), salt.n),
		OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_N, &size),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
		OSSL_PARAM_END,
	};

	crypto_setup();
	k = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	c = k ? EVP_KDF_CTX_new(k) : NULL;
	must(c != NULL);
	if (EVP_KDF_derive(c, key, n, set) == 1)
		return 0;
	return ehr_fail(e, EHR_EIO, "scrypt: needs %llu MiB of memory",
	    (unsigned long long)(scrypt_memory(cost) >> 20));
}
