/*
 * ehr-import: files into the record: one command, one batch.
 */
#include <stdlib.h>

#include "import.h"

static const char *rejects_path;
static struct cli_list identities;

/* How an input is read; the place is that of the word in -f. */
static const struct format {
	const char *name;
	enum json_form form;
	int (*take)(struct import *im, const struct piece *p);
} formats[] = {
	{ "fhir", JSON_AUTO, import_fhir },
	{ "rejects", JSON_LINES, import_rejects },
};

static const struct format *format_of(struct cli *c, struct ehr_err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (c->input == NULL || strcmp(c->input, formats[i].name) == 0)
			return &formats[i];
	cli_usage(c, e, "-f %s: no such format; there are fhir and rejects",
	    c->input);
	return NULL;
}

/* ---- reading ---- */

static int read_all(struct import *im, const struct format *f,
    const struct files *files)
{
	AGE_KEYS_AUTO secret = AGE_KEYS_INIT;
	uint8_t all[SHA256_LEN];
	struct reader *r;
	struct piece *p;
	int rc = 0;

	if (identities.n)
		secret_guard();
	for (size_t i = 0; rc == 0 && i < identities.n; i++)
		rc = age_keys_read(&secret, identities.v[i], true, im->err);
	if (rc < 0)
		return rc;
	r = reader_new(files, f->form, &im->rejects, &secret);
	while ((rc = reader_next(r, &p, im->err)) > 0) {
		rc = f->take(im, p);
		if (rc < 0)
			break;
		cli_progress(im->c, "resources read", im->items, 0);
	}
	if (rc == 0) {
		reader_digest(r, all);
		batch_digest(im->batch, all);
	}
	reader_free(r);
	return rc;
}

/* ---- the command ---- */

static void tell(struct import *im, const struct files *files,
    const struct batch_counts *n)
{
	struct cli *c = im->c;

	if (im->rejected > MAX_REJECTS_SHOWN && !c->verbose)
		cli_warn(c, "and %llu more rejected; -v shows all",
		    (unsigned long long)im->rejected - MAX_REJECTS_SHOWN);
	if (files->skipped)
		cli_note(c, "%zu other files skipped", files->skipped);
	if (im->views)
		cli_note(c, "%lld views of this record's own charges, claims "
		    "and payments left as they are", (long long)im->views);
	if (im->warnings)
		cli_note(c, "%llu warnings about resources taken; -vv shows "
		    "them", (unsigned long long)im->warnings);
	cli_note(c, "batch %lld: %lld read, %lld inserted, %lld updated, "
	    "%lld deleted, %lld unchanged, %lld rejected",
	    (long long)batch_number(im->batch), (long long)n->read,
	    (long long)n->inserted, (long long)n->updated,
	    (long long)n->deleted, (long long)n->unchanged,
	    (long long)n->rejected);
}

/* Name of the input for the batch's row. */
static void input_name(const struct cli *c, struct buf *b)
{
	if (c->argc == 0)
		buf_adds(b, "-");
	for (int i = 0; i < c->argc && i < 8; i++)
		buf_addf(b, "%s%s", i ? " " : "", c->argv[i]);
	if (c->argc > 8)
		buf_addf(b, " ... (%d)", c->argc);
}

static int import_files(struct import *im, struct access *a,
    const struct format *f, const struct files *files)
{
	BUF_AUTO name = BUF_INIT;
	struct access_write w = { .action = AUDIT_IMPORT,
		.source = im->c->source };
	struct batch_counts n;
	int rc;

	input_name(im->c, &name);
	w.input = name.s;
	im->r = a->r;
	rc = access_batch(a, &w, &im->batch, im->err);
	if (rc == 0)
		rc = rejects_open(&im->rejects, rejects_path, im->c->force,
		    im->err);
	if (rc == 0)
		rc = read_all(im, f, files);
	if (rc == 0) {
		batch_read(im->batch, (int64_t)im->items);
		batch_unchanged(im->batch, im->views);
		rc = batch_commit(im->batch, &n, im->err);
	}
	rc = rejects_close(&im->rejects, rc);
	cli_progress_end(im->c);
	if (rc == 0) {
		tell(im, files, &n);
		if (im->rejected)
			rc = ehr_fail(im->err, EHR_EREJECT,
			    "%llu of %llu rejected",
			    (unsigned long long)im->rejected,
			    (unsigned long long)im->items);
	}
	batch_free(im->batch);
	return rc;
}

static int run(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	struct import im = { .c = c, .inner = TAPE_INIT, .text = BUF_INIT,
		.path = BUF_INIT, .rejects.line = BUF_INIT, .err = e };
	struct files files = { 0 };
	const struct format *f = format_of(c, e);
	int rc = f ? files_find(&files, c, e) : EHR_EUSAGE;

	if (rc == 0)
		rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = import_files(&im, &a, f, &files);
	files_release(&files);
	tape_release(&im.inner);
	buf_release(&im.text);
	buf_release(&im.path);
	return rc;
}

static const struct cli_opt options[] = {
	{ "identity", 'i', CLI_LIST, 0, "FILE",
	    "what opens inputs that are encrypted with age", &identities, 0,
	    0 },
	{ "rejects", 0, CLI_TEXT, 0, "FILE",
	    "keep what is not taken, whole, as NDJSON", &rejects_path, 0, 0 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ NULL, "[FILE|FOLDER|-]...",
	    "take FHIR resources, Bundles and NDJSON into the record",
	    CLI_WRITE | CLI_INPUT | CLI_FORCE, options, 0, -1, false, run },
	{ 0 },
};

static const struct cli_tool tool = {
	"ehr-import", "files into the record", verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
