/*
 * store_rekey_test.c - a new data key: who may have the file open meanwhile,
 * and what a rotation that was cut off leaves. Kills at each system call are
 * in tests/torture/rekey.
 */
#include <signal.h>

#include "crypt_kit.h"
#include "ehr/store.h"
#include "store/rekey.h"

enum { ROWS = 900, ROW = 3000, PS = 4096 };

static const struct keyring old_ring = { 1, { { 1, "the old key" } } };
static const struct keyring both = { 2, { { 2, "the new key" },
	{ 1, "the old key" } } };
static const struct keyring new_ring = { 1, { { 2, "the new key" } } };
static struct ehr_err e;

static int try_open(struct store **db, const struct keyring *keys,
    enum store_mode mode)
{
	return store_open_with(db,
	    &(struct store_opts){ in_dir("r.ehr"), mode, keys }, &e);
}

static struct store *must_open(const struct keyring *keys)
{
	struct store *db = NULL;

	if (try_open(&db, keys, STORE_WRITE) != 0)
		printf("open: %s\n", e.msg);
	CHECK(db != NULL);
	return db;
}

static void put(struct store *db, int i, char c)
{
	char key[32], value[ROW];

	snprintf(key, sizeof(key), "t.k%d", i);
	memset(value, c, sizeof(value));
	CHECK_INT(store_config_set(db, key, (struct str){ value, ROW }, &e),
	    0);
}

/* A row of that letter, committed. */
static void write_one(struct store *db, int i, char c)
{
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	put(db, i, c);
	CHECK_INT(store_commit(db, &e), 0);
}

/* The letter of a row, which must be all of it; 0: cannot be read. */
static char read_one(struct store *db, int i)
{
	BUF_AUTO b = BUF_INIT;
	char key[32];

	snprintf(key, sizeof(key), "t.k%d", i);
	if (store_config_get(db, key, &b, &e) != 1) {
		printf("%s: %s\n", key, e.msg);
		return 0;
	}
	CHECK_INT(b.len, ROW);
	for (size_t k = 1; k < b.len; k++)
		CHECK(b.s[k] == b.s[0]);
	return b.s[0];
}

static void all_are(struct store *db, char c)
{
	BUF_AUTO report = BUF_INIT;

	for (int i = 0; i < ROWS; i++)
		CHECK_INT(read_one(db, i), c);
	CHECK_INT(store_check(db, &report, &e), 0);
}

static void write_all(struct store *db, char c)
{
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	for (int i = 0; i < ROWS; i++)
		put(db, i, c);
	CHECK_INT(store_commit(db, &e), 0);
}

/* A record of the old key with a new one announced. */
static void begin(void)
{
	struct store *db = NULL;

	kit_dir();
	CHECK_INT(try_open(&db, &old_ring, STORE_CREATE), 0);
	write_all(db, 'a');
	CHECK_INT(store_rekey_state(db), STORE_REKEY_NONE);
	CHECK_INT(store_rekey_announce(db, 2, &e), 0);
	store_close(db);
}

static int rekey(struct store *db, void (*progress)(void *, int64_t, int64_t),
    void *arg, int64_t *n)
{
	const struct store_rekey o = { 0, progress, arg };

	return store_rekey(db, &o, n, &e);
}

static void complete(void)
{
	struct store *db = must_open(&both);

	CHECK_INT(rekey(db, NULL, NULL, NULL), 0);
	store_close(db);
}

/* How many pages of the file and frames of its log have a key. */
static int pages_of(uint32_t gen)
{
	int found = 0;
	size_t n;
	uint8_t *p = (uint8_t *)slurp(in_dir("r.ehr"), &n);

	for (size_t at = PS; at <= n; at += PS)
		found += seal_gen(p + at - CRYPT_SEAL) == gen;
	free(p);
	p = (uint8_t *)slurp(in_dir("r.ehr-wal"), &n);
	for (size_t at = 32 + 24 + PS; p && at <= n; at += 24 + PS)
		found += seal_gen(p + at - CRYPT_SEAL) == gen;
	free(p);
	return found;
}

static void end(void)
{
	struct store *db = must_open(&new_ring);

	CHECK_INT(store_rekey_end(db, &e), 0);
	store_close(db);
	kit_clean();
}

