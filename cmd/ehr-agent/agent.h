/* agent.h - the verbs of ehr-agent. */
#ifndef EHR_AGENT_H
#define EHR_AGENT_H

#include "ehr/cli.h"
#include "ehr/keys.h"

/* ---- serve.c ---- */

/* Serves what listens at fd until it is told to end (ehr-agent stop, or a
 * signal), then takes the socket away. ready: where is told whether it could
 * begin, as a struct ehr_err, and then closed; -1: nowhere. */
int serve(int fd, int64_t idle, int ready, struct ehr_err *e);
/* The same in a process of its own without a terminal; fails as it does when
 * it cannot begin. */
int serve_apart(int fd, int64_t idle, struct ehr_err *e);

#endif
