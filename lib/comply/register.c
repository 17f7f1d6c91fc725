/* register.c - registers, and what somebody attested. */
#include "ehr/comply.h"
#include "comply/statements.h"

const struct comply_register comply_registers[] = {
#define X(kind, help) { kind, help },
#include "registers.def"
#undef X
	{ NULL, NULL },
};

const struct comply_risk comply_risks[] = {
#define X(item, clause, check, text) { item, clause, check, text },
#include "risk.def"
#undef X
	{ NULL, NULL, NULL, NULL },
};

int comply_register_add(struct store *db, const struct comply_entry *x,
    struct ehr_err *e)
{
	struct stmt *s = sql(db, REGISTER_ADD);
	int rc;

	stmt_text(s, 1, x->kind);
	stmt_text(s, 2, x->what);
	stmt_text(s, 3, x->who);
	stmt_text(s, 4, x->day);
	stmt_text(s, 5, x->note);
	stmt_int(s, 6, store_time(db));
	stmt_text(s, 7, x->by);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int comply_register_close(struct store *db, int64_t id, struct str how,
    struct str user, struct ehr_err *e)
{
	struct stmt *s = sql(db, REGISTER_CLOSE);
	int rc;

	stmt_int(s, 1, id);
	stmt_int(s, 2, store_time(db));
	stmt_text(s, 3, user);
	stmt_text(s, 4, how);
	rc = stmt_run(s, e);
	if (rc < 0)
		return rc;
	return store_changes(db) ? 1 : ehr_fail(e, EHR_ENOENT,
	    "%lld: no open entry of a register", (long long)id);
}

int comply_register_each(struct store *db, struct str kind, bool all,
    int (*fn)(void *arg, const struct comply_entry *x), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &comply_sql_table[REGISTER_LIST]);
	int rc;

	stmt_text(s, 1, kind.s ? kind : STR(""));
	stmt_int(s, 2, all);
	while ((rc = stmt_step(s, e)) > 0) {
		struct comply_entry x = {
			.id = stmt_col_int(s, 0), .kind = stmt_col(s, 1),
			.what = stmt_col(s, 2), .who = stmt_col(s, 3),
			.day = stmt_col(s, 4), .note = stmt_col(s, 5),
			.time = stmt_col_int(s, 6), .by = stmt_col(s, 7),
			.closed = stmt_col_int(s, 8),
			.closed_by = stmt_col(s, 9), .how = stmt_col(s, 10),
		};

		rc = fn(arg, &x);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int comply_attest(struct store *db, struct str item, struct str note,
    struct str user, struct ehr_err *e)
{
	struct stmt *s = sql(db, ATTEST_ADD);
	int rc;

	stmt_text(s, 1, item);
	stmt_text(s, 2, note);
	stmt_int(s, 3, store_time(db));
	stmt_text(s, 4, user);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int comply_attested(struct store *db, const char *item,
    struct comply_entry *x, struct buf *text, struct ehr_err *e)
{
	struct stmt *s = sql(db, ATTEST_LAST);
	int rc;

	stmt_text(s, 1, str_of(item));
	rc = stmt_step(s, e);
	if (rc > 0) {
		buf_addf(text, "%.*s: %.*s", STR_FMT(stmt_col(s, 2)),
		    STR_FMT(stmt_col(s, 0)));
		x->time = stmt_col_int(s, 1);
	}
	stmt_reset(s);
	return rc;
}
