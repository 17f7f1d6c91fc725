/* vfs_wal.c - the log. A frame is 24 bytes of header and a page; the page is
 * sealed where it lies, together with the header: page number, size of the
 * file after a commit and salts in the clear, the two checksums (which come
 * from plain text) sealed. SQLite writes header and page apart; they go to
 * disk as one, when the page comes.
 *
 * The log of a crash ends with the first frame that is not whole. SQLite drops
 * what lies behind without a word; here a frame that must have been on disk
 * before a later one was written is told from one that was being written. */
#include "vfs.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	WAL_HEAD = 32,
	LOG_SALT = 16, /* offset in it */
	LOG_CKSUM = 24,
	SALT_LEN = 8,
	FRAME_HEAD = 24,
	FRAME_CKSUM = 16, /* offset in the header */
	FRAME_SALT = 8,
	NO_FRAME = -1,
};

struct wal {
	uint8_t head[WAL_HEAD];
	bool have_head;
	uint8_t next[FRAME_HEAD]; /* header whose page is still to come */
	sqlite3_int64 next_at;	  /* its offset, or NO_FRAME */
	sqlite3_int64 read_at;	  /* of the frame that plain holds */
	/* while the index is made anew: the frame that comes next, and the
	 * checksum so far */
	sqlite3_int64 chain_at;
	uint32_t sum[2];
	uint8_t *plain;		  /* the frame read last as a whole */
	size_t ps;
};

static struct wal *own(struct vfs_file *f)
{
	struct wal *w = f->own;

	if (w == NULL) {
		f->own = w = xcalloc(1, sizeof(*w));
		w->next_at = w->read_at = w->chain_at = NO_FRAME;
	}
	return w;
}

/* ---- the header of the log ---- */

/* SQLite's checksum (file format 4.3) over the first 24 bytes. */
static bool head_whole(const uint8_t *h)
{
	uint32_t s = 0, t = 0;
	bool big = h[3] & 1;

	for (int i = 0; i < LOG_CKSUM; i += 8) {
		uint32_t a = get_u32(h + i), b = get_u32(h + i + 4);

		s += (big ? a : __builtin_bswap32(a)) + t;
		t += (big ? b : __builtin_bswap32(b)) + s;
	}
	return (get_u32(h) & ~1U) == 0x377f0682 &&
	    get_u32(h + LOG_CKSUM) == s &&
	    get_u32(h + LOG_CKSUM + 4) == t && vfs_page_size(get_u32(h + 8));
}

static int set_head(struct vfs_file *f, const uint8_t *h)
{
	struct wal *w = own(f);
	int rc = vfs_db_ready(f->db, false);

	if (rc != SQLITE_OK)
		return rc;
	if (f->db->seal.n == 0)
		return vfs_fault(f, EHR_EINTEGRITY, "a log without its file");
	if (f->seal.n == 0 ||
	    memcmp(f->seal.id, f->db->seal.id, CRYPT_ID_LEN) != 0)
		seal_begin(&f->seal, f->c->keys, f->db->seal.id,
		    "ehr store wal");
	memcpy(w->head, h, WAL_HEAD);
	w->have_head = true;
	w->next_at = w->read_at = w->chain_at = NO_FRAME;
	if (w->ps != get_u32(h + 8)) {
		w->ps = get_u32(h + 8);
		w->plain = xrealloc(w->plain, w->ps + FRAME_HEAD);
	}
	vfs_room(f, w->ps + FRAME_HEAD);
	return SQLITE_OK;
}

/* Takes the header on disk. A header is synced before its first frame is
 * written, so one that is neither whole nor all zero was changed. */
static int load_head(struct vfs_file *f)
{
	uint8_t h[WAL_HEAD];
	int rc = vfs_read(f, h, WAL_HEAD, 0);

	if (rc != SQLITE_OK)
		return rc;
	if (is_zero(h, sizeof(h))) {
		own(f)->have_head = false;
		return SQLITE_OK;
	}
	if (!head_whole(h))
		return vfs_fault(f, EHR_EINTEGRITY, "the head of the log was "
		    "changed");
	return set_head(f, h);
}

