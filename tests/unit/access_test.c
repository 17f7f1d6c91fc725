/* access_test.c - every use of the record leaves its event. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "test.h"

#include "ehr/access.h"
#include "ehr/fhir.h"

#define CHECK_OK(expr)                                                        \
	do {                                                                  \
		if ((expr) < 0) {                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, err.msg);   \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

static struct ehr_err err;
static char path[64];
static int locks, lock_fails; /* memory for keys that cannot be locked: which */
static struct keyring ring;

int mlock(const void *p, size_t n)
{
	if (++locks != lock_fails)
		return (int)syscall(SYS_mlock, p, n);
	errno = ENOMEM;
	return -1;
}

static bool hurry;

int clock_gettime(clockid_t id, struct timespec *t)
{
	static time_t ahead;
	int rc = (int)syscall(SYS_clock_gettime, id, t);

	if (hurry && id == CLOCK_MONOTONIC)
		t->tv_sec += ++ahead;
	return rc;
}

static struct access_opt options(const char *reason, bool dry_run)
{
	return (struct access_opt){ .db = path, .tool = "ehr-test",
		.reason = reason, .dry_run = dry_run };
}

static void create(struct access *a)
{
	struct access_opt opt = options("treatment", false);

	snprintf(path, sizeof(path), "/tmp/access-test-%ld.ehr",
	    (long)getpid());
	store_unlink(path);
	CHECK_OK(access_open(a, &opt, STORE_CREATE, &err));
}

static void add(struct access *a, const char *source, const char *id)
{
	struct access_write w = { .action = AUDIT_IMPORT, .source = source };
	struct batch_put put = { .full_url = STR_NONE };
	struct tape t = TAPE_INIT;
	struct tape_error why;
	struct batch *b = NULL;
	struct diag d;
	char text[128];

	snprintf(text, sizeof(text),
	    "{\"resourceType\":\"Patient\",\"id\":\"%s\"}", id);
	CHECK_INT(tape_parse(&t, text, strlen(text), &why), 0);
	CHECK_OK(access_batch(a, &w, &b, &err));
	CHECK_OK(batch_put(b, &t, 0, &put, &d, &err));
	CHECK_OK(batch_commit(b, NULL, &err));
	batch_free(b);
	tape_release(&t);
}

/* "action/outcome patients; ..." of the log from event `from` on. */
struct listing {
	int64_t from;
	struct buf b;
};

static int list_one(void *arg, const struct audit_row *row)
{
	struct listing *l = arg;

	if (row->seq < l->from)
		return 0;
	buf_addf(&l->b, "%.*s/%.*s %lld", STR_FMT(row->action),
	    STR_FMT(row->outcome), (long long)row->patients);
	if (row->purpose.s)
		buf_addf(&l->b, " %.*s", STR_FMT(row->purpose));
	if (row->scope.s)
		buf_addf(&l->b, " %.*s", STR_FMT(row->scope));
	buf_addch(&l->b, ';');
	return 0;
}

static void check_log(struct access *a, int64_t from, const char *want)
{
	struct listing l = { from, BUF_INIT };
	struct audit_filter all = { 0 };

	CHECK_OK(audit_each(record_store(a->r), &all, list_one, &l, &err));
	CHECK_STR(l.b.s, want);
	buf_release(&l.b);
}

TEST(access_batch_and_patient)
{
	struct access a;
	struct buf names = BUF_INIT;
	int64_t patient = 0;

	create(&a);
	add(&a, "north", "1");
	add(&a, "south", "1");
	CHECK_INT(access_patient(&a, STR("1"), AUDIT_READ, "meds", &patient,
	    &names, &err), EHR_ENOENT);
	CHECK_STR(names.s, "north:1\nsouth:1\n");
	CHECK_INT(access_patient(&a, STR("2"), AUDIT_READ, "meds", &patient,
	    NULL, &err), EHR_ENOENT);
	CHECK_OK(access_patient(&a, STR("south:1"), AUDIT_READ, "meds",
	    &patient, NULL, &err));
	CHECK(patient > 0);
	check_log(&a, 1, "import/ok 1 treatment;import/ok 1 treatment;"
	    "read/ok 1 treatment meds;");
	buf_release(&names);
	access_close(&a);
	store_unlink(path);
}

