/* qrda-three.c - ehr-mips qrda --cat 3: the tallies as a document. */
#include "mips.h"
#include "qrda.h"

#include "ehr/crypto.h"

/* A document that is made: its texts live in mem. */
struct making {
	struct job *j;
	struct guids guids;
	const struct qrda_guids **of; /* by task */
	int64_t year; /* of the answers */
	struct arena mem;
	struct qrda3 q;
};

static struct str text(struct making *k, const char *fmt, ...)
    EHR_PRINTF(2, 3);
static struct str text(struct making *k, const char *fmt, ...)
{
	BUF_AUTO b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(&b, fmt, ap);
	va_end(ap);
	return arena_str(&k->mem, buf_str(&b));
}

/* ---- populations and their GUIDs ---- */

static struct str guid_of(const struct qrda_guids *g, uint32_t group,
    const char *code, int stratum)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->guid[i].group == group &&
		    g->guid[i].stratum == stratum &&
		    (stratum >= 0 || str_is(g->guid[i].code, code)))
			return g->guid[i].guid;
	return STR_NONE;
}

static size_t strata_of(const struct qrda_guids *g, uint32_t group)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->guid[i].group == group && g->guid[i].stratum >= 0;
	return n;
}

/* ---- supplemental data ---- */

static enum qrda_about about_of(struct str expression)
{
	static const char *const word[QRDA_ABOUTS] = { "race", "ethnicity",
		"sex", "payer" };

	for (size_t a = 0; a < QRDA_ABOUTS; a++)
		if (expression.n >= strlen(word[a]) &&
		    strncasecmp(str_end(expression) - strlen(word[a]), word[a],
		    strlen(word[a])) == 0)
			return (enum qrda_about)a;
	return QRDA_ABOUTS;
}

/* Codes as they come -> as they are reported: sex as Federal Administrative
 * Sex, payers (Source of Payment Typology) by the groups of CMS. */
static const struct {
	enum qrda_about about;
	const char *from; /* the whole code, or with * its beginning */
	const char *to;
} reported[] = {
	{ QRDA_SEX, "F", "248152002" },
	{ QRDA_SEX, "M", "248153007" },
	{ QRDA_SEX, "female", "248152002" },
	{ QRDA_SEX, "male", "248153007" },
	{ QRDA_SEX, "248152002", "248152002" },
	{ QRDA_SEX, "248153007", "248153007" },
	{ QRDA_RACE, "1002-5", "1002-5" },
	{ QRDA_RACE, "2028-9", "2028-9" },
	{ QRDA_RACE, "2054-5", "2054-5" },
	{ QRDA_RACE, "2076-8", "2076-8" },
	{ QRDA_RACE, "2106-3", "2106-3" },
	{ QRDA_RACE, "2131-1", "2131-1" },
	{ QRDA_ETHNICITY, "2135-2", "2135-2" },
	{ QRDA_ETHNICITY, "2186-5", "2186-5" },
	{ QRDA_PAYER, "1*", "A" },
	{ QRDA_PAYER, "2*", "B" },
	{ QRDA_PAYER, "5*", "C" },
	{ QRDA_PAYER, "6*", "C" },
	{ QRDA_PAYER, "*", "D" },
};

static const char *reported_as(enum qrda_about about, struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(reported); i++) {
		struct str from = str_of(reported[i].from);

		if (reported[i].about != about)
			continue;
		if (str_eq(from, code) || (str_ends(from, "*") &&
		    str_begins(code, (struct str){ from.s, from.n - 1 })))
			return reported[i].to;
	}
	return NULL;
}

static void add_split(struct qrda_population *p, enum qrda_about about,
    const char *code, int64_t n)
{
	struct qrda_split *s = p->split;

	while (s < p->split + p->splits &&
	    !(s->about == about && str_is(s->code, code)))
		s++;
	if (s == p->split + p->splits) {
		*s = (struct qrda_split){ about, str_of(code), 0 };
		p->splits++;
	}
	/* Several codes of a patient may be one here. */
	s->count = s->count + n > p->count ? p->count : s->count + n;
}

static void add_splits(struct making *k, struct qrda_population *p,
    struct quality_tally *t, uint32_t group, uint32_t population)
{
	const struct quality_measure *m = quality_tally_measure(t);
	size_t n;
	const struct quality_code_counts *c = quality_tally_codes(t, &n);

