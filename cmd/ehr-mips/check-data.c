/* check-data.c - ehr-mips check-data: why a measure finds nobody: codes that
 * nothing in the record has, local ones, elements that are missing. */
#include <stdlib.h>

#include "ehr/quality-census.h"
#include "mips.h"

enum { SHOWN = 10, NAMED = 4 };

/* A measure, with what there is for each of its retrieves. */
struct checking {
	struct job *j;
	const struct task *t;
	const struct quality_package *p;
	const struct quality_measure *m;
	struct quality_found *found;
	uint8_t *told; /* by retrieve: has its row */
	size_t needs;
	bool maybe; /* what is told may be right: no finding */
	struct ehr_err *e;
};

/* ---- a patient, in a worker ---- */

static int count(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	(void)w;
	if (t == j->task)
		quality_census_add(j->census[worker], j->patient[worker]);
	return 0;
}

/* ---- rows ---- */

/* Numbers below 0 are not known. */
static int put(struct checking *k, const char *finding, struct str population,
    int type, struct str codes, int64_t have, int64_t match,
    const struct buf *todo)
{
	struct printer *p = k->j->rows;

	print_text(p, k->m->name);
	print_text(p, str_of(finding));
	print_text(p, population);
	print_text(p, type ? str_of(fhir_type_name(type)) : STR_NONE);
	print_text(p, codes.n ? codes : STR_NONE);
	if (have < 0)
		print_text(p, STR_NONE);
	else
		print_int(p, have);
	if (match < 0)
		print_text(p, STR_NONE);
	else
		print_int(p, match);
	print_text(p, todo->len ? buf_str(todo) : STR_NONE);
	k->j->findings += todo->len > 0 && !k->maybe;
	return origin_row(k->j, k->t, 1, k->e);
}

static struct quality_need need_of(const struct checking *k, size_t i)
{
	struct quality_need need = { 0 };

	quality_need(k->p, i, &need);
	return need;
}

/* Is it the same question as an earlier one's? */
static bool repeated(const struct checking *k, size_t i)
{
	struct quality_need a = need_of(k, i), b;

	for (size_t h = 0; h < i; h++) {
		b = need_of(k, h);
		if (a.type == b.type && str_eq(a.path, b.path) &&
		    str_eq(quality_need_name(k->p, h),
			quality_need_name(k->p, i)))
			return true;
	}
	return false;
}

/* ---- populations nobody is in ---- */

/* What a population stands on: a byte for each retrieve that finds nothing. */
struct below {
	uint8_t *nothing;
	size_t asked, n;
	bool whole; /* of some type nothing is found at all: only those */
};

static void look_below(const struct checking *k, int define, struct below *b)
{
	bool some[FHIR_RESOURCES + 1] = { false };

	*b = (struct below){ .nothing = xcalloc(k->needs + 1, 1) };
	quality_define_needs(k->p, define, b->nothing, k->needs);
	for (size_t i = 0; i < k->needs; i++)
		if (b->nothing[i] && k->found[i].match)
			some[need_of(k, i).type] = true;
	for (size_t i = 0; i < k->needs; i++)
		b->whole |= b->nothing[i] && !some[need_of(k, i).type];
	for (size_t i = 0; i < k->needs; i++) {
		b->nothing[i] &= !repeated(k, i);
		b->asked += b->nothing[i];
		b->nothing[i] &= !k->found[i].match &&
		    (!b->whole || !some[need_of(k, i).type]);
		b->n += b->nothing[i];
	}
}

static void add_names(const struct checking *k, const struct below *below,
    struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < k->needs; i++) {
		if (!below->nothing[i] || n++ >= NAMED)
			continue;
		buf_addf(b, "%s %.*s (%s)", n > 1 ? "," : "",
		    STR_FMT(quality_need_name(k->p, i)),
		    fhir_type_name(need_of(k, i).type));
	}
	if (n > NAMED)
		buf_addf(b, " and %zu more", n - NAMED);
}

static int below_rows(struct checking *k, struct str population,
    const struct below *below)
{
	int rc = 0;

	for (size_t i = 0; i < k->needs && rc == 0; i++) {
		struct quality_need need = need_of(k, i);
		BUF_AUTO todo = BUF_INIT;

		if (!below->nothing[i] || k->told[i])
			continue;
		k->told[i] = 1;
		if (k->found[i].have == 0)
			buf_addf(&todo, "there is no %s at all",
			    fhir_type_name(need.type));
		else
			buf_adds(&todo, "map local codes to these");
		rc = put(k, "codes", population, need.type,
		    quality_need_name(k->p, i), (int64_t)k->found[i].have, 0,
		    &todo);
	}
	return rc;
}

