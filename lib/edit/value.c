/* value.c - what people type, as JSON of FHIR data types. */
#include <time.h>

#include "edit/impl.h"

static int bad(struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EREJECT, "%s", what);
}

void edit_coding_json(struct buf *b, const struct coded *c)
{
	buf_adds(b, "{\"system\":");
	json_quote(b, c->system);
	buf_adds(b, ",\"code\":");
	json_quote(b, c->code);
	if (c->display.n) {
		buf_adds(b, ",\"display\":");
		json_quote(b, c->display);
	}
	buf_addch(b, '}');
}

/* ---- dates ---- */

/* Minutes east of UTC of this process's zone at a time. */
static int zone_offset(int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return 0;
	return (int)(tm.tm_gmtoff / 60);
}

void edit_value_now(const struct edit_env *env, struct buf *b)
{
	struct date d;

	date_from_ms(&d, env->now, zone_offset(env->now));
	d.precision = DATE_SECOND;
	d.nano = 0;
	date_format(b, &d);
}

int edit_value_date(const struct edit_env *env, struct str v, struct buf *b,
    struct ehr_err *e)
{
	struct date d;

	if (str_is(v, "now")) {
		edit_value_now(env, b);
		return 0;
	}
	if (str_is(v, "today")) {
		date_from_ms(&d, env->now, zone_offset(env->now));
		d.precision = DATE_DAY;
		date_format(b, &d);
		return 0;
	}
	if (!date_parse(v, &d))
		return bad(e, "not a date");
	if (d.precision <= DATE_DAY) {
		buf_addstr(b, v);
		return 0;
	}
	if (d.precision == DATE_MINUTE)
		d.precision = DATE_SECOND;
	if (!d.has_offset) { /* the wall clock here: its offset at that time */
		d.has_offset = true;
		d.offset = 0;
		d.offset = zone_offset(date_ms(&d));
		d.offset = zone_offset(date_ms(&d));
	}
	date_format(b, &d);
	return 0;
}

static int json_date(const struct edit_env *env, const struct field *f,
    struct str v, struct buf *json, const char **type, struct ehr_err *e)
{
	bool day = f->value == EDIT_DAY || f->value == EDIT_DAY_OR_BOOL;
	BUF_AUTO text = BUF_INIT;
	struct date d;
	int rc = edit_value_date(env, v, &text, e);

	if (rc < 0)
		return rc;
	date_parse(buf_str(&text), &d);
	if (day && d.precision > DATE_DAY)
		return bad(e, "a date without a time is due");
	if (f->value == EDIT_INSTANT && d.precision < DATE_SECOND)
		return bad(e, "a date with a time is due");
	*type = day ? "Date" : "DateTime";
	json_quote(json, buf_str(&text));
	return 0;
}

/* ---- numbers and quantities ---- */

bool edit_value_number(struct str v, struct str *number, struct str *rest)
{
	struct decimal d;
	size_t n = 0;

	while (n < v.n && (strchr("0123456789.", v.s[n]) ||
	    (n == 0 && v.s[n] == '-')))
		n++;
	*number = (struct str){ v.s, n };
	*rest = str_trim((struct str){ v.s + n, v.n - n });
	return n > 0 && v.s[n - 1] != '.' && decimal_parse(*number, &d);
}

void edit_quantity_json(struct buf *b, struct str comparator, struct str number,
    struct str unit)
{
	struct str code = edit_unit_code(unit);

	buf_adds(b, "{\"value\":");
	buf_addstr(b, number);
	if (comparator.n) {
		buf_adds(b, ",\"comparator\":");
		json_quote(b, comparator);
	}
	if (unit.n) {
		buf_adds(b, ",\"unit\":");
		json_quote(b, unit);
		buf_adds(b, ",\"system\":");
		json_quote(b, str_of(edit_system_uri(SYS_UCUM)));
		buf_adds(b, ",\"code\":");
		json_quote(b, code);
	}
	buf_addch(b, '}');
}

/* "<", "<=", ">=" or ">" at the start, taken off. */
static struct str take_comparator(struct str *v)
{
	size_t n = 0;
	struct str c;

	if (v->n && (v->s[0] == '<' || v->s[0] == '>'))
		n = v->n > 1 && v->s[1] == '=' ? 2 : 1;
	c = (struct str){ v->s, n };
	*v = str_trim((struct str){ v->s + n, v->n - n });
	return c;
}

