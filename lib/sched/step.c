/* step.c - an appointment from one state to another: confirmed, arrived,
 * cancelled ... */
#include "sched/impl.h"

static bool so_already(const struct sched_appt *a,
    const struct sched_stepping *s)
{
	return a->status == sched_step_to(s->step) &&
	    (s->step != SCHED_STEP_CONFIRM || a->confirmed);
}

static int step_row(struct sched_job *j, const struct sched_appt *a,
    const struct sched_stepping *s, struct ehr_err *e)
{
	enum sched_status to = sched_step_to(s->step);
	struct store *db = record_store(j->a->r);
	struct stmt *q;
	int rc = was_keep(j, a->id, true, e);

	if (rc < 0)
		return rc;
	q = sched_sql(db, APPT_STEP);
	stmt_int(q, 1, a->id);
	stmt_text(q, 2, str_of(sched_status_name(to)));
	stmt_int(q, 3, a->confirmed || s->step == SCHED_STEP_CONFIRM);
	stmt_int(q, 4, store_time(db));
	stmt_int(q, 5, j->batch);
	rc = stmt_run(q, e);
	if (rc == 0 && !sched_live(to))
		rc = take_drop(j, (struct taker){ .appt = a->id }, e);
	return rc;
}

/* The room that the patient is brought to: no other one may be there. */
static int take_room(struct sched_job *j, const struct sched_appt *a,
    struct str room, struct ehr_err *e)
{
	const struct sched_want w = { .start = j->now, .end = a->end,
		.with = &room, .n_with = 1, .provider = STR("") };
	struct taker by = { .appt = a->id };
	int rc;

	if (room.n == 0 || j->now >= a->end)
		return 0;
	rc = take_look(j, &w, by, e);
	return rc < 0 ? rc : take_one(j, room, w.start, w.end, by, false, e);
}

int sched_step(struct sched_job *j, const struct sched_appt *a,
    const struct sched_stepping *s, struct sched_done *done,
    struct ehr_err *e)
{
	EDIT_ENTRY_AUTO x = EDIT_ENTRY_INIT;
	BUF_AUTO body = BUF_INIT;
	int rc;

	*done = (struct sched_done){ a->id, job_name(j, a->rid), true };
	if (so_already(a, s)) {
		j->n.unchanged++;
		return 0;
	}
	if (!sched_step_allowed(s->step, a->status))
		return ehr_fail(e, EHR_ENO, "%.*s: %s: %s is not done from "
		    "that state", STR_FMT(done->name),
		    sched_status_name(a->status), sched_step_name(s->step));
	rc = take_room(j, a, s->room, e);
	if (rc == 0)
		rc = job_batch(j, 0, e);
	if (rc == 0)
		rc = step_row(j, a, s, e);
	if (rc == 0)
		rc = job_load(j, a->rid, &x, e);
	if (rc == 0)
		rc = body_stepped(&x.t, s, &body, e);
	if (rc == 0)
		rc = job_put(j, &x, &body, e);
	done->unchanged = false;
	j->n.updated++;
	return rc;
}
