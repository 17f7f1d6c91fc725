/* compare.c - ehr-mips compare: two periods, and who moved between them. */
#include <stdlib.h>

#include "mips.h"

enum { CHANGES_SHOWN = 6 };

static size_t two(const char *from, const char *to,
    char period[JOB_PARTS][JOB_PERIOD])
{
	(void)from;
	(void)to;
	for (size_t i = 0; i < 2; i++)
		memcpy(period[i], mips_opts.periods.v[i],
		    strlen(mips_opts.periods.v[i]) + 1);
	return 2;
}

/* ---- where a patient stands ---- */

/* The innermost population, as "not-met" who is in the denominator alone; of
 * episodes how many are in each. */
static void place(struct buf *b, const struct quality_group *g,
    const struct quality_group_result *r)
{
	struct str inner = STR("none");
	int kind = -1;

	if (!str_is(g->basis, "boolean")) {
		for (uint32_t i = 0; i < g->populations; i++)
			if (r->count[i])
				buf_addf(b, "%s%.*s %u", b->len ? ", " : "",
				    STR_FMT(g->population[i].code),
				    r->count[i]);
		if (b->len == 0)
			buf_addstr(b, inner);
		return;
	}
	for (uint32_t i = 0; i < g->populations; i++)
		if (r->count[i] && (int)g->population[i].kind > kind &&
		    g->population[i].kind != QUALITY_OBSERVATION) {
			kind = (int)g->population[i].kind;
			inner = kind == QUALITY_DENOMINATOR
			    ? STR("not-met") : g->population[i].code;
		}
	buf_addstr(b, inner);
}

/* ---- what changed ---- */

struct changes {
	struct map64 before;	/* a name's hash -> held (1), or not (0) */
	struct buf *b;
	unsigned n;
};

static uint64_t name_of(const struct quality_why *why)
{
	return hash64(why->name.s, why->name.n,
	    hash64(why->library.s, why->library.n, 0));
}

static int note(void *arg, const struct quality_why *why)
{
	struct changes *c = arg;

	*map64_put(&c->before, name_of(why), NULL) =
	    quality_holds(why->value);
	return 0;
}

static int tell(void *arg, const struct quality_why *why)
{
	struct changes *c = arg;
	const int64_t *before = map64_get(&c->before, name_of(why));
	bool holds = quality_holds(why->value);

	if (before == NULL || *before == (int64_t)holds || why->again ||
	    c->n == CHANGES_SHOWN)
		return 0;
	buf_addf(c->b, "%s%s%.*s", c->n++ ? "; " : "", holds ? "+" : "-",
	    STR_FMT(why->name));
	if (why->value.kind == ELM_LIST && why->value.n) {
		buf_addch(c->b, ' ');
		quality_resource(c->b, why->value.list[why->value.n - 1]);
	}
	/* Said once. */
	*map64_put(&c->before, name_of(why), NULL) = holds;
	return 0;
}

static int changes(const struct task *t, unsigned worker,
    const struct quality_group *g, struct work *w)
{
	struct changes c = { MAP64_INIT, &w->out, 0 };
	int rc = 0;

	for (uint32_t i = 0; i < g->populations && rc == 0; i++)
		if (g->population[i].define >= 0)
			rc = quality_explain(t[0].run[worker],
			    g->population[i].define, note, &c, &w->err);
	for (uint32_t i = 0; i < g->populations && rc == 0; i++)
		if (g->population[i].define >= 0)
			rc = quality_explain(t[1].run[worker],
			    g->population[i].define, tell, &c, &w->err);
	map64_release(&c.before);
	return rc;
}

/* ---- a patient, in a worker ---- */

static int moved(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	int rc = 0;

	if ((t - j->task) % 2)
		return 0;
	for (uint32_t g = 0; g < m->groups && rc == 0; g++) {
		BUF_AUTO from = BUF_INIT;
		BUF_AUTO to = BUF_INIT;

		place(&from, &m->group[g], &t[0].seen[worker].result[g]);
		place(&to, &m->group[g], &t[1].seen[worker].result[g]);
		if (str_eq(buf_str(&from), buf_str(&to)))
			continue;
		if (!mips_opts.moved) {
			buf_addf(&w->out, "%zu ", (size_t)(t - j->task) *
				QUALITY_GROUPS_MAX + g);
			continue;
		}
		row_field(&w->out, m->name);
		row_field(&w->out, m->group[g].id);
		row_field(&w->out, buf_str(&from));
		row_field(&w->out, buf_str(&to));
		rc = changes(t, worker, &m->group[g], w);
		row_field(&w->out, STR_NONE);
		origin_end(j, t, 2, &w->out);
	}
	return rc;
}

