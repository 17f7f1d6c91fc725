/* index.c - search rows of a resource, written when a version becomes current
 * and taken away, by the facts of the former body, when it stops being so. */
#include <stdlib.h>

#include "impl.h"

enum {
	TERMS_MAX = 1 << 17,
	TOKENS = 8192, /* that wait */
	QUANTITIES = 4096,
	SHORT_TEXT = 18, /* bytes of a value and its unit that may wait */
};

struct writing {
	struct record *r;
	int64_t rid, date;
	bool drop; /* rows are taken away */
	struct ehr_err *e;
	/* rows are only told */
	void (*expect)(void *arg, const struct index_row *row);
	void *arg;
};

static int tell(struct writing *w, enum row_kind kind, int64_t key,
    const struct fact_row *f)
{
	struct index_row row = { kind, key, kind == ROW_STRING ? 0 : w->date,
		kind == ROW_STRING ? f->text : kind == ROW_QUANTITY ?
		f->number : STR_NONE, f->unit };

	w->expect(w->arg, &row);
	return 0;
}

/* ---- terms ---- */

static int term_row(struct record *r, enum record_sql_id id, struct str system,
    struct str code, int64_t *term, struct ehr_err *e)
{
	struct stmt *s = sql(r, id);
	int rc;

	stmt_text(s, 1, code);
	stmt_text(s, 2, system);
	rc = stmt_step(s, e);
	if (rc > 0)
		*term = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

static int find_term(struct record *r, struct str system, struct str code,
    bool add, int64_t *term, struct ehr_err *e)
{
	int64_t *known;
	int rc;

	buf_reset(&r->term_key);
	buf_addstr(&r->term_key, system);
	buf_addch(&r->term_key, '|');
	buf_addstr(&r->term_key, code);
	known = strmap_get(&r->term_id, buf_str(&r->term_key));
	if (known) {
		*term = *known;
		return 1;
	}
	rc = term_row(r, TERM_FIND, system, code, term, e);
	if (rc == 0 && add) {
		rc = term_row(r, TERM_ADD, system, code, term, e);
		*term = store_last_rowid(r->db);
		rc = rc < 0 ? rc : 1;
	}
	if (rc > 0) {
		if (r->term_id.count >= TERMS_MAX)
			strmap_release(&r->term_id);
		*strmap_put(&r->term_id, buf_str(&r->term_key), NULL) = *term;
	}
	return rc;
}

/* ---- rows that wait ---- */

/* Where a row stands: term << 8 | param of a token, term of a quantity. */
struct place {
	int64_t key, date, rid;
};

struct quantity {
	struct place at;
	uint32_t turn; /* where only units differ the first row stays */
	uint8_t number, unit; /* bytes of text */
	char text[SHORT_TEXT];
};

struct index_rows {
	struct place token[TOKENS];
	struct quantity quantity[QUANTITIES];
	size_t n_token, n_quantity;
};

static int cmp64(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int cmp_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c = cmp64(x->key, y->key);

	if (c == 0)
		c = cmp64(rid_segment(x->rid), rid_segment(y->rid));
	if (c == 0)
		c = cmp64(x->date, y->date);
	return c ? c : cmp64(x->rid, y->rid);
}

static int cmp_quantity(const void *a, const void *b)
{
	const struct quantity *x = a, *y = b;
	int c = cmp_place(&x->at, &y->at);

	return c ? c : cmp64(x->turn, y->turn);
}

static void bind_place(struct stmt *s, int at, const void *row)
{
	const struct place *p = row;

	stmt_int(s, at, p->key);
	stmt_int(s, at + 1, rid_segment(p->rid));
	stmt_int(s, at + 2, p->date);
	stmt_int(s, at + 3, p->rid);
}

static void bind_quantity(struct stmt *s, int at, const void *row)
{
	const struct quantity *q = row;

	bind_place(s, at, &q->at);
	stmt_text(s, at + 4, (struct str){ q->text, q->number });
	stmt_text(s, at + 5, (struct str){ q->text + q->number, q->unit });
}

int index_flush(struct record *r, struct ehr_err *e)
{
	static const struct row_table tokens = {
		sizeof(struct place), 4, TOKEN_ADD, TOKEN_ADD_MANY, cmp_place,
		bind_place,
	}, quantities = {
		sizeof(struct quantity), 6, QUANTITY_ADD, QUANTITY_ADD_MANY,
		cmp_quantity, bind_quantity,
	};
	struct index_rows *w = r->rows;
	int rc = sketch_flush(r, e);

	if (rc < 0 || w == NULL)
		return rc;
	rc = rows_write(r, &tokens, w->token, w->n_token, e);
	if (rc == 0)
		rc = rows_write(r, &quantities, w->quantity, w->n_quantity, e);
	w->n_token = w->n_quantity = 0;
	return rc;
}

void index_forget(struct record *r)
{
	free(r->rows);
	r->rows = NULL;
}

static int room_for_one(struct record *r, struct ehr_err *e)
{
	if (r->rows == NULL)
		r->rows = xcalloc(1, sizeof(*r->rows));
	return r->rows->n_token == TOKENS || r->rows->n_quantity == QUANTITIES ?
	    index_flush(r, e) : 0;
}

/* ---- rows ---- */

static int token_row(struct writing *w, const struct fact_row *f,
    int64_t term)
{
	struct place p = { term << 8 | f->param, w->date, w->rid };
	struct stmt *s;
	int rc;

	if (w->expect)
		return tell(w, ROW_TOKEN, p.key, f);
	if (!w->drop) {
		rc = room_for_one(w->r, w->e);
		w->r->rows->token[w->r->rows->n_token++] = p;
		return rc;
	}
	s = sql(w->r, TOKEN_DROP);
	bind_place(s, 1, &p);
	return stmt_run(s, w->e);
}

static int write_quantity(struct writing *w, const struct fact_row *f,
    const struct place *p)
{
	struct stmt *s = sql(w->r, w->drop ? QUANTITY_DROP : QUANTITY_ADD);

	bind_place(s, 1, p);
	stmt_text(s, 5, f->number);
	if (!w->drop)
		stmt_text(s, 6, f->unit);
	return stmt_run(s, w->e);
}

static int quantity_row(struct writing *w, const struct fact_row *f,
    int64_t term)
{
	struct place p = { term, w->date, w->rid };
	struct quantity *q;
	int rc;

	if (w->expect)
		return tell(w, ROW_QUANTITY, term, f);
	if (w->drop)
		return write_quantity(w, f, &p);
	if (f->number.n + f->unit.n > SHORT_TEXT) {
		rc = index_flush(w->r, w->e);
		return rc < 0 ? rc : write_quantity(w, f, &p);
	}
	rc = room_for_one(w->r, w->e);
	q = &w->r->rows->quantity[w->r->rows->n_quantity];
	*q = (struct quantity){ .at = p,
		.turn = (uint32_t)w->r->rows->n_quantity++,
		.number = (uint8_t)f->number.n, .unit = (uint8_t)f->unit.n };
	memcpy(q->text, f->number.s, f->number.n);
	memcpy(q->text + f->number.n, f->unit.s, f->unit.n);
	return rc;
}

static int string_row(struct writing *w, const struct fact_row *f)
{
	struct stmt *s;

	if (w->expect)
		return tell(w, ROW_STRING, f->param, f);
	s = sql(w->r, w->drop ? STRING_DROP : STRING_ADD);
	stmt_int(s, 1, f->param);
	stmt_text(s, 2, f->text);
	stmt_int(s, 3, w->rid);
	return stmt_run(s, w->e);
}

static int one_row(struct writing *w, const struct fact_row *f)
{
	int64_t term;
	int rc;

	if (f->kind == ROW_STRING)
		return string_row(w, f);
	rc = find_term(w->r, f->system, f->text, !w->drop && !w->expect, &term,
	    w->e);
	if (rc == 0 && w->expect)
		return tell(w, f->kind, -1, f);
	if (rc <= 0)
		return rc;
	return f->kind == ROW_TOKEN ? token_row(w, f, term) :
	    quantity_row(w, f, term);
}

static int note_row(struct writing *w, struct str note)
{
	struct stmt *s = sql(w->r, w->drop ? NOTE_DROP : NOTE_ADD);

	stmt_int(s, 1, w->rid);
	stmt_text(s, 2, note);
	return stmt_run(s, w->e);
}

/* A row under the number of the Medication that the drug is a reference to. */
static int drug_row(struct writing *w, const struct facts *f)
{
	static const struct fact_row row = { .param = INDEX_MEDICATION };
	enum link_state state;
	int64_t target;
	int rc = record_link(w->r, w->rid, f->drug - 1, &target, &state, w->e);

	return rc > 0 && state == LINK_RESOLVED ? token_row(w, &row, target) :
	    rc < 0 ? rc : 0;
}

int index_settled(struct record *r, int64_t rid, int ordinal,
    struct ehr_err *e)
{
	struct writing w = { .r = r, .rid = rid, .e = e };
	struct resource res;
	struct facts f;
	int rc = rid < r->index_next ? row_load(r, rid, &res, e) : 0;

