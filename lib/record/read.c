/* read.c - versions out: one, all of one, a chart, everything. */
#include <stdlib.h>

#include "impl.h"

int body_read(struct record *r, struct str stored, struct str blobs,
    struct buf *whole, struct str *body, struct ehr_err *e)
{
	struct buf *to = blobs.s ? &r->unpacked : whole;
	int rc = 0;

	*body = stored;
	if (store_is_packed(stored)) {
		rc = store_unpack(r->db, stored, MAX_RESOURCE, to, e);
		*body = buf_str(to);
	}
	if (rc < 0 || !blobs.s)
		return rc;
	rc = blob_put_back(r, *body, blobs, whole, e);
	*body = buf_str(whole);
	return rc;
}

/* The body of the row with what is in the column blobs: 1, or an error. */
static int splice(struct record *r, struct stmt *s, int blobs,
    struct buf *spliced, struct resource *res, struct ehr_err *e)
{
	bool packed = store_is_packed(res->body);
	int rc = body_read(r, res->body, stmt_col(s, blobs), spliced,
	    &res->body, e);

	if (rc < 0 && packed)
		ehr_fail_prefix(e, "row %lld: ", (long long)res->rid);
	return rc < 0 ? rc : 1;
}

int row_read(struct record *r, struct stmt *s, struct buf *spliced,
    struct resource *res, struct ehr_err *e)
{
	*res = (struct resource){
		.rid = stmt_col_int(s, 0),
		.type = (int)stmt_col_int(s, 1),
		.source = (int)stmt_col_int(s, 2),
		.id = stmt_col(s, 3),
		.version = stmt_col_int(s, 4),
		.batch = stmt_col_int(s, 5),
		.time = stmt_col_int(s, 6),
		.end_time = stmt_col_int(s, 7),
		.updated = stmt_col_null(s, 8) ? INT64_MIN : stmt_col_int(s, 8),
		.state = (enum record_state)stmt_col_int(s, 9),
		.body = stmt_col(s, 10),
		.hash = stmt_col(s, 12),
	};
	return splice(r, s, 13, spliced, res, e);
}

/* The row stays open until the statement is asked for again. */
int row_load(struct record *r, int64_t rid, struct resource *res,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, RES_GET);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	return rc > 0 ? row_read(r, s, &r->spliced, res, e) : rc;
}

static int get_former(struct record *r, int64_t rid, int64_t as_of,
    struct resource *res, struct ehr_err *e)
{
	struct stmt *s = sql(r, HIS_AT);
	int rc;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, as_of);
	rc = stmt_step(s, e);
	return rc > 0 ? row_read(r, s, &r->spliced, res, e) : rc;
}

/* Slices that live in r's buffer instead of in a statement. */
static void keep(struct record *r, struct resource *res)
{
	size_t n = res->id.n;

	buf_reset(&r->got);
	buf_addstr(&r->got, res->id);
	if (res->body.s) {
		buf_addstr(&r->got, res->body);
		buf_addstr(&r->got, res->hash);
	}
	res->id.s = r->got.s;
	if (res->body.s) {
		res->body.s = r->got.s + n;
		res->hash.s = res->body.s + res->body.n;
	}
}

int row_get(struct record *r, int64_t rid, int64_t as_of,
    struct resource *res, struct ehr_err *e)
{
	int rc = row_load(r, rid, res, e);

	if (rc > 0 && res->time > as_of)
		rc = get_former(r, rid, as_of, res, e);
	if (rc > 0)
		keep(r, res);
	stmt_reset(sql(r, RES_GET));
	stmt_reset(sql(r, HIS_AT));
	return rc;
}

int record_get(struct record *r, int64_t rid, int64_t as_of,
    struct resource *res, struct ehr_err *e)
{
	int rc = row_get(r, rid, as_of, res, e);

	if (rc <= 0 || !guard_hides(r, rid, res->type))
		return rc > 0 && as_of != RECORD_NOW &&
		    guard_hides_body(r, res) ? 0 : rc;
	return 0;
}

static bool wanted(struct stmt *s, const struct record_filter *f)
{
	return record_types_has(&f->types, (int)stmt_col_int(s, 1)) &&
	    stmt_col_int(s, 6) >= f->since && (f->deleted || f->history ||
	    stmt_col_int(s, 9) == RECORD_LIVE);
}

/* Runs fn over the rows of s; its slices are the statement's. */
static int each_row(struct record *r, struct stmt *s,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e)
{
	BUF_AUTO spliced = BUF_INIT;
	struct resource res;
	bool bodies = !f->whole && (f->history || f->as_of != RECORD_NOW ||
	    r->guard.by_body);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		/* The pages of a body that is not wanted are not read. */
		if (!wanted(s, f) || (!f->whole && guard_hides(r,
		    stmt_col_int(s, 0), (int)stmt_col_int(s, 1))))
			continue;
		rc = row_read(r, s, &spliced, &res, e);
		if (rc < 0)
			return rc;
		if (bodies && guard_hides_body(r, &res))
			continue;
		rc = fn(arg, &res);
		if (rc)
			return rc;
	}
	return rc;
}

/* The same for what has nothing but a body. */
static int each_body(struct record *r, struct stmt *s,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e)
{
	BUF_AUTO spliced = BUF_INIT;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		struct resource res = { .type = (int)stmt_col_int(s, 1) };

		if (!record_types_has(&f->types, res.type))
			continue;
		res.rid = stmt_col_int(s, 0);
		if (!f->whole && guard_hides(r, res.rid, res.type))
			continue;
		res.source = (int)stmt_col_int(s, 2);
		res.id = stmt_col(s, 3);
		res.body = stmt_col(s, 4);
		rc = splice(r, s, 5, &spliced, &res, e);
		if (rc > 0 && r->guard.by_body && !f->whole &&
		    guard_hides_body(r, &res))
			continue;
		if (rc > 0)
			rc = fn(arg, &res);
		if (rc)
			return rc;
	}
	return rc;
}

