/* score_quality.c - points of measures, and the quality category
 * (42 CFR 414.1380(b)(1)). */
#include <stdlib.h>

#include "quality/score_impl.h"

/* ---- rates ---- */

static uint64_t cases_of(const struct score_counts *c)
{
	return c->denominator - c->exclusions - c->exceptions;
}

static struct ratio rate_of(uint64_t met, uint64_t cases)
{
	return cases ? ratio_mul(ratio((int64_t)met, (int64_t)cases),
			   ratio(100, 1))
		     : SCORE_NONE;
}

static struct str item_of(struct reckon *k, const struct score_measure *m)
{
	BUF_AUTO b = BUF_INIT;

	buf_addstr(&b, m->id);
	if (m->cms)
		buf_addf(&b, " CMS%lld", (long long)m->cms);
	return arena_str(&k->s->arena, buf_str(&b));
}

bool score_multi(const struct score_measure *m)
{
	return m->algorithm.n > 0 && m->strata.n > 1;
}

/* The row of a stratum, by its name, or by its place when none has a name. */
const struct score_counts *score_stratum(const struct score_rows *r,
    size_t i)
{
	for (size_t j = 0; j < r->n; j++)
		if (r->row[j]->stratum.n &&
		    str_eq(r->row[j]->stratum, r->m->strata.v[i]))
			return r->row[j];
	for (size_t j = 0; j < r->n; j++)
		if (r->row[j]->stratum.n == 0 && r->row[j]->group == i)
			return r->row[j];
	return NULL;
}

static const struct score_counts *named(const struct score_rows *r,
    const char *name)
{
	for (size_t i = 0; i < r->m->strata.n; i++)
		if (str_is(r->m->strata.v[i], name))
			return score_stratum(r, i);
	return NULL;
}

int score_strata(struct reckon *k, const struct score_rows *r)
{
	for (size_t i = 0; i < r->m->strata.n; i++)
		if (score_stratum(r, i) == NULL)
			return ehr_fail(k->e, EHR_EREJECT,
			    "%.*s: no results for its stratum %.*s",
			    STR_FMT(r->m->id), STR_FMT(r->m->strata.v[i]));
	return r->n == r->m->strata.n ? 0 : ehr_fail(k->e, EHR_EREJECT,
	    "%.*s: results for %zu strata, it has %zu", STR_FMT(r->m->id),
	    r->n, r->m->strata.n);
}

/* All counts as one. */
struct score_counts score_sum(const struct score_rows *r)
{
	struct score_counts c = { .measure = r->m->id };

	for (size_t i = 0; i < r->n; i++) {
		const struct score_counts *x = r->row[i];

		c.denominator += x->denominator;
		c.exclusions += x->exclusions;
		c.exceptions += x->exceptions;
		c.numerator += x->numerator;
		c.eligible += x->eligible ? x->eligible : x->denominator;
	}
	return c;
}

static void say_rate(struct reckon *k, const struct score_rows *r,
    const char *which, const struct score_counts *c, struct ratio rate)
{
	score_say(k, item_of(k, r->m), rate, "rate%s: %llu / (%llu - %llu - %llu)"
	    " x 100", which, (unsigned long long)c->numerator,
	    (unsigned long long)c->denominator,
	    (unsigned long long)c->exclusions,
	    (unsigned long long)c->exceptions);
}

/* The mean of the rates of those strata that have cases. */
static void simple_average(struct reckon *k, const struct score_rows *r,
    struct score_got *g)
{
	struct ratio sum = ratio(0, 1);
	int64_t n = 0;

	g->cases = g->whole = UINT64_MAX;
	for (size_t i = 0; i < r->m->strata.n; i++) {
		const struct score_counts *c = score_stratum(r, i);
		struct ratio rate = rate_of(c->numerator, cases_of(c));
		BUF_AUTO which = BUF_INIT;

		buf_addf(&which, " of %.*s", STR_FMT(r->m->strata.v[i]));
		say_rate(k, r, which.s, c, rate);
		if (c->denominator < g->whole)
			g->whole = c->denominator;
		if (cases_of(c) < g->cases)
			g->cases = cases_of(c);
		if (rate.d) {
			sum = ratio_add(sum, rate);
			n++;
		}
	}
	g->rate = ratio_div(sum, ratio(n, 1));
	score_say(k, item_of(k, r->m), g->rate,
	    "rate: simple average of %lld strata", (long long)n);
}