static int json_quantity(const struct field *f, struct str v,
    struct buf *json, const char **type, struct ehr_err *e)
{
	struct str comparator = take_comparator(&v), number, unit;

	if (!edit_value_number(v, &number, &unit))
		return bad(e, "not a number");
	if (unit.n == 0)
		unit = str_of(f->unit);
	edit_quantity_json(json, comparator, number, unit);
	*type = "Quantity";
	return 0;
}

/* Can this follow a number as its unit? "3+", "1:160" and "5-10" are words. */
static bool is_unit(struct str number, struct str rest)
{
	char c = rest.n ? rest.s[0] : '%';

	if (memchr(rest.s, ' ', rest.n))
		return false;
	if (c >= '0' && c <= '9')
		return rest.s > number.s + number.n; /* 7.2 10*3/uL */
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80) ||
	    strchr("%[{/", c);
}

/* A result: a number, perhaps with comparator and unit, a code, or words. */
static int json_result(struct str v, struct buf *json, const char **type,
    struct ehr_err *e)
{
	struct str num = v, comparator = take_comparator(&num), number, unit;
	struct coded c;
	int rc;

	if (edit_value_number(num, &number, &unit) && is_unit(number, unit)) {
		edit_quantity_json(json, comparator, number, unit);
		*type = "Quantity";
		return 0;
	}
	if (memchr(v.s, '|', v.n)) {
		rc = edit_list_find(LIST_ANY, v, &c, e);
		if (rc < 0)
			return rc;
		buf_adds(json, "{\"coding\":[");
		edit_coding_json(json, &c);
		buf_adds(json, "]}");
		*type = "CodeableConcept";
		return 0;
	}
	json_quote(json, v);
	*type = "String";
	return 0;
}

/* ---- words ---- */

static int json_bool(struct str v, struct buf *json, const char **type,
    struct ehr_err *e)
{
	bool yes = str_is(v, "true") || str_is(v, "yes");

	if (!yes && !str_is(v, "false") && !str_is(v, "no"))
		return bad(e, "true or false is due");
	buf_adds(json, yes ? "true" : "false");
	*type = "Boolean";
	return 0;
}

static int json_sex(struct str v, struct buf *json, struct ehr_err *e)
{
	static const char *const sex[] = { "male", "female", "other",
		"unknown" };

	for (size_t i = 0; i < ARRAY_LEN(sex); i++)
		if (str_is(v, sex[i]) || (v.n == 1 &&
		    (v.s[0] | 0x20) == sex[i][0])) {
			json_quote(json, str_of(sex[i]));
			return 0;
		}
	return bad(e, "male, female, other or unknown is due");
}

static int json_int(struct str v, struct buf *json, struct ehr_err *e)
{
	int64_t n;

	if (!str_int(v, &n) || n < 0 || n > INT32_MAX)
		return bad(e, "a whole number is due");
	buf_addf(json, "%lld", (long long)n);
	return 0;
}

/* US Core race and ethnicity: the category's coding, and always its text. */
static int json_omb(const struct field *f, struct str v, struct buf *json,
    struct ehr_err *e)
{
	struct coded c;
	int rc = edit_list_find((enum edit_list)f->list, v, &c, e);

	if (rc < 0)
		return rc;
	buf_adds(json, "{\"url\":");
	json_quote(json, str_of(edit_slot_find(str_of(f->key))->value));
	buf_adds(json, ",\"extension\":[");
	if (!str_is(c.system, edit_system_uri(SYS_NULL_FLAVOR))) {
		buf_adds(json, "{\"url\":\"ombCategory\",\"valueCoding\":");
		edit_coding_json(json, &c);
		buf_adds(json, "},");
	}
	buf_adds(json, "{\"url\":\"text\",\"valueString\":");
	json_quote(json, c.display);
	buf_adds(json, "}]}");
	return 0;
}

static int json_coding(const struct field *f, struct str v, struct buf *json,
    struct ehr_err *e)
{
	struct coded c;
	int rc = edit_list_find((enum edit_list)f->list, v, &c, e);

	if (rc == 0)
		edit_coding_json(json, &c);
	return rc;
}

