/* ident.c - hashed names: how an id, a full URL or a conditional reference
 * finds its resource. What stands under a hash is checked against the name, so
 * that a collision costs a look, never a wrong link or the wrong chart. */
#include <endian.h>
#include <stdlib.h>

#include "impl.h"

/* Frozen: keys are stored. Eight bytes a step, little-endian, by a 64 x 64 ->
 * 128 bit multiplication; constants are digits of pi and e. */
static uint64_t name_hash(struct str name, uint64_t seed)
{
	uint64_t h = seed ^ 0x243f6a8885a308d3u ^ name.n;

	for (size_t i = 0; i < name.n; i += 8) {
		uint64_t w = 0;
		unsigned __int128 m;

		memcpy(&w, name.s + i, name.n - i < 8 ? name.n - i : 8);
		m = (unsigned __int128)(h ^ le64toh(w)) * 0xadf85458a2bb4a9bu;
		h = (uint64_t)m ^ (uint64_t)(m >> 64) ^ 0x13198a2e03707344u;
	}
	return h ^ h >> 29;
}

int64_t ident_key(int source, struct str name, int type)
{
	uint64_t h = name_hash(name, (uint64_t)source);

	return (int64_t)((h >> 2 & ~(uint64_t)0xffff) | (uint64_t)type);
}

uint64_t ident_hash(int source, struct str name, int type)
{
	return hash64(name.s, name.n, (uint64_t)source << 16 |
	    (uint64_t)type);
}

static bool is_identifier(struct str name)
{
	return str_starts(name, "identifier=");
}

/* ---- rows that wait ----
 *
 * Keys are random: written one by one into a large table each touches a page
 * of its own (5.8 us a row at a million rows, sorted 1.0). So they wait in
 * memory and are written sorted; look-ups see them there. */

enum { WAIT_MAX = 1 << 18, HEADS = 1 << 17 };

/* All types of a name are in one chain, so that IDENT_ANY finds them. */
static uint32_t *chain(struct record *r, int64_t key)
{
	return &r->waiting_head[key >> 16 & (HEADS - 1)];
}

static int cmp_waiting(const void *a, const void *b)
{
	const struct ident_row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->rid < y->rid ? -1 : x->rid > y->rid;
}

void ident_forget(struct record *r)
{
	while (r->n_waiting)
		*chain(r, r->waiting[--r->n_waiting].key) = 0;
}

static void bind_waiting(struct stmt *s, int at, const void *row)
{
	const struct ident_row *w = row;

	stmt_int(s, at, w->key);
	stmt_int(s, at + 1, w->rid);
}

int ident_flush(struct record *r, struct ehr_err *e)
{
	static const struct row_table table = {
		sizeof(struct ident_row), 2, IDENT_ADD_HASH, IDENT_ADD_HASHES,
		cmp_waiting, bind_waiting,
	};
	int rc;

	if (r->n_waiting == 0)
		return 0;
	rc = rows_write(r, &table, r->waiting, r->n_waiting, e);
	ident_forget(r);
	return rc;
}

static int write_name(struct record *r, int64_t key, int64_t rid,
    struct str name, struct ehr_err *e)
{
	struct stmt *s = sql(r, IDENT_ADD);

	stmt_int(s, 1, key);
	stmt_int(s, 2, rid);
	stmt_text(s, 3, name);
	return stmt_run(s, e);
}

int ident_add(struct record *r, int source, struct str name, int type,
    int64_t rid, bool written_out, struct ehr_err *e)
{
	int64_t key = ident_key(source, name, type);
	uint32_t *head;

	if (written_out)
		return write_name(r, key, rid, name, e);
	if (r->waiting == NULL) {
		r->waiting = xmalloc(WAIT_MAX * sizeof(*r->waiting));
		r->waiting_head = xcalloc(HEADS, sizeof(*r->waiting_head));
	}
	head = chain(r, key);
	r->waiting[r->n_waiting++] = (struct ident_row){ key, rid, *head };
	*head = (uint32_t)r->n_waiting;
	return r->n_waiting == WAIT_MAX ? ident_flush(r, e) : 0;
}

