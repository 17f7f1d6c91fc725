/* text.c - a raw value as text: escape sequences (2.7), character sets (MSH-18,
 * table 0211), times (2.A.22). */
#include <ctype.h>

#include "hl7v2.h"

enum { SEQUENCE_MAX = 64 << 10 }; /* bytes of one sequence: \X..\ */

/* ---- character sets ---- */

static const struct {
	const char *name;
	enum hl7v2_charset set;
} charsets[] = {
#define X(name, set) { name, set },
#include "charset.def"
#undef X
};

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] >= 0x80)
			return false;
	return true;
}

void charset_of(struct parse *p, struct hl7v2_msg *msg)
{
	struct str name = hl7v2_get(msg, "MSH-18.1");
	bool ascii = is_ascii(msg->text), known = false;
	bool utf8 = utf8_valid(msg->text.s, msg->text.n) == msg->text.n;
	size_t i;

	for (i = 0; i < ARRAY_LEN(charsets) && !known; i++)
		if (str_is(str_trim(name), charsets[i].name)) {
			msg->charset = charsets[i].set;
			known = true;
		}
	if (ascii || msg->charset == HL7V2_LATIN1)
		return;
	if (!utf8) {
		parse_fault(p, msg, DIAG_HL7V2_CHARSET, msg->line, "MSH-18");
		return;
	}
	if (!known || msg->charset == HL7V2_ASCII)
		parse_fault(p, msg, DIAG_HL7V2_GUESS, msg->line, "MSH-18");
	msg->charset = HL7V2_UTF8;
}

static void add_bytes(const struct hl7v2_msg *msg, struct str s, struct buf *b)
{
	if (msg->charset != HL7V2_LATIN1) {
		buf_addstr(b, s);
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		utf8_put(b, (unsigned char)s.s[i]);
}

/* ---- escape sequences ---- */

static const struct {
	const char *name, *text;
	bool number;
} sequences[] = {
#define X(name, text, number) { name, text, number },
#include "escape.def"
#undef X
};

/* The delimiter that a letter names; 0: none. */
static char delimiter_of(const struct hl7v2_sep *sep, struct str seq)
{
	const struct {
		char letter, means;
	} all[] = { { 'F', sep->field }, { 'S', sep->component },
		{ 'R', sep->repeat }, { 'E', sep->escape }, { 'T', sep->sub },
		{ 'P', sep->truncation } };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (seq.n == 1 && seq.s[0] == all[i].letter)
			return all[i].means;
	return 0;
}

/* .sp+3, .in-2: a sign may be there. */
static bool is_number(struct str s)
{
	int64_t n;

	if (s.n && (s.s[0] == '+' || s.s[0] == '-' || s.s[0] == ' '))
		s = (struct str){ s.s + 1, s.n - 1 };
	return s.n == 0 || (isdigit((unsigned char)s.s[0]) && str_int(s, &n));
}

/* What a sequence of the table reads as; NULL: it is none. */
static const char *formatting(struct str seq)
{
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(sequences); i++) {
		n = strlen(sequences[i].name);
		if (!str_starts(seq, sequences[i].name))
			continue;
		if (seq.n == n || (sequences[i].number &&
		    is_number((struct str){ seq.s + n, seq.n - n })))
			return sequences[i].text;
	}
	return NULL;
}

/* \Xhh..\: bytes of the message's character set; false: no such bytes. */
static bool add_hex(const struct hl7v2_msg *msg, struct str hex, struct buf *b)
{
	BUF_AUTO bytes = BUF_INIT;
	size_t n = hex.n / 2;

	if (hex.n == 0 || hex.n % 2)
		return false;
	buf_grow(&bytes, n);
	if (!hex_parse(hex, (uint8_t *)bytes.s, n))
		return false;
	bytes.len = n;
	if (msg->charset != HL7V2_LATIN1 && utf8_valid(bytes.s, n) != n)
		return false;
	add_bytes(msg, buf_str(&bytes), b);
	return true;
}

static bool add_sequence(const struct hl7v2_msg *msg, struct str seq,
    struct buf *b)
{
	const char *text;
	char c;

	c = delimiter_of(&msg->sep, seq);
	if (c) {
		buf_addch(b, c);
		return true;
	}
	if (seq.n > 1 && seq.s[0] == 'X')
		return add_hex(msg, (struct str){ seq.s + 1, seq.n - 1 }, b);
	text = formatting(seq);
	if (text)
		buf_adds(b, text);
	return text != NULL;
}

/* The sequence that begins with the escape character at s[0], that and the
 * closing one left out; false: it is not closed. */
