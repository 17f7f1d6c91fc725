/* child.h - a program that takes a message: run once, without a shell. */
#ifndef NOTIFY_CHILD_H
#define NOTIFY_CHILD_H

#include "ehr/notify.h"

struct child {
	char *const *argv; /* [0] is the file, absolute; NULL at the end */
	struct str input;  /* its standard input */
	size_t most;	   /* bytes of its output that are kept */
	int timeout_ms;	   /* then it and what it started are killed */
};
struct child_end {
	bool late;	/* it was killed */
	int code;	/* of exit(3); -1: a signal ended it */
	bool whole;	/* all of its output is there */
	struct buf out;
};
#define CHILD_END_INIT ((struct child_end){ .out = BUF_INIT })
#define CHILD_END_AUTO EHR_CLEANUP(child_end_release) struct child_end
void child_end_release(struct child_end *end);

/* The fields program and argument (several) of a transport, NULL behind them;
 * how many they are. */
enum { CHILD_ARGUMENTS = 32 };
size_t child_argv(struct arena *mem, const struct setup_item *i,
    char *argv[CHILD_ARGUMENTS + 2]);

/* Waits for its end, not for that of what it leaves behind. It gets PATH and
 * LC_ALL of ours, HOME, USER, LOGNAME and TZ as they are, no other variable,
 * no open file; what it says on standard error is thrown away, for it may hold
 * patients' data. EHR_EUSAGE: the file cannot be run, nothing was started;
 * EHR_EIO. */
int child_run(const struct child *c, struct child_end *end,
    struct ehr_err *e);

/* What an exit code says of the message (sysexits.h): 0 accepted; of the others
 * those that mean "not taken" for sure; all else is unknown. */
enum notify_fate child_fate(const struct child_end *end);
/* The same with its detail. */
void child_result(const struct child_end *end, struct notify_result *r);

#endif
