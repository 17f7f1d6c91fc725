/*
 * claim.h - claims: what a payer is asked to pay of a charge, sent as an 837P
 * (005010X222A1).
 *
 * A claim is a row for each charge, part of it (of at most 50 lines) and rank
 * of payer; a submission each time that it is put into a file.
 */
#ifndef EHR_CLAIM_H
#define EHR_CLAIM_H

#include "ehr/access.h"

enum {
	CLAIM_LINES_MAX = 50,	/* of a claim (2400) */
	CLAIM_PARENT_MAX = 100, /* claims of a subscriber or patient (2300) */
	CLAIM_SET_MAX = 5000,	/* claims of a set, ST to SE */
	CLAIM_NAME_MAX = 20,	/* characters of CLM01 */
};

/* CLM01 of the nth submission (from 1) of a claim: "1042S1", the claim's
 * number, S, and which submission. to has room for it. */
void claim_name(char to[CLAIM_NAME_MAX + 1], int64_t claim, int64_t nth);
/* The claim that such a name is of; 0: it is none of ours. *nth may be NULL. */
int64_t claim_named(struct str name, int64_t *nth);

#endif
