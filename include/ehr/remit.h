/*
 * remit.h - remittances: an 835 (005010X221A1) is read, checked and
 * posted to the ledger.
 *
 * Only what is plain is posted: claims of ours that were processed as primary
 * and whose amounts agree with what was sent. All else is parked with its
 * reason, its money in the account clearing. See ehr-ledger(5).
 */
#ifndef EHR_REMIT_H
#define EHR_REMIT_H

#include "ehr/billing-ledger.h"

/* ---- reading: pure ---- */

/* An adjustment (CAS), a service (SVC), a claim (CLP), an adjustment of the
 * provider (PLB), a payment (ST to SE). Amounts are cents, segments count in
 * the file from 1, texts are owned by struct remit_file, indexes [from, to). */
struct remit_cas {
	struct str grp, carc;
	struct str units; /* .n 0: none */
	int64_t cents;
};
struct remit_svc {
	uint64_t segment;
	struct str code; /* SVC01, "HC:99213:25" with ':' */
	struct str units; /* SVC05; .n 0: none */
	int64_t charged, paid;
	int64_t line; /* REF*6R, 0: none, or no number */
	size_t cas, cas_end;
};
struct remit_clp {
	uint64_t segment;
	struct str clm01, status, payer_claim;
	struct str moa; /* MOA01 to 09 with ':'; .n 0: none */
	int64_t charged, paid, owes;
	size_t cas, cas_end; /* of the claim, before its services */
	size_t svc, svc_end;
};
struct remit_plb {
	uint64_t segment;
	struct str reason, ref;
	int64_t cents; /* above 0: kept back */
};
struct remit_pay {
	uint64_t segment;
	struct str method, payer, trace, day; /* BPR04, TRN03, TRN02, BPR16 */
	int64_t cents; /* BPR02; of a debit below 0 */
	uint8_t sha256[SHA256_LEN]; /* of what stands in the set */
	size_t clp, clp_end, plb, plb_end;
};
/* Growing array; n of them, v owned. */
#define REMIT_ARRAY(name) \
	struct { struct remit_##name *v; size_t n, cap; }
struct remit_file {
	struct arena mem;
	REMIT_ARRAY(pay) pay;
	REMIT_ARRAY(clp) clp;
	REMIT_ARRAY(svc) svc;
	REMIT_ARRAY(cas) cas;
	REMIT_ARRAY(plb) plb;
};
#define REMIT_FILE_INIT ((struct remit_file){ .mem = ARENA_INIT })
#define REMIT_FILE_AUTO EHR_CLEANUP(remit_file_release) struct remit_file
void remit_file_release(struct remit_file *f);
/* Reads all payments of a file of that name. EHR_EREJECT, "file:segment: why":
 * no 835, an envelope that is not whole, an amount that is none, or amounts
 * that do not agree (CLP03 = CLP04 + CAS, SVC02 = SVC03 + CAS, BPR02 = CLP04 -
 * PLB, 835 TR3 balancing). */
int remit_read(struct remit_file *f, const char *name, struct str text,
    struct ehr_err *e);

/* ---- posting ---- */

#define REMIT_BATCH "remit" /* its kind */

enum remit_park {
#define X(id, name, text) REMIT_PARK_##id,
#include "ehr/remit-park.def"
#undef X
	REMIT_PARKS,
	REMIT_PARK_NONE = REMIT_PARKS
};

struct remit_done {
	const struct remit_pay *pay;
	int64_t remit; /* its number */
	bool unchanged; /* it was posted before */
	int64_t posted, parked; /* claims; parked: PLBs too */
};
/* Posts the payments of a file in the batch of access_rows_begin(), and keeps
 * text. n is counted, done called for each payment. EHR_EREJECT: all of it is
 * done, something is parked; EHR_EUSAGE as ledger_begin(); EHR_ECHANGED: a
 * payment of this payer and trace was posted, with other contents. */
struct remit_post {
	const struct remit_file *file;
	const char *name;
	struct str text;
	struct str day; /* posting date, or STR_NONE: today */
	int (*done)(void *arg, const struct remit_done *d);
	void *arg;
};
int remit_post(struct access *a, int64_t batch, const struct remit_post *p,
    struct batch_counts *n, struct ehr_err *e);
/* Takes back what a batch posted: mirrors, and opposing events. Its payments
 * can be posted again. */
int remit_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e);

/* ---- lists; slices are borrowed for the call ---- */

struct remit_row {
	int64_t id, cents, batch, undone, posted, parked;
	struct str day, payer, trace, method;
};
int remit_each(struct store *db, int (*fn)(void *arg,
    const struct remit_row *row), void *arg, struct ehr_err *e);
/* What is parked of payments that were not taken back. */
struct remit_item {
	int64_t id, remit, segment, claim, patient, paid;
	struct str clm01, status, reason, text; /* text: in words */
};
int remit_parked_each(struct store *db, int (*fn)(void *arg,
    const struct remit_item *row), void *arg, struct ehr_err *e);

#endif
