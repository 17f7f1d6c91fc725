/* staff.c - who works here and acts with what permissions. */
#include "practice.h"
#include "statements.h"

/* Somebody must be able to change the staff tomorrow, too. */
static int check_administrator(struct store *db, struct ehr_err *e)
{
	int64_t some;
	int rc = store_int(db, &store_sql_table[STAFF_ADMINISTRATOR], &some, e);

	return rc != 0 ? rc : ehr_fail(e, EHR_EUSAGE, "no administrator would "
	    "be left who is active and has no end");
}

int store_staff_put(struct store *db, const struct store_staff *f,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[STAFF_PUT]);
	enum perm always, reason;
	int rc = practice_text("user", f->user, e);

	if (rc == 0)
		rc = practice_text("name", f->name, e);
	if (rc == 0)
		rc = practice_npi(f->npi, e);
	if (rc == 0)
		rc = store_roles_parse(f->roles, &always, &reason, e);
	if (rc < 0)
		return rc;
	stmt_text(s, 1, f->user);
	stmt_text(s, 2, f->name);
	stmt_text(s, 3, f->roles);
	stmt_text(s, 4, f->npi);
	stmt_int(s, 5, f->active);
	if (f->until)
		stmt_int(s, 6, f->until);
	else
		stmt_null(s, 6);
	stmt_text(s, 7, f->facility);
	if (f->emergency)
		stmt_int(s, 8, f->emergency);
	else
		stmt_null(s, 8);
	stmt_int(s, 9, f->endless);
	stmt_int(s, 10, f->everywhere);
	rc = practice_put(s, e);
	if (rc > 0)
		rc = check_administrator(db, e);
	return rc;
}

int store_staff_each(struct store *db,
    int (*fn)(void *arg, const struct store_staff *f), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &store_sql_table[STAFF_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		struct store_staff f = { stmt_col_int(s, 0), stmt_col(s, 1),
			stmt_col(s, 2), stmt_col(s, 3), stmt_col(s, 4),
			stmt_col_int(s, 5) != 0, stmt_col_int(s, 6),
			stmt_col(s, 7), stmt_col_int(s, 8), false, false };

		rc = fn(arg, &f);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

/* ---- who is acting ---- */

/* Columns of STAFF_ACTING. */
enum { A_COUNT, A_ADMINISTRATOR, A_ID, A_ROLES, A_ACTIVE, A_UNTIL,
	A_EMERGENCY, A_FACILITY };

static enum store_acting_as acting_as(struct stmt *s)
{
	if (stmt_col_int(s, A_COUNT) < 2 || !stmt_col_int(s, A_ADMINISTRATOR))
		return STORE_SINGLE;
	if (stmt_col_null(s, A_ID))
		return STORE_STRANGER;
	if (!stmt_col_int(s, A_ACTIVE) || (!stmt_col_null(s, A_UNTIL) &&
	    stmt_col_int(s, A_UNTIL) < clock_ms()))
		return STORE_LEFT;
	return STORE_MEMBER;
}

int store_staff_acting(struct store *db, struct str user,
    struct store_acting *who, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[STAFF_ACTING]);
	int rc;

	*who = (struct store_acting){ .roles = BUF_INIT };
	stmt_text(s, 1, user);
	rc = stmt_step(s, e);
	if (rc > 0) {
		who->as = acting_as(s);
		who->id = stmt_col_int(s, A_ID);
		who->facility = stmt_col_int(s, A_FACILITY);
		who->emergency = stmt_col_int(s, A_EMERGENCY) >= clock_ms();
		buf_addstr(&who->roles, stmt_col(s, A_ROLES));
		rc = 0;
	}
	stmt_reset(s);
	if (rc == 0 && who->as == STORE_MEMBER)
		rc = store_roles_parse(buf_str(&who->roles), &who->always,
		    &who->reason, e);
	return rc;
}
