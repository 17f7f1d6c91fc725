/* job.c - what verbs that write appointments have in common. */
#include "appt.h"

void job_close(struct job *j)
{
	buf_release(&j->slot);
	access_close(&j->a);
}

int job_open(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "appointment", 0 },
		{ "result", 0 }, { "batch", PRINT_RIGHT } };
	int rc = desk_open(j->c, &j->a, STORE_WRITE, e);

	return rc < 0 ? rc : print_open(&j->rows, j->c, cols,
	    ARRAY_LEN(cols), e);
}

static void told(void *arg, const struct sched_conflict *c)
{
	struct job *j = arg;
	BUF_AUTO text = BUF_INIT;

	if (j->slot.len)
		buf_addf(&text, "%s: ", j->slot.s);
	sched_conflict_text(j->a.r, c, &text);
	cli_notice(j->c, text.s);
}

int job_begin(struct job *j, struct sched_job *s, enum audit_action action,
    struct ehr_err *e)
{
	s->conflict = told;
	s->arg = j;
	return sched_begin(s, &j->a, action, NULL, e);
}

int job_failed(struct job *j, int rc, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;

	if (rc == EHR_ENO)
		j->refused++;
	else if (rc == EHR_ENOENT)
		j->missing++;
	else
		return rc;
	buf_addf(&text, "%s%s%s", j->slot.s, j->slot.len ? ": " : "", e->msg);
	cli_notice(j->c, text.s);
	return 0;
}

int job_result(struct job *j, int rc, struct ehr_err *e)
{
	if (rc == 0 && j->missing)
		rc = ehr_fail(e, EHR_ENOENT, "not there: %zu", j->missing);
	else if (rc == 0 && j->refused)
		rc = ehr_fail(e, EHR_ENO, "refused: %zu", j->refused);
	return j->rows ? print_close(j->rows, rc, e) : rc;
}

int job_row(struct job *j, const struct sched_job *s,
    const struct sched_done *done, const char *what, struct ehr_err *e)
{
	print_text(j->rows, done->name);
	print_text(j->rows, done->unchanged ? STR("unchanged") :
	    str_of(what));
	if (done->unchanged)
		print_absent(j->rows, NULL);
	else
		print_int(j->rows, s->batch);
	return print_row(j->rows, e);
}
