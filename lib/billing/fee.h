/* fee.h - what the files of fees share. */
#ifndef BILLING_FEE_H
#define BILLING_FEE_H

#include "ehr/billing-fee.h"

enum fee_sql_id {
#define X(id, name, text, perm) id,
#include "billing/fee.def"
#undef X
};
extern const struct sql fee_sql_table[];

static inline struct stmt *fee_sql(struct store *db, enum fee_sql_id id)
{
	return store_sql(db, &fee_sql_table[id]);
}

/* Puts a fee; the same one again is unchanged. */
int fee_put(struct store *db, int64_t batch, const struct fee *f,
    struct batch_counts *n, struct ehr_err *e);

#endif
