/* Reading queries, sorts and retrieves. */
#include "elm/load.h"

static uint32_t length(const struct tape *t, uint32_t list)
{
	uint32_t n = 0;

	if (list)
		tape_each(t, list, i)
			n++;
	return n;
}

/* A name for the rest of the query, in a slot. */
static const struct elm_scope *bring(struct elm_loader *l, struct str name,
    uint32_t slot)
{
	struct elm_scope *s = arena_alloc(&l->p->make.arena, sizeof(*s));

	*s = (struct elm_scope){ name, slot, l->scope };
	l->scope = s;
	return s;
}

static const struct elm_node *child(struct elm_loader *l, uint32_t i,
    const char *key)
{
	uint32_t at = tape_get(l->t, i, key);

	return at ? elm_compile_node(l, at)
		  : elm_refuse(l, i, "%s is missing", key);
}

/* ---- sorting ---- */

/* False: no direction. */
static bool read_direction(struct elm_loader *l, uint32_t i,
    struct elm_sort_item *item)
{
	struct str s = elm_node_text(l, i, "direction");

	item->descending = str_is(s, "desc") || str_is(s, "descending");
	if (item->descending || s.s == NULL || str_is(s, "asc") ||
	    str_is(s, "ascending"))
		return true;
	elm_refuse(l, i, "direction %.*s", STR_FMT(s));
	return false;
}

const struct elm_sort *elm_read_sort_by(struct elm_loader *l, uint32_t i)
{
	uint32_t by = tape_get(l->t, i, "by"), n = length(l->t, by);
	struct elm_sort *s = arena_alloc(&l->p->make.arena,
	    sizeof(*s) + n * sizeof(s->item[0]));
	int outer = l->sort_slot;

	s->slot = l->slots++;
	if (by == 0)
		return elm_refuse(l, i, "by is missing");
	tape_each(l->t, by, k) {
		struct elm_sort_item *item = &s->item[s->n++];
		struct str type = elm_node_text(l, k, "type");

		if (!read_direction(l, k, item))
			return NULL;
		if (str_is(type, "ByColumn")) {
			item->path = elm_node_text(l, k, "path");
			elm_note_path(l->p, item->path);
		} else if (str_is(type, "ByExpression")) {
			l->sort_slot = (int)s->slot;
			item->by = child(l, k, "expression");
			l->sort_slot = outer;
			if (item->by == NULL)
				return NULL;
		} else if (!str_is(type, "ByDirection")) {
			return elm_refuse(l, k, "no way to sort");
		}
	}
	return s;
}

struct elm_node *elm_read_sort(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 1);

	n->arg[0] = child(l, i, "source");
	n->sort = n->arg[0] ? elm_read_sort_by(l, i) : NULL;
	return n->sort ? n : NULL;
}

/* ---- queries ---- */

static bool read_sources(struct elm_loader *l, uint32_t i, struct elm_query *q,
    struct elm_node *n)
{
	uint32_t list = tape_get(l->t, i, "source"), k = 0;
	const struct elm_node **source;
	struct str *names;

	q->sources = length(l->t, list);
	if (q->sources == 0 || q->sources > ELM_SOURCES_MAX) {
		elm_refuse(l, i, "%u sources", q->sources);
		return false;
	}
	source = arena_alloc(&l->p->make.arena, q->sources * sizeof(*source));
	names = arena_alloc(&l->p->make.arena, q->sources * sizeof(*names));
	q->source = source;
	n->names = names;
	q->slot = l->slots;
	l->slots += q->sources;
	tape_each(l->t, list, s) {
		source[k] = child(l, s, "expression");
		if (source[k] == NULL)
			return false;
		names[k] = elm_node_text(l, s, "alias");
		k++;
	}
	for (k = 0; k < q->sources; k++)
		bring(l, names[k], q->slot + k);
	return true;
}

static bool read_lets(struct elm_loader *l, uint32_t i, struct elm_query *q)
{
	uint32_t list = tape_get(l->t, i, "let"), k = 0;
	const struct elm_node **let;

	q->lets = length(l->t, list);
	let = arena_alloc(&l->p->make.arena, (q->lets + 1) * sizeof(*let));
	q->let = let;
	q->let_slot = l->slots;
	l->slots += q->lets;
	if (list == 0)
		return true;
	tape_each(l->t, list, at) {
		let[k] = child(l, at, "expression");
		if (let[k] == NULL)
			return false;
		bring(l, elm_node_text(l, at, "identifier"), q->let_slot + k);
		k++;
	}
	return true;
}

static bool read_relations(struct elm_loader *l, uint32_t i,
    struct elm_query *q)
{
	uint32_t list = tape_get(l->t, i, "relationship"), k = 0;
	const struct elm_scope *outer = l->scope;
	struct elm_relation *relation;

