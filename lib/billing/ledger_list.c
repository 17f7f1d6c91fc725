/* ledger_list.c - what the entries come to: accounts receivable, lists. */
#include <stdlib.h>

#include "ehr/billing-ledger.h"

#include "ledger-sql.h"

/* ---- accounts receivable ---- */

int ledger_ar_payers(struct store *db, struct str day, int64_t known,
    int (*fn)(void *arg, struct str payer, int64_t cents), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &ledger_sql_table[AR_PAYER]);
	int rc;

	stmt_text(s, 1, day);
	stmt_int(s, 2, known);
	while ((rc = stmt_step(s, e)) > 0) {
		rc = fn(arg, stmt_col_null(s, 0) ? STR_NONE : stmt_col(s, 0),
		    stmt_col_int(s, 1));
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

struct owed {
	int64_t patient, payers, own;
};
struct owed_all {
	struct owed *v;
	size_t n, cap;
	struct map64 at; /* patient to index + 1 */
};

static void add_owed(struct owed_all *all, int64_t patient, int64_t payers,
    int64_t own)
{
	bool added;
	int64_t *at = map64_put(&all->at, (uint64_t)patient, &added);

	if (added) {
		if (all->n == all->cap) {
			all->cap = all->cap ? 2 * all->cap : 256;
			all->v = xrealloc(all->v,
			    all->cap * sizeof(*all->v));
		}
		*at = (int64_t)all->n;
		all->v[all->n++] = (struct owed){ .patient = patient };
	}
	all->v[*at].payers += payers;
	all->v[*at].own += own;
}

static int by_patient(const void *a, const void *b)
{
	const struct owed *x = a, *y = b;

	return (x->patient > y->patient) - (x->patient < y->patient);
}

static int read_owed(struct record *r, struct str day, int64_t known,
    struct owed_all *all, struct ehr_err *e)
{
	struct stmt *s = store_scan(record_store(r),
	    &ledger_sql_table[AR_PATIENT]);
	int64_t rid, now;
	int rc;

	stmt_text(s, 1, day);
	stmt_int(s, 2, known);
	while ((rc = stmt_step(s, e)) > 0) {
		rid = record_patient_rid(stmt_col_int(s, 0));
		rc = record_patients_of(r, &rid, 1, &now, e);
		if (rc < 0)
			break;
		add_owed(all, now ? now : stmt_col_int(s, 0),
		    stmt_col_int(s, 1), stmt_col_int(s, 2));
	}
	store_scan_end(s);
	return rc;
}

int ledger_ar_patients(struct record *r, struct str day, int64_t known,
    int (*fn)(void *arg, int64_t patient, int64_t payers, int64_t own),
    void *arg, struct ehr_err *e)
{
	struct owed_all all = { .at = MAP64_INIT };
	int rc = read_owed(r, day, known, &all, e);

	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_patient);
	for (size_t i = 0; i < all.n && rc == 0; i++)
		if (all.v[i].payers || all.v[i].own)
			rc = fn(arg, all.v[i].patient, all.v[i].payers,
			    all.v[i].own);
	free(all.v);
	map64_release(&all.at);
	return rc;
}

/* ---- entries ---- */

static struct str column(struct stmt *s, int i)
{
	return stmt_col_null(s, i) ? STR_NONE : stmt_col(s, i);
}

static int list(struct store *db, const struct sql *q, int64_t id,
    int (*fn)(void *arg, const struct ledger_row *row), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, q);
	struct ledger_row row;
	int rc;

	stmt_int(s, 1, id);
	while ((rc = stmt_step(s, e)) > 0) {
		row = (struct ledger_row){ stmt_col_int(s, 0),
			stmt_col_int(s, 1), stmt_col_int(s, 2),
			stmt_col_int(s, 3), stmt_col_int(s, 4),
			stmt_col_int(s, 5), stmt_col_int(s, 6),
			stmt_col_int(s, 7), stmt_col_int(s, 8), column(s, 9),
			column(s, 10), column(s, 11), column(s, 12),
			column(s, 13), column(s, 14), column(s, 15),
			column(s, 16), column(s, 17), column(s, 18) };
		rc = fn(arg, &row);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

int ledger_each(struct record *r, enum ledger_of of, int64_t id,
    int (*fn)(void *arg, const struct ledger_row *row), void *arg,
    struct ehr_err *e)
{
	static const enum ledger_sql_id q[] = {
		[LEDGER_OF_PATIENT] = LIST_PATIENT,
		[LEDGER_OF_CLAIM] = LIST_CLAIM,
		[LEDGER_OF_BATCH] = LIST_BATCH,
	};
	struct store *db = record_store(r);
	int64_t *seg = NULL;
	size_t n = 0;
	int rc = 0;

	if (of != LEDGER_OF_PATIENT)
		return list(db, &ledger_sql_table[q[of]], id, fn, arg, e);
	rc = record_segments(r, id, RECORD_NOW - 1, &seg, &n, e);
	for (size_t i = 0; i < n && rc >= 0; i++)
		rc = list(db, &ledger_sql_table[LIST_PATIENT], seg[i], fn,
		    arg, e);
	free(seg);
	return rc;
}
