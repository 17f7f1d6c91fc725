/* notify_kit.h - a record of its own, with a batch at work, for tests of
 * messages. */
#ifndef EHR_NOTIFY_KIT_H
#define EHR_NOTIFY_KIT_H

#include "test.h"

#include "ehr/notify.h"

#define CHECK_OK(expr)                                                        \
	do {                                                                  \
		if ((expr) < 0) {                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, err.msg);   \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

static struct ehr_err err;
static char path[64];
static struct access a;
static int64_t batch;

static void open_box(void)
{
	const struct access_opt opt = { .db = path, .tool = "ehr-test" };
	const struct access_write w = { .action = AUDIT_CREATE };
	const struct access_rows k = { .kind = NOTIFY_BATCH };

	snprintf(path, sizeof(path), "/tmp/notify-test-%ld.ehr",
	    (long)getpid());
	store_unlink(path);
	a = ACCESS_INIT;
	CHECK_OK(access_open(&a, &opt, STORE_CREATE, &err));
	CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
}

static void close_box(void)
{
	const struct batch_counts one = { .inserted = 1 };

	CHECK_INT(access_rows_end(&a, batch, &one, 0, &err), 0);
	access_close(&a);
	store_unlink(path);
}

#endif
