/* rekey.c - a new data key: all pages of a file are sealed anew while others
 * read and write it (rekey.h).
 *
 * Who writes the main file of a log is a checkpoint, so the lock of
 * checkpoints keeps the pages of a batch still; readers and writers go on. A
 * reader may meet a page half written: it reads again. */
#include "rekey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "impl.h"

enum {
	CKPT_LOCK = 1,	   /* of the index of the log (SQLite's walformat) */
	LOCK_MS = 10000,   /* how long to wait for a checkpoint */
	TRUNCATE_MS = 100, /* a look whether readers are done with the log */
	ROUNDS = 5,
};

struct rekeying {
	struct store *db;
	const struct store_rekey *o;
	struct vfs_file *f;
	int fd; /* PATH-rekey */
	struct rekey_head h;
	uint8_t *page, *image; /* one; REKEY_BATCH of them */
	uint32_t bad; /* a page that could not be opened, or 0 */
	int64_t done, pages, rewritten;
	struct ehr_err *e;
};
#define REKEYING_AUTO EHR_CLEANUP(end) struct rekeying

static void end(struct rekeying *x)
{
	if (x->fd >= 0)
		close(x->fd);
	if (x->page)
		crypto_cleanse(x->page, x->h.ps);
	free(x->page);
	free(x->image);
}

static int failed(const struct rekeying *x)
{
	return ehr_fail_errno(x->e, "%s-rekey", x->db->path);
}

static int io(const struct rekeying *x, int rc, const char *what)
{
	if (rc == SQLITE_OK)
		return 0;
	return ehr_fail(x->e, EHR_EIO, "%s: %s: %s", x->db->path, what,
	    sqlite3_errstr(rc));
}

/* ---- the main file as it is on disk ---- */

static sqlite3_int64 place(const struct rekeying *x, uint32_t pgno)
{
	return (sqlite3_int64)(pgno - 1) * x->h.ps;
}

static int get_raw(struct rekeying *x, uint32_t pgno)
{
	return io(x, vfs_read(x->f, x->page, x->h.ps, place(x, pgno)), "read");
}

static int put_raw(struct rekeying *x, const uint8_t *p, uint32_t pgno)
{
	return io(x, x->f->real->pMethods->xWrite(x->f->real, p,
	    (int)x->h.ps, place(x, pgno)), "write");
}

static int sync_raw(struct rekeying *x)
{
	return io(x, x->f->real->pMethods->xSync(x->f->real,
	    SQLITE_SYNC_FULL), "sync");
}

static int count_pages(struct rekeying *x, uint32_t *n)
{
	sqlite3_int64 size = 0;
	int rc = io(x, vfs_size(x->f, &size), "size");

	*n = (uint32_t)(size / x->h.ps);
	x->pages = *n;
	return rc;
}

/* No checkpoint from here to unlock_pages(). */
static int lock_pages(struct rekeying *x)
{
	int64_t until = store_clock() + LOCK_MS;
	int rc;

	while ((rc = x->f->base.pMethods->xShmLock(&x->f->base, CKPT_LOCK, 1,
		SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE)) == SQLITE_BUSY &&
	    store_clock() < until)
		store_pause();
	return io(x, rc, "wait for a checkpoint");
}

