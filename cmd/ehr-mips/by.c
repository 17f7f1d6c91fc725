/* by.c - ehr-mips eval --by: counts of each clinician, facility, taxpayer. */
#include <stdlib.h>

#include "ehr/quality-owner.h"
#include "mips.h"

/* The setting with the practice's taxpayer number. */
#define TIN_SETTING "practice.tin"

struct mine {
	struct str key, name; /* STR_NONE: not known */
	struct quality_tally *tally;
};

/* Who has patients in a measure; of one task and worker. */
struct owners {
	struct strmap place; /* key -> number */
	struct mine *v;
	size_t n;
	struct arena mem;
	uint64_t patients, several, unknown;
};

struct by {
	enum quality_by what;
	struct quality_practice practice;
	struct strmap body; /* "Type/id" of no patient -> place in text */
	struct buf text, tin;
	struct strmap facility; /* id of a Location -> place in names */
	struct buf names;	/* each ended by NUL */
	struct owners *of;	/* by task and worker */
	struct arena *scratch;	/* by worker */
	struct ehr_err *e;
};

static struct owners *owners_of(const struct job *j, const struct task *t,
    unsigned worker)
{
	return &j->by->of[(size_t)(t - j->task) * j->jobs + worker];
}

/* ---- what the record knows beside charts ---- */

static struct str shared_body(void *arg, int type, struct str id)
{
	const struct by *by = arg;
	BUF_AUTO key = BUF_INIT;
	const int64_t *at;

	buf_addf(&key, "%s/%.*s", fhir_type_name(type), STR_FMT(id));
	at = strmap_get(&by->body, buf_str(&key));
	return at ? str_of(by->text.s + *at) : STR_NONE;
}

static struct str facility_of(void *arg, struct str location)
{
	const struct by *by = arg;
	const int64_t *at = strmap_get(&by->facility, location);

	return at ? str_of(by->names.s + *at) : STR_NONE;
}

static int keep_body(void *arg, const struct resource *res)
{
	struct by *by = arg;
	BUF_AUTO key = BUF_INIT;

	buf_addf(&key, "%s/%.*s", fhir_type_name(res->type), STR_FMT(res->id));
	*strmap_put(&by->body, buf_str(&key), NULL) = (int64_t)by->text.len;
	buf_addstr(&by->text, res->body);
	buf_addch(&by->text, '\0');
	return 0;
}

struct placing {
	struct by *by;
	struct record *r;
};

static int keep_place(void *arg, int64_t rid, struct str facility)
{
	struct placing *p = arg;
	struct by *by = p->by;
	BUF_AUTO name = BUF_INIT;
	struct str id, part;
	int rc = record_rid_name(p->r, rid, &name, by->e);

	if (rc <= 0)
		return rc;
	id = buf_str(&name);
	str_split(&id, '/', &part);
	*strmap_put(&by->facility, id, NULL) = (int64_t)by->names.len;
	buf_addstr(&by->names, facility);
	buf_addch(&by->names, '\0');
	return 0;
}

int by_open(struct job *j, struct ehr_err *e)
{
	static const int types[] = { FHIR_Practitioner, FHIR_PractitionerRole,
		FHIR_Organization, FHIR_Location };
	struct by *by = j->by;
	struct record_filter f = RECORD_FILTER;
	struct placing p = { by, j->a.r };
	int rc;

	f.bodies = true;
	by->e = e;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		record_types_add(&f.types, types[i]);
	rc = record_shared(j->a.r, &f, keep_body, by, e);
	if (rc == 0)
		rc = record_place_each(j->a.r, keep_place, &p, e);
	if (rc == 0)
		rc = store_config_get(record_store(j->a.r), TIN_SETTING,
		    &by->tin, e);
	by->practice.shared = shared_body;
	by->practice.facility = facility_of;
	by->practice.tin = buf_str(&by->tin);
	return rc < 0 ? rc : 0;
}

/* ---- a patient, in a worker ---- */

static struct mine *mine_of(struct owners *o, struct str key, struct str name,
    const struct quality_measure *m)
{
	bool added;
	int64_t *at = strmap_put(&o->place, key.s ? key : STR(""), &added);

	if (!added)
		return &o->v[*at];
	*at = (int64_t)o->n;
	o->v = xrealloc(o->v, (o->n + 1) * sizeof(*o->v));
	o->v[o->n] = (struct mine){
		key.s ? arena_str(&o->mem, key) : STR_NONE,
		name.s ? arena_str(&o->mem, name) : STR_NONE,
		quality_tally_new(m) };
	return &o->v[o->n++];
}

/* Of several names the first in byte order, whoever came first. */
static void better_name(struct owners *o, struct mine *mine, struct str name)
{
	if (name.s && (mine->name.s == NULL || str_cmp(name, mine->name) < 0))
		mine->name = arena_str(&o->mem, name);
}

