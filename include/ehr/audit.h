/*
 * audit.h - who did what to whose data: an append-only log whose events are
 * the leaves of a Merkle tree (RFC 6962 2.1), in the record's own file.
 *
 * An event that goes with a change is written in the change's transaction.
 * Reading one patient: the event is committed before the first output byte.
 * Reading a set: `begin` with the scope first, `end` with the patients really
 * touched last; a begin without end counts as its whole scope.
 *
 * Patients are numbers here. Events hold no clinical content and no search
 * terms: names of sections, types and categories only.
 */
#ifndef EHR_AUDIT_H
#define EHR_AUDIT_H

#include "ehr/store.h"

/* ---- the tree: pure, knows no store ---- */

enum {
	MERKLE_HASH = 32,	/* bytes of SHA-256 */
	MERKLE_DEPTH = 64,	/* levels of the deepest tree */
};

/* The complete subtrees of a tree of size leaves, highest first: node[0] is
 * of height i, the highest bit of size; one per bit set. */
struct merkle {
	uint64_t size;
	uint8_t node[MERKLE_DEPTH][MERKLE_HASH];
};
#define MERKLE_INIT ((struct merkle){ 0 })

/* Hash of an inner node. That of a leaf is SHA-256 over 0x00 and its bytes. */
void merkle_node(const uint8_t left[MERKLE_HASH],
    const uint8_t right[MERKLE_HASH], uint8_t out[MERKLE_HASH]);
void merkle_append(struct merkle *m, const uint8_t leaf[MERKLE_HASH]);
void merkle_root(const struct merkle *m, uint8_t out[MERKLE_HASH]);
unsigned merkle_count(uint64_t size); /* subtrees in use: bits of size */

/* Where proofs are made from: the hash of the complete subtree of height
 * level that covers the leaves [index << level, (index + 1) << level). */
typedef int merkle_fn(void *arg, unsigned level, uint64_t index,
    uint8_t out[MERKLE_HASH], struct ehr_err *e);

struct merkle_proof {
	size_t n;
	uint8_t hash[MERKLE_DEPTH + 1][MERKLE_HASH];
};

/* Root of the leaves [start, end), a valid subtree (see below). */
int merkle_range(merkle_fn *fn, void *arg, uint64_t start, uint64_t end,
    uint8_t out[MERKLE_HASH], struct ehr_err *e);
/* That leaf index is in the tree of size leaves (PATH, RFC 6962 2.1.1). */
int merkle_inclusion(merkle_fn *fn, void *arg, uint64_t index, uint64_t size,
    struct merkle_proof *proof, struct ehr_err *e);
/* That the subtree [start, end) is part of the tree of size leaves; with
 * start 0 it is PROOF of RFC 6962 2.1.2. A subtree is valid when start is a
 * multiple of the lowest power of two >= end - start. */
int merkle_consistency(merkle_fn *fn, void *arg, uint64_t start, uint64_t end,
    uint64_t size, struct merkle_proof *proof, struct ehr_err *e);
bool merkle_valid_subtree(uint64_t start, uint64_t end);

/* The verifiers take what somebody else sent: hashes of any length. */
bool merkle_verify_inclusion(uint64_t index, uint64_t size, struct str leaf,
    struct str root, const struct str *proof, size_t n);
/* Leaf index in the subtree [start, end) with this root. */
bool merkle_verify_subtree_inclusion(uint64_t index, uint64_t start,
    uint64_t end, struct str leaf, struct str root, const struct str *proof,
    size_t n);
bool merkle_verify_consistency(uint64_t size1, uint64_t size2,
    struct str root1, struct str root2, const struct str *proof, size_t n);
/* The empty subtree [i, i) has the root of no leaves and needs no proof. */
bool merkle_verify_subtree_consistency(uint64_t start, uint64_t end,
    uint64_t size, struct str root1, struct str root2,
    const struct str *proof, size_t n);

/* ---- the log ---- */

/* What was done. */
enum audit_action {
#define X(id, name) AUDIT_##id,
#include "ehr/audit-action.def"
#undef X
	AUDIT_ACTION_COUNT
};

#define AUDIT_OUTCOMES(X)                                                     \
	X(OK, "ok")                                                           \
	X(REFUSED, "refused")	/* not allowed: nothing was shown or done */  \
	X(FAILED, "failed")	/* broke off: what was touched is named */    \
	X(BEGIN, "begin")	/* a set access began: its scope */

enum audit_outcome {
#define X(id, name) AUDIT_DONE_##id,
	AUDIT_OUTCOMES(X)
#undef X
	AUDIT_OUTCOME_COUNT
};

/* Words that may stand in brackets in front of an event's scope, by commas:
 * "[sensitive] chart". */
#define AUDIT_FLAG_SENSITIVE "sensitive"
#define AUDIT_FLAG_EMERGENCY "break-glass"
/* Has an event this flag? */
bool audit_flagged(struct str scope, const char *flag);

const char *audit_action_name(enum audit_action a);
const char *audit_outcome_name(enum audit_outcome o);
/* The action of that name, or AUDIT_ACTION_COUNT. */
enum audit_action audit_action_find(struct str name);

enum {
	MAX_AUDIT_TEXT = 4096,	  /* bytes of one text of an event */
	MAX_AUDIT_BEHIND = 5000,  /* ms the clock may be behind the log */
};

struct audit_event {
	const char *user;	/* NULL: audit_user() */
	const char *role;	/* what they act as, or NULL */
	const char *tool;	/* "ehr-chart" */
	enum audit_action action;
	enum audit_outcome outcome;
	const char *purpose;	/* --reason, or NULL */
	const char *scope;	/* "problems,meds"; no content; or NULL */
	int64_t batch;		/* that it belongs to, or 0 */
	int64_t pair;		/* seq of the begin that this ends, or 0 */
};

