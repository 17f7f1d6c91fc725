/* wrap.c - the file key in a stanza, for a key or for a passphrase. */
#include <stdlib.h>

#include "impl.h"

/* A key seals once, so the nonce may be zero. */
static const uint8_t nonce[AEAD_NONCE_LEN];

static struct str bytes(const void *p, size_t n)
{
	return (struct str){ p, n };
}

/* The wrap key made by both sides (age.md, X25519 recipient stanza). */
static void wrap_key(const uint8_t shared[CURVE_LEN],
    const uint8_t share[CURVE_LEN], const uint8_t to[CURVE_LEN],
    uint8_t key[AEAD_KEY_LEN])
{
	uint8_t salt[2 * CURVE_LEN];

	memcpy(salt, share, CURVE_LEN);
	memcpy(salt + CURVE_LEN, to, CURVE_LEN);
	hkdf_sha256(bytes(shared, CURVE_LEN), bytes(salt, sizeof(salt)),
	    STR(AGE_LABEL "/X25519"), key, AEAD_KEY_LEN);
}

static int scrypt_key(struct str pass, struct str salt, int log_n,
    uint8_t key[AEAD_KEY_LEN], struct ehr_err *e)
{
	const struct scrypt_cost cost = { (uint8_t)log_n, 8, 1 };
	BUF_AUTO whole = BUF_INIT;

	buf_adds(&whole, AGE_LABEL "/scrypt");
	buf_addstr(&whole, salt);
	return crypto_scrypt(pass, buf_str(&whole), &cost, key, AEAD_KEY_LEN,
	    e);
}

/* ---- writing ---- */

static void put_body(struct buf *b, const uint8_t wrap[AEAD_KEY_LEN],
    const uint8_t key[AGE_FILE_KEY])
{
	uint8_t body[AGE_WRAPPED];
	struct gcm_part part = { key, body, AGE_FILE_KEY };
	struct gcm *g = chacha_new(wrap);

	gcm_seal(g, nonce, STR_NONE, &part, 1, body + AGE_FILE_KEY);
	gcm_free(g);
	buf_addch(b, '\n');
	b64_raw(b, body, sizeof(body)); /* 43 columns: one line */
	buf_addch(b, '\n');
}

int wrap_x25519(struct buf *b, const uint8_t to[CURVE_LEN],
    const uint8_t key[AGE_FILE_KEY], struct ehr_err *e)
{
	uint8_t secret[CURVE_LEN], share[CURVE_LEN], shared[CURVE_LEN];
	uint8_t wrap[AEAD_KEY_LEN];
	bool ok;

	crypto_random(secret, sizeof(secret));
	x25519_public(secret, share);
	ok = x25519_shared(secret, to, shared);
	if (ok) {
		wrap_key(shared, share, to, wrap);
		buf_adds(b, "-> X25519 ");
		b64_raw(b, share, sizeof(share));
		put_body(b, wrap, key);
	}
	crypto_cleanse(secret, sizeof(secret));
	crypto_cleanse(shared, sizeof(shared));
	crypto_cleanse(wrap, sizeof(wrap));
	return ok ? 0 : ehr_fail(e, EHR_EIO, "age: no secret can be shared "
	    "with a recipient");
}

int wrap_scrypt(struct buf *b, struct str pass,
    const uint8_t key[AGE_FILE_KEY], struct ehr_err *e)
{
	uint8_t salt[AGE_SALT], wrap[AEAD_KEY_LEN];
	int rc;

	crypto_random(salt, sizeof(salt));
	rc = scrypt_key(pass, bytes(salt, sizeof(salt)), AGE_LOG_N, wrap, e);
	if (rc < 0)
		return rc;
	buf_adds(b, "-> scrypt ");
	b64_raw(b, salt, sizeof(salt));
	buf_addf(b, " %d", AGE_LOG_N);
	put_body(b, wrap, key);
	crypto_cleanse(wrap, sizeof(wrap));
	return 0;
}

/* ---- reading ---- */

static int faulty(struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EINTEGRITY, "age header: %s", what);
}