/* ---- a frame ---- */

static sqlite3_int64 frame_size(const struct wal *w)
{
	return (sqlite3_int64)(w->ps + FRAME_HEAD);
}

static long long frame_no(const struct wal *w, sqlite3_int64 at)
{
	return (long long)((at - WAL_HEAD) / frame_size(w) + 1);
}

static bool is_frame(const struct wal *w, sqlite3_int64 at)
{
	return at >= WAL_HEAD &&
	    (at - WAL_HEAD) % frame_size(w) == 0;
}

/* Whether a frame with this header is of the log whose head is known. */
static bool ours(const struct wal *w, const uint8_t *head)
{
	return memcmp(head + FRAME_SALT, w->head + LOG_SALT, SALT_LEN) == 0;
}

static struct seal_ad frame_ad(struct vfs_file *f, const uint8_t *head,
    sqlite3_int64 at)
{
	struct seal_ad ad = seal_ad(&f->seal);

	seal_ad_u64(&ad, (uint64_t)at);
	seal_ad_add(&ad, own(f)->head + LOG_SALT, SALT_LEN);
	seal_ad_add(&ad, head, FRAME_CKSUM);
	return ad;
}

/* Opens the frame in buf, its header there, its page to page. */
static enum seal_result open_frame(struct vfs_file *f, sqlite3_int64 at,
    void *page)
{
	struct wal *w = own(f);
	uint8_t *p = f->buf + FRAME_HEAD, *cksum = f->buf + FRAME_CKSUM;
	struct seal_ad ad = frame_ad(f, f->buf, at);
	struct gcm_part part[] = {
		{ p, page, w->ps - CRYPT_SEAL },
		{ cksum, cksum, 8 },
	};

	return seal_open(&f->seal, &ad, part, ARRAY_LEN(part),
	    p + w->ps - CRYPT_SEAL);
}

static int read_frame(struct vfs_file *f, sqlite3_int64 at)
{
	return vfs_read(f, f->buf, own(f)->ps + FRAME_HEAD, at);
}

static int write_frame(struct vfs_file *f, const uint8_t *head,
    const uint8_t *page, sqlite3_int64 at)
{
	struct wal *w = own(f);
	uint8_t *p = f->buf + FRAME_HEAD, *cksum = f->buf + FRAME_CKSUM;
	struct seal_ad ad = frame_ad(f, head, at);
	struct gcm_part part[] = {
		{ page, p, w->ps - CRYPT_SEAL },
		{ head + FRAME_CKSUM, cksum, 8 },
	};

	memmove(f->buf, head, FRAME_CKSUM);
	seal_close(&f->seal, &ad, part, ARRAY_LEN(part),
	    p + w->ps - CRYPT_SEAL);
	return f->real->pMethods->xWrite(f->real, f->buf,
	    (int)(w->ps + FRAME_HEAD), at);
}

/* Reads and opens a frame that must be whole: header in buf, page in page. The
 * log may have begun anew since its header was read. */
static int get_frame(struct vfs_file *f, sqlite3_int64 at, void *page)
{
	enum seal_result got = SEAL_FALSE;
	int rc = SQLITE_OK;

	for (int i = 0; got != SEAL_OK && i < 2; i++) {
		if (i > 0)
			rc = load_head(f);
		if (rc == SQLITE_OK)
			rc = read_frame(f, at);
		if (rc != SQLITE_OK)
			return rc;
		got = open_frame(f, at, page);
	}
	if (got != SEAL_OK)
		return vfs_fault(f, EHR_EINTEGRITY, "frame %lld of the log is "
		    "not what was written there", frame_no(own(f), at));
	memset((uint8_t *)page + own(f)->ps - CRYPT_SEAL, 0, CRYPT_SEAL);
	return SQLITE_OK;
}

/* ---- recovery ---- */

/* SQLite's checksum of the header's first 8 bytes and the page, on from sum. */
static void add_cksum(const struct wal *w, const uint8_t *head,
    const uint8_t *page, uint32_t sum[2])
{
	bool big = w->head[3] & 1;

	for (size_t i = 0; i < 8 + w->ps; i += 8) {
		const uint8_t *p = i ? page + i - 8 : head;
		uint32_t a = get_u32(p), b = get_u32(p + 4);

		sum[0] += (big ? a : __builtin_bswap32(a)) + sum[1];
		sum[1] += (big ? b : __builtin_bswap32(b)) + sum[0];
	}
}

