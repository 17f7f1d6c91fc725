/* message.c - the text of a message as segments and fields. */
#include <ctype.h>
#include <stdlib.h>

#include "hl7v2.h"

void parse_release(struct parse *p)
{
	free(p->seg);
	free(p->field);
}

void parse_fault(struct parse *p, struct hl7v2_msg *msg, enum diag_id id,
    uint64_t line, const char *path)
{
	struct diag d = { .id = id, .file = p->file, .line = line,
		.offset = msg->offset, .path = path };

	diag_emit(p->sink, &d);
	msg->bad = msg->bad || d.severity == DIAG_ERROR;
}

/* ---- the header that tells the delimiters (2.5.4) ---- */

static bool may_delimit(char c)
{
	return c > ' ' && c < 0x7f && !isalnum((unsigned char)c) && c != '"';
}

/* Some senders double the backslash as their language's strings do. */
static bool undouble(struct str *enc, char to[8])
{
	const char *slash = enc->n ? memchr(enc->s, '\\', enc->n) : NULL;

	if (slash == NULL || slash + 1 == str_end(*enc) || slash[1] != '\\' ||
	    enc->n > 6)
		return false;
	memcpy(to, enc->s, enc->n);
	memmove(to + (slash - enc->s), slash + 1,
	    enc->n - (size_t)(slash - enc->s) - 1);
	*enc = (struct str){ to, enc->n - 1 };
	return true;
}

/* The encoding characters behind the field's; false: they tell nothing. */
static bool read_sep(struct hl7v2_sep *sep, struct str enc)
{
	char *const to[] = { &sep->component, &sep->repeat, &sep->escape,
		&sep->sub, &sep->truncation };
	size_t i, k;

	if (enc.n < 2 || enc.n > ARRAY_LEN(to) || !may_delimit(sep->field))
		return false;
	for (i = 0; i < enc.n; i++) {
		if (!may_delimit(enc.s[i]) || enc.s[i] == sep->field)
			return false;
		for (k = 0; k < i; k++)
			if (enc.s[i] == enc.s[k])
				return false;
		*to[i] = enc.s[i];
	}
	return true;
}

/* A trailer tells its field's delimiter alone: the rest is its header's. */
static bool is_trailer(const struct hl7v2_msg *msg)
{
	return msg->text.s[1] == 'T';
}

static void delimiters(struct parse *p, struct hl7v2_msg *msg)
{
	struct str rest = msg->text, enc = STR_NONE;
	const char *end;
	char undoubled[8];

	if (is_trailer(msg)) {
		msg->sep = p->sep;
		msg->sep.field = rest.n > 3 ? rest.s[3] : p->sep.field;
		return;
	}
	if (rest.n > 4) {
		msg->sep.field = rest.s[3];
		enc = (struct str){ rest.s + 4, rest.n - 4 };
		end = memchr(enc.s, msg->sep.field, enc.n);
		enc.n = end ? (size_t)(end - enc.s) : 0;
	}
	if (undouble(&enc, undoubled))
		parse_fault(p, msg, DIAG_HL7V2_DOUBLED, msg->line, "MSH-2");
	if (!read_sep(&msg->sep, enc))
		parse_fault(p, msg, DIAG_HL7V2_DELIMITERS, msg->line, "MSH-2");
	else
		p->sep = msg->sep;
}

/* ---- segments (2.5.2) ---- */

/* Three letters or digits, the first a letter, then a field; capitals may stand
 * alone. */
static bool is_head(const struct hl7v2_sep *sep, struct str s)
{
	bool small = false;

	if (s.n < 3 || isdigit((unsigned char)s.s[0]))
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (!isalnum((unsigned char)s.s[i]))
			return false;
		small = small || islower((unsigned char)s.s[i]);
	}
	return s.n == 3 ? !small : s.s[3] == sep->field;
}

/* Where segments end by CR, an LF before what is no segment is text. */
static bool is_text(const struct hl7v2_sep *sep, bool by_cr, struct str s)
{
	struct str next = { s.s + 1, s.n - 1 };

	return by_cr && s.s[0] == '\n' && next.n && !line_end(next) &&
	    !(next.n > 3 && is_head(sep, next));
}

static void add_field(struct parse *p, struct hl7v2_seg *seg, struct str v)
{
	if (p->fields == p->field_cap) {
		p->field_cap = p->field_cap ? 2 * p->field_cap : 256;
		p->field = xrealloc(p->field, p->field_cap * sizeof(v));
	}
	p->field[p->fields++] = v;
	seg->n++;
}

static void cut_fields(struct parse *p, struct hl7v2_msg *msg,
    struct hl7v2_seg *seg, bool header)
{
	struct str rest = seg->text, part;
	bool more = str_split(&rest, msg->sep.field, &part);

