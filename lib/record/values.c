/* values.c - measured values of a code, of everybody or the latest of each. */
#include <stdlib.h>

#include "impl.h"

/* A value kept until all are seen: of a patient with several segments (after
 * a merge), or of a code that several systems have. */
struct held {
	int64_t patient, rid, date;
	struct str number, unit;
};

struct values {
	struct record *r;
	bool latest;
	bool hold_all;
	struct map64 several; /* patients with several segments -> 0 */
	struct map64 place;   /* patient -> place in held */
	struct held *held;
	size_t n_held, cap_held;
	bool some;
	struct held last;
	struct arena mem, last_mem;
	struct owner o;
	int (*fn)(void *arg, const struct index_value *v);
	void *arg;
};

static int give(struct values *v, const struct held *h)
{
	struct index_value x = { h->patient, h->rid, h->date, 0, h->number,
		h->unit };
	struct decimal d;

	if (decimal_parse(h->number, &d))
		x.value = decimal_double(&d);
	return v->fn(v->arg, &x);
}

static struct held copy(struct arena *mem, const struct held *h)
{
	struct held c = *h;

	c.number = arena_str(mem, h->number);
	c.unit = arena_str(mem, h->unit);
	return c;
}

static void hold(struct values *v, const struct held *h)
{
	bool added;
	int64_t *at = map64_put(&v->place, (uint64_t)h->patient, &added);

	if (added) {
		if (v->n_held == v->cap_held) {
			v->cap_held = v->cap_held ? v->cap_held * 2 : 64;
			v->held = xrealloc(v->held,
			    v->cap_held * sizeof(*v->held));
		}
		*at = (int64_t)v->n_held++;
	} else if (v->held[*at].date > h->date) {
		return;
	}
	v->held[*at] = copy(&v->mem, h);
}

/* Rows come by segment and date: the last row of a segment is its latest. */
static int take(struct values *v, const struct held *h)
{
	int rc = 0;

	if (!v->latest)
		return give(v, h);
	if (v->hold_all || map64_get(&v->several, (uint64_t)h->patient)) {
		hold(v, h);
		return 0;
	}
	if (v->some && v->last.patient != h->patient)
		rc = give(v, &v->last);
	v->some = true;
	arena_reset(&v->last_mem);
	v->last = copy(&v->last_mem, h);
	return rc;
}

static int value_rows(struct values *v, int64_t term, struct ehr_err *e)
{
	struct stmt *s = store_scan(v->r->db, &record_sql_table[QUANTITY_OF]);
	struct held h;
	int rc;

	stmt_int(s, 1, term);
	while ((rc = stmt_step(s, e)) > 0) {
		h = (struct held){
			.date = stmt_col_int(s, 1),
			.rid = stmt_col_int(s, 2),
			.number = stmt_col(s, 3),
			.unit = stmt_col(s, 4),
		};
		rc = index_owner(v->r, &v->o, stmt_col_int(s, 0), &h.patient,
		    e);
		if (rc == 0 && guard_hides_index(v->r, h.rid))
			continue;
		if (rc == 0)
			rc = take(v, &h);
		if (rc)
			break;
	}
	store_scan_end(s);
	if (rc == 0 && v->some)
		rc = give(v, &v->last);
	v->some = false;
	return rc;
}

/* Patients whose charts were put together. */
static int find_several(struct values *v, struct ehr_err *e)
{
	struct stmt *s = sql(v->r, SEG_SEVERAL);
	int rc;

	while ((rc = stmt_step(s, e)) > 0)
		map64_put(&v->several, (uint64_t)stmt_col_int(s, 0), NULL);
	stmt_reset(s);
	return rc;
}

int index_quantity(struct record *r, struct str system, struct str code,
    bool latest, int (*fn)(void *arg, const struct index_value *v), void *arg,
    struct ehr_err *e)
{
	struct values v = { .r = r, .latest = latest, .o = { -1, 0 },
		.mem = ARENA_INIT, .last_mem = ARENA_INIT, .fn = fn,
		.arg = arg };
	struct terms t = { NULL, 0 };
	int rc = index_check_version(r, e);

	if (rc == 0)
		rc = store_need(r->db, PERM_CLINICAL, "index", e);
	if (rc == 0)
		rc = index_terms(r, system, code, &t, e);
	if (rc == 0 && latest)
		rc = find_several(&v, e);
	v.hold_all = t.n > 1;
	for (size_t i = 0; rc == 0 && i < t.n; i++)
		rc = value_rows(&v, t.id[i], e);
	for (size_t i = 0; rc == 0 && i < v.n_held; i++)
		rc = give(&v, &v.held[i]);
	free(t.id);
	free(v.held);
	map64_release(&v.several);
	map64_release(&v.place);
	arena_release(&v.mem);
	arena_release(&v.last_mem);
	return rc;
}
