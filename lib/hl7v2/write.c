/* write.c - segments with their values escaped (2.5, 2.7). */
#include "ehr/hl7v2.h"

static char letter_of(const struct hl7v2_sep *sep, char c)
{
	const struct {
		char is, letter;
	} all[] = { { sep->field, 'F' }, { sep->component, 'S' },
		{ sep->repeat, 'R' }, { sep->escape, 'E' }, { sep->sub, 'T' },
		{ sep->truncation, 'P' } };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (c && c == all[i].is)
			return all[i].letter;
	return 0;
}

void hl7v2_escape(const struct hl7v2_sep *sep, struct buf *b, struct str v)
{
	unsigned char c;
	char letter;

	for (size_t i = 0; i < v.n; i++) {
		c = (unsigned char)v.s[i];
		letter = letter_of(sep, v.s[i]);
		if (letter)
			buf_addf(b, "%c%c%c", sep->escape, letter, sep->escape);
		else if (c == '\n')
			buf_addf(b, "%c.br%c", sep->escape, sep->escape);
		else if (c < ' ' || c == 0x7f)
			buf_addf(b, "%cX%02X%c", sep->escape, c, sep->escape);
		else
			buf_addch(b, v.s[i]);
	}
}

static void add(struct hl7v2_writer *w, char before, struct str v)
{
	buf_addch(w->b, before);
	hl7v2_escape(&w->sep, w->b, v);
	if (v.n)
		w->kept = w->b->len;
}

void hl7v2_begin(struct hl7v2_writer *w, const char *id)
{
	const struct hl7v2_sep *sep = &w->sep;
	const char enc[] = { sep->field, sep->component, sep->repeat,
		sep->escape, sep->sub, sep->truncation, '\0' };

	buf_adds(w->b, id);
	if (strcmp(id, "MSH") == 0 || strcmp(id + 1, "HS") == 0)
		buf_adds(w->b, enc);
	w->kept = w->b->len;
}

void hl7v2_put(struct hl7v2_writer *w, struct str v)
{
	add(w, w->sep.field, v);
}

void hl7v2_put_repeat(struct hl7v2_writer *w, struct str v)
{
	add(w, w->sep.repeat, v);
}

void hl7v2_put_part(struct hl7v2_writer *w, struct str v)
{
	add(w, w->sep.component, v);
}

void hl7v2_put_sub(struct hl7v2_writer *w, struct str v)
{
	add(w, w->sep.sub, v);
}

void hl7v2_end(struct hl7v2_writer *w)
{
	w->b->len = w->kept;
	buf_addch(w->b, '\r');
}
