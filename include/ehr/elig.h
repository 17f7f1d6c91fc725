/*
 * elig.h - who is covered: inquiries (270), answers (271), what they mean.
 *
 * An answer is kept whole: each EB with all that stands below it, as it came.
 * What it means is worked out when it is shown. A failed check is an answer
 * too, but never one that takes the place of an older one. 005010X279A1.
 */
#ifndef EHR_ELIG_H
#define EHR_ELIG_H

#include "ehr/access.h"
#include "ehr/x12.h"

enum {
	MAX_ELIG_FILE = 64 << 20, /* bytes of a file of answers */
	MAX_ELIG_PARTS = 20000,	  /* segments about one person */
	MAX_ELIG_DIAGNOSES = 8,   /* of an inquiry (HI) */
	ELIG_EB = 14,		  /* elements of an EB, from 1 */
};

/* ---- one answer ---- */

enum elig_state { ELIG_FAILED, ELIG_UNCLEAR, ELIG_INACTIVE, ELIG_ACTIVE };
const char *elig_state_name(enum elig_state s);

/* Why a check failed, the most urgent first (AAA03). */
enum elig_class {
	ELIG_SETUP,	/* who we are is not known or not enough there */
	ELIG_FIX,	/* what we asked with is wrong or missing */
	ELIG_AMBIGUOUS,	/* several are meant */
	ELIG_NOT_FOUND,
	ELIG_BENEFIT,	/* the kind or date of service */
	ELIG_RETRY,	/* later */
	ELIG_OTHER,
	ELIG_NO_CLASS
};
const char *elig_class_name(enum elig_class c); /* "not-found" */
/* Of a reason, AAA03; what the reason says, in own short words, or NULL. */
enum elig_class elig_class_of(struct str reason);
const char *elig_reason_text(struct str reason);

struct elig_eb {
	uint64_t segment;	  /* in its file */
	struct str raw;
	struct str v[ELIG_EB + 1]; /* v[1]: EB01 ...; empty when not there */
};
struct elig_part {
	size_t eb;	/* of which EB, from 1; 0: of the person */
	char loop[8];
	struct str raw;
};
struct elig_aaa {
	char loop[8];
	struct str valid, reason, follow;
};
/* All texts are the arena's. */
struct elig_answer {
	struct arena mem;
	const char *kind;	/* 271, 999, TA1 */
	uint64_t segment;	/* where it begins in its file */
	bool dependent;		/* it is about one, not the subscriber */
	struct x12_sep sep;
	struct str reference;	/* BHT03 */
	struct str trace[8];	/* TRN02, ours and others' */
	size_t traces;
	uint32_t isa, gs;	/* of a TA1 or 999: what it refuses */
	struct str st;		/* the same; "": all of the group */
	struct elig_eb *eb;
	struct elig_part *part;
	struct elig_aaa *aaa;
	size_t ebs, parts, aaas, eb_cap, part_cap, aaa_cap;
};
#define ELIG_ANSWER_INIT ((struct elig_answer){ .mem = ARENA_INIT })
#define ELIG_ANSWER_AUTO EHR_CLEANUP(elig_answer_release) struct elig_answer
void elig_answer_release(struct elig_answer *a);
/* Element i of a segment kept as raw, component or all of it (part 0). */
struct str elig_el(const struct elig_answer *a, struct str raw, size_t i,
    size_t part);
/* The first part behind from (NULL: the first of all) of an EB (0: of the
 * person) with that id and, unless NULL, that first element; NULL. */
const struct elig_part *elig_part(const struct elig_answer *a, size_t eb,
    const struct elig_part *from, const char *id, const char *first);
/* Whom it is about: the NM1 of the dependent or the subscriber, and what else
 * stands in that loop; NULL. */
const struct elig_part *elig_person(const struct elig_answer *a,
    const char *id, const char *first);
/* "20260131" as "2026-01-31"; false: it is no day. */
bool elig_day(struct str v, struct buf *day);
/* First and last day of a DTP (D8, RD8); to is as from for one day. */
bool elig_period(const struct elig_answer *a, const struct elig_part *dtp,
    struct buf *from, struct buf *to);

/* Active on that day ("YYYY-MM-DD", or "")? Why, for a person, is appended. */
enum elig_state elig_state_of(const struct elig_answer *a, struct str day,
    enum elig_class *class, struct buf *why);
