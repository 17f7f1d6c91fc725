/*
 * x12.h - ASC X12 interchanges (X12.5, X12.6; the HIPAA guides of 005010).
 *
 * Pure codec: bytes to segments and back. The reader streams: a file of any
 * size in flat memory, several interchanges, groups and sets, each interchange
 * with its own delimiters. Positions are numbers of segments from 1, since a
 * file may well be one line.
 */
#ifndef EHR_X12_H
#define EHR_X12_H

#include "ehr/base.h"

enum {
	X12_ISA = 106,		  /* bytes of an interchange header */
	X12_SEGMENT_MAX = 1 << 20, /* bytes of a segment */
	X12_ELEMENTS_MAX = 1024,   /* elements of a segment */
};

/* ---- reading ---- */

/* X12.5 5: bytes 4, 105 and 106 of the ISA, and ISA11 from 00402 on. */
struct x12_sep {
	char element, component, segment;
	char repeat; /* 0: the version has none */
};

/* One segment. All of it is borrowed until the next x12_next(). */
struct x12_seg {
	struct str id;	     /* "CLM" */
	const struct str *v; /* v[1] to v[n]: its elements; v[0] is the id */
	size_t n;
	struct str raw;	     /* with its terminator */
	struct str lead;     /* line ends before it */
	uint64_t number;     /* in the file, from 1 */
	uint64_t offset;     /* of its first byte */
};

struct x12;

/* in stays the caller's and open for as long. Reads nothing yet. */
struct x12 *x12_new(struct in *in);
void x12_free(struct x12 *x); /* NULL is allowed */
#define X12_AUTO EHR_CLEANUP(x12_freep) struct x12
void x12_freep(struct x12 **x);

/* 1 and the next segment; 0 at the end, lead is then what was left.
 * EHR_EREJECT, message in e without the file's name: what comes is no X12 from
 * there on; x12_truncated() tells whether it only ended too early. EHR_EIO. */
int x12_next(struct x12 *x, struct x12_seg *seg, struct ehr_err *e);
bool x12_truncated(const struct x12 *x);
/* Of the interchange being read. */
const struct x12_sep *x12_sep(const struct x12 *x);

/* Element i of a segment, STR_NONE beyond its last; "" was there and empty. */
static inline struct str x12_el(const struct x12_seg *seg, size_t i)
{
	return i <= seg->n ? seg->v[i] : STR_NONE;
}
/* Component i from 1 of an element, STR_NONE beyond its last. */
struct str x12_part(struct str el, char component, size_t i);

/* ---- envelopes: X12.5 (ISA, IEA), X12.6 (GS, GE, ST, SE) ---- */

enum x12_level { X12_INTERCHANGE, X12_GROUP, X12_SET, X12_LEVELS };

/* Where a segment stands. Headers and trailers count as inside. */
struct x12_env {
	/* Which interchange of the file, group of it, set of that: from 1 */
	uint32_t nth[X12_LEVELS];
	uint32_t seg;		      /* of the set, its ST is 1; else 0 */
	char control[X12_LEVELS][16]; /* ISA13, GS06, ST02; "" outside */
	char set[4];		      /* ST01 */
	char guide[36];		      /* ST03, else GS08 */
	const char *loop; /* "2010AA"; "": in none, not known, or no guide */
};

/* ---- checking ---- */

/* Follows the segments of a file and checks what holds for every interchange
 * (headers, trailers, control numbers, counts, characters) and, where there is
 * a table of the set's guide, its loops, segments and elements: order, usage,
 * repeats, types, lengths, codes, syntax notes. A set without one gets a note.
 * Findings have diag.line = the number of the segment, diag.path = loop and
 * element ("2300/CLM05-3"), never a value. */
struct x12_check;
#define X12_CHECK_AUTO EHR_CLEANUP(x12_check_freep) struct x12_check
/* file and sink are borrowed until it is freed; sink may be NULL: it only
 * tells where segments stand. */
struct x12_check *x12_check_new(const char *file, struct diag_sink *sink);
void x12_check_freep(struct x12_check **k);
/* Takes the next segment; where it stands is borrowed until the next call. */
const struct x12_env *x12_check_take(struct x12_check *k,
    const struct x12_seg *seg, const struct x12_sep *sep);
/* The same again, also for what takes findings; all nothing at first. */
const struct x12_env *x12_check_env(const struct x12_check *k);
/* At the end of the file: what was left open. cut: it ended within a segment,
 * which is the finding then. */
void x12_check_end(struct x12_check *k, bool cut);

/* A finding in parts, for who answers in codes. */
struct x12_fault {
	enum diag_id id;
	const char *loop;  /* "" or NULL: none */
	struct str seg;	   /* id of the segment; of what is missing, its own */
	unsigned at, part; /* element, component; 0: the whole */
	bool few;	   /* too short, missing; else too long, too much */
	char type;	   /* of a type: 'D' date, 'T' time, else a number */
	uint64_t number;   /* of the segment in the file; 0: the one at hand */
	uint32_t in_set;   /* the same in its set */
};
/* fn is called with each finding, before the sink. */
void x12_check_on_fault(struct x12_check *k,
    void (*fn)(void *arg, const struct x12_fault *fault), void *arg);

/* ---- writing ---- */

/* Segments into a buffer. Empty elements at a segment's end are left out; a
 * delimiter within a value is not written, and bad says so. */
struct x12_writer {
	struct buf *b;
	struct x12_sep sep;
	size_t kept;	 /* where the segment ends without empty elements */
	uint32_t number; /* segments since the last ST, that being 1 */
	bool bad;
};
#define X12_WRITER(buf) { (buf), { '*', ':', '~', '^' }, 0, 0, false }
/* The next segment begins; then its elements in order. */
void x12_begin(struct x12_writer *w, const char *id);
void x12_put(struct x12_writer *w, struct str v);
void x12_puts(struct x12_writer *w, const char *v); /* NULL: empty */
void x12_putn(struct x12_writer *w, uint64_t n);
/* The next component of the element written last. */
void x12_put_part(struct x12_writer *w, struct str v);
void x12_end(struct x12_writer *w);
/* An ISA: fixed lengths, blanks and zeros filled in (X12.5). Values longer than
 * their place are bad. */
struct x12_isa {
	struct str from[2], to[2]; /* qualifier, id */
	struct str date, time;	   /* YYMMDD, HHMM */
	uint32_t control;	   /* at most 999,999,999 */
	bool ask, test;		   /* ISA14, ISA15 */
};
void x12_put_isa(struct x12_writer *w, const struct x12_isa *isa);

/* ---- answering: 999 (005010X231A1) and TA1 ---- */

/* Writes the answer to what is read: a TA1 for an interchange that is faulty
 * or asks for one, a 999 for each group that is none itself. Nothing is kept
 * of the groups that were answered. */
struct x12_ack;
#define X12_ACK_AUTO EHR_CLEANUP(x12_ack_freep) struct x12_ack
/* Takes the findings of k. Numbers of the interchanges begin at control; now:
 * milliseconds, UTC. */
struct x12_ack *x12_ack_new(struct x12_check *k, uint32_t control,
    int64_t now);
void x12_ack_freep(struct x12_ack **a);
/* After x12_check_take() of the segment. */
void x12_ack_take(struct x12_ack *a, const struct x12_seg *seg);
/* After x12_check_end(). */
void x12_ack_end(struct x12_ack *a);
/* What is ready to be written; the caller empties it when he likes. */
struct buf *x12_ack_text(struct x12_ack *a);
/* Sets, groups and interchanges that were not accepted. */
uint64_t x12_ack_rejected(const struct x12_ack *a);

#endif
