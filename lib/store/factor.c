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

/* Runs one that returns the row it changed: 1, 0 there was none. */
static int change(struct stmt *s, struct ehr_err *e)
{
	int rc = stmt_step(s, e);

	if (rc > 0 && stmt_run(s, e) < 0)
		return e ? e->code : EHR_EIO;
	stmt_reset(s);
	return rc;
}

int store_factor_drop(struct store *db, int64_t staff, struct ehr_err *e)
{
	return change(of_member(db, FACTOR_DROP, staff), e);
}

int store_factor_unlock(struct store *db, int64_t staff, struct ehr_err *e)
{
	return change(of_member(db, FACTOR_UNLOCK, staff), e);
}

/* 1: used now; 0: another one was quicker with it. */
static int use(struct store *db, int64_t staff, int64_t step,
    struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_USED, staff);

	stmt_int(s, 2, step);
	return change(s, e);
}

/* 0, and one wrong code more. */
static int count_wrong(struct store *db, int64_t staff, int64_t now,
    struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_WRONG, staff);

	stmt_int(s, 2, now);
	return stmt_run(s, e);
}

/* After many wrong codes one is taken each so many seconds: who tries them all
 * takes years, and whose they are need not be let in by somebody else. A clock
 * that was put back locks nobody. */
static int locked(struct stmt *s, int64_t now, struct ehr_err *e)
{
	int64_t since = now - stmt_col_int(s, 3);

	if (stmt_col_int(s, 2) < OTP_MOST_WRONG || since < 0 ||
	    since >= OTP_LOCK)
		return 0;
	return ehr_fail(e, EHR_EPERM, "%lld wrong one-time codes in a row: "
	    "locked for %lld seconds more, or until ehr-admin staff totp "
	    "unlock", (long long)stmt_col_int(s, 2),
	    (long long)(OTP_LOCK - since));
}

/* The step that the code is of, -1: none, inside a transaction. */
static int match(struct store *db, int64_t staff, struct str code,
    int64_t now, int64_t *step, struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_GET, staff);
	int rc = stmt_step(s, e);

	if (rc == 0)
		rc = ehr_fail(e, EHR_ENOENT, "no second factor is enrolled "
		    "(ehr-admin staff totp enroll)");
	else if (rc > 0)
		rc = locked(s, now, e);
	if (rc == 0)
		*step = otp_match(stmt_col(s, 0), now, stmt_col_int(s, 1),
		    code);
	stmt_reset(s);
	return rc;
}

int store_factor_check(struct store *db, int64_t staff, struct str code,
    struct ehr_err *e)
{
	int64_t step = -1, now = (int64_t)time(NULL);
	int rc = store_begin(db, STORE_SHORT, e), done;

	if (rc < 0)
		return rc;
	rc = match(db, staff, code, now, &step, e);
	if (rc == 0 && step >= 0)
		rc = use(db, staff, step, e);
	if (rc == 0)
		rc = count_wrong(db, staff, now, e);
	if (rc < 0) {
		store_rollback(db);
		return rc;
	}
	done = store_commit(db, e);
	return done < 0 ? done : rc;
}

int store_factor_enrolled(struct store *db, int64_t staff, struct ehr_err *e)
{
	struct stmt *s = of_member(db, FACTOR_GET, staff);
	int rc = stmt_step(s, e);

	stmt_reset(s);
	return rc;
}
