/* The FHIR R4 model: elements of resources as CQL sees them. Primitives are
 * boxed: .value gives the System value; a choice goes by its base name. */
#include "elm/impl.h"

/* precision of an ELM_FHIR value: its node is not the primitive's value but
 * what stands beside it ("_birthDate"), it has no value. */
enum { BESIDE = 1 };

struct elm_value elm_fhir_value(const struct tape *t, uint32_t node, int cls)
{
	struct elm_value v = { .kind = ELM_FHIR, .cls = (uint16_t)cls,
		.n = node, .tape = t };

	if (cls == FHIR_Resource || cls == FHIR_DomainResource)
		v.cls = (uint16_t)fhir_resource_type(t, node);
	if (tape_type(t, node) == TAPE_OBJECT && fhir_class_primitive(cls))
		v.precision = BESIDE;
	return v;
}

/* One value, or a list of an array's. */
static struct elm_value of_node(struct elm_ctx *c, const struct tape *t,
    uint32_t node, int cls)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (tape_type(t, node) != TAPE_ARRAY)
		return tape_type(t, node) == TAPE_NULL
		    ? ELM_NOTHING : elm_fhir_value(t, node, cls);
	tape_each(t, node, i)
		if (tape_type(t, i) != TAPE_NULL)
			elm_list_add(&out, elm_fhir_value(t, i, cls));
	return elm_list_done(&out);
}

/* Is key the choice element `name` with a type behind it? */
static bool is_choice(struct str key, struct str name)
{
	return key.n > name.n && memcmp(key.s, name.s, name.n) == 0 &&
	    key.s[name.n] >= 'A' && key.s[name.n] <= 'Z';
}

static struct elm_value choice(struct elm_ctx *c, struct elm_value v,
    struct str name)
{
	const struct tape *t = v.tape;
	const struct fhir_element *el;

	tape_each_key(t, v.n, k) {
		struct str key = tape_str(t, k);

		if (!is_choice(key, name))
			continue;
		el = fhir_element(v.cls, key);
		if (el && el->choice)
			return of_node(c, t, k + 1, el->cls);
	}
	return ELM_NOTHING;
}

/* The member "_name", which holds what a primitive has beside its value. */
static uint32_t beside(const struct tape *t, uint32_t object, struct str name)
{
	char key[64];

	if (name.n + 1 >= sizeof(key))
		return 0;
	key[0] = '_';
	memcpy(key + 1, name.s, name.n);
	return tape_getn(t, object, (struct str){ key, name.n + 1 });
}

/* The object that node i, a member's value, stands in, and its key. */
static uint32_t parent(const struct tape *t, uint32_t i, uint32_t *key)
{
	uint32_t p = i;

	*key = i - 1;
	while (p-- > 0)
		if (t->node[p].next > i && tape_type(t, p) == TAPE_OBJECT &&
		    t->node[p].depth < t->node[i].depth)
			return p;
	return 0;
}

/* .value, .id and .extension of a primitive. */
static struct elm_value of_primitive(struct elm_ctx *c, struct elm_value v,
    struct str name)
{
	const struct fhir_element *el = fhir_element(FHIR_Element, name);
	uint32_t at = v.n, key;

	if (str_is(name, "value"))
		return elm_unbox(c, v);
	if (el == NULL)
		return ELM_NOTHING;
	if (v.precision != BESIDE) {
		uint32_t object = parent(v.tape, v.n, &key);

		if (tape_type(v.tape, key) != TAPE_STRING)
			return ELM_NOTHING;
		at = beside(v.tape, object, tape_str(v.tape, key));
	}
	if (at == 0 || tape_type(v.tape, at) != TAPE_OBJECT)
		return ELM_NOTHING;
	at = tape_getn(v.tape, at, name);
	return at ? of_node(c, v.tape, at, el->cls) : ELM_NOTHING;
}

