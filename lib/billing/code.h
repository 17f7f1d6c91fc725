/* code.h - what the files of code tables share. */
#ifndef BILLING_CODE_H
#define BILLING_CODE_H

#include "ehr/billing-code.h"

enum code_sql_id {
#define X(id, name, text, perm) id,
#include "code.def"
#undef X
};
extern const struct sql code_sql_table[];

static inline struct stmt *code_sql(struct store *db, enum code_sql_id id)
{
	return store_sql(db, &code_sql_table[id]);
}

/* Five letters or digits as a number; -1: they are not. */
int64_t code_number(struct str code);

#endif
