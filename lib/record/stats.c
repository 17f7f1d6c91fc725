/* stats.c - how much of everything there is. */
#include "impl.h"

static int count_types(struct record *r, struct record_stats *st,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, STATS_TYPES);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		int64_t type = stmt_col_int(s, 0);

		if (stmt_col_int(s, 1) == RECORD_DELETED)
			st->deleted += stmt_col_int(s, 2);
		else if (stmt_col_int(s, 1) == RECORD_LIVE && type >= 0 &&
		    type < (int64_t)ARRAY_LEN(st->type))
			st->type[type] += stmt_col_int(s, 2);
	}
	stmt_reset(s);
	return rc;
}

int record_stats(struct record *r, bool types, struct record_stats *st,
    struct ehr_err *e)
{
	const struct {
		enum record_sql_id id;
		int64_t *to;
	} counts[] = {
		{ STATS_PATIENTS, &st->patients },
		{ STATS_FORMER, &st->former },
		{ STATS_BATCHES, &st->batches },
		{ STATS_INTERRUPTED, &st->interrupted },
		{ STATS_PENDING, &st->pending },
		{ INDEX_VERSION_GET, &st->index_version },
	};
	int rc = 0;

	*st = (struct record_stats){ .index_wanted = INDEX_VERSION };
	for (size_t i = 0; rc >= 0 && i < ARRAY_LEN(counts); i++)
		rc = store_int(r->db, &record_sql_table[counts[i].id],
		    counts[i].to, e);
	if (rc >= 0 && types)
		rc = count_types(r, st, e);
	return rc < 0 ? rc : 0;
}
