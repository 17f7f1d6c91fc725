/* hold.c - slots kept for a while without an appointment. */
#include "sched/impl.h"

int sched_hold(struct sched_job *j, const struct sched_want *w,
    struct str slot, int64_t expires, int64_t *hold, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	struct stmt *s;
	int rc = take_look(j, w, (struct taker){ 0 }, e);

	if (rc == 0)
		rc = job_batch(j, 0, e);
	if (rc < 0)
		return rc;
	s = sched_sql(db, HOLD_ADD);
	stmt_text(s, 1, slot);
	stmt_int(s, 2, expires);
	stmt_text(s, 3, buf_str(&j->a->user));
	stmt_int(s, 4, j->batch);
	rc = stmt_run(s, e);
	*hold = store_last_rowid(db);
	if (rc == 0)
		rc = take_all(j, w, (struct taker){ .hold = *hold }, e);
	j->wrote = true;
	j->n.inserted++;
	return rc;
}

int sched_release(struct sched_job *j, int64_t hold, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	struct stmt *s;
	int rc = take_drop(j, (struct taker){ .hold = hold }, e);

	if (rc < 0)
		return rc;
	s = sched_sql(db, HOLD_DROP);
	stmt_int(s, 1, hold);
	rc = stmt_run(s, e);
	if (rc < 0 || store_changes(db) == 0)
		return rc;
	j->wrote = true;
	return 1;
}

int sched_held(struct record *r, int64_t hold, int64_t now, struct buf *slot,
    struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(r), HOLD_GET);
	int rc;

	stmt_int(s, 1, hold);
	stmt_int(s, 2, now);
	rc = stmt_step(s, e);
	if (rc > 0)
		buf_addstr(slot, stmt_col(s, 0));
	stmt_reset(s);
	return rc;
}