TEST(all_pages_get_the_new_key)
{
	struct store *db;
	int64_t n = 0;

	begin();
	CHECK(pages_of(1) > 2 * REKEY_BATCH);
	CHECK_INT(pages_of(2), 0);
	db = must_open(&both);
	CHECK_INT(store_rekey_state(db), STORE_REKEY_BEGUN);
	CHECK_INT(rekey(db, NULL, NULL, &n), 0);
	CHECK(n > 2 * REKEY_BATCH);
	CHECK_INT(pages_of(1), 0);
	all_are(db, 'a');
	CHECK_INT(rekey(db, NULL, NULL, &n), 0);
	CHECK_INT(n, 0);
	store_close(db);
	CHECK_INT(try_open(&db, &old_ring, STORE_READ), EHR_ENOTEHR);
	db = must_open(&new_ring);
	CHECK_INT(store_rekey_state(db), STORE_REKEY_DONE);
	CHECK_INT(store_rekey_end(db, &e), 0);
	CHECK_INT(store_rekey_state(db), STORE_REKEY_NONE);
	all_are(db, 'a');
	CHECK_INT(rekey(db, NULL, NULL, NULL), EHR_EUSAGE);
	store_close(db);
	kit_clean();
}

TEST(a_dry_run_reads_all_and_changes_nothing)
{
	const struct store_rekey o = { 0 };
	struct store *db;
	size_t n;
	char *p;

	begin();
	db = must_open(&both);
	CHECK_INT(store_rekey_dry(db, &o, &e), 0);
	CHECK_INT(pages_of(2), 0);
	store_close(db);
	p = slurp(in_dir("r.ehr"), &n);
	p[700 * PS + 9] ^= 1;
	spit(in_dir("r.ehr"), p, n);
	db = must_open(&both);
	CHECK_INT(store_rekey_dry(db, &o, &e), EHR_EINTEGRITY);
	/* nor is a damaged page sealed anew as if it were whole */
	CHECK_INT(rekey(db, NULL, NULL, NULL), EHR_EINTEGRITY);
	CHECK(strstr(e.msg, "page 701 ") != NULL);
	CHECK_INT(pages_of(1), 1);
	store_close(db);
	p[700 * PS + 9] ^= 1;
	free(p);
	kit_clean();
}

/* The page of SQLite's lock bytes is a hole that nobody seals. */
TEST(a_hole_stays_one)
{
	unsigned before = (unsigned)sqlite3_test_control(
	    SQLITE_TESTCTRL_PENDING_BYTE, 64 * PS);
	const struct store_rekey o = { 0 };
	struct store *db;
	size_t n;
	char *p;

	begin();
	db = must_open(&both);
	CHECK_INT(store_rekey_dry(db, &o, &e), 0);
	CHECK_INT(rekey(db, NULL, NULL, NULL), 0);
	all_are(db, 'a');
	store_close(db);
	p = slurp(in_dir("r.ehr"), &n);
	CHECK(is_zero(p + 64 * PS, PS) && !is_zero(p + 65 * PS, PS));
	free(p);
	end();
	sqlite3_test_control(SQLITE_TESTCTRL_PENDING_BYTE, before);
}

/* ---- others meanwhile ---- */

static void write_and_die(void *arg)
{
	struct store *db = must_open(arg);

	write_all(db, 'b');
	write_one(db, 1, 'b');
}

TEST(the_log_keeps_nothing_of_the_old_key)
{
	struct keyring keys = old_ring;
	struct store *db, *reader;

	begin();
	in_child(write_and_die, &keys);
	reader = must_open(&both);
	CHECK_INT(store_begin(reader, STORE_SNAPSHOT, &e), 0);
	CHECK_INT(read_one(reader, 1), 'b');
	db = must_open(&both);
	/* which somebody reads: not yet */
	CHECK_INT(rekey(db, NULL, NULL, NULL), EHR_EIO);
	CHECK_INT(read_one(reader, 2), 'b');
	CHECK(pages_of(1) > 0);
	store_rollback(reader);
	CHECK_INT(rekey(db, NULL, NULL, NULL), 0);
	CHECK_INT(pages_of(1), 0);
	all_are(db, 'b');
	store_close(reader);
	store_close(db);
	end();
}

TEST(who_knows_the_old_key_alone_is_waited_for)
{
	struct store *before, *after, *db;

	begin();
	before = must_open(&old_ring);
	CHECK_INT(read_one(before, 1), 'a');
	db = must_open(&both);
	after = must_open(&both);
	CHECK_INT(rekey(db, NULL, NULL, NULL), EHR_EIO);
	/* what those who know the new key write, the others can read */
	write_one(after, 1, 'b');
	CHECK_INT(read_one(before, 1), 'b');
	write_one(before, 2, 'c');
	CHECK_INT(read_one(after, 2), 'c');
	CHECK_INT(pages_of(2), 0);
	store_close(before);
	CHECK_INT(rekey(db, NULL, NULL, NULL), 0);
	CHECK_INT(read_one(after, 1), 'b');
	store_close(after);
	store_close(db);
	CHECK_INT(pages_of(1), 0);
	end();
}

