/* txn.c - transactions and the queue of writers (store.h). */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "impl.h"
#include "statements.h"

/* Bytes of PATH-lock that are locked, as open file description locks: they
 * end with the process. T is the turnstile: whoever waits for its turn as a
 * bulk writer holds it, so that new short ones line up behind. */
enum { LOCK_T, LOCK_Q, LOCK_W, LOCK_BULK };
/* Then one for each job of which there is one at a time. */
enum { LOCK_JOB = 16 };
/* Behind them a byte for each generation of the data key: who has the record
 * open holds that of the newest key it knows, shared. */
enum { LOCK_GEN = 1 << 16 };

int64_t store_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void store_pause(void)
{
	const struct timespec t = { 0, 20 * 1000 * 1000 };

	nanosleep(&t, NULL);
}

static int lock_byte(struct store *db, int byte, short type, struct ehr_err *e)
{
	struct flock f = {
		.l_type = type, .l_whence = SEEK_SET,
		.l_start = byte, .l_len = 1,
	};

	while (fcntl(db->lock_fd, F_OFD_SETLKW, &f) != 0)
		if (errno != EINTR)
			return ehr_fail_errno(e, "%s-lock", db->path);
	return 0;
}

/* As the record itself for who is not its owner. */
static int create_lock(const char *record, const char *name)
{
	struct stat st;
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || stat(record, &st) != 0)
		return fd;
	if (fchown(fd, (uid_t)-1, st.st_gid) == 0)
		fchmod(fd, 0600 | (st.st_mode & 0060));
	return fd;
}

/* The file of the locks, made by the first who needs it. */
static int find_lock(const char *record, const char *name)
{
	int fd = open(name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 && errno == ENOENT ? create_lock(record, name) : fd;
}

static int open_lock(struct store *db, struct ehr_err *e)
{
	const char *record = sqlite3_db_filename(db->h, "main");
	BUF_AUTO name = BUF_INIT;

	buf_addf(&name, "%s-lock", record);
	while (db->lock_fd < 0) {
		group_raise();
		db->lock_fd = find_lock(record, name.s);
		group_drop();
		if (db->lock_fd < 0 && errno != EEXIST)
			return ehr_fail_errno(e, "%s", name.s);
	}
	return 0;
}

int store_lock(struct store *db, enum store_txn kind, struct ehr_err *e)
{
	short q = kind == STORE_BULK ? F_WRLCK : F_RDLCK;
	int rc = open_lock(db, e);

	if (rc == 0)
		rc = lock_byte(db, LOCK_T, q, e);
	if (rc == 0)
		rc = lock_byte(db, LOCK_Q, q, e);
	if (rc == 0 && kind == STORE_SHORT)
		rc = lock_byte(db, LOCK_T, F_UNLCK, e);
	if (rc == 0)
		rc = lock_byte(db, LOCK_W, F_WRLCK, e);
	if (rc == 0 && kind == STORE_BULK) {
		lock_byte(db, LOCK_Q, F_UNLCK, e);
		rc = lock_byte(db, LOCK_T, F_UNLCK, e);
	}
	if (rc < 0)
		store_unlock(db);
	return rc;
}

void store_unlock(struct store *db)
{
	struct flock all = {
		.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0,
		.l_len = LOCK_W + 1,
	};

	if (db->lock_fd >= 0)
		fcntl(db->lock_fd, F_OFD_SETLK, &all);
}

/* ---- who knows which key ---- */

static int try_bytes(struct store *db, short type, int64_t first, int64_t n,
    struct ehr_err *e)
{
	struct flock f = {
		.l_type = type, .l_whence = SEEK_SET,
		.l_start = first, .l_len = n,
	};

	if (fcntl(db->lock_fd, F_OFD_SETLK, &f) == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES ? 0 :
	    ehr_fail_errno(e, "%s-lock", db->path);
}

int store_hold_gen(struct store *db, uint32_t gen, struct ehr_err *e)
{
	int rc = open_lock(db, e);

	if (rc == 0)
		rc = try_bytes(db, F_RDLCK, LOCK_GEN + gen, 1, e);
	if (rc == 0)
		rc = ehr_fail(e, EHR_EIO, "%s: its key is being changed: try "
		    "again", db->path);
	return rc < 0 ? rc : 0;
}

int store_wait_gens(struct store *db, uint32_t gen, int wait_ms,
    struct ehr_err *e)
{
	int64_t end = store_clock() + wait_ms;
	int rc;

	while ((rc = try_bytes(db, F_WRLCK, LOCK_GEN, gen, e)) == 0 &&
	    store_clock() < end)
		store_pause();
	if (rc == 0)
		rc = ehr_fail(e, EHR_EIO, "%s: commands that began before its "
		    "new key was made have it open: the same command goes on "
		    "when they ended", db->path);
	return rc < 0 ? rc : 0;
}

int store_bulk_enter(struct store *db, struct ehr_err *e)
{
	int rc = open_lock(db, e);

	return rc < 0 ? rc : lock_byte(db, LOCK_BULK, F_WRLCK, e);
}

void store_bulk_leave(struct store *db)
{
	if (db->lock_fd >= 0)
		lock_byte(db, LOCK_BULK, F_UNLCK, NULL);
}

int store_job_try(struct store *db, enum store_job job, struct ehr_err *e)
{
	int rc = open_lock(db, e);

	return rc < 0 ? rc : try_bytes(db, F_WRLCK, LOCK_JOB + job, 1, e);
}

/* ---- checkpoints ----
 *
 * Copying the log into the file may take longer than all else in a commit, so
 * it is done when the queue's locks are given back; only a log that grew far
 * too long all the same is copied while others wait. A bulk writer lets its
 * log grow longer, because hot pages are written again in each chunk, copies
 * it between chunks, and what came meanwhile at the start of the next one, so
 * that the log begins anew. While it is at work short ones leave this to it. */
enum { LOG_SHORT = 1000, LOG_BULK = 4096, LOG_MAX = 16384 }; /* pages */

static int note_log(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct store *db = arg;

	(void)h;
	(void)name;
	db->log = pages;
	return SQLITE_OK;
}

void store_watch_log(struct store *db)
{
	sqlite3_wal_hook(db->h, note_log, db);
}

/* What cannot be copied now is left to the next one. */
static void checkpoint(struct store *db)
{
	sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
	    NULL);
}

int store_flush(struct store *db, struct ehr_err *e)
{
	if (sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_TRUNCATE,
		NULL, NULL) != SQLITE_OK)
		return store_fail(db, e, "log");
	return 0;
}

