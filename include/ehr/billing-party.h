/*
 * billing-party.h - who pays: patients, subscribers and Coverages of the
 * record, and the payers of the set-up that they are of. Claims and inquiries
 * read them here alike.
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
	struct party_chart *chart; /* of party_read() */
};
#define PARTY_INIT(record, setup) \
	((struct party){ (record), (setup), NULL, 0, STRMAP_INIT, TAPE_INIT, \
	    NULL })
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

/* ---- people ---- */

/* A Patient or RelatedPerson, or a Coverage's contained one. Texts are the
 * arena's; n is 0 where nothing is known. */
struct party_person {
	struct str last, first, middle, suffix;
	struct str birth, death; /* as the record has them: YYYY-MM-DD ... */
	struct str gender;	 /* FHIR's word */
	struct str ssn;		 /* nine digits */
	struct str street, street2, city, state, zip, country;
	struct str phone;
	/* places in name[] and address[]; behind the last where there is none
	 * to be used */
	unsigned name_at, address_at;
};
struct party_cover {
	int64_t rid; /* of the Coverage */
	int source;
	struct str name; /* TYPE/ID with its source */
	const struct setup_item *said;	/* of the Coverage, or NULL */
	const struct setup_item *payer; /* NULL: not in the set-up */
	int rank;	       /* party_rank() */
	bool self;	       /* the patient is the subscriber, or has a
				* number of their own there */
	bool known;	       /* who the subscriber is */
	int64_t other_patient; /* who that is, if another patient; or 0 */
	struct str relationship; /* FHIR's code; "" where none is said */
	struct str member;	 /* what the payer knows them by */
	struct str group, group_name;
	int group_at;		 /* place in class[], -1: none */
	struct party_person subscriber; /* of self, the patient */
};
struct party_who {
	bool known; /* there is a Patient that may be read */
	struct party_person patient;
	struct party_cover *cover; /* in the order of the record */
	size_t n;
};
/* A patient and their own Coverages that are in force on that day, those
 * without a payer too; all of it lives in mem. 0, or an error. */
int party_read(struct party *p, struct arena *mem, int64_t patient,
    struct str day, struct party_who *who, struct ehr_err *e);

/* ---- Coverages ---- */

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
