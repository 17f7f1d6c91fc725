/* bloom.c - a set of hashes that may say yes wrongly, never no. In a load into
 * an empty record most ids are new; asking here spares the look-up. The bits
 * of a hash lie in one word: one miss of the processor's cache. */
#include <stdlib.h>

#include "impl.h"

enum { LOG2_LEAST = 13, LOG2_MOST = 21, PROBES = 4 }; /* 64 KiB to 16 MiB */

void bloom_init(struct bloom *b, size_t names)
{
	b->log2 = LOG2_LEAST;
	while (b->log2 < LOG2_MOST && ((size_t)1 << b->log2) < names / 4)
		b->log2++;
	b->word = xcalloc((size_t)1 << b->log2, sizeof(*b->word));
}

bool bloom_add(struct bloom *b, uint64_t hash)
{
	uint64_t *word = &b->word[hash >> (64 - b->log2)], mask = 0;
	bool there;

	for (int i = 0; i < PROBES; i++)
		mask |= (uint64_t)1 << (hash >> (6 * i) & 63);
	there = (*word & mask) == mask;
	*word |= mask;
	return there;
}

void bloom_release(struct bloom *b)
{
	free(b->word);
	b->word = NULL;
}
