/*
 * identity.h - who is the same person: likeness of two patients, candidates
 * over the whole record, and the merge of two charts.
 *
 * Likeness adds what agrees and takes off what contradicts (after Fellegi and
 * Sunter: weights are rounded log2 odds, identity.def), as per
 * cent of the full agreement of name, birth date and sex.
 */
#ifndef EHR_IDENTITY_H
#define EHR_IDENTITY_H

#include "ehr/edit.h"

enum identity_reason {
#define X(id, word, weight) IDENTITY_##id,
#include "ehr/identity.def"
#undef X
	IDENTITY_REASONS
};

/* What is compared; texts are folded, and owned by an arena. */
struct identity_person {
	int64_t patient;
	struct str family, given, middle, maiden;
	struct str line, zip, email;
	struct date born, died;
	char sex;		/* 'm', 'f', 'o' or 0 */
	uint64_t phone[4];	/* hashes; 0: none */
	uint64_t id[8];		/* system and value */
	uint64_t ssn;
};

/* Reads a Patient. */
void identity_read(struct identity_person *p, const struct tape *t,
    struct arena *mem);
/* 0 to 100, and bits of what was found. */
int identity_score(const struct identity_person *a,
    const struct identity_person *b, unsigned *reasons);
/* Appends the words of the reasons, a comma between. */
void identity_reasons(unsigned reasons, struct buf *b);

enum { IDENTITY_MIN = 75 }; /* a score from which on two are candidates */

struct identity_pair {
	int64_t a, b;		/* patient numbers, a < b */
	int score;
	unsigned reasons;
};
/* All pairs of min and more, best first, then by number: *pair is owned by
 * the caller. Patients are compared when they share birth date and family or
 * first initial, names and part of the birth date, a phone or an identifier:
 * the work grows nearly as the number of patients does. */
int identity_duplicates(struct record *r, int min, struct identity_pair **pair,
    size_t *n, struct ehr_err *e);
/* The patient most like the one of t (0: none reaches min) among those born
 * on the same day. */
int identity_like(struct record *r, const struct tape *t, int min,
    struct identity_pair *best, struct ehr_err *e);

/* ---- merge ---- */

/* Puts both Patients, with their links, into the job and merges b's chart
 * into a's; done when this returns 0. */
int identity_merge(struct edit_job *j, int64_t a, int64_t b,
    struct ehr_err *e);
/* Batch of the last merge into patient that still counts; 0: there is none. */
int identity_merged_by(struct record *r, int64_t patient, int64_t *batch,
    struct ehr_err *e);
/* Number of resources of each type in a chart: count[type]. */
int identity_counts(struct record *r, int64_t patient,
    int64_t count[256], struct ehr_err *e);

#endif