TEST(access_sets)
{
	struct access a;

	create(&a);
	CHECK_OK(access_set_begin(&a, AUDIT_EXPORT, "all", NULL, 0, &err));
	for (int64_t p = 1; p <= 10; p++)
		access_set_touch(&a, p);
	access_set_touch(&a, 10);
	access_set_touch(&a, 0);
	access_set_touch(&a, 20);
	CHECK_INT(a.n, 2);
	CHECK_INT(access_set_end(&a, EHR_ENO, &err), EHR_ENO);
	check_log(&a, 1, "export/begin 0 treatment all;"
	    "export/ok 11 treatment all;");
	CHECK_OK(access_set_begin(&a, AUDIT_LIST, NULL, (int64_t[]){ 3, 4 }, 2,
	    &err));
	access_set_touch(&a, 3);
	access_close(&a); /* broken off */
	CHECK_OK(access_open(&a, &(struct access_opt){ .db = path,
	    .tool = "ehr-test" }, STORE_READ, &err));
	check_log(&a, 3, "list/begin 2 treatment;list/failed 1 treatment;");
	access_close(&a);
	store_unlink(path);
}

TEST(access_dry_run)
{
	const struct access_write w = { .action = AUDIT_CREATE };
	const struct access_rows k = { .kind = "charge" };
	const struct batch_counts one = { .deleted = 1 };
	struct access a;
	struct access_opt opt;
	int64_t patient, batch;

	create(&a);
	access_close(&a);
	opt = options(NULL, true);
	CHECK_OK(access_open(&a, &opt, STORE_WRITE, &err));
	add(&a, NULL, "1");
	CHECK_INT(access_patient(&a, STR("1"), AUDIT_READ, NULL, &patient, NULL,
	    &err), EHR_ENOENT);
	CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
	CHECK_OK(access_rows_end(&a, batch, &one, 0, &err));
	CHECK_INT(batch_get(a.r, batch, &(struct batch_row){ 0 }, &err),
	    EHR_ENOENT);
	check_log(&a, 1, "");
	access_close(&a);
	store_unlink(path);
}

/* What is no resource: the batch's row, its rows and the event, or none. */
TEST(rows_that_are_no_resource)
{
	static const struct sql note = { "test.note",
		"INSERT INTO control(name, last) VALUES ('test', ?1)",
		PERM_CLAIM };
	static const struct sql noted = { "test.noted",
		"SELECT last FROM control WHERE name = 'test'", PERM_NONE };
	const struct access_write w = { .action = AUDIT_CREATE,
		.scope = "charges" };
	const struct access_rows k = { .kind = "charge" };
	const struct batch_counts none = { .read = 1, .unchanged = 1 },
				  one = { .read = 1, .inserted = 1 };
	struct access a;
	struct stmt *s;
	int64_t batch, v;

	create(&a);
	for (int i = 0; i < 3; i++) {
		CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
		s = store_sql(record_store(a.r), &note);
		stmt_int(s, 1, i);
		CHECK_OK(stmt_run(s, &err));
		access_set_touch(&a, 3 + i);
		CHECK_INT(access_rows_end(&a, batch, i ? &one : &none,
		    i == 1 ? EHR_EIO : EHR_EREJECT, &err),
		    i == 1 ? EHR_EIO : EHR_EREJECT);
		CHECK_INT(store_int(record_store(a.r), &noted, &v, &err),
		    i == 2);
	}
	CHECK_INT(v, 2);
	check_log(&a, 1, "create/ok 1 treatment charges;");
	CHECK_INT(batch_get(a.r, batch, &(struct batch_row){ 0 }, &err), 0);
	{
		const struct access_write undo = { .action = AUDIT_UNDO };
		struct batch *b = NULL;

		CHECK_OK(access_batch(&a, &undo, &b, &err));
		CHECK_INT(batch_undo(b, batch, false, NULL, NULL, NULL, &err),
		    EHR_ENO);
		CHECK(strstr(err.msg, "its charge rows are taken back by "
		    "ehr-test undo") != NULL);
		batch_free(b);
	}
	access_close(&a);
	store_unlink(path);
}

