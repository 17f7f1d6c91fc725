/* register.c - ehr-admin register: what is done beside the record. */
#include "admin.h"
#include "ehr/comply.h"

static struct {
	const char *who, *day, *note;
	const char *kind; /* of a list; NULL: all */
	bool all;
} give;

const struct cli_opt admin_register_add_opts[] = {
	{ "who", 0, CLI_TEXT, 0, "NAME", "whom it is about or who did it",
	    &give.who, 0, 0 },
	{ "on", 0, CLI_TEXT, 0, "DATE", "when (today)", &give.day, 0, 0 },
	{ "note", 0, CLI_TEXT, 0, "TEXT", "more about it", &give.note, 0, 0 },
	{ 0 },
};
const struct cli_opt admin_register_close_opts[] = {
	{ "note", 0, CLI_TEXT, CLI_REQUIRED, "TEXT", "how it ended",
	    &give.note, 0, 0 },
	{ 0 },
};
const struct cli_opt admin_register_list_opts[] = {
	{ "all", 'a', CLI_FLAG, 0, NULL, "those that are closed too",
	    &give.all, 0, 0 },
	{ 0 },
};

static struct str text(const char *s)
{
	return str_of(s ? s : "");
}

static int check_kind(struct cli *c, struct ehr_err *e)
{
	BUF_AUTO names = BUF_INIT;

	for (const struct comply_register *k = comply_registers; k->kind; k++) {
		if (strcmp(k->kind, c->argv[0]) == 0)
			return 0;
		buf_addf(&names, "%s%s", names.len ? ", " : "", k->kind);
	}
	return cli_usage(c, e, "KIND is one of %s", names.s);
}

static int check_line(struct cli *c, const char *what, const char *s,
    struct ehr_err *e)
{
	struct str v = text(s);

	return v.n <= 1000 && utf8_valid(v.s, v.n) == v.n &&
	    !memchr(v.s, '\n', v.n) ? 0 :
	    cli_usage(c, e, "%s is a line of UTF-8, 1000 bytes at most", what);
}

static int check_day(struct cli *c, struct buf *day, struct ehr_err *e)
{
	struct date d;

	cli_today(c, &d);
	if (give.day && (!date_parse(str_of(give.day), &d) ||
	    d.precision != DATE_DAY))
		return cli_usage(c, e, "--on is YYYY-MM-DD");
	date_format(day, &d);
	return 0;
}

int admin_register_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO day = BUF_INIT;
	BUF_AUTO scope = BUF_INIT;
	struct comply_entry x = { 0 };
	int rc = check_kind(c, e);

	if (rc == 0)
		rc = check_line(c, "WHAT", c->argv[1], e);
	if (rc == 0)
		rc = check_line(c, "--who", give.who, e);
	if (rc == 0)
		rc = check_line(c, "--note", give.note, e);
	if (rc == 0)
		rc = check_day(c, &day, e);
	if (rc == 0)
		rc = admin_begin(c, &a, e);
	if (rc < 0)
		return rc;
	x.kind = str_of(c->argv[0]);
	x.what = str_of(c->argv[1]);
	x.who = text(give.who);
	x.day = buf_str(&day);
	x.note = text(give.note);
	x.by = buf_str(&a.user);
	buf_addf(&scope, "register-add:%s", c->argv[0]);
	return admin_end(&a, comply_register_add(record_store(a.r), &x, e),
	    scope.s, e);
}

int admin_register_close(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	int64_t id;
	int rc = check_line(c, "--note", give.note, e);

	if (rc == 0 && (!str_int(str_of(c->argv[0]), &id) || id < 1))
		rc = cli_usage(c, e, "ID is the number that list prints");
	if (rc == 0)
		rc = admin_begin(c, &a, e);
	if (rc < 0)
		return rc;
	buf_addf(&scope, "register-close:%lld", (long long)id);
	return admin_end(&a, comply_register_close(record_store(a.r), id,
	    str_of(give.note), buf_str(&a.user), e), scope.s, e);
}

static int put_entry(void *arg, const struct comply_entry *x)
{
	struct admin_listing *l = arg;

	print_int(l->p, x->id);
	print_text(l->p, x->kind);
	print_text(l->p, x->day);
	print_text(l->p, x->what);
	print_text(l->p, x->who);
	print_text(l->p, x->note);
	print_text(l->p, x->by);
	print_time(l->p, x->closed);
	print_text(l->p, x->closed_by);
	print_text(l->p, x->how);
	return print_row(l->p, l->e);
}

static int entries(struct admin_listing *l)
{
	return comply_register_each(record_store(l->r), str_of(give.kind),
	    give.all, put_entry, l, l->e);
}

int admin_register_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", PRINT_RIGHT },
		{ "kind", 0 }, { "date", 0 }, { "what", PRINT_WIDE },
		{ "who", PRINT_WIDE }, { "note", PRINT_WIDE }, { "by", 0 },
		{ "closed", 0 }, { "closed_by", 0 }, { "how", PRINT_WIDE } };
	int rc = c->argc ? check_kind(c, e) : 0;

	give.kind = c->argv[0];
	return rc < 0 ? rc : admin_list(c, cols, ARRAY_LEN(cols), entries, e);
}
