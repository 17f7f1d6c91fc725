/*
 * quality-entry.h - what a practice answers to measures of promoting
 * interoperability and improvement activities of MIPS, kept in the record. An
 * answer never changes: a correction is another one that replaces it.
 */
#ifndef EHR_QUALITY_ENTRY_H
#define EHR_QUALITY_ENTRY_H

#include "ehr/store.h"

enum quality_answer {
	QUALITY_NO, QUALITY_YES,
	QUALITY_COUNTS,	   /* numerator and denominator */
	QUALITY_WITHDRAWN, /* the one it replaces holds no more */
};
const char *quality_answer_name(enum quality_answer a);

/* Texts are borrowed; days are YYYY-MM-DD or empty. */
struct quality_entry {
	int64_t id, year;
	struct str measure;	/* "PI_EP_1", "IA_EPA_1" */
	enum quality_answer answer;
	uint64_t numerator, denominator;
	struct str first, last; /* what it is of, both included */
	struct str day, who;	/* when it was answered, by whom */
	struct str note;
	int64_t replaces;	/* id, 0: none */
	bool hashed, kept;	/* there is evidence; its file is kept too */
	uint8_t sha256[32];
	struct str name;	/* of that file */
	int64_t size;		/* of it, bytes */
	int64_t time;		/* ms */
	struct str by;		/* OS user */
	bool current;		/* holds: not replaced, not withdrawn */
};

/* Days from first to last; 0: not given. */
int64_t quality_entry_days(const struct quality_entry *x);

/* By id, those of a year (0: all); all: replaced and withdrawn ones, too. fn
 * returns 0 to go on; what else it returns is returned. Permission read. */
typedef int quality_entry_fn(void *arg, const struct quality_entry *x);
int quality_entry_each(struct store *db, int64_t year, bool all,
    quality_entry_fn *fn, void *arg, struct ehr_err *e);

/* Inside a transaction: 1 added, 0 the same holds already. One that holds with
 * another content is replaced with correct, else EHR_EREJECT names it. id,
 * replaces, time and kept are not looked at; evidence of STR_NONE is not kept.
 * Permission admin. */
int quality_entry_add(struct store *db, const struct quality_entry *x,
    struct str evidence, bool correct, struct ehr_err *e);
/* Inside a transaction: that one holds no more; 1. EHR_ENOENT: it does not
 * hold, or is none of that category ("PI_", "IA_"). */
int quality_entry_withdraw(struct store *db, int64_t id, const char *category,
    struct str note, struct str who, struct ehr_err *e);
/* Appends the file of an entry. EHR_ENOENT: none is kept; EHR_EINTEGRITY: it is
 * not the one that was hashed. */
int quality_entry_evidence(struct store *db, int64_t id, struct buf *file,
    struct ehr_err *e);

#endif
