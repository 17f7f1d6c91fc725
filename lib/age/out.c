/* out.c - an age file written: header, nonce, stream; armored or not. */
#include <stdlib.h>

#include "impl.h"

enum { COLUMNS = 64, LINE = COLUMNS / 4 * 3 }; /* of the armor */

struct age_out {
	age_write_fn *fn;
	void *arg;
	bool armor;
	struct stream_out *stream;
	uint8_t line[LINE]; /* of the armor */
	size_t n;
	struct buf text;
};

/* ---- armor ---- */

static void put_line(struct age_out *o, const void *p, size_t n)
{
	base64_encode(&o->text, p, n);
	buf_addch(&o->text, '\n');
}

static int put(void *arg, const void *p, size_t n, struct ehr_err *e)
{
	struct age_out *o = arg;
	const uint8_t *from = p;

	if (!o->armor)
		return o->fn(o->arg, p, n, e);
	buf_reset(&o->text);
	while (n > 0) {
		size_t k = LINE - o->n < n ? LINE - o->n : n;

		memcpy(o->line + o->n, from, k);
		o->n += k;
		from += k;
		n -= k;
		if (o->n == LINE) {
			put_line(o, o->line, LINE);
			o->n = 0;
		}
	}
	return o->fn(o->arg, o->text.s, o->text.len, e);
}

static int begin_armor(struct age_out *o, struct ehr_err *e)
{
	return o->armor ? o->fn(o->arg, AGE_BEGIN "\n", sizeof(AGE_BEGIN), e) :
	    0;
}

static int end_armor(struct age_out *o, struct ehr_err *e)
{
	if (!o->armor)
		return 0;
	buf_reset(&o->text);
	if (o->n)
		put_line(o, o->line, o->n);
	buf_adds(&o->text, AGE_END "\n");
	return o->fn(o->arg, o->text.s, o->text.len, e);
}

/* ---- the file ---- */

static int format_header(struct header *h, const struct age_to *to,
    const uint8_t key[AGE_FILE_KEY], struct ehr_err *e)
{
	uint8_t mac[SHA256_LEN];
	int rc = 0;

	buf_adds(&h->text, AGE_LABEL "\n");
	if (to->pass.n)
		rc = wrap_scrypt(&h->text, to->pass, key, e);
	for (size_t i = 0; rc == 0 && to->pass.n == 0 && i < to->keys->n; i++)
		rc = wrap_x25519(&h->text, to->keys->key[i], key, e);
	if (rc < 0)
		return rc;
	buf_adds(&h->text, "---");
	header_mac(h, key, mac);
	buf_addch(&h->text, ' ');
	b64_raw(&h->text, mac, sizeof(mac));
	buf_addch(&h->text, '\n');
	return 0;
}

static int begin(struct age_out *o, const struct age_to *to,
    struct ehr_err *e)
{
	EHR_CLEANUP(header_release) struct header h = HEADER_INIT;
	uint8_t key[AGE_FILE_KEY], nonce[AGE_SALT], payload[AEAD_KEY_LEN];
	int rc;

	crypto_random(key, sizeof(key));
	crypto_random(nonce, sizeof(nonce));
	rc = format_header(&h, to, key, e);
	payload_key(key, nonce, payload);
	o->stream = stream_out_new(payload, put, o);
	crypto_cleanse(key, sizeof(key));
	crypto_cleanse(payload, sizeof(payload));
	if (rc == 0)
		rc = begin_armor(o, e);
	if (rc == 0)
		rc = put(o, h.text.s, h.text.len, e);
	return rc < 0 ? rc : put(o, nonce, sizeof(nonce), e);
}

int age_out_new(struct age_out **result, const struct age_to *to,
    age_write_fn *fn, void *arg, struct ehr_err *e)
{
	struct age_out *o = xcalloc(1, sizeof(*o));
	int rc;

	o->fn = fn;
	o->arg = arg;
	o->armor = to->armor;
	o->text = BUF_INIT;
	rc = begin(o, to, e);
	if (rc < 0) {
		age_out_free(o);
		return rc;
	}
	*result = o;
	return 0;
}

int age_out_write(struct age_out *o, const void *p, size_t n,
    struct ehr_err *e)
{
	return stream_out_write(o->stream, p, n, e);
}

int age_out_end(struct age_out *o, struct ehr_err *e)
{
	int rc = stream_out_end(o->stream, e);

	return rc < 0 ? rc : end_armor(o, e);
}

void age_out_free(struct age_out *o)
{
	if (o == NULL)
		return;
	stream_out_free(o->stream);
	buf_release(&o->text);
	free(o);
}

/* ---- an output of a tool ---- */

static int put_out(void *out, const void *p, size_t n, struct ehr_err *e)
{
	return out_file(out, p, n, e);
}

static int write_through(void *o, const void *p, size_t n, struct ehr_err *e)
{
	return age_out_write(o, p, n, e);
}

static int end_through(void *o, struct ehr_err *e)
{
	return age_out_end(o, e);
}

static void free_through(void *o)
{
	age_out_free(o);
}

int age_seal(struct out *out, const struct age_to *to, struct ehr_err *e)
{
	struct age_out *o;
	int rc = age_out_new(&o, to, put_out, out, e);

	if (rc == 0)
		out_through(out, write_through, end_through, free_through, o);
	return rc;
}
