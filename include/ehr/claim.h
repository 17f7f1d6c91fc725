/*
 * claim.h - claims: what a payer is asked to pay of a charge, sent as an 837P
 * (005010X222A1).
 *
 * A claim is a row for each charge, part of it (of at most 50 lines) and rank
 * of payer; a submission each time that it is put into a file.
 */
#ifndef EHR_CLAIM_BUILD_H
#define EHR_CLAIM_BUILD_H

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

/* ---- building: charges become claims in files ---- */

/* What is to be sent: charges that no claim was made of, with their payers;
 * what a payer left to the next one; corrections (7) and voids (8) of claims
 * that a payer has; claims whose file was taken back. */
struct claim_build {
	const char *payer;  /* key; NULL: all */
	const char *folder; /* where files go; NULL: the submitter's "dir", else
			     * the working folder */
	const int64_t *claim; /* n claims that were rejected, alone */
	size_t n;
	bool charges;	   /* claim_paper() alone: they are numbers of charges,
			    * asked of their first payers */
	/* Each file that is on disk now; may be NULL. Returns 0 to go on. */
	int (*made)(void *arg, int64_t batch, const char *file, int64_t claims,
	    int64_t cents, struct ehr_err *e);
	/* What is not built, or waits: a line without patient data. */
	void (*told)(void *arg, const char *line);
	void *arg;
};
#define CLAIM_BATCH "claim" /* kind of its batch */

/* Each file is checked (x12_check) before a row is kept; its bytes are kept
 * with the rows in one transaction, then it gets its name. What is faulty is
 * left out and told. 0; EHR_EREJECT: something was left out; EHR_EIO: rows are
 * kept, a file is not at its place: claim_resume(). */
int claim_build(struct access *a, const struct claim_build *o,
    struct ehr_err *e);
/* Places the files that were kept and are not at their place, the same bytes
 * in the folder they were made for. */
int claim_resume(struct access *a, const struct claim_build *o,
    struct ehr_err *e);
/* Takes back the files of a batch, in the batch by; their claims are built
 * anew. EHR_ENO: one is at its place already: to be voided with the payer. */
int claim_build_undo(struct access *a, int64_t by, int64_t batch,
    struct batch_counts *n, struct ehr_err *e);

/* ---- on paper: CMS-1500 (02/12) ---- */

/* Appends the forms of what o names, as it was sent last or would be:
 * pages of 66 lines of at most 80 ASCII characters at the form's print
 * positions (10 an inch, 6 lines an inch), \f between them; up to 6 services a
 * form, the sums on a claim's last one. Texts too long for a box are cut; a
 * claim with such a number or amount is left out and told. An access of its
 * own. With charges each becomes a claim, if it is none yet, that was sent on
 * paper: kept with its pages, events and the ledger's entries in a batch of
 * CLAIM_BATCH, and built no more; of a voided charge the void. 0; EHR_EREJECT:
 * something was left out; EHR_ENOENT: no such claim.
 * paper_pdf() with paper_form makes them a PDF, without the form's lines. */
int claim_paper(struct access *a, const struct claim_build *o,
    struct buf *pages, struct ehr_err *e);

#endif
