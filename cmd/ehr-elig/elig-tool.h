/* elig-tool.h - what the files of ehr-elig share. */
#ifndef ELIG_TOOL_H
#define ELIG_TOOL_H

#include "ehr/desk.h"
#include "ehr/elig.h"

/* ---- ask.c ---- */

extern const char *ask_for, *ask_date, *ask_payer, *ask_provider,
    *ask_services, *ask_place, *ask_diagnoses;
extern bool ask_again, ask_batch;
int ask_run(struct cli *c, struct ehr_err *e);

/* ---- send.c ---- */

extern const char *send_url, *send_dir;
int send_run(struct cli *c, struct ehr_err *e);
int sent_run(struct cli *c, struct ehr_err *e);

/* ---- load.c, status.c, show.c, apply.c, undo.c ---- */

int load_run(struct cli *c, struct ehr_err *e);
extern const char *status_for;
extern bool status_unknown;
int status_run(struct cli *c, struct ehr_err *e);
int apply_run(struct cli *c, struct ehr_err *e);
int show_run(struct cli *c, struct ehr_err *e);

int undo_run(struct cli *c, struct ehr_err *e);

/* ---- estimate.c ---- */

extern const char *estimate_codes, *estimate_service, *estimate_place,
    *estimate_date;
extern int estimate_network;
int estimate_run(struct cli *c, struct ehr_err *e);

#endif
