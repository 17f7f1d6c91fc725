/* HKDF against RFC 5869, AES-GCM in parts against the one-shot call (which
 * crypto_wycheproof_test holds against Wycheproof). */
#include "ehr/crypto.h"

#include "test.h"

/* n bytes counting from first. */
static struct str count_from(uint8_t *to, uint8_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(first + i);
	return (struct str){ (char *)to, n };
}

static void expand(const char *hex, struct str secret, struct str salt,
    struct str info)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t key[82];
	size_t n = strlen(hex) / 2;

	hkdf_sha256(secret, salt, info, key, n);
	hex_format(&b, key, n);
	CHECK_STR(b.s, hex);
}

TEST(hkdf_rfc5869)
{
	uint8_t ikm[80], salt[80], info[80], same[22];

	memset(same, 0x0b, sizeof(same));
	/* A.1, A.2, A.3 */
	expand("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4"
	       "c5bf34007208d5b887185865",
	    (struct str){ (char *)same, 22 }, count_from(salt, 0, 13),
	    count_from(info, 0xf0, 10));
	expand("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19af"
	       "a97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9"
	       "aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
	    count_from(ikm, 0, 80), count_from(salt, 0x60, 80),
	    count_from(info, 0xb0, 80));
	expand("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c73"
	       "8d2d9d201395faa4b61a96c8",
	    (struct str){ (char *)same, 22 }, STR(""), STR(""));
}

TEST(gcm_parts_are_one_message)
{
	uint8_t key[AEAD_KEY_LEN], nonce[AEAD_NONCE_LEN], tag[AEAD_TAG_LEN];
	uint8_t text[1000], out[1000], once[1000 + AEAD_TAG_LEN];
	struct str ad = STR("what is not sealed");
	struct gcm *g;

	crypto_random(key, sizeof(key));
	crypto_random(text, sizeof(text));
	g = gcm_new(key);
	for (size_t cut = 0; cut < sizeof(text); cut += 37) {
		struct gcm_part part[] = {
			{ text, out, cut },
			{ text + cut, out + cut, sizeof(text) - cut },
		};
		struct gcm_part back[] = { { out, out, sizeof(out) } };

		crypto_random(nonce, sizeof(nonce));
		aead_seal(key, nonce, ad,
		    (struct str){ (char *)text, sizeof(text) }, once);
		gcm_seal(g, nonce, ad, part, 2, tag);
		CHECK(memcmp(out, once, sizeof(out)) == 0);
		CHECK(memcmp(tag, once + sizeof(out), sizeof(tag)) == 0);
		CHECK(gcm_open(g, nonce, ad, back, 1, tag));
		CHECK(memcmp(out, text, sizeof(text)) == 0);
	}
	gcm_free(g);
	gcm_free(NULL);
}

TEST(gcm_leaves_nothing_of_a_forgery)
{
	uint8_t key[AEAD_KEY_LEN], nonce[AEAD_NONCE_LEN], tag[AEAD_TAG_LEN];
	static const uint8_t zero[64];
	uint8_t text[64], sealed[64], out[64];
	struct gcm_part in[] = { { text, sealed, sizeof(text) } };
	struct gcm_part back[] = { { sealed, out, sizeof(out) } };
	struct gcm *g;

	crypto_random(key, sizeof(key));
	crypto_random(nonce, sizeof(nonce));
	memset(text, 'x', sizeof(text));
	g = gcm_new(key);
	gcm_seal(g, nonce, STR("a"), in, 1, tag);
	for (size_t bit = 0; bit < sizeof(sealed) * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!gcm_open(g, nonce, STR("a"), back, 1, tag));
		CHECK(memcmp(out, zero, sizeof(out)) == 0);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(!gcm_open(g, nonce, STR("b"), back, 1, tag));
	tag[15] ^= 1;
	CHECK(!gcm_open(g, nonce, STR("a"), back, 1, tag));
	tag[15] ^= 1;
	CHECK(gcm_open(g, nonce, STR("a"), back, 1, tag));
	CHECK(memcmp(out, text, sizeof(out)) == 0);
	gcm_free(g);
}