static bool bulk_at_work(struct store *db)
{
	struct flock f = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = LOCK_BULK, .l_len = 1,
	};

	return fcntl(db->lock_fd, F_OFD_GETLK, &f) == 0 && f.l_type != F_UNLCK;
}

static void unlock_and_checkpoint(struct store *db)
{
	bool due = db->bulk ? db->log >= LOG_BULK : db->log >= LOG_SHORT &&
	    !bulk_at_work(db);

	if (db->log >= LOG_MAX)
		checkpoint(db);
	store_unlock(db);
	if (due && db->log < LOG_MAX)
		checkpoint(db);
	db->log_rest = due && db->bulk;
}

int store_begin(struct store *db, enum store_txn kind, struct ehr_err *e)
{
	int rc = 0;

	if (db->txn)
		return ehr_fail(e, EHR_EIO, "%s: transaction in transaction",
		    db->path);
	if (kind != STORE_SNAPSHOT)
		rc = store_lock(db, kind, e);
	if (rc < 0)
		return rc;
	if (db->log_rest && kind == STORE_BULK)
		checkpoint(db);
	db->log_rest = false;
	db->log = 0;
	if (sqlite3_exec(db->h, kind == STORE_SNAPSHOT ? "BEGIN" :
		"BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
		rc = store_fail(db, e, "begin");
		store_unlock(db);
		return rc;
	}
	db->txn = true;
	db->bulk = kind == STORE_BULK;
	db->bulk_end = store_clock() + STORE_BULK_MS;
	db->time = db->last_time = 0;
	db->time_fault.code = 0;
	return 0;
}

static int keep_time(struct store *db, struct ehr_err *e)
{
	struct stmt *s;

	if (db->time == 0)
		return 0;
	if (db->time_fault.code < 0) {
		if (e)
			*e = db->time_fault;
		return db->time_fault.code;
	}
	s = store_sql(db, &store_sql_table[STORE_TIME_SET]);
	stmt_int(s, 1, store_time_last(db));
	return stmt_run(s, e);
}

int store_commit(struct store *db, struct ehr_err *e)
{
	int rc = db->dry ? 0 : keep_time(db, e);

	if (rc == 0 && !db->dry &&
	    sqlite3_exec(db->h, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		rc = store_fail(db, e, "commit");
	if (rc < 0 || db->dry) {
		store_rollback(db);
		return rc;
	}
	db->txn = false;
	if (!db->load)
		unlock_and_checkpoint(db);
	return 0;
}

void store_rollback(struct store *db)
{
	if (!db->txn)
		return;
	for (size_t i = 0; i < db->n_stmt; i++)
		if (db->stmt[i]->s)
			sqlite3_reset(db->stmt[i]->s);
	sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	db->txn = false;
	if (!db->load)
		store_unlock(db);
}

bool store_in_txn(const struct store *db)
{
	return db->txn;
}

bool store_bulk_due(const struct store *db)
{
	return db->bulk && !db->load && !db->dry &&
	    store_clock() >= db->bulk_end;
}

void store_dry_run(struct store *db)
{
	db->dry = true;
}

int64_t store_time(struct store *db)
{
	int64_t last = 0;

	if (db->time)
		return db->time;
	/* a failure is told by the commit */
	store_int(db, &store_sql_table[STORE_TIME_GET], &last,
	    &db->time_fault);
	db->time = clock_ms();
	if (db->time <= last)
		db->time = last + 1;
	return db->time;
}

int64_t store_time_after(struct store *db, int64_t t)
{
	int64_t now = store_time(db);

	if (t < now)
		return now;
	if (t + 1 > db->last_time)
		db->last_time = t + 1;
	return t + 1;
}

int64_t store_time_last(struct store *db)
{
	int64_t now = store_time(db);

	return db->last_time > now ? db->last_time : now;
}

int store_begin_load(struct store *db, struct ehr_err *e)
{
	int rc = store_lock(db, STORE_BULK, e);

	if (rc < 0)
		return rc;
	db->load = true;
	rc = store_exec(db, "PRAGMA locking_mode = EXCLUSIVE;"
	    "PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = -40960;", e);
	if (rc == 0 && sqlite3_exec(db->h, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL) != SQLITE_OK)
		rc = store_fail(db, e, "begin");
	if (rc < 0) {
		store_end_load(db, NULL);
		return rc;
	}
	db->txn = true;
	db->bulk = true;
	db->time = db->last_time = 0;
	return 0;
}

int store_end_load(struct store *db, struct ehr_err *e)
{
	int rc;

	if (!db->load)
		return 0;
	if (db->txn)
		store_rollback(db);
	rc = store_exec(db, "PRAGMA locking_mode = NORMAL;"
	    "PRAGMA journal_mode = WAL; PRAGMA cache_size = -32768;", e);
	db->load = false;
	store_unlock(db);
	return rc;
}
