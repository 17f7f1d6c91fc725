#ifndef SETUP_STATEMENTS_H
#define SETUP_STATEMENTS_H

#include "ehr/setup.h"

/* What is done with the items of a domain; four for each, in this order. */
enum setup_sql {
	SETUP_LIST,
	SETUP_LIST_AT,
	SETUP_ADD,
	SETUP_CLOSE,
	SETUP_SQLS
};
enum setup_sql_id {
#define X(id, name, text, perm) id,
#include "setup/statements.def"
#undef X
};
extern const struct sql setup_sql_table[];

static inline struct stmt *setup_sql(struct store *db,
    const struct setup_form *form, enum setup_sql what)
{
	return store_sql(db, &setup_sql_table[form->domain * SETUP_SQLS +
	    what]);
}

#endif
