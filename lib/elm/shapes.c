/* Nodes whose JSON has a shape of its own: literals, references, tuples. */
#include "elm/load.h"

/* ---- literals ---- */

/* Digits behind the point. */
static size_t places(struct str s)
{
	const char *point = s.n ? memchr(s.s, '.', s.n) : NULL;

	return point ? (size_t)(str_end(s) - point) - 1 : 0;
}

static struct elm_node *literal_of(struct elm_loader *l, uint32_t i,
    const struct elm_op *op, struct str s)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	uint32_t at = tape_get(l->t, i, "valueType");
	const struct elm_type *type = at ? elm_read_type(l, at) : NULL;
	struct elm_value text = elm_string(s.s ? s : STR(""));
	unsigned digits;
	int128 d;

	if (type == NULL || type->kind != ELM_T_SYSTEM)
		return elm_refuse(l, i, "a literal without a type");
	switch (type->system) {
	case ELM_STRING: n->value = text; break;
	case ELM_BOOLEAN: n->value = elm_to_boolean(&l->p->make, n, &text);
		break;
	case ELM_INTEGER:
		n->value = elm_to_integer(&l->p->make, n, &text);
		break;
	case ELM_LONG:
		if (s.n && s.s[s.n - 1] == 'L')
			text.n--;
		n->value = elm_to_long(&l->p->make, n, &text);
		break;
	case ELM_DECIMAL:
		if (elm_decimal_parse(s, &d, &digits) && places(s) <= 8)
			n->value = elm_decimal(&l->p->make, d, digits);
		break;
	default: return elm_refuse(l, i, "a literal of that type");
	}
	if (n->value.kind == ELM_NULL)
		return elm_refuse(l, i, "the value is none of its type");
	return n;
}

static struct elm_node *read_literal(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	return literal_of(l, i, op, elm_node_text(l, i, "value"));
}

/* Bounds written down must be in order (CQL 1.5, 2.3.2). */
static struct elm_node *read_interval(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_read_general(l, i, op);
	struct elm_value v[2];

	if (n == NULL || n->args != 2)
		return n;
	for (int k = 0; k < 2; k++) {
		if (n->arg[k] == NULL || n->arg[k]->op->fn != elm_literal)
			return n;
		v[k] = n->arg[k]->value;
	}
	if (!elm_read_attributes(l, i, n))
		return NULL;
	if (!elm_interval_valid(&l->p->make,
		elm_interval_of(&l->p->make, n, v)))
		return elm_refuse(l, i, "its start is after its end");
	return n;
}

/* -2147483648 is the negation of a literal that is no Integer by itself. */
static struct elm_node *read_negate(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	uint32_t at = tape_get(l->t, i, "operand");
	BUF_AUTO text = BUF_INIT;
	struct elm_node *n;

	if (at == 0 || !str_is(elm_node_text(l, at, "type"), "Literal"))
		return elm_read_general(l, i, op);
	buf_addf(&text, "-%.*s", STR_FMT(elm_node_text(l, at, "value")));
	n = literal_of(l, at, elm_op(l->p, STR("Literal")), buf_str(&text));
	return n;
}

static struct elm_node *read_null(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	(void)i;
	return elm_node_new(l, op, 0);
}

static bool quantity_at(struct elm_loader *l, uint32_t i, struct elm_value *v)
{
	uint32_t at = tape_get(l->t, i, "value");
	struct str unit = elm_node_text(l, i, "unit");
	unsigned digits;
	int128 d;

	if (at == 0 || !elm_decimal_parse(tape_str(l->t, at), &d, &digits)) {
		elm_refuse(l, i, "a quantity without a value");
		return false;
	}
	*v = elm_quantity(&l->p->make, d, unit, digits);
	return true;
}

static struct elm_node *read_quantity(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);

	return quantity_at(l, i, &n->value) ? n : NULL;
}

