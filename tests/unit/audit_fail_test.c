/*
 * audit_fail_test.c - each step of a statement fails once, wherever a person's
 * use of the record, its events, proofs and signatures are at work: nothing
 * goes on as if it had not, and the log stays intact.
 */
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "fail_kit.h"

#include "ehr/access.h"
#include "ehr/audit-sign.h"
#include "ehr/fhir.h"

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

static int64_t behind_s; /* the clock was put back by that */

int clock_gettime(clockid_t clock, struct timespec *t)
{
	long rc = syscall(SYS_clock_gettime, clock, t);

	t->tv_sec -= clock == CLOCK_REALTIME ? behind_s : 0;
	return (int)rc;
}

enum { EVENTS = 270, OLD = 100 }; /* a tile and a part */

/* What an operation begins from: a log; a practice with staff, of which who
 * runs this is a clinician, whose patient p1 is sensitive and to others than p2
 * something is restricted; one that is encrypted, with damage in its log. */
enum base { LOG, STAFFED, DAMAGED, BASES };
static char dir[64], base[BASES][96], path[96], signer[96];
static struct keyring ring;
static struct ehr_err e;
static struct access a;
static int told_of;

static void hear(void *arg, const char *text)
{
	(void)arg;
	told_of += strstr(text, "the log ends") != NULL;
}

static int open_with(enum store_mode mode, const char *reason,
    const struct keyring *keys)
{
	const struct access_opt opt = { .db = path, .tool = "test",
		.reason = reason, .ring = keys, .tell = hear };

	return access_open(&a, &opt, mode, &e);
}

