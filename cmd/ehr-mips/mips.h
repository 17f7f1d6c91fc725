/* mips.h - what the files of ehr-mips share. */
#ifndef MIPS_H
#define MIPS_H

#include "ehr/cli.h"
#include "ehr/quality.h"
#include "pool.h"

/* Options of eval. */
struct eval_opts {
	struct cli_list measures, valuesets;
	const char *period, *zone;
	int profiles;	/* enum quality_profiles */
	bool by_patient, episodes;
	int64_t jobs;
};

/* A measure to evaluate, and what came so far. */
struct task {
	struct quality_package *package;
	struct quality_run **run; /* by worker */
	size_t first;		  /* of its counts in struct work */
	uint64_t *total;	  /* by population of all groups */
};

struct job {
	struct cli *c;
	struct task *task;
	size_t tasks, counts;
	unsigned jobs;
	struct quality_patient **patient; /* by worker */
	const struct strmap *shared; /* "Type/id" of no patient -> its place */
	const struct buf *shared_text; /* bodies there, each ended by NUL */
	bool lines;		/* --by-patient as NDJSON */
	struct printer *rows;	/* the same in a table's format */
	uint64_t failed, done;
	struct buf out;
	struct pool *pool;
};

extern struct eval_opts eval_opts;
int eval(struct cli *c, struct ehr_err *e);

/* Feeds the job's pool from the operands; from the record. */
int feed_files(struct job *j, struct ehr_err *e);
int feed_record(struct job *j, struct ehr_err *e);

/* Appends a patient's result as one line of JSON (ehr-measure(5)). */
void line_json(struct buf *b, const struct quality_run *run,
    const struct quality_measure *m, struct str patient, const char *file,
    const struct quality_group_result *r, bool episodes);

#endif
