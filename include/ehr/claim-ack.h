/*
 * claim-ack.h - acknowledgements and answers, taken into the record: TA1, 999
 * (005010X231A1), 277CA (005010X214), 277 (005010X212).
 */
#ifndef EHR_CLAIM_ACK_H
#define EHR_CLAIM_ACK_H

#include "ehr/claim-status.h"

enum { ACK_TEXT_MAX = 256 << 20 }; /* bytes of a file */
#define ACK_BATCH "ack" /* kind of its batches */

struct ack_loaded {
	int64_t answers;	/* to interchanges, sets, claims ... */
	int64_t unmatched;	/* of these, nothing of ours */
	int64_t events;
	bool unchanged;		/* the same text was loaded before */
};
/* Takes a file: the document, an event for each claim that it tells of, what is
 * not known; one batch, all of it or nothing. file: its name, for messages.
 * What differs goes to sink (may be NULL). 0, also for one that was loaded
 * before and not undone; EHR_EREJECT: no X12, cut off, or an answer to nothing
 * of ours (unmatched > 0), which is kept all the same. */
int ack_load(struct access *a, const char *file, struct str text,
    struct diag_sink *sink, struct ack_loaded *loaded, struct ehr_err *e);

/* An answer that is kept; texts are borrowed for the call, .s NULL: none. */
struct ack_row {
	int64_t id, doc, segment, batch, received;
	struct str kind, level, key, code;
	struct str sent;	/* name of the file of ours; .s NULL: none */
	struct str input;	/* name of the file it came in */
};
/* In the order in which they came. */
int ack_each(struct store *db, bool unmatched,
    int (*fn)(void *arg, const struct ack_row *row), void *arg,
    struct ehr_err *e);

/* Takes batch `of` back by batch: its events by opposing ones. The document
 * stays; it may be loaded again. */
int ack_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e);

/* The event that a category of claim status makes. */
enum claim_event_kind ack_category(struct str code);
/* What a status code is about, in a word; NULL: there is none. */
const char *ack_status_word(struct str code);

#endif
