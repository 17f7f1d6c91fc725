/* chart.c - whose chart a resource belongs to: the first patient of its
 * compartment parameters owns it, further ones see it too. */
#include "impl.h"

struct str chart_of_ref(struct batch *b, const struct fact_ref *ref,
    bool *late)
{
	const struct fhir_ref *f = &ref->to;

	*late = false;
	switch (f->kind) {
	case FHIR_REF_CONTAINED:
	case FHIR_REF_OTHER:
		break;
	case FHIR_REF_CONDITIONAL:
		*late = true;
		return f->query;
	case FHIR_REF_ABSOLUTE:
		if (strmap_get(&b->bases, f->base) ||
		    base_known(b->r, b->source, f->base))
			return f->id;
		return ref->text;
	case FHIR_REF_RELATIVE:
	case FHIR_REF_URN:
		return f->id;
	}
	return STR_NONE;
}

struct first_chart {
	struct batch *b;
	const struct tape *t;
	struct str name;
	bool late;
};

static int take_first(void *arg, uint32_t node, int ordinal)
{
	struct first_chart *c = arg;
	struct fact_ref ref = { .text = tape_text(c->t, node,
	    &c->b->chart_name) };

	(void)ordinal;
	fhir_ref_parse(ref.text, &ref.to);
	c->name = chart_of_ref(c->b, &ref, &c->late);
	return c->name.s != NULL;
}

void chart_of(struct batch *b, const struct tape *t, uint32_t root,
    struct item_ref *it)
{
	struct first_chart c = { b, t, STR_NONE, false };

	if (it->h.type == FHIR_Patient)
		c.name = it->id;
	else
		fhir_compartment_each(t, root, it->h.type, take_first, &c);
	it->chart = c.name;
	it->h.chart_len = (uint32_t)c.name.n;
	it->h.chart = CHART_NOBODY;
	if (c.name.s)
		it->h.chart = ident_key(b->source, c.name, FHIR_Patient) |
		    (c.late ? CHART_LATE : 0);
}

static int name_segment(struct batch *b, int64_t seg, struct str name,
    struct ehr_err *e)
{
	struct stmt *s = sql(b->r, SEG_NAME_ADD);

	stmt_int(s, 1, seg);
	stmt_int(s, 2, b->source);
	stmt_text(s, 3, name);
	return stmt_run(s, e);
}

int chart_segment(struct batch *b, struct str name, bool is_patient,
    int64_t *seg, struct ehr_err *e)
{
	int64_t *alias, rid;
	int rc;

	if (name.s == NULL)
		return segment_shared(b->r, b->id, seg, e);
	alias = strmap_get(&b->alias, name);
	if (alias)
		name = str_of(b->ids.s + *alias);
	rc = ident_find(b->r, b->source, name, FHIR_Patient, true, &rid, e);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		*seg = rid_segment(rid);
		return 0;
	}
	rc = segment_new(b->r, false, b->id, seg, e);
	if (rc == 0)
		rc = ident_add(b->r, b->source, name, FHIR_Patient,
		    rid_make(*seg, 0), !is_patient && !fhir_id_valid(name) &&
		    !str_starts(name, "identifier="), e);
	if (rc == 0 && !is_patient)
		rc = name_segment(b, *seg, name, e);
	return rc;
}

int chart_also(struct batch *b, const struct version *v,
    const struct facts *f, struct ehr_err *e)
{
	bool first = true, late;
	struct stmt *s;
	int64_t seg;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->n_chart; i++) {
		struct str name = chart_of_ref(b, &f->chart[i], &late);

		if (name.s == NULL)
			continue;
		if (first) {
			first = false;
			continue;
		}
		rc = chart_segment(b, name, false, &seg, e);
		if (rc < 0 || seg == rid_segment(v->rid))
			continue;
		s = sql(b->r, ALSO_ADD);
		stmt_int(s, 1, seg);
		stmt_int(s, 2, v->rid);
		stmt_int(s, 3, store_time(b->r->db));
		rc = stmt_run(s, e);
	}
	return rc;
}
