/* score_final.c - categories weighted, the final score, what it does to
 * payments (42 CFR 414.1380(c), 414.1405). */
#include <stdlib.h>

#include "quality/score_impl.h"

static const char *const names[] = { "quality", "pi", "ia", "cost" };
/* The order in which the names of weights have them. */
static const enum score_category order[] = { SCORE_QUALITY, SCORE_COST,
	SCORE_IA, SCORE_PI };

/* ---- lines ---- */

struct ratio score_use(struct reckon *k, const char *name, ...)
{
	BUF_AUTO b = BUF_INIT;
	const struct score_rule *rule;
	va_list ap;

	va_start(ap, name);
	buf_addvf(&b, name, ap);
	va_end(ap);
	rule = score_rule(k->rules, b.s);
	if (rule == NULL)
		return SCORE_NONE;
	k->clause = str_of(rule->clause);
	if (!rule->sure && !rule->set)
		k->unsure = true;
	return rule->value;
}

bool score_said(struct reckon *k, const char *name)
{
	const struct score_rule *rule = score_rule(k->rules, name);

	return rule->value.d && rule->value.n;
}

void score_say(struct reckon *k, struct str item, struct ratio value,
    const char *how, ...)
{
	struct score *s = k->s;
	BUF_AUTO b = BUF_INIT;
	va_list ap;

	va_start(ap, how);
	buf_addvf(&b, how, ap);
	va_end(ap);
	if ((s->lines & (s->lines - 1)) == 0)
		s->line = xrealloc(s->line,
		    (s->lines ? 2 * s->lines : 1) * sizeof(*s->line));
	s->line[s->lines++] = (struct score_line){ .part = k->part,
		.item = arena_str(&s->arena, item),
		.how = arena_str(&s->arena, buf_str(&b)),
		.value = value, .clause = k->clause, .unsure = k->unsure };
	k->clause = STR("");
	k->unsure = false;
}

const char *score_num(struct reckon *k, struct ratio r)
{
	BUF_AUTO b = BUF_INIT;

	ratio_format(&b, r, 4);
	return arena_strndup(&k->s->arena, b.s, b.len);
}

void score_release(struct score *s)
{
	arena_release(&s->arena);
	free(s->line);
	free(s->got);
	*s = SCORE_INIT;
}

/* ---- weights ---- */

/* Why a category is not scored; NULL: it is. */
static const char *left_out(struct reckon *k, enum score_category c)
{
	BUF_AUTO name = BUF_INIT;

	buf_addf(&name, "reweight.%s", names[c]);
	if (score_said(k, name.s))
		return "as was set";
	if (c == SCORE_COST && k->s->category[c].d == 0)
		return "no cost given (--set cost=PERCENT)";
	if (c == SCORE_PI && !score_reported(k, SCORE_PI) &&
	    (score_said(k, "small") || score_said(k, "nonpatientfacing")))
		return "nothing reported, and the practice need not";
	return NULL;
}

/* Which constants hold: "none", "cost+pi", "small.pi"; returns how many
 * categories are left out. */
static size_t which_weights(struct reckon *k, struct buf *key)
{
	BUF_AUTO small = BUF_INIT;
	size_t n = 0;

	if (score_said(k, "app"))
		k->s->category[SCORE_COST] = SCORE_NONE;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		bool none = order[i] == SCORE_COST && score_said(k, "app");
		const char *why = none ? NULL : left_out(k, order[i]);

		if (why == NULL)
			continue;
		buf_addf(key, "%s%s", n++ ? "+" : "", names[order[i]]);
		k->s->category[order[i]] = SCORE_NONE;
		k->unsure = order[i] == SCORE_COST &&
		    !score_said(k, "reweight.cost");
		score_say(k, str_of(names[order[i]]), SCORE_NONE,
		    "not scored: %s", why);
	}
	if (n == 0)
		buf_adds(key, "none");
	if (score_said(k, "app")) {
		buf_addf(&small, "app.%s", key->s);
		buf_reset(key);
		buf_addstr(key, buf_str(&small));
		return n;
	}
	buf_addf(&small, "weight.small.%s.quality", key->s);
	if (score_said(k, "small") && score_rule(k->rules, small.s)) {
		buf_reset(&small);
		buf_addf(&small, "small.%s", key->s);
		buf_reset(key);
		buf_addstr(key, buf_str(&small));
	}
	return n;
}

static struct ratio weighted(struct reckon *k, const char *key)
{
	struct score *s = k->s;
	struct ratio sum = ratio(0, 1);

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		enum score_category c = order[i];
		struct ratio part;

		s->weight[c] = score_use(k, "weight.%s.%s", key, names[c]);
		if (s->category[c].d == 0) {
			score_drop(k);
			continue;
		}
		part = ratio_div(ratio_mul(s->category[c], s->weight[c]),
		    ratio(100, 1));
		sum = ratio_add(sum, part);
		score_say(k, str_of(names[c]), part, "%s x %s %%",
		    score_num(k, s->category[c]), score_num(k, s->weight[c]));
	}
	return sum;
}

/* ---- the end ---- */

static struct ratio complex_bonus(struct reckon *k)
{
	struct ratio most, v;

	if (!score_said(k, "complex"))
		return ratio(0, 1);
	most = score_use(k, "complex.most");
	v = ratio_min(score_rule(k->rules, "complex")->value, most);
	score_say(k, STR("complex patients"), v, "as given, at most %s",
	    score_num(k, most));
	return v;
}

