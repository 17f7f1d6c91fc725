/* eval.c - ehr-mips eval: measures over patients. */
#include <stdlib.h>

#include "mips.h"

/* ---- packages ---- */

static void warn(void *arg, const char *text)
{
	cli_warn(arg, "%s", text);
}

/* "-05:00", "+01:00", "Z": minutes. */
static int zone_minutes(struct cli *c, int *zone, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	struct elm_value v;

	*zone = 0;
	if (eval_opts.zone == NULL)
		return 0;
	buf_addf(&b, "2000-01-01T00:00:00.000%s", eval_opts.zone);
	v = elm_datetime(buf_str(&b), 0);
	if (v.kind == ELM_NULL)
		return cli_usage(c, e, "--zone is an offset, as -05:00");
	*zone = v.zone;
	return 0;
}

static size_t populations(const struct quality_measure *m)
{
	size_t n = 0;

	for (uint32_t g = 0; g < m->groups; g++)
		n += m->group[g].populations;
	return n;
}

static int load(struct job *j, struct task *t, const char *path, int zone,
    struct ehr_err *e)
{
	int rc;

	t->package = quality_package_new();
	t->run = xcalloc(j->jobs, sizeof(*t->run));
	rc = quality_package_read(t->package, path, e);
	for (size_t i = 0; rc == 0 && i < eval_opts.valuesets.n; i++)
		rc = quality_package_read(t->package, eval_opts.valuesets.v[i],
		    e);
	if (rc < 0)
		return rc;
	rc = quality_package_link(t->package, warn, j->c, e);
	if (rc < 0) {
		ehr_fail_prefix(e, "%s: ", path);
		return rc;
	}
	t->first = j->counts;
	j->counts += populations(quality_measure(t->package));
	t->total = xcalloc(j->counts - t->first + 1, sizeof(*t->total));
	for (unsigned i = 0; i < j->jobs && rc == 0; i++)
		rc = quality_run_new(&t->run[i], t->package, eval_opts.period,
		    zone, (enum quality_profiles)eval_opts.profiles, e);
	return rc;
}

/* ---- a patient, in a worker ---- */

struct adding {
	const struct job *j;
	struct buf *text;
	struct strmap seen;
};

/* Puts a resource of no patient that he refers to among his. */
static void add_shared(void *arg, struct str reference)
{
	struct adding *a = arg;
	const int64_t *at = strmap_get(a->j->shared, reference);
	bool added;

	if (at == NULL)
		return;
	strmap_put(&a->seen, reference, &added);
	if (!added)
		return;
	a->text->len -= strlen("]}");
	buf_addf(a->text, ",{\"resource\":%s}]}", a->j->shared_text->s + *at);
}

static int read_patient(const struct job *j, struct quality_patient *p,
    struct work *w)
{
	struct adding a = { j, &w->text, STRMAP_INIT };
	int rc = quality_patient_read(p, buf_str(&w->text), &w->err);
	size_t before = w->text.len;

	if (rc == 0 && j->shared)
		quality_patient_missing(p, add_shared, &a);
	strmap_release(&a.seen);
	if (rc == 0 && w->text.len > before)
		rc = quality_patient_read(p, buf_str(&w->text), &w->err);
	return rc;
}

static int run_task(const struct job *j, const struct task *t,
    unsigned worker, struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group_result *r;
	uint32_t *count = w->count + t->first;
	int rc = quality_run_patient(t->run[worker], j->patient[worker], &r,
	    &w->err);

	if (rc < 0)
		return rc;
	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++)
			*count++ = r[g].count[i];
	if (j->lines)
		line_json(&w->out, t->run[worker], m, buf_str(&w->id), w->file,
		    r, eval_opts.episodes);
	return 0;
}

