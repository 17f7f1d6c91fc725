/* The primitives against C2SP's Wycheproof vectors: every case of ours with
 * its result, and each kind of result met. */
#include "ehr/crypto.h"
#include "ehr/json.h"

#include "test.h"

/* A case: the values its members have, decoded. */
struct vec {
	const struct tape *t;
	uint32_t test;
	struct buf bytes[8];
	int n;
};

static struct str of(struct vec *v, uint32_t node, const char *name)
{
	struct str s = tape_str(v->t, tape_get(v->t, node, name));
	struct buf *b = &v->bytes[v->n++];

	buf_reset(b);
	buf_grow(b, s.n / 2 + 1);
	CHECK(s.n % 2 == 0 && hex_parse(s, (uint8_t *)b->s, s.n / 2));
	b->len = s.n / 2;
	return buf_str(b);
}

static struct str member(struct vec *v, const char *name)
{
	return of(v, v->test, name);
}

static int64_t number(const struct tape *t, uint32_t i, const char *name)
{
	int64_t v = 0;

	CHECK(str_int(tape_str(t, tape_get(t, i, name)), &v));
	return v;
}

static bool same(const void *got, struct str want)
{
	return want.n == 0 || memcmp(got, want.s, want.n) == 0;
}

/* Runs fn for each case; group is its group. valid and invalid count what fn
 * took (it returns -1 for one that is not for us, else what it found). */
static void each(const char *name, int valid, int invalid,
    int (*fn)(struct vec *v, uint32_t group))
{
	BUF_AUTO path = BUF_INIT, text = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	struct vec v = { .t = &t };
	int count[2] = { 0, 0 }, got, want;
	struct in *in;
	char block[4096];
	ssize_t n;

	buf_addf(&path, "%s/security/wycheproof/%s", test_data(), name);
	CHECK(in_open(&in, path.s, NULL) == 0);
	while ((n = in_read(in, block, sizeof(block), NULL)) > 0)
		buf_add(&text, block, (size_t)n);
	in_close(in);
	CHECK(n == 0 && tape_parse(&t, text.s, text.len, NULL) == 0);
	for (int i = 0; i < 8; i++)
		v.bytes[i] = BUF_INIT;
	tape_each(&t, tape_get(&t, 0, "testGroups"), g) {
		tape_each(&t, tape_get(&t, g, "tests"), i) {
			v.test = i;
			v.n = 0;
			want = str_is(tape_str(&t, tape_get(&t, i, "result")),
			    "valid");
			got = fn(&v, g);
			if (got >= 0)
				count[want]++;
			if (got >= 0 && got != want)
				printf("%s: case %d\n", name,
				    (int)number(&t, i, "tcId"));
			CHECK(got < 0 || got == want);
		}
	}
	for (int i = 0; i < 8; i++)
		buf_release(&v.bytes[i]);
	CHECK_INT(count[1], valid);
	CHECK_INT(count[0], invalid);
}

static int gcm(struct vec *v, uint32_t group)
{
	struct str key = member(v, "key"), iv = member(v, "iv");
	struct str ad = member(v, "aad"), msg = member(v, "msg");
	struct str ct = member(v, "ct"), tag = member(v, "tag");
	BUF_AUTO sealed = BUF_INIT, plain = BUF_INIT;
	const uint8_t *k = (const uint8_t *)key.s;
	const uint8_t *nonce = (const uint8_t *)iv.s;

	(void)group;
	if (key.n != AEAD_KEY_LEN || iv.n != AEAD_NONCE_LEN)
		return -1;
	buf_addstr(&sealed, ct);
	buf_addstr(&sealed, tag);
	buf_grow(&plain, ct.n + 1);
	if (!aead_open(k, nonce, ad, buf_str(&sealed), (uint8_t *)plain.s))
		return 0;
	CHECK(same(plain.s, msg));
	buf_reset(&plain);
	buf_grow(&plain, msg.n + AEAD_TAG_LEN);
	aead_seal(k, nonce, ad, msg, (uint8_t *)plain.s);
	return same(plain.s, buf_str(&sealed));
}

TEST(aes_256_gcm)
{
	each("aes_gcm_test.json", 39, 27, gcm);
}

static int chacha(struct vec *v, uint32_t group)
{
	struct str key = member(v, "key"), iv = member(v, "iv");
	struct str ad = member(v, "aad"), msg = member(v, "msg");
	struct str ct = member(v, "ct"), tag = member(v, "tag");
	BUF_AUTO out = BUF_INIT;
	const uint8_t *nonce = (const uint8_t *)iv.s;
	uint8_t made[AEAD_TAG_LEN];
	struct gcm_part part;
	struct gcm *g;
	bool ok;

	(void)group;
	if (key.n != AEAD_KEY_LEN || iv.n != AEAD_NONCE_LEN)
		return -1;
	buf_grow(&out, ct.n + 1);
	part = (struct gcm_part){ ct.s, out.s, ct.n };
	g = chacha_new((const uint8_t *)key.s);
	ok = gcm_open(g, nonce, ad, &part, 1, (const uint8_t *)tag.s);
	if (ok) {
		CHECK(same(out.s, msg));
		part.in = msg.s;
		gcm_seal(g, nonce, ad, &part, 1, made);
		CHECK(same(out.s, ct) && same(made, tag));
	}
	gcm_free(g);
	return ok;
}

TEST(chacha20_poly1305)
{
	each("chacha20_poly1305_test.json", 256, 60, chacha);
}

static int hmac(struct vec *v, uint32_t group)
{
	struct str key = member(v, "key"), msg = member(v, "msg");
	struct str tag = member(v, "tag");
	struct str halves[] = { { msg.s, msg.n / 2 },
		{ msg.s + msg.n / 2, msg.n - msg.n / 2 } };
	uint8_t mac[SHA256_LEN], again[SHA256_LEN];

	CHECK_INT(tag.n * 8, number(v->t, group, "tagSize"));
	hmac_sha256(key, &msg, 1, mac);
	hmac_sha256(key, halves, 2, again);
	CHECK(memcmp(mac, again, sizeof(mac)) == 0);
	return same(mac, tag);
}

TEST(hmac_sha_256)
{
	each("hmac_sha256_test.json", 66, 108, hmac);
}

static int ed25519(struct vec *v, uint32_t group)
{
	struct str pk = of(v, tape_get(v->t, group, "publicKey"), "pk");
	struct str msg = member(v, "msg"), sig = member(v, "sig");

	CHECK_INT(pk.n, CURVE_LEN);
	return ed25519_verify((const uint8_t *)pk.s, msg, sig);
}

TEST(ed25519_signatures)
{
	each("ed25519_test.json", 88, 63, ed25519);
}

/* Sizes beyond what RFC 5869 2.3 allows are the caller's mistake. */
static int hkdf(struct vec *v, uint32_t group)
{
	struct str ikm = member(v, "ikm"), salt = member(v, "salt");
	struct str info = member(v, "info"), okm = member(v, "okm");
	int64_t n = number(v->t, v->test, "size");
	BUF_AUTO key = BUF_INIT;

	(void)group;
	if (n > 255 * SHA256_LEN)
		return -1;
	buf_grow(&key, (size_t)n);
	hkdf_sha256(ikm, salt, info, key.s, (size_t)n);
	return okm.n == (size_t)n && same(key.s, okm);
}

TEST(hkdf_sha_256)
{
	each("hkdf_sha256_test.json", 83, 0, hkdf);
}
