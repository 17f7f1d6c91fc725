/* ledger_kit.h - a record of its own for tests of the ledger. */
#ifndef EHR_LEDGER_KIT_H
#define EHR_LEDGER_KIT_H

#include <sqlite3.h>

#include "test.h"

#include "ehr/billing-ledger.h"

#define CHECK_OK(expr)                                                        \
	do {                                                                  \
		if ((expr) < 0) {                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, err.msg);   \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

static struct ehr_err err;
static char path[64], today[11];
static struct access a;
static int64_t batch;
static struct ledger l;

static void begin(struct str day)
{
	const struct access_write w = { .action = AUDIT_CREATE };
	const struct access_rows k = { .kind = "charge" };

	CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
	CHECK_OK(ledger_begin(&l, &a, batch, day, today, &err));
}

static void end(int rc)
{
	const struct batch_counts one = { .inserted = 1 };

	CHECK_INT(access_rows_end(&a, batch, &one, rc, &err), rc);
}

static void create(void)
{
	struct access_opt opt = { .db = path, .tool = "ehr-test" };

	snprintf(path, sizeof(path), "/tmp/ledger-test-%ld.ehr",
	    (long)getpid());
	store_unlink(path);
	a = ACCESS_INIT;
	CHECK_OK(access_open(&a, &opt, STORE_CREATE, &err));
}

static void reopen(void)
{
	CHECK_OK(access_open(&a, &(struct access_opt){ .db = path,
	    .tool = "ehr-test" }, STORE_WRITE, &err));
}

static void destroy(void)
{
	access_close(&a);
	store_unlink(path);
}

/* Runs SQL as somebody with the file and sqlite3 would, who has no
 * recursive triggers; the message, "" when it was done. */
static const char *raw(const char *text)
{
	static char why[200];
	sqlite3 *db = NULL;
	char *msg = NULL;

	why[0] = '\0';
	CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
	if (sqlite3_exec(db, text, NULL, NULL, &msg) != SQLITE_OK)
		snprintf(why, sizeof(why), "%s", msg);
	sqlite3_free(msg);
	sqlite3_close(db);
	return why;
}

#endif
