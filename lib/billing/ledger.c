/* ledger.c - posting: transactions of entries, and their mirrors. */
#include "ehr/billing-entries.h"
#include "ehr/billing-ledger.h"

#include "ledger-sql.h"

const struct sql ledger_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "ledger.def"
#undef X
};

static const char *const accts[] = {
#define X(id, name) name,
#include "ehr/billing-acct.def"
#undef X
};

const char *ledger_acct_name(enum ledger_acct acct)
{
	return accts[acct];
}

static int acct_of(struct str code)
{
	int i;

	for (i = 0; i < LEDGER_ACCTS && !str_is(code, accts[i]);)
		i++;
	return i;
}

static void put_int(struct stmt *s, int i, int64_t v)
{
	if (v)
		stmt_int(s, i, v);
	else
		stmt_null(s, i);
}

/* ---- posting ---- */

static int add_txn(struct ledger *l, int64_t reverses, struct str reason,
    int64_t *id, struct ehr_err *e)
{
	struct stmt *s = ledger_sql(l->db, TXN_ADD);
	int rc;

	put_int(s, 1, l->doc);
	stmt_int(s, 2, ++l->seq);
	stmt_text(s, 3, l->day);
	stmt_int(s, 4, store_time(l->db));
	stmt_text(s, 5, l->staff);
	put_int(s, 6, reverses);
	stmt_text(s, 7, reason);
	stmt_int(s, 8, l->batch);
	rc = stmt_run(s, e);
	*id = store_last_rowid(l->db);
	return rc;
}

/* Binds an entry to the parameters behind the i-th. */
static void bind_entry(struct ledger *l, struct stmt *s, int i, int64_t txn,
    size_t n, const struct ledger_entry *x)
{
	stmt_int(s, ++i, txn);
	stmt_int(s, ++i, (int64_t)n);
	stmt_text(s, ++i, str_of(accts[x->acct]));
	stmt_int(s, ++i, x->cents);
	stmt_text(s, ++i, l->day);
	put_int(s, ++i, x->patient);
	stmt_text(s, ++i, x->guarantor);
	stmt_text(s, ++i, x->payer);
	stmt_text(s, ++i, (struct str){ x->rank ? &x->rank : NULL, 1 });
	stmt_text(s, ++i, x->provider);
	put_int(s, ++i, x->line);
	put_int(s, ++i, x->remit);
	stmt_text(s, ++i, x->ref);
	stmt_text(s, ++i, x->grp);
	stmt_text(s, ++i, x->carc);
}

/* As many entries as the largest statement for them takes: how many. */
static int add_entries(struct ledger *l, int64_t txn,
    const struct ledger_entry *x, size_t from, size_t n, struct ehr_err *e)
{
	static const struct {
		size_t n;
		enum ledger_sql_id q;
	} by[] = { { 16, ENTRY_ADD_16 }, { 8, ENTRY_ADD_8 },
		{ 4, ENTRY_ADD_4 }, { 2, ENTRY_ADD_2 }, { 1, ENTRY_ADD_1 } };
	struct stmt *s;
	size_t i, k = 0;
	int rc;

	while (by[k].n > n - from)
		k++;
	s = ledger_sql(l->db, by[k].q);
	for (i = 0; i < by[k].n; i++)
		bind_entry(l, s, (int)i * LEDGER_COLUMNS, txn, from + i + 1,
		    &x[from + i]);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : (int)by[k].n;
}

int ledger_post(struct ledger *l, const struct ledger_entry *entry, size_t n,
    int64_t reverses, struct str reason, int64_t *id, struct ehr_err *e)
{
	struct stmt *s;
	int64_t txn = 0;
	size_t done = 0;
	int rc = add_txn(l, reverses, reason, &txn, e);

	while (done < n && rc >= 0) {
		rc = add_entries(l, txn, entry, done, n, e);
		done += rc > 0 ? (size_t)rc : 0;
	}
	if (rc < 0)
		return rc;
	s = ledger_sql(l->db, SEAL_ADD);
	stmt_int(s, 1, txn);
	if (id)
		*id = txn;
	return stmt_run(s, e);
}

/* ---- mirrors ---- */

static struct str keep(struct ledger_entries *x, struct stmt *s, int i)
{
	return stmt_col_null(s, i) ? STR_NONE
	    : arena_str(&x->text, stmt_col(s, i));
}