static struct elm_node *read_ratio(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	uint32_t over = tape_get(l->t, i, "numerator");
	uint32_t under = tape_get(l->t, i, "denominator");
	struct elm_value a, b;

	if (over == 0 || under == 0 || !quantity_at(l, over, &a) ||
	    !quantity_at(l, under, &b))
		return elm_refuse(l, i, "numerator or denominator is missing");
	n->value = elm_ratio(&l->p->make, a, b);
	return n;
}

/* ---- terminology ---- */

/* The library a reference is to: libraryName, or its own. */
static const struct elm_lib *library_of(struct elm_loader *l, uint32_t i)
{
	struct str alias = elm_node_text(l, i, "libraryName");

	return alias.s ? elm_included(l->p, l->lib, alias, l->e) : l->lib;
}

/* The row of a table that a reference names. */
static uint32_t row_of(struct elm_loader *l, uint32_t i, enum elm_table which,
    const struct elm_lib **lib)
{
	struct str name = elm_node_text(l, i, "name");
	const int64_t *row;

	*lib = library_of(l, i);
	if (*lib == NULL)
		return 0;
	row = strmap_get(&(*lib)->table[which], name);
	if (row == NULL)
		elm_refuse(l, i, "%.*s is not defined", STR_FMT(name));
	return row ? (uint32_t)*row : 0;
}

/* "id|version" of a vocabulary's row. */
static struct str canonical(struct elm_loader *l, const struct elm_lib *lib,
    uint32_t row)
{
	struct str id = elm_json_text(l->p, &lib->tape, row, "id");
	struct str version = elm_json_text(l->p, &lib->tape, row, "version");
	BUF_AUTO b = BUF_INIT;

	if (version.n == 0)
		return id;
	buf_addf(&b, "%.*s|%.*s", STR_FMT(id), STR_FMT(version));
	return arena_str(&l->p->make.arena, buf_str(&b));
}

struct elm_node *elm_read_valueset_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	const struct elm_lib *lib;
	uint32_t row = row_of(l, i, ELM_VALUESETS, &lib);

	if (row == 0)
		return NULL;
	n->value = (struct elm_value){ .kind = ELM_VALUESET,
		.i = elm_valueset_number(l->p, canonical(l, lib, row)) };
	elm_note_part(l, ELM_PART_VALUESET, (uint32_t)n->value.i);
	return n;
}

struct elm_node *elm_read_system_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	const struct elm_lib *lib;
	uint32_t row = row_of(l, i, ELM_SYSTEMS, &lib);

	if (row == 0)
		return NULL;
	n->value = (struct elm_value){ .kind = ELM_CODESYSTEM,
		.i = elm_system_number(l->p,
		    elm_json_text(l->p, &lib->tape, row, "id")) };
	return n;
}

/* A code of a library's table: {id, display, codeSystem: {name}}. */
static bool code_of_row(struct elm_loader *l, const struct elm_lib *lib,
    uint32_t row, struct elm_value *v)
{
	const struct tape *t = &lib->tape;
	uint32_t system = tape_get(t, row, "codeSystem");
	struct elm_loader at = *l;
	const struct elm_lib *of;
	struct str uri = STR_NONE;

	if (system) {
		at.lib = lib;
		at.t = t;
		system = row_of(&at, system, ELM_SYSTEMS, &of);
		if (system == 0)
			return false;
		uri = elm_json_text(l->p, &of->tape, system, "id");
	}
	*v = elm_code(&l->p->make, (struct elm_code){
	    elm_json_text(l->p, t, row, "id"), uri, STR_NONE,
	    elm_json_text(l->p, t, row, "display") });
	return true;
}

static struct elm_node *read_code_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	const struct elm_lib *lib;
	uint32_t row = row_of(l, i, ELM_CODES, &lib);

	return row && code_of_row(l, lib, row, &n->value) ? n : NULL;
}

enum { CODES_MAX = 256 }; /* of a concept */

