/* fee_load.c - fees from CSV files, and from CMS's relative values. */
#include "billing/charge.h"
#include "billing/fee.h"

#include "ehr/csv.h"

/* A table whose columns are found by their names, without case. */
enum { COLUMNS_MAX = 8, NOWHERE = -1 };
struct column {
	const char *name;  /* ours */
	const char *cms;   /* as CMS calls it, or NULL */
	int nth;	   /* of several with that name, from 0 */
	bool must;
};
struct table {
	const char *file;
	struct csv *csv;
	struct csv_row row;
	const struct column *col;
	size_t cols;
	int at[COLUMNS_MAX];
};

static bool is_word(struct str cell, const char *name)
{
	cell = str_trim(cell);
	return name && cell.n == strlen(name) &&
	    strncasecmp(cell.s, name, cell.n) == 0;
}

static int place_of(const struct csv_row *row, const char *name, int nth)
{
	for (size_t i = 0; i < row->n; i++)
		if (is_word(row->field[i], name) && nth-- == 0)
			return (int)i;
	return NOWHERE;
}

static bool is_head(struct table *t)
{
	bool whole = true;

	for (size_t k = 0; k < t->cols; k++) {
		t->at[k] = place_of(&t->row, t->col[k].name, 0);
		if (t->at[k] == NOWHERE)
			t->at[k] = place_of(&t->row, t->col[k].cms,
			    t->col[k].nth);
		whole = whole && (t->at[k] != NOWHERE || !t->col[k].must);
	}
	return whole;
}

/* Reads on to the row of names, which is among the first most rows. */
static int find_head(struct table *t, int most, struct ehr_err *e)
{
	int rc = 0;

	while (most-- > 0 && (rc = csv_next(t->csv, &t->row, e)) > 0)
		if (is_head(t))
			return 0;
	if (rc < 0)
		return rc;
	for (size_t k = 0; k < t->cols; k++)
		if (t->col[k].must && t->at[k] == NOWHERE)
			return ehr_fail(e, EHR_EREJECT, "%s:%llu: no column "
			    "%s", t->file, (unsigned long long)t->row.line,
			    t->col[k].name);
	return ehr_fail(e, EHR_EREJECT, "%s: nothing in it", t->file);
}

/* Value of column k, "" where there is none. */
static struct str cell(const struct table *t, size_t k)
{
	return t->at[k] != NOWHERE && (size_t)t->at[k] < t->row.n ?
	    str_trim(t->row.field[t->at[k]]) : STR("");
}

static int wrong(const struct table *t, size_t k, struct ehr_err *e)
{
	return ehr_fail(e, EHR_EREJECT, "%s:%llu: %s: not a value of this "
	    "column", t->file, (unsigned long long)t->row.line,
	    t->col[k].name);
}

static bool in_tabs(struct in *in)
{
	struct ehr_err e;
	struct str head;

	return in_peek(in, 4096, &head, &e) == 0 && head.n &&
	    memchr(head.s, '\t', head.n);
}

static struct csv *reader(struct in *in)
{
	return csv_new(in, in_tabs(in) ? '\t' : ',');
}

/* Letters and digits, so many at most. */
static bool word(struct str v, size_t most)
{
	return v.n <= most && (v.n == 0 || charge_word(v));
}

/* ---- fees as they are ---- */

enum { SCHEDULE, CODE, AMOUNT, MODIFIER, PLACE, FROM, TO };

static int read_fee(const struct table *t, const struct setup *s,
    struct fee *f, struct ehr_err *e)
{
	*f = (struct fee){ .schedule = cell(t, SCHEDULE),
		.code = cell(t, CODE), .mod = cell(t, MODIFIER),
		.place = cell(t, PLACE), .first = cell(t, FROM),
		.last = cell(t, TO) };
	if (!setup_find(s, SETUP_SCHEDULE, f->schedule))
		return wrong(t, SCHEDULE, e);
	if (f->code.n == 0 || !word(f->code, 10))
		return wrong(t, CODE, e);
	if (!charge_amount(cell(t, AMOUNT), &f->cents))
		return wrong(t, AMOUNT, e);
	if (!word(f->mod, 2) || f->mod.n == 1)
		return wrong(t, MODIFIER, e);
	if (!word(f->place, 2) || (f->place.n == 1 &&
	    !str_is(f->place, "F") && !str_is(f->place, "N")))
		return wrong(t, PLACE, e);
	if (f->first.n == 0)
		f->first = STR("1900-01-01");
	else if (!charge_day(f->first))
		return wrong(t, FROM, e);
	if (f->last.n && (!charge_day(f->last) ||
	    str_cmp(f->last, f->first) < 0))
		return wrong(t, TO, e);
	return 0;
}

