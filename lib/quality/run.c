/* Evaluating a measure for one patient after another. */
#include "quality/impl.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the period ---- */

struct period {
	struct date from, to; /* days, both in it */
};

static bool day_of(struct str s, bool last, struct date *d)
{
	if (!date_parse(s, d) || d->precision < DATE_YEAR)
		return false;
	if (d->precision == DATE_YEAR)
		d->month = last ? 12 : 1;
	if (d->precision <= DATE_MONTH) {
		d->day = last ? 31 : 1;
		while (!date_valid_day(d->year, d->month, d->day))
			d->day--;
	}
	d->precision = DATE_DAY;
	return true;
}

/* "2026-Q1" */
static bool quarter(struct str s, struct period *p)
{
	struct str year = { s.s, 4 };
	int q;

	if (s.n != 7 || s.s[4] != '-' || s.s[5] != 'Q' || s.s[6] < '1' ||
	    s.s[6] > '4' || !day_of(year, false, &p->from) ||
	    !day_of(year, true, &p->to))
		return false;
	q = s.s[6] - '1';
	p->from.month = q * 3 + 1;
	p->to.month = q * 3 + 3;
	p->to.day = p->to.month == 6 || p->to.month == 9 ? 30 : 31;
	return true;
}

static bool period_of(struct str s, struct period *p)
{
	struct str from = s, to = s;
	const char *dots = s.n > 2 ? memmem(s.s, s.n, "..", 2) : NULL;

	if (quarter(s, p))
		return true;
	if (dots) {
		from.n = (size_t)(dots - s.s);
		to = (struct str){ dots + 2, s.n - from.n - 2 };
	}
	return day_of(from, false, &p->from) && day_of(to, true, &p->to) &&
	    date_cmp_day(&p->from, &p->to) <= 0;
}

/* ---- a run ---- */

/* What runs of one worker share: a patient's values, of all that is compiled
 * into their packages' base. */
struct shared {
	struct shared *next;	/* of the base */
	unsigned refs, worker;
	struct base *base;
	struct elm_ctx *ctx;
	struct elm_source source;
	struct elm_terms terms;
	enum quality_profiles profiles;
	int zone;
	bool strict;			/* for the patient at hand */
	const struct quality_patient *patient;
	uint64_t reading;		/* of that patient */
	struct period period;
	struct elm_interval interval;	/* the same, as the parameter */
	struct plan {			/* of a retrieve, by its number */
		bool ready, base;
		const struct profile *rule;
	} *plan;
	uint32_t plans;
};

struct quality_run {
	const struct quality_package *p;
	struct shared *sh;
	struct quality_group_result *result;
	struct arena arena;		/* of the results */
};

static bool in_valueset(void *arg, size_t valueset, struct str system,
    struct str code)
{
	const struct base *b = arg;

	return valueset < b->sets && b->set[valueset] >= 0 &&
	    terms_has(&b->terms, b->set[valueset], system, code);
}

static void expand(void *arg, size_t valueset,
    void (*add)(void *to, const struct elm_code *code), void *to)
{
	const struct base *b = arg;
	const struct set *set;

	if (valueset >= b->sets || b->set[valueset] < 0)
		return;
	set = &b->terms.set[b->set[valueset]];
	for (uint32_t i = 0; i < set->codes; i++)
		add(to, &(struct elm_code){ .code = set->code[i],
		    .system = set->system[i] });
}

static struct plan *plan_of(struct shared *sh,
    const struct elm_retrieve *r)
{
	struct plan *plan;

	if (r->number >= sh->plans) {
		uint32_t n = (r->number + 1) * 2;

		sh->plan = xrealloc(sh->plan, n * sizeof(*sh->plan));
		memset(sh->plan + sh->plans, 0,
		    (n - sh->plans) * sizeof(*sh->plan));
		sh->plans = n;
	}
	plan = &sh->plan[r->number];
	if (!plan->ready) {
		plan->ready = true;
		plan->base = r->profile.s == NULL ||
		    profile_is_base(r->profile);
		plan->rule = profile_find(r->profile);
	}
	return plan;
}

static int retrieve(void *arg, const struct elm_retrieve *r,
    void (*add)(void *to, const struct tape *t, uint32_t root), void *to,
    struct ehr_err *e)
{
	struct shared *sh = arg;
	const struct roots *of = &sh->patient->of[r->type];
	const struct tape *t = &sh->patient->tape;
	const struct plan *plan = plan_of(sh, r);

