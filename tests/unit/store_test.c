/*
 * store_test.c - the file under the record: opening, permissions, settings,
 * transactions and the queue of writers. How long writers wait is measured by
 * tests/torture/queue.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include "ehr/store.h"
#include "test.h"

static char dir[64], path[96];
static struct ehr_err e;

static struct store *open_new(void)
{
	struct store *db = NULL;

	snprintf(dir, sizeof(dir), "/tmp/ehr-store.XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/t.ehr", dir);
	CHECK_INT(store_open(&db, path, STORE_CREATE, &e), 0);
	return db;
}

static struct store *open_again(void)
{
	struct store *db = NULL;

	CHECK_INT(store_open(&db, path, STORE_WRITE, &e), 0);
	return db;
}

static void clean(struct store *db)
{
	store_close(db);
	store_unlink(path);
	rmdir(dir);
}

static void set(struct store *db, const char *key, const char *value)
{
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(store_config_set(db, key, str_of(value), &e), 0);
	CHECK_INT(store_commit(db, &e), 0);
}

/* The value, "-" when there is none. */
static const char *get(struct store *db, const char *key)
{
	static struct buf b = { buf_empty, 0, 0 };
	int rc;

	buf_reset(&b);
	rc = store_config_get(db, key, &b, &e);
	CHECK(rc >= 0);
	return rc ? b.s : "-";
}

/* ---- opening ---- */

static mode_t mode_of(const char *end)
{
	char name[128];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, end);
	CHECK(stat(name, &st) == 0);
	return st.st_mode & 07777;
}

/* Whom the record lets in, they can also queue for it. */
TEST(lock_file_is_for_whom_the_record_is_for)
{
	struct store *db = open_new();
	char lock[128];

	snprintf(lock, sizeof(lock), "%s-lock", path);
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	store_rollback(db);
	CHECK_INT(mode_of(""), 0600);
	CHECK_INT(mode_of("-lock"), 0600);
	store_close(db);
	CHECK(unlink(lock) == 0 && chmod(path, 0660) == 0);
	db = open_again();
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	store_rollback(db);
	CHECK_INT(mode_of("-lock"), 0660);
	store_close(db);
	CHECK(unlink(lock) == 0 && symlink("elsewhere", lock) == 0);
	db = open_again();
	CHECK_INT(store_begin(db, STORE_SHORT, &e), EHR_EIO);
	clean(db);
}

TEST(a_new_file_is_never_written_over)
{
	struct store *db = open_new(), *other = NULL;
	struct stat st;

	CHECK_INT(store_open(&other, path, STORE_CREATE, &e), EHR_EUSAGE);
	CHECK(other == NULL);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	clean(db);
}

TEST(what_is_no_record_is_refused)
{
	struct store *db = open_new(), *other = NULL;
	char name[128];
	FILE *f;

	CHECK_INT(store_open(&other, "/nonexistent/x", STORE_READ, &e),
	    EHR_ENOTEHR);
	snprintf(name, sizeof(name), "%s/text", dir);
	f = fopen(name, "w");
	CHECK(f != NULL);
	for (int i = 0; i < 200; i++)
		fputs("this is not a record, but long enough\n", f);
	fclose(f);
	CHECK_INT(store_open(&other, name, STORE_READ, &e), EHR_ENOTEHR);
	unlink(name);
	clean(db);
}

TEST(a_newer_schema_is_refused)
{
	static const struct sql newer = { "newer",
		"PRAGMA user_version = 999", PERM_NONE };
	struct store *db = open_new(), *other = NULL;

	CHECK_INT(stmt_run(store_sql(db, &newer), &e), 0);
	CHECK_INT(store_open(&other, path, STORE_READ, &e), EHR_ENOTEHR);
	CHECK(strstr(e.msg, "newer") != NULL);
	clean(db);
}

/* ---- statements ---- */