/* When a failed one may be asked again by itself, ms from now, by reason and
 * follow-up of all its AAA; 0: by a person only. tries: before this one. */
int64_t elig_again(const struct elig_answer *a, int64_t tries);

/* ---- reading a file ---- */

/* Calls fn for each person of each 271, and each 999 and TA1 that refuses
 * something; borrowed for the call. Findings of the validator go to the sink.
 * 0; EHR_EREJECT with "file:segment: ..." when it is no X12 from there, or ends
 * too early; what fn returned. */
typedef int elig_answer_fn(void *arg, struct elig_answer *a,
    struct ehr_err *e);
int elig_read(const char *file, struct str text, struct diag_sink *sink,
    elig_answer_fn *fn, void *arg, struct ehr_err *e);

/* ---- writing: rows and resources in one transaction ---- */

#define ELIG_KIND "eligibility" /* of batches, and scope of events */
struct elig_job {
	struct access *a;
	struct batch *b;
	int64_t batch;	/* its number */
	bool changed;	/* else nothing is kept */
	bool undone;	/* elig_undo() wrote what there is */
};
/* Begins; input: what is read, or NULL; undoes: a batch, or 0. The event of the
 * access names whose resources are written. */
int elig_begin(struct elig_job *j, struct access *a, enum audit_action action,
    const char *input, bool bulk, int64_t undoes, struct ehr_err *e);
/* rc: 0: what was written is committed, if something was; else it is rolled
 * back. Returns rc, or why that failed. */
int elig_end(struct elig_job *j, int rc, struct ehr_err *e);

/* Takes inquiries and answers of that batch back by the job, which was begun
 * with it; their resources get tombstones. EHR_ENO: there is nothing of that in
 * it, or later batches built on it, each is told to fn once or more. */
int elig_undo(struct elig_job *j, int64_t of,
    void (*fn)(void *arg, int64_t batch), void *arg, struct ehr_err *e);

/* ---- keeping answers ---- */

struct elig_loaded {
	int64_t answers, benefits, failed;
	int64_t unknown; /* to nothing that we asked */
	bool before;	 /* the file was loaded already */
};
/* All of a file or nothing: rows, and of each answer to an inquiry of ours a
 * CoverageEligibilityResponse. doc: its number. */
int elig_load(struct elig_job *j, const char *file, struct str text,
    struct diag_sink *sink, int64_t *doc, struct elig_loaded *n,
    struct ehr_err *e);

/* A kept answer. Texts are borrowed for the call or until the next one. */
struct elig_row {
	int64_t id, inquiry, patient, coverage, received, again, doc;
	int64_t withdrawn; /* the batch that took it back, or 0 */
	struct str kind, payer, day, state, class, expires;
};
typedef int elig_row_fn(void *arg, const struct elig_row *row,
    struct ehr_err *e);
/* By number; EHR_ENOENT. */
int elig_get(struct store *db, int64_t id, elig_row_fn *fn, void *arg,
    struct ehr_err *e);
/* All of it again; a was empty. */
int elig_read_kept(struct store *db, int64_t id, struct elig_answer *a,
    struct ehr_err *e);
/* The newest of each coverage of a patient (0: of all patients): what counts,
 * the newest that did not fail; failed: the newest that did since. */
int elig_newest(struct store *db, int64_t patient, bool failed,
    elig_row_fn *fn, void *arg, struct ehr_err *e);
/* Answers to nobody we asked about. */
int elig_unknown(struct store *db, elig_row_fn *fn, void *arg,
    struct ehr_err *e);

/* What the payer has otherwise than the record has now: of the Coverage the
 * member id, the group and who the patient is to the subscriber, of the Patient
 * name, birth, gender and address. set: what takes it over, paths of elements
 * as edit_change() has them. Texts are borrowed for the call. */
struct elig_fix {
	const char *name;
	bool coverage; /* of the Coverage, else of the Patient */
	struct str was, value;
	struct elig_set {
		struct str path, value;
	} set[3];
	size_t sets;
};
typedef int elig_fix_fn(void *arg, const struct elig_fix *f,
    struct ehr_err *e);
int elig_fixes(struct record *r, const struct elig_answer *a,
    const struct elig_row *row, elig_fix_fn *fn, void *arg,
    struct ehr_err *e);

/* ---- asking ---- */

