/* score_submit.c - QPP submission JSON, in the shapes of CMS's submissions
 * documentation. */
#include <stdlib.h>

#include "quality/score_impl.h"

/* ---- writing ---- */

static void name(struct buf *b, const char *key)
{
	buf_addf(b, "%s\"%s\":", b->s[b->len - 1] == '{' ? "" : ",", key);
}

static void member(struct buf *b, const char *key, struct str v)
{
	name(b, key);
	json_quote(b, v);
}

static void number(struct buf *b, const char *key, uint64_t v)
{
	name(b, key);
	buf_addf(b, "%llu", (unsigned long long)v);
}

static void counts(struct buf *b, const struct score_counts *c)
{
	uint64_t out = c->exclusions + c->exceptions;

	number(b, "performanceMet", c->numerator);
	number(b, "eligiblePopulationExclusion", c->exclusions);
	number(b, "eligiblePopulationException", c->exceptions);
	number(b, "performanceNotMet", c->denominator - out - c->numerator);
	number(b, "eligiblePopulation", c->denominator);
}

static void begin(struct buf *b, const struct score_measure *m)
{
	buf_addf(b, "%s{", b->s[b->len - 1] == '[' ? "" : ",");
	member(b, "measureId", m->id);
	name(b, "value");
}

/* ---- who, and what of them ---- */

static bool digits(const char *s, size_t n)
{
	return s && strlen(s) == n && strspn(s, "0123456789") == n;
}

static bool letters(const char *s, size_t least, size_t most)
{
	size_t n = s ? strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "abcdefghijklmnopqrstuvwxyz") : 0;

	return n >= least && n <= most && s[n] == '\0';
}

/* As QPP's converter names them. A subgroup reports a value pathway and
 * nothing else, a virtual group none (42 CFR 414.1365). */
static const struct entity {
	const char *name;
	bool tin, npi, id, mips, pathway;
} entities[] = {
	[SCORE_INDIVIDUAL] = { "individual", true, true, false, true, true },
	[SCORE_GROUP] = { "group", true, false, false, true, true },
	[SCORE_SUBGROUP] = { "subgroup", false, false, true, false, true },
	[SCORE_VIRTUAL_GROUP] = { "virtualGroup", false, false, true, true,
	    false },
	[SCORE_APM] = { "apm", false, false, true, true, true },
};

/* Is it an id of an MVP, as G0053 or M0001? */
static bool is_pathway(const char *program)
{
	return strlen(program) == 5 && (*program == 'G' || *program == 'M') &&
	    strspn(program + 1, "0123456789") == 4;
}

static int check_numbers(const struct score_submission *to,
    const struct entity *who, struct ehr_err *e)
{
	if (who->tin && !digits(to->tin, 9))
		return ehr_fail(e, EHR_EUSAGE, "the TIN has 9 digits");
	if (!who->tin && to->tin)
		return ehr_fail(e, EHR_EUSAGE, "%s: has an id, no TIN",
		    who->name);
	if (!who->npi && to->npi)
		return ehr_fail(e, EHR_EUSAGE, "%s: has no NPI", who->name);
	if (who->npi && !digits(to->npi, 10))
		return ehr_fail(e, EHR_EUSAGE, "an individual has an NPI of "
		    "10 digits");
	if (who->id && (!to->id || !*to->id || strlen(to->id) > 64))
		return ehr_fail(e, EHR_EUSAGE, "%s: its id is missing",
		    who->name);
	if (!who->id && to->id)
		return ehr_fail(e, EHR_EUSAGE, "%s: has no id of its own",
		    who->name);
	return 0;
}

static int check_who(const struct score_submission *to, struct ehr_err *e)
{
	const struct entity *who = &entities[to->entity];
	int rc = check_numbers(to, who, e);

	if (rc < 0)
		return rc;
	if (to->cehrt && !letters(to->cehrt, 15, 15))
		return ehr_fail(e, EHR_EUSAGE, "a CMS EHR certification id "
		    "has 15 letters and digits");
	if (!letters(to->program, 1, 20))
		return ehr_fail(e, EHR_EUSAGE, "the program is mips or the id "
		    "of an MVP");
	if (is_pathway(to->program) ? !who->pathway : !who->mips)
		return ehr_fail(e, EHR_EUSAGE, "%s: does not report %s",
		    who->name, to->program);
	return 0;
}

