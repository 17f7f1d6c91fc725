/* batch.c - collecting resources, and the batch's own rows. */
#include <stdio.h>
#include <stdlib.h>

#include "impl.h"

int batch_open(struct batch **out, struct record *r,
    const struct batch_info *info, struct ehr_err *e)
{
	struct batch *b = xcalloc(1, sizeof(*b));
	int64_t any;
	int rc = 0;

	b->r = r;
	b->tool = xstrdup(info->tool);
	b->user = xstrdup(info->user);
	b->source_name = xstrdup(info->source ? info->source : "local");
	b->input = info->input ? xstrdup(info->input) : NULL;
	b->reason = info->reason ? xstrdup(info->reason) : NULL;
	b->kind = info->kind ? xstrdup(info->kind) : NULL;
	b->any = info->any;
	if (info->keep_signed)
		rc = store_int(r->db, &record_sql_table[SIGNED_ANY], &any, e);
	b->keep_signed = rc > 0;
	b->spool = spool_new(r->db);
	b->touch_last = -1;
	b->ids = b->chart_name = b->refs = BUF_INIT;
	*out = b;
	return rc < 0 ? rc : batch_source(b, e);
}

void batch_free(struct batch *b)
{
	if (b == NULL)
		return;
	free(b->tool);
	free(b->user);
	free(b->source_name);
	free(b->input);
	free(b->reason);
	free(b->kind);
	free(b->patients);
	spool_free(b->spool);
	deletes_release(&b->deletes);
	strmap_release(&b->alias);
	buf_release(&b->ids);
	buf_release(&b->chart_name);
	buf_release(&b->refs);
	strmap_release(&b->bases);
	map64_release(&b->win.rid);
	map64_release(&b->win.cache);
	bloom_release(&b->seen);
	arena_release(&b->mem);
	free(b);
}

/* The source must have its number before keys can be made. */
int batch_source(struct batch *b, struct ehr_err *e)
{
	struct record *r = b->r;
	bool own = !store_in_txn(r->db);
	int rc = record_source(r, str_of(b->source_name), false, &b->source, e);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = own ? store_begin(r->db, STORE_SHORT, e) : 0;
	if (rc == 0)
		rc = record_source(r, str_of(b->source_name), true,
		    &b->source, e);
	if (!own || rc < 0) {
		if (own)
			store_rollback(r->db);
		return rc < 0 ? rc : 0;
	}
	return store_commit(r->db, e);
}

static int reject(struct diag *why, enum diag_id id)
{
	*why = (struct diag){ .id = id, .severity = DIAG_ERROR };
	return EHR_EREJECT;
}

/* A full URL that says no more than the id does is not kept, when its base is
 * known to the record: what was taken before that, under another name or
 * pending, has to be found by the URL. */
static bool url_is_id(struct batch *b, struct str url, int type,
    struct str id)
{
	enum { BASE_NEW, BASE_KNOWN };
	struct fhir_ref f;
	int64_t *seen;
	bool added = false;

	fhir_ref_parse(url, &f);
	if (f.kind == FHIR_REF_URN)
		return str_eq(f.id, id);
	if (f.kind != FHIR_REF_ABSOLUTE || f.type != type ||
	    !str_eq(f.id, id))
		return false;
	seen = b->bases.count < 1024 ? strmap_put(&b->bases, f.base, &added) :
	    strmap_get(&b->bases, f.base);
	if (seen == NULL)
		return false;
	if (added)
		*seen = base_known(b->r, b->source, f.base) ? BASE_KNOWN :
		    BASE_NEW;
	return *seen == BASE_KNOWN;
}

/* The name references use: a urn's uuid, or the URL as it stands. */
static struct str url_name(struct str url)
{
	struct fhir_ref f;

	fhir_ref_parse(url, &f);
	return f.kind == FHIR_REF_URN ? f.id : url;
}

static int64_t updated_ms(struct batch *b, const struct tape *t,
    uint32_t root)
{
	uint32_t meta = tape_get(t, root, "meta");
	struct date d;

	if (meta == 0 || !date_parse(tape_member(t, meta, "lastUpdated",
	    &b->r->text), &d))
		return INT64_MIN;
	return date_ms(&d);
}

/* The id: the resource's own, the full URL's uuid, or one of the content. */
static int take_id(struct batch *b, const struct tape *t, uint32_t node,
    struct str url, struct item_ref *it, char made[37], struct diag *why)
{
	uint32_t id = tape_get(t, node, "id");
	struct fhir_ref f;
	uint8_t u[UUID_LEN];

