/* charge_csv.c - charges of a CSV file: a row a line, those of one key one
 * below the other. */
#include <stdlib.h>

#include "charge.h"
#include "ehr/csv.h"

enum where { OF_CHARGE, OF_LINE };

struct column {
	struct str name;
	enum where where;
};

struct table {
	struct charge_loading *l;
	struct arena mem;
	struct column col[MAX_CSV_FIELDS];
	struct str first[MAX_CSV_FIELDS]; /* of the charge's first row */
	size_t n, key; /* columns; that of the key */
	int line;      /* of the charge, the last one begun */
};

static bool is_line_column(struct str name)
{
	static const char *const words[] = { "code", "mods", "units",
		"minutes", "amount", "date", "to", "place", "pointers" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(name, words[i]))
			return true;
	return false;
}

/* "line.NAME" is a line's also where a charge has such a field. */
static int read_column(struct table *t, struct str name, struct column *col,
    struct ehr_err *e)
{
	const struct charge_name *f;
	int nth;

	col->where = OF_CHARGE;
	if (str_starts(name, "line.")) {
		name = (struct str){ name.s + 5, name.n - 5 };
		col->where = OF_LINE;
	}
	col->name = arena_str(&t->mem, name);
	f = charge_name_find(name, &nth);
	if (is_line_column(name) || (f && f->level == CHARGE_OF_LINE))
		col->where = OF_LINE;
	else if (!f && !str_is(name, "key") && !str_is(name, "patient") &&
	    !str_is(name, "encounter") && !str_is(name, "dx"))
		return ehr_fail(e, EHR_EREJECT, "%s:1: column %zu: no name "
		    "of a field", t->l->s->name, t->n + 1);
	return 0;
}

static int read_head(struct table *t, struct csv *csv, struct ehr_err *e)
{
	struct csv_row row;
	int rc = csv_next(csv, &row, e);

	if (rc <= 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_EREJECT, "%s: nothing in "
		    "it", t->l->s->name);
	t->key = MAX_CSV_FIELDS;
	for (; rc >= 0 && t->n < row.n; t->n++) {
		struct str name = str_trim(row.field[t->n]);

		rc = read_column(t, name, &t->col[t->n], e);
		if (str_is(name, "key"))
			t->key = t->n;
	}
	if (rc >= 0 && t->key == MAX_CSV_FIELDS)
		return ehr_fail(e, EHR_EREJECT, "%s:1: no column key",
		    t->l->s->name);
	return rc < 0 ? rc : 0;
}

/* What is of the charge stands in its first row, and may be said again. */
static void set_cell(struct table *t, size_t i, struct str v)
{
	struct charge_draft *d = &t->l->draft;

	if (t->col[i].where == OF_LINE) {
		if (v.n)
			charge_draft_set(t->l, t->line, t->col[i].name, v);
	} else if (t->line > 1) {
		if (v.n && !str_eq(v, t->first[i]) && !d->why.code)
			ehr_fail(&d->why, EHR_EREJECT, "%.*s: line %d says "
			    "another one than the first", STR_FMT(t->col[i].name),
			    t->line);
	} else {
		t->first[i] = arena_str(&d->c.mem, v);
		if (v.n)
			charge_draft_set(t->l, 0, t->col[i].name, v);
	}
}

static int take_row(struct table *t, const struct csv_row *row)
{
	struct charge_draft *d = &t->l->draft;
	struct str key = t->key < row->n ? str_trim(row->field[t->key]) :
	    STR_NONE;
	int rc = 0;

	if (t->line && !str_eq(key, t->first[t->key])) {
		rc = charge_draft_end(t->l);
		t->line = 0;
	}
	if (rc < 0)
		return rc;
	if (t->line++ == 0)
		d->line = row->line;
	if (row->n != t->n && !d->why.code)
		ehr_fail(&d->why, EHR_EREJECT, "%zu fields, %zu columns",
		    row->n, t->n);
	if (key.n == 0 && !d->why.code)
		ehr_fail(&d->why, EHR_EREJECT, "no key");
	for (size_t i = 0; i < row->n && i < t->n; i++)
		set_cell(t, i, str_trim(row->field[i]));
	return 0;
}

int charge_load_csv(struct charge_loading *l)
{
	struct table *t = xcalloc(1, sizeof(*t));
	struct in *in = NULL;
	struct csv *csv = NULL;
	struct csv_row row;
	int rc = in_open_mem(&in, l->s->name, l->s->text);

	t->l = l;
	if (rc == 0) {
		csv = csv_new(in, ',');
		rc = read_head(t, csv, l->e);
	}
	while (rc == 0 && (rc = csv_next(csv, &row, l->e)) > 0)
		rc = take_row(t, &row);
	if (rc == 0 && t->line)
		rc = charge_draft_end(l);
	csv_free(csv);
	in_close(in);
	arena_release(&t->mem);
	free(t);
	return rc;
}
