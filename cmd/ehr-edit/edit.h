/* edit.h - what the verbs of ehr-edit share. */
#ifndef EHR_EDIT_TOOL_H
#define EHR_EDIT_TOOL_H

#include "ehr/desk.h"
#include "ehr/fhir.h"

/* Own options; the verbs have some of them each. */
extern const char *opt_json, *opt_draft, *opt_date;
extern int64_t opt_version;

int add_run(struct cli *c, struct ehr_err *e);
int edit_run(struct cli *c, struct ehr_err *e);
int resolve_run(struct cli *c, struct ehr_err *e);
int error_run(struct cli *c, struct ehr_err *e);

#endif
