/*
 * billing_ledger_model_test.c - random postings against a ledger that is a
 * plain list in memory: the same is owed, by whom, of whom, of which charge,
 * as of any day and as known at any time.
 *
 * EHR_SEED=n EHR_SEEDS=1 runs the one that failed.
 */
#include "ledger_kit.h"

enum {
	SEEDS = 6,
	BATCHES = 60,
	CHARGES = 12,
	LINES = 3, /* of each */
	PATIENTS = 5,
	MONTHS = 6,
	MAX_TXNS = 1200,
	MAX_ROWS = 12000
};
static const struct str payers[] = { STR_NONE, STR("north"), STR("south") };

struct row {
	int payer; /* of payers */
	int64_t cents, patient, line;
	bool ar;
};
/* Transaction n stands at n - 1: numbers are given without a gap. */
struct posting {
	struct row *row;
	size_t n;
	int64_t batch, recorded;
	char day[11];
	int charge; /* or 0 */
	bool reversed;
};
static struct {
	struct posting txn[MAX_TXNS];
	struct row row[MAX_ROWS];
	size_t txns, rows;
	int64_t line_cents[CHARGES * LINES + 1];
	bool closed[MONTHS + 1];
	size_t undone, refused, mirrored, voided; /* how often */
} m;
static uint64_t state;

static int64_t any(int64_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((state >> 33) % (uint64_t)below);
}

/* ---- the model ---- */

static struct posting *add_posting(int charge)
{
	struct posting *p = &m.txn[m.txns++];

	CHECK(m.txns < MAX_TXNS && m.rows + 64 < MAX_ROWS);
	*p = (struct posting){ .row = &m.row[m.rows], .batch = batch,
		.recorded = store_time(l.db), .charge = charge };
	memcpy(p->day, l.day.s, 10);
	return p;
}

static void add_row(struct posting *p, struct row row)
{
	m.row[m.rows++] = row;
	p->n++;
}

static void mirror(size_t i)
{
	struct posting *p = add_posting(0), *of = &m.txn[i];

	of->reversed = true;
	for (size_t k = 0; k < of->n; k++) {
		struct row row = of->row[k];

		row.cents = -row.cents;
		add_row(p, row);
	}
	m.mirrored++;
}

static struct posting *posting_of(int charge)
{
	for (size_t i = 0; i < m.txns; i++)
		if (m.txn[i].charge == charge && !m.txn[i].reversed)
			return &m.txn[i];
	return NULL;
}

/* What is owed by a payer (-1: all), of a patient (0: all), for the lines of a
 * charge (0: all). */
struct asked {
	const char *day;
	int64_t known, patient;
	int payer, charge;
};

static int64_t sum(const struct asked *q)
{
	int64_t cents = 0;

	for (size_t i = 0; i < m.txns; i++) {
		const struct posting *p = &m.txn[i];

		if (strcmp(p->day, q->day) > 0 ||
		    (q->known && p->recorded > q->known))
			continue;
		for (size_t k = 0; k < p->n; k++) {
			const struct row *r = &p->row[k];

			if (r->ar && (q->payer < 0 || r->payer == q->payer) &&
			    (!q->patient || r->patient == q->patient) &&
			    (!q->charge || (r->line &&
			    (r->line - 1) / LINES + 1 == q->charge)))
				cents += r->cents;
		}
	}
	return cents;
}

/* ---- operations ---- */

static void do_charge(int charge)
{
	int payer = (int)any(3);
	const struct ledger_charge c = { .charge = charge,
		.patient = charge % PATIENTS + 1, .payer = payers[payer] };
	struct posting *p;

	if (posting_of(charge))
		return;
	CHECK_INT(ledger_charge(&l, &c, &err), 1);
	p = add_posting(charge);
	for (int64_t i = 1, line; i <= LINES; i++) {
		line = (charge - 1) * LINES + i;
		if (m.line_cents[line])
			add_row(p, (struct row){ payer, m.line_cents[line],
			    c.patient, line, true });
	}
}

static void do_void(int charge)
{
	struct posting *p = posting_of(charge);

	CHECK_INT(ledger_charge_void(&l, charge, STR("wrong"), &err),
	    p != NULL);
	if (p)
		mirror((size_t)(p - m.txn));
	m.voided += p != NULL;
}

