/* score_rules.c - the constants of a year, and what a practice says. */
#include <stdlib.h>

#include "ehr/quality-score.h"

struct constant {
	int year;
	const char *name, *value, *clause;
	bool sure;
	const char *help;
};
static const struct constant constants[] = {
#include "score.h"
};

static const struct given {
	const char *name;
	int64_t least, most;
	const char *clause, *help;
} givens[] = {
#define X(name, least, most, clause, help) { name, least, most, clause, help },
#include "quality/data/score-given.def"
#undef X
};

struct score_rules {
	int year;
	size_t n;
	struct score_rule rule[ARRAY_LEN(constants) + ARRAY_LEN(givens)];
};

static void add_constants(struct score_rules *r)
{
	for (size_t i = 0; i < ARRAY_LEN(constants); i++) {
		const struct constant *k = &constants[i];
		struct score_rule *to = &r->rule[r->n];

		if (k->year != r->year)
			continue;
		*to = (struct score_rule){ .name = k->name,
			.clause = k->clause, .help = k->help, .sure = k->sure };
		ratio_parse(str_of(k->value), &to->value);
		r->n++;
	}
}

int score_rules_new(struct score_rules **rules, int year, struct ehr_err *e)
{
	struct score_rules *r = xcalloc(1, sizeof(*r));

	*rules = r;
	r->year = year;
	add_constants(r);
	if (r->n == 0) {
		score_rules_free(r);
		*rules = NULL;
		return ehr_fail(e, EHR_EUSAGE, "%d: no constants of that year",
		    year);
	}
	for (size_t i = 0; i < ARRAY_LEN(givens); i++)
		r->rule[r->n++] = (struct score_rule){ .name = givens[i].name,
			.clause = givens[i].clause, .help = givens[i].help,
			.sure = true, .given = true };
	return 0;
}

void score_rules_free(struct score_rules *rules)
{
	free(rules);
}

int score_rules_year(const struct score_rules *rules)
{
	return rules->year;
}

const struct score_rule *score_rule_at(const struct score_rules *rules,
    size_t i)
{
	return i < rules->n ? &rules->rule[i] : NULL;
}

const struct score_rule *score_rule(const struct score_rules *rules,
    const char *name)
{
	for (size_t i = 0; i < rules->n; i++)
		if (strcmp(rules->rule[i].name, name) == 0)
			return &rules->rule[i];
	return NULL;
}

/* Constants may be what they like, from 0 to 1000. */
static void range(const struct score_rule *rule, int64_t *least, int64_t *most)
{
	*least = 0;
	*most = strcmp(rule->name, "quality.decimals") == 0 ? 6 : 1000;
	for (size_t i = 0; i < ARRAY_LEN(givens); i++)
		if (strcmp(givens[i].name, rule->name) == 0) {
			*least = givens[i].least;
			*most = givens[i].most;
		}
}

int score_rules_set(struct score_rules *rules, struct str set,
    struct ehr_err *e)
{
	struct str name, value = set;
	struct ratio v;
	int64_t least, most;

	if (!memchr(set.s, '=', set.n) || !str_split(&value, '=', &name))
		return ehr_fail(e, EHR_EUSAGE, "%.*s: not NAME=VALUE",
		    STR_FMT(set));
	for (size_t i = 0; i < rules->n; i++) {
		struct score_rule *rule = &rules->rule[i];

		if (!str_is(name, rule->name))
			continue;
		range(rule, &least, &most);
		if (!ratio_parse(value, &v) ||
		    ratio_cmp(v, ratio(least, 1)) < 0 ||
		    ratio_cmp(v, ratio(most, 1)) > 0)
			return ehr_fail(e, EHR_EUSAGE,
			    "%s: a number from %lld to %lld", rule->name,
			    (long long)least, (long long)most);
		rule->value = v;
		rule->set = true;
		return 0;
	}
	return ehr_fail(e, EHR_EUSAGE, "%.*s: no such name for %d",
	    STR_FMT(name), rules->year);
}
