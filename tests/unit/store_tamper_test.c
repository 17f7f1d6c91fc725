/*
 * store_tamper_test.c - an encrypted file, its log and its journal with bits
 * flipped, pages and frames moved, ends cut off. Each time the fault is told
 * or all is as it was. What may be lost with a notice is the last commit of a
 * log, which cannot be told from one that was being written when power failed.
 *
 * EHR_TAMPER is the number of points (default 500); tests/torture/tamper has
 * more.
 */
#include "crypt_kit.h"

enum { PS = 1024, FRAME = PS + 24, LOG_HEAD = 32, COMMITS = 6, MAX_ROWS = 60 };

/* ---- the record, as it is on disk ---- */

static const char *const parts[] = { "", "-wal", "-journal" };
enum part { DB, LOG, JOURNAL, PARTS };

struct image {
	char *p[PARTS];
	size_t n[PARTS];
	uint64_t state[COMMITS + 1]; /* content after each commit of the log */
	size_t end[COMMITS + 1];     /* of the log after it */
	int last;
};

static void image_free(struct image *m)
{
	for (int i = 0; i < PARTS; i++)
		free(m->p[i]);
}

static void image_take(struct image *m, const char *name)
{
	char path[64];

	for (int i = 0; i < PARTS; i++) {
		snprintf(path, sizeof(path), "%s%s", name, parts[i]);
		m->p[i] = slurp(in_dir(path), &m->n[i]);
	}
}

static struct conn begin(const char *name, const char *mode)
{
	struct conn c = conn_open(in_dir(name), &ring);
	char text[128];

	snprintf(text, sizeof(text), "PRAGMA page_size = 1024; "
	    "PRAGMA journal_mode = %s; PRAGMA wal_autocheckpoint = 0", mode);
	sql(&c, text);
	new_table(&c);
	fill(&c, 1, MAX_ROWS);
	return c;
}

/* A file that was closed. */
static struct image closed(const char *name)
{
	struct image m = { 0 };
	struct conn c = begin(name, "delete");

	sql(&c, "DELETE FROM t WHERE id % 7 = 0"); /* free pages too */
	m.state[0] = must_content(&c);
	conn_close(&c);
	image_take(&m, name);
	return m;
}

/* A file with a log of commits of different length. */
static struct image logged(const char *name)
{
	struct image m = { .last = COMMITS };
	struct conn c = begin(name, "wal");
	char text[128];

	sql(&c, "PRAGMA wal_checkpoint(TRUNCATE)");
	m.state[0] = must_content(&c);
	for (int i = 1; i <= COMMITS; i++) {
		snprintf(text, sizeof(text), "UPDATE t SET v = v || %d WHERE "
		    "id BETWEEN %d AND %d", i, i, i + i % 3 * 10);
		sql(&c, text);
		m.state[i] = must_content(&c);
		image_free(&m);
		image_take(&m, name);
		m.end[i] = m.n[LOG];
	}
	conn_close(&c);
	CHECK(m.p[LOG] != NULL && m.n[LOG] > LOG_HEAD + 8 * FRAME);
	return m;
}

static void die_in_transaction(void *arg)
{
	struct conn d = conn_open(in_dir(arg), &ring);

	sql(&d, "PRAGMA cache_size = 5; BEGIN; "
		"UPDATE t SET v = 'half' || v WHERE id < 20");
	fill(&d, 5000, 5040);
}

/* A file with a hot journal. */
static struct image crashed(char *name)
{
	struct image m = { 0 };
	struct conn c = begin(name, "delete");

	m.state[0] = must_content(&c);
	conn_close(&c);
	in_child(die_in_transaction, name);
	image_take(&m, name);
	CHECK(m.p[JOURNAL] != NULL);
	return m;
}

/* ---- what a tampered one comes to ---- */

struct seen {
	int same, integrity, not_ehr, noticed;
	int lost; /* without a word; only where that is said */
	int most; /* commits that a notice may stand for, over 1 */
};
enum { NO_STATE = -1 };

/* Opens the image: the commit whose state it is in, or NO_STATE and the code
 * of the fault. */
static int opened(const struct image *m, int *code, bool *noticed)
{
	struct ehr_err e = { 0 };
	struct conn c;
	char path[64];
	uint64_t sum;
	int rc, at;

	for (int i = 0; i < PARTS; i++) {
		snprintf(path, sizeof(path), "x%s", parts[i]);
		if (m->p[i])
			spit(in_dir(path), m->p[i], m->n[i]);
		else
			unlink(in_dir(path));
	}
	unlink(in_dir("x-shm"));
	c = conn_open(in_dir("x"), &ring);
	sum = content(&c, &rc);
	if (!crypt_fault(c.c, &e) && rc != SQLITE_OK)
		e.code = (rc & 0xff) == SQLITE_CORRUPT ? EHR_EINTEGRITY :
		    (rc & 0xff) == SQLITE_NOTADB ? EHR_ENOTEHR : EHR_EIO;
	*code = e.code;
	*noticed = crypt_notice(c.c) != NULL;
	conn_close(&c);
	if (rc != SQLITE_OK)
		return NO_STATE;
	for (at = m->last; at >= 0 && m->state[at] != sum; at--)
		;
	CHECK(at >= 0); /* data that never was */
	return at;
}

