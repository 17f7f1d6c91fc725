/* stream.c - a stream of sealed chunks (age.h). */
#include <stdlib.h>

#include "ehr/age.h"

enum {
	SEALED = STREAM_CHUNK + AEAD_TAG_LEN,
	LAST_AT = AEAD_NONCE_LEN - 1,
};

/* Number of the chunk, 11 bytes, and a byte that says whether it is the last
 * one. */
static void set_nonce(uint8_t nonce[AEAD_NONCE_LEN], uint64_t no, bool last)
{
	memset(nonce, 0, AEAD_NONCE_LEN);
	for (int i = LAST_AT - 1; no; i--, no >>= 8)
		nonce[i] = (uint8_t)no;
	nonce[LAST_AT] = last;
}

/* ---- writing ---- */

struct stream_out {
	struct gcm *g;
	age_write_fn *fn;
	void *arg;
	uint64_t no;
	size_t n; /* bytes of plain */
	uint8_t plain[STREAM_CHUNK], sealed[SEALED];
};

struct stream_out *stream_out_new(const uint8_t key[AEAD_KEY_LEN],
    age_write_fn *fn, void *arg)
{
	struct stream_out *s = xcalloc(1, sizeof(*s));

	s->g = chacha_new(key);
	s->fn = fn;
	s->arg = arg;
	return s;
}

static int put_chunk(struct stream_out *s, bool last, struct ehr_err *e)
{
	struct gcm_part part = { s->plain, s->sealed, s->n };
	uint8_t nonce[AEAD_NONCE_LEN];
	size_t n = s->n;

	set_nonce(nonce, s->no++, last);
	gcm_seal(s->g, nonce, STR_NONE, &part, 1, s->sealed + n);
	s->n = 0;
	return s->fn(s->arg, s->sealed, n + AEAD_TAG_LEN, e);
}

/* A full chunk waits until it is known whether it is the last one. */
int stream_out_write(struct stream_out *s, const void *p, size_t n,
    struct ehr_err *e)
{
	const uint8_t *from = p;
	int rc = 0;

	while (rc == 0 && n > 0) {
		size_t k = STREAM_CHUNK - s->n;

		if (k == 0) {
			rc = put_chunk(s, false, e);
			continue;
		}
		if (k > n)
			k = n;
		memcpy(s->plain + s->n, from, k);
		s->n += k;
		from += k;
		n -= k;
	}
	return rc;
}

int stream_out_end(struct stream_out *s, struct ehr_err *e)
{
	return put_chunk(s, true, e);
}

void stream_out_free(struct stream_out *s)
{
	if (s == NULL)
		return;
	gcm_free(s->g);
	crypto_cleanse(s, sizeof(*s));
	free(s);
}

/* ---- reading ---- */

struct stream_in {
	struct gcm *g;
	age_read_fn *fn;
	void *arg;
	uint64_t no;
	bool eof, last; /* of what is read; the last chunk was opened */
	size_t have;	/* bytes of sealed: a chunk and one more, to see */
	size_t at, n;	/* of plain: taken, there */
	uint8_t sealed[SEALED + 1], plain[STREAM_CHUNK];
};

struct stream_in *stream_in_new(const uint8_t key[AEAD_KEY_LEN],
    age_read_fn *fn, void *arg)
{
	struct stream_in *s = xcalloc(1, sizeof(*s));

	s->g = chacha_new(key);
	s->fn = fn;
	s->arg = arg;
	return s;
}

static int fill(struct stream_in *s, struct ehr_err *e)
{
	ssize_t got;

	while (!s->eof && s->have < sizeof(s->sealed)) {
		got = s->fn(s->arg, s->sealed + s->have,
		    sizeof(s->sealed) - s->have, e);
		if (got < 0)
			return (int)got;
		s->eof = got == 0;
		s->have += (size_t)got;
	}
	return 0;
}

/* Opens the chunk as the last one, or as one with others behind it. */
static bool open_chunk(struct stream_in *s, size_t n, bool last)
{
	struct gcm_part part = { s->sealed, s->plain, n - AEAD_TAG_LEN };
	uint8_t nonce[AEAD_NONCE_LEN];

	set_nonce(nonce, s->no, last);
	return gcm_open(s->g, nonce, STR_NONE, &part, 1,
	    s->sealed + n - AEAD_TAG_LEN);
}

static int fault(const struct stream_in *s, const char *what,
    struct ehr_err *e)
{
	return ehr_fail(e, EHR_EINTEGRITY, "chunk %llu %s",
	    (unsigned long long)s->no + 1, what);
}

/* A full chunk at the end may be marked as not the last, and one with others
 * behind it as the last: then it is good, and what is wrong comes behind. */
static int next_chunk(struct stream_in *s, struct ehr_err *e)
{
	int rc = fill(s, e);
	size_t n = s->have > SEALED ? SEALED : s->have;

	if (rc < 0)
		return rc;
	if (n < AEAD_TAG_LEN)
		return fault(s, n ? "ends early" : "is missing", e);
	if (n == AEAD_TAG_LEN && s->no)
		return fault(s, "is empty", e);
	if (n < SEALED || !open_chunk(s, n, false)) {
		if (!open_chunk(s, n, true))
			return fault(s, "is not what was written there", e);
		s->last = true;
	}
	s->no++;
	s->at = 0;
	s->n = n - AEAD_TAG_LEN;
	s->have -= n;
	memmove(s->sealed, s->sealed + n, s->have);
	return 0;
}

ssize_t stream_in_read(struct stream_in *s, void *p, size_t n,
    struct ehr_err *e)
{
	int rc = 0;

	while (rc == 0 && s->at == s->n && !s->last)
		rc = next_chunk(s, e);
	if (rc == 0 && s->at == s->n && s->have)
		rc = ehr_fail(e, EHR_EINTEGRITY, "something is behind the "
		    "last chunk");
	if (rc < 0)
		return rc;
	if (n > s->n - s->at)
		n = s->n - s->at;
	memcpy(p, s->plain + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

void stream_in_free(struct stream_in *s)
{
	if (s == NULL)
		return;
	gcm_free(s->g);
	crypto_cleanse(s, sizeof(*s));
	free(s);
}
