/*
 * read.c - a file as messages and batch segments.
 *
 * A window holds what comes next as a whole: it ends where a line begins with
 * a header (MSH, FHS, BHS, BTS, FTS), at the end of an MLLP block, or where
 * the file ends.
 */
#include <ctype.h>
#include <stdlib.h>

#include "hl7v2.h"

enum { WINDOW = 64 << 10, HEADER = 4, VT = 0x0b, FS = 0x1c };

struct hl7v2 {
	struct in *in;
	struct parse parse;
	char *win; /* [at, len) is not used yet */
	size_t at, len, cap;
	uint64_t base;	/* offset of win[0] in the file */
	uint64_t line;	/* of win[at] */
	uint64_t number; /* messages */
	uint64_t counted[2]; /* messages of the batch, batches of the file */
	bool open[2];	     /* a BHS, an FHS without its trailer */
	bool block;	     /* in an MLLP block */
	bool eof, truncated;
};

struct hl7v2 *hl7v2_new(struct in *in, struct diag_sink *sink)
{
	struct hl7v2 *x = xcalloc(1, sizeof(*x));

	x->in = in;
	x->line = 1;
	x->parse = (struct parse){ .sink = sink, .file = in_name(in),
		.sep = { '|', '^', '~', '\\', '&', 0 } };
	return x;
}

void hl7v2_freep(struct hl7v2 **x)
{
	if (*x == NULL)
		return;
	parse_release(&(*x)->parse);
	free((*x)->win);
	free(*x);
}

bool hl7v2_truncated(const struct hl7v2 *x)
{
	return x->truncated;
}

/* ---- the window ---- */

/* n bytes are there from i on: 1; 0: the file ends before; negative. */
static int want(struct hl7v2 *x, size_t i, size_t n, struct ehr_err *e)
{
	ssize_t got;

	while (x->len < i + n && !x->eof) {
		if (x->len - x->at > HL7V2_MESSAGE_MAX)
			return ehr_fail(e, EHR_EREJECT,
			    "a message of over %d MiB",
			    HL7V2_MESSAGE_MAX >> 20);
		if (x->cap < x->len + WINDOW) {
			x->cap = 2 * x->len + WINDOW;
			x->win = xrealloc(x->win, x->cap);
		}
		got = in_read(x->in, x->win + x->len, WINDOW, e);
		if (got < 0)
			return (int)got;
		x->eof = got == 0;
		x->len += (size_t)got;
	}
	return x->len >= i + n;
}

/* The bytes that were handed out go; only between two messages. */
static void slide(struct hl7v2 *x)
{
	if (x->at < x->len / 2 || x->at == 0)
		return;
	memmove(x->win, x->win + x->at, x->len - x->at);
	x->base += x->at;
	x->len -= x->at;
	x->at = 0;
}

/* ---- where something begins and ends ---- */

static const char headers[][4] = { "MSH", "FHS", "BHS", "BTS", "FTS" };

/* Which header s begins with; ARRAY_LEN(headers): none. */
static size_t header_of(struct str s)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(headers); i++)
		if (s.n >= 3 && memcmp(s.s, headers[i], 3) == 0 &&
		    (s.n == 3 || !isalnum((unsigned char)s.s[3])))
			break;
	return i;
}

static struct str ahead(const struct hl7v2 *x, size_t i, size_t n)
{
	return (struct str){ x->win + i, x->len - i < n ? x->len - i : n };
}

/* A header stands at i: 1, 0, negative. */
static int at_header(struct hl7v2 *x, size_t i, struct ehr_err *e)
{
	int rc = want(x, i, HEADER, e);

	if (rc < 0)
		return rc;
	return header_of(ahead(x, i, HEADER)) < ARRAY_LEN(headers);
}

static void tell(struct hl7v2 *x, enum diag_id id, uint64_t line)
{
	struct hl7v2_msg none = { .kind = HL7V2_OTHER };

	parse_fault(&x->parse, &none, id, line, NULL);
}

/* What stands between messages: line ends, blanks, a byte order mark, the
 * begin of a block, the end of one without a message. Its end in *i. */
static int skip_lead(struct hl7v2 *x, size_t *i, struct ehr_err *e)
{
	int rc;
	char c;

	*i = x->at;
	rc = x->base + x->at == 0 ? want(x, 0, 3, e) : 0;
	if (rc > 0 && memcmp(x->win, "\xef\xbb\xbf", 3) == 0)
		*i += 3;
	for (; rc >= 0 && (rc = want(x, *i, 1, e)) > 0; ++*i) {
		c = x->win[*i];
		if (c == VT) {
			if (x->block)
				tell(x, DIAG_HL7V2_FRAME, x->line);
			x->block = true;
		} else if (c == FS) {
			x->block = false;
		} else if (c != '\r' && c != '\n' && c != ' ' && c != '\t') {
			break;
		}
	}
	return rc;
}

