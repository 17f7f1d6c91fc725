/* item.c - ChargeItem (R4 12.5): a line of a charge. */
#include "impl.h"

/* The diagnoses that the line points to. */
static void put_reasons(struct views *v, const struct charge_line *l)
{
	struct str rest = l->pointers, one;
	int64_t n;

	if (rest.n == 0)
		return;
	json_open(&v->b, "reason", '[');
	while (str_split(&rest, ' ', &one))
		if (str_int(one, &n))
			view_dx(v, NULL, charge_nth(&v->charge, 0, "dx",
			    (int)n));
	json_close(&v->b, ']');
}

static void put_performer(struct views *v, const struct charge_line *l)
{
	struct str key = charge_either(&v->charge, l->n, "rendering");

	if (key.n == 0)
		return;
	json_open(&v->b, "performer", '[');
	json_open(&v->b, NULL, '{');
	view_who(v, "actor", setup_find(&v->setup, SETUP_PROVIDER, key), key);
	json_close(&v->b, '}');
	json_close(&v->b, ']');
}

int view_item(struct views *v, struct stmt *s, const struct view_row *row)
{
	const struct charge_line *l = view_line(v, stmt_col_int(s, 5));
	BUF_AUTO entered = BUF_INIT;
	int rc = 0;

	view_service(v, "code", l);
	view_reference(v, "subject", buf_str(&v->patient));
	if (v->charge.encounter)
		rc = view_rid(v, "context", v->charge.encounter, "a visit");
	view_days(v, "occurrence", "DateTime", l);
	put_performer(v, l);
	view_quantity(v, l);
	view_money(v, "priceOverride", l->cents);
	date_format_ms(&entered, row->begun);
	json_text(&v->b, "enteredDate", buf_str(&entered));
	put_reasons(v, l);
	return rc;
}
