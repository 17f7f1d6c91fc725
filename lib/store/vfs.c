/* vfs.c - the VFS of a connection: opening files, and what they do as the
 * real ones do (crypt.h). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rekey.h"

static const char sqlite_magic[16] = "SQLite format 3";

enum crypt_kind crypt_kind(const uint8_t *head, size_t n)
{
	if (n == 0)
		return CRYPT_EMPTY;
	if (n < CRYPT_HEAD || memcmp(head, sqlite_magic, 16) != 0)
		return CRYPT_ALIEN;
	if (memcmp(head + CRYPT_ID_AT, CRYPT_MARK, 4) == 0)
		return CRYPT_SEALED;
	return CRYPT_PLAIN;
}

int crypt_kind_of(sqlite3 *h, enum crypt_kind *kind)
{
	uint8_t head[CRYPT_HEAD];
	sqlite3_file *f = NULL;
	sqlite3_int64 size = 0;
	int rc = sqlite3_file_control(h, "main", SQLITE_FCNTL_FILE_POINTER, &f);

	if (rc == SQLITE_OK)
		rc = f->pMethods->xFileSize(f, &size);
	if (size > CRYPT_HEAD)
		size = CRYPT_HEAD;
	if (rc == SQLITE_OK && size > 0)
		rc = f->pMethods->xRead(f, head, (int)size, 0);
	if (rc == SQLITE_OK)
		*kind = crypt_kind(head, (size_t)size);
	return rc;
}

/* ---- faults ---- */

int vfs_fault(struct vfs_file *f, int code, const char *fmt, ...)
{
	struct ehr_err *e = &f->c->fault;
	va_list ap;

	if (e->code == 0) {
		e->code = code;
		va_start(ap, fmt);
		vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
		va_end(ap);
	}
	return SQLITE_IOERR_DATA;
}

bool crypt_fault(struct crypt *c, struct ehr_err *e)
{
	if (c == NULL || c->fault.code == 0)
		return false;
	ehr_fail(e, c->fault.code, "%s: %s", c->path, c->fault.msg);
	c->fault.code = 0;
	return true;
}

const char *crypt_notice(const struct crypt *c)
{
	return c && c->notice[0] ? c->notice : NULL;
}

void vfs_room(struct vfs_file *f, size_t n)
{
	if (f->cap < n) {
		f->buf = xrealloc(f->buf, n);
		f->cap = n;
	}
}

/* ---- as the real file ---- */

static struct vfs_file *mine(sqlite3_file *f)
{
	return (struct vfs_file *)f;
}

int vfs_close(sqlite3_file *file)
{
	struct vfs_file *f = mine(file);

	seal_end(&f->seal);
	if (f->buf)
		crypto_cleanse(f->buf, f->cap);
	free(f->buf);
	free(f->own);
	return f->real->pMethods ? f->real->pMethods->xClose(f->real) :
				   SQLITE_OK;
}

int vfs_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return mine(f)->real->pMethods->xTruncate(mine(f)->real, size);
}

int vfs_sync(sqlite3_file *f, int flags)
{
	return mine(f)->real->pMethods->xSync(mine(f)->real, flags);
}

int vfs_file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return mine(f)->real->pMethods->xFileSize(mine(f)->real, size);
}

int vfs_size(struct vfs_file *f, sqlite3_int64 *size)
{
	return vfs_file_size(&f->base, size);
}

int vfs_read(struct vfs_file *f, void *p, size_t n, sqlite3_int64 at)
{
	int rc = f->real->pMethods->xRead(f->real, p, (int)n, at);

	return rc == SQLITE_IOERR_CORRUPTFS ? SQLITE_IOERR_READ : rc;
}

/* A journal and pages are written from RESERVED on. */
int vfs_lock(sqlite3_file *f, int level)
{
	int rc = mine(f)->real->pMethods->xLock(mine(f)->real, level);

	if (rc == SQLITE_OK && level >= SQLITE_LOCK_RESERVED)
		vfs_choose_key(mine(f));
	return rc;
}

int vfs_unlock(sqlite3_file *f, int level)
{
	return mine(f)->real->pMethods->xUnlock(mine(f)->real, level);
}

int vfs_reserved(sqlite3_file *f, int *out)
{
	return mine(f)->real->pMethods->xCheckReservedLock(mine(f)->real, out);
}

/* Growing by chunks would leave pages that nobody sealed; a map would show
 * SQLite the sealed ones. */
int vfs_control(sqlite3_file *f, int op, void *arg)
{
	switch (op) {
	case SQLITE_FCNTL_CHUNK_SIZE:
	case SQLITE_FCNTL_SIZE_HINT:
		return SQLITE_OK;
	case SQLITE_FCNTL_MMAP_SIZE:
	case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE:
		return SQLITE_NOTFOUND;
	}
	return mine(f)->real->pMethods->xFileControl(mine(f)->real, op, arg);
}

