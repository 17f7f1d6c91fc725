/* undo.c - a batch taken back by a new batch: what it created becomes a
 * tombstone, what it changed gets its former content, segments it assigned go
 * back. An undo is a batch and can be undone the same way. */
#include <stdlib.h>

#include "impl.h"

struct undo {
	struct batch *b;
	int64_t id;	  /* the batch taken back */
	bool partial;
	bool signs;	  /* it is of the tool that does */
	int64_t left;	  /* resources later batches built on */
	int64_t kept;	  /* what the batch signed */
	int (*built_on)(void *arg, int64_t rid, int64_t by_batch);
	void *arg;
	struct ehr_err *e;
};

struct state_now {
	int64_t batch, origin;
	enum record_state state;
	bool touched; /* by the batch that is taken back */
};

static int look(struct undo *u, int64_t rid, struct state_now *n)
{
	struct stmt *s = sql(u->b->r, UNDO_STATE);
	int rc;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, u->id);
	rc = stmt_step(s, u->e);
	if (rc > 0)
		*n = (struct state_now){
			stmt_col_int(s, 0), stmt_col_int(s, 1),
			(enum record_state)stmt_col_int(s, 2),
			stmt_col_int(s, 3) != 0,
		};
	stmt_reset(s);
	return rc;
}

/* Does a later batch that still counts depend on what is taken back? What an
 * undone batch did and its undo brought back does not. */
static bool is_built_on(const struct undo *u, const struct state_now *n)
{
	return n->batch != u->id && n->origin != u->id;
}

/* A chart that the batch began must not hold what later batches put there. */
static int chart_built_on(struct undo *u, int64_t rid, int64_t *by)
{
	struct stmt *s;
	int rc;

	if (rid != rid_make(rid_segment(rid), 0))
		return 0;
	s = sql(u->b->r, UNDO_CHART);
	stmt_int(s, 1, rid + 1);
	stmt_int(s, 2, rid_make(rid_segment(rid), SEQ_MAX));
	stmt_int(s, 3, u->id);
	rc = stmt_step(s, u->e);
	if (rc > 0)
		*by = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

/* Did the row begin in the midst of the resource's history? */
static int came_by_move(struct undo *u, int64_t rid)
{
	struct stmt *s = sql(u->b->r, HIS_FIRST);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, u->e);
	if (rc > 0)
		rc = stmt_col_int(s, 0) > 1;
	stmt_reset(s);
	return rc;
}

/* What was before the batch: 1 and v filled, 0 nothing. Text is in b->mem. */
static int former(struct undo *u, int64_t rid, struct version *v,
    uint8_t hash[16])
{
	struct stmt *s = sql(u->b->r, HIS_ENDED);
	struct str h, body = STR_NONE;
	int rc;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, u->id);
	rc = stmt_step(s, u->e);
	if (rc > 0) {
		v->origin = stmt_col_int(s, 1);
		v->updated = stmt_col_null(s, 2) ? INT64_MIN :
		    stmt_col_int(s, 2);
		v->state = (enum record_state)stmt_col_int(s, 3);
		h = stmt_col(s, 4);
		v->hash = NULL;
		if (h.n == 16) {
			memcpy(hash, h.s, 16);
			v->hash = hash;
		}
		rc = body_read(u->b->r, stmt_col(s, 5), stmt_col(s, 6),
		    &u->b->r->spliced, &body, u->e);
		rc = rc < 0 ? rc : 1;
		v->body = body.s ? arena_str(&u->b->mem, body) : STR_NONE;
	}
	stmt_reset(s);
	return rc;
}

static void count(struct batch *b, enum record_state before,
    enum record_state after)
{
	if (after != RECORD_LIVE)
		b->n.deleted++;
	else if (before == RECORD_LIVE)
		b->n.updated++;
	else
		b->n.inserted++;
}

static int take_back(struct undo *u, int64_t rid, bool created)
{
	struct batch *b = u->b;
	struct version v = { .rid = rid, .state = RECORD_DELETED,
		.origin = b->id, .updated = INT64_MIN, .body = STR_NONE };
	struct resource cur;
	uint8_t hash[16];
	int64_t patient;
	int rc = row_load(b->r, rid, &cur, u->e);

	if (rc <= 0)
		return rc;
	if (cur.body.s)
		cur.body = arena_str(&b->mem, cur.body);
	cur.id = arena_str(&b->mem, cur.id);
	stmt_reset(sql(b->r, RES_GET));
	v.type = cur.type;
	v.source = cur.source;
	v.id = cur.id;
	if (created)
		rc = came_by_move(u, rid);
	else
		rc = former(u, rid, &v, hash);
	if (created && rc > 0) /* back to where it was */
		v.state = RECORD_MOVED;
	b->source = cur.source;
	if (rc >= 0)
		rc = version_replace(b, &cur, &v, u->e);
	if (rc == 0)
		rc = record_patient_of(b->r, rid, RECORD_NOW - 1, &patient,
		    u->e);
	if (rc < 0)
		return rc;
	count(b, cur.state, v.state);
	batch_patient(b, patient);
	arena_reset(&b->mem);
	return 0;
}

