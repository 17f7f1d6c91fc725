/*
 * keys.c - the keys of an object are unique (RFC 8259 4 says SHOULD; two
 * readers of one record must not see different values, so here it is a must).
 *
 * Few keys: a bit set tells most of the time that a key is new, else the ones
 * before it are compared. Many keys, or some with escapes: they are decoded
 * and sorted once, when the object is complete, so that an object of a million
 * keys costs no square.
 */
#include <stdlib.h>

#include "json/parse.h"

bool keys_met(const struct tape *t, uint32_t object, uint32_t key)
{
	struct str s = tape_str(t, key);
	uint32_t k;

	for (k = object + 1; k < key; k = t->node[k + 1].next)
		if (str_eq(tape_str(t, k), s))
			return true;
	return false;
}

struct sorted {
	uint64_t hash;
	uint32_t key;
	uint32_t len;
	size_t off; /* of the decoded key in the buffer, when escaped */
	const char *s;
};

static int sorted_cmp(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->len ? memcmp(x->s, y->s, x->len) : 0;
}

/* Fills k for the key at index i; b takes its text when it has escapes. */
static void sorted_fill(struct sorted *k, const struct tape *t, uint32_t i,
    struct buf *b)
{
	struct str s = tape_str(t, i);

	k->key = i;
	k->s = s.s;
	if (t->node[i].escaped) {
		k->s = NULL;
		k->off = b->len;
		json_unescape(b, s);
		s = (struct str){ b->s + k->off, b->len - k->off };
	}
	k->len = (uint32_t)s.n;
	k->hash = hash64(s.s, s.n, 0);
}

uint32_t keys_duplicate(const struct tape *t, uint32_t object)
{
	uint32_t k, twice, found = 0, n = 0, i = 0;
	BUF_AUTO decoded = BUF_INIT;
	struct sorted *key;

	tape_each_key(t, object, j)
		n++;
	key = xmalloc(n * sizeof(*key));
	for (k = object + 1; i < n; k = t->node[k + 1].next)
		sorted_fill(&key[i++], t, k, &decoded);
	for (i = 0; i < n; i++)
		if (!key[i].s)
			key[i].s = decoded.s + key[i].off;
	qsort(key, n, sizeof(*key), sorted_cmp);
	for (i = 1; i < n; i++) {
		if (sorted_cmp(&key[i - 1], &key[i]) != 0)
			continue;
		twice = key[i].key > key[i - 1].key ? key[i].key :
		    key[i - 1].key;
		if (!found || twice < found)
			found = twice;
	}
	free(key);
	return found;
}
