/* chart.c - whose chart a resource belongs to: the first patient of its
 * compartment parameters owns it, further ones see it too. */
#include "impl.h"

int64_t chart_of_ref(struct batch *b, struct str text)
{
	struct fhir_ref f;
	struct str name = text;
	int64_t late = 0;

	fhir_ref_parse(text, &f);
	switch (f.kind) {
	case FHIR_REF_CONTAINED:
	case FHIR_REF_OTHER:
		return CHART_NOBODY;
	case FHIR_REF_CONDITIONAL:
		name = f.query;
		late = CHART_LATE;
		break;
	case FHIR_REF_ABSOLUTE:
		if (strmap_get(&b->bases, f.base) ||
		    base_known(b->r, b->source, f.base))
			name = f.id;
		break;
	case FHIR_REF_RELATIVE:
	case FHIR_REF_URN:
		name = f.id;
		break;
	}
	return ident_key(b->source, name, FHIR_Patient) | late;
}

struct first_chart {
	struct batch *b;
	const struct tape *t;
	int64_t chart;
};

static int take_first(void *arg, uint32_t node, int ordinal)
{
	struct first_chart *c = arg;

	(void)ordinal;
	c->chart = chart_of_ref(c->b, tape_text(c->t, node, &c->b->r->text));
	return c->chart != CHART_NOBODY;
}

int64_t chart_of(struct batch *b, const struct tape *t, uint32_t root,
    int type, int64_t own_key)
{
	struct first_chart c = { b, t, CHART_NOBODY };

	if (type == FHIR_Patient)
		return own_key;
	fhir_compartment_each(t, root, type, take_first, &c);
	return c.chart;
}

static int name_segment(struct batch *b, int64_t seg, struct str name,
    struct ehr_err *e)
{
	struct stmt *s = sql(b->r, SEG_NAME_ADD);
	struct fhir_ref f;

	fhir_ref_parse(name, &f);
	stmt_int(s, 1, seg);
	stmt_int(s, 2, b->source);
	stmt_text(s, 3, f.id.s ? f.id : name);
	return stmt_run(s, e);
}

int chart_segment(struct batch *b, int64_t chart, struct str name,
    int64_t *seg, struct ehr_err *e)
{
	int64_t *alias, rid;
	int rc;

	if (chart == CHART_NOBODY)
		return segment_shared(b->r, b->id, seg, e);
	chart &= ~CHART_LATE;
	alias = map64_get(&b->alias, (uint64_t)chart);
	if (alias)
		chart = *alias;
	rc = ident_placeholder(b->r, chart, &rid, e);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		*seg = rid_segment(rid);
		return 0;
	}
	rc = segment_new(b->r, false, b->id, seg, e);
	if (rc == 0)
		rc = ident_add(b->r, chart, rid_make(*seg, 0), e);
	if (rc == 0 && name.s)
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
	struct str text = tape_text(a->t, node, &a->b->r->text);
	int64_t chart = chart_of_ref(a->b, text), seg;
	struct stmt *s;
	int rc;

	(void)ordinal;
	if (chart == CHART_NOBODY)
		return 0;
	if (a->first) {
		a->first = false;
		return 0;
	}
	rc = chart_segment(a->b, chart, text, &seg, a->e);
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

static int name_identifier(struct batch *b, int type, const struct tape *t,
    uint32_t id, int (*fn)(void *arg, int64_t key), void *arg)
{
	struct record *r = b->r;
	struct str system, value;
	int rc;

	buf_reset(&r->name);
	value = tape_member(t, id, "value", &r->text);
	if (value.n == 0)
		return 0;
	buf_adds(&r->name, "identifier=");
	buf_addstr(&r->name, value);
	rc = type == FHIR_Patient ? fn(arg, ident_key(b->source,
	    buf_str(&r->name), type)) : 0;
	system = tape_member(t, id, "system", &r->text2);
	if (rc || system.n == 0)
		return rc;
	buf_reset(&r->name);
	buf_addf(&r->name, "identifier=%.*s|%.*s", STR_FMT(system),
	    STR_FMT(value));
	return fn(arg, ident_key(b->source, buf_str(&r->name), type));
}

int names_each(struct batch *b, int type, struct str url,
    const struct tape *t, uint32_t root,
    int (*fn)(void *arg, int64_t key), void *arg)
{
	uint32_t ids = tape_get(t, root, "identifier");
	int rc = 0;

	if (url.n)
		rc = fn(arg, ident_key(b->source, url, type));
	if (rc || ids == 0)
		return rc;
	if (tape_type(t, ids) == TAPE_OBJECT)
		return name_identifier(b, type, t, ids, fn, arg);
	if (tape_type(t, ids) == TAPE_ARRAY)
		tape_each(t, ids, i) {
			rc = name_identifier(b, type, t, i, fn, arg);
			if (rc)
				break;
		}
	return rc;
}
