/* Digests and identifiers against published vectors. */
#include "ehr/crypto.h"

#include <pthread.h>

#include "test.h"

static const char *hex(struct buf *b, const void *p, size_t n)
{
	buf_reset(b);
	hex_format(b, p, n);
	return b->s;
}

/* FIPS 180-4, examples of the NIST's Secure Hash Standard page */
static const struct {
	const char *text, *digest;
} vectors[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb924"
	      "27ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223"
		 "b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	    "cf5b16a778af8380036ce59e7b049237"
	    "0b249b11e8f07a51afac45037afee9d1" },
};

TEST(sha256_vectors)
{
	BUF_AUTO b = BUF_INIT;
	struct sha256_ctx *c = sha256_new();
	uint8_t digest[SHA256_LEN];
	const char *p;
	size_t i;

	for (i = 0; i < ARRAY_LEN(vectors); i++) {
		sha256(vectors[i].text, strlen(vectors[i].text), digest);
		CHECK_STR(hex(&b, digest, SHA256_LEN), vectors[i].digest);
		sha256_reset(c);
		for (p = vectors[i].text; *p; p++)
			sha256_update(c, p, 1);
		sha256_final(c, digest);
		CHECK_STR(hex(&b, digest, SHA256_LEN), vectors[i].digest);
	}
	sha256_free(c);
	sha256_free(NULL);
}

TEST(sha256_million_a)
{
	BUF_AUTO b = BUF_INIT;
	struct sha256_ctx *c = sha256_new();
	uint8_t digest[SHA256_LEN];
	char a[1000];
	int i;

	memset(a, 'a', sizeof(a));
	for (i = 0; i < 1000; i++)
		sha256_update(c, a, sizeof(a));
	sha256_final(c, digest);
	sha256_free(c);
	CHECK_STR(hex(&b, digest, SHA256_LEN),
	    "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0");
}

/* The one-shot digest and the parts do not disturb each other. */
TEST(sha256_interleaved)
{
	struct sha256_ctx *c = sha256_new(), *d = sha256_new();
	uint8_t a[SHA256_LEN], b[SHA256_LEN], own[SHA256_LEN];

	sha256_update(c, "ab", 2);
	sha256("xyz", 3, own);
	sha256_update(d, "abc", 3);
	sha256_update(c, "c", 1);
	sha256_final(c, a);
	sha256_final(d, b);
	CHECK(memcmp(a, b, SHA256_LEN) == 0);
	CHECK(memcmp(a, own, SHA256_LEN) != 0);
	sha256_free(c);
	sha256_free(d);
}

static void *hash_much(void *arg)
{
	uint8_t first[SHA256_LEN], digest[SHA256_LEN];
	int i;

	sha256("abc", 3, first);
	for (i = 0; i < 20000; i++) {
		sha256(arg, 3, digest);
		sha256("abc", 3, digest);
		if (memcmp(first, digest, SHA256_LEN) != 0)
			return arg;
	}
	return NULL;
}

TEST(sha256_in_threads)
{
	static char names[][4] = { "one", "two", "thr", "fou" };
	pthread_t t[ARRAY_LEN(names)];
	void *wrong;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		CHECK(pthread_create(&t[i], NULL, hash_much, names[i]) == 0);
	for (i = 0; i < ARRAY_LEN(names); i++) {
		CHECK(pthread_join(t[i], &wrong) == 0);
		CHECK(wrong == NULL);
	}
}

static const uint8_t ns_dns[UUID_LEN] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad,
	0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

