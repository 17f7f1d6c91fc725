/* hl7v2_kit.h - a message put together again from its smallest parts, for
 * tests and the fuzzer. */
#ifndef HL7V2_KIT_H
#define HL7V2_KIT_H

#include "ehr/hl7v2.h"

/* Appends s cut at seps[0] and its parts at seps[1] ..., joined again. */
static void join_again(struct buf *b, struct str s, const char *seps)
{
	struct str part;
	bool first = true;

	while (*seps == '\0' && seps[1] != '\0')
		seps++;
	if (*seps == '\0') {
		buf_addstr(b, s);
		return;
	}
	while (str_split(&s, *seps, &part)) {
		if (!first)
			buf_addch(b, *seps);
		first = false;
		join_again(b, part, seps + 1);
	}
}

/* The segment from its leaves. */
static void segment_again(const struct hl7v2_msg *msg,
    const struct hl7v2_seg *seg, struct buf *b)
{
	const struct hl7v2_sep *sep = &msg->sep;
	const char seps[] = { sep->repeat, sep->component, sep->sub, 0, 0 };
	bool header = seg == msg->seg && seg->id[1] != 'T';

	buf_addstr(b, seg->field[0]);
	for (size_t i = header ? 2 : 1; i <= seg->n; i++) {
		buf_addch(b, sep->field);
		if (header && i == 2)
			buf_addstr(b, seg->field[i]);
		else
			join_again(b, seg->field[i], seps);
	}
	if (header && seg->n == 1)
		buf_addch(b, sep->field);
}

/* Each segment of a message without errors comes back from its leaves, each
 * text from its escaped form. */
static bool comes_back(const struct hl7v2_msg *msg)
{
	static const struct hl7v2_sep usual = { '|', '^', '~', '\\', '&', 0 };
	struct hl7v2_msg plain = { .sep = usual, .charset = HL7V2_UTF8 };
	BUF_AUTO again = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO back = BUF_INIT;
	bool same = true;

	for (size_t i = 0; i < msg->n && !msg->bad; i++) {
		buf_reset(&again);
		segment_again(msg, &msg->seg[i], &again);
		same = same && str_eq(buf_str(&again), msg->seg[i].text);
		for (size_t k = 1; k <= msg->seg[i].n; k++) {
			buf_reset(&text);
			hl7v2_text(msg, msg->seg[i].field[k], &text);
			buf_reset(&again);
			hl7v2_escape(&usual, &again, buf_str(&text));
			buf_reset(&back);
			hl7v2_text(&plain, buf_str(&again), &back);
			same = same && str_eq(buf_str(&text), buf_str(&back));
		}
	}
	return same;
}

#endif
