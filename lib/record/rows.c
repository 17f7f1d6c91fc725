/* rows.c - rows of small tables, sorted and several by a statement: half of
 * what a row by itself costs, and neighbours share their page. */
#include <stdlib.h>

#include "impl.h"

/* Rows of a statement that takes many (statements.def: MANY). */
enum { MANY_ROWS = 16 };

static int write_some(struct record *r, const struct row_table *t,
    enum record_sql_id id, const char *row, int n, struct ehr_err *e)
{
	struct stmt *s = sql(r, id);

	for (int i = 0; i < n; i++)
		t->bind(s, 1 + i * t->columns, row + (size_t)i * t->size);
	return stmt_run(s, e);
}

int rows_write(struct record *r, const struct row_table *t, void *rows,
    size_t n, struct ehr_err *e)
{
	const char *row = rows;
	int rc = 0, some;

	if (n > 1)
		qsort(rows, n, t->size, t->cmp);
	for (size_t left = n; rc == 0 && left > 0; left -= (size_t)some) {
		some = left >= MANY_ROWS ? MANY_ROWS : 1;
		rc = write_some(r, t, some > 1 ? t->many : t->one, row, some,
		    e);
		row += (size_t)some * t->size;
	}
	return rc;
}
