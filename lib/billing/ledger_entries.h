/* ledger_entries.h - the entries of a transaction while it is made. */
#ifndef BILLING_LEDGER_ENTRIES_H
#define BILLING_LEDGER_ENTRIES_H

#include <stdlib.h>

#include "ehr/billing-ledger.h"

struct entries {
	struct ledger_entry *v;
	size_t n, cap;
	struct arena text;
};
#define ENTRIES_INIT ((struct entries){ NULL, 0, 0, ARENA_INIT })
#define ENTRIES_AUTO EHR_CLEANUP(entries_release) struct entries

static inline void entries_release(struct entries *x)
{
	free(x->v);
	arena_release(&x->text);
}

/* The next one, a copy of like; good until the next call. */
static inline struct ledger_entry *entries_add(struct entries *x,
    const struct ledger_entry *like)
{
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 16;
		x->v = xrealloc(x->v, x->cap * sizeof(*x->v));
	}
	x->v[x->n] = *like;
	return &x->v[x->n++];
}

#endif
