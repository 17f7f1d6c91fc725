/* Compiling: the general case by the table of operators, types, names. */
#include "elm/load.h"

#include <stdlib.h>
#include <strings.h>

enum { RAW, AT_WORK, READY };

void *elm_refuse(struct elm_loader *l, uint32_t i, const char *fmt, ...)
{
	struct str type = elm_node_text(l, i, "type");
	BUF_AUTO b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(&b, fmt, ap);
	va_end(ap);
	ehr_fail(l->e, EHR_EREJECT, "%.*s: %.*s: %.*s: %s",
	    STR_FMT(l->lib->name), STR_FMT(l->def),
	    STR_FMT(type.s ? type : STR("node")), b.s);
	return NULL;
}

struct str elm_node_text(struct elm_loader *l, uint32_t i, const char *key)
{
	return elm_json_text(l->p, l->t, i, key);
}

struct elm_node *elm_node_new(struct elm_loader *l, const struct elm_op *op,
    uint32_t args)
{
	struct elm_node *n = arena_alloc(&l->p->make.arena,
	    sizeof(*n) + args * sizeof(n->arg[0]));

	n->op = op;
	n->args = args;
	return n;
}

/* ---- types ---- */

static const struct {
	const char *name;
	uint8_t kind;
} system_types[] = {
	{ "Boolean", ELM_BOOLEAN }, { "Integer", ELM_INTEGER },
	{ "Long", ELM_LONG }, { "Decimal", ELM_DECIMAL },
	{ "String", ELM_STRING }, { "Date", ELM_DATE },
	{ "DateTime", ELM_DATETIME }, { "Time", ELM_TIME },
	{ "Quantity", ELM_QUANTITY }, { "Ratio", ELM_RATIO },
	{ "Code", ELM_CODE }, { "Concept", ELM_CONCEPT },
	{ "ValueSet", ELM_VALUESET }, { "Vocabulary", ELM_VALUESET },
	{ "CodeSystem", ELM_CODESYSTEM },
};

/* "Encounter.Diagnosis" is the class Encounter.diagnosis. */
static uint16_t backbone(struct str name)
{
	const char *class;

	for (int cls = 1; (class = fhir_class_name(cls)) != NULL; cls++)
		if (strlen(class) == name.n &&
		    strncasecmp(class, name.s, name.n) == 0)
			return (uint16_t)cls;
	return 0;
}

/* False: no type of CQL. */
static bool named_type(struct elm_type *type, struct str qname)
{
	struct str uri = STR_NONE, name = qname;

	if (qname.n && qname.s[0] == '{') {
		str_split(&name, '}', &uri);
		uri.s++;
		uri.n--;
	}
	type->name = name;
	if (uri.s && !str_starts(uri, "urn:hl7-org:elm-types")) {
		type->kind = ELM_T_FHIR;
		type->cls = (uint16_t)fhir_type(name);
		if (type->cls == 0)
			type->cls = backbone(name);
		return true;
	}
	type->kind = ELM_T_ANY;
	for (size_t i = 0; i < ARRAY_LEN(system_types); i++)
		if (str_is(name, system_types[i].name)) {
			type->kind = ELM_T_SYSTEM;
			type->system = system_types[i].kind;
		}
	return type->kind == ELM_T_SYSTEM || str_is(name, "Any");
}

/* The types an array (or one object) of specifiers holds. */
static bool sub_types(struct elm_loader *l, struct elm_type *type, uint32_t at)
{
	const struct elm_type **sub;
	bool many = tape_type(l->t, at) == TAPE_ARRAY;
	uint32_t n = 1;

	if (many) {
		n = 0;
		tape_each(l->t, at, i)
			n++;
	}
	sub = arena_alloc(&l->p->make.arena,
	    (n + 1) * sizeof(struct elm_type *));
	type->sub = sub;
	if (!many) {
		sub[type->n++] = elm_read_type(l, at);
		return sub[0] != NULL;
	}
	tape_each(l->t, at, i)
		if ((sub[type->n++] = elm_read_type(l, i)) == NULL)
			return false;
	return true;
}

static const struct {
	const char *specifier, *member;
	uint8_t kind;
} type_shapes[] = {
	{ "ListTypeSpecifier", "elementType", ELM_T_LIST },
	{ "IntervalTypeSpecifier", "pointType", ELM_T_INTERVAL },
	{ "ChoiceTypeSpecifier", "choice", ELM_T_CHOICE },
	{ "ParameterTypeSpecifier", NULL, ELM_T_ANY },
	{ "TupleTypeSpecifier", NULL, ELM_T_TUPLE },
};

