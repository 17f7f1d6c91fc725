/* Retrieves, terminology (CQL 1.5, 23) and messages (24). */
#include "elm/impl.h"

/* ---- membership ---- */

static bool in_vocabulary(struct elm_ctx *c, const struct elm_code *code,
    struct elm_value set)
{
	if (code->code.s == NULL)
		return false;
	if (set.kind == ELM_CODESYSTEM)
		return str_eq(code->system,
		    elm_codesystem(c->p, (size_t)set.i));
	return c->terms && c->terms->in_valueset(c->terms->arg, (size_t)set.i,
		   code->system, code->code);
}

/* Is one of the codes of v (code, concept, string, or a list) in the set? */
static struct elm_value any_in(struct elm_ctx *c, struct elm_value v,
    struct elm_value set)
{
	struct elm_value concept;

	if (set.kind != ELM_VALUESET && set.kind != ELM_CODESYSTEM)
		return set.kind == ELM_LIST && v.kind != ELM_NULL
		    ? elm_bool(elm_code_among(c, v, set)) : ELM_NOTHING;
	if (v.kind == ELM_NULL)
		return elm_bool(false);
	concept = elm_to_concept(c, v);
	if (concept.kind != ELM_CONCEPT)
		return elm_bool(false);
	for (uint32_t i = 0; i < concept.concept->n; i++)
		if (in_vocabulary(c, concept.concept->codes[i], set))
			return elm_bool(true);
	return elm_bool(false);
}

OPERATOR(in_value_set)
{
	return any_in(c, v[0], n->args > 1 ? v[1] : ELM_NOTHING);
}

OPERATOR(in_code_system)
{
	return any_in(c, v[0], n->args > 1 ? v[1] : ELM_NOTHING);
}

static void add_code(void *to, const struct elm_code *code)
{
	struct elm_list *out = to;

	elm_list_add(out, elm_code(out->c, *code));
}

OPERATOR(expand_value_set)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (v[0].kind != ELM_VALUESET)
		return v[0].kind == ELM_LIST ? v[0] : ELM_NOTHING;
	if (c->terms)
		c->terms->expand(c->terms->arg, (size_t)v[0].i, add_code, &out);
	return elm_list_done(&out);
}

/* Has v a code equivalent to one of the list's? */
bool elm_code_among(struct elm_ctx *c, struct elm_value v,
    struct elm_value list)
{
	struct elm_value concept = elm_to_concept(c, v);

	for (uint32_t i = 0; concept.kind == ELM_CONCEPT && i < list.n; i++)
		if (elm_equivalent(c, concept, list.list[i]))
			return true;
	return false;
}

/* ---- retrieve (2.4) ---- */

enum { CODED = 2048 };

/* A resource's element with codes, as it is and as a concept; by the place of
 * both, the last one there. */
struct elm_coded {
	uint32_t patient, root;
	const char *path;
	struct elm_value code, concept;
};

struct elm_coded *elm_coded_new(void)
{
	return xcalloc(CODED, sizeof(struct elm_coded));
}

static const struct elm_coded *coded_of(struct elm_ctx *c,
    struct elm_value resource, struct str path)
{
	size_t at = (resource.n ^ (size_t)(uintptr_t)path.s >> 3) % CODED;
	struct elm_coded *coded = &c->coded[at];

	if (coded->patient == c->patient && coded->root == resource.n &&
	    coded->path == path.s)
		return coded;
	*coded = (struct elm_coded){ c->patient, resource.n, path.s,
		elm_path(c, resource, path), ELM_NOTHING };
	coded->concept = elm_to_concept(c, coded->code);
	return coded;
}

struct gathering {
	struct elm_ctx *c;
	struct elm_list *out;
	const struct elm_retrieve *r;
	struct elm_value range; /* an interval, or nothing: all dates */
	struct str dated;	/* the property that must lie in it */
};

/* QI-Core: what was not done may name a whole value set instead of a code. */
static bool names_valueset(struct elm_ctx *c, struct elm_value code,
    struct elm_value set)
{
	struct elm_value ext, url, value;
	struct str id;

	if (code.kind != ELM_FHIR || set.kind != ELM_VALUESET ||
	    tape_get(code.tape, code.n, "extension") == 0)
		return false;
	ext = elm_property(c, code, STR("extension"));
	id = elm_valueset(c->p, (size_t)set.i);
	for (uint32_t i = 0; ext.kind == ELM_LIST && i < ext.n; i++) {
		url = elm_unbox(c, elm_property(c, ext.list[i], STR("url")));
		value = elm_unbox(c, elm_property(c, ext.list[i], STR("value")));
		if (url.kind == ELM_STRING && value.kind == ELM_STRING &&
		    str_ends(elm_str(url), "qicore-notDoneValueSet") &&
		    str_begins(id, elm_str(value)))
			return true;
	}
	return false;
}