static void look(const struct image *m, struct seen *seen)
{
	int code, at;
	bool noticed;

	at = opened(m, &code, &noticed);
	if (at == NO_STATE) {
		CHECK(code == EHR_EINTEGRITY || code == EHR_ENOTEHR);
		seen->integrity += code == EHR_EINTEGRITY;
		seen->not_ehr += code == EHR_ENOTEHR;
		return;
	}
	CHECK_INT(code, 0);
	seen->same += at == m->last;
	seen->noticed += at < m->last && noticed;
	seen->lost += at < m->last && !noticed;
	if (noticed)
		CHECK(at >= m->last - 1 - seen->most);
}

static void tell(const char *what, const struct seen *s)
{
	if (getenv("EHR_TAMPER"))
		printf("%s: %d refused (7), %d refused (9), %d noticed, "
		    "%d without effect, %d lost\n", what, s->integrity,
		    s->not_ehr, s->noticed, s->same, s->lost);
}

static int points(void)
{
	const char *n = getenv("EHR_TAMPER");

	return n ? atoi(n) : 500;
}

/* The same numbers each time. */
static size_t below(size_t n)
{
	static uint64_t x = 42;

	x = hash64(&x, sizeof(x), 1);
	return (size_t)(x % n);
}

/* ---- bits ---- */

static void flip(struct image *m, enum part part, struct seen *seen)
{
	size_t at = below(m->n[part]);
	char bit = (char)(1 << below(8));

	m->p[part][at] ^= bit;
	look(m, seen);
	m->p[part][at] ^= bit;
}

static void flips(struct image *m, enum part part, int share, const char *what)
{
	struct seen seen = { 0 };

	for (int i = 0; i < points() * share / 100; i++)
		flip(m, part, &seen);
	tell(what, &seen);
	CHECK(seen.integrity > seen.not_ehr);
	CHECK_INT(seen.lost, 0);
	image_free(m);
	kit_clean();
}

TEST(bits_of_a_file)
{
	struct image m;

	kit_dir();
	m = closed("c");
	flips(&m, DB, 35, "bits of a file");
}

TEST(bits_of_a_file_with_a_log)
{
	struct image m;

	kit_dir();
	m = logged("c");
	flips(&m, DB, 10, "bits of a file with a log");
}

TEST(bits_of_a_log)
{
	struct image m;

	kit_dir();
	m = logged("c");
	flips(&m, LOG, 35, "bits of a log");
}

TEST(bits_of_a_journal)
{
	struct image m;

	kit_dir();
	m = crashed("c");
	flips(&m, JOURNAL, 20, "bits of a journal");
}

/* ---- pages ---- */

static char *page(const struct image *m, size_t i) /* from 0 */
{
	return m->p[DB] + i * PS;
}