	if (rc <= 0)
		return rc;
	arena_reset(&r->mem);
	rc = facts_read(&r->reader, &r->mem, res.type, res.body, &f, e);
	stmt_reset(sql(r, RES_GET));
	w.date = f.date;
	return rc < 0 || f.drug != ordinal + 1 ? rc : drug_row(&w, &f);
}

static int all_rows(struct writing *w, const struct facts *f)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->n_row; i++)
		rc = one_row(w, &f->row[i]);
	return rc == 0 && f->drug ? drug_row(w, f) : rc;
}

int index_expect(struct record *r, int64_t rid, const struct facts *f,
    void (*fn)(void *arg, const struct index_row *row), void *arg,
    struct ehr_err *e)
{
	struct writing w = { .r = r, .rid = rid, .date = f->date, .e = e,
		.expect = fn, .arg = arg };

	return all_rows(&w, f);
}

int index_write(struct record *r, int64_t rid, const struct facts *f,
    bool drop, struct ehr_err *e)
{
	struct writing w = { .r = r, .rid = rid, .date = f->date,
		.drop = drop, .e = e };
	int rc = drop ? index_flush(r, e) : 0;

	if (rid >= r->index_next)
		return rc;
	if (rc == 0)
		rc = all_rows(&w, f);
	if (rc == 0 && f->note.n)
		rc = note_row(&w, f->note);
	if (rc < 0)
		return rc;
	return drop ? sketch_drop(r, rid, e) : sketch_write(r, rid, f, e);
}

/* For the view behind the notes' index. */
bool note_text(void *record, struct buf *out, int64_t type, struct str stored,
    struct str blobs)
{
	ARENA_AUTO mem = ARENA_INIT;
	BUF_AUTO whole = BUF_INIT;
	struct str body;
	struct facts_reader fr;
	struct facts f;
	bool some;

	if (body_read(record, stored, blobs, &whole, &body, NULL) < 0)
		return false;
	facts_init(&fr);
	some = facts_read(&fr, &mem, (int)type, body, &f, NULL) == 0 &&
	    f.note.n > 0;
	if (some)
		buf_addstr(out, f.note);
	facts_release(&fr);
	return some;
}
