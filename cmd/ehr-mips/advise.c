/* advise.c - ehr-mips advise: where points of the final score can be won. */
#include <stdlib.h>

#include "score.h"

/* A measure, and the score it would give at its best. */
struct advice {
	const struct score_got *got;
	struct ratio most, won;
	struct ratio next;	/* the rate of the next step; d 0: none */
	int64_t patients;	/* more or fewer in the numerator for it */
};

/* ---- what could be ---- */

/* The whole score with that measure at that rate. */
static int at_rate(struct scoring *x, const struct score_got *g,
    struct ratio rate, struct score *s, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc;

	buf_addf(&text, "%.*s=", STR_FMT(g->measure->id));
	ratio_format(&text, rate, 6);
	rc = score_input_if(&x->in, buf_str(&text), e);
	if (rc < 0)
		return rc;
	rc = score_reckon(s, x->rules, x->ref, &x->in, e);
	x->in.ifs--;
	return rc;
}

static void next_step(struct advice *a)
{
	const struct score_got *g = a->got;
	const struct score_benchmark *b = g->benchmark;
	struct ratio cases = ratio((int64_t)g->cases, 100), need;

	a->next = (struct ratio){ 0, 0 };
	for (int i = 0; i < SCORE_PERCENTILES && !b->inverse; i++)
		if (i < 10 && a->next.d == 0 &&
		    ratio_cmp(b->percentile[i], g->rate) > 0)
			a->next = b->percentile[i];
	for (int i = SCORE_PERCENTILES - 1; i > 0 && b->inverse; i--)
		if (ratio_cmp(b->percentile[i], g->rate) < 0 && a->next.d == 0)
			a->next = b->percentile[i];
	if (a->next.d == 0)
		return;
	/* Whole patients: so many that the step is reached. */
	need = ratio_mul(b->inverse ? ratio_sub(g->rate, a->next)
				    : ratio_sub(a->next, g->rate), cases);
	a->patients = (int64_t)((need.n + need.d - 1) / need.d);
}

static int advise_on(struct scoring *x, const struct score *now,
    const struct score_got *g, struct advice *a, struct ehr_err *e)
{
	struct score best = SCORE_INIT;
	int rc;

	*a = (struct advice){ .got = g, .most = g->points,
		.won = ratio(0, 1), .next = { 0, 0 } };
	if (g->benchmark == NULL || !str_is(g->method, SCORE_EHR))
		return 0;
	next_step(a);
	rc = at_rate(x, g, g->benchmark->percentile[
	    g->benchmark->inverse ? 1 : 9], &best, e);
	for (size_t i = 0; i < best.measures && rc == 0; i++)
		if (best.got[i].measure == g->measure)
			a->most = best.got[i].points;
	if (rc == 0)
		a->won = ratio_sub(best.final, now->final);
	score_release(&best);
	return rc;
}

static int by_won(const void *p, const void *q)
{
	const struct advice *a = p, *b = q;
	int c = ratio_cmp(b->won, a->won);

	return c ? c : str_cmp(a->got->measure->id, b->got->measure->id);
}

/* ---- printing ---- */

static void add_note(struct buf *b, bool holds, const char *note)
{
	if (holds)
		buf_addf(b, "%s%s", b->len ? "; " : "", note);
}

static void print_notes(struct printer *p, const struct scoring *x,
    const struct score_got *g)
{
	const struct score_benchmark *k = g->benchmark;
	BUF_AUTO b = BUF_INIT;
	struct str why = score_no_benchmark(x->ref, g->measure->id, g->method);
	bool capped = k && k->capped &&
	    !score_has(g->measure->uncapped, g->method);

	add_note(&b, g->counted, "counts");
	add_note(&b, k == NULL, "no benchmark");
	if (k == NULL && why.n)
		buf_addf(&b, " (%.*s)", STR_FMT(why));
	add_note(&b, !g->enough, "too few cases");
	add_note(&b, !g->complete, "too few reported on");
	add_note(&b, capped, "topped out, capped");
	add_note(&b, k && k->topped_out && !capped, "topped out");
	add_note(&b, g->measure->inverse, "lower is better");
	add_note(&b, g->measure->high_priority, "high priority");
	print_text(p, b.len ? buf_str(&b) : STR_NONE);
}