/* Chunks after the first have an event of their own only for patients. */
TEST(chunks_without_patients)
{
	struct access_write w = { .action = AUDIT_IMPORT };
	struct batch_put put = { .full_url = STR_NONE };
	struct tape t = TAPE_INIT;
	struct tape_error why;
	struct batch *b = NULL;
	struct access a;
	struct diag d;
	char text[80];

	create(&a);
	add(&a, NULL, "1"); /* a load into an empty record is one chunk */
	CHECK_OK(access_batch(&a, &w, &b, &err));
	for (int i = 0; i < 9000; i++) { /* two windows of work */
		snprintf(text, sizeof(text),
		    "{\"resourceType\":\"Organization\",\"id\":\"o%d\"}", i);
		CHECK_INT(tape_parse(&t, text, strlen(text), &why), 0);
		CHECK_OK(batch_put(b, &t, 0, &put, &d, &err));
	}
	hurry = true; /* each look at the clock is a chunk's time later */
	CHECK_OK(batch_commit(b, NULL, &err));
	hurry = false;
	check_log(&a, 2, "import/ok 0 treatment;");
	batch_free(b);
	tape_release(&t);
	access_close(&a);
	store_unlink(path);
}

/* ---- roles, what is sensitive, emergencies, codes ---- */

static void member(struct access *a, const char *user, const char *roles,
    int64_t emergency)
{
	const struct store_staff f = { .user = str_of(user),
		.name = STR("Somebody"), .roles = str_of(roles),
		.active = true, .emergency = emergency };
	struct store *db = record_store(a->r);

	CHECK_OK(store_begin(db, STORE_SHORT, &err));
	CHECK_OK(store_staff_put(db, &f, &err));
	CHECK_OK(store_commit(db, &err));
}

static void set(struct access *a, const char *key, const char *value)
{
	struct store *db = record_store(a->r);

	CHECK_OK(store_begin(db, STORE_SHORT, &err));
	CHECK_OK(store_config_set(db, key, str_of(value), &err));
	CHECK_OK(store_commit(db, &err));
}

/* A record of patients 1 and 2, the first sensitive, and a boss; whoever runs
 * this has these roles from the next opening on. */
static void staffed(struct access *a, const char *roles, int64_t emergency,
    const char *factor)
{
	struct record_found found;
	struct store *db;

	create(a);
	add(a, NULL, "1");
	add(a, NULL, "2");
	db = record_store(a->r);
	CHECK_OK(record_find(a->r, STR("1"), FHIR_Patient, &found, NULL, &err));
	CHECK_OK(store_begin(db, STORE_SHORT, &err));
	CHECK_OK(record_sensitive_put(a->r, found.rid, 0, RECORD_KIND_VIP,
	    &err));
	CHECK_OK(store_commit(db, &err));
	if (factor)
		set(a, ACCESS_FACTOR_SETTING, factor);
	member(a, "boss", "administrator", 0);
	member(a, a->user.s, roles, emergency);
	access_close(a);
}

static int reopen(struct access *a, const char *reason, const char *glass)
{
	struct access_opt opt = options(reason, false);

	opt.glass = glass;
	return access_open(a, &opt, STORE_WRITE, &err);
}

/* What the log has at last, read as its owner. */
static void check_last(const char *want)
{
	struct listing l = { 1, BUF_INIT };
	struct audit_filter all = { 0 };
	struct store *db = NULL;
	const char *last;

	CHECK_OK(store_open(&db, path, STORE_READ, &err));
	CHECK_OK(audit_each(db, &all, list_one, &l, &err));
	l.b.s[l.b.len - 1] = '\0';
	last = strrchr(l.b.s, ';');
	CHECK_STR(last ? last + 1 : l.b.s, want);
	buf_release(&l.b);
	store_close(db);
}

