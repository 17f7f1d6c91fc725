#ifndef BILLING_LEDGER_SQL_H
#define BILLING_LEDGER_SQL_H

#include "ehr/store.h"

/* A struct ledger_row. */
#define LEDGER_ROW                                                            \
	"SELECT e.txn, e.n, e.cents, e.patient, e.line, t.doc, t.reverses, "  \
	"t.batch, t.recorded, e.post_date, e.acct, e.payer, e.rank, "         \
	"e.guarantor, e.grp, e.carc, e.ref, t.staff, t.reason "               \
	"FROM entry e JOIN txn t ON t.id = e.txn "

enum ledger_sql_id {
#define X(id, name, text, perm) id,
#include "ledger.def"
#undef X
};
extern const struct sql ledger_sql_table[];

static inline struct stmt *ledger_sql(struct store *db, enum ledger_sql_id id)
{
	return store_sql(db, &ledger_sql_table[id]);
}

#endif
