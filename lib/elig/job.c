/* What a command writes: rows and resources in one transaction. */
#include "elig/impl.h"

int elig_begin(struct elig_job *j, struct access *a, enum audit_action action,
    const char *input, bool bulk, int64_t undoes, struct ehr_err *e)
{
	struct access_write w = { .action = action, .input = input,
		.scope = ELIG_KIND, .kind = ELIG_KIND };
	struct store *db = record_store(a->r);
	int rc = store_begin(db, bulk ? STORE_BULK : STORE_SHORT, e);

	*j = (struct elig_job){ .a = a };
	if (rc < 0)
		return rc;
	rc = access_batch(a, &w, &j->b, e);
	if (rc == 0)
		rc = batch_row_first(j->b, undoes, &j->batch, e);
	return rc < 0 ? elig_end(j, rc, e) : 0;
}

int elig_end(struct elig_job *j, int rc, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	int failed = 0;

	if (rc == 0 && j->changed && !j->undone)
		failed = batch_commit(j->b, NULL, e);
	if (rc == 0 && j->changed && failed == 0)
		failed = store_commit(db, e);
	else
		store_rollback(db);
	batch_free(j->b);
	j->b = NULL;
	return failed < 0 ? failed : rc;
}

/* ---- taking back ---- */

struct undoing {
	void (*fn)(void *arg, int64_t batch);
	void *arg;
};

static int built(void *arg, int64_t rid, int64_t by)
{
	struct undoing *u = arg;

	(void)rid;
	u->fn(u->arg, by);
	return 0;
}

/* Files that went, answers that came: their number. */
static int later(struct store *db, int64_t of, struct undoing *u,
    struct ehr_err *e)
{
	struct stmt *s = elig_sql(db, ELIG_BUILT);
	int rc, n = 0;

	stmt_int(s, 1, of);
	while ((rc = stmt_step(s, e)) > 0) {
		u->fn(u->arg, stmt_col_int(s, 0));
		n++;
	}
	stmt_reset(s);
	return rc < 0 ? rc : n;
}

static int withdraw(struct elig_job *j, enum elig_sql_id id, int64_t of,
    int64_t *n, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	struct stmt *s = elig_sql(db, id);
	int rc;

	stmt_int(s, 1, of);
	stmt_int(s, 2, j->batch);
	while ((rc = stmt_step(s, e)) > 0)
		++*n;
	stmt_reset(s);
	return rc;
}

int elig_undo(struct elig_job *j, int64_t of,
    void (*fn)(void *arg, int64_t batch), void *arg, struct ehr_err *e)
{
	struct undoing u = { fn, arg };
	struct batch_row row;
	int64_t n = 0;
	int rc = batch_get(j->a->r, of, &row, e);

	if (rc == 0 && !str_is(row.kind, ELIG_KIND))
		return ehr_fail(e, EHR_ENO, "batch %lld is not of "
		    "eligibility: see ehr-batch", (long long)of);
	if (rc == 0)
		rc = later(record_store(j->a->r), of, &u, e);
	if (rc > 0)
		return ehr_fail(e, EHR_ENO, "batch %lld: later batches built "
		    "on it", (long long)of);
	if (rc == 0)
		rc = withdraw(j, ELIG_WITHDRAW_ASKED, of, &n, e);
	if (rc == 0)
		rc = withdraw(j, ELIG_WITHDRAW_ANSWERS, of, &n, e);
	if (rc == 0 && n == 0)
		return ehr_fail(e, EHR_ENO, "batch %lld: no inquiry or answer "
		    "to take back", (long long)of);
	if (rc == 0)
		rc = batch_undo(j->b, of, false, built, &u, NULL, e);
	j->changed = j->undone = rc == 0;
	return rc;
}
