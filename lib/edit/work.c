/* work.c - whom an edit is about, and one entry from reading to saving. */
#include "edit/impl.h"

void edit_who_release(struct edit_who *w)
{
	buf_release(&w->id);
	buf_release(&w->source);
}

/* Fills w for a patient number (0: nobody's chart, source stays). */
static int set_who(struct access *a, int64_t number, struct edit_who *w,
    struct ehr_err *e)
{
	BUF_AUTO full = BUF_INIT;
	struct str id, part;
	int rc;

	w->env.r = a->r;
	w->env.user = buf_str(&a->user);
	w->env.now = clock_ms();
	w->env.number = number;
	if (number == 0)
		return 0;
	rc = record_patient_name(a->r, number, &full, e);
	if (rc < 0)
		return rc;
	id = buf_str(&full);
	str_split(&id, ':', &part);
	buf_reset(&w->source);
	buf_addstr(&w->source, id.s ? part : STR("local"));
	buf_reset(&w->id);
	buf_addstr(&w->id, id.s ? id : part);
	w->env.patient = buf_str(&w->id);
	rc = record_source(a->r, buf_str(&w->source), false, &w->env.source,
	    e);
	return rc < 0 ? rc : 0;
}

int edit_who(struct access *a, struct str name, struct edit_who *w,
    struct buf *candidates, struct ehr_err *e)
{
	int64_t number;
	int rc = record_find_patient(a->r, name, &number, candidates, e);

	return rc < 0 ? rc : set_who(a, number, w, e);
}

void edit_entry_release(struct edit_entry *x)
{
	edit_who_release(&x->who);
	tape_release(&x->t);
	buf_release(&x->name);
}

int edit_load(struct access *a, struct str name, int type,
    struct edit_entry *x, struct buf *candidates, struct ehr_err *e)
{
	struct record_found found;
	struct tape_error why;
	struct resource res;
	int rc = record_find(a->r, name, type, &found, candidates, e);
	int source = 0;

	if (rc == 0)
		rc = record_readable(a->r, found.rid, e);
	if (rc < 0)
		return rc;
	rc = record_get(a->r, found.rid, RECORD_NOW, &res, e);
	if (rc == 0 || (rc > 0 && res.state != RECORD_LIVE))
		return ehr_fail(e, EHR_ENOENT, "it was deleted");
	if (rc < 0)
		return rc;
	source = res.source;
	x->rid = res.rid;
	x->version = res.version;
	if (tape_parse(&x->t, res.body.s, res.body.n, &why) != 0)
		return ehr_fail(e, EHR_EINTEGRITY, "a stored resource is not "
		    "JSON");
	buf_addf(&x->name, "%s/%.*s", fhir_type_name(res.type),
	    STR_FMT(res.id));
	rc = set_who(a, found.patient, &x->who, e);
	if (rc < 0)
		return rc;
	x->who.env.source = source;
	buf_reset(&x->who.source);
	buf_addstr(&x->who.source, record_source_name(a->r, source));
	return 0;
}

/* ---- JSON of people ---- */

static int load(struct doc *d, struct str text, struct ehr_err *e)
{
	int rc = edit_doc_load(d, text, e);

	if (rc == 0 && tape_type(&d->t, 0) != TAPE_OBJECT)
		rc = ehr_fail(e, EHR_EREJECT, "%s",
		    diag_text(DIAG_FHIR_NOT_OBJECT));
	if (rc == 0 && fhir_resource_type(&d->t, 0) == 0)
		rc = ehr_fail(e, EHR_EREJECT, "no resourceType, or one that "
		    "is unknown");
	return rc;
}

/* The entry's first patient is env's: set when it names nobody. */
static int settle_patient(const struct edit_env *env, struct doc *d, int kind,
    int type, struct ehr_err *e)
{
	const char *member = kind ? edit_kind_info(kind)->subject : NULL;
	uint32_t ref = fhir_patient_ref(&d->t, 0, type, 0);
	BUF_AUTO text = BUF_INIT;
	struct fhir_ref f;

	if (ref) {
		fhir_ref_parse(tape_text(&d->t, ref, &text), &f);
		if (str_eq(f.id, env->patient))
			return 0;
		return ehr_fail(e, EHR_EREJECT, "it names another patient");
	}
	if (member == NULL)
		return type == FHIR_Patient ? 0 : ehr_fail(e, EHR_EREJECT,
		    "it names no patient");
	buf_addf(&text, "{\"reference\":\"Patient/%.*s\"}",
	    STR_FMT(env->patient));
	return edit_doc_set(d, member, buf_str(&text), e);
}

int edit_new_json(const struct edit_env *env, int kind, struct str text,
    struct buf *out, struct ehr_err *e)
{
	DOC_AUTO d = DOC_INIT;
	int rc = load(&d, text, e), type;
	uint8_t u[UUID_LEN];
	char id[37];

	if (rc < 0)
		return rc;
	type = fhir_resource_type(&d.t, 0);
	if (kind && type != edit_kind_type(kind))
		return ehr_fail(e, EHR_EREJECT, "%s is due, not %s",
		    fhir_type_name(edit_kind_type(kind)),
		    fhir_type_name(type));
	if (kind == 0)
		kind = edit_kind_of(&d.t, 0);
	if (tape_get(&d.t, 0, "id") == 0) {
		uuid4(u);
		uuid_format(u, id);
		rc = edit_doc_set_text(&d, "id", str_of(id), e);
	}
	if (rc == 0)
		rc = settle_patient(env, &d, kind, type, e);
	if (rc == 0) {
		buf_addstr(out, tape_str(&d.t, 0));
		buf_addch(out, '\n');
	}
	return rc;
}

