/* vfs_db.c - the main file. A page is sealed where it lies: its last 32 bytes
 * are the seal; of page 1 the first 100 stay clear. SQLite reads and writes
 * whole pages here, but for the first 100 bytes, of which it takes the page
 * size and a change counter before it asks for page 1. */
#include "rekey.h"

/* A page may be sealed anew while it is read, by a process that the machine
 * keeps from its work just then: so often it is read again, 1 ms apart. */
enum { READ_AGAIN = 200, AT_ONCE = 4 };

/* Where the id comes from. One of our own holds until another process made
 * the file. */
enum id_state { ID_NONE, ID_OWN, ID_FILE };
struct db {
	enum id_state id;
};

static struct db *own(struct vfs_file *f)
{
	if (f->own == NULL)
		f->own = xcalloc(1, sizeof(struct db));
	return f->own;
}

static int take_id(struct vfs_file *f, const uint8_t *id, enum id_state state)
{
	if (f->seal.n == 0 || memcmp(f->seal.id, id, CRYPT_ID_LEN) != 0)
		seal_begin(&f->seal, f->c->keys, id, "ehr store db");
	own(f)->id = state;
	return SQLITE_OK;
}

int vfs_db_ready(struct vfs_file *f, bool make)
{
	uint8_t head[CRYPT_HEAD], id[CRYPT_ID_LEN] = CRYPT_MARK;
	sqlite3_int64 size;
	int rc;

	if (own(f)->id == ID_FILE)
		return SQLITE_OK;
	rc = vfs_size(f, &size);
	if (rc == SQLITE_OK && size >= CRYPT_HEAD)
		rc = vfs_read(f, head, CRYPT_HEAD, 0);
	if (rc != SQLITE_OK)
		return rc;
	/* a later page may be on disk before page 1 */
	if (size < CRYPT_HEAD || is_zero(head, sizeof(head)))
		size = 0;
	switch (crypt_kind(head, (size_t)size)) {
	case CRYPT_SEALED:
		return take_id(f, head + CRYPT_ID_AT, ID_FILE);
	case CRYPT_EMPTY:
		if (!make || own(f)->id == ID_OWN)
			return SQLITE_OK;
		crypto_random(id + 4, sizeof(id) - 4);
		return take_id(f, id, ID_OWN);
	case CRYPT_PLAIN:
		return vfs_fault(f, EHR_ENOTEHR, "not encrypted");
	default:
		return vfs_fault(f, EHR_ENOTEHR, "not an ehr file, or its "
		    "first bytes are damaged");
	}
}

void vfs_db_is(struct vfs_file *f, const uint8_t id[CRYPT_ID_LEN])
{
	if (f->seal.n == 0)
		take_id(f, id, ID_OWN);
}

static struct seal_ad page_ad(struct vfs_file *f, uint32_t pgno)
{
	struct seal_ad ad = seal_ad(&f->seal);

	seal_ad_u32(&ad, pgno);
	return ad;
}

enum seal_result vfs_db_open_page(struct vfs_file *f, uint8_t *p, size_t n,
    uint32_t pgno)
{
	struct seal_ad ad = page_ad(f, pgno);
	size_t clear = pgno == 1 ? CRYPT_HEAD : 0;
	struct gcm_part part = {
		p + clear, p + clear, n - clear - CRYPT_SEAL,
	};

	seal_ad_add(&ad, p, clear);
	return seal_open(&f->seal, &ad, &part, 1, p + n - CRYPT_SEAL);
}

/* ---- reading ---- */

/* Whether page 2 opens, so that the key is right and page 1 is at fault. Of
 * what size pages are cannot be asked of page 1. */
static bool key_fits(struct vfs_file *f)
{
	vfs_room(f, 65536);
	for (int n = 512; n <= 65536; n *= 2)
		if (vfs_read(f, f->buf, (size_t)n, n) == SQLITE_OK &&
		    vfs_db_open_page(f, f->buf, (size_t)n, 2) == SEAL_OK)
			return true;
	return false;
}

static int not_opened(struct vfs_file *f, uint32_t pgno, uint32_t gen,
    enum seal_result why)
{
	if (pgno == 1 && !key_fits(f))
		return vfs_fault(f, EHR_ENOTEHR, why == SEAL_NO_KEY ?
		    "wrong key: there is none of generation %u" :
		    "wrong key, or page 1 was changed (generation %u)", gen);
	if (why == SEAL_NO_KEY && gen == f->seal.k[0].gen + 1)
		return vfs_fault(f, EHR_ENOTEHR, "page %u has a key of "
		    "generation %u: the key was changed meanwhile", pgno, gen);
	return vfs_fault(f, EHR_EINTEGRITY, "page %u is not what was written "
	    "there", pgno);
}

/* Page 1 in the clear: what of its first 100 bytes must hold. */
static int check_head(struct vfs_file *f, const uint8_t *p, size_t n)
{
	uint32_t size = (uint32_t)p[16] << 8 | p[17];

	if (size == 1)
		size = 65536;
	if (p[CRYPT_RESERVE_AT] != CRYPT_SEAL || size != n)
		return vfs_fault(f, EHR_EINTEGRITY, "page 1 is of another "
		    "layout: %u bytes, %u reserved", size,
		    p[CRYPT_RESERVE_AT]);
	return SQLITE_OK;
}

