/*
 * notify-rules.h - when who is written to, over what and in which words, as
 * text (ehr-rules(5)): the form of its items, and what is asked of them.
 */
#ifndef EHR_NOTIFY_RULES_H
#define EHR_NOTIFY_RULES_H

#include "ehr/base-zone.h"
#include "ehr/notify.h"
#include "ehr/setup.h"

#define NOTIFY_RULES_BATCH "rules" /* kind of the batches that change them */

enum {
#define X(id, name, help) NOTIFY_KIND_##id,
#include "ehr/notify-kind.def"
#undef X
	NOTIFY_KINDS,
};
extern const struct setup_form notify_rules;
#define NOTIFY_RULES_INIT SETUP_OF(&notify_rules)

/* What a rule is about: the words of its field "what". */
enum notify_what {
#define X(id, name, help) NOTIFY_ABOUT_##id,
#include "ehr/notify-what.def"
#undef X
	NOTIFY_ABOUTS,
};
const char *notify_what_name(enum notify_what w);
enum notify_what notify_what(struct str name); /* NOTIFY_ABOUTS: none */

/* The item of kind practice; NULL: there is none yet. */
const struct setup_item *notify_practice(const struct setup *s);

/* ---- spans of time: "3d", "2h" ---- */

/* Days, weeks and years are of the calendar: 3d before Monday 10:00 is Friday
 * 10:00 on the clock of the zone, whatever its clocks did in between. Hours and
 * minutes pass. */
struct notify_span {
	int64_t n;
	char unit; /* m h d w y */
};
bool notify_span(struct str s, struct notify_span *span);
/* ms, moved by the span times sign (1, -1) in zone z. A time that the clocks
 * leave out is as RFC 5545 3.3.5 has it. */
int64_t notify_span_move(const struct zone *z, int64_t ms,
    const struct notify_span *span, int sign);

/* Minutes of the day of "08:00"; -1: it is none. */
int notify_clock(struct str s);

#endif
