/*
 * validate.c - a resource against the R4 tables: one walk, members looked up
 * in the class of their object. Only what would mislead every reader is an
 * error; the rest is a warning and the resource is taken as it came.
 */
#include <assert.h>

#include "ehr/fhir.h"

/* Where we are; printed only when there is a finding. */
struct place {
	const struct place *up;
	struct str name;
	long index; /* -1: not in an array */
};

struct check {
	const struct tape *t;
	struct diag_sink *sink;
	unsigned flags;
	int errors;
	uint32_t container; /* the resource contained ones belong to */
};

static void print_place(struct buf *b, const struct place *p)
{
	if (p->up != NULL) {
		print_place(b, p->up);
		buf_addch(b, '.');
	}
	buf_addstr(b, p->name);
	if (p->index >= 0)
		buf_addf(b, "[%ld]", p->index);
}

static void found(struct check *c, enum diag_id id, const struct place *at,
    const char *text)
{
	struct diag d = { .id = id, .text = text };

	if (diag_severity(id) == DIAG_ERROR)
		c->errors++;
	else if (c->flags & FHIR_CHECK_ERRORS)
		return;
	if (c->sink == NULL)
		return;
	BUF_AUTO path = BUF_INIT;
	print_place(&path, at);
	d.path = path.s;
	diag_emit(c->sink, &d);
}

/* The same for a member of the place. */
static void found_in(struct check *c, enum diag_id id, const struct place *up,
    const char *member)
{
	struct place at = { up, str_of(member), -1 };

	found(c, id, &at, NULL);
}

static bool thorough(const struct check *c)
{
	return (c->flags & FHIR_CHECK_ERRORS) == 0;
}

static void object(struct check *c, const struct place *at, uint32_t node,
    int cls);
static void resource(struct check *c, const struct place *up, uint32_t node);

/* ---- values ---- */

static enum tape_type json_type(int cls)
{
	switch (cls) {
	case FHIR_boolean:
		return TAPE_TRUE;
	case FHIR_decimal: case FHIR_integer: case FHIR_positiveInt:
	case FHIR_unsignedInt:
		return TAPE_NUMBER;
	default:
		return TAPE_STRING;
	}
}

static void primitive(struct check *c, const struct place *at, uint32_t node,
    const struct fhir_element *el)
{
	enum tape_type type = tape_type(c->t, node);
	struct str s;

	if (type == TAPE_FALSE)
		type = TAPE_TRUE;
	if (type != json_type(el->cls)) {
		found(c, DIAG_FHIR_WRONG_TYPE, at, NULL);
		return;
	}
	if (!thorough(c))
		return;
	if (c->t->node[node].len == 0) {
		found(c, DIAG_FHIR_EMPTY, at, NULL);
		return;
	}
	BUF_AUTO scratch = BUF_INIT;
	s = tape_text(c->t, node, &scratch);
	if (!fhir_primitive_valid(el->cls, s))
		found(c, el->cls == FHIR_xhtml ? DIAG_FHIR_NARRATIVE :
						 DIAG_FHIR_FORMAT, at,
		    fhir_class_name(el->cls));
	else if (el->codes != 0 && !fhir_code_allowed(el, s))
		found(c, DIAG_FHIR_BINDING, at, NULL);
}

static bool coding_allowed(const struct check *c, uint32_t coding,
    const struct fhir_element *el)
{
	uint32_t code = tape_get(c->t, coding, "code");
	struct str s;

	if (code == 0 || tape_type(c->t, code) != TAPE_STRING)
		return true;
	BUF_AUTO scratch = BUF_INIT;
	s = tape_text(c->t, code, &scratch);
	return fhir_code_allowed(el, s);
}

