/* match.h - a claim of a remittance beside ours. */
#ifndef REMIT_MATCH_H
#define REMIT_MATCH_H

#include "ehr/remit.h"

/* A line of ours and what was paid of it. The adjustments are those of the
 * service, then those of the claim. */
struct remit_line {
	int64_t id, cents, paid;
	struct str code, mods, guarantor, provider;
	bool told; /* the remittance has it */
	const struct remit_svc *svc; /* NULL: told of the claim as a whole */
	size_t cas, cas_end, more, more_end;
};
struct remit_match {
	int64_t submission, claim, patient, cents;
	char rank;
	struct str payer;
	bool voided, again;
	struct remit_line *line; /* owned */
	size_t n, cap;
	struct arena mem;
};
#define REMIT_MATCH_INIT ((struct remit_match){ .mem = ARENA_INIT })
#define REMIT_MATCH_AUTO EHR_CLEANUP(remit_match_release) struct remit_match
void remit_match_release(struct remit_match *m);

/* Finds our claim and tells each line what is its own. An enum remit_park, or
 * a failure; m->claim is set where a claim of ours has the number. */
int remit_match(struct remit_match *m, struct store *db,
    const struct remit_file *f, const struct remit_clp *c, struct ehr_err *e);

/* The i-th adjustment of a line, from 0; NULL behind the last one. */
const struct remit_cas *remit_line_cas(const struct remit_file *f,
    const struct remit_line *l, size_t i);
/* Where it goes: an account, LEDGER_ACCTS: nowhere. *whole: it may take all
 * of a line. */
enum ledger_acct remit_cas_acct(const struct remit_cas *c, bool *whole);
/* Was nothing of the line allowed, for no reason of the contract? */
bool remit_line_denied(const struct remit_file *f,
    const struct remit_line *l);

/* Keeps what was said of a claim that is posted, as it was said: remit_claim
 * is the id of its row. */
int remit_said_add(struct store *db, const struct remit_file *f,
    const struct remit_clp *c, const struct remit_match *m,
    int64_t remit_claim, struct ehr_err *e);

#endif
