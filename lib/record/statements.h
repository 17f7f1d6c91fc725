#ifndef RECORD_STATEMENTS_H
#define RECORD_STATEMENTS_H

#include "ehr/store.h"

enum record_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql record_sql_table[];

#endif
