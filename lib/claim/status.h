/* status.h - what the files of events and acknowledgements share. */
#ifndef CLAIM_STATUS_IMPL_H
#define CLAIM_STATUS_IMPL_H

#include "ehr/claim-status.h"

enum status_sql_id {
#define X(id, name, text, perm) id,
#include "claim/status.def"
#undef X
};
extern const struct sql status_sql_table[];

static inline struct stmt *status_sql(struct store *db, enum status_sql_id id)
{
	return store_sql(db, &status_sql_table[id]);
}

#endif