	p->split = arena_alloc(&k->mem, (n + 1) * sizeof(*p->split));
	for (size_t i = 0; i < n; i++) {
		enum qrda_about a = about_of(
		    m->supplement[c[i].code.supplement].expression);
		const char *code = a == QRDA_ABOUTS || !c[i].code.code.n
		    ? NULL : reported_as(a, c[i].code.code);

		if (code)
			add_split(p, a, code, (int64_t)quality_tally_code(t,
			    &c[i], group, population));
	}
}

/* ---- a measure ---- */

static int add_population(struct making *k, struct qrda_measure *to,
    struct quality_tally *t, const struct qrda_guids *g, uint32_t group,
    uint32_t i, struct ehr_err *e)
{
	const struct quality_measure *m = quality_tally_measure(t);
	const struct quality_group *from = &m->group[group];
	const char *code = guids_code(from->population[i].kind);
	struct qrda_population *p = &to->population[to->populations++];
	size_t strata = strata_of(g, group);

	*p = (struct qrda_population){ .code = str_of(code) };
	if (code)
		p->guid = guid_of(g, group, code, -1);
	if (!p->guid.s)
		return ehr_fail(e, EHR_EUSAGE, "%.*s, group %u: no GUID for "
		    "%.*s", STR_FMT(g->cms), group + 1,
		    STR_FMT(from->population[i].code));
	p->count = (int64_t)quality_tally_counts(t, group, QUALITY_WHOLE)
		       ->count[i];
	if (strata && strata != from->strata)
		return ehr_fail(e, EHR_EUSAGE, "%.*s, group %u: %zu strata "
		    "have GUIDs, the measure has %u", STR_FMT(g->cms),
		    group + 1, strata, from->strata);
	p->stratum = arena_alloc(&k->mem, (strata + 1) * sizeof(*p->stratum));
	for (; p->strata < strata; p->strata++)
		p->stratum[p->strata] = (struct qrda_stratum){
			guid_of(g, group, NULL, (int)p->strata),
			(int64_t)quality_tally_counts(t, group,
			    (int)p->strata)->count[i] };
	add_splits(k, p, t, group, i);
	return 0;
}

static void add_rate(struct making *k, struct qrda_measure *to,
    const struct quality_tally *t, const struct qrda_guids *g, uint32_t group)
{
	BUF_AUTO b = BUF_INIT;
	struct qrda_rate *r = &to->rate[to->rates++];

	r->numerator = guid_of(g, group, "NUMER", -1);
	if (quality_fraction_text(&b, quality_tally_score(t, group,
	    QUALITY_WHOLE), 6))
		r->value = arena_str(&k->mem, buf_str(&b));
}

static int add_groups(struct making *k, struct qrda_measure *to,
    struct quality_tally *t, const struct qrda_guids *g, struct ehr_err *e)
{
	const struct quality_measure *m = quality_tally_measure(t);
	int rc = 0;

	for (uint32_t i = 0; i < m->groups && rc == 0; i++) {
		if (m->group[i].scoring != QUALITY_PROPORTION)
			return ehr_fail(e, EHR_EUSAGE, "%.*s is no proportion",
			    STR_FMT(g->cms));
		for (uint32_t p = 0; p < m->group[i].populations && rc == 0;
		     p++)
			rc = add_population(k, to, t, g, i, p, e);
		add_rate(k, to, t, g, i);
	}
	return rc;
}

static int add_measure(struct making *k, struct quality_tally *t,
    const struct qrda_guids *g, struct ehr_err *e)
{
	const struct quality_measure *m = quality_tally_measure(t);
	struct qrda_measure *to = &k->q.measure[k->q.measures++];
	size_t n = 0;

	for (uint32_t i = 0; i < m->groups; i++)
		n += m->group[i].populations;
	*to = (struct qrda_measure){ .guid = g->uuid, .title = m->title };
	to->population = arena_alloc(&k->mem, n * sizeof(*to->population));
	to->rate = arena_alloc(&k->mem, m->groups * sizeof(*to->rate));
	return add_groups(k, to, t, g, e);
}

/* ---- the document ---- */

/* "2026-01-31" as HL7 writes it. */
static struct str hl7_day(struct making *k, const char day[11])
{
	return text(k, "%.4s%.2s%.2s", day, day + 5, day + 8);
}

static void set_period(struct making *k)
{
	char from[11], to[11];

	if (k->j->tasks == 0)
		return;
	quality_run_period(k->j->task[0].run[0], from, to);
	k->q.quality.low = hl7_day(k, from);
	k->q.quality.high = hl7_day(k, to);
	str_int((struct str){ from, 4 }, &k->year);
}