/* ---- back in order ---- */

static int take_moved(struct job *j, struct work *w, struct ehr_err *e)
{
	struct str rest = buf_str(&w->out), number;
	int64_t k;

	(void)e;
	while (rest.n && str_split(&rest, ' ', &number))
		if (str_int(number, &k))
			j->moved[k]++;
	return 0;
}

static void score(struct job *j, struct quality_fraction f)
{
	BUF_AUTO b = BUF_INIT;

	if (quality_fraction_text(&b, f, 6))
		print_number(j->rows, buf_str(&b));
	else
		print_absent(j->rows, NULL);
}

/* b - a; none where one of them is, or beyond 128 bits */
static struct quality_fraction difference(struct quality_fraction a,
    struct quality_fraction b)
{
	struct quality_fraction d = { 0, 0 };
	__int128 x, y;

	if (a.den && b.den && !__builtin_mul_overflow(b.num, a.den, &x) &&
	    !__builtin_mul_overflow(a.num, b.den, &y) &&
	    !__builtin_sub_overflow(x, y, &d.num) &&
	    !__builtin_mul_overflow(a.den, b.den, &d.den))
		return d;
	return (struct quality_fraction){ 0, 0 };
}

static int print_pair(struct job *j, size_t k, struct ehr_err *e)
{
	const struct task *t = &j->task[k];
	const struct quality_measure *m = quality_measure(t->package);
	int rc = 0;

	for (uint32_t g = 0; g < m->groups && rc == 0; g++) {
		struct quality_fraction a = quality_tally_score(t[0].tally[0],
		    g, QUALITY_WHOLE), b = quality_tally_score(t[1].tally[0],
		    g, QUALITY_WHOLE);

		print_text(j->rows, m->name);
		print_text(j->rows, m->group[g].id);
		score(j, a);
		score(j, b);
		score(j, difference(a, b));
		print_int(j->rows,
		    (int64_t)j->moved[k * QUALITY_GROUPS_MAX + g]);
		rc = origin_row(j, t, 2, e);
	}
	return rc;
}

static int open_rows(struct job *j, struct ehr_err *e)
{
	static const struct print_col sums[] = { { "measure", 0 },
		{ "group", 0 }, { "earlier", PRINT_RIGHT },
		{ "later", PRINT_RIGHT }, { "change", PRINT_RIGHT },
		{ "moved", PRINT_RIGHT } };
	static const struct print_col rows[] = { { "patient", 0 },
		{ "measure", 0 }, { "group", 0 }, { "from", 0 }, { "to", 0 },
		{ "changed", PRINT_WIDE } };

	return mips_opts.moved
	    ? origin_open(j, rows, ARRAY_LEN(rows), e)
	    : origin_open(j, sums, ARRAY_LEN(sums), e);
}

static int check(struct cli *c, struct ehr_err *e)
{
	if (mips_opts.periods.n != 2)
		return cli_usage(c, e, "--period is given twice");
	for (size_t i = 0; i < 2; i++)
		if (strlen(mips_opts.periods.v[i]) >= JOB_PERIOD)
			return ehr_fail(e, EHR_EUSAGE, "%s: no period",
			    mips_opts.periods.v[i]);
	return 0;
}

int compare(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .out = BUF_INIT, .split = two,
		.result = moved,
		.take = mips_opts.moved ? row_print : take_moved };
	int rc = check(c, e);

	if (rc < 0)
		return rc;
	rc = job_load(&j, e);
	j.moved = xcalloc(j.tasks * QUALITY_GROUPS_MAX + 1, sizeof(*j.moved));
	if (rc == 0)
		rc = open_rows(&j, e);
	if (rc == 0)
		rc = job_run(&j, e);
	for (size_t k = 0; k < j.tasks && rc == 0 && !mips_opts.moved; k += 2)
		rc = print_pair(&j, k, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	free(j.moved);
	return job_end(&j, rc, e);
}
