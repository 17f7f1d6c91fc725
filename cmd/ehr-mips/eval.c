/* eval.c - ehr-mips eval: counts, and lines, of populations. */
#include "mips.h"

/* ---- a patient, in a worker ---- */

static int line(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	(void)j;
	line_json(&w->out, t->run[worker], quality_measure(t->package),
	    buf_str(&w->id), w->file, t->seen[worker].result,
	    mips_opts.episodes);
	return 0;
}

static int rows(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group_result *r = t->seen[worker].result;

	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++) {
			row_field(&w->out, m->name);
			row_field(&w->out, m->group[g].id);
			row_field(&w->out, m->group[g].population[i].id);
			row_field(&w->out, m->group[g].population[i].code);
			row_count(&w->out, r[g].count[i]);
			origin_end(j, t, 1, &w->out);
		}
	return 0;
}

/* ---- back in order ---- */

static int write_out(struct job *j, size_t least, struct ehr_err *e)
{
	int rc;

	if (j->out.len < least || j->out.len == 0)
		return 0;
	rc = cli_write(&j->out, e);
	buf_reset(&j->out);
	return rc;
}

static int take_line(struct job *j, struct work *w, struct ehr_err *e)
{
	buf_addstr(&j->out, buf_str(&w->out));
	return write_out(j, 1 << 16, e);
}

/* ---- the whole ---- */

static int print_group(struct job *j, const struct task *t, uint32_t g,
    struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_counts *c = quality_tally_counts(t->tally[0], g,
	    QUALITY_WHOLE);
	int rc = 0;

	for (uint32_t i = 0; i < m->group[g].populations && rc == 0; i++) {
		print_text(j->rows, m->name);
		print_text(j->rows, m->group[g].id);
		print_text(j->rows, m->group[g].population[i].id);
		print_text(j->rows, m->group[g].population[i].code);
		print_int(j->rows, (int64_t)c->count[i]);
		rc = origin_row(j, t, 1, e);
	}
	return rc;
}

static int print_totals(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	for (size_t k = 0; k < j->tasks; k++) {
		uint32_t n = quality_measure(j->task[k].package)->groups;

		for (uint32_t g = 0; g < n && rc == 0; g++)
			rc = print_group(j, &j->task[k], g, e);
	}
	return rc;
}

static int open_rows(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "measure", 0 }, { "group", 0 }, { "population", 0 },
		{ "code", 0 }, { "count", PRINT_RIGHT } };
	size_t first = mips_opts.by_patient ? 0 : 1;

	if (mips_opts.by)
		return by_begin(j, mips_opts.by, e);
	j->counts = mips_opts.by_patient;
	j->lines = mips_opts.by_patient && j->c->format == CLI_NDJSON;
	if (j->lines) {
		j->result = line;
		j->take = take_line;
		return 0;
	}
	if (mips_opts.by_patient) {
		j->result = rows;
		j->take = row_print;
	}
	return origin_open(j, cols + first, ARRAY_LEN(cols) - first, e);
}

static int opened(struct job *j, struct access *a, struct ehr_err *e)
{
	(void)a;
	return j->by ? by_open(j, e) : 0;
}

/* ---- -v ---- */

static void note_scores(struct job *j, const struct task *t)
{
	const struct quality_measure *m = quality_measure(t->package);

	for (uint32_t g = 0; g < m->groups; g++) {
		BUF_AUTO b = BUF_INIT;

		if (!quality_fraction_text(&b, quality_tally_score(t->tally[0],
			g, QUALITY_WHOLE), 6))
			buf_adds(&b, "none");
		cli_note(j->c, "%.*s %.*s: score %s", STR_FMT(m->name),
		    STR_FMT(m->group[g].id), b.s);
	}
}

int eval(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .out = BUF_INIT, .opened = opened };
	int rc;

	if (mips_opts.by && mips_opts.by_patient)
		return cli_usage(c, e, "--by-patient, or --by");
	rc = job_load(&j, e);
	if (rc == 0)
		rc = open_rows(&j, e);
	if (rc == 0)
		rc = job_run(&j, e);
	if (rc == 0)
		rc = mips_opts.by_patient ? write_out(&j, 0, e)
		    : j.by ? by_rows(&j, e) : print_totals(&j, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	for (size_t k = 0; k < j.tasks && rc == 0; k++)
		note_scores(&j, &j.task[k]);
	buf_release(&j.out);
	by_end(&j);
	return job_end(&j, rc, e);
}
