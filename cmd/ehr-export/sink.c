/* sink.c - files of NDJSON and Bundles: one of all, or a folder of them. */
#include <errno.h>
#include <sys/stat.h>

#include "export.h"

static int file_write(struct file *f, const struct buf *b, struct ehr_err *e)
{
	return f->out ? out_write(f->out, b->s, b->len, e) : cli_write(b, e);
}

static int file_close(struct file *f, int rc, struct ehr_err *e)
{
	struct out *out = f->out;
	int failed = 0;

	f->out = NULL;
	f->open = false;
	if (out && rc < 0)
		out_abort(out);
	else if (out)
		failed = out_commit(out, e);
	return rc < 0 ? rc : failed;
}

/* path NULL: standard output. */
static int file_open(struct sink *s, struct file *f, const char *path)
{
	int rc = path || s->age ? out_open(&f->out, path, s->c->force,
	    s->err) : 0;

	if (rc == 0 && s->age) {
		rc = age_seal(f->out, s->age, s->err);
		if (rc < 0)
			file_close(f, rc, s->err);
	}
	f->open = rc == 0;
	f->some = false;
	return rc;
}

/* ---- Bundles (R4 2.36) ---- */

static int bundle_begin(struct sink *s, struct file *f)
{
	buf_reset(&s->b);
	buf_addf(&s->b, "{\"resourceType\":\"Bundle\",\"type\":\"%s\"",
	    s->history ? "history" : "collection");
	return file_write(f, &s->b, s->err);
}

/* Without entries there is no member entry: an empty array is no FHIR. */
static int bundle_end(struct sink *s, struct file *f)
{
	buf_reset(&s->b);
	buf_adds(&s->b, f->some ? "\n]}\n" : "}\n");
	return file_write(f, &s->b, s->err);
}

/* A history entry says what was done (R4 3.1.0.9.2). */
static void put_request(struct buf *b, const struct resource *res)
{
	BUF_AUTO time = BUF_INIT;
	bool gone = res->state != RECORD_LIVE;

	date_format_ms(&time, res->time);
	buf_addf(b, ",\"request\":{\"method\":\"%s\",\"url\":\"%s/%.*s\"},"
	    "\"response\":{\"status\":\"%s\",\"etag\":\"W/\\\"%lld\\\"\","
	    "\"lastModified\":\"%s\"}", gone ? "DELETE" : "PUT",
	    fhir_type_name(res->type), STR_FMT(res->id), gone ? "204" : "200",
	    (long long)res->version, time.s);
}

static void put_entry(struct sink *s, struct file *f, struct record *r,
    const struct resource *res, struct str body)
{
	struct buf *b = &s->b;

	buf_addf(b, "%s\n{\"fullUrl\":\"", f->some ? "," : ",\"entry\":[");
	if (uuid_valid(res->id))
		buf_addf(b, "urn:uuid:%.*s\"", STR_FMT(res->id));
	else
		buf_addf(b, "https://%.*s.invalid/%s/%.*s\"",
		    STR_FMT(record_source_name(r, res->source)),
		    fhir_type_name(res->type), STR_FMT(res->id));
	if (body.s) {
		buf_adds(b, ",\"resource\":");
		buf_addstr(b, body);
	}
	if (s->history)
		put_request(b, res);
	buf_addch(b, '}');
}

/* ---- the sink ---- */

static bool is_folder(const char *place)
{
	struct stat st;

	return place && (str_ends(str_of(place), "/") ||
	    (stat(place, &st) == 0 && S_ISDIR(st.st_mode)));
}

int sink_open(struct sink *s)
{
	const char *place = s->c->place;
	int rc;

	if (is_folder(place)) {
		if (mkdir(place, 0700) != 0 && errno != EEXIST)
			return ehr_fail_errno(s->err, "%s", place);
		s->folder = place;
		return 0;
	}
	if (place && strcmp(place, "-") == 0)
		place = NULL;
	rc = file_open(s, &s->one, place);
	if (rc == 0 && s->form == FORM_BUNDLE)
		rc = bundle_begin(s, &s->one);
	return rc;
}

static int open_in_folder(struct sink *s, struct file *f, const char *name,
    const char *ending)
{
	BUF_AUTO path = BUF_INIT;

	buf_addf(&path, "%s/%s.%s%s", s->folder, name, ending,
	    s->age ? ".age" : "");
	return file_open(s, f, path.s);
}

static int bundle_file_end(struct sink *s, int rc)
{
	if (!s->one.open)
		return rc;
	if (rc == 0)
		rc = bundle_end(s, &s->one);
	return file_close(&s->one, rc, s->err);
}

int sink_patient(struct sink *s, struct str name)
{
	BUF_AUTO text = BUF_INIT;
	int rc;

	if (s->folder == NULL || s->form != FORM_BUNDLE)
		return 0;
	rc = bundle_file_end(s, 0);
	/* No id has a "_" (R4 2.24.0.1). */
	if (name.s)
		buf_addstr(&text, name);
	else
		buf_adds(&text, "_shared");
	if (rc == 0)
		rc = open_in_folder(s, &s->one, text.s, "json");
	return rc < 0 ? rc : bundle_begin(s, &s->one);
}

int sink_put(struct sink *s, struct record *r, const struct resource *res,
    struct str body)
{
	struct file *f = &s->one;
	int rc = 0;

	buf_reset(&s->b);
	if (s->form == FORM_BUNDLE) {
		put_entry(s, f, r, res, body);
	} else {
		if (s->folder)
			f = &s->type[res->type];
		buf_addstr(&s->b, body);
		buf_addch(&s->b, '\n');
	}
	if (!f->open)
		rc = open_in_folder(s, f, fhir_type_name(res->type), "ndjson");
	if (rc == 0)
		rc = file_write(f, &s->b, s->err);
	f->some = true;
	return rc;
}

int sink_close(struct sink *s, int rc)
{
	if (s->form == FORM_BUNDLE)
		rc = bundle_file_end(s, rc);
	else if (s->one.open)
		rc = file_close(&s->one, rc, s->err);
	for (size_t i = 0; i < ARRAY_LEN(s->type); i++)
		if (s->type[i].open)
			rc = file_close(&s->type[i], rc, s->err);
	buf_release(&s->b);
	return rc;
}