	(void)e;
	for (uint32_t i = 0; i < of->n; i++) {
		uint32_t root = of->node[i];

		if (plan->base ||
		    (sh->strict ? profile_named(t, root, r->profile)
				 : profile_infers(plan->rule, t, root,
				       r->code_path.s != NULL)))
			add(to, t, root);
	}
	return 0;
}

static struct elm_value midnight(const struct date *d, int after, int zone)
{
	int64_t day = date_days(d->year, d->month, d->day) + after;

	return (struct elm_value){ .kind = ELM_DATETIME,
		.precision = ELM_MILLISECOND, .zone = (int16_t)zone,
		.i = day * INT64_C(86400000) };
}

static struct shared *shared_new(struct base *base, unsigned worker,
    const struct period *days, int zone, enum quality_profiles profiles)
{
	struct shared *sh = xcalloc(1, sizeof(*sh));

	sh->base = base;
	sh->worker = worker;
	sh->period = *days;
	sh->zone = zone;
	sh->profiles = profiles;
	sh->source = (struct elm_source){ .retrieve = retrieve, .arg = sh };
	sh->terms = (struct elm_terms){ in_valueset, expand, base };
	sh->ctx = elm_ctx_new(base->elm, &sh->source, &sh->terms, clock_ms(),
	    zone);
	sh->interval = (struct elm_interval){ midnight(&days->from, 0, zone),
		midnight(&days->to, 1, zone), true, false, false };
	elm_parameter(sh->ctx, STR("Measurement Period"),
	    (struct elm_value){ .kind = ELM_INTERVAL,
		.interval = &sh->interval });
	sh->next = base->shared;
	base->shared = sh;
	return sh;
}

static struct shared *shared_find(struct base *base, unsigned worker,
    const struct period *days, int zone, enum quality_profiles profiles)
{
	struct shared *sh = base->shared;

	for (; sh; sh = sh->next)
		if (sh->worker == worker && sh->zone == zone &&
		    sh->profiles == profiles &&
		    date_cmp_day(&sh->period.from, &days->from) == 0 &&
		    date_cmp_day(&sh->period.to, &days->to) == 0)
			return sh;
	return shared_new(base, worker, days, zone, profiles);
}

static void shared_leave(struct shared *sh)
{
	struct shared **at = &sh->base->shared;

	if (--sh->refs > 0)
		return;
	while (*at != sh)
		at = &(*at)->next;
	*at = sh->next;
	elm_ctx_free(sh->ctx);
	free(sh->plan);
	free(sh);
}

int quality_run_new(struct quality_run **out, const struct quality_package *p,
    unsigned worker, const char *period, int zone,
    enum quality_profiles profiles, struct ehr_err *e)
{
	struct quality_run *run;
	struct period days;
	BUF_AUTO own = BUF_INIT;

	buf_addf(&own, "%.*s..%.*s", STR_FMT(p->measure.start),
	    STR_FMT(p->measure.end));
	if (!period_of(period ? str_of(period) : buf_str(&own), &days))
		return ehr_fail(e, EHR_EUSAGE, "%s: no period",
		    period ? period : "the measure's effectivePeriod");
	run = xcalloc(1, sizeof(*run));
	run->p = p;
	run->sh = shared_find(p->base, worker, &days, zone, profiles);
	run->sh->refs++;
	run->result = xcalloc(p->measure.groups, sizeof(*run->result));
	*out = run;
	return 0;
}

void quality_run_free(struct quality_run *run)
{
	if (run == NULL)
		return;
	shared_leave(run->sh);
	arena_release(&run->arena);
	free(run->result);
	free(run);
}

void quality_run_limit(struct quality_run *run,
    const struct elm_limits *limits)
{
	elm_limit(run->sh->ctx, limits);
}

void quality_run_period(const struct quality_run *run, char from[11],
    char to[11])
{
	const struct date *d = &run->sh->period.from;

	snprintf(from, 11, "%04u-%02u-%02u", (unsigned)d->year % 10000,
	    (unsigned)d->month % 100, (unsigned)d->day % 100);
	d = &run->sh->period.to;
	snprintf(to, 11, "%04u-%02u-%02u", (unsigned)d->year % 10000,
	    (unsigned)d->month % 100, (unsigned)d->day % 100);
}

const struct elm_package *quality_run_elm(const struct quality_run *run)
{
	return run->p->base->elm;
}

const struct quality_measure *quality_run_measure(
    const struct quality_run *run)
{
	return &run->p->measure;
}

int quality_run_value(struct quality_run *run, int define, struct elm_value *v,
    struct ehr_err *e)
{
	return elm_eval(run->sh->ctx, define, v, e);
}

