#ifndef BILLING_LEDGER_SQL_H
#define BILLING_LEDGER_SQL_H

#include "ehr/store.h"

enum ledger_sql_id {
#define X(id, name, text, perm) id,
#include "ledger.def"
#undef X
};
extern const struct sql ledger_sql_table[];

static inline struct stmt *ledger_sql(struct store *db, enum ledger_sql_id id)
{
	return store_sql(db, &ledger_sql_table[id]);
}

#endif
