/*
 * comply.h - what a practice owes by law about its record as a whole: how long
 * charts are kept and which may not go, registers of what is done beside the
 * record, and what somebody has to attest.
 */
#ifndef EHR_COMPLY_H
#define EHR_COMPLY_H

#include "ehr/record.h"

/* ---- legal holds: charts that must not be purged ---- */

struct comply_hold {
	int64_t id, patient;
	struct str reason, placed_by;
	int64_t placed;	  /* ms */
	int64_t released; /* 0: it stands */
	struct str released_by, why;
};
/* Inside a transaction: 1 placed, 0 it stands already for that reason. */
int comply_hold_add(struct store *db, int64_t patient, struct str reason,
    struct str user, struct ehr_err *e);
/* Ends those of a patient: how many there were. */
int comply_hold_release(struct store *db, int64_t patient, struct str why,
    struct str user, struct ehr_err *e);
/* By number; patient 0: of everybody; all: those that ended too. */
int comply_hold_each(struct store *db, int64_t patient, bool all,
    int (*fn)(void *arg, const struct comply_hold *h), void *arg,
    struct ehr_err *e);
/* Forgets those of a patient, for a purge. */
int comply_hold_drop(struct store *db, int64_t patient, struct ehr_err *e);

/* ---- how long a chart is kept ---- */

/* Settings: X(id, key, default, the most, source of the default). Assumed is
 * what no source says for all: state law decides. */
#define COMPLY_RETENTION(X)                                                   \
	X(years, "retention.years", 10, 100, "42 CFR 422.504(d); "            \
	    "424.516(f) has 7")                                               \
	X(majority, "retention.majority", 18, 21, "assumed: most states")     \
	X(minor_years, "retention.minor-years", 10, 100,                      \
	    "assumed: as retention.years")

/* Days are since 1970-01-01, of UTC. */
struct comply_retention {
	int64_t years;	     /* after the last entry */
	int64_t majority;    /* age at which one is of age */
	int64_t minor_years; /* after that, of who was a minor */
	/* where each is from: of the default, or that it is set; static */
	const char *years_by, *majority_by, *minor_years_by;
	bool dated;	/* else last is when the chart came */
	bool born;	/* else taken as born on the day of last */
	bool minor;	/* on that day */
	int64_t last;	/* day of the last entry */
	int64_t until;	/* the first day on which it may be purged */
};
/* The same day so many years later; of February 29 March 1. */
int64_t comply_years_after(int64_t day, int64_t years);
/* For how long what the rules want documented is kept (45 CFR 164.530(j)). */
enum { COMPLY_DOCUMENT_YEARS = 6 };
/* EHR_EINTEGRITY: a setting is no such number. */
int comply_retention(struct record *r, int64_t patient,
    struct comply_retention *k, struct ehr_err *e);

/* ---- registers ---- */

extern const struct comply_register {
	const char *kind, *help;
} comply_registers[]; /* NULL at the end */

struct comply_entry {
	int64_t id;
	struct str kind, what, who, day, note; /* day: YYYY-MM-DD */
	int64_t time, closed; /* ms; closed 0: open */
	struct str by, closed_by, how;
};
/* Inside a transaction; 1. id, time and its end are not looked at. */
int comply_register_add(struct store *db, const struct comply_entry *x,
    struct ehr_err *e);
/* 1; EHR_ENOENT: no such entry is open. */
int comply_register_close(struct store *db, int64_t id, struct str how,
    struct str user, struct ehr_err *e);
/* By kind (STR_NONE: all) and number; all: closed ones too. */
int comply_register_each(struct store *db, struct str kind, bool all,
    int (*fn)(void *arg, const struct comply_entry *x), void *arg,
    struct ehr_err *e);

/* ---- the Security Rule, item by item ---- */

extern const struct comply_risk {
	const char *item, *clause;
	const char *check; /* what tells it; NULL: it has to be attested */
	const char *text;
} comply_risks[]; /* item NULL at the end */

/* Inside a transaction: somebody says that an item holds; 1. */
int comply_attest(struct store *db, struct str item, struct str note,
    struct str user, struct ehr_err *e);
/* 1 and who said what last about an item ("user: note" appended), x->time
 * when; 0: nobody did. */
int comply_attested(struct store *db, const char *item,
    struct comply_entry *x, struct buf *text, struct ehr_err *e);

#endif
