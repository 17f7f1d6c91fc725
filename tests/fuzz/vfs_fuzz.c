/* The encrypting VFS over files that somebody made who has the key, or who
 * has not: a file with a log and a file with a hot journal, changed by the
 * input in the clear (and sealed again) or as they lie on disk, then opened,
 * read, written and checkpointed. Whatever comes of it, nothing reads or
 * writes where it should not, and a fault is one of the two codes. */
#include "store/seal.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { PS = 512, FRAME = PS + 24, RECORD = PS + 8, MAX = 96 << 10 };
enum part { DB, LOG, JOURNAL, PARTS };

static const struct keyring ring = { .n = 1, .k = { { 7, "first key" } } };
static const char *const ends[PARTS] = { "", "-wal", "-journal" };
static char dir[64], names[PARTS][96];

struct image {
	size_t n[PARTS];
	uint8_t p[PARTS][MAX];
};
static struct image whole[2]; /* with a log; with a journal */

/* ---- the files to begin with ---- */

static void load(struct image *m, const char *name)
{
	for (int i = 0; i < PARTS; i++) {
		char path[128];
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "%s%s", name, ends[i]);
		fd = open(path, O_RDONLY);
		n = fd < 0 ? 0 : read(fd, m->p[i], MAX);
		MUST(n >= 0 && n < MAX);
		m->n[i] = (size_t)n;
		if (fd >= 0)
			close(fd);
	}
}