static bool sequence_at(const struct hl7v2_sep *sep, struct str s,
    struct str *seq)
{
	size_t n = s.n < SEQUENCE_MAX ? s.n : SEQUENCE_MAX;
	const char *end = memchr(s.s + 1, sep->escape, n - 1);

	if (end == NULL)
		return false;
	*seq = (struct str){ s.s + 1, (size_t)(end - s.s) - 1 };
	return true;
}

/* Text of a leaf; b NULL: only whether all is known. */
static bool unescape(const struct hl7v2_msg *msg, struct str s, struct buf *b)
{
	const char *at;
	struct str seq;
	bool known = true;
	size_t n;

	while (s.n) {
		at = msg->sep.escape ? memchr(s.s, msg->sep.escape, s.n) : NULL;
		n = at ? (size_t)(at - s.s) : s.n;
		add_bytes(msg, (struct str){ s.s, n }, b);
		s = (struct str){ s.s + n, s.n - n };
		if (s.n == 0)
			break;
		n = 1;
		if (sequence_at(&msg->sep, s, &seq) &&
		    add_sequence(msg, seq, b)) {
			n = seq.n + 2;
		} else {
			known = false;
			buf_addch(b, msg->sep.escape);
		}
		s = (struct str){ s.s + n, s.n - n };
	}
	return known;
}

bool escapes_known(const struct hl7v2_msg *msg, struct str raw)
{
	BUF_AUTO dropped = BUF_INIT;

	return msg->sep.escape == 0 || raw.n == 0 ||
	    memchr(raw.s, msg->sep.escape, raw.n) == NULL ||
	    unescape(msg, raw, &dropped);
}

bool hl7v2_text(const struct hl7v2_msg *msg, struct str raw, struct buf *b)
{
	const char seps[] = { msg->sep.repeat, msg->sep.component,
		msg->sep.sub };
	const char *end;

	for (size_t i = 0; i < sizeof(seps); i++) {
		end = seps[i] && raw.n ? memchr(raw.s, seps[i], raw.n) : NULL;
		if (end)
			raw.n = (size_t)(end - raw.s);
	}
	return unescape(msg, raw, b);
}

/* ---- times ---- */

/* n digits at *s, which moves on; -1: they are not there. */
static int digits(struct str *s, size_t n)
{
	int v = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s->s[i]))
			return -1;
		v = 10 * v + (s->s[i] - '0');
	}
	*s = (struct str){ s->s + n, s->n - n };
	return v;
}

static bool is_digit_at(struct str s)
{
	return s.n > 0 && isdigit((unsigned char)s.s[0]);
}

/* .S to .SSSS behind the seconds. */
static bool fraction(struct str *s, struct date *d)
{
	int scale = 100000000;

	if (s->n == 0 || s->s[0] != '.')
		return true;
	*s = (struct str){ s->s + 1, s->n - 1 };
	if (!is_digit_at(*s) || d->precision != DATE_SECOND)
		return false;
	for (int i = 0; i < 4 && is_digit_at(*s); i++, scale /= 10)
		d->nano += digits(s, 1) * scale;
	d->precision = DATE_FRACTION;
	return true;
}

static bool offset(struct str *s, struct date *d)
{
	int sign, hour, minute;

	if (s->n == 0)
		return true;
	sign = s->s[0] == '-' ? -1 : 1;
	if (s->s[0] != '-' && s->s[0] != '+')
		return false;
	*s = (struct str){ s->s + 1, s->n - 1 };
	hour = digits(s, 2);
	minute = digits(s, 2);
	d->has_offset = true;
	d->offset = sign * (hour * 60 + minute);
	return hour >= 0 && hour <= 14 && minute >= 0 && minute < 60;
}

bool hl7v2_time(struct str s, struct date *d)
{
	const struct {
		int *to, digits, min, max;
		enum date_precision precision;
	} parts[] = { { &d->year, 4, 1, 9999, DATE_YEAR },
		{ &d->month, 2, 1, 12, DATE_MONTH },
		{ &d->day, 2, 1, 31, DATE_DAY },
		/* an hour alone is as exact as its minute 0 */
		{ &d->hour, 2, 0, 23, DATE_MINUTE },
		{ &d->minute, 2, 0, 59, DATE_MINUTE },
		{ &d->second, 2, 0, 59, DATE_SECOND } };

	*d = (struct date){ .precision = DATE_NONE };
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (i > 0 && !is_digit_at(s))
			break;
		*parts[i].to = digits(&s, (size_t)parts[i].digits);
		if (*parts[i].to < parts[i].min || *parts[i].to > parts[i].max)
			return false;
		d->precision = parts[i].precision;
	}
	return fraction(&s, d) && offset(&s, d) && s.n == 0 &&
	    (d->precision < DATE_DAY ||
	    date_valid_day(d->year, d->month, d->day));
}
