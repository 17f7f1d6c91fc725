/* pages.c - the file page by page, as SQLite sees it: out by its backup API
 * into a file that exists only as calls, in through the VFS. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypt.h"
#include "impl.h"

enum { STEP = 256 }; /* pages between two looks around */

/* ---- reading: the other side of the backup is this VFS ---- */

struct capture {
	sqlite3_vfs vfs;
	char name[32];
	store_page_fn *fn;
	void *arg;
	struct ehr_err *e;
	sqlite3_int64 size;
	int rc; /* of fn */
};

struct capture_file {
	sqlite3_file base;
	struct capture *c;
};

static struct capture *of(sqlite3_file *f)
{
	return ((struct capture_file *)f)->c;
}

static int cap_close(sqlite3_file *f)
{
	(void)f;
	return SQLITE_OK;
}

/* Nothing is kept, so nothing can be read: the backup asks only for what it
 * finds an empty file to be. */
static int cap_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	memset(p, 0, (size_t)n);
	return at < of(f)->size ? SQLITE_IOERR_READ : SQLITE_IOERR_SHORT_READ;
}

static int cap_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct capture *c = of(f);

	c->rc = c->fn(c->arg, (uint32_t)(at / n + 1), p, (size_t)n, c->e);
	if (at + n > c->size)
		c->size = at + n;
	return c->rc == 0 ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int cap_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	of(f)->size = size;
	return SQLITE_OK;
}

static int cap_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = of(f)->size;
	return SQLITE_OK;
}

static int cap_int(sqlite3_file *f, int n)
{
	(void)f;
	(void)n;
	return SQLITE_OK;
}

static int cap_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int cap_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int cap_zero(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static int cap_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f,
    int flags, int *out)
{
	static const sqlite3_io_methods methods = {
		.iVersion = 1, .xClose = cap_close, .xRead = cap_read,
		.xWrite = cap_write, .xTruncate = cap_truncate,
		.xSync = cap_int, .xFileSize = cap_size, .xLock = cap_int,
		.xUnlock = cap_int, .xCheckReservedLock = cap_reserved,
		.xFileControl = cap_control, .xSectorSize = cap_zero,
		.xDeviceCharacteristics = cap_zero,
	};

	(void)name;
	f->pMethods = NULL;
	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return SQLITE_CANTOPEN;
	((struct capture_file *)f)->c = vfs->pAppData;
	f->pMethods = &methods;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

static int cap_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	(void)name;
	(void)flags;
	*out = 0;
	return SQLITE_OK;
}

static int cap_full(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)n, "%s", name);
	return SQLITE_OK;
}

static int cap_register(struct capture *c)
{
	snprintf(c->name, sizeof(c->name), "ehr-pages-%p", (void *)c);
	c->vfs = *sqlite3_vfs_find(NULL);
	c->vfs.pNext = NULL;
	c->vfs.szOsFile = sizeof(struct capture_file);
	c->vfs.zName = c->name;
	c->vfs.pAppData = c;
	c->vfs.xOpen = cap_open;
	c->vfs.xAccess = cap_access;
	c->vfs.xFullPathname = cap_full;
	return sqlite3_vfs_register(&c->vfs, 0);
}

static int copy(struct store *db, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", db->h, "main");
	int rc;

	if (b == NULL)
		return sqlite3_errcode(to);
	do
		rc = sqlite3_backup_step(b, STEP);
	while (rc == SQLITE_OK);
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_pages_each(struct store *db, store_page_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct capture c = { .fn = fn, .arg = arg, .e = e };
	sqlite3 *to = NULL;
	int rc = cap_register(&c);

	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2("pages", &to, SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, c.name);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode = OFF;"
		    "PRAGMA synchronous = OFF; PRAGMA cache_size = 64;",
		    NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = copy(db, to);
	sqlite3_close(to);
	sqlite3_vfs_unregister(&c.vfs);
	if (c.rc < 0)
		return c.rc;
	if (rc == SQLITE_OK)
		return 0;
	if (crypt_fault(db->crypt, e))
		return e ? e->code : EHR_EINTEGRITY;
	return ehr_fail(e, (rc & 0xff) == SQLITE_CORRUPT ? EHR_EINTEGRITY :
	    EHR_EIO, "%s: reading pages: %s", db->path, sqlite3_errstr(rc));
}

/* ---- writing ---- */

struct store_pages {
	struct crypt *crypt;
	sqlite3_vfs *vfs;
	char *path;
	const char *name;
	sqlite3_file *f; /* open when it has methods */
	size_t size;	 /* of a page */
};

static int page_fail(struct store_pages *p, const char *doing, int rc,
    struct ehr_err *e)
{
	int code = errno;

	if (crypt_fault(p->crypt, e))
		return e ? e->code : EHR_EINTEGRITY;
	errno = rc == SQLITE_FULL ? ENOSPC : code;
	return ehr_fail_errno(e, "%s: %s", p->path, doing);
}

static int open_file(struct store_pages *p, struct ehr_err *e)
{
	char full[4096];
	int fd, rc, got;

	fd = open(p->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return ehr_fail_errno(e, "%s", p->path);
	close(fd);
	rc = p->vfs->xFullPathname(p->vfs, p->path, sizeof(full), full);
	if (rc == SQLITE_OK) {
		p->name = sqlite3_create_filename(full, "", "", 0, NULL);
		p->f = xcalloc(1, (size_t)p->vfs->szOsFile);
		rc = p->vfs->xOpen(p->vfs, p->name, p->f,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB, &got);
	}
	return rc == SQLITE_OK ? 0 : page_fail(p, "opening", rc, e);
}

int store_pages_new(struct store_pages **out, const char *path,
    const struct keyring *keys, size_t size, struct ehr_err *e)
{
	struct store_pages *p = xcalloc(1, sizeof(*p));
	int rc = keys ? crypt_new(&p->crypt, path, keys, e) : 0;

	p->path = xstrdup(path);
	p->size = size;
	if (rc == 0) {
		p->vfs = sqlite3_vfs_find(keys ? crypt_name(p->crypt) : NULL);
		rc = open_file(p, e);
	}
	if (rc < 0) {
		store_pages_free(p);
		return rc;
	}
	*out = p;
	return 0;
}

int store_pages_put(struct store_pages *p, uint32_t pgno, const void *page,
    struct ehr_err *e)
{
	int rc = p->f->pMethods->xWrite(p->f, page, (int)p->size,
	    (sqlite3_int64)(pgno - 1) * (sqlite3_int64)p->size);

	return rc == SQLITE_OK ? 0 : page_fail(p, "writing", rc, e);
}

int store_pages_end(struct store_pages *p, uint32_t pages, struct ehr_err *e)
{
	int rc = p->f->pMethods->xTruncate(p->f,
	    (sqlite3_int64)pages * (sqlite3_int64)p->size);

	if (rc == SQLITE_OK)
		rc = p->f->pMethods->xSync(p->f, SQLITE_SYNC_FULL);
	return rc == SQLITE_OK ? 0 : page_fail(p, "writing", rc, e);
}

void store_pages_free(struct store_pages *p)
{
	if (p == NULL)
		return;
	if (p->f && p->f->pMethods)
		p->f->pMethods->xClose(p->f);
	free(p->f);
	sqlite3_free_filename(p->name);
	crypt_free(p->crypt);
	free(p->path);
	free(p);
}