static struct elm_value of_element(struct elm_ctx *c, struct elm_value v,
    struct str name)
{
	const struct fhir_element *el;
	uint32_t at;

	if (fhir_class_primitive(v.cls))
		return of_primitive(c, v, name);
	el = fhir_element(v.cls, name);
	if (el == NULL)
		return choice(c, v, name);
	at = tape_getn(v.tape, v.n, name);
	if (at == 0 && fhir_class_primitive(el->cls))
		at = beside(v.tape, v.n, name);
	return at ? of_node(c, v.tape, at, el->cls) : ELM_NOTHING;
}

/* ---- .value ---- */

static struct elm_value text(struct elm_ctx *c, struct elm_value v)
{
	const struct tape *t = v.tape;
	BUF_AUTO b = BUF_INIT;

	if (!t->node[v.n].escaped)
		return elm_string(tape_str(t, v.n));
	json_unescape(&b, tape_str(t, v.n));
	return elm_string(arena_str(&c->arena, buf_str(&b)));
}

static struct elm_value temporal(struct elm_ctx *c, struct elm_value v,
    enum elm_kind kind)
{
	struct elm_value out = { .kind = (uint8_t)kind };

	return elm_time_parse(tape_str(v.tape, v.n), c->zone, &out)
	    ? out : ELM_NOTHING;
}

static struct elm_value number(struct elm_ctx *c, struct elm_value v)
{
	unsigned digits;
	int64_t i;
	int128 d;

	if (v.cls != FHIR_decimal)
		return str_int(tape_str(v.tape, v.n), &i) ? elm_int(i)
							   : ELM_NOTHING;
	return elm_decimal_parse(tape_str(v.tape, v.n), &d, &digits)
	    ? elm_decimal(c, d, digits) : ELM_NOTHING;
}

struct elm_value elm_unbox(struct elm_ctx *c, struct elm_value v)
{
	if (v.kind == ELM_TUPLE && v.cls && v.cls != ELM_VOCABULARY &&
	    fhir_class_primitive(v.cls))
		return elm_property(c, v, STR("value"));
	if (v.kind != ELM_FHIR || !fhir_class_primitive(v.cls))
		return v;
	switch (tape_type(v.tape, v.n)) {
	case TAPE_TRUE: return elm_bool(true);
	case TAPE_FALSE: return elm_bool(false);
	case TAPE_NUMBER: return number(c, v);
	case TAPE_STRING: break;
	default: return ELM_NOTHING;
	}
	switch (v.cls) {
	case FHIR_date: return temporal(c, v, ELM_DATE);
	case FHIR_dateTime:
	case FHIR_instant: return temporal(c, v, ELM_DATETIME);
	case FHIR_time: return temporal(c, v, ELM_TIME);
	default: return text(c, v);
	}
}

/* ---- properties of every kind of value ---- */

static struct elm_value of_quantity(struct elm_ctx *c,
    const struct elm_quantity *q, struct str name)
{
	if (str_is(name, "value"))
		return elm_decimal(c, q->value, q->digits);
	return str_is(name, "unit") ? elm_string(q->unit) : ELM_NOTHING;
}

static struct elm_value of_ratio(const struct elm_ratio *r, struct str name)
{
	struct elm_value v = { .kind = ELM_QUANTITY,
		.quantity = r->numerator };

	if (str_is(name, "denominator"))
		v.quantity = r->denominator;
	else if (!str_is(name, "numerator"))
		return ELM_NOTHING;
	return v;
}

static struct elm_value of_code(const struct elm_code *code, struct str name)
{
	if (str_is(name, "code"))
		return elm_string(code->code);
	if (str_is(name, "system"))
		return elm_string(code->system);
	if (str_is(name, "version"))
		return elm_string(code->version);
	return str_is(name, "display") ? elm_string(code->display)
					: ELM_NOTHING;
}

