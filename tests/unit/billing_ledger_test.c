/* billing_ledger_test.c - the schema refuses whatever a ledger must not do. */
#include "ledger_kit.h"

static void furnish(void)
{
	static const char *const sql[] = {
#include "billing_ledger_test-parts/furniture.def"
	};

	for (size_t i = 0; i < ARRAY_LEN(sql); i++)
		CHECK_STR(raw(sql[i]), "");
}

static const struct attack {
	const char *sql, *why;
} attacks[] = {
#include "billing_ledger_test-parts/attacks.def"
};

TEST(schema_refuses)
{
	create();
	access_close(&a);
	furnish();
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		const char *why = raw(attacks[i].sql);

		if (strstr(why, attacks[i].why))
			continue;
		printf("attack %zu: \"%s\", not \"%s\"\n", i, why,
		    attacks[i].why);
		CHECK(false);
	}
	/* what is right goes in, by the same words */
	CHECK_STR(raw(DAY("2026-02-09") ENTRY("1, 'ar', 100, " ON)
	    ENTRY("2, 'revenue', -100, " OF) SEAL), "");
	CHECK_STR(raw("BEGIN; INSERT INTO txn(id, seq, post_date, recorded, "
	    "staff, batch, reverses) VALUES (10, 10, '2026-02-09', 9, 'u', 50, "
	    "2); INSERT INTO entry(txn, n, acct, cents, post_date, patient, "
	    "payer, rank, line) VALUES (10, 1, 'ar', -50, '2026-02-09', 7, "
	    "'north', 'P', 2), (10, 2, 'revenue', 50, '2026-02-09', 7, NULL, "
	    "NULL, 2); INSERT INTO seal VALUES (10); COMMIT;"), "");
	/* and is reversed once */
	CHECK(strstr(raw("INSERT INTO txn(id, seq, post_date, recorded, staff, "
	    "batch, reverses) VALUES (11, 11, '2026-02-09', 9, 'u', 50, 2)"),
	    "what is reversed was") != NULL);
	CHECK(strstr(raw("REPLACE INTO txn(id, seq, post_date, recorded, staff, "
	    "batch, reverses) VALUES (11, 11, '2026-02-09', 9, 'u', 50, 2)"),
	    "what is reversed was") != NULL);
	store_unlink(path);
}

struct dims {
	size_t seen;
	int64_t dims[LEDGER_ACCTS];
};

static int read_dims(void *arg, int n, char **v, char **name)
{
	struct dims *d = arg;

	(void)n;
	(void)name;
	for (size_t i = 0; i < LEDGER_ACCTS; i++)
		if (strcmp(v[0], ledger_acct_name(i)) == 0)
			d->dims[i] = strtoll(v[1], NULL, 10);
	d->seen++;
	return 0;
}

/* Whether the schema takes an entry that names these dimensions. */
static bool taken(const char *acct, int set)
{
	char sql[600];
	const char *why;

	snprintf(sql, sizeof(sql), DAY("2026-02-09") "INSERT INTO entry(txn, n,"
	    " acct, cents, post_date, patient, payer, line) VALUES (9, 1, '%s',"
	    " 5, '2026-02-09', %s, %s, %s); ROLLBACK", acct,
	    set & 1 ? "7" : "NULL", set & 2 ? "'north'" : "NULL",
	    set & 4 ? "1" : "NULL");
	why = raw(sql);
	CHECK(!*why || strstr(why, "CHECK"));
	return !*why;
}

/* acct.dims tells what the CHECK of entry holds. */
TEST(dims_are_what_is_held)
{
	struct dims d = { 0 };
	sqlite3 *db = NULL;

	create();
	access_close(&a);
	furnish();
	for (size_t i = 0; i < LEDGER_ACCTS; i++)
		d.dims[i] = -1;
	CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
	CHECK_INT(sqlite3_exec(db, "SELECT code, dims FROM acct", read_dims,
	    &d, NULL), SQLITE_OK);
	sqlite3_close(db);
	CHECK_INT(d.seen, LEDGER_ACCTS);
	for (size_t i = 0; i < LEDGER_ACCTS; i++)
		for (int set = 0; set < 8; set++)
			if (taken(ledger_acct_name(i), set) !=
			    ((set & d.dims[i]) == d.dims[i])) {
				printf("%s: dims %d\n", ledger_acct_name(i),
				    set);
				CHECK(false);
			}
	store_unlink(path);
}

static int64_t owed(int64_t charge)
{
	int64_t cents = 0;

	CHECK_OK(ledger_charge_owed(record_store(a.r), charge, &cents, &err));
	return cents;
}

TEST(charge_and_void)
{
	struct ledger_charge c = { .charge = 1, .patient = 7,
		.payer = STR("north") };

	create();
	access_close(&a);
	furnish();
	reopen();
	CHECK_INT(owed(1), 150);
	begin(STR_NONE);
	CHECK_INT(ledger_charge(&l, &c, &err), 1);
	CHECK_INT(owed(1), 300);
	end(EHR_EIO); /* rolled back */
	CHECK_INT(owed(1), 150);
	begin(STR("2026-02-09"));
	CHECK_INT(ledger_charge(&l, &c, &err), 1);
	end(0);
	CHECK_INT(owed(1), 300);
	/* each of the three that are there, one at a time */
	for (int i = 0; i < 3; i++) {
		begin(STR("2026-02-10"));
		CHECK_INT(ledger_charge_void(&l, 1, STR("wrong"), &err), 1);
		end(0);
	}
	CHECK_INT(owed(1), 0);
	begin(STR("2026-02-10"));
	CHECK_INT(ledger_charge_void(&l, 1, STR("wrong"), &err), 0);
	end(EHR_EIO);
	destroy();
}

TEST(days_that_do_not_post)
{
	const struct access_write w = { .action = AUDIT_CREATE };
	const struct access_rows k = { .kind = "charge" };

	create();
	access_close(&a);
	furnish();
	reopen();
	CHECK_OK(access_rows_begin(&a, &w, &k, &batch, &err));
	CHECK_INT(ledger_begin(&l, &a, batch, STR("2026-01-09"), today, &err),
	    EHR_EUSAGE);
	CHECK_STR(err.msg, "2026-01: this period is closed");
	CHECK_INT(ledger_begin(&l, &a, batch, STR("2031-01-09"), today, &err),
	    EHR_EUSAGE);
	CHECK_STR(err.msg, "2031-01: this period was never opened "
	    "(ehr-claim period open)");
	CHECK_INT(ledger_begin(&l, &a, batch, STR("2026-02"), today, &err),
	    EHR_EUSAGE);
	CHECK_INT(ledger_period_open(&a, STR("2026-01"), &err), EHR_EUSAGE);
	CHECK_INT(ledger_period_open(&a, STR("2026-1"), &err), EHR_EUSAGE);
	CHECK_INT(ledger_period_open(&a, STR("2026-02"), &err), 0);
	CHECK_INT(ledger_period_open(&a, STR("2026-03"), &err), 1);
	CHECK_INT(ledger_period_close(&a, STR("2026-04"), &err), EHR_ENOENT);
	CHECK_INT(ledger_period_close(&a, STR("2026-02"), &err), 1);
	CHECK_INT(ledger_period_close(&a, STR("2026-02"), &err), 0);
	end(EHR_EIO);
	destroy();
}

