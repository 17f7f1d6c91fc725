#ifndef QUALITY_STATEMENTS_H
#define QUALITY_STATEMENTS_H

#include "ehr/store.h"

enum quality_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql quality_sql_table[];

#endif