static bool same_cksum(const uint8_t *head, const uint32_t sum[2])
{
	return get_u32(head + FRAME_CKSUM) == sum[0] &&
	    get_u32(head + FRAME_CKSUM + 4) == sum[1];
}

/* What lies where a log seems to end, from at on. Frames of a commit are
 * written, synced, then those of the next: a frame that follows on a commit,
 * or the ends of two commits, whole or not, prove that what was before was on
 * disk. A rollback leaves no end of a commit. */
enum behind { NOTHING, FRAMES, A_COMMIT, A_LATER_COMMIT };

static bool ends_commit(const uint8_t *head)
{
	return get_u32(head + 4) != 0;
}

/* Opens the frame in buf and adds what it says; in sum the checksum of the one
 * before when that ended a commit. */
static enum behind one_behind(struct vfs_file *f, sqlite3_int64 at,
    bool *commit, uint32_t sum[2])
{
	struct wal *w = own(f);
	bool after = *commit;

	*commit = false;
	if (open_frame(f, at, w->plain + FRAME_HEAD) != SEAL_OK)
		return NOTHING;
	memset(w->plain + frame_size(w) - CRYPT_SEAL, 0, CRYPT_SEAL);
	if (after)
		add_cksum(w, f->buf, w->plain + FRAME_HEAD, sum);
	if (after && same_cksum(f->buf, sum))
		return A_LATER_COMMIT;
	sum[0] = get_u32(f->buf + FRAME_CKSUM);
	sum[1] = get_u32(f->buf + FRAME_CKSUM + 4);
	*commit = ends_commit(f->buf);
	return *commit ? A_COMMIT : FRAMES;
}

static enum behind look_behind(struct vfs_file *f, sqlite3_int64 at,
    sqlite3_int64 size, int ends)
{
	struct wal *w = own(f);
	enum behind found = NOTHING, one;
	bool commit = false;
	uint32_t sum[2];

	for (; at + frame_size(w) <= size; at += frame_size(w)) {
		if (read_frame(f, at) != SQLITE_OK)
			break;
		one = NOTHING;
		if (!ours(w, f->buf))
			commit = false;
		else if (ends_commit(f->buf) && ++ends > 1)
			return A_LATER_COMMIT;
		else
			one = one_behind(f, at, &commit, sum);
		if (one > found)
			found = one;
		if (found == A_LATER_COMMIT)
			break;
	}
	return found;
}

/* SQLITE_OK when the log may end with this frame, and all zero in p, which
 * SQLite takes for that, else the fault. From least on what lies behind is
 * worth a notice. */
static int log_ends(struct vfs_file *f, uint8_t *p, sqlite3_int64 at,
    enum behind behind, enum behind least)
{
	struct wal *w = own(f);

	memset(p, 0, w->ps + FRAME_HEAD);
	w->chain_at = w->read_at = NO_FRAME;
	if (behind == A_LATER_COMMIT)
		return vfs_fault(f, EHR_EINTEGRITY, "frame %lld of the log was "
		    "changed: commits lie behind it", frame_no(w, at));
	if (behind >= least)
		snprintf(f->c->notice, sizeof(f->c->notice), "the log ends "
		    "with frame %lld, which is damaged: power failed during "
		    "the last commit, or it was changed", frame_no(w, at));
	return SQLITE_OK;
}

/* The frame in p was not opened. */
static int not_opened(struct vfs_file *f, uint8_t *p, sqlite3_int64 at,
    enum seal_result why)
{
	struct wal *w = own(f);
	bool is_ours = ours(w, p);
	uint32_t gen = seal_gen(p + FRAME_HEAD + w->ps - CRYPT_SEAL);
	enum behind behind;
	sqlite3_int64 size;
	int rc = vfs_size(f, &size);

