/*
 * claim-ask.h - questions to payers what became of claims (276, 005010X212).
 * The answers (277) come in by ack_load().
 */
#ifndef EHR_CLAIM_ASK_H
#define EHR_CLAIM_ASK_H

#include "ehr/claim-status.h"

enum { CLAIM_ASK_AGAIN = 7 }; /* days before one is asked for again */

struct claim_ask {
	const int64_t *claim; /* n of them; none: all that wait */
	size_t n;
	int64_t sent_before;	/* ms, of all that wait; 0: whenever */
	int64_t now;		/* ms: of those asked for before */
	const char *folder;	/* NULL: the submitter's "dir", else "." */
	/* Each file that is on disk now. Returns 0 to go on. */
	int (*made)(void *arg, int64_t batch, const char *file, int64_t claims,
	    struct ehr_err *e);
	void *arg;
};
/* Writes a file for each file of claims, in one batch, each checked and kept as
 * claim_build() does. A claim that is in no file is EHR_EREJECT, and nothing is
 * written. */
int claim_ask(struct access *a, const struct claim_ask *o, struct ehr_err *e);

#endif