static void complete_of(struct reckon *k, struct score_got *g,
    const struct score_counts *c)
{
	uint64_t all = c->eligible ? c->eligible : c->denominator;
	struct ratio done = rate_of(c->denominator, all);
	struct ratio least = score_use(k, "quality.completeness");

	g->complete = all && ratio_cmp(done, least) >= 0;
	score_say(k, item_of(k, g->measure), done,
	    "data completeness: %llu / %llu x 100, %s %s",
	    (unsigned long long)c->denominator, (unsigned long long)all,
	    g->complete ? "at least" : "below", score_num(k, least));
}

/* Of several rates the one that counts, by the measure's algorithm. */
static int overall(struct reckon *k, const struct score_rows *r,
    struct score_got *g)
{
	struct str how = r->m->algorithm;
	struct score_counts all = score_sum(r);
	const struct score_counts *c = &all, *whole = &all;
	int rc = score_strata(k, r);

	if (rc < 0)
		return rc;
	if (str_is(how, "simpleAverage")) {
		simple_average(k, r, g);
		complete_of(k, g, whole);
		return 0;
	}
	if (str_is(how, "overallStratumOnly"))
		whole = c = named(r, "overall");
	else if (str_is(how, "split")) {
		c = named(r, "performance");
		whole = named(r, "reporting");
	} else if (!str_is(how, "weightedAverage"))
		c = NULL;
	if (c == NULL || whole == NULL)
		return ehr_fail(k->e, EHR_EREJECT, "%.*s: its rates cannot be "
		    "joined by %.*s", STR_FMT(r->m->id), STR_FMT(how));
	g->cases = cases_of(c);
	g->whole = c->denominator;
	g->rate = rate_of(c->numerator, g->cases);
	say_rate(k, r, c == &all ? " of all strata"
	    : str_is(how, "split") ? " of performance" : " of overall", c,
	    g->rate);
	complete_of(k, g, whole);
	return 0;
}

static void only(struct reckon *k, const struct score_rows *r,
    struct score_got *g)
{
	struct score_counts c = score_sum(r);

	g->cases = cases_of(&c);
	g->whole = c.denominator;
	g->rate = rate_of(c.numerator, g->cases);
	say_rate(k, r, r->n > 1 ? " of all groups" : "", &c, g->rate);
	complete_of(k, g, &c);
}

static void enough_of(struct reckon *k, const struct score_rows *r,
    struct score_got *g)
{
	struct ratio least = score_use(k, "quality.cases");
	struct ratio n = ratio((int64_t)(score_use(k, "quality.cases.rate").n
	    ? g->cases : g->whole), 1);

	g->enough = ratio_cmp(n, least) >= 0;
	score_say(k, item_of(k, r->m), n, "cases: %s %s",
	    g->enough ? "at least" : "fewer than", score_num(k, least));
}

/* ---- points ---- */

static void say_step(struct reckon *k, const struct score_got *g,
    const struct score_step *s)
{
	const char *rate = score_num(k, g->rate);
	struct str item = item_of(k, g->measure);
	bool inverse = g->benchmark->inverse;

	if (s->step == 0)
		score_say(k, item, s->points, "ladder%s: %s is %s %s",
		    inverse ? ", inverse" : "", rate,
		    inverse ? "above" : "below", score_num(k, s->from));
	else if (s->step == 10)
		score_say(k, item, s->points, "ladder%s: %s is %s %s",
		    inverse ? ", inverse" : "", rate,
		    inverse ? "at most" : "at least", score_num(k, s->from));
	else
		score_say(k, item, s->points,
		    "ladder%s: step %d from %s to %s: %d + (%s - %s) / (%s - %s)",
		    inverse ? ", inverse" : "", s->step, score_num(k, s->from),
		    score_num(k, s->to), s->step,
		    inverse ? score_num(k, s->from) : rate,
		    inverse ? rate : score_num(k, s->from),
		    score_num(k, inverse ? s->from : s->to),
		    score_num(k, inverse ? s->to : s->from));
}

static void cap(struct reckon *k, struct score_got *g)
{
	struct ratio most;

	if (!g->benchmark->capped)
		return;
	if (score_has(g->measure->uncapped, g->method)) {
		score_say(k, item_of(k, g->measure), g->points,
		    "topped out, but the cap was removed");
		return;
	}
	most = score_use(k, "quality.cap");
	g->points = ratio_min(g->points, most);
	score_say(k, item_of(k, g->measure), g->points,
	    "topped out for two years: at most %s", score_num(k, most));
}

