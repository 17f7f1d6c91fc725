/* link.c - references as rows: resolved at once when the target is there,
 * else pending under the target's key until it comes. */
#include <endian.h>
#include <stdlib.h>

#include "impl.h"

enum { CACHE_MAX = 1 << 16 };

struct linking {
	struct batch *b;
	const struct version *v;
	struct ehr_err *e;
	int ordinal;
};

/* A reference in resource.refs. */
enum { REF_BYTES = 8, STATE_SHIFT = 56 };

static void ref_put(struct buf *b, int64_t target, enum link_state state)
{
	uint64_t v = htole64((uint64_t)target | (uint64_t)state << STATE_SHIFT);

	buf_add(b, &v, sizeof(v));
}

enum link_state link_at(struct str refs, int ordinal, int64_t *target)
{
	uint64_t v;

	memcpy(&v, refs.s + (size_t)ordinal * REF_BYTES, sizeof(v));
	v = le64toh(v);
	*target = (int64_t)(v & (((uint64_t)1 << STATE_SHIFT) - 1));
	return (enum link_state)(v >> STATE_SHIFT);
}

size_t link_count(struct str refs)
{
	return refs.n / REF_BYTES;
}

static bool ref_there(struct str refs, int ordinal)
{
	return ordinal >= 0 && (size_t)ordinal < link_count(refs);
}

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
	if (known) {
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

/* Waits under the key of the name. */
static int add_pending(struct linking *l, const struct ref *ref)
{
	struct stmt *s = sql(l->b->r, PENDING_ADD);

	l->b->win.pending = true;
	stmt_int(s, 1, ident_key(l->v->source, ref->name, ref->type));
	stmt_int(s, 2, l->v->rid);
	stmt_int(s, 3, l->ordinal);
	return stmt_run(s, l->e);
}

static int link_one(struct linking *l, const struct fact_ref *f)
{
	static const enum link_state states[] = {
		LINK_PENDING, LINK_RESOLVED, LINK_AMBIGUOUS,
	};
	enum link_state state = LINK_OTHER;
	struct ref ref;
	int64_t target = 0;
	int rc = 0;

	ref_name(l->b->r, l->v->source, f, &ref);
	if (ref.name.s) {
		rc = target_of(l->b, &ref, &target, l->e);
		if (rc < 0)
			return rc;
		state = states[rc];
		rc = 0;
	}
	if (state == LINK_PENDING || state == LINK_AMBIGUOUS) {
		target = 0;
		rc = add_pending(l, &ref);
	}
	ref_put(&l->b->refs, target, state);
	l->ordinal++;
	return rc;
}

int link_read(struct batch *b, const struct version *v,
    const struct facts *f, struct ehr_err *e)
{
	struct linking l = { .b = b, .v = v, .e = e };
	int rc = 0;

	buf_reset(&b->refs);
	for (size_t i = 0; rc == 0 && i < f->n_ref; i++)
		rc = link_one(&l, &f->ref[i]);
	return rc;
}

int link_drop(struct record *r, int64_t rid, struct ehr_err *e)
{
	struct stmt *s = sql(r, PENDING_DROP);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_run(s, e);
	if (rc < 0)
		return rc;
	s = sql(r, ALSO_DROP);
	stmt_int(s, 1, rid);
	stmt_int(s, 2, store_time(r->db));
	return stmt_run(s, e);
}

int link_refs(struct record *r, int64_t rid, struct buf *refs, int *type,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, LINK_OF);
	int rc;

	buf_reset(refs);
	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc > 0 && !stmt_col_null(s, 0))
		buf_addstr(refs, stmt_col(s, 0));
	if (rc > 0 && type)
		*type = (int)stmt_col_int(s, 1);
	stmt_reset(s);
	return rc;
}

/* One waiting reference learns its target, or that there are several. */
static int settle(struct record *r, int64_t rid, int ordinal, int64_t target,
    enum link_state state, struct ehr_err *e)
{
	BUF_AUTO refs = BUF_INIT;
	BUF_AUTO one = BUF_INIT;
	int type = 0, rc = link_refs(r, rid, &refs, &type, e);
	struct stmt *s;

	if (rc <= 0 || !ref_there(buf_str(&refs), ordinal))
		return rc < 0 ? rc : 0;
	ref_put(&one, target, state);
	memcpy(refs.s + (size_t)ordinal * REF_BYTES, one.s, REF_BYTES);
	s = sql(r, LINK_SET);
	stmt_int(s, 1, rid);
	stmt_blob(s, 2, refs.s, refs.len);
	rc = stmt_run(s, e);
	return rc == 0 && state == LINK_RESOLVED && facts_may_drug(type) ?
	    index_settled(r, rid, ordinal, e) : rc;
}

/* The next reference waiting under key behind (rid, ordinal). */
static int next_pending(struct record *r, int64_t key, int64_t *rid,
    int *ordinal, struct ehr_err *e)
{
	struct stmt *s = sql(r, PENDING_OF);
	int rc;

	stmt_int(s, 1, key);
	stmt_int(s, 2, *rid);
	stmt_int(s, 3, *ordinal);
	rc = stmt_step(s, e);
	if (rc > 0) {
		*rid = stmt_col_int(s, 0);
		*ordinal = (int)stmt_col_int(s, 1);
	}
	stmt_reset(s);
	return rc;
}

