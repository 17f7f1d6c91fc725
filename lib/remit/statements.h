#ifndef REMIT_STATEMENTS_H
#define REMIT_STATEMENTS_H

#include "ehr/store.h"

enum remit_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql remit_sql_table[];

static inline struct stmt *remit_sql(struct store *db, enum remit_sql_id id)
{
	return store_sql(db, &remit_sql_table[id]);
}

#endif
