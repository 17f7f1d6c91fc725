/*
 * read.c - bytes to segments (X12.5 5: the ISA tells the delimiters).
 *
 * A window slides over the file. A few KiB ahead the places of the delimiters
 * are noted, block by block; a segment is then cut from these places without
 * looking at its bytes again. An ISA with other delimiters throws the places
 * away.
 */
#include "ehr/x12.h"

#include <ctype.h>
#include <stdlib.h>

#include "mark.h"

enum { WINDOW = 128 << 10, AHEAD = 8 << 10 };

struct x12 {
	struct in *in;
	char *win; /* [at, len) is not used yet; lead: line ends at its begin */
	size_t at, lead, len, cap;
	uint64_t base;	/* offset of win[0] in the file */
	uint32_t *mark; /* places of delimiters in [at, marked): next..marks */
	size_t next, marks, mark_cap, marked;
	struct x12_sep sep;
	bool inside, eof, truncated; /* inside: an ISA was read, no IEA yet */
	uint64_t number;
	struct str v[X12_ELEMENTS_MAX + 1];
};

struct x12 *x12_new(struct in *in)
{
	struct x12 *x = xcalloc(1, sizeof(*x));

	x->in = in;
	return x;
}

void x12_free(struct x12 *x)
{
	if (x == NULL)
		return;
	free(x->win);
	free(x->mark);
	free(x);
}

void x12_freep(struct x12 **x)
{
	x12_free(*x);
}

bool x12_truncated(const struct x12 *x)
{
	return x->truncated;
}

const struct x12_sep *x12_sep(const struct x12 *x)
{
	return &x->sep;
}

struct str x12_part(struct str el, char component, size_t i)
{
	struct str part = STR_NONE;

	while (i-- > 0)
		if (!str_split(&el, component, &part))
			return STR_NONE;
	return part;
}

/* ---- the window ---- */

/* Notes the delimiters of the next AHEAD bytes; false: none are left. */
static bool note_marks(struct x12 *x)
{
	size_t i = x->marked, end = i + AHEAD;
	uint64_t m;

	if (i == x->len)
		return false;
	if (x->next == x->marks)
		x->next = x->marks = 0;
	if (x->mark_cap < x->marks + AHEAD) {
		x->mark_cap = x->marks + AHEAD;
		x->mark = xrealloc(x->mark, x->mark_cap * sizeof(*x->mark));
	}
	for (; i < end && i < x->len; i += MARK_BLOCK) {
		m = mark_block(x->win + i, x->sep.element, x->sep.segment);
		if (x->len - i < MARK_BLOCK) /* what is behind is no text */
			m &= ((uint64_t)1 << (x->len - i)) - 1;
		for (; m; m &= m - 1)
			x->mark[x->marks++] =
			    (uint32_t)(i + (size_t)__builtin_ctzll(m));
	}
	x->marked = i < x->len ? i : x->len;
	return true;
}

/* What was used goes out of the window. */
static void slide(struct x12 *x)
{
	size_t i;

	if (x->at == 0)
		return;
	x->len -= x->at;
	memmove(x->win, x->win + x->at, x->len);
	for (i = x->next; i < x->marks; i++)
		x->mark[i - x->next] = x->mark[i] - (uint32_t)x->at;
	x->marks -= x->next;
	x->next = 0;
	x->marked -= x->marked < x->at ? x->marked : x->at;
	x->base += x->at;
	x->at = 0;
}

/* Reads on: 1; 0 at the end of the file; negative. */
static int fill(struct x12 *x, struct ehr_err *e)
{
	ssize_t n;

	if (x->eof)
		return 0;
	slide(x);
	if (x->cap < x->len + WINDOW + MARK_BLOCK) {
		x->cap = x->len + WINDOW + MARK_BLOCK;
		x->win = xrealloc(x->win, x->cap);
	}
	n = in_read(x->in, x->win + x->len, WINDOW, e);
	if (n <= 0) {
		x->eof = true;
		return (int)n;
	}
	x->len += (size_t)n;
	return 1;
}

/* At least n bytes are there from at on: 1; 0: the file ends before. */
static int want(struct x12 *x, size_t n, struct ehr_err *e)
{
	int rc = 1;

	while (rc > 0 && x->len - x->at < n)
		rc = fill(x, e);
	return rc;
}

/* ---- the header that tells the delimiters ---- */

static bool may_delimit(char c)
{
	return !isalnum((unsigned char)c) && c != ' ' && (signed char)c > 0;
}

/* X12.5 5.2: the 16 elements of an ISA have fixed lengths. NULL, or what is
 * wrong. */
static const char *read_isa(const char *p, struct x12_sep *sep)
{
	static const uint8_t width[] = { 3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4,
		1, 5, 9, 1, 1, 1 };
	size_t at = 0, i;

	*sep = (struct x12_sep){ .element = p[3], .component = p[104],
		.segment = p[105] };
	for (i = 0; i < ARRAY_LEN(width); i++) {
		if (i && p[at++] != sep->element)
			return "the ISA is not of 16 elements of fixed length";
		if (i < 16 && memchr(p + at, sep->element, width[i]))
			return "an element of the ISA is too short";
		at += width[i];
	}
	if (memcmp(p + 84, "00402", 5) >= 0)
		sep->repeat = p[82];
	if (!may_delimit(sep->element) || !may_delimit(sep->component) ||
	    !may_delimit(sep->segment) || (sep->repeat && sep->repeat != 'U' &&
	    !may_delimit(sep->repeat)))
		return "a delimiter of the ISA is a letter, a digit or a blank";
	if (sep->repeat == 'U')
		sep->repeat = 0;
	if (sep->element == sep->component || sep->element == sep->segment ||
	    sep->component == sep->segment || (sep->repeat &&
	    (sep->repeat == sep->element || sep->repeat == sep->component ||
	    sep->repeat == sep->segment)))
		return "two delimiters of the ISA are the same";
	return NULL;
}