static struct elm_value of_concept(struct elm_ctx *c,
    const struct elm_concept *concept, struct str name)
{
	struct elm_list out = ELM_LIST_INIT(c);

	if (str_is(name, "display"))
		return elm_string(concept->display);
	if (!str_is(name, "codes"))
		return ELM_NOTHING;
	for (uint32_t i = 0; i < concept->n; i++)
		elm_list_add(&out, (struct elm_value){ .kind = ELM_CODE,
		    .code = concept->codes[i] });
	return elm_list_done(&out);
}

static struct elm_value of_interval(const struct elm_interval *i,
    struct str name)
{
	if (str_is(name, "low"))
		return i->low;
	if (str_is(name, "high"))
		return i->high;
	if (str_is(name, "lowClosed"))
		return elm_bool(i->low_closed);
	return str_is(name, "highClosed") ? elm_bool(i->high_closed)
					   : ELM_NOTHING;
}

static struct elm_value of_tuple(const struct elm_tuple *t, struct str name)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (str_eq(t->name[i], name))
			return t->value[i];
	return ELM_NOTHING;
}

/* Of each element, without nulls, lists opened. */
static struct elm_value of_list(struct elm_ctx *c, struct elm_value list,
    struct str name)
{
	struct elm_list out = ELM_LIST_INIT(c);

	for (uint32_t i = 0; i < list.n && elm_tick(c, 1); i++) {
		struct elm_value one = elm_property(c, list.list[i], name);

		if (one.kind != ELM_LIST && one.kind != ELM_NULL)
			elm_list_add(&out, one);
		for (uint32_t k = 0; one.kind == ELM_LIST && k < one.n; k++)
			elm_list_add(&out, one.list[k]);
	}
	return elm_list_done(&out);
}

static struct elm_value of_vocabulary(const struct elm_ctx *c,
    struct elm_value v, struct str name)
{
	struct str id = v.kind == ELM_VALUESET
	    ? elm_valueset(c->p, (size_t)v.i)
	    : elm_codesystem(c->p, (size_t)v.i);

	return str_is(name, "id") ? elm_string(id) : ELM_NOTHING;
}

struct elm_value elm_property(struct elm_ctx *c, struct elm_value v,
    struct str name)
{
	switch ((enum elm_kind)v.kind) {
	case ELM_FHIR: return of_element(c, v, name);
	case ELM_TUPLE: return of_tuple(v.tuple, name);
	case ELM_LIST: return of_list(c, v, name);
	case ELM_INTERVAL: return of_interval(v.interval, name);
	case ELM_QUANTITY: return of_quantity(c, v.quantity, name);
	case ELM_RATIO: return of_ratio(v.ratio, name);
	case ELM_CODE: return of_code(v.code, name);
	case ELM_CONCEPT: return of_concept(c, v.concept, name);
	case ELM_VALUESET:
	case ELM_CODESYSTEM: return of_vocabulary(c, v, name);
	default: return ELM_NOTHING;
	}
}

struct elm_value elm_path(struct elm_ctx *c, struct elm_value v,
    struct str path)
{
	struct str name, index;
	int64_t i;

	while (v.kind != ELM_NULL && str_split(&path, '.', &name)) {
		str_split(&name, '[', &index); /* "name[0]" */
		v = elm_property(c, v, index);
		if (name.n == 0)
			continue;
		name.n--; /* the closing bracket */
		v = v.kind == ELM_LIST && str_int(name, &i) && i >= 0 &&
			i < v.n ? v.list[i] : ELM_NOTHING;
	}
	return v;
}

/* ---- children (22.4, 22.17) ---- */

/* A value, or each of a list's. */
static void add_each(struct elm_list *out, struct elm_value v)
{
	if (v.kind != ELM_LIST && v.kind != ELM_NULL)
		elm_list_add(out, v);
	for (uint32_t i = 0; v.kind == ELM_LIST && i < v.n; i++)
		elm_list_add(out, v.list[i]);
}

