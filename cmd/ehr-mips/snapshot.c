/* snapshot.c - ehr-mips snapshot: a submission as it was, in the record. */
#include "ehr/crypto.h"
#include "mips.h"

/* ---- the documents of a submission ---- */

static struct str title_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return str_of(slash ? slash + 1 : path);
}

static const char *content_type(struct str text)
{
	struct str s = str_trim(text);

	if (s.n && s.s[0] == '<')
		return "application/xml";
	return s.n && (s.s[0] == '{' || s.s[0] == '[') ? "application/json"
		: "application/octet-stream";
}

/* A line, as the reports are: a DocumentReference with all of it inside. */
static int add_document(struct buf *b, const char *path, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO data = BUF_INIT;
	int rc = in_all(path, MAX_RESOURCE / 2, &text, e);

	if (rc < 0)
		return rc;
	base64_encode(&data, text.s, text.len);
	json_open(b, NULL, '{');
	json_text(b, "resourceType", STR("DocumentReference"));
	json_text(b, "status", STR("current"));
	json_open(b, "content", '[');
	json_open(b, NULL, '{');
	json_open(b, "attachment", '{');
	json_text(b, "contentType", str_of(content_type(buf_str(&text))));
	json_text(b, "data", buf_str(&data));
	json_text(b, "title", title_of(path));
	json_close(b, '}');
	json_close(b, '}');
	json_close(b, ']');
	json_close(b, '}');
	json_done(b);
	buf_addch(b, '\n');
	return 0;
}

static int check_documents(struct cli *c, struct ehr_err *e)
{
	const struct cli_list *d = &mips_opts.documents;

	for (size_t i = 0; i < d->n; i++) {
		struct str title = title_of(d->v[i]);

		if (title.n == 0 || strcmp(d->v[i], "-") == 0 ||
		    utf8_valid(title.s, title.n) != title.n)
			return cli_usage(c, e, "--document is a file with a "
			    "name");
		for (size_t k = 0; k < i; k++)
			if (str_eq(title, title_of(d->v[k])))
				return cli_usage(c, e, "two documents are "
				    "named %s", title.s);
	}
	return 0;
}

/* The text of the document of that title among the lines of a snapshot. */
static int find_document(struct cli *c, struct str text, struct buf *out,
    struct ehr_err *e)
{
	BUF_AUTO titles = BUF_INIT;
	struct str line;

	while (str_split(&text, '\n', &line)) {
		TAPE_AUTO t = TAPE_INIT;
		BUF_AUTO title = BUF_INIT;
		struct tape_error why;
		uint32_t at;

		if (!str_starts(line,
			"{\"resourceType\":\"DocumentReference\""))
			continue;
		if (tape_parse(&t, line.s, line.n, &why) < 0 ||
		    (at = tape_path(&t, 0, "content.attachment")) == 0 ||
		    !fhir_text(&t, at, "title", &title))
			return ehr_fail(e, EHR_EINTEGRITY,
			    "a document of the snapshot cannot be read");
		buf_addf(&titles, "%s\n", title.s);
		if (!str_is(buf_str(&title), mips_opts.document))
			continue;
		at = tape_get(&t, at, "data");
		return at && base64_decode(out, tape_str(&t, at)) ? 0
		    : ehr_fail(e, EHR_EINTEGRITY,
			  "a document of the snapshot cannot be read");
	}
	cli_candidates(c, &titles);
	return ehr_fail(e, EHR_ENOENT, "%s: the snapshot has no such document",
	    mips_opts.document);
}

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
		rc = check_documents(c, e);
	if (rc == 0)
		rc = report_freeze(c, &text, e);
	for (size_t i = 0; i < mips_opts.documents.n && rc == 0; i++)
		rc = add_document(&text, mips_opts.documents.v[i], e);
	if (rc == 0)
		rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&a, PERM_EXPORT, c->verb->name, e);
	if (rc == 0 && mips_opts.overrides)
		rc = override_lines(&a, mips_opts.overrides, &text, e);
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
	BUF_AUTO document = BUF_INIT;
	BUF_AUTO scope = BUF_INIT;
	int rc = access_open(&a, &opt, STORE_READ, e);

	if (rc == 0)
		rc = quality_snapshot_text(record_store(a.r),
		    str_of(c->argv[0]), &text, e);
	buf_addf(&scope, "snapshot: %s", c->argv[0]);
	/* It names everybody of an initial population. */
	if (rc == 0)
		rc = access_set(&a, AUDIT_EXPORT, scope.s, NULL, 0, e);
	if (rc == 0 && mips_opts.document)
		rc = find_document(c, buf_str(&text), &document, e);
	return rc == 0 ? cli_put(c, mips_opts.document ? &document : &text, e)
		       : rc;
}