	if (rc != SQLITE_OK)
		return rc;
	/* Who has not the key must not write over it. Any other generation is
	 * what was in this place before, with a new header in front. */
	if (why == SEAL_NO_KEY && is_ours && gen == f->seal.k[0].gen + 1)
		return vfs_fault(f, EHR_ENOTEHR, "frame %lld of the log has a "
		    "key of generation %u, which was not given",
		    frame_no(w, at), gen);
	/* with the salts it should have it is whole: these were changed */
	memcpy(f->buf, p, w->ps + FRAME_HEAD);
	memcpy(f->buf + FRAME_SALT, w->head + LOG_SALT, SALT_LEN);
	if (!is_ours && open_frame(f, at, w->plain + FRAME_HEAD) == SEAL_OK)
		behind = A_LATER_COMMIT;
	else
		behind = look_behind(f, at + frame_size(w), size,
		    is_ours && ends_commit(p));
	return log_ends(f, p, at, behind, is_ours ? NOTHING : FRAMES);
}

/* A whole frame while the index is made: does it follow on those before? One
 * that does not is left of a transaction that was rolled back, or was put
 * back in its old place. */
static int follow(struct vfs_file *f, uint8_t *p, sqlite3_int64 at)
{
	struct wal *w = own(f);
	sqlite3_int64 size;
	int rc;

	add_cksum(w, p, p + FRAME_HEAD, w->sum);
	if (same_cksum(p, w->sum)) {
		w->chain_at = at + frame_size(w);
		w->read_at = NO_FRAME;
		return SQLITE_OK;
	}
	rc = vfs_size(f, &size);
	return rc != SQLITE_OK ? rc :
	    log_ends(f, p, at, look_behind(f, at, size, 0), A_COMMIT);
}

/* A frame as a whole: while the index is made after a crash, or when checksums
 * of frames written twice are made anew. */
static int read_whole(struct vfs_file *f, uint8_t *p, sqlite3_int64 at)
{
	struct wal *w = own(f);
	enum seal_result got;
	int rc = vfs_read(f, p, w->ps + FRAME_HEAD, at);

	if (rc != SQLITE_OK)
		return rc;
	memcpy(f->buf, p, w->ps + FRAME_HEAD);
	got = open_frame(f, at, w->plain + FRAME_HEAD);
	if (got != SEAL_OK)
		return not_opened(f, p, at, got);
	memcpy(w->plain, f->buf, FRAME_HEAD);
	memset(w->plain + FRAME_HEAD + w->ps - CRYPT_SEAL, 0, CRYPT_SEAL);
	memcpy(p, w->plain, w->ps + FRAME_HEAD);
	w->read_at = at;
	return w->chain_at == at ? follow(f, p, at) : SQLITE_OK;
}

/* ---- methods ---- */

static int unknown(struct vfs_file *f, const char *what, int n,
    sqlite3_int64 at)
{
	return vfs_fault(f, EHR_EINTEGRITY, "log: no frame to %s: %d bytes at "
	    "%lld", what, n, (long long)at);
}

static int read_parts(struct vfs_file *f, uint8_t *p, size_t n,
    sqlite3_int64 at)
{
	struct wal *w = own(f);
	int rc;

	if (n == w->ps + FRAME_HEAD && is_frame(w, at))
		return read_whole(f, p, at);
	if (n == w->ps && is_frame(w, at - FRAME_HEAD))
		return get_frame(f, at - FRAME_HEAD, p);
	if (n != 8 || !is_frame(w, at - FRAME_CKSUM))
		return unknown(f, "read", (int)n, at);
	w->read_at = w->chain_at = NO_FRAME;
	rc = get_frame(f, at - FRAME_CKSUM, w->plain + FRAME_HEAD);
	memcpy(p, f->buf + FRAME_CKSUM, 8);
	return rc;
}

/* SQLite makes the index anew from the whole head on, frame by frame. */
static void begin_chain(struct wal *w, bool begin)
{
	w->chain_at = begin && w->have_head ? WAL_HEAD : NO_FRAME;
	w->sum[0] = get_u32(w->head + LOG_CKSUM);
	w->sum[1] = get_u32(w->head + LOG_CKSUM + 4);
}