struct elig_asking {
	struct str day;		   /* of service, YYYY-MM-DD */
	struct str today;	   /* the same of today */
	struct str payer;	   /* key, or "": all */
	struct str provider;	   /* key, or "": the first that bills */
	const struct str *service; /* service types, or "HC:99213" */
	size_t services;
	struct str place;	   /* of service, two digits, or "" */
	const struct str *diagnosis; /* ICD-10-CM without dots, of procedures */
	size_t diagnoses;	   /* at most MAX_ELIG_DIAGNOSES */
	bool again;		   /* what is known or asked already, too */
	bool together;		   /* all of a receiver in one file */
};
/* An inquiry that was made (id > 0), or why none was (a static text). */
struct elig_asked {
	int64_t id, patient, coverage, outgoing;
	struct str payer; /* key, or "" */
	const char *why;
};
typedef int elig_asked_fn(void *arg, const struct elig_asked *q,
    struct ehr_err *e);
/* Makes inquiries for each coverage of each patient that is active on the day,
 * and the files they go in, and of each a CoverageEligibilityRequest. Left out
 * is what has an answer that counts, is asked already, or failed in a way that
 * asking again does not mend. */
int elig_ask(struct elig_job *j, const struct elig_asking *o,
    const int64_t *patient, size_t n, elig_asked_fn *fn, void *arg,
    struct ehr_err *e);

/* A file that was made. Texts are borrowed for the call. */
struct elig_out {
	int64_t id, made, placed, inquiries;
	struct str name, receiver; /* setup.key */
	struct str text;
};
typedef int elig_out_fn(void *arg, const struct elig_out *o,
    struct ehr_err *e);
/* Those of a batch, in order. */
int elig_outs(struct store *db, int64_t batch, elig_out_fn *fn, void *arg,
    struct ehr_err *e);

/* ---- sending: CAQH CORE Connectivity vC2.2.0, or files into a folder ---- */

struct elig_sending {
	const char *url;  /* in the place of the submitter's, or NULL */
	const char *dir;  /* files are put there instead, or NULL */
	int64_t batch;	  /* of elig_ask(): what is not answered of it, whatever
			   * became of it before; 0: all that is due */
};
/* How a file went. Texts are borrowed for the call. */
struct elig_sent {
	int64_t id, batch, inquiries, begun, ended, status, again;
	struct str name, payload, way, fate, code;
	struct elig_loaded got; /* of a send: what was answered */
	const char *message;	/* why it failed, or NULL */
};
typedef int elig_sent_fn(void *arg, const struct elig_sent *s,
    struct ehr_err *e);
/* Sends what is due, a file at a time: that it is going is committed before,
 * what was answered after it, in batches of their own; so a file of which that
 * is not known goes again under the same PayloadID. EHR_ENO: some could not be
 * sent or were not answered; EHR_EUSAGE: the set-up is not enough. */
int elig_send(struct access *a, const struct elig_sending *o,
    elig_sent_fn *fn, void *arg, struct ehr_err *e);
/* The log: every time that a file went, of a batch (0: all). */
int elig_sends(struct store *db, int64_t batch, elig_sent_fn *fn, void *arg,
    struct ehr_err *e);

/* ---- for people ---- */

/* Appends the page of an answer: what counts on its day, the person, dates,
 * who else is named, and all benefits. today: "YYYY-MM-DD". */
void elig_page(const struct elig_answer *a, const struct elig_row *row,
    struct str today, struct buf *b);

/* ---- what a patient would pay ---- */

/* Cents of a procedure, -1: not known. */
struct elig_fee {
	struct str code;
	int64_t allowed;     /* by the payer's contract */
	int64_t charged;     /* by us: the most where allowed is not known */
	struct str schedule; /* of allowed */
};
struct elig_estimating {
	struct str day;	    /* of service, YYYY-MM-DD */
	struct str today;
	struct str service; /* service type (EB03); else the plan's, 30 */
	char network;	    /* Y we are in it, N not, 0 not known */
	const struct elig_fee *fee;
	size_t fees;
};
/* Appends the arithmetic and what it comes to, a range with the reasons where
 * what is said leaves it open. false: it is not known, as the answer does not
 * say active on that day. */
bool elig_estimate(const struct elig_answer *a, const struct elig_row *row,
    const struct elig_estimating *o, struct buf *b);

#endif
