/*
 * seal.h - sealing with the keys of one file: nonce (12 bytes), tag (16) and
 * generation of the key (4, big-endian), CRYPT_SEAL bytes together.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "crypt.h"

/* Additional data: what is authenticated with a page though not sealed. Four
 * bytes in front are for the generation. */
struct seal_ad {
	size_t n;
	uint8_t b[4 + CRYPT_ID_LEN + 140];
};

struct seal {
	uint8_t id[CRYPT_ID_LEN];
	unsigned n; /* 0: not ready */
	const unsigned *use; /* which key seals; NULL: the newest */
	struct {
		uint32_t gen;
		struct gcm *g;
	} k[KEYRING_MAX];
};

/* Derives a key from each data key by HKDF: salt the file's id, info kind. */
void seal_begin(struct seal *s, const struct keyring *keys,
    const uint8_t id[CRYPT_ID_LEN], const char *kind);
void seal_end(struct seal *s); /* may be done twice */

/* The start of additional data: the file's id. */
struct seal_ad seal_ad(const struct seal *s);
void seal_ad_add(struct seal_ad *ad, const void *p, size_t n);
void seal_ad_u32(struct seal_ad *ad, uint32_t v);
void seal_ad_u64(struct seal_ad *ad, uint64_t v);

void seal_close(struct seal *s, struct seal_ad *ad,
    const struct gcm_part *part, size_t n, uint8_t at[CRYPT_SEAL]);
enum seal_result { SEAL_OK, SEAL_FALSE, SEAL_NO_KEY };
enum seal_result seal_open(struct seal *s, struct seal_ad *ad,
    const struct gcm_part *part, size_t n, const uint8_t at[CRYPT_SEAL]);
uint32_t seal_gen(const uint8_t at[CRYPT_SEAL]);

/* Big-endian numbers, as SQLite writes them. */
static inline uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}
static inline void put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

bool is_zero(const void *p, size_t n);

#endif