TEST(a_statement_needs_its_permission)
{
	static const struct sql admin = { "test.admin", "SELECT 1",
		PERM_ADMIN }, none = { "test.none", "SELECT 1", PERM_NONE };
	struct store *db = open_new();
	int64_t v;

	store_grant(db, PERM_CLINICAL | PERM_WRITE, PERM_NONE, "role test");
	CHECK_INT(store_int(db, &admin, &v, &e), EHR_EPERM);
	CHECK(strstr(e.msg, "test.admin") != NULL);
	CHECK_INT(store_int(db, &none, &v, &e), 1);
	clean(db);
}

TEST(values_come_back_as_they_went_in)
{
	static const struct sql q = { "echo", "SELECT ?1, ?2, ?3, ?4, ?5",
		PERM_NONE };
	struct store *db = open_new();
	struct stmt *s = store_sql(db, &q);

	stmt_int(s, 1, INT64_MIN);
	stmt_real(s, 2, 1.5);
	stmt_text(s, 3, STR(""));
	stmt_blob(s, 4, "a\0b", 3);
	stmt_text(s, 5, STR_NONE);
	CHECK_INT(stmt_step(s, &e), 1);
	CHECK(stmt_col_int(s, 0) == INT64_MIN);
	CHECK(stmt_col_real(s, 1) == 1.5);
	CHECK(!stmt_col_null(s, 2) && stmt_col(s, 2).n == 0);
	CHECK_INT(stmt_col(s, 3).n, 3);
	CHECK_INT(stmt_type(s, 3), STMT_BLOB);
	CHECK(stmt_col_null(s, 4) && stmt_col(s, 4).s == NULL);
	CHECK_INT(stmt_step(s, &e), 0);
	clean(db);
}

/* ---- transactions ---- */

TEST(settings_are_kept_or_rolled_back)
{
	struct store *db = open_new(), *other = open_again();

	set(db, "a", "1");
	CHECK_STR(get(other, "a"), "1");
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK(store_in_txn(db));
	CHECK_INT(store_begin(db, STORE_SHORT, &e), EHR_EIO);
	CHECK_INT(store_config_set(db, "a", STR("2"), &e), 0);
	CHECK_STR(get(other, "a"), "1");
	store_rollback(db);
	CHECK(!store_in_txn(db));
	CHECK_STR(get(db, "a"), "1");
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(store_config_set(db, "a", STR_NONE, &e), 0);
	CHECK_INT(store_commit(db, &e), 0);
	CHECK_STR(get(other, "a"), "-");
	store_close(other);
	clean(db);
}

TEST(a_dry_run_commits_nothing)
{
	struct store *db = open_new(), *dry = open_again();

	store_dry_run(dry);
	set(dry, "a", "1");
	CHECK_STR(get(dry, "a"), "-");
	CHECK_STR(get(db, "a"), "-");
	store_close(dry);
	clean(db);
}

TEST(closing_rolls_back)
{
	struct store *db = open_new(), *other = open_again();

	CHECK_INT(store_begin(other, STORE_SHORT, &e), 0);
	CHECK_INT(store_config_set(other, "a", STR("1"), &e), 0);
	store_close(other);
	CHECK_STR(get(db, "a"), "-");
	set(db, "a", "2");
	CHECK_STR(get(db, "a"), "2");
	clean(db);
}

TEST(times_of_transactions_rise)
{
	struct store *db = open_new(), *other = open_again();
	int64_t last = 0;

	for (int i = 0; i < 20; i++) {
		struct store *s = i % 2 ? db : other;
		int64_t t;

		CHECK_INT(store_begin(s, STORE_SHORT, &e), 0);
		t = store_time(s);
		CHECK(t > last);
		CHECK(store_time(s) == t);
		CHECK_INT(store_commit(s, &e), 0);
		last = t;
	}
	/* Up to 20 commits in a millisecond run ahead of the clock. */
	CHECK(last <= clock_ms() + 20);
	store_close(other);
	clean(db);
}

