/* job.c - measures over patients: what all verbs of ehr-mips do alike. */
#include <stdlib.h>
#include <time.h>

#include "ehr/view.h"
#include "mips.h"

/* ---- packages ---- */

void job_warn(void *arg, const char *text)
{
	cli_warn(arg, "%s", text);
}

/* --zone ("-05:00", "+01:00", "Z") as minutes; of a record without it that of
 * its facility, else 0. */
static int find_zone(struct job *j, int *zone, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	struct elm_value v;

	*zone = 0;
	j->local = mips_opts.zone == NULL && job_from_record(j);
	if (j->local)
		return view_zone(j->a.r, e);
	if (mips_opts.zone == NULL)
		return 0;
	buf_addf(&b, "2000-01-01T00:00:00.000%s", mips_opts.zone);
	v = elm_datetime(buf_str(&b), 0);
	if (v.kind == ELM_NULL)
		return cli_usage(j->c, e, "--zone is an offset, as -05:00");
	*zone = v.zone;
	return 0;
}

/* Minutes east of UTC where we are, when the day begins. */
static int minutes_at(const char *day)
{
	struct tm tm = { .tm_mday = 1, .tm_isdst = -1 };
	struct date d;

	if (date_parse(str_of(day), &d)) {
		tm.tm_year = d.year - 1900;
		tm.tm_mon = d.month - 1;
		tm.tm_mday = d.day;
	}
	mktime(&tm);
	return (int)(tm.tm_gmtoff / 60);
}

/* One more task. */
static struct task *new_task(struct job *j, struct quality_package *package,
    bool owner)
{
	struct task *t;

	j->task = xrealloc(j->task, (j->tasks + 1) * sizeof(*j->task));
	t = &j->task[j->tasks++];
	*t = (struct task){ .package = package, .owner = owner };
	t->run = xcalloc(j->jobs + 1, sizeof(*t->run));
	t->tally = xcalloc(j->jobs + 1, sizeof(*t->tally));
	t->seen = xcalloc(j->jobs, sizeof(*t->seen));
	return t;
}

static int read_package(struct job *j, struct quality_package *p,
    const char *name, struct ehr_err *e)
{
	int rc = job_package(j, name, p, e);

	return rc == 0 && j->supplement
	    ? quality_package_supplement(p, job_warn, j->c, e) : rc;
}

/* The days of a package's period. */
static int days_of(const struct quality_package *p, const char *period,
    char from[11], char to[11], struct ehr_err *e)
{
	struct quality_run *run;
	int rc = quality_run_new(&run, p, 0, period, 0, QUALITY_AUTO, e);

	if (rc < 0)
		return rc;
	quality_run_period(run, from, to);
	quality_run_free(run);
	return 0;
}

static struct elm_limits limits(void)
{
	struct elm_limits l = ELM_LIMITS;

	if (mips_opts.steps)
		l.steps = (uint64_t)mips_opts.steps * 1000000;
	if (mips_opts.memory)
		l.memory = (uint64_t)mips_opts.memory << 20;
	return l;
}

/* A run for each worker. */
static int start(struct job *j, struct task *t, const char *period, int zone,
    struct ehr_err *e)
{
	struct elm_limits most = limits();
	char from[11], to[11];
	int rc = 0;

	if (j->local) {
		rc = days_of(t->package, period, from, to, e);
		zone = rc == 0 ? minutes_at(from) : 0;
	}
	for (unsigned i = 0; i <= j->jobs && rc == 0; i++) {
		t->tally[i] = quality_tally_new(quality_measure(t->package));
		rc = quality_run_new(&t->run[i], t->package, i, period, zone,
		    (enum quality_profiles)mips_opts.profiles, e);
		if (rc == 0)
			quality_run_limit(t->run[i], &most);
	}
	return rc;
}

/* A task, or one for each part that the verb makes of its period; the first
 * owns the package. */
static int start_package(struct job *j, struct quality_package *package,
    int zone, struct ehr_err *e)
{
	struct task *t = new_task(j, package, true);
	char period[JOB_PARTS][JOB_PERIOD], day[2][11];
	size_t n;
	int rc;

	if (j->split == NULL)
		return start(j, t, mips_opts.period, zone, e);
	rc = days_of(package, mips_opts.period, day[0], day[1], e);
	if (rc < 0)
		return rc;
	n = j->split(day[0], day[1], period);
	rc = start(j, t, period[0], zone, e);
	for (size_t i = 1; i < n && rc == 0; i++)
		rc = start(j, new_task(j, package, false), period[i], zone, e);
	return rc;
}

/* All packages are read before one is used: they may share what they have. */
static int load_all(struct job *j, const struct cli_list *measures, int zone,
    struct ehr_err *e)
{
	size_t n = measures->n, owned = 0;
	struct quality_package **p = xcalloc(n + 1, sizeof(*p));
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		p[i] = quality_package_beside(i && !j->apart ? p[i - 1] : NULL);
		rc = read_package(j, p[i], measures->v[i], e);
	}
	while (owned < n && rc == 0)
		rc = start_package(j, p[owned++], zone, e);
	while (owned < n)
		quality_package_free(p[owned++]);
	free(p);
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
	int rc = quality_patient_read(p, w->line_text.s ? w->line_text
	    : buf_str(&w->text), &w->err);
	size_t before = w->text.len;

	if (rc == 0 && j->shared)
		quality_patient_missing(p, add_shared, &a);
	strmap_release(&a.seen);
	if (rc == 0 && w->text.len > before)
		rc = quality_patient_read(p, buf_str(&w->text), &w->err);
	return rc;
}

