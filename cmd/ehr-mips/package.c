/* package.c - what -m names: a package's file, folder or zip, or a measure that
 * the record keeps. */
#include <unistd.h>

#include "mips.h"

int job_open(struct job *j, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(j->c);

	return j->a.r ? 0 : access_open(&j->a, &opt, STORE_READ, e);
}

/* What looks like a file is one, also when it is not there. */
static bool is_path(const char *name)
{
	struct str s = str_of(name);

	return strcmp(name, "-") == 0 || access(name, F_OK) == 0 ||
	    *name == '/' || *name == '.' || str_ends(s, ".json") ||
	    str_ends(s, ".gz") || str_ends(s, ".zip");
}

bool job_needs_record(const struct job *j)
{
	if (mips_opts.measures.n == 0)
		return true;
	for (size_t i = 0; i < mips_opts.measures.n; i++)
		if (!is_path(mips_opts.measures.v[i]))
			return true;
	return job_from_record(j);
}

bool job_from_record(const struct job *j)
{
	return j->record || (j->c->argc == 0 && mips_opts.bundle == NULL);
}

/* They come by name; of several versions evaluating asks which. */
static int add_name(void *arg, const struct quality_kept *k)
{
	struct job *j = arg;
	struct cli_list *n = &j->names;

	if (n->n && str_is(k->name, n->v[n->n - 1]))
		return 0;
	n->v = xrealloc(n->v, (n->n + 1) * sizeof(char *));
	n->v[n->n++] = arena_strndup(&j->names_mem, k->name.s, k->name.n);
	return 0;
}

int job_names(struct job *j, struct ehr_err *e)
{
	return quality_kept_each(record_store(j->a.r), QUALITY_KEPT_MEASURE,
	    add_name, j, e);
}

struct kept {
	struct job *j;
	struct quality_package *package;
	struct ehr_err *e;
};

static int add_kept(void *arg, const struct quality_kept *k)
{
	struct kept *to = arg;
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	int rc;

	buf_addstr(&name, k->name);
	rc = quality_kept_text(record_store(to->j->a.r), k->id, &text, to->e);
	return rc < 0 ? rc : quality_package_add(to->package, name.s,
	    buf_str(&text), to->e);
}

static int read_kept(struct job *j, const char *name,
    struct quality_package *p, struct ehr_err *e)
{
	struct kept to = { j, p, e };
	BUF_AUTO candidates = BUF_INIT;
	int rc = quality_kept_find(record_store(j->a.r), QUALITY_KEPT_MEASURE,
	    str_of(name), add_kept, &to, &candidates, e);

	if (rc == EHR_ENOENT)
		cli_candidates(j->c, &candidates);
	return rc;
}

int job_package(struct job *j, const char *name, struct quality_package *p,
    struct ehr_err *e)
{
	int rc = is_path(name) ? quality_package_read(p, name, e)
			       : read_kept(j, name, p, e);

	for (size_t i = 0; rc == 0 && i < mips_opts.valuesets.n; i++)
		rc = quality_package_valuesets(p, mips_opts.valuesets.v[i], e);
	if (rc < 0)
		return rc;
	if (j->a.r)
		quality_package_complete(p, record_store(j->a.r));
	rc = quality_package_link(p, job_warn, j->c, e);
	if (rc < 0)
		ehr_fail_prefix(e, "%s: ", name);
	return rc;
}
