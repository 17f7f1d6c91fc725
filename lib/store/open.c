/* open.c - opening the file: settings, schema, migrations. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypt.h"
#include "impl.h"

enum { APPLICATION_ID = 0x65687231 }; /* "ehr1" */

static const struct migration migrations[] = {
#include "schema.h"
};

/* Codes of SQLite -> ours; what is missing is I/O. */
static const struct {
	int sqlite, code;
} codes[] = {
	{ SQLITE_CORRUPT, EHR_EINTEGRITY }, { SQLITE_NOTADB, EHR_ENOTEHR },
	{ SQLITE_PERM, EHR_EPERM },	    { SQLITE_READONLY, EHR_EPERM },
	{ SQLITE_AUTH, EHR_EPERM },
	{ SQLITE_CONSTRAINT, EHR_EINTEGRITY },
};

/* SQLite takes a file that cannot be read for a damaged one
 * (SQLITE_IOERR_CORRUPTFS); the errno of the file or its log tells. */
bool store_unreadable(struct store *db)
{
	static const int which[] = { SQLITE_FCNTL_FILE_POINTER,
		SQLITE_FCNTL_JOURNAL_POINTER };

	for (size_t i = 0; i < ARRAY_LEN(which); i++) {
		sqlite3_file *f = NULL;
		int last = 0;

		sqlite3_file_control(db->h, "main", which[i], &f);
		if (f && f->pMethods)
			f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO,
			    &last);
		if (last == EIO)
			return true;
	}
	return false;
}

/* SQLite takes what it cannot open for writing as it can for reading: then
 * either it may not, or something else was wrong. */
static bool may_write(struct store *db)
{
	return access(db->path, W_OK) == 0;
}

int store_fail(struct store *db, struct ehr_err *e, const char *doing)
{
	int rc = db->h ? sqlite3_errcode(db->h) & 0xff : SQLITE_CANTOPEN;
	int code = EHR_EIO;

	if (crypt_fault(db->crypt, e))
		return e ? e->code : EHR_EINTEGRITY;
	if (rc == SQLITE_CORRUPT && store_unreadable(db))
		return ehr_fail(e, EHR_EIO, "%s: %s: %s", db->path, doing,
		    strerror(EIO));
	if (rc == SQLITE_READONLY && may_write(db))
		return ehr_fail(e, EHR_EIO, "%s: %s: could be opened for "
		    "reading only", db->path, doing);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].sqlite == rc)
			code = codes[i].code;
	return ehr_fail(e, code, "%s: %s: %s", db->path, doing,
	    db->h ? sqlite3_errmsg(db->h) : "cannot open");
}

int store_exec(struct store *db, const char *sql, struct ehr_err *e)
{
	if (sqlite3_exec(db->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(db, e, "settings");
	return 0;
}

static int pragma_int(struct store *db, const char *sql, int *v,
    struct ehr_err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db->h, sql, -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		rc = store_fail(db, e, "open");
	else
		*v = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return rc;
}

int store_schema_version(struct store *db)
{
	int v = -1;

	pragma_int(db, "PRAGMA user_version", &v, NULL);
	return v;
}

static int migrate_one(struct store *db, const struct migration *m,
    struct ehr_err *e)
{
	BUF_AUTO sql = BUF_INIT;

	buf_addf(&sql, "BEGIN IMMEDIATE;\n%s\nPRAGMA user_version = %d;\n"
	    "PRAGMA application_id = %d;\nCOMMIT;", m->sql, m->version,
	    APPLICATION_ID);
	if (sqlite3_exec(db->h, sql.s, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	store_fail(db, e, "schema");
	sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	return e ? e->code : EHR_EIO;
}

int store_migrate(struct store *db, struct ehr_err *e)
{
	int version, newest = migrations[ARRAY_LEN(migrations) - 1].version;
	int rc = pragma_int(db, "PRAGMA user_version", &version, e);

	if (rc < 0)
		return rc;
	if (version > newest)
		return ehr_fail(e, EHR_ENOTEHR, "%s: schema %d is newer than "
		    "this program's %d", db->path, version, newest);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(migrations); i++)
		if (migrations[i].version > version)
			rc = migrate_one(db, &migrations[i], e);
	return rc;
}

/* A reader goes through a chart once: a small cache whose pages are used again
 * beats a large one of fresh memory. */
static int set_cache(struct store *db, enum store_mode mode,
    struct ehr_err *e)
{
	return store_exec(db, mode == STORE_READ ?
	    "PRAGMA cache_size = -512;" : "PRAGMA cache_size = -32768;", e);
}

static int set_defensive(struct store *db, struct ehr_err *e)
{
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
	    (int *)NULL);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
	    (int *)NULL);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_extended_result_codes(db->h, 1);
	sqlite3_busy_timeout(db->h, STORE_BUSY_MS);
	return store_exec(db,
	    "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;"
	    "PRAGMA temp_store = FILE;"
	    "PRAGMA recursive_triggers = ON; PRAGMA mmap_size = 0;", e);
}

int store_check_is_ehr(struct store *db, struct ehr_err *e)
{
	int id;
	int rc = pragma_int(db, "PRAGMA application_id", &id, e);

	if (rc == 0 && id != APPLICATION_ID)
		rc = ehr_fail(e, EHR_ENOTEHR, "%s: not an ehr file", db->path);
	return rc;
}

static int create_file(const char *path, struct ehr_err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return ehr_fail(e, EHR_EUSAGE, "%s: exists already", path);
	if (fd < 0)
		return ehr_fail_errno(e, "%s", path);
	close(fd);
	return 0;
}

/* Room for the seals before the file has a page. Pages that are freed are
 * written as zero: one that never was could not be told from a damaged one. */
static int set_crypt(struct store *db, struct ehr_err *e)
{
	int reserve = CRYPT_SEAL;

	if (sqlite3_file_control(db->h, "main", SQLITE_FCNTL_RESERVE_BYTES,
		&reserve) != SQLITE_OK)
		return store_fail(db, e, "reserve");
	return store_exec(db, "PRAGMA secure_delete = ON;", e);
}

/* Between our open() and our first lock another file may have come in its
 * place; from then on nobody can do that (store_encrypt()). */
static int check_place(struct store *db, struct ehr_err *e)
{
	int moved = 0;

	if (sqlite3_file_control(db->h, "main", SQLITE_FCNTL_HAS_MOVED,
		&moved) == SQLITE_OK && moved)
		return ehr_fail(e, EHR_EIO, "%s: another file took its place "
		    "just now: try again", db->path);
	return 0;
}

static int set_up(struct store *db, enum store_mode mode, bool keys,
    struct ehr_err *e)
{
	int rc = keys ? set_crypt(db, e) : 0;

	if (rc == 0)
		rc = set_defensive(db, e);
	if (rc == 0)
		rc = set_cache(db, mode, e);
	if (rc == 0 && mode == STORE_CREATE)
		rc = store_exec(db, "PRAGMA page_size = 4096;"
		    "PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL;", e);
	else if (rc == 0)
		rc = store_check_is_ehr(db, e);
	if (rc == 0)
		rc = store_exec(db, "PRAGMA synchronous = FULL;", e);
	store_watch_log(db);
	if (rc == 0)
		rc = check_place(db, e);
	if (rc == 0)
		rc = store_migrate(db, e);
	return rc;
}

static bool is_there(const char *path)
{
	bool yes;

	group_raise();
	yes = faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
	group_drop();
	return yes;
}

int store_which(const char **path, struct ehr_err *e)
{
	if (*path == NULL)
		*path = getenv("EHR_DB");
	if (*path == NULL || **path == '\0')
		return ehr_fail(e, EHR_EUSAGE,
		    "which record? (-d FILE or EHR_DB)");
	return 0;
}

int store_is_encrypted(const char *path, struct ehr_err *e)
{
	enum crypt_kind kind = CRYPT_ALIEN;
	sqlite3 *h = NULL;
	int rc = store_which(&path, e);

	store_guard_files();
	if (rc < 0)
		return rc;
	if (!is_there(path))
		return ehr_fail(e, EHR_ENOTEHR, "%s: no such file", path);
	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL) !=
		SQLITE_OK || crypt_kind_of(h, &kind) != SQLITE_OK)
		rc = ehr_fail(e, EHR_EIO, "%s: %s", path, sqlite3_errmsg(h));
	else if (kind == CRYPT_ALIEN)
		rc = ehr_fail(e, EHR_ENOTEHR, "%s: not an ehr file", path);
	sqlite3_close(h);
	return rc < 0 ? rc : kind == CRYPT_SEALED;
}

