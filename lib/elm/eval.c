/* Evaluation: contexts, memory of what is known, references, simple nodes. */
#include "elm/impl.h"

#include <stdlib.h>

/* ---- contexts ---- */

struct elm_ctx *elm_ctx_new(const struct elm_package *p,
    const struct elm_source *source, const struct elm_terms *terms,
    int64_t now, int zone)
{
	struct elm_ctx *c = xcalloc(1, sizeof(*c));

	c->p = p;
	c->source = source;
	c->terms = terms;
	c->now = now;
	c->zone = zone;
	c->limits = ELM_LIMITS;
	c->memo = xcalloc(p->defs + 1, sizeof(*c->memo));
	c->known = xcalloc(p->defs + 1, 1);
	c->gathered = xcalloc(p->retrieves + 1, sizeof(*c->gathered));
	c->stamp = xcalloc(p->retrieves + 1, sizeof(*c->stamp));
	c->coded = elm_coded_new();
	c->patient = 1;
	c->param = xcalloc(p->params + 1, sizeof(*c->param));
	c->param_set = xcalloc(p->params + 1, 1);
	c->slot = xcalloc(ELM_SLOTS_MAX, sizeof(*c->slot));
	return c;
}

void elm_limit(struct elm_ctx *c, const struct elm_limits *limits)
{
	c->limits = *limits;
}

void elm_ctx_free(struct elm_ctx *c)
{
	if (c == NULL)
		return;
	arena_release(&c->arena);
	free(c->memo);
	free(c->known);
	free(c->gathered);
	free(c->stamp);
	free(c->coded);
	free(c->param);
	free(c->param_set);
	free(c->slot);
	free(c);
}

void elm_patient(struct elm_ctx *c)
{
	arena_reset(&c->arena);
	c->patient++;
	memset(c->known, 0, c->p->defs);
	for (uint32_t i = 0; i < c->p->params; i++)
		if (c->param_set[i] == DEFAULTED)
			c->param_set[i] = UNSET;
	c->base = c->top = c->depth = 0;
	c->steps = 0;
	c->failed = c->fatal = false;
}

bool elm_parameter(struct elm_ctx *c, struct str name, struct elm_value v)
{
	bool found = false;

	for (uint32_t i = 0; i < c->p->params; i++)
		if (str_eq(c->p->param[i]->name, name)) {
			c->param[i] = v;
			c->param_set[i] = GIVEN;
			found = true;
		}
	return found;
}

struct elm_value elm_fail(struct elm_ctx *c, const char *fmt, ...)
{
	va_list ap;
	BUF_AUTO b = BUF_INIT;

	if (c->failed)
		return ELM_NOTHING;
	c->failed = true;
	va_start(ap, fmt);
	buf_addvf(&b, fmt, ap);
	va_end(ap);
	if (c->in)
		ehr_fail(&c->err, EHR_EREJECT, "%.*s: %.*s: %s",
		    STR_FMT(c->in->lib->name), STR_FMT(c->in->name), b.s);
	else
		ehr_fail(&c->err, EHR_EREJECT, "%s", b.s);
	return ELM_NOTHING;
}

bool elm_spent(struct elm_ctx *c)
{
	c->fatal = true;
	if (c->steps > c->limits.steps)
		elm_fail(c, "over %llu steps for one patient",
		    (unsigned long long)c->limits.steps);
	else
		elm_fail(c, "over %llu MiB for one patient",
		    (unsigned long long)c->limits.memory >> 20);
	return false;
}

/* ---- nodes ---- */

static struct elm_value run_all(struct elm_ctx *c, const struct elm_node *n)
{
	bool strict = n->op->mode == ELM_STRICT;
	struct elm_value v[ELM_ARGS_MAX];

	for (uint32_t i = 0; i < n->args; i++) {
		v[i] = n->arg[i] ? elm_run(c, n->arg[i]) : ELM_NOTHING;
		if (strict && v[i].kind == ELM_NULL)
			return ELM_NOTHING;
	}
	return c->failed ? ELM_NOTHING : n->op->fn(c, n, v);
}

struct elm_value elm_run(struct elm_ctx *c, const struct elm_node *n)
{
	struct elm_value v;

