/* vfs_temp.c - SQLite's temporary files: sorts, statement journals, what
 * VACUUM makes. They have no name and are nobody else's. */
#include <errno.h>

#include "temp.h"
#include "vfs.h"

struct vfs_temp {
	sqlite3_file base;
	struct crypt *c;
	struct temp *t;
};

static struct temp *temp(sqlite3_file *f)
{
	return ((struct vfs_temp *)f)->t;
}

static int temp_failed(sqlite3_file *f, int code)
{
	struct ehr_err *e = &((struct vfs_temp *)f)->c->fault;

	if (errno == ENOSPC)
		return SQLITE_FULL;
	if (errno == EBADMSG && e->code == 0)
		ehr_fail(e, EHR_EINTEGRITY, "a temporary file was changed");
	return code;
}

static int t_close(sqlite3_file *f)
{
	temp_free(temp(f));
	return SQLITE_OK;
}

static int t_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	size_t got;

	if (temp_read(temp(f), p, (size_t)n, at, &got) < 0)
		return temp_failed(f, SQLITE_IOERR_READ);
	return got < (size_t)n ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int t_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return temp_write(temp(f), p, (size_t)n, at) < 0 ?
	    temp_failed(f, SQLITE_IOERR_WRITE) : SQLITE_OK;
}

static int t_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return temp_truncate(temp(f), size) < 0 ?
	    temp_failed(f, SQLITE_IOERR_TRUNCATE) : SQLITE_OK;
}

static int t_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = temp_size(temp(f));
	return SQLITE_OK;
}

/* Nobody else sees it, nothing of it outlives the process. */
static int t_flag(sqlite3_file *f, int flag)
{
	(void)f;
	(void)flag;
	return SQLITE_OK;
}

static int t_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int t_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int t_sector_size(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

int vfs_temp_open(struct crypt *c, sqlite3_file *file)
{
	struct vfs_temp *f = (struct vfs_temp *)file;

	f->c = c;
	f->t = temp_new(c->path);
	if (f->t == NULL)
		return SQLITE_CANTOPEN;
	file->pMethods = &vfs_temp_methods;
	return SQLITE_OK;
}

const sqlite3_io_methods vfs_temp_methods = {
	.iVersion = 1,
	.xClose = t_close,
	.xRead = t_read,
	.xWrite = t_write,
	.xTruncate = t_truncate,
	.xSync = t_flag,
	.xFileSize = t_size,
	.xLock = t_flag,
	.xUnlock = t_flag,
	.xCheckReservedLock = t_reserved,
	.xFileControl = t_control,
	.xSectorSize = t_sector_size,
	.xDeviceCharacteristics = vfs_features,
};