/* What undo does to a row. */
struct fate {
	bool touched;		  /* else nothing */
	bool created;		  /* by the batch */
	enum record_state former; /* unless created */
	int64_t by;		  /* later batch that built on it, or 0 */
};

static int fate_of(struct undo *u, int64_t rid, struct fate *f)
{
	struct version v = { .state = RECORD_DELETED };
	struct state_now n;
	uint8_t hash[16];
	int rc = look(u, rid, &n);

	*f = (struct fate){ .touched = false };
	if (rc <= 0 || !n.touched)
		return rc < 0 ? rc : 0;
	rc = former(u, rid, &v, hash);
	if (rc < 0)
		return rc;
	f->created = rc == 0;
	f->former = v.state;
	f->touched = true;
	if (n.batch != u->id && n.state == RECORD_DELETED && f->created) {
		rc = came_by_move(u, rid);
		f->touched = rc > 0; /* else created, and gone again since */
		if (rc <= 0)
			return rc;
	}
	if (is_built_on(u, &n))
		f->by = n.batch;
	else if (f->created)
		rc = chart_built_on(u, rid, &f->by);
	return rc < 0 ? rc : 0;
}

/* The rows of a resource that moved away. */
struct elsewhere {
	struct undo *u;
	int64_t rid;	/* the one it moved away from */
	struct str id;
	int64_t by;	/* batch that keeps it in another one, or 0 */
};

/* Another row: is the resource there, or was it deleted there later? Not when
 * that is what the undo takes back. */
static int stays(void *arg, int64_t rid)
{
	struct elsewhere *w = arg;
	struct undo *u = w->u;
	struct resource cur;
	struct fate f;
	int rc = 0;

	if (rid == w->rid || w->by)
		return 0;
	rc = row_load(u->b->r, rid, &cur, u->e);
	if (rc <= 0 || cur.state == RECORD_MOVED || !str_eq(cur.id, w->id))
		return rc < 0 ? rc : 0;
	if (cur.state == RECORD_DELETED &&
	    (cur.batch < u->id || cur.batch == u->b->id))
		return 0;
	rc = fate_of(u, rid, &f);
	w->by = f.touched ? f.by : cur.batch;
	return rc;
}

/* What moved away must not come back while it stays where it went to, or was
 * deleted there: *by is the batch that did so. */
static int lives_elsewhere(struct undo *u, int64_t rid, int64_t *by)
{
	struct elsewhere w = { u, rid, STR_NONE, 0 };
	struct record *r = u->b->r;
	struct resource cur;
	int rc = row_load(r, rid, &cur, u->e);

	if (rc <= 0 || cur.state != RECORD_MOVED)
		return rc;
	w.id = arena_str(&u->b->mem, cur.id);
	rc = ident_each(r, cur.source, w.id, cur.type, stays, &w, u->e);
	*by = w.by;
	return rc;
}

static int undo_one(void *arg, int64_t rid)
{
	struct undo *u = arg;
	struct fate f;
	int rc = fate_of(u, rid, &f);

	if (rc < 0 || !f.touched)
		return rc;
	if (f.by == 0 && !f.created && f.former == RECORD_LIVE)
		rc = lives_elsewhere(u, rid, &f.by);
	if (rc < 0)
		return rc;
	rc = f.by == 0 && u->signs ? signed_here(u->b->r, rid, u->id, u->e) : 0;
	if (rc < 0)
		return rc;
	if (rc > 0) {
		u->kept++;
		return u->built_on ? u->built_on(u->arg, rid, 0) : 0;
	}
	if (f.by) {
		u->left++;
		return u->built_on ? u->built_on(u->arg, rid, f.by) : 0;
	}
	return take_back(u, rid, f.created);
}

/* Segments the batch assigned go back, unless a later batch gave them to
 * somebody else. */
