/*
 * billing-scrub.h - what is wrong with a charge before a claim is made of it.
 *
 * Rules stand in lib/billing/scrub.def with their severity, remedy and source.
 * An error keeps a claim from being built unless somebody overrode it.
 */
#ifndef EHR_BILLING_SCRUB_H
#define EHR_BILLING_SCRUB_H

#include "ehr/billing-charge.h"
#include "ehr/billing-setup.h"

enum scrub_id {
#define X(id, name, severity, text, remedy, source) SCRUB_##id,
#include "ehr/billing-scrub.def"
#undef X
	SCRUB_COUNT
};
struct scrub_rule {
	const char *name;
	enum diag_severity severity;
	const char *text, *remedy, *source;
};
const struct scrub_rule *scrub_rule(enum scrub_id id);
enum scrub_id scrub_rule_find(struct str name); /* SCRUB_COUNT: none */

/* Borrowed for the call of emit(). */
struct scrub_finding {
	enum scrub_id id;
	enum diag_severity severity;
	int64_t charge;
	int line;	   /* 0: of the charge */
	const char *what;  /* code, field or key that is meant; or "" */
	const char *text;  /* the rule's, or that of a payer's edit */
	const char *remedy;
	bool overridden;   /* does not block */
};
struct scrub {
	struct record *r;
	const struct setup *setup; /* all that holds now */
	char today[11];
	/* NULL: only counted. */
	void (*emit)(void *arg, const struct scrub_finding *f);
	void *arg;
	size_t count[3]; /* by severity, but for what was overridden */
};
/* Tells what is wrong with a charge that is not voided: how many errors block
 * it, or negative. Reads the patient's resource: the caller has the event. */
int scrub_charge(struct scrub *s, const struct charge *c, struct ehr_err *e);

/* ---- overrides, in the batch of access_rows_begin() ---- */

#define SCRUB_BATCH "scrub" /* its kind */
/* From now on that rule does not block that charge: 1; 0: it was so. */
int scrub_override(struct store *db, int64_t batch, int64_t charge,
    enum scrub_id id, struct str reason, struct ehr_err *e);
/* Takes the overrides of a batch back. EHR_ENO: a claim was built with one. */
int scrub_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e);

#endif
