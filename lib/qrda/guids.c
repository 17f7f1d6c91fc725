/* GUIDs of measures and populations: QPP's measures-data, and what a document
 * makes of them. */
#include "impl.h"

#include <stdlib.h>

#include "ehr/json.h"

enum { TABLE_BYTES = 64 << 20 };

const struct guid_kind guid_kinds[GUID_KINDS] = {
	{ "IPOP", "initialPopulationUuid" },
	{ "DENOM", "denominatorUuid" },
	{ "DENEX", "denominatorExclusionUuid" },
	{ "NUMER", "numeratorUuid" },
	{ "DENEXCEP", "denominatorExceptionUuid" },
};

/* ---- reading the table ---- */

static struct str member(struct qrda_table *t, const struct tape *tape,
    uint32_t object, const char *name)
{
	BUF_AUTO scratch = BUF_INIT;
	uint32_t i = tape_get(tape, object, name);

	if (!i || tape_type(tape, i) != TAPE_STRING)
		return STR_NONE;
	return arena_str(&t->mem, tape_text(tape, i, &scratch));
}

static void add_group(struct qrda_table *t, struct qrda_guids *m,
    struct qrda_guid *to, const struct tape *tape, uint32_t uuids)
{
	uint32_t strata = tape_get(tape, uuids, "strata");
	int n = 0;

	for (size_t k = 0; k < GUID_KINDS; k++) {
		struct str guid = member(t, tape, uuids, guid_kinds[k].member);

		if (guid.s)
			to[m->n++] = (struct qrda_guid){
				str_of(guid_kinds[k].code), guid, m->groups,
				-1 };
	}
	if (strata && tape_type(tape, strata) == TAPE_ARRAY)
		tape_each(tape, strata, i)
			to[m->n++] = (struct qrda_guid){ STR_NONE,
				arena_str(&t->mem, tape_str(tape, i)),
				m->groups, n++ };
	m->groups++;
}

static void add_measure(struct qrda_table *t, const struct tape *tape,
    uint32_t object)
{
	struct qrda_guids *m = &t->measure[t->n];
	uint32_t strata = tape_get(tape, object, "strata");
	struct qrda_guid *guid;

	*m = (struct qrda_guids){ .uuid = member(t, tape, object,
	    "eMeasureUuid") };
	if (!m->uuid.s || !strata || tape_type(tape, strata) != TAPE_ARRAY)
		return;
	m->cms = member(t, tape, object, "eMeasureId");
	m->id = member(t, tape, object, "measureId");
	/* A GUID is a value of the text. */
	guid = arena_alloc(&t->mem, sizeof(*guid) *
	    (tape->node[strata].next - strata));
	m->guid = guid;
	tape_each(tape, strata, i) {
		uint32_t uuids = tape_get(tape, i, "eMeasureUuids");

		if (uuids && tape_type(tape, uuids) == TAPE_OBJECT)
			add_group(t, m, guid, tape, uuids);
	}
	t->n += m->n > 0;
}

static int add_all(struct qrda_table *t, const char *path, struct str json,
    struct ehr_err *e)
{
	TAPE_AUTO tape = TAPE_INIT;
	struct tape_error why;

	if (tape_parse(&tape, json.s, json.n, &why) < 0)
		return ehr_fail(e, EHR_EREJECT, "%s: at byte %zu: %s", path,
		    why.offset, why.text ? why.text : diag_text(why.id));
	if (tape_type(&tape, 0) != TAPE_ARRAY)
		return ehr_fail(e, EHR_EREJECT, "%s: not QPP measures-data",
		    path);
	t->measure = xcalloc(tape.count, sizeof(*t->measure));
	tape_each(&tape, 0, i)
		if (tape_type(&tape, i) == TAPE_OBJECT)
			add_measure(t, &tape, i);
	if (t->n == 0)
		return ehr_fail(e, EHR_EREJECT, "%s: no measure has an "
		    "eMeasureUuid with strata[].eMeasureUuids", path);
	return 0;
}

