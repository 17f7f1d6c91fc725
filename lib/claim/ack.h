/* ack.h - what the files that read acknowledgements share. */
#ifndef CLAIM_ACK_IMPL_H
#define CLAIM_ACK_IMPL_H

#include "claim/status.h"
#include "ehr/billing-ledger.h"
#include "ehr/claim-ack.h"
#include "ehr/x12.h"

/* ---- ack_sent.c: a file that we sent, as it was kept ---- */

/* A claim in it. */
struct sent_claim {
	int64_t submission, claim, patient, cents;
	struct str clm01, st;	/* of the arena */
	uint64_t segment;	/* of its CLM, in the file */
	uint64_t end;		/* one past its last segment */
	uint32_t hl[3];		/* places of its levels in hl[], from 1 */
	struct str npi;		/* NM109 of 2010AA */
	bool named;		/* a fault of it was told; of the set at hand */
};
/* A level: its own segments, before claims and lower levels. */
struct sent_hl {
	uint64_t segment, end;
	struct str npi;
};
struct sent_set {
	struct str st, reference; /* ST02, BHT03 */
	uint64_t segment, head;	/* of its ST; one past its heading */
};
struct sent {
	int64_t id, isa, gs, claims, cents;
	struct str kind, name, receiver, from, group_from; /* ISA06, GS02 */
	struct arena mem;
	struct buf text;
	struct x12_sep sep;
	uint64_t *at;		/* offset of each segment, from 1 */
	size_t n_at, cap_at;
	struct sent_claim *claim;
	size_t n;
	struct sent_hl *hl;
	size_t n_hl, cap_hl;
	struct sent_set *set;
	size_t n_set, cap_set;
};

/* The file by a number or name of its own; 1, 0 there is none. *sent is owned
 * by the caller. */
int sent_by_id(struct store *db, int64_t id, struct sent **sent,
    struct ehr_err *e);
int sent_by_isa(struct store *db, int64_t isa, struct sent **sent,
    struct ehr_err *e);
/* Of a functional group: id "HC" and GS06, and to whom the answer is addressed
 * (ISA08, GS03), for such numbers are small. */
int sent_by_gs(struct store *db, struct str group, int64_t gs,
    const struct str to[2], struct sent **sent, struct ehr_err *e);
/* By BHT03 of a set. */
int sent_by_reference(struct store *db, struct str reference,
    struct sent **sent, struct ehr_err *e);
void sent_free(struct sent *f); /* NULL is allowed */

const struct sent_set *sent_set(const struct sent *f, struct str st);
const struct sent_set *sent_set_called(const struct sent *f,
    struct str reference);
/* Segment number of the file (from 1) without its terminator; STR_NONE. */
struct str sent_segment(const struct sent *f, uint64_t number);
/* Element i of its text, 0 is the id. */
struct str sent_element(const struct sent *f, struct str seg, int i);
/* Does what stands at that segment belong to the claim: itself, or a level or
 * heading above it? */
bool sent_covers(const struct sent *f, const struct sent_claim *c,
    uint64_t segment);
/* REF*6R of the service line that the segment is in, 0: of none. */
int64_t sent_line(const struct sent *f, const struct sent_claim *c,
    uint64_t segment);

/* ---- ack_load.c: a file as it is loaded ---- */

struct ack_reader;
struct loading {
	struct access *a;
	struct store *db;
	const char *file;
	struct diag_sink *sink;
	struct ack_loaded *loaded;
	int64_t doc, batch;
	struct ledger ledger; /* db NULL: nothing was moved yet */
	char day[11];
	struct ack_reader *reader;
	struct ehr_err *e;
};
/* Keeps what an answer says of something; outgoing 0: nothing of ours, which
 * is told. */
struct ack_answer {
	const char *kind, *level;
	struct str key, code;
	uint64_t segment;
	int64_t outgoing;
};
int ack_keep(struct loading *l, const struct ack_answer *x);
/* Adds an event of a patient's claim. */
int ack_event(struct loading *l, struct claim_event *ev, int64_t patient);
void ack_diag(struct loading *l, enum diag_id id, uint64_t segment,
    const char *place);
/* "20260131" or "260131" as a day in text; the first one of the texts that is
 * a date, else "". */
struct str ack_day(struct str text, char day[11]);
/* As much of a value as fits, terminated. */
void ack_copy(char *to, size_t size, struct str v);

/* ---- readers: one for each kind of set, told of each of its segments ---- */

/* Where the answer came from: of its envelope, kept for the set. */
struct ack_from {
	struct str to[2];	/* ISA08, GS03 */
	struct str day;		/* of the group, else of the interchange */
	const struct x12_sep *sep;
};

/* ack_999.c */
struct ack_999;
struct ack_999 *ack_999_new(struct loading *l);
void ack_999_free(struct ack_999 *r);
int ack_999_take(struct ack_999 *r, const struct x12_seg *seg,
    const struct ack_from *from);
int ack_ta1(struct loading *l, const struct x12_seg *seg,
    const struct ack_from *from);

/* ack_277.c: both */
struct ack_277;
struct ack_277 *ack_277_new(struct loading *l);
void ack_277_free(struct ack_277 *r);
int ack_277_take(struct ack_277 *r, const struct x12_seg *seg,
    const struct ack_from *from);

#endif