int fee_load(struct store *db, int64_t batch, const struct setup *s,
    struct in *in, struct batch_counts *counts, struct ehr_err *e)
{
	static const struct column cols[] = { { "schedule", NULL, 0, true },
		{ "code", NULL, 0, true }, { "amount", NULL, 0, true },
		{ "modifier", NULL, 0, false }, { "place", NULL, 0, false },
		{ "from", NULL, 0, false }, { "to", NULL, 0, false } };
	CSV_AUTO *csv = reader(in);
	struct table t = { .file = in_name(in), .csv = csv, .col = cols,
		.cols = ARRAY_LEN(cols) };
	struct fee f;
	int rc = find_head(&t, 1, e);

	while (rc == 0 && (rc = csv_next(csv, &t.row, e)) > 0) {
		counts->read++;
		rc = read_fee(&t, s, &f, e);
		if (rc == 0)
			rc = fee_put(db, batch, &f, counts, e);
	}
	return rc;
}

/* ---- relative values (CMS, PPRRVU and GPCI) ---- */

enum { MAC, LOCALITY, WORK_INDEX, PE_INDEX, MP_INDEX };
enum { HCPCS, MOD, STATUS, WORK, PE_OTHER, PE_FACILITY, MP, FACTOR };

/* Indices have three decimals, values two, the factor four. */
enum { INDEX_DIGITS = 3, VALUE_DIGITS = 2, FACTOR_DIGITS = 4 };
struct rvu {
	const struct fee_rvu *how;
	struct table t;
	int64_t index[3]; /* work, practice expense, malpractice */
	int64_t factor;	  /* 0: of the file */
};

/* v times 10^digits, of at most so many decimals. */
static bool scaled(struct str v, int digits, int64_t *n)
{
	struct decimal d;

	if (!decimal_parse(v, &d) || d.exp < -digits || d.exp > 0 ||
	    d.coef < 0 || d.coef > 100000000)
		return false;
	*n = (int64_t)d.coef;
	for (int i = d.exp; i > -digits; i--)
		*n *= 10;
	return true;
}

/* "2025 PW GPCI (with 1.0 Floor)": the last column with these letters in it.
 * The other names of a GPCI file stand as they are. */
static void find_indices(struct table *t)
{
	static const char *const words[] = { "PW GPCI", "PE GPCI", "MP GPCI" };
	struct str v;

	for (size_t i = 0; i < t->row.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(words); k++) {
			v = t->row.field[i];
			if (v.n && memmem(v.s, v.n, words[k],
			    strlen(words[k])) &&
			    !memmem(v.s, v.n, "without", 7))
				t->at[WORK_INDEX + k] = (int)i;
		}
}

static bool is_there(const struct table *t, struct str locality)
{
	BUF_AUTO name = BUF_INIT;

	buf_addf(&name, "%.*s-%.*s", STR_FMT(cell(t, MAC)),
	    STR_FMT(cell(t, LOCALITY)));
	return str_eq(buf_str(&name), locality);
}

static int read_indices(struct rvu *r, struct ehr_err *e)
{
	static const struct column cols[] = {
		{ "mac", "Medicare Administrative Contractor (MAC)", 0, true },
		{ "locality", "Locality Number", 0, true },
		{ "work", NULL, 0, false }, { "pe", NULL, 0, false },
		{ "mp", NULL, 0, false } };
	CSV_AUTO *csv = reader(r->how->gpci);
	struct table t = { .file = in_name(r->how->gpci), .csv = csv,
		.col = cols, .cols = ARRAY_LEN(cols) };
	int rc = find_head(&t, 20, e);

	if (rc < 0)
		return rc;
	find_indices(&t);
	for (size_t k = WORK_INDEX; k <= MP_INDEX; k++)
		if (t.at[k] == NOWHERE)
			return ehr_fail(e, EHR_EREJECT, "%s:%llu: no column "
			    "%s GPCI", t.file, (unsigned long long)t.row.line,
			    cols[k].name);
	while ((rc = csv_next(csv, &t.row, e)) > 0) {
		if (!is_there(&t, r->how->locality))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(r->index); k++)
			if (!scaled(cell(&t, WORK_INDEX + k), INDEX_DIGITS,
			    &r->index[k]))
				return wrong(&t, WORK_INDEX + k, e);
		return 0;
	}
	return rc < 0 ? rc : ehr_fail(e, EHR_EREJECT, "%s: no such locality",
	    t.file);
}