int row_body(struct record *r, int64_t rid, struct resource *res,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, RES_BODY);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc <= 0)
		return rc;
	*res = (struct resource){ .rid = rid,
		.type = (int)stmt_col_int(s, 1),
		.source = (int)stmt_col_int(s, 2), .id = stmt_col(s, 3),
		.body = stmt_col(s, 4) };
	return splice(r, s, 5, &r->spliced, res, e);
}

int record_history(struct record *r, int64_t rid, record_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct record_filter all = RECORD_FILTER;
	struct stmt *s = store_scan(r->db, &record_sql_table[HIS_ALL]);
	int rc;

	all.history = true;
	stmt_int(s, 1, rid);
	stmt_int(s, 2, rid);
	rc = each_row(r, s, &all, fn, arg, e);
	store_scan_end(s);
	return rc;
}

int record_range(struct record *r, int64_t first, int64_t last,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e)
{
	bool bodies = f->bodies && f->as_of == RECORD_NOW;
	struct stmt *s = store_scan(r->db,
	    &record_sql_table[f->history ? HIS_RANGE : bodies ? RES_BODIES :
	    f->as_of == RECORD_NOW ? RES_RANGE : RES_RANGE_AT]);
	int rc;

	stmt_int(s, 1, first);
	stmt_int(s, 2, last);
	if (!f->history && f->as_of != RECORD_NOW)
		stmt_int(s, 3, f->as_of);
	rc = (bodies ? each_body : each_row)(r, s, f, fn, arg, e);
	store_scan_end(s);
	return rc;
}

/* Resources of other charts that name the patient of these segments too:
 * ascending, each once. */
struct also {
	int64_t *rid;
	size_t n, cap;
};

static bool in_segments(int64_t rid, const int64_t *seg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (seg[i] == rid_segment(rid))
			return true;
	return false;
}

static int cmp_rid(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int also_read(struct record *r, const int64_t *seg, size_t n,
    int64_t as_of, struct also *a, struct ehr_err *e)
{
	size_t kept = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct stmt *s = sql(r, ALSO_OF);

		stmt_int(s, 1, seg[i]);
		stmt_int(s, 2, as_of == RECORD_NOW ? as_of - 1 : as_of);
		while ((rc = stmt_step(s, e)) > 0) {
			if (a->n == a->cap) {
				a->cap = a->cap ? a->cap * 2 : 16;
				a->rid = xrealloc(a->rid,
				    a->cap * sizeof(*a->rid));
			}
			a->rid[a->n++] = stmt_col_int(s, 0);
		}
		stmt_reset(s);
	}
	if (a->n)
		qsort(a->rid, a->n, sizeof(*a->rid), cmp_rid);
	for (size_t i = 0; i < a->n; i++)
		if (!in_segments(a->rid[i], seg, n) &&
		    (kept == 0 || a->rid[kept - 1] != a->rid[i]))
			a->rid[kept++] = a->rid[i];
	a->n = kept;
	return rc;
}

int record_ranges(struct record *r, int64_t patient, int64_t as_of,
    int (*fn)(void *arg, int64_t first, int64_t last, struct ehr_err *e),
    void *arg, struct ehr_err *e)
{
	struct also a = { NULL, 0, 0 };
	int64_t *seg;
	size_t n, k = 0;
	int rc = record_segments(r, patient, as_of, &seg, &n, e);

	r->guard.withheld.types = (struct record_types){ .some = false };
	if (rc == 0)
		rc = also_read(r, seg, n, as_of, &a, e);
	if (rc == 0 && !store_has(r->db, PERM_SENSITIVE))
		rc = record_sensitive(r, patient, as_of, e);
	r->guard.whole = rc == RECORD_WHOLE;
	rc = rc < 0 ? rc : 0;
	for (size_t i = 0; rc == 0 && i <= n; i++) {
		int64_t end = i < n ? rid_make(seg[i], 0) : INT64_MAX;

		for (; rc == 0 && k < a.n && a.rid[k] < end; k++)
			rc = fn(arg, a.rid[k], a.rid[k], e);
		if (rc == 0 && i < n)
			rc = fn(arg, rid_make(seg[i], 0),
			    rid_make(seg[i], SEQ_MAX), e);
	}
	r->guard.whole = false;
	free(a.rid);
	free(seg);
	return rc;
}

struct chart_scan {
	struct record *r;
	const struct record_filter *f;
	record_fn *fn;
	void *arg;
};

static int scan_range(void *arg, int64_t first, int64_t last,
    struct ehr_err *e)
{
	const struct chart_scan *c = arg;

	return record_range(c->r, first, last, c->f, c->fn, c->arg, e);
}

int record_chart(struct record *r, int64_t patient,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct chart_scan c = { r, f, fn, arg };

	return record_ranges(r, patient, f->as_of, scan_range, &c, e);
}

int record_shared(struct record *r, const struct record_filter *f,
    record_fn *fn, void *arg, struct ehr_err *e)
{
	return record_chart(r, 0, f, fn, arg, e);
}

int record_all(struct record *r, const struct record_filter *f, record_fn *fn,
    void *arg, struct ehr_err *e)
{
	return record_range(r, 0, INT64_MAX, f, fn, arg, e);
}

void record_types_add(struct record_types *t, int type)
{
	t->bits[type / 64] |= (uint64_t)1 << (type % 64);
	t->some = true;
}

bool record_types_has(const struct record_types *t, int type)
{
	return !t->some || (t->bits[type / 64] >> (type % 64) & 1);
}
