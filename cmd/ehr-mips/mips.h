/* mips.h - what the files of ehr-mips share. */
#ifndef MIPS_H
#define MIPS_H

#include "ehr/access.h"
#include "ehr/cli.h"
#include "ehr/quality.h"
#include "pool.h"

/* Options of all verbs. */
struct mips_opts {
	struct cli_list measures, valuesets;
	const char *period, *zone;
	int64_t steps, memory; /* millions, MiB; 0: as the engine has it */
	int profiles;	/* enum quality_profiles */
	bool by_patient, episodes, all;
	int by;		/* enum quality_by */
	int64_t jobs;
	int population;	/* enum whom */
	const char *bundle;
	int64_t year;	/* of a reference file, or 0 */
	int report;	/* enum quality_report_type */
	struct cli_list periods; /* of compare */
	bool moved, alone;
	int step;	/* months */
	const char *svg;
	struct cli_list documents; /* of a snapshot */
	const char *document, *overrides;
	const char *guids; /* QPP measures-data */
	const char *program, *tin, *npi, *group, *cehrt, *mvp, *practice;
	int64_t category;  /* of QRDA */
	bool pi, ia;
};

/* What a measure says of the patient a worker has at hand. */
struct seen {
	const struct quality_group_result *result;
	const struct quality_code *code; /* supplemental data */
	uint32_t codes;
};

/* A measure to evaluate, and what came so far. */
struct task {
	struct quality_package *package;
	bool owner; /* of the package; else it is the one before's */
	/* By worker, and the last of who feeds them; job_run() leaves all of
	 * it in the first tally. */
	struct quality_run **run;
	struct quality_tally **tally;
	struct seen *seen;
};

enum { JOB_PARTS = 120, JOB_PERIOD = 28, JOB_COLUMNS = 20 };

struct job {
	struct cli *c;
	/* May be NULL: makes periods of the measure's, each a task of its own;
	 * how many (at least 1, at most JOB_PARTS). */
	size_t (*split)(const char *from, const char *to,
	    char period[JOB_PARTS][JOB_PERIOD]);
	struct access a;	/* the record, once job_open() was called */
	struct cli_list names;	/* without -m: what the record keeps */
	struct arena names_mem;
	struct task *task;
	size_t tasks;
	unsigned jobs;
	struct quality_patient **patient; /* likewise */
	const struct strmap *shared; /* "Type/id" of no patient -> its place */
	const struct buf *shared_text; /* bodies, each ended by NUL */
	bool supplement;	/* supplemental data are wanted, too */
	struct str today;	/* next visits are wanted, from then on */
	bool lines;		/* --by-patient as NDJSON */
	bool record;		/* its patients, whatever the operands */
	bool local;		/* offsets are those of the facility's zone */
	bool whole;		/* resources that no measure matches, too */
	bool apart;		/* packages share nothing */
	bool counts;		/* result() needs no more than the counts */
	struct printer *rows;	/* the same in a table's format */
	struct print_col col[JOB_COLUMNS]; /* theirs, see origin_open() */
	uint64_t failed, done;
	struct report *report;	/* of report.c */
	struct by *by;		/* of by.c; NULL: not asked for */
	struct quality_census **census; /* of check-data.c, by worker */
	uint64_t findings;
	uint64_t *moved;	/* of compare.c: patients, by task and group */
	/* May be NULL: before patients of a record are read. */
	int (*opened)(struct job *j, struct access *a, struct ehr_err *e);
	uint64_t audit_size;	/* where the log stood then; 0: no record */
	uint8_t audit_root[MERKLE_HASH];
	/* In a worker: a measure's result; 0, or the patient is left out.
	 * NULL: the tallies are enough. */
	int (*result)(const struct job *j, const struct task *t,
	    unsigned worker, struct work *w);
	/* In order: a patient who was evaluated. May be NULL. */
	int (*take)(struct job *j, struct work *w, struct ehr_err *e);
	struct buf out;
	struct pool *pool;
};

