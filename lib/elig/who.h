/* who.h - a patient's coverages as an inquiry names them. */
#ifndef ELIG_WHO_H
#define ELIG_WHO_H

#include "ehr/billing-party.h"

/* Texts are the arena's; empty when not known. */
struct elig_human {
	struct str last, first, middle, suffix;
	struct str birth;  /* YYYY-MM-DD */
	struct str gender; /* M, F or "" */
	struct str ssn;    /* nine digits, or "" */
	struct str street, street2, city, state, zip;
};
struct elig_cover {
	int64_t rid; /* of the Coverage */
	struct elig_human patient, subscriber;
	struct str member;    /* what the payer knows them by */
	struct str group;
	struct str relation;  /* INS02 of a dependent without an id of its own,
			       * else "" */
	const struct setup_item *payer; /* NULL: not in the set-up */
};
/* The coverages of a patient that are active on that day, in the order of the
 * record. */
typedef int elig_cover_fn(void *arg, const struct elig_cover *c,
    struct ehr_err *e);
int elig_covers(struct party *party, int64_t patient, struct str day,
    elig_cover_fn *fn, void *arg, struct ehr_err *e);

#endif
