/*
 * store_crypt_test.c - the encrypting VFS under stock SQLite: every page size
 * and journal mode, through all that writes pages in a way of its own, beside
 * a plain database that is treated alike. Then what is not there: plain text.
 */
#include "crypt_kit.h"

static const int sizes[] = { 512, 1024, 2048, 4096, 8192, 16384, 32768,
	65536 };
static const char *const modes[] = { "delete", "truncate", "persist", "wal",
	"memory", "off" };

/* ---- what is done ---- */

static void spill(struct conn *d)
{
	sql(d, "PRAGMA cache_size = 5; BEGIN");
	fill(d, 1000, 1150);
	sql(d, "UPDATE t SET v = v || 'x' || id WHERE id % 3 = 0;"
	       "UPDATE t SET k = k || 'y' WHERE id % 5 = 0;"
	       "DELETE FROM t WHERE id % 7 = 0;"
	       "UPDATE t SET v = v || 'again' WHERE id % 2 = 0; COMMIT");
}

static void savepoints(struct conn *d)
{
	sql(d, "PRAGMA cache_size = 5; BEGIN; SAVEPOINT a");
	fill(d, 2000, 2100);
	sql(d, "SAVEPOINT b; UPDATE t SET v = 'gone' WHERE id % 2; SAVEPOINT c;"
	       "DELETE FROM t WHERE id % 3; ROLLBACK TO c; RELEASE c;"
	       "ROLLBACK TO b; UPDATE t SET k = 'b' || k WHERE id % 4 = 1;"
	       "RELEASE b; RELEASE a; COMMIT");
}

static void statements(struct conn *d) /* each with a journal of its own */
{
	sql(d, "BEGIN");
	fill(d, 3000, 3050);
	CHECK(try_sql(d, "INSERT INTO t SELECT id + 50, k, v FROM t "
			 "WHERE id >= 3000 ORDER BY id DESC; ") != SQLITE_OK);
	sql(d, "UPDATE t SET id = id + 100000; COMMIT");
}

static void roll_back(struct conn *d)
{
	sql(d, "PRAGMA cache_size = 5; BEGIN; UPDATE t SET v = 'lost' || v");
	fill(d, 4000, 4100);
	sql(d, "ROLLBACK");
}

static void vacuum(struct conn *d)
{
	sql(d, "DELETE FROM t WHERE id % 4 = 0; VACUUM");
}

static void shrink(struct conn *d)
{
	sql(d, "DELETE FROM t WHERE id > 60; VACUUM; DELETE FROM t");
	fill(d, 1, 90);
}

static void sort(struct conn *d)
{
	sql(d, "CREATE TEMP TABLE s AS SELECT * FROM t ORDER BY v DESC;"
	       "CREATE INDEX temp.s_v ON s(v, k);"
	       "UPDATE t SET k = (SELECT count(*) FROM s WHERE s.k < t.k) || k "
	       "WHERE id % 11 = 0; DROP TABLE s");
}

static void (*const works[])(struct conn *d) = { spill, savepoints, statements,
	roll_back, vacuum, shrink, sort };
/* Without a journal nothing can be taken back. */
static int takes_back(void (*work)(struct conn *d))
{
	return work == savepoints || work == statements || work == roll_back;
}

static void begin(struct conn *d, int size, const char *mode)
{
	char text[200];

	snprintf(text, sizeof(text), "PRAGMA page_size = %d; PRAGMA "
	    "journal_mode = %s; PRAGMA wal_autocheckpoint = 40; PRAGMA "
	    "synchronous = OFF", size, mode);
	sql(d, text);
	new_table(d);
	fill(d, 1, 120);
}

static void reopen(struct conn *d, const char *name, const struct keyring *keys)
{
	conn_close(d);
	*d = conn_open(in_dir(name), keys);
	CHECK_INT(d->rc, SQLITE_OK);
}

static void each_work(int size, const char *mode)
{
	struct conn c = conn_open(in_dir("c"), &ring);
	struct conn p = conn_open(in_dir("p"), NULL);
	char set[64];

	begin(&c, size, mode);
	begin(&p, size, mode);
	snprintf(set, sizeof(set), "PRAGMA journal_mode = %s", mode);
	for (size_t i = 0; i < ARRAY_LEN(works); i++) {
		if (strcmp(mode, "off") == 0 && takes_back(works[i]))
			continue;
		works[i](&c);
		works[i](&p);
		CHECK(must_content(&c) == must_content(&p));
		sound(&c);
		reopen(&c, "c", &ring);
		sql(&c, set);
		CHECK(must_content(&c) == must_content(&p));
	}
	conn_close(&c);
	conn_close(&p);
	CHECK(!file_has(in_dir("c"), CANARY));
	CHECK(file_has(in_dir("p"), CANARY));
}

