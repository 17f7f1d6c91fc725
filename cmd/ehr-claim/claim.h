/* claim.h - what the files of ehr-claim share. */
#ifndef EHR_CLAIM_H
#define EHR_CLAIM_H

#include "ehr/cli.h"

/* ---- x12.c: X12 files as they are, without a record ---- */

int x12_check(struct cli *c, struct ehr_err *e);
int x12_show(struct cli *c, struct ehr_err *e);
int x12_get(struct cli *c, struct ehr_err *e);
extern int64_t x12_control; /* number of the first answer */
int x12_ack(struct cli *c, struct ehr_err *e);

#endif
