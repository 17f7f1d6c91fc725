/* book.c - appointments booked and moved. */
#include "ehr/crypto.h"
#include "ehr/fhir.h"
#include "sched/impl.h"

static int check(struct sched_job *j, const struct sched_want *w,
    struct ehr_err *e)
{
	int64_t span = w->end + w->after - (w->start - w->before);

	if (w->end <= w->start || w->before < 0 || w->after < 0 ||
	    span > MAX_SCHED_MS)
		return ehr_fail(e, EHR_EREJECT, "an appointment ends after it "
		    "starts, and takes a day at most");
	if (w->n_with > MAX_SCHED_WITH)
		return ehr_fail(e, EHR_EREJECT, "more than %d rooms and "
		    "devices", MAX_SCHED_WITH);
	if (!w->over)
		return 0;
	if (j->a->opt.reason == NULL)
		return ehr_fail(e, EHR_EPERM, "booked over another one: "
		    "needs a --reason");
	return access_need(j->a, PERM_OVERBOOK, "booked over another one", e);
}

/* Is the time there to be had? */
static int free_for(struct sched_job *j, const struct sched_want *w,
    struct taker but, struct ehr_err *e)
{
	return w->over ? 0 : take_look(j, w, but, e);
}

/* 1: the patient has just that already. */
static int same(struct sched_job *j, const struct sched_want *w,
    struct sched_appt *a, struct ehr_err *e)
{
	struct stmt *s = store_scan(record_store(j->a->r),
	    &sched_sql_table[APPT_SAME]);
	int rc, found = 0;

	stmt_int(s, 1, w->start);
	stmt_int(s, 2, w->end);
	stmt_text(s, 3, w->provider);
	stmt_text(s, 4, w->type.s ? w->type : STR(""));
	while (!found && (rc = stmt_step(s, e)) > 0) {
		rc = appt_row(j->a->r, s, a, e);
		if (rc < 0)
			break;
		found = a->patient == w->patient && a->rid;
	}
	store_scan_end(s);
	return rc < 0 ? rc : found;
}

static void bind_place(struct stmt *s, int i, const struct sched_want *w)
{
	stmt_int(s, i, w->start);
	stmt_int(s, i + 1, w->end);
	stmt_text(s, i + 2, w->zone);
}

static int add_row(struct sched_job *j, const struct sched_want *w,
    int64_t *id, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	struct stmt *s = sched_sql(db, APPT_ADD);
	int rc;

	bind_place(s, 1, w);
	stmt_text(s, 4, str_of(sched_status_name(w->status)));
	stmt_int(s, 5, w->confirmed);
	stmt_text(s, 6, w->type.s ? w->type : STR(""));
	stmt_text(s, 7, w->provider);
	stmt_text(s, 8, w->place.s ? w->place : STR(""));
	if (w->series)
		stmt_int(s, 9, w->series);
	else
		stmt_null(s, 9);
	stmt_int(s, 10, store_time(db));
	stmt_int(s, 11, j->batch);
	rc = stmt_run(s, e);
	*id = store_last_rowid(db);
	return rc;
}

/* The row, what it takes, and how it was before: not there. */
static int add(struct sched_job *j, const struct sched_want *w, int64_t *id,
    struct ehr_err *e)
{
	int rc = add_row(j, w, id, e);

	if (rc == 0 && w->hold)
		rc = sched_release(j, w->hold, e);
	if (rc >= 0 && sched_live(w->status))
		rc = take_all(j, w, (struct taker){ .appt = *id }, e);
	return rc < 0 ? rc : was_keep(j, *id, false, e);
}

/* The Appointment of a new row, in the source of its patient. */
static int put_new(struct sched_job *j, const struct sched_want *w,
    int64_t appt, struct sched_done *done, struct ehr_err *e)
{
	EDIT_WHO_AUTO who = EDIT_WHO_INIT;
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO body = BUF_INIT;
	struct str id = w->id, source;
	uint8_t u[UUID_LEN];
	char made[37];
	int rc = record_patient_name(j->a->r, w->patient, &name, e);

	if (rc >= 0)
		rc = edit_who(j->a, buf_str(&name), &who, NULL, e);
	if (rc < 0)
		return rc;
	if (id.n == 0) {
		uuid4(u);
		uuid_format(u, made);
		id = str_of(made);
	}
	body_new(w, id, who.env.patient, j->now, &body);
	rc = edit_put(&j->edit, buf_str(&body), who.env.source, 0, 0, e);
	if (rc < 0)
		return rc;
	source = buf_str(&who.source);
	job_add(j, appt, source, id);
	buf_reset(&name);
	if (!str_is(source, "local"))
		buf_addf(&name, "%.*s:", STR_FMT(source));
	buf_addf(&name, "Appointment/%.*s", STR_FMT(id));
	done->name = arena_str(&j->mem, buf_str(&name));
	return 0;
}

