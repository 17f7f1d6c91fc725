/* elig-days.h - whom a verb is about: operands, or who has an appointment. */
#ifndef ELIG_DAYS_H
#define ELIG_DAYS_H

#include "ehr/access.h"
#include "ehr/cli.h"

struct patients {
	int64_t *v;
	size_t n, cap;
};
void patients_release(struct patients *p);
/* Patients of the operands, or with a day ("YYYY-MM-DD") those who have an
 * appointment on it, each once. */
int patients_of(struct cli *c, struct access *a, const char *day,
    struct patients *p, struct ehr_err *e);
/* "today", "tomorrow" or a date (NULL: today) as days. */
int days_of(const struct cli *c, const char *word, struct buf *day,
    struct buf *today, struct ehr_err *e);

#endif