static void late(void *arg, int64_t done, int64_t pages)
{
	struct store *db = NULL;
	int *refused = arg;

	(void)done;
	(void)pages;
	*refused += try_open(&db, &old_ring, STORE_READ) == EHR_EIO;
	CHECK(db == NULL);
}

TEST(who_comes_late_with_the_old_key_is_told_to_try_again)
{
	struct store *db;
	int refused = 0;

	begin();
	db = must_open(&both);
	CHECK_INT(rekey(db, late, &refused, NULL), 0);
	CHECK(refused >= 3);
	CHECK(strstr(e.msg, "try again") != NULL);
	store_close(db);
	end();
}

/* Between batches another one writes and copies the log into the file. */
struct other {
	struct store *db;
	int n;
};

static void at_work(void *arg, int64_t done, int64_t pages)
{
	struct other *o = arg;

	(void)done;
	(void)pages;
	for (int i = 0; i < ROWS; i += 7)
		write_one(o->db, i, (char)('b' + o->n % 20));
	CHECK_INT(read_one(o->db, 7), 'b' + o->n % 20);
	CHECK_INT(read_one(o->db, 8), 'a');
	o->n++;
}

TEST(writers_go_on_between_batches)
{
	struct store *db;
	struct other o = { NULL, 0 };

	begin();
	o.db = must_open(&both);
	db = must_open(&both);
	CHECK_INT(rekey(db, at_work, &o, NULL), 0);
	CHECK(o.n >= 3);
	store_close(db);
	CHECK_INT(pages_of(1), 0);
	/* who had both keys all the time seals with the new one afterwards */
	db = must_open(&new_ring);
	CHECK_INT(store_rekey_end(db, &e), 0);
	write_one(o.db, 5, 'z');
	CHECK_INT(read_one(db, 5), 'z');
	store_close(o.db);
	CHECK_INT(pages_of(1), 0);
	CHECK_INT(read_one(db, 5), 'z');
	store_close(db);
	kit_clean();
}

/* A process that reads, or reads and writes, until it is told to end. */
static pid_t worker(bool writes)
{
	pid_t pid;
	struct store *db;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid > 0)
		return pid;
	signal(SIGALRM, SIG_DFL);
	alarm(60);
	if (setjmp(test_end) != 0)
		_exit(1);
	for (int round = 0; access(in_dir("stop"), F_OK) != 0; round++) {
		db = must_open(&both);
		for (int i = 0; i < ROWS; i++) {
			if (writes && i % 9 == 0)
				write_one(db, i, 'a');
			CHECK_INT(read_one(db, i), 'a');
		}
		store_close(db);
		if (round == 0)
			spit(in_dir(writes ? "w" : "r"), "", 0);
	}
	_exit(0);
}

TEST(processes_read_and_write_while_all_is_sealed_anew)
{
	struct store *db;
	pid_t pid[2];
	int status;

	begin();
	pid[0] = worker(true);
	pid[1] = worker(false);
	db = must_open(&both);
	while (access(in_dir("w"), F_OK) != 0 || access(in_dir("r"), F_OK) != 0)
		usleep(1000);
	{
		const struct store_rekey o = { 20000, NULL, NULL };

		CHECK_INT(store_rekey(db, &o, NULL, &e), 0);
	}
	spit(in_dir("stop"), "", 0);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(waitpid(pid[i], &status, 0), pid[i]);
		CHECK_INT(status, 0);
	}
	all_are(db, 'a');
	store_close(db);
	CHECK_INT(pages_of(1), 0);
	end();
}

/* ---- cut off ---- */

static void die(void *arg, int64_t done, int64_t pages)
{
	int *left = arg;

	(void)done;
	(void)pages;
	if (--*left == 0)
		_exit(0);
}

/* Ends when so many batches are written. */
static void cut_off(void *arg)
{
	struct store *db = must_open(&both);

	rekey(db, die, arg, NULL);
	_exit(1);
}

static void one_batch(void)
{
	int batches = 1;

	begin();
	copy_file(in_dir("r.ehr"), in_dir("before"));
	in_child(cut_off, &batches);
	CHECK_INT(pages_of(2), REKEY_BATCH);
}

/* Page pgno is as power failed while it was written: its first or its second
 * half is new. */
static void tear(int pgno, bool first)
{
	size_t n, m, at = (size_t)(pgno - 1) * PS + (first ? 0 : PS / 2);
	char *p = slurp(in_dir("r.ehr"), &n);
	char *was = slurp(in_dir("before"), &m);

	for (int half = 0; half < 2; half++) {
		size_t from = (size_t)(pgno - 1) * PS + (size_t)half * PS / 2;

		if (from != at)
			memcpy(p + from, was + from, PS / 2);
	}
	spit(in_dir("r.ehr"), p, n);
	free(p);
	free(was);
}

