/* vfs_journal.c - the rollback journal. It is made of segments: a header (a
 * sector of 512 bytes, of which SQLite uses 28) and records: page number, page
 * and a checksum made of plain text. A page is sealed where it lies, with its
 * number and checksum; SQLite writes the three apart, they go to disk as one.
 *
 * A header that was changed would end the playback as if nothing came behind,
 * and leave half a transaction in the file. So headers are authenticated, and
 * the first one counts the segments that were synced: those must all be there.
 * What is behind the 28 bytes:
 *
 *	28 synced segments	52 id of this journal (8)
 *	32 id of the file (20)	64 seal over 0-63 and the offset
 */
#include <stdlib.h>

#include "vfs.h"

enum {
	SECTOR = 512, /* with SQLITE_IOCAP_POWERSAFE_OVERWRITE */
	HEAD_USED = 28,
	HEAD_SEGMENTS = 28,
	HEAD_FILE = 32,
	HEAD_ID = 52,
	HEAD_SEAL = 64,
	HEAD_LEN = HEAD_SEAL + CRYPT_SEAL,
	HEAD_COUNT = 8, /* records of the segment */
	HEAD_PAGE = 24, /* page size */
	NO_RECORD = -1,
	NO_HEAD = -SECTOR,
};
static const uint8_t magic[8] = {
	0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7,
};

struct journal {
	bool writing; /* made by this process; else left by another */
	uint32_t segments;    /* synced ones, as the first header says */
	uint8_t first[HEAD_LEN];
	uint8_t head[HEAD_LEN]; /* written last */
	sqlite3_int64 head_at;
	uint8_t got[HEAD_LEN]; /* read last; all zero: it is none */
	sqlite3_int64 got_at;
	/* the record that is being written, or was read last */
	sqlite3_int64 at;
	size_t ps; /* of its page; 0: not there yet */
	uint8_t number[4], cksum[4];
	uint8_t *plain;
	size_t cap;
};

static struct journal *own(struct vfs_file *f)
{
	struct journal *j = f->own;

	if (j == NULL) {
		f->own = j = xcalloc(1, sizeof(*j));
		j->at = NO_RECORD;
		j->head_at = j->got_at = NO_HEAD;
	}
	return j;
}

static int changed(struct vfs_file *f, sqlite3_int64 at)
{
	return vfs_fault(f, EHR_EINTEGRITY, "the journal was changed at byte "
	    "%lld, the file is between two states", (long long)at);
}

/* ---- headers ---- */

static struct seal_ad head_ad(struct vfs_file *f, const uint8_t *head,
    sqlite3_int64 at)
{
	struct seal_ad ad = seal_ad(&f->seal);

	seal_ad_u64(&ad, (uint64_t)at);
	seal_ad_add(&ad, head, HEAD_SEAL);
	return ad;
}

/* n: HEAD_LEN, or SECTOR with the rest zero. */
static int put_head(struct vfs_file *f, uint8_t *head, sqlite3_int64 at,
    size_t n)
{
	struct seal_ad ad;

	put_u32(head + HEAD_SEGMENTS, own(f)->segments);
	memcpy(head + HEAD_FILE, f->seal.id, CRYPT_ID_LEN);
	ad = head_ad(f, head, at);
	seal_close(&f->seal, &ad, NULL, 0, head + HEAD_SEAL);
	vfs_room(f, n);
	memset(f->buf, 0, n);
	memcpy(f->buf, head, HEAD_LEN);
	return f->real->pMethods->xWrite(f->real, f->buf, (int)n, at);
}

/* A new segment. The first one begins a journal, which has an id of its own,
 * so that nothing of an older one can stand in for it. */
static int begin_segment(struct vfs_file *f, const uint8_t *p,
    sqlite3_int64 at)
{
	struct journal *j = own(f);
	int rc = SQLITE_OK;

	if (at == 0) {
		rc = vfs_db_ready(f->db, true);
		if (rc != SQLITE_OK)
			return rc;
		seal_begin(&f->seal, f->c->keys, f->db->seal.id,
		    "ehr store journal");
		j->writing = true;
		j->segments = 0;
		memset(j->head, 0, HEAD_LEN);
		crypto_random(j->head + HEAD_ID, 8);
	}
	memcpy(j->head, p, HEAD_USED);
	j->head_at = at;
	j->got_at = NO_HEAD;
	j->at = NO_RECORD;
	rc = put_head(f, j->head, at, SECTOR);
	if (at == 0)
		memcpy(j->first, j->head, HEAD_LEN);
	return rc;
}

/* Magic and count, written when the records are on disk. */
static int end_segment(struct vfs_file *f, const uint8_t *p)
{
	struct journal *j = own(f);
	int rc = SQLITE_OK;

	j->segments++;
	memcpy(j->head, p, 12);
	if (j->head_at != 0)
		rc = put_head(f, j->first, 0, HEAD_LEN);
	else
		memcpy(j->first, p, 12);
	return rc != SQLITE_OK ? rc :
	    put_head(f, j->head, j->head_at, HEAD_LEN);
}

