/* patient.h - what the verbs of ehr-patient share. */
#ifndef EHR_PATIENT_TOOL_H
#define EHR_PATIENT_TOOL_H

#include "ehr/cli.h"
#include "ehr/edit.h"
#include "ehr/fhir.h"
#include "ehr/identity.h"

extern const char *opt_json, *opt_draft;
extern int64_t opt_version, opt_min;

int new_run(struct cli *c, struct ehr_err *e);
int edit_run(struct cli *c, struct ehr_err *e);

int merge_run(struct cli *c, struct ehr_err *e);
int unmerge_run(struct cli *c, struct ehr_err *e);
int duplicates_run(struct cli *c, struct ehr_err *e);

int open_record(struct cli *c, struct access *a, enum store_mode mode,
    struct ehr_err *e);
/* Pairs of the operands from first on; "-" stands for lines of standard
 * input. Owned by c. */
int read_pairs(struct cli *c, int first, struct edit_pair **p, size_t *n,
    struct ehr_err *e);
/* The ids that were written, one a line. */
int print_names(struct cli *c, const struct edit_job *j, struct ehr_err *e);

#endif