static void unlock_pages(struct rekeying *x)
{
	x->f->base.pMethods->xShmLock(&x->f->base, CKPT_LOCK, 1,
	    SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
}

/* ---- a batch ---- */

static size_t image_size(const struct rekeying *x)
{
	return REKEY_IMAGE + x->h.ps;
}

/* The page is sealed with the new key, or nothing was ever written there, as
 * with the page of SQLite's lock bytes (at 1 GiB). 1, 0 or < 0. */
static int is_new(struct rekeying *x, uint32_t pgno)
{
	uint8_t seal[CRYPT_SEAL];
	int rc = io(x, vfs_read(x->f, seal, CRYPT_SEAL,
	    place(x, pgno) + x->h.ps - CRYPT_SEAL), "read");

	if (rc < 0 || seal_gen(seal) == x->h.gen)
		return rc < 0 ? rc : 1;
	rc = get_raw(x, pgno);
	return rc < 0 ? rc : is_zero(x->page, x->h.ps);
}

/* Adds the image of a page; one that does not open may be in the log. */
static void add_image(struct rekeying *x, uint32_t pgno)
{
	uint8_t *b = x->image + x->h.n * image_size(x);

	put_u32(b, pgno);
	memcpy(b + 4, x->page + x->h.ps - CRYPT_SEAL, CRYPT_SEAL);
	if (vfs_db_open_page(x->f, x->page, x->h.ps, pgno) != SEAL_OK) {
		x->bad = pgno;
		return;
	}
	vfs_room(x->f, x->h.ps);
	vfs_db_close_page(x->f, x->page, x->h.ps, pgno);
	memcpy(b + REKEY_IMAGE, x->f->buf, x->h.ps);
	x->h.n++;
}

static int put_images(struct rekeying *x)
{
	size_t n = x->h.n * image_size(x);
	off_t at = REKEY_HEAD;

	for (const uint8_t *p = x->image; n > 0;) {
		ssize_t k = pwrite(x->fd, p, n, at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failed(x);
		p += k;
		at += k;
		n -= (size_t)k;
	}
	if (rekey_put_head(x->fd, &x->h) != 0 || fsync(x->fd) != 0)
		return failed(x);
	return 0;
}

/* The images are on disk before the first page is. */
static int put_batch(struct rekeying *x)
{
	int rc = x->h.n ? put_images(x) : 0;

	for (uint32_t i = 0; rc == 0 && i < x->h.n; i++) {
		const uint8_t *b = x->image + i * image_size(x);

		rc = put_raw(x, b + REKEY_IMAGE, get_u32(b));
	}
	return rc < 0 || x->h.n == 0 ? rc : sync_raw(x);
}

/* From *pgno on, which moves behind the batch; 1: the last one. */
static int batch(struct rekeying *x, uint32_t *pgno)
{
	uint32_t pages, from = *pgno;
	int rc = count_pages(x, &pages), fresh;

	x->h.n = 0;
	for (; rc == 0 && *pgno <= pages && x->h.n < REKEY_BATCH &&
	    *pgno - from < 16 * REKEY_BATCH; ++*pgno) {
		fresh = is_new(x, *pgno);
		rc = fresh < 0 ? fresh : 0;
		if (fresh == 0)
			add_image(x, *pgno);
	}
	if (rc == 0)
		rc = put_batch(x);
	x->rewritten += rc == 0 ? x->h.n : 0;
	return rc < 0 ? rc : *pgno > pages;
}

static void told(const struct rekeying *x, uint32_t done)
{
	if (x->o->progress)
		x->o->progress(x->o->arg, done, x->pages);
}

/* All pages once; between batches the log is copied into the file, which
 * nobody else could do meanwhile. */
static int pass(struct rekeying *x)
{
	uint32_t pgno = 1;
	int rc = 0;

	x->bad = 0;
	while (rc == 0) {
		rc = lock_pages(x);
		if (rc < 0)
			return rc;
		rc = batch(x, &pgno);
		unlock_pages(x);
		told(x, pgno - 1);
		sqlite3_wal_checkpoint_v2(x->db->h, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	}
	return rc < 0 ? rc : 0;
}

/* ---- the log ---- */

/* Copies all of the log and cuts it off, while no writer is at work. A writer
 * that began with the old key has ended by then. */
static int try_truncate(struct rekeying *x)
{
	int rc = store_lock(x->db, STORE_BULK, x->e), log;

	if (rc < 0)
		return rc;
	sqlite3_busy_timeout(x->db->h, TRUNCATE_MS);
	log = sqlite3_wal_checkpoint_v2(x->db->h, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(x->db->h, STORE_BUSY_MS);
	store_unlock(x->db);
	if (log == SQLITE_OK)
		return 1;
	return (log & 0xff) == SQLITE_BUSY ? 0 :
	    store_fail(x->db, x->e, "checkpoint");
}

static int truncate_log(struct rekeying *x)
{
	int64_t until = store_clock() + x->o->wait_ms;
	int rc;

	while ((rc = try_truncate(x)) == 0 && store_clock() < until)
		store_pause();
	if (rc == 0)
		return ehr_fail(x->e, EHR_EIO, "%s: others read what is in "
		    "its log: the same command goes on when they ended",
		    x->db->path);
	return rc < 0 ? rc : 0;
}

/* ---- beginning ---- */

/* The file, ready, and its page size. */
static int begin(struct rekeying *x)
{
	sqlite3_file *f = NULL;
	uint8_t size[2];
	int rc = sqlite3_file_control(x->db->h, "main",
	    SQLITE_FCNTL_FILE_POINTER, &f);

	if (rc != SQLITE_OK || f->pMethods != &vfs_db_methods)
		return ehr_fail(x->e, EHR_EUSAGE, "%s: not encrypted",
		    x->db->path);
	x->f = (struct vfs_file *)f;
	rc = vfs_db_ready(x->f, false);
	if (rc == SQLITE_OK)
		rc = vfs_read(x->f, size, 2, 16);
	if (rc != SQLITE_OK)
		return io(x, rc, "open");
	x->h.ps = (uint32_t)size[0] << 8 | size[1];
	if (x->h.ps == 1)
		x->h.ps = 65536;
	memcpy(x->h.id, x->f->seal.id, CRYPT_ID_LEN);
	x->h.gen = x->f->c->keys->k[0].gen;
	x->page = xmalloc(x->h.ps);
	return 0;
}

/* Opens PATH-rekey, as one that others of the record may use as well. */
static int open_state(struct rekeying *x)
{
	struct stat st;

	x->fd = rekey_open(x->f->name, O_RDWR | O_CREAT, 0600);
	if (x->fd < 0 || stat(x->f->name, &st) != 0)
		return failed(x);
	if (fchown(x->fd, (uid_t)-1, st.st_gid) != 0)
		st.st_mode &= 0700; /* not for a group it is not for */
	return fchmod(x->fd, st.st_mode & 0660) == 0 ? 0 : failed(x);
}

static int put_phase(struct rekeying *x, enum rekey_phase phase)
{
	x->h.phase = phase;
	if (rekey_put_head(x->fd, &x->h) != 0 || fsync(x->fd) != 0)
		return failed(x);
	return out_sync_folder(x->f->name, x->e);
}

/* Pages that a power failure left half written get their images. */
static int settle(struct rekeying *x)
{
	uint8_t number[4];
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < x->h.n; i++) {
		uint32_t pgno, pages;

		rc = count_pages(x, &pages);
		if (rc == 0 && pread(x->fd, number, 4, REKEY_HEAD + (off_t)i *
			(off_t)image_size(x)) != 4)
			break; /* was not synced: no page was written */
		pgno = get_u32(number);
		if (rc < 0 || pgno == 0 || pgno > pages)
			continue;
		rc = get_raw(x, pgno);
		if (rc == 0 && vfs_db_open_page(x->f, x->page, x->h.ps,
			pgno) != SEAL_OK &&
		    rekey_image(x->f, x->page, x->h.ps, pgno))
			rc = put_raw(x, x->page, pgno);
	}
	return rc < 0 ? rc : sync_raw(x);
}

/* Takes what an earlier call left, or begins. */
static int take_state(struct rekeying *x)
{
	struct rekey_head h;
	bool ours = rekey_get_head(x->fd, &h) && h.gen == x->h.gen &&
	    h.ps == x->h.ps && memcmp(h.id, x->h.id, CRYPT_ID_LEN) == 0;
	int rc = 0;

	if (ours && h.phase == REKEY_WRITING && h.n) {
		x->h.n = h.n;
		rc = lock_pages(x);
		if (rc == 0) {
			rc = settle(x);
			unlock_pages(x);
		}
	}
	x->h.n = 0;
	return rc < 0 ? rc : put_phase(x, REKEY_WRITING);
}

static int use_log(struct rekeying *x)
{
	sqlite3_stmt *s = NULL;
	bool wal = sqlite3_prepare_v2(x->db->h, "PRAGMA journal_mode = WAL",
	    -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;

	sqlite3_finalize(s);
	return wal ? 0 : store_fail(x->db, x->e, "journal");
}

/* ---- what is called ---- */

/* A pass, then the log; again until a pass finds nothing to do. The second one
 * does not, unless a writer or a checkpoint that began with the old key was at
 * work during the first. */
static int rewrite(struct rekeying *x)
{
	int64_t before;
	int rc;

	for (int i = 0; i < ROUNDS; i++) {
		before = x->rewritten;
		rc = pass(x);
		if (rc < 0)
			return rc;
		if (i > 0 && x->rewritten == before)
			return x->bad == 0 ? 0 : ehr_fail(x->e, EHR_EINTEGRITY,
			    "%s: page %u is not what was written there",
			    x->db->path, x->bad);
		rc = truncate_log(x);
		if (rc < 0)
			return rc;
	}
	return ehr_fail(x->e, EHR_EIO, "%s: pages are written with the old "
	    "key again and again", x->db->path);
}

int store_rekey(struct store *db, const struct store_rekey *o,
    int64_t *rewritten, struct ehr_err *e)
{
	REKEYING_AUTO x = { .db = db, .o = o, .fd = -1, .e = e };
	int rc = begin(&x);

	if (rc == 0 && x.f->c->keys->n < 2)
		rc = ehr_fail(e, EHR_EUSAGE, "%s: has one key", db->path);
	if (rc == 0)
		rc = use_log(&x);
	if (rc == 0)
		rc = store_wait_gens(db, x.h.gen, o->wait_ms, e);
	if (rc == 0)
		rc = open_state(&x);
	if (rc < 0)
		return rc;
	x.image = xmalloc(REKEY_BATCH * image_size(&x));
	rc = take_state(&x);
	if (rc == 0)
		rc = rewrite(&x);
	if (rewritten)
		*rewritten = x.rewritten;
	return rc;
}

int store_rekey_dry(struct store *db, const struct store_rekey *o,
    struct ehr_err *e)
{
	REKEYING_AUTO x = { .db = db, .o = o, .fd = -1, .e = e };
	uint32_t pages = 0;
	int rc = begin(&x);

	if (rc == 0)
		rc = count_pages(&x, &pages);
	for (uint32_t pgno = 1; rc == 0 && pgno <= pages; pgno++) {
		rc = get_raw(&x, pgno);
		if (rc == 0 && !is_zero(x.page, x.h.ps) &&
		    x.f->base.pMethods->xRead(&x.f->base, x.page,
			(int)x.h.ps, place(&x, pgno)) != SQLITE_OK)
			rc = store_fail(db, e, "read");
		told(&x, pgno);
	}
	return rc;
}

int store_rekey_announce(struct store *db, uint32_t gen, struct ehr_err *e)
{
	REKEYING_AUTO x = { .db = db, .fd = -1, .e = e };
	int rc = begin(&x);

	if (rc == 0)
		rc = open_state(&x);
	x.h.gen = gen;
	return rc < 0 ? rc : put_phase(&x, REKEY_ANNOUNCED);
}

int store_rekey_end(struct store *db, struct ehr_err *e)
{
	REKEYING_AUTO x = { .db = db, .fd = -1, .e = e };
	BUF_AUTO name = BUF_INIT;
	int rc = begin(&x);

	if (rc < 0)
		return rc;
	rekey_name(x.f->name, &name);
	if (unlink(name.s) != 0 && errno != ENOENT)
		return failed(&x);
	return out_sync_folder(x.f->name, e);
}

enum store_rekey_state store_rekey_state(struct store *db)
{
	REKEYING_AUTO x = { .db = db, .fd = -1 };
	enum rekey_phase phase;

	if (begin(&x) < 0)
		return STORE_REKEY_NONE;
	phase = rekey_phase(x.f->name, x.h.gen);
	if (x.f->c->keys->n > 1)
		return STORE_REKEY_BEGUN;
	return phase == REKEY_WRITING ? STORE_REKEY_DONE : STORE_REKEY_NONE;
}

uint32_t store_generation(const struct store *db)
{
	return crypt_generation(db->crypt);
}