static void json_narrative(struct str v, struct buf *json)
{
	BUF_AUTO div = BUF_INIT;

	buf_adds(&div, "<div xmlns=\"http://www.w3.org/1999/xhtml\">");
	for (size_t i = 0; i < v.n; i++) {
		switch (v.s[i]) {
		case '&': buf_adds(&div, "&amp;"); break;
		case '<': buf_adds(&div, "&lt;"); break;
		case '>': buf_adds(&div, "&gt;"); break;
		case '\n': buf_adds(&div, "<br/>"); break;
		default: buf_addch(&div, v.s[i]);
		}
	}
	buf_adds(&div, "</div>");
	buf_adds(json, "{\"status\":\"additional\",\"div\":");
	json_quote(json, buf_str(&div));
	buf_addch(json, '}');
}

static void json_note(const struct edit_env *env, struct str v,
    struct buf *json)
{
	BUF_AUTO now = BUF_INIT;

	edit_value_now(env, &now);
	buf_adds(json, "{");
	if (env->user.n) {
		buf_adds(json, "\"authorString\":");
		json_quote(json, env->user);
		buf_addch(json, ',');
	}
	buf_adds(json, "\"time\":");
	json_quote(json, buf_str(&now));
	buf_adds(json, ",\"text\":");
	json_quote(json, v);
	buf_addch(json, '}');
}

/* ---- references ---- */

/* A resource of this source by TYPE/ID or, of the field's type, ID; one of
 * another patient's chart is refused. 1 found, 0 there is none. */
static int look_up(const struct edit_env *env, const struct field *f,
    struct str v, struct buf *ref, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	struct record_found found;
	int rc;

	if (memchr(v.s, '/', v.n) == NULL)
		buf_addf(ref, "%s/", fhir_type_name(f->list));
	buf_addstr(ref, v);
	if (env->r == NULL)
		return 1;
	buf_addstr(&name, record_source_name(env->r, env->source));
	buf_addch(&name, ':');
	buf_addstr(&name, buf_str(ref));
	rc = record_find(env->r, buf_str(&name), f->list, &found, NULL, e);
	if (rc == EHR_ENOENT)
		return 0;
	if (rc == 0 && found.patient && found.patient != env->number)
		return ehr_fail(e, EHR_EREJECT, "that is of another patient's "
		    "chart");
	return rc < 0 ? rc : 1;
}

static int json_reference(const struct edit_env *env, const struct field *f,
    struct str v, struct buf *json, struct ehr_err *e)
{
	BUF_AUTO ref = BUF_INIT;
	bool who = f->value == EDIT_WHO;
	int rc = 0;

	if (!who || memchr(v.s, '/', v.n)) {
		rc = look_up(env, f, v, &ref, e);
		if (rc < 0)
			return rc;
		if (rc == 0 && !who)
			return ehr_fail(e, EHR_ENOENT, "no such %s in this "
			    "source", fhir_type_name(f->list));
	}
	if (rc == 0 && str_is(v, "user"))
		v = env->user;
	buf_adds(json, rc ? "{\"reference\":" : "{\"display\":");
	json_quote(json, rc ? buf_str(&ref) : v);
	buf_addch(json, '}');
	return 0;
}

int edit_value_json(const struct edit_env *env, const struct field *f,
    struct str v, struct buf *json, const char **type, struct ehr_err *e)
{
	*type = "";
	switch (f->value) {
	case EDIT_TEXT:
	case EDIT_CODE:
		*type = "String";
		json_quote(json, v);
		return 0;
	case EDIT_SEX:
		return json_sex(v, json, e);
	case EDIT_BOOL:
		return json_bool(v, json, type, e);
	case EDIT_INT:
		return json_int(v, json, e);
	case EDIT_DATE_OR_BOOL:
	case EDIT_DAY_OR_BOOL:
		if (json_bool(v, json, type, NULL) == 0)
			return 0;
		/* fall through */
	case EDIT_DAY:
	case EDIT_DATE:
	case EDIT_INSTANT:
		return json_date(env, f, v, json, type, e);
	case EDIT_CODING:
		return json_coding(f, v, json, e);
	case EDIT_OMB:
		return json_omb(f, v, json, e);
	case EDIT_QUANTITY:
		return json_quantity(f, v, json, type, e);
	case EDIT_VALUE:
		return json_result(v, json, type, e);
	case EDIT_REF:
	case EDIT_WHO:
		return json_reference(env, f, v, json, e);
	case EDIT_NOTE_TEXT:
		json_note(env, v, json);
		return 0;
	case EDIT_NARRATIVE:
		json_narrative(v, json);
		return 0;
	case EDIT_UNIT:
	case EDIT_RANGE:
		break; /* set in field.c, into what is there */
	}
	return bad(e, "not a value of its own");
}