/* An ISA stands behind the line ends: its delimiters hold from here on. */
static int begin_interchange(struct x12 *x, struct ehr_err *e)
{
	struct x12_sep old = x->sep;
	const char *wrong;
	int rc = want(x, x->lead + X12_ISA, e);

	if (rc == 0) {
		x->truncated = true;
		return ehr_fail(e, EHR_EREJECT, "the file ends in the ISA");
	}
	if (rc < 0)
		return rc;
	wrong = read_isa(x->win + x->at + x->lead, &x->sep);
	if (wrong)
		return ehr_fail(e, EHR_EREJECT, "%s", wrong);
	x->inside = true;
	if (x->sep.element != old.element || x->sep.segment != old.segment) {
		x->next = x->marks = 0;
		x->marked = x->at + x->lead;
	}
	return 1;
}

/* ---- segments ---- */

/* Line ends, and blanks outside an interchange, are no part of a segment: as
 * many as stand there; 0 of them at the end of the file, too. */
static int skip_lines(struct x12 *x, struct ehr_err *e)
{
	int rc;
	char c;

	for (x->lead = 0; (rc = want(x, x->lead + 1, e)) > 0; x->lead++) {
		c = x->win[x->at + x->lead];
		if (c != '\r' && c != '\n' && (x->inside || c != ' '))
			break;
		if (x->inside && (c == x->sep.segment || c == x->sep.element))
			break;
		if (x->lead == X12_SEGMENT_MAX)
			return ehr_fail(e, EHR_EREJECT, "over %d line ends",
			    X12_SEGMENT_MAX);
	}
	return rc;
}

/* Cuts the segment from the marks; false: its end is not among them. */
static bool cut(struct x12 *x, struct x12_seg *seg)
{
	size_t start = x->at + x->lead, from = start, n = 0, i = x->next;
	const char *win = x->win;
	char end = x->sep.segment;
	uint32_t to;

	while (i < x->marks && x->mark[i] < from)
		i++;
	for (; i < x->marks && n <= X12_ELEMENTS_MAX; n++) {
		to = x->mark[i++];
		x->v[n] = (struct str){ win + from, to - from };
		from = to + 1;
		if (win[to] != end)
			continue;
		*seg = (struct x12_seg){ .id = x->v[0], .v = x->v, .n = n,
			.lead = { win + x->at, x->lead },
			.raw = { win + start, from - start },
			.offset = x->base + start, .number = ++x->number };
		x->at = from;
		x->next = i;
		return true;
	}
	return false;
}

static int too_long(struct ehr_err *e, size_t bytes, size_t marks)
{
	if (bytes > X12_SEGMENT_MAX)
		return ehr_fail(e, EHR_EREJECT, "a segment of over %d bytes",
		    X12_SEGMENT_MAX);
	if (marks > X12_ELEMENTS_MAX)
		return ehr_fail(e, EHR_EREJECT, "a segment of over %d elements",
		    X12_ELEMENTS_MAX);
	return 0;
}

/* Marks and text up to the end of the segment: 1, or negative. */
static int take_segment(struct x12 *x, struct x12_seg *seg, struct ehr_err *e)
{
	int rc;

	while (!cut(x, seg)) {
		if (note_marks(x))
			continue;
		rc = too_long(e, x->len - x->at - x->lead, x->marks - x->next);
		if (rc == 0)
			rc = fill(x, e);
		if (rc < 0)
			return rc;
		if (rc == 0) {
			x->truncated = true;
			return ehr_fail(e, EHR_EREJECT,
			    "the file ends within a segment");
		}
	}
	if (str_is(seg->id, "IEA"))
		x->inside = false;
	rc = too_long(e, seg->raw.n, seg->n);
	return rc < 0 ? rc : 1;
}

/* An ISA begins an interchange also where the IEA before it is missing. */
static int at_isa(struct x12 *x, struct ehr_err *e)
{
	int rc = want(x, x->lead + 3, e);

	return rc > 0 ? memcmp(x->win + x->at + x->lead, "ISA", 3) == 0 : rc;
}

int x12_next(struct x12 *x, struct x12_seg *seg, struct ehr_err *e)
{
	int rc = skip_lines(x, e);

	if (rc == 0)
		*seg = (struct x12_seg){ .lead = { x->win + x->at, x->lead },
			.offset = x->base + x->len, .number = x->number };
	if (rc <= 0)
		return rc;
	rc = at_isa(x, e);
	if (rc > 0)
		rc = begin_interchange(x, e);
	else if (rc == 0 && !x->inside)
		return ehr_fail(e, EHR_EREJECT,
		    "no ISA where an interchange must begin");
	return rc < 0 ? rc : take_segment(x, seg, e);
}
