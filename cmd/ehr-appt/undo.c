/* undo.c - ehr-appt undo: batches taken back. */
#include "appt.h"

static int built_on(void *arg, int64_t rid, int64_t by)
{
	struct job *j = arg;
	BUF_AUTO text = BUF_INIT;

	buf_addf(&text, "%s: ", j->slot.s);
	record_rid_name(j->a.r, rid, &text, NULL);
	buf_addf(&text, ": changed by batch %lld since", (long long)by);
	cli_notice(j->c, text.s);
	return 0;
}

static int is_undone(struct job *j, int64_t of, struct ehr_err *e)
{
	struct batch_row row;
	int rc = batch_get(j->a.r, of, &row, e);

	if (rc == 0 && !str_is(row.kind, SCHED_BATCH))
		rc = ehr_fail(e, EHR_EUSAGE, "batch %lld: not one of "
		    "appointments", (long long)of);
	return rc < 0 ? rc : row.state == BATCH_UNDONE;
}

static int one(struct job *j, struct str word, struct ehr_err *e)
{
	SCHED_JOB_AUTO s = SCHED_JOB_INIT;
	int64_t of;
	int rc;

	if (!str_int(word, &of) || of < 1)
		return cli_usage(j->c, e, "%.*s: not the number of a batch",
		    STR_FMT(word));
	buf_reset(&j->slot);
	buf_addf(&j->slot, "batch %lld", (long long)of);
	rc = is_undone(j, of, e);
	if (rc > 0)
		cli_note(j->c, "batch %lld: unchanged", (long long)of);
	if (rc != 0)
		return rc > 0 ? 0 : job_failed(j, rc, e);
	rc = job_begin(j, &s, AUDIT_UPDATE, e);
	if (rc == 0)
		rc = sched_end(&s, sched_undo(&s, of, built_on, j, e), e);
	return rc < 0 ? job_failed(j, rc, e) : 0;
}

int undo_run(struct cli *c, struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c);
	CLI_IDS_AUTO ids = CLI_IDS(c, 0);
	struct str word;
	int got = 0, rc = desk_open(c, &j.a, STORE_WRITE, e);

	while (rc == 0 && (got = cli_ids_next(&ids, &word, e)) > 0)
		rc = one(&j, word, e);
	return job_result(&j, got < 0 ? got : rc, e);
}
