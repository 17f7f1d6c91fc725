/*
 * ledger-bench FILE [TRANSACTIONS] - what the ledger costs: TRANSACTIONS
 * (1,000) a batch, charges of three lines (6 entries) and payments of them (a
 * clearing entry and what was paid, taken off and left to the patient: 16) in
 * turn, posted in one batch; beside the floor in the same file: bare inserts
 * of the same rows into tables with the same columns and primary keys, without
 * indexes, triggers, checks and foreign keys, in one transaction. 41 pairs;
 * exit 1 when the median ratio of speeds is below 0.35.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ehr/billing-ledger.h"

enum { LINES = 3, PAIRS = 41, MOST = 1 + 5 * LINES };
#define WANTED 0.35

static const struct sql seed[] = {
	{ "seed", "INSERT INTO charge(id, key, patient, day, batch) "
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < ?1) SELECT i, 'c' || i, 1 + i % 5000, '2026-01-05', ?2 "
	    "FROM n", PERM_NONE },
	{ "seed", "INSERT INTO charge_line(charge, n, code, mods, units, unit, "
	    "cents, first, last, place, pointers) SELECT c.id, k.i, '99213', "
	    "'', '1', 'UN', 12000, c.day, c.day, '11', '1' FROM charge c, "
	    "(SELECT 1 i UNION SELECT 2 UNION SELECT 3) k ORDER BY c.id, k.i",
	    PERM_NONE },
};
static const struct sql make[] = {
	{ "make", "CREATE TABLE floor_txn(id INTEGER PRIMARY KEY, doc INTEGER, "
	    "seq INTEGER, post_date TEXT, recorded INTEGER, staff TEXT, "
	    "reverses INTEGER, reason TEXT, batch INTEGER)", PERM_NONE },
	{ "make", "CREATE TABLE floor_entry(txn INTEGER, n INTEGER, acct TEXT, "
	    "cents INTEGER, post_date TEXT, patient INTEGER, guarantor TEXT, "
	    "payer TEXT, rank TEXT, provider TEXT, line INTEGER, "
	    "remit INTEGER, ref TEXT, grp TEXT, carc TEXT, "
	    "PRIMARY KEY(txn, n)) WITHOUT ROWID", PERM_NONE },
	{ "make", "CREATE TABLE floor_seal(txn INTEGER PRIMARY KEY)",
	    PERM_NONE },
};
static const struct sql floor_txn = { "txn", "INSERT INTO floor_txn(seq, "
    "post_date, recorded, staff, batch) VALUES (?1, ?2, ?3, ?4, ?5)",
    PERM_NONE };
static const struct sql floor_entry = { "entry", "INSERT INTO floor_entry "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
    "?15)", PERM_NONE };
static const struct sql floor_seal = { "seal",
    "INSERT INTO floor_seal VALUES (?1)", PERM_NONE };

static struct ehr_err e;
static struct access a;
static struct ledger l;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "ledger-bench: %s\n", e.msg);
	exit(-rc);
}

static void begin(int64_t *batch, char day[11])
{
	const struct access_write w = { .action = AUDIT_CREATE };
	const struct access_rows k = { .kind = "bench" };

	must(access_rows_begin(&a, &w, &k, batch, &e));
	must(ledger_begin(&l, &a, *batch, STR_NONE, day, &e));
}

static void end(int64_t batch)
{
	const struct batch_counts one = { .inserted = 1 };

	must(access_rows_end(&a, batch, &one, 0, &e));
}

/* ---- what is posted ---- */

static size_t charge(int64_t i, struct ledger_entry *x)
{
	struct ledger_entry of = { .patient = 1 + i % 5000,
		.provider = STR("dr-jones") };

	for (int k = 0; k < LINES; k++) {
		of.line = i * LINES + k + 1;
		of.acct = LEDGER_AR;
		of.cents = 12000;
		of.payer = STR("north");
		of.rank = 'P';
		*x++ = of;
		of.acct = LEDGER_REVENUE;
		of.cents = -12000;
		of.payer = STR_NONE;
		of.rank = '\0';
		*x++ = of;
	}
	return 2 * LINES;
}

/* An adjustment of ar in favour of another account, twice an entry. */
static struct ledger_entry *off(struct ledger_entry *x,
    struct ledger_entry of, enum ledger_acct acct, int64_t cents,
    struct str grp)
{
	of.grp = grp;
	of.carc = STR("45");
	of.cents = -cents;
	*x++ = of;
	of.acct = acct;
	of.cents = cents;
	if (acct == LEDGER_AR) {
		of.payer = STR_NONE;
		of.rank = '\0';
	}
	*x++ = of;
	return x;
}

