/* optimize.c - bodies packed: a dictionary is made of resources of the record
 * itself, then rows are written anew in chunks. Broken off, the same goes on:
 * what is packed says so. */
#include <stdlib.h>

#include "impl.h"

enum {
	SAMPLE_BYTES = 8 << 20, /* of bodies, every nth of the record */
	SAMPLE_TEXT = 32 << 10, /* longer ones are left out */
	SAMPLES_MIN = 100,	/* fewer have little in common */
};

struct sampling {
	struct pack_samples s;	/* bodies as they are */
	int64_t *chart;		/* of each */
	size_t cap;
	uint64_t step, met;
};

/* Every other one stays. */
static void thin(struct sampling *x)
{
	size_t from = 0, to = 0, kept = 0;

	for (size_t i = 0; i < x->s.n; i++) {
		size_t n = x->s.size[i];

		if (i % 2 == 0) {
			memmove(x->s.text.s + to, x->s.text.s + from, n);
			to += n;
			x->chart[kept] = x->chart[i];
			x->s.size[kept++] = n;
		}
		from += n;
	}
	x->s.n = kept;
	x->s.text.len = to;
	x->step *= 2;
}

static int take(void *arg, const struct resource *res)
{
	struct sampling *x = arg;
	size_t from = x->s.text.len;

	if (x->met++ % x->step || res->body.n > SAMPLE_TEXT)
		return 0;
	buf_addstr(&x->s.text, res->body);
	pack_sample_end(&x->s, from);
	if (x->cap < x->s.cap) {
		x->cap = x->s.cap;
		x->chart = xrealloc(x->chart, x->cap * sizeof(*x->chart));
	}
	x->chart[x->s.n - 1] = rid_segment(res->rid);
	if (x->s.text.len > SAMPLE_BYTES)
		thin(x);
	return 0;
}

typedef void each_fn(struct mask *m, const struct tape *t, int64_t chart,
    struct pack_samples *out, bool random);

static void learn(struct mask *m, const struct tape *t, int64_t chart,
    struct pack_samples *out, bool random)
{
	(void)out;
	(void)random;
	mask_learn(m, t, chart);
}

static void write_sample(struct mask *m, const struct tape *t, int64_t chart,
    struct pack_samples *out, bool random)
{
	size_t from = out->text.len;

	(void)chart;
	mask_write(m, t, random, &out->text);
	pack_sample_end(out, from);
}

static void each_sample(struct record *r, const struct sampling *x,
    struct mask *m, each_fn *fn, struct pack_samples *out, bool random)
{
	struct tape_error why;
	size_t from = 0;

	for (size_t i = 0; i < x->s.n; i++) {
		if (tape_parse(&r->tape, x->s.text.s + from, x->s.size[i],
		    &why) == 0)
			fn(m, &r->tape, x->chart[i], out, random);
		from += x->s.size[i];
	}
}

/* The resources are read in one snapshot. */
static int sample(struct record *r, struct sampling *x, struct ehr_err *e)
{
	struct record_filter all = RECORD_FILTER;
	int rc = store_begin(r->db, STORE_SNAPSHOT, e);

	if (rc < 0)
		return rc;
	all.bodies = all.whole = true;
	rc = record_all(r, &all, take, x, e);
	store_rollback(r->db);
	return rc;
}

static int make_dictionary(struct record *r, struct buf *dict,
    struct ehr_err *e)
{
	struct pack_samples structure = { .text = BUF_INIT };
	struct pack_samples lookalikes = { .text = BUF_INIT };
	struct sampling x = { .s.text = BUF_INIT, .step = 1 };
	struct mask m;
	int rc = sample(r, &x, e);

	if (rc == 0 && x.s.n < SAMPLES_MIN)
		rc = ehr_fail(e, EHR_ENO, "there are too few resources to "
		    "learn from");
	mask_init(&m);
	if (rc == 0) {
		each_sample(r, &x, &m, learn, NULL, false);
		each_sample(r, &x, &m, write_sample, &structure, false);
		each_sample(r, &x, &m, write_sample, &lookalikes, true);
		rc = store_train(r->db, &structure, &lookalikes, dict, e);
	}
	mask_release(&m);
	pack_samples_release(&structure);
	pack_samples_release(&lookalikes);
	pack_samples_release(&x.s);
	free(x.chart);
	return rc;
}