static void set_header(struct making *k)
{
	struct qrda3 *q = &k->q;
	struct date day;

	cli_today(k->j->c, &day);
	q->program = str_of(mips_opts.program);
	q->cehrt = str_of(mips_opts.cehrt);
	q->mvp = str_of(mips_opts.mvp);
	q->title = STR("QRDA Category III report");
	q->time = text(k, "%04d%02d%02d", day.year, day.month, day.day);
	q->performer = arena_alloc(&k->mem, sizeof(*q->performer));
	*q->performer = (struct qrda_performer){ str_of(mips_opts.npi),
		str_of(mips_opts.tin), str_of(mips_opts.group) };
	q->performers = 1;
	q->practice = mips_opts.practice ? str_of(mips_opts.practice)
	    : mips_opts.tin ? text(k, "TIN %s", mips_opts.tin)
			    : text(k, "%s", mips_opts.program);
	q->measure = arena_alloc(&k->mem, (k->j->tasks + 1) *
	    sizeof(*q->measure));
	set_period(k);
}

/* Its id comes from all else: the same counts have the same one. */
static int write_document(struct making *k, struct buf *out, struct ehr_err *e)
{
	uint8_t uuid[UUID_LEN];
	char id[37];
	int rc;

	k->q.id = STR("00000000-0000-0000-0000-000000000000");
	rc = qrda3_write(out, &k->q, e);
	if (rc < 0)
		return rc;
	uuid5(uuid_ns_content, STR_NONE, buf_str(out), uuid);
	uuid_format(uuid, id);
	k->q.id = str_of(id);
	buf_reset(out);
	return qrda3_write(out, &k->q, e);
}

static int make(struct making *k, struct ehr_err *e)
{
	BUF_AUTO out = BUF_INIT;
	int rc;

	set_header(k);
	rc = qrda_answers(k->j->c, k->year, &k->mem, &k->q, e);
	for (size_t i = 0; i < k->j->tasks && rc == 0; i++)
		rc = add_measure(k, k->j->task[i].tally[0], k->of[i], e);
	if (rc == 0)
		rc = write_document(k, &out, e);
	return rc == 0 ? cli_put(k->j->c, &out, e) : rc;
}

/* What is wrong is told before patients are read. */
static int ready(struct making *k, struct ehr_err *e)
{
	char from[11], to[11];
	int rc = 0;

	k->of = arena_alloc(&k->mem, (k->j->tasks + 1) * sizeof(*k->of));
	for (size_t i = 0; i < k->j->tasks && rc == 0; i++) {
		const struct task *t = &k->j->task[i];

		quality_run_period(t->run[0], from, to);
		rc = guids_find(&k->guids, quality_measure(t->package), from,
		    &k->of[i], e);
	}
	return rc;
}

/* What the command line has to say of a program; without measures the year of
 * the answers is that of --period. */
static int usage(struct making *k, struct ehr_err *e)
{
	struct cli *c = k->j->c;
	struct str program = str_of(mips_opts.program);

	if (!qrda_program(program))
		return cli_usage(c, e, "--program is one of %s",
		    qrda_programs());
	if (qrda_program_pi(program) && (!mips_opts.pi || mips_opts.ia ||
		mips_opts.measures.n))
		return cli_usage(c, e, "%s reports promoting interoperability "
		    "alone: --pi, neither --ia nor -m", mips_opts.program);
	if (mips_opts.measures.n)
		return 0;
	if (!mips_opts.pi && !mips_opts.ia)
		return cli_usage(c, e, "nothing to report: -m, --pi or --ia");
	if (c->argc)
		return cli_usage(c, e, "patients, but no measure: -m");
	if (!mips_opts.period || strlen(mips_opts.period) != 4 ||
	    !str_int(str_of(mips_opts.period), &k->year))
		return cli_usage(c, e, "without measures --period is the year "
		    "of the answers");
	return 0;
}

int qrda_three(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .out = BUF_INIT, .supplement = true };
	struct making k = { .j = &j, .mem = ARENA_INIT,
		.guids = { .mem = ARENA_INIT } };
	int rc = usage(&k, e);

	if (rc == 0)
		rc = guids_open(&k.guids, c, e);
	if (rc == 0 && mips_opts.measures.n)
		rc = job_load(&j, e);
	if (rc == 0)
		rc = ready(&k, e);
	if (rc == 0 && j.tasks)
		rc = job_run(&j, e);
	if (rc == 0)
		rc = make(&k, e);
	rc = job_end(&j, rc, e);
	guids_close(&k.guids);
	arena_release(&k.mem);
	return rc;
}