static int open_it(enum store_mode mode)
{
	return open_with(mode, "treatment", NULL);
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

static bool write_as(enum audit_action action, const char *id)
{
	const struct access_write w = { .action = action };
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

static bool import(const char *id) { return write_as(AUDIT_IMPORT, id); }

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

/* ---- what is done in a practice with staff ---- */

static bool opened_for(const char *reason)
{
	if (open_with(STORE_WRITE, reason, NULL) < 0)
		exit(1);
	armed = true;
	return true;
}

static bool do_enter(void)
{
	armed = true;
	return open_with(STORE_WRITE, NULL, NULL) == 0 && access_need(&a,
	    PERM_CLINICAL, "chart", &e) == 0;
}

static int see(const char *name)
{
	int64_t patient;

	return access_patient(&a, str_of(name), AUDIT_READ, "chart", &patient,
	    NULL, &e);
}

static bool do_see(void) { return opened_for("why") && see("p1") == 0; }

/* It is refused whatever fails, or not known; the event of the refusal is
 * written as far as that is possible. */
static bool refused(int rc)
{
	if (rc != EHR_EPERM && rc != EHR_EIO) {
		printf("refused: %d %s\n", rc, e.msg);
		exit(1);
	}
	return rc == EHR_EPERM && calls < fail_at;
}

static bool do_not_see(void)
{
	return opened_for(NULL) && refused(see("p1"));
}

static bool do_not_find(void)
{
	struct record_found found;

	return opened_for(NULL) && refused(access_find(&a, STR("Patient/p1"),
	    0, AUDIT_UPDATE, "edit", &found, NULL, &e));
}

static bool do_named(void)
{
	static const int64_t who[] = { 2, 1 };

	return opened_for("why") && access_set(&a, AUDIT_LIST, "two", who, 2,
	    &e) == 0 && access_set_begin(&a, AUDIT_EXPORT, "two", who, 2,
	    &e) == 0 && access_set_end(&a, EHR_ENO, &e) == EHR_ENO;
}

static bool do_change(void)
{
	return opened_for("why") && write_as(AUDIT_UPDATE, "p1");
}

/* ---- on a machine that has its troubles ---- */

static bool do_behind(void)
{
	opened();
	behind_s = 3600;
	return append(1) && append(1);
}

static bool do_damaged(void)
{
	bool ok;

	armed = true;
	ok = open_with(STORE_WRITE, NULL, &ring) == 0;
	if (ok && told_of == 0) {
		printf("opened, and nothing told of the damage\n");
		exit(1);
	}
	return ok;
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

struct op {
	bool (*fn)(void);
	enum base base;
};
static const struct op *op_now;

/* On a copy; what was wrong is told by the log, too. */
static bool on_copy(void)
{
	bool ok;

	drop(path);
	copy(base[op_now->base], path);
	if (op_now->base == DAMAGED) {
		char from[128], to[128];

		snprintf(from, sizeof(from), "%s-wal", base[DAMAGED]);
		snprintf(to, sizeof(to), "%s-wal", path);
		copy(from, to);
	}
	ok = op_now->fn();
	armed = false;
	if (a.r == NULL)
		return ok;
	store_rollback(db());
	store_grant(db(), PERM_ALL, PERM_NONE, "all");
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

	snprintf(path, sizeof(path), "%s", base[LOG]);
	ok = open_it(STORE_CREATE) == 0 && import("p1") && append(OLD - 1) &&
	    signer_make(signer, "example.com/log", db(), &k, &e) == 0 &&
	    append(EVENTS - OLD + 1);
	if (!ok)
		printf("%s\n", e.msg);
	access_close(&a);
	return ok;
}

static bool put_staff(void)
{
	const struct store_staff staff[] = {
		{ .user = STR("boss"), .name = STR("Boss"),
		    .roles = STR("administrator"), .active = true },
		{ .user = buf_str(&a.user), .name = STR("Ann"),
		    .roles = STR("clinician"), .active = true },
	};
	struct record_found p1;

	return record_find(a.r, STR("p1"), FHIR_Patient, &p1, NULL, &e) == 0 &&
	    store_begin(db(), STORE_SHORT, &e) == 0 &&
	    record_sensitive_put(a.r, p1.rid, 0, RECORD_KIND_VIP, &e) > 0 &&
	    store_config_set(db(), ACCESS_FACTOR_SETTING, STR("nurse"),
		&e) >= 0 &&
	    store_staff_put(db(), &staff[0], &e) >= 0 &&
	    store_staff_put(db(), &staff[1], &e) >= 0 &&
	    store_commit(db(), &e) == 0;
}

static bool make_staffed(void)
{
	bool ok;

	snprintf(path, sizeof(path), "%s", base[STAFFED]);
	ok = open_it(STORE_CREATE) == 0 && import("p1") && import("p2") &&
	    put_staff();
	if (!ok)
		printf("%s\n", e.msg);
	access_close(&a);
	return ok;
}

/* A bit of the last of two commits is another in the log of who ended without
 * closing it. */
static bool make_damaged(void)
{
	char log[128];
	FILE *f;
	bool ok;
	pid_t pid;

	snprintf(path, sizeof(path), "%s", base[DAMAGED]);
	if (open_with(STORE_CREATE, NULL, &ring) < 0)
		return false;
	access_close(&a);
	pid = fork();
	if (pid == 0)
		_exit(open_with(STORE_WRITE, NULL, &ring) < 0 || !append(1) ||
		    !append(1));
	waitpid(pid, NULL, 0);
	snprintf(log, sizeof(log), "%s-wal", path);
	f = fopen(log, "r+e");
	if (f == NULL)
		return false;
	ok = fseek(f, -1000, SEEK_END) == 0 && fputs("damage", f) > 0;
	return fclose(f) == 0 && ok;
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

/* The folder and what is in it, by processes that leave nothing open here. */
static void make_all(void)
{
	static const char *const names[] = { "base", "staffed", "damaged" };

	snprintf(dir, sizeof(dir), "/tmp/audit_fail.XXXXXX");
	umask(077); /* of the copies */
	CHECK(mkdtemp(dir) != NULL);
	for (int i = 0; i < BASES; i++)
		snprintf(base[i], sizeof(base[i]), "%s/%s.ehr", dir, names[i]);
	snprintf(path, sizeof(path), "%s/t.ehr", dir);
	snprintf(signer, sizeof(signer), "%s/signer", dir);
	keyring_make(&ring);
	CHECK_INT(attempt(make, 1), WELL);
	CHECK_INT(attempt(make_staffed, 1), WELL);
	CHECK_INT(attempt(make_damaged, 1), WELL);
}

TEST(no_failed_step_is_taken_for_success)
{
	static const struct op ops[] = { { do_open, LOG }, { do_append, LOG },
		{ do_import, LOG }, { do_patient, LOG }, { do_find, LOG },
		{ do_set, LOG }, { do_one_set, LOG }, { do_each, LOG },
		{ do_get, LOG }, { do_verify, LOG }, { do_prove, LOG },
		{ do_sign, LOG }, { do_publish, LOG }, { do_behind, LOG },
		{ do_enter, STAFFED }, { do_see, STAFFED },
		{ do_not_see, STAFFED }, { do_not_find, STAFFED },
		{ do_named, STAFFED }, { do_change, STAFFED },
		{ do_damaged, DAMAGED } };
	int told, unnoticed, total = 0;

	make_all();
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		op_now = &ops[i];
		total += each_call(on_copy, &told, &unnoticed);
		if (unnoticed || told == 0)
			printf("operation %zu: %d unnoticed\n", i, unnoticed);
		CHECK(told > 0);
		CHECK_INT(unnoticed, 0);
	}
	CHECK(total > 200);
	remove_all();
}
