/* evp.h - what the files of lib/crypto share. */
#ifndef CRYPTO_EVP_H
#define CRYPTO_EVP_H

#include "ehr/base.h"

/* Before the first use of OpenSSL: no openssl.cnf is read, so that nothing in
 * the environment can load a provider into a tool that holds a key. */
void crypto_setup(void);

/* HMAC with a digest that OpenSSL has under that name, size bytes of it. */
void evp_hmac(const char *digest, struct str key, const struct str *part,
    size_t n, uint8_t *mac, size_t size);

/* What can fail only for want of memory or of an algorithm. */
static inline void must(int ok)
{
	if (ok != 1)
		xnomem();
}

#endif
