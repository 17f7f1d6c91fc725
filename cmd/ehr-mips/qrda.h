/* qrda.h - what the files of ehr-mips qrda share. */
#ifndef MIPS_QRDA_H
#define MIPS_QRDA_H

#include "ehr/qrda.h"

#include "ehr/quality.h"

struct cli;

/* GUIDs of measures; begin with { .mem = ARENA_INIT }. */
struct guids {
	struct cli *c;
	struct qrda_table *file;   /* of --guids, or NULL */
	struct guids_year *years;  /* those built in, as they are asked for */
	struct arena mem;
};

int guids_open(struct guids *g, struct cli *c, struct ehr_err *e);
void guids_close(struct guids *g);
/* The measures of a year that are built in, or NULL. */
const struct qrda_table *guids_year(struct guids *g, int year);
/* Those of a measure: of --guids, of its package, else built in of the year of
 * its effectivePeriod, else of the day the period begins (from). EHR_EUSAGE:
 * there are none, or for another number of groups. */
int guids_find(struct guids *g, const struct quality_measure *m,
    const char *from, const struct qrda_guids **found, struct ehr_err *e);
/* QRDA's code of a population, or NULL. */
const char *guids_code(enum quality_kind kind);

/* The categories. */
int qrda_one(struct cli *c, struct ehr_err *e);
int qrda_three(struct cli *c, struct ehr_err *e);

/* Adds the sections asked for (--pi, --ia) by what the record keeps of the
 * year; texts go into mem. EHR_ENOENT: it keeps nothing. */
int qrda_answers(struct cli *c, int64_t year, struct arena *mem,
    struct qrda3 *q, struct ehr_err *e);

#endif
