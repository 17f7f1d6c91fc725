/* fee.c - the fee of a service, and fees put and taken back. */
#include "billing/fee.h"

const struct sql fee_sql_table[] = {
#define X(id, name, text, perm) [id] = { name, text, perm },
#include "billing/fee.def"
#undef X
};

/* ---- which schedule ---- */

static bool is_of(const struct setup_item *i, struct str payer)
{
	struct str one;

	for (size_t n = 0; one = setup_nth(i, "payer", n), one.n; n++)
		if (str_eq(one, payer))
			return true;
	return payer.n == 0 && setup_yes(i, "charges");
}

static const struct setup_item *schedule_of(const struct setup *s,
    const struct fee_question *q)
{
	const struct setup_item *i = NULL, *best = NULL;

	if (q->schedule.n)
		return setup_find(s, SETUP_SCHEDULE, q->schedule);
	while ((i = setup_next(s, SETUP_SCHEDULE, i)) != NULL)
		if (is_of(i, q->payer) && setup_holds(i, q->day) &&
		    (best == NULL || str_cmp(setup_value(best, "from"),
			setup_value(i, "from")) < 0))
			best = i;
	return best;
}

/* ---- which of its fees ---- */

bool fee_facility(struct str place)
{
	static const char *const codes[] = { "02", "19", "21", "22", "23",
		"24", "26", "31", "34", "41", "42", "51", "52", "53", "56",
		"61" };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_is(place, codes[i]))
			return true;
	return false;
}

/* How well a fee fits; below 0: not at all. */
static int fit(const struct fee_question *q, struct str mod, struct str place)
{
	struct str rest = q->mods, one;
	int points = 0;

	if (mod.n) {
		points = -1;
		while (points < 0 && str_split(&rest, ' ', &one))
			if (str_eq(one, mod))
				points = 4;
		if (points < 0)
			return -1;
	}
	if (place.n == 2)
		return str_eq(place, q->place) ? points + 2 : -1;
	if (place.n == 1)
		return str_is(place, fee_facility(q->place) ? "F" : "N") ?
		    points + 1 : -1;
	return points;
}

static int find_in(struct store *db, struct str schedule,
    const struct fee_question *q, int64_t *cents, struct ehr_err *e)
{
	struct stmt *s = fee_sql(db, FEE_FIND);
	int rc, points, best = -1;

	stmt_text(s, 1, schedule);
	stmt_text(s, 2, q->code);
	stmt_text(s, 3, q->day);
	while ((rc = stmt_step(s, e)) > 0) {
		points = fit(q, stmt_col(s, 0), stmt_col(s, 1));
		if (points > best) {
			best = points;
			*cents = stmt_col_int(s, 4);
		}
	}
	stmt_reset(s);
	return rc < 0 ? rc : best >= 0;
}

/* percent is checked to be 0.01 to 1000 with at most six decimals. */
static int64_t part_of(int64_t cents, struct str percent)
{
	struct decimal d = { 100, 0 };
	__int128 n, unit = 100;

	decimal_parse(percent, &d);
	for (int i = d.exp; i < 0; i++)
		unit *= 10;
	n = (__int128)cents * d.coef;
	return (int64_t)((2 * n + unit) / (2 * unit));
}

int fee_find(struct store *db, const struct setup *s,
    const struct fee_question *q, int64_t *cents, struct str *schedule,
    struct ehr_err *e)
{
	const struct setup_item *i = schedule_of(s, q), *at = i, *up;
	int rc = 0;

	if (i == NULL)
		return 0;
	*schedule = i->key;
	while (at && (rc = find_in(db, at->key, q, cents, e)) == 0)
		at = setup_ref(s, at, "base");
	/* from where it was found back to where it was asked for */
	for (up = i; rc > 0 && up != at; up = setup_ref(s, up, "base"))
		*cents = part_of(*cents, setup_value(up, "percent"));
	return rc;
}

