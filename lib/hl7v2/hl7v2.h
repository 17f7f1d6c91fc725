/* hl7v2.h - what the parts of the codec share. */
#ifndef HL7V2_HL7V2_H
#define HL7V2_HL7V2_H

#include "ehr/hl7v2.h"

/* Segments and fields of the message at hand; used again for the next one. */
struct parse {
	struct diag_sink *sink;
	const char *file;
	struct hl7v2_seg *seg;
	size_t segs, seg_cap;
	struct str *field; /* of all segments, one after another */
	size_t fields, field_cap;
	struct hl7v2_sep sep; /* of the last header */
	bool told_line_end; /* once a file is enough */
};

/* Fills msg in from its text and line; findings go to the sink. */
void parse_message(struct parse *p, struct hl7v2_msg *msg);
void parse_release(struct parse *p);
/* A finding; path may be NULL. An error makes the message bad. */
void parse_fault(struct parse *p, struct hl7v2_msg *msg, enum diag_id id,
    uint64_t line, const char *path);

/* Bytes of the line end at s[0]: 2 of CRLF, 1 of CR or LF, else 0. */
static inline size_t line_end(struct str s)
{
	if (s.n == 0 || (s.s[0] != '\r' && s.s[0] != '\n'))
		return 0;
	return s.s[0] == '\r' && s.n > 1 && s.s[1] == '\n' ? 2 : 1;
}

/* Sets msg->charset by MSH-18 and the bytes. */
void charset_of(struct parse *p, struct hl7v2_msg *msg);
/* True when each escape sequence in raw is one of 2.7. */
bool escapes_known(const struct hl7v2_msg *msg, struct str raw);

#endif
