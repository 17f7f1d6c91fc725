/*
 * billing-party.h - who pays: the payers of the set-up that Coverages of the
 * record are of.
 */
#ifndef EHR_BILLING_PARTY_H
#define EHR_BILLING_PARTY_H

#include "ehr/billing-setup.h"
#include "ehr/record.h"

/* What was looked up once is kept. r and setup are borrowed. */
struct party {
	struct record *r;
	const struct setup *setup;
	const struct setup_item **said; /* items "coverage", by what they name */
	size_t n_said;
	struct strmap payer; /* by source and reference */
	struct tape org;
};
#define PARTY_INIT(record, setup) \
	((struct party){ (record), (setup), NULL, 0, STRMAP_INIT, TAPE_INIT })
void party_release(struct party *p);
#define PARTY_AUTO EHR_CLEANUP(party_release) struct party

/* The item of the set-up about the Coverage of that name on a day (YYYY-MM-DD);
 * NULL: none. */
const struct setup_item *party_said(struct party *p, struct str name,
    struct str day);
/* The payer of a Coverage (its root in t) of that source: the one that its item
 * names, else whom display, name or a number of its payor, an Organization, is
 * of (setup_payer_named()). said may be NULL. 1; 0: none, or several. */
int party_payer(struct party *p, int source, const struct tape *t,
    const struct setup_item *said, const struct setup_item **payer,
    struct ehr_err *e);

/* Whom a patient's Coverages of that day have pay first (Coverage.order, or
 * what the set-up says of them; else in the order of the record): 1; 0: no
 * payer of the set-up. */
int party_first(struct party *p, int64_t patient, struct str day,
    const struct setup_item **payer, struct ehr_err *e);
/* Is a Coverage (its root in t) in force on that day? */
bool party_in_force(const struct tape *t, struct str day);
/* What place a Coverage has, 1 to 3, by its item of the set-up or itself; 0:
 * neither says it. */
int party_rank(const struct tape *t, const struct setup_item *said);

#endif
