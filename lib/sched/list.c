/* list.c - appointments as their rows have them. */
#include <stdlib.h>

#include "ehr/fhir.h"
#include "sched/impl.h"

const struct sql sched_sql_table[] = {
#define X(id, name, text, perm) [id] = { name, text, perm },
#include "sched/statements.def"
#undef X
};

int appt_row(struct record *r, struct stmt *s, struct sched_appt *a,
    struct ehr_err *e)
{
	*a = (struct sched_appt){ .id = stmt_col_int(s, 0),
		.rid = stmt_col_int(s, 1), .start = stmt_col_int(s, 2),
		.end = stmt_col_int(s, 3), .zone = stmt_col(s, 4),
		.status = sched_status(stmt_col(s, 5)),
		.confirmed = stmt_col_int(s, 6) != 0,
		.type = stmt_col(s, 7), .provider = stmt_col(s, 8),
		.place = stmt_col(s, 9), .series = stmt_col_int(s, 10),
		.sequence = stmt_col_int(s, 11), .made = stmt_col_int(s, 12),
		.changed = stmt_col_int(s, 13), .batch = stmt_col_int(s, 14) };
	return a->rid == 0 ? 0 : /* its Appointment is still to be written */
	    record_patient_of(r, a->rid, RECORD_NOW, &a->patient, e);
}

void appt_keep(struct arena *mem, struct sched_appt *a)
{
	a->zone = arena_str(mem, a->zone);
	a->type = arena_str(mem, a->type);
	a->provider = arena_str(mem, a->provider);
	a->place = arena_str(mem, a->place);
}

/* ---- many ---- */

struct scan {
	struct record *r;
	const struct sched_filter *f;
	sched_fn *fn;
	void *arg;
};

static bool fits(const struct sched_filter *f, const struct sched_appt *a)
{
	return (f->states == 0 || f->states >> a->status & 1) &&
	    (f->provider.s == NULL || str_eq(f->provider, a->provider)) &&
	    (f->type.s == NULL || str_eq(f->type, a->type)) &&
	    (f->place.s == NULL || str_eq(f->place, a->place)) &&
	    (f->series == 0 || f->series == a->series) &&
	    (f->batch == 0 || f->batch == a->batch);
}

/* What was undone when it was new has no Appointment any longer; it is told
 * as all else is, entered in error. */
static int each_row(struct scan *x, struct stmt *s, struct ehr_err *e)
{
	struct sched_appt a;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		rc = appt_row(x->r, s, &a, e);
		if (rc < 0)
			break;
		if (!fits(x->f, &a))
			continue;
		rc = x->fn(x->arg, &a, e);
		if (rc != 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

/* The rows of one statement, by what of it. */
static int rows(struct scan *x, enum sched_sql_id id, int64_t of,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(record_store(x->r), &sched_sql_table[id]);

	stmt_int(s, 1, of);
	if (id != APPT_GET) {
		stmt_int(s, 2, x->f->since);
		stmt_int(s, 3, x->f->until ? x->f->until : INT64_MAX);
	}
	return each_row(x, s, e);
}

static int by_patient(struct scan *x, struct ehr_err *e)
{
	int64_t *seg;
	size_t n;
	int rc = record_segments(x->r, x->f->patient, RECORD_NOW, &seg, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = rows(x, APPT_SEGMENT, seg[i], e);
	free(seg);
	return rc;
}

int sched_each(struct record *r, const struct sched_filter *f, sched_fn *fn,
    void *arg, struct ehr_err *e)
{
	struct scan x = { r, f, fn, arg };

	return f->id ? rows(&x, APPT_GET, f->id, e) :
	    f->patient ? by_patient(&x, e) :
	    f->series ? rows(&x, APPT_SERIES, f->series, e) :
	    f->batch ? rows(&x, APPT_BATCH, f->batch, e) :
	    rows(&x, APPT_LIST, 0, e);
}

/* ---- one ---- */

int sched_get(struct record *r, int64_t rid, struct arena *mem,
    struct sched_appt *a, struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(r), APPT_OF);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc == 0)
		rc = ehr_fail(e, EHR_ENOENT, "not an appointment of this "
		    "schedule");
	else if (rc > 0)
		rc = appt_row(r, s, a, e);
	if (rc >= 0)
		appt_keep(mem, a);
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

int sched_find(struct record *r, struct str name, struct arena *mem,
    struct sched_appt *a, struct buf *candidates, struct ehr_err *e)
{
	struct record_found found;
	int rc = record_find(r, name, FHIR_Appointment, &found, candidates, e);

	if (rc < 0)
		return rc;
	rc = sched_get(r, found.rid, mem, a, e);
	return rc < 0 ? ehr_fail_prefix(e, "%.*s: ", STR_FMT(name)) : 0;
}