static int wal_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *f = (struct vfs_file *)file;
	struct wal *w = own(f);
	int rc = SQLITE_OK;

	if ((at == 0 && n == WAL_HEAD) || !w->have_head)
		rc = load_head(f);
	if (rc == SQLITE_OK && at + n <= WAL_HEAD) {
		rc = vfs_read(f, p, (size_t)n, at);
		begin_chain(w, n == WAL_HEAD);
	} else if (rc == SQLITE_OK && !w->have_head)
		rc = SQLITE_IOERR_SHORT_READ;
	else if (rc == SQLITE_OK)
		rc = read_parts(f, p, (size_t)n, at);
	if (rc != SQLITE_OK)
		memset(p, 0, (size_t)n);
	return rc;
}

/* A page: with the header that came just before, or of a frame that is written
 * again within its transaction. */
static int write_page(struct vfs_file *f, const uint8_t *p, sqlite3_int64 at)
{
	struct wal *w = own(f);
	int rc = SQLITE_OK;

	if (!is_zero(p + w->ps - CRYPT_SEAL, CRYPT_SEAL))
		return vfs_fault(f, EHR_EINTEGRITY, "log: frame %lld leaves no "
		    "room for its seal", frame_no(w, at));
	if (w->next_at != at) {
		w->read_at = NO_FRAME;
		rc = get_frame(f, at, w->plain + FRAME_HEAD);
		memcpy(w->next, f->buf, FRAME_HEAD);
	}
	w->next_at = NO_FRAME;
	return rc == SQLITE_OK ? write_frame(f, w->next, p, at) : rc;
}

/* A header: of the frame that was just read as a whole (its checksum is new),
 * or of a new one, whose page comes next. */
static int write_frame_head(struct vfs_file *f, const uint8_t *p,
    sqlite3_int64 at)
{
	struct wal *w = own(f);

	int rc = SQLITE_OK;
	/* Another connection may have begun the log anew. No salts: a frame
	 * was written again, checksums follow at the end. */
	bool salted = !is_zero(p + FRAME_SALT, SALT_LEN);

	if (salted && !ours(w, p))
		rc = load_head(f);
	if (rc != SQLITE_OK)
		return rc;
	if (!w->have_head || (salted && !ours(w, p)))
		return vfs_fault(f, EHR_EINTEGRITY, "the head of the log was "
		    "changed");
	if (at == w->read_at) {
		w->read_at = NO_FRAME;
		return write_frame(f, p, w->plain + FRAME_HEAD, at);
	}
	memcpy(w->next, p, FRAME_HEAD);
	w->next_at = at;
	return SQLITE_OK;
}

static int wal_write(sqlite3_file *file, const void *p, int n,
    sqlite3_int64 at)
{
	struct vfs_file *f = (struct vfs_file *)file;
	struct wal *w = own(f);
	int rc;

	if (at == 0 && n == WAL_HEAD) {
		rc = set_head(f, p);
		return rc != SQLITE_OK ? rc :
		    f->real->pMethods->xWrite(f->real, p, n, at);
	}
	rc = w->have_head ? SQLITE_OK : load_head(f);
	w->chain_at = NO_FRAME;
	if (rc != SQLITE_OK)
		return rc;
	if (n == FRAME_HEAD && w->have_head && is_frame(w, at))
		return write_frame_head(f, p, at);
	if ((size_t)n == w->ps && w->have_head && is_frame(w, at - FRAME_HEAD))
		return write_page(f, p, at - FRAME_HEAD);
	return unknown(f, "write", n, at);
}

static int wal_close(sqlite3_file *file)
{
	struct vfs_file *f = (struct vfs_file *)file;
	struct wal *w = own(f);

	if (w->plain)
		crypto_cleanse(w->plain, w->ps + FRAME_HEAD);
	free(w->plain);
	return vfs_close(file);
}

const sqlite3_io_methods vfs_wal_methods = {
	.iVersion = 1,
	.xClose = wal_close,
	.xRead = wal_read,
	.xWrite = wal_write,
	.xTruncate = vfs_truncate,
	VFS_AS_REAL,
};
