/* status.c - ehr-elig status: what counts now, of each coverage. */
#include "elig-days.h"
#include "elig-tool.h"

#include <stdlib.h>

const char *status_for;
bool status_unknown;

struct line {
	int64_t patient, coverage, answer, received;
	int64_t failed, failed_at; /* the check since, or 0 */
	struct str state, class, payer, day, expires;
};
struct job {
	struct cli *c;
	struct access a;
	struct arena mem;
	struct line *line;
	size_t n, cap;
	struct buf today;
	struct printer *rows;
};

static struct line *line_of(struct job *j, const struct elig_row *row)
{
	for (size_t i = j->n; i-- > 0;)
		if (j->line[i].patient == row->patient &&
		    j->line[i].coverage == row->coverage)
			return &j->line[i];
	if (j->n == j->cap) {
		j->cap = j->cap ? 2 * j->cap : 64;
		j->line = xrealloc(j->line, j->cap * sizeof(*j->line));
	}
	j->line[j->n] = (struct line){ .patient = row->patient,
		.coverage = row->coverage, .state = STR("unknown"),
		.payer = arena_str(&j->mem, row->payer),
		.day = arena_str(&j->mem, row->day), .class = STR(""),
		.expires = STR("") };
	return &j->line[j->n++];
}

static int counts(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;
	struct line *l = line_of(j, row);

	(void)e;
	l->answer = row->id;
	l->received = row->received;
	l->state = arena_str(&j->mem, row->state);
	l->expires = arena_str(&j->mem, row->expires);
	return 0;
}

static int failed(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;
	struct line *l = line_of(j, row);

	(void)e;
	l->failed = row->id;
	l->failed_at = row->received;
	l->class = arena_str(&j->mem, row->class);
	return 0;
}

/* ---- rows ---- */

static void number(struct printer *p, int64_t v)
{
	if (v)
		print_int(p, v);
	else
		print_absent(p, NULL);
}

static void words(struct printer *p, struct str v)
{
	if (v.n)
		print_text(p, v);
	else
		print_absent(p, NULL);
}

static int print(struct job *j, const struct line *l, struct ehr_err *e)
{
	BUF_AUTO patient = BUF_INIT;
	BUF_AUTO coverage = BUF_INIT;
	int rc = l->patient ? record_patient_name(j->a.r, l->patient,
	    &patient, e) : 0;

	if (rc >= 0 && l->coverage)
		rc = record_rid_name(j->a.r, l->coverage, &coverage, e);
	if (rc < 0)
		return rc;
	if (l->patient)
		access_set_touch(&j->a, l->patient);
	words(j->rows, buf_str(&patient));
	words(j->rows, buf_str(&coverage));
	words(j->rows, l->payer);
	print_text(j->rows, l->state);
	words(j->rows, l->day);
	print_time(j->rows, l->received);
	words(j->rows, l->expires);
	print_bool(j->rows, l->answer &&
	    str_cmp(buf_str(&j->today), l->expires) <= 0);
	number(j->rows, l->answer);
	words(j->rows, l->class);
	print_time(j->rows, l->failed_at);
	number(j->rows, l->failed);
	return print_row(j->rows, e);
}

static int of(struct job *j, int64_t patient, struct ehr_err *e)
{
	struct store *db = record_store(j->a.r);
	int rc = elig_newest(db, patient, false, counts, j, e);

	if (rc == 0)
		rc = elig_newest(db, patient, true, failed, j, e);
	if (rc == 0 && patient && j->n == 0) /* was never asked */
		line_of(j, &(struct elig_row){ .patient = patient });
	for (size_t i = 0; rc == 0 && i < j->n; i++)
		rc = print(j, &j->line[i], e);
	j->n = 0;
	arena_reset(&j->mem);
	return rc;
}

/* Answers to nobody that was asked for, each by itself. */
static int unknown(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	const struct line l = { .answer = row->id, .received = row->received,
		.state = row->state, .class = row->class, .payer = STR(""),
		.day = row->day, .expires = row->expires };

	return print(arg, &l, e);
}

static int each(struct job *j, struct ehr_err *e)
{
	struct patients who = { 0 };
	BUF_AUTO day = BUF_INIT;
	BUF_AUTO today = BUF_INIT;
	int rc;

	if (status_unknown)
		return elig_unknown(record_store(j->a.r), unknown, j, e);
	if (j->c->argc == 0 && !status_for)
		return of(j, 0, e);
	rc = days_of(j->c, status_for, &day, &today, e);
	if (rc == 0)
		rc = patients_of(j->c, &j->a, status_for ? day.s : NULL, &who,
		    e);
	for (size_t i = 0; rc == 0 && i < who.n; i++)
		rc = of(j, who.v[i], e);
	patients_release(&who);
	return rc;
}

int status_run(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "coverage", 0 }, { "payer", 0 }, { "state", 0 },
		{ "day", 0 }, { "received", PRINT_WHOLE }, { "expires", 0 },
		{ "fresh", 0 }, { "answer", PRINT_RIGHT },
		{ "check_failed", 0 }, { "failed_at", PRINT_WHOLE },
		{ "failed_answer", PRINT_RIGHT } };
	struct job j = { .c = c, .a = ACCESS_INIT, .mem = ARENA_INIT,
		.today = BUF_INIT };
	struct date d;
	int rc = desk_open(c, &j.a, STORE_READ, e);

	cli_today(c, &d);
	date_format(&j.today, &d);
	if (rc == 0)
		rc = access_set_begin(&j.a, AUDIT_LIST, ELIG_KIND, NULL, 0, e);
	if (rc == 0)
		rc = print_open(&j.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = each(&j, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	rc = access_set_end(&j.a, rc, e);
	access_close(&j.a);
	arena_release(&j.mem);
	buf_release(&j.today);
	free(j.line);
	return rc;
}
