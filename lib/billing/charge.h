/* charge.h - what the files of charges share. */
#ifndef BILLING_CHARGE_H
#define BILLING_CHARGE_H

#include "ehr/billing-charge.h"

enum charge_sql_id {
#define X(id, name, text, perm) id,
#include "charge.def"
#undef X
};
extern const struct sql charge_sql_table[];

static inline struct stmt *charge_sql(struct store *db, enum charge_sql_id id)
{
	return store_sql(db, &charge_sql_table[id]);
}

/* Is value one a field of that row may have? It is put into shape in b;
 * EHR_EREJECT. */
int charge_value_check(const struct charge_name *f, struct str value,
    struct buf *b, struct ehr_err *e);

/* The most an amount may be: what fits a form (CMS-1500 field 28). */
#define MAX_CHARGE_CENTS INT64_C(9999999999)
/* Letters and digits alone; a day; a decimal that is not negative; an amount
 * in cents. */
bool charge_word(struct str v);
bool charge_day(struct str v);
bool charge_number(struct str v);
bool charge_amount(struct str v, int64_t *cents);
void charge_upper(struct buf *b, struct str v);

/* A charge being read from a file: names of whose it is, where it began. */
struct charge_draft {
	struct charge c;
	struct str patient, encounter; /* in the charge's arena */
	uint64_t line;
	struct ehr_err why; /* it is to be rejected: the first reason */
};
struct charge_loading {
	struct charge_writer *w;
	const struct charge_source *s;
	struct batch_counts *n;
	struct charge_draft draft;
	struct ehr_err *e;
};
/* Sets a value of the draft; the first failure is kept. */
void charge_draft_set(struct charge_loading *l, int n, struct str name,
    struct str value);
/* The draft is whole: it is added or rejected, and empty again. 0, or what
 * ends the loading. */
int charge_draft_end(struct charge_loading *l);
int charge_load_csv(struct charge_loading *l);
int charge_load_ndjson(struct charge_loading *l);

/* Room for one more at the end, zeroed. */
struct charge_line *charge_more_lines(struct charge *c);
struct charge_value *charge_more_fields(struct charge *c);

#endif