int quality_run_supplement(struct quality_run *run,
    const struct quality_code **list, uint32_t *n, struct ehr_err *e)
{
	return supplement_codes(run, &run->p->measure, &run->arena, list, n, e);
}

int quality_run_retrieve(struct quality_run *run, int define, size_t i,
    struct elm_retrieve *r, struct elm_value *list, struct elm_value *whole,
    struct ehr_err *e)
{
	struct elm_ctx *ctx = run->sh->ctx;
	int rc = elm_define_retrieve(ctx, define, i, true, r, whole, e);

	return rc <= 0 ? rc : elm_define_retrieve(ctx, define, i, false, r,
	    list, e);
}

/* ---- members ---- */

struct members {
	struct quality_member *v;
	uint32_t n, cap;
	bool episodes;
};

static struct quality_member *member_of(struct members *m,
    struct elm_value episode)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (m->v[i].episode.tape == episode.tape &&
		    m->v[i].episode.n == episode.n)
			return &m->v[i];
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 16;
		m->v = xrealloc(m->v, m->cap * sizeof(*m->v));
	}
	m->v[m->n] = (struct quality_member){ .episode = episode };
	return &m->v[m->n++];
}

/* Marks the members a population's or stratum's value names: the episodes of a
 * list, or all of them for true. A list of anything counts for a patient. */
static void mark(struct members *m, struct elm_value v, uint32_t raw,
    uint64_t strata)
{
	bool all = v.kind == ELM_BOOLEAN && v.i;

	if (!m->episodes && v.kind == ELM_LIST)
		all = v.n > 0;
	if (all)
		for (uint32_t i = 0; i < m->n; i++) {
			m->v[i].raw |= raw;
			m->v[i].strata |= strata;
		}
	if (!m->episodes || v.kind != ELM_LIST)
		return;
	for (uint32_t i = 0; i < v.n; i++)
		if (v.list[i].kind == ELM_FHIR) {
			struct quality_member *one = member_of(m, v.list[i]);

			one->raw |= raw;
			one->strata |= strata;
		}
}

/* The initial populations, or all others. */
static int mark_populations(struct quality_run *run,
    const struct quality_group *g, bool initial, struct members *m,
    struct ehr_err *e)
{
	struct elm_value v;
	int rc = 0;

	for (uint32_t i = 0; i < g->populations && rc == 0; i++) {
		if (g->population[i].kind == QUALITY_OBSERVATION ||
		    (g->population[i].kind == QUALITY_INITIAL) != initial)
			continue;
		rc = elm_eval(run->sh->ctx, g->population[i].define, &v, e);
		mark(m, v, UINT32_C(1) << i, 0);
	}
	return rc;
}

/* Who is in no initial population is in none at all: the rest is not asked. */
static int mark_all(struct quality_run *run, const struct quality_group *g,
    struct members *m, struct ehr_err *e)
{
	uint32_t some = 0;
	struct elm_value v;
	int rc = mark_populations(run, g, true, m, e);

	for (uint32_t k = 0; k < m->n; k++)
		some |= m->v[k].raw;
	if (rc == 0 && some == 0)
		return 0;
	if (rc == 0)
		rc = mark_populations(run, g, false, m, e);
	for (uint32_t i = 0; i < g->strata && rc == 0; i++) {
		rc = elm_eval(run->sh->ctx, g->stratum[i].define, &v, e);
		mark(m, v, 0, UINT64_C(1) << i);
	}
	return rc;
}

/* ---- observations ---- */

/* Is a member observed: in the population, and in no exclusion from it? */
static bool observed(const struct quality_group *g,
    const struct quality_population *o, const struct quality_member *m)
{
	enum quality_kind kind = g->population[o->of].kind, out;

	out = kind == QUALITY_MEASURED ? QUALITY_MEASURED_EXCLUSION
	    : kind == QUALITY_NUMERATOR ? QUALITY_NUMERATOR_EXCLUSION
					: QUALITY_EXCLUSION;
	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == out && (m->in >> i & 1))
			return false;
	return m->in >> o->of & 1;
}

static int number(const struct quality_population *o, struct elm_value v,
    struct ehr_err *e)
{
	__int128 n;

	if (v.kind == ELM_NULL || observation_number(v, &n))
		return 0;
	return ehr_fail(e, EHR_EREJECT, "%.*s: an observation that is no number",
	    STR_FMT(o->id));
}

static int observe(struct quality_run *run, const struct quality_group *g,
    const struct members *m, struct quality_group_result *r,
    struct ehr_err *e)
{
	struct quality_observation *list = arena_alloc(&run->arena,
	    (m->n * g->populations + 1) * sizeof(*list));
	int rc = 0;

