/* field.c - one key's value into a resource: where its path leads. */
#include <stdlib.h>

#include "edit/impl.h"

/* The concrete path of a field: slots found (or begun), "*" counted. The
 * "[x]" of a choice stays. */
static int place(struct doc *d, const struct field *f, size_t nth,
    struct buf *path, struct ehr_err *e)
{
	const char *rest = f->path;
	const struct slot *s;
	bool found;
	size_t n, i;

	if (*rest == '@') {
		n = strcspn(++rest, ".");
		s = edit_slot_find((struct str){ rest, n });
		rest += n;
		i = edit_doc_slot(&d->t, s, &found);
		buf_addf(path, "%s.%zu", s->array, i);
		if (!found) {
			int rc = edit_doc_set(d, path->s, str_of(s->json), e);

			if (rc < 0)
				return rc;
		}
	}
	n = strcspn(rest, "*");
	buf_add(path, rest, n);
	if (rest[n])
		buf_addf(path, "%zu", nth);
	return 0;
}

/* Takes away the value a choice element has, of whatever type but keep. */
static int clear_choice(struct doc *d, const char *path, const char *keep,
    struct ehr_err *e)
{
	const char *name = strrchr(path, '.');
	BUF_AUTO up = BUF_INIT;
	BUF_AUTO full = BUF_INIT;
	uint32_t parent, v;
	int type;

	name = name ? name + 1 : path;
	buf_add(&up, path, (size_t)(name - path));
	buf_addstr(&full, buf_str(&up));
	if (up.len)
		up.s[--up.len] = '\0';
	parent = edit_doc_at(&d->t, up.s);
	if (parent == 0 && up.len)
		return 0;
	v = fhir_choice(&d->t, parent, name, &type);
	if (v == 0)
		return 0;
	buf_addstr(&full, tape_str(&d->t, v - 1));
	if (keep && strcmp(full.s + strlen(path), keep) == 0)
		return 0;
	return edit_doc_remove(d, full.s, e);
}

/* "5.5", ">=4", "<5.7", "4.0-5.6": limits with the unit of the value. */
static int set_range(struct doc *d, const char *path, struct str v,
    struct ehr_err *e)
{
	uint32_t value = tape_get(&d->t, 0, "valueQuantity");
	BUF_AUTO unit_text = BUF_INIT;
	BUF_AUTO json = BUF_INIT;
	struct str rest = v, low = STR_NONE, high = STR_NONE, unit = STR_NONE;
	bool ok;

	if (value)
		unit = tape_member(&d->t, value, "unit", &unit_text);
	if (v.n && (v.s[0] == '<' || v.s[0] == '>')) {
		size_t skip = v.n > 1 && v.s[1] == '=' ? 2 : 1;

		rest = (struct str){ v.s + skip, v.n - skip };
		ok = edit_value_number(rest, v.s[0] == '<' ? &high : &low,
		    &rest);
	} else {
		ok = edit_value_number(v, &low, &rest) && rest.n &&
		    rest.s[0] == '-';
		rest = ok ? (struct str){ rest.s + 1, rest.n - 1 } : rest;
		ok = ok && edit_value_number(str_trim(rest), &high, &rest);
	}
	buf_addch(&json, '{');
	if (ok && low.n) {
		buf_adds(&json, "\"low\":");
		edit_quantity_json(&json, STR_NONE, low, unit);
		buf_addch(&json, ',');
	}
	if (ok && high.n) {
		buf_adds(&json, "\"high\":");
		edit_quantity_json(&json, STR_NONE, high, unit);
		buf_addch(&json, ',');
	}
	buf_adds(&json, "\"text\":");
	json_quote(&json, v);
	buf_addch(&json, '}');
	return edit_doc_set(d, path, buf_str(&json), e);
}

/* Gives the number that is there another unit. */
static int set_unit(struct doc *d, const char *path, struct str v,
    struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	BUF_AUTO number = BUF_INIT;
	BUF_AUTO sign = BUF_INIT;
	uint32_t q = edit_doc_at(&d->t, path);
	uint32_t value = q ? tape_get(&d->t, q, "value") : 0;

	if (value == 0)
		return ehr_fail(e, EHR_EREJECT, "goes with a number only");
	buf_addstr(&number, tape_str(&d->t, value));
	buf_addstr(&sign, tape_member(&d->t, q, "comparator", &json));
	buf_reset(&json);
	edit_quantity_json(&json, buf_str(&sign), buf_str(&number), v);
	return edit_doc_set(d, path, buf_str(&json), e);
}

