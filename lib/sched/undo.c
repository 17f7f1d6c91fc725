/* undo.c - what an appointment was before a batch, and a batch taken back. */
#include "sched/impl.h"

int was_keep(struct sched_job *j, int64_t appt, bool there,
    struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(j->a->r),
	    there ? WAS_KEEP : WAS_NEW);

	stmt_int(s, 1, appt);
	stmt_int(s, 2, j->batch);
	return stmt_run(s, e);
}

/* One of the lines of appt_was.taken: "over start finish resource". */
static int take_again(struct sched_job *j, int64_t appt, struct str line,
    struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(j->a->r), TAKE_AGAIN);
	int64_t v[3];
	struct str word;

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (!str_split(&line, ' ', &word) || !str_int(word, &v[i]))
			return ehr_fail(e, EHR_EINTEGRITY, "what appointment "
			    "%lld took cannot be read", (long long)appt);
	stmt_text(s, 1, line);
	stmt_int(s, 2, v[1]);
	stmt_int(s, 3, v[2]);
	stmt_int(s, 4, appt);
	stmt_int(s, 5, v[0]);
	return stmt_run(s, e);
}

/* Tells what stands in the way of such a line. */
static int look_again(struct sched_job *j, int64_t appt, struct str line,
    struct ehr_err *e)
{
	struct sched_want w = { .provider = STR(""), .n_with = 1,
		.with = &line };
	struct str word;
	int64_t over = 0;

	if (str_split(&line, ' ', &word))
		str_int(word, &over);
	if (str_split(&line, ' ', &word))
		str_int(word, &w.start);
	if (str_split(&line, ' ', &word))
		str_int(word, &w.end);
	return over ? 0 : take_look(j, &w, (struct taker){ .appt = appt }, e);
}

struct was {
	int64_t appt;
	bool fresh;
	struct str taken;
	struct was *next;
};

static int read_was(struct sched_job *j, int64_t of, struct was **list,
    struct ehr_err *e)
{
	struct stmt *s = sched_sql(record_store(j->a->r), WAS_OF);
	int rc;

	stmt_int(s, 1, of);
	while ((rc = stmt_step(s, e)) > 0) {
		struct was *w = arena_alloc(&j->mem, sizeof(*w));

		*w = (struct was){ stmt_col_int(s, 0),
			stmt_col_int(s, 1) != 0,
			arena_str(&j->mem, stmt_col(s, 2)), *list };
		*list = w;
	}
	stmt_reset(s);
	return rc;
}

/* What it took goes first, of all of them: they may have changed places. */
static int give_back(struct sched_job *j, const struct was *list,
    struct ehr_err *e)
{
	int rc = 0;

	for (; rc == 0 && list; list = list->next) {
		rc = was_keep(j, list->appt, true, e);
		if (rc == 0)
			rc = take_drop(j, (struct taker){
			    .appt = list->appt }, e);
	}
	return rc;
}

static int restore(struct sched_job *j, int64_t of, const struct was *w,
    struct ehr_err *e)
{
	struct store *db = record_store(j->a->r);
	struct stmt *s = sched_sql(db, w->fresh ? WAS_GONE : WAS_AGAIN);
	int i = 2;

	stmt_int(s, 1, w->appt);
	if (!w->fresh)
		stmt_int(s, i++, of);
	stmt_int(s, i, store_time(db));
	stmt_int(s, i + 1, j->batch);
	return stmt_run(s, e);
}

static int each_line(struct sched_job *j, const struct was *w,
    int (*fn)(struct sched_job *j, int64_t appt, struct str line,
	struct ehr_err *e), struct ehr_err *e)
{
	struct str rest, line;
	int rc = 0, one;

	for (; w; w = w->next)
		for (rest = w->taken; rest.n && str_split(&rest, '\n',
		    &line);) {
			one = fn(j, w->appt, line, e);
			rc = one < 0 ? one : rc;
			if (rc < 0 && rc != EHR_ENO)
				return rc;
		}
	return rc;
}

int sched_undo(struct sched_job *j, int64_t of,
    int (*built_on)(void *arg, int64_t rid, int64_t by_batch), void *arg,
    struct ehr_err *e)
{
	struct was *list = NULL;
	int rc = read_was(j, of, &list, e);

	if (rc == 0)
		rc = job_batch(j, of, e);
	if (rc == 0)
		rc = give_back(j, list, e);
	if (rc == 0)
		rc = each_line(j, list, look_again, e);
	if (rc == 0)
		rc = each_line(j, list, take_again, e);
	for (struct was *w = list; rc == 0 && w; w = w->next) {
		rc = restore(j, of, w, e);
		j->n.updated++;
	}
	if (rc == 0)
		rc = batch_undo(j->edit.b, of, false, built_on, arg, NULL, e);
	j->wrote = j->undone = rc == 0;
	return rc;
}
