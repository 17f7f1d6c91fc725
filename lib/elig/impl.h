#ifndef ELIG_IMPL_H
#define ELIG_IMPL_H

#include "ehr/elig.h"

enum elig_sql_id {
#define X(id, name, text, perm) id,
#include "statements.def"
#undef X
};
extern const struct sql elig_sql_table[];
static inline struct stmt *elig_sql(struct store *db, enum elig_sql_id id)
{
	return store_sql(db, &elig_sql_table[id]);
}

/* Adds a segment, its text copied; false: there are too many. */
bool elig_add_eb(struct elig_answer *a, struct str raw, uint64_t segment);
bool elig_add_part(struct elig_answer *a, size_t eb, const char *loop,
    struct str raw);
void elig_add_aaa(struct elig_answer *a, const char *loop, struct str valid,
    struct str reason, struct str follow);

/* Do the dates of the person (0) or of an EB (from 1) leave the day out? */
bool elig_left_out(const struct elig_answer *a, size_t eb, struct str day);
/* A number of X12: ".5" is one, too. */
bool elig_decimal(struct str v, struct decimal *d);
/* What a code of element EB at is called, or NULL. */
const char *elig_word(int at, struct str code);
/* Lines and parts of the page: how old an answer is; EB i (from 0) in words. */
void elig_age(const struct elig_row *row, struct str today, struct buf *b);
void elig_eb_text(const struct elig_answer *a, size_t i, struct buf *b);

#endif
