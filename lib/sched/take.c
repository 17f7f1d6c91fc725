/* take.c - intervals of providers, rooms and devices: what stands in the way,
 * taken, given back. */
#include "sched/impl.h"

static void tell(struct sched_job *j, const struct sched_conflict *c)
{
	if (j->conflict)
		j->conflict(j->arg, c);
}

/* All that overlaps, but what is but's. */
static int look_one(struct sched_job *j, struct str resource,
    const struct sched_want *w, struct taker but, struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(j->a->r), TAKEN_BY);
	int rc, found = 0;

	stmt_text(s, 1, resource);
	stmt_int(s, 2, w->start - w->before);
	stmt_int(s, 3, w->end + w->after);
	while ((rc = stmt_step(s, e)) > 0) {
		struct taker by = { stmt_col_int(s, 3), stmt_col_int(s, 4) };
		struct sched_conflict c = { .resource = resource,
			.start = stmt_col_int(s, 1), .end = stmt_col_int(s, 2),
			.hold = by.hold, .rid = stmt_col_int(s, 5) };

		if ((by.appt && by.appt == but.appt) ||
		    (by.hold && by.hold == but.hold))
			continue;
		found = 1;
		tell(j, &c);
	}
	stmt_reset(s);
	return rc < 0 ? rc : found;
}

static struct str provider_key(const struct sched_want *w, struct buf *b)
{
	buf_addf(b, "provider:%.*s", STR_FMT(w->provider));
	return buf_str(b);
}

int take_look(struct sched_job *j, const struct sched_want *w,
    struct taker but, struct ehr_err *e)
{
	BUF_AUTO provider = BUF_INIT;
	int rc = look_one(j, provider_key(w, &provider), w, but, e);
	int found = rc;

	for (size_t i = 0; rc >= 0 && i < w->n_with; i++) {
		rc = look_one(j, w->with[i], w, but, e);
		found |= rc;
	}
	if (rc < 0)
		return rc;
	return found ? ehr_fail(e, EHR_ENO, "that time is taken") : 0;
}

static void take_by(struct stmt *s, int i, int64_t by)
{
	if (by)
		stmt_int(s, i, by);
	else
		stmt_null(s, i);
}

int take_one(struct sched_job *j, struct str resource, int64_t start,
    int64_t end, struct taker by, bool over, struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(j->a->r),
	    over ? TAKE_OVER : TAKE);

	stmt_text(s, 1, resource);
	stmt_int(s, 2, start);
	stmt_int(s, 3, end);
	take_by(s, 4, by.appt);
	take_by(s, 5, by.hold);
	return stmt_run(s, e);
}

int take_all(struct sched_job *j, const struct sched_want *w,
    struct taker by, struct ehr_err *e)
{
	int64_t start = w->start - w->before, end = w->end + w->after;
	BUF_AUTO provider = BUF_INIT;
	int rc = take_one(j, provider_key(w, &provider), start, end, by,
	    w->over, e);

	for (size_t i = 0; rc == 0 && i < w->n_with; i++)
		rc = take_one(j, w->with[i], start, end, by, w->over, e);
	return rc;
}

int take_drop(struct sched_job *j, struct taker by, struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(j->a->r), GIVE_BACK);

	take_by(s, 1, by.appt);
	take_by(s, 2, by.hold);
	return stmt_run(s, e);
}

/* ---- telling ---- */

static void add_time(struct buf *b, int64_t ms)
{
	BUF_AUTO text = BUF_INIT;

	date_format_ms(&text, ms);
	buf_addf(b, "%.16sZ", text.s); /* minutes are enough */
}

void sched_conflict_text(struct record *r, const struct sched_conflict *c,
    struct buf *b)
{
	buf_addf(b, "%.*s: taken ", STR_FMT(c->resource));
	add_time(b, c->start);
	buf_adds(b, " to ");
	add_time(b, c->end);
	if (c->hold)
		buf_addf(b, " by hold %lld", (long long)c->hold);
	if (c->rid) {
		buf_adds(b, " by ");
		record_rid_name(r, c->rid, b, NULL);
	}
}
