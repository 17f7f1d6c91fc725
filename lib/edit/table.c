/* table.c - kinds, keys, lists of words, slots and units: all from tables. */
#include "edit/impl.h"

static const struct {
	const char *word, *uri;
} systems[] = {
	{ NULL, NULL },
#define S(id, word, uri) { word, uri },
#include "edit/data/systems.def"
#undef S
};

static const struct {
	enum edit_system system;
	bool open;
} lists[] = {
	{ SYS_NONE, true },
#define L(id, system, open) { SYS_##system, open },
#define W(word, system, code, display)
#include "edit/data/lists.def"
#undef L
#undef W
};

/* Rows of all lists; a list begins at a row without a word. */
static const struct {
	const char *word;
	enum edit_system system;
	const char *code, *display;
} words[] = {
#define L(id, system, open) { NULL, SYS_##system, NULL, NULL },
#define W(word, system, code, display) { word, SYS_##system, code, display },
#include "edit/data/lists.def"
#undef L
#undef W
};

enum kind_number {
	KIND_NONE,
#define K(id, word, type, subject, profile) KIND_##id,
#define F(id, key, path, value, arg, flags)
#define D(id, key, value)
#define I(id, key, then, value)
#define P(id, key, value, profile)
#include "edit/data/kinds.def"
#undef K
};

static const struct kind kinds[] = {
	{ NULL, NULL, NULL, 0 },
#define K(id, word, type, subject, profile) \
	{ word, subject, profile, FHIR_##type },
#include "edit/data/kinds.def"
	{ NULL, NULL, NULL, 0 },
#undef K
#undef F
};

/* What the argument of a field is depends on its kind of value. */
#define ARG_CODING(x)	.list = LIST_##x
#define ARG_OMB(x)	.list = LIST_##x
#define ARG_REF(x)	.list = FHIR_##x
#define ARG_WHO(x)	.list = FHIR_##x
#define ARG_TEXT(x)	.unit = x
#define ARG_CODE(x)	.unit = x
#define ARG_SEX(x)	.unit = x
#define ARG_BOOL(x)	.unit = x
#define ARG_INT(x)	.unit = x
#define ARG_DAY(x)	.unit = x
#define ARG_DATE(x)	.unit = x
#define ARG_INSTANT(x)	.unit = x
#define ARG_DATE_OR_BOOL(x) .unit = x
#define ARG_DAY_OR_BOOL(x)  .unit = x
#define ARG_QUANTITY(x)	.unit = x
#define ARG_VALUE(x)	.unit = x
#define ARG_UNIT(x)	.unit = x
#define ARG_RANGE(x)	.unit = x
#define ARG_NOTE_TEXT(x) .unit = x
#define ARG_NARRATIVE(x) .unit = x
#define NEED   FIELD_NEED
#define NEED2  FIELD_NEED2
#define MORE   FIELD_MORE
#define APPEND FIELD_APPEND
const struct field edit_field[] = {
#define K(id, word, type, subject, profile)
#define F(id, akey, apath, avalue, arg, aflags) \
	{ .kind = KIND_##id, .key = akey, .path = apath, \
	  .value = EDIT_##avalue, ARG_##avalue(arg), .flags = aflags },
#include "edit/data/kinds.def"
#undef F
#undef D
#undef I
#undef P
};
const size_t edit_fields = ARRAY_LEN(edit_field);

struct rule {
	int kind;
	const char *key, *then, *value;
};

static const struct rule defaults[] = {
#define F(id, key, path, value, arg, flags)
#define D(id, key, value) { KIND_##id, NULL, key, value },
#define I(id, key, then, value)
#define P(id, key, value, profile)
#include "edit/data/kinds.def"
#undef D
#undef I
};

static const struct rule implied[] = {
#define D(id, key, value)
#define I(id, key, then, value) { KIND_##id, key, then, value },
#include "edit/data/kinds.def"
#undef I
#undef P
};

static const struct rule profiles[] = {
#define I(id, key, then, value)
#define P(id, key, value, profile) { KIND_##id, key, profile, value },
#include "edit/data/kinds.def"
#undef K
#undef F
#undef D
#undef I
#undef P
};

#define US_CORE	      "http://hl7.org/fhir/us/core/StructureDefinition/"
#define URL_RACE      US_CORE "us-core-race"
#define URL_ETHNICITY US_CORE "us-core-ethnicity"
#define URL_BIRTH_SEX US_CORE "us-core-birthsex"
static const struct slot slots[] = {
#define Z(name, array, path, value, json) { name, array, path, value, json },
#include "edit/data/slots.def"
#undef Z
};

const struct vital edit_vital[] = {
#define V(key, profile, code, display, also, unit, units) \
	{ key, profile, code, display, also, unit, units },
#define B(key, code, display)
#include "edit/data/vitals.def"
#undef V
#undef B
};
const size_t edit_vitals = ARRAY_LEN(edit_vital);

static const struct vital_part parts[] = {
#define V(key, profile, code, display, also, unit, units)
#define B(key, code, display) { key, code, display },
#include "edit/data/vitals.def"
#undef V
#undef B
};

static const struct {
	const char *typed, *code;
} units[] = {
#define U(typed, code) { typed, code },
#include "edit/data/units.def"
#undef U
};

/* ---- looking up ---- */

const char *edit_system_uri(enum edit_system s)
{
	return systems[s].uri;
}

struct str edit_system(struct str s)
{
	for (size_t i = 1; i < ARRAY_LEN(systems); i++)
		if (str_is(s, systems[i].word))
			return str_of(systems[i].uri);
	return s;
}

static bool list_word(enum edit_list list, struct str v, struct coded *c)
{
	int at = 0;

	for (size_t i = 0; i < ARRAY_LEN(words) && at <= (int)list; i++) {
		if (words[i].word == NULL)
			at++;
		else if (at == (int)list && (str_is(v, words[i].word) ||
		    str_is(v, words[i].code))) {
			*c = (struct coded){
				str_of(edit_system_uri(words[i].system)),
				str_of(words[i].code),
				str_of(words[i].display),
			};
			return true;
		}
	}
	return false;
}

int edit_list_find(enum edit_list list, struct str v, struct coded *c,
    struct ehr_err *e)
{
	struct str rest = v, system, code;
	struct coded known;

	if (list_word(list, v, c))
		return 0;
	str_split(&rest, '|', &system);
	if (rest.s == NULL) { /* a code alone */
		*c = (struct coded){ .code = system };
		c->system = str_of(edit_system_uri(lists[list].system));
		if (c->system.s == NULL)
			return ehr_fail(e, EHR_EREJECT, "not SYSTEM|CODE");
	} else {
		str_split(&rest, '|', &code);
		*c = (struct coded){ edit_system(system), code, rest };
		if (rest.n == 0 && list_word(list, code, &known) &&
		    str_eq(known.system, c->system))
			*c = known;
		else if (!lists[list].open && !list_word(list, code, &known))
			return ehr_fail(e, EHR_EREJECT, "not a word or code "
			    "of its list");
		if (memchr(c->system.s, ':', c->system.n) == NULL)
			return ehr_fail(e, EHR_EREJECT, "unknown code system");
	}
	if (rest.s == NULL && !lists[list].open)
		return ehr_fail(e, EHR_EREJECT, "not a word or code of its "
		    "list");
	if (c->code.n == 0)
		return ehr_fail(e, EHR_EREJECT, "no code");
	return 0;
}

int edit_kind(struct str word)
{
	for (int i = 1; kinds[i].word; i++)
		if (str_is(word, kinds[i].word))
			return i;
	return KIND_NONE;
}

const char *edit_kind_word(int kind)
{
	for (int i = 1; kinds[i].word; i++)
		if (i == kind)
			return kinds[i].word;
	return NULL;
}

int edit_kind_type(int kind)
{
	return kinds[kind].type;
}

const struct kind *edit_kind_info(int kind)
{
	return &kinds[kind];
}

bool edit_kind_vital(int kind)
{
	return kind == KIND_vital;
}

int edit_kind_of(const struct tape *t, uint32_t root)
{
	int type = fhir_resource_type(t, root);
	uint32_t category = tape_get(t, root, "category");

	if (type == FHIR_Observation) {
		const char *uri = edit_system_uri(SYS_OBS_CATEGORY);

		if (category == 0)
			return KIND_result;
		tape_each(t, category, c) {
			if (fhir_has_code(t, c, uri, "vital-signs"))
				return KIND_vital;
			if (fhir_has_code(t, c, uri, "social-history"))
				return KIND_social_history;
		}
		return KIND_result;
	}
	for (int i = 1; kinds[i].word; i++)
		if (kinds[i].type == type)
			return i;
	return KIND_NONE;
}

void edit_keys(int kind, struct buf *b)
{
	for (size_t i = 0; i < edit_fields; i++)
		if (edit_field[i].kind == kind)
			buf_addf(b, "%s%s", b->len ? " " : "",
			    edit_field[i].key);
	for (size_t i = 0; kind == KIND_vital && i < edit_vitals; i++)
		buf_addf(b, " %s", edit_vital[i].key);
}

const struct field *edit_field_find(int kind, struct str key)
{
	for (size_t i = 0; i < edit_fields; i++)
		if (edit_field[i].kind == kind &&
		    str_is(key, edit_field[i].key))
			return &edit_field[i];
	return NULL;
}

bool edit_pair_given(const struct edit_pair *p, size_t n, const char *key,
    struct str *value)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(p[i].key, key)) {
			if (value)
				*value = p[i].value;
			return true;
		}
	return false;
}