static size_t payment(int64_t i, struct ledger_entry *x)
{
	struct ledger_entry of = { .patient = 1 + i % 5000, .rank = 'P',
		.payer = STR("north"), .acct = LEDGER_CLEARING,
		.cents = 7000 * LINES, .ref = STR("0123456789") };

	*x++ = of;
	of.provider = STR("dr-jones");
	of.acct = LEDGER_AR;
	for (int k = 0; k < LINES; k++) {
		of.line = i * LINES + k + 1;
		of.cents = -7000;
		*x++ = of;
		x = off(x, of, LEDGER_CONTRACTUAL, 3000, STR("CO"));
		x = off(x, of, LEDGER_AR, 2000, STR("PR"));
	}
	return MOST;
}

static size_t nth(int64_t i, struct ledger_entry *x)
{
	return i % 2 ? payment(i / 2, x) : charge(i / 2, x);
}

/* ---- ours, and the floor ---- */

static double ours(int64_t from, int64_t n, int64_t *rows)
{
	struct ledger_entry x[MOST];
	double start = now();
	int64_t batch;
	char day[11];

	begin(&batch, day);
	*rows = 0;
	for (int64_t i = 0; i < n; i++) {
		size_t k = nth(from + i, x);

		must(ledger_post(&l, x, k, 0, STR_NONE, NULL, &e));
		*rows += (int64_t)k + 2;
	}
	end(batch);
	return now() - start;
}

static void put(struct stmt *s, int i, int64_t v)
{
	if (v)
		stmt_int(s, i, v);
	else
		stmt_null(s, i);
}

static void bare_entry(int64_t txn, size_t n, const struct ledger_entry *x)
{
	struct stmt *s = store_sql(l.db, &floor_entry);

	stmt_int(s, 1, txn);
	stmt_int(s, 2, (int64_t)n);
	stmt_text(s, 3, str_of(ledger_acct_name(x->acct)));
	stmt_int(s, 4, x->cents);
	stmt_text(s, 5, l.day);
	put(s, 6, x->patient);
	stmt_text(s, 7, x->guarantor);
	stmt_text(s, 8, x->payer);
	stmt_text(s, 9, (struct str){ x->rank ? &x->rank : NULL, 1 });
	stmt_text(s, 10, x->provider);
	put(s, 11, x->line);
	put(s, 12, x->remit);
	stmt_text(s, 13, x->ref);
	stmt_text(s, 14, x->grp);
	stmt_text(s, 15, x->carc);
	must(stmt_run(s, &e));
}

static void bare(const struct ledger_entry *x, size_t n)
{
	struct stmt *s = store_sql(l.db, &floor_txn);
	int64_t txn;

	stmt_int(s, 1, ++l.seq);
	stmt_text(s, 2, l.day);
	stmt_int(s, 3, store_time(l.db));
	stmt_text(s, 4, l.staff);
	stmt_int(s, 5, l.batch);
	must(stmt_run(s, &e));
	txn = store_last_rowid(l.db);
	for (size_t i = 0; i < n; i++)
		bare_entry(txn, i + 1, &x[i]);
	s = store_sql(l.db, &floor_seal);
	stmt_int(s, 1, txn);
	must(stmt_run(s, &e));
}

static double floor_of(int64_t from, int64_t n)
{
	struct ledger_entry x[MOST];
	double start = now();
	int64_t batch;
	char day[11];

	begin(&batch, day);
	for (int64_t i = 0; i < n; i++)
		bare(x, nth(from + i, x));
	end(batch);
	return now() - start;
}

static int compare(const void *x, const void *y)
{
	double u = *(const double *)x, v = *(const double *)y;

	return (u > v) - (u < v);
}

static void furnish(int64_t n)
{
	struct stmt *s;
	int64_t batch;
	char day[11];

	begin(&batch, day);
	for (size_t i = 0; i < ARRAY_LEN(make); i++)
		must(stmt_run(store_sql(l.db, &make[i]), &e));
	s = store_sql(l.db, &seed[0]);
	stmt_int(s, 1, n / 2 + 1);
	stmt_int(s, 2, batch);
	must(stmt_run(s, &e));
	must(stmt_run(store_sql(l.db, &seed[1]), &e));
	end(batch);
}

int main(int argc, char **argv)
{
	struct access_opt opt = { .tool = "ledger-bench" };
	double r[PAIRS], t, f, all[2] = { 0, 0 };
	int64_t n, rows;

	if (argc < 2)
		return 2;
	opt.db = argv[1];
	n = argc > 2 ? atoll(argv[2]) : 1000;
	a = ACCESS_INIT;
	must(access_open(&a, &opt, STORE_CREATE, &e));
	furnish(n * PAIRS);
	for (int i = 0; i < PAIRS; i++) {
		t = ours(i * n, n, &rows);
		f = floor_of(i * n, n);
		r[i] = f / t;
		all[0] += t;
		all[1] += f;
	}
	access_close(&a);
	qsort(r, PAIRS, sizeof(*r), compare);
	printf("ledger post: ours %.3f s, bare %.3f s for %d batches of %lld "
	    "rows, ratio %.3f (target >= %.2f)%s\n", all[0], all[1], PAIRS,
	    (long long)rows, r[PAIRS / 2], WANTED, r[PAIRS / 2] < WANTED ? " MISSED" : "");
	return r[PAIRS / 2] < WANTED;
}