/* {code: [{name}], display} */
static struct elm_node *read_concept_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	struct elm_value codes[CODES_MAX];
	struct elm_loader at = *l;
	const struct elm_lib *lib, *of;
	uint32_t row = row_of(l, i, ELM_CONCEPTS, &lib), list, count = 0;

	if (row == 0)
		return NULL;
	at.lib = lib;
	at.t = &lib->tape;
	list = tape_get(at.t, row, "code");
	tape_each(at.t, list, k) {
		uint32_t code = row_of(&at, k, ELM_CODES, &of);

		if (code == 0 || count == CODES_MAX ||
		    !code_of_row(l, of, code, &codes[count++]))
			return elm_refuse(l, i, "a concept's code");
	}
	n->value = elm_concept(&l->p->make, codes, count,
	    elm_json_text(l->p, at.t, row, "display"));
	return n;
}

/* {code, display, system: {name}} in the expression itself. */
static bool inline_code(struct elm_loader *l, uint32_t i, struct elm_value *v)
{
	uint32_t system = tape_get(l->t, i, "system");
	const struct elm_lib *of = l->lib;
	struct str uri = STR_NONE;

	if (system) {
		system = row_of(l, system, ELM_SYSTEMS, &of);
		if (system == 0)
			return false;
		uri = elm_json_text(l->p, &of->tape, system, "id");
	}
	*v = elm_code(&l->p->make, (struct elm_code){
	    elm_node_text(l, i, "code"), uri, STR_NONE,
	    elm_node_text(l, i, "display") });
	return true;
}

static struct elm_node *read_code(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);

	return inline_code(l, i, &n->value) ? n : NULL;
}

static struct elm_node *read_concept(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	uint32_t list = tape_get(l->t, i, "code"), count = 0;
	struct elm_value codes[CODES_MAX];

	tape_each(l->t, list, k)
		if (count == CODES_MAX || !inline_code(l, k, &codes[count++]))
			return elm_refuse(l, i, "a concept's code");
	n->value = elm_concept(&l->p->make, codes, count,
	    elm_node_text(l, i, "display"));
	return n;
}

/* ---- tuples, instances, properties, cases ---- */

static uint32_t length(const struct tape *t, uint32_t list)
{
	uint32_t n = 0;

	if (list)
		tape_each(t, list, i)
			n++;
	return n;
}

/* element: [{name, value}] */
static struct elm_node *read_elements(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	uint32_t list = tape_get(l->t, i, "element"), k = 0, at;
	struct elm_node *n = elm_node_new(l, op, length(l->t, list));
	struct str *names = arena_alloc(&l->p->make.arena,
	    (n->args + 1) * sizeof(*names));

	n->names = names;
	if (list == 0)
		return n;
	tape_each(l->t, list, e) {
		at = tape_get(l->t, e, "value");
		names[k] = elm_node_text(l, e, "name");
		n->arg[k] = at ? elm_compile_node(l, at)
			       : elm_refuse(l, i, "an element without a value");
		if (n->arg[k++] == NULL)
			return NULL;
	}
	return n;
}

const struct elm_scope *elm_in_scope(const struct elm_loader *l,
    struct str name)
{
	const struct elm_scope *s = l->scope;

	while (s && !str_eq(s->name, name))
		s = s->up;
	return s;
}

static struct elm_node *read_property(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	uint32_t source = tape_get(l->t, i, "source");
	struct str scope = elm_node_text(l, i, "scope");
	struct elm_node *n = elm_node_new(l, op, source ? 1 : 0);
	const struct elm_scope *s;

	n->name = elm_node_text(l, i, "path");
	n->flag = n->name.s && (memchr(n->name.s, '.', n->name.n) != NULL ||
	    memchr(n->name.s, '[', n->name.n) != NULL);
	if (n->name.s == NULL)
		return elm_refuse(l, i, "path is missing");
	elm_note_path(l->p, n->name);
	if (source) {
		n->arg[0] = elm_compile_node(l, source);
		return n->arg[0] ? n : NULL;
	}
	s = scope.s ? elm_in_scope(l, scope) : NULL;
	if (s == NULL)
		return elm_refuse(l, i, "%.*s is not in scope", STR_FMT(scope));
	n->number = s->slot;
	return n;
}

