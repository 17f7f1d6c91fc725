/* audit-tool.h - the verbs of ehr-audit and what they share. */
#ifndef EHR_AUDIT_TOOL_H
#define EHR_AUDIT_TOOL_H

#include "ehr/access.h"
#include "ehr/cli.h"

/* A verb that reads events: the record opened, the reading itself in the log
 * (scope: the verb) before anything is shown. */
int audit_tool_open(struct cli *c, struct access *a, struct ehr_err *e);
/* The same for the events of one patient. */
int audit_tool_patient(struct cli *c, struct access *a, const char *name,
    int64_t *patient, struct ehr_err *e);
/* Operand i as a number from 1. */
int audit_tool_seq(const struct cli *c, int i, int64_t *seq,
    struct ehr_err *e);
/* --since and --until. */
struct audit_filter audit_tool_filter(const struct cli *c);

/* ---- log.c ---- */
extern const struct cli_opt audit_log_opts[];
int audit_log(struct cli *c, struct ehr_err *e);
int audit_who(struct cli *c, struct ehr_err *e);
int audit_show(struct cli *c, struct ehr_err *e);

/* ---- report.c ---- */
extern const struct cli_opt audit_report_opts[];
int audit_report(struct cli *c, struct ehr_err *e);

/* ---- verify.c ---- */
int audit_tool_verify(struct cli *c, struct ehr_err *e);
int audit_tool_prove(struct cli *c, struct ehr_err *e);

#endif
