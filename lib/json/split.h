/* split.h - the splitter's state; lib/json only. */
#ifndef EHR_JSON_SPLIT_H
#define EHR_JSON_SPLIT_H

#include "ehr/json.h"

enum {
	SPLIT_CHUNK = 256 << 10,
	SPLIT_FRONT = 16,	/* readable bytes before the window */
	SPLIT_KEEP = 256,	/* blanks kept when bytes are skipped, as an
				 * item may be found to end before them */
	SPLIT_OVER = 2 * SPLIT_KEEP + 2, /* bytes over the limit before they
				 * are skipped: an entry may be found to end
				 * before a comma and blanks on both sides */
	SPLIT_LEVELS = 4096,	/* deeper brackets are only counted */
	SPLIT_FAULTS = 64,	/* mended brackets told per item */
};

struct json_split {
	struct in *in;
	struct json_split_opt opt;
	enum json_form form;	/* of this value; JSON_AUTO until it is known */
	bool lines;		/* the value before had its own line */

	/* The window: bytes of the input, of which [start, pos) belong to the
	 * item at hand. A block behind len is readable. */
	char *win;
	size_t cap, len, start, pos;
	uint64_t base;		/* offset of win[0] */
	uint64_t line;		/* of win[counted] */
	size_t counted;
	bool eof;
	int failed;		/* why it ended: 0 or an error, told in err */
	struct ehr_err err;

	/* The item at hand. */
	uint64_t item_line, item_offset;
	bool skipping;		/* over the limit: its bytes are handed on */
	bool hold;		/* over the limit it would be a Bundle */
	bool full;		/* held, and over the limit */

	/* Brackets that are open. */
	uint32_t depth, floor, faults;
	bool counting;
	char open[SPLIT_LEVELS + 1];

	bool begun;		/* the byte order mark was looked for */
	bool valued;		/* the item before was a value */
	bool in_bundle;		/* among the entries of one */
	bool comma;		/* the entry before had its comma */
	bool loose;		/* commas were missing or too many */
	uint64_t entry;
	struct buf text;	/* of heads and tails */
};

/* Reads more; false at the end of the input, and when an item held (s->full)
 * reaches the limit. Indexes stay valid as members of s only. */
bool split_fill(struct json_split *s);
/* The item at hand begins at pos. */
void split_begin(struct json_split *s);
/* Goes to the first byte of the next item that is no part of a Bundle, and
 * returns it; -1: there is none. */
int split_start(struct json_split *s);
/* Hands on [start, end) of an item over the limit. */
void split_skip(struct json_split *s, size_t end);
/* The byte at pos, -1 at the end. */
static inline int split_peek(struct json_split *s)
{
	if (s->pos == s->len && !split_fill(s))
		return -1;
	return (unsigned char)s->win[s->pos];
}
static inline bool split_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

enum split_stop {
	STOP_END,	/* behind the closing bracket */
	STOP_EOF,	/* nothing more (or s->full) */
	STOP_LINE,	/* at a line end that ends the item */
	STOP_BEFORE,	/* where something else begins */
};

/* Moves pos on until depth falls to floor. */
enum split_stop split_scan(struct json_split *s);
/* The last byte of the item before index i that is not blank, 0 when none. */
char split_before(const struct json_split *s, size_t i);
/* pos is at the first line end within a value and behind prev (0: within a
 * string): does the line end cut a faulty value, or do values span lines here?
 * Sets form. */
void split_decide(struct json_split *s, char prev);

#endif
