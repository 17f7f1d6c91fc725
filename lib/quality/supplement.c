/* Supplemental data: the codes in what a measure's definitions of sex, race,
 * ethnicity and payer come to. */
#include "quality/impl.h"

int quality_package_supplement(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e)
{
	struct quality_supplement *list =
	    (struct quality_supplement *)p->measure.supplement;

	for (uint32_t i = 0; i < p->measure.supplements; i++) {
		list[i].define = elm_define(p->base->elm, p->measure.library,
		    list[i].expression, e);
		if (list[i].define < 0)
			return EHR_EREJECT;
	}
	return package_bind(p, warn, arg, e);
}

/* ---- codes of a value ---- */

struct codes {
	struct arena *arena;
	struct quality_code *v;
	uint32_t n, cap;
	uint32_t supplement;
};

static bool has(const struct codes *c, const struct quality_code *code)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->v[i].supplement == code->supplement &&
		    str_eq(c->v[i].code, code->code) &&
		    str_eq(c->v[i].system, code->system))
			return true;
	return false;
}

static void add(struct codes *c, struct str system, struct str code,
    struct str display)
{
	struct quality_code one = { c->supplement, code, system, display };
	struct quality_code *v;

	if (has(c, &one))
		return;
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 8;
		v = arena_alloc(c->arena, c->cap * sizeof(*v));
		if (c->n)
			memcpy(v, c->v, c->n * sizeof(*v));
		c->v = v;
	}
	c->v[c->n++] = one;
}

static struct str kept(struct codes *c, const struct tape *t, uint32_t node,
    const char *member)
{
	BUF_AUTO b = BUF_INIT;
	struct str s = tape_member(t, node, member, &b);

	return s.s ? arena_str(c->arena, s) : STR_NONE;
}

static void add_coding(struct codes *c, const struct tape *t, uint32_t node)
{
	struct str code = kept(c, t, node, "code");

	if (code.n)
		add(c, kept(c, t, node, "system"), code,
		    kept(c, t, node, "display"));
}

static void add_fhir(struct codes *c, struct elm_value v)
{
	uint32_t list;

	if (v.cls == FHIR_Coding)
		add_coding(c, v.tape, v.n);
	if (v.cls != FHIR_CodeableConcept)
		return;
	list = tape_get(v.tape, v.n, "coding");
	if (list)
		tape_each(v.tape, list, i)
			add_coding(c, v.tape, i);
}

/* Values of CQL are no deeper than expressions are. */
static void add_value(struct codes *c, struct elm_value v)
{
	switch (v.kind) {
	case ELM_CODE:
		add(c, v.code->system, v.code->code, v.code->display);
		break;
	case ELM_CONCEPT:
		for (uint32_t i = 0; i < v.concept->n; i++)
			add(c, v.concept->codes[i]->system,
			    v.concept->codes[i]->code,
			    v.concept->codes[i]->display);
		break;
	case ELM_LIST:
		for (uint32_t i = 0; i < v.n; i++)
			add_value(c, v.list[i]);
		break;
	case ELM_TUPLE:
		for (uint32_t i = 0; i < v.tuple->n; i++)
			add_value(c, v.tuple->value[i]);
		break;
	case ELM_FHIR:
		add_fhir(c, v);
		break;
	default:
		break;
	}
}

int supplement_codes(struct quality_run *run, const struct quality_measure *m,
    struct arena *arena, const struct quality_code **list, uint32_t *n,
    struct ehr_err *e)
{
	struct codes c = { .arena = arena };
	struct elm_value v;
	int rc = 0;

	for (uint32_t i = 0; i < m->supplements && rc == 0; i++) {
		uint32_t before = c.n;

		c.supplement = i;
		rc = quality_run_value(run, m->supplement[i].define, &v, e);
		if (rc == 0)
			add_value(&c, v);
		if (c.n == before)
			add(&c, STR_NONE, STR_NONE, STR_NONE);
	}
	*list = c.v;
	*n = c.n;
	return rc;
}