extern struct mips_opts mips_opts;
int eval(struct cli *c, struct ehr_err *e);
int patients(struct cli *c, struct ehr_err *e);
int gaps(struct cli *c, struct ehr_err *e);
int check_data(struct cli *c, struct ehr_err *e);
int report(struct cli *c, struct ehr_err *e);
int compare(struct cli *c, struct ehr_err *e);
int trend(struct cli *c, struct ehr_err *e);
int snapshot_make(struct cli *c, struct ehr_err *e);
int snapshot_list(struct cli *c, struct ehr_err *e);
int snapshot_print(struct cli *c, struct ehr_err *e);
/* Appends the reports of all measures over the record, a line each. */
int report_freeze(struct cli *c, struct buf *text, struct ehr_err *e);
/* Appends a line for each of a file: measure, patient, population, reason. */
int override_lines(struct access *a, const char *path, struct buf *b,
    struct ehr_err *e);
int why(struct cli *c, struct ehr_err *e);
int kept_load(struct cli *c, struct ehr_err *e);
int kept_unload(struct cli *c, struct ehr_err *e);
int kept_list(struct cli *c, struct ehr_err *e);
int qrda(struct cli *c, struct ehr_err *e);
int qrda_read(struct cli *c, struct ehr_err *e);
int qrda_check(struct cli *c, struct ehr_err *e);
int qrda_list(struct cli *c, struct ehr_err *e);

/* Opens the record to change it, with permission admin; in a transaction. */
int mips_begin(struct cli *c, struct access *a, struct ehr_err *e);
/* Commits with the event of what changed; rolls back when scope is empty. */
int mips_end(struct access *a, int rc, const struct buf *scope,
    struct ehr_err *e);

/* Reads and links the packages of -m; without -m the measures that the record
 * keeps, which may be none. */
int job_load(struct job *j, struct ehr_err *e);
/* Opens the record, unless it is open. */
int job_open(struct job *j, struct ehr_err *e);
/* Are patients or measures of the record asked for? */
bool job_needs_record(const struct job *j);
/* Are the patients a record's, not a file's? */
bool job_from_record(const struct job *j);
/* Fills in names, of the record that is open. */
int job_names(struct job *j, struct ehr_err *e);
/* Reads into p and links what name means: a path, or with j's record
 * NAME[|VERSION] of a measure that is kept. EHR_ENOENT: none, or several. */
int job_package(struct job *j, const char *name, struct quality_package *p,
    struct ehr_err *e);
void job_warn(void *cli, const char *text);
/* Evaluates the patients of the operands, else of the record. */
int job_run(struct job *j, struct ehr_err *e);
/* Frees it all; returns rc, or what came of patients left out. */
int job_end(struct job *j, int rc, struct ehr_err *e);

/* Fields and rows travel in work.out; see row_print(). */
void row_field(struct buf *b, struct str s);
void row_count(struct buf *b, uint64_t n);
void row_end(struct buf *b);
/* What the figures of n tasks of one measure, that differ in their periods,
 * were made from: columns of j->rows behind col (in JSON alone), printed by
 * origin_row(), which ends the row; of rows that a worker makes by
 * origin_end(), which ends its row too. origin_note(): with -v. */
int origin_open(struct job *j, const struct print_col *col, size_t n,
    struct ehr_err *e);
int origin_row(struct job *j, const struct task *t, size_t n,
    struct ehr_err *e);
void origin_end(const struct job *j, const struct task *t, size_t n,
    struct buf *row);
void origin_note(const struct job *j, const struct task *t, size_t n);
/* take() of rows: prints each with the patient in front. */
int row_print(struct job *j, struct work *w, struct ehr_err *e);

/* Counts by clinician, facility or taxpayer (enum quality_by); prepares j after
 * job_load(); reads what the record knows of them; prints, frees. */
int by_begin(struct job *j, int what, struct ehr_err *e);
int by_open(struct job *j, struct ehr_err *e);
int by_rows(struct job *j, struct ehr_err *e);
void by_end(struct job *j);

/* In a worker: reads and evaluates a patient of a job. */
void job_patient(void *job, unsigned worker, struct work *w);
/* The same of those in a batch's lines. */
void feed_lines(void *job, unsigned worker, struct batch *b);
/* Feeds the job's pool from the operands; from the record. */
int feed_files(struct job *j, struct ehr_err *e);
int feed_record(struct job *j, struct ehr_err *e);
/* The chart of one patient of the record, "[SOURCE:]ID", as a Bundle. */
int feed_chart(struct job *j, struct str name, struct buf *bundle,
    struct ehr_err *e);

/* Appends a patient's result as one line of JSON (ehr-measure(5)). */
void line_json(struct buf *b, const struct quality_run *run,
    const struct quality_measure *m, struct str patient, const char *file,
    const struct quality_group_result *r, bool episodes);

#endif