static struct elm_node *read_case(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	uint32_t items = tape_get(l->t, i, "caseItem"), k = 1;
	uint32_t comparand = tape_get(l->t, i, "comparand");
	uint32_t otherwise = tape_get(l->t, i, "else");
	struct elm_node *n = elm_node_new(l, op, 2 + 2 * length(l->t, items));

	if (comparand && !(n->arg[0] = elm_compile_node(l, comparand)))
		return NULL;
	if (items == 0 || otherwise == 0)
		return elm_refuse(l, i, "caseItem or else is missing");
	tape_each(l->t, items, item) {
		uint32_t when = tape_get(l->t, item, "when");
		uint32_t then = tape_get(l->t, item, "then");

		if (when == 0 || then == 0)
			return elm_refuse(l, i, "when or then is missing");
		n->arg[k] = elm_compile_node(l, when);
		if (n->arg[k++] == NULL)
			return NULL;
		n->arg[k] = elm_compile_node(l, then);
		if (n->arg[k++] == NULL)
			return NULL;
	}
	n->arg[k] = elm_compile_node(l, otherwise);
	return n->arg[k] ? n : NULL;
}

/* ---- references to definitions ---- */

static struct elm_def *def_of(struct elm_loader *l, const struct elm_lib *lib,
    struct str name)
{
	const int64_t *at = strmap_get(&lib->table[ELM_DEFS], name);

	return at ? l->p->def[*at] : NULL;
}

/* Notes that the definition being compiled names another one. */
static void note_use(struct elm_def *of, uint32_t number)
{
	if (of == NULL)
		return;
	for (uint32_t i = 0; i < of->used; i++)
		if (of->uses[i] == number)
			return;
	of->uses = xrealloc(of->uses, (of->used + 1) * sizeof(*of->uses));
	of->uses[of->used++] = number;
}

static struct elm_node *read_expression_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	const struct elm_lib *lib = library_of(l, i);
	struct str name = elm_node_text(l, i, "name");
	struct elm_def *def = lib ? def_of(l, lib, name) : NULL;

	if (lib == NULL)
		return NULL;
	if (def == NULL || def->function)
		return elm_refuse(l, i, "%.*s is not defined", STR_FMT(name));
	if (l->everybody && !elm_of_everybody(l->p, def))
		return elm_refuse(l, i, "%.*s of each patient, outside of "
		    "a patient's context", STR_FMT(name));
	if (elm_compile(l->p, def, l->e) < 0)
		return NULL;
	n->number = def->number;
	l->chart |= def->chart;
	elm_note_part(l, ELM_PART_DEFINE, def->number);
	note_use(l->of, def->number);
	return n;
}

static uint32_t operand_count(const struct elm_def *def)
{
	return length(&def->lib->tape,
	    tape_get(&def->lib->tape, def->json, "operand"));
}

static bool same_type(const struct elm_type *a, const struct elm_type *b)
{
	if (a->kind != b->kind || a->system != b->system || a->cls != b->cls ||
	    a->n != b->n)
		return false;
	if (a->kind == ELM_T_FHIR && !str_eq(a->name, b->name))
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!same_type(a->sub[i], b->sub[i]))
			return false;
	return true;
}

