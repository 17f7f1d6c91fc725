/* score.h - what the verbs of the MIPS score share. */
#ifndef MIPS_SCORE_H
#define MIPS_SCORE_H

#include "ehr/cli.h"
#include "ehr/quality-score.h"

struct score_opts {
	int64_t year;	/* 0: this one */
	struct cli_list qpp, results, what_if, set;
	bool constants;
};
extern struct score_opts score_opts;

/* A score being made. */
struct scoring {
	struct cli *c;
	struct score_rules *rules;
	struct score_reference *ref;
	struct score_input in;
};

/* Constants, reference files, results; to be closed in any case. */
int scoring_open(struct scoring *x, struct cli *c, struct ehr_err *e);
void scoring_close(struct scoring *x);
#define SCORING_AUTO EHR_CLEANUP(scoring_close) struct scoring

/* Prints a fraction, rounded; an absent one as absent. */
void score_print(struct printer *p, struct ratio r, int digits);

int score(struct cli *c, struct ehr_err *e);

#endif
