/* restore.c - a record made anew of a backup, and the proof that it is the
 * one that was backed up. */
#include <stdlib.h>
#include <unistd.h>

#include "ehr/record.h"
#include "impl.h"

int backup_unlock(const struct backup_set *s, const struct backup *b,
    struct key_slots *f, struct keyring *ring, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	int rc = 0;

	if (!b->plain) {
		backup_path(s, b->id, "keys", &path);
		rc = keys_read(path.s, f, e);
		if (rc == EHR_ENOENT)
			return ehr_fail(e, EHR_EINTEGRITY, "%s: its key is "
			    "gone: nobody can restore it", b->id);
		if (rc == 0)
			rc = keys_open(f, path.s, ring, e);
	}
	return rc < 0 ? rc : manifest_check(b, ring, e);
}

/* ---- the chain, from the one that has all pages ---- */

struct link {
	const struct backup *b;
	uint8_t key[DATA_KEY_LEN];
};

struct chain {
	struct link *v; /* v[0] is what is wanted */
	size_t n;
};

static void chain_end(struct chain *c)
{
	if (c->v)
		crypto_cleanse(c->v, c->n * sizeof(*c->v));
	free(c->v);
}
#define CHAIN_AUTO EHR_CLEANUP(chain_end) struct chain

/* Key and manifest of the next link, from those of this one. */
static int follow(struct link *at, const struct link *from, struct ehr_err *e)
{
	KEYRING_AUTO *ring = NULL;
	int rc;

	if (from->b->plain)
		return manifest_check(at->b, NULL, e);
	if (!parent_open(from->b, from->key, at->key))
		return ehr_fail(e, EHR_EINTEGRITY, "%s: the chain is broken: "
		    "it does not open %s", from->b->id, at->b->id);
	rc = keyring_new(&ring, e);
	if (rc < 0)
		return rc;
	memcpy(ring->k[0].key, at->key, DATA_KEY_LEN);
	return manifest_check(at->b, ring, e);
}

static int chain_open(struct chain *c, const struct backup_set *s,
    const struct backup *b, const struct keyring *ring, struct ehr_err *e)
{
	int rc = backup_chain(s, b, e);
	size_t n = 1;

	if (rc < 0)
		return rc;
	for (const struct backup *at = b; at->parent[0]; n++)
		at = backup_parent(s, at);
	c->v = xcalloc(n, sizeof(*c->v));
	c->n = n;
	c->v[0].b = b;
	if (!b->plain)
		memcpy(c->v[0].key, ring->k[0].key, DATA_KEY_LEN);
	for (size_t i = 1; rc == 0 && i < n; i++) {
		c->v[i].b = backup_parent(s, c->v[i - 1].b);
		rc = follow(&c->v[i], &c->v[i - 1], e);
	}
	return rc;
}

/* ---- pages ---- */

struct restoring {
	const struct backup_target *t;
	struct store_pages *to;
	struct hashes hashes;
	uint64_t done, total;
};

static void restoring_end(struct restoring *r)
{
	store_pages_free(r->to);
	hashes_release(&r->hashes);
}

static int on_page(void *arg, uint32_t pgno, const void *page, size_t n,
    struct ehr_err *e)
{
	struct restoring *r = arg;
	uint8_t hash[PAGE_HASH];

	page_hash(page, n, hash);
	hashes_set(&r->hashes, pgno, hash);
	if (r->t->progress && ++r->done % 4096 == 0)
		r->t->progress(r->t->arg, r->done, r->total);
	return store_pages_put(r->to, pgno, page, e);
}

static int compare(struct restoring *r, const struct backup *b,
    struct ehr_err *e)
{
	uint8_t root[SHA256_LEN];

	hashes_cut(&r->hashes, (size_t)b->pages);
	hashes_root(&r->hashes, root);
	if (memcmp(root, b->root, SHA256_LEN) == 0)
		return 0;
	return ehr_fail(e, EHR_EINTEGRITY, "%s: its pages are not those that "
	    "were backed up", b->id);
}

int backup_restore(const struct backup_set *s, const struct backup *b,
    const struct keyring *ring, const struct backup_target *t,
    struct ehr_err *e)
{
	EHR_CLEANUP(restoring_end) struct restoring r = { .t = t };
	CHAIN_AUTO c = { NULL, 0 };
	int rc = chain_open(&c, s, b, ring, e);

	for (size_t i = 0; rc == 0 && i < c.n; i++)
		r.total += (uint64_t)c.v[i].b->stored;
	if (rc == 0)
		rc = store_pages_new(&r.to, t->path, t->keys, (size_t)b->page,
		    e);
	for (size_t i = c.n; rc == 0 && i-- > 0;)
		rc = pages_read(s, c.v[i].b, c.v[i].key, on_page, &r, e);
	if (rc == 0)
		rc = compare(&r, b, e);
	if (rc == 0)
		rc = store_pages_end(r.to, (uint32_t)b->pages, e);
	return rc;
}

/* ---- proof ---- */

static int check_log(struct store *db, const struct backup *b,
    struct ehr_err *e)
{
	uint8_t root[MERKLE_HASH];
	uint64_t size;
	int rc = audit_verify(db, NULL, NULL, e);

	if (rc == 0)
		rc = audit_head(db, &size, root, e);
	if (rc == 0 && ((int64_t)size != b->audit ||
	    memcmp(root, b->audit_root, sizeof(root)) != 0))
		rc = ehr_fail(e, EHR_EINTEGRITY, "the audit log is not the one "
		    "that was backed up");
	return rc;
}

int backup_prove(const struct backup *b, const struct backup_target *t,
    bool deep, struct ehr_err *e)
{
	const struct store_opts o = { .path = t->path, .mode = STORE_READ,
		.keys = t->keys };
	BUF_AUTO report = BUF_INIT;
	struct record *r = NULL;
	int rc = record_open_with(&r, &o, e);

	if (rc == 0)
		rc = check_log(record_store(r), b, e);
	if (rc == 0 && deep)
		rc = store_check(record_store(r), &report, e);
	record_close(r);
	if (rc < 0 && e)
		ehr_fail_prefix(e, "%s: restored, and not good: ", b->id);
	return rc;
}

int backup_verify(const struct backup_set *s, const struct backup *b,
    const struct keyring *ring, const struct backup_target *how,
    struct ehr_err *e)
{
	struct backup_target t = *how;
	KEYRING_AUTO *own = NULL;
	BUF_AUTO path = BUF_INIT;
	int rc = keyring_new(&own, e);

	if (rc < 0)
		return rc;
	keyring_make(own);
	buf_addf(&path, "%s/.%s.verify", s->path, b->id);
	t.path = path.s;
	t.keys = b->plain ? NULL : own;
	store_unlink(path.s);
	rc = backup_restore(s, b, ring, &t, e);
	if (rc == 0)
		rc = backup_prove(b, &t, true, e);
	store_unlink(path.s);
	return rc;
}
