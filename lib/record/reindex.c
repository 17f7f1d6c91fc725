/* reindex.c - the search index made anew, in chunks between which others read
 * and write. While it is made index.version is the negative of what it will
 * be, and index.next the first rid that has no rows yet: writers leave those
 * alone (record.index_next). Broken off, it goes on from there. */
#include "impl.h"

struct reindex {
	struct record *r;
	int64_t last; /* rid of the resource indexed last */
	int64_t done;
	struct ehr_err *e;
};

int index_progress(struct record *r, struct ehr_err *e)
{
	int64_t next = 0;
	int rc = store_int(r->db, &record_sql_table[INDEX_NEXT_GET], &next, e);

	r->index_next = rc > 0 ? next : INT64_MAX;
	return rc < 0 ? rc : 0;
}

/* A setting of the index; STR_NONE takes it away. */
static int set_text(struct record *r, const char *key, struct str v,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, v.s ? INDEX_STATE_SET : INDEX_STATE_DROP);

	stmt_text(s, 1, str_of(key));
	if (v.s)
		stmt_text(s, 2, v);
	return stmt_run(s, e);
}

static int set_number(struct record *r, const char *key, int64_t v,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;

	buf_addf(&text, "%lld", (long long)v);
	return set_text(r, key, buf_str(&text), e);
}

/* Ends a chunk with result rc. */
static int end_chunk(struct record *r, int rc, struct ehr_err *e)
{
	if (rc == 0)
		return store_commit(r->db, e);
	store_rollback(r->db);
	return rc;
}

/* From now on the index is refused. 1: it is to be cleared. */
static int begin(struct record *r, int64_t *next, struct ehr_err *e)
{
	int64_t version = 0;
	int rc = store_begin(r->db, STORE_BULK, e);

	*next = 0;
	if (rc < 0)
		return rc;
	rc = store_int(r->db, &record_sql_table[INDEX_VERSION_GET], &version,
	    e);
	if (rc >= 0 && version == -INDEX_VERSION)
		rc = store_int(r->db, &record_sql_table[INDEX_NEXT_GET], next,
		    e);
	if (rc >= 0)
		rc = set_number(r, "index.version", -INDEX_VERSION, e);
	if (rc == 0)
		rc = set_number(r, "index.next", *next, e);
	rc = end_chunk(r, rc, e);
	return rc < 0 ? rc : *next == 0;
}

/* Takes rows of one table away until none is left (1) or the time is up. */
static int clear_some(struct record *r, enum record_sql_id rows,
    enum record_sql_id any, struct ehr_err *e)
{
	int64_t one;
	int rc = 1;

	while (rc > 0) {
		rc = store_int(r->db, &record_sql_table[any], &one, e);
		if (rc <= 0)
			return rc < 0 ? rc : 1;
		rc = stmt_run(sql(r, rows), e);
		if (rc < 0 || store_bulk_due(r->db))
			return rc;
		rc = 1;
	}
	return rc;
}

static int clear_table(struct record *r, enum record_sql_id rows,
    enum record_sql_id any, struct ehr_err *e)
{
	int rc = 0, done = 0;

	while (rc == 0 && done == 0) {
		rc = store_begin(r->db, STORE_BULK, e);
		if (rc < 0)
			return rc;
		done = clear_some(r, rows, any, e);
		rc = end_chunk(r, done < 0 ? done : 0, e);
	}
	return rc;
}

/* The words of the notes go at once: FTS5 has no other way. */
static int clear_notes(struct record *r, struct ehr_err *e)
{
	int rc = store_begin(r->db, STORE_BULK, e);

	if (rc < 0)
		return rc;
	return end_chunk(r, stmt_run(sql(r, INDEX_CLEAR_NOTE), e), e);
}

static int clear(struct record *r, struct ehr_err *e)
{
	static const struct {
		enum record_sql_id rows, any;
	} all[] = {
		{ INDEX_CLEAR_TOKEN, INDEX_ANY_TOKEN },
		{ INDEX_CLEAR_QUANTITY, INDEX_ANY_QUANTITY },
		{ INDEX_CLEAR_STRING, INDEX_ANY_STRING },
		{ INDEX_CLEAR_SKETCH, INDEX_ANY_SKETCH },
		{ INDEX_CLEAR_SAME, INDEX_ANY_SAME },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(all); i++)
		rc = clear_table(r, all[i].rows, all[i].any, e);
	return rc < 0 ? rc : clear_notes(r, e);
}

/* 1: the chunk's time is up. */
static int index_one(void *arg, const struct resource *res)
{
	struct reindex *x = arg;
	struct facts f;
	int rc;

	arena_reset(&x->r->mem);
	rc = facts_read(&x->r->reader, &x->r->mem, res->type, res->body, &f,
	    x->e);
	if (rc == 0)
		rc = index_write(x->r, res->rid, &f, false, x->e);
	x->last = res->rid;
	x->done++;
	return rc < 0 ? rc : store_bulk_due(x->r->db);
}

/* Resources from next on, until there are no more (0) or the time is up. */
static int index_chunk(struct reindex *x, int64_t next)
{
	struct record_filter all = RECORD_FILTER;
	struct record *r = x->r;
	int more, rc = store_begin(r->db, STORE_BULK, x->e);

	all.whole = true;
	if (rc < 0)
		return rc;
	r->index_next = INT64_MAX; /* these rows are ours to write */
	more = rc = record_range(r, next, INT64_MAX, &all, index_one, x, x->e);
	if (rc >= 0)
		rc = index_flush(r, x->e);
	if (rc == 0 && more)
		rc = set_number(r, "index.next", x->last + 1, x->e);
	else if (rc == 0)
		rc = set_text(r, "index.version", STR(INDEX_VERSION_TEXT),
		    x->e);
	if (rc == 0 && !more)
		rc = set_text(r, "index.next", STR_NONE, x->e);
	rc = end_chunk(r, rc, x->e);
	return rc < 0 ? rc : more;
}

int record_reindex(struct record *r, int (*tell)(void *arg, int64_t done),
    void *arg, struct ehr_err *e)
{
	struct reindex x = { .r = r, .e = e };
	int64_t next = 0;
	int rc = store_bulk_enter(r->db, e);

	if (rc == 0)
		rc = begin(r, &next, e);
	if (rc > 0)
		rc = clear(r, e);
	for (int more = rc == 0; rc == 0 && more; next = x.last + 1) {
		rc = more = index_chunk(&x, next);
		if (more > 0)
			rc = tell ? tell(arg, x.done) : 0;
	}
	store_bulk_leave(r->db);
	record_forget(r);
	return rc;
}
