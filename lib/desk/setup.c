/* setup.c - texts of a set-up taken in, compared, printed. */
#include "ehr/desk.h"
#include "ehr/setup.h"

static bool replace;
static int64_t at_batch;
const struct cli_opt desk_setup_load_opts[] = {
	{ "replace", 0, CLI_FLAG, 0, NULL,
	    "what the file does not name goes", &replace, 0, 0 },
	{ 0 },
};
const struct cli_opt desk_setup_dump_opts[] = {
	{ "batch", 0, CLI_INT, 0, "N", "as it was after that batch",
	    &at_batch, 1, INT64_MAX },
	{ 0 },
};

/* What a file says, beside what the record has. */
struct job {
	struct cli *c;
	struct access a;
	struct setup file, have, want; /* want borrows from both */
	struct diag_sink sink;
	const char *name;
	struct buf text;
	struct printer *rows;
	bool fields; /* a row for each of an item's fields that differ */
};
#define JOB_INIT(cli, form) \
	((struct job){ .c = (cli), .a = ACCESS_INIT, .file = SETUP_OF(form), \
	    .have = SETUP_OF(form), .want = SETUP_OF(form), .text = BUF_INIT, \
	    .sink = { .emit = cli_diag, .arg = (cli) } })

static void job_release(struct job *j)
{
	setup_release(&j->want);
	setup_release(&j->file);
	setup_release(&j->have);
	buf_release(&j->text);
	access_close(&j->a);
}
#define JOB_AUTO EHR_CLEANUP(job_release) struct job

static int refused(const struct job *j, struct ehr_err *e)
{
	return j->sink.count[DIAG_ERROR] ? ehr_fail(e, EHR_EREJECT,
	    "%s: nothing of it was taken", j->name) : 0;
}

static int read_file(struct job *j, struct ehr_err *e)
{
	const char *path = j->c->argc ? j->c->argv[0] : "-";
	int rc = in_all(path, MAX_SETUP, &j->text, e);

	j->name = strcmp(path, "-") == 0 ? "standard input" : path;
	if (rc < 0)
		return rc;
	setup_parse(&j->file, j->name, buf_str(&j->text), &j->sink);
	rc = refused(j, e);
	/* an empty file is a pipe that broke sooner than what is wanted */
	return rc == 0 && replace && j->file.n == 0 ? ehr_fail(e, EHR_EREJECT,
	    "%s: no item, so all would go: nothing of it was taken",
	    j->name) : rc;
}

static int merge(struct job *j, struct ehr_err *e)
{
	int rc = setup_read(record_store(j->a.r), &j->have, e);

	if (rc < 0)
		return rc;
	setup_merge(&j->want, &j->have, &j->file, replace);
	setup_check(&j->want, j->name, &j->sink);
	return refused(j, e);
}

/* ---- rows of changes ---- */

static int print_field(struct job *j, const char *change,
    const struct setup_item *i, const char *field, struct str have,
    struct str want, struct ehr_err *e)
{
	print_text(j->rows, str_of(change));
	print_text(j->rows, str_of(setup_kind_name(i)));
	print_text(j->rows, i->key);
	if (j->fields) {
		print_text(j->rows, str_of(field));
		print_text(j->rows, have);
		print_text(j->rows, want);
	}
	return print_row(j->rows, e);
}

static int print_fields(struct job *j, const char *change,
    const struct setup_item *have, const struct setup_item *want,
    struct ehr_err *e)
{
	const struct setup_item *i = want ? want : have;
	const struct setup_field *f = i->form->field;
	struct str a, b;
	int rc = 0;

	for (; f->name && rc == 0; f++)
		for (size_t n = 0; f->kind == i->kind && rc == 0; n++) {
			a = have ? setup_nth(have, f->name, n) : STR_NONE;
			b = want ? setup_nth(want, f->name, n) : STR_NONE;
			if (a.s == NULL && b.s == NULL)
				break;
			if (!str_eq(a, b))
				rc = print_field(j, change, i, f->name, a, b,
				    e);
		}
	return rc;
}

static int print_change(void *arg, enum setup_change change,
    const struct setup_item *have, const struct setup_item *want,
    struct ehr_err *e)
{
	static const char *const words[] = { NULL, "added", "changed",
		"removed" };
	struct job *j = arg;
	int rc = 0;

	if (change == SETUP_SAME)
		return 0;
	if (j->fields && have)
		rc = setup_touch(&j->a, have, NULL, e);
	if (rc < 0)
		return rc;
	return j->fields ? print_fields(j, words[change], have, want, e) :
	    print_field(j, words[change], want ? want : have, NULL, STR_NONE,
		STR_NONE, e);
}

static int print_changes(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "change", 0 },
		{ "kind", 0 }, { "key", 0 }, { "field", 0 },
		{ "record", PRINT_WIDE }, { "file", PRINT_WIDE } };
	int rc = print_open(&j->rows, j->c, cols, j->fields ? 6 : 3, e);

	if (rc == 0)
		rc = setup_compare(&j->have, &j->want, print_change, j, e);
	return print_close(j->rows, rc, e);
}

/* ---- load ---- */

