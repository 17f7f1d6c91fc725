/* score_pi.c - promoting interoperability (42 CFR 414.1375, 414.1380(b)(4))
 * and improvement activities (414.1355, 414.1380(b)(3)). */
#include "quality/score_impl.h"

const struct score_attest *score_answer(const struct reckon *k,
    struct str measure)
{
	const struct score_attest *last = NULL;

	for (size_t i = 0; i < k->in->attests; i++)
		if (str_eq(k->in->attest[i].measure, measure))
			last = &k->in->attest[i];
	return last;
}

bool score_reported(const struct reckon *k, enum score_category c)
{
	for (size_t i = 0; i < k->in->attests; i++) {
		const struct score_measure *m = score_measure_find(k->ref,
		    k->in->attest[i].measure);

		if (m && m->category == c)
			return true;
	}
	return false;
}

/* ---- answers ---- */

static bool yes(const struct reckon *k, struct str measure)
{
	const struct score_attest *a = score_answer(k, measure);

	return a && (a->counts ? a->numerator > 0 : a->yes);
}

/* The exclusion that was claimed; STR_NONE: none. */
static struct str exclusion(const struct reckon *k,
    const struct score_measure *m)
{
	for (size_t i = 0; i < m->exclusions.n; i++)
		if (yes(k, m->exclusions.v[i]))
			return m->exclusions.v[i];
	return STR_NONE;
}

/* A measure that CMS took out of the scoring must be answered, no more. */
static bool suppressed(struct reckon *k, const struct score_measure *m)
{
	BUF_AUTO name = BUF_INIT;
	const struct score_rule *rule;
	const struct score_attest *a = score_answer(k, m->id);

	buf_addf(&name, "pi.suppressed.%.*s", STR_FMT(m->id));
	rule = score_rule(k->rules, name.s);
	if (rule == NULL || rule->value.n == 0 || a == NULL || a->yes)
		return false;
	score_use(k, "%s", name.s);
	return true;
}

static bool out(struct reckon *k, const struct score_measure *m)
{
	return m && (exclusion(k, m).n > 0 || suppressed(k, m));
}

static bool is_out(struct reckon *k, const char *measure)
{
	return out(k, score_measure_find(k->ref, str_of(measure)));
}

static bool level_given(const struct reckon *k, const struct score_measure *m)
{
	for (size_t i = 0; i < m->levels.n; i++)
		if (yes(k, m->levels.v[i]))
			return true;
	return m->levels.n == 0;
}

/* Is it a level of engagement that another measure asks for? */
static bool is_level(const struct reckon *k, const struct score_measure *m)
{
	const struct score_measure *x;

	for (size_t i = 0; (x = score_measure_at(k->ref, i)) != NULL; i++)
		if (score_has(x->levels, m->id))
			return true;
	return false;
}

static bool satisfied(struct reckon *k, const struct score_measure *m)
{
	if (yes(k, m->id) || out(k, m))
		return true;
	for (size_t i = 0; i < m->substitutes.n; i++)
		if (yes(k, m->substitutes.v[i]) || out(k,
		    score_measure_find(k->ref, m->substitutes.v[i])))
			return true;
	return false;
}

/* ---- what must be there ---- */

int score_check_answers(struct reckon *k)
{
	for (size_t i = 0; i < k->in->attests; i++) {
		const struct score_attest *a = &k->in->attest[i];
		const struct score_measure *m = score_measure_find(k->ref,
		    a->measure);

		if (m == NULL || (m->category != SCORE_PI &&
		    m->category != SCORE_IA))
			return ehr_fail(k->e, EHR_EREJECT, "%.*s: no measure of "
			    "PI and no activity of %d", STR_FMT(a->measure),
			    score_rules_year(k->rules));
		if (m->proportion != a->counts)
			return ehr_fail(k->e, EHR_EREJECT, "%.*s takes %s",
			    STR_FMT(m->id), m->proportion
				? "a denominator and a numerator"
				: "yes or no");
		if (a->counts && a->numerator > a->denominator)
			return ehr_fail(k->e, EHR_EREJECT, "%.*s: the numerator "
			    "is above the denominator", STR_FMT(m->id));
		if (yes(k, m->id) && exclusion(k, m).n)
			return ehr_fail(k->e, EHR_EREJECT, "%.*s and its "
			    "exclusion %.*s: one of them", STR_FMT(m->id),
			    STR_FMT(exclusion(k, m)));
	}
	return 0;
}