TEST(uuid5_names)
{
	uint8_t u[UUID_LEN], v[UUID_LEN];
	char text[37];

	/* RFC 9562 A.4 */
	uuid5(ns_dns, STR_NONE, STR("www.example.com"), u);
	uuid_format(u, text);
	CHECK_STR(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
	/* the source is part of the name, its end marked */
	uuid5(ns_dns, STR("a"), STR("bc"), u);
	uuid5(ns_dns, STR("ab"), STR("c"), v);
	CHECK(memcmp(u, v, UUID_LEN) != 0);
	uuid5(ns_dns, STR_NONE, STR("a\0bc"), v);
	CHECK(memcmp(u, v, UUID_LEN) == 0);
	uuid5(uuid_ns_content, STR("a"), STR("bc"), v);
	CHECK(memcmp(u, v, UUID_LEN) != 0);
	CHECK_INT(v[6] >> 4, 5);
	CHECK_INT(v[8] >> 6, 2);
}

TEST(uuid4_is_random)
{
	uint8_t u[UUID_LEN], v[UUID_LEN], any[UUID_LEN] = { 0 };
	char text[37];
	int i, j;

	uuid4(u);
	for (i = 0; i < 200; i++) {
		uuid4(v);
		CHECK_INT(v[6] >> 4, 4);
		CHECK_INT(v[8] >> 6, 2);
		CHECK(memcmp(u, v, UUID_LEN) != 0);
		for (j = 0; j < UUID_LEN; j++)
			any[j] |= u[j] ^ v[j];
		memcpy(u, v, UUID_LEN);
	}
	for (j = 0; j < UUID_LEN; j++)
		CHECK_INT(any[j], j == 6 ? 0x0F : j == 8 ? 0x3F : 0xFF);
	uuid_format(v, text);
	CHECK(uuid_valid(str_of(text)));
}

TEST(random_bytes)
{
	uint8_t a[300] = { 0 }, b[300] = { 0 };

	crypto_random(a, 0);
	CHECK_INT(a[0], 0);
	crypto_random(a, sizeof(a));
	crypto_random(b, sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	CHECK(memcmp(a + 150, b, 150) != 0);
}

TEST(secrets)
{
	char a[] = "key one", b[] = "key one", c[] = "key two";

	CHECK(crypto_equal(a, b, sizeof(a)));
	CHECK(!crypto_equal(a, c, sizeof(a)));
	CHECK(crypto_equal(a, c, 4));
	CHECK(crypto_equal(a, c, 0));
	crypto_cleanse(a, sizeof(a));
	CHECK_STR(a, "");
	CHECK_INT(a[6], 0);
}

/* ---- what keys are made with ---- */

static struct str unhex(struct buf *b, const char *text)
{
	size_t n = strlen(text) / 2;

	buf_reset(b);
	buf_grow(b, n + 1);
	CHECK(hex_parse(str_of(text), (uint8_t *)b->s, n));
	b->len = n;
	return buf_str(b);
}

/* RFC 7914 12 */
TEST(scrypt_vectors)
{
	static const struct {
		const char *pass, *salt;
		struct scrypt_cost cost;
		const char *key;
	} v[] = {
		{ "", "", { 4, 1, 1 },
		    "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3f"
		    "ede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628"
		    "cf35e20c38d18906" },
		{ "pleaseletmein", "SodiumChloride", { 14, 8, 1 },
		    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6"
		    "545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40"
		    "dfcf017b45575887" },
	};
	BUF_AUTO b = BUF_INIT;
	uint8_t key[64];

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		CHECK_INT(crypto_scrypt(str_of(v[i].pass), str_of(v[i].salt),
		    &v[i].cost, key, sizeof(key), NULL), 0);
		CHECK_STR(hex(&b, key, sizeof(key)), v[i].key);
	}
	CHECK_INT(scrypt_memory(&(struct scrypt_cost){ 16, 8, 1 }) >> 20, 64);
}

/* More than there is: an error, not the end. */
TEST(scrypt_without_memory)
{
	struct scrypt_cost cost = { 48, 8, 1 };
	struct ehr_err e = { 0, "" };
	uint8_t key[32];

	CHECK_INT(crypto_scrypt(STR("p"), STR("s"), &cost, key, sizeof(key),
	    &e), EHR_EIO);
	CHECK_STR(e.msg, "scrypt: needs 274877906944 MiB of memory");
}

/* RFC 8032 7.1, tests 1 to 3 */
TEST(ed25519_vectors)
{
	static const struct {
		const char *secret, *public, *text, *sig;
	} v[] = {
		{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac03"
		  "1cae7f60",
		    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68"
		    "f707511a", "",
		    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065"
		    "224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
		    "655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed"
		  "4fb8a6fb",
		    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f1"
		    "2af4660c", "72",
		    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223"
		    "ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
		    "b00d291612bb0c00" },
	};
	BUF_AUTO b = BUF_INIT, secret = BUF_INIT, text = BUF_INIT;
	uint8_t public[CURVE_LEN], sig[ED25519_SIG_LEN];

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		unhex(&secret, v[i].secret);
		unhex(&text, v[i].text);
		ed25519_public((uint8_t *)secret.s, public);
		CHECK_STR(hex(&b, public, sizeof(public)), v[i].public);
		ed25519_sign((uint8_t *)secret.s, buf_str(&text), sig);
		CHECK_STR(hex(&b, sig, sizeof(sig)), v[i].sig);
		CHECK(ed25519_verify(public, buf_str(&text),
		    (struct str){ (char *)sig, sizeof(sig) }));
		CHECK(!ed25519_verify(public, STR("other"),
		    (struct str){ (char *)sig, sizeof(sig) }));
		CHECK(!ed25519_verify(public, buf_str(&text),
		    (struct str){ (char *)sig, sizeof(sig) - 1 }));
	}
}

/* RFC 7748 6.1; a point of low order shares nothing */
TEST(x25519_vectors)
{
	static const char *const secret[] = {
		"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba5"
		"1db92c2a",
		"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27"
		"ff88e0eb" };
	static const char *const public[] = {
		"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98e"
		"aa9b4e6a",
		"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e14"
		"6f882b4f" };
	static const uint8_t low[CURVE_LEN];
	BUF_AUTO b = BUF_INIT, mine = BUF_INIT, other = BUF_INIT;
	uint8_t got[CURVE_LEN];

	for (int i = 0; i < 2; i++) {
		unhex(&mine, secret[i]);
		unhex(&other, public[1 - i]);
		x25519_public((uint8_t *)mine.s, got);
		CHECK_STR(hex(&b, got, sizeof(got)), public[i]);
		CHECK(x25519_shared((uint8_t *)mine.s, (uint8_t *)other.s,
		    got));
		CHECK_STR(hex(&b, got, sizeof(got)),
		    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c"
		    "1e161742");
		CHECK(!x25519_shared((uint8_t *)mine.s, low, got));
	}
}
