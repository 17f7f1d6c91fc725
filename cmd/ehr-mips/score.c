/* score.c - ehr-mips score: the MIPS final score, step by step. */
#include <stdlib.h>

#include "ehr/quality-entry.h"
#include "mips.h"
#include "score.h"

struct score_opts score_opts;

/* ---- what all verbs of the score need ---- */

static int read_named(struct score_reference *ref, struct ehr_err *e)
{
	const char *qpp = getenv("EHR_QPP");
	int rc = 0;

	for (size_t i = 0; i < score_opts.qpp.n && rc == 0; i++)
		rc = score_reference_read(ref, score_opts.qpp.v[i], e);
	if (rc == 0 && score_opts.qpp.n == 0 && qpp && *qpp)
		rc = score_reference_read(ref, qpp, e);
	return rc;
}

static int read_kept(struct score_reference *ref, int year, struct store *db,
    struct ehr_err *e)
{
	static const enum quality_kept_kind kinds[] = { QUALITY_KEPT_MEASURES,
		QUALITY_KEPT_BENCHMARKS, QUALITY_KEPT_MVP };
	BUF_AUTO text = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && rc >= 0; i++) {
		buf_reset(&text);
		rc = quality_reference(db, kinds[i], year, &text, e);
		if (rc > 0)
			rc = score_reference_add(ref,
			    quality_kept_name(kinds[i]), buf_str(&text), e);
	}
	return rc < 0 ? rc : 0;
}

int score_reference_of(struct score_reference **ref, int year,
    struct store *db, struct ehr_err *e)
{
	int rc = 0;

	*ref = score_reference_new(year);
	if (db && score_opts.qpp.n == 0)
		rc = read_kept(*ref, year, db, e);
	if (rc == 0 && score_measure_at(*ref, 0) == NULL)
		rc = read_named(*ref, e);
	return rc < 0 ? rc : score_measure_at(*ref, 0) != NULL;
}

static int reference(struct scoring *x, struct ehr_err *e)
{
	int year = score_rules_year(x->rules);
	int rc = score_reference_of(&x->ref, year,
	    x->record ? record_store(x->a.r) : NULL, e);

	return rc ? (rc < 0 ? rc : 0) : cli_usage(x->c, e,
	    "no measures of CMS of %d: --qpp DIR, $EHR_QPP, or load them",
	    year);
}

/* ---- results: of measures, of the record, of files ---- */

static uint64_t counted(const struct quality_group *g,
    const struct quality_counts *c, enum quality_kind kind)
{
	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == kind)
			return c->count[i];
	return 0;
}

static int add_task(struct scoring *x, const struct task *t,
    struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);

	for (uint32_t i = 0; i < m->groups; i++) {
		const struct quality_group *g = &m->group[i];
		const struct quality_counts *n = quality_tally_counts(
		    t->tally[0], i, QUALITY_WHOLE);
		struct score_counts c = { .measure = m->name, .group = i,
			.denominator = counted(g, n, QUALITY_DENOMINATOR),
			.exclusions = counted(g, n, QUALITY_EXCLUSION),
			.exceptions = counted(g, n, QUALITY_EXCEPTION),
			.numerator = counted(g, n, QUALITY_NUMERATOR) };

		if (g->scoring != QUALITY_PROPORTION)
			return ehr_fail(e, EHR_EREJECT,
			    "%.*s: no proportion", STR_FMT(m->name));
		c.numerator -= counted(g, n, QUALITY_NUMERATOR_EXCLUSION);
		score_input_counts(&x->in, &c);
	}
	return 0;
}

/* The measures of -m, else those that the record keeps, over the patients named
 * or those of the record. */
static int evaluate(struct scoring *x, struct ehr_err *e)
{
	struct job j = { .c = x->c, .out = BUF_INIT };
	BUF_AUTO year = BUF_INIT;
	int rc;

	buf_addf(&year, "%d", score_rules_year(x->rules));
	if (mips_opts.period == NULL)
		mips_opts.period = year.s;
	rc = job_load(&j, e);
	if (rc == 0 && j.tasks)
		rc = job_run(&j, e);
	for (size_t i = 0; i < j.tasks && rc == 0; i++)
		rc = add_task(x, &j.task[i], e);
	if (rc == 0 && j.tasks)
		quality_run_period(j.task[0].run[0], x->first, x->last);
	if (mips_opts.period == year.s)
		mips_opts.period = NULL;
	buf_release(&j.out);
	return job_end(&j, rc, e);
}

static int add_entry(void *arg, const struct quality_entry *entry)
{
	struct scoring *x = arg;
	struct score_attest a = { .measure = entry->measure,
		.yes = entry->answer == QUALITY_YES,
		.counts = entry->answer == QUALITY_COUNTS,
		.numerator = entry->numerator,
		.denominator = entry->denominator,
		.days = quality_entry_days(entry),
		.first = entry->first, .last = entry->last };

	score_input_attest(&x->in, &a);
	return 0;
}