static bool long_enough(struct reckon *k, const struct score_attest *a,
    const char *rule)
{
	struct ratio least = score_use(k, "%s", rule);

	if (a->days == 0 || ratio_cmp(ratio(a->days, 1), least) >= 0) {
		score_drop(k);
		return true;
	}
	score_say(k, a->measure, ratio(0, 1), "%lld days, fewer than %s",
	    (long long)a->days, score_num(k, least));
	return false;
}

static bool complete(struct reckon *k)
{
	const struct score_measure *m;
	bool all = true;

	for (size_t i = 0; (m = score_measure_at(k->ref, i)) != NULL; i++) {
		const struct score_attest *a;

		if (m->category != SCORE_PI || m->bonus || is_level(k, m))
			continue;
		if (m->required && !satisfied(k, m)) {
			score_say(k, m->id, SCORE_NONE, "required, not reported");
			all = false;
		}
		if (m->required && yes(k, m->id) && !level_given(k, m)) {
			score_say(k, m->id, SCORE_NONE,
			    "its level of active engagement is missing");
			all = false;
		}
		a = score_answer(k, m->id);
		if (a && a->counts && !long_enough(k, a, "pi.days"))
			all = false;
	}
	return all;
}

/* ---- points ---- */

/* What a measure is worth, exclusions of others included. */
struct worth {
	struct ratio ep1, ep2, hie1, hie4, pea, registries;
	bool both_ways; /* HIE by one measure instead of two */
	struct str hie;	/* that one */
};

static struct ratio move(struct reckon *k, const char *from, struct ratio *left,
    const char *to)
{
	struct ratio moved = score_use(k, "pi.move.%s", from).n
	    ? *left : ratio(0, 1);

	score_say(k, str_of(from), moved, "excluded: points to %s", to);
	*left = ratio(0, 1);
	return moved;
}

static void hie_worth(struct reckon *k, struct worth *w)
{
	if (yes(k, STR("PI_HIE_5")) || yes(k, STR("PI_HIE_6"))) {
		w->both_ways = true;
		w->hie = yes(k, STR("PI_HIE_5")) ? STR("PI_HIE_5")
						 : STR("PI_HIE_6");
		w->hie1 = score_use(k, "pi.%.*s", STR_FMT(w->hie));
		w->hie4 = ratio(0, 1);
	} else {
		w->hie1 = score_use(k, "pi.PI_HIE_1");
		w->hie4 = score_use(k, "pi.PI_HIE_4");
	}
}

static struct worth find_worth(struct reckon *k)
{
	struct worth w = { .ep1 = score_use(k, "pi.PI_EP_1"),
		.ep2 = score_use(k, "pi.PI_EP_2"),
		.pea = score_use(k, "pi.PI_PEA_1"),
		.registries = score_use(k, "pi.PI_PHCDRR") };
	struct ratio moved;

	hie_worth(k, &w);
	if (is_out(k, "PI_EP_2"))
		w.ep1 = ratio_add(w.ep1, move(k, "PI_EP_2", &w.ep2, "PI_EP_1"));
	if (is_out(k, "PI_EP_1")) {
		moved = move(k, "PI_EP_1", &w.ep1, "health information exchange");
		if (!w.both_ways) {
			moved = ratio_div(moved, ratio(2, 1));
			w.hie4 = ratio_add(w.hie4, moved);
		}
		w.hie1 = ratio_add(w.hie1, moved);
	}
	if (!w.both_ways && is_out(k, "PI_HIE_4"))
		w.hie1 = ratio_add(w.hie1, move(k, "PI_HIE_4", &w.hie4,
		    "PI_HIE_1"));
	if (!w.both_ways && is_out(k, "PI_HIE_1"))
		w.pea = ratio_add(w.pea, move(k, "PI_HIE_1", &w.hie1,
		    "PI_PEA_1"));
	if (is_out(k, "PI_PHCDRR_1") && is_out(k, "PI_PHCDRR_3"))
		w.pea = ratio_add(w.pea, move(k, "PI_PHCDRR", &w.registries,
		    "PI_PEA_1"));
	return w;
}

/* Whole points by the share done, 1 at least. */
static struct ratio share(struct reckon *k, struct str measure,
    struct ratio worth)
{
	const struct score_attest *a = score_answer(k, measure);
	struct ratio points;

	if (worth.n == 0 || a == NULL || a->denominator == 0)
		return ratio(0, 1);
	points = ratio_round(ratio_mul(ratio((int64_t)a->numerator,
	    (int64_t)a->denominator), worth), 0);
	points = ratio_max(points, ratio(1, 1));
	score_say(k, measure, points, "%llu / %llu x %s, whole, at least 1",
	    (unsigned long long)a->numerator,
	    (unsigned long long)a->denominator, score_num(k, worth));
	return points;
}