struct str edit_kind_default(int kind, const char *key,
    const struct edit_pair *p, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(implied); i++)
		if (implied[i].kind == kind &&
		    strcmp(implied[i].then, key) == 0 &&
		    edit_pair_given(p, n, implied[i].key, NULL))
			return str_of(implied[i].value);
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (defaults[i].kind == kind &&
		    strcmp(defaults[i].then, key) == 0)
			return str_of(defaults[i].value);
	return STR_NONE;
}

const char *edit_kind_profile(int kind, const struct edit_pair *p, size_t n)
{
	struct str v;

	for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
		if (profiles[i].kind == kind &&
		    edit_pair_given(p, n, profiles[i].key, &v) &&
		    (profiles[i].value == NULL ||
			str_is(v, profiles[i].value)))
			return profiles[i].then;
	return kinds[kind].profile;
}

const struct slot *edit_slot_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(slots); i++)
		if (str_is(name, slots[i].name))
			return &slots[i];
	return NULL;
}

const struct vital *edit_vital_find(struct str key)
{
	for (size_t i = 0; i < edit_vitals; i++)
		if (str_is(key, edit_vital[i].key))
			return &edit_vital[i];
	return NULL;
}

const struct vital *edit_vital_of(const struct tape *t, uint32_t root)
{
	uint32_t code = tape_get(t, root, "code");

	for (size_t i = 0; code && i < edit_vitals; i++)
		if (fhir_has_code(t, code, edit_system_uri(SYS_LOINC),
		    edit_vital[i].code))
			return &edit_vital[i];
	return NULL;
}

const struct vital_part *edit_vital_part(const char *key, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(parts[i].key, key) == 0 && n-- == 0)
			return &parts[i];
	return NULL;
}

struct str edit_unit_code(struct str typed)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_is(typed, units[i].typed))
			return str_of(units[i].code);
	return typed;
}