static void adjust(struct reckon *k)
{
	struct score *s = k->s;
	struct ratio threshold = score_use(k, "threshold"), percent, scale, low;

	score_say(k, STR("threshold"), threshold, "the final score is %s",
	    ratio_cmp(s->final, threshold) < 0 ? "below it"
	    : ratio_cmp(s->final, threshold) > 0 ? "above it" : "the same");
	percent = score_use(k, "adjust.percent");
	if (ratio_cmp(s->final, threshold) >= 0) {
		scale = score_use(k, "adjust.scale");
		s->adjustment = ratio_mul(ratio_mul(percent, scale), ratio_div(
		    ratio_sub(s->final, threshold),
		    ratio_sub(ratio(100, 1), threshold)));
		score_say(k, STR("adjustment"), s->adjustment,
		    "%s %% x (%s - %s) / (100 - %s) x scaling %s",
		    score_num(k, percent), score_num(k, s->final),
		    score_num(k, threshold), score_num(k, threshold),
		    score_num(k, scale));
		return;
	}
	low = ratio_div(ratio_mul(threshold, score_use(k, "adjust.lowest")),
	    ratio(100, 1));
	if (ratio_cmp(s->final, low) <= 0) {
		s->adjustment = ratio_sub(ratio(0, 1), percent);
		score_say(k, STR("adjustment"), s->adjustment,
		    "at or below %s: -%s %%", score_num(k, low),
		    score_num(k, percent));
		return;
	}
	s->adjustment = ratio_sub(ratio(0, 1), ratio_mul(percent, ratio_div(
	    ratio_sub(threshold, s->final), threshold)));
	score_say(k, STR("adjustment"), s->adjustment,
	    "-%s %% x (%s - %s) / %s", score_num(k, percent),
	    score_num(k, threshold), score_num(k, s->final),
	    score_num(k, threshold));
}

/* 414.1380(e): what the facility has for quality and cost stands in for both,
 * where it is more; the two weigh the same. */
static void facility(struct reckon *k)
{
	struct score *s = k->s;
	struct ratio quality = score_rule(k->rules, "facility.quality")->value;
	struct ratio cost = score_rule(k->rules, "facility.cost")->value, own;

	if (quality.d == 0 || cost.d == 0)
		return;
	own = s->category[SCORE_COST].d
	    ? ratio_add(s->category[SCORE_QUALITY], s->category[SCORE_COST])
	    : s->category[SCORE_QUALITY];
	k->clause = STR("414.1380(e)");
	k->unsure = true;
	if (ratio_cmp(ratio_add(quality, cost), own) <= 0) {
		score_say(k, STR("facility"), SCORE_NONE, "%s + %s is not more "
		    "than %s: not taken", score_num(k, quality),
		    score_num(k, cost), score_num(k, own));
		return;
	}
	score_say(k, STR("facility"), SCORE_NONE, "%s + %s is more than %s: "
	    "taken for quality and cost", score_num(k, quality),
	    score_num(k, cost), score_num(k, own));
	s->category[SCORE_QUALITY] = quality;
	s->category[SCORE_COST] = cost;
}

static void finish(struct reckon *k)
{
	struct score *s = k->s;
	BUF_AUTO key = BUF_INIT;
	struct ratio sum, extra, most;
	size_t out;

	k->part = "final";
	facility(k);
	out = which_weights(k, &key);
	if (ratio_cmp(ratio((int64_t)(ARRAY_LEN(order) - out), 1),
		score_use(k, "categories.least")) < 0) {
		s->final = score_use(k, "threshold");
		k->unsure = !score_rule(k->rules, "categories.least")->sure;
		score_say(k, STR("final score"), s->final,
		    "too few categories: the threshold");
		adjust(k);
		return;
	}
	score_drop(k);
	sum = weighted(k, key.s);
	extra = complex_bonus(k);
	most = score_use(k, "final.most");
	s->final = ratio_min(ratio_add(sum, extra), most);
	score_say(k, STR("final score"), s->final, "%s + %s, at most %s",
	    score_num(k, sum), score_num(k, extra), score_num(k, most));
	adjust(k);
}

static int check_fits(struct reckon *k)
{
	return k->s->final.d && k->s->adjustment.d ? 0 : ehr_fail(k->e,
	    EHR_EREJECT, "the score cannot be reckoned: a number is missing, "
	    "0 or too large");
}

static int find_mvp(struct reckon *k)
{
	for (size_t i = 0; k->in->mvp.n; i++) {
		k->mvp = score_mvp_at(k->ref, i);
		if (k->mvp == NULL)
			return ehr_fail(k->e, EHR_EREJECT,
			    "%.*s: no value pathway of %d",
			    STR_FMT(k->in->mvp), score_rules_year(k->rules));
		if (str_eq(k->mvp->id, k->in->mvp))
			break;
	}
	return 0;
}

int score_reckon(struct score *s, const struct score_rules *rules,
    const struct score_reference *ref, const struct score_input *in,
    struct ehr_err *e)
{
	struct reckon k = { .s = s, .rules = rules, .ref = ref, .in = in,
		.clause = STR(""), .e = e };
	const struct score_rule *cost = score_rule(rules, "cost");
	int rc = find_mvp(&k);

	if (rc == 0)
		rc = score_quality(&k);
	if (rc == 0)
		rc = score_pi(&k);
	if (rc == 0)
		rc = score_ia(&k);
	if (rc < 0)
		return rc;
	k.part = "cost";
	s->category[SCORE_COST] = cost->value;
	if (cost->value.d)
		score_say(&k, STR("cost"), score_use(&k, "cost"), "as given");
	finish(&k);
	return check_fits(&k);
}
