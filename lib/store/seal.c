/* seal.c - sealing with the keys of one file (seal.h). */
#include "seal.h"

enum { NONCE_AT = 0, TAG_AT = AEAD_NONCE_LEN, GEN_AT = TAG_AT + AEAD_TAG_LEN };

void seal_begin(struct seal *s, const struct keyring *keys,
    const uint8_t id[CRYPT_ID_LEN], const char *kind)
{
	uint8_t key[AEAD_KEY_LEN];

	seal_end(s);
	memcpy(s->id, id, sizeof(s->id));
	for (unsigned i = 0; i < keys->n; i++) {
		hkdf_sha256((struct str){ (const char *)keys->k[i].key,
				DATA_KEY_LEN },
		    (struct str){ (const char *)id, CRYPT_ID_LEN },
		    str_of(kind), key, sizeof(key));
		s->k[i].gen = keys->k[i].gen;
		s->k[i].g = gcm_new(key);
	}
	s->n = keys->n;
	crypto_cleanse(key, sizeof(key));
}

void seal_end(struct seal *s)
{
	for (unsigned i = 0; i < s->n; i++)
		gcm_free(s->k[i].g);
	s->n = 0;
}

struct seal_ad seal_ad(const struct seal *s)
{
	struct seal_ad ad;

	ad.n = 4;
	seal_ad_add(&ad, s->id, sizeof(s->id));
	return ad;
}

void seal_ad_add(struct seal_ad *ad, const void *p, size_t n)
{
	memcpy(ad->b + ad->n, p, n);
	ad->n += n;
}

void seal_ad_u32(struct seal_ad *ad, uint32_t v)
{
	put_u32(ad->b + ad->n, v);
	ad->n += 4;
}

void seal_ad_u64(struct seal_ad *ad, uint64_t v)
{
	seal_ad_u32(ad, (uint32_t)(v >> 32));
	seal_ad_u32(ad, (uint32_t)v);
}

static struct str ad_of(struct seal_ad *ad, uint32_t gen)
{
	put_u32(ad->b, gen);
	return (struct str){ (const char *)ad->b, ad->n };
}

void seal_close(struct seal *s, struct seal_ad *ad,
    const struct gcm_part *part, size_t n, uint8_t at[CRYPT_SEAL])
{
	unsigned use = s->use ? *s->use : 0;
	uint32_t gen = s->k[use].gen;

	crypto_random(at + NONCE_AT, AEAD_NONCE_LEN);
	put_u32(at + GEN_AT, gen);
	gcm_seal(s->k[use].g, at + NONCE_AT, ad_of(ad, gen), part, n,
	    at + TAG_AT);
}

enum seal_result seal_open(struct seal *s, struct seal_ad *ad,
    const struct gcm_part *part, size_t n, const uint8_t at[CRYPT_SEAL])
{
	uint32_t gen = seal_gen(at);

	for (unsigned i = 0; i < s->n; i++)
		if (s->k[i].gen == gen)
			return gcm_open(s->k[i].g, at + NONCE_AT,
			    ad_of(ad, gen), part, n, at + TAG_AT) ?
			    SEAL_OK : SEAL_FALSE;
	return SEAL_NO_KEY;
}

uint32_t seal_gen(const uint8_t at[CRYPT_SEAL])
{
	return get_u32(at + GEN_AT);
}

bool is_zero(const void *p, size_t n)
{
	const uint8_t *b = p;

	return n == 0 || (b[0] == 0 && memcmp(b, b + 1, n - 1) == 0);
}
