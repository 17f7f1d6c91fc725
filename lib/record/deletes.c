/* deletes.c - deletions of a known time. The chart of what is deleted is not
 * known when they are read, so they come after all that is put; those that
 * belong between two versions are found here when the second one comes. */
#include <stdlib.h>

#include "impl.h"

void deletes_add(struct deletes *d, uint64_t hash, int64_t time)
{
	bool added;
	int64_t *head = map64_put(&d->head, hash, &added);

	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->v = xrealloc(d->v, d->cap * sizeof(*d->v));
	}
	d->v[d->n++] = (struct timed_delete){ time, added ? 0 : *head };
	*head = (int64_t)d->n;
}

int64_t deletes_between(const struct deletes *d, uint64_t hash, int64_t from,
    int64_t to)
{
	const int64_t *head = map64_get(&d->head, hash);
	int64_t found = INT64_MAX;

	for (int64_t i = head ? *head : 0; i; i = d->v[i - 1].next)
		if (d->v[i - 1].time >= from && d->v[i - 1].time < to &&
		    d->v[i - 1].time < found)
			found = d->v[i - 1].time;
	return found;
}

void deletes_release(struct deletes *d)
{
	map64_release(&d->head);
	free(d->v);
}
