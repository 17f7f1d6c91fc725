/*
 * comply-request.h - who asked for data of patients, and until when the
 * practice has to answer: access, amendment and accounting under HIPAA
 * (45 CFR 164.524, 164.526, 164.528), exchange under the rules of information
 * blocking (45 CFR 171). What happens to a request is added to it, step by
 * step; nothing of it is changed later.
 *
 * Days are since 1970-01-01. Business days are Monday to Friday: holidays count
 * too, so that a date is never too late.
 */
#ifndef EHR_COMPLY_REQUEST_H
#define EHR_COMPLY_REQUEST_H

#include "ehr/store.h"

enum request_kind {
#define X(id, ...) REQUEST_##id,
#include "ehr/comply-kind.def"
#undef X
	REQUEST_KINDS
};
enum request_ground {
#define X(id, ...) GROUND_##id,
#include "ehr/comply-ground.def"
#undef X
	REQUEST_GROUNDS
};
enum request_step_kind {
#define X(id, ...) STEP_##id,
#include "ehr/comply-step.def"
#undef X
	REQUEST_STEPS
};
enum request_state {
	REQUEST_OPEN, REQUEST_REVIEW, REQUEST_FULFILLED, REQUEST_PARTLY,
	REQUEST_DENIED, REQUEST_WITHDRAWN, REQUEST_ERROR,
	REQUEST_KEPT /* of a step: as it was */
};
/* Is there something to be done? */
#define REQUEST_WAITS(state) ((state) <= REQUEST_REVIEW)

/* Words with | between, as an option table has them, in the order of the
 * enums; the results are those steps from STEP_FULFIL on. */
#define REQUEST_KIND_WORDS (request_kind_words + 1)
#define REQUEST_GROUND_WORDS (request_ground_words + 1)
#define REQUEST_ASKER_WORDS "patient|representative|provider|payer|app|" \
	"public-health|other"
#define REQUEST_RESULT_WORDS "fulfilled|partly|denied|withdrawn|" \
	"entered-in-error"
extern const char request_kind_words[], request_ground_words[];

struct request_kind_rule {
	const char *name, *clause;
	int days, extension;
	bool business;
};
struct request_ground_rule {
	const char *name, *clause;
	unsigned kinds; /* 1 << enum request_kind */
	bool review, met;
};
extern const struct request_kind_rule request_kinds[REQUEST_KINDS];
extern const struct request_ground_rule request_grounds[REQUEST_GROUNDS];
const char *request_step_name(enum request_step_kind k);
const char *request_state_name(enum request_state s);

enum {
	REQUEST_TEXT = 1000,	/* bytes of a text at most */
	REQUEST_NO_DAY = INT32_MIN,
	REQUEST_INFEASIBLE = 10, /* business days, 45 CFR 171.204(b) */
};

struct request_step {
	enum request_step_kind kind;
	int64_t day;
	int64_t until;	/* of an extension, else REQUEST_NO_DAY */
	int ground;	/* enum request_ground, -1: none */
	struct str text;
	int64_t time;	/* ms */
	struct str user;
};

struct comply_request {
	int64_t id, patient; /* 0: of several patients, or of none yet */
	enum request_kind kind;
	struct str asker;    /* one of REQUEST_ASKER_WORDS */
	struct str who, what, manner;
	int64_t received;
	int64_t time;	     /* ms */
	struct str user;
	/* What came of it, from its steps. */
	enum request_state state;
	bool extended;
	int64_t due; /* the last day; in review the day that was asked for */
	int64_t closed; /* REQUEST_NO_DAY: it is not */
	int ground;
	bool late;   /* it was answered after that day */
	size_t step, steps; /* place and number in comply_requests.step */
};

/* All of a record, by number; texts are in mem. */
struct comply_requests {
	struct arena mem;
	struct comply_request *v;
	size_t n, cap;
	struct request_step *step;
	size_t n_step, cap_step;
};
#define COMPLY_REQUESTS_INIT { .v = NULL }
#define COMPLY_REQUESTS_AUTO \
	EHR_CLEANUP(comply_requests_release) struct comply_requests
void comply_requests_release(struct comply_requests *all);
/* id 0: all. EHR_ENOENT: there is none of that number; EHR_EINTEGRITY: a row
 * says what it cannot. */
int comply_requests_get(struct store *db, int64_t id,
    struct comply_requests *all, struct ehr_err *e);

/* The last day of an answer, without an extension. */
int64_t request_due(enum request_kind kind, int64_t received);
/* The last day for saying in writing that a request is infeasible. */
int64_t request_infeasible_by(int64_t received);

/* Inside a transaction: 1 and its number, 0 and the number of the same one
 * that is there already. EHR_EUSAGE: who asked is missing, or the patient
 * where the kind is about one; a text that is none. What comes of it is not
 * looked at. */
int comply_request_add(struct store *db, const struct comply_request *x,
    int64_t *id, struct ehr_err *e);
/* Inside a transaction: 1 added, 0 it was the last step already. time is not
 * looked at. EHR_ENOENT; EHR_EUSAGE: not in this state, before it was
 * received, no ground or none of this kind, an extension that is not allowed
 * (the second, too late, too long), a review of what has none. */
int comply_request_step(struct store *db, int64_t id,
    const struct request_step *s, struct ehr_err *e);
/* For a purge, inside its transaction: takes away those of a patient.
 * EHR_EPERM: one is open, or less than COMPLY_DOCUMENT_YEARS old. */
int comply_request_drop(struct store *db, int64_t patient, struct ehr_err *e);

#endif