	q->relations = length(l->t, list);
	relation = arena_alloc(&l->p->make.arena,
	    (q->relations + 1) * sizeof(*relation));
	q->relation = relation;
	if (list == 0)
		return true;
	tape_each(l->t, list, at) {
		struct elm_relation *r = &relation[k++];
		struct str type = elm_node_text(l, at, "type");

		r->without = str_is(type, "Without");
		if (!r->without && !str_is(type, "With")) {
			elm_refuse(l, at, "is no relationship");
			return false;
		}
		r->source = child(l, at, "expression");
		if (r->source == NULL)
			return false;
		r->slot = l->slots++;
		bring(l, elm_node_text(l, at, "alias"), r->slot);
		r->such_that = child(l, at, "suchThat");
		l->scope = outer;
		if (r->such_that == NULL)
			return false;
	}
	return true;
}

static bool is_true(struct elm_loader *l, uint32_t i, const char *key,
    bool otherwise)
{
	uint32_t at = tape_get(l->t, i, key);

	return at ? tape_type(l->t, at) == TAPE_TRUE : otherwise;
}

/* aggregate: {identifier, starting?, expression, distinct} */
static bool read_aggregate(struct elm_loader *l, uint32_t i,
    struct elm_query *q)
{
	uint32_t start = tape_get(l->t, i, "starting");

	if (start && !(q->start = elm_compile_node(l, start)))
		return false;
	q->aggregate_slot = l->slots++;
	bring(l, elm_node_text(l, i, "identifier"), q->aggregate_slot);
	q->distinct = is_true(l, i, "distinct", false);
	q->aggregate = child(l, i, "expression");
	return q->aggregate != NULL;
}

static bool read_clauses(struct elm_loader *l, uint32_t i,
    struct elm_query *q)
{
	uint32_t where = tape_get(l->t, i, "where");
	uint32_t give = tape_get(l->t, i, "return");
	uint32_t aggregate = tape_get(l->t, i, "aggregate");

	q->distinct = true;
	if (where && !(q->where = elm_compile_node(l, where)))
		return false;
	if (give) {
		q->distinct = is_true(l, give, "distinct", true);
		q->give = child(l, give, "expression");
		if (q->give == NULL)
			return false;
	}
	return !aggregate || read_aggregate(l, aggregate, q);
}

struct elm_node *elm_read_query(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op, 0);
	struct elm_query *q = arena_alloc(&l->p->make.arena, sizeof(*q));
	const struct elm_scope *outer = l->scope;
	uint32_t sort = tape_get(l->t, i, "sort");
	bool ok;

	n->query = q;
	ok = read_sources(l, i, q, n) && read_lets(l, i, q) &&
	    read_relations(l, i, q) && read_clauses(l, i, q);
	l->scope = outer;
	if (!ok)
		return NULL;
	if (sort && !(q->sort = elm_read_sort_by(l, sort)))
		return NULL;
	return n;
}

/* ---- retrieves ---- */

/* What a retrieve's codes are called, if a name is all they are. */
static struct str codes_name(struct elm_loader *l, uint32_t i)
{
	struct str type = elm_node_text(l, i, "type");
	uint32_t operand = tape_get(l->t, i, "operand");

	if (str_is(type, "ValueSetRef") || str_is(type, "CodeRef") ||
	    str_is(type, "ConceptRef"))
		return elm_node_text(l, i, "name");
	return operand && (str_is(type, "ToList") ||
	    str_is(type, "ExpandValueSet")) ? codes_name(l, operand) : STR_NONE;
}

/* Notes that the definition being compiled has a retrieve of named codes. */
static void note_retrieve(struct elm_def *of, const struct elm_node *n)
{
	if (of == NULL || n->retrieve->codes_name.s == NULL)
		return;
	of->retrieve = xrealloc(of->retrieve,
	    (of->retrieves + 1) * sizeof(*of->retrieve));
	of->retrieve[of->retrieves++] = n;
}

/* Codes that no patient is needed for: a value set, or a list of codes. */
static struct elm_value known_codes(struct elm_loader *l,
    const struct elm_node *n)
{
	bool list = n->op->fn == elm_to_list || n->op->fn == elm_list_of;
	struct elm_list out = ELM_LIST_INIT(&l->p->make);

	if (n->op->fn == elm_literal && n->value.kind == ELM_VALUESET)
		return n->value;
	for (uint32_t i = 0; i < (list ? n->args : 1); i++) {
		const struct elm_node *one = list ? n->arg[i] : n;

		if (one == NULL || one->op->fn != elm_literal ||
		    (one->value.kind != ELM_CODE &&
			one->value.kind != ELM_CONCEPT)) {
			elm_list_release(&out);
			return ELM_NOTHING;
		}
		elm_list_add(&out, one->value);
	}
	return elm_list_done(&out);
}