const struct elm_type *elm_read_type(struct elm_loader *l, uint32_t i)
{
	struct elm_type *type = arena_alloc(&l->p->make.arena, sizeof(*type));
	struct str shape;
	uint32_t at;

	shape = elm_node_text(l, i, "type");
	if (tape_type(l->t, i) == TAPE_STRING ||
	    str_is(shape, "NamedTypeSpecifier")) {
		struct str name = shape.s ? elm_node_text(l, i, "name")
					  : tape_str(l->t, i);

		return named_type(type, name) ? type
		    : elm_refuse(l, i, "%.*s is no type", STR_FMT(name));
	}
	for (size_t k = 0; k < ARRAY_LEN(type_shapes); k++) {
		if (!str_is(shape, type_shapes[k].specifier))
			continue;
		type->kind = type_shapes[k].kind;
		if (type_shapes[k].member == NULL)
			return type;
		at = tape_get(l->t, i, type_shapes[k].member);
		if (at == 0 && type->kind == ELM_T_CHOICE)
			at = tape_get(l->t, i, "type");
		if (at == 0)
			return elm_refuse(l, i, "%s is missing",
			    type_shapes[k].member);
		return sub_types(l, type, at) ? type : NULL;
	}
	return elm_refuse(l, i, "no type specifier");
}

/* ---- the general node ---- */

/* Attributes that name a type, of the operators that have one. */
static const char *const type_members[] = { "asType", "asTypeSpecifier",
	"isType", "isTypeSpecifier", "toType", "toTypeSpecifier", "valueType",
	"classType" };

static bool true_member(struct elm_loader *l, uint32_t i, const char *key,
    bool otherwise)
{
	uint32_t at = tape_get(l->t, i, key);

	return at ? tape_type(l->t, at) == TAPE_TRUE : otherwise;
}

bool elm_read_attributes(struct elm_loader *l, uint32_t i,
    struct elm_node *n)
{
	struct str precision = elm_node_text(l, i, "precision");
	uint32_t at;

	if (precision.s) {
		n->precision = (uint8_t)elm_precision(precision);
		if (n->precision == ELM_NO_PRECISION) {
			elm_refuse(l, i, "precision is none");
			return false;
		}
	}
	for (size_t k = 0; k < ARRAY_LEN(type_members); k++) {
		at = tape_get(l->t, i, type_members[k]);
		if (at && (n->type = elm_read_type(l, at)) == NULL)
			return false;
	}
	if (n->op->fn == elm_interval_of) {
		n->flag = true_member(l, i, "lowClosed", true);
		n->flag2 = true_member(l, i, "highClosed", true);
	}
	if (n->op->fn == elm_as)
		n->flag = true_member(l, i, "strict", false);
	if (n->op->fn == elm_max_value)
		n->flag = true;
	return true;
}

static bool needs_type(const struct elm_node *n)
{
	elm_fn *fn = n->op->fn;

	return fn == elm_as || fn == elm_is || fn == elm_convert ||
	    fn == elm_can_convert || fn == elm_min_value ||
	    fn == elm_max_value || fn == elm_instance;
}

/* Of what the operator does nothing with: would be null at run time. */
static bool wrong_type(const struct elm_node *n)
{
	elm_fn *fn = n->op->fn;

	if (fn == elm_min_value || fn == elm_max_value)
		return n->type->kind != ELM_T_SYSTEM ||
		    !elm_has_ends(n->type->system);
	if (fn == elm_convert || fn == elm_can_convert)
		return n->type->kind == ELM_T_SYSTEM
		    ? !elm_converts_to(n->type->system)
		    : n->type->kind != ELM_T_ANY;
	return false;
}

/* A member of the JSON that changes what the operator does. */
static bool has_more(struct elm_loader *l, uint32_t i,
    const struct elm_node *n)
{
	bool ends = n->op->fn == elm_first || n->op->fn == elm_last;

	return ends && tape_get(l->t, i, "orderBy") != 0;
}

static bool needs_precision(const struct elm_node *n)
{
	elm_fn *fn = n->op->fn;

	return fn == elm_duration_between || fn == elm_difference_between ||
	    fn == elm_component_from || fn == elm_calculate_age ||
	    fn == elm_calculate_age_at;
}

