/* version.c - the rows of a version and what is derived from it. */
#include "impl.h"

/* The body as it is stored: packed, what is left of it without large
 * attachments. */
static int pack_body(struct record *r, const struct version *v,
    struct ehr_err *e)
{
	int rc = blob_take(r, v->body, &r->stored, &r->blobs, e);

	return rc < 0 ? rc : store_pack(r->db, r->blobs.len ?
	    buf_str(&r->stored) : v->body, &r->packed, e);
}

static void bind_body(struct record *r, struct stmt *s, int i,
    const struct version *v)
{
	bool some = v->body.s != NULL;

	if (some && r->packed.len)
		stmt_blob(s, i, r->packed.s, r->packed.len);
	else
		stmt_text(s, i, some && r->blobs.len ? buf_str(&r->stored) :
		    v->body);
	if (some && r->blobs.len)
		stmt_blob(s, i + 1, r->blobs.s, r->blobs.len);
	else
		stmt_null(s, i + 1);
}

static void bind_content(struct batch *b, struct stmt *s, int i,
    const struct version *v)
{
	if (v->updated == INT64_MIN)
		stmt_null(s, i);
	else
		stmt_int(s, i, v->updated);
	stmt_int(s, i + 1, v->state);
	if (v->hash)
		stmt_blob(s, i + 2, v->hash, 16);
	else
		stmt_null(s, i + 2);
	bind_body(b->r, s, i + 3, v);
	if (v->body.s)
		stmt_blob(s, i + 5, b->refs.s, b->refs.len);
	else
		stmt_null(s, i + 5);
}

/* References of v into b->refs, its attachments into rows of their own. */
static int read_body(struct batch *b, struct version *v, struct facts *mine,
    struct ehr_err *e)
{
	int rc = 0;

	if (v->body.s == NULL)
		return 0;
	if (v->facts == NULL) {
		arena_reset(&b->r->mem);
		rc = facts_read(&b->r->reader, &b->r->mem, v->type, v->body,
		    mine, e);
		v->facts = mine;
	}
	if (rc == 0)
		rc = link_read(b, v, v->facts, e);
	return rc < 0 ? rc : pack_body(b->r, v, e);
}

static int derive(struct batch *b, const struct version *v, struct ehr_err *e)
{
	int rc;

	if (v->body.s == NULL)
		return 0;
	rc = chart_also(b, v, v->facts, e);
	return rc < 0 ? rc : index_write(b->r, v->rid, v->facts, false, e);
}

int version_underive(struct record *r, const struct resource *cur,
    struct ehr_err *e)
{
	struct facts f;
	int rc;

	if (cur->body.s == NULL)
		return 0;
	arena_reset(&r->mem);
	rc = facts_read(&r->reader, &r->mem, cur->type, cur->body, &f, e);
	if (rc == 0)
		rc = index_write(r, cur->rid, &f, true, e);
	if (rc == 0)
		rc = link_drop(r, cur->rid, e);
	return rc;
}

int version_insert(struct batch *b, struct version *v, struct ehr_err *e)
{
	struct facts mine;
	int rc = read_body(b, v, &mine, e);
	struct stmt *s;

	if (rc < 0)
		return rc;
	s = sql(b->r, RES_INSERT);
	stmt_int(s, 1, v->rid);
	stmt_int(s, 2, v->type);
	stmt_int(s, 3, v->source);
	stmt_text(s, 4, v->id);
	stmt_int(s, 5, v->version);
	stmt_int(s, 6, b->id);
	stmt_int(s, 7, v->origin);
	stmt_int(s, 8, store_time(b->r->db));
	bind_content(b, s, 9, v);
	rc = stmt_run(s, e);
	if (rc == 0)
		rc = derive(b, v, e);
	return rc < 0 ? rc : batch_touch(b, v->rid, e);
}

static int keep_current(struct batch *b, int64_t rid, int64_t time,
    struct ehr_err *e)
{
	struct stmt *s = sql(b->r, HIS_KEEP);

	stmt_int(s, 1, rid);
	stmt_int(s, 2, b->id);
	stmt_int(s, 3, time);
	return stmt_run(s, e);
}

int version_replace(struct batch *b, const struct resource *cur,
    struct version *v, struct ehr_err *e)
{
	int64_t time = store_time_after(b->r->db, cur->time);
	struct facts mine;
	int rc = version_underive(b->r, cur, e);
	struct stmt *s;

	if (rc == 0)
		rc = keep_current(b, cur->rid, time, e);
	if (rc == 0)
		rc = read_body(b, v, &mine, e);
	if (rc < 0)
		return rc;
	s = sql(b->r, RES_REPLACE);
	stmt_int(s, 1, cur->rid);
	stmt_int(s, 2, b->id);
	stmt_int(s, 3, v->origin);
	stmt_int(s, 4, time);
	bind_content(b, s, 5, v);
	rc = stmt_run(s, e);
	if (rc == 0)
		rc = derive(b, v, e);
	return rc < 0 ? rc : batch_touch(b, cur->rid, e);
}

int version_late(struct batch *b, const struct version *v, struct ehr_err *e)
{
	struct stmt *s = sql(b->r, RES_BUMP);
	int rc = 0;

	if (v->body.s)
		rc = pack_body(b->r, v, e);
	if (rc < 0)
		return rc;
	stmt_int(s, 1, v->rid);
	rc = stmt_run(s, e);
	if (rc < 0)
		return rc;
	s = sql(b->r, HIS_LATE);
	stmt_int(s, 1, v->rid);
	stmt_int(s, 2, b->id);
	stmt_int(s, 3, store_time(b->r->db));
	if (v->updated == INT64_MIN)
		stmt_null(s, 4);
	else
		stmt_int(s, 4, v->updated);
	stmt_int(s, 5, v->state);
	if (v->hash)
		stmt_blob(s, 6, v->hash, 16);
	else
		stmt_null(s, 6);
	bind_body(b->r, s, 7, v);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : batch_touch(b, v->rid, e);
}

int version_known(struct record *r, int64_t rid, const uint8_t hash[16],
    struct ehr_err *e)
{
	struct stmt *s = sql(r, HIS_KNOWN);
	int rc;

	stmt_int(s, 1, rid);
	stmt_blob(s, 2, hash, 16);
	rc = stmt_step(s, e);
	stmt_reset(s);
	return rc;
}
