/* statements.h - the SQL of messages. */
#ifndef NOTIFY_STATEMENTS_H
#define NOTIFY_STATEMENTS_H

#include "ehr/store.h"

enum notify_sql_id {
#define X(id, name, text, perm) SQL_##id,
#include "statements.def"
#undef X
};
extern const struct sql notify_sql_table[];
static inline struct stmt *notify_sql(struct store *db, enum notify_sql_id id)
{
	return store_sql(db, &notify_sql_table[id]);
}
static inline struct stmt *notify_scan(struct store *db,
    enum notify_sql_id id)
{
	return store_scan(db, &notify_sql_table[id]);
}

#endif
