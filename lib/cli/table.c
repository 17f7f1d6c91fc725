/*
 * table.c - the aligned table: rows are held back until the columns' widths
 * are known, at most HELD of them; what follows is fitted to these widths. A
 * table that is too wide first does without its empty columns.
 */
#include <langinfo.h>
#include <stdlib.h>

#include "cli_priv.h"

enum {
	HELD = 5000,	/* rows */
	GAP = 2,	/* blanks between columns */
	MIN_CUT = 8,	/* no column is cut below this */
};

struct table {
	const struct print_col *col;
	size_t n, at;		/* columns; the one next to come */
	size_t *width;
	bool *some;		/* a row has something in that column */
	bool *left_out;		/* nothing in it, and no room for that */
	struct arena mem;
	struct str *cell;	/* rows * n, in mem */
	bool *right;
	size_t rows;
	size_t limit;		/* columns of the terminal; 0: none */
	bool header, fixed;
};

struct table *table_new(const struct print_col *col, size_t n, bool header,
    size_t limit)
{
	struct table *t = xcalloc(1, sizeof(*t));
	size_t i;

	t->col = col;
	t->n = n;
	t->header = header;
	t->limit = limit;
	t->mem = ARENA_INIT;
	t->width = xcalloc(n, sizeof(*t->width));
	t->some = xcalloc(n, sizeof(*t->some));
	t->left_out = xcalloc(n, sizeof(*t->left_out));
	t->cell = xcalloc(n * HELD, sizeof(*t->cell));
	t->right = xcalloc(n * HELD, sizeof(*t->right));
	for (i = 0; header && i < n; i++)
		t->width[i] = utf8_width(str_of(col[i].name));
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	arena_release(&t->mem);
	free(t->width);
	free(t->some);
	free(t->left_out);
	free(t->cell);
	free(t->right);
	free(t);
}

void table_cell(struct table *t, struct str text, bool right)
{
	size_t i = t->rows * t->n + t->at, width;

	t->cell[i] = arena_str(&t->mem, text);
	t->right[i] = right;
	t->some[t->at] = t->some[t->at] || text.n > 0;
	width = utf8_width(text);
	if (!t->fixed && width > t->width[t->at])
		t->width[t->at] = width;
	if (++t->at == t->n) {
		t->at = 0;
		t->rows++;
	}
}

/* The column that is to give up room: the widest of free text, else the
 * widest but the first; n when there is none. Ids, numbers and times are
 * never cut. */
static size_t widest(const struct table *t, unsigned flags)
{
	size_t i, best = t->n;

	for (i = 1; i < t->n; i++)
		if (!t->left_out[i] && (t->col[i].flags & flags) == flags &&
		    !(t->col[i].flags & (PRINT_RIGHT | PRINT_WHOLE)) &&
		    t->width[i] > MIN_CUT &&
		    (best == t->n || t->width[i] > t->width[best]))
			best = i;
	return best;
}

/* all: every row is held, so that what is empty now stays so. */
static void fit_width(struct table *t, bool all)
{
	size_t total = 0, i;

	for (i = 0; i < t->n; i++)
		total += t->width[i] + (i ? GAP : 0);
	for (i = 1; all && t->limit && total > t->limit && i < t->n; i++)
		if (!t->some[i]) {
			t->left_out[i] = true;
			total -= t->width[i] + GAP;
		}
	while (t->limit && total > t->limit) {
		i = widest(t, PRINT_WIDE);
		if (i == t->n)
			i = widest(t, 0);
		if (i == t->n)
			break;
		t->width[i]--;
		total--;
	}
	t->fixed = true;
}

static void pad(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_addch(out, ' ');
}

static void put_cell(const struct table *t, struct buf *out, size_t col,
    struct str text, bool right)
{
	size_t width = utf8_width(text), room = t->width[col];
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	bool cut = t->limit && width > room && col > 0 && !right;

	if (t->left_out[col])
		return;
	if (cut) {
		text.n = utf8_fit(text, room - 1);
		width = utf8_width(text) + 1;
	}
	if (col > 0)
		pad(out, GAP);
	if (right && width < room)
		pad(out, room - width);
	buf_addstr(out, text);
	if (cut)
		buf_adds(out, utf8 ? "\u2026" : ">");
	if (!right && width < room && col + 1 < t->n)
		pad(out, room - width);
}

static void end_line(struct buf *out, size_t from)
{
	while (out->len > from && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
	buf_addch(out, '\n');
}

static void put_header(struct table *t, struct buf *out)
{
	BUF_AUTO name = BUF_INIT;
	size_t i, k, from = out->len;

	for (i = 0; i < t->n; i++) {
		buf_reset(&name);
		buf_adds(&name, t->col[i].name);
		for (k = 0; k < name.len; k++)
			if (name.s[k] >= 'a' && name.s[k] <= 'z')
				name.s[k] = (char)(name.s[k] - 'a' + 'A');
		put_cell(t, out, i, buf_str(&name),
		    t->col[i].flags & PRINT_RIGHT);
	}
	end_line(out, from);
	t->header = false;
}

void table_flush(struct table *t, struct buf *out, bool end)
{
	size_t row, i, from;

	if (!end && !t->fixed && t->rows < HELD)
		return;
	if (!t->fixed)
		fit_width(t, end);
	if (t->header && t->rows > 0)
		put_header(t, out);
	for (row = 0; row < t->rows; row++) {
		from = out->len;
		for (i = 0; i < t->n; i++)
			put_cell(t, out, i, t->cell[row * t->n + i],
			    t->right[row * t->n + i]);
		end_line(out, from);
	}
	t->rows = 0;
	arena_reset(&t->mem);
}
