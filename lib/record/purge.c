/* purge.c - a chart removed for good: its rows, what is derived from them, and
 * what others have of it but their own text. Numbers stay, so that the audit
 * log and the batches still mean something and none is given out again. */
#include <endian.h>
#include <stdlib.h>

#include "impl.h"

struct purge {
	struct batch *b;
	struct record *r;
	struct record_purged *n;
	int64_t *seg;
	size_t n_seg;
	struct strmap blobs; /* entries of attachments (blob.c) that go */
	int64_t *linked;     /* others' resources that refer to the chart */
	size_t n_linked, cap_linked;
	struct ehr_err *e;
};

enum { BLOB_PLACE = 8 }; /* an entry's bytes before what it is called by */

/* ---- the search index ---- */

static int take_out(void *arg, const struct resource *res)
{
	struct purge *p = arg;

	if (res->state == RECORD_LIVE) {
		p->n->resources++;
		p->n->type[res->type]++;
	} else {
		p->n->former++;
	}
	return version_underive(p->r, res, p->e);
}

static int take_out_all(struct purge *p)
{
	struct record_filter f = RECORD_FILTER;
	int rc = 0;

	f.deleted = f.whole = true;
	for (size_t i = 0; rc == 0 && i < p->n_seg; i++)
		rc = record_range(p->r, rid_make(p->seg[i], 0),
		    rid_make(p->seg[i], SEQ_MAX), &f, take_out, p, p->e);
	return rc < 0 ? rc : index_flush(p->r, p->e);
}

/* ---- attachments ---- */

/* Calls fn for each entry of the attachments of the rows of a statement. */
static int each_blob(struct purge *p, struct stmt *s,
    void (*fn)(struct purge *p, struct str name))
{
	int rc;

	while ((rc = stmt_step(s, p->e)) > 0) {
		struct str all = stmt_col(s, 0);

		for (size_t i = 0; i + BLOB_ENTRY <= all.n; i += BLOB_ENTRY)
			fn(p, (struct str){ all.s + i + BLOB_PLACE,
			    BLOB_ENTRY - BLOB_PLACE });
	}
	stmt_reset(s);
	return rc;
}

static void note_blob(struct purge *p, struct str name)
{
	*strmap_put(&p->blobs, name, NULL) = 1;
}

static void keep_blob(struct purge *p, struct str name)
{
	int64_t *goes = strmap_get(&p->blobs, name);

	if (goes)
		*goes = 0;
}

static int note_blobs(struct purge *p)
{
	static const enum record_sql_id of[] = { PURGE_BLOBS,
		PURGE_FORMER_BLOBS };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < p->n_seg * ARRAY_LEN(of); i++) {
		struct stmt *s = sql(p->r, of[i % 2]);

		stmt_int(s, 1, rid_make(p->seg[i / 2], 0));
		stmt_int(s, 2, rid_make(p->seg[i / 2], SEQ_MAX));
		rc = each_blob(p, s, note_blob);
	}
	return rc;
}

static int drop_blob(void *arg, struct str name, int64_t goes)
{
	struct purge *p = arg;
	struct stmt *s = sql(p->r, BLOB_DROP);
	uint64_t n;

	if (!goes)
		return 0;
	memcpy(&n, name.s + SHA256_LEN, sizeof(n));
	stmt_blob(s, 1, name.s, SHA256_LEN);
	stmt_int(s, 2, (int64_t)le64toh(n));
	p->n->blobs++;
	p->n->blob_bytes += (int64_t)le64toh(n);
	return stmt_run(s, p->e);
}

/* Those that no row has any longer. */
static int drop_blobs(struct purge *p)
{
	int rc;

	if (p->blobs.count == 0)
		return 0;
	rc = each_blob(p, sql(p->r, PURGE_BLOBS_LEFT), keep_blob);
	return rc < 0 ? rc : strmap_each(&p->blobs, drop_blob, p);
}

/* ---- rows ---- */

