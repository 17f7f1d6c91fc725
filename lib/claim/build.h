/* build.h - what the files that build claims share. */
#ifndef CLAIM_BUILD_H
#define CLAIM_BUILD_H

#include "ehr/billing-scrub.h"
#include "ehr/claim-status.h"
#include "impl.h"

enum build_sql_id {
#define X(id, name, text, perm) id,
#include "build.def"
#undef X
};
extern const struct sql build_sql_table[];

static inline struct stmt *build_sql(struct store *db, enum build_sql_id id)
{
	return store_sql(db, &build_sql_table[id]);
}

/* A claim to be sent; owns its texts. */
struct claim_job {
	struct claim_doc doc; /* first: the writer has pointers to it */
	struct charge charge;
	const struct claim_cover *cover;
	int64_t part;
	bool known;	 /* it has a row */
	bool shown;	 /* on paper, as it was sent: nothing is kept */
	char frequency[2], rank[2], place[4];
	char text[4][24];
	struct str original;
	struct arena mem;
	bool bad;
};
struct claim_build_run {
	struct access *a;
	struct store *db;
	const struct claim_build *opt;
	struct setup setup;
	struct scrub scrub;
	struct party party;
	struct claim_who **who; /* of patients, the last one's is at work */
	size_t whos, who_cap;
	struct claim_job **job;
	size_t jobs, job_cap;
	size_t blocked;	 /* charges and claims that are left out */
	int64_t told;	 /* the last one of them */
	bool paper;	/* forms: of claims they are shown, of charges kept */
	int64_t batch;
	struct ledger ledger; /* db NULL: nothing was moved yet */
	char day[11];
	struct batch_counts n;
	struct ehr_err *e;
};

/* Tells that something is not built, and why. */
void claim_blocked(struct claim_build_run *b, const char *what, int64_t id,
    const char *fmt, ...) EHR_PRINTF(4, 5);

/* Numbers and names of claims; their rows and events in a file of ours. */
int claim_names(struct claim_build_run *b, struct claim_file *f);
int claim_rows_add(struct claim_build_run *b, const struct claim_file *f,
    int64_t outgoing);

/* Of jobs, charts and the set-up. */
void claim_build_release(struct claim_build_run *b);

/* pick.c: jobs of all that is to be sent. */
int claim_pick(struct claim_build_run *b);
/* cob.c: what payers before it said. */
int claim_cob(struct claim_build_run *b, struct claim_job *j,
    const struct claim_who *who);
/* outgoing.c: a file kept, and placed when the batch is committed. */
struct claim_made {
	int64_t id, batch, claims, cents;
	struct buf path;
	struct out *out;
};
struct claim_out {
	const char *kind;   /* 837P, 276; three characters end names */
	const char *folder; /* NULL: the submitter's "dir", else "." */
	const struct setup_item *submitter;
	uint32_t isa, gs;
	int64_t now;
};
#define CLAIM_PAPER "1500" /* kind of what is on paper: it has no file */
/* The row alone, in a folder. */
int claim_out_row(struct access *a, const struct claim_out *o,
    struct str folder, struct str text, struct claim_made *m,
    struct ehr_err *e);
int claim_out_keep(struct access *a, const struct claim_out *o,
    struct str text, struct claim_made *m, struct ehr_err *e);
int claim_out_place(struct access *a, struct claim_made *m,
    struct ehr_err *e);
/* The next n control numbers of a row: the last of them. */
int claim_number(struct store *db, const char *name, int64_t n,
    int64_t *last, struct ehr_err *e);

#endif