TEST(a_sensitive_chart_is_refused_and_the_refusal_told)
{
	struct access a;
	int64_t patient;

	staffed(&a, "clinician", 0, NULL);
	CHECK_OK(reopen(&a, NULL, NULL));
	CHECK_INT(access_patient(&a, STR("1"), AUDIT_READ, "chart", &patient,
	    NULL, &err), EHR_EPERM);
	check_last("read/refused 1 chart");
	CHECK_OK(access_patient(&a, STR("2"), AUDIT_READ, "chart", &patient,
	    NULL, &err));
	check_last("read/ok 1 chart");
	/* of a set it is withheld, so that the set is not flagged */
	CHECK_OK(access_set(&a, AUDIT_LIST, "all", NULL, 0, &err));
	check_last("list/ok 0 all");
	access_close(&a);
	CHECK_OK(reopen(&a, "treatment", NULL));
	CHECK_OK(access_patient(&a, STR("1"), AUDIT_READ, "chart", &patient,
	    NULL, &err));
	check_last("read/ok 1 treatment [sensitive] chart");
	/* the log is read, not the chart */
	CHECK_OK(access_patient(&a, STR("1"), AUDIT_REQUEST, "ask", &patient,
	    NULL, &err));
	check_last("request/ok 1 treatment ask");
	access_close(&a);
	store_unlink(path);
}

/* Rows of a sensitive chart are written with a reason alone, and flagged. */
TEST(rows_of_a_sensitive_chart)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.scope = "charges" };
	const struct access_rows k = { .kind = "charge", .bulk = true };
	const struct batch_counts one = { .inserted = 1 };
	struct access a;
	int64_t batch, patient;

	for (int reason = 0; reason < 2; reason++) {
		staffed(&a, "clinician", 0, NULL);
		CHECK_OK(reopen(&a, reason ? "audit" : NULL, NULL));
		CHECK_OK(record_find_patient(a.r, STR("1"), &patient, NULL,
		    &err));
		CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
		access_set_touch(&a, patient + 1);
		access_set_touch(&a, patient);
		CHECK_INT(access_rows_end(&a, batch, &one, 0, &err),
		    reason ? 0 : EHR_EPERM);
		if (reason)
			check_last("create/ok 2 audit [sensitive] charges");
		access_close(&a);
		store_unlink(path);
	}
	staffed(&a, "analyst", 0, NULL);
	CHECK_OK(reopen(&a, NULL, NULL));
	CHECK_INT(access_rows_begin(&a, &w, &k, &batch, &err), EHR_EPERM);
	CHECK_INT(access_rows_begin(&a, &(struct access_write){
	    .action = AUDIT_LIST }, &k, &batch, &err), EHR_EPERM);
	CHECK(!store_in_txn(record_store(a.r)));
	access_close(&a);
	store_unlink(path);
}

TEST(a_set_is_flagged_when_somebody_in_it_is_sensitive)
{
	struct access a;
	int64_t one, two;

	staffed(&a, "clinician", 0, NULL);
	CHECK_OK(reopen(&a, "treatment", NULL));
	CHECK_OK(access_patient(&a, STR("1"), AUDIT_READ, NULL, &one, NULL,
	    &err));
	check_last("read/ok 1 treatment [sensitive]");
	CHECK_OK(access_patient(&a, STR("2"), AUDIT_READ, NULL, &two, NULL,
	    &err));
	CHECK_OK(access_set(&a, AUDIT_LIST, "some", &two, 1, &err));
	check_last("list/ok 1 treatment some");
	CHECK_OK(access_set(&a, AUDIT_LIST, "some", (int64_t[]){ two, one }, 2,
	    &err));
	check_last("list/ok 2 treatment [sensitive] some");
	CHECK_OK(access_set(&a, AUDIT_LIST, "all", NULL, 0, &err));
	check_last("list/ok 0 treatment [sensitive] all");
	access_close(&a);
	store_unlink(path);
}