/* A CodeableConcept keeps a required binding with one of its codings. */
static void binding(struct check *c, const struct place *at, uint32_t node,
    const struct fhir_element *el)
{
	uint32_t codings;
	bool any = false;

	if (el->cls == FHIR_Coding) {
		if (!coding_allowed(c, node, el))
			found(c, DIAG_FHIR_BINDING, at, NULL);
		return;
	}
	if (el->cls != FHIR_CodeableConcept)
		return;
	codings = tape_get(c->t, node, "coding");
	if (codings == 0 || tape_first(c->t, codings) == 0)
		return;
	tape_each(c->t, codings, i)
		any = any || coding_allowed(c, i, el);
	if (!any)
		found(c, DIAG_FHIR_BINDING, at, NULL);
}

static bool has_contained(const struct check *c, struct str id)
{
	uint32_t list = tape_get(c->t, c->container, "contained"), v;

	if (list == 0)
		return false;
	tape_each(c->t, list, i) {
		v = tape_get(c->t, i, "id");
		if (v != 0 && str_eq(tape_str(c->t, v), id))
			return true;
	}
	return false;
}

static void reference(struct check *c, const struct place *at, uint32_t node,
    const struct fhir_element *el)
{
	uint32_t v = tape_get(c->t, node, "reference");
	struct fhir_ref ref;

	if (v == 0 || tape_type(c->t, v) != TAPE_STRING)
		return;
	BUF_AUTO scratch = BUF_INIT;
	fhir_ref_parse(tape_text(c->t, v, &scratch), &ref);
	if (ref.type != 0 && !fhir_target_allowed(el, ref.type))
		found(c, DIAG_FHIR_TARGET, at, NULL);
	if (ref.kind == FHIR_REF_CONTAINED && ref.id.n > 0 &&
	    !has_contained(c, ref.id))
		found(c, DIAG_FHIR_CONTAINED, at, NULL);
}

static void value(struct check *c, const struct place *at, uint32_t node,
    const struct fhir_element *el)
{
	if (fhir_class_primitive(el->cls)) {
		primitive(c, at, node, el);
		return;
	}
	if (el->cls == FHIR_Resource) {
		resource(c, at, node);
		return;
	}
	if (tape_type(c->t, node) != TAPE_OBJECT) {
		found(c, DIAG_FHIR_WRONG_TYPE, at, NULL);
		return;
	}
	object(c, at, node, el->cls);
	if (!thorough(c))
		return;
	if (el->codes != 0)
		binding(c, at, node, el);
	if (el->cls == FHIR_Reference)
		reference(c, at, node, el);
}

/* ---- members ---- */

/* The values of an array; null stands for a value that has an extension. */
static void values(struct check *c, const struct place *at, uint32_t array,
    const struct fhir_element *el)
{
	struct place one = *at;

	one.index = 0;
	if (tape_first(c->t, array) == 0)
		found(c, DIAG_FHIR_EMPTY, at, NULL);
	tape_each(c->t, array, i) {
		if (tape_type(c->t, i) != TAPE_NULL)
			value(c, &one, i, el);
		else if (!fhir_class_primitive(el->cls))
			found(c, DIAG_FHIR_NULL, &one, NULL);
		one.index++;
	}
	if (el->max != 0 && one.index > el->max)
		found(c, DIAG_FHIR_TOO_MANY, at, NULL);
}

static void member(struct check *c, const struct place *at, uint32_t node,
    const struct fhir_element *el)
{
	bool array = tape_type(c->t, node) == TAPE_ARRAY;

	if (tape_type(c->t, node) == TAPE_NULL)
		found(c, DIAG_FHIR_NULL, at, NULL);
	else if (array != (el->max != 1))
		found(c, DIAG_FHIR_WRONG_TYPE, at,
		    array ? "an array where one value is due" :
			    "one value where an array is due");
	else if (array)
		values(c, at, node, el);
	else
		value(c, at, node, el);
}

