/*
 * verify.c - is the log what was written?
 *
 * One pass over the events: each leaf hash is made again from its row and
 * compared, the tree is built from the leaves, its tiles are compared as they
 * are completed, and the head at the end.
 */
#include <stdio.h>
#include <stdlib.h>

#include "impl.h"

/* A tile as it fills. Their trees, highest level first, are the frontier. */
struct level {
	struct merkle m;
	uint8_t hash[TILE_WIDTH][MERKLE_HASH];
	uint64_t done;			/* tiles completed */
};

struct verify {
	struct store *db;
	void (*fn)(void *arg, const struct audit_fault *f);
	void *arg;
	uint64_t faults;
	char first[MAX_LINE_ERR / 2];	/* text of the first fault */
	struct stmt *event;
	int64_t last;			/* seq of the last event, or 0 */
	bool broken;			/* a gap: the tree cannot be built */
	struct buf leaf;
	struct level level[TILE_LEVELS];
};

EHR_PRINTF(4, 5) static void fault(struct verify *v,
    enum audit_fault_kind kind, int64_t seq, const char *fmt, ...)
{
	char text[sizeof(v->first)];
	struct audit_fault f = { kind, seq, text };
	va_list ap;

	if (v->faults++ >= MAX_AUDIT_FAULTS)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (v->faults == 1)
		memcpy(v->first, text, sizeof(text));
	if (v->fn)
		v->fn(v->arg, &f);
}

/* ---- tiles ---- */

static bool is_tile(struct stmt *s)
{
	return stmt_type(s, 0) == STMT_INT && stmt_type(s, 1) == STMT_INT &&
	    stmt_type(s, 2) == STMT_BLOB && stmt_type(s, 3) == STMT_BLOB &&
	    stmt_col(s, 2).n == TILE_BYTES && stmt_col(s, 3).n == MERKLE_HASH;
}

/* The completed tile of this level against the stored one. */
static int check_tile(struct verify *v, unsigned at, struct ehr_err *e)
{
	struct level *l = &v->level[at];
	struct stmt *s = store_sql(v->db, &audit_sql[SQL_TILE]);
	int64_t seq = (int64_t)(l->done << (at + 1) * TILE_BITS) + 1;
	int i, rc;

	stmt_int(s, 1, at);
	stmt_int(s, 2, (int64_t)l->done);
	rc = stmt_step(s, e);
	if (rc < 0)
		return rc;
	if (rc == 0 || !is_tile(s)) {
		fault(v, AUDIT_TILE, seq, "tile of level %u from event %lld "
		    "on is missing or has no proper form", at, (long long)seq);
		goto out;
	}
	if (memcmp(stmt_col(s, 3).s, l->m.node[0], MERKLE_HASH) != 0)
		fault(v, AUDIT_TILE, seq, "root of the tile of level %u from "
		    "event %lld on differs", at, (long long)seq);
	for (i = 0; i < TILE_WIDTH; i++)
		if (memcmp(stmt_col(s, 2).s + i * MERKLE_HASH, l->hash[i],
			MERKLE_HASH) != 0)
			fault(v, AUDIT_TILE, seq + ((int64_t)i <<
			    at * TILE_BITS), "hash %d of the tile of level %u "
			    "from event %lld on differs", i, at,
			    (long long)seq);
out:
	stmt_reset(s);
	return 0;
}

/* Adds a leaf hash to the tree, level by level as tiles are completed. */
static int grow(struct verify *v, const uint8_t *hash, struct ehr_err *e)
{
	struct level *l;
	unsigned at;
	int rc = 0;

	for (at = 0; rc == 0 && at < TILE_LEVELS; at++) {
		l = &v->level[at];
		memcpy(l->hash[l->m.size], hash, MERKLE_HASH);
		merkle_append(&l->m, hash);
		if (l->m.size < TILE_WIDTH)
			break;
		rc = check_tile(v, at, e);
		hash = l->m.node[0];
		l->m.size = 0;
		l->done++;
	}
	return rc;
}

/* ---- events ---- */

/* Is the row the next event? A later one is taken, with a gap before it. */
static bool in_order(struct verify *v)
{
	enum stmt_type type = stmt_type(v->event, COL_SEQ);
	int64_t seq = stmt_col_int(v->event, COL_SEQ);

	if (type != STMT_INT || seq <= v->last) {
		fault(v, AUDIT_GAP, v->last, "an event after event %lld has no "
		    "number of its own", (long long)v->last);
		v->broken = true;
		return false;
	}
	if (seq - 1 > v->last) {
		fault(v, AUDIT_GAP, v->last + 1,
		    "events %lld to %lld are missing", (long long)v->last + 1,
		    (long long)seq - 1);
		v->broken = true;
	}
	v->last = seq;
	return true;
}

