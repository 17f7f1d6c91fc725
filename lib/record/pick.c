/* pick.c - what questions about many charts can need of each, by the index
 * alone: so that most resources are never read. */
#include <stdlib.h>

#include "impl.h"

/* A key of the index and a question that its rows may answer. */
struct use {
	int64_t term;
	int param;
	uint32_t question;
};

/* A resource that may answer a question. */
struct hit {
	int64_t rid, date;
	uint32_t question;
};

struct record_pick {
	struct record *r;
	const struct record_question *question;
	size_t questions;
	int *param;		/* by question; -1: the index cannot tell */
	struct use *use;	/* by term and parameter */
	size_t uses, use_cap;
	int64_t first, last;	/* the range at hand */
	struct hit *hit;	/* by rid and question */
	size_t hits, hit_cap;
	int64_t *odd;		/* patients of it that are not plain */
	size_t odds, odd_cap;
	int64_t *rid;		/* scratch: what a chart is read of */
	size_t rids, rid_cap;
	struct dated {
		int type;
		int64_t date;	/* 0: not known */
	} *dated;		/* the resources of patient of */
	size_t dates, dated_cap;
	int64_t of;		/* 0: not read */
};

/* Room for one more of size bytes behind n in a vector that grows. */
static void *room(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 256;
	return xrealloc(v, *cap * size);
}

/* ---- which terms ---- */

static void use_term(struct record_pick *k, int64_t term, struct str system,
    struct str code)
{
	for (size_t i = 0; i < k->questions; i++) {
		const struct record_question *q = &k->question[i];

		if (k->param[i] < 0 || !q->has(q->arg, system, code))
			continue;
		k->use = room(k->use, k->uses, &k->use_cap, sizeof(*k->use));
		k->use[k->uses++] = (struct use){ term, k->param[i],
			(uint32_t)i };
	}
}

static int cmp_use(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	if (x->term != y->term)
		return x->term < y->term ? -1 : 1;
	return x->param != y->param
	    ? x->param - y->param
	    : (x->question > y->question) - (x->question < y->question);
}

static int use_terms(struct record_pick *k, struct ehr_err *e)
{
	struct stmt *s = sql(k->r, TERM_ALL);
	int rc;

	while ((rc = stmt_step(s, e)) > 0)
		use_term(k, stmt_col_int(s, 0), stmt_col(s, 1),
		    stmt_col(s, 2));
	stmt_reset(s);
	if (k->uses)
		qsort(k->use, k->uses, sizeof(*k->use), cmp_use);
	return rc;
}

/* Does the caller see all there is, by an index that has all there is? */
static bool usable(struct record *r)
{
	enum perm need = PERM_READ | PERM_DEMOGRAPHICS | PERM_CLINICAL |
	    PERM_NOTES | PERM_BILLING;

	if (r->guard.on)
		need |= PERM_SENSITIVE;
	return store_has(r->db, need) && index_check_version(r, NULL) == 0;
}

int record_pick_new(struct record_pick **out, struct record *r,
    const struct record_question *q, size_t n, struct ehr_err *e)
{
	struct record_pick *k;

	if (!usable(r))
		return ehr_fail(e, EHR_ENO, "the index cannot tell");
	k = xcalloc(1, sizeof(*k));
	*k = (struct record_pick){ .r = r, .question = q, .questions = n };
	k->param = xcalloc(n + 1, sizeof(*k->param));
	for (size_t i = 0; i < n; i++)
		k->param[i] = q[i].path.s ? facts_coded(q[i].type, q[i].path)
					  : -1;
	*out = k;
	return use_terms(k, e);
}

void record_pick_free(struct record_pick *k)
{
	if (k == NULL)
		return;
	free(k->param);
	free(k->use);
	free(k->hit);
	free(k->odd);
	free(k->rid);
	free(k->dated);
	free(k);
}

/* ---- a range of patients ---- */

static void add_hit(struct record_pick *k, int64_t rid, int64_t date,
    uint32_t question)
{
	k->hit = room(k->hit, k->hits, &k->hit_cap, sizeof(*k->hit));
	k->hit[k->hits++] = (struct hit){ rid, date, question };
}

/* Rows of one key for all of its questions, use[from..to). */
static int read_key(struct record_pick *k, enum record_sql_id id, int64_t key,
    size_t from, size_t to, struct ehr_err *e)
{
	struct stmt *s = sql(k->r, id);
	int rc;

	stmt_int(s, 1, key);
	stmt_int(s, 2, k->first);
	stmt_int(s, 3, k->last);
	while ((rc = stmt_step(s, e)) > 0)
		for (size_t i = from; i < to; i++)
			add_hit(k, stmt_col_int(s, 0), stmt_col_int(s, 1),
			    k->use[i].question);
	stmt_reset(s);
	return rc;
}

static int read_keys(struct record_pick *k, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0, end; i < k->uses && rc == 0; i = end) {
		const struct use *u = &k->use[i];

		for (end = i; end < k->uses && k->use[end].term == u->term &&
		    k->use[end].param == u->param;)
			end++;
		rc = read_key(k, TOKEN_PICK, u->term << 8 | u->param, i, end,
		    e);
		/* The rows of a measured value say its code too. */
		if (rc == 0 && u->param == INDEX_CODE)
			rc = read_key(k, QUANTITY_PICK, u->term, i, end, e);
	}
	return rc;
}

static int cmp_hit(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->rid != y->rid)
		return x->rid < y->rid ? -1 : 1;
	return (x->question > y->question) - (x->question < y->question);
}