TEST(every_page_size_and_journal_mode)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (size_t k = 0; k < ARRAY_LEN(modes); k++) {
			kit_dir();
			each_work(sizes[i], modes[k]);
			kit_clean();
		}
}

/* ---- copies ---- */

static void backup(struct conn *to, struct conn *from, int pages)
{
	sqlite3_backup *b = sqlite3_backup_init(to->h, "main", from->h, "main");
	int rc;

	CHECK(b != NULL);
	while ((rc = sqlite3_backup_step(b, pages)) == SQLITE_OK)
		;
	CHECK_INT(rc, SQLITE_DONE);
	CHECK_INT(sqlite3_backup_finish(b), SQLITE_OK);
}

TEST(vacuum_into_and_backup)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct conn c, d;
		char text[600];

		kit_dir();
		c = conn_open(in_dir("c"), &ring);
		begin(&c, sizes[i], i % 2 ? "wal" : "delete");
		sql(&c, "DELETE FROM t WHERE id % 3 = 0");
		snprintf(text, sizeof(text), "VACUUM INTO '%s'", in_dir("v"));
		sql(&c, text);
		d = conn_open(in_dir("v"), &ring);
		CHECK(must_content(&d) == must_content(&c));
		sound(&d);
		conn_close(&d);

		d = conn_open(in_dir("b"), &ring);
		backup(&d, &c, 3);
		CHECK(must_content(&d) == must_content(&c));
		conn_close(&d);
		d = conn_open(in_dir("b"), &ring);
		CHECK(must_content(&d) == must_content(&c));
		sound(&d);
		fill(&c, 500, 600); /* back over what is there */
		backup(&d, &c, -1);
		CHECK(must_content(&d) == must_content(&c));
		conn_close(&d);
		CHECK_INT(disk_has(CANARY), 0);
		conn_close(&c);
		kit_clean();
	}
}

/* A file has its own id, so a page of a copy does not fit the original. */
TEST(copies_have_keys_of_their_own)
{
	struct conn c;
	char text[600];
	char *a, *b;
	size_t n, m;

	kit_dir();
	c = conn_open(in_dir("c"), &ring);
	begin(&c, 1024, "delete");
	snprintf(text, sizeof(text), "VACUUM INTO '%s'", in_dir("v"));
	sql(&c, text);
	conn_close(&c);
	a = slurp(in_dir("c"), &n);
	b = slurp(in_dir("v"), &m);
	CHECK(memcmp(a + CRYPT_ID_AT, CRYPT_MARK, 4) == 0);
	CHECK(memcmp(a + CRYPT_ID_AT, b + CRYPT_ID_AT, CRYPT_ID_LEN) != 0);
	free(a);
	free(b);
	kit_clean();
}

/* ---- after a crash ---- */

struct crash {
	int size;
	const char *mode;
	const struct keyring *keys;
};

/* Dies with pages of its transaction in the file. */
static void die_in_transaction(void *arg)
{
	struct crash *k = arg;
	struct conn d = conn_open(in_dir("c"), k->keys);
	char text[100];

	snprintf(text, sizeof(text), "PRAGMA journal_mode = %s; "
	    "PRAGMA cache_size = 5; BEGIN", k->mode);
	sql(&d, text);
	sql(&d, "UPDATE t SET v = 'half' || v");
	fill(&d, 5000, 5100);
	sql(&d, "DELETE FROM t WHERE id % 2");
	CHECK_INT(disk_has(CANARY), 0);
}

