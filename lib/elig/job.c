/* What a command writes: rows and resources in one transaction. */
#include "elig/impl.h"

int elig_begin(struct elig_job *j, struct access *a, enum audit_action action,
    const char *input, bool bulk, struct ehr_err *e)
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
		rc = batch_row_first(j->b, 0, &j->batch, e);
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