static int read_page(struct vfs_file *f, uint8_t *p, size_t n, uint32_t pgno)
{
	sqlite3_int64 at = (sqlite3_int64)(pgno - 1) * (sqlite3_int64)n;
	enum seal_result got = SEAL_FALSE;
	int again = f->c->keys->n > 1 ? READ_AGAIN : 1;
	int image = again > 1 ? AT_ONCE : 0; /* at which try to look for one */
	uint32_t gen = 0;
	int rc = SQLITE_OK;

	for (int i = 0; got != SEAL_OK && i < again; i++) {
		if (i > AT_ONCE)
			sqlite3_sleep(1);
		rc = vfs_read(f, p, n, at);
		if (rc != SQLITE_OK)
			break;
		gen = seal_gen(p + n - CRYPT_SEAL);
		got = vfs_db_open_page(f, p, n, pgno);
		if (got != SEAL_OK && i == image && rekey_image(f, p, n, pgno))
			got = vfs_db_open_page(f, p, n, pgno);
	}
	if (rc == SQLITE_IOERR_SHORT_READ && own(f)->id == ID_FILE)
		return vfs_fault(f, EHR_EINTEGRITY, "page %u is missing: the "
		    "file is too short", pgno);
	if (rc != SQLITE_OK)
		return rc;
	if (got != SEAL_OK)
		return not_opened(f, pgno, gen, got);
	if (pgno == 1) {
		rc = check_head(f, p, n);
		memset(p + CRYPT_ID_AT, 0, CRYPT_ID_LEN);
	}
	memset(p + n - CRYPT_SEAL, 0, CRYPT_SEAL);
	return rc;
}

static int db_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *f = (struct vfs_file *)file;
	int rc;

	if (at + n <= CRYPT_HEAD)
		return vfs_read(f, p, (size_t)n, at);
	if (!vfs_page_size((size_t)n) || at % n != 0)
		return vfs_fault(f, EHR_EINTEGRITY, "no page is at %lld",
		    (long long)at);
	rc = vfs_db_ready(f, false);
	if (rc == SQLITE_OK && f->seal.n == 0) /* empty */
		rc = SQLITE_IOERR_SHORT_READ;
	if (rc == SQLITE_OK)
		rc = read_page(f, p, (size_t)n, (uint32_t)(at / n + 1));
	if (rc != SQLITE_OK)
		memset(p, 0, (size_t)n);
	return rc;
}

/* ---- writing ---- */

void vfs_db_close_page(struct vfs_file *f, const uint8_t *p, size_t n,
    uint32_t pgno)
{
	struct seal_ad ad = page_ad(f, pgno);
	size_t clear = pgno == 1 ? CRYPT_HEAD : 0;
	struct gcm_part part = {
		p + clear, f->buf + clear, n - clear - CRYPT_SEAL,
	};

	memcpy(f->buf, p, clear);
	if (clear)
		memcpy(f->buf + CRYPT_ID_AT, f->seal.id, CRYPT_ID_LEN);
	seal_ad_add(&ad, f->buf, clear);
	seal_close(&f->seal, &ad, &part, 1, f->buf + n - CRYPT_SEAL);
}

static int db_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *f = (struct vfs_file *)file;
	uint32_t pgno = (uint32_t)(at / n + 1);
	int rc;

	if (!vfs_page_size((size_t)n) || at % n != 0 ||
	    !is_zero((const uint8_t *)p + n - CRYPT_SEAL, CRYPT_SEAL))
		return vfs_fault(f, EHR_EINTEGRITY, "page %u leaves no room "
		    "for its seal", pgno);
	rc = vfs_db_ready(f, true);
	if (rc == SQLITE_OK && pgno == 1)
		rc = check_head(f, p, (size_t)n);
	if (rc != SQLITE_OK)
		return rc;
	vfs_room(f, (size_t)n);
	vfs_db_close_page(f, p, (size_t)n, pgno);
	rc = f->real->pMethods->xWrite(f->real, f->buf, n, at);
	if (rc == SQLITE_OK && pgno == 1)
		own(f)->id = ID_FILE;
	return rc;
}

static int db_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct vfs_file *f = (struct vfs_file *)file;

	if (size == 0)
		own(f)->id = f->seal.n ? ID_OWN : ID_NONE;
	return vfs_truncate(file, size);
}

/* ---- the index of the log: shared memory, page numbers alone ---- */

static sqlite3_file *real(sqlite3_file *f)
{
	return ((struct vfs_file *)f)->real;
}

static int db_shm_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **p)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
}

/* Exclusive: of a writer, a checkpoint or a recovery. */
static int db_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	int rc = real(f)->pMethods->xShmLock(real(f), at, n, flags);

	if (rc == SQLITE_OK &&
	    flags == (SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE))
		vfs_choose_key((struct vfs_file *)f);
	return rc;
}

static void db_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int db_shm_unmap(sqlite3_file *f, int del)
{
	return real(f)->pMethods->xShmUnmap(real(f), del);
}

const sqlite3_io_methods vfs_db_methods = {
	.iVersion = 2, /* no xFetch: nothing is mapped */
	.xClose = vfs_close,
	.xRead = db_read,
	.xWrite = db_write,
	.xTruncate = db_truncate,
	VFS_AS_REAL,
	.xShmMap = db_shm_map,
	.xShmLock = db_shm_lock,
	.xShmBarrier = db_shm_barrier,
	.xShmUnmap = db_shm_unmap,
};