/* Patients first..last. */
struct audit_range {
	int64_t first, last;
};

/* Appends the OS user of this process, from the password database and never
 * from the environment ("uid N" when it has no entry). */
void audit_user(struct buf *name);
/* Appends where that user sits, as the kernel tells it: the machine's name
 * and, with one, the controlling terminal ("desk3 pts/2"). */
void audit_device(struct buf *name);
/* Makes ranges (room for n) of n patient numbers in any order; 0 (nobody) is
 * left out. Returns how many. */
size_t audit_ranges(const int64_t *patient, size_t n, struct audit_range *out);

/* Adds one event at the end, before it one of the clock when that stands
 * MAX_AUDIT_BEHIND ms or more behind the last event (once for each time it was
 * put back). The device is audit_device()'s. The caller's transaction is open:
 * the event stands or falls with what it is about. Ranges in any order,
 * overlaps allowed. seq may be NULL. */
int audit_append(struct store *db, const struct audit_event *ev,
    const struct audit_range *range, size_t n, int64_t *seq,
    struct ehr_err *e);
/* One patient is about to be read: committed when it returns. */
int audit_read_one(struct store *db, const struct audit_event *ev,
    int64_t patient, int64_t *seq, struct ehr_err *e);
/* A set is about to be read; ranges narrow the scope, none means everybody.
 * The event's outcome is set to begin. Committed when it returns. */
int audit_begin_set(struct store *db, const struct audit_event *ev,
    const struct audit_range *range, size_t n, int64_t *seq,
    struct ehr_err *e);
/* Whose data it really was. ev as for the begin, with the outcome. */
int audit_end_set(struct store *db, const struct audit_event *ev,
    int64_t begin, const struct audit_range *range, size_t n, int64_t *seq,
    struct ehr_err *e);

/* ---- reading the log ---- */

/* As it stands in the rows; slices are borrowed for the call. */
struct audit_row {
	int64_t seq, time;
	struct str user, tool, action, purpose, scope, outcome;
	struct str role, device;		/* STR_NONE before they were */
	int64_t batch, pair;			/* 0: none */
	const uint8_t *leaf;			/* MERKLE_HASH bytes */
	const struct audit_range *range;	/* ascending, with gaps */
	size_t n_range;
	int64_t patients;	/* how many the ranges hold */
};

struct audit_filter {
	int64_t patient;	/* 0: all. A begin without end counts as its
				 * scope; a begin with one does not count */
	struct str user;	/* STR_NONE: all */
	struct str action;	/* the same */
	int64_t since, until;	/* ms, [since, until); until 0: no end */
	int64_t from;		/* event number; 0: all */
	const char *flag;	/* AUDIT_FLAG_...; NULL: all */
};

/* Events in order; fn stops by returning non-zero, which is returned. */
int audit_each(struct store *db, const struct audit_filter *f,
    int (*fn)(void *arg, const struct audit_row *row), void *arg,
    struct ehr_err *e);
/* One event with its patients; EHR_ENOENT when there is none. */
int audit_get(struct store *db, int64_t seq,
    int (*fn)(void *arg, const struct audit_row *row), void *arg,
    struct ehr_err *e);
/* The bytes that a leaf hash is taken over (lib/audit/leaf.c), without the
 * 0x00 before them: appended for event seq, checked against its leaf hash. */
int audit_event_bytes(struct store *db, int64_t seq, struct buf *bytes,
    struct ehr_err *e);
/* An event from such bytes, by somebody who has nothing else; slices are
 * borrowed from them, range is NULL although patients counts. False: they are
 * none. */
bool audit_event_parse(struct str bytes, struct audit_row *row);
/* Size and root of the tree as recorded (not recomputed). */
int audit_head(struct store *db, uint64_t *size, uint8_t root[MERKLE_HASH],
    struct ehr_err *e);

/* ---- is it intact? ---- */

enum audit_fault_kind {
	AUDIT_GAP,	/* events missing, or not where they belong */
	AUDIT_LEAF,	/* an event was changed */
	AUDIT_TILE,	/* a completed tile is missing or differs */
	AUDIT_HEAD,	/* the head does not fit the events */
};

struct audit_fault {
	enum audit_fault_kind kind;
	int64_t seq;		/* of the event, or the first of the tile; 0 */
	const char *text;	/* borrowed for the call */
};

enum { MAX_AUDIT_FAULTS = 1000 }; /* reported; the rest is only counted */

/* Recomputes the whole tree from the rows and compares everything that is
 * kept. 0, or EHR_EINTEGRITY with e naming the first fault and how many;
 * fn may be NULL. What it cannot see is a log cut off or made anew from some
 * event on, all hashes included: that takes a root kept elsewhere. */
int audit_verify(struct store *db,
    void (*fn)(void *arg, const struct audit_fault *f), void *arg,
    struct ehr_err *e);

/* ---- proofs from the log ---- */

/* Root when the log had size events; size at most that of the head. */
int audit_root_at(struct store *db, uint64_t size, uint8_t root[MERKLE_HASH],
    struct ehr_err *e);
/* That event seq is in the log of size events. */
int audit_prove_event(struct store *db, int64_t seq, uint64_t size,
    struct merkle_proof *proof, struct ehr_err *e);
/* That the log of size1 events is the beginning of that of size2. */
int audit_prove_growth(struct store *db, uint64_t size1, uint64_t size2,
    struct merkle_proof *proof, struct ehr_err *e);

#endif
