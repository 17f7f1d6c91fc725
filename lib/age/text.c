/* text.c - Bech32 and strict base64. */
#include "impl.h"

/* ---- Bech32 ---- */

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { CHECK = 6 };

static uint32_t polymod(uint32_t c, uint8_t v)
{
	static const uint32_t gen[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
		0x3d4233dd, 0x2a1462b3 };
	uint32_t top = c >> 25;

	c = (c & 0x1ffffff) << 5 ^ v;
	for (int i = 0; i < 5; i++)
		if (top >> i & 1)
			c ^= gen[i];
	return c;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_upper(const char *hrp)
{
	return hrp[0] >= 'A' && hrp[0] <= 'Z';
}

static uint32_t begin(const char *hrp)
{
	uint32_t c = 1;

	for (const char *p = hrp; *p; p++)
		c = polymod(c, (uint8_t)lower(*p) >> 5);
	c = polymod(c, 0);
	for (const char *p = hrp; *p; p++)
		c = polymod(c, (uint8_t)lower(*p) & 31);
	return c;
}

/* Value of a letter in that case, or -1. */
static int value(char c, bool upper)
{
	const char *at;

	if (upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z')
		return -1;
	at = c ? strchr(charset, lower(c)) : NULL;
	return at ? (int)(at - charset) : -1;
}

bool bech32_decode(struct str text, const char *hrp, uint8_t *data, size_t n)
{
	size_t head = strlen(hrp), letters = (n * 8 + 4) / 5, out = 0;
	uint32_t c = begin(hrp), bits = 0;
	int have = 0;

	if (text.n != head + 1 + letters + CHECK || !str_starts(text, hrp) ||
	    text.s[head] != '1')
		return false;
	for (size_t i = 0; i < letters + CHECK; i++) {
		int v = value(text.s[head + 1 + i], is_upper(hrp));

		if (v < 0)
			return false;
		c = polymod(c, (uint8_t)v);
		if (i >= letters)
			continue;
		bits = (bits << 5 | (uint32_t)v) & 0xfff;
		have += 5;
		if (have >= 8) {
			have -= 8;
			data[out++] = (uint8_t)(bits >> have);
		}
	}
	return c == 1 && out == n && (bits & ((1U << have) - 1)) == 0;
}

static void put(struct buf *b, bool upper, uint32_t v)
{
	char c = charset[v];

	buf_addch(b, upper && c >= 'a' ? (char)(c - 'a' + 'A') : c);
}

void bech32_encode(struct buf *b, const char *hrp, const uint8_t *data,
    size_t n)
{
	uint32_t c = begin(hrp), bits = 0;
	bool upper = is_upper(hrp);
	int have = 0;

	buf_addf(b, "%s1", hrp);
	for (size_t i = 0; i < n || have > 0;) {
		uint32_t v;

		if (have < 5 && i < n) {
			bits = (bits << 8 | data[i++]) & 0xfff;
			have += 8;
		}
		v = (have >= 5 ? bits >> (have - 5) : bits << (5 - have)) & 31;
		have -= 5;
		c = polymod(c, (uint8_t)v);
		put(b, upper, v);
	}
	for (int i = 0; i < CHECK; i++)
		c = polymod(c, 0);
	for (int i = 0; i < CHECK; i++)
		put(b, upper, (c ^ 1) >> 5 * (CHECK - 1 - i) & 31);
}

/* ---- base64 ---- */

void b64_raw(struct buf *out, const void *p, size_t n)
{
	base64_encode(out, p, n);
	while (out->len && out->s[out->len - 1] == '=')
		out->s[--out->len] = '\0';
}

bool b64_strict(struct buf *out, struct str text, bool padded)
{
	BUF_AUTO again = BUF_INIT, whole = BUF_INIT;
	size_t from = out->len;

	if (text.n == 0)
		return true;
	buf_addstr(&whole, text);
	while (!padded && whole.len % 4)
		buf_addch(&whole, '=');
	if (!base64_decode(out, buf_str(&whole)))
		return false;
	if (padded)
		base64_encode(&again, out->s + from, out->len - from);
	else
		b64_raw(&again, out->s + from, out->len - from);
	if (str_eq(buf_str(&again), text))
		return true;
	out->len = from;
	return false;
}
