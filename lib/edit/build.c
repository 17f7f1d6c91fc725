/* build.c - resources from key=value: new ones, and changes of those there. */
#include "edit/impl.h"

#define US_CORE "http://hl7.org/fhir/us/core/StructureDefinition/"

static int read_pair(struct str text, struct edit_pair *p, struct ehr_err *e)
{
	p->value = text;
	if (!str_split(&p->value, '=', &p->key) || p->value.s == NULL ||
	    p->key.n == 0)
		return ehr_fail(e, EHR_EUSAGE, "an argument is not "
		    "key=value");
	if (utf8_valid(text.s, text.n) != text.n)
		return ehr_fail(e, EHR_EREJECT, "a value is not UTF-8");
	p->value = str_trim(p->value);
	return 0;
}

int edit_pairs(const struct str *text, size_t n, struct edit_pair *p,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_pair(text[i], &p[i], e);
	return rc;
}

static int at_key(struct ehr_err *e, struct str key, int rc)
{
	return rc < 0 ? ehr_fail_prefix(e, "%.*s: ", STR_FMT(key)) : rc;
}

/* How often the key was given before pair i. */
static size_t given_before(const struct edit_pair *p, size_t i)
{
	size_t n = 0;

	for (size_t j = 0; j < i; j++)
		n += str_eq(p[j].key, p[i].key);
	return n;
}

static int unknown_key(int kind, struct str key, struct ehr_err *e)
{
	BUF_AUTO keys = BUF_INIT;

	edit_keys(kind, &keys);
	return ehr_fail(e, EHR_EUSAGE, "%s has no key of that name "
	    "(%.*s%s); it has: %s", edit_kind_word(kind),
	    (int)(key.n > 20 ? 20 : key.n), key.s, key.n > 20 ? "..." : "",
	    keys.s);
}

static bool is_path(struct str key)
{
	return memchr(key.s, '.', key.n) != NULL;
}

/* Keys are known, single ones given once, needed ones there. */
static int check_keys(int kind, const struct edit_pair *p, size_t n,
    struct ehr_err *e)
{
	unsigned need = 0, have = 0;

	for (size_t i = 0; i < n; i++) {
		const struct field *f = edit_field_find(kind, p[i].key);

		if (f == NULL && !is_path(p[i].key) &&
		    !(edit_kind_vital(kind) && edit_vital_find(p[i].key)))
			return unknown_key(kind, p[i].key, e);
		if (given_before(p, i) && (f == NULL ||
		    !(f->flags & FIELD_MORE)))
			return ehr_fail(e, EHR_EUSAGE, "%.*s is given twice",
			    STR_FMT(p[i].key));
		if (f && p[i].value.n)
			have |= f->flags;
	}
	for (size_t i = 0; i < edit_fields; i++)
		if (edit_field[i].kind == kind) {
			need |= edit_field[i].flags;
			if (edit_kind_default(kind, edit_field[i].key, p, n).s)
				have |= edit_field[i].flags;
		}
	need &= ~have & (FIELD_NEED | FIELD_NEED2);
	if (need) {
		BUF_AUTO keys = BUF_INIT;

		need = need & FIELD_NEED ? FIELD_NEED : FIELD_NEED2;
		for (size_t i = 0; i < edit_fields; i++)
			if (edit_field[i].kind == kind &&
			    (edit_field[i].flags & need))
				buf_addf(&keys, "%s%s=", keys.len ? " or " :
				    "", edit_field[i].key);
		return ehr_fail(e, EHR_EUSAGE, "%s needs %s",
		    edit_kind_word(kind), keys.s);
	}
	return 0;
}

/* ---- new ---- */

/* resourceType, id, profile, patient. */
static int begin(const struct edit_env *env, int kind, const char *profile,
    const struct edit_pair *p, size_t n, struct doc *d, struct ehr_err *e)
{
	const struct kind *k = edit_kind_info(kind);
	BUF_AUTO text = BUF_INIT;
	uint8_t u[UUID_LEN];
	char id[37];

	uuid4(u);
	uuid_format(u, id);
	buf_addf(&text, "{\"resourceType\":\"%s\",\"id\":\"%s\"",
	    fhir_type_name(k->type), id);
	if (profile)
		buf_addf(&text, ",\"meta\":{\"profile\":[\"" US_CORE
		    "%s\"]}", profile);
	if (k->subject)
		buf_addf(&text, ",\"%s\":{\"reference\":\"Patient/%.*s\"}",
		    k->subject, STR_FMT(env->patient));
	else if (!edit_pair_given(p, n, "mrn", NULL))
		buf_addf(&text, ",\"identifier\":[{\"system\":"
		    "\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:%s\"}]", id);
	buf_addch(&text, '}');
	return edit_doc_load(d, buf_str(&text), e);
}

/* Is another key of the same element given ("sex" for "gender")? */
static bool alias_given(const struct field *f, const struct edit_pair *p,
    size_t n)
{
	for (size_t i = 0; i < edit_fields; i++)
		if (edit_field[i].kind == f->kind &&
		    strcmp(edit_field[i].path, f->path) == 0 &&
		    edit_pair_given(p, n, edit_field[i].key, NULL))
			return true;
	return false;
}