/* 1: it was sealed with this key. */
static int open_body(const struct stanza *s, const uint8_t wrap[AEAD_KEY_LEN],
    uint8_t key[AGE_FILE_KEY])
{
	struct gcm_part part = { s->body.s, key, AGE_FILE_KEY };
	struct gcm *g = chacha_new(wrap);
	bool ok = gcm_open(g, nonce, STR_NONE, &part, 1,
	    (const uint8_t *)s->body.s + AGE_FILE_KEY);

	gcm_free(g);
	return ok;
}

static bool arg_is(const struct stanza *s, size_t i, struct buf *out, size_t n)
{
	buf_reset(out);
	return b64_strict(out, s->arg[i], false) && out->len == n;
}

static int open_x25519(const struct stanza *s,
    const uint8_t secret[CURVE_LEN], uint8_t key[AGE_FILE_KEY],
    struct ehr_err *e)
{
	uint8_t shared[CURVE_LEN], public[CURVE_LEN], wrap[AEAD_KEY_LEN];
	BUF_AUTO share = BUF_INIT;
	int rc;

	if (s->n_arg != 2 || !arg_is(s, 1, &share, CURVE_LEN) ||
	    s->body.n != AGE_WRAPPED)
		return faulty(e, "a stanza X25519 is of another form");
	if (!x25519_shared(secret, (const uint8_t *)share.s, shared))
		return faulty(e, "a stanza X25519 has a share of low order");
	x25519_public(secret, public);
	wrap_key(shared, (const uint8_t *)share.s, public, wrap);
	rc = open_body(s, wrap, key);
	crypto_cleanse(shared, sizeof(shared));
	crypto_cleanse(wrap, sizeof(wrap));
	return rc;
}

/* Decimal digits, no zero in front; -1: not so, or too much work. */
static int work_factor(struct str s)
{
	int64_t v;

	if (s.n == 0 || s.n > 2 || s.s[0] < '1' || s.s[0] > '9' ||
	    !str_int(s, &v) || v > AGE_MAX_LOG_N)
		return -1;
	return (int)v;
}

static int open_scrypt(const struct stanza *s, const struct age_from *from,
    uint8_t key[AGE_FILE_KEY], struct ehr_err *e)
{
	uint8_t wrap[AEAD_KEY_LEN];
	BUF_AUTO salt = BUF_INIT;
	char pass[AGE_MAX_PASS];
	size_t n = 0;
	int log_n, rc;

	if (s->n_arg != 3 || !arg_is(s, 1, &salt, AGE_SALT) ||
	    s->body.n != AGE_WRAPPED)
		return faulty(e, "a stanza scrypt is of another form");
	log_n = work_factor(s->arg[2]);
	if (log_n < 0)
		return faulty(e, "a stanza scrypt asks for too much work, or "
		    "for none");
	if (from->ask == NULL)
		return 0;
	rc = from->ask(from->arg, pass, &n, e);
	if (rc == 0)
		rc = scrypt_key(bytes(pass, n), buf_str(&salt), log_n, wrap,
		    e);
	crypto_cleanse(pass, sizeof(pass));
	if (rc == 0)
		rc = open_body(s, wrap, key);
	crypto_cleanse(wrap, sizeof(wrap));
	return rc;
}

int unwrap(const struct header *h, const struct age_from *from,
    uint8_t key[AGE_FILE_KEY], struct ehr_err *e)
{
	size_t keys = from->secret ? from->secret->n : 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < h->n; i++) {
		const struct stanza *s = &h->v[i];

		if (str_is(s->arg[0], "scrypt"))
			rc = open_scrypt(s, from, key, e);
		else if (str_is(s->arg[0], "X25519"))
			for (size_t k = 0; rc == 0 && k < keys; k++)
				rc = open_x25519(s, from->secret->key[k], key,
				    e);
	}
	if (rc == 0)
		return ehr_fail(e, EHR_ENOTEHR, "age: nothing that was given "
		    "opens it");
	return rc < 0 ? rc : 0;
}