int qrda_table_read(struct qrda_table **t, const char *path,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = in_all(path, TABLE_BYTES, &text, e);

	*t = NULL;
	if (rc < 0)
		return rc;
	*t = xcalloc(1, sizeof(**t));
	rc = add_all(*t, path, buf_str(&text), e);
	if (rc < 0) {
		qrda_table_free(*t);
		*t = NULL;
	}
	return rc;
}

void qrda_table_free(struct qrda_table *t)
{
	if (!t)
		return;
	arena_release(&t->mem);
	free(t->measure);
	free(t);
}

/* "CMS122" is "CMS122v13" too, "CMS12" not. */
static bool is_cms(struct str cms, struct str name)
{
	return str_begins(cms, name) &&
	    (cms.n == name.n || cms.s[name.n] == 'v');
}

static bool same_guid(struct str a, struct str b)
{
	return a.n == b.n && a.n && strncasecmp(a.s, b.s, a.n) == 0;
}

const struct qrda_guids *qrda_table_find(const struct qrda_table *t,
    struct str name)
{
	for (size_t i = 0; name.n && i < t->n; i++)
		if (same_guid(t->measure[i].uuid, name) ||
		    is_cms(t->measure[i].cms, name))
			return &t->measure[i];
	return NULL;
}

/* ---- what a document makes of them ---- */

enum { GUID_UNKNOWN, GUID_NUMBER, GUID_POPULATION, GUID_DENOMINATOR,
	GUID_STRATA, GUID_STRATUM, GUID_RATE };
static const struct rule_row guid_rules[] = {
	[GUID_UNKNOWN] = { .number = "6", .name = "MEASURE_GUID_MISSING" },
	[GUID_NUMBER] = { .number = "14",
	    .name = "POPULATION_CRITERIA_COUNT_INCORRECT" },
	[GUID_POPULATION] = { .number = "59",
	    .name = "QUALITY_MEASURE_ID_INCORRECT_UUID" },
	[GUID_DENOMINATOR] = { .number = "13",
	    .name = "DENOMINATOR_COUNT_INVALID" },
	/* The converter asks these of Primary Care First alone. */
	[GUID_STRATA] = { .number = "49",
	    .name = "PCF_QUALITY_MEASURE_ID_STRATA_MISMATCH" },
	[GUID_STRATUM] = { .number = "48",
	    .name = "PCF_QUALITY_MEASURE_ID_MISSING_STRATA" },
	[GUID_RATE] = { .number = "59",
	    .name = "QUALITY_MEASURE_ID_INCORRECT_UUID" },
};

struct measure_check {
	const struct qrda_measure *m;
	const struct qrda_guids *want;
	const struct xml_node *node;
	qrda_finding_fn *fn;
	void *arg;
};

static int tell(const struct measure_check *c, size_t rule, struct str text)
{
	return qrda_tell(c->fn, c->arg, &guid_rules[rule], c->node, text);
}

static const struct qrda_population *with_guid(const struct qrda_measure *m,
    const struct qrda_guid *g)
{
	for (size_t i = 0; i < m->populations; i++)
		if (str_eq(m->population[i].code, g->code) &&
		    same_guid(m->population[i].guid, g->guid))
			return &m->population[i];
	return NULL;
}

/* As the converter, for IPOP neither number nor GUID are asked. */
static int check_numbers(const struct measure_check *c)
{
	int rc = 0;

	for (size_t k = 1; k < GUID_KINDS && rc == 0; k++) {
		struct str code = str_of(guid_kinds[k].code);
		BUF_AUTO b = BUF_INIT;
		size_t want = 0, got = 0;

		for (size_t i = 0; i < c->want->n; i++)
			want += str_eq(c->want->guid[i].code, code);
		for (size_t i = 0; i < c->m->populations; i++)
			got += str_eq(c->m->population[i].code, code);
		if (want == got)
			continue;
		buf_addf(&b, "%zu %s of %.*s, here are %zu", want,
		    guid_kinds[k].code, STR_FMT(c->want->cms), got);
		rc = tell(c, GUID_NUMBER, buf_str(&b));
	}
	return rc;
}

