/* note.h - what the verbs of ehr-note share. */
#ifndef EHR_NOTE_TOOL_H
#define EHR_NOTE_TOOL_H

#include "ehr/desk.h"
#include "ehr/edit-note.h"
#include "ehr/fhir.h"

extern const char *opt_type, *opt_encounter, *opt_template, *opt_title;
extern int64_t opt_from, opt_to;

int new_run(struct cli *c, struct ehr_err *e);
int edit_run(struct cli *c, struct ehr_err *e);
int sign_run(struct cli *c, struct ehr_err *e);
int amend_run(struct cli *c, struct ehr_err *e);
int addendum_run(struct cli *c, struct ehr_err *e);
int cosign_run(struct cli *c, struct ehr_err *e);
int list_run(struct cli *c, struct ehr_err *e);
int show_run(struct cli *c, struct ehr_err *e);
int diff_run(struct cli *c, struct ehr_err *e);

#endif
