/*
 * billing-ledger.h - the ledger: double entries in integer cents, debit above
 * 0, credit below. ehr-ledger(5) tells the accounts and how things post.
 *
 * What holds of it (transactions sum to 0, nothing changes, closed months stay
 * as they are) is held by triggers of the schema; the functions here only say
 * it first, in better words. All that writes does so inside a transaction that
 * access_rows_begin() opened.
 */
#ifndef EHR_BILLING_LEDGER_H
#define EHR_BILLING_LEDGER_H

#include "ehr/access.h"

enum ledger_acct {
#define X(id, name) LEDGER_##id,
#include "ehr/billing-acct.def"
#undef X
	LEDGER_ACCTS
};
const char *ledger_acct_name(enum ledger_acct acct);

/* One entry. Texts are borrowed for the call; STR_NONE and 0: none. */
struct ledger_entry {
	enum ledger_acct acct;
	int64_t cents; /* not 0 */
	int64_t patient; /* rid */
	struct str guarantor, payer, provider; /* setup keys */
	char rank; /* P, S, T of payer; 0: none */
	int64_t line; /* charge_line.id */
	int64_t remit; /* remit_claim.id */
	struct str ref; /* the payer's number of a claim, a check's */
	struct str grp, carc; /* CAS01 and the code (X12 835) */
};

/* ---- posting ---- */

/* What the transactions of a batch have in common. */
struct ledger {
	struct store *db;
	int64_t batch, doc; /* doc 0: none */
	struct str day; /* posting date, YYYY-MM-DD; borrowed */
	struct str staff; /* user; borrowed */
	int64_t seq; /* of the last one */
};
/* Begins posting for a batch that access_rows_begin() opened. day: STR_NONE is
 * today, in the process's zone, of which the month is opened when it never was
 * (text, for day, is the caller's); any other must be in a period that was
 * opened. EHR_EUSAGE: it is not, or closed. */
int ledger_begin(struct ledger *l, struct access *a, int64_t batch,
    struct str day, char text[11], struct ehr_err *e);
/* A transaction of n entries, which sum to 0, sealed. reverses: the one that
 * it mirrors, or 0. *id may be NULL. */
int ledger_post(struct ledger *l, const struct ledger_entry *entry, size_t n,
    int64_t reverses, struct str reason, int64_t *id, struct ehr_err *e);
/* Mirrors a transaction. EHR_ECHANGED: it was already. */
int ledger_reverse(struct ledger *l, int64_t txn, struct str reason,
    struct ehr_err *e);
/* Mirrors all of a batch that were not yet, last ones first; *n counts them.
 * Patients get access_set_touch(). */
int ledger_reverse_batch(struct ledger *l, struct access *a, int64_t batch,
    struct str reason, int64_t *n, struct ehr_err *e);
/* The same for a batch that takes another one back, in the batch `by`, today;
 * without anything to mirror nothing is asked of the month. */
int ledger_take_back(struct access *a, int64_t by, int64_t batch,
    struct str reason, int64_t *n, struct ehr_err *e);

/* ---- charges ---- */

/* Whom a charge is asked of first. */
struct ledger_charge {
	int64_t charge, patient;
	struct str payer; /* primary payer; STR_NONE: the patient pays */
	struct str guarantor; /* or STR_NONE */
	struct str provider; /* who rendered it, or STR_NONE */
};
/* Posts a charge whose lines are written: for each line that costs something
 * a debit of ar and a credit of revenue. 1; 0: all of it costs nothing. */
int ledger_charge(struct ledger *l, const struct ledger_charge *c,
    struct ehr_err *e);
/* Mirrors what ledger_charge() posted for it; 1, 0: there was nothing. What
 * was paid meanwhile stays, so ar may be below 0 then. */
int ledger_charge_void(struct ledger *l, int64_t charge, struct str reason,
    struct ehr_err *e);
/* Cents that are still owed for a charge by anybody. */
int ledger_charge_owed(struct store *db, int64_t charge, int64_t *cents,
    struct ehr_err *e);

/* Who owes for the lines of a claim changes: 1; 0: it was so.
 * LEDGER_ALL: its payer takes what others owe (it paid, though it was not
 * asked); LEDGER_SHARE: it is sent, its payer is asked for the patient's share,
 * a primary payer for all; LEDGER_BACK: denied, what a later payer was asked
 * for is the patient's again. */
enum ledger_move { LEDGER_ALL, LEDGER_SHARE, LEDGER_BACK };
int ledger_claim(struct ledger *l, int64_t claim, enum ledger_move move,
    struct ehr_err *e);
/* LEDGER_BACK of all claims of a charge. */
int ledger_charge_back(struct ledger *l, int64_t charge, struct ehr_err *e);

/* ---- periods: months ---- */

struct ledger_period {
	struct str ym; /* "2026-11" */
	int64_t opened, closed; /* ms; closed 0: open */
	struct str opened_by, closed_by;
	int64_t entries; /* counted when it was closed; else now */
	struct str digest; /* SHA-256 when it was closed, bytes */
};
/* 1; 0: it is open already. EHR_EUSAGE: no month, or closed. */
int ledger_period_open(struct access *a, struct str ym, struct ehr_err *e);
/* Counts its entries and keeps their digest. 1; 0: it is closed already.
 * EHR_ENOENT: it was never opened. */
int ledger_period_close(struct access *a, struct str ym, struct ehr_err *e);
/* In order; slices are borrowed for the call. */
int ledger_period_each(struct store *db, int (*fn)(void *arg,
    const struct ledger_period *p), void *arg, struct ehr_err *e);
/* Counts and digests the entries of a month as they are now. */
int ledger_period_digest(struct store *db, struct str ym, int64_t *entries,
    uint8_t digest[SHA256_LEN], struct ehr_err *e);

/* ---- reports ---- */

/* Entries of ar with a posting date up to day; known: recorded up to that
 * moment (ms), 0: whenever. By payer, those whom nothing is owed by left out;
 * payer STR_NONE, last: patients. Slices are borrowed for the call. */
int ledger_ar_payers(struct store *db, struct str day, int64_t known,
    int (*fn)(void *arg, struct str payer, int64_t cents), void *arg,
    struct ehr_err *e);
/* By patient as of now, merged ones together, by number: what payers owe for
 * them, and what they owe. */
int ledger_ar_patients(struct record *r, struct str day, int64_t known,
    int (*fn)(void *arg, int64_t patient, int64_t payers, int64_t own),
    void *arg, struct ehr_err *e);

struct ledger_row {
	int64_t txn, n, cents, patient, line, doc, reverses, batch, recorded;
	struct str day, acct, payer, rank, guarantor, grp, carc, ref, staff,
	    reason; /* .s NULL: none */
};
/* Entries of a patient (with those merged into him), a claim, or a batch. */
enum ledger_of { LEDGER_OF_PATIENT, LEDGER_OF_CLAIM, LEDGER_OF_BATCH };
int ledger_each(struct record *r, enum ledger_of of, int64_t id,
    int (*fn)(void *arg, const struct ledger_row *row), void *arg,
    struct ehr_err *e);

#endif
