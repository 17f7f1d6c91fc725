/* Hash maps: open addressing, linear probing, powers of two, at most 0.7
 * full. The hash is seeded once a process: input cannot aim at collisions. */
#include "ehr/base.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

/* ---- hash ---- */

/* odd constants with about half of the bits set: the first digits of the
 * fractional parts of the square roots of 2, 3 and 5 */
#define K1 UINT64_C(0x6a09e667f3bcc909)
#define K2 UINT64_C(0xbb67ae8584caa73b)
#define K3 UINT64_C(0x3c6ef372fe94f82b)

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t read8(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t read4(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Sixteen bytes a step by a 64 x 64 -> 128 bit multiplication; the tail is
 * read overlapping. The former state is added, not only multiplied, so that
 * no input block can wipe it out. */
uint64_t hash64(const void *data, size_t n, uint64_t seed)
{
	const uint8_t *p = data;
	uint64_t h = mix(seed ^ K1, n ^ K2), a = 0, b = 0;
	size_t left = n;

	for (; left > 16; left -= 16, p += 16)
		h = (h << 29 | h >> 35) + mix(read8(p) ^ K1,
		    read8(p + 8) ^ K2 ^ h);
	if (left >= 8) {
		a = read8(p);
		b = read8(p + left - 8);
	} else if (left >= 4) {
		a = read4(p);
		b = read4(p + left - 4);
	} else if (left > 0) {
		a = p[0];
		b = (uint64_t)p[left / 2] << 8 | p[left - 1];
	}
	h = (h << 29 | h >> 35) + mix(a ^ K1, b ^ K2 ^ h);
	return mix(h ^ K3, K2);
}

static uint64_t process_seed(void)
{
	static _Atomic uint64_t seed;
	uint64_t now = atomic_load_explicit(&seed, memory_order_relaxed);
	uint64_t fresh = 0, none = 0;

	if (now)
		return now;
	if (getrandom(&fresh, sizeof(fresh), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(fresh))
		fresh = (uintptr_t)&fresh;
	fresh |= 1;
	return atomic_compare_exchange_strong(&seed, &none, fresh) ? fresh :
								     none;
}

static bool too_full(size_t count, size_t cap)
{
	return count + 1 > cap / 10 * 7;
}

/* ---- 64-bit keys ---- */

/* Key 0 marks a free slot; the pair with key 0 itself lives in slot[cap],
 * whose key says whether it is there. */
struct map64_slot {
	uint64_t key;
	int64_t value;
};

static struct map64_slot *map64_find(const struct map64 *m, uint64_t key)
{
	size_t mask = m->cap - 1;
	size_t i = mix(key ^ K1, process_seed() ^ K2) & mask;

	while (m->slot[i].key != 0 && m->slot[i].key != key)
		i = (i + 1) & mask;
	return &m->slot[i];
}

int64_t *map64_get(const struct map64 *m, uint64_t key)
{
	struct map64_slot *s;

	if (m->cap == 0)
		return NULL;
	s = key == 0 ? &m->slot[m->cap] : map64_find(m, key);
	return s->key ? &s->value : NULL;
}

static void map64_grow(struct map64 *m)
{
	struct map64_slot *old = m->slot;
	size_t i, cap = m->cap;

	m->cap = cap ? cap * 2 : 16;
	m->slot = xcalloc(m->cap + 1, sizeof(*m->slot));
	for (i = 0; i < cap; i++)
		if (old[i].key)
			*map64_find(m, old[i].key) = old[i];
	if (cap)
		m->slot[m->cap] = old[cap];
	free(old);
}

int64_t *map64_put(struct map64 *m, uint64_t key, bool *added)
{
	int64_t *v = map64_get(m, key);
	struct map64_slot *s;

	if (added)
		*added = v == NULL;
	if (v)
		return v;
	if (m->cap == 0 || too_full(m->count, m->cap))
		map64_grow(m);
	s = key == 0 ? &m->slot[m->cap] : map64_find(m, key);
	s->key = key ? key : 1;
	s->value = 0;
	m->count++;
	return &s->value;
}

void map64_clear(struct map64 *m)
{
	if (m->cap)
		memset(m->slot, 0, (m->cap + 1) * sizeof(*m->slot));
	m->count = 0;
}

void map64_release(struct map64 *m)
{
	free(m->slot);
	*m = MAP64_INIT;
}

/* ---- byte keys ---- */

struct strmap_slot {
	struct str key; /* s is NULL in a free slot */
	uint64_t hash;
	int64_t value;
};

static struct strmap_slot *strmap_find(const struct strmap *m, struct str key,
    uint64_t hash)
{
	size_t mask = m->cap - 1, i = hash & mask;
	struct strmap_slot *s;

	for (;; i = (i + 1) & mask) {
		s = &m->slot[i];
		if (!s->key.s || (s->hash == hash && str_eq(s->key, key)))
			return s;
	}
}

int64_t *strmap_get(const struct strmap *m, struct str key)
{
	struct strmap_slot *s;

	if (m->cap == 0)
		return NULL;
	s = strmap_find(m, key, hash64(key.s, key.n, process_seed()));
	return s->key.s ? &s->value : NULL;
}

static void strmap_grow(struct strmap *m)
{
	struct strmap_slot *old = m->slot, *s;
	size_t i, cap = m->cap;

	m->cap = cap ? cap * 2 : 16;
	m->slot = xcalloc(m->cap, sizeof(*m->slot));
	for (i = 0; i < cap; i++) {
		if (!old[i].key.s)
			continue;
		s = strmap_find(m, old[i].key, old[i].hash);
		*s = old[i];
	}
	free(old);
}

int64_t *strmap_put(struct strmap *m, struct str key, bool *added)
{
	uint64_t hash = hash64(key.s, key.n, process_seed());
	struct strmap_slot *s = m->cap ? strmap_find(m, key, hash) : NULL;

	if (added)
		*added = !s || !s->key.s;
	if (s && s->key.s)
		return &s->value;
	if (!s || too_full(m->count, m->cap)) {
		strmap_grow(m);
		s = strmap_find(m, key, hash);
	}
	s->key = arena_str(&m->keys, key);
	s->hash = hash;
	s->value = 0;
	m->count++;
	return &s->value;
}

int strmap_each(const struct strmap *m,
    int (*fn)(void *arg, struct str key, int64_t value), void *arg)
{
	size_t i;
	int r;

	for (i = 0; i < m->cap; i++) {
		if (!m->slot[i].key.s)
			continue;
		r = fn(arg, m->slot[i].key, m->slot[i].value);
		if (r != 0)
			return r;
	}
	return 0;
}

void strmap_release(struct strmap *m)
{
	free(m->slot);
	arena_release(&m->keys);
	*m = STRMAP_INIT;
}
