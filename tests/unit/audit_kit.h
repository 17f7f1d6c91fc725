/* audit_kit.h - a log in a folder of its own, for the tests of lib/audit. */
#ifndef EHR_AUDIT_KIT_H
#define EHR_AUDIT_KIT_H

#include "audit/impl.h"
#include "test.h"

static char dir[64], path[96];

static struct store *open_new(void)
{
	struct store *db = NULL;
	struct ehr_err e;

	snprintf(dir, sizeof(dir), "/tmp/audit_test.XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/t.ehr", dir);
	if (store_open(&db, path, STORE_CREATE, &e) < 0)
		printf("%s\n", e.msg);
	CHECK(db != NULL);
	return db;
}

static void close_all(struct store *db)
{
	store_close(db);
	store_unlink(path);
	rmdir(dir);
}

#endif