static int undo_segments(struct undo *u)
{
	struct record *r = u->b->r;
	struct stmt *s = store_scan(r->db, &record_sql_table[SEG_TAKEN]);
	int rc;

	stmt_int(s, 1, u->id);
	while ((rc = stmt_step(s, u->e)) > 0) {
		int64_t seg = stmt_col_int(s, 0), was = stmt_col_int(s, 1);
		int64_t now = stmt_col_int(s, 3);

		if (now == was)
			continue;
		if (now != stmt_col_int(s, 2)) {
			u->left++;
			if (u->built_on)
				u->built_on(u->arg, rid_make(seg, 0),
				    stmt_col_int(s, 4));
			continue;
		}
		rc = segment_assign(r, seg, was, u->b->id, u->e);
		if (rc < 0)
			break;
		batch_patient(u->b, was);
		batch_patient(u->b, now);
	}
	store_scan_end(s);
	return rc;
}

static int set_state(struct record *r, int64_t id, enum batch_state state,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, BATCH_STATE);

	stmt_int(s, 1, id);
	stmt_int(s, 2, state);
	return stmt_run(s, e);
}

/* The undone batch's state; that of what it had undone in its turn. */
static int mark(struct undo *u, int64_t undoes)
{
	struct record *r = u->b->r;
	struct stmt *s;
	int rc = set_state(r, u->id, u->left ? BATCH_PARTLY : BATCH_UNDONE,
	    u->e);

	if (rc < 0 || undoes == 0)
		return rc;
	s = sql(r, UNDO_OTHERS);
	stmt_int(s, 1, undoes);
	rc = stmt_step(s, u->e);
	stmt_reset(s);
	if (rc < 0)
		return rc;
	return set_state(r, undoes, rc > 0 || u->left ? BATCH_PARTLY :
	    BATCH_DONE, u->e);
}

static int run(struct undo *u, int64_t undoes)
{
	struct batch *b = u->b;
	int rc = batch_begin_row(b, u->e);

	if (rc == 0)
		rc = undo_segments(u);
	if (rc == 0)
		rc = batch_each_rid(b->r, u->id, undo_one, u, u->e);
	if (rc == 0 && u->kept && !u->partial)
		rc = ehr_fail(u->e, EHR_ENO, "batch %lld: %lld of its "
		    "resources are signed notes and signatures, which stay",
		    (long long)u->id, (long long)u->kept);
	u->left += u->kept;
	if (rc == 0 && u->left && !u->partial)
		rc = ehr_fail(u->e, EHR_ENO, "batch %lld: later batches built "
		    "on %lld of its resources", (long long)u->id,
		    (long long)u->left);
	if (rc == 0)
		rc = mark(u, undoes);
	if (rc == 0)
		rc = batch_end_row(b, BATCH_DONE, u->e);
	return rc < 0 ? rc : batch_chunk(b, true, u->e);
}

static int is_purge(struct record *r, int64_t id, struct ehr_err *e)
{
	struct stmt *s = sql(r, PURGE_OF);
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	stmt_reset(s);
	return rc;
}

int batch_undo(struct batch *b, int64_t id, bool partial,
    int (*built_on)(void *arg, int64_t rid, int64_t by_batch), void *arg,
    struct batch_counts *counts, struct ehr_err *e)
{
	struct undo u = { .b = b, .id = id, .partial = partial,
		.built_on = built_on, .arg = arg, .e = e };
	struct batch_row row;
	int64_t undoes;
	int rc = batch_get(b->r, id, &row, e);

	if (rc < 0)
		return rc;
	if (row.kind.s && !str_eq(row.kind, str_of(b->kind)))
		return ehr_fail(e, EHR_ENO, "batch %lld: its %.*s rows are "
		    "taken back by %.*s undo", (long long)id,
		    STR_FMT(row.kind), STR_FMT(row.tool));
	undoes = row.undoes;
	u.signs = str_is(row.tool, "ehr-note");
	rc = is_purge(b->r, id, e);
	if (rc != 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_ENO, "batch %lld: a purge "
		    "cannot be undone: nothing is left of the chart",
		    (long long)id);
	if (row.state == BATCH_UNDONE)
		return ehr_fail(e, EHR_ENO, "batch %lld: undone already",
		    (long long)id);
	b->undoes = id;
	b->outer = store_in_txn(b->r->db);
	rc = b->outer ? 0 : store_begin(b->r->db, STORE_BULK, e);
	if (rc == 0)
		rc = run(&u, undoes);
	record_forget(b->r);
	if (b->outer)
		return rc;
	if (rc == 0)
		rc = store_commit(b->r->db, e);
	else
		store_rollback(b->r->db);
	if (counts)
		*counts = b->n;
	return rc;
}