static int write_rows(struct job *j, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CONFIG,
		.input = j->name, .scope = j->have.form->batch };
	uint8_t digest[SHA256_LEN];
	const struct access_rows rows = { .kind = j->have.form->batch,
		.sha256 = digest };
	struct batch_counts n = { .read = (int64_t)j->file.n }, none = { 0 };
	int64_t batch;
	int rc;

	sha256(j->text.s, j->text.len, digest);
	rc = access_rows_begin(&j->a, &w, &rows, &batch, e);
	if (rc < 0)
		return rc;
	rc = merge(j, e);
	if (rc == 0)
		rc = setup_write(&j->a, batch, &j->have, &j->want, j->name,
		    &j->sink, &n, e);
	rc = access_rows_end(&j->a, batch, rc == 0 ? &n : &none, rc, e);
	if (rc == 0)
		cli_note(j->c, "read %lld, inserted %lld, updated %lld, "
		    "deleted %lld, unchanged %lld", (long long)n.read,
		    (long long)n.inserted, (long long)n.updated,
		    (long long)n.deleted, (long long)n.unchanged);
	return rc;
}

int desk_setup_load(struct cli *c, const struct setup_form *form,
    struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c, form);
	int rc = read_file(&j, e);

	if (rc == 0)
		rc = desk_open(c, &j.a, STORE_WRITE, e);
	if (rc == 0)
		rc = write_rows(&j, e);
	return rc == 0 ? print_changes(&j, e) : rc;
}

/* ---- diff ---- */

static int count_change(void *arg, enum setup_change change,
    const struct setup_item *have, const struct setup_item *want,
    struct ehr_err *e)
{
	(void)arg;
	(void)have;
	(void)want;
	(void)e;
	return change != SETUP_SAME;
}

int desk_setup_diff(struct cli *c, const struct setup_form *form,
    struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c, form);
	int rc = read_file(&j, e);

	j.fields = true;
	if (rc == 0)
		rc = desk_open(c, &j.a, STORE_READ, e);
	if (rc == 0)
		rc = merge(&j, e);
	if (rc == 0)
		rc = access_set_begin(&j.a, AUDIT_LIST, form->batch, NULL, 0,
		    e);
	if (rc < 0)
		return rc;
	rc = access_set_end(&j.a, print_changes(&j, e), e);
	return rc == 0 && setup_compare(&j.have, &j.want, count_change, NULL,
	    e) ? EHR_ENO : rc;
}

/* ---- check ---- */

int desk_setup_check(struct cli *c, const struct setup_form *form,
    struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c, form);
	int rc = read_file(&j, e);

	if (rc == 0)
		rc = desk_open(c, &j.a, STORE_READ, e);
	if (rc == 0)
		rc = merge(&j, e);
	return rc == EHR_EREJECT ? ehr_fail(e, EHR_ENO, "%s: has faults",
	    j.name) : rc;
}

/* ---- dump ---- */

/* Is it of a kind that was named, or none was? */
static bool named(const struct cli *c, const struct setup_form *form, int kind)
{
	for (int i = 0; i < c->argc; i++)
		if (strcmp(c->argv[i], form->kind[kind].name) == 0)
			return true;
	return c->argc == 0;
}

static int known_kinds(struct cli *c, const struct setup_form *form,
    struct ehr_err *e)
{
	for (int i = 0; i < c->argc; i++)
		if (setup_kind(form, str_of(c->argv[i])) == form->kinds)
			return cli_usage(c, e, "%s: no such kind",
			    c->argv[i]);
	return 0;
}

static int dump(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	for (size_t k = 0; k < j->have.n && rc == 0; k++) {
		const struct setup_item *i = &j->have.item[k];

		if (!named(j->c, i->form, i->kind))
			continue;
		if (j->text.len)
			buf_addch(&j->text, '\n');
		setup_print(i, &j->text);
		rc = setup_touch(&j->a, i, NULL, e);
	}
	return rc == 0 ? cli_put(j->c, &j->text, e) : rc;
}

int desk_setup_dump(struct cli *c, const struct setup_form *form,
    struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c, form);
	int rc = known_kinds(c, form, e);

	if (rc == 0)
		rc = desk_open(c, &j.a, STORE_READ, e);
	if (rc == 0)
		rc = at_batch ? setup_read_at(record_store(j.a.r),
		    at_batch, &j.have, e) :
		    setup_read(record_store(j.a.r), &j.have, e);
	if (rc == 0)
		rc = access_set_begin(&j.a, AUDIT_LIST, form->batch, NULL, 0,
		    e);
	return rc == 0 ? access_set_end(&j.a, dump(&j, e), e) : rc;
}

/* ---- fields ---- */

static int field_row(struct printer *p, const struct setup_form *form,
    const struct setup_field *f, struct ehr_err *e)
{
	BUF_AUTO type = BUF_INIT;

	buf_addf(&type, "%s%s%s", f->type->name, f->arg ? " " : "",
	    f->arg ? f->arg : "");
	print_text(p, str_of(form->kind[f->kind].name));
	print_text(p, str_of(f->name));
	print_text(p, buf_str(&type));
	print_text(p, f->flags & SETUP_MUST ? STR("required") :
	    STR("optional"));
	print_text(p, f->flags & SETUP_MORE ? STR("several") : STR("once"));
	print_text(p, str_of(f->value));
	print_text(p, str_of(f->help));
	return print_row(p, e);
}

int desk_setup_fields(struct cli *c, const struct setup_form *form,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "kind", 0 },
		{ "field", 0 }, { "type", 0 }, { "required", 0 },
		{ "repeat", 0 }, { "without", 0 }, { "help", PRINT_WIDE } };
	const struct setup_field *f = form->field;
	struct printer *p;
	int rc = known_kinds(c, form, e);

	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	for (; f->name && rc == 0; f++)
		if (named(c, form, f->kind))
			rc = field_row(p, form, f, e);
	return print_close(p, rc, e);
}
