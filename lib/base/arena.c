/* Arena: blocks that double, freed at once. */
#include "ehr/base.h"

#include <stdlib.h>

enum {
	BLOCK_FIRST = 4 << 10,
	BLOCK_MAX = 1 << 20,
	ALIGN = 16,
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	_Alignas(ALIGN) char data[];
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *b;

	if (size > SIZE_MAX / 2)
		xnomem();
	b = xmalloc(sizeof(*b) + size);
	b->next = NULL;
	b->size = size;
	return b;
}

/* Room for n bytes that the current block has not. A request too large for
 * sharing gets a block of its own behind the current one. */
static char *take_slow(struct arena *a, size_t n)
{
	size_t size = a->head ? a->head->size * 2 : BLOCK_FIRST;
	struct arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (a->head && n > size / 4) {
		b = block_new(n);
		a->held += b->size;
		b->next = a->head->next;
		a->head->next = b;
		return b->data;
	}
	b = block_new(n > size ? n : size);
	a->held += b->size;
	b->next = a->head;
	a->head = b;
	a->at = b->data + n;
	a->left = b->size - n;
	return b->data;
}

static char *take(struct arena *a, size_t n, size_t align)
{
	size_t pad = -(uintptr_t)a->at & (align - 1);
	char *p;

	if (n > a->left || pad > a->left - n)
		return take_slow(a, n);
	p = a->at + pad;
	a->at = p + n;
	a->left -= pad + n;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n ? n : 1, ALIGN), 0, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX)
		xnomem();
	p = take(a, n + 1, 1);
	if (n)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){ arena_strndup(a, s.s, s.n), s.n };
}

static void free_blocks(struct arena_block *b)
{
	struct arena_block *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
}

void arena_reset(struct arena *a)
{
	if (!a->head)
		return;
	if (a->head->size > BLOCK_MAX) {
		arena_release(a);
		return;
	}
	free_blocks(a->head->next);
	a->head->next = NULL;
	a->at = a->head->data;
	a->left = a->held = a->head->size;
}

void arena_release(struct arena *a)
{
	free_blocks(a->head);
	*a = ARENA_INIT;
}
