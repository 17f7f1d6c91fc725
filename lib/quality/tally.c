/* Adding up a measure over patients: counts, observations, supplemental data.
 * Sums of integers only, so that neither order nor threads matter. */
#include "quality/impl.h"

#include <stdlib.h>

/* The observations of a population. All are kept, as value and how often, for
 * a median alone. */
struct observed {
	uint64_t n;
	__int128 sum, least, most; /* in units of 10^-8 */
	struct strmap values;	   /* the value's bytes -> how often */
};

/* A group, or one of its strata. */
struct part {
	struct quality_counts counts;
	struct observed *observed; /* by population */
};

struct quality_tally {
	const struct quality_measure *m;
	struct part *part;	/* of each group: the whole, its strata */
	size_t parts;
	size_t first_part[QUALITY_GROUPS_MAX];
	size_t first[QUALITY_GROUPS_MAX]; /* populations before a group's */
	size_t populations;
	struct arena texts;
	struct strmap codes;	/* supplement, system, code -> their number */
	struct quality_code_counts *code;
	size_t n, cap;
	struct quality_code_counts *sorted; /* of quality_tally_codes() */
};

struct quality_tally *quality_tally_new(const struct quality_measure *m)
{
	struct quality_tally *t = xcalloc(1, sizeof(*t));
	size_t k = 0;

	t->m = m;
	for (uint32_t g = 0; g < m->groups; g++) {
		t->first_part[g] = t->parts;
		t->first[g] = t->populations;
		t->parts += 1 + m->group[g].strata;
		t->populations += m->group[g].populations;
	}
	t->part = xcalloc(t->parts + 1, sizeof(*t->part));
	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t s = 0; s <= m->group[g].strata; s++)
			t->part[k++].observed = xcalloc(
			    m->group[g].populations + 1,
			    sizeof(struct observed));
	return t;
}

const struct quality_measure *quality_tally_measure(
    const struct quality_tally *t)
{
	return t->m;
}

static struct part *part_of(const struct quality_tally *t, uint32_t group,
    int stratum)
{
	return &t->part[t->first_part[group] + (size_t)(stratum + 1)];
}

void quality_tally_free(struct quality_tally *t)
{
	if (t == NULL)
		return;
	for (uint32_t g = 0; g < t->m->groups; g++)
		for (int s = QUALITY_WHOLE; s < (int)t->m->group[g].strata;
		    s++) {
			struct observed *o = part_of(t, g, s)->observed;

			for (uint32_t i = 0; i < t->m->group[g].populations;
			    i++)
				strmap_release(&o[i].values);
			free(o);
		}
	for (size_t i = 0; i < t->n; i++)
		free(t->code[i].count);
	free(t->code);
	free(t->sorted);
	free(t->part);
	strmap_release(&t->codes);
	arena_release(&t->texts);
	free(t);
}

/* ---- observations ---- */

bool observation_number(struct elm_value v, __int128 *n)
{
	switch (v.kind) {
	case ELM_INTEGER:
	case ELM_LONG: *n = (__int128)v.i * 100000000; return true;
	case ELM_DECIMAL: *n = *v.wide; return true;
	case ELM_QUANTITY: *n = v.quantity->value; return true;
	default: return false;
	}
}

static void observe(struct observed *o, enum quality_method method,
    __int128 value, uint64_t times)
{
	if (o->n == 0 || value < o->least)
		o->least = value;
	if (o->n == 0 || value > o->most)
		o->most = value;
	o->sum += value * (__int128)times;
	o->n += times;
	if (method == QUALITY_MEDIAN)
		*strmap_put(&o->values, (struct str){ (const char *)&value,
		    sizeof(value) }, NULL) += (int64_t)times;
}

struct into {
	struct observed *o;
	enum quality_method method;
};

static int observe_again(void *arg, struct str key, int64_t times)
{
	struct into *to = arg;
	__int128 value;

	memcpy(&value, key.s, sizeof(value));
	observe(to->o, to->method, value, (uint64_t)times);
	return 0;
}

static void merge_observed(struct observed *to, const struct observed *from,
    enum quality_method method)
{
	struct into into = { to, method };

