/*
 * notify.h - messages that leave the practice: the outbox, which holds each of
 * them before it is sent, and the transports that take them away.
 *
 * A message is one row of the outbox, known by (rule, subject, occurrence,
 * channel). It is queued; taken by one run, committed as sending; then handed
 * to its transport with its key; what became of it is committed. A run that
 * ended in between left it sending: it goes again under the same key where the
 * transport takes a key once, else it is unknown and stays so until somebody
 * says what became of it.
 */
#ifndef EHR_NOTIFY_H
#define EHR_NOTIFY_H

#include "ehr/access.h"

#define NOTIFY_BATCH "remind" /* kind of its batches */

enum notify_channel {
#define X(id, name) NOTIFY_##id,
#include "ehr/notify-channel.def"
#undef X
	NOTIFY_CHANNELS,
};
const char *notify_channel_name(enum notify_channel c);
/* NOTIFY_CHANNELS: none of that name. */
enum notify_channel notify_channel(struct str name);

/* ---- transports ---- */

/* What a transport is given; borrowed for the call. */
struct notify_message {
	struct str key; /* a UUID, the same each time it is tried */
	enum notify_channel channel;
	struct str to; /* E.164 number; mailbox; lines of an address */
	struct str person; /* who it goes to, or STR_NONE */
	struct str title; /* of a mail or letter: one line; or STR_NONE */
	struct str text; /* plain UTF-8, lines end with \n */
	struct str language; /* BCP 47: "es" */
	int64_t segments; /* of an SMS */
};

enum notify_fate {
	NOTIFY_ACCEPTED, /* the transport has it */
	NOTIFY_TEMPORARY, /* it has not; it may go again */
	NOTIFY_PERMANENT, /* it never will: another channel */
	NOTIFY_UNKNOWN, /* cannot be told: lost, or taken */
};
struct notify_result {
	enum notify_fate fate;
	int64_t again; /* ms: not before (Retry-After), or 0 */
	struct buf id; /* the transport's own, or "" */
	struct buf detail; /* for people, no patient's data: "HTTP 429" */
};
#define NOTIFY_RESULT_INIT ((struct notify_result){ .id = BUF_INIT, \
	.detail = BUF_INIT })
void notify_result_release(struct notify_result *r);
#define NOTIFY_RESULT_AUTO EHR_CLEANUP(notify_result_release) \
	struct notify_result
/* Empties r and sets its fate and detail. */
void notify_result_set(struct notify_result *r, enum notify_fate fate,
    const char *detail);

struct setup_item;

/* A kind of transport. config is the item of the rules (ehr-rules(5)) that
 * makes one of it; it lives as long as self. */
struct notify_way {
	const char *kind; /* "command", the word of its field "kind" */
	/* Is a key taken once, however often it is sent? Without a function:
	 * where config says so (field "idempotent"). */
	bool (*idempotent)(const struct setup_item *config);
	int (*open)(void **self, const struct setup_item *config,
	    struct ehr_err *e);
	/* 0 and r, empty before, filled in. Negative: our own failure before
	 * anything went out; the message is tried again later. */
	int (*send)(void *self, const struct notify_message *m,
	    struct notify_result *r, struct ehr_err *e);
	void (*close)(void *self); /* NULL is fine */
};
/* All, NULL at the end. */
extern const struct notify_way *const notify_ways[];
const struct notify_way *notify_way(struct str kind); /* NULL: none */

/* ---- the outbox ---- */

enum outbox_state {
#define X(id, name) OUTBOX_##id,
#include "ehr/notify-state.def"
#undef X
	OUTBOX_STATES,
};
const char *outbox_state_name(enum outbox_state s);
enum outbox_state outbox_state(struct str name); /* OUTBOX_STATES: none */

/* Slices of what is read are borrowed for the call of a callback. */
struct outbox_row {
	int64_t id;
	struct str rule, subject, occurrence, key;
	enum notify_channel channel;
	int64_t patient;
	int64_t lead; /* the message that speaks for it, or 0 */
	struct str transport; /* key of its item */
	struct str address, person, language, title, body;
	int64_t segments;
	int64_t due, until; /* ms */
	enum outbox_state state;
	int64_t attempts, again, begun, ended; /* ms, or 0 */
	struct str remote, detail; /* or STR_NONE */
	int64_t filed; /* rid of its Communication, or 0 */
	int64_t batch;
};
typedef int outbox_fn(void *arg, const struct outbox_row *row,
    struct ehr_err *e);

/* Queues it, in the transaction of the batch at work: 1 and *id, 0: it is
 * there already, whatever its state. key, batch, state and the times behind
 * until are this function's. */
int outbox_add(struct store *db, int64_t batch, const struct outbox_row *row,
    int64_t *id, struct ehr_err *e);

struct outbox_filter {
	int64_t id; /* one, or 0 */
	int64_t patient; /* or 0 */
	struct str subject; /* or STR_NONE: "Appointment/7" */
	struct str remote; /* or STR_NONE: the transport's own id */
	struct str address; /* or STR_NONE: newest first then */
	enum outbox_state state; /* OUTBOX_STATES: any */
	int64_t since, until; /* ms, of due; until 0: no end */
};
#define OUTBOX_FILTER ((struct outbox_filter){ .state = OUTBOX_STATES })
/* Calls fn by id (with an address from the last one), until it returns
 * non-zero, which is returned. */
int outbox_each(struct store *db, const struct outbox_filter *f,
    outbox_fn *fn, void *arg, struct ehr_err *e);

/* Changes of state, each with those that it speaks for; in a transaction.
 * EHR_ECHANGED: it does not go from its state to that one. */

/* queued -> sending, one attempt more. */
int outbox_begin(struct store *db, int64_t id, int64_t now,
    struct ehr_err *e);
/* sending -> sent, failed, unknown or (temporary) queued until again. */
int outbox_end(struct store *db, int64_t id, const struct notify_result *r,
    int64_t now, struct ehr_err *e);
/* To any state that it may go to, with why in a few words. */
int outbox_put(struct store *db, int64_t id, enum outbox_state state,
    const char *detail, int64_t now, struct ehr_err *e);

/* ---- addresses that nothing goes to ---- */

/* STOP and START of an address (E.164 number, mailbox in lower case): 1, 0: it
 * was so already. In the transaction of the batch at work. What the chart says
 * is beside this (NOTIFY_CONSENT): either alone is enough for nothing to go. */
int notify_stop(struct store *db, int64_t batch, enum notify_channel channel,
    struct str address, int64_t now, struct ehr_err *e);
int notify_start(struct store *db, enum notify_channel channel,
    struct str address, int64_t now, struct ehr_err *e);
int notify_stopped(struct store *db, enum notify_channel channel,
    struct str address, struct ehr_err *e); /* 1, 0 */

/* Consent to be written to: an active Consent of the chart with a category of
 * this system, whose code is a channel or "all"; its provision permits or
 * denies, and of several the one with the latest dateTime counts. */
#define NOTIFY_CONSENT "urn:ehr:contact"
/* Appends such a Consent. patient: "Patient/7". */
void notify_consent_json(struct buf *b, struct str patient,
    enum notify_channel channel, bool permit, int64_t now);

/* +12025550123 of a number as people write it, of the North American plan
 * unless it begins with +; false: it is none (ITU-T E.164). */
bool notify_e164(struct str number, struct buf *b);

#endif