/* The entries of a transaction, each the other way round. */
static int read_mirror(struct store *db, int64_t txn, struct ledger_entries *x,
    struct ehr_err *e)
{
	const struct ledger_entry none = { .cents = 0 };
	struct stmt *s = ledger_sql(db, TXN_ENTRIES);
	struct ledger_entry *to;
	int rc;

	stmt_int(s, 1, txn);
	while ((rc = stmt_step(s, e)) > 0) {
		to = ledger_entries_add(x, &none);
		to->acct = (enum ledger_acct)acct_of(stmt_col(s, 0));
		to->cents = -stmt_col_int(s, 1);
		to->patient = stmt_col_int(s, 2);
		to->guarantor = keep(x, s, 3);
		to->payer = keep(x, s, 4);
		to->rank = stmt_col_null(s, 5) ? '\0' : stmt_col(s, 5).s[0];
		to->provider = keep(x, s, 6);
		to->line = stmt_col_int(s, 7);
		to->remit = stmt_col_int(s, 8);
		to->ref = keep(x, s, 9);
		to->grp = keep(x, s, 10);
		to->carc = keep(x, s, 11);
	}
	stmt_reset(s);
	return rc;
}

static int reverse(struct ledger *l, struct access *a, int64_t txn,
    struct str reason, struct ehr_err *e)
{
	LEDGER_ENTRIES_AUTO x = LEDGER_ENTRIES_INIT;
	struct stmt *s = ledger_sql(l->db, TXN_REVERSED);
	int rc;

	stmt_int(s, 1, txn);
	rc = stmt_step(s, e);
	stmt_reset(s);
	if (rc)
		return rc < 0 ? rc : ehr_fail(e, EHR_ECHANGED,
		    "transaction %lld is reversed already", (long long)txn);
	rc = read_mirror(l->db, txn, &x, e);
	if (rc == 0 && x.n == 0)
		rc = ehr_fail(e, EHR_ENOENT, "%lld: no such transaction",
		    (long long)txn);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < x.n && a; i++)
		access_set_touch(a, x.v[i].patient);
	return ledger_post(l, x.v, x.n, txn, reason, NULL, e);
}

int ledger_reverse(struct ledger *l, int64_t txn, struct str reason,
    struct ehr_err *e)
{
	return reverse(l, NULL, txn, reason, e);
}

int ledger_reverse_batch(struct ledger *l, struct access *a, int64_t batch,
    struct str reason, int64_t *n, struct ehr_err *e)
{
	struct stmt *s = store_scan(l->db, &ledger_sql_table[TXN_BATCH]);
	int rc, failed = 0;

	*n = 0;
	stmt_int(s, 1, batch);
	while (failed == 0 && (rc = stmt_step(s, e)) > 0) {
		failed = reverse(l, a, stmt_col_int(s, 0), reason, e);
		++*n;
	}
	store_scan_end(s);
	return failed < 0 ? failed : rc;
}

int ledger_take_back(struct access *a, int64_t by, int64_t batch,
    struct str reason, int64_t *n, struct ehr_err *e)
{
	struct stmt *s = ledger_sql(record_store(a->r), TXN_BATCH);
	struct ledger l;
	char day[11];
	int rc;

	*n = 0;
	stmt_int(s, 1, batch);
	rc = stmt_step(s, e);
	stmt_reset(s);
	if (rc > 0)
		rc = ledger_begin(&l, a, by, STR_NONE, day, e);
	else
		return rc;
	return rc < 0 ? rc : ledger_reverse_batch(&l, a, batch, reason, n, e);
}

/* ---- charges ---- */

static void charge_line(struct ledger_entries *x, const struct ledger_charge *c,
    int64_t line, int64_t cents)
{
	struct ledger_entry of = { .acct = LEDGER_REVENUE, .cents = -cents,
		.patient = c->patient, .guarantor = c->guarantor,
		.provider = c->provider, .line = line };

	ledger_entries_add(x, &of);
	of.acct = LEDGER_AR;
	of.cents = cents;
	of.payer = c->payer;
	of.rank = c->payer.s ? 'P' : '\0';
	ledger_entries_add(x, &of);
}

