/* origin.c - what figures were made from: version, period, hashes of package
 * and value sets, the record's position, the program. Every verb tells it by
 * these functions: as further columns in JSON, with -v on standard error. */
#include "mips.h"

enum origin { VERSION, PERIOD, PACKAGE, VALUESETS, RECORD, PROGRAM, ORIGINS };

static const struct print_col columns[ORIGINS] = { [VERSION] = { "version", 0 },
	[PERIOD] = { "period", 0 }, [PACKAGE] = { "package_sha256", 0 },
	[VALUESETS] = { "valuesets_sha256", 0 }, [RECORD] = { "record", 0 },
	[PROGRAM] = { "ehr", 0 } };

static void add_periods(struct buf *b, const struct task *t, size_t n)
{
	char from[11], to[11];

	for (size_t i = 0; i < n; i++) {
		quality_run_period(t[i].run[0], from, to);
		buf_addf(b, "%s%s..%s", i ? "," : "", from, to);
	}
}

/* Appends one of them; nothing when there is none: value sets beside the
 * package, a record. */
static void add(const struct job *j, const struct task *t, size_t n,
    enum origin which, struct buf *b)
{
	uint8_t hash[32];

	switch (which) {
	case VERSION:
		buf_addstr(b, quality_measure(t->package)->version);
		break;
	case PERIOD: add_periods(b, t, n); break;
	case PACKAGE:
		quality_package_hash(t->package, hash);
		hex_format(b, hash, sizeof(hash));
		break;
	case VALUESETS:
		if (quality_valueset_hash(t->package, hash))
			hex_format(b, hash, sizeof(hash));
		break;
	case RECORD:
		if (j->audit_size == 0)
			break;
		buf_addf(b, "%llu ", (unsigned long long)j->audit_size);
		hex_format(b, j->audit_root, sizeof(j->audit_root));
		break;
	case PROGRAM: buf_adds(b, EHR_VERSION); break;
	default: break;
	}
}

static bool in_rows(const struct job *j)
{
	return j->c->format == CLI_JSON || j->c->format == CLI_NDJSON;
}

int origin_open(struct job *j, const struct print_col *col, size_t n,
    struct ehr_err *e)
{
	memcpy(j->col, col, n * sizeof(*col));
	for (size_t i = 0; in_rows(j) && i < ORIGINS; i++)
		j->col[n++] = columns[i];
	return print_open(&j->rows, j->c, j->col, n, e);
}

int origin_row(struct job *j, const struct task *t, size_t n,
    struct ehr_err *e)
{
	for (unsigned i = 0; in_rows(j) && i < ORIGINS; i++) {
		BUF_AUTO b = BUF_INIT;

		add(j, t, n, i, &b);
		print_text(j->rows, b.len ? buf_str(&b) : STR_NONE);
	}
	return print_row(j->rows, e);
}

void origin_end(const struct job *j, const struct task *t, size_t n,
    struct buf *row)
{
	for (unsigned i = 0; in_rows(j) && i < ORIGINS; i++) {
		add(j, t, n, i, row);
		row_field(row, STR_NONE);
	}
	row_end(row);
}

void origin_note(const struct job *j, const struct task *t, size_t n)
{
	static const char *const before[] = { [VERSION] = "|",
		[PERIOD] = ": ", [PACKAGE] = ", package ",
		[VALUESETS] = ", value sets ", [RECORD] = ", record ",
		[PROGRAM] = ", ehr " };
	BUF_AUTO all = BUF_INIT;

	buf_addstr(&all, quality_measure(t->package)->name);
	for (unsigned i = 0; i < ORIGINS; i++) {
		BUF_AUTO b = BUF_INIT;

		add(j, t, n, i, &b);
		if (b.len == 0 && i == VALUESETS)
			buf_adds(&b, "of the package");
		if (b.len || i == VERSION)
			buf_addf(&all, "%s%s", before[i], b.s);
	}
	cli_note(j->c, "%s", all.s);
}