/* May it well be that nobody is in it? */
static bool excused(const struct checking *k, enum quality_kind kind)
{
	return (kind == QUALITY_NUMERATOR && k->m->inverse) ||
	    kind == QUALITY_EXCLUSION || kind == QUALITY_EXCEPTION ||
	    kind == QUALITY_NUMERATOR_EXCLUSION ||
	    kind == QUALITY_MEASURED_EXCLUSION;
}

/* Of what may be empty only that which nobody can be in. */
static void advise_on(const struct checking *k,
    const struct quality_population *p, const struct below *below,
    struct buf *b)
{
	if (excused(k, p->kind) && below->n == below->asked && below->n) {
		buf_adds(b, "right where nobody is; nothing is coded as");
		add_names(k, below, b);
	} else if (!excused(k, p->kind) && below->whole) {
		buf_adds(b, "nothing is coded as");
		add_names(k, below, b);
	} else if (!excused(k, p->kind)) {
		buf_adds(b, "codes are there: look at dates, ages and profiles "
		    "(ehr-mips why)");
		if (below->n)
			buf_adds(b, "; but none of");
		add_names(k, below, b);
	}
}

static int empty(struct checking *k, const struct quality_population *p)
{
	struct below below;
	BUF_AUTO todo = BUF_INIT;
	int rc = 0;

	k->maybe = excused(k, p->kind);
	if (k->maybe && !mips_opts.all)
		return 0;
	look_below(k, p->define, &below);
	advise_on(k, p, &below, &todo);
	if (todo.len)
		rc = put(k, "population", p->id, 0, p->code, -1, 0, &todo);
	if (todo.len && rc == 0 && below.whole)
		rc = below_rows(k, p->id, &below);
	free(below.nothing);
	return rc;
}

static int group_rows(struct checking *k, uint32_t g)
{
	const struct quality_group *group = &k->m->group[g];
	const struct quality_counts *c = quality_tally_counts(k->t->tally[0],
	    g, QUALITY_WHOLE);
	uint64_t initial = 0;
	int rc = 0;

	for (uint32_t i = 0; i < group->populations; i++)
		if (group->population[i].kind == QUALITY_INITIAL)
			initial += c->count[i];
	for (uint32_t i = 0; i < group->populations && rc == 0; i++) {
		const struct quality_population *p = &group->population[i];

		if (c->count[i] == 0 && p->define >= 0 &&
		    (initial || p->kind == QUALITY_INITIAL))
			rc = empty(k, p);
	}
	k->maybe = false;
	return rc;
}

/* ---- elements, local codes, all the rest ---- */

/* The elements that some of what matches retrieve i lack. */
static int lacking_rows(struct checking *k, size_t i)
{
	const struct quality_found *f = &k->found[i];
	int type = need_of(k, i).type, rc = 0;
	const char *name;
	bool read;

	for (size_t m = 0; rc == 0 && m < QUALITY_ELEMENTS_MAX &&
	     (name = quality_element(k->p, type, m, &read)) != NULL; m++) {
		BUF_AUTO todo = BUF_INIT;

		if (f->lack[m] == 0 || !read)
			continue;
		buf_addf(&todo, "%llu of these have no %s",
		    (unsigned long long)f->lack[m], name);
		rc = put(k, "element", STR_NONE, type,
		    quality_need_name(k->p, i), (int64_t)f->match,
		    (int64_t)(f->match - f->lack[m]), &todo);
	}
	return rc;
}

static int element_rows(struct checking *k)
{
	int rc = 0;

	for (size_t i = 0; i < k->needs && rc == 0; i++)
		if (!repeated(k, i))
			rc = lacking_rows(k, i);
	return rc;
}

static void say_local(const struct checking *k,
    const struct quality_unmapped *u, struct buf *todo)
{
	if (u->need >= 0) {
		struct str name = quality_need_name(k->p, (size_t)u->need);

		buf_addf(todo, "give it the system %.*s: it is of %.*s",
		    STR_FMT(u->meant), STR_FMT(name));
	} else if (u->code.s) {
		buf_adds(todo, "map it, if the measure means it");
	} else if (u->text.s) {
		buf_adds(todo, "it is a text alone: give it a code");
	} else {
		buf_adds(todo, "it has no code");
	}
}

