/* UTF-8: checking, decoding, folding for search, cleaning for people. */
#include "ehr/base.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define REPLACEMENT 0xFFFD

/* Bytes of the sequence at s (RFC 3629 4), 0 when it is none. */
static size_t sequence(const unsigned char *s, size_t n)
{
	unsigned char c = s[0], lo = 0x80, hi = 0xBF;
	size_t len, i;

	if (c < 0x80)
		return 1;
	if (c < 0xC2 || c > 0xF4)
		return 0;
	len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
	if (n < len)
		return 0;
	switch (c) {
	case 0xE0:
		lo = 0xA0; /* overlong */
		break;
	case 0xED:
		hi = 0x9F; /* surrogates */
		break;
	case 0xF0:
		lo = 0x90; /* overlong */
		break;
	case 0xF4:
		hi = 0x8F; /* over U+10FFFF */
		break;
	default:
		break;
	}
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (i = 2; i < len; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

size_t utf8_valid(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0, len;
	uint64_t word;

	while (i < n) {
		if (n - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if ((word & HIGH_BITS) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		len = sequence(p + i, n - i);
		if (len == 0)
			break;
		i += len;
	}
	return i;
}

uint32_t utf8_next(const char **s, const char *end)
{
	static const unsigned char mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *p = (const unsigned char *)*s;
	size_t i, len = sequence(p, (size_t)(end - *s));
	uint32_t cp;

	if (len == 0) {
		++*s;
		return REPLACEMENT;
	}
	cp = p[0] & mask[len];
	for (i = 1; i < len; i++)
		cp = cp << 6 | (p[i] & 0x3F);
	*s += len;
	return cp;
}

void utf8_put(struct buf *b, uint32_t cp)
{
	char out[4];
	size_t n = 1;

	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (char)cp;
	} else if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		n = 2;
	} else if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		n = 3;
	} else {
		out[0] = (char)(0xF0 | cp >> 18);
		out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
		out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[3] = (char)(0x80 | (cp & 0x3F));
		n = 4;
	}
	buf_add(b, out, n);
}

/* ---- ranges of code points ---- */

struct range {
	uint32_t first, last;
};

static bool in_ranges(const struct range *r, size_t n, uint32_t cp)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (cp > r[mid].last)
			lo = mid + 1;
		else if (cp < r[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

/* ---- folding ---- */

static const struct fold {
	uint16_t cp;
	char to[6];
} folds[] = {
#define X(cp, to) { cp, to },
#include "fold.def"
#undef X
};

/* blanks, controls, apostrophes and hyphens behind ASCII */
static const struct range fold_blank[] = {
	{ 0x80, 0xA0 }, { 0xB4, 0xB4 }, { 0x2B9, 0x2BF }, { 0x2C8, 0x2C8 },
	{ 0x374, 0x374 },
	{ 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x2010, 0x2015 },
	{ 0x2018, 0x201B }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
	{ 0x2032, 0x2032 }, { 0x205F, 0x205F }, { 0x2212, 0x2212 },
	{ 0x3000, 0x3000 }, { 0xFE63, 0xFE63 }, { 0xFF07, 0xFF07 },
	{ 0xFF0D, 0xFF0D }, { 0xFF40, 0xFF40 },
};

/* soft hyphen, combining marks, zero width characters, bidi controls */
static const struct range fold_drop[] = {
	{ 0xAD, 0xAD }, { 0x300, 0x36F }, { 0x61C, 0x61C }, { 0x200B, 0x200F },
	{ 0x202A, 0x202E }, { 0x2060, 0x2064 }, { 0x2066, 0x206F },
	{ 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },
};

static const struct fold *fold_find(uint32_t cp)
{
	size_t lo = 0, hi = ARRAY_LEN(folds), mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (folds[mid].cp == cp)
			return &folds[mid];
		if (folds[mid].cp < cp)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Folds the ASCII text at p up to the first other byte and returns that.
 * *blank: a blank is due before the next letter. */
static const char *fold_ascii(struct buf *b, size_t start, const char *p,
    const char *end, bool *blank)
{
	char c, *to;

	buf_grow(b, (size_t)(end - p) + 1);
	to = b->s + b->len;
	for (; p < end && (unsigned char)*p < 0x80; p++) {
		c = *p;
		if (c <= ' ' || c == 0x7F || c == '\'' || c == '-' ||
		    c == '`') {
			*blank = true;
			continue;
		}
		if (*blank && to > b->s + start)
			*to++ = ' ';
		*blank = false;
		*to++ = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
	}
	*to = '\0';
	b->len = (size_t)(to - b->s);
	return p;
}

void utf8_fold(struct buf *b, struct str s)
{
	const char *p = s.s, *end = str_end(s);
	const struct fold *f;
	size_t start = b->len;
	bool blank = false;
	uint32_t cp;

	while (p < end) {
		p = fold_ascii(b, start, p, end, &blank);
		if (p == end)
			break;
		cp = utf8_next(&p, end);
		if (in_ranges(fold_blank, ARRAY_LEN(fold_blank), cp)) {
			blank = true;
			continue;
		}
		if (in_ranges(fold_drop, ARRAY_LEN(fold_drop), cp))
			continue;
		if (blank && b->len > start)
			buf_addch(b, ' ');
		blank = false;
		f = fold_find(cp);
		if (f)
			buf_adds(b, f->to);
		else
			utf8_put(b, cp);
	}
}

/* ---- cleaning ---- */

static const struct range bidi[] = {
	{ 0x61C, 0x61C }, { 0x200E, 0x200F }, { 0x202A, 0x202E },
	{ 0x2066, 0x2069 },
};

/* Bytes of the control sequence's parameters and final byte at p (ECMA-48
 * 5.4), 0 when it is broken. */
static size_t skip_csi(const char *p, const char *end)
{
	const char *at = p;

	while (at < end && *at >= 0x20 && *at <= 0x3F)
		at++;
	if (at < end && *at >= 0x40 && *at <= 0x7E)
		return (size_t)(at + 1 - p);
	return 0;
}

/* Bytes of a control string at p up to its terminator BEL, ESC \ or U+009C
 * (ECMA-48 5.6). One that does not end in its line is broken: 0, so that
 * what stands behind is seen. */
static size_t skip_string(const char *p, const char *end)
{
	const char *at;

	for (at = p; at < end && *at != '\n'; at++) {
		if (*at == '\a')
			return (size_t)(at + 1 - p);
		if (end - at >= 2 && (memcmp(at, "\033\\", 2) == 0 ||
		    memcmp(at, "\xC2\x9C", 2) == 0))
			return (size_t)(at + 2 - p);
	}
	return 0;
}

/* Moves *p behind what follows ESC or a C1 control cp. */
static void skip_escape(const char **p, const char *end, uint32_t cp)
{
	if (cp == 0x1B) {
		if (*p >= end || **p < 0x20 || **p > 0x7E)
			return;
		while (*p < end && **p >= 0x20 && **p <= 0x2F)
			++*p;
		if (*p >= end || **p < 0x30 || **p > 0x7E)
			return;
		cp = (unsigned char)*(*p)++;
		if (cp < 0x40 || cp > 0x5F)
			return;
		cp += 0x40; /* ESC [ is U+009B and so on */
	}
	switch (cp) {
	case 0x9B: /* CSI */
		*p += skip_csi(*p, end);
		break;
	case 0x90: /* DCS */
	case 0x98: /* SOS */
	case 0x9D: /* OSC */
	case 0x9E: /* PM */
	case 0x9F: /* APC */
		*p += skip_string(*p, end);
		break;
	default:
		break;
	}
}

void utf8_clean(struct buf *b, struct str s, bool keep_lines)
{
	const char *p = s.s, *end = str_end(s);
	uint32_t cp;

	while (p < end) {
		cp = utf8_next(&p, end);
		if (cp == '\r' && p < end && *p == '\n')
			continue;
		if (cp == '\t' && keep_lines) {
			buf_addch(b, '\t');
		} else if ((cp >= '\t' && cp <= '\r') || cp == 0x85 ||
		    cp == 0x2028 || cp == 0x2029) {
			buf_addch(b, keep_lines ? '\n' : ' ');
		} else if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F)) {
			skip_escape(&p, end, cp);
		} else if (cp < 0x80) {
			buf_addch(b, (char)cp);
		} else if (!in_ranges(bidi, ARRAY_LEN(bidi), cp)) {
			utf8_put(b, cp);
		}
	}
}

/* ---- columns ---- */

static const struct range zero_width[] = {
#define ZERO(first, last) { first, last },
#define WIDE(first, last)
#include "width.def"
#undef ZERO
#undef WIDE
};

static const struct range double_width[] = {
#define ZERO(first, last)
#define WIDE(first, last) { first, last },
#include "width.def"
#undef ZERO
#undef WIDE
};

static size_t width(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		return 0;
	if (cp < 0x300)
		return cp != 0xAD;
	if (in_ranges(zero_width, ARRAY_LEN(zero_width), cp))
		return 0;
	return in_ranges(double_width, ARRAY_LEN(double_width), cp) ? 2 : 1;
}

size_t utf8_width(struct str s)
{
	const char *p = s.s, *end = str_end(s);
	size_t cols = 0;

	while (p < end)
		cols += width(utf8_next(&p, end));
	return cols;
}

size_t utf8_fit(struct str s, size_t cols)
{
	const char *p = s.s, *end = str_end(s), *next = p;
	size_t w;

	while (p < end) {
		w = width(utf8_next(&next, end));
		if (w > cols)
			break;
		cols -= w;
		p = next;
	}
	return (size_t)(p - s.s);
}
