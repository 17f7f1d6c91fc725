/*
 * audit_fail_test.c - each step of a statement fails once, wherever a person's
 * use of the record, its events, proofs and signatures are at work: nothing
 * goes on as if it had not, and the log stays intact.
 */
#include <sqlite3.h>
#include <sys/stat.h>

#include "fail_kit.h"

#include "ehr/access.h"
#include "ehr/audit-sign.h"

FAILS(int, SQLITE_IOERR, sqlite3_step, (sqlite3_stmt *s), (s))

/* ROLLBACK does not fail: nothing would be left to go on with. */
int sqlite3_exec(sqlite3 *h, const char *q,
    int (*fn)(void *, int, char **, char **), void *arg, char **msg)
{
	static int (*real)(sqlite3 *, const char *,
	    int (*)(void *, int, char **, char **), void *, char **);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_exec");
	if (strcmp(q, "ROLLBACK") != 0 && OURS_FAILS())
		return SQLITE_IOERR;
	return real(h, q, fn, arg, msg);
}

enum { EVENTS = 270, OLD = 100 }; /* a tile and a part */

static char dir[64], base[96], path[96], signer[96];
static struct ehr_err e;
static struct access a;

static int open_it(enum store_mode mode)
{
	const struct access_opt opt = { .db = path, .tool = "test",
		.reason = "treatment" };

	return access_open(&a, &opt, mode, &e);
}

static struct store *db(void) { return record_store(a.r); }

static bool append(int n)
{
	const struct audit_event ev = { .tool = "test", .action = AUDIT_READ,
		.scope = "a scope" };
	const struct audit_range some[] = { { 1, 3 }, { 7, 7 } };
	int rc = store_begin(db(), STORE_SHORT, &e);

	for (int i = 0; rc == 0 && i < n; i++)
		rc = audit_append(db(), &ev, some, 2, NULL, &e);
	if (rc == 0)
		return store_commit(db(), &e) == 0;
	store_rollback(db());
	return false;
}

static bool import(const char *id)
{
	const struct access_write w = { .action = AUDIT_IMPORT };
	const struct batch_put put = { .full_url = STR_NONE };
	struct tape t = TAPE_INIT;
	struct tape_error why;
	struct batch *b = NULL;
	struct diag d;
	char text[128];
	bool ok;

	snprintf(text, sizeof(text),
	    "{\"resourceType\":\"Patient\",\"id\":\"%s\"}", id);
	ok = tape_parse(&t, text, strlen(text), &why) == 0 &&
	    access_batch(&a, &w, &b, &e) == 0 &&
	    batch_put(b, &t, 0, &put, &d, &e) >= 0 &&
	    batch_commit(b, NULL, &e) == 0;
	batch_free(b);
	tape_release(&t);
	return ok;
}

/* ---- what is done ---- */

static bool do_open(void)
{
	armed = true;
	return open_it(STORE_WRITE) == 0;
}

/* The record is open before. */
static bool opened(void)
{
	if (open_it(STORE_WRITE) < 0)
		exit(1);
	armed = true;
	return true;
}

static bool do_append(void) { return opened() && append(2); }
static bool do_import(void) { return opened() && import("p2"); }

static bool do_patient(void)
{
	int64_t patient;

	return opened() && access_patient(&a, STR("p1"), AUDIT_READ, "chart",
	    &patient, NULL, &e) == 0 && patient > 0;
}

static bool do_find(void)
{
	struct record_found found;

	return opened() && access_find(&a, STR("Patient/p1"), 0, AUDIT_UPDATE,
	    "edit", &found, NULL, &e) == 0;
}

static bool do_set(void)
{
	opened();
	if (access_set_begin(&a, AUDIT_LIST, "all", NULL, 0, &e) < 0)
		return false;
	access_set_touch(&a, 1);
	access_set_touch(&a, 2);
	return access_set_end(&a, 0, &e) == 0;
}

static bool do_one_set(void)
{
	static const int64_t who[] = { 1, 5 };

	return opened() && access_set(&a, AUDIT_LIST, "two", who, 2, &e) == 0;
}

static int count_row(void *arg, const struct audit_row *row)
{
	*(int *)arg += row->patients == 4;
	return 0;
}

static bool do_each(void)
{
	const struct audit_filter f = { .patient = 2 };
	int n = 0;

	return opened() && audit_each(db(), &f, count_row, &n, &e) == 0 &&
	    n == EVENTS;
}

