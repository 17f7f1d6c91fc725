/* snapshot.c - ehr-mips snapshot: a submission as it was, in the record. */
#include "ehr/crypto.h"
#include "mips.h"

/* ---- make ---- */

/* One line, printed in tables and in the log. */
static int check_name(struct cli *c, struct ehr_err *e)
{
	struct str n = str_of(c->argv[0]);
	bool good = n.n > 0 && n.n <= 60;

	for (size_t i = 0; good && i < n.n; i++)
		good = n.s[i] > ' ' && n.s[i] < 0x7f && n.s[i] != ',';
	return good ? 0 : cli_usage(c, e, "NAME is a word of at most 60 "
	    "ASCII characters");
}

static int keep(struct access *a, struct cli *c, struct str text,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	BUF_AUTO scope = BUF_INIT;
	struct audit_event ev;
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc < 0)
		return rc;
	buf_addf(&scope, "snapshot make: %s", c->argv[0]);
	ev = access_event(a, AUDIT_CONFIG, scope.s);
	rc = quality_snapshot_add(db, str_of(c->argv[0]), buf_str(&a->user),
	    text, e);
	if (rc == 0)
		rc = audit_append(db, &ev, NULL, 0, NULL, e);
	if (rc == 0)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

int snapshot_make(struct cli *c, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO text = BUF_INIT;
	int rc = check_name(c, e);

	if (rc == 0)
		rc = report_freeze(c, &text, e);
	if (rc == 0)
		rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&a, PERM_EXPORT, c->verb->name, e);
	if (rc == 0 && c->dry_run)
		store_dry_run(record_store(a.r));
	return rc == 0 ? keep(&a, c, buf_str(&text), e) : rc;
}

/* ---- list ---- */

struct listing {
	struct printer *rows;
	struct ehr_err *e;
};

static int put(void *arg, const struct quality_snapshot *s)
{
	struct listing *l = arg;
	BUF_AUTO hash = BUF_INIT;
	BUF_AUTO time = BUF_INIT;

	hex_format(&hash, s->sha256, sizeof(s->sha256));
	date_format_ms(&time, s->time);
	print_text(l->rows, s->name);
	print_text(l->rows, buf_str(&time));
	print_text(l->rows, s->user);
	print_int(l->rows, s->size);
	print_text(l->rows, buf_str(&hash));
	return print_row(l->rows, l->e);
}

int snapshot_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "name", 0 },
		{ "made", PRINT_WHOLE }, { "by", 0 }, { "bytes", PRINT_RIGHT },
		{ "sha256", PRINT_WIDE } };
	struct access_opt opt = ACCESS_OPT(c);
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { NULL, e };
	int rc = access_open(&a, &opt, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = quality_snapshot_each(record_store(a.r), put, &l, e);
	return l.rows ? print_close(l.rows, rc, e) : rc;
}

/* ---- print ---- */

int snapshot_print(struct cli *c, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO scope = BUF_INIT;
	int rc = access_open(&a, &opt, STORE_READ, e);

	if (rc == 0)
		rc = quality_snapshot_text(record_store(a.r),
		    str_of(c->argv[0]), &text, e);
	buf_addf(&scope, "snapshot: %s", c->argv[0]);
	/* It names everybody of an initial population. */
	if (rc == 0)
		rc = access_set(&a, AUDIT_EXPORT, scope.s, NULL, 0, e);
	return rc == 0 ? cli_put(c, &text, e) : rc;
}
