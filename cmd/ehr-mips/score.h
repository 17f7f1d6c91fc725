/* score.h - what the verbs of the MIPS score share. */
#ifndef MIPS_SCORE_H
#define MIPS_SCORE_H

#include "ehr/access.h"
#include "ehr/cli.h"
#include "ehr/quality-score.h"

struct score_opts {
	int64_t year;	/* 0: this one */
	struct cli_list qpp, results, what_if, set;
	bool constants, mvp;
	const char *pathway; /* id of an MVP */
	int entity;	/* enum score_entity */
	const char *tin, *npi, *group, *cehrt, *program;
};
extern struct score_opts score_opts;

/* Of pi and ia. */
struct entry_opts {
	int64_t year;
	const char *from, *to, *on, *who, *note, *evidence;
	bool keep, correct, all;
};
extern struct entry_opts entry_opts;

/* A score being made. */
struct scoring {
	struct cli *c;
	struct access a; /* the record, if there is one */
	bool record;
	struct score_rules *rules;
	struct score_reference *ref;
	struct score_input in;
	char first[11], last[11]; /* of the measures evaluated, else "" */
};

/* Constants, reference files, results; to be closed in any case. */
int scoring_open(struct scoring *x, struct cli *c, struct ehr_err *e);
void scoring_close(struct scoring *x);
#define SCORING_INIT ((struct scoring){ .a = ACCESS_INIT, \
	.in = SCORE_INPUT_INIT })
#define SCORING_AUTO EHR_CLEANUP(scoring_close) struct scoring

/* CMS's files of a year: those of --qpp, else what the record keeps (db may be
 * NULL), else $EHR_QPP. 1 and ref, owned; 0: there are none. */
int score_reference_of(struct score_reference **ref, int year,
    struct store *db, struct ehr_err *e);
/* Prints a fraction, rounded; an absent one as absent. */
void score_print(struct printer *p, struct ratio r, int digits);

int score(struct cli *c, struct ehr_err *e);
int advise(struct cli *c, struct ehr_err *e);
int qpp(struct cli *c, struct ehr_err *e);
int entry_add(struct cli *c, struct ehr_err *e);
int entry_withdraw(struct cli *c, struct ehr_err *e);
int entry_list(struct cli *c, struct ehr_err *e);
int entry_evidence(struct cli *c, struct ehr_err *e);

#endif
