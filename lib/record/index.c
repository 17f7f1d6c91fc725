/* index.c - search rows of a resource, written when a version becomes current
 * and taken away, by the facts of the former body, when it stops being so. */
#include "impl.h"

enum { TERMS_MAX = 1 << 17 };

struct writing {
	struct record *r;
	int64_t rid, date;
	bool drop; /* rows are taken away */
	struct ehr_err *e;
};

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

/* ---- rows ---- */

static int token_row(struct writing *w, const struct fact_row *f,
    int64_t term)
{
	struct stmt *s = sql(w->r, w->drop ? TOKEN_DROP : TOKEN_ADD);

	stmt_int(s, 1, term << 8 | f->param);
	stmt_int(s, 2, rid_segment(w->rid));
	stmt_int(s, 3, w->date);
	stmt_int(s, 4, w->rid);
	return stmt_run(s, w->e);
}

static int quantity_row(struct writing *w, const struct fact_row *f,
    int64_t term)
{
	struct stmt *s = sql(w->r, w->drop ? QUANTITY_DROP : QUANTITY_ADD);

	stmt_int(s, 1, term);
	stmt_int(s, 2, rid_segment(w->rid));
	stmt_int(s, 3, w->date);
	stmt_int(s, 4, w->rid);
	stmt_text(s, 5, f->number);
	if (!w->drop)
		stmt_text(s, 6, f->unit);
	return stmt_run(s, w->e);
}

static int string_row(struct writing *w, const struct fact_row *f)
{
	struct stmt *s = sql(w->r, w->drop ? STRING_DROP : STRING_ADD);

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
	rc = find_term(w->r, f->system, f->text, !w->drop, &term, w->e);
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

int index_write(struct record *r, int64_t rid, const struct facts *f,
    bool drop, struct ehr_err *e)
{
	struct writing w = { r, rid, f->date, drop, e };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->n_row; i++)
		rc = one_row(&w, &f->row[i]);
	if (rc == 0 && f->note.n)
		rc = note_row(&w, f->note);
	return rc;
}

/* For the view behind the notes' index. */
bool note_text(struct buf *out, int64_t type, struct str body)
{
	ARENA_AUTO mem = ARENA_INIT;
	struct facts_reader fr;
	struct facts f;
	bool some;

	facts_init(&fr);
	some = facts_read(&fr, &mem, (int)type, body, &f, NULL) == 0 &&
	    f.note.n > 0;
	if (some)
		buf_addstr(out, f.note);
	facts_release(&fr);
	return some;
}
