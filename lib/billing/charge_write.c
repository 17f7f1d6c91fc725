/* charge_write.c - charges into the record; voids, undo. */
#include "charge.h"
#include "ehr/billing-fee.h"

static int add_head(struct store *db, int64_t batch, struct charge *c,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_ADD);
	int rc;

	stmt_text(s, 1, c->key);
	stmt_int(s, 2, c->patient);
	if (c->encounter)
		stmt_int(s, 3, c->encounter);
	stmt_text(s, 4, c->day);
	if (c->replaces)
		stmt_int(s, 5, c->replaces);
	stmt_int(s, 6, batch);
	rc = stmt_run(s, e);
	c->id = store_last_rowid(db);
	c->batch = batch;
	return rc;
}

static int add_line(struct store *db, const struct charge *c,
    struct charge_line *l, struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_LINE_ADD);
	const struct str text[] = { l->code, l->mods, l->units, l->unit };
	int rc;

	stmt_int(s, 1, c->id);
	stmt_int(s, 2, l->n);
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		stmt_text(s, 3 + (int)i, text[i]);
	stmt_int(s, 7, l->cents);
	stmt_text(s, 8, l->first);
	stmt_text(s, 9, l->last);
	stmt_text(s, 10, l->place);
	stmt_text(s, 11, l->pointers);
	rc = stmt_run(s, e);
	l->id = store_last_rowid(db);
	return rc;
}

static int add_field(struct store *db, const struct charge *c,
    const struct charge_value *v, struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_FIELD_ADD);

	stmt_int(s, 1, c->id);
	stmt_int(s, 2, v->n);
	stmt_text(s, 3, v->name);
	stmt_text(s, 4, v->value);
	return stmt_run(s, e);
}

static int add_all(struct store *db, int64_t batch, struct charge *c,
    struct ehr_err *e)
{
	int rc = add_head(db, batch, c, e);

	for (size_t i = 0; rc == 0 && i < c->lines; i++)
		rc = add_line(db, c, &c->line[i], e);
	for (size_t i = 0; rc == 0 && i < c->fields; i++)
		rc = add_field(db, c, &c->field[i], e);
	return rc;
}

/* ---- one of the same key ---- */

/* 1 and the charge of that key that counts, *live: it holds; 0: none. */
static int of_key(struct store *db, struct str key, int64_t *id, bool *live,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_SAME_KEY);
	int rc;

	stmt_text(s, 1, key);
	rc = stmt_step(s, e);
	if (rc > 0) {
		*id = stmt_col_int(s, 0);
		*live = stmt_col_int(s, 1) != 0;
	}
	stmt_reset(s);
	return rc;
}

static int says_same(struct store *db, int64_t id, struct charge *c,
    bool *same, struct ehr_err *e)
{
	CHARGE_AUTO old = CHARGE_INIT;
	BUF_AUTO is = BUF_INIT;
	BUF_AUTO was = BUF_INIT;
	int rc = charge_read(db, id, &old, e);

	if (rc < 0)
		return rc;
	charge_text(&was, &old);
	charge_text(&is, c);
	*same = str_eq(buf_str(&was), buf_str(&is));
	if (*same)
		c->voided = old.voided;
	return 0;
}

/* 1: c says the same as the one of its key that counts. Else what c is to
 * replace is taken out of the way. */
static int make_way(struct charge_writer *w, struct charge *c,
    struct ehr_err *e)
{
	struct store *db = w->ledger.db;
	bool live = false, same = false;
	int64_t old = 0;
	int rc = of_key(db, c->key, &old, &live, e);

	if (rc > 0)
		rc = says_same(db, old, c, &same, e);
	if (rc < 0 || old == 0)
		return rc;
	if (same) {
		c->id = old;
		return 1;
	}
	if (live && !w->correct)
		return ehr_fail(e, EHR_EREJECT, "charge %lld of that key says "
		    "something else", (long long)old);
	c->replaces = old;
	rc = live ? charge_void(w, old, STR("corrected"), e) : 0;
	return rc < 0 ? rc : 0;
}

int charge_writer_begin(struct charge_writer *w, struct access *a,
    int64_t batch, struct ehr_err *e)
{
	int rc;

	*w = (struct charge_writer){ .a = a, .batch = batch,
		.setup = SETUP_INIT,
		.party = PARTY_INIT(a->r, &w->setup) };
	rc = setup_read(record_store(a->r), &w->setup, e);
	return rc < 0 ? rc :
	    ledger_begin(&w->ledger, a, batch, STR_NONE, w->day, e);
}

void charge_writer_release(struct charge_writer *w)
{
	party_release(&w->party);
	setup_release(&w->setup);
}

static int post(struct charge_writer *w, const struct charge *c,
    struct ehr_err *e)
{
	struct ledger_charge x = { .charge = c->id,
		.patient = c->patient,
		.payer = charge_field(c, 0, "payer"),
		.guarantor = charge_field(c, 0, "guarantor"),
		.provider = charge_field(c, 0, "rendering") };
	const struct setup_item *first = NULL;
	int rc = x.payer.n ? 0 :
	    party_first(&w->party, c->patient, c->day, &first, e);

	if (first)
		x.payer = first->key;
	rc = rc < 0 ? rc : ledger_charge(&w->ledger, &x, e);
	return rc < 0 ? rc : 1;
}

/* What the practice charges, times the units, to the cent; at most what an
 * amount may be. */