static int set_given(const struct edit_env *env, struct doc *d,
    const struct field *f, const struct edit_pair *p, size_t n,
    struct ehr_err *e)
{
	size_t nth = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (str_is(p[i].key, f->key) && p[i].value.n)
			rc = edit_field_set(env, d, f, p[i].value, nth++,
			    false, e);
	return at_key(e, str_of(f->key), rc);
}

/* All fields in the order of the table: the same keys, the same text. */
static int set_fields(const struct edit_env *env, struct doc *d, int kind,
    const struct edit_pair *p, size_t n, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < edit_fields; i++) {
		const struct field *f = &edit_field[i];
		struct str v;

		if (f->kind != kind)
			continue;
		if (edit_pair_given(p, n, f->key, NULL)) {
			rc = set_given(env, d, f, p, n, e);
			continue;
		}
		v = edit_kind_default(kind, f->key, p, n);
		if (v.s && !alias_given(f, p, n))
			rc = at_key(e, str_of(f->key),
			    edit_field_set(env, d, f, v, 0, false, e));
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (is_path(p[i].key))
			rc = at_key(e, p[i].key,
			    edit_path_set(d, p[i].key, p[i].value, e));
	return rc;
}

static int vital_code(struct doc *d, const struct vital *v, struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	struct coded c = { str_of(edit_system_uri(SYS_LOINC)), str_of(v->code),
		str_of(v->display) };

	buf_adds(&json, "{\"coding\":[");
	edit_coding_json(&json, &c);
	if (v->also) {
		c.code = str_of(v->also);
		c.display = STR_NONE;
		buf_addch(&json, ',');
		edit_coding_json(&json, &c);
	}
	buf_adds(&json, "]}");
	return edit_doc_set(d, "code", buf_str(&json), e);
}

static void finish(struct doc *d, struct buf *out)
{
	tape_write(out, &d->t, 0);
	buf_addch(out, '\n');
}

/* One observation for each sign. */
static int new_vitals(const struct edit_env *env, int kind,
    const struct edit_pair *p, size_t n, struct buf *out, struct ehr_err *e)
{
	size_t some = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct vital *v = edit_vital_find(p[i].key);
		DOC_AUTO d = DOC_INIT;

		if (v == NULL)
			continue;
		some++;
		rc = begin(env, kind, v->profile, p, n, &d, e);
		if (rc == 0)
			rc = set_fields(env, &d, kind, p, n, e);
		if (rc == 0)
			rc = vital_code(&d, v, e);
		if (rc == 0)
			rc = at_key(e, p[i].key,
			    edit_vital_set(&d, v, p[i].value, e));
		if (rc == 0)
			finish(&d, out);
	}
	if (rc == 0 && some == 0)
		return ehr_fail(e, EHR_EUSAGE, "vital needs bp=, weight= or "
		    "another sign");
	return rc;
}

int edit_new(const struct edit_env *env, int kind, const struct edit_pair *p,
    size_t n, struct buf *out, struct ehr_err *e)
{
	DOC_AUTO d = DOC_INIT;
	int rc = check_keys(kind, p, n, e);

	if (rc < 0)
		return rc;
	if (edit_kind_vital(kind))
		return new_vitals(env, kind, p, n, out, e);
	rc = begin(env, kind, edit_kind_profile(kind, p, n), p, n, &d, e);
	if (rc == 0)
		rc = set_fields(env, &d, kind, p, n, e);
	if (rc == 0)
		finish(&d, out);
	return rc;
}

/* ---- changed ---- */

static int change_one(const struct edit_env *env, struct doc *d, int kind,
    const struct edit_pair *p, size_t i, struct ehr_err *e)
{
	const struct field *f = kind ? edit_field_find(kind, p[i].key) : NULL;
	const struct vital *v;

	if (f)
		return edit_field_set(env, d, f, p[i].value, given_before(p, i),
		    true, e);
	if (kind && edit_kind_vital(kind) &&
	    (v = edit_vital_find(p[i].key)) != NULL) {
		if (v != edit_vital_of(&d->t, 0))
			return ehr_fail(e, EHR_EUSAGE, "that is another vital "
			    "sign");
		return edit_vital_set(d, v, p[i].value, e);
	}
	if (kind && !is_path(p[i].key) && fhir_element(edit_kind_type(kind),
	    p[i].key) == NULL)
		return unknown_key(kind, p[i].key, e);
	return edit_path_set(d, p[i].key, p[i].value, e);
}

int edit_change(const struct edit_env *env, const struct tape *t,
    const struct edit_pair *p, size_t n, struct buf *out, struct ehr_err *e)
{
	int kind = edit_kind_of(t, 0);
	DOC_AUTO d = DOC_INIT;
	int rc = edit_doc_load(&d, tape_str(t, 0), e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = at_key(e, p[i].key, change_one(env, &d, kind, p, i, e));
	if (rc == 0)
		finish(&d, out);
	return rc;
}
