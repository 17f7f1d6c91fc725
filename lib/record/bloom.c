/* bloom.c - a set of hashes that may say yes wrongly, never no. In a load into
 * an empty record most ids are new; asking here spares the look-up. */
#include <stdlib.h>

#include "impl.h"

enum { BITS_LOG2 = 27, PROBES = 4 }; /* 16 MiB */

bool bloom_add(struct bloom *b, uint64_t hash)
{
	const uint64_t mask = ((uint64_t)1 << BITS_LOG2) - 1;
	uint64_t step = hash >> 32 | 1;
	bool there = true;

	if (b->bits == NULL)
		b->bits = xcalloc(1, (size_t)1 << (BITS_LOG2 - 3));
	for (int i = 0; i < PROBES; i++) {
		uint64_t at = (hash + (uint64_t)i * step) & mask;
		uint8_t bit = (uint8_t)(1 << (at & 7));

		there = there && (b->bits[at >> 3] & bit);
		b->bits[at >> 3] |= bit;
	}
	return there;
}

void bloom_release(struct bloom *b)
{
	free(b->bits);
	b->bits = NULL;
}