/* Reads the header at at into head: 1 whole and of this journal, 0 not. */
static int get_head(struct vfs_file *f, sqlite3_int64 at, uint8_t *head)
{
	struct seal_ad ad;

	if (vfs_read(f, head, HEAD_LEN, at) != SQLITE_OK ||
	    memcmp(head, magic, sizeof(magic)) != 0)
		return 0;
	ad = head_ad(f, head, at);
	return seal_open(&f->seal, &ad, NULL, 0, head + HEAD_SEAL) ==
	    SEAL_OK && (at == 0 ||
	    memcmp(head + HEAD_ID, own(f)->first + HEAD_ID, 8) == 0);
}

/* Offset of the end of a segment. */
static sqlite3_int64 segment_end(const uint8_t *head, sqlite3_int64 at)
{
	uint32_t count = get_u32(head + HEAD_COUNT);

	if (count == UINT32_MAX) /* to the end; never more segments */
		count = 0;
	return at + SECTOR + (sqlite3_int64)count *
	    ((sqlite3_int64)get_u32(head + HEAD_PAGE) + 8);
}

/* All synced segments must be whole. */
static int check_segments(struct vfs_file *f, sqlite3_int64 size)
{
	struct journal *j = own(f);
	sqlite3_int64 at = 0, end;

	j->segments = get_u32(j->first + HEAD_SEGMENTS);
	memcpy(j->head, j->first, HEAD_LEN);
	for (uint32_t i = 1; i <= j->segments; i++) {
		end = segment_end(j->head, at);
		at = (end + SECTOR - 1) / SECTOR * SECTOR;
		if (end > size ||
		    (i < j->segments && !get_head(f, at, j->head)))
			return changed(f, at);
	}
	return SQLITE_OK;
}

/* Takes a journal that another process left. */
static int take_over(struct vfs_file *f)
{
	struct journal *j = own(f);
	sqlite3_int64 size;
	int rc = vfs_read(f, j->first, HEAD_LEN, 0);

	if (rc == SQLITE_OK)
		rc = vfs_size(f, &size);
	if (rc != SQLITE_OK || j->first[0] == 0)
		return rc; /* ended, and kept for the next one */
	rc = vfs_db_ready(f->db, false);
	if (rc != SQLITE_OK)
		return rc;
	if (f->db->seal.n && memcmp(f->db->seal.id, j->first + HEAD_FILE,
		CRYPT_ID_LEN) != 0)
		return vfs_fault(f, EHR_EINTEGRITY, "the journal is of another "
		    "file, or was changed");
	seal_begin(&f->seal, f->c->keys, j->first + HEAD_FILE,
	    "ehr store journal");
	if (!get_head(f, 0, j->first))
		return changed(f, 0);
	vfs_db_is(f->db, f->seal.id);
	return check_segments(f, size);
}

/* The magic of a header, which tells SQLite whether to go on. */
static int read_magic(struct vfs_file *f, uint8_t *p, sqlite3_int64 at)
{
	struct journal *j = own(f);
	int rc = at == 0 && !j->writing ? take_over(f) : SQLITE_OK;

	if (rc != SQLITE_OK)
		return rc;
	j->got_at = at;
	if (f->seal.n == 0 || !get_head(f, at, j->got))
		memset(j->got, 0, sizeof(j->got));
	memcpy(p, j->got, sizeof(magic));
	return SQLITE_OK;
}

/* ---- records ---- */

static struct seal_ad record_ad(struct vfs_file *f)
{
	struct journal *j = own(f);
	struct seal_ad ad = seal_ad(&f->seal);

	seal_ad_add(&ad, j->first + HEAD_ID, 8);
	seal_ad_u64(&ad, (uint64_t)j->at);
	seal_ad_add(&ad, j->number, sizeof(j->number));
	return ad;
}

static void room(struct vfs_file *f, size_t ps)
{
	struct journal *j = own(f);

	vfs_room(f, ps + 8);
	if (j->cap < ps) {
		j->plain = xrealloc(j->plain, ps);
		j->cap = ps;
	}
}

/* All of it is there. */
static int write_record(struct vfs_file *f)
{
	struct journal *j = own(f);
	uint8_t *page = f->buf + 4;
	struct seal_ad ad = record_ad(f);
	struct gcm_part part[] = {
		{ j->plain, page, j->ps - CRYPT_SEAL },
		{ j->cksum, page + j->ps, sizeof(j->cksum) },
	};

	memcpy(f->buf, j->number, sizeof(j->number));
	seal_close(&f->seal, &ad, part, ARRAY_LEN(part),
	    page + j->ps - CRYPT_SEAL);
	return f->real->pMethods->xWrite(f->real, f->buf, (int)j->ps + 8,
	    j->at);
}

