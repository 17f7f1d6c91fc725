/* The Measure resource: groups, populations, strata. */
#include "quality/impl.h"

#include <stdio.h>

static struct str text(struct quality_package *p, uint32_t object,
    const char *key)
{
	BUF_AUTO b = BUF_INIT;
	struct str s = tape_member(&p->tape, object, key, &b);

	return s.s ? arena_str(&p->arena, s) : STR_NONE;
}

/* The node of an extension whose url ends so. */
static uint32_t extension(const struct tape *t, uint32_t node, const char *url)
{
	uint32_t list = node ? tape_get(t, node, "extension") : 0;

	if (list)
		tape_each(t, list, i)
			if (str_ends(tape_str(t, tape_get(t, i, "url")), url))
				return i;
	return 0;
}

/* First code of a CodeableConcept. */
static struct str code_of(struct quality_package *p, uint32_t concept)
{
	uint32_t coding = concept ? tape_get(&p->tape, concept, "coding") : 0;

	return coding ? text(p, tape_first(&p->tape, coding), "code")
		      : STR_NONE;
}

/* Value of a cqfm extension of the group, else of the measure. */
static struct str setting(struct quality_package *p, uint32_t group,
    const char *url)
{
	uint32_t at = extension(&p->tape, group, url), concept;

	if (at == 0)
		at = extension(&p->tape, 0, url);
	concept = at ? tape_get(&p->tape, at, "valueCodeableConcept") : 0;
	return concept ? code_of(p, concept)
	    : at ? text(p, at, "valueCode") : STR_NONE;
}

static const struct {
	const char *code;
	enum quality_kind kind;
} kinds[] = {
	{ "initial-population", QUALITY_INITIAL },
	{ "denominator", QUALITY_DENOMINATOR },
	{ "denominator-exclusion", QUALITY_EXCLUSION },
	{ "denominator-exception", QUALITY_EXCEPTION },
	{ "numerator", QUALITY_NUMERATOR },
	{ "numerator-exclusion", QUALITY_NUMERATOR_EXCLUSION },
	{ "measure-population", QUALITY_MEASURED },
	{ "measure-population-exclusion", QUALITY_MEASURED_EXCLUSION },
	{ "measure-observation", QUALITY_OBSERVATION },
};

static bool kind_of(struct str code, enum quality_kind *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(code, kinds[i].code)) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

static int refuse(struct quality_package *p, struct str id, const char *why,
    struct ehr_err *e)
{
	return ehr_fail(e, EHR_EREJECT, "Measure %.*s: %.*s: %s",
	    STR_FMT(p->measure.name), STR_FMT(id), why);
}

/* The expression of a criteria; only identifiers of the library are known. */
static int criteria(struct quality_package *p, uint32_t node, struct str id,
    struct str *expression, struct ehr_err *e)
{
	uint32_t at = tape_get(&p->tape, node, "criteria");
	struct str language = at ? text(p, at, "language") : STR_NONE;

	*expression = at ? text(p, at, "expression") : STR_NONE;
	if (expression->s == NULL)
		return refuse(p, id, "no criteria", e);
	if (language.s && !str_starts(language, "text/cql"))
		return refuse(p, id, "criteria in a language that is not CQL",
		    e);
	return 0;
}

/* ---- populations ---- */

static int read_population(struct quality_package *p, uint32_t node,
    uint32_t number, struct quality_population *out, struct ehr_err *e)
{
	char made[24];
	int rc;

	snprintf(made, sizeof(made), "population-%u", number + 1);
	out->id = text(p, node, "id");
	if (out->id.s == NULL)
		out->id = arena_str(&p->arena, str_of(made));
	out->code = code_of(p, tape_get(&p->tape, node, "code"));
	out->define = out->function = out->of = -1;
	if (!kind_of(out->code, &out->kind))
		return refuse(p, out->id, "a population of unknown code", e);
	rc = criteria(p, node, out->id, &out->expression, e);
	if (rc < 0 || out->kind == QUALITY_OBSERVATION)
		return rc;
	out->define = elm_define(p->base->elm, p->measure.library,
	    out->expression, e);
	return out->define < 0 ? EHR_EREJECT : 0;
}

/* How observations are put together; older packages write "Average". */
static int method_of(struct quality_package *p, uint32_t node,
    struct quality_population *out, struct ehr_err *e)
{
	uint32_t at = extension(&p->tape, node, "cqfm-aggregateMethod");
	uint32_t concept = at ? tape_get(&p->tape, at, "valueCodeableConcept")
			      : 0;
	struct str word = STR_NONE;

