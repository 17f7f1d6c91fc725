/* config.c - settings and upkeep. */
#include "impl.h"
#include "statements.h"

const struct sql store_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

int store_config_get(struct store *db, const char *key, struct buf *value,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[STORE_CONFIG_GET]);
	int rc;

	stmt_text(s, 1, str_of(key));
	rc = stmt_step(s, e);
	if (rc > 0)
		buf_addstr(value, stmt_col(s, 0));
	stmt_reset(s);
	return rc;
}

int store_config_set(struct store *db, const char *key, struct str value,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[value.s == NULL ?
	    STORE_CONFIG_UNSET : STORE_CONFIG_SET]);

	stmt_text(s, 1, str_of(key));
	if (value.s)
		stmt_text(s, 2, value);
	return stmt_run(s, e);
}

int store_state_set(struct store *db, const char *key, struct str value,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[STORE_STATE_SET]);

	stmt_text(s, 1, str_of(key));
	stmt_text(s, 2, value);
	return stmt_run(s, e);
}

int store_config_each(struct store *db,
    int (*fn)(void *arg, struct str key, struct str value), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[STORE_CONFIG_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		int stop = fn(arg, stmt_col(s, 0), stmt_col(s, 1));

		if (stop) {
			rc = stop;
			break;
		}
	}
	stmt_reset(s);
	return rc;
}

/* Rows of a check as lines, each after the words before. */
static int report_rows(struct store *db, int id, const char *before,
    struct buf *report, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[id]);
	int rc, bad = 0;

	while ((rc = stmt_step(s, e)) > 0) {
		struct str row = stmt_col(s, 0);

		if (str_is(row, "ok"))
			continue;
		buf_addf(report, "%s%.*s\n", before, STR_FMT(row));
		bad = 1;
	}
	stmt_reset(s);
	return rc < 0 ? rc : bad;
}

int store_check(struct store *db, struct buf *report, struct ehr_err *e)
{
	int a = report_rows(db, STORE_CHECK, "", report, e);
	int b = a < 0 ? a : report_rows(db, STORE_FOREIGN,
	    "foreign key without its row in ", report, e);

	if (b < 0)
		return b;
	if ((a || b) && store_unreadable(db))
		return ehr_fail(e, EHR_EIO, "%s: cannot be read", db->path);
	if (a || b)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: damaged", db->path);
	return 0;
}

int store_vacuum(struct store *db, struct ehr_err *e)
{
	int rc = store_lock(db, STORE_BULK, e);

	/* VACUUM attaches the file it writes to. */
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 1);
	if (rc == 0)
		rc = store_exec(db, "VACUUM", e);
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	if (rc == 0) {
		int log = sqlite3_wal_checkpoint_v2(db->h, NULL,
		    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

		rc = log == SQLITE_OK ? 0 : log == SQLITE_BUSY ? 1 :
		    store_fail(db, e, "vacuum");
	}
	store_unlock(db);
	return rc;
}

int store_overwrite(struct store *db, struct ehr_err *e)
{
	return store_exec(db, "PRAGMA secure_delete = ON", e);
}