int vfs_sector_size(sqlite3_file *f)
{
	return mine(f)->real->pMethods->xSectorSize(mine(f)->real);
}

/* Nothing that lets SQLite write in another order or in other pieces than the
 * parts of this VFS expect. */
int vfs_features(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

void vfs_choose_key(struct vfs_file *db)
{
	const struct keyring *keys = db->c->keys;

	if (keys->n > 1)
		db->c->use = rekey_phase(db->name, keys->k[0].gen) ==
		    REKEY_ANNOUNCED;
}

/* ---- opening ---- */

enum {
	NAMELESS = SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TRANSIENT_DB |
	    SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_SUBJOURNAL,
};

static int open_real(struct crypt *c, const char *name, sqlite3_file *file,
    const sqlite3_io_methods *methods, int flags, int *out)
{
	struct vfs_file *f = mine(file);
	int rc;

	memset(f, 0, sizeof(*f));
	f->c = c;
	f->name = name;
	f->seal.use = &c->use;
	f->real = (sqlite3_file *)(f + 1);
	f->real->pMethods = NULL;
	rc = c->real->xOpen(c->real, name, f->real, flags, out);
	if (rc == SQLITE_OK)
		f->base.pMethods = methods;
	return rc;
}

/* A log or journal goes with its main file. */
static int open_beside(struct crypt *c, const char *name,
    sqlite3_file *file, int flags, int *out)
{
	sqlite3_file *db = sqlite3_database_file_object(name);
	int rc;

	if (db->pMethods != &vfs_db_methods)
		return c->real->xOpen(c->real, name, file, flags, out);
	rc = open_real(c, name, file, flags & SQLITE_OPEN_WAL ?
	    &vfs_wal_methods : &vfs_journal_methods, flags, out);
	mine(file)->db = mine(db);
	return rc;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name,
    sqlite3_file *file, int flags, int *out)
{
	struct crypt *c = vfs->pAppData;

	file->pMethods = NULL;
	if (name == NULL || (flags & NAMELESS)) {
		if (out)
			*out = flags;
		return vfs_temp_open(c, file);
	}
	if (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))
		return open_beside(c, name, file, flags, out);
	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return SQLITE_CANTOPEN;
	if (c->keys == NULL || (c->leave && strcmp(c->leave, name) == 0))
		return c->real->xOpen(c->real, name, file, flags, out);
	return open_real(c, name, file, &vfs_db_methods, flags, out);
}

static sqlite3_vfs *real_of(sqlite3_vfs *vfs)
{
	return ((struct crypt *)vfs->pAppData)->real;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	return real_of(vfs)->xDelete(real_of(vfs), name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	return real_of(vfs)->xAccess(real_of(vfs), name, flags, out);
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	return real_of(vfs)->xFullPathname(real_of(vfs), name, n, out);
}

int crypt_new(struct crypt **out, const char *path,
    const struct keyring *keys, struct ehr_err *e)
{
	struct crypt *c = xcalloc(1, sizeof(*c));
	int rc = keys ? keyring_new(&c->keys, e) : 0;

	*out = c;
	c->path = xstrdup(path);
	if (c->keys)
		*c->keys = *keys;
	snprintf(c->name, sizeof(c->name), "ehr-%p", (void *)c);
	c->real = sqlite3_vfs_find(NULL);
	c->vfs = *c->real;
	c->vfs.pNext = NULL;
	c->vfs.szOsFile += (int)sizeof(struct vfs_file);
	c->vfs.zName = c->name;
	c->vfs.pAppData = c;
	c->vfs.xOpen = vfs_open;
	c->vfs.xDelete = vfs_delete;
	c->vfs.xAccess = vfs_access;
	c->vfs.xFullPathname = vfs_full_name;
	if (sqlite3_vfs_register(&c->vfs, 0) != SQLITE_OK)
		xnomem();
	return rc;
}

void crypt_free(struct crypt *c)
{
	if (c == NULL)
		return;
	sqlite3_vfs_unregister(&c->vfs);
	keyring_free(&c->keys);
	free(c->path);
	free(c->leave);
	free(c);
}

const char *crypt_name(const struct crypt *c)
{
	return c->name;
}

uint32_t crypt_generation(const struct crypt *c)
{
	return c->keys ? c->keys->k[0].gen : 0;
}

void crypt_leave(struct crypt *c, const char *path)
{
	char full[4096];

	free(c->leave);
	c->leave = NULL;
	if (c->real->xFullPathname(c->real, path, sizeof(full), full) ==
	    SQLITE_OK)
		c->leave = xstrdup(full);
}
