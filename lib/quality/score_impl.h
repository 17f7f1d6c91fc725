/* score_impl.h - what the files of the reckoning share. */
#ifndef EHR_SCORE_IMPL_H
#define EHR_SCORE_IMPL_H

#include "ehr/quality-score.h"

/* The score at work. */
struct reckon {
	struct score *s;
	const struct score_rules *rules;
	const struct score_reference *ref;
	const struct score_input *in;
	const struct score_mvp *mvp; /* that is reported, or NULL */
	const char *part;
	struct str clause; /* of the line to come, */
	bool unsure;	   /* and whether it stands on what is not sure */
	struct ehr_err *e;
};

/* Value of a constant, which the next line then stands on. The name is made
 * as by printf. */
struct ratio score_use(struct reckon *k, const char *name, ...)
    EHR_PRINTF(2, 3);
/* The next line does not stand on what was used so far. */
static inline void score_drop(struct reckon *k)
{
	k->clause = STR("");
	k->unsure = false;
}
/* Is it given and not 0? */
bool score_said(struct reckon *k, const char *name);
/* Adds a line with its arithmetic. */
void score_say(struct reckon *k, struct str item, struct ratio value,
    const char *how, ...) EHR_PRINTF(4, 5);
/* A number as text, of the arena. */
const char *score_num(struct reckon *k, struct ratio r);

/* Results of one measure by one method. */
struct score_rows {
	const struct score_measure *m;
	struct str method;
	const struct score_counts **row; /* in the score's arena */
	size_t n;
	const struct score_if *what_if;
};
/* Sorts the results of k->in by measure and method; list has room for all.
 * EHR_EREJECT: they are of no measure of the year, or do not fit. */
int score_gather(struct reckon *k, struct score_rows *list, size_t *n);
/* Has the measure several rates? */
bool score_multi(const struct score_measure *m);
/* Are there results for each stratum, and no others? */
int score_strata(struct reckon *k, const struct score_rows *r);
const struct score_counts *score_stratum(const struct score_rows *r, size_t i);
struct score_counts score_sum(const struct score_rows *r);

/* Of answers to PI and IA: known, of the right kind, not contradictory. */
int score_check_answers(struct reckon *k);

/* Appends all of a file, 64 MiB at most. */
int score_read_file(const char *path, struct buf *text, struct ehr_err *e);

/* Each category: its percent in s->category, lines in s. */
int score_quality(struct reckon *k);
int score_pi(struct reckon *k);
int score_ia(struct reckon *k);

/* The answer to a measure of PI or IA; NULL: none. */
const struct score_attest *score_answer(const struct reckon *k,
    struct str measure);
/* Was anything of that category reported? */
bool score_reported(const struct reckon *k, enum score_category c);

#define SCORE_NONE ((struct ratio){ 0, 0 })

#endif