static void print_mvps(struct printer *p, const struct scoring *x,
    const struct score_measure *m)
{
	BUF_AUTO b = BUF_INIT;
	const struct score_mvp *v;

	for (size_t i = 0; (v = score_mvp_at(x->ref, i)) != NULL; i++)
		if (score_has(v->quality, m->id))
			buf_addf(&b, "%s%.*s", b.len ? "," : "",
			    STR_FMT(v->id));
	print_text(p, b.len ? buf_str(&b) : STR_NONE);
}

static int print_advice(struct printer *p, const struct scoring *x,
    const struct advice *a, struct ehr_err *e)
{
	const struct score_got *g = a->got;

	print_text(p, g->measure->id);
	print_text(p, g->measure->emeasure.n ? g->measure->emeasure
					     : STR_NONE);
	score_print(p, g->rate, 4);
	print_int(p, (int64_t)g->cases);
	score_print(p, g->points, 4);
	score_print(p, a->most, 4);
	score_print(p, a->won, 4);
	score_print(p, a->next, 4);
	if (a->next.d && !(g->measure->algorithm.n && g->measure->strata.n > 1))
		print_int(p, a->patients);
	else
		print_absent(p, NULL);
	print_notes(p, x, g);
	print_mvps(p, x, g->measure);
	return print_row(p, e);
}

static int print_measures(struct scoring *x, const struct score *s,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "measure", 0 },
		{ "cms", 0 }, { "rate", PRINT_RIGHT }, { "cases", PRINT_RIGHT },
		{ "points", PRINT_RIGHT }, { "most", PRINT_RIGHT },
		{ "won", PRINT_RIGHT }, { "next", PRINT_RIGHT },
		{ "patients", PRINT_RIGHT }, { "notes", PRINT_WIDE },
		{ "mvps", PRINT_WIDE } };
	struct advice *list = xcalloc(s->measures + 1, sizeof(*list));
	struct printer *p = NULL;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < s->measures && rc == 0; i++)
		if (s->got[i].rate.d)
			rc = advise_on(x, s, &s->got[i], &list[n++], e);
	if (rc == 0) {
		qsort(list, n, sizeof(*list), by_won);
		rc = print_open(&p, x->c, cols, ARRAY_LEN(cols), e);
	}
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = print_advice(p, x, &list[i], e);
	free(list);
	return p ? print_close(p, rc, e) : rc;
}

/* --mvp: which of the measures an MVP takes, and the best four of them. */
static int print_mvp(struct printer *p, const struct score *s,
    const struct score_mvp *v, struct ehr_err *e)
{
	struct ratio sum = ratio(0, 1);
	BUF_AUTO ids = BUF_INIT;
	int64_t n = 0;

	for (size_t i = 0; i < s->measures; i++) {
		const struct score_got *g = &s->got[i];

		if (g->rate.d == 0 || !score_has(v->quality, g->measure->id))
			continue;
		if (n++ < 4)
			sum = ratio_add(sum, g->points);
		buf_addf(&ids, "%s%.*s", ids.len ? "," : "",
		    STR_FMT(g->measure->id));
	}
	print_text(p, v->id);
	print_int(p, n);
	print_int(p, (int64_t)v->quality.n);
	score_print(p, sum, 4);
	print_text(p, ids.len ? buf_str(&ids) : STR_NONE);
	print_text(p, v->title);
	return print_row(p, e);
}

static int print_mvp_sets(struct scoring *x, const struct score *s,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "mvp", 0 },
		{ "reported", PRINT_RIGHT }, { "measures", PRINT_RIGHT },
		{ "best_four", PRINT_RIGHT }, { "which", PRINT_WIDE },
		{ "title", PRINT_WIDE } };
	const struct score_mvp *v;
	struct printer *p;
	int rc = print_open(&p, x->c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc == 0 &&
	    (v = score_mvp_at(x->ref, i)) != NULL; i++)
		rc = print_mvp(p, s, v, e);
	return print_close(p, rc, e);
}

int advise(struct cli *c, struct ehr_err *e)
{
	struct score s = SCORE_INIT;
	SCORING_AUTO x = SCORING_INIT;
	int rc = scoring_open(&x, c, e);

	if (rc == 0)
		rc = score_reckon(&s, x.rules, x.ref, &x.in, e);
	if (rc == 0)
		rc = score_opts.mvp ? print_mvp_sets(&x, &s, e)
				    : print_measures(&x, &s, e);
	score_release(&s);
	return rc;
}