static int check_program(const struct score_submission *to,
    const struct score_measure *m, struct ehr_err *e)
{
	return m->programs.n == 0 ||
	    score_has(m->programs, str_of(to->program)) ? 0
	    : ehr_fail(e, EHR_EREJECT, "%.*s: not of program %s",
		  STR_FMT(m->id), to->program);
}

/* ---- sets of measurements ---- */

/* A submission being made. */
struct making {
	struct buf *b;
	struct reckon *k;
	const struct score_submission *to;
};

static void open_set(struct making *w, const char *category, const char *first,
    const char *last)
{
	struct buf *b = w->b;

	buf_addf(b, "%s{", b->s[b->len - 1] == '[' ? "" : ",");
	member(b, "category", str_of(category));
	member(b, "submissionMethod", STR(SCORE_EHR));
	member(b, "programName", str_of(w->to->program));
	member(b, "performanceStart", str_of(first));
	member(b, "performanceEnd", str_of(last));
	if (strcmp(category, "pi") == 0)
		member(b, "cehrtId", str_of(w->to->cehrt));
	name(b, "measurements");
	buf_addch(b, '[');
}

static void close_set(struct making *w)
{
	buf_adds(w->b, "]}");
}

/* ---- quality ---- */

static int quality(struct making *w, const struct score_rows *r)
{
	struct score_counts c = score_sum(r);
	struct buf *b = w->b;
	int rc = check_program(w->to, r->m, w->k->e);

	if (rc < 0)
		return rc;
	begin(b, r->m);
	buf_adds(b, "{\"isEndToEndReported\":true");
	if (!score_multi(r->m)) {
		counts(b, &c);
		buf_adds(b, "}}");
		return 0;
	}
	rc = score_strata(w->k, r);
	if (rc < 0)
		return rc;
	buf_adds(b, ",\"strata\":[");
	for (size_t i = 0; i < r->m->strata.n; i++) {
		buf_adds(b, i ? ",{" : "{");
		counts(b, score_stratum(r, i));
		member(b, "stratum", r->m->strata.v[i]);
		buf_addch(b, '}');
	}
	buf_adds(b, "]}}");
	return 0;
}

static bool nobody(const struct score_rows *r)
{
	return score_sum(r).denominator == 0;
}

static int qualities(struct making *w, const struct score_rows *list, size_t n)
{
	size_t some = 0;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (!str_is(list[i].method, SCORE_EHR))
			return ehr_fail(w->k->e, EHR_EREJECT,
			    "%.*s by %.*s: only what comes from records can be "
			    "submitted", STR_FMT(list[i].m->id),
			    STR_FMT(list[i].method));
		some += !nobody(&list[i]);
	}
	if (some == 0)
		return 0;
	open_set(w, "quality", w->to->first, w->to->last);
	for (size_t i = 0; i < n && rc == 0; i++)
		if (!nobody(&list[i]))
			rc = quality(w, &list[i]);
	close_set(w);
	return rc;
}

/* ---- PI, IA ---- */

static const struct score_measure *holds(struct making *w, size_t i,
    enum score_category c)
{
	const struct score_attest *a = &w->k->in->attest[i];
	const struct score_measure *m = score_measure_find(w->k->ref,
	    a->measure);

	return m && m->category == c && score_answer(w->k, a->measure) == a
	    ? m : NULL;
}

