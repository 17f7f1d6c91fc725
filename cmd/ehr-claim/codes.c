/* codes.c - official code tables: load and list. */
#include "claim.h"
#include "ehr/billing-code.h"
#include "ehr/desk.h"

static const char *from;

const struct cli_opt codes_load_opts[] = {
	{ "from", 0, CLI_DATE, 0, "DAY", "first day on which it holds", &from,
	    0, 0 },
	{ 0 },
};

static int kind_of(struct cli *c, enum code_kind *kind, struct ehr_err *e)
{
	BUF_AUTO all = BUF_INIT;

	*kind = code_kind(str_of(c->argv[0]));
	if (*kind != CODE_KINDS)
		return 0;
	for (int i = 0; i < CODE_KINDS; i++)
		buf_addf(&all, " %s", code_kind_name((enum code_kind)i));
	return cli_usage(c, e, "%s: not one of%s", c->argv[0], all.s);
}

int codes_load(struct cli *c, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_UPDATE,
		.input = c->argv[1], .scope = "codes" };
	const struct access_rows k = { .kind = CODE_BATCH, .bulk = true };
	ACCESS_AUTO a = ACCESS_INIT;
	struct batch_counts n = { 0 };
	enum code_kind kind;
	int64_t batch;
	int rc = kind_of(c, &kind, e);

	if (rc == 0 && from && strlen(from) != 10)
		rc = cli_usage(c, e, "--from: a day, YYYY-MM-DD");
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = access_rows_begin(&a, &w, &k, &batch, e);
	if (rc < 0)
		return rc;
	rc = code_load(&a, batch, kind, c->argv[1], str_of(from), &n, e);
	rc = access_rows_end(&a, batch, &n, rc < 0 ? rc : 0, e);
	if (rc == 0)
		cli_note(c, "rows %lld, unchanged %lld", (long long)n.inserted,
		    (long long)n.unchanged);
	return rc;
}

struct listing {
	struct printer *p;
	struct ehr_err *e;
};

static int list_row(void *arg, const struct code_load_row *row)
{
	struct listing *l = arg;

	print_int(l->p, row->id);
	print_text(l->p, row->kind);
	print_text(l->p, row->first);
	print_int(l->p, row->rows);
	print_int(l->p, row->batch);
	return print_row(l->p, l->e);
}

int codes_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "load", PRINT_RIGHT },
		{ "kind", 0 }, { "from", 0 }, { "rows", PRINT_RIGHT },
		{ "batch", PRINT_RIGHT } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { .e = e };
	int rc = desk_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = code_loads(record_store(a.r), list_row, &l, e);
	return l.p ? print_close(l.p, rc, e) : rc;
}