/* ---- is it meant? ---- */

static bool member_is(const struct tape *t, uint32_t node, const char *key,
    struct str want, struct buf *scratch)
{
	return str_eq(tape_member(t, node, key, scratch), want);
}

bool ident_in_body(const struct tape *t, struct str system, struct str value,
    struct buf *scratch)
{
	uint32_t ids = tape_get(t, 0, "identifier");

	if (ids == 0)
		return false;
	if (tape_type(t, ids) == TAPE_OBJECT)
		return member_is(t, ids, "value", value, scratch) &&
		    (!system.s || member_is(t, ids, "system", system, scratch));
	if (tape_type(t, ids) != TAPE_ARRAY)
		return false;
	tape_each(t, ids, i)
		if (member_is(t, i, "value", value, scratch) &&
		    (!system.s || member_is(t, i, "system", system, scratch)))
			return true;
	return false;
}

/* stored: without large attachments, which have no identifiers. */
static bool body_has(struct record *r, struct str stored, struct str name)
{
	struct str value = { name.s + 11, name.n - 11 };
	struct str body, system = STR_NONE;
	const char *bar = memchr(value.s, '|', value.n);
	struct tape_error why;

	if (bar) {
		system = (struct str){ value.s, (size_t)(bar - value.s) };
		value.n -= system.n + 1;
		value.s = bar + 1;
	}
	return stored.s && body_read(r, stored, STR_NONE, &r->unpacked, &body,
	    NULL) == 0 && tape_parse(&r->ident, body.s, body.n, &why) == 0 &&
	    ident_in_body(&r->ident, system, value, &r->ident_text);
}

/* A patient only referred to is called what the segment is called. */
static int placeholder_is(struct record *r, int64_t rid, struct str name,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, SEG_NAME_GET);
	int rc;

	stmt_int(s, 1, rid_segment(rid));
	rc = stmt_step(s, e);
	if (rc > 0 && !str_eq(stmt_col(s, 1), name))
		rc = 0;
	stmt_reset(s);
	return rc;
}

/* How well a row fits the name: 0 not, 1 a patient only referred to, 2 a
 * tombstone, 3 live. written: the name in the row said so already. */
static int fits(struct record *r, int64_t rid, struct str name, bool written,
    struct ehr_err *e)
{
	bool by_identifier = !written && is_identifier(name);
	struct stmt *s = sql(r, IDENT_ROW);
	int rc, fit = 0;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, by_identifier);
	rc = stmt_step(s, e);
	if (rc > 0 && stmt_col_int(s, 1) != RECORD_MOVED &&
	    (written || (by_identifier ? body_has(r, stmt_col(s, 2), name) :
	    str_eq(name, stmt_col(s, 0)))))
		fit = stmt_col_int(s, 1) == RECORD_LIVE ? 3 : 2;
	stmt_reset(s);
	if (rc == 0)
		return written ? 1 : placeholder_is(r, rid, name, e);
	return rc < 0 ? rc : fit;
}

/* Rows under a key. Many resources may share an identifier, of which the
 * first are enough to see that it is ambiguous. Of one id there is a row for
 * each time it came to another chart; many ids with one hash are an attack. */
enum { MAX_SHARING = 32, MAX_SAME = 1024 };
struct found {
	int64_t rid[MAX_SAME];
	bool written[MAX_SAME], wrong[MAX_SAME];
	size_t n, max;
};

static bool found_has(const struct found *f, int64_t rid)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->rid[i] == rid)
			return true;
	return false;
}

/* The rows from key to last that wait; true when there are too many. */
static bool rows_waiting(struct record *r, int64_t key, int64_t last,
    struct found *f)
{
	const struct ident_row *w;
	uint32_t at = r->n_waiting ? *chain(r, key) : 0;

	for (; at; at = w->next) {
		w = &r->waiting[at - 1];
		if (w->key < key || w->key > last || found_has(f, w->rid))
			continue;
		if (f->n == f->max)
			return true;
		f->written[f->n] = f->wrong[f->n] = false;
		f->rid[f->n++] = w->rid;
	}
	return false;
}

