/* score.c - ehr-mips score: the MIPS final score, step by step. */
#include <stdlib.h>

#include "score.h"

struct score_opts score_opts;

/* ---- what all verbs of the score need ---- */

static int reference(struct scoring *x, struct ehr_err *e)
{
	const char *qpp = getenv("EHR_QPP");
	int year = score_rules_year(x->rules), rc = 0;

	x->ref = score_reference_new(year);
	for (size_t i = 0; i < score_opts.qpp.n && rc == 0; i++)
		rc = score_reference_read(x->ref, score_opts.qpp.v[i], e);
	if (rc == 0 && score_opts.qpp.n == 0) {
		if (qpp == NULL || *qpp == '\0')
			return cli_usage(x->c, e,
			    "no measures of CMS: --qpp DIR, or $EHR_QPP");
		rc = score_reference_read(x->ref, qpp, e);
	}
	if (rc == 0 && score_measure_at(x->ref, 0) == NULL)
		rc = ehr_fail(e, EHR_ENOENT, "--qpp: no measures of %d", year);
	return rc;
}

static int results(struct scoring *x, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; i < score_opts.results.n && rc == 0; i++)
		rc = score_input_read(&x->in, score_opts.results.v[i], e);
	for (size_t i = 0; i < score_opts.what_if.n && rc == 0; i++)
		rc = score_input_if(&x->in, str_of(score_opts.what_if.v[i]), e);
	return rc;
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

	*x = (struct scoring){ .c = c, .in = SCORE_INPUT_INIT };
	rc = rules(x, e);
	if (rc == 0)
		rc = reference(x, e);
	return rc < 0 ? rc : results(x, e);
}

void scoring_close(struct scoring *x)
{
	score_input_release(&x->in);
	score_reference_free(x->ref);
	score_rules_free(x->rules);
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
	SCORING_AUTO x = { 0 };
	int rc;

	if (score_opts.constants)
		return constants(c, e);
	rc = scoring_open(&x, c, e);
	if (rc == 0)
		rc = score_reckon(&s, x.rules, x.ref, &x.in, e);
	if (rc == 0)
		rc = print_lines(c, &s, e);
	score_release(&s);
	return rc;
}