static bool do_get(void)
{
	BUF_AUTO bytes = BUF_INIT;
	int n = 0;

	return opened() && audit_get(db(), 5, count_row, &n, &e) == 0 &&
	    audit_event_bytes(db(), 5, &bytes, &e) == 0 && n == 1 &&
	    bytes.len > 0;
}

static bool do_verify(void)
{
	return opened() && audit_verify(db(), NULL, NULL, &e) == 0;
}

static bool do_prove(void)
{
	struct merkle_proof p;
	uint8_t root[MERKLE_HASH];

	return opened() && store_begin(db(), STORE_SHORT, &e) == 0 &&
	    audit_root_at(db(), OLD, root, &e) == 0 &&
	    audit_prove_event(db(), 7, EVENTS, &p, &e) == 0 && p.n > 0 &&
	    audit_prove_growth(db(), OLD, EVENTS, &p, &e) == 0 && p.n > 0 &&
	    store_commit(db(), &e) == 0;
}

static bool do_sign(void)
{
	SIGNER_AUTO *s = NULL;
	BUF_AUTO note = BUF_INIT;

	return opened() && signer_open(&s, signer, &e) == 0 &&
	    store_begin(db(), STORE_SHORT, &e) == 0 &&
	    signer_check(s, db(), &e) == 0 &&
	    signer_sign(s, db(), OLD + 50, &note, &e) == 0 &&
	    store_commit(db(), &e) == 0;
}

static bool do_publish(void)
{
	BUF_AUTO to = BUF_INIT;
	struct publish p = { 0 };

	buf_addf(&to, "%s/pub", dir);
	p.dir = to.s;
	return opened() && store_begin(db(), STORE_SHORT, &e) == 0 &&
	    publish_tiles(&p, db(), 0, EVENTS, true, &e) == 0 &&
	    store_commit(db(), &e) == 0;
}

/* ---- each of their steps ---- */

static void copy(const char *from, const char *to)
{
	char cmd[16384];
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	size_t n;

	CHECK(in && out);
	while ((n = fread(cmd, 1, sizeof(cmd), in)) > 0)
		CHECK(fwrite(cmd, 1, n, out) == n);
	fclose(in);
	CHECK(fclose(out) == 0);
}

static void drop(const char *file)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
	char name[128];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", file, ends[i]);
		unlink(name);
	}
}

static bool (*op_now)(void);

/* On a copy; what was wrong is told by the log, too. */
static bool on_copy(void)
{
	bool ok;

	drop(path);
	copy(base, path);
	ok = op_now();
	armed = false;
	if (a.r == NULL)
		return ok;
	store_rollback(db());
	if (audit_verify(db(), NULL, NULL, &e) < 0) {
		printf("%s\n", e.msg);
		exit(1);
	}
	return ok;
}

/* The folder, the record and a signature of OLD events, by a process that
 * leaves nothing open here. */
static bool make(void)
{
	struct note_key k;
	bool ok;

	snprintf(path, sizeof(path), "%s", base);
	ok = open_it(STORE_CREATE) == 0 && import("p1") && append(OLD - 1) &&
	    signer_make(signer, "example.com/log", db(), &k, &e) == 0 &&
	    append(EVENTS - OLD + 1);
	if (!ok)
		printf("%s\n", e.msg);
	access_close(&a);
	return ok;
}

static void remove_all(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", dir, NULL);
		_exit(1);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
}

TEST(no_failed_step_is_taken_for_success)
{
	static bool (*const ops[])(void) = { do_open, do_append, do_import,
		do_patient, do_find, do_set, do_one_set, do_each, do_get,
		do_verify, do_prove, do_sign, do_publish };
	int told, unnoticed, total = 0;

	snprintf(dir, sizeof(dir), "/tmp/audit_fail.XXXXXX");
	umask(077); /* of the copies */
	CHECK(mkdtemp(dir) != NULL);
	snprintf(base, sizeof(base), "%s/base.ehr", dir);
	snprintf(path, sizeof(path), "%s/t.ehr", dir);
	snprintf(signer, sizeof(signer), "%s/signer", dir);
	CHECK_INT(attempt(make, 1), WELL);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		op_now = ops[i];
		total += each_call(on_copy, &told, &unnoticed);
		if (unnoticed || told == 0)
			printf("operation %zu: %d unnoticed\n", i, unnoticed);
		CHECK(told > 0);
		CHECK_INT(unnoticed, 0);
	}
	CHECK(total > 100);
	remove_all();
}