/* ---- rows ---- */

struct table {
	enum record_sql_id scan, set;
};
static const struct table tables[] = {
	{ RES_STORED, RES_PACK }, { HIS_STORED, HIS_PACK },
};

struct rewriting {
	struct record *r;
	int64_t dictionary;
	struct record_optimized *n;
	struct ehr_err *e;
};

static int set_body(struct rewriting *x, enum record_sql_id id, int64_t row,
    struct str body)
{
	struct stmt *s = sql(x->r, id);

	stmt_int(s, 1, row);
	if (store_is_packed(body))
		stmt_blob(s, 2, body.s, body.n);
	else
		stmt_text(s, 2, body);
	return stmt_run(s, x->e);
}

static int rewrite(struct rewriting *x, enum record_sql_id id, int64_t row,
    struct str stored)
{
	struct record *r = x->r;
	struct str body, now = stored;
	int rc = 0;

	x->n->rows++;
	x->n->before += (int64_t)stored.n;
	if (store_packed_with(stored) != x->dictionary) {
		rc = body_read(r, stored, STR_NONE, &r->unpacked, &body, x->e);
		if (rc == 0)
			rc = store_pack(r->db, body, &r->packed, x->e);
		if (rc >= 0)
			now = rc > 0 ? buf_str(&r->packed) : body;
		if (rc >= 0 && !str_eq(now, stored)) {
			rc = set_body(x, id, row, now);
			x->n->written++;
		}
	}
	x->n->after += (int64_t)now.n;
	return rc < 0 ? rc : 0;
}

/* Rows behind *last, until there are no more (0) or the time is up (1). */
static int rewrite_chunk(struct rewriting *x, const struct table *t,
    int64_t *last)
{
	struct stmt *s = store_scan(x->r->db, &record_sql_table[t->scan]);
	int rc;

	stmt_int(s, 1, *last);
	while ((rc = stmt_step(s, x->e)) > 0) {
		*last = stmt_col_int(s, 0);
		rc = rewrite(x, t->set, *last, stmt_col(s, 1));
		if (rc == 0 && store_bulk_due(x->r->db))
			rc = 1;
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

static int rewrite_table(struct rewriting *x, const struct table *t,
    int (*tell)(void *arg, int64_t rows), void *arg)
{
	struct store *db = x->r->db;
	int64_t last = -1;
	int rc = 0, more = 1;

	while (rc == 0 && more > 0) {
		if (!store_in_txn(db))
			rc = store_begin(db, STORE_BULK, x->e);
		if (rc < 0)
			return rc;
		more = rewrite_chunk(x, t, &last);
		if (more < 0)
			return more;
		rc = store_commit(db, x->e);
		if (rc == 0 && tell)
			rc = tell(arg, x->n->rows);
	}
	return rc;
}

/* The first chunk's transaction is open then; a new dictionary is in it. */
static int begin(struct record *r, bool train, struct ehr_err *e)
{
	BUF_AUTO dict = BUF_INIT;
	bool make = train || store_dictionary(r->db) == 0;
	int rc = make ? make_dictionary(r, &dict, e) : 0;

	if (rc == 0)
		rc = store_begin(r->db, STORE_BULK, e);
	return rc < 0 || !make ? rc :
	    store_add_dictionary(r->db, buf_str(&dict), e);
}

int record_optimize(struct record *r, bool train, struct record_optimized *n,
    int (*tell)(void *arg, int64_t rows), void *arg, struct ehr_err *e)
{
	struct rewriting x = { .r = r, .n = n, .e = e };
	int rc = store_bulk_enter(r->db, e);

	*n = (struct record_optimized){ 0 };
	if (rc == 0)
		rc = begin(r, train, e);
	x.dictionary = n->dictionary = store_dictionary(r->db);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(tables); i++)
		rc = rewrite_table(&x, &tables[i], tell, arg);
	if (rc < 0) {
		store_rollback(r->db);
		store_pack_forget(r->db);
	}
	store_bulk_leave(r->db);
	return rc;
}