/* A measure of its first or second year has points at least. */
static void floor_of(struct reckon *k, struct score_got *g)
{
	int64_t year = score_rules_year(k->rules) - g->measure->first_year;
	const char *name = year == 0 ? "quality.floor.first"
	    : year == 1 ? "quality.floor.second" : NULL;
	struct ratio least;

	if (name == NULL)
		return;
	least = score_use(k, "%s", name);
	g->floored = ratio_cmp(g->points, least) < 0;
	g->points = ratio_max(g->points, least);
	score_say(k, item_of(k, g->measure), g->points,
	    "year %lld of the measure: at least %s", (long long)year + 1,
	    score_num(k, least));
}

static struct ratio by_size(struct reckon *k, const char *name)
{
	return score_said(k, "small") ? score_use(k, "%s.small", name)
				      : score_use(k, "%s", name);
}

static void unscored(struct reckon *k, struct score_got *g)
{
	struct str why = g->benchmark ? STR_NONE
	    : score_no_benchmark(k->ref, g->measure->id, g->method);
	struct ratio points = by_size(k, g->complete ? "quality.none"
						     : "quality.incomplete");

	g->points = points;
	score_say(k, item_of(k, g->measure), points, "%s%s%.*s%s%s",
	    !g->complete ? "too few reported on"
	    : g->benchmark ? "too few cases" : "no benchmark",
	    why.n ? " (" : "", STR_FMT(why), why.n ? ")" : "",
	    score_said(k, "small") ? ", small practice" : "");
	if (g->complete && score_use(k, "quality.floor.none").n)
		floor_of(k, g);
	score_drop(k);
}

static void points_of(struct reckon *k, struct score_got *g)
{
	struct score_step s;

	g->benchmark = score_benchmark_find(k->ref, g->measure->id, g->method);
	if (!g->complete || !g->enough || g->benchmark == NULL) {
		unscored(k, g);
		return;
	}
	s = score_ladder(g->benchmark->percentile, g->benchmark->inverse,
	    g->rate, (int)score_use(k, "quality.decimals").n);
	g->points = s.points;
	say_step(k, g, &s);
	cap(k, g);
	floor_of(k, g);
}

static int one(struct reckon *k, const struct score_rows *r,
    struct score_got *g)
{
	int rc = 0;

	*g = (struct score_got){ .measure = r->m, .method = r->method,
		.rate = SCORE_NONE, .points = ratio(0, 1) };
	if (r->n && score_multi(r->m))
		rc = overall(k, r, g);
	else if (r->n)
		only(k, r, g);
	if (rc < 0)
		return rc;
	if (r->n)
		enough_of(k, r, g);
	if (r->what_if) {
		g->rate = r->what_if->rate;
		if (r->n == 0)
			g->complete = g->enough = true;
		score_say(k, item_of(k, r->m), g->rate, "rate: what if%s",
		    r->n ? "" : ", with enough cases");
	}
	if (g->rate.d == 0) {
		score_say(k, item_of(k, r->m), SCORE_NONE,
		    "no cases: not submitted");
		return 0;
	}
	points_of(k, g);
	if (k->mvp && !score_has(k->mvp->quality, g->measure->id)) {
		g->outside = true;
		score_say(k, item_of(k, g->measure), SCORE_NONE,
		    "not of %.*s: does not count", STR_FMT(k->mvp->id));
	}
	return 0;
}

/* ---- which results are of which measure ---- */

static struct score_rows *rows_of(struct score_rows *list, size_t *n,
    const struct score_measure *m, struct str method)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i].m == m && str_eq(list[i].method, method))
			return &list[i];
	list[*n] = (struct score_rows){ .m = m, .method = method };
	return &list[(*n)++];
}

static int find(struct reckon *k, struct str name, struct str method,
    const struct score_measure **m)
{
	int year = score_rules_year(k->rules);

	*m = score_measure_find(k->ref, name);
	if (*m == NULL || (*m)->category != SCORE_QUALITY)
		return ehr_fail(k->e, EHR_EREJECT,
		    "%.*s: no quality measure of %d", STR_FMT(name), year);
	if (!score_has((*m)->methods, method))
		return ehr_fail(k->e, EHR_EREJECT,
		    "%.*s: not submitted by %.*s in %d", STR_FMT(name),
		    STR_FMT(method), year);
	return 0;
}

