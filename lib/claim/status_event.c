/* status_event.c - events of claims, added and taken back. */
#include "claim/status.h"

const struct sql status_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "claim/status.def"
#undef X
};

int claim_event_add(struct store *db, const struct claim_event *ev,
    int64_t batch, int64_t *id, struct ehr_err *e)
{
	struct stmt *s = status_sql(db, EVENT_ADD);
	int rc;

	stmt_int(s, 1, ev->claim);
	stmt_id(s, 2, ev->submission);
	stmt_text(s, 3, str_of(claim_event_name(ev->kind)));
	stmt_text(s, 4, str_of(claim_source_name(ev->source)));
	stmt_text(s, 5, ev->day);
	stmt_int(s, 6, store_time(db));
	stmt_id(s, 7, ev->doc);
	stmt_id(s, 8, ev->segment);
	stmt_text(s, 9, ev->category);
	stmt_text(s, 10, ev->status);
	stmt_text(s, 11, ev->entity);
	stmt_id(s, 12, ev->line);
	stmt_text(s, 13, ev->place);
	if (ev->has_cents)
		stmt_int(s, 14, ev->cents);
	else
		stmt_null(s, 14);
	stmt_text(s, 15, ev->payer_claim);
	stmt_text(s, 16, ev->note);
	stmt_id(s, 17, ev->undoes);
	stmt_int(s, 18, batch);
	rc = stmt_run(s, e);
	if (rc == 0 && id)
		*id = store_last_rowid(db);
	return rc;
}

/* ---- taking back ---- */

int claim_event_undo(struct access *a, int64_t batch, int64_t by, int64_t *n,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = store_scan(db, &status_sql_table[EVENT_TAKE_BACK]);
	struct claim_event ev;
	int rc;

	*n = 0;
	stmt_int(s, 1, batch);
	while ((rc = stmt_step(s, e)) > 0) {
		ev = (struct claim_event){ .kind = CLAIM_EVENT_WITHDRAWN,
			.undoes = stmt_col_int(s, 0),
			.claim = stmt_col_int(s, 1),
			.submission = stmt_col_int(s, 2),
			.source = claim_source_of(stmt_col(s, 3)),
			.day = stmt_col(s, 4) };
		access_set_touch(a, stmt_col_int(s, 5));
		rc = claim_event_add(db, &ev, by, NULL, e);
		if (rc < 0)
			break;
		++*n;
	}
	store_scan_end(s);
	return rc;
}