static const struct elm_node *compile_child(struct elm_loader *l, uint32_t i,
    struct str member)
{
	if (tape_type(l->t, i) != TAPE_OBJECT)
		return elm_refuse(l, i, "%.*s is no node", STR_FMT(member));
	if (tape_get(l->t, i, "type") == 0) { /* references that need none */
		if (str_is(member, "valueset"))
			return elm_read_valueset_ref(l, i,
			    elm_op(l->p, STR("ValueSetRef")));
		if (str_is(member, "codesystem"))
			return elm_read_system_ref(l, i,
			    elm_op(l->p, STR("CodeSystemRef")));
	}
	return elm_compile_node(l, i);
}

/* Nodes of the children the table names, in a growing array. */
struct children {
	const struct elm_node **v;
	uint32_t n, cap;
};

static void add_child(struct children *c, const struct elm_node *n)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 8;
		c->v = xrealloc(c->v, c->cap * sizeof(*c->v));
	}
	c->v[c->n++] = n;
}

static bool add_member(struct elm_loader *l, uint32_t at, struct str member,
    bool spread, struct children *c)
{
	const struct elm_node *n;

	if (spread && tape_type(l->t, at) == TAPE_ARRAY) {
		tape_each(l->t, at, i) {
			if ((n = compile_child(l, i, member)) == NULL)
				return false;
			add_child(c, n);
		}
		return true;
	}
	if (tape_type(l->t, at) == TAPE_ARRAY) /* an operator of one operand */
		at = tape_first(l->t, at);
	n = at ? compile_child(l, at, member)
	       : elm_refuse(l, 0, "an empty operand");
	add_child(c, n);
	return n != NULL;
}

static bool read_children(struct elm_loader *l, uint32_t i,
    const struct elm_op *op, struct children *c)
{
	struct str rest = str_of(op->children), word;

	while (rest.n && str_split(&rest, ' ', &word)) {
		char mark = word.s[word.n - 1];
		bool optional = mark == '?', spread = mark == '*';
		uint32_t at;

		if (optional || spread)
			word.n--;
		at = tape_getn(l->t, i, word);
		if (at == 0 && str_is(word, "valueset"))
			at = tape_get(l->t, i, "valuesetExpression");
		if (at == 0 && str_is(word, "codesystem"))
			at = tape_get(l->t, i, "codesystemExpression");
		if (at && tape_type(l->t, at) != TAPE_NULL) {
			if (!add_member(l, at, word, spread, c))
				return false;
		} else if (optional) {
			add_child(c, NULL);
		} else if (!spread) {
			elm_refuse(l, i, "%.*s is missing", STR_FMT(word));
			return false;
		}
	}
	while (c->n > op->min && c->v[c->n - 1] == NULL)
		c->n--;
	return true;
}

static bool loops(const struct elm_op *op)
{
	return op->fn == elm_filter || op->fn == elm_for_each ||
	    op->fn == elm_repeat || op->fn == elm_aggregate;
}

/* An aggregate may be of a property of its source's elements. */
static void take_path(struct elm_loader *l, uint32_t i, struct elm_node *n)
{
	struct str path = elm_node_text(l, i, "path");
	struct elm_node *of;

	if (path.s == NULL || strcmp(n->op->children, "source") != 0)
		return;
	of = elm_node_new(l, elm_op(l->p, STR("Property")), 1);
	of->name = path;
	of->flag = true;
	of->arg[0] = n->arg[0];
	of->chart = l->chart;
	n->arg[0] = of;
}

struct elm_node *elm_read_general(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct children c = { NULL, 0, 0 };
	struct elm_node *n = NULL;
	struct elm_scope scope = { elm_node_text(l, i, "scope"), 0, l->scope };
	int outer = l->loop_slot;

	if (loops(op)) { /* element, index, what was gathered */
		scope.slot = l->slots;
		l->loop_slot = (int)l->slots;
		l->slots += 3;
		if (scope.name.s == NULL)
			scope.name = STR("$this");
		l->scope = &scope;
	}
	if (read_children(l, i, op, &c)) {
		if (c.n < op->min || c.n > op->max) {
			elm_refuse(l, i, "%u operands", c.n);
		} else {
			n = elm_node_new(l, op, c.n);
			if (c.n)
				memcpy(n->arg, c.v, c.n * sizeof(*c.v));
			n->number = l->loop_slot < 0 ? 0
						      : (uint32_t)l->loop_slot;
			take_path(l, i, n);
		}
	}
	free(c.v);
	l->scope = scope.up;
	l->loop_slot = outer;
	return n;
}

/* Current, Iteration, Total: of the loop that scope names, or the innermost. */
struct elm_node *elm_read_current(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	struct str name = elm_node_text(l, i, "scope");
	const struct elm_scope *s = elm_in_scope(l, name);

	if (l->loop_slot < 0)
		return elm_refuse(l, i, "outside of a loop");
	if (name.s && s == NULL)
		return elm_refuse(l, i, "%.*s is not in scope", STR_FMT(name));
	n->number = s ? s->slot : (uint32_t)l->loop_slot;
	return n;
}

