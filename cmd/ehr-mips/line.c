/* line.c - a patient's result as a line of JSON (ehr-measure(5)). */
#include "mips.h"

static void number(struct buf *b, struct str name, uint32_t n)
{
	json_quote(b, name);
	buf_addf(b, ":%u,", n);
}

/* Is it the first of its code? */
static bool first_of_code(const struct quality_group *g, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (str_eq(g->population[k].code, g->population[i].code))
			return false;
	return true;
}

/* By code, then by id: of a count, or of the bits of one member. */
static void populations(struct buf *b, const struct quality_group *g,
    const uint32_t *count, uint32_t in)
{
	json_open(b, "populations", '{');
	for (uint32_t i = 0; i < g->populations; i++)
		if (first_of_code(g, i))
			number(b, g->population[i].code,
			    count ? count[i] : in >> i & 1);
	json_close(b, '}');
	json_open(b, "byId", '{');
	for (uint32_t i = 0; i < g->populations; i++)
		number(b, g->population[i].id, count ? count[i] : in >> i & 1);
	json_close(b, '}');
}

static void strata(struct buf *b, const struct quality_group *g,
    const struct quality_group_result *r)
{
	json_open(b, "strata", '{');
	for (uint32_t i = 0; i < g->strata; i++)
		number(b, g->stratum[i].id, r->stratum[i]);
	json_close(b, '}');
}

/* Values as decimals, whatever number they are. */
static void observed(struct buf *b, struct elm_value v)
{
	BUF_AUTO text = BUF_INIT;

	if (v.kind == ELM_QUANTITY || v.kind == ELM_INTEGER ||
	    v.kind == ELM_LONG || v.kind == ELM_DECIMAL)
		elm_decimal_text(&text, v);
	else
		elm_format(&text, v);
	json_quote(b, buf_str(&text));
	buf_addch(b, ',');
}

static void observations(struct buf *b, const struct quality_group *g,
    const struct quality_group_result *r)
{
	json_open(b, "observations", '{');
	for (uint32_t i = 0; i < g->populations; i++) {
		if (g->population[i].kind != QUALITY_OBSERVATION)
			continue;
		json_quote(b, g->population[i].id);
		buf_adds(b, ":[");
		for (uint32_t k = 0; k < r->observations; k++)
			if (r->observation[k].population == i)
				observed(b, r->observation[k].value);
		json_close(b, ']');
	}
	json_close(b, '}');
}

static void episodes(struct buf *b, const struct quality_group *g,
    const struct quality_group_result *r)
{
	json_open(b, "episodes", '[');
	for (uint32_t k = 0; k < r->members; k++) {
		const struct quality_member *m = &r->member[k];
		BUF_AUTO id = BUF_INIT;
		BUF_AUTO scratch = BUF_INIT;

		if (m->episode.kind != ELM_FHIR || m->in == 0)
			continue;
		buf_addf(&id, "%s/", fhir_type_name(m->episode.cls));
		buf_addstr(&id, tape_member(m->episode.tape, m->episode.n,
		    "id", &scratch));
		json_open(b, NULL, '{');
		json_text(b, "id", buf_str(&id));
		populations(b, g, NULL, m->in);
		json_close(b, '}');
	}
	json_close(b, ']');
}

static void group(struct buf *b, const struct quality_group *g,
    const struct quality_group_result *r, bool with_episodes)
{
	json_open(b, NULL, '{');
	json_text(b, "id", g->id);
	json_text(b, "basis", g->basis);
	json_text(b, "scoring", str_of(quality_scoring_name(g->scoring)));
	populations(b, g, r->count, 0);
	strata(b, g, r);
	observations(b, g, r);
	if (with_episodes)
		episodes(b, g, r);
	json_close(b, '}');
}

/* null where there is none */
static void text_or_null(struct buf *b, const char *key, struct str s)
{
	if (s.s)
		json_text(b, key, s);
	else
		json_raw(b, key, STR("null"));
}

void line_json(struct buf *b, const struct quality_run *run,
    const struct quality_measure *m, struct str patient, const char *file,
    const struct quality_group_result *r, bool with_episodes)
{
	char from[11], to[11];

	quality_run_period(run, from, to);
	json_open(b, NULL, '{');
	text_or_null(b, "measure", m->name);
	text_or_null(b, "version", m->version);
	json_open(b, "period", '[');
	json_text(b, NULL, str_of(from));
	json_text(b, NULL, str_of(to));
	json_close(b, ']');
	text_or_null(b, "patient", patient);
	text_or_null(b, "file", str_of(file));
	json_open(b, "groups", '[');
	for (uint32_t g = 0; g < m->groups; g++)
		group(b, &m->group[g], &r[g], with_episodes);
	json_close(b, ']');
	json_close(b, '}');
	json_done(b);
	buf_addch(b, '\n');
}
