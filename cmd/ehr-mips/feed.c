/* feed.c - where patients come from: files, or the record. */
#include <stdlib.h>

#include "mips.h"

/* ---- files ---- */

static int feed_item(struct job *j, const struct json_item *item,
    const char *path, struct ehr_err *e)
{
	struct work *w = pool_next(j->pool, e);

	if (w == NULL)
		return e->code;
	w->file = strcmp(path, "-") == 0 ? NULL : path;
	w->line = item->line;
	if (item->why)
		w->rc = ehr_fail(&w->err, EHR_EREJECT, "%s", item->why);
	else
		buf_addstr(&w->text, item->text);
	pool_submit(j->pool);
	return 0;
}

static int feed_file(struct job *j, const char *path, struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s;
	struct json_item item;
	struct in *in;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	s = json_split_new(in, &opt);
	while ((rc = json_split_next(s, &item, e)) > 0) {
		rc = feed_item(j, &item, path, e);
		if (rc < 0)
			break;
	}
	json_split_free(s);
	in_close(in);
	return rc;
}

int feed_files(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	for (int i = 0; i < j->c->argc && rc == 0; i++)
		rc = feed_file(j, j->c->argv[i], e);
	return rc < 0 ? rc : pool_finish(j->pool, e);
}

/* ---- the record ---- */

/* A Bundle being put together. */
struct bundle {
	struct buf *text;
	uint32_t entries;
};

struct feed {
	struct job *j;
	struct record_filter filter;
	struct strmap shared;
	struct buf shared_text;
	int64_t *patient;
	size_t n, cap;
	struct bundle bundle;
	struct ehr_err *e;
};

/* The types that the measures retrieve, and the patient. */
static void wanted_types(struct feed *f)
{
	int type;

	record_types_add(&f->filter.types, FHIR_Patient);
	if (f->j->today.s)
		record_types_add(&f->filter.types, FHIR_Appointment);
	for (size_t k = 0; k < f->j->tasks; k++)
		for (size_t i = 0; (type = quality_type(
					f->j->task[k].package, i)) != 0; i++)
			record_types_add(&f->filter.types, type);
}

static int keep_shared(void *arg, const struct resource *res)
{
	struct feed *f = arg;
	BUF_AUTO key = BUF_INIT;

	buf_addf(&key, "%s/%.*s", fhir_type_name(res->type), STR_FMT(res->id));
	*strmap_put(&f->shared, buf_str(&key), NULL) =
	    (int64_t)f->shared_text.len;
	buf_addstr(&f->shared_text, res->body);
	buf_addch(&f->shared_text, '\0');
	return 0;
}

static int keep_patient(void *arg, int64_t patient)
{
	struct feed *f = arg;

	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 1024;
		f->patient = xrealloc(f->patient, f->cap * sizeof(*f->patient));
	}
	f->patient[f->n++] = patient;
	return 0;
}

static int add_body(void *arg, const struct resource *res)
{
	struct bundle *b = arg;

	buf_adds(b->text, b->entries++ ? ",{\"resource\":"
				       : "{\"resource\":");
	buf_addstr(b->text, res->body);
	buf_addch(b->text, '}');
	return 0;
}

/* The chart of a patient as a Bundle; entries says whether there are any. */
static int add_chart(struct feed *f, int64_t patient, struct buf *text)
{
	int rc;

	f->bundle = (struct bundle){ text, 0 };
	buf_adds(text, "{\"resourceType\":\"Bundle\",\"entry\":[");
	rc = record_chart(f->j->a.r, patient, &f->filter, add_body, &f->bundle,
	    f->e);
	buf_adds(text, "]}");
	return rc;
}

static int feed_patient(struct feed *f, int64_t patient)
{
	struct work *w = pool_next(f->j->pool, f->e);
	int rc;

	if (w == NULL)
		return f->e->code;
	rc = record_patient_name(f->j->a.r, patient, &w->id, f->e);
	if (rc >= 0)
		rc = add_chart(f, patient, &w->text);
	if (rc < 0)
		return rc;
	if (f->bundle.entries) {
		access_set_touch(&f->j->a, patient);
		pool_submit(f->j->pool);
	}
	return 0;
}

static int feed_all(struct feed *f)
{
	int rc = record_shared(f->j->a.r, &f->filter, keep_shared, f, f->e);

	f->j->shared = f->shared.count ? &f->shared : NULL;
	f->j->shared_text = &f->shared_text;
	if (rc == 0)
		rc = record_patients(f->j->a.r, keep_patient, f, f->e);
	if (rc == 0)
		rc = access_set_begin(&f->j->a, AUDIT_LIST, "quality measures",
		    NULL, 0, f->e);
	for (size_t i = 0; i < f->n && rc == 0; i++)
		rc = feed_patient(f, f->patient[i]);
	if (rc == 0)
		rc = pool_finish(f->j->pool, f->e);
	return access_set_end(&f->j->a, rc, f->e);
}

static void feed_release(struct feed *f)
{
	strmap_release(&f->shared);
	buf_release(&f->shared_text);
	free(f->patient);
}

static int feed_open(struct feed *f, struct job *j, struct ehr_err *e)
{
	*f = (struct feed){ .j = j, .filter = RECORD_FILTER,
		.shared_text = BUF_INIT, .e = e };
	f->filter.bodies = true;
	wanted_types(f);
	return job_open(j, e);
}

int feed_record(struct job *j, struct ehr_err *e)
{
	struct feed f;
	int rc = feed_open(&f, j, e);

	if (rc == 0 && j->opened)
		rc = j->opened(j, &j->a, e);
	if (rc == 0)
		rc = feed_all(&f);
	rc = access_withheld(&j->a, rc, e);
	feed_release(&f);
	return rc;
}

int feed_chart(struct job *j, struct str name, struct buf *bundle,
    struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct feed f;
	int64_t patient;
	int rc = feed_open(&f, j, e);

	if (rc == 0)
		rc = access_patient(&j->a, name, AUDIT_LIST, "quality measures",
		    &patient, &candidates, e);
	if (rc == EHR_ENOENT)
		cli_candidates(j->c, &candidates);
	if (rc == 0)
		rc = add_chart(&f, patient, bundle);
	rc = access_withheld(&j->a, rc, e);
	feed_release(&f);
	return rc;
}