static bool code_matches(struct elm_ctx *c, struct elm_value resource,
    const struct elm_retrieve *r)
{
	const struct elm_coded *coded = coded_of(c, resource, r->code_path);

	if (coded->code.kind == ELM_NULL)
		return false;
	if (c->source->not_done_sets &&
	    names_valueset(c, coded->code, r->codes))
		return true;
	if (r->codes.kind == ELM_LIST)
		return elm_code_among(c, coded->concept, r->codes);
	return elm_truth(any_in(c, coded->concept, r->codes)) == TRI_TRUE;
}

/* A Period as the interval it stands for, a primitive as its value. */
static struct elm_value dates_of(struct elm_ctx *c, struct elm_value v)
{
	struct elm_value low, high;

	if (v.kind != ELM_FHIR || v.cls != FHIR_Period)
		return elm_unbox(c, v);
	low = elm_unbox(c, elm_property(c, v, STR("start")));
	high = elm_unbox(c, elm_property(c, v, STR("end")));
	return elm_interval(c, low, high, low.kind != ELM_NULL, true);
}

static bool date_matches(const struct gathering *g, struct elm_value resource)
{
	struct elm_value v = dates_of(g->c,
	    elm_path(g->c, resource, g->dated));

	return v.kind != ELM_NULL && elm_interval_includes(g->c, g->range, v,
		   false, ELM_NO_PRECISION) == TRI_TRUE;
}

static void add_resource(void *to, const struct tape *t, uint32_t root)
{
	struct gathering *g = to;
	struct elm_value v = elm_fhir_value(t, root, g->r->type);

	if (g->range.kind == ELM_INTERVAL && !date_matches(g, v))
		return;
	if (g->r->code_path.s == NULL || code_matches(g->c, v, g->r))
		elm_list_add(g->out, v);
}

struct elm_value elm_gather(struct elm_ctx *c, const struct elm_node *n,
    struct elm_retrieve *r)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct gathering g = { c, &out, r, ELM_NOTHING, n->name };
	struct elm_list one = ELM_LIST_INIT(c);
	struct ehr_err e;

	if (n->args > 1) {
		g.range = elm_run(c, n->arg[1]);
		if (g.range.kind != ELM_INTERVAL)
			return elm_list_done(&out);
	}
	if (n->args && n->arg[0] && r->codes.kind == ELM_NULL) {
		r->codes = elm_run(c, n->arg[0]);
		if (r->codes.kind == ELM_CODE || r->codes.kind == ELM_CONCEPT) {
			elm_list_add(&one, r->codes);
			r->codes = elm_list_done(&one);
		}
		if (r->codes.kind == ELM_NULL)
			return elm_list_done(&out);
	}
	if (c->source && c->source->retrieve(c->source->arg, r, add_resource,
			     &g, &e) < 0) {
		elm_list_release(&out);
		return elm_fail(c, "%s", e.msg);
	}
	return elm_list_done(&out);
}

/* Retrieves whose codes are known give a patient's resources once. */
OPERATOR(retrieve)
{
	struct elm_retrieve r = *n->retrieve;
	bool keeps = n->args == 0 ||
	    (n->args == 1 && r.codes.kind != ELM_NULL);
	struct elm_value list;

	if (keeps && c->stamp[n->number] == c->patient)
		return c->gathered[n->number];
	list = elm_gather(c, n, &r);
	if (keeps && !c->failed) {
		c->gathered[n->number] = list;
		c->stamp[n->number] = c->patient;
	}
	return list;
}

/* ---- messages (24.1) ---- */

static struct str text_of(struct elm_value v)
{
	return v.kind == ELM_STRING ? elm_str(v) : STR("");
}

/* Only errors end the evaluation; other severities say nothing here. The
 * message is the measure's text and may hold a patient's data: the code is
 * what is told. */
OPERATOR(message)
{
	bool holds = n->args > 1 && elm_truth(v[1]) == TRI_TRUE;

	if (holds && n->args > 3 && str_is(text_of(v[3]), "Error"))
		return elm_fail(c, "Message of severity Error, code %.*s",
		    STR_FMT(text_of(v[2])));
	return v[0];
}
