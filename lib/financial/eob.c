/* eob.c - ExplanationOfBenefit (R4 13.10): what a payment that was posted said
 * of a claim. */
#include "impl.h"

#define ADJUDICATION TERMINOLOGY "adjudication"
#define GROUPS "https://x12.org/codes/claim-adjustment-group-codes"
#define REASONS "https://x12.org/codes/claim-adjustment-reason-codes"

static void put_part(struct views *v, const char *system, struct str code,
    struct str reason, int64_t cents)
{
	json_open(&v->b, NULL, '{');
	view_concept(v, "category", system, code);
	if (reason.n)
		view_concept(v, "reason", REASONS, reason);
	view_money(v, "amount", cents);
	json_close(&v->b, '}');
}

static int put_adjudication(struct views *v, const struct charge_line *l,
    void *arg)
{
	const int64_t *remit = arg;
	struct stmt *s = financial_sql(v->db, VIEW_EOB_LINE);
	int rc;

	view_serviced(v, l);
	json_open(&v->b, "adjudication", '[');
	put_part(v, ADJUDICATION, STR("submitted"), STR_NONE, l->cents);
	stmt_int(s, 1, l->id);
	stmt_int(s, 2, *remit);
	while ((rc = stmt_step(s, v->e)) > 0) {
		struct str grp = stmt_col(s, 0);

		put_part(v, grp.n ? GROUPS : ADJUDICATION,
		    grp.n ? grp : STR("benefit"), stmt_col(s, 1),
		    stmt_col_int(s, 2));
	}
	stmt_reset(s);
	json_close(&v->b, ']');
	return rc;
}

/* What was asked for, and what of it was paid, under which number and when. */
static void put_totals(struct views *v, struct stmt *s)
{
	json_open(&v->b, "total", '[');
	put_part(v, ADJUDICATION, STR("submitted"), STR_NONE,
	    stmt_col_int(s, 9));
	put_part(v, ADJUDICATION, STR("benefit"), STR_NONE,
	    stmt_col_int(s, 10));
	json_close(&v->b, ']');
	json_open(&v->b, "payment", '{');
	json_text(&v->b, "date", stmt_col(s, 13));
	view_money(v, "amount", stmt_col_int(s, 10));
	json_open(&v->b, "identifier", '{');
	json_text(&v->b, "value", stmt_col(s, 12));
	json_close(&v->b, '}');
	json_close(&v->b, '}');
}

int view_eob(struct views *v, struct stmt *s, const struct view_row *row)
{
	BUF_AUTO text = BUF_INIT;
	int64_t remit = row->id;
	int rc;

	if (!stmt_col_null(s, 11))
		view_number(v, NULL, stmt_col(s, 11));
	view_claim_kind(v);
	date_format_ms(&text, row->begun);
	json_text(&v->b, "created", buf_str(&text));
	view_parties(v, stmt_col(s, 6));
	buf_reset(&text);
	buf_addf(&text, "Claim/claim-%.*s", STR_FMT(stmt_col(s, 8)));
	view_reference(v, "claim", buf_str(&text));
	json_text(&v->b, "outcome", STR("complete"));
	rc = view_insurance(v, stmt_col_int(s, 7), false);
	if (rc >= 0)
		rc = view_items(v, stmt_col_int(s, 5), put_adjudication,
		    &remit);
	put_totals(v, s);
	return rc;
}
