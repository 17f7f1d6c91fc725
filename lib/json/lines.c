/* lines.c - values one a line, many at once: only where lines begin and end is
 * looked at. */
#include "json/split.h"

enum { LINES = 256 << 10 }; /* bytes at once, or one line */

/* Length, with its end, of the line that begins n bytes behind start, when it
 * looks like an object on its own: its last byte and the next line's first say
 * so. Whatever is wrong in it, the line is all that it spoils. 0: it does not,
 * or other lines shall be given first. */
static size_t line_at(struct json_split *s, size_t n)
{
	size_t done = n, end, last;
	const char *p;

	while ((p = memchr(s->win + s->start + done, '\n',
		    s->len - s->start - done)) == NULL) {
		done = s->len - s->start;
		if (n > 0 || done > s->opt.limit || !split_fill(s))
			return 0;
	}
	last = end = (size_t)(p - s->win) - s->start;
	if (s->start + end + 1 == s->len && (n > 0 || !split_fill(s)))
		return 0;
	p = s->win + s->start;
	while (last > n && split_blank(p[last - 1]))
		last--;
	return last > n && last - n <= s->opt.limit && p[n] == '{' &&
	    p[last - 1] == '}' && p[end + 1] == '{' ? end + 1 - n : 0;
}

int json_split_lines(struct json_split *s, struct json_item *item)
{
	size_t n = 0, one, lines = 0;

	*item = (struct json_item){ .kind = JSON_VALUE };
	if (!s->opt.whole || s->opt.form == JSON_DOCUMENTS ||
	    split_start(s) != '{')
		return 0;
	for (; n < LINES && (one = line_at(s, n)) > 0; lines++)
		n += one;
	if (n == 0)
		return 0;
	item->line = s->item_line;
	item->offset = s->item_offset;
	item->length = n;
	item->raw = (struct str){ s->win + s->start, n };
	item->text = item->raw;
	s->pos = s->counted = s->start + n;
	s->line += lines;
	s->lines = true;
	return 1;
}
