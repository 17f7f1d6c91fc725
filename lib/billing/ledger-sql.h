#ifndef BILLING_LEDGER_SQL_H
#define BILLING_LEDGER_SQL_H

#include "ehr/store.h"

/* Entries, several to a statement: the triggers of the table cost as much as
 * all else for each one. */
#define LEDGER_ADD                                                            \
	"INSERT INTO entry(txn, n, acct, cents, post_date, patient, "         \
	"guarantor, payer, rank, provider, line, remit, ref, grp, carc) VALUES "
#define LEDGER_1 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define LEDGER_4 LEDGER_1 "," LEDGER_1 "," LEDGER_1 "," LEDGER_1
enum { LEDGER_COLUMNS = 15 };

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