/* The end of a block at i: the rest of it (2.10; MLLP: FS CR) is taken. */
static int end_block(struct hl7v2 *x, size_t *i, struct ehr_err *e)
{
	int rc = want(x, ++*i, 2, e);

	if (rc < 0)
		return rc;
	if (!x->block || *i >= x->len || x->win[*i] != '\r')
		tell(x, DIAG_HL7V2_FRAME, x->line);
	*i += line_end(ahead(x, *i, 2));
	x->block = false;
	return 0;
}

/* From start, which is no line end: *text behind the last byte of the message,
 * *end behind what frames it. */
static int find_end(struct hl7v2 *x, size_t start, size_t *text, size_t *end,
    bool *closed, struct ehr_err *e)
{
	bool one = at_header(x, start, e) > 0 &&
	    header_of(ahead(x, start, HEADER)) > 0;
	size_t i = start;
	int rc;
	char c;

	*closed = false;
	while ((rc = want(x, i, 1, e)) > 0) {
		c = x->win[i];
		if (c == FS) {
			*text = i;
			*closed = true;
			rc = end_block(x, &i, e);
			*end = i;
			return rc;
		}
		if (c == VT)
			break;
		i++;
		if (c != '\r' && c != '\n')
			continue;
		rc = want(x, i, 1, e);
		if (rc > 0 && line_end(ahead(x, i - 1, 2)) == 2)
			i++;
		if (rc >= 0 && !one)
			rc = at_header(x, i, e);
		if (rc < 0 || rc > 0 || one)
			break;
	}
	*text = *end = i;
	return rc < 0 ? rc : 0;
}

static uint64_t lines_in(struct str s)
{
	uint64_t n = 0;
	size_t step;

	while (s.n) {
		step = line_end(s);
		n += step > 0;
		step += step == 0;
		s = (struct str){ s.s + step, s.n - step };
	}
	return n;
}

/* ---- batches (2.10.3) ---- */

/* The count in BTS-1 or FTS-1 (level 0 or 1) against what came. */
static void count_of(struct hl7v2 *x, struct hl7v2_msg *msg, int level)
{
	int64_t said;

	if (!x->open[level])
		parse_fault(&x->parse, msg, DIAG_HL7V2_TRAILER, msg->line,
		    msg->seg[0].id);
	else if (str_int(hl7v2_at(msg, &msg->seg[0], 1, 1, 1, 1), &said) &&
	    (uint64_t)said != x->counted[level])
		parse_fault(&x->parse, msg, DIAG_HL7V2_COUNT, msg->line,
		    level ? "FTS-1" : "BTS-1");
	x->open[level] = false;
}

static void follow(struct hl7v2 *x, struct hl7v2_msg *msg)
{
	int level = msg->seg[0].id[0] == 'F';

	if (msg->seg[0].id[1] == 'T') {
		count_of(x, msg, level);
		return;
	}
	if (x->open[level])
		parse_fault(&x->parse, msg, DIAG_HL7V2_TRAILER, msg->line,
		    msg->seg[0].id);
	x->open[level] = true;
	x->counted[level] = 0;
	x->counted[1] += level == 0;
}

/* ---- next ---- */

/* The file is over: what was left open is told. */
static void finish(struct hl7v2 *x)
{
	if (x->truncated || (!x->block && !x->open[0] && !x->open[1]))
		return;
	x->truncated = true;
	tell(x, DIAG_HL7V2_TRUNCATED, x->line);
}

/* The file, or the block, ends behind a message that was not finished: in an
 * open batch one whose last segment does not end. */
static bool was_cut(const struct hl7v2 *x, size_t end)
{
	bool over = end == x->len && x->eof;
	bool batch = x->open[0] || x->open[1];

	if (x->block)
		return over || (end < x->len && x->win[end] == VT);
	return over && batch && line_end(ahead(x, end - 1, 1)) == 0;
}

int hl7v2_next(struct hl7v2 *x, struct hl7v2_msg *msg, struct ehr_err *e)
{
	size_t start, text = 0, end = 0;
	bool closed;
	int rc;

	slide(x);
	*msg = (struct hl7v2_msg){ .kind = HL7V2_OTHER };
	rc = skip_lead(x, &start, e);
	if (rc > 0)
		rc = find_end(x, start, &text, &end, &closed, e);
	else if (rc == 0) {
		msg->raw = ahead(x, x->at, x->len);
		x->at = x->len;
		finish(x);
		return 0;
	}
	if (rc < 0)
		return rc;
	msg->raw = (struct str){ x->win + x->at, end - x->at };
	msg->text = (struct str){ x->win + start, text - start };
	msg->line = x->line + lines_in(ahead(x, x->at, start - x->at));
	msg->offset = x->base + start;
	switch (header_of(msg->text)) {
	case 0:
		msg->kind = HL7V2_MESSAGE;
		msg->number = ++x->number;
		x->counted[0]++;
		break;
	case ARRAY_LEN(headers):
		break;
	default:
		msg->kind = HL7V2_BATCH;
	}
	msg->cut = !closed && was_cut(x, end);
	parse_message(&x->parse, msg);
	if (msg->kind == HL7V2_BATCH && msg->n > 0)
		follow(x, msg);
	x->line += lines_in(msg->raw);
	x->at = end;
	return 1;
}
