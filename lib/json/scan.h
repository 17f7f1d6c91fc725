/* scan.h - strings and brackets in blocks of 64 bytes; lib/json only. */
#ifndef EHR_JSON_SCAN_H
#define EHR_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SCAN_BLOCK = 64 };

/* One bit for each byte of a block. */
struct scan_masks {
	uint64_t quote, slash, bracket, line;
};

#ifdef __SSE2__
static inline uint64_t scan_eq(const __m128i v[4], char c)
{
	const __m128i k = _mm_set1_epi8(c);
	uint64_t m = 0;
	int i;

#pragma GCC unroll 4
	for (i = 0; i < 4; i++)
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v[i], k)) << (16 * i);
	return m;
}

static inline struct scan_masks scan_block(const char *p)
{
	const __m128i low = _mm_set1_epi8(0x20);
	const __m128i opens = _mm_set1_epi8('{'), closes = _mm_set1_epi8('}');
	struct scan_masks m;
	__m128i v[4], c;
	uint64_t bits = 0;
	int i;

#pragma GCC unroll 4
	for (i = 0; i < 4; i++)
		v[i] = _mm_loadu_si128((const void *)(p + 16 * i));
	m.quote = scan_eq(v, '"');
	m.slash = scan_eq(v, '\\');
	m.line = scan_eq(v, '\n');
#pragma GCC unroll 4
	for (i = 0; i < 4; i++) {
		c = _mm_or_si128(v[i], low); /* [ and { differ by one bit */
		c = _mm_or_si128(_mm_cmpeq_epi8(c, opens),
		    _mm_cmpeq_epi8(c, closes));
		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(c) << (16 * i);
	}
	m.bracket = bits;
	return m;
}
#else
static inline struct scan_masks scan_block(const char *p)
{
	struct scan_masks m = { 0, 0, 0, 0 };
	uint64_t bit = 1;
	int i;

	for (i = 0; i < SCAN_BLOCK; i++, bit <<= 1) {
		m.quote |= p[i] == '"' ? bit : 0;
		m.slash |= p[i] == '\\' ? bit : 0;
		m.line |= p[i] == '\n' ? bit : 0;
		m.bracket |= (p[i] | 0x20) == '{' || (p[i] | 0x20) == '}' ?
		    bit : 0;
	}
	return m;
}
#endif

/* Takes the escaped quotes out of m; *carry: the block's first byte, then the
 * one behind it, is escaped. */
static inline void scan_escapes(struct scan_masks *m, bool *carry)
{
	uint64_t slash = m->slash, bit;

	if (*carry) {
		m->quote &= ~(uint64_t)1;
		slash &= ~(uint64_t)1;
		*carry = false;
	}
	while (slash) {
		bit = slash & -slash;
		*carry = bit >> 63;
		m->quote &= ~(bit << 1);
		slash &= ~(bit | bit << 1);
	}
}

/* Bits from each quote to the next one; *carry: a string is open. */
static inline uint64_t scan_strings(uint64_t quote, bool *carry)
{
	uint64_t m = quote;
	int i;

#pragma GCC unroll 6
	for (i = 1; i < SCAN_BLOCK; i *= 2)
		m ^= m << i;
	if (*carry)
		m = ~m;
	*carry = m >> 63;
	return m;
}

#endif