static int64_t tomorrow(void) { return clock_ms() + 86400000; }

TEST(emergencies)
{
	struct access a;
	int64_t patient;

	staffed(&a, "clinician", tomorrow(), NULL);
	CHECK_INT(reopen(&a, NULL, ""), EHR_EUSAGE);
	access_close(&a);
	CHECK_OK(reopen(&a, NULL, "collapse"));
	CHECK_OK(access_patient(&a, STR("1"), AUDIT_READ, "chart", &patient,
	    NULL, &err));
	check_last("read/ok 1 collapse [break-glass,sensitive] chart");
	CHECK_OK(access_patient(&a, STR("2"), AUDIT_READ, "chart", &patient,
	    NULL, &err));
	check_last("read/ok 1 collapse [break-glass] chart");
	access_close(&a);
	CHECK_OK(reopen(&a, "referral", "collapse"));
	CHECK_OK(access_patient(&a, STR("2"), AUDIT_READ, NULL, &patient, NULL,
	    &err));
	check_last("read/ok 1 referral [break-glass]");
	access_close(&a);
	staffed(&a, "clinician", clock_ms() - 1, NULL); /* it was until then */
	CHECK_INT(reopen(&a, NULL, "collapse"), EHR_EPERM);
	check_last("login/refused 0 collapse [break-glass]");
	access_close(&a);
	store_unlink(path);
}