int fee_each(struct store *db, struct str schedule, struct str code,
    int (*fn)(void *arg, const struct fee *f), void *arg, struct ehr_err *e)
{
	struct stmt *s = fee_sql(db, FEE_LIST);
	int rc;

	stmt_text(s, 1, schedule);
	stmt_text(s, 2, code);
	while ((rc = stmt_step(s, e)) > 0) {
		const struct fee f = { .schedule = stmt_col(s, 0),
			.code = stmt_col(s, 1), .mod = stmt_col(s, 2),
			.place = stmt_col(s, 3), .first = stmt_col(s, 4),
			.last = stmt_col(s, 5), .cents = stmt_col_int(s, 6) };

		rc = fn(arg, &f);
		if (rc)
			break;
	}
	stmt_reset(s);
	return rc;
}

/* ---- writing ---- */

static void bind(struct stmt *s, const struct fee *f)
{
	stmt_text(s, 1, f->schedule);
	stmt_text(s, 2, f->code);
	stmt_text(s, 3, f->mod);
	stmt_text(s, 4, f->place);
	stmt_text(s, 5, f->first);
}

/* Closes the fee that is there: 1; it is the same: 0; there is none: 2. */
static int close_old(struct store *db, int64_t batch, const struct fee *f,
    struct ehr_err *e)
{
	struct stmt *s = fee_sql(db, FEE_SAME);
	int64_t id = 0;
	bool same = false;
	int rc;

	bind(s, f);
	rc = stmt_step(s, e);
	if (rc > 0) {
		id = stmt_col_int(s, 0);
		same = stmt_col_int(s, 1) == f->cents &&
		    str_eq(stmt_col(s, 2), f->last);
	}
	stmt_reset(s);
	if (rc <= 0 || same)
		return rc < 0 ? rc : same ? 0 : 2;
	s = fee_sql(db, FEE_CLOSE);
	stmt_int(s, 1, id);
	stmt_int(s, 2, batch);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int fee_put(struct store *db, int64_t batch, const struct fee *f,
    struct batch_counts *n, struct ehr_err *e)
{
	int rc = close_old(db, batch, f, e);
	struct stmt *s;

	if (rc < 0)
		return rc;
	n->unchanged += rc == 0;
	n->updated += rc == 1;
	n->inserted += rc == 2;
	if (rc == 0)
		return 0;
	s = fee_sql(db, FEE_ADD);
	bind(s, f);
	stmt_text(s, 6, f->last);
	stmt_int(s, 7, f->cents);
	stmt_int(s, 8, batch);
	return stmt_run(s, e);
}

/* ---- taking back ---- */

static int built_on(struct store *db, int64_t of,
    void (*fn)(void *arg, const char *what), void *arg, struct ehr_err *e)
{
	struct stmt *s = fee_sql(db, FEE_LATER);
	BUF_AUTO what = BUF_INIT;
	int rc, n = 0;

	stmt_int(s, 1, of);
	for (; (rc = stmt_step(s, e)) > 0; n++) {
		buf_reset(&what);
		buf_addf(&what, "%.*s %.*s: batch %lld",
		    STR_FMT(stmt_col(s, 0)), STR_FMT(stmt_col(s, 1)),
		    (long long)stmt_col_int(s, 2));
		fn(arg, what.s);
	}
	stmt_reset(s);
	return rc < 0 ? rc : n ? ehr_fail(e, EHR_ENO, "batch %lld: later ones "
	    "built on it", (long long)of) : 0;
}

static int change(struct store *db, enum fee_sql_id id, int64_t of,
    int64_t batch, int64_t *n, struct ehr_err *e)
{
	struct stmt *s = fee_sql(db, id);
	int rc;

	stmt_int(s, 1, of);
	stmt_int(s, 2, batch);
	rc = stmt_run(s, e);
	*n += rc == 0 ? store_changes(db) : 0;
	return rc;
}

int fee_undo(struct access *a, int64_t batch, int64_t of,
    void (*fn)(void *arg, const char *what), void *arg,
    struct batch_counts *counts, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	int rc = built_on(db, of, fn, arg, e);

	if (rc == 0)
		rc = change(db, FEE_CLOSE_BATCH, of, batch, &counts->deleted,
		    e);
	if (rc == 0)
		rc = change(db, FEE_BACK, of, batch, &counts->inserted, e);
	return rc;
}
