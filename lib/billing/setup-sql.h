#ifndef BILLING_SETUP_SQL_H
#define BILLING_SETUP_SQL_H

#include "ehr/store.h"

enum setup_sql_id {
#define X(id, name, text, perm) id,
#include "billing/setup.def"
#undef X
};
extern const struct sql setup_sql_table[];

static inline struct stmt *setup_sql(struct store *db, enum setup_sql_id id)
{
	return store_sql(db, &setup_sql_table[id]);
}

#endif
