/* Whose a patient is: members of a result by who saw them. */
#include <stdlib.h>

#include "ehr/quality-owner.h"
#include "quality/impl.h"
#include "quality/person.h"

/* The members of a group that an owner has: a byte each. */
struct owned {
	struct str key, name;
	uint8_t **member; /* by group */
};

struct split {
	struct quality_run *run;
	const struct quality_measure *m;
	const struct quality_group_result *r;
	struct person_look look;
	enum quality_by by;
	char day[2][11];
	struct arena *mem;
	struct owned *v;
	size_t n;
	/* The group at hand, and its patient's visits. */
	uint32_t group;
	uint32_t *visit;
	size_t visits;
	uint32_t member;
	bool found; /* somebody of this member */
};

/* ---- visits ---- */

static bool in_period(const struct split *s, const struct tape *t,
    uint32_t visit)
{
	uint32_t at = tape_path(t, visit, "period.start");
	uint32_t end = tape_path(t, visit, "period.end");
	struct str from = at ? tape_str(t, at) : STR_NONE;
	struct str to = end ? tape_str(t, end) : from;

	if (from.n < 10)
		return false;
	return memcmp(from.s, s->day[1], 10) <= 0 &&
	    (to.n < 10 || memcmp(to.s, s->day[0], 10) >= 0);
}

static void add_visit(struct split *s, const struct tape *t, uint32_t node)
{
	if (!in_period(s, t, node))
		return;
	for (size_t i = 0; i < s->visits; i++)
		if (s->visit[i] == node)
			return;
	s->visit = xrealloc(s->visit, (s->visits + 1) * sizeof(*s->visit));
	s->visit[s->visits++] = node;
}

static void add_value(struct split *s, struct elm_value v)
{
	for (uint32_t i = 0; v.kind == ELM_LIST && i < v.n; i++)
		add_value(s, v.list[i]);
	if (v.kind == ELM_FHIR && v.cls == FHIR_Encounter)
		add_visit(s, v.tape, v.n);
}

static int look_at(void *arg, const struct quality_why *why)
{
	if (why->type == 0)
		add_value(arg, why->value);
	return 0;
}

/* Did it take place? */
static bool held(const struct tape *t, uint32_t visit)
{
	enum fhir_state state = fhir_state(t, visit, FHIR_Encounter);

	return state == FHIR_ACTIVE || state == FHIR_INACTIVE;
}

static int find_visits(struct split *s, struct ehr_err *e)
{
	const struct quality_group *g = &s->m->group[s->group];
	const struct roots *all = &s->look.patient->of[FHIR_Encounter];
	const struct tape *t = &s->look.patient->tape;
	int rc = 0;

	s->visits = 0;
	for (uint32_t i = 0; i < g->populations && rc == 0; i++)
		if (g->population[i].kind == QUALITY_INITIAL)
			rc = quality_explain(s->run, g->population[i].define,
			    look_at, s, e);
	for (uint32_t i = 0; s->visits == 0 && i < all->n; i++)
		if (held(t, all->node[i]))
			add_visit(s, t, all->node[i]);
	return rc;
}

/* ---- owners ---- */

static struct owned *owned_of(struct split *s, struct str key, struct str name)
{
	struct owned *o;

	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].key, key) &&
		    (key.s == NULL) == (s->v[i].key.s == NULL))
			return &s->v[i];
	s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
	o = &s->v[s->n++];
	o->key = key.s ? arena_str(s->mem, key) : STR_NONE;
	o->name = name.n ? arena_str(s->mem, name) : STR_NONE;
	o->member = arena_alloc(s->mem, s->m->groups * sizeof(*o->member));
	for (uint32_t g = 0; g < s->m->groups; g++)
		o->member[g] = arena_alloc(s->mem, s->r[g].members + 1);
	return o;
}

static void take(void *arg, struct str key, struct str name)
{
	struct split *s = arg;

	owned_of(s, key, name)->member[s->group][s->member] = 1;
	s->found = true;
}