static int check_counts(struct reckon *k, const struct score_counts *c)
{
	uint64_t out = c->exclusions + c->exceptions;

	if (out > c->denominator || c->numerator > c->denominator - out)
		return ehr_fail(k->e, EHR_EREJECT, "%.*s: the numerator, "
		    "exclusions and exceptions do not fit the denominator",
		    STR_FMT(c->measure));
	if (c->eligible && c->eligible < c->denominator)
		return ehr_fail(k->e, EHR_EREJECT, "%.*s: more in the "
		    "denominator than eligible", STR_FMT(c->measure));
	return 0;
}

int score_gather(struct reckon *k, struct score_rows *list, size_t *n)
{
	const struct score_input *in = k->in;
	const struct score_measure *m;

	for (size_t i = 0; i < in->n; i++) {
		const struct score_counts *c = &in->counts[i];
		struct str method = c->method.n ? c->method : STR(SCORE_EHR);
		struct score_rows *r;
		int rc = find(k, c->measure, method, &m);

		if (rc == 0)
			rc = check_counts(k, c);
		if (rc < 0)
			return rc;
		r = rows_of(list, n, m, method);
		if (r->row == NULL)
			r->row = arena_alloc(&k->s->arena,
			    in->n * sizeof(const struct score_counts *));
		r->row[r->n++] = c;
	}
	for (size_t i = 0; i < in->ifs; i++) {
		int rc = find(k, in->what_if[i].measure, STR(SCORE_EHR), &m);

		if (rc < 0)
			return rc;
		rows_of(list, n, m, STR(SCORE_EHR))->what_if = &in->what_if[i];
	}
	return 0;
}

/* ---- the category ---- */

static int by_points(const void *a, const void *b)
{
	const struct score_got *x = a, *y = b;
	int c = ratio_cmp(y->points, x->points);

	return c ? c : str_cmp(x->measure->id, y->measure->id);
}

static bool outcome(const struct score_measure *m)
{
	return str_is(m->type, "outcome") ||
	    str_is(m->type, "intermediateOutcome") ||
	    str_is(m->type, "patientReportedOutcome");
}

/* Of a measure that came by two methods only the better result counts. */
static bool taken(const struct score *s, const struct score_got *g)
{
	for (size_t i = 0; i < s->measures; i++)
		if (s->got[i].counted && s->got[i].measure == g->measure)
			return true;
	return g->rate.d == 0 || g->outside;
}

/* The best outcome measure, else the best of high priority. */
static bool lead(struct reckon *k)
{
	struct score *s = k->s;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < s->measures; i++) {
			struct score_got *g = &s->got[i];

			if (g->rate.d == 0 || g->outside ||
			    !(round == 0 ? outcome(g->measure)
					 : g->measure->high_priority))
				continue;
			g->counted = true;
			score_say(k, item_of(k, g->measure), g->points,
			    "counts: the best %s measure", round == 0
				? "outcome" : "high priority");
			return true;
		}
	score_say(k, STR("measures"), SCORE_NONE,
	    "no outcome and no high priority measure: one place stays empty");
	return false;
}

static struct ratio add_up(struct reckon *k, int64_t places, int64_t *counted)
{
	struct score *s = k->s;
	struct ratio sum = ratio(0, 1);

	score_drop(k);
	*counted = 0;
	if (!lead(k))
		places--;
	else
		(*counted)++;
	for (size_t i = 0; i < s->measures && *counted < places; i++) {
		if (taken(s, &s->got[i]))
			continue;
		s->got[i].counted = true;
		(*counted)++;
		score_say(k, item_of(k, s->got[i].measure), s->got[i].points,
		    "counts");
	}
	for (size_t i = 0; i < s->measures; i++)
		if (s->got[i].counted)
			sum = ratio_add(sum, s->got[i].points);
	return sum;
}