	if (c->failed || !elm_tick(c, 1))
		return ELM_NOTHING;
	if (c->depth >= ELM_DEPTH_MAX) {
		c->fatal = true;
		return elm_fail(c, "nested too deeply");
	}
	c->depth++;
	v = n->op->mode == ELM_LAZY ? n->op->fn(c, n, NULL) : run_all(c, n);
	c->depth--;
	return v;
}

/* ---- frames: a definition's aliases, lets and operands ---- */

bool elm_enter(struct elm_ctx *c, uint32_t slots, const struct elm_def *def,
    struct elm_frame *f)
{
	*f = (struct elm_frame){ c->base, c->top, c->in };
	if (slots > ELM_SLOTS_MAX - c->top) {
		c->fatal = true;
		elm_fail(c, "too many aliases at once");
		return false;
	}
	c->base = c->top;
	c->top += slots;
	if (def)
		c->in = def;
	return true;
}

void elm_leave(struct elm_ctx *c, const struct elm_frame *f)
{
	c->base = f->base;
	c->top = f->top;
	c->in = f->in;
}

/* ---- definitions ---- */

enum { NOT_YET, KNOWN, AT_WORK };

static struct elm_value value_of(struct elm_ctx *c, uint32_t number)
{
	const struct elm_def *def = c->p->def[number];
	struct elm_frame f;

	if (c->known[number] == KNOWN)
		return c->memo[number];
	if (c->known[number] == AT_WORK)
		return elm_fail(c, "a definition that needs itself");
	if (!elm_enter(c, def->slots, def, &f))
		return ELM_NOTHING;
	c->known[number] = AT_WORK;
	c->memo[number] = elm_run(c, def->body);
	c->known[number] = c->failed ? NOT_YET : KNOWN;
	elm_leave(c, &f);
	return c->memo[number];
}

/* After an error the patient may be tried again: nothing half known stays. */
static int outcome(struct elm_ctx *c, struct elm_value *v, struct ehr_err *e)
{
	if (!c->failed)
		return 0;
	*v = ELM_NOTHING;
	if (e)
		*e = c->err;
	c->failed = c->fatal = false;
	c->in = NULL;
	c->base = c->top = c->depth = 0;
	memset(c->known, NOT_YET, c->p->defs);
	return EHR_EREJECT;
}

int elm_eval(struct elm_ctx *c, int define, struct elm_value *v,
    struct ehr_err *e)
{
	*v = value_of(c, (uint32_t)define);
	return outcome(c, v, e);
}

/* Runs a function's body with its operands in the first slots of a frame. */
static struct elm_value called(struct elm_ctx *c, const struct elm_def *def,
    const struct elm_value *args)
{
	struct elm_value out;
	struct elm_frame f;

	if (c->failed || !elm_enter(c, def->slots, def, &f))
		return ELM_NOTHING;
	for (uint32_t i = 0; i < def->operands; i++)
		*elm_slot(c, i) = args[i];
	out = elm_run(c, def->body);
	elm_leave(c, &f);
	return out;
}

int elm_call(struct elm_ctx *c, int function, const struct elm_value *operands,
    struct elm_value *v, struct ehr_err *e)
{
	*v = called(c, c->p->def[function], operands);
	return outcome(c, v, e);
}

int elm_define_retrieve(struct elm_ctx *c, int define, size_t i, bool whole,
    struct elm_retrieve *r, struct elm_value *list, struct ehr_err *e)
{
	const struct elm_def *def = c->p->def[define];
	int rc;

	if (i >= def->retrieves)
		return 0;
	*r = *def->retrieve[i]->retrieve;
	if (whole) {
		r->profile = STR_NONE;
		r->number += c->p->retrieves;
	}
	*list = elm_gather(c, def->retrieve[i], r);
	rc = outcome(c, list, e);
	return rc < 0 ? rc : 1;
}

OPERATOR(expression_ref)
{
	return value_of(c, n->number);
}

/* The overload that fits the values best; the first of equals. */
static const struct elm_def *overload(struct elm_ctx *c,
    const struct elm_node *n, const struct elm_value *args)
{
	const struct elm_def *best = NULL;
	int least = 0;

	for (uint32_t i = 0; i < n->number; i++) {
		const struct elm_def *def = c->p->def[n->candidates[i]];
		int sum = 0;

		for (uint32_t k = 0; k < n->args && sum >= 0; k++) {
			int fit = elm_fit(c, args[k], def->operand[k]);

			sum = fit < 0 ? -1 : sum + fit;
		}
		if (sum >= 0 && (best == NULL || sum < least)) {
			best = def;
			least = sum;
		}
	}
	return best;
}