int edit_change_json(const struct tape *was, struct str text, struct buf *out,
    struct ehr_err *e)
{
	DOC_AUTO d = DOC_INIT;
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str id = tape_member(was, 0, "id", &a);
	int rc = load(&d, text, e);

	if (rc < 0)
		return rc;
	if (fhir_resource_type(&d.t, 0) != fhir_resource_type(was, 0))
		return ehr_fail(e, EHR_EREJECT, "resourceType is another");
	if (tape_get(&d.t, 0, "id") == 0 && id.n)
		rc = edit_doc_set_text(&d, "id", id, e);
	else if (id.n && !str_eq(tape_member(&d.t, 0, "id", &b), id))
		rc = ehr_fail(e, EHR_EREJECT, "id is another");
	if (rc == 0)
		buf_addstr(out, tape_str(&d.t, 0));
	return rc;
}

/* ---- the text of a change ---- */

static int keep(struct access *a, const struct edit_entry *x, int64_t version,
    struct str text, struct buf *draft, struct ehr_err *e)
{
	BUF_AUTO full = BUF_INIT;

	buf_addf(&full, "%s:%s", x->who.source.s, x->name.s);
	return edit_draft_save(a->opt.db, buf_str(&full), version, text,
	    draft, e);
}

static int read_draft(const struct edit_entry *x, const char *path,
    struct buf *json, int64_t *version, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO full = BUF_INIT;
	int rc = edit_draft_load(path, &name, version, json, e);

	if (rc < 0)
		return rc;
	buf_addf(&full, "%s:%s", x->who.source.s, x->name.s);
	if (!str_eq(buf_str(&name), buf_str(&full)))
		return ehr_fail(e, EHR_EUSAGE, "%s: a draft of another entry",
		    path);
	return 0;
}

static int in_editor(struct access *a, const struct edit_entry *x,
    struct buf *json, struct ehr_err *e)
{
	struct record_found found;
	BUF_AUTO full = BUF_INIT;
	int rc;

	buf_addf(&full, "%s:%s", x->who.source.s, x->name.s);
	rc = access_find(a, buf_str(&full), 0, AUDIT_READ, "edit", &found,
	    NULL, e);
	if (rc < 0)
		return rc;
	if (json->len == 0)
		json_pretty(json, &x->t, 0, 2);
	return edit_with_editor(json, ".json", e);
}

int edit_text(struct access *a, const struct edit_entry *x,
    const struct edit_input *in, struct buf *text, int64_t *version,
    struct buf *draft, struct ehr_err *e)
{
	bool editor = in->editor && !in->json;
	BUF_AUTO json = BUF_INIT;
	struct ehr_err other;
	int64_t made_from = x->version;
	int rc = 0;

	if (in->n) {
		rc = edit_change(&x->who.env, &x->t, in->pair, in->n, text, e);
	} else {
		if (in->draft)
			rc = read_draft(x, in->draft, &json, &made_from, e);
		else if (in->json)
			rc = in_all(in->json, MAX_RESOURCE, &json, e);
		if (rc == 0 && editor) {
			made_from = x->version;
			rc = in_editor(a, x, &json, e);
		}
		if (rc == 0)
			rc = edit_change_json(&x->t, buf_str(&json), text, e);
	}
	*version = in->version ? in->version : made_from;
	if (rc == EHR_EREJECT && editor && json.len &&
	    keep(a, x, *version, buf_str(&json), draft, &other) < 0)
		buf_reset(draft);
	return rc;
}

/* ---- no known allergies ---- */


static bool says_none(const struct tape *t)
{
	static const char *const codes[] = { "716186003", "409137002",
		"429625007" };
	uint32_t code = tape_get(t, 0, "code");

	for (size_t i = 0; code && i < ARRAY_LEN(codes); i++)
		if (fhir_has_code(t, code, NULL, codes[i]))
			return true;
	return false;
}

static int see_allergy(void *arg, const struct resource *res)
{
	bool *some = arg;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;

	if (tape_parse(&t, res->body.s, res->body.n, &why) == 0 &&
	    fhir_state(&t, 0, FHIR_AllergyIntolerance) == FHIR_ACTIVE &&
	    !says_none(&t))
		*some = true;
	return 0;
}

int edit_allergy_none(struct record *r, int64_t patient, struct str text,
    struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	bool some = false;
	int rc;

	if (tape_parse(&t, text.s, text.n, &why) != 0 ||
	    fhir_resource_type(&t, 0) != FHIR_AllergyIntolerance ||
	    !fhir_has_code(&t, tape_get(&t, 0, "code"), NULL, "716186003"))
		return 0;
	record_types_add(&f.types, FHIR_AllergyIntolerance);
	rc = record_chart(r, patient, &f, see_allergy, &some, e);
	if (rc == 0 && some)
		rc = ehr_fail(e, EHR_ENO, "an active allergy is recorded: "
		    "resolve it first");
	return rc;
}

/* ---- saving one ---- */

int edit_save(struct edit_job *j, const struct edit_entry *x, struct str text,
    int64_t version, unsigned flags, struct buf *draft, struct ehr_err *e)
{
	struct ehr_err other;
	int rc = edit_put(j, text, x->who.env.source, version, flags, e);

	if (rc == 0)
		rc = edit_commit(j, e);
	if (rc != EHR_ECHANGED)
		return rc;
	if (keep(j->a, x, version, text, draft, &other) < 0) {
		buf_reset(draft);
		return ehr_fail_prefix(e, "the text could not be kept (%s); ",
		    other.msg);
	}
	return rc;
}