/* By segment; ranges of rids are its first and last one. */
static int drop_rows(struct purge *p, int64_t seg)
{
	static const struct {
		enum record_sql_id id;
		size_t count; /* where in record_purged */
	} rows[] = {
#define N(m) offsetof(struct record_purged, m)
		{ PURGE_HISTORY, N(former) }, { PURGE_RESOURCE, N(rows) },
		{ PURGE_PENDING, N(waiting) }, { PURGE_IDENT, N(names) },
		{ PURGE_ALSO, N(also) }, { PURGE_NAMED, N(named) },
		{ PURGE_SEG_NAME, N(names) }, { PURGE_SENSITIVE, N(listed) },
#undef N
	};
	int64_t had;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++) {
		struct stmt *s = sql(p->r, rows[i].id);

		stmt_int(s, 1, rid_make(seg, 0));
		stmt_int(s, 2, rid_make(seg, SEQ_MAX));
		rc = stmt_run(s, p->e);
		memcpy(&had, (char *)p->n + rows[i].count, sizeof(had));
		had += store_changes(p->r->db);
		memcpy((char *)p->n + rows[i].count, &had, sizeof(had));
	}
	return rc;
}

static int end_segment(struct purge *p, int64_t seg)
{
	struct stmt *s = sql(p->r, SEG_SINCE);
	int rc;

	stmt_int(s, 1, seg);
	rc = stmt_step(s, p->e);
	if (rc > 0 && (p->n->charts == 0 || stmt_col_int(s, 0) < p->n->since))
		p->n->since = stmt_col_int(s, 0);
	stmt_reset(s);
	if (rc < 0)
		return rc;
	s = sql(p->r, SEG_END);

	stmt_int(s, 1, seg);
	stmt_int(s, 2, p->b->id);
	stmt_int(s, 3, store_time(p->r->db));
	p->n->charts++;
	batch_patient(p->b, seg);
	return stmt_run(s, p->e);
}

static int drop_all(struct purge *p)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < p->n_seg; i++)
		rc = drop_rows(p, p->seg[i]);
	for (size_t i = 0; rc == 0 && i < p->n_seg; i++)
		rc = end_segment(p, p->seg[i]);
	return rc;
}

/* ---- references of others ---- */

static bool is_gone(const struct purge *p, int64_t rid)
{
	for (size_t i = 0; i < p->n_seg; i++)
		if (p->seg[i] == rid_segment(rid))
			return true;
	return false;
}

static int find_linked(struct purge *p)
{
	struct stmt *s = store_scan(p->r->db, &record_sql_table[PURGE_REFS]);
	int rc;

	while ((rc = stmt_step(s, p->e)) > 0) {
		struct str refs = stmt_col(s, 1);
		int64_t target;
		bool any = false;

		for (size_t i = 0; i < link_count(refs) && !any; i++)
			any = link_at(refs, (int)i, &target) == LINK_RESOLVED &&
			    is_gone(p, target);
		if (!any)
			continue;
		if (p->n_linked == p->cap_linked) {
			p->cap_linked = p->cap_linked ? 2 * p->cap_linked : 16;
			p->linked = xrealloc(p->linked,
			    p->cap_linked * sizeof(*p->linked));
		}
		p->linked[p->n_linked++] = stmt_col_int(s, 0);
	}
	store_scan_end(s);
	return rc;
}

/* Their references wait again, as before the chart came. */
static int unlink_all(struct purge *p)
{
	int rc = find_linked(p);

	for (size_t i = 0; rc == 0 && i < p->n_linked; i++)
		rc = link_again(p->b, p->linked[i], p->e);
	p->n->links = (int64_t)p->n_linked;
	return rc;
}

/* ---- what is about others too ---- */

/* Entries of the chart that name other patients: they are part of theirs. */
static int check_shared(struct purge *p)
{
	BUF_AUTO name = BUF_INIT;
	int64_t shared = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < p->n_seg; i++) {
		struct stmt *s = sql(p->r, PURGE_SHARED);

		stmt_int(s, 1, rid_make(p->seg[i], 0));
		stmt_int(s, 2, rid_make(p->seg[i], SEQ_MAX));
		while ((rc = stmt_step(s, p->e)) > 0)
			if (!is_gone(p, rid_make(stmt_col_int(s, 1), 0)))
				shared = stmt_col_int(s, 0);
		stmt_reset(s);
	}
	if (rc < 0 || shared == 0)
		return rc;
	rc = record_rid_name(p->r, shared, &name, p->e);
	return rc < 0 ? rc : ehr_fail(p->e, EHR_EPERM, "%s is about other "
	    "patients too: it must be theirs first", name.s);
}

