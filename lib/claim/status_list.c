/* status_list.c - claims with their events, read in one pass. */
#include "claim/status.h"

/* One claim's events, which live until the next claim's. */
struct reading {
	struct store *db;
	const struct claim_filter *f;
	claim_row_fn *fn;
	void *arg;
	struct claim_row row;	/* claim 0: none yet */
	struct claim_event *ev;
	size_t n, cap;
	struct arena mem;
	struct buf clm01;
};

/* A text of the row at hand, kept until the next claim. */
static struct str keep(struct reading *r, struct stmt *s, int i)
{
	return stmt_col_null(s, i) ? STR_NONE :
	    arena_str(&r->mem, stmt_col(s, i));
}

static void take_claim(struct reading *r, struct stmt *s)
{
	arena_reset(&r->mem);
	r->n = 0;
	r->row = (struct claim_row){ .claim = stmt_col_int(s, 0),
		.patient = stmt_col_int(s, 1), .charge = stmt_col_int(s, 2),
		.cents = stmt_col_int(s, 3), .payer = keep(r, s, 4),
		.rank = keep(r, s, 5), .day = keep(r, s, 6) };
}

static void take_event(struct reading *r, struct stmt *s)
{
	struct claim_event *x;

	if (stmt_col_null(s, 7))
		return;
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->ev = xrealloc(r->ev, r->cap * sizeof(*r->ev));
	}
	x = &r->ev[r->n++];
	*x = (struct claim_event){ .id = stmt_col_int(s, 7),
		.claim = r->row.claim, .submission = stmt_col_int(s, 8),
		.kind = claim_event_of(stmt_col(s, 9)),
		.source = claim_source_of(stmt_col(s, 10)),
		.day = keep(r, s, 11), .time = stmt_col_int(s, 12),
		.doc = stmt_col_int(s, 13), .segment = stmt_col_int(s, 14),
		.category = keep(r, s, 15), .status = keep(r, s, 16),
		.entity = keep(r, s, 17), .line = stmt_col_int(s, 18),
		.place = keep(r, s, 19), .cents = stmt_col_int(s, 20),
		.has_cents = !stmt_col_null(s, 20),
		.payer_claim = keep(r, s, 21), .note = keep(r, s, 22),
		.undoes = stmt_col_int(s, 23), .batch = stmt_col_int(s, 24) };
}

static bool wanted(const struct claim_filter *f, const struct claim_now *now)
{
	return (f->states == 0 || f->states & 1u << now->state) &&
	    (f->sent_before == 0 ||
		(now->sent && now->sent < f->sent_before)) &&
	    (!f->unheard || (now->submission && !now->heard));
}

static int name_submission(struct reading *r, struct ehr_err *e)
{
	struct stmt *s = status_sql(r->db, SUBMISSION_CLM01);
	int rc;

	stmt_int(s, 1, r->row.now.submission);
	rc = stmt_step(s, e);
	buf_reset(&r->clm01);
	if (rc > 0) {
		buf_addstr(&r->clm01, stmt_col(s, 0));
		r->row.clm01 = buf_str(&r->clm01);
		r->row.outgoing = stmt_col_int(s, 1);
	}
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

/* Hands the claim on whose rows have ended. */
static int hand_on(struct reading *r, struct ehr_err *e)
{
	int rc = 0;

	if (r->row.claim == 0)
		return 0;
	claim_state_of(r->ev, r->n, &r->row.now);
	if (!wanted(r->f, &r->row.now))
		return 0;
	r->row.ev = r->ev;
	r->row.n = r->n;
	if (r->row.now.submission)
		rc = name_submission(r, e);
	return rc < 0 ? rc : r->fn(r->arg, &r->row);
}

int claim_each(struct store *db, const struct claim_filter *f,
    claim_row_fn *fn, void *arg, struct ehr_err *e)
{
	struct reading r = { .db = db, .f = f, .fn = fn, .arg = arg,
		.mem = ARENA_INIT, .clm01 = BUF_INIT };
	struct stmt *s = store_scan(db, &status_sql_table[CLAIM_ROWS]);
	int rc;

	stmt_int(s, 1, f->claim);
	stmt_text(s, 2, str_of(f->payer));
	while ((rc = stmt_step(s, e)) > 0) {
		if (stmt_col_int(s, 0) != r.row.claim) {
			rc = hand_on(&r, e);
			if (rc < 0)
				break;
			take_claim(&r, s);
		}
		take_event(&r, s);
	}
	if (rc == 0)
		rc = hand_on(&r, e);
	store_scan_end(s);
	free(r.ev);
	arena_release(&r.mem);
	buf_release(&r.clm01);
	return rc < 0 ? rc : 0;
}

/* ---- one claim ---- */

static int take_state(void *arg, const struct claim_row *row)
{
	*(enum claim_state *)arg = row->now.state;
	return 0;
}

int claim_state(struct store *db, int64_t claim, enum claim_state *state,
    struct ehr_err *e)
{
	struct claim_filter f = { .claim = claim };
	int rc;

	*state = CLAIM_STATE_NONE;
	rc = claim_each(db, &f, take_state, state, e);
	if (rc == 0 && *state == CLAIM_STATE_NONE)
		rc = ehr_fail(e, EHR_ENOENT, "no such claim");
	return rc;
}

/* 1 found, 0 not. */
static int first_id(struct stmt *s, int64_t *id, struct ehr_err *e)
{
	int rc = stmt_step(s, e);

	if (rc > 0)
		*id = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int claim_find(struct store *db, struct str name, int64_t *claim,
    struct ehr_err *e)
{
	struct stmt *s;
	int64_t number;
	int rc = 0;

	if (str_int(name, &number)) {
		s = status_sql(db, CLAIM_OF);
		stmt_int(s, 1, number);
		rc = first_id(s, claim, e);
	}
	if (rc == 0) {
		s = status_sql(db, CLAIM_SENT_AS);
		stmt_text(s, 1, name);
		rc = first_id(s, claim, e);
	}
	if (rc == 0)
		return ehr_fail(e, EHR_ENOENT, "no such claim");
	return rc < 0 ? rc : 0;
}