static void swap_bytes(char *a, char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

TEST(swapped_pages)
{
	struct seen seen = { 0 };
	struct image m;
	size_t n;

	kit_dir();
	m = closed("c");
	n = m.n[DB] / PS;
	for (int i = 0; i < points() / 10; i++) {
		size_t a = below(n), b = below(n);

		swap_bytes(page(&m, a), page(&m, b), a == b ? 0 : PS);
		look(&m, &seen);
		swap_bytes(page(&m, a), page(&m, b), a == b ? 0 : PS);
	}
	tell("swapped pages", &seen);
	CHECK(seen.integrity > 0);
	image_free(&m);
	kit_clean();
}

/* Of a file with the same key, made in the same way, or of its own copy. */
TEST(pages_of_another_file)
{
	struct seen seen = { 0 };
	struct image m, other;
	size_t n;

	kit_dir();
	m = closed("c");
	other = closed("o");
	CHECK_INT(m.n[DB], other.n[DB]);
	n = m.n[DB] / PS;
	for (size_t i = 0; i < n; i++) {
		swap_bytes(page(&m, i), page(&other, i), PS);
		look(&m, &seen);
		swap_bytes(page(&m, i), page(&other, i), PS);
	}
	tell("pages of another file", &seen);
	/* what is free is read by nobody */
	CHECK_INT(seen.integrity + seen.not_ehr + seen.same, n);
	CHECK(seen.same < seen.integrity);
	image_free(&m);
	image_free(&other);
	kit_clean();
}

TEST(a_file_cut_anywhere)
{
	struct seen seen = { 0 };
	struct image m;
	size_t n;

	kit_dir();
	m = closed("c");
	n = m.n[DB];
	for (int i = 0; i < points() / 10; i++) {
		m.n[DB] = 1 + below(n - 1);
		look(&m, &seen);
	}
	tell("file cut", &seen);
	CHECK_INT(seen.same, 0);
	image_free(&m);
	kit_clean();
}

/* What ehr-security(7) says is not detected: a page as it once was, in its
 * place. SQLite itself may stumble over it; the seal is right. */
TEST(an_older_page_is_not_detected)
{
	struct conn c;
	struct image m, old = { 0 };
	int rc;

	kit_dir();
	c = begin("c", "delete");
	image_take(&old, "c");
	sql(&c, "UPDATE t SET v = 'new' WHERE id = 1");
	conn_close(&c);
	m = (struct image){ 0 };
	image_take(&m, "c");
	for (size_t i = 1; i < m.n[DB] / PS; i++)
		memcpy(page(&m, i), page(&old, i), PS);
	spit(in_dir("x"), m.p[DB], m.n[DB]);
	c = conn_open(in_dir("x"), &ring);
	CHECK(fold(&c, "SELECT count(*) FROM t WHERE v = 'new'", &rc) ==
	    fold(&c, "SELECT 0", &rc));
	conn_close(&c);
	image_free(&m);
	image_free(&old);
	kit_clean();
}

/* ---- frames: two commits may be lost with a notice, when the last frame of
 * the one and the first of the other are not there ---- */

static char *frame(const struct image *m, size_t i) /* from 0 */
{
	return m->p[LOG] + LOG_HEAD + i * FRAME;
}
static size_t frames(const struct image *m)
{
	return (m->n[LOG] - LOG_HEAD) / FRAME;
}

TEST(swapped_frames)
{
	struct seen seen = { .most = 1 };
	struct image m;
	size_t n;

	kit_dir();
	m = logged("c");
	n = frames(&m);
	for (size_t a = 0; a < n; a++)
		for (size_t b = a + 1; b < n; b++) {
			swap_bytes(frame(&m, a), frame(&m, b), FRAME);
			look(&m, &seen);
			swap_bytes(frame(&m, a), frame(&m, b), FRAME);
		}
	tell("swapped frames", &seen);
	CHECK_INT(seen.same + seen.lost, 0);
	CHECK(seen.integrity > seen.noticed);
	image_free(&m);
	kit_clean();
}

/* Taken out, and what is behind moved up. */
TEST(dropped_frames)
{
	struct seen seen = { .most = 1 };
	struct image m;

	kit_dir();
	m = logged("c");
	for (size_t i = 0; i + 1 < frames(&m); i++) {
		size_t rest = m.n[LOG] - LOG_HEAD - (i + 1) * FRAME;
		char *was = xmalloc(m.n[LOG]);

		memcpy(was, m.p[LOG], m.n[LOG]);
		memmove(frame(&m, i), frame(&m, i + 1), rest);
		m.n[LOG] -= FRAME;
		look(&m, &seen);
		m.n[LOG] += FRAME;
		memcpy(m.p[LOG], was, m.n[LOG]);
		free(was);
	}
	tell("dropped frames", &seen);
	CHECK_INT(seen.same + seen.lost, 0);
	image_free(&m);
	kit_clean();
}

/* Zero in their place, as what was never written. The last frame of all is
 * what cannot be told. */
TEST(zeroed_frames)
{
	struct seen seen = { .most = 1 };
	struct image m;
	char was[FRAME];
	size_t n;

	kit_dir();
	m = logged("c");
	n = frames(&m);
	for (size_t i = 0; i < n; i++) {
		memcpy(was, frame(&m, i), FRAME);
		memset(frame(&m, i), 0, FRAME);
		look(&m, &seen);
		memcpy(frame(&m, i), was, FRAME);
	}
	tell("zeroed frames", &seen);
	CHECK_INT(seen.same, 0);
	CHECK_INT(seen.lost, 1);
	image_free(&m);
	kit_clean();
}

/* A log that is cut off is the log of before: the state is that of the last
 * commit that is whole, and nobody can tell. */
TEST(a_log_cut_anywhere_is_the_log_of_before)
{
	struct image m;
	size_t n;

	kit_dir();
	m = logged("c");
	n = m.n[LOG];
	for (int i = 0; i < points() / 10; i++) {
		int code, at, want = 0;
		bool noticed;

		m.n[LOG] = LOG_HEAD + below(n - LOG_HEAD);
		while (want < m.last && m.end[want + 1] <= m.n[LOG])
			want++;
		at = opened(&m, &code, &noticed);
		CHECK_INT(at, want);
	}
	image_free(&m);
	kit_clean();
}