static int results(struct scoring *x, struct ehr_err *e)
{
	int rc = 0;

	if (x->record)
		rc = quality_entry_each(record_store(x->a.r),
		    score_rules_year(x->rules), false, add_entry, x, e);
	if (rc == 0 && (mips_opts.measures.n ||
			   (x->record && score_opts.results.n == 0)))
		rc = evaluate(x, e);
	for (size_t i = 0; i < score_opts.results.n && rc == 0; i++)
		rc = score_input_read(&x->in, score_opts.results.v[i], e);
	for (size_t i = 0; i < score_opts.what_if.n && rc == 0; i++)
		rc = score_input_if(&x->in, str_of(score_opts.what_if.v[i]), e);
	return rc;
}

/* Without a record all has to be in files. */
static int open_record(struct scoring *x, struct ehr_err *e)
{
	const char *db = getenv("EHR_DB");
	struct access_opt opt = ACCESS_OPT(x->c);

	if (x->c->db == NULL && (db == NULL || *db == '\0'))
		return 0;
	x->record = true;
	return access_open(&x->a, &opt, STORE_READ, e);
}

static int rules(struct scoring *x, struct ehr_err *e)
{
	struct date today;
	int rc;

	cli_today(x->c, &today);
	rc = score_rules_new(&x->rules, score_opts.year
	    ? (int)score_opts.year : today.year, e);
	for (size_t i = 0; i < score_opts.set.n && rc == 0; i++)
		rc = score_rules_set(x->rules, str_of(score_opts.set.v[i]), e);
	return rc;
}

int scoring_open(struct scoring *x, struct cli *c, struct ehr_err *e)
{
	int rc;

	x->c = c;
	x->first[0] = x->last[0] = '\0';
	if (c->argc && mips_opts.measures.n == 0)
		return cli_usage(c, e, "files of patients go with -m");
	rc = rules(x, e);
	if (rc == 0)
		rc = open_record(x, e);
	if (rc == 0)
		rc = reference(x, e);
	return rc < 0 ? rc : results(x, e);
}

void scoring_close(struct scoring *x)
{
	score_input_release(&x->in);
	score_reference_free(x->ref);
	score_rules_free(x->rules);
	access_close(&x->a);
}

void score_print(struct printer *p, struct ratio r, int digits)
{
	BUF_AUTO b = BUF_INIT;

	if (r.d == 0) {
		print_absent(p, NULL);
		return;
	}
	ratio_format(&b, r, digits);
	print_number(p, buf_str(&b));
}

/* ---- score ---- */

static int print_lines(struct cli *c, const struct score *s, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "part", 0 }, { "item", 0 },
		{ "value", PRINT_RIGHT }, { "how", PRINT_WIDE },
		{ "clause", 0 }, { "sure", 0 } };
	struct printer *p;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; i < s->lines && rc == 0; i++) {
		const struct score_line *l = &s->line[i];

		print_text(p, str_of(l->part));
		print_text(p, l->item);
		score_print(p, l->value, 4);
		print_text(p, l->how);
		print_text(p, l->clause.n ? l->clause : STR_NONE);
		print_text(p, l->unsure ? STR("unsure") : STR_NONE);
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

/* --constants: what may be set, and on what it stands. */
static int constants(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "name", 0 },
		{ "value", PRINT_RIGHT }, { "clause", 0 }, { "sure", 0 },
		{ "what", PRINT_WIDE } };
	struct scoring x = { .c = c };
	const struct score_rule *r;
	struct printer *p = NULL;
	int rc = rules(&x, e);

	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	for (size_t i = 0; rc == 0 &&
	    (r = score_rule_at(x.rules, i)) != NULL; i++) {
		print_text(p, str_of(r->name));
		score_print(p, r->value, 6);
		print_text(p, str_of(r->clause));
		print_text(p, str_of(r->set ? "set" : r->given ? "given"
		    : r->sure ? "sure" : "unsure"));
		print_text(p, str_of(r->help));
		rc = print_row(p, e);
	}
	score_rules_free(x.rules);
	return p ? print_close(p, rc, e) : rc;
}

int score(struct cli *c, struct ehr_err *e)
{
	struct score s = SCORE_INIT;
	SCORING_AUTO x = SCORING_INIT;
	int rc;

	if (score_opts.constants)
		return constants(c, e);
	rc = scoring_open(&x, c, e);
	x.in.mvp = str_of(score_opts.pathway);
	if (rc == 0)
		rc = score_reckon(&s, x.rules, x.ref, &x.in, e);
	if (rc == 0)
		rc = print_lines(c, &s, e);
	score_release(&s);
	return rc;
}
