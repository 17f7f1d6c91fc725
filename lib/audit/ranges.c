/*
 * ranges.c - whose data an event was about: ranges of patient numbers,
 * ascending, with gaps between them.
 *
 * The patient of an event with one patient stands in the row, where an index
 * finds it; the ranges of a set stand there as bytes, so that a search that
 * finds a hundred patients is a row and not a hundred, each on a page of its
 * own. The bytes: of each range the distance of its first number from the
 * last one before it (0 at the start), and that of its last number from its
 * first; unsigned LEB128.
 */
#include <stdlib.h>

#include "impl.h"

static int by_first(const void *a, const void *b)
{
	const struct audit_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

size_t ranges_tidy(struct audit_range *r, size_t n)
{
	size_t i, kept = 0;

	if (n < 2)
		return n;
	qsort(r, n, sizeof(*r), by_first);
	for (i = 1; i < n; i++) {
		if (r[i].first - 1 > r[kept].last)
			r[++kept] = r[i];
		else if (r[i].last > r[kept].last)
			r[kept].last = r[i].last;
	}
	return kept + 1;
}

size_t audit_ranges(const int64_t *patient, size_t n, struct audit_range *out)
{
	size_t i, used = 0;

	for (i = 0; i < n; i++)
		if (patient[i] != 0)
			out[used++] = (struct audit_range){ patient[i],
				patient[i] };
	return ranges_tidy(out, used);
}

/* ---- as bytes ---- */

static void put(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addch(b, (char)(v | 0x80));
	buf_addch(b, (char)v);
}

void ranges_put(struct buf *b, const struct audit_range *r, size_t n)
{
	int64_t last = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		put(b, (uint64_t)(r[i].first - last));
		put(b, (uint64_t)(r[i].last - r[i].first));
		last = r[i].last;
	}
}

/* *at moved on by the number at s; false when none is there or it leads
 * beyond an int64. */
static bool take(struct str *s, int64_t *at)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; s->n && shift < 63; shift += 7) {
		unsigned char c = (unsigned char)*s->s++;

		s->n--;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c >= 0x80)
			continue;
		if (v > (uint64_t)(INT64_MAX - *at))
			return false;
		*at += (int64_t)v;
		return true;
	}
	return false;
}

bool ranges_take(struct str bytes, struct ranges *out)
{
	int64_t at = 0;

	out->n = 0;
	out->patients = 0;
	while (bytes.n) {
		struct audit_range r;
		int64_t before = at;

		if (!take(&bytes, &at) || at == before)
			return false;
		r.first = at;
		if (!take(&bytes, &at))
			return false;
		r.last = at;
		ranges_add(out, r);
	}
	return true;
}

void ranges_add(struct ranges *out, struct audit_range r)
{
	if (out->n == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 16;
		out->v = xrealloc(out->v, out->cap * sizeof(*out->v));
	}
	out->v[out->n++] = r;
	out->patients += r.last - r.first + 1;
}

void ranges_release(struct ranges *r)
{
	free(r->v);
	*r = (struct ranges){ 0 };
}
