/* temp.c - temporary files (temp.h). A block on disk is BLOCK sealed bytes,
 * the number of times any block was written (8, its nonce) and the tag. Whole
 * blocks go straight through, several at a time; parts of one go by way of a
 * block kept in memory. */
#include "temp.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <unistd.h>

#include "seal.h"

enum {
	BLOCK = 4096,
	COUNT_AT = BLOCK,
	TAG_AT = COUNT_AT + 8,
	SEALED = TAG_AT + AEAD_TAG_LEN,
	RUN = 16, /* blocks at a time */
	NO_BLOCK = -1,
};

struct temp {
	int fd;
	struct gcm *gcm;
	uint64_t count;
	int64_t size;
	int64_t kept; /* number of the block in memory */
	bool dirty;
	uint8_t block[BLOCK], run[RUN * SEALED];
};

static int open_nameless(const char *path)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO copy = BUF_INIT;
	int fd;

	buf_adds(&copy, path);
	fd = open(dirname(copy.s), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC,
	    0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	buf_addf(&name, "%s-temp-XXXXXX", path);
	fd = mkostemp(name.s, O_CLOEXEC);
	if (fd >= 0)
		unlink(name.s);
	return fd;
}

struct temp *temp_new(const char *path)
{
	uint8_t key[AEAD_KEY_LEN];
	struct temp *t;
	int fd;

	group_raise();
	fd = open_nameless(path);
	group_drop();

	if (fd < 0)
		return NULL;
	t = xcalloc(1, sizeof(*t));
	t->fd = fd;
	t->kept = NO_BLOCK;
	crypto_random(key, sizeof(key));
	t->gcm = gcm_new(key);
	crypto_cleanse(key, sizeof(key));
	return t;
}

void temp_free(struct temp *t)
{
	if (t == NULL)
		return;
	close(t->fd);
	gcm_free(t->gcm);
	crypto_cleanse(t, sizeof(*t));
	free(t);
}

int64_t temp_size(const struct temp *t)
{
	return t->size;
}

/* ---- the real file ---- */