/* _name: id and extensions of a primitive value, or an array of those. */
static void extension_of(struct check *c, const struct place *at,
    uint32_t node, const struct fhir_element *el)
{
	struct place one = *at;

	if (!fhir_class_primitive(el->cls)) {
		found(c, DIAG_FHIR_UNKNOWN_ELEMENT, at, NULL);
		return;
	}
	if (tape_type(c->t, node) == TAPE_OBJECT && el->max == 1) {
		object(c, at, node, FHIR_Element);
		return;
	}
	if (tape_type(c->t, node) != TAPE_ARRAY || el->max == 1) {
		found(c, DIAG_FHIR_WRONG_TYPE, at, NULL);
		return;
	}
	one.index = 0;
	tape_each(c->t, node, i) {
		if (tape_type(c->t, i) == TAPE_OBJECT)
			object(c, &one, i, FHIR_Element);
		else if (tape_type(c->t, i) != TAPE_NULL)
			found(c, DIAG_FHIR_WRONG_TYPE, &one, NULL);
		one.index++;
	}
}

/* ---- objects ---- */

enum { MAX_OWN = 512 }; /* elements of one class, ElementDefinition has most */

/* What an object had of the elements of its own class. */
struct seen {
	const struct fhir_element *first;
	size_t count;
	uint64_t element[MAX_OWN / 64];
	const struct fhir_element *choice[32]; /* by number of the choice */
};

static void see(struct check *c, struct seen *s, const struct place *at,
    const struct fhir_element *el)
{
	size_t i = (size_t)(el - s->first);

	if (el < s->first || i >= s->count)
		return; /* of a base: none is required, none a choice */
	s->element[i / 64] |= (uint64_t)1 << (i % 64);
	if (el->choice == 0 || el->choice >= ARRAY_LEN(s->choice))
		return;
	if (s->choice[el->choice] != NULL && s->choice[el->choice] != el)
		found(c, DIAG_FHIR_CHOICE, at, NULL);
	s->choice[el->choice] = el;
}

static void missing(struct check *c, const struct seen *s,
    const struct place *at)
{
	const struct fhir_element *el = s->first;
	uint8_t last = 0;

	for (size_t i = 0; i < s->count; i++, el++) {
		if (el->min == 0 || (s->element[i / 64] >> (i % 64) & 1))
			continue;
		if (el->choice != 0 && (el->choice == last ||
		    s->choice[el->choice] != NULL))
			continue;
		last = el->choice;
		found_in(c, DIAG_FHIR_MISSING, at, fhir_element_name(el));
	}
}

static void one_member(struct check *c, const struct place *up, uint32_t key,
    int cls, struct seen *s)
{
	struct place at = { up, tape_str(c->t, key), -1 };
	const struct fhir_element *el;
	struct str name = at.name;
	bool sibling;

	BUF_AUTO scratch = BUF_INIT;
	if (c->t->node[key].escaped)
		name = tape_text(c->t, key, &scratch);
	sibling = name.n > 1 && name.s[0] == '_';
	if (sibling)
		name = (struct str){ name.s + 1, name.n - 1 };
	el = fhir_element(cls, name);
	if (el == NULL) {
		if (cls > FHIR_RESOURCES || !str_is(name, "resourceType"))
			found(c, DIAG_FHIR_UNKNOWN_ELEMENT, &at, NULL);
		return;
	}
	if (thorough(c)) {
		see(c, s, &at, el);
		if (str_is(name, "modifierExtension"))
			found(c, DIAG_FHIR_MODIFIER, &at, NULL);
	}
	if (sibling)
		extension_of(c, &at, key + 1, el);
	else
		member(c, &at, key + 1, el);
}

static void object(struct check *c, const struct place *at, uint32_t node,
    int cls)
{
	struct seen s;

	if (thorough(c)) {
		s.count = fhir_elements(cls, &s.first);
		assert(s.count <= MAX_OWN);
		memset(s.element, 0, (s.count + 63) / 64 * 8);
		memset(s.choice, 0, sizeof(s.choice));
		if (tape_first(c->t, node) == 0)
			found(c, DIAG_FHIR_EMPTY, at, NULL);
	}
	tape_each_key(c->t, node, k)
		one_member(c, at, k, cls, &s);
	if (thorough(c))
		missing(c, &s, at);
}

/* ---- resources ---- */

static const struct {
	int type;
	const char *paths;
} us_core[] = {
#define U(type, paths) { FHIR_##type, paths },
#include "fhir/data/us-core.def"
#undef U
};