int link_again(struct batch *b, int64_t rid, struct ehr_err *e)
{
	struct version v = { .rid = rid };
	int rc, own = b->source;
	struct resource res;
	struct facts f;
	struct stmt *s;

	rc = row_load(b->r, rid, &res, e);
	if (rc <= 0 || res.state != RECORD_LIVE)
		return rc < 0 ? rc : 0;
	arena_reset(&b->r->mem);
	rc = facts_read(&b->r->reader, &b->r->mem, res.type, res.body, &f, e);
	b->source = v.source = res.source;
	if (rc == 0)
		rc = link_read(b, &v, &f, e);
	b->source = own;
	stmt_reset(sql(b->r, RES_GET));
	if (rc < 0)
		return rc;
	s = sql(b->r, LINK_SET);
	stmt_int(s, 1, rid);
	stmt_blob(s, 2, b->refs.s, b->refs.len);
	return stmt_run(s, e);
}

int link_arrived(struct batch *b, struct str name, int type, int64_t rid,
    struct ehr_err *e)
{
	int64_t key, found, from = 0;
	int rc, several, ordinal = -1;
	struct stmt *s;

	if (!b->win.pending)
		return 0;
	key = ident_key(b->source, name, type);
	if (next_pending(b->r, key, &from, &ordinal, e) <= 0)
		return 0;
	several = ident_find(b->r, b->source, name, type, false, &found, e);
	for (rc = several; rc >= 0;) {
		rc = settle(b->r, from, ordinal, several > 1 ? 0 : rid,
		    several > 1 ? LINK_AMBIGUOUS : LINK_RESOLVED, e);
		if (rc == 0)
			rc = next_pending(b->r, key, &from, &ordinal, e);
		if (rc == 0)
			break;
	}
	if (rc < 0 || several > 1)
		return rc;
	s = sql(b->r, PENDING_DONE);
	stmt_int(s, 1, key);
	return stmt_run(s, e);
}

/* ---- reading ---- */

int record_link(struct record *r, int64_t rid, int ordinal, int64_t *target,
    enum link_state *state, struct ehr_err *e)
{
	BUF_AUTO refs = BUF_INIT;
	int rc = link_refs(r, rid, &refs, NULL, e);

	if (rc <= 0 || !ref_there(buf_str(&refs), ordinal))
		return rc < 0 ? rc : 0;
	*state = link_at(buf_str(&refs), ordinal, target);
	return 1;
}

int record_resolve(struct record *r, int source, struct str reference,
    int64_t *target, enum link_state *state, struct ehr_err *e)
{
	struct fact_ref f = { .text = reference };
	struct ref ref;
	int rc;

	*target = 0;
	*state = LINK_OTHER;
	fhir_ref_parse(reference, &f.to);
	ref_name(r, source, &f, &ref);
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
	struct stmt *s = store_scan(r->db, &record_sql_table[PENDING_ALL]);
	int64_t target;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		int ordinal = (int)stmt_col_int(s, 1);

		if (!ref_there(stmt_col(s, 2), ordinal))
			continue;
		rc = fn(arg, stmt_col_int(s, 0), ordinal,
		    link_at(stmt_col(s, 2), ordinal, &target));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

/* ---- bodies with references as the record knows them ---- */

struct rewriting {
	struct record *r;
	const struct resource *res;
	const struct tape *t;
	struct str refs; /* links of the current version; .s NULL: look up */
	int ordinal;
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

static int rewrite_target(struct rewriting *w, uint32_t node,
    int64_t *target, enum link_state *state)
{
	if (w->refs.s == NULL)
		return record_resolve(w->r, w->res->source,
		    tape_text(w->t, node, &w->r->text), target, state, w->e);
	*state = LINK_OTHER;
	if (ref_there(w->refs, w->ordinal))
		*state = link_at(w->refs, w->ordinal, target);
	w->ordinal++;
	return 0;
}

static int rewrite_one(void *arg, uint32_t node)
{
	struct rewriting *w = arg;
	const struct tape_node *n = &w->t->node[node];
	enum link_state state;
	int64_t target;
	size_t from;
	int rc = rewrite_target(w, node, &target, &state);

	if (rc < 0 || state != LINK_RESOLVED)
		return rc;
	buf_add(w->out, w->t->text + w->done, n->off - w->done);
	from = w->out->len;
	rc = target_name(w->r, target, w->out, w->e);
	if (w->out->len == from)
		buf_add(w->out, w->t->text + n->off, n->len);
	w->done = (size_t)n->off + n->len;
	return rc < 0 ? rc : 0;
}

int record_body_resolved(struct record *r, const struct resource *res,
    struct buf *b, struct ehr_err *e)
{
	BUF_AUTO refs = BUF_INIT;
	struct rewriting w = { .r = r, .res = res, .t = &r->tape, .out = b,
		.e = e };
	struct tape_error why;
	int rc = tape_parse(&r->tape, res->body.s, res->body.n, &why);

	if (rc < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	if (res->end_time == RECORD_NOW) {
		rc = link_refs(r, res->rid, &refs, NULL, e);
		w.refs = buf_str(&refs);
	}
	if (rc >= 0)
		rc = fhir_references_each(&r->tape, 0, rewrite_one, &w);
	buf_add(b, r->tape.text + w.done, r->tape.len - w.done);
	return rc;
}
