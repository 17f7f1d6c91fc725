/* eval.c - ehr-mips eval: counts, and lines, of populations. */
#include "mips.h"

/* ---- a patient, in a worker ---- */

static int counts(const struct job *j, const struct task *t,
    struct quality_run *run, const struct quality_group_result *r,
    struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	uint32_t *count = w->count + t->first;

	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++)
			*count++ = r[g].count[i];
	if (j->lines)
		line_json(&w->out, run, m, buf_str(&w->id), w->file, r,
		    mips_opts.episodes);
	return 0;
}

/* ---- the same patient, back in order ---- */

typedef int each_fn(struct job *j, const struct task *t,
    const struct quality_group *g, uint32_t population, uint64_t count,
    struct str patient, struct ehr_err *e);

/* Calls fn for each population of each measure with its count. */
static int each_count(struct job *j, const uint32_t *count,
    struct str patient, each_fn *fn, struct ehr_err *e)
{
	int rc = 0;

	for (size_t k = 0; k < j->tasks; k++) {
		const struct task *t = &j->task[k];
		const struct quality_measure *m = quality_measure(t->package);
		size_t at = 0;

		for (uint32_t g = 0; g < m->groups; g++)
			for (uint32_t i = 0; i < m->group[g].populations; i++) {
				rc = fn(j, t, &m->group[g], i, count
					? count[t->first + at] : t->total[at],
				    patient, e);
				if (rc < 0)
					return rc;
				at++;
			}
	}
	return rc;
}

static int print_count(struct job *j, const struct task *t,
    const struct quality_group *g, uint32_t population, uint64_t count,
    struct str patient, struct ehr_err *e)
{
	if (patient.s)
		print_text(j->rows, patient);
	print_text(j->rows, quality_measure(t->package)->name);
	print_text(j->rows, g->id);
	print_text(j->rows, g->population[population].id);
	print_text(j->rows, g->population[population].code);
	print_int(j->rows, (int64_t)count);
	return print_row(j->rows, e);
}

static int write_out(struct job *j, size_t least, struct ehr_err *e)
{
	int rc;

	if (j->out.len < least || j->out.len == 0)
		return 0;
	rc = cli_write(&j->out, e);
	buf_reset(&j->out);
	return rc;
}

static int add_up(struct job *j, struct work *w, struct ehr_err *e)
{
	for (size_t k = 0; k < j->tasks; k++) {
		struct task *t = &j->task[k];
		size_t n = job_populations(quality_measure(t->package));

		for (size_t i = 0; i < n; i++)
			t->total[i] += w->count[t->first + i];
	}
	if (j->lines) {
		buf_addstr(&j->out, buf_str(&w->out));
		return write_out(j, 1 << 16, e);
	}
	return mips_opts.by_patient ? each_count(j, w->count, buf_str(&w->id),
					  print_count, e)
				    : 0;
}

/* ---- the whole ---- */

static int open_rows(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "measure", 0 }, { "group", 0 }, { "population", 0 },
		{ "code", 0 }, { "count", PRINT_RIGHT } };
	size_t first = mips_opts.by_patient ? 0 : 1;

	j->lines = mips_opts.by_patient && j->c->format == CLI_NDJSON;
	if (j->lines)
		return 0;
	return print_open(&j->rows, j->c, cols + first, ARRAY_LEN(cols) - first,
	    e);
}

int eval(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .result = counts, .take = add_up,
		.out = BUF_INIT };
	int rc = job_load(&j, e);

	if (rc == 0)
		rc = open_rows(&j, e);
	if (rc == 0)
		rc = job_run(&j, e);
	if (rc == 0)
		rc = mips_opts.by_patient
		    ? write_out(&j, 0, e)
		    : each_count(&j, NULL, STR_NONE, print_count, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	buf_release(&j.out);
	return job_end(&j, rc, e);
}