TEST(one_time_codes_that_are_due)
{
	static const struct {
		const char *setting, *roles;
		bool emergency, due;
	} t[] = {
		{ "", "clinician", false, false },
		{ "clinician", "", false, false },
		{ "clinician", "nurse", false, false },
		{ "clinician", "nurse,clinician", false, true },
		{ "billing,nurse", "nurse,clinician", true, true },
		{ "emergency", "clinician", false, false },
		{ "emergency", "clinician", true, true },
		{ "billing,emergency", "clinician", true, true },
		{ "billing", "clinician", true, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		CHECK_INT(access_factor_due(str_of(t[i].setting),
		    str_of(t[i].roles), t[i].emergency), t[i].due);
}

TEST(a_code_is_due_of_who_has_none)
{
	struct access a;

	staffed(&a, "clinician", tomorrow(), "nurse,emergency");
	CHECK_OK(reopen(&a, NULL, NULL));
	access_close(&a);
	CHECK_INT(reopen(&a, NULL, "collapse"), EHR_EPERM);
	CHECK_STR(err.msg, "a one-time code is due, and no second factor is "
	    "enrolled (ehr-admin staff totp enroll)");
	check_last("login/refused 0 collapse [break-glass]");
	access_close(&a);
	store_unlink(path);
}

TEST(who_has_left_or_is_a_stranger)
{
	struct store_staff gone = { .name = STR("Somebody"),
		.roles = STR("clinician") };
	struct access a;
	struct store *db;

	staffed(&a, "clinician", 0, NULL);
	CHECK_OK(reopen(&a, NULL, NULL));
	/* of the store alone the same */
	access_close(&a);
	CHECK_OK(store_open(&db, path, STORE_WRITE, &err));
	gone.user = STR_NONE;
	{
		BUF_AUTO user = BUF_INIT;

		audit_user(&user);
		gone.user = buf_str(&user);
		CHECK_OK(store_begin(db, STORE_SHORT, &err));
		CHECK_OK(store_staff_put(db, &gone, &err));
		CHECK_OK(store_commit(db, &err));
		store_close(db);
		CHECK_INT(reopen(&a, NULL, NULL), EHR_EPERM);
		CHECK(strstr(err.msg, " is no longer on the staff") != NULL);
		access_close(&a);
	}
	{
		struct access_opt opt = options(NULL, false);

		CHECK_INT(access_store(&db, &opt, STORE_WRITE, &err),
		    EHR_EPERM);
		CHECK(db == NULL);
		check_last("login/refused 0");
	}
	store_unlink(path);
}

/* ---- where the record is ---- */

TEST(the_record_may_stand_in_the_environment)
{
	struct access a;
	struct access_opt none = { .tool = "ehr-test" };

	create(&a);
	access_close(&a);
	setenv("EHR_DB", path, 1);
	CHECK_OK(access_open(&a, &none, STORE_WRITE, &err));
	access_close(&a);
	unsetenv("EHR_DB");
	CHECK_INT(access_open(&a, &none, STORE_WRITE, &err), EHR_EUSAGE);
	access_close(&a);
	store_unlink(path);
}

/* Somebody put a plain file in the place of an encrypted one. */
TEST(a_plain_record_beside_slots_is_refused)
{
	struct access a;
	char slots[96];
	FILE *f;

	create(&a);
	access_close(&a);
	snprintf(slots, sizeof(slots), "%s.keys", path);
	f = fopen(slots, "we");
	CHECK(f != NULL && fclose(f) == 0);
	CHECK_INT(reopen(&a, NULL, NULL), EHR_EINTEGRITY);
	access_close(&a);
	unlink(slots);
	store_unlink(path);
}

/* ---- codes of who has enrolled ---- */

static void enroll(struct access *a)
{
	static const uint8_t secret[OTP_SECRET] = { 1 };
	struct store *db = record_store(a->r);
	struct store_acting who;

	CHECK_OK(store_staff_acting(db, buf_str(&a->user), &who, &err));
	buf_release(&who.roles);
	CHECK_OK(store_begin(db, STORE_SHORT, &err));
	CHECK_OK(store_factor_put(db, who.id, secret, &err));
	CHECK_OK(store_commit(db, &err));
}

static int reopen_sealed(struct access *a)
{
	struct access_opt opt = options(NULL, false);
	int rc;

	opt.ring = &ring;
	rc = access_open(a, &opt, STORE_WRITE, &err);
	if (rc < 0)
		access_close(a);
	return rc;
}

/* Where memory for keys is missing, that is told, of the record and of the
 * code; the agent is only not asked then. With all of it there is no terminal,
 * which a session of its own has not. 0: it was so. */
static int no_memory_for_keys(void)
{
	struct access a;
	int rc, n = 0, told = 0;

	setsid();
	do {
		locks = 0;
		lock_fails = ++n;
		rc = reopen_sealed(&a);
		told += rc == EHR_EIO && strstr(err.msg, "cannot be locked");
	} while (locks >= n && (rc == EHR_EIO || rc == EHR_EPERM));
	if (rc == EHR_EPERM && told == 2 && strstr(err.msg, "no terminal"))
		return 0;
	printf("%d at %d, %d told: %s\n", rc, n, told, err.msg);
	return 1;
}

TEST(a_code_that_cannot_be_asked_for)
{
	struct access a;
	struct access_opt opt = options("treatment", false);
	struct key_slots slots;
	char file[96];
	int status;
	pid_t child;

	snprintf(path, sizeof(path), "/tmp/access-test-%ld.ehr",
	    (long)getpid());
	snprintf(file, sizeof(file), "%s.keys", path);
	keyring_make(&ring);
	opt.db = path;
	opt.ring = &ring;
	CHECK_OK(access_open(&a, &opt, STORE_CREATE, &err));
	set(&a, ACCESS_FACTOR_SETTING, "clinician");
	member(&a, "boss", "administrator", 0);
	member(&a, a.user.s, "clinician", 0);
	enroll(&a);
	access_close(&a);
	/* without slots nobody can tell whose session it is */
	CHECK_INT(reopen_sealed(&a), EHR_ENOENT);
	key_slots_init(&slots);
	CHECK_OK(key_slots_add(&slots, SLOT_KEYFILE, NULL, STR("secret"), NULL,
	    &err));
	CHECK_OK(keys_write(file, &slots, &ring, true, &err));
	child = fork();
	if (child == 0)
		exit(no_memory_for_keys());
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
	unlink(file);
	store_unlink(path);
}
