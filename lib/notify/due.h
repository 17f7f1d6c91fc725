/* due.h - what the files that find what is due share. */
#ifndef NOTIFY_DUE_H
#define NOTIFY_DUE_H

#include "ehr/notify-due.h"
#include "notify/impl.h"

struct finding {
	struct record *r;
	const struct notify_asking *q;
	struct notify_list *l;
	struct str home; /* zone of the practice */
	struct str today; /* there, YYYY-MM-DD */
	int64_t majority;
};

/* The zone of that name, kept by the list; NULL: there is none. */
const struct zone *due_zone(struct notify_list *l, struct str name);
/* Adds an occasion; its slices are kept. */
void due_add(struct finding *x, const struct notify_due *d);
/* A sentence that the list keeps. */
struct str due_text(struct notify_list *l, const char *fmt, ...)
    EHR_PRINTF(2, 3);
/* The next rule about one of these (bits 1 << enum notify_what) that holds
 * today, after i (NULL: the first one); NULL: no more. */
const struct setup_item *due_rule(const struct finding *x, unsigned whats,
    const struct setup_item *i);

/* Occasions of visits. */
int due_visits(struct finding *x, struct ehr_err *e);

/* judge.c: what goes, waits or does not, over what and in which words. */
int due_judge(struct finding *x, struct ehr_err *e);

/* ---- person.c: who is written to, and how ---- */

enum { PERSON_POINTS = 12 };
struct person_point {
	bool phone, text; /* a number; one that takes SMS */
	int64_t rank;
	struct str value; /* E.164 number, or mailbox */
};
struct person {
	int64_t patient;
	const char *not_why; /* static: nobody is to be written to */
	struct str first, name, language;
	struct str who; /* to whom it goes: the patient, a guardian */
	bool minor;
	unsigned denied; /* 1 << channel */
	struct person_point point[PERSON_POINTS]; /* the preferred one first */
	size_t points;
	struct str letter; /* lines of the address, or "" */
	struct str zone;
	const char *zone_by;
};
/* Texts are kept by x->l. */
int person_read(struct finding *x, int64_t patient, struct person *p,
    struct ehr_err *e);
/* The address over a channel, STR_NONE: there is none. */
struct str person_address(const struct person *p, enum notify_channel channel);

#endif
