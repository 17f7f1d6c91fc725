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