static int price(const struct charge_writer *w, struct charge_line *l,
    struct ehr_err *e)
{
	const struct fee_question q = { .payer = STR(""), .code = l->code,
		.mods = l->mods, .place = l->place, .day = l->first };
	struct str schedule;
	struct decimal units, sum;
	int64_t cents;
	int rc = str_is(l->unit, "UN") ? fee_find(w->ledger.db,
	    &w->setup, &q, &cents, &schedule, e) : 0;

	if (rc < 0)
		return rc;
	if (rc == 0 || !decimal_parse(l->units, &units))
		return ehr_fail(e, EHR_EREJECT, "line %d: no amount, and no "
		    "fee schedule that has one", l->n);
	if (!decimal_mul(&units, &(struct decimal){ cents, 0 }, &sum) ||
	    !decimal_whole(&sum, &cents) || cents > MAX_CHARGE_CENTS)
		return ehr_fail(e, EHR_EREJECT, "line %d: units times the fee "
		    "are more than an amount may be", l->n);
	l->cents = cents;
	return 0;
}

int charge_add(struct charge_writer *w, struct charge *c, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->lines; i++)
		if (c->line[i].cents < 0)
			rc = price(w, &c->line[i], e);
	if (rc < 0)
		return rc;
	access_set_touch(w->a, c->patient);
	rc = make_way(w, c, e);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = add_all(w->ledger.db, w->batch, c, e);
	return rc < 0 ? rc : post(w, c, e);
}

/* ---- void and undo ---- */

/* Row alone: 1, 0 it was so. */
static int void_row(struct store *db, int64_t batch, int64_t id,
    struct str reason, struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_VOID);
	int rc;

	stmt_int(s, 1, id);
	stmt_int(s, 2, batch);
	stmt_text(s, 3, reason);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : store_changes(db) > 0;
}

/* Each of its claims that a payer may have gets an event. */
static int tell_claims(struct charge_writer *w, int64_t id, struct str reason,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(w->ledger.db, CHARGE_VOID_EVENTS);

	stmt_int(s, 1, id);
	stmt_text(s, 2, w->ledger.day);
	stmt_int(s, 3, store_time(w->ledger.db));
	stmt_text(s, 4, reason.n ? reason : STR_NONE);
	stmt_int(s, 5, w->batch);
	return stmt_run(s, e);
}

int charge_void(struct charge_writer *w, int64_t id, struct str reason,
    struct ehr_err *e)
{
	struct store *db = w->ledger.db;
	struct stmt *s = charge_sql(db, CHARGE_HEAD);
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0)
		access_set_touch(w->a, stmt_col_int(s, 1));
	stmt_reset(s);
	if (rc <= 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_ENOENT,
		    "charge %lld: there is none", (long long)id);
	rc = void_row(db, w->batch, id, reason, e);
	if (rc <= 0)
		return rc;
	rc = ledger_charge_back(&w->ledger, id, e);
	if (rc >= 0)
		rc = ledger_charge_void(&w->ledger, id, reason, e);
	if (rc >= 0)
		rc = tell_claims(w, id, reason, e);
	return rc < 0 ? rc : 1;
}

/* A charge that a batch added or voided. */
struct touched {
	int64_t id, patient, voided;
	bool added;
};

/* A number that a statement tells of a charge. */
static int64_t ask(struct store *db, enum charge_sql_id q, int64_t id,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, q);
	int64_t n = 0;
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0)
		n = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc < 0 ? rc : n;
}

static int refuse(const struct touched *t, const char *why, struct ehr_err *e)
{
	return ehr_fail(e, EHR_ENO, "charge %lld: %s", (long long)t->id, why);
}

/* May it be taken back? */
static int loose(struct store *db, const struct touched *t, int64_t of,
    struct ehr_err *e)
{
	int64_t n = t->added ? ask(db, CHARGE_CLAIMS, t->id, e) : 0;

	if (n < 0)
		return (int)n;
	if (n > 0)
		return refuse(t, "a claim was built on it", e);
	if (t->added && t->voided && t->voided != of)
		return refuse(t, "a later batch voided it", e);
	n = t->added ? 0 : ask(db, CHARGE_REPLACED_BY, t->id, e);
	return n < 0 ? (int)n : 0;
}

static int take_back(struct access *a, int64_t batch, int64_t of,
    const struct touched *t, struct batch_counts *n, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s;
	int rc = loose(db, t, of, e);

	if (rc < 0)
		return rc;
	access_set_touch(a, t->patient);
	if (t->added) {
		rc = void_row(db, batch, t->id, STR("undone"), e);
		n->deleted += rc > 0;
	} else {
		s = charge_sql(db, CHARGE_UNVOID);
		stmt_int(s, 1, t->id);
		rc = stmt_run(s, e);
		n->updated++;
	}
	return rc < 0 ? rc : 0;
}

int charge_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = store_scan(db, &charge_sql_table[CHARGE_OF_BATCH]);
	CHARGE_WRITER_AUTO w = { 0 };
	int64_t mirrored;
	int rc;

	stmt_int(s, 1, of);
	while ((rc = stmt_step(s, e)) > 0) {
		const struct touched t = { stmt_col_int(s, 0),
			stmt_col_int(s, 1), stmt_col_int(s, 3),
			stmt_col_int(s, 2) != 0 };

		rc = take_back(a, batch, of, &t, n, e);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	if (rc == 0)
		rc = charge_writer_begin(&w, a, batch, e);
	return rc < 0 ? rc : ledger_reverse_batch(&w.ledger, a, of,
	    STR("undone"), &mirrored, e);
}
