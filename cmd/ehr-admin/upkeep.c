/* upkeep.c - ehr-admin check, reindex, vacuum. */
#include "admin.h"

static bool deep;

const struct cli_opt admin_check_opts[] = {
	{ "deep", 0, CLI_FLAG, 0, NULL,
	    "what is derived is made again and compared, row by row", &deep,
	    0, 0 },
	{ 0 },
};

struct checking {
	int found;
	int rc; /* of printing */
	struct ehr_err *e;
};

static int finding(void *arg, const char *text)
{
	struct checking *x = arg;
	BUF_AUTO line = BUF_INIT;

	buf_addf(&line, "%s\n", text);
	x->found++;
	x->rc = cli_write(&line, x->e);
	return x->rc;
}

static void audit_finding(void *arg, const struct audit_fault *f)
{
	struct checking *x = arg;
	BUF_AUTO line = BUF_INIT;

	buf_addf(&line, "audit log: event %lld: %s", (long long)f->seq,
	    f->text);
	if (x->rc == 0)
		finding(x, line.s);
}

static int check_file(struct store *db, struct checking *x)
{
	BUF_AUTO report = BUF_INIT;
	struct ehr_err e = { 0, "" };
	int rc = store_check(db, &report, &e);
	struct str rest = buf_str(&report), line;
	int before = x->found;

	while (x->rc == 0 && str_split(&rest, '\n', &line)) {
		BUF_AUTO text = BUF_INIT;

		buf_addstr(&text, line);
		if (line.n)
			finding(x, text.s);
	}
	if (rc < 0 && x->found == before)
		finding(x, e.msg);
	return rc == EHR_EIO ? ehr_fail(x->e, rc, "%s", e.msg) : 0;
}

/* A part of the check that broke off, rather than found something, says why
 * in a finding of its own. */
static int outcome(struct checking *x, int rc, int before,
    const struct ehr_err *e)
{
	if (rc < 0 && x->rc == 0 && x->found == before)
		finding(x, e->msg);
	return rc < 0 && rc != EHR_EINTEGRITY && x->rc == 0 ?
	    ehr_fail(x->e, rc, "%s", e->msg) : x->rc;
}

static int check_record(struct record *r, struct checking *x)
{
	struct ehr_err e = { 0, "" };
	int before = x->found;
	int rc = (deep ? record_check_deep : record_check)(r, finding, x, &e);

	return outcome(x, rc, before, &e);
}

static int check_audit(struct store *db, struct checking *x)
{
	struct ehr_err e = { 0, "" };
	int before = x->found;
	int rc = audit_verify(db, audit_finding, x, &e);

	return outcome(x, rc, before, &e);
}

int admin_check(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct checking x = { 0, 0, e };
	struct store *db;
	int rc = admin_open(c, &a, STORE_READ, e);

	if (rc < 0)
		return rc;
	db = record_store(a.r);
	rc = store_begin(db, STORE_SNAPSHOT, e);
	if (rc == 0)
		rc = check_file(db, &x);
	if (rc == 0)
		rc = check_record(a.r, &x);
	if (rc == 0)
		rc = check_audit(db, &x);
	if (rc == 0 && x.found)
		rc = ehr_fail(e, EHR_EINTEGRITY, "%s: %d findings",
		    store_path(db), x.found);
	return rc;
}

static int reindexed(void *arg, int64_t done)
{
	cli_progress(arg, "resources indexed", (uint64_t)done, 0);
	return 0;
}

int admin_reindex(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int rc = admin_open(c, &a, STORE_WRITE, e);

	if (rc == 0)
		rc = access_need(&a, PERM_UPKEEP, "reindex", e);
	if (rc == 0)
		rc = admin_audit(&a, "reindex", e);
	if (rc == 0)
		rc = record_reindex(a.r, reindexed, c, e);
	cli_progress_end(c);
	return rc;
}

static struct {
	bool train;
} opt;

const struct cli_opt admin_optimize_opts[] = {
	{ "train", 0, CLI_FLAG, 0, NULL, "make a new dictionary first",
	    &opt.train, 0, 0 },
	{ 0 },
};

static int optimized(void *arg, int64_t rows)
{
	cli_progress(arg, "bodies packed", (uint64_t)rows, 0);
	return 0;
}

static int print_optimized(struct cli *c, const struct record_optimized *n,
    struct ehr_err *e)
{
	static const struct print_col columns[] = {
		{ "dictionary", PRINT_RIGHT }, { "bodies", PRINT_RIGHT },
		{ "written", PRINT_RIGHT }, { "before", PRINT_RIGHT },
		{ "after", PRINT_RIGHT },
	};
	struct printer *p;
	int rc = print_open(&p, c, columns, ARRAY_LEN(columns), e);

	if (rc == 0) {
		print_int(p, n->dictionary);
		print_int(p, n->rows);
		print_int(p, n->written);
		print_int(p, n->before);
		print_int(p, n->after);
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

int admin_optimize(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct record_optimized n;
	int rc = admin_open(c, &a, STORE_WRITE, e);

	if (rc == 0)
		rc = access_need(&a, PERM_UPKEEP, "optimize", e);
	if (rc == 0)
		rc = admin_audit(&a, "optimize", e);
	if (rc == 0)
		rc = record_optimize(a.r, opt.train, &n, optimized, c, e);
	cli_progress_end(c);
	return rc < 0 ? rc : print_optimized(c, &n, e);
}

int admin_vacuum(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int rc = admin_open(c, &a, STORE_WRITE, e);

	if (rc == 0)
		rc = access_need(&a, PERM_UPKEEP, "vacuum", e);
	if (rc == 0)
		rc = admin_audit(&a, "vacuum", e);
	if (rc == 0)
		rc = store_vacuum(record_store(a.r), e);
	return rc < 0 ? rc : 0; /* a log that others read is emptied later */
}
