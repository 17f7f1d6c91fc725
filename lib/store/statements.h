#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "ehr/store.h"

enum store_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql store_sql_table[];

#endif