/* Are the operand types of def what the reference's signature says? */
static bool has_signature(struct elm_loader *l, const struct elm_def *def,
    uint32_t signature)
{
	uint32_t operand = tape_get(&def->lib->tape, def->json, "operand");
	struct elm_loader at = *l;
	const struct elm_type *want, *got;

	at.lib = def->lib;
	at.t = &def->lib->tape;
	operand = operand ? tape_first(at.t, operand) : 0;
	tape_each(l->t, signature, i) {
		uint32_t type = tape_get(at.t, operand, "operandTypeSpecifier");

		if (type == 0)
			type = tape_get(at.t, operand, "operandType");
		want = elm_read_type(l, i);
		got = type ? elm_read_type(&at, type) : NULL;
		if (!want || !got || !same_type(want, got))
			return false;
		operand = at.t->node[operand].next;
	}
	return true;
}

static bool external(struct elm_loader *l, const struct elm_def *def)
{
	uint32_t at = tape_get(&def->lib->tape, def->json, "external");

	(void)l;
	return at && tape_type(&def->lib->tape, at) == TAPE_TRUE;
}

enum { OVERLOADS_MAX = 512 };

/* How many are of one name, at most OVERLOADS_MAX. */
static uint32_t named(const struct elm_def *def)
{
	uint32_t n = 0;

	for (; def && n < OVERLOADS_MAX; def = def->next)
		n++;
	return n;
}

/* The overloads a reference may mean: by its signature one, else all of as
 * many operands. */
static uint32_t overloads(struct elm_loader *l, uint32_t i,
    struct elm_def *first, uint32_t args, struct elm_def **found)
{
	uint32_t signature = tape_get(l->t, i, "signature"), n = 0;
	bool exact = signature && tape_first(l->t, signature) != 0;

	for (struct elm_def *def = first; def; def = def->next) {
		if (!def->function || operand_count(def) != args ||
		    n == OVERLOADS_MAX)
			continue;
		if (exact && has_signature(l, def, signature)) {
			found[0] = def;
			return 1;
		}
		if (!external(l, def) || first->next == NULL)
			found[n++] = def;
	}
	return n;
}

static struct elm_node *read_function_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_def **found;
	uint32_t list = tape_get(l->t, i, "operand"), k = 0;
	struct elm_node *n = elm_node_new(l, op, length(l->t, list));
	const struct elm_lib *lib = library_of(l, i);
	struct elm_def *first;
	uint32_t *numbers;

	if (lib == NULL)
		return NULL;
	n->name = elm_node_text(l, i, "name");
	first = def_of(l, lib, n->name);
	if (n->args > ELM_OPERANDS_MAX)
		return elm_refuse(l, i, "over %d operands", ELM_OPERANDS_MAX);
	found = arena_alloc(&l->p->make.arena,
	    (named(first) + 1) * sizeof(struct elm_def *));
	n->number = first ? overloads(l, i, first, n->args, found) : 0;
	if (n->number == 0)
		return elm_refuse(l, i, "no function %.*s of %u operands",
		    STR_FMT(n->name), n->args);
	numbers = arena_alloc(&l->p->make.arena, n->number * sizeof(*numbers));
	n->candidates = numbers;
	for (uint32_t d = 0; d < n->number; d++) {
		if (elm_compile(l->p, found[d], l->e) < 0)
			return NULL;
		numbers[d] = found[d]->number;
		elm_note_part(l, ELM_PART_DEFINE, numbers[d]);
		l->chart |= found[d]->chart;
	}
	if (list)
		tape_each(l->t, list, o)
			if ((n->arg[k++] = elm_compile_node(l, o)) == NULL)
				return NULL;
	return n;
}

/* ---- parameters ---- */

static struct elm_param *find_param(struct elm_loader *l,
    const struct elm_lib *lib, struct str name, uint32_t *number)
{
	for (*number = 0; *number < l->p->params; ++*number) {
		struct elm_param *p = l->p->param[*number];

		if (p->lib == lib && str_eq(p->name, name))
			return p;
	}
	return NULL;
}