static void unchanged(struct sched_job *j, const struct sched_appt *a,
    struct sched_done *done)
{
	*done = (struct sched_done){ a->id, job_name(j, a->rid), true };
	j->n.unchanged++;
}

int sched_book(struct sched_job *j, const struct sched_want *w,
    struct sched_done *done, struct ehr_err *e)
{
	struct sched_appt a;
	int rc = check(j, w, e);

	if (rc == 0)
		rc = same(j, w, &a, e);
	if (rc > 0)
		unchanged(j, &a, done);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = free_for(j, w, (struct taker){ .hold = w->hold }, e);
	if (rc < 0)
		return rc;
	*done = (struct sched_done){ .id = 0 };
	rc = job_batch(j, 0, e);
	if (rc == 0)
		rc = add(j, w, &done->id, e);
	if (rc == 0)
		rc = put_new(j, w, done->id, done, e);
	j->wrote = true;
	j->n.inserted++;
	return rc;
}

/* ---- what is there changed ---- */

int job_load(struct sched_job *j, int64_t rid, struct edit_entry *x,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int rc = record_rid_name(j->a->r, rid, &name, e);

	return rc < 0 ? rc : edit_load(j->a, buf_str(&name), 0, x, NULL, e);
}

int job_put(struct sched_job *j, const struct edit_entry *x,
    const struct buf *body, struct ehr_err *e)
{
	j->wrote = true;
	return edit_put(&j->edit, buf_str(body), x->who.env.source, x->version,
	    0, e);
}

static bool is_there(const struct sched_appt *a, const struct sched_want *w)
{
	return a->start == w->start && a->end == w->end &&
	    str_eq(a->provider, w->provider) && str_eq(a->type, w->type) &&
	    str_eq(a->place, w->place);
}

static int move_row(struct sched_job *j, const struct sched_appt *a,
    const struct sched_want *w, struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	struct stmt *s;
	int rc = was_keep(j, a->id, true, e);

	if (rc < 0)
		return rc;
	s = sched_sql(db, APPT_MOVE);
	stmt_int(s, 1, a->id);
	bind_place(s, 2, w);
	stmt_text(s, 5, w->type.s ? w->type : STR(""));
	stmt_text(s, 6, w->provider);
	stmt_text(s, 7, w->place.s ? w->place : STR(""));
	stmt_text(s, 8, str_of(sched_status_name(w->status)));
	stmt_int(s, 9, store_time(db));
	stmt_int(s, 10, j->batch);
	rc = stmt_run(s, e);
	if (rc == 0)
		rc = take_drop(j, (struct taker){ .appt = a->id }, e);
	if (rc == 0 && w->hold)
		rc = sched_release(j, w->hold, e);
	return rc < 0 ? rc : take_all(j, w, (struct taker){ .appt = a->id },
	    e);
}

int sched_move(struct sched_job *j, const struct sched_appt *a,
    const struct sched_want *to, struct sched_done *done, struct ehr_err *e)
{
	EDIT_ENTRY_AUTO x = EDIT_ENTRY_INIT;
	BUF_AUTO body = BUF_INIT;
	struct sched_want w = *to;
	int rc;

	if (is_there(a, to)) {
		unchanged(j, a, done);
		return 0;
	}
	if (a->status != SCHED_BOOKED && a->status != SCHED_PENDING &&
	    a->status != SCHED_PROPOSED)
		return ehr_fail(e, EHR_ENO, "%s: cannot be moved",
		    sched_status_name(a->status));
	w.status = a->status;
	rc = check(j, &w, e);
	if (rc == 0)
		rc = free_for(j, &w, (struct taker){ a->id, w.hold }, e);
	if (rc == 0)
		rc = job_batch(j, 0, e);
	if (rc == 0)
		rc = move_row(j, a, &w, e);
	if (rc == 0)
		rc = job_load(j, a->rid, &x, e);
	if (rc == 0)
		rc = body_moved(&x.t, &w, &body, e);
	if (rc == 0)
		rc = job_put(j, &x, &body, e);
	if (rc < 0)
		return rc;
	*done = (struct sched_done){ a->id, job_name(j, a->rid), false };
	j->n.updated++;
	return 0;
}
