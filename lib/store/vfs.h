/* vfs.h - what the parts of the VFS share. */
#ifndef STORE_VFS_H
#define STORE_VFS_H

#include "seal.h"

struct crypt {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	struct keyring *keys; /* in locked memory; NULL: none */
	unsigned use; /* which of the keys seals */
	char name[32];
	char *path;  /* of the record */
	char *leave; /* a main file that stays as it is, or NULL */
	struct ehr_err fault;
	char notice[MAX_LINE_ERR];
};

/* One open file. The real VFS's own follows it in memory. */
struct vfs_file {
	sqlite3_file base;
	struct crypt *c;
	sqlite3_file *real;
	struct vfs_file *db; /* of a log or journal: the main file */
	const char *name;    /* whole; SQLite's until the file is closed */
	struct seal seal;
	uint8_t *buf;	     /* room for what goes to disk or comes from it */
	size_t cap;
	void *own;	     /* of the kind of file; freed at close */
};

extern const sqlite3_io_methods vfs_db_methods, vfs_wal_methods,
    vfs_journal_methods, vfs_temp_methods;

/* Notes what is wrong, with the file's name in front, unless something is
 * noted already; returns SQLite's code for it. */
int vfs_fault(struct vfs_file *f, int code, const char *fmt, ...)
    EHR_PRINTF(3, 4);
/* buf has room for n bytes. */
void vfs_room(struct vfs_file *f, size_t n);
/* Offset at which the real file ends. */
int vfs_size(struct vfs_file *f, sqlite3_int64 *size);
/* Reads from the real file. What it cannot read is an error of reading:
 * SQLite's own code for EIO says that the file is damaged. */
int vfs_read(struct vfs_file *f, void *p, size_t n, sqlite3_int64 at);
/* SQLite uses pages of 512 to 65536 bytes, a power of two. */
static inline bool vfs_page_size(size_t n)
{
	return n >= 512 && n <= 65536 && (n & (n - 1)) == 0;
}

/* Makes the main file's id known: from page 1 or, when make and the file is
 * empty, a new one. SQLITE_OK with seal.n 0: the file is empty. */
int vfs_db_ready(struct vfs_file *f, bool make);
/* Opens a page of the main file, n bytes as they are on disk, where it lies.
 * The file is ready. */
enum seal_result vfs_db_open_page(struct vfs_file *f, uint8_t *p, size_t n,
    uint32_t pgno);
/* The opposite, with the key that seals now, to f->buf (vfs_room()). */
void vfs_db_close_page(struct vfs_file *f, const uint8_t *p, size_t n,
    uint32_t pgno);
/* While there are two keys: which one seals now (rekey.h). For whoever has
 * just got a lock under which pages or frames are written. */
void vfs_choose_key(struct vfs_file *db);

/* The id of a main file whose page 1 is not on disk, as its journal has it. */
void vfs_db_is(struct vfs_file *f, const uint8_t id[CRYPT_ID_LEN]);

/* A temporary file (vfs_temp.c) at f. */
int vfs_temp_open(struct crypt *c, sqlite3_file *f);

/* ---- methods that do what the real file does ---- */

int vfs_close(sqlite3_file *f); /* and frees what is f's own */
int vfs_truncate(sqlite3_file *f, sqlite3_int64 size);
int vfs_sync(sqlite3_file *f, int flags);
int vfs_file_size(sqlite3_file *f, sqlite3_int64 *size);
int vfs_control(sqlite3_file *f, int op, void *arg);
int vfs_sector_size(sqlite3_file *f);
int vfs_features(sqlite3_file *f);
int vfs_lock(sqlite3_file *f, int level);
int vfs_unlock(sqlite3_file *f, int level);
int vfs_reserved(sqlite3_file *f, int *out);
/* Those that are so for each kind of file. */
#define VFS_AS_REAL                                                           \
	.xSync = vfs_sync, .xFileSize = vfs_file_size, .xLock = vfs_lock,     \
	.xUnlock = vfs_unlock, .xCheckReservedLock = vfs_reserved,            \
	.xFileControl = vfs_control, .xSectorSize = vfs_sector_size,          \
	.xDeviceCharacteristics = vfs_features

#endif
