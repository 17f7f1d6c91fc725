/*
 * notify-due.h - what is to go out at a time, why, and why not.
 *
 * Occasions come from appointments. Each is looked at in turn: is
 * it of use still, may and can the person be written to, over what, is it a
 * time of the day for it, was there enough already. Those of a
 * rule that go to one address at once are one message.
 */
#ifndef EHR_NOTIFY_DUE_H
#define EHR_NOTIFY_DUE_H

#include "ehr/notify-rules.h"
#include "ehr/sched.h"

enum notify_verdict {
	NOTIFY_GOES,  /* now */
	NOTIFY_WAITS, /* not before due.when */
	NOTIFY_NOT,   /* never, as things are */
};
/* Slices live as long as the list. */
struct notify_due {
	const struct setup_item *rule;
	enum notify_what what;
	int64_t patient;
	struct str subject; /* "Appointment/7" */
	struct str occurrence; /* "3d 2026-11-30T14:00Z" */
	int64_t at, until; /* ms: due then, of no use from then on */
	int64_t start; /* of the visit, or 0 */
	struct str clock; /* zone of the visit */
	struct str provider, type, place; /* of the visit, or "" */

	enum notify_verdict verdict;
	struct str why; /* in a few words, no patient's data */
	int64_t when; /* ms: when it may go */
	enum notify_channel channel;
	const struct setup_item *transport;
	struct str address, person, first, language;
	struct str zone; /* the patient's */
	const char *zone_by; /* "extension", "address", "practice" */
	size_t lead; /* number of the one whose message says this, too; its
		      * own when it has one */
	struct str title, body;
	int64_t segments;
};
struct notify_list {
	struct arena mem;
	struct setup rules;
	struct notify_due *v; /* by patient, then time */
	size_t n, cap;
	struct zones *zones; /* that were opened */
};
#define NOTIFY_LIST_INIT ((struct notify_list){ .mem = ARENA_INIT, \
	.rules = NOTIFY_RULES_INIT })
void notify_list_release(struct notify_list *l);
#define NOTIFY_LIST_AUTO EHR_CLEANUP(notify_list_release) struct notify_list

struct notify_asking {
	int64_t now; /* ms */
	bool test; /* test patients too */
};
/* Fills l, which was empty. Leaves no event: who shows any of it touches the
 * patients. */
int notify_find_due(struct record *r, const struct notify_asking *q,
    struct notify_list *l, struct ehr_err *e);

#endif
