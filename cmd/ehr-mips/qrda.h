/* qrda.h - what the files of ehr-mips qrda share. */
#ifndef MIPS_QRDA_H
#define MIPS_QRDA_H

#include "ehr/qrda.h"

struct cli;

/* The categories. */
int qrda_one(struct cli *c, struct ehr_err *e);
int qrda_three(struct cli *c, struct ehr_err *e);

/* Adds the sections asked for (--pi, --ia) by what the record keeps of the
 * year; texts go into mem. EHR_ENOENT: it keeps nothing. */
int qrda_answers(struct cli *c, int64_t year, struct arena *mem,
    struct qrda3 *q, struct ehr_err *e);

#endif