static void add_members(struct elm_ctx *c, struct elm_value v,
    struct elm_list *out)
{
	tape_each_key(v.tape, v.n, k) {
		const struct fhir_element *el = fhir_element(v.cls,
		    tape_str(v.tape, k));

		if (el)
			add_each(out, of_node(c, v.tape, k + 1, el->cls));
	}
}

static void add_children(struct elm_ctx *c, struct elm_value v,
    struct elm_list *out)
{
	if (v.kind == ELM_LIST)
		add_each(out, v);
	else if (v.kind == ELM_TUPLE)
		for (uint32_t i = 0; i < v.tuple->n; i++)
			add_each(out, v.tuple->value[i]);
	else if (v.kind == ELM_FHIR && fhir_class_primitive(v.cls))
		add_each(out, elm_unbox(c, v));
	else if (v.kind == ELM_FHIR)
		add_members(c, v, out);
}

OPERATOR(children)
{
	struct elm_list out = ELM_LIST_INIT(c);

	add_children(c, v[0], &out);
	return elm_list_done(&out);
}

OPERATOR(descendents)
{
	struct elm_list out = ELM_LIST_INIT(c);

	add_children(c, v[0], &out);
	for (uint32_t i = 0; i < out.n && !c->failed; i++)
		add_children(c, out.v[i], &out);
	return elm_list_done(&out);
}

/* ---- codes ---- */

static struct elm_value coding(struct elm_ctx *c, struct elm_value v)
{
	struct elm_code code = { STR_NONE, STR_NONE, STR_NONE, STR_NONE };
	struct {
		const char *name;
		struct str *to;
	} part[] = { { "code", &code.code }, { "system", &code.system },
		{ "version", &code.version }, { "display", &code.display } };

	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		struct elm_value s = elm_unbox(c,
		    elm_property(c, v, str_of(part[i].name)));

		if (s.kind == ELM_STRING)
			*part[i].to = elm_str(s);
	}
	return elm_code(c, code);
}

static struct elm_value codeable(struct elm_ctx *c, struct elm_value v)
{
	struct elm_value codings = elm_property(c, v, STR("coding"));
	ELM_LIST_AUTO codes = ELM_LIST_INIT(c);
	struct elm_value text;

	for (uint32_t i = 0; codings.kind == ELM_LIST && i < codings.n; i++)
		elm_list_add(&codes, coding(c, codings.list[i]));
	text = elm_unbox(c, elm_property(c, v, STR("text")));
	return elm_concept(c, codes.v, codes.n,
	    text.kind == ELM_STRING ? elm_str(text) : STR_NONE);
}

struct elm_value elm_to_concept(struct elm_ctx *c, struct elm_value v)
{
	if (v.kind == ELM_CONCEPT || v.kind == ELM_NULL)
		return v;
	if (v.kind == ELM_LIST) {
		ELM_LIST_AUTO codes = ELM_LIST_INIT(c);

		for (uint32_t i = 0; i < v.n; i++) {
			struct elm_value one = elm_to_concept(c, v.list[i]);

			for (uint32_t k = 0;
			     one.kind == ELM_CONCEPT && k < one.concept->n; k++)
				elm_list_add(&codes, (struct elm_value){
				    .kind = ELM_CODE,
				    .code = one.concept->codes[k] });
		}
		return elm_concept(c, codes.v, codes.n, STR_NONE);
	}
	if (v.kind == ELM_FHIR && v.cls == FHIR_CodeableConcept)
		return codeable(c, v);
	if (v.kind == ELM_FHIR && v.cls == FHIR_Coding)
		v = coding(c, v);
	v = elm_unbox(c, v);
	if (v.kind == ELM_STRING)
		v = elm_code(c, (struct elm_code){ elm_str(v), STR_NONE,
		    STR_NONE, STR_NONE });
	return v.kind == ELM_CODE ? elm_concept(c, &v, 1, STR_NONE)
				   : ELM_NOTHING;
}