int ledger_charge(struct ledger *l, const struct ledger_charge *c,
    struct ehr_err *e)
{
	LEDGER_ENTRIES_AUTO x = LEDGER_ENTRIES_INIT;
	struct stmt *s = ledger_sql(l->db, CHARGE_LINES);
	int rc;

	stmt_int(s, 1, c->charge);
	while ((rc = stmt_step(s, e)) > 0)
		charge_line(&x, c, stmt_col_int(s, 0), stmt_col_int(s, 1));
	stmt_reset(s);
	if (rc == 0 && x.n)
		rc = ledger_post(l, x.v, x.n, 0, STR_NONE, NULL, e);
	return rc < 0 ? rc : x.n > 0;
}

/* One number that a statement tells of a charge: 1, 0 none. */
static int of_charge(struct store *db, enum ledger_sql_id q, int64_t charge,
    int64_t *v, struct ehr_err *e)
{
	struct stmt *s = ledger_sql(db, q);
	int rc;

	stmt_int(s, 1, charge);
	rc = stmt_step(s, e);
	if (rc > 0)
		*v = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int ledger_charge_void(struct ledger *l, int64_t charge, struct str reason,
    struct ehr_err *e)
{
	int64_t txn = 0;
	int rc = of_charge(l->db, CHARGE_TXN, charge, &txn, e);

	if (rc > 0)
		rc = ledger_reverse(l, txn, reason, e);
	else
		return rc;
	return rc < 0 ? rc : 1;
}

int ledger_charge_owed(struct store *db, int64_t charge, int64_t *cents,
    struct ehr_err *e)
{
	int rc = of_charge(db, CHARGE_OWED, charge, cents, e);

	return rc < 0 ? rc : 0;
}

/* ---- claims ---- */

/* Moves what the rows of a statement say is owed to another payer; rank 0: to
 * the patient. 1; 0: there is nothing. */
static int move_owed(struct ledger *l, struct stmt *s, struct str payer,
    char rank, struct ehr_err *e)
{
	LEDGER_ENTRIES_AUTO x = LEDGER_ENTRIES_INIT;
	struct ledger_entry of = { .acct = LEDGER_AR };
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		of.line = stmt_col_int(s, 0);
		of.payer = keep(&x, s, 1);
		of.rank = stmt_col_null(s, 2) ? '\0' : stmt_col(s, 2).s[0];
		of.guarantor = keep(&x, s, 3);
		of.provider = keep(&x, s, 4);
		of.patient = stmt_col_int(s, 5);
		of.cents = -stmt_col_int(s, 6);
		ledger_entries_add(&x, &of);
		of.payer = payer;
		of.rank = rank;
		of.cents = -of.cents;
		ledger_entries_add(&x, &of);
	}
	stmt_reset(s);
	if (rc == 0 && x.n)
		rc = ledger_post(l, x.v, x.n, 0, STR_NONE, NULL, e);
	return rc < 0 ? rc : x.n > 0;
}

int ledger_claim(struct ledger *l, int64_t claim, enum ledger_move move,
    struct ehr_err *e)
{
	struct stmt *s = ledger_sql(l->db, CLAIM_PAYER);
	BUF_AUTO payer = BUF_INIT;
	char rank = '\0';
	int rc;

	stmt_int(s, 1, claim);
	rc = stmt_step(s, e);
	if (rc > 0) {
		buf_addstr(&payer, stmt_col(s, 0));
		rank = stmt_col(s, 1).s[0];
	}
	stmt_reset(s);
	if (rc <= 0 || (rank == 'P' && move == LEDGER_BACK))
		return rc < 0 ? rc : 0;
	s = ledger_sql(l->db, CLAIM_OWED);
	stmt_int(s, 1, claim);
	stmt_int(s, 2, rank == 'P' ? LEDGER_ALL : move);
	return move == LEDGER_BACK ? move_owed(l, s, STR_NONE, '\0', e) :
	    move_owed(l, s, buf_str(&payer), rank, e);
}

int ledger_charge_back(struct ledger *l, int64_t charge, struct ehr_err *e)
{
	struct stmt *s = ledger_sql(l->db, CHARGE_LATER);

	stmt_int(s, 1, charge);
	return move_owed(l, s, STR_NONE, '\0', e);
}