static int read_odd(struct record_pick *k, struct ehr_err *e)
{
	struct stmt *s = sql(k->r, SEG_ODD);
	int rc;

	k->odds = 0;
	stmt_int(s, 1, k->first);
	stmt_int(s, 2, k->last);
	while ((rc = stmt_step(s, e)) > 0) {
		k->odd = room(k->odd, k->odds, &k->odd_cap, sizeof(*k->odd));
		k->odd[k->odds++] = stmt_col_int(s, 0);
	}
	stmt_reset(s);
	return rc;
}

int record_pick_range(struct record_pick *k, int64_t first, int64_t last,
    struct ehr_err *e)
{
	int rc;

	k->first = first;
	k->last = last;
	k->hits = 0;
	k->of = 0;
	rc = read_odd(k, e);
	if (rc == 0)
		rc = read_keys(k, e);
	if (k->hits)
		qsort(k->hit, k->hits, sizeof(*k->hit), cmp_hit);
	return rc;
}

/* ---- one of them ---- */

bool record_pick_plain(const struct record_pick *k, int64_t patient)
{
	for (size_t i = 0; i < k->odds; i++)
		if (k->odd[i] == patient)
			return false;
	return true;
}

/* The first hit at or behind rid. */
static size_t hit_at(const struct record_pick *k, int64_t rid)
{
	size_t low = 0, high = k->hits;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (k->hit[mid].rid < rid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void read_dates(struct record_pick *k, int64_t patient)
{
	struct stmt *s = sql(k->r, SKETCH_RANGE);
	struct ehr_err e;
	struct date d;
	int rc;

	k->dates = 0;
	stmt_int(s, 1, rid_make(patient, 0));
	stmt_int(s, 2, rid_make(patient, SEQ_MAX));
	while ((rc = stmt_step(s, &e)) > 0) {
		k->dated = room(k->dated, k->dates, &k->dated_cap,
		    sizeof(*k->dated));
		k->dated[k->dates++] = (struct dated){
			(int)stmt_col_int(s, 1),
			date_parse(stmt_col(s, 3), &d) ? date_ms(&d) : 0 };
	}
	stmt_reset(s);
	k->of = rc == 0 ? patient : 0;
}

/* Has the patient a resource of that type and time? */
static bool may_type(struct record_pick *k, int64_t patient, int type,
    int64_t from, int64_t to)
{
	if (k->of != patient)
		read_dates(k, patient);
	for (size_t i = 0; i < k->dates; i++)
		if (k->dated[i].type == type && (k->dated[i].date == 0 ||
			(k->dated[i].date >= from && k->dated[i].date <= to)))
			return true;
	return k->of != patient;
}

bool record_pick_may(struct record_pick *k, int64_t patient, size_t i,
    int64_t from, int64_t to)
{
	int64_t end = rid_make(patient + 1, 0);

	if (k->param[i] < 0)
		return k->question[i].path.s != NULL ||
		    may_type(k, patient, k->question[i].type, from, to);
	for (size_t h = hit_at(k, rid_make(patient, 0));
	     h < k->hits && k->hit[h].rid < end; h++)
		if (k->hit[h].question == i && (k->hit[h].date == 0 ||
			(k->hit[h].date >= from && k->hit[h].date <= to)))
			return true;
	return false;
}

int record_pick_patient(struct record_pick *k, int64_t patient,
    struct resource *res, struct ehr_err *e)
{
	return row_body(k->r, record_patient_rid(patient), res, e);
}

static void add_rid(struct record_pick *k, int64_t rid)
{
	k->rid = room(k->rid, k->rids, &k->rid_cap, sizeof(*k->rid));
	k->rid[k->rids++] = rid;
}

/* Resources of the types of which a wanted question asks for all. */
static int add_types(struct record_pick *k, int64_t patient,
    const uint8_t *wanted, struct ehr_err *e)
{
	struct record_types types = { .some = false };
	struct stmt *s = sql(k->r, SKETCH_RANGE);
	int rc = 0;

	for (size_t i = 0; i < k->questions; i++)
		if (wanted[i] && k->param[i] < 0 &&
		    k->question[i].type != FHIR_Patient)
			record_types_add(&types, k->question[i].type);
	if (!types.some)
		return 0;
	stmt_int(s, 1, rid_make(patient, 0));
	stmt_int(s, 2, rid_make(patient, SEQ_MAX));
	while ((rc = stmt_step(s, e)) > 0)
		if (record_types_has(&types, (int)stmt_col_int(s, 1)))
			add_rid(k, stmt_col_int(s, 0));
	stmt_reset(s);
	return rc;
}

static int cmp_rid(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int record_pick_chart(struct record_pick *k, int64_t patient,
    const uint8_t *wanted, record_fn *fn, void *arg, struct ehr_err *e)
{
	int64_t end = rid_make(patient + 1, 0);
	struct resource res;
	int rc;

	k->rids = 0;
	for (size_t h = hit_at(k, rid_make(patient, 0));
	     h < k->hits && k->hit[h].rid < end; h++)
		if (wanted[k->hit[h].question])
			add_rid(k, k->hit[h].rid);
	rc = add_types(k, patient, wanted, e);
	if (k->rids)
		qsort(k->rid, k->rids, sizeof(*k->rid), cmp_rid);
	for (size_t i = 0; i < k->rids && rc == 0; i++) {
		if ((i && k->rid[i] == k->rid[i - 1]) ||
		    k->rid[i] == record_patient_rid(patient))
			continue;
		rc = row_body(k->r, k->rid[i], &res, e);
		if (rc > 0)
			rc = fn(arg, &res);
	}
	stmt_reset(sql(k->r, RES_BODY));
	return rc;
}