	if (id) {
		it->id = tape_str(t, id);
		if (tape_type(t, id) != TAPE_STRING || !fhir_id_valid(it->id))
			return reject(why, DIAG_FHIR_BAD_ID);
		return 0;
	}
	fhir_ref_parse(url, &f);
	if (url.n && f.kind == FHIR_REF_URN && uuid_valid(f.id)) {
		it->id = f.id;
		return 0;
	}
	uuid5(uuid_ns_content, str_of(b->source_name), it->body, u);
	uuid_format(u, made);
	it->id = str_of(made);
	return 0;
}

/* Resources of this batch may call a Patient by his full URL. */
static void add_alias(struct batch *b, struct str url, struct str id)
{
	*strmap_put(&b->alias, url, NULL) = (int64_t)b->ids.len;
	buf_add(&b->ids, id.s, id.n);
	buf_addch(&b->ids, '\0');
}

static int add(struct batch *b, const struct item_ref *it, struct diag *why,
    struct ehr_err *e)
{
	int rc = b->any ? 0 : guard_write(b->r, it->h.type, e);

	if (rc == 0 && !b->any)
		rc = place_check(b->r, it->h.source, it->h.type, it->id,
		    it->body, e);
	if (rc == 0 && b->keep_signed)
		rc = signed_refuses(b, it, e);
	if (rc > 0)
		return reject(why, DIAG_RECORD_SIGNED);
	return rc < 0 ? rc : spool_add(b->spool, it, e);
}

static int put(struct batch *b, const struct tape *t, uint32_t node,
    const struct batch_put *opt, struct diag *why, struct ehr_err *e)
{
	struct item_ref it = { .h = {
		.if_version = opt->if_version,
		.source = b->source,
	} };
	char made[37];
	int type, rc;

	if (tape_type(t, node) != TAPE_OBJECT)
		return reject(why, DIAG_FHIR_NOT_OBJECT);
	if (tape_get(t, node, "resourceType") == 0)
		return reject(why, DIAG_FHIR_NO_TYPE);
	type = fhir_resource_type(t, node);
	if (type == 0)
		return reject(why, DIAG_FHIR_UNKNOWN_TYPE);
	it.body = tape_str(t, node);
	if (it.body.n > MAX_RESOURCE)
		return reject(why, DIAG_JSON_SIZE);
	rc = take_id(b, t, node, opt->full_url, &it, made, why);
	if (rc < 0)
		return rc;
	it.h.type = (uint16_t)type;
	it.h.flags = opt->by_time ? ITEM_BY_TIME : 0;
	it.h.key = ident_key(b->source, it.id, type);
	it.h.updated = updated_ms(b, t, node);
	if (it.h.updated == INT64_MIN && opt->updated)
		it.h.updated = opt->updated;
	content_hash(t, node, &b->r->text, it.h.hash);
	if (opt->full_url.n && !url_is_id(b, opt->full_url, type, it.id))
		it.url = url_name(opt->full_url);
	if (type == FHIR_Patient && it.url.n)
		add_alias(b, it.url, it.id);
	chart_of(b, t, node, &it);
	it.h.id_len = (uint32_t)it.id.n;
	it.h.url_len = (uint32_t)it.url.n;
	it.h.body_len = (uint32_t)it.body.n;
	return add(b, &it, why, e);
}

int batch_put(struct batch *b, const struct tape *t, uint32_t node,
    const struct batch_put *opt, struct diag *why, struct ehr_err *e)
{
	int rc, own = b->source;

	if (opt->source)
		b->source = opt->source;
	rc = put(b, t, node, opt, why, e);
	b->source = own;
	return rc;
}

static struct item_ref deletion(int source, int type, struct str id,
    int64_t time)
{
	return (struct item_ref){
		.h = {
			.chart = CHART_DELETES,
			.source = source,
			.key = ident_key(source, id, type),
			.updated = time,
			.id_len = (uint32_t)id.n,
			.type = (uint16_t)type,
			.flags = ITEM_DELETE,
		},
		.id = id,
	};
}

int batch_delete_at(struct batch *b, int type, struct str id, int64_t time,
    struct diag *why, struct ehr_err *e)
{
	struct item_ref it = deletion(b->source, type, id, time);

	if (time != INT64_MAX)
		deletes_add(&b->deletes, ident_hash(b->source, id, type),
		    time);
	return add(b, &it, why, e);
}

int batch_delete(struct batch *b, int source, int type, struct str id,
    int64_t if_version, struct ehr_err *e)
{
	struct item_ref it = deletion(source ? source : b->source, type, id,
	    INT64_MAX);
	struct diag why;

	it.h.if_version = if_version;
	return add(b, &it, &why, e);
}

void batch_rejected(struct batch *b, int64_t n)
{
	b->n.rejected += n;
}

