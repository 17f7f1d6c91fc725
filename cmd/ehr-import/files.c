/* files.c - operands and the files in folders. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "import.h"

static const char *const endings[] = { ".json", ".ndjson", ".jsonl" };

static bool wanted(struct str name)
{
	if (str_ends(name, ".age"))
		name.n -= 4;
	if (str_ends(name, ".gz"))
		name.n -= 3;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_ends(name, endings[i]))
			return true;
	return false;
}

static void add(struct files *f, const char *path)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 64;
		f->path = xrealloc(f->path, f->cap * sizeof(*f->path));
	}
	f->path[f->n++] = xstrdup(path);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A symbolic link counts when it leads to a file, not to a folder. */
static bool is_file(const FTSENT *f)
{
	struct stat st;

	if (f->fts_info == FTS_F)
		return true;
	return f->fts_info == FTS_SL && stat(f->fts_accpath, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

static int walk(struct files *f, const char *folder, struct ehr_err *e)
{
	char *root[] = { (char *)folder, NULL };
	FTS *fts = fts_open(root, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR,
	    by_name);
	FTSENT *at;
	int rc = 0;

	if (fts == NULL)
		return ehr_fail_errno(e, "%s", folder);
	while (rc == 0 && (errno = 0, at = fts_read(fts)) != NULL) {
		errno = at->fts_errno;
		if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR)
			rc = ehr_fail_errno(e, "%s", at->fts_path);
		else if (at->fts_info == FTS_D || at->fts_info == FTS_DP)
			continue;
		else if (is_file(at) && wanted(str_of(at->fts_name)))
			add(f, at->fts_path);
		else
			f->skipped++;
	}
	if (rc == 0 && errno)
		rc = ehr_fail_errno(e, "%s", folder);
	fts_close(fts);
	return rc;
}

int files_find(struct files *f, struct cli *c, struct ehr_err *e)
{
	struct stat st;
	int rc = 0;

	if (c->argc == 0)
		add(f, "-");
	for (int i = 0; rc == 0 && i < c->argc; i++) {
		if (strcmp(c->argv[i], "-") == 0 && c->stdin_used)
			rc = cli_usage(c, e, "standard input is used twice");
		else if (strcmp(c->argv[i], "-") == 0)
			c->stdin_used = true;
		else if (stat(c->argv[i], &st) != 0)
			rc = ehr_fail_errno(e, "%s", c->argv[i]);
		else if (S_ISDIR(st.st_mode)) {
			rc = walk(f, c->argv[i], e);
			continue;
		}
		add(f, c->argv[i]);
	}
	return rc;
}

void files_release(struct files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->path[i]);
	free(f->path);
}
