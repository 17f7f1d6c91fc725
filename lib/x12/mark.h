/* mark.h - where delimiters stand, in blocks of 64 bytes; lib/x12 only. */
#ifndef X12_MARK_H
#define X12_MARK_H

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { MARK_BLOCK = 64 };

/* One bit for each byte of a block that is a or b. */
static inline uint64_t mark_block(const char *p, char a, char b)
{
	uint64_t m = 0;
	int i;

#ifdef __SSE2__
	const __m128i va = _mm_set1_epi8(a), vb = _mm_set1_epi8(b);

#pragma GCC unroll 4
	for (i = 0; i < MARK_BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const void *)(p + i));

		v = _mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb));
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << i;
	}
#else
	for (i = 0; i < MARK_BLOCK; i++)
		m |= (uint64_t)(p[i] == a || p[i] == b) << i;
#endif
	return m;
}

#endif
