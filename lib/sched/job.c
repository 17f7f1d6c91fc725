/* job.c - one transaction: Appointments, their rows, what they take, the
 * batch and the event. */
#include "ehr/fhir.h"
#include "sched/impl.h"

/* An appointment whose Appointment is written at the end. */
struct sched_new {
	struct sched_new *next;
	int64_t appt;
	struct str name; /* SOURCE:Appointment/ID */
};

static int drop_old_holds(struct sched_job *j, struct ehr_err *e)
{
	static const enum sched_sql_id of[] = { HOLD_OLD, HOLD_OLD_DROP };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(of); i++) {
		struct stmt *s = sched_sql(record_store(j->a->r), of[i]);

		stmt_int(s, 1, j->now);
		rc = stmt_run(s, e);
	}
	return rc;
}

int sched_begin(struct sched_job *j, struct access *a,
    enum audit_action action, struct diag_sink *sink, struct ehr_err *e)
{
	const struct access_write w = { .action = action,
		.scope = SCHED_BATCH, .kind = SCHED_BATCH };
	struct store *db = record_store(a->r);
	int rc = access_need(a, PERM_SCHEDULE, "appointments", e);

	j->a = a;
	if (rc == 0)
		rc = store_begin(db, STORE_SHORT, e);
	if (rc < 0)
		return rc;
	j->open = true;
	j->now = clock_ms();
	rc = edit_begin(&j->edit, a, &w, sink, e);
	if (rc == 0)
		rc = drop_old_holds(j, e);
	return rc < 0 ? sched_end(j, rc, e) : 0;
}

int job_batch(struct sched_job *j, int64_t undoes, struct ehr_err *e)
{
	return j->batch ? 0 : batch_row_first(j->edit.b, undoes, &j->batch, e);
}

void sched_job_release(struct sched_job *j)
{
	if (j->open)
		sched_end(j, EHR_EIO, NULL);
	edit_job_release(&j->edit);
	arena_release(&j->mem);
}

/* The rows learn the numbers of their Appointments. */
static int number(struct sched_job *j, struct ehr_err *e)
{
	struct record_found found;
	int rc = 0;

	for (struct sched_new *n = j->fresh; rc == 0 && n; n = n->next) {
		struct stmt *s;

		rc = record_find(j->a->r, n->name, 0, &found, NULL, e);
		if (rc < 0)
			break;
		s = sched_sql(record_store(j->a->r), APPT_RID);
		stmt_int(s, 1, n->appt);
		stmt_int(s, 2, found.rid);
		rc = stmt_run(s, e);
	}
	return rc;
}

int sched_end(struct sched_job *j, int rc, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	bool keep = j->wrote && (rc == 0 || rc == EHR_ENO);
	int failed = 0;

	if (!j->open)
		return rc;
	j->open = false;
	if (keep && !j->undone)
		failed = edit_commit(&j->edit, e);
	if (keep && failed == 0)
		failed = number(j, e);
	if (keep && failed == 0)
		failed = store_commit(db, e);
	if (!keep || failed < 0)
		store_rollback(db);
	return failed < 0 ? failed : rc;
}

/* ---- names ---- */

void job_add(struct sched_job *j, int64_t appt, struct str source,
    struct str id)
{
	struct sched_new *n = arena_alloc(&j->mem, sizeof(*n));
	BUF_AUTO name = BUF_INIT;

	buf_addf(&name, "%.*s:Appointment/%.*s", STR_FMT(source),
	    STR_FMT(id));
	*n = (struct sched_new){ j->fresh, appt,
		arena_str(&j->mem, buf_str(&name)) };
	j->fresh = n;
}

struct str job_name(struct sched_job *j, int64_t rid)
{
	BUF_AUTO name = BUF_INIT;

	record_rid_name(j->a->r, rid, &name, NULL);
	return arena_str(&j->mem, buf_str(&name));
}
