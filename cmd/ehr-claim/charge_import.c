/* charge_import.c - charges from a file. */
#include "claim.h"
#include "ehr/desk.h"

static bool partial;

const struct cli_opt charge_import_opts[] = {
	{ "correct", 0, CLI_FLAG, 0, NULL,
	    "void charges of a key that differ and put these in their place",
	    &charge_correct, 0, 0 },
	{ "partial", 0, CLI_FLAG, 0, NULL,
	    "take the others when some are rejected", &partial, 0, 0 },
	{ 0 },
};

struct rejecting {
	struct cli *c;
	const char *file;
};

static void reject(void *arg, uint64_t line, const char *why)
{
	struct rejecting *r = arg;
	BUF_AUTO text = BUF_INIT;

	buf_addf(&text, "%s:%llu: %s", r->file, (unsigned long long)line, why);
	cli_notice(r->c, text.s);
}

/* -f, else what the first character says: an object or a head. */
static int form(struct cli *c, struct str text, enum charge_form *f,
    struct ehr_err *e)
{
	struct str rest = str_trim(text);

	*f = rest.n && rest.s[0] == '{' ? CHARGE_NDJSON : CHARGE_CSV;
	if (c->input == NULL)
		return 0;
	*f = strcmp(c->input, "csv") == 0 ? CHARGE_CSV : CHARGE_NDJSON;
	return *f == CHARGE_CSV || strcmp(c->input, "ndjson") == 0 ? 0 :
	    cli_usage(c, e, "-f %s: csv or ndjson", c->input);
}

static int load(struct cli *c, struct access *a,
    const struct charge_source *s, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.source = c->source, .input = s->name, .scope = "charges" };
	struct access_rows k = { .kind = CHARGE_BATCH, .bulk = true };
	struct batch_counts n = { 0 };
	CHARGE_WRITER_AUTO to = { 0 };
	uint8_t digest[SHA256_LEN];
	int64_t batch;
	int rc;

	sha256(s->text.s, s->text.n, digest);
	k.sha256 = digest;
	rc = access_rows_begin(a, &w, &k, &batch, e);
	if (rc < 0)
		return rc;
	rc = charge_writer_begin(&to, a, batch, e);
	to.correct = charge_correct;
	if (rc == 0)
		rc = charge_load(&to, s, &n, e);
	/* one rejected: none is taken */
	if (rc < 0 && !(partial && n.rejected))
		n.inserted = n.updated = n.deleted = 0;
	rc = access_rows_end(a, batch, &n, rc, e);
	cli_note(c, "read %lld, inserted %lld, unchanged %lld, rejected %lld",
	    (long long)n.read, (long long)n.inserted, (long long)n.unchanged,
	    (long long)n.rejected);
	return rc;
}

int charge_import(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO text = BUF_INIT;
	struct rejecting r = { c, c->argc ? c->argv[0] : "-" };
	struct charge_source s = { .name = r.file, .reject = reject,
		.arg = &r };
	int rc = in_all(s.name, MAX_CHARGE_FILE, &text, e);

	s.text = buf_str(&text);
	if (rc == 0)
		rc = form(c, s.text, &s.form, e);
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	return rc == 0 ? load(c, &a, &s, e) : rc;
}
