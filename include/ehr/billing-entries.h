/* billing-entries.h - the entries of a transaction while it is made. */
#ifndef EHR_BILLING_ENTRIES_H
#define EHR_BILLING_ENTRIES_H

#include <stdlib.h>

#include "ehr/billing-ledger.h"

/* Those of one transaction, in order; text holds what their texts point to
 * when that does not outlive the reading (arena_str()). Released by
 * LEDGER_ENTRIES_AUTO or ledger_entries_release(), which leaves nothing that
 * may be used. */
struct ledger_entries {
	struct ledger_entry *v; /* owned */
	size_t n, cap;
	struct arena text;
};
#define LEDGER_ENTRIES_INIT ((struct ledger_entries){ NULL, 0, 0, ARENA_INIT })
#define LEDGER_ENTRIES_AUTO                                                   \
	EHR_CLEANUP(ledger_entries_release) struct ledger_entries

static inline void ledger_entries_release(struct ledger_entries *x)
{
	free(x->v);
	arena_release(&x->text);
}

/* The next one, a copy of like; good until the next call. */
static inline struct ledger_entry *ledger_entries_add(struct ledger_entries *x,
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
