/* link.c - references as rows: resolved at once when the target is there,
 * else pending under the target's key until it comes. */
#include <stdlib.h>

#include "impl.h"

enum { CACHE_MAX = 1 << 16 };

struct linking {
	struct batch *b;
	const struct version *v;
	const struct tape *t;
	struct ehr_err *e;
	int ordinal;
};

/* Target of a key: 1 resolved, 0 not there, 2 several, negative. */
static int target_of(struct batch *b, const struct ref *ref, int64_t *rid,
    struct ehr_err *e)
{
	struct link_window *w = &b->win;
	uint64_t hash = ident_hash(b->source, ref->name, ref->type);
	int64_t *known = map64_get(&w->rid, hash);
	int rc;

	if (known == NULL)
		known = map64_get(&w->cache, hash);
	if (known && *known > 0) {
		*rid = *known;
		return 1;
	}
	rc = ident_find(b->r, b->source, ref->name, ref->type, false, rid, e);
	if (rc == 1) {
		if (w->cache.count >= CACHE_MAX)
			map64_clear(&w->cache);
		*map64_put(&w->cache, hash, NULL) = *rid;
	}
	return rc;
}

static int link_row(struct linking *l, const struct ref *ref, int64_t target,
    enum link_state state)
{
	struct stmt *s = sql(l->b->r, LINK_ADD);

	stmt_int(s, 1, l->v->rid);
	stmt_int(s, 2, l->ordinal++);
	if (state == LINK_RESOLVED)
		stmt_int(s, 3, target);
	else
		stmt_null(s, 3);
	if (state == LINK_PENDING || state == LINK_AMBIGUOUS) {
		stmt_int(s, 4, ident_key(l->v->source, ref->name, ref->type));
		l->b->win.pending = true;
	} else {
		stmt_null(s, 4);
	}
	stmt_int(s, 5, state);
	return stmt_run(s, l->e);
}

static int link_one(void *arg, uint32_t node)
{
	struct linking *l = arg;
	struct str text = tape_text(l->t, node, &l->b->r->text);
	struct ref ref;
	int64_t target = 0;
	int rc;

	ref_parse(l->b->r, l->v->source, text, &ref);
	if (ref.name.s == NULL)
		return link_row(l, &ref, 0, LINK_OTHER);
	rc = target_of(l->b, &ref, &target, l->e);
	if (rc < 0)
		return rc;
	return link_row(l, &ref, target, rc == 1 ? LINK_RESOLVED :
	    rc == 0 ? LINK_PENDING : LINK_AMBIGUOUS);
}

int link_write(struct batch *b, const struct version *v, const struct tape *t,
    struct ehr_err *e)
{
	struct linking l = { .b = b, .v = v, .t = t, .e = e };

	return fhir_references_each(t, 0, link_one, &l);
}

int link_drop(struct record *r, int64_t rid, struct ehr_err *e)
{
	struct stmt *s = sql(r, LINK_DROP);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_run(s, e);
	if (rc < 0)
		return rc;
	s = sql(r, ALSO_DROP);
	stmt_int(s, 1, rid);
	return stmt_run(s, e);
}

int link_arrived(struct batch *b, struct str name, int type, int64_t rid,
    struct ehr_err *e)
{
	int64_t found;
	struct stmt *s;
	int rc;

	if (!b->win.pending)
		return 0;
	rc = ident_find(b->r, b->source, name, type, false, &found, e);
	if (rc < 0)
		return rc;
	s = sql(b->r, rc > 1 ? LINK_SEVERAL : LINK_ARRIVED);
	stmt_int(s, 1, ident_key(b->source, name, type));
	if (rc <= 1)
		stmt_int(s, 2, rid);
	return stmt_run(s, e);
}

/* ---- reading ---- */

int record_link(struct record *r, int64_t rid, int ordinal, int64_t *target,
    enum link_state *state, struct ehr_err *e)
{
	struct stmt *s = sql(r, LINK_GET);
	int rc;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, ordinal);
	rc = stmt_step(s, e);
	if (rc > 0) {
		*target = stmt_col_int(s, 0);
		*state = (enum link_state)stmt_col_int(s, 1);
	}
	stmt_reset(s);
	return rc;
}

int record_resolve(struct record *r, int source, struct str reference,
    int64_t *target, enum link_state *state, struct ehr_err *e)
{
	struct ref ref;
	int rc;

	*target = 0;
	*state = LINK_OTHER;
	ref_parse(r, source, reference, &ref);
	if (ref.name.s == NULL)
		return 0;
	rc = ident_find(r, source, ref.name, ref.type, false, target, e);
	if (rc < 0)
		return rc;
	*state = rc == 1 ? LINK_RESOLVED : rc == 0 ? LINK_PENDING :
	    LINK_AMBIGUOUS;
	return 0;
}

int record_unresolved(struct record *r,
    int (*fn)(void *arg, int64_t rid, int ordinal, enum link_state state),
    void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[LINK_UNRESOLVED]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		rc = fn(arg, stmt_col_int(s, 0), (int)stmt_col_int(s, 1),
		    (enum link_state)stmt_col_int(s, 2));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

/* ---- bodies with references as the record knows them ---- */

struct rewriting {
	struct record *r;
	const struct tape *t;
	struct stmt *s;
	struct buf *out;
	size_t done; /* bytes of the text that are in out */
	struct ehr_err *e;
};

static int target_name(struct record *r, int64_t rid, struct buf *b,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, NAME_ROW);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc > 0)
		buf_addf(b, "%s/%.*s", fhir_type_name((int)stmt_col_int(s, 0)),
		    STR_FMT(stmt_col(s, 2)));
	stmt_reset(s);
	return rc;
}

static int rewrite_one(void *arg, uint32_t node)
{
	struct rewriting *w = arg;
	const struct tape_node *n = &w->t->node[node];
	int rc = stmt_step(w->s, w->e);
	size_t from;

	if (rc <= 0 || stmt_col_int(w->s, 2) != LINK_RESOLVED)
		return rc < 0 ? rc : 0;
	buf_add(w->out, w->t->text + w->done, n->off - w->done);
	from = w->out->len;
	rc = target_name(w->r, stmt_col_int(w->s, 1), w->out, w->e);
	if (rc == 0 || w->out->len == from)
		buf_add(w->out, w->t->text + n->off, n->len);
	w->done = (size_t)n->off + n->len;
	return rc < 0 ? rc : 0;
}

int record_body_resolved(struct record *r, const struct resource *res,
    struct buf *b, struct ehr_err *e)
{
	struct rewriting w = { .r = r, .t = &r->tape, .out = b, .e = e };
	struct tape_error why;
	int rc = tape_parse(&r->tape, res->body.s, res->body.n, &why);

	if (rc < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	w.s = sql(r, LINK_OF);
	stmt_int(w.s, 1, res->rid);
	rc = fhir_references_each(&r->tape, 0, rewrite_one, &w);
	stmt_reset(w.s);
	buf_add(b, r->tape.text + w.done, r->tape.len - w.done);
	return rc;
}
