/* keys.c - recipients and identities. */
#include <stdlib.h>

#include "impl.h"

#define RECIPIENT "age"
#define SECRET	  "AGE-SECRET-KEY-"

void age_keys_release(struct age_keys *k)
{
	if (k->key)
		crypto_cleanse(k->key, k->cap * CURVE_LEN);
	free(k->key);
	*k = AGE_KEYS_INIT;
}

/* No realloc(): it might leave a secret behind. */
static void grow(struct age_keys *k)
{
	size_t cap = k->cap ? 2 * k->cap : 8, n = k->n;
	uint8_t (*key)[CURVE_LEN] = xcalloc(cap, CURVE_LEN);

	if (n)
		memcpy(key, k->key, n * CURVE_LEN);
	age_keys_release(k);
	k->key = key;
	k->n = n;
	k->cap = cap;
}

/* Shares the same secret with everybody (RFC 7748 6.1). */
static bool low_order(const uint8_t key[CURVE_LEN])
{
	uint8_t any[CURVE_LEN], shared[CURVE_LEN];
	bool low;

	crypto_random(any, sizeof(any));
	low = !x25519_shared(any, key, shared);
	crypto_cleanse(any, sizeof(any));
	crypto_cleanse(shared, sizeof(shared));
	return low;
}

static int decode(struct str text, bool secret, uint8_t key[CURVE_LEN],
    struct ehr_err *e)
{
	if (!bech32_decode(text, secret ? SECRET : RECIPIENT, key, CURVE_LEN))
		return ehr_fail(e, EHR_EUSAGE, secret ? "no identity of age "
		    "(AGE-SECRET-KEY-1...), or of a kind not known here" :
		    "no recipient of age (age1...), or of a kind not known "
		    "here");
	if (!secret && low_order(key))
		return ehr_fail(e, EHR_EUSAGE, "no recipient of age: what is "
		    "sealed to this key is open to everybody");
	return 0;
}

int age_key_add(struct age_keys *k, struct str text, bool secret,
    struct ehr_err *e)
{
	uint8_t key[CURVE_LEN];
	int rc = decode(text, secret, key, e);

	if (rc == 0 && k->n == AGE_MAX_KEYS)
		rc = ehr_fail(e, EHR_EUSAGE, "more than %d keys",
		    AGE_MAX_KEYS);
	if (rc == 0 && k->n == k->cap)
		grow(k);
	if (rc == 0)
		memcpy(k->key[k->n++], key, sizeof(key));
	crypto_cleanse(key, sizeof(key));
	return rc;
}

static int add_lines(struct age_keys *k, const char *path, struct str text,
    bool secret, struct ehr_err *e)
{
	struct str line;
	unsigned no = 0;
	int rc = 0;

	while (rc == 0 && str_split(&text, '\n', &line)) {
		no++;
		line = str_trim(line);
		if (line.n == 0 || line.s[0] == '#')
			continue;
		rc = age_key_add(k, line, secret, e);
		if (rc < 0 && e)
			ehr_fail_prefix(e, "%s:%u: ", path, no);
	}
	return rc;
}

int age_keys_read(struct age_keys *k, const char *path, bool secret,
    struct ehr_err *e)
{
	enum { MOST = AGE_MAX_KEYS * 128 };
	size_t before = k->n;
	char *text;
	struct in *in;
	ssize_t got;
	size_t n = 0;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	text = xmalloc(MOST);
	while ((got = in_read(in, text + n, MOST - n, e)) > 0 &&
	    (n += (size_t)got) < MOST)
		;
	in_close(in);
	if (got < 0)
		rc = (int)got;
	else if (n == MOST)
		rc = ehr_fail(e, EHR_EUSAGE, "%s: too large", path);
	if (rc == 0)
		rc = add_lines(k, path, (struct str){ text, n }, secret, e);
	crypto_cleanse(text, MOST);
	free(text);
	return rc == 0 && k->n == before ? ehr_fail(e, EHR_EUSAGE,
	    "%s: no key in it", path) : rc;
}

void age_recipient(const uint8_t secret[CURVE_LEN], struct buf *b)
{
	uint8_t public[CURVE_LEN];

	x25519_public(secret, public);
	bech32_encode(b, RECIPIENT, public, sizeof(public));
}