/* A patient counts in all measures or, where one fails, in none. */
static int evaluate(const struct job *j, unsigned worker, struct work *w)
{
	int rc = 0;

	for (size_t i = 0; i < j->tasks && rc == 0; i++) {
		struct seen *s = &j->task[i].seen[worker];

		*s = (struct seen){ .codes = 0 };
		if (w->nobody[i]) {
			quality_run_nobody(j->task[i].run[worker],
			    &s->result);
			continue;
		}
		rc = quality_run_patient(j->task[i].run[worker],
		    j->patient[worker], &s->result, &w->err);
		if (rc == 0 && j->supplement)
			rc = quality_run_supplement(j->task[i].run[worker],
			    &s->code, &s->codes, &w->err);
	}
	for (size_t i = 0; i < j->tasks && rc == 0 && j->result; i++)
		rc = j->result(j, &j->task[i], worker, w);
	for (size_t i = 0; i < j->tasks && rc == 0; i++) {
		const struct seen *s = &j->task[i].seen[worker];

		quality_tally_add(j->task[i].tally[worker], s->result, s->code,
		    s->codes);
	}
	return rc;
}

/* Test patients are none (EHR_ENO), unless they are asked for. */
void job_patient(void *arg, unsigned worker, struct work *w)
{
	const struct job *j = arg;
	struct quality_patient *p = j->patient[worker];

	if (w->rc == 0 && w->none && (j->counts || j->result == NULL)) {
		w->rc = evaluate(j, worker, w);
		return;
	}
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
	w->rc = evaluate(j, worker, w);
}

/* A patient that cannot be evaluated is told of and left out. */
static void tell(struct job *j, const struct work *w)
{
	j->failed++;
	if (w->line)
		cli_warn(j->c, "%s:%llu: %s", w->file ? w->file : "-",
		    (unsigned long long)w->line, w->err.msg);
	else
		cli_warn(j->c, "%.*s: %s", STR_FMT(buf_str(&w->id)),
		    w->err.msg);
}

static int take(void *arg, struct work *w, struct ehr_err *e)
{
	struct job *j = arg;

	cli_progress(j->c, "patients", ++j->done, 0);
	if (w->rc == 0)
		return j->take ? j->take(j, w, e) : 0;
	if (w->rc != EHR_ENO)
		tell(j, w);
	return 0;
}

int job_load(struct job *j, struct ehr_err *e)
{
	const struct cli_list *measures = &mips_opts.measures;
	int zone = 0, rc = 0;

	j->jobs = mips_opts.jobs ? (unsigned)mips_opts.jobs : 1;
	j->patient = xcalloc(j->jobs + 1, sizeof(struct quality_patient *));
	for (unsigned k = 0; k <= j->jobs; k++)
		j->patient[k] = quality_patient_new();
	j->a = ACCESS_INIT;
	if (job_needs_record(j))
		rc = job_open(j, e);
	if (rc == 0)
		rc = find_zone(j, &zone, e);
	if (rc == 0 && measures->n == 0) {
		rc = job_names(j, e);
		measures = &j->names;
	}
	return rc == 0 ? load_all(j, measures, zone, e) : rc;
}

int job_run(struct job *j, struct ehr_err *e)
{
	struct pool_fns fns = { job_patient, feed_lines, take, j };
	int rc = pool_new(&j->pool, j->jobs, j->tasks, &fns, e);

	if (rc == 0)
		rc = j->c->argc ? feed_files(j, e) : feed_record(j, e);
	cli_progress_end(j->c);
	for (size_t i = 0; i < j->tasks && rc == 0; i++)
		for (unsigned k = 1; k < j->jobs; k++)
			quality_tally_merge(j->task[i].tally[0],
			    j->task[i].tally[k]);
	return rc;
}

/* Tasks of one measure stand together. */
static void note_origins(const struct job *j)
{
	size_t n;

	for (size_t i = 0; i < j->tasks; i += n) {
		n = 1;
		while (i + n < j->tasks &&
		    j->task[i + n].package == j->task[i].package)
			n++;
		origin_note(j, &j->task[i], n);
	}
}

int job_end(struct job *j, int rc, struct ehr_err *e)
{
	pool_free(j->pool);
	if (rc == 0 || rc == EHR_ENO)
		note_origins(j);
	for (size_t i = 0; i < j->tasks; i++) {
		for (unsigned k = 0; k <= j->jobs && j->task[i].run; k++) {
			quality_run_free(j->task[i].run[k]);
			quality_tally_free(j->task[i].tally[k]);
		}
		if (j->task[i].owner)
			quality_package_free(j->task[i].package);
		free(j->task[i].run);
		free(j->task[i].tally);
		free(j->task[i].seen);
	}
	for (unsigned k = 0; k <= j->jobs && j->patient; k++)
		quality_patient_free(j->patient[k]);
	free(j->task);
	free(j->patient);
	access_close(&j->a);
	free(j->names.v);
	arena_release(&j->names_mem);
	if ((rc == 0 || rc == EHR_ENO) && j->failed)
		rc = ehr_fail(e, EHR_EREJECT, "%llu patients left out",
		    (unsigned long long)j->failed);
	return rc;
}
