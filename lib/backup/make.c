/* make.c - a backup of the snapshot that is open: all pages, or those whose
 * hash is another than in the backup before. */
#include <unistd.h>

#include "impl.h"

/* An increment goes on with a chain until its increments come to more than
 * all pages: then a restore reads at most twice the record. */
#define CHAIN_FREE ((int64_t)64 << 20)

struct making {
	struct backup_set *s;
	const struct backup_opt *o;
	struct backup *b;
	struct hashes hashes;
	uint8_t parent[DATA_KEY_LEN]; /* key of the one it builds on */
	struct pages_out *out; /* NULL: a dry run */
	uint32_t last;	       /* highest number */
	int64_t seen;
};

static void making_end(struct making *m)
{
	hashes_release(&m->hashes);
	pages_out_abort(m->out);
	crypto_cleanse(m->parent, sizeof(m->parent));
}

static void note(const struct backup_opt *o, const char *text)
{
	if (o->note)
		o->note(o->arg, text);
}

/* ---- what to build on ---- */

static const struct backup *newest(const struct backup_set *s,
    const uint8_t record[UUID_LEN])
{
	for (size_t i = s->n; i-- > 0;)
		if (!s->v[i].fault[0] && memcmp(s->v[i].record, record,
		    UUID_LEN) == 0)
			return &s->v[i];
	return NULL;
}

static bool too_long(const struct backup_set *s, const struct backup *b)
{
	int64_t sum = 0;

	for (; b->parent[0]; b = backup_parent(s, b))
		sum += b->bytes;
	return sum > CHAIN_FREE && sum > b->bytes;
}

/* The backup before, when the new one can build on it: its hashes are read
 * then. */
static const struct backup *base(struct making *m)
{
	const struct backup *b = newest(m->s, m->o->record);
	struct ehr_err why = { 0, "" };

	if (b == NULL || m->o->full)
		return NULL;
	if (backup_chain(m->s, b, &why) < 0) {
		note(m->o, why.msg);
		return NULL;
	}
	if (b->plain != (m->o->slots == NULL) || too_long(m->s, b))
		return NULL;
	if (hashes_read(m->s, b, &m->hashes, m->parent,
	    m->o->slots ? m->o->list_key : NULL) > 0)
		return b;
	note(m->o, "the list of the backup before cannot be used: all pages "
	    "are taken");
	return NULL;
}

/* ---- pages ---- */

static int on_page(void *arg, uint32_t pgno, const void *page, size_t n,
    struct ehr_err *e)
{
	struct making *m = arg;
	uint8_t hash[PAGE_HASH];

	if (pgno > m->last)
		m->last = pgno;
	if (m->o->progress && ++m->seen % 4096 == 0)
		m->o->progress(m->o->arg, (uint64_t)m->seen, 0);
	page_hash(page, n, hash);
	m->b->page = (int64_t)n;
	if (!hashes_set(&m->hashes, pgno, hash))
		return 0;
	m->b->stored++;
	return m->out ? pages_out_put(m->out, pgno, page, n, e) : 0;
}

static int take_pages(struct making *m, struct ehr_err *e)
{
	int rc = store_pages_each(m->o->db, on_page, m, e);

	if (rc < 0)
		return rc;
	m->b->pages = m->last;
	hashes_cut(&m->hashes, m->last);
	hashes_root(&m->hashes, m->b->root);
	return 0;
}

/* ---- all of it ---- */

#define YEAR_9999 INT64_C(253402300799999) /* a manifest has no later time */

/* Later than all of the record's, whatever the clock says: by time the newest
 * is found, and what is kept. */
static int64_t time_of(const struct making *m)
{
	const struct backup *last = newest(m->s, m->o->record);
	int64_t now = clock_ms();

	if (last == NULL || last->time < now || last->time >= YEAR_9999)
		return now;
	note(m->o, "the clock is behind the last backup here, whose time is "
	    "gone on with");
	return last->time + 1;
}

static int begin(struct making *m, struct keyring *ring, struct ehr_err *e)
{
	const struct backup *parent = base(m);
	struct backup *b = m->b;
	uint64_t events;
	int rc = audit_head(m->o->db, &events, b->audit_root, e);

	b->audit = (int64_t)events;
	b->time = time_of(m);
	b->plain = m->o->slots == NULL;
	memcpy(b->record, m->o->record, UUID_LEN);
	keyring_make(ring);
	if (parent)
		memcpy(b->parent, parent->id, sizeof(b->parent));
	if (parent && !b->plain)
		parent_seal(b, ring->k[0].key, m->parent);
	return rc;
}

/* The slots of the record, in a file of another name: the agent must not take
 * the keys of one for those of the other. */
static int write_keys(struct making *m, const struct keyring *ring,
    struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct key_slots f;

	if (m->b->plain)
		return 0;
	f = *m->o->slots;
	uuid4(f.record);
	backup_path(m->s, m->b->id, "keys", &path);
	return keys_write(path.s, &f, ring, true, e);
}

static int write_all(struct making *m, struct keyring *ring,
    struct ehr_err *e)
{
	int rc = m->o->dry_run ? 0 : write_keys(m, ring, e);

	if (rc == 0 && !m->o->dry_run)
		rc = pages_out_new(&m->out, m->s, m->b, ring, e);
	if (rc == 0)
		rc = take_pages(m, e);
	if (rc == 0 && m->out) {
		rc = pages_out_end(m->out, m->b, e);
		m->out = NULL;
		if (rc == 0)
			rc = hashes_write(m->s, m->b, &m->hashes,
			    ring->k[0].key,
			    m->b->plain ? NULL : m->o->list_key, e);
	}
	return rc;
}

int backup_make(struct backup_set *s, const struct backup_opt *o,
    struct backup *b, struct keyring *ring, struct ehr_err *e)
{
	EHR_CLEANUP(making_end) struct making m = { .s = s, .o = o, .b = b };
	int rc = begin(&m, ring, e);

	if (rc == 0)
		rc = write_all(&m, ring, e);
	if (rc == 0)
		manifest_mac(b, ring, b->mac);
	else if (!o->dry_run)
		backup_remove(s, b, NULL);
	return rc;
}

int backup_commit(struct backup_set *s, struct backup *b, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT, text = BUF_INIT, old = BUF_INIT;
	struct out *out;
	int rc;

	manifest_format(b, &text);
	backup_path(s, b->id, "backup", &path);
	rc = out_open(&out, path.s, false, e);
	if (rc < 0)
		return rc;
	rc = out_write(out, text.s, text.len, e);
	if (rc == 0)
		rc = out_commit(out, e);
	else
		out_abort(out);
	if (rc == 0)
		for (size_t i = 0; i < s->n; i++) {
			if (memcmp(s->v[i].record, b->record, UUID_LEN) != 0)
				continue;
			buf_reset(&old);
			backup_path(s, s->v[i].id, "hashes", &old);
			unlink(old.s);
		}
	return rc;
}