	if (at && tape_get(&p->tape, at, "valueString"))
		word = text(p, at, "valueString");
	else if (at)
		word = concept ? code_of(p, concept) : text(p, at, "valueCode");
	if (word.s == NULL)
		return refuse(p, out->id, "an observation without "
		    "aggregateMethod", e);
	for (int i = QUALITY_SUM; i <= QUALITY_COUNT; i++)
		if (strncasecmp(word.s, quality_method_name(i), word.n) == 0 &&
		    word.n == strlen(quality_method_name(i))) {
			out->method = (enum quality_method)i;
			return 0;
		}
	if (strncasecmp(word.s, "mean", word.n) != 0 || word.n != 4)
		return refuse(p, out->id, "an unknown aggregateMethod", e);
	out->method = QUALITY_AVERAGE;
	return 0;
}

/* What an observation is of: the criteria reference, else the population its
 * scoring measures. A function of the member, or of nothing. */
static int bind_observation(struct quality_package *p, uint32_t node,
    struct quality_group *g, struct quality_population *out, struct ehr_err *e)
{
	uint32_t at = extension(&p->tape, node, "cqfm-criteriaReference");
	struct str of = at ? text(p, at, "valueString") : STR_NONE;

	for (uint32_t i = 0; i < g->populations; i++) {
		const struct quality_population *other = &g->population[i];

		if (of.s ? str_eq(other->id, of)
			 : other->kind == QUALITY_MEASURED)
			out->of = (int)i;
	}
	if (out->of < 0)
		return refuse(p, out->id, "an observation of no population", e);
	out->function = elm_function(p->base->elm, p->measure.library,
	    out->expression, str_is(g->basis, "boolean") ? 0 : 1, e);
	if (out->function == EHR_ENOENT) /* an expression does as well */
		out->define = elm_define(p->base->elm, p->measure.library,
		    out->expression, e);
	if (out->function < 0 && out->define < 0)
		return EHR_EREJECT;
	return method_of(p, node, out, e);
}

static int read_populations(struct quality_package *p, uint32_t group,
    struct quality_group *g, struct ehr_err *e)
{
	struct quality_population *out = arena_alloc(&p->arena,
	    QUALITY_POPULATIONS_MAX * sizeof(*out));
	uint32_t list = tape_get(&p->tape, group, "population"), k = 0;
	int rc = 0;

	g->population = out;
	if (list == 0)
		return refuse(p, g->id, "a group without populations", e);
	tape_each(&p->tape, list, i) {
		if (g->populations == QUALITY_POPULATIONS_MAX)
			return refuse(p, g->id, "too many populations", e);
		rc = read_population(p, i, g->populations, &out[g->populations],
		    e);
		if (rc < 0)
			return rc;
		g->populations++;
	}
	tape_each(&p->tape, list, i) {
		if (out[k].kind == QUALITY_OBSERVATION && rc == 0)
			rc = bind_observation(p, i, g, &out[k], e);
		k++;
	}
	return rc;
}

static int read_strata(struct quality_package *p, uint32_t group,
    struct quality_group *g, struct ehr_err *e)
{
	uint32_t list = tape_get(&p->tape, group, "stratifier");
	struct quality_stratum *out = arena_alloc(&p->arena,
	    QUALITY_STRATA_MAX * sizeof(*out));

	g->stratum = out;
	if (list == 0)
		return 0;
	tape_each(&p->tape, list, i) {
		struct quality_stratum *s = &out[g->strata];
		int rc;

		if (g->strata == QUALITY_STRATA_MAX)
			return refuse(p, g->id, "too many strata", e);
		s->id = text(p, i, "id");
		rc = criteria(p, i, s->id.s ? s->id : g->id, &s->expression, e);
		if (rc < 0)
			return rc;
		if (s->id.s == NULL)
			s->id = s->expression;
		s->define = elm_define(p->base->elm, p->measure.library,
		    s->expression, e);
		if (s->define < 0)
			return EHR_EREJECT;
		g->strata++;
	}
	return 0;
}

/* ---- groups ---- */

static bool scoring_of(struct str code, enum quality_scoring *scoring)
{
	for (int i = QUALITY_PROPORTION; i <= QUALITY_COHORT; i++)
		if (str_is(code, quality_scoring_name(i))) {
			*scoring = (enum quality_scoring)i;
			return true;
		}
	return false;
}

static int read_group(struct quality_package *p, uint32_t node,
    uint32_t number, struct quality_group *g, struct ehr_err *e)
{
	struct str scoring = setting(p, node, "cqfm-scoring");
	char made[16];
	int rc;

	snprintf(made, sizeof(made), "group-%u", number + 1);
	g->id = text(p, node, "id");
	if (g->id.s == NULL)
		g->id = arena_str(&p->arena, str_of(made));
	g->basis = setting(p, node, "cqfm-populationBasis");
	if (g->basis.s == NULL)
		g->basis = STR("boolean");
	if (scoring.s == NULL)
		scoring = code_of(p, tape_get(&p->tape, 0, "scoring"));
	if (!scoring_of(scoring, &g->scoring))
		return refuse(p, g->id, "scoring is missing or unknown", e);
	rc = read_populations(p, node, g, e);
	return rc < 0 ? rc : read_strata(p, node, g, e);
}

