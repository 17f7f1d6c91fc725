/* save.c - putting what was edited into a batch: checked, only over the
 * version it was made from, signed notes left alone. */
#include <stdlib.h>

#include "edit/impl.h"
#include "ehr/edit-note.h"

int edit_begin(struct edit_job *j, struct access *a,
    const struct access_write *w, struct diag_sink *sink, struct ehr_err *e)
{
	j->a = a;
	j->sink = sink;
	return access_batch(a, w, &j->b, e);
}

void edit_job_release(struct edit_job *j)
{
	batch_free(j->b);
	j->b = NULL;
	buf_release(&j->names);
}

/* What is current under that name: 1 and was filled (from is its version and
 * state), 0 nothing. */
static int current(struct record *r, struct str name, struct tape *was,
    int64_t *version, bool *live, struct ehr_err *e)
{
	struct record_found found;
	struct tape_error why;
	struct resource res;
	int rc = record_find(r, name, 0, &found, NULL, e);

	if (rc < 0)
		return rc == EHR_ENOENT ? 0 : rc;
	rc = record_readable(r, found.rid, e);
	if (rc < 0)
		return rc;
	rc = record_get(r, found.rid, RECORD_NOW, &res, e);
	if (rc <= 0)
		return rc;
	*version = res.version;
	*live = res.state == RECORD_LIVE;
	if (*live && tape_parse(was, res.body.s, res.body.n, &why) != 0)
		return ehr_fail(e, EHR_EINTEGRITY, "a stored resource is "
		    "not JSON");
	return 1;
}

/* Do both say the same but for meta.versionId and meta.lastUpdated? */
static bool same_content(const struct tape *a, const struct tape *b)
{
	static const struct tape_edit bare[] = {
		{ "meta.versionId", STR_NONE }, { "meta.lastUpdated", STR_NONE },
	};
	DOC_AUTO x = DOC_INIT;
	DOC_AUTO y = DOC_INIT;

	if (edit_doc_load(&x, tape_str(a, 0), NULL) < 0 ||
	    edit_doc_load(&y, tape_str(b, 0), NULL) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(bare); i++)
		if (edit_doc_remove(&x, bare[i].path, NULL) < 0 ||
		    edit_doc_remove(&y, bare[i].path, NULL) < 0)
			return false;
	return str_eq(tape_str(&x.t, 0), tape_str(&y.t, 0));
}

/* The text as it is written: a time of its own, no number of another's. */
static int stamp(struct doc *d, struct ehr_err *e)
{
	BUF_AUTO now = BUF_INIT;
	int rc = edit_doc_remove(d, "meta.versionId", e);

	date_format_ms(&now, clock_ms());
	return rc < 0 ? rc :
	    edit_doc_set_text(d, "meta.lastUpdated", buf_str(&now), e);
}

static int add_name(struct edit_job *j, const struct tape *t, int source,
    struct buf *name, struct ehr_err *e)
{
	BUF_AUTO id = BUF_INIT;
	int type = fhir_resource_type(t, 0);
	struct str src;

	if (type == 0)
		return ehr_fail(e, EHR_EREJECT, "no resourceType, or one "
		    "that is unknown");
	src = source ? record_source_name(j->a->r, source) :
		       str_of(j->a->write.source ? j->a->write.source :
						   "local");
	buf_addf(name, "%.*s:%s/", STR_FMT(src), fhir_type_name(type));
	buf_addstr(name, tape_member(t, 0, "id", &id));
	if (!str_is(src, "local"))
		buf_addf(&j->names, "%.*s:", STR_FMT(src));
	if (type != FHIR_Patient)
		buf_addf(&j->names, "%s/", fhir_type_name(type));
	buf_addstr(&j->names, tape_member(t, 0, "id", &id));
	buf_addch(&j->names, '\n');
	return 0;
}

static int put(struct edit_job *j, const struct tape *t, int source,
    int64_t version, struct ehr_err *e)
{
	struct batch_put opt = { .if_version = version, .source = source };
	struct diag why = { 0 };
	int rc;

	batch_read(j->b, 1);
	rc = batch_put(j->b, t, 0, &opt, &why, e);
	if (rc == EHR_EREJECT)
		return ehr_fail(e, EHR_EREJECT, "%s", diag_text(why.id));
	return rc;
}

int edit_put(struct edit_job *j, struct str text, int source, int64_t version,
    unsigned flags, struct ehr_err *e)
{
	TAPE_AUTO was = TAPE_INIT;
	DOC_AUTO d = DOC_INIT;
	BUF_AUTO name = BUF_INIT;
	bool live = false;
	int64_t now = 0;
	int rc = edit_doc_load(&d, text, e), found;

	if (rc == 0)
		rc = add_name(j, &d.t, source, &name, e);
	if (rc < 0)
		return rc;
	found = current(j->a->r, buf_str(&name), &was, &now, &live, e);
	if (found < 0)
		return found;
	if (live && same_content(&d.t, &was)) /* nothing to check or lose */
		return put(j, &was, source, now, e);
	if (live && edit_note_signed(&was, 0) && !(flags & EDIT_NOTE))
		return ehr_fail(e, EHR_EPERM, "a signed note: it can be "
		    "amended, or get an addendum");
	if (live && fhir_resource_type(&was, 0) == FHIR_Provenance)
		return ehr_fail(e, EHR_EPERM, "who did what is never "
		    "changed");
	rc = edit_check(&d.t, live ? &was : NULL, j->sink, e);
	if (rc == 0 && version == 0 && found)
		return ehr_fail(e, EHR_ECHANGED, "there is a resource of "
		    "that id already");
	if (rc == 0 && version && version != now)
		return ehr_fail(e, EHR_ECHANGED, "changed meanwhile: version "
		    "%lld is current, not %lld", (long long)now,
		    (long long)version);
	if (rc == 0)
		rc = stamp(&d, e);
	return rc < 0 ? rc : put(j, &d.t, source, version, e);
}

int edit_commit(struct edit_job *j, struct ehr_err *e)
{
	int rc = batch_commit(j->b, &j->n, e);

	j->number = batch_number(j->b);
	return rc;
}
