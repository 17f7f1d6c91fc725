/* encrypt.c - a plain file becomes an encrypted one (store_encrypt()).
 *
 * The copy is made beside it, PATH-encrypt, while nobody else has the file
 * open, and takes its place by a rename. The plain file gets the name
 * PATH-plain before, is written over with zeros and taken away; so whatever
 * ends this, the plain or the encrypted file is whole under its name, and what
 * is left of the other one has a name by which the next call finds it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt.h"
#include "impl.h"

enum { WIPE = 1 << 16 };

struct encrypting {
	const struct store_encrypt *o;
	char *path;		 /* without links */
	struct buf copy, plain;	 /* PATH-encrypt, PATH-plain */
	struct store *db;	 /* the plain file, nobody else's */
	struct ehr_err *e;
};

static void end(struct encrypting *x)
{
	store_close(x->db);
	free(x->path);
	buf_release(&x->copy);
	buf_release(&x->plain);
}

static int failed(const struct encrypting *x, const char *path)
{
	return ehr_fail_errno(x->e, "%s", path);
}

/* ---- what an earlier call left ---- */

/* Zeros over a file that is open, up to its size. */
static int wipe(int fd)
{
	static const char zero[WIPE];
	struct stat st;
	off_t at = 0;

	if (fstat(fd, &st) != 0)
		return -1;
	while (at < st.st_size) {
		off_t left = st.st_size - at;
		ssize_t n = pwrite(fd, zero, left < WIPE ? (size_t)left : WIPE,
		    at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
	}
	return fsync(fd);
}

static int wipe_name(const struct encrypting *x, const char *name)
{
	int fd = open(name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return errno == ENOENT ? 0 : failed(x, name);
	rc = wipe(fd);
	if (rc != 0)
		rc = failed(x, name);
	close(fd);
	return rc;
}

/* The file is encrypted: the plain one goes. */
static int finish(const struct encrypting *x)
{
	int rc = wipe_name(x, x->plain.s);

	store_unlink(x->copy.s);
	if (rc == 0 && unlink(x->plain.s) != 0 && errno != ENOENT)
		rc = failed(x, x->plain.s);
	return rc;
}

/* The file is plain: a second name of it goes, but not another file. */
static int clear_names(const struct encrypting *x)
{
	struct stat st, other;

	store_unlink(x->copy.s);
	if (stat(x->path, &st) != 0)
		return failed(x, x->path);
	if (lstat(x->plain.s, &other) == 0) {
		if (other.st_ino != st.st_ino || other.st_dev != st.st_dev)
			return ehr_fail(x->e, EHR_EUSAGE, "%s: is in the way",
			    x->plain.s);
		unlink(x->plain.s);
		st.st_nlink--;
	}
	if (st.st_nlink > 1)
		return ehr_fail(x->e, EHR_EUSAGE, "%s: has other names (hard "
		    "links), which would be written over", x->path);
	return 0;
}

/* ---- the plain file, nobody else's ---- */

/* All of the log is copied into the file, then the log is zeroed and cut off.
 * Whoever comes while it is half zeroed finds a log that says nothing. */
static int empty_log(struct encrypting *x)
{
	BUF_AUTO log = BUF_INIT;
	int rc = store_exec(x->db, "PRAGMA wal_checkpoint(FULL);", x->e);

	buf_addf(&log, "%s-wal", x->path);
	if (rc == 0)
		rc = wipe_name(x, log.s);
	return rc < 0 ? rc :
	    store_exec(x->db, "PRAGMA wal_checkpoint(TRUNCATE);", x->e);
}

/* The lock is set before anything is read, for only then SQLite takes the
 * whole file; it stays until the handle is closed. */
static int open_alone(struct encrypting *x)
{
	struct store *db = xcalloc(1, sizeof(*db));
	int reserve = CRYPT_SEAL, rc;

	x->db = db;
	db->path = xstrdup(x->path);
	db->lock_fd = -1;
	rc = crypt_new(&db->crypt, x->path, x->o->keys, x->e);
	if (rc < 0)
		return rc;
	crypt_leave(db->crypt, x->path);
	if (sqlite3_open_v2(x->path, &db->h, SQLITE_OPEN_READWRITE |
		SQLITE_OPEN_NOMUTEX, crypt_name(db->crypt)) != SQLITE_OK)
		return store_fail(db, x->e, "open");
	sqlite3_busy_timeout(db->h, x->o->wait_ms);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
	    (int *)NULL);
	if (sqlite3_exec(db->h, "PRAGMA locking_mode = EXCLUSIVE;"
		"PRAGMA temp_store = FILE; PRAGMA synchronous = FULL;"
		"BEGIN EXCLUSIVE; COMMIT;", NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(db, x->e, "others have it open");
	if (sqlite3_file_control(db->h, "main", SQLITE_FCNTL_RESERVE_BYTES,
		&reserve) != SQLITE_OK)
		return store_fail(db, x->e, "reserve");
	return store_check_is_ehr(db, x->e);
}

/* ---- the copy ---- */

/* VACUUM INTO wants a file that is empty or not there. */
static int create_copy(struct encrypting *x)
{
	struct stat st;
	int fd, rc = 0;

	if (stat(x->path, &st) != 0)
		return failed(x, x->path);
	fd = open(x->copy.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(x, x->copy.s);
	if (fchown(fd, (uid_t)-1, st.st_gid) != 0)
		st.st_mode &= 0700; /* not for a group it is not for */
	if (fchmod(fd, st.st_mode & 0770) != 0)
		rc = failed(x, x->copy.s);
	close(fd);
	return rc;
}

static int vacuum_into(struct encrypting *x)
{
	struct store *db = x->db;
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db->h, "VACUUM INTO ?1", -1, &s, NULL) ==
	    SQLITE_OK && sqlite3_bind_text(s, 1, x->copy.s, -1,
	    SQLITE_STATIC) == SQLITE_OK && sqlite3_step(s) == SQLITE_DONE;
	int rc = ok ? 0 : store_fail(db, x->e, "copy");

	sqlite3_finalize(s);
	return rc;
}

/* Reads all of it by the key it will be opened with. */
static int check_copy(struct encrypting *x)
{
	const struct store_opts o = { x->copy.s, STORE_WRITE, x->o->keys };
	BUF_AUTO report = BUF_INIT;
	struct store *db = NULL;
	int rc = store_open_with(&db, &o, x->e);

	if (rc == 0)
		rc = store_exec(db, "PRAGMA journal_mode = WAL;", x->e);
	if (rc == 0)
		rc = store_check(db, &report, x->e);
	store_close(db);
	return rc;
}

static int sync_copy(struct encrypting *x)
{
	int fd = open(x->copy.s, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) != 0 ? failed(x, x->copy.s) : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

/* ---- the change ---- */

static int swap(struct encrypting *x)
{
	BUF_AUTO shm = BUF_INIT;
	int rc = empty_log(x);

	if (rc < 0)
		return rc;
	buf_addf(&shm, "%s-shm", x->path);
	unlink(shm.s);
	if (link(x->path, x->plain.s) != 0)
		return failed(x, x->plain.s);
	if (rename(x->copy.s, x->path) != 0) {
		rc = failed(x, x->path);
		unlink(x->plain.s);
	}
	return rc < 0 ? rc : out_sync_folder(x->path, x->e);
}

/* By SQLite's own descriptor: closing another one would drop its locks, and
 * somebody who opened the file before it was renamed could write to it. What
 * they find now is no record. */
static int wipe_plain(struct encrypting *x)
{
	static const char zero[WIPE];
	sqlite3_file *f = NULL;
	sqlite3_int64 size = 0, at = 0;
	int rc = sqlite3_file_control(x->db->h, "main",
	    SQLITE_FCNTL_FILE_POINTER, &f);

	if (rc == SQLITE_OK)
		rc = f->pMethods->xFileSize(f, &size);
	for (int n; rc == SQLITE_OK && at < size; at += n) {
		n = size - at < WIPE ? (int)(size - at) : WIPE;
		rc = f->pMethods->xWrite(f, zero, n, at);
	}
	if (rc == SQLITE_OK)
		rc = f->pMethods->xSync(f, SQLITE_SYNC_FULL);
	if (rc != SQLITE_OK)
		return ehr_fail(x->e, EHR_EIO, "%s: cannot be written over: "
		    "%s", x->plain.s, sqlite3_errstr(rc));
	store_close(x->db);
	x->db = NULL;
	if (unlink(x->plain.s) != 0)
		return failed(x, x->plain.s);
	return out_sync_folder(x->path, x->e);
}

static int make_copy(struct encrypting *x)
{
	int rc = create_copy(x);

	if (rc == 0)
		rc = vacuum_into(x);
	if (rc == 0)
		rc = check_copy(x);
	if (rc == 0 && !x->o->dry)
		rc = x->o->ready(x->o->arg, x->copy.s, x->e);
	return rc < 0 ? rc : sync_copy(x);
}

static int encrypt(struct encrypting *x)
{
	int rc = clear_names(x);

	if (rc == 0)
		rc = open_alone(x);
	if (rc == 0)
		rc = make_copy(x);
	if (rc == 0 && !x->o->dry)
		rc = swap(x);
	store_unlink(x->copy.s);
	if (rc == 0 && !x->o->dry)
		rc = wipe_plain(x);
	return rc < 0 ? rc : 1;
}

static int names(struct encrypting *x)
{
	const char *path = x->o->path;
	int rc = store_which(&path, x->e);

	if (rc < 0)
		return rc;
	x->path = realpath(path, NULL);
	if (x->path == NULL)
		return failed(x, path);
	buf_addf(&x->copy, "%s-encrypt", x->path);
	buf_addf(&x->plain, "%s-plain", x->path);
	return 0;
}

unsigned store_encrypt_left(const char *path)
{
	const struct store_encrypt o = { .path = path };
	EHR_CLEANUP(end) struct encrypting x = { .o = &o, .copy = BUF_INIT,
		.plain = BUF_INIT };

	if (names(&x) < 0)
		return 0;
	return (access(x.copy.s, F_OK) == 0 ? STORE_LEFT_COPY : 0) |
	    (access(x.plain.s, F_OK) == 0 ? STORE_LEFT_PLAIN : 0);
}

int store_encrypt(const struct store_encrypt *o, struct ehr_err *e)
{
	EHR_CLEANUP(end) struct encrypting x = { .o = o, .copy = BUF_INIT,
		.plain = BUF_INIT, .e = e };
	int rc = store_is_encrypted(o->path, e);

	if (rc < 0 || names(&x) < 0)
		return rc < 0 ? rc : EHR_EIO;
	if (rc == 0)
		return encrypt(&x);
	return o->dry ? 0 : finish(&x);
}