TEST(a_hot_journal_is_played_back)
{
	static const char *const hot[] = { "delete", "truncate", "persist" };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (size_t k = 0; k < ARRAY_LEN(hot); k++) {
			struct crash how = { sizes[i], hot[k], &ring };
			struct conn c;
			uint64_t was;
			size_t n, m;

			kit_dir();
			c = conn_open(in_dir("c"), &ring);
			begin(&c, sizes[i], hot[k]);
			was = must_content(&c);
			conn_close(&c);
			free(slurp(in_dir("c"), &n));
			in_child(die_in_transaction, &how);
			free(slurp(in_dir("c"), &m));
			CHECK(m > n); /* it did write to the file */
			CHECK(access(in_dir("c-journal"), F_OK) == 0);
			c = conn_open(in_dir("c"), &ring);
			CHECK(must_content(&c) == was);
			sound(&c);
			conn_close(&c);
			kit_clean();
		}
}

/* The first page may be torn when power fails: its content is not asked for
 * before the journal was played back. */
TEST(a_hot_journal_mends_a_torn_first_page)
{
	struct crash how = { 4096, "delete", &ring };
	struct conn c;
	uint64_t was;
	size_t n;
	char *p;

	kit_dir();
	c = conn_open(in_dir("c"), &ring);
	begin(&c, how.size, how.mode);
	was = must_content(&c);
	conn_close(&c);
	in_child(die_in_transaction, &how);
	p = slurp(in_dir("c"), &n);
	memset(p + 512, 0x5a, 4096 - 512);
	spit(in_dir("c"), p, n);
	free(p);
	c = conn_open(in_dir("c"), &ring);
	CHECK(must_content(&c) == was);
	sound(&c);
	conn_close(&c);
	kit_clean();
}

static void commit_and_die(void *arg)
{
	struct crash *k = arg;
	struct conn d = conn_open(in_dir("c"), k->keys);

	sql(&d, "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5");
	for (int i = 0; i < 40; i++)
		fill(&d, 20000 + i * 10, 20000 + i * 10 + 4);
	spill(&d); /* frames written twice */
	copy_file(in_dir("c"), in_dir("x"));
	copy_file(in_dir("c-wal"), in_dir("x-wal"));
	sql(&d, "BEGIN; UPDATE t SET v = 'not committed'");
	fill(&d, 8000, 8100);
}

/* Every commit is in a log that is opened in a new process. */
TEST(a_log_is_read_back_with_every_commit)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct crash how = { sizes[i], "wal", &ring };
		struct conn c, p, x;
		uint64_t was;

		kit_dir();
		c = conn_open(in_dir("c"), &ring);
		p = conn_open(in_dir("p"), NULL);
		begin(&c, sizes[i], "wal");
		begin(&p, sizes[i], "wal");
		conn_close(&c);
		in_child(commit_and_die, &how);
		for (int k = 0; k < 40; k++)
			fill(&p, 20000 + k * 10, 20000 + k * 10 + 4);
		spill(&p);
		was = must_content(&p);
		x = conn_open(in_dir("x"), &ring);
		CHECK(must_content(&x) == was);
		CHECK(crypt_notice(x.c) == NULL);
		sound(&x);
		conn_close(&x);
		c = conn_open(in_dir("c"), &ring);
		CHECK(must_content(&c) == was);
		CHECK(crypt_notice(c.c) == NULL);
		sound(&c);
		CHECK_INT(disk_has(CANARY), 2); /* the plain one and its log */
		conn_close(&c);
		conn_close(&p);
		kit_clean();
	}
}

/* ---- several processes ---- */

static void count_up(void *arg)
{
	struct conn d = conn_open(in_dir("c"), &ring);

	(void)arg;
	sql(&d, "PRAGMA wal_autocheckpoint = 10; PRAGMA cache_size = 5;"
		"PRAGMA synchronous = OFF");
	for (int i = 0; i < 60; i++)
		sql(&d, "BEGIN IMMEDIATE; UPDATE n SET i = i + 1;"
			"UPDATE t SET v = v || i FROM n WHERE id % 40 = i % 40;"
			"COMMIT");
	conn_close(&d);
}