	r->observation = list;
	for (uint32_t i = 0; i < g->populations; i++) {
		const struct quality_population *o = &g->population[i];

		if (o->kind != QUALITY_OBSERVATION)
			continue;
		for (uint32_t k = 0; k < m->n && rc == 0; k++) {
			struct quality_observation *to = &list[r->observations];

			if (!observed(g, o, &m->v[k]))
				continue;
			to->population = i;
			to->member = k;
			rc = o->function >= 0
			    ? elm_call(run->sh->ctx, o->function,
				  &m->v[k].episode, &to->value, e)
			    : elm_eval(run->sh->ctx, o->define, &to->value, e);
			if (rc == 0)
				rc = number(o, to->value, e);
			r->observations++;
			r->count[i] += to->value.kind != ELM_NULL;
		}
	}
	return rc;
}

/* ---- one patient ---- */

static void count(const struct quality_group *g, struct members *m,
    struct quality_group_result *r)
{
	uint32_t initial = 0;

	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == QUALITY_INITIAL)
			initial |= UINT32_C(1) << i;
	for (uint32_t k = 0; k < m->n; k++) {
		m->v[k].in = quality_gate(g, m->v[k].raw);
		for (uint32_t i = 0; i < g->populations; i++)
			r->count[i] += m->v[k].in >> i & 1;
		for (uint32_t i = 0; i < g->strata; i++)
			r->stratum[i] += (m->v[k].strata >> i & 1) &&
			    (m->v[k].in & initial);
	}
}

static int run_group(struct quality_run *run, const struct quality_group *g,
    struct quality_group_result *r, struct ehr_err *e)
{
	struct members m = { .episodes = !str_is(g->basis, "boolean") };
	struct quality_member *kept;
	int rc;

	*r = (struct quality_group_result){ 0 };
	if (!m.episodes)
		member_of(&m, ELM_NOTHING);
	rc = mark_all(run, g, &m, e);
	if (rc == 0) {
		count(g, &m, r);
		rc = observe(run, g, &m, r, e);
	}
	kept = arena_alloc(&run->arena, (m.n + 1) * sizeof(*kept));
	if (m.n)
		memcpy(kept, m.v, m.n * sizeof(*kept));
	r->member = kept;
	r->members = m.n;
	free(m.v);
	return rc;
}

/* QI-Core's Patient profile: who names it is from a source that names all. */
#define QICORE_PATIENT \
	"http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-patient"

static void begin(struct quality_run *run,
    const struct quality_patient *patient)
{
	struct shared *sh = run->sh;

	arena_reset(&run->arena);
	if (sh->patient == patient && sh->reading == patient->reading)
		return;
	sh->patient = patient;
	sh->reading = patient->reading;
	sh->strict = sh->profiles == QUALITY_STRICT ||
	    (sh->profiles == QUALITY_AUTO &&
		profile_named(&patient->tape, patient->patient,
		    STR(QICORE_PATIENT)));
	sh->source.not_done_sets = !sh->strict;
	elm_patient(sh->ctx);
}

int quality_run_patient(struct quality_run *run,
    const struct quality_patient *patient,
    const struct quality_group_result **result, struct ehr_err *e)
{
	const struct quality_measure *m = &run->p->measure;
	int rc = 0;

	begin(run, patient);
	for (uint32_t i = 0; i < m->groups && rc == 0; i++)
		rc = run_group(run, &m->group[i], &run->result[i], e);
	*result = run->result;
	return rc;
}

/* ---- who is in none ---- */

bool quality_run_hopeless(struct quality_run *run,
    const struct quality_patient *patient,
    bool (*none)(void *arg, uint32_t need, int64_t from, int64_t to),
    void *arg)
{
	const struct quality_measure *m = &run->p->measure;

	begin(run, patient);
	for (uint32_t g = 0; g < m->groups; g++)
		for (uint32_t i = 0; i < m->group[g].populations; i++) {
			const struct quality_population *p =
			    &m->group[g].population[i];

			if (p->kind == QUALITY_INITIAL &&
			    !elm_hopeless(run->sh->ctx, p->define, none, arg))
				return false;
		}
	return true;
}

void quality_run_nobody(struct quality_run *run,
    const struct quality_group_result **result)
{
	static const struct quality_member nobody;
	const struct quality_measure *m = &run->p->measure;

	arena_reset(&run->arena);
	for (uint32_t g = 0; g < m->groups; g++)
		run->result[g] = (struct quality_group_result){
			.members = str_is(m->group[g].basis, "boolean"),
			.member = &nobody };
	*result = run->result;
}
