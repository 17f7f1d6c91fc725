/* status.c - states of an appointment, and what leads from one to another. */
#include "sched/impl.h"

static const struct {
	const char *name, *filler;
	bool live;
} states[] = {
#define X(id, fhir, v2, live) [SCHED_##id] = { fhir, v2, live },
#include "ehr/sched-status.def"
#undef X
};

static const struct {
	const char *name;
	unsigned from;
	enum sched_status to;
} steps[] = {
#define X(id, verb, from, to) [SCHED_STEP_##id] = { verb, from, SCHED_##to },
#include "ehr/sched-step.def"
#undef X
};

const char *sched_status_name(enum sched_status s)
{
	return states[s].name;
}

const char *sched_filler_status(enum sched_status s)
{
	return states[s].filler;
}

bool sched_live(enum sched_status s)
{
	return states[s].live;
}

enum sched_status sched_status(struct str name)
{
	int s = 0;

	while (s < SCHED_STATES && !str_is(name, states[s].name))
		s++;
	return (enum sched_status)s;
}

const char *sched_step_name(enum sched_step s)
{
	return steps[s].name;
}

enum sched_status sched_step_to(enum sched_step s)
{
	return steps[s].to;
}

bool sched_step_allowed(enum sched_step s, enum sched_status from)
{
	return steps[s].from >> from & 1;
}
