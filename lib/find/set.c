/* set.c - sorted sets of numbers. */
#include <stdlib.h>

#include "impl.h"

void find_set_release(struct find_set *s)
{
	free(s->v);
	*s = FIND_SET_INIT;
}

void find_set_add(struct find_set *s, int64_t v)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->v = xrealloc(s->v, s->cap * sizeof(*s->v));
	}
	s->v[s->n++] = v;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void find_set_sort(struct find_set *s)
{
	bool sorted = true;
	size_t kept = 0;

	for (size_t i = 1; sorted && i < s->n; i++)
		sorted = s->v[i - 1] < s->v[i];
	if (sorted)
		return;
	qsort(s->v, s->n, sizeof(*s->v), by_value);
	for (size_t i = 1; i < s->n; i++)
		if (s->v[i] != s->v[kept])
			s->v[++kept] = s->v[i];
	s->n = kept + 1;
}

bool find_set_has(const struct find_set *s, int64_t v)
{
	return s->n && bsearch(&v, s->v, s->n, sizeof(v), by_value) != NULL;
}

/* Keeps what other has (or has not). */
static void keep(struct find_set *s, const struct find_set *other, bool both)
{
	size_t j = 0, kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		bool has;

		while (j < other->n && other->v[j] < s->v[i])
			j++;
		has = j < other->n && other->v[j] == s->v[i];
		if (has == both)
			s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

void set_and(struct find_set *s, const struct find_set *other)
{
	keep(s, other, true);
}

void set_minus(struct find_set *s, const struct find_set *other)
{
	keep(s, other, false);
}
