/* evp.h - what the files of lib/crypto share. */
#ifndef CRYPTO_EVP_H
#define CRYPTO_EVP_H

#include "ehr/base.h"

/* Before the first use of OpenSSL: no openssl.cnf is read, so that nothing in
 * the environment can load a provider into a tool that holds a key. */
void crypto_setup(void);

/* What can fail only for want of memory or of an algorithm. */
static inline void must(int ok)
{
	if (ok != 1)
		xnomem();
}

#endif
