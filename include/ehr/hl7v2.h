/*
 * hl7v2.h - HL7 version 2.1 to 2.8 messages in ER7, the form with delimiters
 * (HL7 v2.5.1 chapter 2).
 *
 * Pure codec: bytes to segments, fields, repetitions, components and
 * subcomponents, and back. It knows no message and no segment but the headers
 * that frame them. A file may hold one message or many, bare, in blocks of the
 * Minimal Lower Layer Protocol or in batches (FHS BHS ... BTS FTS), and is read
 * as a stream. A faulty message does not hide the next one.
 */
#ifndef EHR_HL7V2_H
#define EHR_HL7V2_H

#include "ehr/base.h"

enum {
	HL7V2_MESSAGE_MAX = 16 << 20, /* bytes of a message */
	HL7V2_SEGMENTS_MAX = 65536,   /* segments of a message */
	HL7V2_FIELDS_MAX = 1024,      /* fields of a segment */
	HL7V2_INDEX_MAX = 9999,	      /* a number in a path */
};

/* ---- reading ---- */

/* MSH-1 and MSH-2 (2.5.4); 0: the message has none of these. */
struct hl7v2_sep {
	char field, component, repeat, escape, sub;
	char truncation; /* from version 2.7 on */
};

/* MSH-18 (table 0211), or what stands for it. */
enum hl7v2_charset { HL7V2_ASCII, HL7V2_UTF8, HL7V2_LATIN1 };

struct hl7v2_seg {
	char id[4];		 /* "PID", in capitals */
	const struct str *field; /* field[1] to field[n]: raw; of a header,
				  * field[1] is the delimiter itself */
	size_t n;
	struct str text; /* without its end */
	uint64_t line;	 /* of the file, from 1; each CR, LF or CRLF ends one */
};

enum hl7v2_kind {
	HL7V2_MESSAGE, /* MSH and what follows */
	HL7V2_BATCH,   /* one of FHS, BHS, BTS, FTS */
	HL7V2_OTHER,   /* text without a header; never without a finding */
};

/* What comes next in a file. All of it is borrowed until the next
 * hl7v2_next(). */
struct hl7v2_msg {
	enum hl7v2_kind kind;
	bool bad; /* it had an error: nothing in it is to be relied upon */
	bool cut; /* the file ends before the block or batch around it does */
	struct hl7v2_sep sep;
	enum hl7v2_charset charset;
	const struct hl7v2_seg *seg; /* seg[0] is the header */
	size_t n;
	struct str text;   /* from the header to the last segment's end */
	struct str raw;	   /* text and its frame; raw after raw is the file */
	uint64_t number;   /* of messages (MSH) in the file, from 1 */
	uint64_t line, offset; /* of the first byte of text */
};

struct hl7v2;

/* in and sink (NULL: findings are dropped) stay the caller's and are borrowed
 * until it is freed. Findings have diag.line and diag.path = the place
 * ("PID[1]-5"), never a value. Reads nothing yet. */
struct hl7v2 *hl7v2_new(struct in *in, struct diag_sink *sink);
void hl7v2_freep(struct hl7v2 **x);
#define HL7V2_AUTO EHR_CLEANUP(hl7v2_freep) struct hl7v2
/* 1 and the next message or batch segment; 0 at the end, raw is then what was
 * left. EHR_EREJECT: a message over HL7V2_MESSAGE_MAX, or faulty gzip: there is
 * no next one. EHR_EIO. */
int hl7v2_next(struct hl7v2 *x, struct hl7v2_msg *msg, struct ehr_err *e);
/* At the end: a block or batch was not closed (MLLP; 2.10.3). What is whole
 * but wrong is not truncated. */
bool hl7v2_truncated(const struct hl7v2 *x);

/* ---- places ---- */

/* "PID-5.1", "SCH-11[2].4", "OBX[3]-5[1].2.1": segment[which]-field
 * [repetition].component.subcomponent. Numbers count from 1; without one the
 * first segment or repetition is meant, and the whole field or component. */
struct hl7v2_path {
	char seg[4];
	unsigned nth, field, repeat, component, sub; /* 0: the whole */
};
bool hl7v2_path(struct str s, struct hl7v2_path *p);

/* The nth segment (from 1) of this id, NULL when there are fewer. */
const struct hl7v2_seg *hl7v2_find(const struct hl7v2_msg *msg,
    const char *id, unsigned nth);
/* Raw text at a place of a segment; STR_NONE where nothing is. repeat from 1;
 * component and sub 0 mean the whole. */
struct str hl7v2_at(const struct hl7v2_msg *msg, const struct hl7v2_seg *seg,
    unsigned field, unsigned repeat, unsigned component, unsigned sub);
/* The same by a path, which has to be one: "PID-3[2].1". */
struct str hl7v2_get(const struct hl7v2_msg *msg, const char *path);
/* Repetitions of a field: 0 when it is empty. */
unsigned hl7v2_repeats(const struct hl7v2_msg *msg,
    const struct hl7v2_seg *seg, unsigned field);
/* "" in quotes: what is to be taken away (2.5.3); STR_NONE is not known. */
static inline bool hl7v2_null(struct str raw)
{
	return str_is(raw, "\"\"");
}

/* ---- values ---- */

/* Appends raw as UTF-8 text: escape sequences undone (2.7), the character set
 * too, the first leaf where raw has components (2.6: a receiver that knows
 * fewer takes the first). Formatting becomes line ends or nothing. False: an
 * escape sequence or bytes were kept as they stand. */
bool hl7v2_text(const struct hl7v2_msg *msg, struct str raw, struct buf *b);
/* DTM or TS, DT (2.A.22): YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]. False
 * when it is none. */
bool hl7v2_time(struct str raw, struct date *d);

/* ---- writing ---- */

/* Segments into a buffer. Empty fields, repetitions and components at the end
 * of a segment are left out. Values are UTF-8 text and are escaped; a message
 * with more than ASCII says UNICODE UTF-8 in MSH-18. */
struct hl7v2_writer {
	struct buf *b;
	struct hl7v2_sep sep;
	size_t kept; /* where the segment ends without empty ones */
};
#define HL7V2_WRITER(buf) { (buf), { '|', '^', '~', '\\', '&', 0 }, 0 }
/* The next segment begins; of MSH, FHS and BHS fields 1 and 2 are written. */
void hl7v2_begin(struct hl7v2_writer *w, const char *id);
/* The next field, repetition, component, subcomponent: its first value. */
void hl7v2_put(struct hl7v2_writer *w, struct str v);
void hl7v2_put_repeat(struct hl7v2_writer *w, struct str v);
void hl7v2_put_part(struct hl7v2_writer *w, struct str v);
void hl7v2_put_sub(struct hl7v2_writer *w, struct str v);
void hl7v2_end(struct hl7v2_writer *w);
/* Appends v escaped: what hl7v2_text() takes back. sep->escape is not 0. */
void hl7v2_escape(const struct hl7v2_sep *sep, struct buf *b, struct str v);

#endif
