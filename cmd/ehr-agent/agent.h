/* agent.h - the verbs of ehr-agent. */
#ifndef EHR_AGENT_H
#define EHR_AGENT_H

#include "ehr/cli.h"
#include "ehr/keys.h"

/* ---- serve.c ---- */

/* Serves what listens at fd until it is told to end (ehr-agent stop, or a
 * signal), then takes the socket away. */
int serve(int fd, int64_t idle, struct ehr_err *e);
/* The same in a process of its own without a terminal. */
int serve_apart(int fd, int64_t idle, struct ehr_err *e);

#endif