/* A new number without a unit leaves the one that is there: 1 done. */
static int set_number(struct doc *d, const char *path, const struct buf *json,
    struct ehr_err *e)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	BUF_AUTO at = BUF_INIT;
	uint32_t q = edit_doc_at(&d->t, path), sign;
	int rc;

	if (q == 0 || tape_get(&d->t, q, "unit") == 0 ||
	    tape_parse(&t, json->s, json->len, &why) != 0 ||
	    tape_get(&t, 0, "unit"))
		return 0;
	buf_addf(&at, "%s.value", path);
	rc = edit_doc_set(d, at.s, tape_str(&t, tape_get(&t, 0, "value")), e);
	buf_reset(&at);
	buf_addf(&at, "%s.comparator", path);
	sign = tape_get(&t, 0, "comparator");
	if (rc == 0 && sign)
		rc = edit_doc_set_text(d, at.s, tape_str(&t, sign), e);
	else if (rc == 0)
		rc = edit_doc_remove(d, at.s, e);
	return rc < 0 ? rc : 1;
}

/* A value into a choice element. */
static int set_choice(const struct edit_env *env, struct doc *d,
    const struct field *f, struct buf *path, struct str v, struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	const char *type;
	int rc = edit_value_json(env, f, v, &json, &type, e);

	if (rc < 0)
		return rc;
	path->s[path->len -= 3] = '\0';
	rc = clear_choice(d, path->s, type, e);
	buf_adds(path, type);
	if (rc == 0 && f->value == EDIT_VALUE && strcmp(type, "Quantity") == 0)
		rc = set_number(d, path->s, &json, e);
	if (rc == 0)
		rc = edit_doc_set(d, path->s, buf_str(&json), e);
	return rc < 0 ? rc : 0;
}

/* Length of the array in which the last step of path stands. */
static size_t array_length(struct doc *d, const char *path)
{
	BUF_AUTO up = BUF_INIT;
	uint32_t array;
	size_t n = 0;

	buf_add(&up, path, (size_t)(strrchr(path, '.') - path));
	array = edit_doc_at(&d->t, up.s);
	if (array && tape_type(&d->t, array) == TAPE_ARRAY)
		tape_each(&d->t, array, i)
			n++;
	return n;
}

/* Before the first of several values comes, the former ones go. */
static int clear_array(struct doc *d, const char *path, struct ehr_err *e)
{
	BUF_AUTO up = BUF_INIT;

	buf_add(&up, path, (size_t)(strrchr(path, '.') - path));
	if (edit_doc_at(&d->t, up.s) == 0)
		return 0;
	return edit_doc_set(d, up.s, STR("[]"), e);
}

/* An element of a slot that says no more than a new one goes, too. */
static int clear_slot(struct doc *d, const char *path, const struct slot *s,
    struct ehr_err *e)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	BUF_AUTO el = BUF_INIT;
	uint32_t at;

	buf_add(&el, path, strlen(s->array) + 1);
	buf_add(&el, path + el.len, strcspn(path + el.len, "."));
	at = edit_doc_at(&d->t, el.s);
	if (at == 0 || tape_parse(&t, s->json, strlen(s->json), &why) != 0 ||
	    !tape_equal(&d->t, at, &t, 0))
		return 0;
	return edit_doc_remove(d, el.s, e);
}

static int take_away(struct doc *d, const struct field *f, struct buf *path,
    struct ehr_err *e)
{
	const struct slot *s = NULL;
	int rc;
	const char *star = strchr(f->path, '*');
	char *dot;

	if (path->len > 3 && strcmp(path->s + path->len - 3, "[x]") == 0) {
		path->s[path->len -= 3] = '\0';
		return clear_choice(d, path->s, NULL, e);
	}
	if (star && star[1] == '\0' && (dot = strrchr(path->s, '.')))
		*dot = '\0'; /* all of them */
	if (*f->path == '@')
		s = edit_slot_find((struct str){ f->path + 1,
		    strcspn(f->path + 1, ".") });
	rc = edit_doc_remove(d, path->s, e);
	return rc == 0 && s ? clear_slot(d, path->s, s, e) : rc;
}

int edit_field_set(const struct edit_env *env, struct doc *d,
    const struct field *f, struct str v, size_t nth, bool change,
    struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO json = BUF_INIT;
	const char *type;
	int rc;

	rc = place(d, f, nth, &path, e);
	if (rc < 0)
		return rc;
	if (v.n == 0)
		return take_away(d, f, &path, e);
	if (strchr(f->path, '*') && (f->flags & FIELD_APPEND)) {
		size_t n = array_length(d, path.s);

		buf_reset(&path);
		rc = place(d, f, n, &path, e);
	} else if (strchr(f->path, '*') && change && nth == 0) {
		rc = clear_array(d, path.s, e);
	}
	if (rc < 0)
		return rc;
	if (f->value == EDIT_RANGE)
		return set_range(d, path.s, v, e);
	if (f->value == EDIT_UNIT)
		return set_unit(d, path.s, v, e);
	if (path.len > 3 && strcmp(path.s + path.len - 3, "[x]") == 0)
		return set_choice(env, d, f, &path, v, e);
	rc = edit_value_json(env, f, v, &json, &type, e);
	return rc < 0 ? rc : edit_doc_set(d, path.s, buf_str(&json), e);
}

