/* cms1500.h - what the files of the CMS-1500 share. */
#ifndef CLAIM_CMS1500_H
#define CLAIM_CMS1500_H

#include "build.h"

#define PAPER_PLACES_TABLE(X)                                      \
	X(PAYER, "payer")                                          \
	X(SUBSCRIBER, "subscriber")                                \
	X(PATIENT, "patient")                                      \
	X(OTHER, "other") /* the payer after or before this one */ \
	X(BILLING, "billing")                                      \
	X(FACILITY, "facility")                                    \
	X(CLAIM, "claim")                                          \
	X(CHARGE, "charge")                                        \
	X(LINE, "line")                                            \
	X(WHO, "who") /* names and towns in one piece */           \
	X(FORM, "form") /* answers of the form's own boxes */
enum paper_place {
#define X(id, name) PAPER_##id,
	PAPER_PLACES_TABLE(X)
#undef X
	PAPER_PLACES
};

enum { PAPER_LINES = 66, PAPER_COLUMNS = 80, PAPER_SERVICES = 6 };

/* A claim and what is reckoned of it for paper. */
struct paper {
	struct claim_build_run *b;
	struct claim_job *j;
	struct claim_facts of[PAPER_PLACES];
	struct claim_bag who, form, more; /* more: of the line at work */
	struct claim_line line;
	char page[PAPER_LINES][PAPER_COLUMNS];
};
/* Sets all places but line; texts live as long as the job. */
void paper_facts(struct paper *p);
void paper_line_facts(struct paper *p, size_t i);

/* Appends all forms of the claim; false: something does not fit, which is told,
 * and none is. */
bool paper_add(struct paper *p, struct buf *to);

#endif
