/* fhir.c - FHIR JSON into the batch: resources, Bundles, NDJSON. */
#include "ehr/fhir.h"
#include "ehr/financial.h"

#include "import.h"

/* ---- what was not taken ---- */

int import_reject(struct import *im, struct diag *d, const struct place *at,
    struct str raw)
{
	d->file = at->file;
	if (d->line == 0) {
		d->line = at->line;
		d->offset = at->offset;
	}
	im->rejected++;
	batch_rejected(im->batch, 1);
	if (im->rejected <= MAX_REJECTS_SHOWN || im->c->verbose)
		cli_diag(im->c, d);
	return rejects_add(&im->rejects, d, at->entry, raw);
}

/* ---- a resource ---- */

struct findings {
	struct import *im;
	const struct place *at;
	bool in_entry;
	bool failed;	  /* there was an error; the first one is kept: */
	struct diag first;
	struct buf path;
};

/* "Observation.status" of an entry's resource: "Bundle.entry[3].resource.status"
 * (FHIRPath). */
static void place_path(struct buf *b, const struct place *at, bool in_entry,
    const char *path)
{
	const char *rest = path ? strchr(path, '.') : NULL;

	buf_reset(b);
	if (at->entry >= 0)
		buf_addf(b, "Bundle.entry[%lld]", (long long)at->entry);
	if (in_entry)
		buf_addf(b, "%s%s", at->entry >= 0 ? ".resource" : "resource",
		    rest ? rest : "");
	else if (path)
		buf_adds(b, path);
}

static void found(void *arg, const struct diag *d)
{
	struct findings *f = arg;
	struct diag shown = *d;

	if (d->severity == DIAG_ERROR) {
		if (f->failed)
			return;
		f->failed = true;
		f->first = *d;
		place_path(&f->path, f->at, f->in_entry, d->path);
		f->first.path = f->path.s;
		return;
	}
	f->im->warnings += d->severity == DIAG_WARNING;
	if (f->im->c->verbose < 2)
		return;
	place_path(&f->im->path, f->at, f->in_entry, d->path);
	shown.path = f->im->path.s;
	shown.file = f->at->file;
	shown.line = f->at->line;
	cli_diag(f->im->c, &shown);
}

/* Takes the resource at node; full_url may be STR_NONE, updated 0. */
static int take(struct import *im, uint32_t node, struct str full_url,
    int64_t updated, struct str raw, const struct place *at)
{
	struct findings f = { .im = im, .at = at, .in_entry = node != 0,
		.path = BUF_INIT };
	struct diag_sink sink = { .emit = found, .arg = &f };
	struct batch_put opt = { .full_url = full_url, .by_time = true,
		.updated = updated };
	struct diag why;
	int rc = financial_own(im->r, im->tape, node, im->err);

	/* Its rows are the datum, there is no second one. */
	im->views += rc > 0;
	if (rc)
		return rc < 0 ? rc : 0;
	fhir_validate(im->tape, node, &sink,
	    im->c->verbose ? FHIR_CHECK_US_CORE : FHIR_CHECK_ERRORS);
	if (!f.failed) {
		rc = batch_put(im->batch, im->tape, node, &opt, &why,
		    im->err);
		if (rc == EHR_EREJECT)
			found(&f, &why);
		else if (rc < 0)
			goto out;
	}
	rc = f.failed ? import_reject(im, &f.first, at, raw) : 0;
out:
	buf_release(&f.path);
	return rc;
}

/* ---- an entry of a Bundle ---- */

static int refuse_entry(struct import *im, enum diag_id id, const char *text,
    struct str raw, const struct place *at)
{
	struct diag d = { .id = id, .severity = DIAG_ERROR, .text = text };

	place_path(&im->path, at, false, NULL);
	if (im->path.len)
		d.path = im->path.s;
	return import_reject(im, &d, at, raw);
}

/* When the server made this version, in a history Bundle; 0: it is none. */
static int64_t entry_time(const struct tape *t, uint32_t entry)
{
	uint32_t response = tape_get(t, entry, "response");
	BUF_AUTO time = BUF_INIT;
	struct date d;

	return response && date_parse(tape_member(t, response, "lastModified",
	    &time), &d) ? date_ms(&d) : 0;
}

/* A deletion; in a history Bundle it has a time, which may be older than what
 * is current. */
static int take_delete(struct import *im, uint32_t entry, struct str url,
    struct str raw, const struct place *at)
{
	const struct tape *t = im->tape;
	int64_t when = entry_time(t, entry);
	struct fhir_ref ref;
	struct diag why;
	int rc;

