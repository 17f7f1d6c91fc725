/* chart.c - the resources of a chart in an order that does not depend on how
 * they came in: the Patient first, then by type, source, id and version. */
#include <stdlib.h>

#include "export.h"

struct key {
	int64_t rid, version; /* version: the first one of this rid */
	int type, source;
	struct str id;
};

struct chart {
	struct export *x;
	int64_t patient;
	struct key *key;
	size_t n, cap;
	struct arena ids;
};

/* A resource that names several patients goes with the one it belongs to,
 * with another one only when that one is not exported. */
static int belongs_here(struct chart *c, const struct resource *res)
{
	struct export *x = c->x;
	int64_t owner;
	int rc = record_patient_of(x->a.r, res->rid, x->filter.as_of, &owner,
	    x->err);

	if (rc < 0 || owner == c->patient)
		return rc < 0 ? rc : 1;
	return !x->everybody && map64_get(&x->set, (uint64_t)owner) == NULL;
}

static void add(struct chart *c, const struct resource *res)
{
	if (c->n && c->key[c->n - 1].rid == res->rid)
		return;
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 256;
		c->key = xrealloc(c->key, c->cap * sizeof(*c->key));
	}
	c->key[c->n++] = (struct key){ res->rid, res->version, res->type,
		res->source, arena_str(&c->ids, res->id) };
}

static int collect(void *arg, const struct resource *res)
{
	struct chart *c = arg;
	int rc = belongs_here(c, res);

	if (rc > 0)
		add(c, res);
	return rc < 0 ? rc : 0;
}

static int type_order(int a, int b)
{
	if ((a == FHIR_Patient) != (b == FHIR_Patient))
		return a == FHIR_Patient ? -1 : 1;
	return strcmp(fhir_type_name(a), fhir_type_name(b));
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct key *x = a, *y = b;
	struct export *export = arg;
	int c = x->type == y->type ? 0 : type_order(x->type, y->type);

	if (c == 0 && x->source != y->source)
		c = strcmp(record_source_name(export->a.r, x->source).s,
		    record_source_name(export->a.r, y->source).s);
	if (c == 0)
		c = str_cmp(x->id, y->id);
	return c ? c : (x->version > y->version) - (x->version < y->version);
}

/* ---- writing ---- */

static int put(struct export *x, const struct resource *res)
{
	struct str body = res->body;
	int rc = 0;

	if (body.s == NULL && !(x->filter.history &&
	    x->sink.form == FORM_BUNDLE && res->state == RECORD_DELETED))
		return 0;
	if (body.s && x->resolved) {
		buf_reset(&x->body);
		rc = record_body_resolved(x->a.r, res, &x->body, x->err);
		body = buf_str(&x->body);
	}
	return rc < 0 ? rc : sink_put(&x->sink, x->a.r, res, body);
}

/* Versions of one resource, held to be written the other way round. */
struct versions {
	struct resource *v;
	size_t n, cap;
	struct arena mem;
};

static int hold_version(void *arg, const struct resource *res)
{
	struct versions *v = arg;
	struct resource *to;

	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 8;
		v->v = xrealloc(v->v, v->cap * sizeof(*v->v));
	}
	to = &v->v[v->n++];
	*to = *res;
	to->id = arena_str(&v->mem, res->id);
	if (res->body.s)
		to->body = arena_str(&v->mem, res->body);
	return 0;
}

static int put_version(void *arg, const struct resource *res)
{
	struct export *x = arg;

	return res->time < x->filter.since ? 0 : put(x, res);
}

/* Oldest first in NDJSON, newest first in a Bundle (R4 3.1.0.9.2). */
static int put_versions(struct export *x, int64_t rid)
{
	struct versions v = { .mem = ARENA_INIT };
	int rc;

	if (x->sink.form != FORM_BUNDLE)
		return record_history(x->a.r, rid, put_version, x, x->err);
	rc = record_history(x->a.r, rid, hold_version, &v, x->err);
	while (rc == 0 && v.n > 0)
		rc = put_version(x, &v.v[--v.n]);
	free(v.v);
	arena_release(&v.mem);
	return rc;
}

static int put_key(struct export *x, const struct key *k)
{
	struct resource res;
	int rc;

	if (x->filter.history)
		return put_versions(x, k->rid);
	rc = record_get(x->a.r, k->rid, x->filter.as_of, &res, x->err);
	return rc <= 0 ? rc : put(x, &res);
}

/* ---- what a chart refers to and nobody owns ---- */

static int add_target(struct chart *c, int64_t rid)
{
	struct export *x = c->x;
	struct resource res;
	int64_t owner;
	bool added;
	int rc = record_patient_of(x->a.r, rid, x->filter.as_of, &owner,
	    x->err);

	if (rc < 0 || owner)
		return rc;
	map64_put(&x->seen, (uint64_t)rid, &added);
	if (!added)
		return 0;
	rc = record_get(x->a.r, rid, x->filter.as_of, &res, x->err);
	if (rc > 0 && res.state == RECORD_LIVE)
		add(c, &res);
	return rc < 0 ? rc : 0;
}

/* Targets of the resources in c, and theirs, are added to c. */
static int add_referenced(struct chart *c)
{
	enum link_state state;
	int64_t target;
	int rc = 0;

	for (size_t i = 0; i < c->n; i++) {
		for (int n = 0; (rc = record_link(c->x->a.r, c->key[i].rid, n,
		    &target, &state, c->x->err)) > 0; n++) {
			if (state == LINK_RESOLVED)
				rc = add_target(c, target);
			if (rc < 0)
				return rc;
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool wanted(const struct export *x, const struct key *k)
{
	return record_types_has(&x->filter.types, k->type);
}

int export_chart(struct export *x, int64_t patient)
{
	struct chart c = { .x = x, .patient = patient, .ids = ARENA_INIT };
	struct record_filter f = x->filter;
	BUF_AUTO name = BUF_INIT;
	int rc = 0;

	/* What is referred to may be of another type. */
	if (x->referenced)
		f.types = (struct record_types){ 0 };
	if (patient)
		rc = record_patient_name(x->a.r, patient, &name, x->err);
	if (rc >= 0)
		rc = record_chart(x->a.r, patient, &f, collect, &c, x->err);
	if (rc == 0 && x->referenced && patient)
		rc = add_referenced(&c);
	if (c.n)
		qsort_r(c.key, c.n, sizeof(*c.key), by_name, x);
	if (rc == 0 && c.n) {
		rc = sink_patient(&x->sink, patient ? buf_str(&name) :
		    STR_NONE);
		access_set_touch(&x->a, patient);
	}
	for (size_t i = 0; rc == 0 && i < c.n; i++)
		if (wanted(x, &c.key[i]))
			rc = put_key(x, &c.key[i]);
	free(c.key);
	arena_release(&c.ids);
	return rc;
}