void batch_unchanged(struct batch *b, int64_t n)
{
	b->n.unchanged += n;
}

void batch_read(struct batch *b, int64_t n)
{
	b->n.read += n;
}

void batch_digest(struct batch *b, const uint8_t digest[32])
{
	memcpy(b->sha256, digest, sizeof(b->sha256));
	b->has_sha256 = true;
}

void batch_on_chunk(struct batch *b,
    int (*fn)(void *arg, int64_t batch, const int64_t *patients, size_t n,
	bool first, bool last, struct ehr_err *e),
    void *arg)
{
	b->on_chunk = fn;
	b->on_chunk_arg = arg;
}

int64_t batch_number(const struct batch *b)
{
	return b->id;
}

/* ---- rows ---- */

/* The number of an interrupted batch of the same input, or 0. */
static int find_interrupted(struct batch *b, struct ehr_err *e)
{
	struct stmt *s;
	int rc;

	if (!b->has_sha256)
		return 0;
	s = sql(b->r, BATCH_RESUME);
	stmt_text(s, 1, str_of(b->tool));
	stmt_int(s, 2, b->source);
	stmt_blob(s, 3, b->sha256, sizeof(b->sha256));
	rc = stmt_step(s, e);
	if (rc > 0 && !stmt_col_null(s, 0)) {
		b->id = stmt_col_int(s, 0);
		b->resumed = true;
	}
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

static int base_one(void *arg, struct str key, int64_t value)
{
	struct batch *b = arg;

	(void)value;
	return base_add(b->r, b->source, key, NULL);
}

static void int_or_null(struct stmt *s, int i, int64_t v)
{
	if (v)
		stmt_int(s, i, v);
	else
		stmt_null(s, i);
}

static int add_row(struct record *r, const struct batch_info *info,
    int source, const char *kind, const uint8_t *sha256, int64_t undoes,
    int64_t *id, struct ehr_err *e)
{
	struct stmt *s = sql(r, BATCH_ADD);
	int rc;

	stmt_text(s, 1, str_of(info->tool));
	stmt_text(s, 2, str_of(info->user));
	stmt_int(s, 3, source);
	stmt_text(s, 4, str_of(info->input));
	stmt_text(s, 5, str_of(info->reason));
	if (sha256)
		stmt_blob(s, 6, sha256, 32);
	else
		stmt_null(s, 6);
	stmt_int(s, 7, store_time(r->db));
	int_or_null(s, 8, undoes);
	int_or_null(s, 9, r->guard.facility);
	stmt_text(s, 10, str_of(kind));
	rc = stmt_run(s, e);
	*id = store_last_rowid(r->db);
	return rc;
}

static int end_row(struct record *r, int64_t id, enum batch_state state,
    const struct batch_counts *c, struct ehr_err *e)
{
	const int64_t n[] = { c->read, c->inserted, c->updated, c->unchanged,
		c->rejected, c->deleted };
	struct stmt *s = sql(r, BATCH_END);

	stmt_int(s, 1, id);
	stmt_int(s, 2, store_time_last(r->db));
	stmt_int(s, 3, state);
	for (size_t i = 0; i < ARRAY_LEN(n); i++)
		stmt_int(s, 4 + (int)i, n[i]);
	return stmt_run(s, e);
}

int batch_row_add(struct record *r, const struct batch_info *info,
    const char *kind, const uint8_t *sha256, int64_t undoes, int64_t *id,
    struct ehr_err *e)
{
	int source;
	int rc = record_source(r, str_of(info->source ? info->source :
	    "local"), true, &source, e);

	return rc < 0 ? rc : add_row(r, info, source, kind, sha256, undoes,
	    id, e);
}

int batch_row_end(struct record *r, int64_t id, const struct batch_counts *n,
    struct ehr_err *e)
{
	return end_row(r, id, BATCH_DONE, n, e);
}

int batch_row_undone(struct record *r, int64_t id, struct ehr_err *e)
{
	struct stmt *s = sql(r, BATCH_STATE);

	stmt_int(s, 1, id);
	stmt_int(s, 2, BATCH_UNDONE);
	return stmt_run(s, e);
}

int batch_begin_row(struct batch *b, struct ehr_err *e)
{
	int64_t any;
	/* Anew in a dry run, whose first transaction was rolled back. */
	int rc = record_source(b->r, str_of(b->source_name), true, &b->source,
	    e);

	if (rc >= 0)
		rc = index_progress(b->r, e);
	if (rc >= 0)
		rc = find_interrupted(b, e);
	if (rc < 0)
		return rc;
	rc = store_int(b->r->db, &record_sql_table[PENDING_ANY], &any, e);
	if (rc < 0)
		return rc;
	b->win.pending = rc > 0;
	if (b->id == 0)
		rc = add_row(b->r, &(struct batch_info){ .tool = b->tool,
		    .user = b->user, .input = b->input, .reason = b->reason },
		    b->source, b->kind, b->has_sha256 ? b->sha256 : NULL,
		    b->undoes, &b->id, e);
	return rc < 0 ? rc : strmap_each(&b->bases, base_one, b);
}

int batch_row_first(struct batch *b, int64_t undoes, int64_t *id,
    struct ehr_err *e)
{
	int rc;

	b->undoes = undoes;
	rc = batch_begin_row(b, e);
	*id = b->id;
	return rc;
}

int batch_end_row(struct batch *b, enum batch_state state, struct ehr_err *e)
{
	return end_row(b->r, b->id, state, &b->n, e);
}

static int flush_touch(struct batch *b, struct ehr_err *e)
{
	struct stmt *s;

	if (b->touch_last < 0)
		return 0;
	s = sql(b->r, TOUCH_ADD);
	stmt_int(s, 1, b->id);
	stmt_int(s, 2, b->touch_first);
	stmt_int(s, 3, b->touch_last);
	b->touch_last = -1;
	return stmt_run(s, e);
}

int batch_touch(struct batch *b, int64_t rid, struct ehr_err *e)
{
	int rc = 0;

	if (b->touch_last >= 0 && rid >= b->touch_first &&
	    rid <= b->touch_last + 1) {
		if (rid > b->touch_last)
			b->touch_last = rid;
		return 0;
	}
	rc = flush_touch(b, e);
	b->touch_first = b->touch_last = rid;
	return rc;
}

void batch_patient(struct batch *b, int64_t patient)
{
	if (patient == 0 ||
	    (b->n_patients && b->patients[b->n_patients - 1] == patient))
		return;
	if (b->n_patients == b->cap_patients) {
		b->cap_patients = b->cap_patients ? b->cap_patients * 2 : 64;
		b->patients = xrealloc(b->patients,
		    b->cap_patients * sizeof(*b->patients));
	}
	b->patients[b->n_patients++] = patient;
}

int batch_chunk(struct batch *b, bool last, struct ehr_err *e)
{
	int rc = flush_touch(b, e);

	if (rc == 0)
		rc = ident_flush(b->r, e);
	if (rc == 0)
		rc = index_flush(b->r, e);
	if (rc == 0 && b->on_chunk)
		rc = b->on_chunk(b->on_chunk_arg, b->id, b->patients,
		    b->n_patients, !b->audited, last, e);
	b->audited = true;
	b->n_patients = 0;
	return rc;
}

/* ---- commit ---- */

static int commit_in(struct batch *b, enum store_txn kind, struct ehr_err *e)
{
	int rc = store_begin(b->r->db, kind, e);

	if (rc == 0)
		rc = apply_all(b, e);
	if (rc < 0)
		store_rollback(b->r->db);
	return rc;
}

/* Into an empty record. While somebody else has it open it cannot be had for
 * us alone, then it goes in chunks as ever. */
static int commit_load(struct batch *b, struct ehr_err *e)
{
	int64_t any;
	int rc = store_begin_load(b->r->db, e);

	if (rc < 0)
		return commit_in(b, STORE_BULK, e);
	b->fresh = store_int(b->r->db, &record_sql_table[RES_ANY], &any,
	    e) == 0;
	if (b->fresh)
		bloom_init(&b->seen, spool_count(b->spool));
	rc = apply_all(b, e);
	if (rc < 0)
		store_rollback(b->r->db);
	if (store_end_load(b->r->db, rc < 0 ? NULL : e) < 0 && rc == 0)
		rc = EHR_EIO;
	return rc;
}

int batch_commit(struct batch *b, struct batch_counts *counts,
    struct ehr_err *e)
{
	struct store *db = b->r->db;
	int64_t any;
	int rc = spool_sort(b->spool, e);

	b->outer = store_in_txn(db);
	if (rc == 0 && !b->outer && spool_count(b->spool) > SMALL_BATCH)
		rc = store_bulk_enter(db, e);
	if (rc < 0)
		return rc;
	if (b->outer)
		rc = apply_all(b, e);
	else if (spool_count(b->spool) <= SMALL_BATCH)
		rc = commit_in(b, STORE_SHORT, e);
	else if (store_int(db, &record_sql_table[RES_ANY], &any, e) == 0)
		rc = commit_load(b, e);
	else
		rc = commit_in(b, STORE_BULK, e);
	store_bulk_leave(db);
	record_forget(b->r);
	if (counts)
		*counts = b->n;
	return rc;
}
