/* report.c - ehr-mips report: MeasureReports, or their figures as rows. */
#include <stdio.h>
#include <stdlib.h>


#include "mips.h"

/* What is to be written, and about whom all reports are. */
struct report {
	struct quality_report about;
	struct buf reporter, npi, date;
	bool rows, bundle;
	struct out *out;
	uint64_t entries;	/* of the Bundle so far */
	/* Of a subject list: entries by population of all groups. */
	struct buf *list;
	size_t *first;		/* of a task */
	size_t lists;
};

enum { FIELD_END = 0x1f };

/* ---- a patient, in a worker ---- */

static bool initial(const struct quality_measure *m,
    const struct quality_group_result *r)
{
	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++)
			if (m->group[g].population[i].kind ==
				QUALITY_INITIAL && r[g].count[i])
				return true;
	return false;
}

static struct quality_report about(const struct job *j, const struct task *t,
    unsigned worker, char day[2][11])
{
	struct quality_report r = j->report->about;

	quality_run_period(t->run[worker], day[0], day[1]);
	r.from = day[0];
	r.to = day[1];
	quality_package_hash(t->package, r.hash);
	r.completed = quality_valueset_hash(t->package, r.sets);
	return r;
}

static void begin(const struct job *j, struct buf *b, const char *id)
{
	if (j->report->bundle)
		buf_addf(b, "{\"fullUrl\":\"urn:uuid:%s\",\"resource\":", id);
}

static void end(const struct job *j, struct buf *b)
{
	buf_adds(b, j->report->bundle ? "},\n" : "\n");
}

/* A report of one patient, with a tally of its own. */
static int individual(const struct job *j, const struct task *t,
    unsigned worker, struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct seen *s = &t->seen[worker];
	struct quality_tally *own;
	char day[2][11], id[37];
	struct quality_report r = about(j, t, worker, day);
	BUF_AUTO evaluated = BUF_INIT;
	int rc;

	if (!initial(m, s->result))
		return 0;
	rc = quality_report_evaluated(&evaluated, t->run[worker], m, &w->err);
	if (rc < 0)
		return rc;
	own = quality_tally_new(m);
	quality_tally_add(own, s->result, s->code, s->codes);
	r.subject_id = quality_patient_id(j->patient[worker]);
	r.subject_name = buf_str(&w->id);
	r.evaluated = buf_str(&evaluated);
	quality_report_id(m, &r, id);
	begin(j, &w->out, id);
	quality_report(&w->out, own, &r);
	end(j, &w->out);
	quality_tally_free(own);
	return 0;
}

/* His entry, and behind it the numbers of the lists it goes into. */
static int listed(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group_result *r = t->seen[worker].result;
	size_t k = j->report->first[t - j->task];

	if (w->out.len == 0) {
		quality_report_entry(&w->out,
		    quality_patient_id(j->patient[worker]), buf_str(&w->id));
		buf_addch(&w->out, FIELD_END);
	}
	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++, k++)
			if (r[g].count[i])
				buf_addf(&w->out, "%zu ", k);
	return 0;
}

/* ---- back in order ---- */

/* Lines, or entries of the Bundle with a comma between them. */
static int put(struct report *r, struct str s, struct ehr_err *e)
{
	int rc = 0;

	if (s.n == 0)
		return 0;
	if (r->bundle) {
		s.n -= strlen(",\n");
		rc = r->entries++ ? out_write(r->out, ",\n", 2, e) : 0;
	}
	return rc == 0 ? out_write(r->out, s.s, s.n, e) : rc;
}

static int take_text(struct job *j, struct work *w, struct ehr_err *e)
{
	return put(j->report, buf_str(&w->out), e);
}

static int take_listed(struct job *j, struct work *w, struct ehr_err *e)
{
	struct str rest = buf_str(&w->out), entry, number;
	int64_t k;

	(void)e;
	str_split(&rest, FIELD_END, &entry);
	while (rest.n && str_split(&rest, ' ', &number))
		if (str_int(number, &k))
			buf_addstr(&j->report->list[k], entry);
	return 0;
}

/* ---- the whole of a measure ---- */

static void add_measure(struct job *j, const struct task *t, struct buf *b)
{
	char day[2][11], id[37];
	struct quality_report r = about(j, t, 0, day);

	if (r.type == QUALITY_SUBJECT_LIST)
		r.list = &j->report->list[j->report->first[t - j->task]];
	quality_report_id(quality_measure(t->package), &r, id);
	begin(j, b, id);
	quality_report(b, t->tally[0], &r);
	end(j, b);
}

static int write_measure(struct job *j, const struct task *t,
    struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;

	add_measure(j, t, &b);
	return put(j->report, buf_str(&b), e);
}

/* ---- as rows ---- */

static void row(struct job *j, const struct quality_measure *m, uint32_t g,
    struct str part, struct str item)
{
	print_text(j->rows, m->name);
	print_text(j->rows, m->group[g].id);
	print_text(j->rows, part);
	print_text(j->rows, item);
}