static struct ratio whole(struct reckon *k, struct str measure,
    struct ratio worth)
{
	if (worth.n == 0)
		return ratio(0, 1);
	score_say(k, measure, worth, "yes");
	return worth;
}

static struct ratio bonus(struct reckon *k)
{
	const struct score_measure *m;
	struct ratio points;

	for (size_t i = 0; (m = score_measure_at(k->ref, i)) != NULL; i++) {
		if (m->category != SCORE_PI || !m->bonus || is_level(k, m) ||
		    !yes(k, m->id) || !level_given(k, m))
			continue;
		points = score_use(k, "pi.bonus");
		score_say(k, m->id, points, "bonus, once");
		return points;
	}
	return ratio(0, 1);
}

static void add_points(struct reckon *k)
{
	struct worth w = find_worth(k);
	struct ratio most, sum = share(k, STR("PI_EP_1"), w.ep1);

	sum = ratio_add(sum, whole(k, STR("PI_EP_2"), w.ep2));
	if (w.both_ways) {
		sum = ratio_add(sum, whole(k, w.hie, w.hie1));
	} else {
		sum = ratio_add(sum, share(k, STR("PI_HIE_1"), w.hie1));
		sum = ratio_add(sum, share(k, STR("PI_HIE_4"), w.hie4));
	}
	sum = ratio_add(sum, share(k, STR("PI_PEA_1"), w.pea));
	sum = ratio_add(sum, whole(k, STR("PI_PHCDRR"), w.registries));
	sum = ratio_add(sum, bonus(k));
	most = score_use(k, "pi.most");
	k->s->category[SCORE_PI] = ratio_mul(ratio_div(ratio_min(sum, most),
	    most), ratio(100, 1));
	score_say(k, STR("pi"), k->s->category[SCORE_PI],
	    "%s points, at most %s", score_num(k, sum), score_num(k, most));
}

int score_pi(struct reckon *k)
{
	int rc = score_check_answers(k);

	k->part = "pi";
	if (rc < 0)
		return rc;
	k->s->category[SCORE_PI] = ratio(0, 1);
	if (!score_reported(k, SCORE_PI))
		score_say(k, STR("pi"), ratio(0, 1), "nothing reported");
	else if (!complete(k))
		score_say(k, STR("pi"), ratio(0, 1),
		    "what is required is not complete");
	else
		add_points(k);
	return 0;
}

/* ---- improvement activities ---- */

static int64_t activities(struct reckon *k, bool *home)
{
	int64_t n = 0;

	for (size_t i = 0; i < k->in->attests; i++) {
		const struct score_attest *a = &k->in->attest[i];
		const struct score_measure *m = score_measure_find(k->ref,
		    a->measure);

		if (m == NULL || m->category != SCORE_IA || !a->yes ||
		    a != score_answer(k, a->measure) ||
		    !long_enough(k, a, "ia.days"))
			continue;
		*home = *home || str_is(m->id, "IA_PCMH");
		score_say(k, m->id, SCORE_NONE, "done");
		n++;
	}
	return n;
}

int score_ia(struct reckon *k)
{
	bool special = score_said(k, "small") || score_said(k, "rural") ||
	    score_said(k, "shortage") || score_said(k, "nonpatientfacing");
	bool home = false;
	const char *given = "";
	struct ratio all, each, points;
	int64_t n;

	k->part = "ia";
	n = activities(k, &home);
	all = score_use(k, "ia.points");
	if (score_said(k, "app") && score_use(k, "ia.app").n)
		given = " (the APP: all)";
	else if (home)
		given = " (a medical home: all)";
	each = ratio_div(all, k->mvp ? score_use(k, "mvp.ia.activities")
	    : special ? score_use(k, "ia.activities.special")
		      : score_use(k, "ia.activities"));
	points = *given ? all : ratio_min(all, ratio_mul(each, ratio(n, 1)));
	score_say(k, STR("points"), points, "%lld x %s%s, at most %s",
	    (long long)n, score_num(k, each), given, score_num(k, all));
	k->s->category[SCORE_IA] = ratio_mul(ratio_div(points, all),
	    ratio(100, 1));
	score_say(k, STR("ia"), k->s->category[SCORE_IA], "%s / %s x 100",
	    score_num(k, points), score_num(k, all));
	return 0;
}
