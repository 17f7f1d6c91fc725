/* hashes.c - the hash of each page, by which an increment knows what
 * changed. */
#include <stdlib.h>

#include "impl.h"

void hashes_release(struct hashes *h)
{
	free(h->v);
	*h = (struct hashes){ 0 };
}

void page_hash(const void *page, size_t n, uint8_t hash[PAGE_HASH])
{
	uint8_t whole[SHA256_LEN];

	sha256(page, n, whole);
	memcpy(hash, whole, PAGE_HASH);
}

/* What was not set is zero. */
static void room(struct hashes *h, size_t n)
{
	size_t cap = h->cap ? h->cap : 1024;

	while (cap < n)
		cap += cap / 2;
	if (cap > h->cap) {
		h->v = xrealloc(h->v, cap * PAGE_HASH);
		h->cap = cap;
	}
	if (n > h->n) {
		memset(h->v + h->n * PAGE_HASH, 0, (n - h->n) * PAGE_HASH);
		h->n = n;
	}
}

bool hashes_set(struct hashes *h, uint32_t pgno,
    const uint8_t hash[PAGE_HASH])
{
	bool fresh = pgno > h->n;
	uint8_t *at;

	room(h, pgno);
	at = h->v + (size_t)(pgno - 1) * PAGE_HASH;
	if (!fresh && memcmp(at, hash, PAGE_HASH) == 0)
		return false;
	memcpy(at, hash, PAGE_HASH);
	return true;
}

void hashes_cut(struct hashes *h, size_t n)
{
	room(h, n);
	h->n = n;
}

void hashes_root(const struct hashes *h, uint8_t root[SHA256_LEN])
{
	sha256(h->v, h->n * PAGE_HASH, root);
}

/* ---- ID.hashes: a line, the data key, the hashes ---- */

static const char head[] = "ehr-hashes 1\n";

static int put_out(void *out, const void *p, size_t n, struct ehr_err *e)
{
	return out_write(out, p, n, e);
}

static ssize_t get_in(void *in, void *p, size_t n, struct ehr_err *e)
{
	return in_read(in, p, n, e);
}

static int write_sealed(struct out *out, const struct backup *b,
    const struct hashes *h, const uint8_t own[DATA_KEY_LEN],
    const uint8_t *list_key, struct ehr_err *e)
{
	struct stream_out *s;
	BACKUP_KEY_AUTO k;
	int rc;

	backup_key(list_key, b->id, "hashes", &k);
	s = stream_out_new(k.k, put_out, out);
	rc = stream_out_write(s, own, DATA_KEY_LEN, e);
	if (rc == 0)
		rc = stream_out_write(s, h->v, h->n * PAGE_HASH, e);
	if (rc == 0)
		rc = stream_out_end(s, e);
	stream_out_free(s);
	return rc;
}

int hashes_write(const struct backup_set *s, const struct backup *b,
    const struct hashes *h, const uint8_t own[DATA_KEY_LEN],
    const uint8_t *list_key, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct out *out;
	int rc;

	backup_path(s, b->id, "hashes", &path);
	rc = out_open(&out, path.s, false, e);
	if (rc < 0)
		return rc;
	rc = out_write(out, head, sizeof(head) - 1, e);
	if (rc == 0)
		rc = list_key ? write_sealed(out, b, h, own, list_key, e) :
		    out_write(out, h->v, h->n * PAGE_HASH, e);
	if (rc == 0)
		return out_commit(out, e);
	out_abort(out);
	return rc;
}

/* Exactly n bytes, nothing behind them. */
static bool read_all(age_read_fn *fn, void *arg, void *p, size_t n)
{
	uint8_t more;

	return read_whole(fn, arg, p, n, NULL) == (ssize_t)n &&
	    fn(arg, &more, 1, NULL) == 0;
}

static ssize_t get_stream(void *s, void *p, size_t n, struct ehr_err *e)
{
	return stream_in_read(s, p, n, e);
}

static bool read_sealed(struct in *in, const struct backup *b, uint8_t *v,
    size_t n, uint8_t own[DATA_KEY_LEN], const uint8_t *list_key)
{
	struct stream_in *s;
	BACKUP_KEY_AUTO k;
	uint8_t *all = xmalloc(n + DATA_KEY_LEN);
	bool ok;

	backup_key(list_key, b->id, "hashes", &k);
	s = stream_in_new(k.k, get_in, in);
	ok = read_all(get_stream, s, all, n + DATA_KEY_LEN);
	if (ok) {
		memcpy(own, all, DATA_KEY_LEN);
		memcpy(v, all + DATA_KEY_LEN, n);
	}
	crypto_cleanse(all, DATA_KEY_LEN);
	free(all);
	stream_in_free(s);
	return ok;
}

int hashes_read(const struct backup_set *s, const struct backup *b,
    struct hashes *h, uint8_t own[DATA_KEY_LEN], const uint8_t *list_key)
{
	BUF_AUTO path = BUF_INIT;
	uint8_t root[SHA256_LEN];
	struct in *in;
	size_t n = (size_t)b->pages * PAGE_HASH;
	bool ok;

	backup_path(s, b->id, "hashes", &path);
	if (in_open(&in, path.s, NULL) < 0)
		return 0;
	hashes_cut(h, (size_t)b->pages);
	ok = read_head(in, head, NULL) > 0;
	if (ok)
		ok = list_key ? read_sealed(in, b, h->v, n, own,
		    list_key) : read_all(get_in, in, h->v, n);
	in_close(in);
	hashes_root(h, root);
	if (ok && memcmp(root, b->root, SHA256_LEN) == 0)
		return 1;
	hashes_release(h);
	return 0;
}
