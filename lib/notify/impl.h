/* impl.h - what the files of messages share. */
#ifndef NOTIFY_IMPL_H
#define NOTIFY_IMPL_H

#include "ehr/notify-rules.h"

/* The first message behind number after that may go now, none that another
 * one speaks for. */
int outbox_queued(struct store *db, int64_t now, int64_t after,
    outbox_fn *fn, void *arg, struct ehr_err *e);
/* The first one that a run took and did not bring to an end. */
int outbox_left(struct store *db, outbox_fn *fn, void *arg, struct ehr_err *e);

/* ---- rules.c ---- */

/* The first transport by key that takes the channel, or NULL. */
const struct setup_item *notify_transport(
    const struct setup *s, enum notify_channel channel);

/* ---- text.c: what messages say ---- */

/* Fields that may be merged in: {{first}}. */
enum text_field {
#define X(id, name, help) TEXT_##id,
#include "text-field.def"
#undef X
	TEXT_FIELDS,
};
struct text_facts {
	struct str v[TEXT_FIELDS];
};
/* Are all fields of the line known, and each of them closed? */
bool text_check(struct str line);
/* The words of a rule over a channel in a language, with the facts merged in:
 * title (of mails and letters) and body. Values lose control characters; a
 * title is one line. Returns the segments of an SMS, else 1. */
int64_t text_make(const struct setup *s, const struct setup_item *rule,
    enum notify_channel channel, struct str language,
    const struct text_facts *facts, struct buf *title, struct buf *body);
/* How many SMS a text is (3GPP TS 23.038: 160 of its 7 bit letters, 153 each
 * of several; else 70 and 67 of UCS-2). */
int64_t text_segments(struct str text);

/* ---- when.c: days and times in words ---- */

/* "Monday, November 30" as the language has it; others as 2026-11-30. */
void when_day(struct buf *b, const struct date *d, struct str language);
void when_weekday(struct buf *b, const struct date *d, struct str language);
/* "2:30 PM", "14:30" */
/* "Monday, November 30 at 2:30 PM" */
void when_visit(struct buf *b, const struct date *d, struct str language);
void when_time(struct buf *b, const struct date *d, struct str language);

#endif