static int patient(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	struct owners *o = owners_of(j, t, worker);
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_owner *list;
	size_t n;
	int rc;

	arena_reset(&j->by->scratch[worker]);
	rc = quality_owners(t->run[worker], j->patient[worker],
	    t->seen[worker].result, j->by->what, &j->by->practice,
	    &j->by->scratch[worker], &list, &n, &w->err);
	if (rc < 0)
		return rc;
	o->patients += n > 0;
	o->several += n > 1;
	for (size_t i = 0; i < n; i++) {
		struct mine *mine = mine_of(o, list[i].key, list[i].name, m);

		better_name(o, mine, list[i].name);
		quality_tally_add(mine->tally, list[i].result, NULL, 0);
		o->unknown += list[i].key.s == NULL;
	}
	return 0;
}

/* ---- all of them ---- */

static void merge(struct owners *to, const struct owners *from,
    const struct quality_measure *m)
{
	for (size_t i = 0; i < from->n; i++) {
		struct mine *mine = mine_of(to, from->v[i].key,
		    from->v[i].name, m);

		better_name(to, mine, from->v[i].name);
		quality_tally_merge(mine->tally, from->v[i].tally);
	}
	to->patients += from->patients;
	to->several += from->several;
	to->unknown += from->unknown;
}

/* Who is not known comes last. */
static int by_key(const void *a, const void *b)
{
	const struct mine *x = a, *y = b;

	if ((x->key.s == NULL) != (y->key.s == NULL))
		return x->key.s == NULL ? 1 : -1;
	return str_cmp(x->key, y->key);
}

static void begin_row(struct job *j, const struct mine *mine,
    const struct quality_measure *m, uint32_t g)
{
	if (mine->key.s)
		print_text(j->rows, mine->key);
	else
		print_absent(j->rows, "unknown");
	print_text(j->rows, mine->name);
	print_text(j->rows, m->name);
	print_text(j->rows, m->group[g].id);
}

static int group_rows(struct job *j, const struct task *t,
    const struct mine *mine, uint32_t g, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group *group = &m->group[g];
	const struct quality_counts *c = quality_tally_counts(mine->tally, g,
	    QUALITY_WHOLE);
	BUF_AUTO score = BUF_INIT;
	int rc = 0;

	for (uint32_t i = 0; i < group->populations && rc == 0; i++) {
		begin_row(j, mine, m, g);
		print_text(j->rows, group->population[i].id);
		print_text(j->rows, group->population[i].code);
		print_int(j->rows, (int64_t)c->count[i]);
		rc = origin_row(j, t, 1, e);
	}
	if (rc < 0 || !quality_fraction_text(&score,
			  quality_tally_score(mine->tally, g, QUALITY_WHOLE),
			  6))
		return rc;
	begin_row(j, mine, m, g);
	print_text(j->rows, STR("score"));
	print_text(j->rows, STR_NONE);
	print_number(j->rows, buf_str(&score));
	return origin_row(j, t, 1, e);
}

static int task_rows(struct job *j, const struct task *t, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	struct owners *o = owners_of(j, t, 0);
	int rc = 0;

	for (unsigned w = 1; w < j->jobs; w++)
		merge(o, owners_of(j, t, w), m);
	if (o->n)
		qsort(o->v, o->n, sizeof(*o->v), by_key);
	for (size_t i = 0; i < o->n; i++)
		for (uint32_t g = 0; g < m->groups && rc == 0; g++)
			rc = group_rows(j, t, &o->v[i], g, e);
	cli_note(j->c, "%.*s: %llu patients in it, %llu of them with several, "
	    "%llu with some visit of nobody known", STR_FMT(m->name),
	    (unsigned long long)o->patients, (unsigned long long)o->several,
	    (unsigned long long)o->unknown);
	return rc;
}

int by_rows(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	for (size_t k = 0; k < j->tasks && rc == 0; k++)
		rc = task_rows(j, &j->task[k], e);
	return rc;
}

int by_begin(struct job *j, int what, struct ehr_err *e)
{
	static const char *const names[] = { "", "provider", "facility",
		"tin" };
	struct print_col cols[] = { { names[what], 0 }, { "name", 0 },
		{ "measure", 0 }, { "group", 0 }, { "population", 0 },
		{ "code", 0 }, { "value", PRINT_RIGHT } };
	struct by *by = xcalloc(1, sizeof(*by));

	by->what = (enum quality_by)what;
	by->text = by->tin = by->names = BUF_INIT;
	by->practice.arg = by;
	by->of = xcalloc(j->tasks * j->jobs + 1, sizeof(*by->of));
	by->scratch = xcalloc(j->jobs, sizeof(*by->scratch));
	j->by = by;
	j->result = patient;
	return origin_open(j, cols, ARRAY_LEN(cols), e);
}

static void owners_release(struct owners *o)
{
	for (size_t i = 0; i < o->n; i++)
		quality_tally_free(o->v[i].tally);
	free(o->v);
	strmap_release(&o->place);
	arena_release(&o->mem);
}

void by_end(struct job *j)
{
	struct by *by = j->by;

	if (by == NULL)
		return;
	for (size_t i = 0; i < j->tasks * j->jobs; i++)
		owners_release(&by->of[i]);
	for (unsigned w = 0; w < j->jobs; w++)
		arena_release(&by->scratch[w]);
	strmap_release(&by->body);
	strmap_release(&by->facility);
	buf_release(&by->text);
	buf_release(&by->tin);
	buf_release(&by->names);
	free(by->of);
	free(by->scratch);
	free(by);
}