/* Is there something at the path below each value on the way to it? */
static bool present(const struct tape *t, uint32_t node, struct str path)
{
	struct str name;
	uint32_t v;

	if (tape_type(t, node) == TAPE_ARRAY) {
		tape_each(t, node, i)
			if (!present(t, i, path))
				return false;
		return tape_first(t, node) != 0;
	}
	if (!str_split(&path, '.', &name))
		return true;
	v = tape_getn(t, node, name);
	if (v != 0)
		return present(t, v, path);
	/* a value that is absent for a reason: _gender with an extension */
	BUF_AUTO sibling = BUF_INIT;
	buf_addch(&sibling, '_');
	buf_addstr(&sibling, name);
	return tape_getn(t, node, buf_str(&sibling)) != 0;
}

static void check_us_core(struct check *c, const struct place *at,
    uint32_t node, int type)
{
	struct str rest = STR_NONE, path, below, top;

	for (size_t i = 0; i < ARRAY_LEN(us_core); i++)
		if (us_core[i].type == type)
			rest = str_of(us_core[i].paths);
	while (str_split(&rest, ' ', &path)) {
		struct place there = { at, path, -1 };

		below = path;
		str_split(&below, '.', &top);
		if (path.n != top.n && tape_getn(c->t, node, top) == 0)
			continue; /* its parent was missed already */
		if (!present(c->t, node, path))
			found(c, DIAG_US_CORE_MISSING, &there, NULL);
	}
}

static void check_contained(struct check *c, const struct place *at,
    uint32_t node)
{
	uint32_t list = tape_get(c->t, node, "contained");
	struct place one = { at, STR("contained"), 0 };

	if (list == 0 || tape_type(c->t, list) != TAPE_ARRAY)
		return;
	tape_each(c->t, list, i) {
		if (tape_get(c->t, i, "id") == 0 ||
		    tape_get(c->t, i, "contained") != 0)
			found(c, DIAG_FHIR_CONTAINED, &one, NULL);
		one.index++;
	}
}

/* The id of a contained resource is no key of ours: its form is checked as
 * that of any element. */
static void check_id(struct check *c, const struct place *at, uint32_t node)
{
	uint32_t id = tape_get(c->t, node, "id");

	if (id != 0 && (tape_type(c->t, id) != TAPE_STRING ||
	    !fhir_id_valid(tape_str(c->t, id))))
		found_in(c, DIAG_FHIR_BAD_ID, at, "id");
}

/* Type and id, then everything. up is NULL for the root. */
static void resource(struct check *c, const struct place *up, uint32_t node)
{
	struct place at = { NULL, STR("Resource"), -1 };
	uint32_t name = 0, outer = c->container;
	const struct place *here = up != NULL ? up : &at;
	int type = 0;

	if (tape_type(c->t, node) != TAPE_OBJECT) {
		found(c, DIAG_FHIR_NOT_OBJECT, here, NULL);
		return;
	}
	name = tape_get(c->t, node, "resourceType");
	if (name == 0 || tape_type(c->t, name) != TAPE_STRING) {
		found(c, DIAG_FHIR_NO_TYPE, here, NULL);
		return;
	}
	type = fhir_type(tape_str(c->t, name));
	if (type == 0) {
		found(c, DIAG_FHIR_UNKNOWN_TYPE, here, NULL);
		return;
	}
	at.name = str_of(fhir_type_name(type));
	if (up == NULL || !str_is(up->name, "contained")) {
		c->container = node;
		check_id(c, here, node);
	}
	object(c, here, node, type);
	if (thorough(c)) {
		check_contained(c, here, node);
		if ((c->flags & FHIR_CHECK_US_CORE) && up == NULL)
			check_us_core(c, here, node, type);
	}
	c->container = outer;
}

int fhir_validate(const struct tape *t, uint32_t root, struct diag_sink *sink,
    unsigned flags)
{
	struct check c = { t, sink, flags, 0, root };

	resource(&c, NULL, root);
	return c.errors;
}
