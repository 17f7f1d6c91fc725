/* sensitive.c - what takes a reason to see: entries with a label, entries and
 * charts of the practice's list. Labels are looked up in the index, a chart at
 * a time, and only in a record that has any; of former versions, and while the
 * index is not to be trusted, the body tells. */
#include <stdlib.h>

#include "impl.h"

static const char *const labels[] = {
#define X(code) code,
#include "ehr/label.def"
#undef X
};

static const char *const kinds[] = {
#define X(id, name, own) [RECORD_KIND_##id] = name,
	RECORD_KINDS(X)
#undef X
};

const char *record_kind_name(enum record_kind k)
{
	return kinds[k];
}

/* ---- the list ---- */

static int run_changed(struct stmt *s, struct ehr_err *e)
{
	int changed = stmt_step(s, e);
	int rc = changed > 0 ? stmt_run(s, e) : changed;

	stmt_reset(s);
	return rc < 0 ? rc : changed > 0;
}

int record_sensitive_put(struct record *r, int64_t rid, int64_t staff,
    enum record_kind kind, struct ehr_err *e)
{
	struct stmt *s = sql(r, SENSITIVE_PUT);

	stmt_int(s, 1, rid);
	stmt_int(s, 2, staff);
	stmt_text(s, 3, str_of(kinds[kind]));
	return run_changed(s, e);
}

int record_sensitive_drop(struct record *r, int64_t rid, int64_t staff,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, SENSITIVE_DROP);

	stmt_int(s, 1, rid);
	stmt_int(s, 2, staff);
	return run_changed(s, e);
}

int record_sensitive_each(struct record *r,
    int (*fn)(void *arg, int64_t rid, struct str user, struct str kind),
    void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[SENSITIVE_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		rc = fn(arg, stmt_col_int(s, 0), stmt_col(s, 1),
		    stmt_col(s, 2));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

/* ---- what is known of one record ---- */

static int load_list(struct record *r, int64_t staff, struct ehr_err *e)
{
	struct stmt *s = sql(r, SENSITIVE_OF);
	int rc;

	stmt_int(s, 1, staff);
	while ((rc = stmt_step(s, e)) > 0) {
		int64_t rid = stmt_col_int(s, 0);

		map64_put(&r->guard.listed, (uint64_t)rid, NULL);
		map64_put(&r->guard.listed_seg, (uint64_t)rid_segment(rid),
		    NULL);
	}
	stmt_reset(s);
	return rc;
}

/* Numbers of the labels that some entry may have. */
static int load_terms(struct record *r, struct ehr_err *e)
{
	struct guard *g = &r->guard;
	struct terms t = { NULL, 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(labels); i++)
		rc = index_terms(r, STR_NONE, str_of(labels[i]), &t, e);
	g->term = t.id;
	g->n_term = t.n;
	return rc;
}

int record_guard(struct record *r, int64_t staff, struct ehr_err *e)
{
	struct guard *g = &r->guard;
	int rc = load_list(r, staff, e);

	g->on = true;
	g->seg = -1;
	g->by_body = true; /* until it is known that the index tells */
	if (rc == 0)
		rc = index_stale(r, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	g->by_body = false;
	return load_terms(r, e);
}

void guard_release(struct guard *g)
{
	map64_release(&g->once);
	map64_release(&g->listed);
	map64_release(&g->listed_seg);
	map64_release(&g->label);
	tape_release(&g->tape);
	free(g->term);
}

/* ---- is it one? ---- */

bool guard_body(struct record *r, struct str body)
{
	static const char member[] = "\"security\"";
	struct tape_error why;

	return body.n && memmem(body.s, body.n, member, sizeof(member) - 1) &&
	    tape_parse(&r->guard.tape, body.s, body.n, &why) == 0 &&
	    fhir_labelled(&r->guard.tape, 0, NULL);
}

/* The labelled entries of a segment, kept until another one is asked for. */
static int load_segment(struct record *r, int64_t seg, struct ehr_err *e)
{
	struct guard *g = &r->guard;
	struct stmt *s;
	int rc = 0;

	if (g->seg == seg)
		return 0;
	g->seg = -1;
	map64_clear(&g->label);
	for (size_t i = 0; rc == 0 && i < g->n_term; i++) {
		s = sql(r, TOKEN_OF_SEGMENT);
		stmt_int(s, 1, g->term[i] << 8 | INDEX_TAG);
		stmt_int(s, 2, seg);
		while ((rc = stmt_step(s, e)) > 0)
			map64_put(&g->label, (uint64_t)stmt_col_int(s, 0),
			    NULL);
		stmt_reset(s);
	}
	if (rc == 0)
		g->seg = seg;
	return rc;
}

/* While the index cannot tell, the Patient itself does. */
static int patient_body(struct record *r, int64_t seg, struct ehr_err *e)
{
	struct resource res;
	int rc = row_get(r, record_patient_rid(seg), RECORD_NOW, &res, e);

	return rc > 0 ? guard_body(r, res.body) : rc;
}

/* 1: all of the segment is, 0: entries may be. */
static int whole(struct record *r, int64_t seg, struct ehr_err *e)
{
	uint64_t patient = (uint64_t)record_patient_rid(seg);
	int rc;

	if (map64_get(&r->guard.listed, patient))
		return 1;
	if (r->guard.by_body)
		return patient_body(r, seg, e);
	rc = load_segment(r, seg, e);
	return rc < 0 ? rc : map64_get(&r->guard.label, patient) != NULL;
}

int guard_sensitive(struct record *r, int64_t rid, struct ehr_err *e)
{
	struct guard *g = &r->guard;
	int rc;

	if (!g->on || (g->listed.count == 0 && g->n_term == 0 && !g->by_body))
		return 0;
	if (map64_get(&g->listed, (uint64_t)rid))
		return 1;
	rc = whole(r, rid_segment(rid), e);
	return rc ? rc : map64_get(&g->label, (uint64_t)rid) != NULL;
}

int record_sensitive(struct record *r, int64_t patient, int64_t as_of,
    struct ehr_err *e)
{
	struct guard *g = &r->guard;
	int found = RECORD_PLAIN, rc;
	int64_t *seg;
	size_t n;

	if (!g->on || (g->listed.count == 0 && g->n_term == 0 && !g->by_body))
		return RECORD_PLAIN;
	rc = record_segments(r, patient, as_of, &seg, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = whole(r, seg[i], e);
		if (rc > 0)
			found = RECORD_WHOLE;
		else if (rc == 0 && found == RECORD_PLAIN &&
		    (g->label.count || g->by_body ||
		    map64_get(&g->listed_seg, (uint64_t)seg[i])))
			found = RECORD_SOME;
		rc = rc < 0 ? rc : 0;
	}
	free(seg);
	return rc < 0 ? rc : found;
}

bool record_sensitive_any(const struct record *r)
{
	const struct guard *g = &r->guard;

	return g->on && (g->listed.count || g->n_term || g->by_body);
}
