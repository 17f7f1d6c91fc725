/* factor.c - one-time codes of members of staff (RFC 6238). */
#include <time.h>

#include "crypt.h"
#include "impl.h"
#include "statements.h"

static struct stmt *of_member(struct store *db, enum store_sql_id id,
    int64_t staff)
{
	struct stmt *s = store_sql(db, &store_sql_table[id]);

	stmt_int(s, 1, staff);
	return s;
}

int store_factor_put(struct store *db, int64_t staff,
    const uint8_t secret[OTP_SECRET], struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_PUT, staff);
	enum crypt_kind kind;

	if (crypt_kind_of(db->h, &kind) != SQLITE_OK)
		return store_fail(db, e, "factor.put");
	if (kind != CRYPT_SEALED)
		return ehr_fail(e, EHR_EUSAGE, "%s: not encrypted: a secret "
		    "would stand in it in the clear", db->path);
	stmt_blob(s, 2, secret, OTP_SECRET);
	return stmt_run(s, e);
}

int store_factor_drop(struct store *db, int64_t staff, struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_DROP, staff);
	int rc = stmt_step(s, e);

	if (rc > 0 && stmt_run(s, e) < 0)
		return e ? e->code : EHR_EIO;
	stmt_reset(s);
	return rc;
}

/* 1: used now; 0: another one was quicker with it. */
static int use(struct store *db, int64_t staff, int64_t step,
    struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_USED, staff);
	int rc;

	stmt_int(s, 2, step);
	rc = stmt_step(s, e);
	if (rc > 0 && stmt_run(s, e) < 0)
		return e ? e->code : EHR_EIO;
	stmt_reset(s);
	return rc;
}

/* The step that the code is of, -1: none, inside a transaction. */
static int match(struct store *db, int64_t staff, struct str code,
    int64_t *step, struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_GET, staff);
	int rc = stmt_step(s, e);

	if (rc > 0)
		*step = otp_match(stmt_col(s, 0), (int64_t)time(NULL),
		    stmt_col_int(s, 1), code);
	stmt_reset(s);
	return rc == 0 ? ehr_fail(e, EHR_ENOENT, "no second factor is "
	    "enrolled (ehr-admin staff totp enroll)") : rc;
}

int store_factor_check(struct store *db, int64_t staff, struct str code,
    struct ehr_err *e)
{
	int64_t step = -1;
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc < 0)
		return rc;
	rc = match(db, staff, code, &step, e);
	if (rc > 0)
		rc = step < 0 ? 0 : use(db, staff, step, e);
	if (rc <= 0) {
		store_rollback(db);
		return rc;
	}
	rc = store_commit(db, e);
	return rc < 0 ? rc : 1;
}

int store_factor_enrolled(struct store *db, int64_t staff, struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_GET, staff);
	int rc = stmt_step(s, e);

	stmt_reset(s);
	return rc;
}