TEST(processes_at_the_same_file)
{
	static const char *const both[] = { "wal", "delete" };

	for (size_t m = 0; m < ARRAY_LEN(both); m++) {
		struct conn c;
		pid_t pid[4];
		int rc, status;

		kit_dir();
		c = conn_open(in_dir("c"), &ring);
		begin(&c, 1024, both[m]);
		sql(&c, "CREATE TABLE n(i); INSERT INTO n VALUES (0)");
		conn_close(&c);
		for (size_t i = 0; i < ARRAY_LEN(pid); i++) {
			fflush(stdout);
			pid[i] = fork();
			if (pid[i] == 0) {
				rc = setjmp(test_end);
				if (rc == 0)
					count_up(NULL);
				_exit(rc);
			}
		}
		for (size_t i = 0; i < ARRAY_LEN(pid); i++) {
			CHECK_INT(waitpid(pid[i], &status, 0), pid[i]);
			CHECK_INT(status, 0);
		}
		c = conn_open(in_dir("c"), &ring);
		CHECK(fold(&c, "SELECT i FROM n", &rc) == fold(&c,
			"SELECT 240", &rc));
		must_content(&c);
		sound(&c);
		conn_close(&c);
		kit_clean();
	}
}

/* ---- plain text ---- */

/* While a sort, a statement journal and a log are on disk. */
static int look_while_at_work(const struct keyring *keys)
{
	struct conn c = conn_open(in_dir("c"), keys);
	sqlite3_stmt *s;
	int found;

	begin(&c, 4096, "wal");
	sql(&c, "PRAGMA cache_size = 5; PRAGMA temp.cache_size = 5");
	fill(&c, 10000, 14000);
	sql(&c, "CREATE TEMP TABLE s AS SELECT * FROM t");
	CHECK_INT(sqlite3_prepare_v2(c.h, "SELECT v, k FROM t ORDER BY v DESC",
		-1, &s, NULL), SQLITE_OK);
	CHECK_INT(sqlite3_step(s), SQLITE_ROW);
	found = disk_has(CANARY);
	sqlite3_finalize(s);
	conn_close(&c);
	kit_clean();
	return found;
}

TEST(no_plain_text_while_at_work)
{
	setenv("SQLITE_TMPDIR", "/tmp", 1);
	kit_dir();
	CHECK(look_while_at_work(NULL) >= 3); /* file or log, sort, table */
	kit_dir();
	CHECK_INT(look_while_at_work(&ring), 0);
}

/* ---- keys ---- */

TEST(what_a_wrong_key_gets)
{
	static const struct keyring wrong = { .n = 1,
		.k = { { 7, "another key" } } };
	static const struct keyring other = { .n = 1,
		.k = { { 8, "first key" } } };
	struct ehr_err e = { 0 };
	struct conn c;
	int rc;

	kit_dir();
	c = conn_open(in_dir("c"), &ring);
	begin(&c, 4096, "delete");
	conn_close(&c);
	c = conn_open(in_dir("c"), &wrong);
	CHECK_INT(content(&c, &rc), 0);
	CHECK_INT(rc, SQLITE_IOERR_DATA);
	CHECK(crypt_fault(c.c, &e));
	CHECK_INT(e.code, EHR_ENOTEHR);
	CHECK(strstr(e.msg, "wrong key") != NULL);
	CHECK(!crypt_fault(c.c, &e));
	conn_close(&c);
	c = conn_open(in_dir("c"), &other);
	CHECK_INT(content(&c, &rc), 0);
	CHECK(crypt_fault(c.c, &e));
	CHECK(strstr(e.msg, "generation 7") != NULL);
	conn_close(&c);
	kit_clean();
}

/* The first 100 bytes of page 1 are in the clear: when they were changed the
 * page does not open, as with a wrong key. Page 2 tells which it is, whatever
 * size page 1 says pages have. */
TEST(a_changed_head_is_not_taken_for_a_wrong_key)
{
	static const size_t at[] = { 16, 17, CRYPT_RESERVE_AT, 24, 28, 60, 92 };
	struct ehr_err e;
	struct conn c;
	size_t n;
	char *p;
	int rc;

	kit_dir();
	c = conn_open(in_dir("c"), &ring);
	begin(&c, 4096, "delete");
	conn_close(&c);
	p = slurp(in_dir("c"), &n);
	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		for (int mask = 1; mask < 256; mask++) {
			p[at[i]] ^= (char)mask;
			spit(in_dir("c"), p, n);
			p[at[i]] ^= (char)mask;
			c = conn_open(in_dir("c"), &ring);
			e = (struct ehr_err){ 0 };
			CHECK_INT(content(&c, &rc), 0);
			CHECK(crypt_fault(c.c, &e));
			CHECK_INT(e.code, EHR_EINTEGRITY);
			conn_close(&c);
		}
	free(p);
	kit_clean();
}
