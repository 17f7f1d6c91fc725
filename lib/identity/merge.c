/* merge.c - two charts of one person: the Patients' links, the record's
 * merge, and finding the batch that did it. */
#include "ehr/fhir.h"
#include "ehr/identity.h"

/* {"other":{...},"type":...}: by id within a source, else by its name. */
static int link_json(struct record *r, int64_t other, int source,
    const char *type, struct buf *b, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	struct str id, part;
	int their = 0, rc = record_patient_name(r, other, &name, e);

	if (rc < 0)
		return rc;
	id = buf_str(&name);
	str_split(&id, ':', &part);
	if (id.s == NULL) {
		id = part;
		part = STR("local");
	}
	rc = record_source(r, part, false, &their, e);
	if (rc < 0)
		return rc;
	if (their == source)
		buf_addf(b, "{\"other\":{\"reference\":\"Patient/%.*s\"}",
		    STR_FMT(id));
	else
		buf_addf(b, "{\"other\":{\"type\":\"Patient\",\"identifier\":"
		    "{\"system\":\"urn:ehr:source:%.*s\",\"value\":"
		    "\"%.*s\"}}", STR_FMT(part), STR_FMT(id));
	buf_addf(b, ",\"type\":\"%s\"}", type);
	return 0;
}

/* Puts the Patient of a number with a link to the other one. One that is only
 * referred to has no body and gets none. */
static int put_linked(struct edit_job *j, int64_t patient, int64_t other,
    const char *type, struct ehr_err *e)
{
	bool gone = strcmp(type, "replaced-by") == 0;
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO link = BUF_INIT;
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct tape_error why;
	struct tape_edit edit[2];
	struct resource res;
	int64_t version;
	size_t n = 0;
	int source, rc = record_get(j->a->r, record_patient_rid(patient),
	    RECORD_NOW, &res, e);

	if (rc <= 0 || res.state != RECORD_LIVE)
		return rc < 0 ? rc : 0;
	source = res.source;
	version = res.version;
	if (tape_parse(&t, res.body.s, res.body.n, &why) != 0)
		return ehr_fail(e, EHR_EINTEGRITY, "a stored resource is not "
		    "JSON");
	rc = link_json(j->a->r, other, source, type, &link, e);
	if (tape_get(&t, 0, "link"))
		tape_each(&t, tape_get(&t, 0, "link"), i)
			n++;
	buf_addf(&path, "link.%zu", n);
	edit[0] = (struct tape_edit){ path.s, buf_str(&link) };
	edit[1] = (struct tape_edit){ "active", STR("false") };
	if (rc == 0)
		rc = tape_edit(&text, &t, edit, gone ? 2 : 1, e);
	return rc < 0 ? rc :
	    edit_put(j, buf_str(&text), source, version, 0, e);
}

int identity_merge(struct edit_job *j, int64_t a, int64_t b,
    struct ehr_err *e)
{
	int rc = put_linked(j, a, b, "replaces", e);

	if (rc == 0)
		rc = put_linked(j, b, a, "replaced-by", e);
	if (rc == 0)
		rc = record_merge(j->b, a, b, e);
	j->number = batch_number(j->b);
	return rc;
}

/* ---- which batch it was ---- */

struct merges {
	struct record *r;
	int64_t patient;
	struct ehr_err *e;
};

/* 1: the batch wrote one of the Patients of this chart. */
static int see_change(void *arg, int64_t rid, char kind, int64_t version)
{
	struct merges *m = arg;
	int64_t patient;
	int rc;

	(void)kind;
	(void)version;
	if (rid != record_patient_rid(rid_segment(rid)))
		return 0;
	rc = record_patient_of(m->r, rid, RECORD_NOW, &patient, m->e);
	return rc < 0 ? rc : patient == m->patient;
}

struct candidates {
	int64_t *id;
	size_t n, cap;
	struct arena mem;
};

static int see_batch(void *arg, const struct batch_row *row)
{
	struct candidates *c = arg;
	int64_t *more;

	if (!str_is(row->input, "merge") || !str_is(row->tool, "ehr-patient") ||
	    row->state != BATCH_DONE)
		return 0;
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		more = arena_alloc(&c->mem, c->cap * sizeof(*more));
		if (c->n)
			memcpy(more, c->id, c->n * sizeof(*more));
		c->id = more;
	}
	c->id[c->n++] = row->id;
	return 0;
}

int identity_merged_by(struct record *r, int64_t patient, int64_t *batch,
    struct ehr_err *e)
{
	struct merges m = { r, patient, e };
	struct candidates c = { .mem = ARENA_INIT };
	int rc = batch_each(r, see_batch, &c, e);

	*batch = 0;
	for (size_t i = 0; rc == 0 && i < c.n; i++) {
		int hit = batch_changes(r, c.id[i], see_change, &m, e);

		if (hit < 0)
			rc = hit;
		else if (hit > 0 && c.id[i] > *batch)
			*batch = c.id[i];
	}
	arena_release(&c.mem);
	return rc;
}

static int count_one(void *arg, const struct resource *res)
{
	int64_t *count = arg;

	if (res->type >= 0 && res->type < 256)
		count[res->type]++;
	return 0;
}

int identity_counts(struct record *r, int64_t patient, int64_t count[256],
    struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;

	memset(count, 0, 256 * sizeof(*count));
	return record_chart(r, patient, &f, count_one, count, e);
}
