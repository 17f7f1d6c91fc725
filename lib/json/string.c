/* string.c - escapes and UTF-8 of JSON strings (RFC 8259 7 and 8). */
#include "json/parse.h"

/* RFC 3629 4: what the second byte may be after each first byte. */
static void second_range(uint8_t first, uint8_t *lo, uint8_t *hi)
{
	*lo = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	*hi = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
}

size_t utf8_sequence(const uint8_t *p, size_t *bad)
{
	size_t n, i;
	uint8_t lo, hi;

	*bad = 0;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	second_range(p[0], &lo, &hi);
	for (i = 1; i < n; i++) {
		if (p[i] < lo || p[i] > hi) {
			*bad = i;
			return 0;
		}
		lo = 0x80;
		hi = 0xbf;
	}
	return n;
}

static uint32_t hex4(const char *s)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		unsigned c = (unsigned char)s[i];

		v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v & 0xffff;
}

/* Decodes \uXXXX at s, with its second half when it is a pair of surrogates;
 * returns how many bytes were used. */
static size_t unescape_u(struct buf *b, const char *s, const char *end)
{
	uint32_t cp = hex4(s + 2), low;

	if (cp >= 0xd800 && cp < 0xdc00 && end - s >= 12 && s[6] == '\\' &&
	    s[7] == 'u') {
		low = hex4(s + 8);
		if (low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			utf8_put(b, cp);
			return 12;
		}
	}
	utf8_put(b, cp >= 0xd800 && cp < 0xe000 ? 0xfffd : cp);
	return 6;
}

void json_unescape(struct buf *b, struct str s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = s.s, *end, *slash, *at;

	if (s.n == 0)
		return;
	end = p + s.n;
	while ((slash = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		buf_add(b, p, (size_t)(slash - p));
		p = slash;
		if (end - p >= 6 && p[1] == 'u') {
			p += unescape_u(b, p, end);
			continue;
		}
		at = end - p >= 2 && p[1] ? strchr(from, p[1]) : NULL;
		if (!at) { /* not from a tape: kept as it is */
			buf_addch(b, *p++);
			continue;
		}
		buf_addch(b, to[at - from]);
		p += 2;
	}
	buf_add(b, p, (size_t)(end - p));
}

void json_quote(struct buf *b, struct str s)
{
	static const char names[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	size_t i, from = 0;

	buf_addch(b, '"');
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];
		const char *at;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s.s + from, i - from);
		from = i + 1;
		at = c ? strchr(names, c) : NULL;
		if (at) {
			buf_addch(b, '\\');
			buf_addch(b, letters[at - names]);
		} else {
			buf_addf(b, "\\u%04x", c);
		}
	}
	if (s.n > from)
		buf_add(b, s.s + from, s.n - from);
	buf_addch(b, '"');
}