/* "Minutes_1 sum" */
static int observed_row(struct job *j, const struct task *t, uint32_t g,
    int stratum, uint32_t i, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_population *p = &m->group[g].population[i];
	BUF_AUTO item = BUF_INIT;
	BUF_AUTO value = BUF_INIT;

	if (p->kind != QUALITY_OBSERVATION ||
	    !quality_fraction_text(&value, quality_tally_observed(t->tally[0],
		g, stratum, i), 6))
		return 0;
	buf_addf(&item, "%.*s %s", STR_FMT(p->id),
	    quality_method_name(p->method));
	row(j, m, g, stratum < 0 ? STR_NONE : m->group[g].stratum[stratum].id,
	    buf_str(&item));
	print_number(j->rows, buf_str(&value));
	return print_row(j->rows, e);
}

static int part_rows(struct job *j, const struct task *t, uint32_t g,
    int stratum, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group *group = &m->group[g];
	const struct quality_counts *c = quality_tally_counts(t->tally[0], g,
	    stratum);
	struct str part = stratum < 0 ? STR_NONE : group->stratum[stratum].id;
	BUF_AUTO value = BUF_INIT;
	int rc = 0;

	for (uint32_t i = 0; i < group->populations && rc == 0; i++) {
		row(j, m, g, part, group->population[i].id);
		print_int(j->rows, (int64_t)c->count[i]);
		rc = print_row(j->rows, e);
	}
	for (uint32_t i = 0; i < group->populations && rc == 0; i++)
		rc = observed_row(j, t, g, stratum, i, e);
	if (rc < 0 || !quality_fraction_text(&value,
			  quality_tally_score(t->tally[0], g, stratum), 6))
		return rc;
	row(j, m, g, part, m->inverse ? STR("score (lower is better)")
				      : STR("score"));
	print_number(j->rows, buf_str(&value));
	return print_row(j->rows, e);
}

/* "sde-race White (2106-3)", "sde-race unknown" */
static void add_code(struct buf *b, const struct quality_measure *m,
    const struct quality_code *c)
{
	buf_addf(b, "%.*s ", STR_FMT(m->supplement[c->supplement].id));
	if (c->code.s == NULL)
		buf_adds(b, "unknown");
	else if (c->display.s)
		buf_addf(b, "%.*s (%.*s)", STR_FMT(c->display),
		    STR_FMT(c->code));
	else
		buf_addstr(b, c->code);
}

static int code_rows(struct job *j, const struct task *t, uint32_t g,
    struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group *group = &m->group[g];
	const struct quality_code_counts *c;
	BUF_AUTO part = BUF_INIT;
	size_t n;
	int rc = 0;

	c = quality_tally_codes(t->tally[0], &n);
	for (size_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < group->populations && rc == 0; i++) {
			uint64_t count = quality_tally_code(t->tally[0], &c[k],
			    g, i);

			if (count == 0)
				continue;
			buf_reset(&part);
			add_code(&part, m, &c[k].code);
			row(j, m, g, buf_str(&part), group->population[i].id);
			print_int(j->rows, (int64_t)count);
			rc = print_row(j->rows, e);
		}
	return rc;
}

static int measure_rows(struct job *j, const struct task *t, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	int rc = 0;

	for (uint32_t g = 0; g < m->groups && rc == 0; g++) {
		for (int s = QUALITY_WHOLE; s < (int)m->group[g].strata &&
		     rc == 0; s++)
			rc = part_rows(j, t, g, s, e);
		if (rc == 0)
			rc = code_rows(j, t, g, e);
	}
	return rc;
}

/* ---- about the reporter ---- */

static int pick(void *arg, const struct store_facility *f)
{
	struct job *j = arg;

	if (j->c->facility ? !str_is(f->name, j->c->facility)
			   : j->report->reporter.len > 0)
		return 0;
	buf_reset(&j->report->reporter);
	buf_addstr(&j->report->reporter, f->name);
	buf_addstr(&j->report->npi, f->npi);
	return 0;
}

/* Of a record: its first facility, or the one that is asked for. */
static int opened(struct job *j, struct access *a, struct ehr_err *e)
{
	struct quality_report *r = &j->report->about;
	int rc;

	r->audit_size = j->audit_size;
	memcpy(r->audit_root, j->audit_root, sizeof(r->audit_root));
	rc = store_facility_each(record_store(a->r), pick, j, e);
	if (rc == 0 && j->c->facility && j->report->reporter.len == 0)
		rc = ehr_fail(e, EHR_ENOENT, "no such facility: %s",
		    j->c->facility);
	r->reporter = j->report->reporter.len ? buf_str(&j->report->reporter)
					      : STR_NONE;
	r->npi = buf_str(&j->report->npi);
	return rc;
}

/* ---- the verb ---- */

#define BUNDLE "{\"resourceType\":\"Bundle\",\"type\":\"collection\"," \
	"\"entry\":[\n"