static bool new_param(struct elm_loader *l, const struct elm_lib *lib,
    uint32_t row, struct str name)
{
	struct elm_param *param = arena_alloc(&l->p->make.arena,
	    sizeof(*param));
	struct elm_loader at = { l->p, lib, name, NULL, &param->parts,
		&lib->tape, NULL, -1, -1, 0, l->e, false, false };
	uint32_t value = tape_get(at.t, row, "default");

	param->name = name;
	param->lib = lib;
	l->p->param = xrealloc(l->p->param,
	    (l->p->params + 1) * sizeof(struct elm_param *));
	l->p->param[l->p->params++] = param;
	if (value && !(param->body = elm_compile_node(&at, value)))
		return false;
	if (at.chart)
		return elm_refuse(&at, value, "a default that needs a patient");
	param->slots = at.slots;
	return true;
}

static struct elm_node *read_parameter_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	struct str name = elm_node_text(l, i, "name");
	const struct elm_lib *lib;
	uint32_t row = row_of(l, i, ELM_PARAMETERS, &lib);

	if (row == 0)
		return NULL;
	if (!find_param(l, lib, name, &n->number) &&
	    !new_param(l, lib, row, name))
		return NULL;
	elm_note_part(l, ELM_PART_PARAMETER, n->number);
	return n;
}

/* ---- references to slots ---- */

static struct elm_node *slot_node(struct elm_loader *l, uint32_t slot)
{
	struct elm_node *n = elm_node_new(l, elm_op(l->p, STR("AliasRef")), 0);

	n->number = slot;
	return n;
}

static struct elm_node *read_slot_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct str name = elm_node_text(l, i, "name");
	const struct elm_scope *s = elm_in_scope(l, name);

	(void)op;
	if (s == NULL)
		return elm_refuse(l, i, "%.*s is not in scope", STR_FMT(name));
	return slot_node(l, s->slot);
}

/* A name the translator could not tell: of the element being sorted, an alias,
 * or a definition. */
static struct elm_node *read_identifier_ref(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct str name = elm_node_text(l, i, "name");
	const struct elm_scope *s = elm_in_scope(l, name);
	struct elm_node *n;

	(void)op;
	if (s)
		return slot_node(l, s->slot);
	if (l->sort_slot >= 0 && str_is(name, "$this"))
		return slot_node(l, (uint32_t)l->sort_slot);
	if (l->sort_slot < 0)
		return read_expression_ref(l, i,
		    elm_op(l->p, STR("ExpressionRef")));
	n = elm_node_new(l, elm_op(l->p, STR("Property")), 0);
	n->name = name;
	n->number = (uint32_t)l->sort_slot;
	return n;
}

/* ---- the readers ---- */

static const struct {
	const char *op;
	elm_reader *fn;
} readers[] = {
	{ "Literal", read_literal }, { "Null", read_null },
	{ "Negate", read_negate }, { "Interval", read_interval },
	{ "Quantity", read_quantity }, { "Ratio", read_ratio },
	{ "Code", read_code }, { "Concept", read_concept },
	{ "CodeRef", read_code_ref }, { "ConceptRef", read_concept_ref },
	{ "ValueSetRef", elm_read_valueset_ref },
	{ "CodeSystemRef", elm_read_system_ref },
	{ "Tuple", read_elements }, { "Instance", read_elements },
	{ "Property", read_property }, { "Case", read_case },
	{ "Query", elm_read_query }, { "Sort", elm_read_sort },
	{ "Retrieve", elm_read_retrieve },
	{ "ExpressionRef", read_expression_ref },
	{ "FunctionRef", read_function_ref },
	{ "ParameterRef", read_parameter_ref },
	{ "OperandRef", read_slot_ref }, { "AliasRef", read_slot_ref },
	{ "QueryLetRef", read_slot_ref },
	{ "IdentifierRef", read_identifier_ref },
	{ "Current", elm_read_current }, { "Iteration", elm_read_current },
	{ "Total", elm_read_current },
};

elm_reader *elm_reader_of(struct str op)
{
	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		if (str_is(op, readers[i].op))
			return readers[i].fn;
	return NULL;
}
