/* pages.c - ID.pages: a line, then the pages, each behind its number (4 bytes,
 * the highest first); sealed as a stream unless the record is plain. */
#include <stdlib.h>

#include "impl.h"

static const char head[] = "ehr-pages 1\n";

/* ---- writing ---- */

struct pages_out {
	struct out *out;
	struct stream_out *stream; /* NULL: plain */
	struct sha256_ctx *sha;
	int64_t bytes;
};

/* What goes to the file. */
static int put_file(void *arg, const void *p, size_t n, struct ehr_err *e)
{
	struct pages_out *o = arg;

	sha256_update(o->sha, p, n);
	o->bytes += (int64_t)n;
	return out_write(o->out, p, n, e);
}

int pages_out_new(struct pages_out **result, const struct backup_set *s,
    const struct backup *b, const struct keyring *ring, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct pages_out *o = xcalloc(1, sizeof(*o));
	BACKUP_KEY_AUTO k;
	int rc;

	backup_path(s, b->id, "pages", &path);
	rc = out_open(&o->out, path.s, false, e);
	if (rc < 0) {
		free(o);
		return rc;
	}
	o->sha = sha256_new();
	if (!b->plain) {
		backup_key(ring->k[0].key, b->id, "pages", &k);
		o->stream = stream_out_new(k.k, put_file, o);
	}
	*result = o;
	return put_file(o, head, sizeof(head) - 1, e);
}

static int put(struct pages_out *o, const void *p, size_t n,
    struct ehr_err *e)
{
	return o->stream ? stream_out_write(o->stream, p, n, e) :
	    put_file(o, p, n, e);
}

int pages_out_put(struct pages_out *o, uint32_t pgno, const void *page,
    size_t n, struct ehr_err *e)
{
	uint8_t no[PAGE_HEAD] = {
		(uint8_t)(pgno >> 24), (uint8_t)(pgno >> 16),
		(uint8_t)(pgno >> 8), (uint8_t)pgno,
	};
	int rc = put(o, no, sizeof(no), e);

	return rc < 0 ? rc : put(o, page, n, e);
}

static void out_free(struct pages_out *o)
{
	stream_out_free(o->stream);
	sha256_free(o->sha);
	free(o);
}

int pages_out_end(struct pages_out *o, struct backup *b, struct ehr_err *e)
{
	int rc = o->stream ? stream_out_end(o->stream, e) : 0;

	b->bytes = o->bytes;
	sha256_final(o->sha, b->sha256);
	if (rc == 0)
		rc = out_commit(o->out, e);
	else
		out_abort(o->out);
	out_free(o);
	return rc;
}

void pages_out_abort(struct pages_out *o)
{
	if (o == NULL)
		return;
	out_abort(o->out);
	out_free(o);
}

/* ---- reading ---- */

ssize_t read_whole(age_read_fn *fn, void *arg, void *p, size_t n,
    struct ehr_err *e)
{
	uint8_t *to = p;
	size_t have = 0;
	ssize_t got = 1;

	while (have < n && got > 0) {
		got = fn(arg, to + have, n - have, e);
		if (got < 0)
			return got;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static ssize_t get_file(void *in, void *p, size_t n, struct ehr_err *e)
{
	return in_read(in, p, n, e);
}

static ssize_t get_stream(void *s, void *p, size_t n, struct ehr_err *e)
{
	return stream_in_read(s, p, n, e);
}

int read_head(struct in *in, const char *want, struct ehr_err *e)
{
	char got[32];
	size_t n = strlen(want);
	ssize_t have = read_whole(get_file, in, got, n, e);

	if (have < 0)
		return (int)have;
	return have == (ssize_t)n && memcmp(got, want, n) == 0;
}

static void digest(void *sha, const void *p, size_t n)
{
	sha256_update(sha, p, n);
}

/* A file that is being read. */
struct reading {
	const struct backup *b;
	age_read_fn *get;
	void *from;
	store_page_fn *fn;
	void *arg;
	struct ehr_err *e;
};

static int wrong(const struct reading *r, const char *what)
{
	return ehr_fail(r->e, EHR_EINTEGRITY, "%s", what);
}

static int each_page(struct reading *r)
{
	uint8_t rec[PAGE_HEAD + PAGE_MAX];
	size_t page = (size_t)r->b->page;
	int64_t count = 0;
	ssize_t got;
	int rc = 0;

	while (rc == 0) {
		uint32_t no;

		got = read_whole(r->get, r->from, rec, PAGE_HEAD + page, r->e);
		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		no = (uint32_t)rec[0] << 24 | (uint32_t)rec[1] << 16 |
		    (uint32_t)rec[2] << 8 | rec[3];
		if (got < (ssize_t)(PAGE_HEAD + page) || no == 0 ||
		    no > r->b->pages || ++count > r->b->stored)
			return wrong(r, "pages are not what the manifest "
			    "says");
		rc = r->fn(r->arg, no, rec + PAGE_HEAD, page, r->e);
	}
	if (rc == 0 && count != r->b->stored)
		return wrong(r, "pages are missing");
	return rc;
}

static int each(struct reading *r, struct in *in,
    const uint8_t own[DATA_KEY_LEN])
{
	struct stream_in *s = NULL;
	BACKUP_KEY_AUTO k;
	int rc;

	rc = read_head(in, head, r->e);
	if (rc <= 0)
		return rc < 0 ? rc : wrong(r, "not a file of pages");
	if (!r->b->plain) {
		backup_key(own, r->b->id, "pages", &k);
		s = stream_in_new(k.k, get_file, in);
		r->get = get_stream;
		r->from = s;
	}
	rc = each_page(r);
	stream_in_free(s);
	return rc;
}

int pages_read(const struct backup_set *s, const struct backup *b,
    const uint8_t own[DATA_KEY_LEN], store_page_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct reading r = { b, get_file, NULL, fn, arg, e };
	struct sha256_ctx *sha = sha256_new();
	uint8_t sum[SHA256_LEN];
	BUF_AUTO path = BUF_INIT;
	struct in *in = NULL;
	int rc;

	backup_path(s, b->id, "pages", &path);
	rc = in_open(&in, path.s, e);
	if (rc == 0) {
		in_on_raw(in, digest, sha);
		r.from = in;
		rc = each(&r, in, own);
		in_close(in);
		if (rc == EHR_EINTEGRITY && e)
			ehr_fail_prefix(e, "%s: ", path.s);
	}
	sha256_final(sha, sum);
	if (rc == 0 && memcmp(sum, b->sha256, SHA256_LEN) != 0)
		rc = ehr_fail(e, EHR_EINTEGRITY, "%s: not the bytes that were "
		    "written", path.s);
	sha256_free(sha);
	return rc;
}
