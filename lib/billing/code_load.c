/* code_load.c - the files of CMS and CDC into code tables. Sources of the
 * formats: CMS, "HCPCS Contractor Record - 2019" (columns); CDC, read me of
 * the order files (columns 7-13 code, 15 billable, 17-76 and 78 on texts);
 * CMS, NCCI: how to use the PTP and MUE tables (columns). */
#include <stdlib.h>

#include "code.h"
#include "ehr/csv.h"

enum { HEAD = 100, OFFSET = 60466176 };

struct loading {
	struct store *db;
	enum code_kind kind;
	int64_t load, rows;
	struct sha256_ctx *sha;
	struct buf text;
	struct ehr_err *e;
};

/* A row to be added; slices are the input's. */
struct entry {
	struct str code, text, last;
	int64_t state, n;
};

static int add(struct loading *l, const struct entry *x)
{
	struct stmt *s = code_sql(l->db, CODE_ADD);

	stmt_text(s, 1, str_of(code_kind_name(l->kind == CODE_ADDENDA ?
	    CODE_ICD : l->kind)));
	stmt_text(s, 2, x->code);
	stmt_int(s, 3, l->load);
	stmt_int(s, 4, x->state);
	stmt_int(s, 5, x->n);
	stmt_text(s, 6, x->last);
	/* in some files there is Latin-1 */
	buf_reset(&l->text);
	for (size_t i = 0; i < x->text.n; i++)
		buf_addch(&l->text, x->text.s[i] & 0x80 ? ' ' : x->text.s[i]);
	stmt_text(s, 7, x->text.s ? buf_str(&l->text) : STR_NONE);
	return stmt_run(s, l->e);
}

static struct str cut(struct str line, size_t from, size_t to)
{
	if (line.n <= from)
		return STR("");
	if (to > line.n)
		to = line.n;
	return str_trim((struct str){ line.s + from, to - from });
}

/* YYYYMMDD as YYYY-MM-DD. */
static bool day_of(struct str v, char day[11], struct date *d)
{
	if (v.n != 8)
		return false;
	snprintf(day, 11, "%.4s-%.2s-%.2s", v.s, v.s + 4, v.s + 6);
	return date_parse(str_of(day), d) && d->precision == DATE_DAY;
}

static bool is_code(struct str v, size_t min, size_t max)
{
	for (size_t i = 0; i < v.n; i++)
		if (!(v.s[i] >= '0' && v.s[i] <= '9') &&
		    !(v.s[i] >= 'A' && v.s[i] <= 'Z'))
			return false;
	return v.n >= min && v.n <= max;
}

enum { NONE, TAKEN, BESIDE };
/* Each of these takes a row: TAKEN, NONE of the table, BESIDE: it is of the
 * file but no row; negative. */

static int icd(struct loading *l, const struct csv_row *row)
{
	struct str line = row->field[0], n = cut(line, 0, 5);
	struct str flag = cut(line, 14, 15);
	struct entry x = { .code = cut(line, 6, 13),
		.text = cut(line, 77, line.n), .last = STR_NONE };
	int64_t number;

	if (n.n != 5 || !str_int(n, &number) || !is_code(x.code, 3, 7) ||
	    flag.n != 1 || !strchr("01", flag.s[0]))
		return NONE;
	x.state = flag.s[0] == '1';
	return add(l, &x) < 0 ? l->e->code : TAKEN;
}

/* "Add:", "Delete:", "Revise from:", "Revise to:", then as an order file from
 * the flag on. What is deleted and then added is there. */
static int addenda(struct loading *l, const struct csv_row *row)
{
	struct str line = row->field[0];
	struct str word = cut(line, 0, 13), flag = cut(line, 13, 14);
	struct entry x = { .code = cut(line, 15, 22),
		.text = cut(line, 84, line.n), .last = STR_NONE };

	if (!str_starts(word, "Add:") && !str_starts(word, "Delete:") &&
	    !str_starts(word, "Revise to:"))
		return BESIDE; /* counts stand at the end */
	if (!is_code(x.code, 3, 7) || flag.n != 1)
		return NONE;
	if (!str_starts(word, "Delete"))
		x.state = flag.s[0] == '1';
	else
		x.state = -1;
	return add(l, &x) < 0 ? l->e->code : TAKEN;
}

