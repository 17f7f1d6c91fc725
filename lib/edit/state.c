/* state.c - how entries end: resolved, or entered in error; by table. */
#include "edit/impl.h"

struct ending {
	int type;
	const char *member;
	enum edit_list list;
	const char *value, *other; /* see states.def */
};

static const struct ending errors[] = {
#define E(type, member, list, value, without) \
	{ FHIR_##type, member, LIST_##list, value, without },
#define G(type, member, list, value, date)
#include "edit/data/states.def"
#undef E
#undef G
};

static const struct ending ends[] = {
#define E(type, member, list, value, without)
#define G(type, member, list, value, date) \
	{ FHIR_##type, member, LIST_##list, value, date },
#include "edit/data/states.def"
#undef E
#undef G
};

static const struct ending *find(const struct ending *table, size_t n,
    int type)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].type == type)
			return &table[i];
	return NULL;
}

/* Is the entry marked as entered in error? */
static bool is_error(const struct tape *t)
{
	return fhir_state(t, 0, fhir_resource_type(t, 0)) == FHIR_IN_ERROR;
}

static int set_state(struct doc *d, const struct ending *s, struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	struct coded c;
	int rc;

	if (s->list == LIST_NONE)
		return edit_doc_set_text(d, s->member, str_of(s->value), e);
	rc = edit_list_find(s->list, str_of(s->value), &c, e);
	buf_adds(&json, "{\"coding\":[");
	if (rc == 0)
		edit_coding_json(&json, &c);
	buf_adds(&json, "]}");
	return rc < 0 ? rc : edit_doc_set(d, s->member, buf_str(&json), e);
}

int edit_error(const struct tape *t, struct buf *out, struct ehr_err *e)
{
	int type = fhir_resource_type(t, 0);
	const struct ending *s = find(errors, ARRAY_LEN(errors), type);
	DOC_AUTO d = DOC_INIT;
	int rc;

	if (s == NULL)
		return ehr_fail(e, EHR_EUSAGE, "%s has no state "
		    "entered-in-error", fhir_type_name(type));
	rc = edit_doc_load(&d, tape_str(t, 0), e);
	if (rc == 0 && !is_error(t)) {
		rc = set_state(&d, s, e);
		if (rc == 0 && s->other)
			rc = edit_doc_remove(&d, s->other, e);
	}
	if (rc == 0)
		buf_addstr(out, tape_str(&d.t, 0));
	return rc;
}

/* Where the date of the end goes: "abatement" is a choice element. */
static int set_end(struct doc *d, int type, const char *path, struct str date,
    struct ehr_err *e)
{
	BUF_AUTO full = BUF_INIT;
	int is;

	if (strchr(path, '.') == NULL) {
		if (fhir_choice(&d->t, 0, path, &is))
			return 0; /* it says when it ended */
		buf_addf(&full, "%sDateTime", path);
	} else {
		struct str member = { path, strcspn(path, ".") };

		if (edit_doc_at(&d->t, path) || (type != FHIR_Encounter &&
		    type != FHIR_CarePlan && tape_getn(&d->t, 0, member) == 0))
			return 0;
		buf_adds(&full, path);
	}
	return edit_doc_set_text(d, full.s, date, e);
}

int edit_resolve(const struct edit_env *env, const struct tape *t,
    struct str date, struct buf *out, struct ehr_err *e)
{
	int type = fhir_resource_type(t, 0), rc;
	const struct ending *s = find(ends, ARRAY_LEN(ends), type);
	enum fhir_state now = fhir_state(t, 0, type);
	BUF_AUTO when = BUF_INIT;
	DOC_AUTO d = DOC_INIT;

	if (s == NULL)
		return ehr_fail(e, EHR_EUSAGE, "%s cannot be resolved",
		    fhir_type_name(type));
	if (now == FHIR_IN_ERROR)
		return ehr_fail(e, EHR_ENO, "it was entered in error");
	rc = edit_value_date(env, date.n ? date : STR("now"), &when, e);
	if (rc == 0)
		rc = edit_doc_load(&d, tape_str(t, 0), e);
	if (rc == 0 && now != FHIR_INACTIVE) {
		rc = set_state(&d, s, e);
		if (rc == 0 && s->other)
			rc = set_end(&d, type, s->other, buf_str(&when), e);
	}
	if (rc == 0)
		buf_addstr(out, tape_str(&d.t, 0));
	return rc;
}