static int local_row(struct checking *k, const struct quality_unmapped *u)
{
	BUF_AUTO codes = BUF_INIT;
	BUF_AUTO todo = BUF_INIT;

	if (u->code.s)
		buf_addf(&codes, "%.*s|%.*s", STR_FMT(u->system),
		    STR_FMT(u->code));
	else if (u->text.s)
		buf_addf(&codes, "\"%.*s\"", STR_FMT(u->text));
	say_local(k, u, &todo);
	return put(k, "local", STR_NONE, u->type, buf_str(&codes),
	    (int64_t)u->n, 0, &todo);
}

/* The most frequent ones of each type. */
static int local_rows(struct checking *k)
{
	struct quality_unmapped *list;
	size_t n = quality_census_unmapped(k->j->census[0], k->p, &list);
	unsigned shown[FHIR_RESOURCES + 1] = { 0 };
	size_t left = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!mips_opts.all && shown[list[i].type]++ >= SHOWN)
			left++;
		else
			rc = local_row(k, &list[i]);
	}
	free(list);
	if (left)
		cli_note(k->j->c, "%.*s: %zu more local codes (--all)",
		    STR_FMT(k->m->name), left);
	return rc;
}

static int other_rows(struct checking *k)
{
	static const struct buf nothing = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < k->needs && rc == 0; i++)
		if (!k->told[i] && !repeated(k, i))
			rc = put(k, "codes", STR_NONE, need_of(k, i).type,
			    quality_need_name(k->p, i),
			    (int64_t)k->found[i].have,
			    (int64_t)k->found[i].match, &nothing);
	return rc;
}

/* ---- the verb ---- */

static int check(struct job *j, const struct task *t, struct ehr_err *e)
{
	struct checking k = { .j = j, .t = t, .p = t->package,
		.m = quality_measure(t->package), .e = e };
	struct quality_need need;
	int rc = 0;

	while (quality_need(k.p, k.needs, &need))
		k.needs++;
	k.found = xcalloc(k.needs + 1, sizeof(*k.found));
	k.told = xcalloc(k.needs + 1, 1);
	for (size_t i = 0; i < k.needs; i++)
		quality_census_need(j->census[0], k.p, i, &k.found[i]);
	for (uint32_t g = 0; g < k.m->groups && rc == 0; g++)
		rc = group_rows(&k, g);
	if (rc == 0)
		rc = element_rows(&k);
	if (rc == 0)
		rc = local_rows(&k);
	if (rc == 0 && mips_opts.all)
		rc = other_rows(&k);
	free(k.found);
	free(k.told);
	return rc;
}

static void prepare(struct job *j)
{
	const struct quality_package **p = xcalloc(j->tasks + 1, sizeof(*p));

	for (size_t i = 0; i < j->tasks; i++)
		p[i] = j->task[i].package;
	j->census = xcalloc(j->jobs, sizeof(struct quality_census *));
	for (unsigned w = 0; w < j->jobs; w++)
		j->census[w] = quality_census_new(p, j->tasks);
	free(p);
}

static int all(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "measure", 0 },
		{ "finding", 0 }, { "population", 0 }, { "type", 0 },
		{ "codes", PRINT_WIDE }, { "have", PRINT_RIGHT },
		{ "match", PRINT_RIGHT }, { "todo", PRINT_WIDE } };
	int rc = job_run(j, e);

	for (unsigned w = 1; w < j->jobs && rc == 0; w++)
		quality_census_merge(j->census[0], j->census[w]);
	if (rc == 0)
		rc = origin_open(j, cols, ARRAY_LEN(cols), e);
	for (size_t i = 0; i < j->tasks && rc == 0; i++)
		rc = check(j, &j->task[i], e);
	if (rc == 0 && j->findings)
		rc = ehr_fail(e, EHR_ENO, "%llu findings in %llu patients",
		    (unsigned long long)j->findings, (unsigned long long)
		    quality_census_patients(j->census[0]));
	return j->rows ? print_close(j->rows, rc, e) : rc;
}

int check_data(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .out = BUF_INIT, .result = count,
		.whole = true, .apart = true };
	int rc = job_load(&j, e);

	if (rc == 0 && j.tasks == 0)
		rc = ehr_fail(e, EHR_ENOENT,
		    "no measure is loaded: -m, or ehr-mips load");
	if (rc == 0) {
		prepare(&j);
		rc = all(&j, e);
	}
	for (unsigned w = 0; j.census && w < j.jobs; w++)
		quality_census_free(j.census[w]);
	free(j.census);
	return job_end(&j, rc, e);
}
