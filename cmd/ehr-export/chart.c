/* chart.c - the resources of a chart in an order that does not depend on how
 * they came in: the Patient first, then by type, source, id and version. */
#include <stdlib.h>

#include "ehr/financial.h"
#include "export.h"

/* Bodies of a chart held in memory; beyond that each is read again. */
enum { HELD_BYTES = 16 << 20 };

struct chart {
	struct export *x;
	int64_t patient;
	struct resource *v; /* texts are in mem; of a body not held .n is 0 */
	size_t n, cap;
	size_t held;
	struct arena mem;
};

/* A resource that names several patients goes with the one it belongs to,
 * with another one only when that one is not exported. */
static int belongs_here(struct chart *c, const struct resource *res)
{
	struct export *x = c->x;
	int64_t owner;
	int rc;

	/* Mostly it is in the segment that gave the patient its number. */
	if (rid_segment(res->rid) == c->patient)
		return 1;
	rc = record_patient_of(x->a.r, res->rid, x->filter.as_of, &owner,
	    x->err);
	if (rc < 0 || owner == c->patient)
		return rc < 0 ? rc : 1;
	return !x->everybody && map64_get(&x->set, (uint64_t)owner) == NULL;
}

static void add(struct chart *c, const struct resource *res)
{
	struct resource *to;

	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 256;
		c->v = xrealloc(c->v, c->cap * sizeof(*c->v));
	}
	to = &c->v[c->n++];
	*to = *res;
	to->hash = STR_NONE;
	to->id = arena_str(&c->mem, res->id);
	if (res->body.s == NULL)
		return;
	to->body = STR("");
	if (c->held + res->body.n <= HELD_BYTES) {
		to->body = arena_str(&c->mem, res->body);
		c->held += res->body.n;
	}
}

static int collect(void *arg, const struct resource *res)
{
	struct chart *c = arg;
	int rc = belongs_here(c, res);

	if (rc > 0)
		add(c, res);
	return rc < 0 ? rc : 0;
}

/* What is made of rows of billing; held as a whole, there is no other copy. */
static int collect_view(void *arg, const struct resource *res)
{
	struct chart *c = arg;

	add(c, res);
	if (c->v[c->n - 1].body.n == 0)
		c->v[c->n - 1].body = arena_str(&c->mem, res->body);
	return 0;
}

static int type_order(int a, int b)
{
	if ((a == FHIR_Patient) != (b == FHIR_Patient))
		return a == FHIR_Patient ? -1 : 1;
	return strcmp(fhir_type_name(a), fhir_type_name(b));
}

/* Versions: the oldest first in NDJSON, the newest first in a Bundle (R4
 * 3.1.0.9.2). */
static int by_name(const void *a, const void *b, void *arg)
{
	const struct resource *x = a, *y = b;
	struct export *export = arg;
	int c = x->type == y->type ? 0 : type_order(x->type, y->type);

	if (c == 0 && x->source != y->source)
		c = strcmp(record_source_name(export->a.r, x->source).s,
		    record_source_name(export->a.r, y->source).s);
	if (c == 0)
		c = str_cmp(x->id, y->id);
	if (c)
		return c;
	c = (x->version > y->version) - (x->version < y->version);
	return export->sink.form == FORM_BUNDLE ? -c : c;
}

/* ---- writing ---- */

static int put(struct export *x, const struct resource *res)
{
	struct str body = res->body;
	int rc = 0;

	if (body.s == NULL && !(x->filter.history &&
	    x->sink.form == FORM_BUNDLE && res->state == RECORD_DELETED))
		return 0;
	if (body.s && x->resolved && res->rid) {
		buf_reset(&x->body);
		rc = record_body_resolved(x->a.r, res, &x->body, x->err);
		body = buf_str(&x->body);
	}
	return rc < 0 ? rc : sink_put(&x->sink, x->a.r, res, body);
}

struct version {
	struct export *x;
	int64_t version;
};

static int put_version(void *arg, const struct resource *res)
{
	struct version *v = arg;

	return res->version == v->version ? put(v->x, res) : 0;
}

/* One that was too much to be held. */
static int put_again(struct export *x, const struct resource *held)
{
	struct version v = { x, held->version };

	return record_history(x->a.r, held->rid, put_version, &v, x->err);
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
		for (int n = 0; (rc = record_link(c->x->a.r, c->v[i].rid, n,
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

static int put_chart(struct chart *c)
{
	struct export *x = c->x;
	int rc = 0;

	qsort_r(c->v, c->n, sizeof(*c->v), by_name, x);
	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		const struct resource *res = &c->v[i];

		if (!record_types_has(&x->filter.types, res->type))
			continue;
		rc = res->body.s && res->body.n == 0 ? put_again(x, res) :
		    put(x, res);
	}
	return rc;
}

int export_chart(struct export *x, int64_t patient)
{
	struct chart c = { .x = x, .patient = patient, .mem = ARENA_INIT };
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
	if (rc == 0 && patient)
		rc = financial_chart(x->a.r, patient, &x->filter, collect_view,
		    &c, x->err);
	if (rc == 0 && c.n) {
		access_set_touch(&x->a, patient);
		rc = sink_patient(&x->sink, patient ? buf_str(&name) :
		    STR_NONE);
		if (rc == 0)
			rc = put_chart(&c);
	}
	free(c.v);
	arena_release(&c.mem);
	return rc;
}