/* Test patients are none (EHR_ENO), unless they are asked for. */
static void run(void *arg, unsigned worker, struct work *w)
{
	const struct job *j = arg;
	struct quality_patient *p = j->patient[worker];

	if (w->rc == 0)
		w->rc = read_patient(j, p, w);
	if (w->rc < 0)
		return;
	if (!j->c->test && quality_patient_test(p)) {
		w->rc = EHR_ENO;
		return;
	}
	if (w->id.len == 0)
		buf_addstr(&w->id, quality_patient_id(p));
	for (size_t i = 0; i < j->tasks && w->rc == 0; i++)
		w->rc = run_task(j, &j->task[i], worker, w);
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

/* A patient that cannot be evaluated is told of and left out. */
static int take(void *arg, struct work *w, struct ehr_err *e)
{
	struct job *j = arg;

	cli_progress(j->c, "patients", ++j->done, 0);
	if (w->rc == EHR_ENO)
		return 0;
	if (w->rc < 0) {
		if (w->line)
			cli_warn(j->c, "%s:%llu: %s", w->file ? w->file : "-",
			    (unsigned long long)w->line, w->err.msg);
		else
			cli_warn(j->c, "%.*s: %s", STR_FMT(buf_str(&w->id)),
			    w->err.msg);
		j->failed++;
		return 0;
	}
	for (size_t k = 0; k < j->tasks; k++) {
		struct task *t = &j->task[k];
		size_t n = populations(quality_measure(t->package));

		for (size_t i = 0; i < n; i++)
			t->total[i] += w->count[t->first + i];
	}
	if (j->lines) {
		buf_addstr(&j->out, buf_str(&w->out));
		return write_out(j, 1 << 16, e);
	}
	return j->rows ? each_count(j, w->count, buf_str(&w->id), print_count,
			     e)
		       : 0;
}

/* ---- the whole ---- */

static int open_rows(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "measure", 0 }, { "group", 0 }, { "population", 0 },
		{ "code", 0 }, { "count", PRINT_RIGHT } };
	size_t first = eval_opts.by_patient ? 0 : 1;

	j->lines = eval_opts.by_patient && j->c->format == CLI_NDJSON;
	if (j->lines)
		return 0;
	return print_open(&j->rows, j->c, cols + first, ARRAY_LEN(cols) - first,
	    e);
}

static int evaluate(struct job *j, struct ehr_err *e)
{
	struct pool_fns fns = { run, take, j };
	bool by_patient = eval_opts.by_patient;
	int rc = open_rows(j, e);

	if (rc == 0)
		rc = pool_new(&j->pool, j->jobs, j->counts, &fns, e);
	if (!by_patient && rc == 0) { /* rows only at the end */
		struct printer *rows = j->rows;

		j->rows = NULL;
		rc = j->c->argc ? feed_files(j, e) : feed_record(j, e);
		j->rows = rows;
		if (rc == 0)
			rc = each_count(j, NULL, STR_NONE, print_count, e);
	} else if (rc == 0) {
		rc = j->c->argc ? feed_files(j, e) : feed_record(j, e);
	}
	cli_progress_end(j->c);
	if (rc == 0)
		rc = write_out(j, 0, e);
	if (j->rows)
		rc = print_close(j->rows, rc, e);
	if (rc == 0 && j->failed)
		rc = ehr_fail(e, EHR_EREJECT, "%llu patients left out",
		    (unsigned long long)j->failed);
	return rc;
}

static void release(struct job *j)
{
	pool_free(j->pool);
	for (size_t i = 0; i < j->tasks; i++) {
		for (unsigned k = 0; k < j->jobs && j->task[i].run; k++)
			quality_run_free(j->task[i].run[k]);
		quality_package_free(j->task[i].package);
		free(j->task[i].run);
		free(j->task[i].total);
	}
	for (unsigned k = 0; k < j->jobs; k++)
		quality_patient_free(j->patient[k]);
	free(j->task);
	free(j->patient);
	buf_release(&j->out);
}

int eval(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .tasks = eval_opts.measures.n,
		.jobs = eval_opts.jobs ? (unsigned)eval_opts.jobs : 1,
		.out = BUF_INIT };
	int zone, rc = zone_minutes(c, &zone, e);

	j.task = xcalloc(j.tasks, sizeof(*j.task));
	j.patient = xcalloc(j.jobs, sizeof(struct quality_patient *));
	for (unsigned k = 0; k < j.jobs; k++)
		j.patient[k] = quality_patient_new();
	for (size_t i = 0; i < j.tasks && rc == 0; i++)
		rc = load(&j, &j.task[i], eval_opts.measures.v[i], zone, e);
	if (rc == 0)
		rc = evaluate(&j, e);
	release(&j);
	return rc;
}