static void look_up(struct split *s, uint32_t visit)
{
	if (s->by == QUALITY_BY_PROVIDER)
		person_providers(&s->look, visit, take, s);
	else if (s->by == QUALITY_BY_FACILITY)
		person_facilities(&s->look, visit, take, s);
	else
		person_taxpayers(&s->look, visit, take, s);
}

static void add_member(struct split *s, const struct quality_member *m)
{
	uint32_t own = 0;

	s->found = false;
	if (m->episode.kind == ELM_FHIR && m->episode.cls == FHIR_Encounter)
		own = m->episode.n;
	else if (m->episode.kind == ELM_FHIR)
		own = person_visit(&s->look, m->episode.n);
	if (own)
		look_up(s, own);
	for (size_t i = 0; own == 0 && i < s->visits; i++)
		look_up(s, s->visit[i]);
	if (!s->found)
		take(s, STR_NONE, STR_NONE);
}

static int split_group(struct split *s, struct ehr_err *e)
{
	const struct quality_group_result *r = &s->r[s->group];
	uint32_t anybody = 0;
	int rc;

	for (uint32_t k = 0; k < r->members; k++)
		anybody |= r->member[k].in;
	if (anybody == 0)
		return 0;
	rc = find_visits(s, e);
	for (s->member = 0; s->member < r->members && rc == 0; s->member++)
		if (r->member[s->member].in)
			add_member(s, &r->member[s->member]);
	return rc;
}

/* ---- what is theirs ---- */

static void part(const struct split *s, const struct owned *o, uint32_t group,
    struct quality_group_result *to)
{
	const struct quality_group_result *r = &s->r[group];
	struct quality_member *member = arena_alloc(s->mem,
	    (r->members + 1) * sizeof(*member));
	struct quality_observation *seen = arena_alloc(s->mem,
	    (r->observations + 1) * sizeof(*seen));

	*to = (struct quality_group_result){ .members = r->members,
		.member = member, .observation = seen };
	for (uint32_t k = 0; k < r->members; k++) {
		member[k] = r->member[k];
		if (!o->member[group][k])
			member[k].in = 0;
		for (uint32_t i = 0; i < s->m->group[group].populations; i++)
			to->count[i] += member[k].in >> i & 1;
	}
	for (uint32_t k = 0; k < r->observations; k++)
		if (o->member[group][r->observation[k].member])
			seen[to->observations++] = r->observation[k];
}

static int by_key(const void *a, const void *b)
{
	const struct quality_owner *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static void hand_out(const struct split *s, const struct quality_owner **list)
{
	struct quality_owner *out = arena_alloc(s->mem,
	    (s->n + 1) * sizeof(*out));

	for (size_t i = 0; i < s->n; i++) {
		struct quality_group_result *r = arena_alloc(s->mem,
		    s->m->groups * sizeof(*r));

		for (uint32_t g = 0; g < s->m->groups; g++)
			part(s, &s->v[i], g, &r[g]);
		out[i] = (struct quality_owner){ s->v[i].key, s->v[i].name,
			r };
	}
	if (s->n)
		qsort(out, s->n, sizeof(*out), by_key);
	*list = out;
}

int quality_owners(struct quality_run *run, const struct quality_patient *p,
    const struct quality_group_result *r, enum quality_by by,
    const struct quality_practice *practice, struct arena *mem,
    const struct quality_owner **list, size_t *n, struct ehr_err *e)
{
	struct split s = { .run = run, .m = quality_run_measure(run), .r = r,
		.look = { p, practice }, .by = by, .mem = mem };
	int rc = 0;

	quality_run_period(run, s.day[0], s.day[1]);
	for (; s.group < s.m->groups && rc == 0; s.group++)
		rc = split_group(&s, e);
	if (rc == 0)
		hand_out(&s, list);
	*n = s.n;
	free(s.visit);
	free(s.v);
	return rc;
}
