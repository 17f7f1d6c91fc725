/* access_test.c - every use of the record leaves its event. */
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
	struct access a;
	struct access_opt opt;
	int64_t patient;

	create(&a);
	access_close(&a);
	opt = options(NULL, true);
	CHECK_OK(access_open(&a, &opt, STORE_WRITE, &err));
	add(&a, NULL, "1");
	CHECK_INT(access_patient(&a, STR("1"), AUDIT_READ, NULL, &patient, NULL,
	    &err), EHR_ENOENT);
	check_log(&a, 1, "");
	access_close(&a);
	store_unlink(path);
}