static bool has_stratum(const struct qrda_population *p, struct str guid)
{
	for (size_t i = 0; i < p->strata; i++)
		if (same_guid(p->stratum[i].guid, guid))
			return true;
	return false;
}

/* The strata of the group that g, which p was found by, belongs to. */
static int check_strata(const struct measure_check *c,
    const struct qrda_guid *g, const struct qrda_population *p)
{
	size_t want = 0;
	int rc = 0;

	for (size_t i = 0; i < c->want->n && rc == 0; i++) {
		const struct qrda_guid *s = &c->want->guid[i];
		BUF_AUTO b = BUF_INIT;

		if (s->group != g->group || s->stratum < 0)
			continue;
		want++;
		if (has_stratum(p, s->guid))
			continue;
		buf_addf(&b, "a stratum %.*s of %.*s %.*s", STR_FMT(s->guid),
		    STR_FMT(g->code), STR_FMT(g->guid));
		rc = tell(c, GUID_STRATUM, buf_str(&b));
	}
	if (rc == 0 && want != p->strata) {
		BUF_AUTO b = BUF_INIT;

		buf_addf(&b, "%zu strata of %.*s %.*s, here are %zu", want,
		    STR_FMT(g->code), STR_FMT(g->guid), p->strata);
		rc = tell(c, GUID_STRATA, buf_str(&b));
	}
	return rc;
}

/* The numerator that a rate is of. */
static int check_rates(const struct measure_check *c)
{
	int rc = 0;

	for (size_t k = 0; k < c->m->rates && rc == 0; k++) {
		struct str guid = c->m->rate[k].numerator;
		BUF_AUTO b = BUF_INIT;
		bool known = !guid.s;

		for (size_t i = 0; i < c->want->n; i++)
			known = known || (str_is(c->want->guid[i].code,
			    "NUMER") && same_guid(c->want->guid[i].guid, guid));
		if (known)
			continue;
		buf_addf(&b, "a rate of a NUMER of %.*s, not of %.*s",
		    STR_FMT(c->want->cms), STR_FMT(guid));
		rc = tell(c, GUID_RATE, buf_str(&b));
	}
	return rc;
}

static int check_populations(const struct measure_check *c)
{
	const struct qrda_population *ipop = NULL;
	int rc = 0;

	for (size_t i = 0; i < c->want->n && rc == 0; i++) {
		const struct qrda_guid *g = &c->want->guid[i];
		const struct qrda_population *p = with_guid(c->m, g);
		BUF_AUTO b = BUF_INIT;

		if (str_is(g->code, "IPOP")) {
			ipop = p;
		} else if (g->code.s && !p) {
			buf_addf(&b, "a %.*s with the UUID %.*s",
			    STR_FMT(g->code), STR_FMT(g->guid));
			rc = tell(c, GUID_POPULATION, buf_str(&b));
		} else if (str_is(g->code, "DENOM") && ipop &&
		    ipop->count >= 0 && p->count > ipop->count) {
			buf_addf(&b, "a count of DENOM %.*s at most that of "
			    "IPOP", STR_FMT(g->guid));
			rc = tell(c, GUID_DENOMINATOR, buf_str(&b));
		}
		if (rc == 0 && g->code.s && p)
			rc = check_strata(c, g, p);
	}
	return rc;
}

int check_guids(const struct qrda_table *t, const struct xml_node *node,
    qrda_finding_fn *fn, void *arg)
{
	ARENA_AUTO mem = ARENA_INIT;
	struct qrda_measure m = { 0 };
	struct measure_check c = { &m, NULL, node, fn, arg };
	int rc;

	if (!str_is(node->name, "organizer") ||
	    !place_templates(node, STR("27.3.17")))
		return 0;
	results_read(&m, &mem, node);
	c.want = qrda_table_find(t, m.guid);
	if (!c.want)
		return tell(&c, GUID_UNKNOWN,
		    STR("a GUID of the measures given"));
	rc = check_numbers(&c);
	if (rc == 0)
		rc = check_populations(&c);
	return rc == 0 ? check_rates(&c) : rc;
}
