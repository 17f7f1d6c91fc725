/* remind.h - what the files of ehr-remind share. */
#ifndef CMD_REMIND_H
#define CMD_REMIND_H

#include "ehr/cli.h"
#include "ehr/notify-due.h"

extern const struct cli_opt due_opts[];
int due_run(struct cli *c, struct ehr_err *e);

#endif