	if (str_starts(url, "/"))
		url.s++, url.n--;
	fhir_ref_parse(url, &ref);
	if ((ref.kind != FHIR_REF_RELATIVE && ref.kind != FHIR_REF_ABSOLUTE) ||
	    ref.type == 0 || !fhir_id_valid(ref.id))
		return refuse_entry(im, DIAG_FHIR_REQUEST, NULL, raw, at);
	rc = batch_delete_at(im->batch, ref.type, ref.id, when ? when :
	    INT64_MAX, &why, im->err);
	return rc == EHR_EREJECT ? refuse_entry(im, why.id, NULL, raw, at) :
	    rc;
}

static bool is_outcome(struct import *im, uint32_t entry)
{
	uint32_t mode = tape_path(im->tape, entry, "search.mode");

	return mode && str_is(tape_str(im->tape, mode), "outcome");
}

static int take_entry(struct import *im, uint32_t entry, struct str raw,
    const struct place *at)
{
	const struct tape *t = im->tape;
	uint32_t resource = tape_get(t, entry, "resource");
	uint32_t request = tape_get(t, entry, "request");
	BUF_AUTO url = BUF_INIT;

	if (tape_type(t, entry) != TAPE_OBJECT)
		return refuse_entry(im, DIAG_FHIR_NOT_OBJECT,
		    "an entry is a JSON object", raw, at);
	if (resource)
		return is_outcome(im, entry) ? 0 : take(im, resource,
		    tape_member(t, entry, "fullUrl", &url),
		    entry_time(t, entry), raw, at);
	if (request && str_is(tape_member(t, request, "method", &im->text),
	    "DELETE"))
		return take_delete(im, entry,
		    tape_member(t, request, "url", &url), raw, at);
	return 0;
}

/* A Bundle that came in one piece. */
static int take_bundle(struct import *im, struct str raw,
    const struct place *at)
{
	const struct tape *t = im->tape;
	uint32_t entries = tape_get(t, 0, "entry");
	struct place in = *at;
	int rc = 0;

	if (entries == 0)
		return 0;
	if (tape_type(t, entries) != TAPE_ARRAY)
		return refuse_entry(im, DIAG_FHIR_WRONG_TYPE, "Bundle.entry",
		    raw, at);
	in.entry = 0;
	im->items--;
	tape_each(t, entries, i) {
		im->items++;
		rc = take_entry(im, i, tape_str(t, i), &in);
		if (rc < 0)
			break;
		in.entry++;
	}
	return rc;
}

/* ---- a text ---- */

static uint64_t lines_before(struct str text, size_t offset)
{
	uint64_t n = 0;

	for (size_t i = 0; i < offset && i < text.n; i++)
		n += text.s[i] == '\n';
	return n;
}

/* Text is no JSON. It is raw, or raw completed behind (the head of a Bundle)
 * or in front (its tail). */
static int refuse_text(struct import *im, const struct tape_error *why,
    struct str text, struct str raw, const struct place *at)
{
	struct diag d = { .id = why->id, .severity = DIAG_ERROR,
		.text = why->text };
	size_t at_byte = why->offset;

	if (str_starts(raw, "]"))
		at_byte -= at_byte < text.n - raw.n ? at_byte :
		    text.n - raw.n;
	d.offset = at->offset + at_byte;
	d.line = at->line + lines_before(raw, at_byte);
	place_path(&im->path, at, false, NULL);
	if (im->path.len)
		d.path = im->path.s;
	return import_reject(im, &d, at, raw);
}

/* What raw came to is on the tape. */
static int take_text(struct import *im, struct str raw, const struct place *at)
{
	const struct tape *t = im->tape;

	if (at->entry >= 0)
		return take_entry(im, 0, raw, at);
	if (fhir_resource_type(t, 0) == FHIR_Bundle)
		return take_bundle(im, raw, at);
	/* An entry without its Bundle, as it stands among rejects. */
	if (tape_get(t, 0, "resourceType") == 0 &&
	    (tape_get(t, 0, "resource") || tape_get(t, 0, "request")))
		return take_entry(im, 0, raw, at);
	return take(im, 0, STR_NONE, 0, raw, at);
}

int import_text(struct import *im, struct str text, const struct place *at)
{
	struct tape_error why;

	im->items++;
	if (tape_parse(&im->inner, text.s, text.n, &why) < 0)
		return refuse_text(im, &why, text, text, at);
	im->tape = &im->inner;
	return take_text(im, text, at);
}

int import_fhir(struct import *im, const struct piece *p)
{
	const struct json_item *item = &p->item;
	struct place at = { p->file, item->line, item->offset, -1 };
	struct diag d = { .id = item->id, .severity = DIAG_ERROR,
		.text = item->why };
	bool part = item->kind == JSON_HEAD || item->kind == JSON_TAIL;

	if (item->kind == JSON_ENTRY)
		at.entry = (int64_t)item->entry;
	im->items += item->why || !part;
	if (item->why)
		return import_reject(im, &d, &at, item->raw);
	if (!p->is_json)
		return refuse_text(im, &p->fault, item->text, item->raw, &at);
	im->tape = &p->tape;
	return part ? 0 : take_text(im, item->raw, &at);
}