/* Whether what the file is goes with the keys that were given, or not. */
static int check_kind(struct store *db, const struct store_opts *o,
    struct ehr_err *e)
{
	enum crypt_kind kind;

	if (crypt_kind_of(db->h, &kind) != SQLITE_OK)
		return store_fail(db, e, "open");
	if (kind == CRYPT_SEALED && o->keys == NULL)
		return ehr_fail(e, EHR_ENOTEHR, "%s: encrypted, and no key was "
		    "given", db->path);
	if (kind == CRYPT_PLAIN && o->keys != NULL)
		return ehr_fail(e, EHR_ENOTEHR, "%s: not encrypted, but a key "
		    "was given", db->path);
	return 0;
}

int store_open(struct store **out, const char *path, enum store_mode mode,
    struct ehr_err *e)
{
	return store_open_with(out,
	    &(struct store_opts){ .path = path, .mode = mode }, e);
}

int store_open_with(struct store **out, const struct store_opts *o,
    struct ehr_err *e)
{
	const char *path = o->path;
	struct store *db;
	int rc = store_which(&path, e);

	*out = NULL;
	store_guard_files();
	if (rc == 0 && o->mode == STORE_CREATE)
		rc = create_file(path, e);
	else if (rc == 0 && !is_there(path))
		rc = ehr_fail(e, EHR_ENOTEHR, "%s: no such file", path);
	if (rc < 0)
		return rc;
	db = xcalloc(1, sizeof(*db));
	db->path = xstrdup(path);
	db->perms = PERM_ALL;
	db->lock_fd = -1;
	rc = crypt_new(&db->crypt, path, o->keys, e);
	if (rc == 0 && sqlite3_open_v2(path, &db->h, SQLITE_OPEN_READWRITE |
		SQLITE_OPEN_NOMUTEX, crypt_name(db->crypt)) != SQLITE_OK)
		rc = store_fail(db, e, "open");
	if (rc == 0)
		rc = check_kind(db, o, e);
	if (rc == 0 && o->keys)
		rc = store_hold_gen(db, o->keys->k[0].gen, e);
	if (rc == 0)
		rc = set_up(db, o->mode, o->keys != NULL, e);
	if (rc < 0) {
		store_close(db);
		if (o->mode == STORE_CREATE)
			unlink(path);
		return rc;
	}
	*out = db;
	return 0;
}

void store_close(struct store *db)
{
	if (db == NULL)
		return;
	if (db->txn)
		store_rollback(db);
	store_pack_forget(db);
	store_free_stmts(db);
	sqlite3_close(db->h);
	crypt_free(db->crypt);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	free(db->path);
	free(db->who);
	free(db);
}

const char *store_path(const struct store *db)
{
	return db->path;
}

const char *store_notice(const struct store *db)
{
	return crypt_notice(db->crypt);
}
