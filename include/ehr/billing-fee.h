/*
 * billing-fee.h - fees: what the practice charges, and what payers allow by
 * contract, each in a schedule of the set-up; from a CSV file, or reckoned from
 * CMS's relative values.
 */
#ifndef EHR_BILLING_FEE_H
#define EHR_BILLING_FEE_H

#include "ehr/billing-setup.h"

#define FEE_BATCH "fees" /* kind of its batches */

/* Texts of one that is handed out are borrowed for the call, of fee_find() as
 * long as the set-up and the question. */
struct fee {
	struct str schedule, code;
	struct str mod;		/* one modifier; "": any or none */
	struct str place;	/* place of service, F, N, or "": any */
	struct str first, last; /* YYYY-MM-DD; last "": no end */
	int64_t cents;		/* of one unit */
};

/* What is asked for. */
struct fee_question {
	struct str payer;    /* whose allowed amount; "": what is charged */
	struct str schedule; /* instead of payer: this one; or STR_NONE */
	struct str code;
	struct str mods;     /* by blanks, or "" */
	struct str place;    /* of service, two digits, or "" */
	struct str day;	     /* YYYY-MM-DD */
};
/* 1 and cents of a unit, 0 there is no fee. Of several schedules the one that
 * began last counts; of its fees the one of a modifier that was given, then of
 * the place, then of its setting (facility or not), then the latest. Where it
 * has none, those of its base count, so many percent of them. */
int fee_find(struct store *db, const struct setup *s,
    const struct fee_question *q, int64_t *cents, struct str *schedule,
    struct ehr_err *e);
/* Does Medicare pay the facility's amount at that place of service? (CMS
 * Pub. 100-04 chapter 12, 20.4.2) */
bool fee_facility(struct str place);
/* By schedule and code, both may be "". fn returns 0 to go on. */
int fee_each(struct store *db, struct str schedule, struct str code,
    int (*fn)(void *arg, const struct fee *f), void *arg, struct ehr_err *e);

/* ---- files; in the transaction of access_rows_begin() (FEE_BATCH) ---- */

/* CSV with the columns schedule, code, amount and, where there are, modifier,
 * place, from, to, named in its first row. EHR_EREJECT with file, line and
 * why: it must be rolled back. counts are added to. */
int fee_load(struct store *db, int64_t batch, const struct setup *s,
    struct in *in, struct batch_counts *counts, struct ehr_err *e);

/* CMS's file of relative values (PPRRVU) as CSV, or with tabs, and its file of
 * geographic indices (GPCI). */
struct fee_rvu {
	struct str schedule;
	struct str locality;	/* MAC and number, "10112-00" */
	struct str first, last;
	struct str factor;	/* conversion factor; "": of the file */
	struct in *gpci;
};
/* Amounts of facilities and others of each code with status A, R or T; all
 * else is counted as read. As fee_load(). */
int fee_load_rvu(struct store *db, int64_t batch, const struct setup *s,
    const struct fee_rvu *how, struct in *in, struct batch_counts *counts,
    struct ehr_err *e);

/* Takes the changes of a batch back. EHR_ENO: later batches built on it, each
 * such fee is told to fn. */
int fee_undo(struct access *a, int64_t batch, int64_t of,
    void (*fn)(void *arg, const char *what), void *arg,
    struct batch_counts *counts, struct ehr_err *e);

#endif
