/*
 * store_crypt_log_test.c - the encrypted log: what several connections make of
 * it, and what is told from a power failure when it was changed.
 */
#include "crypt_kit.h"

/* Another connection began the log anew since this one wrote to it last, and
 * nothing this one needs is in it: it never looks at the log before it
 * writes. */
TEST(a_frame_goes_with_the_log_of_another_connection)
{
	struct conn a, b;
	int rc;

	kit_dir();
	a = conn_open(in_dir("c"), &ring);
	sql(&a, "PRAGMA journal_mode = WAL; CREATE TABLE s(i);"
		"CREATE TABLE u(i); INSERT INTO s VALUES (1);"
		"INSERT INTO u VALUES (1)");
	b = conn_open(in_dir("c"), &ring);
	sql(&b, "PRAGMA wal_checkpoint(RESTART); UPDATE s SET i = 2");
	sql(&a, "UPDATE u SET i = 2");
	CHECK(fold(&b, "SELECT i, 'x' FROM u", &rc) ==
	    fold(&a, "SELECT 2, 'x'", &rc));
	CHECK_INT(rc, SQLITE_OK);
	conn_close(&a);
	conn_close(&b);
	kit_clean();
}

/* ---- logs that were left, and changed ---- */

enum { PS = 1024, FRAME = PS + 24, HEAD = 32 };

/* The log as it is on disk now. */
struct log {
	char *p;
	size_t n;
};
static struct log log_read(void)
{
	struct log l;

	l.p = slurp(in_dir("c-wal"), &l.n);
	return l;
}
static size_t frames(const struct log *l)
{
	return (l->n - HEAD) / FRAME;
}
static char *frame(const struct log *l, size_t i) /* from 0 */
{
	return l->p + HEAD + i * FRAME;
}

static struct conn begin_log(void)
{
	struct conn c;

	kit_dir();
	c = conn_open(in_dir("c"), &ring);
	sql(&c, "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL;"
		"PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5");
	new_table(&c);
	fill(&c, 1, 40);
	return c;
}

/* Opens a copy of the file with that log: content, or 0 and what is wrong. */
static uint64_t with_log(const struct log *l, const struct keyring *keys,
    struct ehr_err *e, char notice[MAX_LINE_ERR])
{
	struct conn x;
	uint64_t sum;
	int rc;

	copy_file(in_dir("c"), in_dir("x"));
	unlink(in_dir("x-shm"));
	spit(in_dir("x-wal"), l->p, l->n);
	x = conn_open(in_dir("x"), keys);
	*e = (struct ehr_err){ 0 };
	sum = content(&x, &rc);
	crypt_fault(x.c, e);
	snprintf(notice, MAX_LINE_ERR, "%s",
	    crypt_notice(x.c) ? crypt_notice(x.c) : "");
	conn_close(&x);
	CHECK((rc == SQLITE_OK) == (e->code == 0));
	return sum;
}

/* A frame of a transaction that was rolled back, kept and put back in its old
 * place, is whole and follows on the one before: what comes behind does not
 * follow on it. */
TEST(a_frame_of_before_does_not_end_the_log)
{
	struct conn c = begin_log();
	struct log old, now;
	struct ehr_err e;
	char notice[MAX_LINE_ERR];
	size_t first;
	uint64_t was;

	old = log_read();
	first = frames(&old);
	free(old.p);
	sql(&c, "BEGIN; UPDATE t SET v = 'rolled back' || v");
	fill(&c, 50, 99);
	old = log_read();
	sql(&c, "ROLLBACK; UPDATE t SET v = 1 WHERE id = 1;"
		"UPDATE t SET v = 2 WHERE id = 2;"
		"UPDATE t SET v = 3 WHERE id = 3");
	now = log_read();
	was = must_content(&c);

	/* what the rollback left is no fault and not worth a word */
	CHECK(with_log(&now, &ring, &e, notice) == was);
	CHECK_STR(notice, "");

	CHECK(frames(&old) > first + 1);
	memcpy(frame(&now, first), frame(&old, first), FRAME);
	CHECK_INT(with_log(&now, &ring, &e, notice), 0);
	CHECK_INT(e.code, EHR_EINTEGRITY);
	CHECK(strstr(e.msg, "commits lie behind it") != NULL);
	conn_close(&c);
	free(old.p);
	free(now.p);
	kit_clean();
}

/* Its header was written, its end is what was there before: sealed by a key
 * that was taken away since. */
TEST(a_torn_frame_may_end_with_an_older_generation)
{
	static const struct { uint8_t gen; int code; } gens[] = {
		{ 6, 0 }, { 0, 0 }, { 250, 0 }, { 8, EHR_ENOTEHR },
	};
	struct conn c = begin_log();
	struct log l;
	struct ehr_err e;
	char notice[MAX_LINE_ERR];
	uint64_t was = must_content(&c);

	sql(&c, "UPDATE t SET v = 'torn' WHERE id = 1");
	l = log_read();
	for (size_t i = 0; i < ARRAY_LEN(gens); i++) {
		char *end = frame(&l, frames(&l));

		end[-1] = (char)gens[i].gen;
		memset(end - CRYPT_SEAL, 'x', 12);
		CHECK(with_log(&l, &ring, &e, notice) ==
		    (gens[i].code ? 0 : was));
		CHECK_INT(e.code, gens[i].code);
		CHECK((strstr(notice, "damaged") != NULL) ==
		    (gens[i].code == 0));
	}
	conn_close(&c);
	free(l.p);
	kit_clean();
}
