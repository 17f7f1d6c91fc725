/* undo.c - ehr-elig undo: inquiries or answers of a batch taken back. */
#include "elig-tool.h"

static void tell(void *arg, int64_t batch)
{
	cli_warn(arg, "batch %lld built on it", (long long)batch);
}

int undo_run(struct cli *c, struct ehr_err *e)
{
	struct access a = ACCESS_INIT;
	struct batch_row row;
	struct elig_job j;
	int64_t of;
	int rc;

	if (!str_int(str_of(c->argv[0]), &of) || of < 1)
		return cli_usage(c, e, "a batch is a number");
	rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = batch_get(a.r, of, &row, e);
	if (rc == 0)
		rc = elig_begin(&j, &a, AUDIT_UPDATE, NULL, true, of, e);
	if (rc == 0) {
		rc = elig_undo(&j, of, tell, c, e);
		rc = elig_end(&j, rc, e);
	}
	access_close(&a);
	return rc;
}
