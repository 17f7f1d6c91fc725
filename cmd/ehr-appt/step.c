/* step.c - ehr-appt confirm, arrive, room, depart, no-show, cancel. */
#include "appt.h"

#include <stdlib.h>

enum { STEP_TXN = 500 }; /* appointments of one transaction at most */

static const char *why;
static int by;

const struct cli_opt cancel_opts[] = {
	{ "why", 0, CLI_TEXT, CLI_HIDE, "TEXT", "why, as the appointment says",
	    &why, 0, 0 },
	{ "by", 0, CLI_CHOICE, 0, "patient|practice", "who wanted it", &by, 1,
	    0 },
	{ 0 },
};

static enum sched_step step_of(const char *verb)
{
	int s = 0;

	while (strcmp(sched_step_name((enum sched_step)s), verb) != 0)
		s++;
	return (enum sched_step)s;
}

static int one(struct job *j, struct sched_job *s, struct str name,
    const struct sched_stepping *what, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct sched_done done;
	struct sched_appt a;
	int rc = sched_find(j->a.r, name, &s->mem, &a, &candidates, e);

	cli_candidates(j->c, &candidates);
	if (rc == 0)
		rc = sched_step(s, &a, what, &done, e);
	return rc < 0 ? job_failed(j, rc, e) : job_row(j, s, &done,
	    sched_status_name(sched_step_to(what->step)), e);
}

/* All names before the transaction begins: who hands them on by a pipe may have
 * to write, too. */
static int read_names(struct cli *c, struct str **name, size_t *n,
    struct ehr_err *e)
{
	CLI_IDS_AUTO ids = CLI_IDS(c, 0);
	size_t cap = 0;
	struct str one;
	int rc;

	while ((rc = cli_ids_next(&ids, &one, e)) > 0) {
		if (*n == cap) {
			cap = cap ? 2 * cap : 64;
			*name = xrealloc(*name, cap * sizeof(**name));
		}
		(*name)[(*n)++] = arena_str(&c->mem, one);
	}
	return rc;
}

static int some(struct job *j, const struct str *name, size_t n,
    const struct sched_stepping *what, struct ehr_err *e)
{
	SCHED_JOB_AUTO s = SCHED_JOB_INIT;
	int rc = job_begin(j, &s, AUDIT_UPDATE, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = one(j, &s, name[i], what, e);
	return sched_end(&s, rc, e);
}

int step_run(struct cli *c, struct ehr_err *e)
{
	static const char *const who[] = { NULL, "patient", "practice" };
	JOB_AUTO j = JOB_INIT(c);
	struct sched_stepping what = { .step = step_of(c->verb->name),
		.by = str_of(who[by]), .reason = str_of(why) };
	struct str *name = NULL;
	size_t n = 0, now;
	int rc = read_names(c, &name, &n, e);

	if (rc == 0)
		rc = job_open(&j, e);
	for (size_t i = 0; rc == 0 && i < n; i += now) {
		now = n - i < STEP_TXN ? n - i : STEP_TXN;
		rc = some(&j, name + i, now, &what, e);
	}
	free(name);
	return job_result(&j, rc, e);
}