/* Last segment of the first library's canonical, without its version. */
static struct str main_library(struct quality_package *p)
{
	uint32_t list = tape_get(&p->tape, 0, "library");
	struct str rest, name = STR_NONE, url;

	if (list == 0 || tape_first(&p->tape, list) == 0)
		return STR_NONE;
	url = tape_str(&p->tape, tape_first(&p->tape, list));
	rest = url;
	str_split(&rest, '|', &url);
	while (str_split(&url, '/', &name))
		;
	return arena_str(&p->arena, name);
}

/* "CMS122" of "CMS122FHIRDiabetes...". */
struct str measure_cms_id(struct str name)
{
	size_t n = 3;

	if (!str_starts(name, "CMS"))
		return STR_NONE;
	while (n < name.n && name.s[n] >= '0' && name.s[n] <= '9')
		n++;
	return n > 3 ? (struct str){ name.s, n } : STR_NONE;
}

/* The version-specific identifier (CQFM artifact-identifier-type), when it is
 * a UUID. */
static struct str version_uuid(struct quality_package *p)
{
	static const char urn[] = "urn:uuid:";
	uint32_t list = tape_get(&p->tape, 0, "identifier");

	if (!list || tape_type(&p->tape, list) != TAPE_ARRAY)
		return STR_NONE;
	tape_each(&p->tape, list, i) {
		struct str value = text(p, i, "value");

		if (!str_is(code_of(p, tape_get(&p->tape, i, "type")),
			"version-specific") || !str_starts(value, urn))
			continue;
		value.s += strlen(urn);
		value.n -= strlen(urn);
		if (uuid_valid(value))
			return value;
	}
	return STR_NONE;
}

/* As QPP has it, else as the measure itself says. */
static bool is_inverse(struct quality_package *p, struct str id)
{
	static const struct {
		const char *id;
		bool inverse;
	} known[] = {
#define INVERSE(id, inverse) { id, inverse },
#include "quality/data/inverse.def"
#undef INVERSE
	};
	uint32_t groups = tape_get(&p->tape, 0, "group");
	uint32_t own = tape_get(&p->tape, 0, "improvementNotation");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(id, known[i].id))
			return known[i].inverse;
	return str_is(own ? code_of(p, own)
			  : setting(p, tape_first(&p->tape, groups),
				"cqfm-improvementNotation"), "decrease");
}

/* ---- supplemental data ---- */

static int read_supplements(struct quality_package *p, struct ehr_err *e)
{
	uint32_t list = tape_get(&p->tape, 0, "supplementalData");
	struct quality_supplement *out = arena_alloc(&p->arena,
	    QUALITY_SUPPLEMENTS_MAX * sizeof(*out));
	struct quality_measure *m = &p->measure;
	int rc = 0;

	m->supplement = out;
	if (list == 0)
		return 0;
	tape_each(&p->tape, list, i) {
		struct quality_supplement *s = &out[m->supplements];

		if (m->supplements == QUALITY_SUPPLEMENTS_MAX)
			return refuse(p, STR("Measure"),
			    "too many supplemental data", e);
		s->id = text(p, i, "id");
		s->define = -1;
		rc = criteria(p, i, s->id.s ? s->id : STR("supplementalData"),
		    &s->expression, e);
		if (rc < 0)
			return rc;
		if (s->id.s == NULL)
			s->id = s->expression;
		m->supplements++;
	}
	return rc;
}

int measure_read(struct quality_package *p, struct ehr_err *e)
{
	struct quality_measure *m = &p->measure;
	struct quality_group *groups;
	struct tape_error why;
	uint32_t list, period;
	int rc = 0;

	if (tape_parse(&p->tape, p->measure_text.s, p->measure_text.len,
		&why) < 0)
		return ehr_fail(e, EHR_EREJECT, "Measure: %s", why.text);
	m->name = text(p, 0, "name");
	m->version = text(p, 0, "version");
	m->url = text(p, 0, "url");
	m->title = text(p, 0, "title");
	m->library = main_library(p);
	m->cms_id = measure_cms_id(m->name);
	m->uuid = version_uuid(p);
	period = tape_get(&p->tape, 0, "effectivePeriod");
	m->start = period ? text(p, period, "start") : STR_NONE;
	m->end = period ? text(p, period, "end") : STR_NONE;
	list = tape_get(&p->tape, 0, "group");
	if (m->library.s == NULL || list == 0 ||
	    tape_type(&p->tape, list) != TAPE_ARRAY)
		return refuse(p, STR("Measure"), "no library or no group", e);
	m->inverse = is_inverse(p, m->cms_id);
	groups = arena_alloc(&p->arena, QUALITY_GROUPS_MAX * sizeof(*groups));
	m->group = groups;
	tape_each(&p->tape, list, i) {
		if (m->groups == QUALITY_GROUPS_MAX)
			return refuse(p, STR("Measure"), "too many groups", e);
		rc = read_group(p, i, m->groups, &groups[m->groups], e);
		if (rc < 0)
			return rc;
		m->groups++;
	}
	return read_supplements(p, e);
}