/* First and last day of the answers; of PI they are one period. */
static int period_of(struct making *w, enum score_category c,
    struct str *first, struct str *last)
{
	*first = *last = STR_NONE;
	for (size_t i = 0; i < w->k->in->attests; i++) {
		const struct score_attest *a = &w->k->in->attest[i];

		if (holds(w, i, c) == NULL || a->first.n == 0)
			continue;
		if (c == SCORE_PI && first->n && (!str_eq(*first, a->first) ||
		    !str_eq(*last, a->last)))
			return ehr_fail(w->k->e, EHR_EREJECT, "%.*s: of other "
			    "days than the measures of PI before it",
			    STR_FMT(a->measure));
		if (first->n == 0 || str_cmp(a->first, *first) < 0)
			*first = a->first;
		if (last->n == 0 || str_cmp(a->last, *last) > 0)
			*last = a->last;
	}
	if (first->n == 0) {
		*first = str_of(w->to->first);
		*last = str_of(w->to->last);
	}
	return 0;
}

static void answer(struct making *w, const struct score_measure *m)
{
	const struct score_attest *a = score_answer(w->k, m->id);
	struct buf *b = w->b;

	begin(b, m);
	if (a->counts) {
		buf_addch(b, '{');
		number(b, "numerator", a->numerator);
		number(b, "denominator", a->denominator);
		buf_addch(b, '}');
	} else {
		buf_adds(b, a->yes ? "true" : "false");
	}
	buf_addch(b, '}');
}

static int answers(struct making *w, enum score_category c, const char *name_of)
{
	BUF_AUTO from = BUF_INIT;
	BUF_AUTO to = BUF_INIT;
	struct str first, last;
	int rc = period_of(w, c, &first, &last);

	if (rc < 0 || !score_reported(w->k, c))
		return rc;
	if (c == SCORE_PI && w->to->cehrt == NULL)
		return ehr_fail(w->k->e, EHR_EUSAGE,
		    "PI takes the CMS EHR certification id");
	buf_addstr(&from, first);
	buf_addstr(&to, last);
	open_set(w, name_of, from.s, to.s);
	for (size_t i = 0; i < w->k->in->attests && rc == 0; i++) {
		const struct score_measure *m = holds(w, i, c);

		if (m == NULL || (c == SCORE_IA && !w->k->in->attest[i].yes))
			continue;
		rc = check_program(w->to, m, w->k->e);
		if (rc == 0)
			answer(w, m);
	}
	close_set(w);
	return rc;
}

/* ---- the whole ---- */

static void head(struct buf *b, int year, const struct score_submission *to)
{
	const struct entity *who = &entities[to->entity];

	buf_addch(b, '{');
	number(b, "performanceYear", (uint64_t)year);
	member(b, "entityType", str_of(who->name));
	if (who->id) {
		member(b, "entityId", str_of(to->id));
	} else {
		member(b, "taxpayerIdentificationNumber", str_of(to->tin));
		if (who->npi)
			member(b, "nationalProviderIdentifier",
			    str_of(to->npi));
		else
			buf_adds(b, ",\"nationalProviderIdentifier\":null");
	}
	buf_adds(b, ",\"measurementSets\":[");
}

int score_submit(struct buf *b, const struct score_rules *rules,
    const struct score_reference *ref, const struct score_input *in,
    const struct score_submission *to, struct ehr_err *e)
{
	struct score s = SCORE_INIT;
	struct score_input counted = *in; /* borrows all of in */
	struct reckon k = { .s = &s, .rules = rules, .ref = ref,
		.in = &counted, .e = e };
	struct making w = { b, &k, to };
	struct score_rows *list = xcalloc(in->n + 1, sizeof(*list));
	size_t n = 0;
	int rc = check_who(to, e);

	counted.ifs = 0;
	if (rc == 0)
		rc = score_gather(&k, list, &n);
	if (rc == 0)
		rc = score_check_answers(&k);
	if (rc == 0)
		head(b, score_rules_year(rules), to);
	if (rc == 0)
		rc = qualities(&w, list, n);
	if (rc == 0)
		rc = answers(&w, SCORE_PI, "pi");
	if (rc == 0)
		rc = answers(&w, SCORE_IA, "ia");
	buf_adds(b, "]}");
	free(list);
	score_release(&s);
	return rc;
}