static int hcpcs(struct loading *l, const struct csv_row *row)
{
	struct str line = row->field[0], kind = cut(line, 10, 11);
	struct entry x = { .text = cut(line, 91, 119), .last = STR_NONE };
	char day[11];
	struct date d;

	if (kind.n != 1 || line.n < 119 || !strchr("3478", kind.s[0]))
		return NONE;
	if (kind.s[0] == '4' || kind.s[0] == '8')
		return BESIDE;
	x.state = kind.s[0] == '7';
	x.code = x.state ? cut(line, 3, 5) : cut(line, 0, 5);
	if (!is_code(x.code, x.state ? 2 : 5, x.state ? 2 : 5))
		return NONE;
	if (day_of(cut(line, 284, 292), day, &d))
		x.last = str_of(day);
	return add(l, &x) < 0 ? l->e->code : TAKEN;
}

static int mue(struct loading *l, const struct csv_row *row)
{
	struct entry x = { .text = STR_NONE, .last = STR_NONE };
	struct str mai;

	if (row->n < 3)
		return NONE;
	x.code = str_trim(row->field[0]);
	mai = str_trim(row->field[2]);
	if (!is_code(x.code, 5, 5) || !str_int(str_trim(row->field[1]), &x.n) ||
	    x.n < 0 || mai.n == 0 || mai.s[0] < '1' || mai.s[0] > '3')
		return NONE;
	x.state = mai.s[0] - '0';
	return add(l, &x) < 0 ? l->e->code : TAKEN;
}

static int place(struct loading *l, const struct csv_row *row)
{
	struct entry x = { .last = STR_NONE };

	if (row->n < 2)
		return NONE;
	x.code = str_trim(row->field[0]);
	x.text = str_trim(row->field[1]);
	if (!is_code(x.code, 2, 2) || str_is(x.text, "Unassigned"))
		return x.code.n == 2 ? BESIDE : NONE;
	return add(l, &x) < 0 ? l->e->code : TAKEN;
}

/* Column 1, column 2, (before 1996), effective, deletion or *, modifier. */
static int pair(struct loading *l, const struct csv_row *row)
{
	struct stmt *s;
	struct date from, to = { 0 };
	char day[11];
	struct str gone;
	int64_t a, b, mod;

	if (row->n < 6)
		return NONE;
	a = code_number(row->field[0]);
	b = code_number(row->field[1]);
	gone = str_trim(row->field[4]);
	if (a < 0 || b < 0 || !day_of(str_trim(row->field[3]), day, &from) ||
	    (gone.n && !str_is(gone, "*") && !day_of(gone, day, &to)) ||
	    !str_int(str_trim(row->field[5]), &mod) ||
	    (mod != 0 && mod != 1 && mod != 9))
		return NONE;
	s = code_sql(l->db, CODE_PAIR_ADD);
	stmt_int(s, 1, a * OFFSET + b);
	stmt_int(s, 2, l->load);
	stmt_int(s, 3, date_days(from.year, from.month, from.day));
	stmt_int(s, 4, to.year ? date_days(to.year, to.month, to.day) : 0);
	stmt_int(s, 5, mod);
	return stmt_run(s, l->e) < 0 ? l->e->code : TAKEN;
}

static const struct format {
	int (*take)(struct loading *l, const struct csv_row *row);
	char sep;	  /* as csv_new() has it */
	const char *from; /* when no day is given */
} formats[] = {
	[CODE_ICD] = { icd, CSV_LINES, NULL },
	[CODE_ADDENDA] = { addenda, CSV_LINES, NULL },
	[CODE_HCPCS] = { hcpcs, CSV_LINES, NULL },
	[CODE_MUE] = { mue, 0, NULL },
	[CODE_PTP] = { pair, 0, "1970-01-01" },
	[CODE_PLACE] = { place, ',', "1970-01-01" },
};

static void digest(void *arg, const void *p, size_t n)
{
	sha256_update(arg, p, n);
}