/* Reads the record whose page is at at: the page to p, the rest to j. */
static int read_record(struct vfs_file *f, uint8_t *p, size_t n,
    sqlite3_int64 at)
{
	struct journal *j = own(f);
	uint8_t *page;
	struct seal_ad ad;
	int rc;

	room(f, n);
	rc = vfs_read(f, f->buf, n + 8, at - 4);
	if (rc != SQLITE_OK)
		return rc;
	page = f->buf + 4;
	j->at = at - 4;
	j->ps = n;
	memcpy(j->number, f->buf, sizeof(j->number));
	ad = record_ad(f);
	struct gcm_part part[] = {
		{ page, p, n - CRYPT_SEAL },
		{ page + n, j->cksum, sizeof(j->cksum) },
	};
	if (seal_open(&f->seal, &ad, part, ARRAY_LEN(part),
		page + n - CRYPT_SEAL) != SEAL_OK)
		return changed(f, at);
	memset(p + n - CRYPT_SEAL, 0, CRYPT_SEAL);
	return SQLITE_OK;
}

/* ---- methods ---- */

/* Four bytes: of a header, a page number, a checksum, or at the end of the
 * file the length of a name that our journals never have. */
static int read_number(struct vfs_file *f, uint8_t *p, sqlite3_int64 at)
{
	struct journal *j = own(f);
	sqlite3_int64 size;
	int rc = vfs_size(f, &size);

	if (rc != SQLITE_OK)
		return rc;
	if (j->writing && at > j->head_at && at < j->head_at + HEAD_USED)
		memcpy(p, j->head + (at - j->head_at), 4);
	else if (at > j->got_at && at < j->got_at + HEAD_USED)
		memcpy(p, j->got + (at - j->got_at), 4);
	else if (j->ps && at == j->at + 4 + (sqlite3_int64)j->ps)
		memcpy(p, j->cksum, 4);
	else if (at == size - 16)
		memset(p, 0, 4);
	else
		return vfs_read(f, p, 4, at);
	return SQLITE_OK;
}

static int journal_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *f = (struct vfs_file *)file;
	int rc;

	if (n == sizeof(magic) && at % SECTOR == 0)
		rc = read_magic(f, p, at);
	else if (n == 4)
		rc = read_number(f, p, at);
	else if (vfs_page_size((size_t)n) && at % 8 == 4 && f->seal.n)
		rc = read_record(f, p, (size_t)n, at);
	else /* the first byte; the end of a name */
		rc = vfs_read(f, p, (size_t)n, at);
	if (rc != SQLITE_OK)
		memset(p, 0, (size_t)n);
	return rc;
}

static int write_number(struct vfs_file *f, const void *p, sqlite3_int64 at)
{
	struct journal *j = own(f);

	if (at % 8 == 0) {
		j->at = at;
		j->ps = 0;
		memcpy(j->number, p, 4);
		return SQLITE_OK;
	}
	if (j->ps == 0 || at != j->at + 4 + (sqlite3_int64)j->ps)
		return vfs_fault(f, EHR_EINTEGRITY, "journal: a checksum "
		    "without its page at %lld", (long long)at);
	memcpy(j->cksum, p, 4);
	return write_record(f);
}

static int write_page(struct vfs_file *f, const uint8_t *p, size_t n,
    sqlite3_int64 at)
{
	struct journal *j = own(f);

	if (at != j->at + 4 || !is_zero(p + n - CRYPT_SEAL, CRYPT_SEAL))
		return vfs_fault(f, EHR_EINTEGRITY, "journal: a page without "
		    "its number or room for its seal at %lld", (long long)at);
	room(f, n);
	memcpy(j->plain, p, n);
	j->ps = n;
	return SQLITE_OK;
}

static int journal_write(sqlite3_file *file, const void *p, int n,
    sqlite3_int64 at)
{
	struct vfs_file *f = (struct vfs_file *)file;
	struct journal *j = own(f);

	if (is_zero(p, (size_t)n) && (n == 1 || n == HEAD_USED))
		/* takes a header away: an old one, or its own at the end */
		return f->real->pMethods->xWrite(f->real, p, n, at);
	if (n == SECTOR && at % SECTOR == 0)
		return begin_segment(f, p, at);
	if (j->writing && n == 12 && at == j->head_at)
		return end_segment(f, p);
	if (j->writing && n == 4)
		return write_number(f, p, at);
	if (j->writing && vfs_page_size((size_t)n))
		return write_page(f, p, (size_t)n, at);
	return vfs_fault(f, EHR_EINTEGRITY, "journal: no record to write: %d "
	    "bytes at %lld", n, (long long)at);
}

static int journal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (size == 0)
		own((struct vfs_file *)file)->writing = false;
	return vfs_truncate(file, size);
}

static int journal_close(sqlite3_file *file)
{
	struct journal *j = own((struct vfs_file *)file);

	if (j->plain)
		crypto_cleanse(j->plain, j->cap);
	free(j->plain);
	return vfs_close(file);
}

const sqlite3_io_methods vfs_journal_methods = {
	.iVersion = 1,
	.xClose = journal_close,
	.xRead = journal_read,
	.xWrite = journal_write,
	.xTruncate = journal_truncate,
	VFS_AS_REAL,
};