static int rows_of(struct record *r, int64_t key, struct str name,
    struct found *f, struct ehr_err *e)
{
	struct stmt *s = sql(r, IDENT_FIND);
	int64_t last = (key & 0xffff) == IDENT_ANY ? key | 0xffff : key;
	bool many = false;
	int rc;

	f->n = 0;
	f->max = is_identifier(name) ? MAX_SHARING : MAX_SAME;
	stmt_int(s, 1, key);
	stmt_int(s, 2, last);
	while ((rc = stmt_step(s, e)) > 0) {
		many = f->n == f->max;
		if (many)
			break;
		f->rid[f->n] = stmt_col_int(s, 0);
		f->written[f->n] = str_eq(stmt_col(s, 1), name);
		f->wrong[f->n] = !stmt_col_null(s, 1) && !f->written[f->n];
		f->n++;
	}
	stmt_reset(s);
	if (rc < 0)
		return rc;
	if ((many || rows_waiting(r, key, last, f)) && !is_identifier(name))
		return ehr_fail(e, EHR_EREJECT,
		    "too many names with one hash");
	return 0;
}

int ident_find(struct record *r, int source, struct str name, int type,
    bool placeholders, int64_t *rid, struct ehr_err *e)
{
	int hits = 0, best = placeholders ? 1 : 2;
	struct found f;
	int rc = rows_of(r, ident_key(source, name, type), name, &f, e);

	for (size_t i = 0; rc >= 0 && i < f.n; i++) {
		if (f.wrong[i])
			continue;
		rc = fits(r, f.rid[i], name, f.written[i], e);
		if (rc < best || (hits && f.rid[i] == *rid))
			continue;
		if (rc > best)
			hits = 0;
		best = rc;
		if (hits++ == 0)
			*rid = f.rid[i];
	}
	return rc < 0 ? rc : hits > 2 ? 2 : hits;
}

int ident_each(struct record *r, int source, struct str id, int type,
    int (*fn)(void *arg, int64_t rid), void *arg, struct ehr_err *e)
{
	struct found f;
	int rc = rows_of(r, ident_key(source, id, type), id, &f, e);

	for (size_t i = 0; rc == 0 && i < f.n; i++)
		rc = fn(arg, f.rid[i]);
	return rc;
}

int base_add(struct record *r, int source, struct str base, struct ehr_err *e)
{
	struct stmt *s;

	if (base_known(r, source, base))
		return 0;
	s = sql(r, BASE_ADD);
	stmt_int(s, 1, source);
	stmt_text(s, 2, base);
	return stmt_run(s, e);
}

bool base_known(struct record *r, int source, struct str base)
{
	struct stmt *s = sql(r, BASE_FIND);
	bool known;

	stmt_int(s, 1, source);
	stmt_text(s, 2, base);
	known = stmt_step(s, NULL) > 0;
	stmt_reset(s);
	return known;
}

struct str ref_base(struct str url, int *type, struct str *id)
{
	struct fhir_ref ref;

	fhir_ref_parse(url, &ref);
	if (ref.kind != FHIR_REF_ABSOLUTE || ref.type == 0)
		return STR_NONE;
	*type = ref.type;
	*id = ref.id;
	return ref.base;
}

void ref_name(struct record *r, int source, const struct fact_ref *f,
    struct ref *ref)
{
	*ref = (struct ref){ .type = f->to.type, .name = f->text };
	switch (f->to.kind) {
	case FHIR_REF_CONTAINED:
		ref->name = STR_NONE;
		return;
	case FHIR_REF_ABSOLUTE:
		if (!base_known(r, source, f->to.base)) {
			ref->type = IDENT_ANY;
			return;
		}
		/* fall through */
	case FHIR_REF_URN:
	case FHIR_REF_RELATIVE:
		ref->name = f->to.id;
		return;
	case FHIR_REF_CONDITIONAL:
		ref->name = f->to.query;
		return;
	case FHIR_REF_OTHER:
		ref->type = IDENT_ANY;
		return;
	}
}