/* Heads of a few lines are left out; behind them each row is of the table. */
static int rows(struct loading *l, struct csv *csv, const char *file)
{
	const struct format *f = &formats[l->kind];
	uint64_t head = 0;
	struct csv_row row;
	int rc;

	while ((rc = csv_next(csv, &row, l->e)) > 0) {
		rc = f->take(l, &row);
		if (rc < 0)
			return rc;
		l->rows += rc == TAKEN;
		if (rc == NONE && (l->rows || ++head > HEAD))
			return ehr_fail(l->e, EHR_EREJECT, "%s:%llu: no row of "
			    "a file %s", file, (unsigned long long)row.line,
			    code_kind_name(l->kind));
	}
	return rc < 0 || l->rows ? rc : ehr_fail(l->e, EHR_EREJECT,
	    "%s: nothing in it", file);
}

/* A year's order file holds from 1 October of the year before. */
static int first_day(const struct loading *l, const char *file,
    struct str day, char first[11])
{
	const char *name = strrchr(file, '/');
	const char *year = strstr(name ? name : file, "_20");

	if (day.n == 10)
		snprintf(first, 11, "%.*s", STR_FMT(day));
	else if (formats[l->kind].from)
		snprintf(first, 11, "%s", formats[l->kind].from);
	else if (l->kind <= CODE_ADDENDA && year && atoi(year + 1) > 2000)
		snprintf(first, 11, "20%02u-10-01", (unsigned)(atoi(year + 1) - 1) % 100);
	else
		return ehr_fail(l->e, EHR_EUSAGE, "--from: from which day on "
		    "does %s hold?", file);
	return 0;
}

static int begin(struct loading *l, int64_t batch, const char *first)
{
	struct stmt *s = code_sql(l->db, CODE_LOAD_ADD);
	int rc;

	stmt_text(s, 1, str_of(code_kind_name(l->kind)));
	stmt_text(s, 2, str_of(first));
	stmt_int(s, 3, batch);
	rc = stmt_run(s, l->e);
	l->load = store_last_rowid(l->db);
	return rc;
}

/* 1; 0: there was the same. */
static int end(struct loading *l, const char *first)
{
	struct stmt *s = code_sql(l->db, CODE_LOAD_SAME);
	uint8_t sum[SHA256_LEN];
	int rc;

	sha256_final(l->sha, sum);
	stmt_text(s, 1, str_of(code_kind_name(l->kind)));
	stmt_text(s, 2, str_of(first));
	stmt_blob(s, 3, sum, sizeof(sum));
	rc = stmt_step(s, l->e);
	stmt_reset(s);
	if (rc)
		return rc < 0 ? rc : 0;
	s = code_sql(l->db, CODE_LOAD_END);
	stmt_int(s, 1, l->load);
	stmt_int(s, 2, l->rows);
	stmt_blob(s, 3, sum, sizeof(sum));
	rc = stmt_run(s, l->e);
	return rc < 0 ? rc : 1;
}

int code_load(struct access *a, int64_t batch, enum code_kind kind,
    const char *file, struct str day, struct batch_counts *n,
    struct ehr_err *e)
{
	struct loading l = { .db = record_store(a->r), .kind = kind,
		.text = BUF_INIT, .e = e };
	struct in *in = NULL;
	char first[11];
	int rc = first_day(&l, file, day, first);

	if (rc == 0)
		rc = in_open(&in, file, e);
	if (rc < 0)
		return rc;
	l.sha = sha256_new();
	in_on_raw(in, digest, l.sha);
	rc = begin(&l, batch, first);
	if (rc == 0) {
		CSV_AUTO *csv = csv_new(in, formats[kind].sep);

		csv_any_bytes(csv);
		rc = rows(&l, csv, file);
	}
	if (rc == 0)
		rc = end(&l, first);
	n->read += l.rows;
	n->inserted += rc > 0 ? l.rows : 0;
	n->unchanged += rc == 0 ? l.rows : 0;
	sha256_free(l.sha);
	buf_release(&l.text);
	in_close(in);
	return rc;
}
