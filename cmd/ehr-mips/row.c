/* row.c - rows that a worker makes and the caller prints in order. */
#include "mips.h"

enum { FIELD_END = 0x1f, ROW_END = 0x1e, NUMBER = 0x1d };

void row_field(struct buf *b, struct str s)
{
	buf_addstr(b, s);
	buf_addch(b, FIELD_END);
}

void row_count(struct buf *b, uint64_t n)
{
	buf_addf(b, "%c%llu%c", NUMBER, (unsigned long long)n, FIELD_END);
}

void row_end(struct buf *b)
{
	buf_addch(b, ROW_END);
}

static void print_field(struct printer *p, struct str s)
{
	if (s.n && s.s[0] == NUMBER)
		print_number(p, (struct str){ s.s + 1, s.n - 1 });
	else
		print_text(p, s.n ? s : STR_NONE);
}

int row_print(struct job *j, struct work *w, struct ehr_err *e)
{
	struct str rest = buf_str(&w->out), row, value;
	int rc = 0;

	while (rc == 0 && rest.n && str_split(&rest, ROW_END, &row)) {
		print_text(j->rows, buf_str(&w->id));
		while (row.n && str_split(&row, FIELD_END, &value))
			print_field(j->rows, value);
		rc = print_row(j->rows, e);
	}
	return rc;
}
