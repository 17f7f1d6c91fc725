/* impl.h - what the files of the schedule share. */
#ifndef SCHED_IMPL_H
#define SCHED_IMPL_H

#include "ehr/sched.h"

enum sched_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql sched_sql_table[];

static inline struct stmt *sched_sql(struct store *db, enum sched_sql_id id)
{
	return store_sql(db, &sched_sql_table[id]);
}

/* ---- list.c ---- */

/* The columns of an appointment (ROW of statements.def), as the statement has
 * them; patient is looked up. */
int appt_row(struct record *r, struct stmt *s, struct sched_appt *a,
    struct ehr_err *e);
/* The texts of a into mem. */
void appt_keep(struct arena *mem, struct sched_appt *a);

/* ---- body.c: the Appointment ---- */

/* Appends a new one; patient: id within its source. */
void body_new(const struct sched_want *w, struct str id, struct str patient,
    int64_t now, struct buf *b);
/* Appends what is on t with other times and participants. */
int body_moved(const struct tape *t, const struct sched_want *w,
    struct buf *b, struct ehr_err *e);
/* Appends what is on t with the state that the step leads to. */
int body_stepped(const struct tape *t, const struct sched_stepping *s,
    struct buf *b, struct ehr_err *e);

/* ---- job.c, book.c ---- */

/* The number of the batch, if there is none yet. undoes: see
 * batch_row_first(). */
int job_batch(struct sched_job *j, int64_t undoes, struct ehr_err *e);
/* The Appointment of the row is written at the end. */
void job_add(struct sched_job *j, int64_t appt, struct str source,
    struct str id);
/* Name of an Appointment, in the memory of the job. */
struct str job_name(struct sched_job *j, int64_t rid);
/* The Appointment as it is, and body in its place. */
int job_load(struct sched_job *j, int64_t rid, struct edit_entry *x,
    struct ehr_err *e);
int job_put(struct sched_job *j, const struct edit_entry *x,
    const struct buf *body, struct ehr_err *e);

/* ---- take.c: intervals ---- */

/* What an interval is taken for: one of both is 0. */
struct taker {
	int64_t appt, hold;
};
/* Tells all that stands in the way of w, but what is taken by the appointment
 * or hold of but: EHR_ENO, or 0. Before w takes anything. */
int take_look(struct sched_job *j, const struct sched_want *w,
    struct taker but, struct ehr_err *e);
/* Takes the provider and all of w->with. */
int take_all(struct sched_job *j, const struct sched_want *w,
    struct taker by, struct ehr_err *e);
int take_one(struct sched_job *j, struct str resource, int64_t start,
    int64_t end, struct taker by, bool over, struct ehr_err *e);
/* Gives all back. */
int take_drop(struct sched_job *j, struct taker by, struct ehr_err *e);

/* Keeps what an appointment is before the batch changes it; there: else it is
 * new. */
int was_keep(struct sched_job *j, int64_t appt, bool there,
    struct ehr_err *e);

#endif