	add_field(p, seg, part); /* the id */
	if (header && more) /* the delimiter is a field, too */
		add_field(p, seg, (struct str){ msg->text.s + 3, 1 });
	while (seg->n <= HL7V2_FIELDS_MAX &&
	    str_split(&rest, msg->sep.field, &part))
		add_field(p, seg, part);
	seg->n--;
	if (rest.s)
		parse_fault(p, msg, DIAG_HL7V2_SIZE, seg->line, seg->id);
}

static void take_segment(struct parse *p, struct hl7v2_msg *msg,
    struct str text, uint64_t line)
{
	struct hl7v2_seg *seg;
	bool small = false;

	if (p->segs == p->seg_cap) {
		p->seg_cap = p->seg_cap ? 2 * p->seg_cap : 32;
		p->seg = xrealloc(p->seg, p->seg_cap * sizeof(*seg));
	}
	seg = &p->seg[p->segs++];
	*seg = (struct hl7v2_seg){ .text = text, .line = line };
	if (!is_head(&msg->sep, text)) {
		parse_fault(p, msg, DIAG_HL7V2_SEGMENT, line, NULL);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		small = small || islower((unsigned char)text.s[i]);
		seg->id[i] = (char)toupper((unsigned char)text.s[i]);
	}
	if (small)
		parse_fault(p, msg, DIAG_HL7V2_SMALL, line, seg->id);
	cut_fields(p, msg, seg, p->segs == 1 && !is_trailer(msg));
}

/* Bytes of the next segment, its end left out; *lines: those within. */
static size_t segment_end(struct parse *p, struct hl7v2_msg *msg,
    struct str rest, bool by_cr, uint64_t line, uint64_t *lines)
{
	size_t i;
	struct str at;

	*lines = 0;
	for (i = 0; i < rest.n; i++) {
		if (rest.s[i] != '\r' && rest.s[i] != '\n')
			continue;
		at = (struct str){ rest.s + i, rest.n - i };
		if (!is_text(&msg->sep, by_cr, at))
			break;
		if (++*lines == 1)
			parse_fault(p, msg, DIAG_HL7V2_LINE_FEED, line, NULL);
	}
	return i;
}

static void cut_segments(struct parse *p, struct hl7v2_msg *msg)
{
	struct str rest = msg->text;
	uint64_t line = msg->line, lines;
	size_t n, end = 0;
	bool by_cr = false;

	while (rest.n && p->segs < HL7V2_SEGMENTS_MAX) {
		n = segment_end(p, msg, rest, by_cr, line, &lines);
		if (n)
			take_segment(p, msg, (struct str){ rest.s, n }, line);
		rest = (struct str){ rest.s + n, rest.n - n };
		end = line_end(rest);
		if (p->segs == 1)
			by_cr = end == 1 && rest.s[0] == '\r';
		if (end && rest.s[end - 1] == '\n' && !p->told_line_end) {
			p->told_line_end = true;
			parse_fault(p, msg, DIAG_HL7V2_LINE_END, line, NULL);
		}
		line += lines + (end > 0);
		rest = (struct str){ rest.s + end, rest.n - end };
	}
	if (rest.n)
		parse_fault(p, msg, DIAG_HL7V2_SIZE, line, NULL);
	else if (end == 0)
		parse_fault(p, msg, DIAG_HL7V2_UNENDED, line, NULL);
}

/* ---- the whole ---- */

/* Of all segments, once the character set is known. */
static void check_escapes(struct parse *p, struct hl7v2_msg *msg,
    const struct hl7v2_seg *seg)
{
	/* MSH-2 is the escape character itself */
	size_t i = seg == msg->seg && !is_trailer(msg) ? 3 : 1;
	BUF_AUTO path = BUF_INIT;

	for (; i <= seg->n; i++) {
		if (escapes_known(msg, seg->field[i]))
			continue;
		buf_reset(&path);
		buf_addf(&path, "%s-%zu", seg->id, i);
		parse_fault(p, msg, DIAG_HL7V2_ESCAPE, seg->line, path.s);
	}
}

void parse_message(struct parse *p, struct hl7v2_msg *msg)
{
	size_t i, at = 0;

	p->segs = p->fields = 0;
	if (msg->kind == HL7V2_OTHER) {
		parse_fault(p, msg, DIAG_HL7V2_NO_HEADER, msg->line, NULL);
		return;
	}
	delimiters(p, msg);
	if (msg->bad)
		return; /* nothing can be told apart */
	cut_segments(p, msg);
	for (i = 0; i < p->segs; i++) {
		p->seg[i].field = p->field + at; /* they do not move any more */
		at += p->seg[i].n + (p->seg[i].id[0] != '\0');
	}
	msg->seg = p->seg;
	msg->n = p->segs;
	charset_of(p, msg);
	for (i = 0; i < msg->n; i++)
		check_escapes(p, msg, &msg->seg[i]);
	if (msg->cut)
		parse_fault(p, msg, DIAG_HL7V2_CUT, msg->line, NULL);
}
