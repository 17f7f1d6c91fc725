/* digest.h - what uuid.c takes from digest.c. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "ehr/base.h"

enum { SHA1_LEN = 20 };

/* SHA-1 (FIPS 180-4 6.1) of the parts one behind the other; for names only,
 * it withstands no attack. */
void sha1_parts(const struct str *part, size_t count, uint8_t digest[SHA1_LEN]);

#endif