/* The leaf hash kept in the row against that of the row; out: the kept one.
 * What the row says is a fault here; the tree is then that of the kept
 * hashes, so that one changed row is one fault. */
static void check_leaf(struct verify *v, uint8_t hash[MERKLE_HASH])
{
	enum stmt_type type = stmt_type(v->event, COL_LEAF);
	struct str kept = stmt_col(v->event, COL_LEAF);

	if (type != STMT_BLOB || kept.n != MERKLE_HASH) {
		fault(v, AUDIT_LEAF, v->last, "event %lld has no leaf hash",
		    (long long)v->last);
		return;
	}
	if (memcmp(kept.s, hash, MERKLE_HASH) != 0)
		fault(v, AUDIT_LEAF, v->last, "event %lld differs from "
		    "its leaf hash", (long long)v->last);
	memcpy(hash, kept.s, MERKLE_HASH);
}

static int check_event(struct verify *v, struct ehr_err *e)
{
	uint8_t hash[MERKLE_HASH];

	if (!in_order(v))
		return 0;
	leaf_row(&v->leaf, v->event);
	leaf_end(&v->leaf, hash);
	check_leaf(v, hash);
	return v->broken ? 0 : grow(v, hash, e);
}

/* ---- head ---- */

static void frontier(const struct verify *v, struct merkle *m)
{
	const struct level *l;
	unsigned at, n = 0;

	m->size = 0;
	for (at = TILE_LEVELS; at-- > 0;) {
		l = &v->level[at];
		m->size |= l->m.size << at * TILE_BITS;
		memcpy(m->node[n], l->m.node,
		    merkle_count(l->m.size) * MERKLE_HASH);
		n += merkle_count(l->m.size);
	}
}

static int check_head(struct verify *v, struct ehr_err *e)
{
	struct merkle head, tree;
	uint8_t root[MERKLE_HASH], own_root[MERKLE_HASH];
	struct ehr_err why;
	int64_t tiles, want = 0;
	unsigned at;
	int rc = head_read(v->db, &head, root, &why);

	if (rc == EHR_EINTEGRITY) {
		fault(v, AUDIT_HEAD, 0, "%s", why.msg);
		return 0;
	}
	if (rc < 0)
		return ehr_fail(e, rc, "%s", why.msg);
	if ((int64_t)head.size != v->last)
		fault(v, AUDIT_HEAD, 0, "the head counts %lld events, the "
		    "last one is %lld", (long long)head.size,
		    (long long)v->last);
	if (v->broken)
		return 0;
	frontier(v, &tree);
	merkle_root(&tree, own_root);
	if (head.size == tree.size && memcmp(head.node, tree.node,
		merkle_count(tree.size) * MERKLE_HASH) != 0)
		fault(v, AUDIT_HEAD, 0, "the head's subtrees differ");
	if (memcmp(root, own_root, MERKLE_HASH) != 0)
		fault(v, AUDIT_HEAD, 0, "the head's root differs");
	for (at = 0; at < TILE_LEVELS; at++)
		want += (int64_t)v->level[at].done;
	rc = store_int(v->db, &audit_sql[SQL_TILE_COUNT], &tiles, e);
	if (rc > 0 && tiles > want)
		fault(v, AUDIT_TILE, 0, "%lld tiles that are not of this tree",
		    (long long)(tiles - want));
	return rc < 0 ? rc : 0;
}

static int verify_all(struct verify *v, struct ehr_err *e)
{
	int rc = 0;

	while (rc == 0 && (rc = stmt_step(v->event, e)) > 0)
		rc = check_event(v, e);
	if (rc == 0)
		rc = check_head(v, e);
	if (rc == 0 && v->faults > 0)
		rc = ehr_fail(e, EHR_EINTEGRITY, "audit log: %s (%llu %s)",
		    v->first, (unsigned long long)v->faults,
		    v->faults == 1 ? "fault" : "faults");
	return rc;
}

int audit_verify(struct store *db,
    void (*fn)(void *arg, const struct audit_fault *f), void *arg,
    struct ehr_err *e)
{
	bool own = !store_in_txn(db);
	struct verify *v;
	int rc = own ? store_begin(db, STORE_SNAPSHOT, e) : 0;

	if (rc < 0)
		return rc;
	v = xcalloc(1, sizeof(*v));
	v->db = db;
	v->fn = fn;
	v->arg = arg;
	v->leaf = BUF_INIT;
	v->event = store_sql(db, &audit_sql[SQL_ALL_EVENTS]);
	rc = verify_all(v, e);
	stmt_reset(v->event);
	buf_release(&v->leaf);
	free(v);
	if (own)
		store_rollback(db);
	return rc;
}
