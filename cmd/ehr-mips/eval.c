/* eval.c - ehr-mips eval: measures over files of patients. */
#include <stdlib.h>

#include "mips.h"

struct job {
	struct cli *c;
	struct task *task;
	size_t tasks;
	struct quality_patient *patient;
	struct printer *rows;	/* --by-patient in a table's format */
	bool lines;		/* --by-patient as NDJSON */
	uint64_t failed;
	struct buf out;
};

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

static int load(struct job *j, struct task *t, const char *path, int zone,
    struct ehr_err *e)
{
	int rc;

	t->package = quality_package_new();
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
	t->count = xcalloc(quality_measure(t->package)->groups,
	    sizeof(*t->count));
	return quality_run_new(&t->run, t->package, eval_opts.period, zone,
	    (enum quality_profiles)eval_opts.profiles, e);
}

/* ---- a patient ---- */

static void add_up(struct task *t, const struct quality_group_result *r)
{
	const struct quality_measure *m = quality_measure(t->package);

	t->patients++;
	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++)
			t->count[g][i] += r[g].count[i];
}

/* patient, measure, group, population, count. */
static int print_patient(struct job *j, const struct task *t,
    const struct quality_group_result *r, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	int rc = 0;

	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations && rc == 0;
		     i++) {
			print_text(j->rows, quality_patient_id(j->patient));
			print_text(j->rows, m->name);
			print_text(j->rows, m->group[g].id);
			print_text(j->rows, m->group[g].population[i].id);
			print_text(j->rows, m->group[g].population[i].code);
			print_int(j->rows, r[g].count[i]);
			rc = print_row(j->rows, e);
		}
	return rc;
}

static int run_task(struct job *j, struct task *t, const char *file,
    struct ehr_err *e)
{
	const struct quality_group_result *r;
	int rc = quality_run_patient(t->run, j->patient, &r, e);

	if (rc < 0)
		return rc;
	add_up(t, r);
	if (j->lines) {
		line_json(&j->out, t, quality_patient_id(j->patient), file, r,
		    eval_opts.episodes);
		if (j->out.len < 1 << 16)
			return 0;
		rc = cli_write(&j->out, e);
		buf_reset(&j->out);
		return rc == 0 ? 0 : EHR_EIO;
	}
	return j->rows ? print_patient(j, t, r, e) : 0;
}

/* A patient that cannot be evaluated is told of and left out. */
static int take(struct job *j, const struct json_item *item, const char *file,
    struct ehr_err *e)
{
	int rc = item->why ? ehr_fail(e, EHR_EREJECT, "%s", item->why)
			   : quality_patient_read(j->patient, item->text, e);

	for (size_t i = 0; i < j->tasks && rc == 0; i++)
		rc = run_task(j, &j->task[i], file, e);
	if (rc != EHR_EREJECT)
		return rc;
	cli_warn(j->c, "%s:%llu: %s", file ? file : "-",
	    (unsigned long long)item->line, e->msg);
	j->failed++;
	return 0;
}

static int read_file(struct job *j, const char *path, struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s;
	struct json_item item;
	struct in *in;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	s = json_split_new(in, &opt);
	while ((rc = json_split_next(s, &item, e)) > 0) {
		rc = take(j, &item, strcmp(path, "-") == 0 ? NULL : path, e);
		if (rc < 0)
			break;
	}
	json_split_free(s);
	in_close(in);
	return rc;
}

/* ---- totals ---- */

static int print_totals(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "measure", 0 },
		{ "group", 0 }, { "population", 0 }, { "code", 0 },
		{ "count", PRINT_RIGHT } };
	struct printer *p;
	int rc = print_open(&p, j->c, cols, ARRAY_LEN(cols), e);

	for (size_t k = 0; k < j->tasks && rc == 0; k++) {
		const struct quality_measure *m =
		    quality_measure(j->task[k].package);

		for (uint32_t g = 0; g < m->groups; g++)
			for (uint32_t i = 0;
			     i < m->group[g].populations && rc == 0; i++) {
				print_text(p, m->name);
				print_text(p, m->group[g].id);
				print_text(p, m->group[g].population[i].id);
				print_text(p, m->group[g].population[i].code);
				print_int(p, (int64_t)j->task[k].count[g][i]);
				rc = print_row(p, e);
			}
	}
	return print_close(p, rc, e);
}

static int open_rows(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "measure", 0 }, { "group", 0 }, { "population", 0 },
		{ "code", 0 }, { "count", PRINT_RIGHT } };

	if (!eval_opts.by_patient)
		return 0;
	j->lines = j->c->format == CLI_NDJSON;
	return j->lines ? 0
			: print_open(&j->rows, j->c, cols, ARRAY_LEN(cols), e);
}

static int read_files(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	if (j->c->argc == 0)
		return read_file(j, "-", e);
	for (int i = 0; i < j->c->argc && rc == 0; i++)
		rc = read_file(j, j->c->argv[i], e);
	return rc;
}

int eval(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .tasks = eval_opts.measures.n,
		.out = BUF_INIT };
	int zone, rc = zone_minutes(c, &zone, e);

	j.task = xcalloc(j.tasks, sizeof(*j.task));
	for (size_t i = 0; i < j.tasks && rc == 0; i++)
		rc = load(&j, &j.task[i], eval_opts.measures.v[i], zone, e);
	j.patient = quality_patient_new();
	if (rc == 0)
		rc = open_rows(&j, e);
	if (rc == 0)
		rc = read_files(&j, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	if (rc == 0 && j.out.len > 0)
		rc = cli_write(&j.out, e);
	if (rc == 0 && !eval_opts.by_patient)
		rc = print_totals(&j, e);
	if (rc == 0 && j.failed)
		rc = ehr_fail(e, EHR_EREJECT, "%llu patients left out",
		    (unsigned long long)j.failed);
	for (size_t i = 0; i < j.tasks; i++) {
		quality_run_free(j.task[i].run);
		quality_package_free(j.task[i].package);
		free(j.task[i].count);
	}
	free(j.task);
	quality_patient_free(j.patient);
	buf_release(&j.out);
	return rc;
}