TEST(half_written_pages_are_read_from_their_images)
{
	static const int torn[] = { 1, 2, 77, REKEY_BATCH };
	struct store *db = NULL;

	for (int first = 0; first < 2; first++) {
		one_batch();
		for (size_t i = 0; i < ARRAY_LEN(torn); i++)
			tear(torn[i], first);
		db = must_open(&both);
		all_are(db, 'a');
		store_close(db);
		/* control: they were torn */
		rename(in_dir("r.ehr-rekey"), in_dir("aside"));
		CHECK(try_open(&db, &both, STORE_READ) < 0);
		rename(in_dir("aside"), in_dir("r.ehr-rekey"));
		complete();
		CHECK_INT(pages_of(1), 0);
		end();
	}
}

static unsigned seed;
static unsigned any(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* Power failed between the two syncs of a batch: each sector of its pages is
 * as before or as it was written, or none was written yet. */
static void lose_pages(void)
{
	size_t n, m;
	char *p = slurp(in_dir("r.ehr"), &n);
	char *was = slurp(in_dir("before"), &m);

	for (size_t pg = 0; pg < REKEY_BATCH; pg++) {
		unsigned how = any(4); /* new, old, torn, torn */

		for (size_t at = pg * PS; at < (pg + 1) * PS; at += 512)
			if (how == 1 || (how > 1 && any(2)))
				memcpy(p + at, was + at, 512);
	}
	spit(in_dir("r.ehr"), p, n);
	free(p);
	free(was);
}

/* Power failed before the first sync of a batch: images are cut off, or have
 * sectors that were not written, and no page has been written. */
static void lose_images(void)
{
	size_t n;
	char *p = slurp(in_dir("r.ehr-rekey"), &n);

	copy_file(in_dir("before"), in_dir("r.ehr"));
	for (size_t at = 512; at + 512 <= n; at += 512)
		if (any(3) == 0)
			memset(p + at, 0, 512);
	spit(in_dir("r.ehr-rekey"), p, any(2) ? n : any((unsigned)n));
	free(p);
}

TEST(whatever_power_leaves_of_a_batch_is_completed)
{
	void (*const lose[])(void) = { lose_pages, lose_images };
	struct store *db;

	for (seed = 1; seed <= 8; seed++) {
		unsigned round = seed;

		one_batch();
		lose[round % 2]();
		db = must_open(&both);
		all_are(db, 'a');
		CHECK_INT(rekey(db, NULL, NULL, NULL), 0);
		all_are(db, 'a');
		store_close(db);
		CHECK_INT(pages_of(1), 0);
		end();
		seed = round;
	}
}

/* An image is of a page as it was; what came later stays. */
TEST(an_image_takes_the_place_of_no_later_page)
{
	struct store *db;
	size_t n;
	char *p;

	one_batch();
	db = must_open(&both);
	write_all(db, 'b');
	store_close(db); /* the log is in the file now */
	complete();
	db = must_open(&both);
	all_are(db, 'b');
	store_close(db);
	end();

	/* nor does it hide that such a page was changed */
	one_batch();
	db = must_open(&both);
	write_all(db, 'b');
	store_close(db);
	CHECK(pages_of(2) > REKEY_BATCH);
	p = slurp(in_dir("r.ehr"), &n);
	p[(REKEY_BATCH - 12) * PS + 5] ^= 1; /* a page of rows */
	spit(in_dir("r.ehr"), p, n);
	free(p);
	db = must_open(&both);
	CHECK_INT(rekey(db, NULL, NULL, NULL), 0); /* has the new key */
	{
		BUF_AUTO report = BUF_INIT;

		CHECK(store_check(db, &report, &e) < 0);
	}
	store_close(db);
	kit_clean();
}

/* Cut off at any batch, then with a log of both keys: all goes on. */
TEST(a_rotation_goes_on_where_it_was)
{
	struct store *db;
	int64_t n = 0;

	begin();
	for (int batches = 1; batches <= 3; batches++) {
		int left = 1;

		in_child(cut_off, &left);
		CHECK(pages_of(1) > 0 || batches == 3);
		db = must_open(&both);
		write_one(db, batches, 'x');
		write_one(db, batches, 'a');
		all_are(db, 'a');
		store_close(db);
	}
	db = must_open(&both);
	CHECK_INT(rekey(db, NULL, NULL, &n), 0);
	all_are(db, 'a');
	store_close(db);
	CHECK_INT(pages_of(1), 0);
	end();
}