static int put(struct temp *t, const uint8_t *p, size_t n, int64_t at)
{
	while (n > 0) {
		ssize_t k = pwrite(t->fd, p, n, at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return -1;
		p += k;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

/* What is behind the end is zero. */
static int get(struct temp *t, uint8_t *p, size_t n, int64_t at)
{
	while (n > 0) {
		ssize_t k = pread(t->fd, p, n, at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0) {
			memset(p, 0, n);
			return 0;
		}
		p += k;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

/* ---- blocks ---- */

static struct str block_ad(const int64_t *no)
{
	return (struct str){ (const char *)no, sizeof(*no) };
}

static int write_blocks(struct temp *t, const uint8_t *p, size_t n, int64_t no)
{
	uint8_t nonce[AEAD_NONCE_LEN] = { 0 };

	for (size_t i = 0; i < n; i++) {
		uint8_t *to = t->run + i * SEALED;
		struct gcm_part part = { p + i * BLOCK, to, BLOCK };
		int64_t at = no + (int64_t)i;

		t->count++;
		memcpy(to + COUNT_AT, &t->count, sizeof(t->count));
		memcpy(nonce, &t->count, sizeof(t->count));
		gcm_seal(t->gcm, nonce, block_ad(&at), &part, 1, to + TAG_AT);
	}
	return put(t, t->run, n * SEALED, no * SEALED);
}

static int open_block(struct temp *t, uint8_t *from, uint8_t *to, int64_t no)
{
	uint8_t nonce[AEAD_NONCE_LEN] = { 0 };
	struct gcm_part part = { from, to, BLOCK };
	uint64_t count;

	memcpy(&count, from + COUNT_AT, sizeof(count));
	if (count == 0 && is_zero(from, SEALED)) { /* never written */
		memset(to, 0, BLOCK);
		return 0;
	}
	memcpy(nonce, &count, sizeof(count));
	if (gcm_open(t->gcm, nonce, block_ad(&no), &part, 1, from + TAG_AT))
		return 0;
	errno = EBADMSG;
	return -1;
}

static int read_blocks(struct temp *t, uint8_t *p, size_t n, int64_t no)
{
	int rc = get(t, t->run, n * SEALED, no * SEALED);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = open_block(t, t->run + i * SEALED, p + i * BLOCK,
		    no + (int64_t)i);
	return rc;
}

static int flush(struct temp *t)
{
	int rc = 0;

	if (t->dirty)
		rc = write_blocks(t, t->block, 1, t->kept);
	if (rc == 0)
		t->dirty = false;
	return rc;
}

static int keep(struct temp *t, int64_t no)
{
	int rc;

	if (t->kept == no)
		return 0;
	rc = flush(t);
	if (rc == 0) {
		t->kept = NO_BLOCK;
		rc = read_blocks(t, t->block, 1, no);
	}
	if (rc == 0)
		t->kept = no;
	return rc;
}

/* Whole blocks from at on among n bytes, up to RUN; 0: part of one, or the one
 * in memory, which is newer. */
static size_t whole(const struct temp *t, size_t n, int64_t at)
{
	size_t count = at % BLOCK ? 0 : n / BLOCK;
	int64_t ahead = t->kept - at / BLOCK;

	if (count > RUN)
		count = RUN;
	if (t->kept != NO_BLOCK && ahead >= 0 && ahead < (int64_t)count)
		count = (size_t)ahead;
	return count;
}

/* Length of the next piece of n bytes: whole blocks, or part of one. */
static size_t piece(const struct temp *t, size_t n, int64_t at, size_t *blocks)
{
	size_t left = BLOCK - (size_t)(at % BLOCK);

	*blocks = whole(t, n, at);
	if (*blocks)
		return *blocks * BLOCK;
	return n < left ? n : left;
}

int temp_write(struct temp *t, const void *p, size_t n, int64_t at)
{
	const uint8_t *from = p;
	int64_t end = at + (int64_t)n;
	int rc = 0;

	for (size_t k; rc == 0 && n > 0; from += k, at += k, n -= k) {
		size_t blocks;

		k = piece(t, n, at, &blocks);
		if (blocks) {
			rc = write_blocks(t, from, blocks, at / BLOCK);
			continue;
		}
		rc = keep(t, at / BLOCK);
		if (rc == 0) {
			memcpy(t->block + at % BLOCK, from, k);
			t->dirty = true;
		}
	}
	if (rc == 0 && end > t->size)
		t->size = end;
	return rc;
}

int temp_read(struct temp *t, void *p, size_t n, int64_t at, size_t *got)
{
	uint8_t *to = p;
	int rc = 0;

	*got = at >= t->size ? 0 : n;
	if (*got && t->size - at < (int64_t)n)
		*got = (size_t)(t->size - at);
	memset(to + *got, 0, n - *got);
	n = *got;
	for (size_t k; rc == 0 && n > 0; to += k, at += k, n -= k) {
		size_t blocks;

		k = piece(t, n, at, &blocks);
		if (blocks) {
			rc = read_blocks(t, to, blocks, at / BLOCK);
			continue;
		}
		rc = keep(t, at / BLOCK);
		if (rc == 0)
			memcpy(to, t->block + at % BLOCK, k);
	}
	return rc;
}

/* Takes the end away; the rest of the last block becomes zero, for the file may
 * grow again. */
static int shrink(struct temp *t, int64_t size)
{
	int64_t blocks = (size + BLOCK - 1) / BLOCK;
	int rc = size % BLOCK ? keep(t, size / BLOCK) : 0;

	if (rc == 0 && size % BLOCK) {
		memset(t->block + size % BLOCK, 0,
		    BLOCK - (size_t)(size % BLOCK));
		t->dirty = true;
	}
	if (t->kept >= blocks) {
		t->kept = NO_BLOCK;
		t->dirty = false;
	}
	return rc ? rc : ftruncate(t->fd, blocks * SEALED);
}

int temp_truncate(struct temp *t, int64_t size)
{
	int rc = size < t->size ? shrink(t, size) : 0;

	if (rc == 0)
		t->size = size;
	return rc;
}