static const struct elm_node *compile_node(struct elm_loader *l, uint32_t i)
{
	struct str type = elm_node_text(l, i, "type");
	const struct elm_op *op = type.s ? elm_op(l->p, type) : NULL;
	bool outer = l->chart;
	struct elm_node *n;
	elm_reader *reader;

	if (type.s == NULL)
		return elm_refuse(l, i, "a node without a type");
	if (op == NULL)
		return elm_refuse(l, i, "is not supported");
	reader = elm_reader_of(type);
	l->chart = false;
	n = reader ? reader(l, i, op) : elm_read_general(l, i, op);
	if (n == NULL || !elm_read_attributes(l, i, n))
		return NULL;
	if (needs_type(n) && n->type == NULL)
		return elm_refuse(l, i, "its type is missing");
	if (needs_type(n) && wrong_type(n))
		return elm_refuse(l, i, "of that type");
	if (has_more(l, i, n))
		return elm_refuse(l, i, "orderBy is not supported");
	if (needs_precision(n) && n->precision == ELM_NO_PRECISION)
		return elm_refuse(l, i, "its precision is missing");
	n->chart = l->chart;
	l->chart |= outer;
	return n;
}

/* ---- definitions ---- */

const struct elm_node *elm_compile_node(struct elm_loader *l, uint32_t i)
{
	const struct elm_node *n;

	if (l->p->depth >= ELM_NODES_MAX)
		return elm_refuse(l, i, "nested too deeply");
	l->p->depth++;
	n = compile_node(l, i);
	l->p->depth--;
	return n;
}

/* A function's context is its caller's. */
bool elm_of_everybody(struct elm_package *p, const struct elm_def *def)
{
	struct str context = elm_json_text(p, &def->lib->tape, def->json,
	    "context");

	return !def->function && context.s && !str_is(context, "Patient");
}

static bool read_operands(struct elm_loader *l, struct elm_def *def,
    struct elm_scope *scopes)
{
	uint32_t list = tape_get(l->t, def->json, "operand"), type, n = 0;
	const struct elm_type **types;

	types = arena_alloc(&l->p->make.arena,
	    (ELM_OPERANDS_MAX + 1) * sizeof(struct elm_type *));
	def->operand = types;
	if (list == 0)
		return true;
	tape_each(l->t, list, i) {
		if (n == ELM_OPERANDS_MAX) {
			elm_refuse(l, i, "over %d operands", ELM_OPERANDS_MAX);
			return false;
		}
		type = tape_get(l->t, i, "operandTypeSpecifier");
		if (type == 0)
			type = tape_get(l->t, i, "operandType");
		if (type == 0 || (types[n] = elm_read_type(l, type)) == NULL) {
			elm_refuse(l, i, "an operand without a type");
			return false;
		}
		scopes[n] = (struct elm_scope){ elm_node_text(l, i, "name"), n,
			n ? &scopes[n - 1] : NULL };
		n++;
	}
	def->operands = n;
	l->scope = n ? &scopes[n - 1] : NULL;
	l->slots = n;
	return true;
}

int elm_compile(struct elm_package *p, struct elm_def *def, struct ehr_err *e)
{
	struct elm_scope *scopes;
	struct elm_loader l = { p, def->lib, def->name, def, &def->parts,
		&def->lib->tape, NULL, -1, -1, 0, e, false, false };
	uint32_t at;

	if (def->state == READY || (def->state == AT_WORK && def->function))
		return 0;
	if (def->state == AT_WORK)
		return ehr_fail(e, EHR_EREJECT, "%.*s: %.*s: needs itself",
		    STR_FMT(def->lib->name), STR_FMT(def->name));
	l.everybody = elm_of_everybody(p, def);
	def->state = AT_WORK;
	def->chart = true; /* for functions that call themselves */
	at = tape_get(l.t, def->json, "expression");
	scopes = arena_alloc(&p->make.arena,
	    ELM_OPERANDS_MAX * sizeof(*scopes));
	if (def->function && !read_operands(&l, def, scopes)) {
		def->state = RAW;
		return EHR_EREJECT;
	}
	if (at == 0)
		elm_refuse(&l, def->json, "an external function, or no body");
	else
		def->body = elm_compile_node(&l, at);
	def->slots = l.slots;
	def->chart = l.chart;
	def->state = def->body ? READY : RAW;
	return def->body ? 0 : EHR_EREJECT;
}
