/*
 * quality-score.h - the MIPS final score (42 CFR 414.1380): constants of a
 * year, CMS's reference files (measures, benchmarks, MVPs), results of
 * measures, and the reckoning, exact, with every step as a line to print.
 *
 * Nothing here knows a record.
 */
#ifndef EHR_QUALITY_SCORE_H
#define EHR_QUALITY_SCORE_H

#include "ehr/json.h"

/* ---- exact fractions ---- */

/* In lowest terms, d > 0; d is 0 when a result did not fit, and stays so. */
struct ratio {
	__int128 n, d;
};
struct ratio ratio(int64_t n, int64_t d);
/* A decimal number of at most 18 digits; false: it is none. */
bool ratio_parse(struct str s, struct ratio *r);
struct ratio ratio_add(struct ratio a, struct ratio b);
struct ratio ratio_sub(struct ratio a, struct ratio b);
struct ratio ratio_mul(struct ratio a, struct ratio b);
struct ratio ratio_div(struct ratio a, struct ratio b); /* by 0: d is 0 */
int ratio_cmp(struct ratio a, struct ratio b);
struct ratio ratio_min(struct ratio a, struct ratio b);
struct ratio ratio_max(struct ratio a, struct ratio b);
/* To so many digits behind the point, halves away from zero. */
struct ratio ratio_round(struct ratio r, int digits);
/* Rounded so for the eye, without zeros at the end. */
void ratio_format(struct buf *b, struct ratio r, int digits);

/* ---- constants of a year ---- */

/* lib/quality/data/score-YEAR.tsv, and what a practice says of itself
 * (lib/quality/data/score-given.def). */
struct score_rule {
	const char *name, *clause, *help;
	struct ratio value; /* d 0: not given */
	bool sure;	    /* confirmed by a source that was at hand */
	bool set;	    /* by score_rules_set() */
	bool given;	    /* of the practice */
};
struct score_rules;

/* EHR_EUSAGE: no constants of that year. */
int score_rules_new(struct score_rules **rules, int year, struct ehr_err *e);
void score_rules_free(struct score_rules *rules);
int score_rules_year(const struct score_rules *rules);
/* "NAME=VALUE"; EHR_EUSAGE: no such name, no number, one out of range. */
int score_rules_set(struct score_rules *rules, struct str set,
    struct ehr_err *e);
/* NULL: there is none of that name. */
const struct score_rule *score_rule(const struct score_rules *rules,
    const char *name);
/* By number, NULL behind the last. */
const struct score_rule *score_rule_at(const struct score_rules *rules,
    size_t i);

/* ---- CMS's reference files ---- */

enum { SCORE_PERCENTILES = 11 }; /* 1, 10, 20 ... 90, 99 */
enum score_category { SCORE_QUALITY, SCORE_PI, SCORE_IA, SCORE_COST };

/* Lists of words are borrowed from the reference. */
struct score_words {
	const struct str *v;
	size_t n;
};
struct score_measure {
	struct str id, title, type, algorithm, objective;
	struct str emeasure;	/* "CMS122v14", or nothing */
	int64_t cms;		/* its number, 0: none */
	int64_t first_year;
	enum score_category category;
	bool inverse, high_priority, required, bonus, proportion, cost;
	struct score_words methods, uncapped; /* methods without the cap */
	struct score_words strata;	      /* names, some empty */
	struct score_words programs, exclusions, substitutes, levels;
};
struct score_benchmark {
	struct str measure, method;
	struct ratio percentile[SCORE_PERCENTILES];
	bool inverse, topped_out, capped; /* capped: topped out by program */
};
struct score_mvp {
	struct str id, title;
	struct score_words quality; /* with those of its foundation */
};
struct score_reference;

struct score_reference *score_reference_new(int year);
void score_reference_free(struct score_reference *ref);
/* Takes measures, benchmarks (those of the year), MVPs or exclusion reasons;
 * what it is the content says; other lists are left out. EHR_EREJECT with the
 * place. */
int score_reference_add(struct score_reference *ref, const char *name,
    struct str json, struct ehr_err *e);
/* A file, or of a folder those named *YEAR.json[.gz]. */
int score_reference_read(struct score_reference *ref, const char *path,
    struct ehr_err *e);
/* By "001", "CMS122", "CMS122v14" or a name that begins so; NULL: none. */
const struct score_measure *score_measure_find(
    const struct score_reference *ref, struct str name);
/* By number, NULL behind the last. */
const struct score_measure *score_measure_at(
    const struct score_reference *ref, size_t i);
/* Never a row of cost or administrative claims; NULL: none. */
const struct score_benchmark *score_benchmark_find(
    const struct score_reference *ref, struct str measure, struct str method);
const struct score_benchmark *score_benchmark_at(
    const struct score_reference *ref, size_t i);
const struct score_mvp *score_mvp_at(const struct score_reference *ref,
    size_t i);
/* Why CMS has no benchmark, as it says; STR_NONE: not said. */
struct str score_no_benchmark(const struct score_reference *ref,
    struct str measure, struct str method);
