/* The resources that the populations of a measure rest on for one patient,
 * as MeasureReport.evaluatedResource. */
#include "quality/impl.h"

#include <stdlib.h>

#define CRITERIA "http://hl7.org/fhir/StructureDefinition/" \
	"cqf-criteriaReference"

struct found {
	struct str name;  /* "Type/id" */
	struct buf criteria; /* JSON of the extensions */
	struct str last;  /* criterion */
};

struct search {
	struct quality_run *run;
	struct strmap seen;
	struct found *v;
	size_t n, cap;
	struct str criterion; /* at hand */
};

static void add_resource(struct search *s, struct elm_value v)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO scratch = BUF_INIT;
	struct found *f;
	int64_t *at;
	bool added;

	if (v.kind != ELM_FHIR || v.cls == 0 || v.cls > FHIR_RESOURCES)
		return;
	buf_addf(&name, "%s/", fhir_type_name(v.cls));
	buf_addstr(&name, tape_member(v.tape, v.n, "id", &scratch));
	at = strmap_put(&s->seen, buf_str(&name), &added);
	if (added) {
		if (s->n == s->cap) {
			s->cap = s->cap ? 2 * s->cap : 16;
			s->v = xrealloc(s->v, s->cap * sizeof(*s->v));
		}
		*at = (int64_t)s->n;
		s->v[s->n++] = (struct found){
			arena_str(&s->seen.keys, buf_str(&name)), BUF_INIT,
			STR_NONE };
	}
	f = &s->v[*at];
	if (f->last.s == s->criterion.s)
		return;
	f->last = s->criterion;
	json_open(&f->criteria, NULL, '{');
	json_text(&f->criteria, "url", STR(CRITERIA));
	json_text(&f->criteria, "valueString", s->criterion);
	json_close(&f->criteria, '}');
}

static int look(void *arg, const struct quality_why *why)
{
	struct search *s = arg;

	add_resource(s, why->value);
	if (why->value.kind == ELM_LIST)
		for (uint32_t i = 0; i < why->value.n; i++)
			add_resource(s, why->value.list[i]);
	return 0;
}

static int search_group(struct search *s, const struct quality_group *g,
    struct ehr_err *e)
{
	int rc = 0;

	for (uint32_t i = 0; i < g->populations && rc == 0; i++) {
		s->criterion = g->population[i].id;
		if (g->population[i].define >= 0)
			rc = quality_explain(s->run, g->population[i].define,
			    look, s, e);
	}
	for (uint32_t i = 0; i < g->strata && rc == 0; i++) {
		s->criterion = g->stratum[i].id;
		rc = quality_explain(s->run, g->stratum[i].define, look, s, e);
	}
	return rc;
}

static int search_supplement(struct search *s, const struct quality_measure *m,
    struct ehr_err *e)
{
	int rc = 0;

	for (uint32_t i = 0; i < m->supplements && rc == 0; i++) {
		s->criterion = m->supplement[i].id;
		if (m->supplement[i].define >= 0)
			rc = quality_explain(s->run, m->supplement[i].define,
			    look, s, e);
	}
	return rc;
}

int quality_report_evaluated(struct buf *b, struct quality_run *run,
    const struct quality_measure *m, struct ehr_err *e)
{
	struct search s = { .run = run };
	int rc = 0;

	for (uint32_t g = 0; g < m->groups && rc == 0; g++)
		rc = search_group(&s, &m->group[g], e);
	if (rc == 0)
		rc = search_supplement(&s, m, e);
	for (size_t i = 0; i < s.n; i++) {
		json_open(b, NULL, '{');
		json_open(b, "extension", '[');
		buf_addstr(b, buf_str(&s.v[i].criteria));
		json_close(b, ']');
		json_text(b, "reference", s.v[i].name);
		json_close(b, '}');
		buf_release(&s.v[i].criteria);
	}
	strmap_release(&s.seen);
	free(s.v);
	return rc;
}