OPERATOR(function_ref)
{
	const struct elm_def *def = c->p->def[n->candidates[0]];
	struct elm_value args[ELM_OPERANDS_MAX];

	for (uint32_t i = 0; i < n->args; i++)
		args[i] = elm_run(c, n->arg[i]);
	if (n->number > 1)
		def = overload(c, n, args);
	if (def == NULL)
		return elm_fail(c, "%.*s: no overload takes such operands",
		    STR_FMT(n->name));
	return called(c, def, args);
}

OPERATOR(parameter_ref)
{
	const struct elm_param *p = c->p->param[n->number];
	struct elm_frame f;

	if (c->param_set[n->number] != UNSET || p->body == NULL)
		return c->param[n->number];
	if (!elm_enter(c, p->slots, NULL, &f))
		return ELM_NOTHING;
	c->param[n->number] = elm_run(c, p->body);
	c->param_set[n->number] = DEFAULTED;
	elm_leave(c, &f);
	return c->param[n->number];
}

OPERATOR(slot_ref)
{
	return *elm_slot(c, n->number);
}

OPERATOR(literal)
{
	return n->value;
}

/* ---- structures ---- */

OPERATOR(new_tuple)
{
	ELM_LIST_AUTO values = ELM_LIST_INIT(c);

	for (uint32_t i = 0; i < n->args; i++)
		elm_list_add(&values, elm_run(c, n->arg[i]));
	if (c->failed) /* not all of them are there */
		return ELM_NOTHING;
	return elm_tuple(c, n->names, values.v, n->args);
}

static struct elm_value member(const struct elm_tuple *t, const char *name)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (str_is(t->name[i], name))
			return t->value[i];
	return ELM_NOTHING;
}

static struct str string_member(const struct elm_tuple *t, const char *name)
{
	struct elm_value v = member(t, name);

	return v.kind == ELM_STRING ? elm_str(v) : STR_NONE;
}

static struct elm_value concept_of(struct elm_ctx *c,
    const struct elm_tuple *t)
{
	struct elm_value codes = member(t, "codes");

	return elm_concept(c, codes.kind == ELM_LIST ? codes.list : NULL,
	    codes.kind == ELM_LIST ? codes.n : 0, string_member(t, "display"));
}

/* An instance of a System type is its value, of another a tuple. */
OPERATOR(instance)
{
	struct elm_value made = elm_new_tuple(c, n, v);
	const struct elm_tuple *t = made.tuple;
	struct elm_value value;

	if (made.kind == ELM_NULL)
		return made;
	if (n->type->kind != ELM_T_SYSTEM) {
		made.cls = n->type->cls;
		return made;
	}
	switch ((enum elm_kind)n->type->system) {
	case ELM_QUANTITY:
		value = member(t, "value");
		return elm_is_number(value)
		    ? elm_quantity(c, elm_dec(value), string_member(t, "unit"),
			  value.precision)
		    : ELM_NOTHING;
	case ELM_RATIO:
		return elm_ratio(c, member(t, "numerator"),
		    member(t, "denominator"));
	case ELM_CODE:
		return elm_code(c, (struct elm_code){ string_member(t, "code"),
		    string_member(t, "system"), string_member(t, "version"),
		    string_member(t, "display") });
	case ELM_CONCEPT: return concept_of(c, t);
	case ELM_VALUESET: made.cls = ELM_VOCABULARY; return made;
	default: return made;
	}
}

OPERATOR(property_of)
{
	struct elm_value from = n->args ? elm_run(c, n->arg[0])
					 : *elm_slot(c, n->number);

	if (from.kind == ELM_NULL || n->flag == false)
		return elm_property(c, from, n->name);
	return elm_path(c, from, n->name);
}

/* arg[0]: the comparand or none; then when, then, ...; else. */
OPERATOR(case)
{
	struct elm_value to = ELM_NOTHING;
	uint32_t i;

	if (n->arg[0])
		to = elm_run(c, n->arg[0]);
	for (i = 1; i + 1 < n->args; i += 2) {
		struct elm_value when = elm_run(c, n->arg[i]);

		if ((n->arg[0] ? elm_same(c, to, when) : elm_truth(when)) ==
		    TRI_TRUE)
			return elm_run(c, n->arg[i + 1]);
	}
	return elm_run(c, n->arg[i]);
}
