/* vfs.c - the VFS that writes down (power.h). It does all that it is told, so
 * that whoever uses it goes on. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "power.h"

struct power_log power;

/* An open file: ours, then SQLite's own. */
struct file {
	sqlite3_file base;
	int id; /* in the log; -1: a temporary one, of no interest */
	sqlite3_file *real;
};

static sqlite3_vfs *unix_vfs, vfs;

static void note(enum op_kind kind, int file, int64_t off, const void *data,
    size_t n)
{
	struct op *op;

	if (file < 0 || (kind == OP_SYNC && power.deaf))
		return;
	if (power.n == power.cap) {
		power.cap = power.cap ? 2 * power.cap : 4096;
		power.v = xrealloc(power.v, power.cap * sizeof(*power.v));
	}
	op = &power.v[power.n++];
	*op = (struct op){ kind, file, off, n, NULL };
	if (n) {
		op->data = xmalloc(n);
		memcpy(op->data, data, n);
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int find(const char *path)
{
	for (int i = 0; i < power.files; i++)
		if (!power.gone[i] &&
		    strcmp(power.name[i], base_name(path)) == 0)
			return i;
	return -1;
}

static int add(const char *path)
{
	if (power.files == MAX_FILES)
		abort();
	power.name[power.files] = xstrdup(base_name(path));
	return power.files++;
}

/* ---- files ---- */

static struct file *mine(sqlite3_file *f)
{
	return (struct file *)f;
}

#define REAL(f) (mine(f)->real)
#define CALL(f, method, ...) REAL(f)->pMethods->method(REAL(f), __VA_ARGS__)

static int f_close(sqlite3_file *f)
{
	return REAL(f)->pMethods->xClose(REAL(f));
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 off)
{
	return CALL(f, xRead, p, n, off);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 off)
{
	note(OP_WRITE, mine(f)->id, off, p, (size_t)n);
	return CALL(f, xWrite, p, n, off);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	note(OP_TRUNCATE, mine(f)->id, n, NULL, 0);
	return CALL(f, xTruncate, n);
}

static int f_sync(sqlite3_file *f, int flags)
{
	(void)flags; /* what is really synced does not matter here */
	note(OP_SYNC, mine(f)->id, 0, NULL, 0);
	return SQLITE_OK;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *n)
{
	return CALL(f, xFileSize, n);
}

static int f_lock(sqlite3_file *f, int level)
{
	return CALL(f, xLock, level);
}

static int f_unlock(sqlite3_file *f, int level)
{
	return CALL(f, xUnlock, level);
}

static int f_reserved(sqlite3_file *f, int *out)
{
	return CALL(f, xCheckReservedLock, out);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
	return CALL(f, xFileControl, op, arg);
}

static int f_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int f_features(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int f_shm_map(sqlite3_file *f, int i, int n, int extend,
    void volatile **p)
{
	return CALL(f, xShmMap, i, n, extend, p);
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return CALL(f, xShmLock, at, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int f_shm_unmap(sqlite3_file *f, int delete)
{
	return CALL(f, xShmUnmap, delete);
}

static const sqlite3_io_methods methods = {
	2, f_close, f_read, f_write, f_truncate, f_sync, f_size, f_lock,
	f_unlock, f_reserved, f_control, f_sector, f_features, f_shm_map,
	f_shm_lock, f_shm_barrier, f_shm_unmap, NULL, NULL,
};

/* ---- the folder ---- */

static int v_open(sqlite3_vfs *v, const char *path, sqlite3_file *out,
    int flags, int *got)
{
	struct file *f = mine(out);
	int rc;

	(void)v;
	f->real = (sqlite3_file *)&f[1];
	f->id = -1;
	rc = unix_vfs->xOpen(unix_vfs, path, f->real, flags, got);
	f->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
	if (rc != SQLITE_OK || path == NULL ||
	    (flags & SQLITE_OPEN_DELETEONCLOSE))
		return rc;
	f->id = find(path);
	if (f->id < 0 && (flags & SQLITE_OPEN_CREATE)) {
		f->id = add(path);
		note(OP_CREATE, f->id, 0, NULL, 0);
	}
	return rc;
}

static int v_delete(sqlite3_vfs *v, const char *path, int sync)
{
	int id = find(path);

	(void)v;
	if (id >= 0) {
		note(OP_DELETE, id, sync && !power.deaf, NULL, 0);
		power.gone[id] = true;
	}
	return unix_vfs->xDelete(unix_vfs, path, sync);
}

/* ---- on and off ---- */

void power_on(const char *path)
{
	FILE *f = fopen(path, "rb");
	char page[4096];
	size_t n;
	int id = add(path);

	if (f == NULL)
		abort();
	note(OP_CREATE, id, 0, NULL, 0);
	for (int64_t at = 0; (n = fread(page, 1, sizeof(page), f)) > 0;
	     at += (int64_t)n)
		note(OP_WRITE, id, at, page, n);
	fclose(f);
	if (!power.deaf)
		note(OP_SYNC, id, 0, NULL, 0);
	unix_vfs = sqlite3_vfs_find("unix");
	vfs = *unix_vfs;
	vfs.pNext = NULL;
	vfs.zName = "power";
	vfs.szOsFile += (int)sizeof(struct file);
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	sqlite3_vfs_register(&vfs, 1);
}

void power_off(void)
{
	sqlite3_vfs_register(unix_vfs, 1);
}

void power_ack(void)
{
	note(OP_ACK, 0, 0, NULL, 0);
}
