/* bloom.c - a set of hashes that may say yes wrongly, never no. In a load into
 * an empty record most ids are new; asking here spares the look-up. The bits
 * of a hash lie in one word: one miss of the processor's cache. */
#include <stdlib.h>

#include "impl.h"

enum { WORDS_LOG2 = 21, PROBES = 4 }; /* 16 MiB */

bool bloom_add(struct bloom *b, uint64_t hash)
{
	uint64_t *word, mask = 0;
	bool there;

	if (b->word == NULL)
		b->word = xcalloc((size_t)1 << WORDS_LOG2, sizeof(*b->word));
	word = &b->word[hash >> (64 - WORDS_LOG2)];
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
