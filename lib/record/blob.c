/* blob.c - large attachments beside the body: the base64 text of a `data`
 * member is cut out of the stored text and kept decoded, once for all versions
 * that have it, and put back when the body is read. */
#include <endian.h>

#include "impl.h"

enum {
	BLOB_FROM = 64 << 10, /* bytes decoded */
};

static void put64(struct buf *b, uint64_t v)
{
	v = htole64(v);
	buf_add(b, &v, sizeof(v));
}

static uint64_t get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* Is text the one base64 form of bytes? Else it could not be put back. */
static bool decodes(struct str text, struct buf *bytes, struct buf *again)
{
	buf_reset(bytes);
	buf_reset(again);
	if (!base64_decode(bytes, text))
		return false;
	base64_encode(again, bytes->s, bytes->len);
	return str_eq(buf_str(again), text);
}

static int store_bytes(struct record *r, const struct buf *bytes,
    struct buf *blobs, struct ehr_err *e)
{
	struct stmt *s = sql(r, BLOB_ADD);
	uint8_t digest[SHA256_LEN];

	sha256(bytes->s, bytes->len, digest);
	buf_add(blobs, digest, sizeof(digest));
	put64(blobs, bytes->len);
	stmt_blob(s, 1, digest, sizeof(digest));
	stmt_int(s, 2, (int64_t)bytes->len);
	stmt_blob(s, 3, bytes->s, bytes->len);
	return stmt_run(s, e);
}

int blob_take(struct record *r, struct str body, struct buf *stored,
    struct buf *blobs, struct ehr_err *e)
{
	BUF_AUTO bytes = BUF_INIT;
	BUF_AUTO again = BUF_INIT;
	struct tape_error why;
	size_t done = 0;
	int rc = 0;

	buf_reset(stored);
	buf_reset(blobs);
	if (body.n < BLOB_FROM)
		return 0;
	if (tape_parse(&r->tape, body.s, body.n, &why) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "resource: %s", why.text);
	for (uint32_t i = 1; rc == 0 && i + 1 < r->tape.count; i++) {
		struct str text = tape_str(&r->tape, i + 1);

		if (text.n < BLOB_FROM || !str_is(tape_str(&r->tape, i),
		    "data") || tape_type(&r->tape, i + 1) != TAPE_STRING ||
		    !decodes(text, &bytes, &again) || bytes.len < BLOB_FROM)
			continue;
		buf_add(stored, r->tape.text + done,
		    r->tape.node[i + 1].off - done);
		done = (size_t)r->tape.node[i + 1].off + text.n;
		put64(blobs, stored->len);
		rc = store_bytes(r, &bytes, blobs, e);
	}
	if (blobs->len)
		buf_add(stored, r->tape.text + done, r->tape.len - done);
	return rc;
}

static int add_bytes(struct record *r, const char *entry, struct buf *out,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, BLOB_GET);
	struct str bytes;
	int rc;

	stmt_blob(s, 1, entry + 8, SHA256_LEN);
	stmt_int(s, 2, (int64_t)get64(entry + 8 + SHA256_LEN));
	rc = stmt_step(s, e);
	if (rc > 0) {
		bytes = stmt_col(s, 0);
		base64_encode(out, bytes.s, bytes.n);
	}
	stmt_reset(s);
	return rc != 0 ? rc : ehr_fail(e, EHR_EINTEGRITY,
	    "an attachment is missing");
}

int blob_put_back(struct record *r, struct str stored, struct str blobs,
    struct buf *body, struct ehr_err *e)
{
	size_t done = 0;
	int rc = 1;

	buf_reset(body);
	for (size_t i = 0; rc > 0 && i + BLOB_ENTRY <= blobs.n;
	    i += BLOB_ENTRY) {
		uint64_t at = get64(blobs.s + i);

		if (at < done || at > stored.n)
			return ehr_fail(e, EHR_EINTEGRITY,
			    "an attachment's place is outside the body");
		buf_add(body, stored.s + done, at - done);
		done = at;
		rc = add_bytes(r, blobs.s + i, body, e);
	}
	buf_add(body, stored.s + done, stored.n - done);
	return rc < 0 ? rc : 0;
}
