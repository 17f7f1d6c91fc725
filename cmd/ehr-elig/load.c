/* load.c - ehr-elig load: answers from files. */
#include "elig-tool.h"

struct job {
	struct cli *c;
	struct access a;
	struct printer *rows;
	int64_t unknown, rejected;
};

static int print(struct job *j, const char *file, int64_t batch,
    const struct elig_loaded *n, struct ehr_err *e)
{
	print_text(j->rows, str_of(file));
	if (n->before)
		print_absent(j->rows, NULL);
	else
		print_int(j->rows, batch);
	print_int(j->rows, n->answers);
	print_int(j->rows, n->benefits);
	print_int(j->rows, n->failed);
	print_int(j->rows, n->unknown);
	return print_row(j->rows, e);
}

static int one(struct job *j, const char *file, struct ehr_err *e)
{
	struct diag_sink sink = { .emit = cli_diag, .arg = j->c };
	struct elig_loaded n = { 0 };
	struct elig_job job;
	BUF_AUTO text = BUF_INIT;
	int64_t doc;
	int rc = in_all(file, MAX_ELIG_FILE, &text, e);

	if (rc == 0)
		rc = elig_begin(&job, &j->a, AUDIT_CREATE, file, true,
		    0, e);
	if (rc < 0)
		return rc;
	rc = elig_load(&job, file, buf_str(&text),
	    j->c->verbose ? &sink : NULL, &doc, &n, e);
	rc = elig_end(&job, rc, e);
	if (rc == 0) {
		j->unknown += n.unknown;
		rc = print(j, file, job.batch, &n, e);
	}
	return rc;
}

int load_run(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "file", 0 },
		{ "batch", PRINT_RIGHT }, { "answers", PRINT_RIGHT },
		{ "benefits", PRINT_RIGHT }, { "failed", PRINT_RIGHT },
		{ "unknown", PRINT_RIGHT } };
	struct job j = { .c = c, .a = ACCESS_INIT };
	int rc = desk_open(c, &j.a, STORE_WRITE, e);

	if (rc == 0)
		rc = print_open(&j.rows, c, cols, ARRAY_LEN(cols), e);
	for (int i = 0; rc == 0 && i < c->argc; i++) {
		rc = one(&j, c->argv[i], e);
		if (rc == EHR_EREJECT) {
			cli_notice(c, e->msg);
			j.rejected++;
			rc = 0;
		}
	}
	if (rc == 0 && j.rejected)
		rc = ehr_fail(e, EHR_EREJECT, "%lld of the files rejected",
		    (long long)j.rejected);
	else if (rc == 0 && j.unknown)
		rc = ehr_fail(e, EHR_EREJECT,
		    "%lld answers are to nothing that was asked; they are kept",
		    (long long)j.unknown);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	access_close(&j.a);
	return rc;
}
