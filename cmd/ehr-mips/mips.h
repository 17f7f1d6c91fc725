/* mips.h - what the files of ehr-mips share. */
#ifndef MIPS_H
#define MIPS_H

#include "ehr/cli.h"
#include "ehr/quality.h"

/* Options of eval. */
struct eval_opts {
	struct cli_list measures, valuesets;
	const char *period, *zone;
	int profiles;	/* enum quality_profiles */
	bool by_patient, episodes;
};

/* A measure to evaluate, and what came so far. */
struct task {
	struct quality_package *package;
	struct quality_run *run;
	uint64_t (*count)[QUALITY_POPULATIONS_MAX]; /* by group */
	uint64_t patients;
};

extern struct eval_opts eval_opts;
int eval(struct cli *c, struct ehr_err *e);

/* Appends a patient's result as one line of JSON (ehr-measure(5)). */
void line_json(struct buf *b, const struct task *t, struct str patient,
    const char *file, const struct quality_group_result *r, bool episodes);

#endif
