/* write.c - segments (X12.6 3) and the ISA (X12.5 5.2). */
#include <inttypes.h>
#include <stdio.h>

#include "ehr/x12.h"

static bool has_delimiter(const struct x12_writer *w, struct str v)
{
	const struct x12_sep *sep = &w->sep;
	size_t i;

	for (i = 0; i < v.n; i++)
		if (v.s[i] == sep->element || v.s[i] == sep->component ||
		    v.s[i] == sep->segment || v.s[i] == sep->repeat ||
		    (unsigned char)v.s[i] < ' ' || v.s[i] == 0x7f)
			return true;
	return false;
}

static void add(struct x12_writer *w, char before, struct str v)
{
	buf_addch(w->b, before);
	if (has_delimiter(w, v)) {
		w->bad = true;
		return;
	}
	buf_addstr(w->b, v);
	if (v.n)
		w->kept = w->b->len;
}

void x12_begin(struct x12_writer *w, const char *id)
{
	buf_adds(w->b, id);
	w->kept = w->b->len;
	w->number = strcmp(id, "ST") == 0 ? 1 : w->number + 1;
}

void x12_put(struct x12_writer *w, struct str v)
{
	add(w, w->sep.element, v);
}

void x12_puts(struct x12_writer *w, const char *v)
{
	x12_put(w, str_of(v));
}

void x12_putn(struct x12_writer *w, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	x12_puts(w, text);
}

void x12_put_part(struct x12_writer *w, struct str v)
{
	add(w, w->sep.component, v);
}

void x12_end(struct x12_writer *w)
{
	w->b->len = w->kept;
	buf_addch(w->b, w->sep.segment);
	buf_addch(w->b, '\n');
}

/* ---- the ISA ---- */

static void padded(struct x12_writer *w, struct str v, size_t width)
{
	size_t n = v.n < width ? v.n : width;

	w->bad = w->bad || v.n > width;
	x12_put(w, (struct str){ v.s, n });
	for (; n < width; n++)
		buf_addch(w->b, ' ');
}

void x12_put_isa(struct x12_writer *w, const struct x12_isa *isa)
{
	const char repeat[] = { w->sep.element, w->sep.repeat, '\0' };
	char control[16];

	snprintf(control, sizeof(control), "%09" PRIu32,
	    isa->control % 1000000000);
	w->bad = w->bad || isa->control > 999999999;
	x12_begin(w, "ISA");
	padded(w, STR("00"), 2);
	padded(w, STR_NONE, 10);
	padded(w, STR("00"), 2);
	padded(w, STR_NONE, 10);
	padded(w, isa->from[0], 2);
	padded(w, isa->from[1], 15);
	padded(w, isa->to[0], 2);
	padded(w, isa->to[1], 15);
	padded(w, isa->date, 6);
	padded(w, isa->time, 4);
	buf_adds(w->b, repeat);
	padded(w, STR("00501"), 5);
	padded(w, str_of(control), 9);
	padded(w, isa->ask ? STR("1") : STR("0"), 1);
	padded(w, isa->test ? STR("T") : STR("P"), 1);
	buf_addch(w->b, w->sep.element);
	buf_addch(w->b, w->sep.component);
	w->kept = w->b->len;
	x12_end(w);
}