/* Moves between patients, payers and accounts, 2 to 33 entries. */
static void do_post(void)
{
	static const enum ledger_acct accts[] = { LEDGER_AR, LEDGER_AR,
		LEDGER_CASH, LEDGER_WRITEOFF, LEDGER_CLEARING };
	struct ledger_entry x[33];
	size_t n = 2 + (size_t)any(ARRAY_LEN(x) - 1);
	struct posting *p = add_posting(0);
	int64_t rest = 0, id;

	for (size_t i = 0; i < n; i++) {
		struct row r = { .payer = (int)any(3),
			.cents = (1 + any(50000)) * (any(2) ? 1 : -1),
			.patient = 1 + any(PATIENTS),
			.line = any(CHARGES * LINES + 1) };

		if (i + 1 == n)
			r.cents = -rest;
		else if (rest + r.cents == 0)
			r.cents *= 2;
		rest += r.cents;
		x[i] = (struct ledger_entry){
			.acct = accts[any(ARRAY_LEN(accts))],
			.cents = r.cents, .patient = r.patient,
			.payer = payers[r.payer], .line = r.line };
		r.ar = x[i].acct == LEDGER_AR;
		add_row(p, r);
	}
	CHECK_OK(ledger_post(&l, x, n, 0, STR_NONE, &id, &err));
	CHECK_INT(id, m.txns);
}

static void do_reverse(void)
{
	size_t i;

	if (m.txns == 0)
		return;
	i = (size_t)any((int64_t)m.txns);
	if (m.txn[i].reversed) {
		CHECK_INT(ledger_reverse(&l, (int64_t)i + 1, STR("again"),
		    &err), EHR_ECHANGED);
		return;
	}
	CHECK_OK(ledger_reverse(&l, (int64_t)i + 1, STR("wrong"), &err));
	mirror(i);
}

static void do_reverse_batch(void)
{
	size_t last = m.txns, before = m.txns;
	int64_t of, n;

	if (last == 0)
		return;
	of = m.txn[any((int64_t)last)].batch;
	if (of == batch)
		return;
	CHECK_OK(ledger_reverse_batch(&l, &a, of, STR("wrong"), &n, &err));
	while (last--)
		if (m.txn[last].batch == of && !m.txn[last].reversed)
			mirror(last);
	CHECK_INT(n, m.txns - before);
}

static void do_any(void)
{
	int what = (int)any(16);

	if (what < 6)
		do_charge(1 + (int)any(CHARGES));
	else if (what < 8)
		do_void(1 + (int)any(CHARGES));
	else if (what < 12)
		do_post();
	else if (what < 15)
		do_reverse();
	else
		do_reverse_batch();
}

static void any_day(char day[11])
{
	snprintf(day, 11, "2026-%02d-%02d", 1 + (int)any(MONTHS),
	    1 + (int)any(28));
}

/* A closed month takes nothing. */
static void refused(struct str day)
{
	const struct access_write w = { .action = AUDIT_CREATE };
	const struct access_rows k = { .kind = "charge" };

	CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
	CHECK_INT(ledger_begin(&l, &a, batch, day, today, &err), EHR_EUSAGE);
	end(EHR_EUSAGE);
	m.refused++;
}

static void close_month(int month)
{
	char ym[8];

	snprintf(ym, sizeof(ym), "2026-%02d", month);
	CHECK_INT(ledger_period_close(&a, str_of(ym), &err),
	    !m.closed[month]);
	m.closed[month] = true;
}

/* Some operations on one day, kept or rolled back. */
static void do_batch(void)
{
	size_t txns = m.txns, rows = m.rows;
	bool reversed[MAX_TXNS];
	char day[11];

	any_day(day);
	if (m.closed[strtol(day + 5, NULL, 10)]) {
		refused(str_of(day));
		return;
	}
	for (size_t i = 0; i < txns; i++)
		reversed[i] = m.txn[i].reversed;
	begin(str_of(day));
	for (int64_t n = 1 + any(5); n > 0; n--)
		do_any();
	if (any(6)) {
		end(0);
		return;
	}
	end(EHR_EIO);
	for (size_t i = 0; i < txns; i++)
		m.txn[i].reversed = reversed[i];
	m.txns = txns;
	m.rows = rows;
	m.undone++;
}

/* ---- the same is owed ---- */

struct found {
	struct asked q;
	int next; /* payer that may come, in order, patients last */
	int64_t after, rows;
};

static int of_payer(void *arg, struct str payer, int64_t cents)
{
	struct found *f = arg;

	for (f->q.payer = 0; !str_eq(payers[f->q.payer], payer);)
		f->q.payer++;
	CHECK_INT(cents, sum(&f->q));
	CHECK(cents != 0 && f->next >= 0);
	CHECK(f->q.payer == 0 || f->q.payer > f->next);
	f->next = f->q.payer ? f->q.payer : -1;
	f->rows++;
	return 0;
}

static int of_patient(void *arg, int64_t patient, int64_t by, int64_t own)
{
	struct found *f = arg;

	CHECK(patient > f->after);
	f->after = f->q.patient = patient;
	f->q.payer = 0;
	CHECK_INT(own, sum(&f->q));
	f->q.payer = -1;
	CHECK_INT(by + own, sum(&f->q));
	CHECK(by || own);
	f->rows++;
	return 0;
}