static struct ratio improvement(struct reckon *k, struct ratio now,
    bool whole)
{
	struct ratio least, most, factor, before, v;

	if (!score_rule(k->rules, "quality.before")->set)
		return ratio(0, 1);
	for (size_t i = 0; i < k->s->measures; i++)
		if (k->s->got[i].counted && !k->s->got[i].complete)
			whole = false;
	if (!whole) {
		score_say(k, STR("improvement"), ratio(0, 1),
		    "not all measures were reported as they must");
		return ratio(0, 1);
	}
	least = score_use(k, "quality.improvement.floor");
	most = score_use(k, "quality.improvement.most");
	factor = score_use(k, "quality.improvement.factor");
	before = ratio_max(least, score_use(k, "quality.before"));
	v = ratio_mul(ratio_div(ratio_sub(now, before), before), factor);
	v = ratio_max(ratio(0, 1), ratio_min(v, most));
	score_say(k, STR("improvement"), v, "(%s - %s) / %s x %s, 0 to %s",
	    score_num(k, now), score_num(k, before), score_num(k, before),
	    score_num(k, factor), score_num(k, most));
	return v;
}

/* 414.1380(b)(1)(vii)(C): points of an APM entity or a virtual group for each
 * eCQM that counts; no measure has more than it can have. */
static struct ratio complexity(struct reckon *k, struct ratio all)
{
	struct ratio each, best, most, v = ratio(0, 1);
	int64_t n = 0;

	if (!score_said(k, "apmentity") && !score_said(k, "virtualgroup"))
		return v;
	best = score_use(k, "quality.best");
	most = ratio_div(ratio_mul(all, score_use(k, "quality.complex.most")),
	    ratio(100, 1));
	each = score_use(k, "quality.complex");
	for (size_t i = 0; i < k->s->measures; i++) {
		const struct score_got *g = &k->s->got[i];

		if (!g->counted || !g->enough || !g->complete ||
		    !str_is(g->method, SCORE_EHR))
			continue;
		v = ratio_add(v, ratio_min(each, ratio_sub(best, g->points)));
		n++;
	}
	v = ratio_min(v, most);
	score_say(k, STR("complex organization"), v,
	    "%s for each of %lld eCQMs that count, %s a measure and %s in all "
	    "at most", score_num(k, each), (long long)n, score_num(k, best),
	    score_num(k, most));
	return v;
}

/* A value pathway's population health measure: CMS makes it from claims, and
 * what it cannot score does not count. */
static struct ratio population(struct reckon *k, struct ratio *all)
{
	struct ratio points, most;

	if (!k->mvp || score_rule(k->rules, "population")->value.d == 0)
		return ratio(0, 1);
	most = score_use(k, "mvp.population");
	points = ratio_min(score_rule(k->rules, "population")->value, most);
	*all = ratio_add(*all, most);
	score_say(k, STR("population health"), points, "as given, of %s",
	    score_num(k, most));
	return points;
}

static void total(struct reckon *k)
{
	struct ratio places = score_use(k, k->mvp ? "mvp.measures"
						  : "quality.measures");
	struct ratio all = ratio_mul(places, score_use(k, "quality.best"));
	int64_t counted;
	struct ratio sum = add_up(k, (int64_t)places.n, &counted);
	struct ratio extra = ratio(0, 1), now, more, percent;

	score_say(k, STR("points"), sum, "sum of %lld measures of %s",
	    (long long)counted, score_num(k, places));
	sum = ratio_add(sum, population(k, &all));
	now = ratio_mul(ratio_div(sum, all), ratio(100, 1));
	more = improvement(k, now, counted >= (int64_t)places.n);
	if (counted && score_said(k, "small")) {
		extra = score_use(k, "quality.small");
		score_say(k, STR("small practice"), extra,
		    "points on top of the sum");
	}
	extra = ratio_add(extra, complexity(k, all));
	percent = ratio_add(more, ratio_mul(ratio_div(ratio_add(sum, extra),
	    all), ratio(100, 1)));
	percent = ratio_min(percent, ratio(100, 1));
	k->s->category[SCORE_QUALITY] = percent;
	score_say(k, STR("quality"), percent, "(%s + %s) / %s x 100 + %s, "
	    "at most 100", score_num(k, sum), score_num(k, extra),
	    score_num(k, all), score_num(k, more));
}

int score_quality(struct reckon *k)
{
	size_t most = k->in->n + k->in->ifs, n = 0;
	struct score_rows *list = xcalloc(most + 1, sizeof(*list));
	int rc = score_gather(k, list, &n);

	k->part = "quality";
	k->s->got = xcalloc(n + 1, sizeof(*k->s->got));
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = one(k, &list[i], &k->s->got[i]);
	free(list);
	if (rc < 0)
		return rc;
	k->s->measures = n;
	qsort(k->s->got, n, sizeof(*k->s->got), by_points);
	total(k);
	return 0;
}
