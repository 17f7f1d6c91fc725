/* code.c - what the loaded code tables say. */
#include "code.h"

const struct sql code_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "code.def"
#undef X
};

static const char *const kinds[] = {
#define X(id, name, help) name,
	CODE_KIND_TABLE(X)
#undef X
};

const char *code_kind_name(enum code_kind kind)
{
	return kinds[kind];
}

enum code_kind code_kind(struct str name)
{
	int i = 0;

	while (i < CODE_KINDS && !str_is(name, kinds[i]))
		i++;
	return (enum code_kind)i;
}

/* base 36 */
int64_t code_number(struct str code)
{
	int64_t n = 0;

	if (code.n != 5)
		return -1;
	for (size_t i = 0; i < 5; i++) {
		char c = code.s[i];

		if (c >= '0' && c <= '9')
			n = 36 * n + c - '0';
		else if (c >= 'A' && c <= 'Z')
			n = 36 * n + c - 'A' + 10;
		else
			return -1;
	}
	return n;
}

struct got {
	int64_t state, n;
	bool over; /* its last day is before */
};

/* CODE_UNLOADED, CODE_ABSENT or CODE_VALID with what is said of it. */
static int get(struct store *db, enum code_kind kind, struct str code,
    struct str day, struct got *g, struct ehr_err *e)
{
	struct stmt *s = code_sql(db, CODE_LOADED);
	BUF_AUTO first = BUF_INIT;
	int64_t load = 0;
	int rc;

	stmt_text(s, 1, str_of(kinds[kind]));
	stmt_text(s, 2, day);
	rc = stmt_step(s, e);
	if (rc > 0) {
		load = stmt_col_int(s, 0);
		buf_addstr(&first, stmt_col(s, 1));
	}
	stmt_reset(s);
	if (rc <= 0)
		return rc < 0 ? rc : CODE_UNLOADED;
	s = code_sql(db, CODE_GET);
	stmt_text(s, 1, str_of(kinds[kind]));
	stmt_text(s, 2, code);
	stmt_text(s, 3, day);
	stmt_int(s, 4, load);
	stmt_text(s, 5, kind == CODE_ICD ? str_of(kinds[CODE_ADDENDA]) :
	    STR(""));
	stmt_text(s, 6, buf_str(&first));
	rc = stmt_step(s, e);
	if (rc > 0) {
		g->state = stmt_col_int(s, 0);
		g->n = stmt_col_int(s, 1);
		g->over = !stmt_col_null(s, 2) && str_cmp(stmt_col(s, 2),
		    day) < 0;
	}
	stmt_reset(s);
	return rc < 0 ? rc : rc ? CODE_VALID : CODE_ABSENT;
}

int code_icd(struct store *db, struct str code, struct str day,
    struct ehr_err *e)
{
	struct got g;
	int rc = get(db, CODE_ICD, code, day, &g, e);

	return rc != CODE_VALID || g.state == 1 ? rc :
	    g.state == 0 ? CODE_HEADER : CODE_ABSENT;
}

static int hcpcs(struct store *db, struct str code, struct str day,
    int64_t state, struct ehr_err *e)
{
	struct got g;
	int rc = get(db, CODE_HCPCS, code, day, &g, e);

	return rc == CODE_VALID && (g.state != state || g.over) ? CODE_ABSENT :
	    rc;
}

int code_hcpcs(struct store *db, struct str code, struct str day,
    struct ehr_err *e)
{
	return hcpcs(db, code, day, 0, e);
}

int code_modifier(struct store *db, struct str code, struct str day,
    struct ehr_err *e)
{
	return hcpcs(db, code, day, 1, e);
}

int code_place(struct store *db, struct str code, struct str day,
    struct ehr_err *e)
{
	struct got g;

	return get(db, CODE_PLACE, code, day, &g, e);
}

int code_mue(struct store *db, struct str code, struct str day,
    struct code_mue *m, struct ehr_err *e)
{
	struct got g;
	int rc = get(db, CODE_MUE, code, day, &g, e);

	if (rc == CODE_VALID)
		*m = (struct code_mue){ g.n, (int)g.state };
	return rc < 0 ? rc : rc == CODE_VALID;
}

int code_pair(struct store *db, struct str one, struct str two,
    struct str day, int *modifier, struct ehr_err *e)
{
	int64_t a = code_number(one), b = code_number(two);
	struct stmt *s = code_sql(db, CODE_PAIR_GET);
	struct date d;
	int rc;

	if (a < 0 || b < 0 || !date_parse(day, &d))
		return 0;
	stmt_int(s, 1, a * 60466176 + b);
	stmt_int(s, 2, date_days(d.year, d.month, d.day));
	rc = stmt_step(s, e);
	if (rc > 0)
		*modifier = (int)stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int code_loads(struct store *db,
    int (*fn)(void *arg, const struct code_load_row *row), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &code_sql_table[CODE_LOAD_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		const struct code_load_row row = { .id = stmt_col_int(s, 0),
			.kind = stmt_col(s, 1), .first = stmt_col(s, 2),
			.rows = stmt_col_int(s, 3),
			.batch = stmt_col_int(s, 4) };

		rc = fn(arg, &row);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int code_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e)
{
	static const enum code_sql_id drop[] = { CODE_DROP, CODE_PAIR_DROP,
		CODE_LOAD_DROP };
	struct store *db = record_store(a->r);
	int rc = 0;

	(void)batch;
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(drop); i++) {
		struct stmt *s = code_sql(db, drop[i]);

		stmt_int(s, 1, of);
		rc = stmt_run(s, e);
		n->deleted += rc == 0 ? store_changes(db) : 0;
	}
	return rc;
}