static sqlite3 *open_db(struct crypt **c, const char *name)
{
	int reserve = CRYPT_SEAL;
	sqlite3 *h;

	MUST(crypt_new(c, name, &ring, NULL) == 0);
	MUST(sqlite3_open_v2(name, &h, SQLITE_OPEN_READWRITE |
		SQLITE_OPEN_CREATE, crypt_name(*c)) == SQLITE_OK);
	sqlite3_file_control(h, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	sqlite3_exec(h, "PRAGMA secure_delete = ON; PRAGMA cache_size = 5",
	    NULL, NULL, NULL);
	return h;
}

static void run(sqlite3 *h, const char *sql)
{
	sqlite3_exec(h, sql, NULL, NULL, NULL);
}

/* Leaves what it wrote behind, as a process that is killed does. */
static void make(int which)
{
	static const char *const begin[2] = {
		"PRAGMA page_size = 512; PRAGMA journal_mode = WAL;"
		"PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(i, v);"
		"INSERT INTO t VALUES (1, zeroblob(700));"
		"PRAGMA wal_checkpoint(TRUNCATE)",
		"PRAGMA page_size = 512; CREATE TABLE t(i, v);"
		"WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
		"WHERE i < 40) INSERT INTO t SELECT i, zeroblob(99) FROM n",
	};
	static const char *const then[2] = {
		"INSERT INTO t VALUES (2, zeroblob(500));"
		"UPDATE t SET v = 'x'; INSERT INTO t VALUES (3, 'y')",
		"BEGIN; UPDATE t SET v = zeroblob(150)",
	};
	struct crypt *c;
	sqlite3 *h = open_db(&c, names[DB]);

	run(h, begin[which]);
	run(h, then[which]);
	_exit(0);
}

static void clean(void)
{
	char shm[100];

	for (int i = 0; i < PARTS; i++)
		unlink(names[i]);
	snprintf(shm, sizeof(shm), "%s-shm", names[DB]);
	unlink(shm);
	rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	snprintf(dir, sizeof(dir), "%s/ehr-fuzz.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	MUST(mkdtemp(dir) != NULL);
	for (int i = 0; i < PARTS; i++)
		snprintf(names[i], sizeof(names[i]), "%s/r%s", dir, ends[i]);
	for (int which = 0; which < 2; which++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			make(which);
		MUST(waitpid(pid, &status, 0) == pid && status == 0);
		load(&whole[which], names[DB]);
		for (int i = 0; i < PARTS; i++)
			unlink(names[i]);
	}
	MUST(whole[0].n[LOG] > 0 && whole[1].n[JOURNAL] > 0);
	atexit(clean);
	return 0;
}

/* ---- units that are sealed: pages, frames, records, heads ---- */

struct unit {
	size_t at, n;	      /* in its file, seal included */
	size_t page;	      /* offset of what is sealed from at */
	size_t rest, rest_at; /* a checksum that is sealed too */
	const char *kind;
	struct seal_ad ad;
};

static bool unit_of(const struct image *m, enum part part, size_t no,
    struct seal *s, struct unit *u)
{
	static const char *const kinds[PARTS] = { "ehr store db",
		"ehr store wal", "ehr store journal" };
	static const size_t first[PARTS] = { 0, 32, 512 };
	static const size_t size[PARTS] = { PS, FRAME, RECORD };
	const uint8_t *f = m->p[part];

	*u = (struct unit){ .kind = kinds[part], .n = size[part] };
	if (m->n[part] < first[part] + size[part])
		return false;
	no %= (m->n[part] - first[part]) / size[part];
	u->at = first[part] + no * size[part];
	seal_begin(s, &ring, m->p[DB] + CRYPT_ID_AT, u->kind);
	u->ad = seal_ad(s);
	switch (part) {
	case DB:
		u->page = no == 0 ? CRYPT_HEAD : 0;
		seal_ad_u32(&u->ad, (uint32_t)no + 1);
		seal_ad_add(&u->ad, f, u->page);
		break;
	case LOG:
		u->page = 24;
		u->rest = 8, u->rest_at = 16;
		seal_ad_u64(&u->ad, u->at);
		seal_ad_add(&u->ad, f + 16, 8);
		seal_ad_add(&u->ad, f + u->at, 16);
		break;
	default:
		u->page = 4;
		u->rest = 4, u->rest_at = 4 + PS;
		seal_ad_add(&u->ad, f + 52, 8);
		seal_ad_u64(&u->ad, u->at);
		seal_ad_add(&u->ad, f + u->at, 4);
	}
	return true;
}

/* Opens the unit, changes it in the clear and seals it as it would be. */
static void change_sealed(struct image *m, enum part part, size_t no,
    size_t at, const uint8_t *p, size_t n)
{
	struct seal s = { .n = 0 };
	struct unit u;
	uint8_t *b;
	bool there = unit_of(m, part, no, &s, &u);

	if (there) {
		size_t len = (part == DB ? PS : u.page + PS) - u.page -
		    CRYPT_SEAL;
		uint8_t *seal;

		b = m->p[part] + u.at;
		seal = b + u.page + len;
		struct gcm_part parts[] = {
			{ b + u.page, b + u.page, len },
			{ b + u.rest_at, b + u.rest_at, u.rest },
		};
		size_t count = u.rest ? 2 : 1;

		if (seal_open(&s, &u.ad, parts, count, seal) == SEAL_OK) {
			at %= u.n;
			for (size_t i = 0; i < n && at + i < u.n; i++)
				if (b + at + i < seal ||
				    b + at + i >= seal + CRYPT_SEAL)
					b[at + i] = p[i];
			unit_of(m, part, no, &s, &u);
			seal_close(&s, &u.ad, parts, count, seal);
		}
	}
	seal_end(&s);
}

/* ---- what the input does ---- */

struct reader {
	const uint8_t *p;
	size_t n;
};
static unsigned take(struct reader *r)
{
	if (r->n == 0)
		return 0;
	r->n--;
	return *r->p++;
}

static void change_raw(struct image *m, enum part part, size_t at,
    const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n && m->n[part]; i++)
		m->p[part][(at + i) % m->n[part]] = p[i];
}

static void copy_unit(struct image *m, enum part part, size_t from, size_t to,
    size_t n)
{
	if (from + n <= m->n[part] && to + n <= m->n[part])
		memmove(m->p[part] + to, m->p[part] + from, n);
}

static void step(struct image *m, struct reader *r)
{
	static const size_t sizes[PARTS] = { PS, FRAME, RECORD };
	unsigned what = take(r), part = what / 8 % PARTS;
	size_t a = take(r), b = take(r) | take(r) << 8, n;

	switch (what % 8) {
	case 0:
	case 1:
		m->n[part] = b < m->n[part] ? b : m->n[part];
		break;
	case 2: /* longer */
		m->n[part] += b % 1024;
		if (m->n[part] > MAX)
			m->n[part] = MAX;
		break;
	case 3:
		copy_unit(m, part, a * sizes[part], b, sizes[part]);
		break;
	case 4:
	case 5:
		n = 1 + take(r) % 16;
		n = n < r->n ? n : r->n;
		change_raw(m, part, b, r->p, n);
		r->p += n, r->n -= n;
		break;
	default:
		n = 1 + take(r) % 32;
		n = n < r->n ? n : r->n;
		change_sealed(m, part, a, b, r->p, n);
		r->p += n, r->n -= n;
	}
}

static void store(const struct image *m)
{
	for (int i = 0; i < PARTS; i++) {
		int fd;

		unlink(names[i]);
		if (m->n[i] == 0 && i != DB)
			continue;
		fd = open(names[i], O_RDWR | O_CREAT | O_TRUNC, 0600);
		MUST(fd >= 0 && write(fd, m->p[i], m->n[i]) ==
		    (ssize_t)m->n[i]);
		close(fd);
	}
}

static void use(void)
{
	static const char *const does[] = {
		"SELECT count(*), sum(length(v)) FROM t",
		"PRAGMA quick_check", "INSERT INTO t VALUES (9, zeroblob(999))",
		"BEGIN; UPDATE t SET v = 'z'; ROLLBACK",
		"PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA integrity_check",
	};
	struct ehr_err e = { 0 };
	struct crypt *c;
	sqlite3 *h = open_db(&c, names[DB]);
	enum crypt_kind kind;

	crypt_kind_of(h, &kind);
	for (size_t i = 0; i < sizeof(does) / sizeof(*does); i++) {
		run(h, does[i]);
		if (crypt_fault(c, &e))
			MUST((e.code == EHR_ENOTEHR ||
			    e.code == EHR_EINTEGRITY) && e.msg[0]);
	}
	sqlite3_close(h);
	crypt_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image m;
	struct reader r = { data, size };

	m = whole[take(&r) & 1];
	for (int i = 0; i < 8 && r.n; i++)
		step(&m, &r);
	store(&m);
	use();
	return 0;
}
