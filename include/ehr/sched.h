/*
 * sched.h - appointments: who comes when to whom, and what is taken by that.
 *
 * An appointment is a FHIR Appointment in the record, a row (struct sched_appt)
 * and the intervals that it holds of resources: "provider:KEY", "room:KEY",
 * "device:KEY". All three, and the audit event, are written in one transaction
 * (struct sched_job). The schema refuses an interval that overlaps another one
 * of the same resource, unless it is booked over it on purpose.
 *
 * Times are UTC milliseconds; a zone is a name of IANA.
 */
#ifndef EHR_SCHED_H
#define EHR_SCHED_H

#include "ehr/edit.h"

#define SCHED_BATCH "appt" /* kind of the batches that change appointments */
#define SCHED_SYSTEM "urn:ehr:schedule" /* of identifiers: keys of the text */
#define SCHED_VISIT "urn:ehr:visit"	/* of codes: types of visits */

enum {
	MAX_SCHED_MS = 86400000, /* of an appointment, buffers too */
	MAX_SCHED_WITH = 16, /* rooms and devices of one */
};

/* ---- states ---- */

enum sched_status {
#define X(id, fhir, v2, live) SCHED_##id,
#include "ehr/sched-status.def"
#undef X
	SCHED_STATES
};
const char *sched_status_name(enum sched_status s); /* "checked-in" */
const char *sched_filler_status(enum sched_status s); /* "Started" */
bool sched_live(enum sched_status s); /* does it take time of anybody? */
/* SCHED_STATES: none of that name. */
enum sched_status sched_status(struct str name);

/* What is done with one: a table of from which states to which. */
enum sched_step {
#define X(id, verb, from, to) SCHED_STEP_##id,
#include "ehr/sched-step.def"
#undef X
	SCHED_STEPS
};
const char *sched_step_name(enum sched_step s);
enum sched_status sched_step_to(enum sched_step s);
bool sched_step_allowed(enum sched_step s, enum sched_status from);

/* ---- reading ---- */

struct sched_appt {
	int64_t id; /* of the row */
	int64_t rid; /* of the Appointment */
	int64_t patient; /* number; 0: nobody's */
	int64_t start, end;
	struct str zone;
	enum sched_status status;
	bool confirmed; /* by the patient */
	struct str type; /* key of the visit type, or "" */
	struct str provider; /* key */
	struct str place; /* key, or "" */
	int64_t series; /* id of the first one of its series, or 0 */
	int64_t sequence; /* of RFC 5545: rises with each change of time,
				 * place or state */
	int64_t made, changed; /* when it was booked, changed last */
	int64_t batch; /* that changed it last */
};
/* Slices of a are borrowed for the call. Returns 0 to go on. */
typedef int sched_fn(void *arg, const struct sched_appt *a,
    struct ehr_err *e);

struct sched_filter {
	int64_t since, until; /* start in [since, until); until 0: no end */
	unsigned states; /* 1U << enum sched_status; 0: all */
	struct str provider, type, place; /* STR_NONE: all */
	int64_t patient; /* number; 0: all */
	int64_t series; /* 0: all */
	int64_t batch; /* that changed them last; 0: all */
	int64_t id; /* of the row alone; 0: all */
};
/* By start, then provider. fn may use every other function, but no other
 * sched_each(). Leaves no event: access_set_...() is the caller's. */
int sched_each(struct record *r, const struct sched_filter *f, sched_fn *fn,
    void *arg, struct ehr_err *e);
/* The appointment of "[SOURCE:]Appointment/ID" or "[SOURCE:]ID"; slices go to
 * mem. EHR_ENOENT: there is none, or it has no row here (an imported one). */
int sched_find(struct record *r, struct str name, struct arena *mem,
    struct sched_appt *a, struct buf *candidates, struct ehr_err *e);
/* The same by the number of its Appointment. */
int sched_get(struct record *r, int64_t rid, struct arena *mem,
    struct sched_appt *a, struct ehr_err *e);

/* ---- slots ----
 *
 * A key says it all: "smith/new/20261126T1400Z/30" is provider, type of visit
 * ("-": none), start (UTC) and minutes. It is looked at again when it is
 * booked. */
struct sched_slot {
	struct str provider, type; /* borrowed from the key; type "": none */
	int64_t start;
	int64_t minutes;
};
bool sched_slot_parse(struct str key, struct sched_slot *s);
void sched_slot_key(const struct sched_slot *s, struct buf *b);

/* ---- what stands in the way ---- */

/* That the resource is taken, by an appointment or a hold. */
struct sched_conflict {
	struct str resource; /* "provider:smith"; borrowed for the call */
	int64_t start, end; /* of what is in the way */
	int64_t rid, hold; /* by which; 0: not one of these */
};
typedef void sched_conflict_fn(void *arg, const struct sched_conflict *c);
/* "provider:smith: taken 2026-11-26T14:00Z to 14:30Z by Appointment/..." */
void sched_conflict_text(struct record *r, const struct sched_conflict *c,
    struct buf *b);