	if (from->n == 0)
		return;
	if (method == QUALITY_MEDIAN) {
		strmap_each(&from->values, observe_again, &into);
		return;
	}
	if (to->n == 0 || from->least < to->least)
		to->least = from->least;
	if (to->n == 0 || from->most > to->most)
		to->most = from->most;
	to->n += from->n;
	to->sum += from->sum;
}

/* ---- a median ---- */

struct often {
	__int128 value;
	uint64_t times;
};
struct sorting {
	struct often *v;
	size_t n;
};

static int collect(void *arg, struct str key, int64_t times)
{
	struct sorting *s = arg;

	memcpy(&s->v[s->n].value, key.s, sizeof(s->v[s->n].value));
	s->v[s->n++].times = (uint64_t)times;
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const struct often *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* The value at a place, from 0, of all in order. */
static __int128 at_place(const struct sorting *s, uint64_t place)
{
	size_t i = 0;

	while (i + 1 < s->n && place >= s->v[i].times)
		place -= s->v[i++].times;
	return s->v[i].value;
}

static struct quality_fraction median(const struct observed *o)
{
	struct sorting s = { xcalloc(o->values.count + 1, sizeof(*s.v)), 0 };
	struct quality_fraction f = { 0, 200000000 };

	strmap_each(&o->values, collect, &s);
	qsort(s.v, s.n, sizeof(*s.v), by_value);
	f.num = at_place(&s, (o->n - 1) / 2) + at_place(&s, o->n / 2);
	free(s.v);
	return f;
}

struct quality_fraction quality_tally_observed(const struct quality_tally *t,
    uint32_t group, int stratum, uint32_t population)
{
	const struct observed *o =
	    &part_of(t, group, stratum)->observed[population];
	enum quality_method method =
	    t->m->group[group].population[population].method;

	if (method == QUALITY_COUNT)
		return (struct quality_fraction){ o->n, 1 };
	if (o->n == 0)
		return (struct quality_fraction){ 0, method == QUALITY_SUM };
	switch (method) {
	case QUALITY_AVERAGE:
		return (struct quality_fraction){ o->sum,
			(__int128)o->n * 100000000 };
	case QUALITY_MINIMUM:
		return (struct quality_fraction){ o->least, 100000000 };
	case QUALITY_MAXIMUM:
		return (struct quality_fraction){ o->most, 100000000 };
	case QUALITY_MEDIAN: return median(o);
	default: return (struct quality_fraction){ o->sum, 100000000 };
	}
}

/* ---- adding ---- */

static void add_part(struct part *p, const struct quality_group *g,
    const struct quality_group_result *r, uint64_t stratum)
{
	uint32_t anybody = 0;

	for (uint32_t k = 0; k < r->members; k++) {
		const struct quality_member *one = &r->member[k];

		if (stratum && !(one->strata & stratum))
			continue;
		anybody |= one->in;
		for (uint32_t i = 0; i < g->populations; i++)
			p->counts.count[i] += one->in >> i & 1;
	}
	for (uint32_t i = 0; i < g->populations; i++)
		p->counts.patients[i] += anybody >> i & 1;
	for (uint32_t k = 0; k < r->observations; k++) {
		const struct quality_observation *o = &r->observation[k];
		__int128 value;

		if ((!stratum || (r->member[o->member].strata & stratum)) &&
		    observation_number(o->value, &value)) {
			observe(&p->observed[o->population],
			    g->population[o->population].method, value, 1);
			p->counts.count[o->population]++;
		}
	}
}

static struct str kept(struct quality_tally *t, struct str s)
{
	return s.s ? arena_str(&t->texts, s) : STR_NONE;
}

/* The counts of a code. Of several texts for it the first in byte order is
 * shown, whichever came first. */
static uint64_t *code_counts(struct quality_tally *t,
    const struct quality_code *code)
{
	BUF_AUTO key = BUF_INIT;
	struct quality_code *own;
	int64_t *at;
	bool added;

	buf_addf(&key, "%u\n%.*s\n%.*s", code->supplement,
	    STR_FMT(code->system), STR_FMT(code->code));
	at = strmap_put(&t->codes, buf_str(&key), &added);
	if (added) {
		if (t->n == t->cap) {
			t->cap = t->cap ? 2 * t->cap : 32;
			t->code = xrealloc(t->code, t->cap * sizeof(*t->code));
		}
		*at = (int64_t)t->n;
		t->code[t->n++] = (struct quality_code_counts){
			{ code->supplement, kept(t, code->code),
			    kept(t, code->system), STR_NONE },
			xcalloc(t->populations + 1, sizeof(uint64_t)) };
	}
	own = &t->code[*at].code;
	if (code->display.n && (own->display.s == NULL ||
		str_cmp(code->display, own->display) < 0))
		own->display = kept(t, code->display);
	return t->code[*at].count;
}

/* Is the patient in any population? Others have no codes to count. */
static bool anywhere(const struct quality_tally *t,
    const struct quality_group_result *result)
{
	for (uint32_t g = 0; g < t->m->groups; g++)
		for (uint32_t i = 0; i < t->m->group[g].populations; i++)
			if (result[g].count[i])
				return true;
	return false;
}

void quality_tally_add(struct quality_tally *t,
    const struct quality_group_result *result,
    const struct quality_code *code, uint32_t n)
{
	for (uint32_t g = 0; g < t->m->groups; g++) {
		const struct quality_group *group = &t->m->group[g];

		add_part(part_of(t, g, QUALITY_WHOLE), group, &result[g], 0);
		for (int s = 0; s < (int)group->strata; s++)
			add_part(part_of(t, g, s), group, &result[g],
			    UINT64_C(1) << s);
	}
	for (uint32_t k = 0; k < n && anywhere(t, result); k++) {
		uint64_t *count = code_counts(t, &code[k]);

		for (uint32_t g = 0; g < t->m->groups; g++)
			for (uint32_t i = 0; i < t->m->group[g].populations;
			    i++)
				*count++ += result[g].count[i];
	}
}

static void merge_part(struct part *to, const struct part *from,
    const struct quality_group *g)
{
	for (uint32_t i = 0; i < g->populations; i++) {
		to->counts.count[i] += from->counts.count[i];
		to->counts.patients[i] += from->counts.patients[i];
		merge_observed(&to->observed[i], &from->observed[i],
		    g->population[i].method);
	}
}

void quality_tally_merge(struct quality_tally *t,
    const struct quality_tally *from)
{
	for (uint32_t g = 0; g < t->m->groups; g++)
		for (int s = QUALITY_WHOLE; s < (int)t->m->group[g].strata; s++)
			merge_part(part_of(t, g, s), part_of(from, g, s),
			    &t->m->group[g]);
	for (size_t k = 0; k < from->n; k++) {
		uint64_t *count = code_counts(t, &from->code[k].code);

		for (size_t i = 0; i < t->populations; i++)
			count[i] += from->code[k].count[i];
	}
}

/* ---- what came of it ---- */

const struct quality_counts *quality_tally_counts(
    const struct quality_tally *t, uint32_t group, int stratum)
{
	return &part_of(t, group, stratum)->counts;
}

static int by_code(const void *a, const void *b)
{
	const struct quality_code *x = a, *y = b;
	int d = (x->supplement > y->supplement) -
	    (x->supplement < y->supplement);

	if (d == 0)
		d = str_cmp(x->system, y->system);
	return d ? d : str_cmp(x->code, y->code);
}

const struct quality_code_counts *quality_tally_codes(
    struct quality_tally *t, size_t *n)
{
	size_t size = t->n * sizeof(*t->sorted);

	t->sorted = xrealloc(t->sorted, size + 1);
	if (t->n) {
		memcpy(t->sorted, t->code, size);
		qsort(t->sorted, t->n, sizeof(*t->sorted), by_code);
	}
	*n = t->n;
	return t->sorted;
}

uint64_t quality_tally_code(const struct quality_tally *t,
    const struct quality_code_counts *code, uint32_t group,
    uint32_t population)
{
	return code->count[t->first[group] + population];
}