/* The sum of value times index, times the factor, rounded once. */
static int64_t amount(const struct rvu *r, const int64_t value[3],
    int64_t factor)
{
	__int128 n = 0, unit = 10000000; /* 10^(3 + 2 + 4 - 2) */

	for (size_t k = 0; k < ARRAY_LEN(r->index); k++)
		n += (__int128)value[k] * r->index[k];
	n *= factor;
	return (int64_t)((2 * n + unit) / (2 * unit));
}

static int put_both(struct rvu *r, struct store *db, int64_t batch,
    struct batch_counts *counts, struct ehr_err *e)
{
	static const int pe[] = { PE_OTHER, PE_FACILITY };
	const struct table *t = &r->t;
	struct fee f = { .schedule = r->how->schedule, .code = cell(t, HCPCS),
		.mod = cell(t, MOD), .first = r->how->first,
		.last = r->how->last };
	int64_t v[3], factor = r->factor;
	int rc = 0;

	if (f.code.n != 5 || !word(f.code, 5))
		return wrong(t, HCPCS, e);
	if (!word(f.mod, 2) || f.mod.n == 1)
		return wrong(t, MOD, e);
	if (!scaled(cell(t, WORK), VALUE_DIGITS, &v[0]))
		return wrong(t, WORK, e);
	if (!scaled(cell(t, MP), VALUE_DIGITS, &v[2]))
		return wrong(t, MP, e);
	if (factor == 0 && !scaled(cell(t, FACTOR), FACTOR_DIGITS, &factor))
		return wrong(t, FACTOR, e);
	for (size_t k = 0; k < ARRAY_LEN(pe) && rc == 0; k++) {
		if (!scaled(cell(t, (size_t)pe[k]), VALUE_DIGITS, &v[1]))
			return wrong(t, (size_t)pe[k], e);
		f.place = pe[k] == PE_OTHER ? STR("N") : STR("F");
		f.cents = amount(r, v, factor);
		if (f.cents)
			rc = fee_put(db, batch, &f, counts, e);
	}
	return rc;
}

static bool is_paid(struct str status)
{
	return str_is(status, "A") || str_is(status, "R") ||
	    str_is(status, "T");
}

int fee_load_rvu(struct store *db, int64_t batch, const struct setup *s,
    const struct fee_rvu *how, struct in *in, struct batch_counts *counts,
    struct ehr_err *e)
{
	static const struct column cols[] = { { "hcpcs", "HCPCS", 0, true },
		{ "mod", "MOD", 0, true }, { "status", "CODE", 0, true },
		{ "work", "RVU", 0, true }, { "pe_nonfac", "PE RVU", 0, true },
		{ "pe_fac", "PE RVU", 1, true }, { "mp", "RVU", 1, true },
		{ "conv_factor", "FACTOR", 0, false } };
	CSV_AUTO *csv = reader(in);
	struct rvu r = { .how = how, .t = { .file = in_name(in), .csv = csv,
		.col = cols, .cols = ARRAY_LEN(cols) } };
	int rc = 0;

	if (!setup_find(s, SETUP_SCHEDULE, how->schedule))
		return ehr_fail(e, EHR_ENOENT, "%.*s: no such schedule",
		    STR_FMT(how->schedule));
	if (how->factor.n && !scaled(how->factor, FACTOR_DIGITS, &r.factor))
		return ehr_fail(e, EHR_EUSAGE, "a factor is a decimal with up "
		    "to four digits behind the point");
	rc = read_indices(&r, e);
	if (rc == 0)
		rc = find_head(&r.t, 20, e);
	while (rc == 0 && (rc = csv_next(csv, &r.t.row, e)) > 0) {
		counts->read++;
		rc = is_paid(cell(&r.t, STATUS)) ? put_both(&r, db, batch,
		    counts, e) : 0;
	}
	return rc;
}