/* ---- writing: a job is one transaction ---- */

struct sched_job {
	struct access *a;
	sched_conflict_fn *conflict; /* or NULL */
	void *arg;
	struct edit_job edit;
	struct arena mem;
	struct sched_new *fresh; /* whose Appointment has no rid yet */
	int64_t batch; /* its number */
	int64_t now;
	bool open, wrote, undone;
	struct batch_counts n; /* appointments, after the end */
};
#define SCHED_JOB_INIT ((struct sched_job){ .edit = EDIT_JOB_INIT, \
	.mem = ARENA_INIT })
#define SCHED_JOB_AUTO EHR_CLEANUP(sched_job_release) struct sched_job

/* Begins the transaction, in which all that stands in the way is known for
 * sure; holds that have expired are gone. EHR_EPERM: no permission schedule.
 * sink takes findings about what is written (may be NULL). */
int sched_begin(struct sched_job *j, struct access *a,
    enum audit_action action, struct diag_sink *sink, struct ehr_err *e);
/* rc: the result so far; 0 or EHR_ENO commits what was written (in a dry run it
 * is rolled back), any other takes all of it back. Returns rc, or why that
 * failed. Nothing written: no batch, no event. */
int sched_end(struct sched_job *j, int rc, struct ehr_err *e);
void sched_job_release(struct sched_job *j);

/* How a resource of the schedule is named in the record. */
struct sched_actor {
	struct str key; /* "provider:smith", "place:main" */
	struct str reference; /* "Practitioner/ID" of the patient's source */
	struct str display, npi; /* all may be STR_NONE */
};
/* What is wanted. Texts are borrowed for the call. */
struct sched_want {
	int64_t patient; /* number */
	int64_t start, end; /* of the visit */
	int64_t before, after; /* ms around it that are taken too */
	struct str zone; /* of the place */
	struct str provider; /* key */
	struct str place, type; /* keys, or STR_NONE */
	const struct str *with; /* "room:2", "device:ecg": n_with of them */
	size_t n_with;
	const struct sched_actor *actor; /* as far as known */
	size_t n_actors;
	struct str id; /* of the Appointment; STR_NONE: a new one */
	struct str comment; /* or STR_NONE */
	struct str identifier, system; /* a name of somebody else's (placer,
				 * filler), or STR_NONE */
	enum sched_status status; /* SCHED_BOOKED, SCHED_PENDING ... */
	bool confirmed;
	bool over; /* though taken: permission overbook, a reason */
	int64_t hold; /* that is turned into it, or 0 */
	int64_t series; /* id of the first one, or 0 */
};
struct sched_done {
	int64_t id; /* of the row */
	struct str name; /* [SOURCE:]Appointment/ID, of the job's memory */
	bool unchanged; /* it was so already */
};
/* Books it: the same patient with the same provider, type, start and end is
 * unchanged. EHR_ENO: something is in the way; all of it has been told to
 * j->conflict, and nothing of this one is written, what the job wrote before
 * is. EHR_EREJECT: an interval that is none; EHR_EPERM: over without
 * permission or reason. */
int sched_book(struct sched_job *j, const struct sched_want *w,
    struct sched_done *done, struct ehr_err *e);
/* Moves one to where w says (patient, id, identifier and status are not looked
 * at, comment STR_NONE leaves it). Errors as above; EHR_ENO too, with a
 * message, when it is over or cancelled. */
int sched_move(struct sched_job *j, const struct sched_appt *a,
    const struct sched_want *w, struct sched_done *done, struct ehr_err *e);

/* Takes a step. by: who wanted it ("patient", "practice", STR_NONE), reason:
 * free text, of a cancellation, or STR_NONE. In the state it leads to already:
 * unchanged. EHR_ENO with a message: not from the state it is in. */
struct sched_stepping {
	enum sched_step step;
	struct str by, reason;
	struct str room; /* SCHED_STEP_ROOM: where to, "room:2"; or
				 * STR_NONE */
};
int sched_step(struct sched_job *j, const struct sched_appt *a,
    const struct sched_stepping *s, struct sched_done *done,
    struct ehr_err *e);

/* Keeps what w says (no patient) until expires; *hold its number. Errors as of
 * sched_book(). */
int sched_hold(struct sched_job *j, const struct sched_want *w,
    struct str slot, int64_t expires, int64_t *hold, struct ehr_err *e);
/* 1: gone; 0: there was none. */
int sched_release(struct sched_job *j, int64_t hold, struct ehr_err *e);
/* The slot of a hold that has not expired: 1; 0: there is none. */
int sched_held(struct record *r, int64_t hold, int64_t now, struct buf *slot,
    struct ehr_err *e);

/* Takes batch of back. EHR_ENO: later batches built on it, or time that it
 * would take again is taken (told to j->conflict). */
int sched_undo(struct sched_job *j, int64_t of,
    int (*built_on)(void *arg, int64_t rid, int64_t by_batch), void *arg,
    struct ehr_err *e);

#endif