/* ---- keys that are paths of elements ---- */

/* Class of what stands at a path, by the tables; NULL: no such element. */
static const struct fhir_element *element_at(int type, struct str path)
{
	const struct fhir_element *el = NULL;
	struct str name;
	int64_t index;

	while (path.n && str_split(&path, '.', &name)) {
		if (el && str_int(name, &index))
			continue;
		el = fhir_element(el ? el->cls : type, name);
		if (el == NULL)
			return NULL;
	}
	return el;
}

int edit_path_set(struct doc *d, struct str path, struct str v,
    struct ehr_err *e)
{
	int type = fhir_resource_type(&d->t, 0);
	const struct fhir_element *el = element_at(type, path);
	BUF_AUTO where = BUF_INIT;
	BUF_AUTO json = BUF_INIT;

	buf_addstr(&where, path);
	if (el == NULL || str_is(path, "id"))
		return ehr_fail(e, EHR_EUSAGE, "no such element of %s",
		    fhir_type_name(type));
	if (v.n == 0)
		return edit_doc_remove(d, where.s, e);
	switch (el->cls) {
	case FHIR_boolean: case FHIR_decimal: case FHIR_integer:
	case FHIR_positiveInt: case FHIR_unsignedInt:
		return edit_doc_set(d, where.s, v, e);
	default:
		break;
	}
	if (!fhir_class_primitive(el->cls))
		return edit_doc_set(d, where.s, v, e);
	json_quote(&json, v);
	return edit_doc_set(d, where.s, buf_str(&json), e);
}

/* ---- vital signs ---- */

static bool unit_allowed(const struct vital *v, struct str code)
{
	struct str all = str_of(v->units), one;

	while (str_split(&all, ' ', &one))
		if (str_eq(one, code))
			return true;
	return false;
}

static int vital_quantity(const struct vital *v, struct str number,
    struct str unit, struct buf *json, struct ehr_err *e)
{
	struct str code = edit_unit_code(unit.n ? unit : str_of(v->unit));

	if (!unit_allowed(v, code))
		return ehr_fail(e, EHR_EREJECT, "a unit it is not measured "
		    "in: %s", v->units);
	edit_quantity_json(json, STR_NONE, number, code);
	return 0;
}

static int vital_parts(struct doc *d, const struct vital *v, struct str text,
    struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	const struct vital_part *part;
	struct str number, unit = STR_NONE, numbers[2];
	size_t n = 0;
	int rc = 0;

	for (; n < ARRAY_LEN(numbers); n++) {
		if (!edit_value_number(text, &number, &unit))
			return ehr_fail(e, EHR_EREJECT, "two numbers are due, "
			    "128/82");
		numbers[n] = number;
		text = unit;
		if (n == 0 && (text.n == 0 || *text.s++ != '/' || !text.n--))
			return ehr_fail(e, EHR_EREJECT, "two numbers are due, "
			    "128/82");
	}
	buf_addch(&json, '[');
	for (n = 0; rc == 0 && (part = edit_vital_part(v->key, n)); n++) {
		struct coded c = { str_of(edit_system_uri(SYS_LOINC)),
			str_of(part->code), str_of(part->display) };

		buf_adds(&json, n ? ",{\"code\":{\"coding\":[" :
				    "{\"code\":{\"coding\":[");
		edit_coding_json(&json, &c);
		buf_adds(&json, "]},\"valueQuantity\":");
		rc = vital_quantity(v, numbers[n], unit, &json, e);
		buf_addch(&json, '}');
	}
	buf_addch(&json, ']');
	return rc < 0 ? rc : edit_doc_set(d, "component", buf_str(&json), e);
}

int edit_vital_set(struct doc *d, const struct vital *v, struct str value,
    struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	struct str number, unit;
	int rc;

	if (edit_vital_part(v->key, 0))
		return vital_parts(d, v, value, e);
	if (!edit_value_number(value, &number, &unit))
		return ehr_fail(e, EHR_EREJECT, "not a number");
	rc = vital_quantity(v, number, unit, &json, e);
	return rc < 0 ? rc :
	    edit_doc_set(d, "valueQuantity", buf_str(&json), e);
}
