/* What can be told of a value before a patient's chart is read: that it is
 * false, null or an empty list, because retrieves below it find nothing. */
#include "elm/impl.h"

enum {
	NOTHING = 1,  /* null or an empty list */
	NOT_TRUE = 2, /* false, or as before */
	ALL = NOTHING | NOT_TRUE,
	STEPS = 20000,
	DEEP = 200,
};

/* The operands of the function that is looked at, as they stand in the
 * caller, whose operands are up's. */
struct operands {
	const struct elm_node *const *arg;
	uint32_t n;
	const struct operands *up;
};

struct foresight {
	struct elm_ctx *c;
	bool (*none)(void *arg, uint32_t retrieve, int64_t from, int64_t to);
	void *arg;
	uint32_t steps, depth;
};

/* Resources of a type that begin outside of the time do not count; whole: not
 * in a query or function, so that what needs no chart can be evaluated where
 * it stands. */
struct look {
	const struct operands *operands;
	int64_t from, to;
	int type;
	bool whole;
};

static unsigned foresee(struct foresight *f, const struct elm_node *n,
    struct look look);

static unsigned both(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	unsigned a = foresee(f, n->arg[0], look);

	return a ? a & foresee(f, n->arg[1], look) : 0;
}

/* ---- the time that a query asks for ---- */

/* Elements that date their resource, as the record's index has it. */
static const struct {
	int type;
	const char *path;
} dated[] = {
	{ FHIR_Encounter, "period" }, { FHIR_Observation, "effective" },
};

/* The type of what is dated by n, the date of the alias at slot, converted at
 * most; 0: it is another value. */
static int date_of(const struct elm_node *n, uint32_t slot)
{
	while (n->args == 1 && (n->op->fn == elm_as ||
		   (n->op->fn == elm_function_ref &&
		       (str_is(n->name, "ToInterval") ||
			   str_is(n->name, "toInterval")))))
		n = n->arg[0];
	if (n->op->fn != elm_property_of || n->args || n->number != slot)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(dated); i++)
		if (str_is(n->name, dated[i].path))
			return dated[i].type;
	return 0;
}

/* Offsets of time zones are at most 14 hours, and days end at their last
 * millisecond. */
#define MARGIN (2 * ELM_DAY_MS)

/* What date of it, which is in the period, cannot be without. */
static void narrow_to(struct foresight *f, const struct elm_node *period,
    int type, struct look *look)
{
	struct elm_value v = elm_run(f->c, period), low, high;

	if (v.kind != ELM_INTERVAL || (look->type && look->type != type))
		return;
	low = elm_start(f->c, v);
	high = elm_end(f->c, v);
	if (low.kind != ELM_DATETIME || high.kind != ELM_DATETIME)
		return;
	look->type = type;
	if (look->from < low.i - MARGIN)
		look->from = low.i - MARGIN;
	if (look->to > elm_time_last(high) + MARGIN)
		look->to = elm_time_last(high) + MARGIN;
}

/* Narrows to the times that a condition leaves to the query's element. */
static void narrow(struct foresight *f, const struct elm_node *n,
    const struct elm_query *q, struct look *look)
{
	int type;

	if (n->op->fn == elm_and) {
		narrow(f, n->arg[0], q, look);
		narrow(f, n->arg[1], q, look);
	} else if ((n->op->fn == elm_included_in || n->op->fn == elm_in) &&
	    (n->precision == ELM_NO_PRECISION || n->precision >= ELM_DAY) &&
	    n->arg[1]->op->fn == elm_parameter_ref &&
	    (type = date_of(n->arg[0], q->slot)) != 0) {
		narrow_to(f, n->arg[1], type, look);
	}
}

/* Of any time. */
static struct look anytime(struct look look)
{
	look.from = INT64_MIN;
	look.to = INT64_MAX;
	look.type = 0;
	look.whole = false;
	return look;
}

static unsigned of_query(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	const struct elm_query *q = n->query;
	struct look any = anytime(look), inner = look;

	inner.whole = false;
	if (q->aggregate)
		return 0;
	/* Elements that are given on as they are keep their time. */
	if (q->sources > 1 || q->give)
		inner = any;
	if (q->sources == 1 && q->where)
		narrow(f, q->where, q, &inner);
	for (uint32_t i = 0; i < q->sources; i++)
		if (foresee(f, q->source[i], inner) & NOTHING)
			return ALL;
	for (uint32_t i = 0; i < q->relations; i++)
		if (!q->relation[i].without &&
		    (foresee(f, q->relation[i].source, any) & NOTHING))
			return ALL;
	return q->where && (foresee(f, q->where, any) & NOT_TRUE) ? ALL : 0;
}

/* ---- definitions and functions ---- */

static unsigned of_define(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	const struct elm_def *def = f->c->p->def[n->number];
	struct elm_frame frame;
	unsigned found = 0;

	look.operands = NULL;
	if (!elm_enter(f->c, def->slots, def, &frame))
		return 0;
	found = foresee(f, def->body, look);
	elm_leave(f->c, &frame);
	return found;
}

static unsigned of_function(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	struct operands operands = { n->arg, n->args, look.operands };
	unsigned found = ALL;

	look.operands = &operands;
	look.whole = false;
	for (uint32_t i = 0; i < n->number && found; i++)
		found &= foresee(f, f->c->p->def[n->candidates[i]]->body,
		    look);
	return found;
}

static unsigned of_operand(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	const struct operands *o = look.operands;

	if (o == NULL || n->number >= o->n)
		return 0;
	look.operands = o->up;
	return foresee(f, o->arg[n->number], look);
}

