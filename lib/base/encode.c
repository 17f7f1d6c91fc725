/* Hexadecimal (RFC 4648 8), base64 (RFC 4648 4), UUID text (RFC 9562 4). */
#include "ehr/base.h"

static const char hex_digits[] = "0123456789abcdef";

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool npi_valid(struct str s)
{
	unsigned sum = 24, i; /* of the prefix 80840 */

	if (s.n != 10 || (s.s[0] != '1' && s.s[0] != '2'))
		return false;
	for (i = 0; i < 10; i++) {
		unsigned digit = (unsigned)s.s[i] - '0';

		if (digit > 9)
			return false;
		if (i % 2 == 0) /* doubled, the digits of that added */
			digit = digit * 2 % 10 + digit / 5;
		sum += digit;
	}
	return sum % 10 == 0;
}

bool uuid_valid(struct str s)
{
	size_t i;

	if (s.n != 36)
		return false;
	for (i = 0; i < s.n; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s.s[i] != '-')
				return false;
		} else if (hex_value(s.s[i]) < 0) {
			return false;
		}
	}
	return true;
}

void uuid_format(const uint8_t u[16], char out[37])
{
	char *p = out;
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex_digits[u[i] >> 4];
		*p++ = hex_digits[u[i] & 15];
	}
	*p = '\0';
}

bool hex_parse(struct str s, uint8_t *out, size_t n)
{
	size_t i;
	int hi, lo;

	if (s.n / 2 != n || s.n % 2 != 0)
		return false;
	for (i = 0; i < n; i++) {
		hi = hex_value(s.s[2 * i]);
		lo = hex_value(s.s[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

void hex_format(struct buf *b, const void *p, size_t n)
{
	const uint8_t *u = p;
	size_t i;

	if (n > SIZE_MAX / 4)
		xnomem();
	buf_grow(b, 2 * n);
	for (i = 0; i < n; i++) {
		b->s[b->len++] = hex_digits[u[i] >> 4];
		b->s[b->len++] = hex_digits[u[i] & 15];
	}
	b->s[b->len] = '\0';
}

/* ---- base64 ---- */

static const char base64_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *b, const void *p, size_t n)
{
	const uint8_t *u = p;
	uint32_t v;
	size_t i, left;
	char *out;

	if (n > SIZE_MAX / 4)
		xnomem();
	buf_grow(b, (n + 2) / 3 * 4);
	out = b->s + b->len;
	for (i = 0; i < n; i += 3) {
		left = n - i;
		v = (uint32_t)u[i] << 16;
		if (left > 1)
			v |= (uint32_t)u[i + 1] << 8;
		if (left > 2)
			v |= u[i + 2];
		*out++ = base64_chars[v >> 18];
		*out++ = base64_chars[v >> 12 & 63];
		*out++ = left > 1 ? base64_chars[v >> 6 & 63] : '=';
		*out++ = left > 2 ? base64_chars[v & 63] : '=';
	}
	*out = '\0';
	b->len = (size_t)(out - b->s);
}

/* 1 + the value of a character, 0: it has none. */
static const uint8_t base64_of[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
	19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42,
	43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63, ['/'] = 64,
};

static int base64_value(char c)
{
	return base64_of[(uint8_t)c] - 1;
}

/* Four characters to three bytes, for which b has room; pad of them were '='.
 * Bits behind the last byte are not looked at (RFC 4648 3.5 leaves that
 * open). */
static void base64_quad(struct buf *b, uint32_t v, int pad)
{
	char *to = b->s + b->len;

	to[0] = (char)(v >> 16);
	to[1] = (char)(v >> 8);
	to[2] = (char)v;
	b->len += (size_t)(3 - pad);
}

/* Fours of characters without blanks or '=': how many characters those are. */
static size_t base64_fours(struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i + 4 <= s.n; i += 4) {
		int v[4];

		for (size_t k = 0; k < 4; k++)
			v[k] = base64_value(s.s[i + k]);
		if ((v[0] | v[1] | v[2] | v[3]) < 0)
			break;
		base64_quad(b, (uint32_t)(v[0] << 18 | v[1] << 12 | v[2] << 6 |
		    v[3]), 0);
	}
	return i;
}

static bool base64_decode_into(struct buf *b, struct str s)
{
	int have = 0, pad = 0, value;
	uint32_t v = 0;

	for (size_t i = base64_fours(b, s); i < s.n; i++) {
		char c = s.s[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		value = base64_value(c);
		if (c == '=' && have >= 2) {
			pad++;
			value = 0;
		} else if (value < 0 || pad > 0) {
			return false;
		}
		v = v << 6 | (uint32_t)value;
		if (++have < 4)
			continue;
		base64_quad(b, v, pad);
		have = 0;
		v = 0;
	}
	return have == 0;
}

bool base64_decode(struct buf *b, struct str s)
{
	size_t start = b->len;

	bool ok;

	buf_grow(b, s.n / 4 * 3 + 3);
	ok = base64_decode_into(b, s);
	if (!ok)
		b->len = start;
	b->s[b->len] = '\0';
	return ok;
}
