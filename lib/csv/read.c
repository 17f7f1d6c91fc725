/* read.c - rows out of a stream. */
#include <stdlib.h>

#include "ehr/csv.h"

enum { WINDOW = 1 << 16, AHEAD = 4096, END = -1, FAILED = -2 };

struct csv {
	struct in *in;
	char sep;
	char win[WINDOW];
	size_t at, len;
	bool over;		/* in gave all */
	bool bytes;		/* need not be UTF-8 */
	uint64_t line;		/* of what comes next */
	struct buf text;	/* of the row, a NUL behind each field */
	size_t end[MAX_CSV_FIELDS];
	struct str field[MAX_CSV_FIELDS];
	size_t n;
};

struct csv *csv_new(struct in *in, char sep)
{
	struct csv *c = xcalloc(1, sizeof(*c));

	c->in = in;
	c->sep = sep;
	c->line = 1;
	c->text = BUF_INIT;
	return c;
}

void csv_any_bytes(struct csv *c)
{
	c->bytes = true;
}

void csv_free(struct csv *c)
{
	if (c)
		buf_release(&c->text);
	free(c);
}

void csv_freep(struct csv **c)
{
	csv_free(*c);
}

/* The next byte without taking it; END, FAILED. */
static int look(struct csv *c, struct ehr_err *e)
{
	ssize_t n;

	if (c->at < c->len)
		return (unsigned char)c->win[c->at];
	if (c->over)
		return END;
	n = in_read(c->in, c->win, WINDOW, e);
	if (n < 0)
		return FAILED;
	c->over = n == 0;
	c->at = 0;
	c->len = (size_t)n;
	return n ? (unsigned char)c->win[0] : END;
}

static int fault(struct csv *c, uint64_t line, const char *what,
    struct ehr_err *e)
{
	c->over = true;
	c->at = c->len = 0;
	return ehr_fail(e, EHR_EREJECT, "%s:%llu: %s", in_name(c->in),
	    (unsigned long long)line, what);
}

/* Up to the closing quote, which is taken too. */
static int quoted(struct csv *c, struct ehr_err *e)
{
	uint64_t from = c->line;
	int ch;

	for (c->at++; (ch = look(c, e)) >= 0;) {
		c->at++;
		if (ch == '"' && c->sep != CSV_LINES) {
			if (look(c, e) != '"')
				return 0;
			c->at++;
		}
		c->line += ch == '\n';
		buf_addch(&c->text, (char)ch);
		if (c->text.len > MAX_CSV_ROW)
			return fault(c, from, "over 1 MiB in a row", e);
	}
	return ch == END ? fault(c, from, "a quote is never closed", e) :
	    e->code;
}

/* As much of the window as belongs to the field. */
static int plain(struct csv *c, struct ehr_err *e)
{
	size_t from;
	int ch;

	while ((ch = look(c, e)) >= 0 && ch != c->sep && ch != '\n') {
		from = c->at;
		while (c->at < c->len && c->win[c->at] != c->sep &&
		    c->win[c->at] != '\n')
			c->at++;
		buf_add(&c->text, c->win + from, c->at - from);
		if (c->text.len > MAX_CSV_ROW)
			return fault(c, c->line, "over 1 MiB in a row", e);
	}
	return ch == FAILED ? e->code : 0;
}

/* A field; 1: another one follows, 0: it was the last one. */
static int one(struct csv *c, struct ehr_err *e)
{
	int rc, ch = look(c, e);
	size_t from = c->text.len;

	if (ch == '"' && c->sep != CSV_LINES) {
		rc = quoted(c, e);
		if (rc == 0 && look(c, e) == '\r')
			c->at++;
		ch = rc == 0 ? look(c, e) : END;
		if (rc == 0 && ch >= 0 && ch != c->sep && ch != '\n')
			rc = fault(c, c->line, "text behind a closing quote",
			    e);
	} else {
		rc = plain(c, e);
		ch = rc == 0 ? look(c, e) : END;
		if ((ch != c->sep || ch == '\n') && c->text.len > from &&
		    c->text.s[c->text.len - 1] == '\r')
			c->text.s[--c->text.len] = '\0';
	}
	if (rc < 0 || ch == FAILED)
		return rc < 0 ? rc : e->code;
	if (c->n == MAX_CSV_FIELDS)
		return fault(c, c->line, "over 1024 fields in a row", e);
	c->end[c->n++] = c->text.len;
	buf_addch(&c->text, '\0');
	c->at += ch >= 0;
	c->line += ch == '\n';
	return ch == c->sep && ch != '\n';
}

static void slice(struct csv *c)
{
	size_t from = 0;

	for (size_t i = 0; i < c->n; i++) {
		c->field[i] = (struct str){ c->text.s + from,
			c->end[i] - from };
		from = c->end[i] + 1;
	}
}

int csv_next(struct csv *c, struct csv_row *row, struct ehr_err *e)
{
	static const char bom[] = "\xef\xbb\xbf";
	int rc, ch = look(c, e);

	if (c->sep == 0)
		c->sep = memchr(c->win, '\t', c->len < AHEAD ? c->len : AHEAD) ?
		    '\t' : ',';
	if (c->line == 1 && c->len - c->at >= 3 &&
	    memcmp(c->win + c->at, bom, 3) == 0)
		c->at += 3;
	do {
		ch = look(c, e);
		if (ch < 0)
			return ch == END ? 0 : e->code;
		buf_reset(&c->text);
		c->n = 0;
		row->line = c->line;
		while ((rc = one(c, e)) > 0)
			;
		if (rc < 0)
			return rc;
		slice(c);
	} while (c->n == 1 && c->field[0].n == 0);
	if (!c->bytes && utf8_valid(c->text.s, c->text.len) != c->text.len)
		return fault(c, row->line, "not UTF-8", e);
	row->field = c->field;
	row->n = c->n;
	return 1;
}