/* ---- the rest, by operator ---- */

static unsigned of_case(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	unsigned found = foresee(f, n->arg[n->args - 1], look);

	look.whole = false;
	for (uint32_t i = 2; i < n->args && found; i += 2)
		found &= foresee(f, n->arg[i], look);
	return found;
}

static unsigned of_all(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	look.whole = false;
	for (uint32_t i = 0; i < n->args; i++)
		if (!(foresee(f, n->arg[i], look) & NOTHING))
			return 0;
	return ALL;
}

enum rule {
	KEEPS,	   /* nothing of nothing, its elements those of its operand */
	MAKES,	   /* nothing of nothing, other elements */
	TESTS,	   /* of nothing false or null */
	PASSES,	   /* what is not true stays so */
	AND, BOTH, EITHER, SECOND, IF, CASE, EVERY, QUERY, DEFINE, FUNCTION,
	OPERAND, RETRIEVE, LITERAL,
};

static const struct {
	elm_fn *fn;
	enum rule rule;
} rules[] = {
	{ elm_and, AND }, { elm_or, BOTH }, { elm_union, BOTH },
	{ elm_intersect, EITHER }, { elm_except, KEEPS },
	{ elm_exists, TESTS }, { elm_is_true, PASSES },
	{ elm_op_distinct, KEEPS }, { elm_sort, KEEPS },
	{ elm_first, KEEPS }, { elm_last, KEEPS },
	{ elm_singleton_from, KEEPS }, { elm_as, KEEPS },
	{ elm_flatten, MAKES }, { elm_property_of, MAKES },
	{ elm_filter, KEEPS }, { elm_for_each, MAKES },
	{ elm_in, SECOND }, { elm_if, IF }, { elm_case, CASE },
	{ elm_coalesce, EVERY }, { elm_query, QUERY },
	{ elm_expression_ref, DEFINE }, { elm_function_ref, FUNCTION },
	{ elm_slot_ref, OPERAND }, { elm_retrieve, RETRIEVE },
	{ elm_literal, LITERAL },
};

static int rule_of(const struct elm_node *n)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].fn == n->op->fn)
			return (int)rules[i].rule;
	return -1;
}

static unsigned by_rule(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	struct look inner = look, any = anytime(look);

	inner.whole = false;
	switch (rule_of(n)) {
	case KEEPS:
		return foresee(f, n->arg[0], inner) & NOTHING ? ALL : 0;
	case MAKES:
		return n->args && (foresee(f, n->arg[0], any) & NOTHING)
		    ? ALL : 0;
	case TESTS:
		return foresee(f, n->arg[0], any) & NOTHING ? NOT_TRUE : 0;
	case PASSES: return foresee(f, n->arg[0], look) & NOT_TRUE;
	case AND:
		return (foresee(f, n->arg[0], look) & NOT_TRUE) ||
		    (foresee(f, n->arg[1], look) & NOT_TRUE) ? NOT_TRUE : 0;
	case BOTH: return both(f, n, look);
	case EITHER:
		return (foresee(f, n->arg[0], inner) & NOTHING) ||
		    (foresee(f, n->arg[1], inner) & NOTHING) ? ALL : 0;
	case SECOND:
		return foresee(f, n->arg[1], any) & NOTHING ? NOT_TRUE : 0;
	case IF:
		return foresee(f, n->arg[1], inner) &
		    foresee(f, n->arg[2], inner);
	case CASE: return of_case(f, n, inner);
	case EVERY: return of_all(f, n, inner);
	case QUERY: return of_query(f, n, look);
	case DEFINE: return of_define(f, n, look);
	case FUNCTION: return of_function(f, n, look);
	case OPERAND: return of_operand(f, n, look);
	case RETRIEVE:
		if (look.type != n->retrieve->type)
			look = any;
		return f->none(f->arg, n->retrieve->number, look.from, look.to)
		    ? ALL : 0;
	case LITERAL:
		return n->value.kind == ELM_NULL ? ALL
		    : n->value.kind == ELM_BOOLEAN && !n->value.i ? NOT_TRUE
								   : 0;
	default: return 0;
	}
}

/* What needs no chart: its value tells. */
static unsigned evaluated(struct foresight *f, const struct elm_node *n)
{
	struct elm_value v = elm_run(f->c, n);

	if (f->c->failed) {
		f->c->failed = f->c->fatal = false;
		return 0;
	}
	if (v.kind == ELM_NULL || (v.kind == ELM_LIST && v.n == 0))
		return ALL;
	return v.kind == ELM_BOOLEAN && !v.i ? NOT_TRUE : 0;
}

static unsigned foresee(struct foresight *f, const struct elm_node *n,
    struct look look)
{
	unsigned found;

	if (f->steps++ > STEPS || f->depth > DEEP)
		return 0;
	if (look.whole && !n->chart)
		return evaluated(f, n);
	f->depth++;
	found = by_rule(f, n, look);
	f->depth--;
	return found;
}

bool elm_hopeless(struct elm_ctx *c, int define,
    bool (*none)(void *arg, uint32_t retrieve, int64_t from, int64_t to),
    void *arg)
{
	struct foresight f = { c, none, arg, 0, 0 };
	struct look look = { NULL, INT64_MIN, INT64_MAX, 0, true };
	const struct elm_def *def = c->p->def[define];
	struct elm_frame frame;
	unsigned found;

	if (!elm_enter(c, def->slots, def, &frame))
		return false;
	found = foresee(&f, def->body, look);
	elm_leave(c, &frame);
	c->failed = c->fatal = false;
	return found != 0;
}
