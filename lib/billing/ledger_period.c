/* ledger_period.c - months of the ledger: opened, closed, digested. */
#include <stdio.h>
#include <time.h>

#include "ehr/billing-ledger.h"

#include "ledger-sql.h"

enum state { NEVER, OPEN, CLOSED };

/* An enum state, or a failure. */
static int period_state(struct store *db, struct str ym, struct ehr_err *e)
{
	struct stmt *s = ledger_sql(db, PERIOD_GET);
	int rc;

	stmt_text(s, 1, ym);
	rc = stmt_step(s, e);
	if (rc > 0)
		rc = stmt_col_null(s, 0) ? OPEN : CLOSED;
	stmt_reset(s);
	return rc;
}

static int add(struct access *a, struct str ym, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = ledger_sql(db, PERIOD_ADD);

	stmt_text(s, 1, ym);
	stmt_int(s, 2, store_time(db));
	stmt_text(s, 3, buf_str(&a->user));
	return stmt_run(s, e);
}

static int closed(struct str ym, struct ehr_err *e)
{
	return ehr_fail(e, EHR_EUSAGE, "%.*s: this period is closed",
	    STR_FMT(ym));
}

int ledger_period_open(struct access *a, struct str ym, struct ehr_err *e)
{
	struct date d;
	int rc = date_parse(ym, &d) && d.precision == DATE_MONTH
	    ? period_state(record_store(a->r), ym, e)
	    : ehr_fail(e, EHR_EUSAGE, "%.*s: not a month, YYYY-MM",
		STR_FMT(ym));

	if (rc == CLOSED)
		return closed(ym, e);
	if (rc == NEVER)
		rc = add(a, ym, e);
	else
		return rc < 0 ? rc : 0;
	return rc < 0 ? rc : 1;
}

static void today(char text[11])
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	snprintf(text, 11, "%04u-%02u-%02u", (tm.tm_year + 1900u) % 10000,
	    (tm.tm_mon + 1u) % 100, (unsigned)tm.tm_mday % 100);
}

int ledger_begin(struct ledger *l, struct access *a, int64_t batch,
    struct str day, char text[11], struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = ledger_sql(db, TXN_SEQ);
	struct str ym;
	int rc;

	*l = (struct ledger){ .db = db, .batch = batch, .day = day,
		.staff = buf_str(&a->user) };
	if (day.s == NULL) {
		today(text);
		l->day = str_of(text);
	} else if (day.n != 10) {
		return ehr_fail(e, EHR_EUSAGE, "%.*s: not a day, YYYY-MM-DD",
		    STR_FMT(day));
	}
	ym = (struct str){ l->day.s, 7 };
	rc = period_state(db, ym, e);
	if (rc == CLOSED)
		return closed(ym, e);
	if (rc == NEVER)
		rc = day.s ? ehr_fail(e, EHR_EUSAGE, "%.*s: this period was "
		    "never opened (ehr-claim period open)", STR_FMT(ym))
		    : add(a, ym, e);
	if (rc < 0)
		return rc;
	stmt_int(s, 1, batch);
	rc = stmt_step(s, e);
	if (rc > 0)
		l->seq = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

/* ---- what a month holds ---- */

enum { DIGEST_COLUMNS = 20 };

int ledger_period_digest(struct store *db, struct str ym, int64_t *entries,
    uint8_t digest[SHA256_LEN], struct ehr_err *e)
{
	struct stmt *s = ledger_sql(db, PERIOD_ENTRIES);
	struct sha256_ctx *sha = sha256_new();
	BUF_AUTO row = BUF_INIT;
	int i, rc;

	*entries = 0;
	stmt_text(s, 1, ym);
	while ((rc = stmt_step(s, e)) > 0) {
		buf_reset(&row);
		for (i = 0; i < DIGEST_COLUMNS; i++) {
			/* lengths, so that no two rows have one text */
			struct str v = stmt_col(s, i);

			if (stmt_type(s, i) == STMT_INT)
				buf_addf(&row, "%lld\t",
				    (long long)stmt_col_int(s, i));
			else if (stmt_col_null(s, i))
				buf_addch(&row, '\t');
			else
				buf_addf(&row, "%zu:%.*s\t", v.n, STR_FMT(v));
		}
		sha256_update(sha, row.s, row.len);
		++*entries;
	}
	stmt_reset(s);
	sha256_final(sha, digest);
	sha256_free(sha);
	return rc;
}

int ledger_period_close(struct access *a, struct str ym, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	uint8_t digest[SHA256_LEN];
	int64_t entries;
	struct stmt *s;
	int rc = period_state(db, ym, e);

	if (rc == NEVER)
		return ehr_fail(e, EHR_ENOENT,
		    "%.*s: this period was never opened", STR_FMT(ym));
	if (rc != OPEN)
		return rc < 0 ? rc : 0;
	rc = ledger_period_digest(db, ym, &entries, digest, e);
	if (rc < 0)
		return rc;
	s = ledger_sql(db, PERIOD_CLOSE);
	stmt_text(s, 1, ym);
	stmt_int(s, 2, store_time(db));
	stmt_text(s, 3, buf_str(&a->user));
	stmt_int(s, 4, entries);
	stmt_blob(s, 5, digest, sizeof(digest));
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int ledger_period_each(struct store *db, int (*fn)(void *arg,
    const struct ledger_period *p), void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &ledger_sql_table[PERIOD_LIST]);
	struct ledger_period p;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		p = (struct ledger_period){ stmt_col(s, 0), stmt_col_int(s, 1),
			stmt_col_int(s, 3), stmt_col(s, 2), stmt_col(s, 4),
			stmt_col_int(s, 5), stmt_col(s, 6) };
		rc = fn(arg, &p);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}