/* What would choose other resources than those that are given. */
static const char *const not_taken[] = { "id", "context", "include",
	"codeFilter", "dateFilter", "otherFilter", "dateLowProperty",
	"dateHighProperty", "dateSearch", "codeSearch", "valueSetProperty" };
static const char *const comparators[] = { "in", "~in", "contains",
	"~contains", "=", "~" };

static bool is_plain(struct elm_loader *l, uint32_t i)
{
	struct str by = elm_node_text(l, i, "codeComparator");
	bool known = by.s == NULL;

	for (size_t k = 0; k < ARRAY_LEN(not_taken); k++) {
		uint32_t at = tape_get(l->t, i, not_taken[k]);

		if (at == 0 || tape_type(l->t, at) == TAPE_NULL ||
		    (tape_type(l->t, at) == TAPE_ARRAY &&
			tape_first(l->t, at) == 0))
			continue;
		elm_refuse(l, i, "%s is not supported", not_taken[k]);
		return false;
	}
	for (size_t k = 0; k < ARRAY_LEN(comparators); k++)
		known |= str_is(by, comparators[k]);
	if (!known)
		elm_refuse(l, i, "codeComparator %.*s", STR_FMT(by));
	return known;
}

/* Of retrieves that ask the same the first one's number, whose answer for a
 * patient is theirs; paths that are equal lie in one place. */
static uint32_t first_alike(struct elm_loader *l, struct elm_retrieve *r)
{
	const struct elm_retrieve *o;

	for (uint32_t k = 0; k < r->number; k++) {
		o = l->p->retrieve[k];
		if (str_eq(o->code_path, r->code_path))
			r->code_path = o->code_path;
		if (o->type == r->type && str_eq(o->profile, r->profile) &&
		    str_eq(o->code_path, r->code_path) &&
		    (r->code_path.s == NULL ||
			(o->codes.kind == ELM_VALUESET &&
			    r->codes.kind == ELM_VALUESET &&
			    o->codes.i == r->codes.i)))
			return k;
	}
	return r->number;
}

/* The codes and the dates that are asked for. */
static bool read_filters(struct elm_loader *l, uint32_t i, struct elm_node *n)
{
	uint32_t codes = tape_get(l->t, i, "codes");
	uint32_t range = tape_get(l->t, i, "dateRange");
	struct elm_retrieve *r = n->retrieve;

	if (range) {
		n->name = elm_node_text(l, i, "dateProperty");
		n->arg[1] = child(l, i, "dateRange");
		if (n->arg[1] && n->name.s == NULL)
			elm_refuse(l, i, "dateProperty is missing");
		if (n->arg[1] == NULL || n->name.s == NULL)
			return false;
	}
	if (codes == 0) {
		n->number = first_alike(l, r);
		return true;
	}
	r->code_path = elm_node_text(l, i, "codeProperty");
	if (r->code_path.s == NULL) {
		elm_refuse(l, i, "codeProperty is missing");
		return false;
	}
	r->codes_name = codes_name(l, codes);
	n->arg[0] = elm_compile_node(l, codes);
	if (n->arg[0] == NULL)
		return false;
	r->codes = known_codes(l, n->arg[0]);
	n->number = first_alike(l, r);
	note_retrieve(l->of, n);
	return true;
}

struct elm_node *elm_read_retrieve(struct elm_loader *l, uint32_t i,
    const struct elm_op *op)
{
	struct elm_node *n = elm_node_new(l, op,
	    tape_get(l->t, i, "dateRange") ? 2
	    : tape_get(l->t, i, "codes") ? 1 : 0);
	struct elm_retrieve *r = arena_alloc(&l->p->make.arena, sizeof(*r));
	struct str type = elm_node_text(l, i, "dataType"), uri;

	n->retrieve = r;
	if (l->everybody)
		return elm_refuse(l, i, "outside of a patient's context");
	if (type.n && type.s[0] == '{')
		str_split(&type, '}', &uri);
	r->type = fhir_type(type);
	if (r->type == 0 || r->type > FHIR_RESOURCES)
		return elm_refuse(l, i, "%.*s is no resource of FHIR R4",
		    STR_FMT(type));
	r->number = elm_retrieve_number(l->p, r);
	elm_note_part(l, ELM_PART_RETRIEVE, r->number);
	l->chart |= r->type != FHIR_Patient;
	r->profile = elm_node_text(l, i, "templateId");
	return is_plain(l, i) && read_filters(l, i, n) ? n : NULL;
}
