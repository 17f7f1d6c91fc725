/*
 * audit-disclose.h - disclosures, and those of which no accounting is given
 * for a time (45 CFR 164.528). Both are events of the log: `disclose` and
 * `suspend`, whose scope is a JSON object.
 */
#ifndef EHR_AUDIT_DISCLOSE_H
#define EHR_AUDIT_DISCLOSE_H

#include "ehr/audit.h"

enum audit_for {
#define X(id, word, accountable, section) AUDIT_FOR_##id,
#include "ehr/audit-purpose.def"
#undef X
	AUDIT_FOR_COUNT
};
/* The words with | between, as an option table has them. */
#define AUDIT_FOR_WORDS (audit_for_words + 1)
extern const char audit_for_words[];
const char *audit_for_name(enum audit_for f);
const char *audit_for_section(enum audit_for f); /* of 45 CFR */
bool audit_for_accountable(enum audit_for f);

enum {
	MAX_DISCLOSE_TEXT = 500, /* bytes of a recipient or description */
	AUDIT_ORAL_DAYS = 30,	 /* 164.528(a)(2)(ii)(C) */
	AUDIT_ACCOUNT_YEARS = 6, /* 164.528(a)(1) */
};

/* To whom what was disclosed, for what, on which day. Slices of the texts it
 * was made from or, when taken, of scratch. */
struct audit_disclosure {
	struct str to, what, on;	/* on: a FHIR date of a day */
	enum audit_for purpose;
};

/* Appends the scope. EHR_EUSAGE: no recipient, a text too long, no day. */
int audit_disclosure_put(struct buf *scope, const struct audit_disclosure *d,
    struct ehr_err *e);
/* Of an event `disclose`; false: its scope is none. */
bool audit_disclosure_take(const struct audit_row *row, struct buf *scratch,
    struct audit_disclosure *d);

/* Of the disclosure of that event no accounting is given until the end of a
 * day, by the statement of an agency or an official. */
struct audit_suspension {
	int64_t event;
	struct str until;	/* a day; the last suspension counts */
	bool oral;
};
int audit_suspension_put(struct buf *scope, const struct audit_suspension *s,
    struct ehr_err *e);
bool audit_suspension_take(const struct audit_row *row, struct buf *scratch,
    struct audit_suspension *s);

#endif