/* ---- the whole ---- */

static int run_one(struct purge *p, enum record_sql_id id)
{
	return stmt_run(sql(p->r, id), p->e);
}

static int purge(struct purge *p)
{
	int rc = note_blobs(p);

	if (rc == 0)
		rc = take_out_all(p);
	if (rc == 0)
		rc = drop_all(p);
	if (rc == 0)
		rc = drop_blobs(p);
	if (rc == 0)
		rc = unlink_all(p);
	if (rc == 0) {
		struct stmt *s = sql(p->r, PURGE_BATCHES);

		stmt_int(s, 1, p->b->id);
		rc = stmt_run(s, p->e);
		p->n->batches = store_changes(p->r->db);
	}
	if (rc == 0)
		rc = run_one(p, PURGE_TERMS);
	if (rc == 0)
		rc = run_one(p, PURGE_SAME);
	return rc < 0 ? rc : run_one(p, PURGE_WORDS);
}

static int keep_counts(struct purge *p, int64_t patient, struct str counts)
{
	struct stmt *s = sql(p->r, PURGE_ADD);

	stmt_int(s, 1, p->b->id);
	stmt_int(s, 2, patient);
	stmt_text(s, 3, counts);
	return stmt_run(s, p->e);
}

/* In the open transaction. */
static int run(struct purge *p, int64_t patient,
    const struct record_purge_opt *o)
{
	BUF_AUTO counts = BUF_INIT;
	int rc = index_check_version(p->r, p->e);

	if (rc == 0)
		rc = record_segments(p->r, patient, RECORD_NOW - 1, &p->seg,
		    &p->n_seg, p->e);
	if (rc == 0 && p->n_seg == 0)
		rc = ehr_fail(p->e, EHR_ENOENT, "no such chart");
	if (rc == 0)
		rc = check_shared(p);
	if (rc == 0 && o->allow)
		rc = o->allow(o->arg, p->seg, p->n_seg, p->e);
	if (rc == 0)
		rc = batch_begin_row(p->b, p->e);
	if (rc == 0)
		rc = purge(p);
	if (rc == 0)
		rc = o->certify(o->arg, p->n, &counts, p->e);
	if (rc == 0)
		rc = keep_counts(p, patient, buf_str(&counts));
	if (rc == 0)
		rc = batch_end_row(p->b, BATCH_DONE, p->e);
	return rc < 0 ? rc : batch_chunk(p->b, true, p->e);
}

int record_purge(struct batch *b, int64_t patient,
    const struct record_purge_opt *o, struct record_purged *n,
    struct ehr_err *e)
{
	struct purge p = { .b = b, .r = b->r, .n = n, .e = e };
	struct store *db = b->r->db;
	int rc = store_overwrite(db, e);

	*n = (struct record_purged){ 0 };
	if (rc == 0)
		rc = store_begin(db, STORE_BULK, e);
	if (rc == 0)
		rc = run(&p, patient, o);
	if (rc == 0)
		rc = store_commit(db, e);
	else
		store_rollback(db);
	record_forget(b->r);
	strmap_release(&p.blobs);
	free(p.linked);
	free(p.seg);
	return rc;
}

int record_purges(struct record *r, int (*fn)(void *arg,
    const struct record_purge_row *row), void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[PURGE_LIST]);
	struct record_purge_row row;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		row = (struct record_purge_row){
			.batch = stmt_col_int(s, 0),
			.patient = stmt_col_int(s, 1),
			.time = stmt_col_int(s, 2),
			.user = stmt_col(s, 3), .reason = stmt_col(s, 4),
			.counts = stmt_col(s, 5),
		};
		rc = fn(arg, &row);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}
