/* hold.c - legal holds. */
#include "ehr/comply.h"
#include "comply/statements.h"

const struct sql comply_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

int comply_hold_add(struct store *db, int64_t patient, struct str reason,
    struct str user, struct ehr_err *e)
{
	struct stmt *s = sql(db, HOLD_SAME);
	int rc;

	stmt_int(s, 1, patient);
	stmt_text(s, 2, reason);
	rc = stmt_step(s, e);
	stmt_reset(s);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	s = sql(db, HOLD_ADD);
	stmt_int(s, 1, patient);
	stmt_text(s, 2, reason);
	stmt_int(s, 3, store_time(db));
	stmt_text(s, 4, user);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int comply_hold_release(struct store *db, int64_t patient, struct str why,
    struct str user, struct ehr_err *e)
{
	struct stmt *s = sql(db, HOLD_RELEASE);
	int rc;

	stmt_int(s, 1, patient);
	stmt_int(s, 2, store_time(db));
	stmt_text(s, 3, user);
	stmt_text(s, 4, why);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : (int)store_changes(db);
}

int comply_hold_each(struct store *db, int64_t patient, bool all,
    int (*fn)(void *arg, const struct comply_hold *h), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &comply_sql_table[HOLD_LIST]);
	int rc;

	stmt_int(s, 1, patient);
	stmt_int(s, 2, all);
	while ((rc = stmt_step(s, e)) > 0) {
		struct comply_hold h = {
			.id = stmt_col_int(s, 0),
			.patient = stmt_col_int(s, 1),
			.reason = stmt_col(s, 2), .placed = stmt_col_int(s, 3),
			.placed_by = stmt_col(s, 4),
			.released = stmt_col_int(s, 5),
			.released_by = stmt_col(s, 6), .why = stmt_col(s, 7),
		};

		rc = fn(arg, &h);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int comply_hold_drop(struct store *db, int64_t patient, struct ehr_err *e)
{
	struct stmt *s = sql(db, HOLD_DROP);

	stmt_int(s, 1, patient);
	return stmt_run(s, e);
}