static int begin_output(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "measure", 0 },
		{ "group", 0 }, { "part", 0 }, { "item", 0 },
		{ "value", PRINT_RIGHT } };
	struct report *r = j->report;
	int rc;

	if (r->rows)
		return print_open(&j->rows, j->c, cols, ARRAY_LEN(cols), e);
	rc = out_open(&r->out, j->c->place, j->c->force, e);
	if (rc == 0 && r->bundle)
		rc = out_write(r->out, BUNDLE, strlen(BUNDLE), e);
	return rc;
}

static int end_output(struct job *j, int rc, struct ehr_err *e)
{
	struct report *r = j->report;

	if (j->rows)
		return print_close(j->rows, rc, e);
	if (rc == 0 && r->bundle)
		rc = out_write(r->out, r->entries ? "\n]}\n" : "]}\n",
		    r->entries ? 4 : 3, e);
	if (rc == 0)
		return out_commit(r->out, e);
	out_abort(r->out);
	return rc;
}

/* What each worker makes of a patient follows from the type. */
static void prepare(struct job *j)
{
	struct report *r = j->report;

	r->first = xcalloc(j->tasks, sizeof(*r->first));
	for (size_t k = 0; k < j->tasks; k++) {
		const struct quality_measure *m =
		    quality_measure(j->task[k].package);

		r->first[k] = r->lists;
		for (uint32_t g = 0; g < m->groups; g++)
			r->lists += m->group[g].populations;
	}
	r->list = xcalloc(r->lists + 1, sizeof(*r->list));
	for (size_t k = 0; k < r->lists; k++)
		r->list[k] = BUF_INIT;
	if (r->about.type == QUALITY_INDIVIDUAL) {
		j->result = individual;
		j->take = take_text;
	} else if (r->about.type == QUALITY_SUBJECT_LIST) {
		j->result = listed;
		j->take = take_listed;
	}
}

/* Rows on a terminal, resources in a pipe, unless -o says it. */
static int formats(struct cli *c, struct report *r, struct ehr_err *e)
{
	bool summary = r->about.type == QUALITY_SUMMARY;

	r->rows = c->format == CLI_TABLE || c->format == CLI_TSV ||
	    c->format == CLI_CSV ||
	    (c->format == CLI_AUTO && summary && cli_tty());
	r->bundle = c->format == CLI_JSON;
	return r->rows && !summary
	    ? cli_usage(c, e, "rows are of a summary alone") : 0;
}

static int all(struct job *j, struct ehr_err *e)
{
	int rc = job_load(j, e);

	if (rc < 0)
		return rc;
	prepare(j);
	rc = begin_output(j, e);
	if (rc == 0)
		rc = job_run(j, e);
	for (size_t k = 0; k < j->tasks && rc == 0; k++) {
		if (j->report->rows)
			rc = measure_rows(j, &j->task[k], e);
		else if (j->report->about.type != QUALITY_INDIVIDUAL)
			rc = write_measure(j, &j->task[k], e);
	}
	return end_output(j, rc, e);
}

static void begin_report(struct report *r, struct job *j, struct cli *c,
    enum quality_report_type type)
{
	struct date day;

	*r = (struct report){ .reporter = BUF_INIT, .npi = BUF_INIT,
		.date = BUF_INIT };
	*j = (struct job){ .c = c, .out = BUF_INIT, .supplement = true,
		.report = r, .opened = opened };
	cli_today(c, &day);
	date_format(&r->date, &day);
	r->about = (struct quality_report){ .type = type,
		.date = buf_str(&r->date), .tool = EHR_VERSION,
		.reporter = str_of(c->facility) };
}

static int end_report(struct report *r, struct job *j, int rc,
    struct ehr_err *e)
{
	for (size_t k = 0; k < r->lists; k++)
		buf_release(&r->list[k]);
	free(r->list);
	free(r->first);
	buf_release(&r->reporter);
	buf_release(&r->npi);
	buf_release(&r->date);
	return job_end(j, rc, e);
}

int report(struct cli *c, struct ehr_err *e)
{
	struct report r;
	struct job j;
	int rc;

	begin_report(&r, &j, c, (enum quality_report_type)mips_opts.report);
	rc = formats(c, &r, e);
	if (rc == 0)
		rc = all(&j, e);
	return end_report(&r, &j, rc, e);
}

/* A table of what a snapshot is made of, by measure. */
static const enum quality_report_type frozen[] = { QUALITY_SUMMARY,
	QUALITY_SUBJECT_LIST };

int report_freeze(struct cli *c, struct buf *text, struct ehr_err *e)
{
	struct report r;
	struct job j;
	int operands = c->argc, rc;

	begin_report(&r, &j, c, QUALITY_SUBJECT_LIST);
	j.record = true;
	rc = job_load(&j, e);
	if (rc == 0) {
		prepare(&j);
		c->argc = 0; /* the record's patients, no file's */
		rc = job_run(&j, e);
		c->argc = operands;
	}
	for (size_t k = 0; k < j.tasks && rc == 0; k++)
		for (size_t i = 0; i < ARRAY_LEN(frozen); i++) {
			r.about.type = frozen[i];
			add_measure(&j, &j.task[k], text);
		}
	return end_report(&r, &j, rc, e);
}