/* ---- the queue ---- */

enum { WRITERS = 6, ROUNDS = 25 };

/* Adds to a number, reading and writing it in one transaction. */
static void add_up(enum store_txn kind)
{
	struct store *db = NULL;
	BUF_AUTO b = BUF_INIT;
	char value[32];

	if (store_open(&db, path, STORE_WRITE, &e) < 0)
		_exit(1);
	for (int i = 0; i < ROUNDS; i++) {
		buf_reset(&b);
		if (store_begin(db, kind, &e) < 0 ||
		    store_config_get(db, "n", &b, &e) <= 0)
			_exit(1);
		snprintf(value, sizeof(value), "%d", atoi(b.s) + 1);
		if (store_config_set(db, "n", str_of(value), &e) < 0 ||
		    store_commit(db, &e) < 0)
			_exit(1);
	}
	store_close(db);
	_exit(0);
}

TEST(writers_of_both_kinds_take_turns)
{
	struct store *db = open_new();
	int status, failed = 0;

	set(db, "n", "0");
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			add_up(i % 2 ? STORE_SHORT : STORE_BULK);
	for (int i = 0; i < WRITERS; i++) {
		wait(&status);
		failed |= status;
	}
	CHECK_INT(failed, 0);
	CHECK_INT(atoi(get(db, "n")), WRITERS * ROUNDS);
	clean(db);
}

/* A writer that dies gives its turn back. */
TEST(a_killed_writer_holds_nobody_up)
{
	struct store *db = open_new();
	int status;

	set(db, "a", "1");
	if (fork() == 0) {
		struct store *mine = NULL;

		if (store_open(&mine, path, STORE_WRITE, &e) == 0 &&
		    store_begin(mine, STORE_BULK, &e) == 0 &&
		    store_config_set(mine, "a", STR("2"), &e) == 0)
			_exit(0);
		_exit(1);
	}
	wait(&status);
	CHECK_INT(status, 0);
	CHECK_STR(get(db, "a"), "1");
	set(db, "a", "3");
	CHECK_STR(get(db, "a"), "3");
	clean(db);
}

/* Nobody's commit has to copy the log for the others, but it is copied. */
TEST(the_log_does_not_grow_for_ever)
{
	static const struct sql fill = { "fill",
		"INSERT OR REPLACE INTO config(key, value) VALUES "
		"('fill', hex(zeroblob(150000)))", PERM_NONE };
	struct store *db = open_new();
	char wal[128];
	struct stat st;

	snprintf(wal, sizeof(wal), "%s-wal", path);
	for (int i = 0; i < 200; i++) {
		CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
		CHECK_INT(stmt_run(store_sql(db, &fill), &e), 0);
		CHECK_INT(store_commit(db, &e), 0);
	}
	CHECK_INT(stat(wal, &st), 0);
	CHECK(st.st_size < 8 << 20); /* 60 MB were written */
	clean(db);
}

TEST(a_load_keeps_what_it_wrote)
{
	struct store *db = open_new(), *other;

	CHECK_INT(store_begin_load(db, &e), 0);
	CHECK_INT(store_config_set(db, "a", STR("1"), &e), 0);
	CHECK_INT(store_commit(db, &e), 0);
	CHECK_INT(store_end_load(db, &e), 0);
	other = open_again();
	CHECK_STR(get(other, "a"), "1");
	set(other, "a", "2");
	CHECK_STR(get(db, "a"), "2");
	store_close(other);
	clean(db);
}

TEST(the_file_is_checked_and_vacuumed)
{
	BUF_AUTO report = BUF_INIT;
	struct store *db = open_new();

	set(db, "a", "1");
	CHECK_INT(store_check(db, &report, &e), 0);
	CHECK_INT(store_vacuum(db, &e), 0);
	CHECK_STR(get(db, "a"), "1");
	CHECK_INT(store_check(db, &report, &e), 0);
	clean(db);
}