static void same_owed(const char *day, int64_t known)
{
	struct found p = { .q = { .day = day, .known = known } }, t = p;
	int64_t left = 0, cents;

	CHECK_OK(ledger_ar_payers(record_store(a.r), str_of(day), known,
	    of_payer, &p, &err));
	p.q.patient = 0;
	for (p.q.payer = 0; p.q.payer < 3; p.q.payer++)
		left += sum(&p.q) != 0;
	CHECK_INT(p.rows, left);
	CHECK_OK(ledger_ar_patients(a.r, str_of(day), known,
	    of_patient, &t, &err));
	left = 0;
	for (t.q.patient = 1; t.q.patient <= PATIENTS; t.q.patient++) {
		t.q.payer = -1;
		cents = sum(&t.q);
		t.q.payer = 0;
		left += cents != 0 || sum(&t.q) != 0;
	}
	CHECK_INT(t.rows, left);
}

static void same(void)
{
	struct asked q = { .day = "9999-12-31", .payer = -1 };
	char day[11];
	int64_t cents;

	same_owed("9999-12-31", 0);
	any_day(day);
	same_owed(day, 0);
	if (m.txns)
		same_owed(day, m.txn[any((int64_t)m.txns)].recorded);
	for (q.charge = 1; q.charge <= CHARGES; q.charge++) {
		CHECK_OK(ledger_charge_owed(record_store(a.r), q.charge,
		    &cents, &err));
		CHECK_INT(cents, sum(&q));
	}
}

/* ---- seeds ---- */

static void furnish(void)
{
	BUF_AUTO sql = BUF_INIT;

	buf_adds(&sql, "INSERT INTO source(id, name) SELECT 1, 'local' WHERE "
	    "NOT EXISTS(SELECT 1 FROM source); INSERT INTO batch(id, tool, "
	    "user, source, started, state) VALUES (50, 't', 'u', 1, 1, 1);");
	for (int i = 1; i <= MONTHS; i++)
		buf_addf(&sql, "INSERT INTO period(ym, opened_at, opened_by) "
		    "VALUES ('2026-%02d', 1, 'u');", i);
	for (int i = 1; i <= CHARGES; i++)
		buf_addf(&sql, "INSERT INTO charge(id, key, patient, day, "
		    "batch) VALUES (%d, 'c%d', %d, '2026-01-01', 50);", i, i,
		    i % PATIENTS + 1);
	for (int i = 0; i < CHARGES * LINES; i++) {
		/* of the last line the price may be nothing */
		m.line_cents[i + 1] = i % LINES == LINES - 1 && any(2) ? 0
		    : 1 + any(90000);
		buf_addf(&sql, "INSERT INTO charge_line VALUES (%d, %d, %d, "
		    "'A', '', '1', 'UN', %lld, '2026-01-01', '2026-01-01', "
		    "'11', '1');", i + 1, i / LINES + 1, i % LINES + 1,
		    (long long)m.line_cents[i + 1]);
	}
	CHECK_STR(raw(buf_str(&sql).s), "");
}

static void run_seed(unsigned seed)
{
	memset(&m, 0, sizeof(m));
	state = seed * 0x9e3779b97f4a7c15u + 1;
	create();
	access_close(&a);
	furnish();
	reopen();
	for (int i = 0; i < BATCHES; i++) {
		do_batch();
		if (any(20) == 0)
			close_month(1 + (int)any(MONTHS - 1));
		same();
	}
	destroy();
}

static unsigned from_env(const char *name, unsigned otherwise)
{
	const char *s = getenv(name);

	return s && *s ? (unsigned)strtoul(s, NULL, 10) : otherwise;
}

static void told(unsigned seed)
{
	jmp_buf outer;
	int rc;

	memcpy(&outer, &test_end, sizeof(outer));
	rc = setjmp(test_end);
	if (rc == 0)
		run_seed(seed);
	memcpy(&test_end, &outer, sizeof(outer));
	if (rc == 0)
		return;
	printf("EHR_SEED=%u fails with %zu transactions\n", seed, m.txns);
	longjmp(test_end, rc);
}

TEST(ledger_owes_what_the_model_owes)
{
	unsigned first = from_env("EHR_SEED", 1);
	unsigned n = from_env("EHR_SEEDS", SEEDS);

	for (unsigned seed = first; seed < first + n; seed++) {
		told(seed);
		printf("seed %u: %zu transactions, %zu mirrors, %zu voids, "
		    "%zu rolled back, %zu refused\n", seed, m.txns,
		    m.mirrored, m.voided, m.undone, m.refused);
		CHECK(m.mirrored && m.voided && m.undone);
	}
}
