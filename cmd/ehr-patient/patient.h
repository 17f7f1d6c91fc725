/* patient.h - what the verbs of ehr-patient share. */
#ifndef EHR_PATIENT_TOOL_H
#define EHR_PATIENT_TOOL_H

#include "ehr/desk.h"
#include "ehr/fhir.h"
#include "ehr/identity.h"

extern const char *opt_json, *opt_draft;
extern int64_t opt_version, opt_min;

int new_run(struct cli *c, struct ehr_err *e);
int edit_run(struct cli *c, struct ehr_err *e);

int merge_run(struct cli *c, struct ehr_err *e);
int unmerge_run(struct cli *c, struct ehr_err *e);
int duplicates_run(struct cli *c, struct ehr_err *e);

#endif