bool score_has(struct score_words words, struct str word);

/* The method of measures that come from here. */
#define SCORE_EHR "electronicHealthRecord"

/* ---- the ladder ---- */

struct score_step {
	int step;	      /* 1 to 10 */
	struct ratio from, to; /* of the step; of 10 and below 1 only one */
	struct ratio x;	      /* way through it, 0 to below 1 */
	struct ratio points;  /* step + x, x rounded */
};
/* Points of a rate (percent) by percentiles that ascend. */
struct score_step score_ladder(const struct ratio percentile[SCORE_PERCENTILES],
    bool inverse, struct ratio rate, int digits);

/* ---- results ---- */

/* Counts as a proportion has them; the denominator holds exclusions and
 * exceptions too. */
struct score_counts {
	struct str measure, method; /* method STR_NONE: SCORE_EHR */
	struct str stratum;	/* its name, or nothing: then by position */
	uint32_t group;		/* position among those of the measure */
	uint64_t denominator, exclusions, exceptions, numerator;
	uint64_t eligible;	/* for completeness; 0: the denominator */
};
struct score_attest { /* of PI or IA */
	struct str measure;
	bool yes, counts;	/* counts: numerator and denominator */
	uint64_t numerator, denominator;
	int64_t days;		/* 0: not known */
	struct str first, last;	/* what it is of, or nothing */
};
struct score_if { /* --what-if */
	struct str measure;
	struct ratio rate;	/* percent */
};
struct score_input {
	struct arena arena;
	struct score_counts *counts; /* owned */
	struct score_attest *attest;
	struct score_if *what_if;
	size_t n, attests, ifs;
	struct str mvp; /* reported as that value pathway; borrowed */
};
#define SCORE_INPUT_INIT ((struct score_input){ .arena = ARENA_INIT })
void score_input_release(struct score_input *in);
/* Appends; texts are copied. */
void score_input_counts(struct score_input *in, const struct score_counts *c);
void score_input_attest(struct score_input *in, const struct score_attest *a);
/* "CMS130=82.5"; EHR_EUSAGE. */
int score_input_if(struct score_input *in, struct str text,
    struct ehr_err *e);
/* Results as text (ehr-mips-score(7)): own columns, or what eval prints.
 * EHR_EREJECT with the line. */
int score_input_read(struct score_input *in, const char *path,
    struct ehr_err *e);

/* ---- reckoning ---- */

struct score_line {
	const char *part;    /* quality, pi, ia, cost, final */
	struct str item;     /* a measure or what it is */
	struct str how;	     /* the arithmetic */
	struct ratio value;  /* d 0: none */
	struct str clause;   /* of 42 CFR, may be empty */
	bool unsure;	     /* stands on a constant that is */
};
/* What came of a measure. */
struct score_got {
	const struct score_measure *measure;
	const struct score_benchmark *benchmark; /* or NULL */
	struct str method;
	struct ratio rate;   /* d 0: none */
	struct ratio points;
	uint64_t cases;	     /* that the rate is of */
	uint64_t whole;	     /* with exclusions and exceptions */
	bool complete, enough, floored, counted;
	bool outside; /* not of the value pathway that is reported */
};
struct score {
	struct arena arena;
	struct score_line *line; /* owned */
	size_t lines;
	struct score_got *got;	 /* owned; by points, best first */
	size_t measures;
	struct ratio category[4]; /* percent; d 0: not scored */
	struct ratio weight[4];	  /* percent */
	struct ratio final, adjustment; /* points; percent of payments */
};
#define SCORE_INIT ((struct score){ .arena = ARENA_INIT })
void score_release(struct score *s);
/* EHR_EREJECT: a measure that is not of the year, or results that do not fit
 * it: named; no such value pathway. */
int score_reckon(struct score *s, const struct score_rules *rules,
    const struct score_reference *ref, const struct score_input *in,
    struct ehr_err *e);

/* ---- submitting ---- */

/* Who submits: an individual has TIN and NPI, a group a TIN, the others an id
 * of their own. */
enum score_entity { SCORE_INDIVIDUAL, SCORE_GROUP, SCORE_SUBGROUP,
	SCORE_VIRTUAL_GROUP, SCORE_APM };
/* All borrowed. Days are YYYY-MM-DD. */
struct score_submission {
	enum score_entity entity;
	const char *tin, *npi;	/* 9 and 10 digits; NULL: has none */
	const char *id;		/* of a subgroup, virtual group, APM entity */
	const char *cehrt;	/* CMS EHR certification id; NULL: no PI */
	const char *program;	/* "mips", or an id of an MVP */
	const char *first, *last; /* of the measures of quality */
};
/* Appends the submission of a year as JSON: quality, PI and IA, as far as there
 * are any, from counts; what_if is not looked at. EHR_EUSAGE: an identifier is
 * none; EHR_EREJECT: a measure is not of the year or the program. */
int score_submit(struct buf *b, const struct score_rules *rules,
    const struct score_reference *ref, const struct score_input *in,
    const struct score_submission *to, struct ehr_err *e);

#endif
