/*
 * claim-status.h - what became of claims: events, and the state they lead to.
 *
 * A claim has no column of its state. Whatever is heard of it is one more row
 * of claim_event, and the state follows from these rows by tables
 * (claim-state.def, claim-event.def, claim-source.def):
 *
 * - a submission begins anew: only events of the newest one count, and those
 *   of none that came after it was made;
 * - of these the one with the highest rank of source, then the last one;
 * - what a payer says of one line, or tells nothing of the state, does not
 *   count; a 999 that refuses a line refuses its claim;
 * - an event is taken back by another one that names it (undoes): neither
 *   counts.
 */
#ifndef EHR_CLAIM_STATUS_H
#define EHR_CLAIM_STATUS_H

#include "ehr/access.h"

enum claim_class {
	CLAIM_CLASS_OPEN,
	CLAIM_CLASS_WAITING,
	CLAIM_CLASS_WORK,
	CLAIM_CLASS_CLOSED,
	CLAIM_CLASSES
};
enum claim_state {
#define X(id, name, class, help) CLAIM_STATE_##id,
#include "ehr/claim-state.def"
#undef X
	CLAIM_STATES,
	CLAIM_STATE_NONE = CLAIM_STATES
};
enum claim_event_kind {
#define X(id, name, state, help) CLAIM_EVENT_##id,
#include "ehr/claim-event.def"
#undef X
	CLAIM_EVENT_KINDS
};
enum claim_source {
#define X(id, name, rank) CLAIM_SOURCE_##id,
#include "ehr/claim-source.def"
#undef X
	CLAIM_SOURCES
};

const char *claim_class_name(enum claim_class c);
const char *claim_state_name(enum claim_state s);
const char *claim_state_help(enum claim_state s);
enum claim_class claim_state_class(enum claim_state s);
const char *claim_event_name(enum claim_event_kind k);
const char *claim_source_name(enum claim_source s);
/* By name; of words that a later version wrote CLAIM_EVENT_NOTED, and
 * CLAIM_SOURCE_BUILD, which decide nothing. */
enum claim_event_kind claim_event_of(struct str name);
enum claim_source claim_source_of(struct str name);
/* "rejected,work": names of states and classes, by commas, as bits 1 << state;
 * false: another word. */
bool claim_states_parse(struct str words, unsigned *states);

/* ---- events ---- */

/* One row of claim_event. Texts are borrowed, .s NULL: none; numbers 0: none.
 * To add one id, time and batch need not be given. */
struct claim_event {
	int64_t id, claim, submission;
	enum claim_event_kind kind;
	enum claim_source source;
	struct str day;		/* YYYY-MM-DD, of effect */
	int64_t time;		/* ms, when it came into the record */
	int64_t doc, segment;	/* where it was read */
	struct str category;	/* STC01-1, or the code of a TA1, 999, CLP02 */
	struct str status;	/* STC01-2 */
	struct str entity;	/* STC01-3 */
	int64_t line;		/* charge_line.id */
	struct str place;	/* "2300/CLM05-3": what is meant of the claim */
	int64_t cents;
	bool has_cents;
	struct str payer_claim;	/* the payer's own number of it */
	struct str note;
	int64_t undoes;		/* the event that it takes back */
	int64_t batch;
};

/* Adds one to the batch, in its transaction; *id may be NULL. */
int claim_event_add(struct store *db, const struct claim_event *ev,
    int64_t batch, int64_t *id, struct ehr_err *e);
/* Takes all events of a batch back that still count, by opposing ones in the
 * batch `by`; each one's patient is touched (access_set_touch()). *n counts
 * them. */
int claim_event_undo(struct access *a, int64_t batch, int64_t by, int64_t *n,
    struct ehr_err *e);

/* ---- the state ---- */

/* What the events of a claim come to. Texts are borrowed from the events. */
struct claim_now {
	enum claim_state state;
	int64_t submission;	/* the newest one; 0: in none */
	int64_t sent;		/* ms when it was made; 0: in none */
	bool heard;		/* 277CA, 277 or 835 told of this submission */
	const struct claim_event *by; /* the event that decides; NULL: none */
	struct str payer_claim;	/* the last one told; .s NULL: none */
};
/* Of the n events of one claim in the order of their ids; pure. */
void claim_state_of(const struct claim_event *ev, size_t n,
    struct claim_now *now);
/* The state alone. 0; EHR_ENOENT: no such claim. */
int claim_state(struct store *db, int64_t claim, enum claim_state *state,
    struct ehr_err *e);

/* A claim as a list has it; texts are borrowed for the call. */
struct claim_row {
	int64_t claim, patient, charge, cents;
	struct str payer, rank, day; /* day: of the first service */
	struct claim_now now;
	struct str clm01;	/* of the newest submission; .s NULL: none */
	int64_t outgoing;	/* the file that it is in; 0: none */
	const struct claim_event *ev; /* all of its events */
	size_t n;
};
typedef int claim_row_fn(void *arg, const struct claim_row *row);
struct claim_filter {
	unsigned states;	/* 1 << state; 0: all */
	const char *payer;	/* NULL: all */
	int64_t sent_before;	/* ms: sent before it; 0: whenever */
	bool unheard;		/* nothing of the claim itself was told */
	int64_t claim;		/* this one alone; 0: all */
};
/* Claims in the order of their numbers; what fn returns, below 0, ends it. */
int claim_each(struct store *db, const struct claim_filter *f,
    claim_row_fn *fn, void *arg, struct ehr_err *e);
/* Finds a claim by its number, or by CLM01 of a submission. EHR_ENOENT. */
int claim_find(struct store *db, struct str name, int64_t *claim,
    struct ehr_err *e);

#endif
