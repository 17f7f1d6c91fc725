/*
 * publish.c - the tree's hashes as files (c2sp.org/tlog-tiles):
 *
 *	tile/<L>/<N>		256 hashes of level L
 *	tile/<L>/<N>.p/<W>	the last W of a level, W < 256
 *
 * <N> is x001/x234/067. Files are written beside their place and renamed; on
 * disk when publish_tiles() returns, so that the checkpoint may follow.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ehr/audit-sign.h"
#include "impl.h"
#include "text.h"

struct tile {
	unsigned level, width;
	uint64_t index;
	bool old;		/* of what was published before */
};

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_AUTO EHR_CLEANUP(close_fd) int

static void put_path(struct buf *b, const char *dir, const struct tile *t)
{
	buf_addf(b, "%s/tile/%u/", dir, t->level);
	text_tile_index(b, t->index);
	if (t->width < TILE_WIDTH)
		buf_addf(b, ".p/%u", t->width);
}

/* Makes the folders of path that are behind its first n bytes. */
static int make_folders(const char *path, size_t n, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	const char *at = path + n;

	while ((at = strchr(at + 1, '/')) != NULL) {
		buf_reset(&b);
		buf_add(&b, path, (size_t)(at - path));
		if (mkdir(b.s, 0777) != 0 && errno != EEXIST)
			return ehr_fail_errno(e, "%s", b.s);
	}
	return 0;
}

/* 1: the file has these bytes, 0: there is none, EHR_ENO: others. */
static int compare(const char *path, struct str bytes, struct ehr_err *e)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
	char have[TILE_BYTES + 1];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : ehr_fail_errno(e, "%s", path);
	n = read(fd, have, sizeof(have));
	if (n < 0)
		return ehr_fail_errno(e, "%s", path);
	return str_eq((struct str){ have, (size_t)n }, bytes) ? 1 : EHR_ENO;
}

static int write_file(const char *path, struct str bytes, struct ehr_err *e)
{
	BUF_AUTO temp = BUF_INIT;
	FD_AUTO fd = -1;
	int rc = 0;

	buf_addf(&temp, "%s.new", path);
	fd = open(temp.s, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return ehr_fail_errno(e, "%s", path);
	if (write_whole(fd, bytes) != 0 || rename(temp.s, path) != 0) {
		rc = ehr_fail_errno(e, "%s", path);
		unlink(temp.s);
	}
	return rc;
}

/* The partial tiles of one that is complete now. */
static void drop_partials(const char *path)
{
	BUF_AUTO b = BUF_INIT;
	struct dirent *d;
	DIR *dir;
	int fd;

	buf_addf(&b, "%s.p", path);
	dir = opendir(b.s);
	if (dir == NULL)
		return;
	fd = dirfd(dir);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			unlinkat(fd, d->d_name, 0);
	closedir(dir);
	rmdir(b.s);
}

static int put_tile(struct publish *p, struct store *db,
    const struct tile *t, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO hashes = BUF_INIT;
	struct merkle m = { .size = 0 };
	int rc = tile_gather(db, t->level, t->index * TILE_WIDTH, t->width, &m,
	    &hashes, e);

	put_path(&path, p->dir, t);
	if (rc == 0)
		rc = compare(path.s, buf_str(&hashes), e);
	if (rc == 1) {
		p->same++;
		return 0;
	}
	if (rc == EHR_ENO && t->old)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: not the tile that was "
		    "published", path.s);
	if (rc == 0 || rc == EHR_ENO)
		rc = make_folders(path.s, strlen(p->dir), e);
	if (rc == 0)
		rc = write_file(path.s, buf_str(&hashes), e);
	if (rc == 0 && t->width == TILE_WIDTH)
		drop_partials(path.s);
	p->written += rc == 0;
	return rc;
}

static int put_level(struct publish *p, struct store *db, unsigned level,
    uint64_t from, uint64_t size, bool all, struct ehr_err *e)
{
	unsigned rest = (unsigned)(size % TILE_WIDTH);
	struct tile t = { .level = level, .width = TILE_WIDTH };
	int rc = 0;

	t.index = all ? 0 : from / TILE_WIDTH;
	for (; rc == 0 && t.index < size / TILE_WIDTH; t.index++) {
		t.old = (t.index + 1) * TILE_WIDTH <= from;
		rc = put_tile(p, db, &t, e);
	}
	t.width = rest;
	t.old = from == size;
	return rc == 0 && rest ? put_tile(p, db, &t, e) : rc;
}

static int sync_all(const char *dir, struct ehr_err *e)
{
	FD_AUTO fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && syncfs(fd) == 0 ? 0 : ehr_fail_errno(e, "%s", dir);
}

int publish_tiles(struct publish *p, struct store *db, uint64_t from,
    uint64_t size, bool all, struct ehr_err *e)
{
	int rc = 0;

	if (mkdir(p->dir, 0777) != 0 && errno != EEXIST)
		return ehr_fail_errno(e, "%s", p->dir);
	for (unsigned level = 0; rc == 0 && size > 0; level++) {
		rc = put_level(p, db, level, from, size, all, e);
		from /= TILE_WIDTH;
		size /= TILE_WIDTH;
	}
	/* what is the same may have been written by one that was killed */
	return rc == 0 ? sync_all(p->dir, e) : rc;
}
