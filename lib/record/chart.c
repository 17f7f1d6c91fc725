/* chart.c - whose chart a resource belongs to: the first patient of its
 * compartment parameters owns it, further ones see it too. */
#include "impl.h"

struct str chart_of_ref(struct batch *b, struct str text, bool *late)
{
	struct fhir_ref f;

	*late = false;
	fhir_ref_parse(text, &f);
	switch (f.kind) {
	case FHIR_REF_CONTAINED:
	case FHIR_REF_OTHER:
		break;
	case FHIR_REF_CONDITIONAL:
		*late = true;
		return f.query;
	case FHIR_REF_ABSOLUTE:
		if (strmap_get(&b->bases, f.base) ||
		    base_known(b->r, b->source, f.base))
			return f.id;
		return text;
	case FHIR_REF_RELATIVE:
	case FHIR_REF_URN:
		return f.id;
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

	(void)ordinal;
	c->name = chart_of_ref(c->b, tape_text(c->t, node, &c->b->chart_name),
	    &c->late);
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

struct also {
	struct batch *b;
	const struct version *v;
	const struct tape *t;
	struct ehr_err *e;
	bool first;
};

static int also_one(void *arg, uint32_t node, int ordinal)
{
	struct also *a = arg;
	bool late;
	struct str name = chart_of_ref(a->b, tape_text(a->t, node,
	    &a->b->chart_name), &late);
	struct stmt *s;
	int64_t seg;
	int rc;

	(void)ordinal;
	if (name.s == NULL)
		return 0;
	if (a->first) {
		a->first = false;
		return 0;
	}
	rc = chart_segment(a->b, name, false, &seg, a->e);
	if (rc < 0 || seg == rid_segment(a->v->rid))
		return rc;
	s = sql(a->b->r, ALSO_ADD);
	stmt_int(s, 1, seg);
	stmt_int(s, 2, a->v->rid);
	return stmt_run(s, a->e);
}

int chart_also(struct batch *b, const struct version *v, const struct tape *t,
    struct ehr_err *e)
{
	struct also a = { b, v, t, e, true };

	return fhir_compartment_each(t, 0, v->type, also_one, &a);
}

/* ---- names ---- */

struct naming {
	struct batch *b;
	const struct tape *t;
	int type;
	int (*fn)(void *arg, struct str name);
	void *arg;
};

static int name_identifier(struct naming *n, uint32_t id)
{
	struct record *r = n->b->r;
	struct str system, value;
	int rc = 0;

	value = tape_member(n->t, id, "value", &r->text);
	if (value.n == 0)
		return 0;
	if (n->type == FHIR_Patient) {
		buf_reset(&r->name);
		buf_addf(&r->name, "identifier=%.*s", STR_FMT(value));
		rc = n->fn(n->arg, buf_str(&r->name));
	}
	system = tape_member(n->t, id, "system", &r->text2);
	if (rc || system.n == 0)
		return rc;
	buf_reset(&r->name);
	buf_addf(&r->name, "identifier=%.*s|%.*s", STR_FMT(system),
	    STR_FMT(value));
	return n->fn(n->arg, buf_str(&r->name));
}

int names_each(struct batch *b, int type, struct str url,
    const struct tape *t, uint32_t root,
    int (*fn)(void *arg, struct str name), void *arg)
{
	struct naming n = { b, t, type, fn, arg };
	uint32_t ids = tape_get(t, root, "identifier");
	int rc = url.n ? fn(arg, url) : 0;

	if (rc || ids == 0)
		return rc;
	if (tape_type(t, ids) == TAPE_OBJECT)
		return name_identifier(&n, ids);
	if (tape_type(t, ids) == TAPE_ARRAY)
		tape_each(t, ids, i) {
			rc = name_identifier(&n, i);
			if (rc)
				break;
		}
	return rc;
}
