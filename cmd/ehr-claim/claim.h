/* claim.h - what the files of ehr-claim share. */
#ifndef CMD_CLAIM_H
#define CMD_CLAIM_H

#include "ehr/billing-charge.h"
#include "ehr/cli.h"

/* ---- x12.c: X12 files as they are, without a record ---- */

int x12_check(struct cli *c, struct ehr_err *e);
int x12_show(struct cli *c, struct ehr_err *e);
int x12_get(struct cli *c, struct ehr_err *e);
extern int64_t x12_control; /* number of the first answer */
int x12_ack(struct cli *c, struct ehr_err *e);

/* ---- status.c: what became of claims ---- */

extern const struct cli_opt status_list_opts[], ack_list_opts[];
/* "30d", "4w" (NULL: no limit): *before is the first moment that is too late,
 * *now the end of today. EHR_EUSAGE. */
int status_age(struct cli *c, const char *age, int64_t *before, int64_t *now,
    struct ehr_err *e);
extern const struct cli_opt status_ask_opts[];
int status_ask(struct cli *c, struct ehr_err *e); /* ask.c */
int status_list(struct cli *c, struct ehr_err *e);
int status_history(struct cli *c, struct ehr_err *e);
int ack_load_verb(struct cli *c, struct ehr_err *e);
int ack_list(struct cli *c, struct ehr_err *e);

/* ---- charge*.c ---- */

extern bool charge_correct; /* --correct */
extern const struct cli_opt charge_add_opts[], charge_list_opts[],
    charge_import_opts[];
int charge_import(struct cli *c, struct ehr_err *e);
int charge_add_verb(struct cli *c, struct ehr_err *e);
int charge_list(struct cli *c, struct ehr_err *e);
int charge_show(struct cli *c, struct ehr_err *e);
int charge_void_verb(struct cli *c, struct ehr_err *e);
int charge_fields(struct cli *c, struct ehr_err *e);
extern const struct cli_opt charge_visit_opts[], charge_missing_opts[];
int charge_from(struct cli *c, struct ehr_err *e);
int charge_missing(struct cli *c, struct ehr_err *e);
/* The day at ms in the process's zone, in which options are. */
void claim_day(char to[11], int64_t ms);
/* --since and --until as days, "" without. */
void charge_days(const struct cli *c, struct buf *since, struct buf *until);

/* ---- ledger.c, period.c, remit.c ---- */

extern const struct cli_opt ar_opts[], ledger_list_opts[];
int ledger_ar(struct cli *c, struct ehr_err *e);
int ledger_list(struct cli *c, struct ehr_err *e);
int period_open(struct cli *c, struct ehr_err *e);
int period_close(struct cli *c, struct ehr_err *e);
int period_list(struct cli *c, struct ehr_err *e);
int period_verify(struct cli *c, struct ehr_err *e);
extern const struct cli_opt remit_post_opts[], remit_list_opts[];
int remit_post_verb(struct cli *c, struct ehr_err *e);
int remit_list(struct cli *c, struct ehr_err *e);

/* ---- codes.c ---- */

extern const struct cli_opt codes_load_opts[];
int codes_load(struct cli *c, struct ehr_err *e);
int codes_list(struct cli *c, struct ehr_err *e);

/* ---- build.c ---- */

extern const struct cli_opt build_opts[];
int build_verb(struct cli *c, struct ehr_err *e);
/* The claims that are named, kept by c; *claims is 0 where none is. */
int build_claims(struct cli *c, int64_t **claim, size_t *claims,
    struct ehr_err *e);

/* ---- form.c ---- */

extern const struct cli_opt form_opts[];
int form_verb(struct cli *c, struct ehr_err *e);

/* ---- scrub.c ---- */

extern const struct cli_opt scrub_opts[];
int scrub_verb(struct cli *c, struct ehr_err *e);

/* ---- undo.c ---- */

int claim_undo(struct cli *c, struct ehr_err *e);

/* ---- setup.c ---- */

int setup_load(struct cli *c, struct ehr_err *e);
int setup_dump(struct cli *c, struct ehr_err *e);
int setup_diff(struct cli *c, struct ehr_err *e);
int setup_fields_of(struct cli *c, struct ehr_err *e);

/* ---- fees.c ---- */

extern const struct cli_opt fees_rvu_opts[], fees_list_opts[],
    fees_find_opts[];
int fees_load(struct cli *c, struct ehr_err *e);
int fees_rvu(struct cli *c, struct ehr_err *e);
int fees_list(struct cli *c, struct ehr_err *e);
int fees_find(struct cli *c, struct ehr_err *e);

#endif
