/* audit-tool.h - the verbs of ehr-audit and what they share. */
#ifndef EHR_AUDIT_TOOL_H
#define EHR_AUDIT_TOOL_H

#include "ehr/access.h"
#include "ehr/audit-sign.h"
#include "ehr/cli.h"

/* A verb that reads events: the record opened, the reading itself in the log
 * (scope: the verb) before anything is shown. */
int audit_tool_open(struct cli *c, struct access *a, struct ehr_err *e);
/* The same for the events of one patient. */
int audit_tool_patient(struct cli *c, struct access *a, const char *name,
    int64_t *patient, struct ehr_err *e);
/* Each event of a patient, those of charts merged into theirs too, in order,
 * until fn returns non-zero. */
int audit_tool_each_of(struct access *a, struct audit_filter f,
    int64_t patient, int (*fn)(void *arg, const struct audit_row *row),
    void *arg, struct ehr_err *e);
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

/* ---- disclose.c ---- */
extern const struct cli_opt audit_disclose_opts[], audit_disclosures_opts[],
    audit_suspend_opts[];
int audit_disclose(struct cli *c, struct ehr_err *e);
int audit_disclosures(struct cli *c, struct ehr_err *e);
int audit_suspend(struct cli *c, struct ehr_err *e);

/* ---- requests.c ---- */
extern const struct cli_opt audit_requests_add_opts[],
    audit_requests_close_opts[], audit_requests_extend_opts[],
    audit_requests_step_opts[], audit_requests_note_opts[];
int audit_requests_add(struct cli *c, struct ehr_err *e);
int audit_requests_close(struct cli *c, struct ehr_err *e);
int audit_requests_extend(struct cli *c, struct ehr_err *e);
int audit_requests_review(struct cli *c, struct ehr_err *e);
int audit_requests_reopen(struct cli *c, struct ehr_err *e);
int audit_requests_note(struct cli *c, struct ehr_err *e);
/* Operand 0 as the number of a request. */
int audit_requests_id(const struct cli *c, int64_t *id, struct ehr_err *e);
/* A day of an option, NULL: today; not one to come. */
int audit_requests_day(struct cli *c, const char *option, const char *text,
    int64_t *day, struct ehr_err *e);
void audit_requests_put_day(struct printer *p, int64_t day);

/* ---- request-list.c ---- */
extern const struct cli_opt audit_requests_list_opts[];
int audit_requests_list(struct cli *c, struct ehr_err *e);
int audit_requests_show(struct cli *c, struct ehr_err *e);

/* ---- export.c ---- */
extern const struct cli_opt audit_export_opts[];
int audit_export(struct cli *c, struct ehr_err *e);

/* ---- review.c ---- */
extern const struct cli_opt audit_review_opts[];
int audit_review(struct cli *c, struct ehr_err *e);

/* ---- verify.c ---- */
int audit_tool_verify(struct cli *c, struct ehr_err *e);

/* ---- sign.c ---- */

/* Who signs, and the record. */
struct signing {
	struct signer *signer;
	struct store *db;
};
#define SIGNING_AUTO EHR_CLEANUP(audit_tool_signed) struct signing

/* Opens the signer of that file, NULL: of $EHR_SIGNER. */
int audit_tool_signer(struct cli *c, const char *path, struct signer **s,
    struct ehr_err *e);
void audit_tool_signed(struct signing *s);

extern const struct cli_opt audit_signer_opts[], audit_signer_new_opts[],
    audit_publish_opts[];
int audit_signer_new(struct cli *c, struct ehr_err *e);
int audit_signer_show(struct cli *c, struct ehr_err *e);
int audit_checkpoint(struct cli *c, struct ehr_err *e);
int audit_witness(struct cli *c, struct ehr_err *e);
int audit_publish(struct cli *c, struct ehr_err *e);

/* ---- proof.c ---- */
extern const struct cli_opt audit_check_opts[];
/* That the log in db continues the checkpoint of --against, if given. */
int audit_tool_against(struct cli *c, struct store *db, struct ehr_err *e);
int audit_prove(struct cli *c, struct ehr_err *e);
int audit_consistency(struct cli *c, struct ehr_err *e);
int audit_verify_proof(struct cli *c, struct ehr_err *e);

#endif
