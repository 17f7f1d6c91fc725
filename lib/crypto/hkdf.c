/* HKDF with SHA-256 (RFC 5869). */
#include "ehr/crypto.h"

void hkdf_sha256(struct str secret, struct str salt, struct str info,
    void *key, size_t n)
{
	uint8_t prk[SHA256_LEN], t[SHA256_LEN], count = 0;
	size_t have = 0;

	hmac_sha256(salt, &secret, 1, prk);
	for (uint8_t *out = key; n > 0; out += have, n -= have) {
		struct str part[] = {
			{ (char *)t, have }, /* nothing before the first */
			info,
			{ (char *)&count, 1 },
		};

		count++;
		hmac_sha256((struct str){ (char *)prk, sizeof(prk) }, part,
		    ARRAY_LEN(part), t);
		have = n < sizeof(t) ? n : sizeof(t);
		memcpy(out, t, have);
	}
	crypto_cleanse(prk, sizeof(prk));
	crypto_cleanse(t, sizeof(t));
}
