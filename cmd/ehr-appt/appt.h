/* appt.h - what the files of ehr-appt share. */
#ifndef CMD_APPT_H
#define CMD_APPT_H

#include "ehr/desk.h"
#include "ehr/sched.h"

/* ---- job.c ---- */

/* What a verb works with. */
struct job {
	struct cli *c;
	struct access a;
	struct printer *rows;
	struct buf slot; /* or name, at work: stands before what is told */
	size_t refused, missing;
};
#define JOB_INIT(cli) ((struct job){ .c = (cli), .a = ACCESS_INIT, \
	.slot = BUF_INIT })
#define JOB_AUTO EHR_CLEANUP(job_close) struct job

void job_close(struct job *j);
/* The record for writing, with a printer of what became of each. */
int job_open(struct job *j, struct ehr_err *e);
/* A transaction whose conflicts are told. */
int job_begin(struct job *j, struct sched_job *s, enum audit_action action,
    struct ehr_err *e);
/* One of several failed: told, and the next one may be tried (0), or the
 * failure is of all. */
int job_failed(struct job *j, int rc, struct ehr_err *e);
/* EHR_ENOENT where one was not there, EHR_ENO where one was refused. */
int job_result(struct job *j, int rc, struct ehr_err *e);
int job_row(struct job *j, const struct sched_job *s,
    const struct sched_done *done, const char *what, struct ehr_err *e);

/* ---- book.c, step.c, list.c, undo.c ---- */

extern const struct cli_opt book_opts[], move_opts[], cancel_opts[],
    list_opts[];
int book_run(struct cli *c, struct ehr_err *e);
int move_run(struct cli *c, struct ehr_err *e);
int step_run(struct cli *c, struct ehr_err *e);
int list_run(struct cli *c, struct ehr_err *e);
int undo_run(struct cli *c, struct ehr_err *e);

#endif
