/* patients.c - ehr-mips patients, gaps: who, and what decided. */
#include "mips.h"

enum whom { NUMERATOR, NOT_MET, EXCLUSION, EXCEPTION, DENOMINATOR, INITIAL };

static uint32_t bits_of(const struct quality_group *g, enum quality_kind kind)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < g->populations; i++)
		if (g->population[i].kind == kind)
			bits |= UINT32_C(1) << i;
	return bits;
}

/* Populations a member must be in one of, and must not be in any of. */
static void wanted(const struct quality_group *g, enum whom whom,
    uint32_t *in, uint32_t *out)
{
	static const enum quality_kind kinds[] = {
		[NUMERATOR] = QUALITY_NUMERATOR,
		[NOT_MET] = QUALITY_DENOMINATOR,
		[EXCLUSION] = QUALITY_EXCLUSION,
		[EXCEPTION] = QUALITY_EXCEPTION,
		[DENOMINATOR] = QUALITY_DENOMINATOR,
		[INITIAL] = QUALITY_INITIAL,
	};

	*in = bits_of(g, kinds[whom]);
	*out = whom != NOT_MET ? 0
	    : bits_of(g, QUALITY_EXCLUSION) | bits_of(g, QUALITY_EXCEPTION) |
		bits_of(g, QUALITY_NUMERATOR);
}

/* The population whose definition tells why: of who is not met, the numerator
 * that does not hold. */
static const struct quality_population *telling(const struct quality_group *g,
    uint32_t bits)
{
	for (uint32_t i = 0; i < g->populations; i++)
		if ((bits >> i & 1) && g->population[i].define >= 0)
			return &g->population[i];
	return NULL;
}

/* A row for each member of a group that is wanted. */
static int add_row(const struct job *j, const struct task *t, unsigned worker,
    uint32_t number, enum whom whom, bool lacking, struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group *g = &m->group[number];
	const struct quality_group_result *r =
	    &t->seen[worker].result[number];
	struct quality_run *run = t->run[worker];
	const struct quality_population *p;
	uint32_t in, out;

	wanted(g, whom, &in, &out);
	for (uint32_t k = 0; k < r->members; k++) {
		const struct quality_member *one = &r->member[k];

		if (!(one->in & in) || (one->in & out))
			continue;
		row_field(&w->out, m->name);
		row_field(&w->out, g->id);
		if (one->episode.kind == ELM_FHIR)
			quality_resource(&w->out, one->episode);
		row_field(&w->out, STR_NONE);
		p = telling(g, lacking ? bits_of(g, QUALITY_NUMERATOR) : in);
		if (p && quality_reason(run, p->define, !lacking, &w->out,
			     &w->err) < 0)
			return EHR_EREJECT;
		row_field(&w->out, STR_NONE);
		quality_patient_visit(j->patient[worker], j->today, &w->out);
		row_field(&w->out, STR_NONE);
		origin_end(j, t, 1, &w->out);
	}
	return 0;
}

static int rows(const struct job *j, const struct task *t, unsigned worker,
    struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	enum whom whom = (enum whom)mips_opts.population;
	bool lacking = whom == NOT_MET;
	int rc = 0;

	for (uint32_t g = 0; g < m->groups && rc == 0; g++)
		rc = add_row(j, t, worker, g, whom, lacking, w);
	return rc;
}

/* What counts against the practice: of an inverse measure the numerator. Who is
 * dead is called by nobody. */
static int gap_rows(const struct job *j, const struct task *t,
    unsigned worker, struct work *w)
{
	const struct quality_measure *m = quality_measure(t->package);
	int rc = 0;

	if (quality_patient_dead(j->patient[worker]))
		return 0;
	for (uint32_t g = 0; g < m->groups && rc == 0; g++)
		rc = add_row(j, t, worker, g,
		    m->inverse ? NUMERATOR : NOT_MET, !m->inverse, w);
	return rc;
}

static int list(struct cli *c, struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "measure", 0 }, { "group", 0 }, { "episode", 0 },
		{ "reason", PRINT_WIDE }, { "next_visit", PRINT_WHOLE } };
	BUF_AUTO today = BUF_INIT;
	struct date day;
	int rc = job_load(j, e);

	cli_today(c, &day);
	date_format(&today, &day);
	j->today = buf_str(&today);
	if (rc == 0)
		rc = origin_open(j, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = job_run(j, e);
	if (j->rows)
		rc = print_close(j->rows, rc, e);
	return job_end(j, rc, e);
}

int patients(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .result = rows, .take = row_print,
		.out = BUF_INIT };

	return list(c, &j, e);
}

int gaps(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .result = gap_rows, .take = row_print,
		.out = BUF_INIT };

	return list(c, &j, e);
}
