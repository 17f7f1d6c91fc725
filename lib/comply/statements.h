#ifndef COMPLY_STATEMENTS_H
#define COMPLY_STATEMENTS_H

#include "ehr/store.h"

enum comply_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql comply_sql_table[];

static inline struct stmt *sql(struct store *db, enum comply_sql_id id)
{
	return store_sql(db, &comply_sql_table[id]);
}

#endif
