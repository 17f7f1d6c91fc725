/* The files of what is published: one, those of a folder, those in a zip. */
#include "quality/source.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { NESTED_MAX = 8 };

/* Of everything in a folder or zip only these are looked at. */
static const char *const wanted[] = { ".json", ".json.gz", ".ndjson",
	".ndjson.gz", ".zip" };
static const char *const tables[] = { ".txt", ".csv", ".tsv", ".txt.gz",
	".csv.gz" };

static bool ends(struct str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends(name, list[i]))
			return true;
	return false;
}

bool source_wanted(const struct source *s, struct str name)
{
	return ends(name, wanted, ARRAY_LEN(wanted)) ||
	    (s->tables && ends(name, tables, ARRAY_LEN(tables)));
}

int source_opened(struct source *s, struct in *in, const char *name,
    unsigned depth, struct ehr_err *e)
{
	struct str head;
	int rc = in_peek(in, 4, &head, e);

	if (rc < 0)
		return rc;
	if (str_eq(head, STR("PK\3\4")) || str_eq(head, STR("PK\5\6")))
		return source_zip(s, in, name, depth, e);
	return s->fn(s->arg, name, in, e);
}

static int file(struct source *s, const char *path, unsigned depth,
    struct ehr_err *e)
{
	struct in *in;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	rc = source_opened(s, in, path, depth, e);
	in_close(in);
	return rc;
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int folder(struct source *s, const char *path, unsigned depth,
    struct ehr_err *e);

/* What lies in a folder; links are not followed. */
static int entry(struct source *s, const char *path, unsigned depth,
    struct ehr_err *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return ehr_fail_errno(e, "%s", path);
	if (S_ISDIR(st.st_mode))
		return folder(s, path, depth + 1, e);
	if (!S_ISREG(st.st_mode) || !source_wanted(s, str_of(path)))
		return 0;
	if (++s->files > SOURCE_FILES_MAX)
		return ehr_fail(e, EHR_EREJECT, "%s: more than %d files", path,
		    SOURCE_FILES_MAX);
	return file(s, path, depth, e);
}

static int folder(struct source *s, const char *path, unsigned depth,
    struct ehr_err *e)
{
	struct dirent **list;
	int n, rc = 0;

	if (depth > NESTED_MAX)
		return ehr_fail(e, EHR_EREJECT, "%s: more than %d folders deep",
		    path, NESTED_MAX);
	n = scandir(path, &list, visible, alphasort);
	if (n < 0)
		return ehr_fail_errno(e, "%s", path);
	for (int i = 0; i < n; i++) {
		BUF_AUTO name = BUF_INIT;

		buf_addf(&name, "%s/%s", path, list[i]->d_name);
		if (rc == 0)
			rc = entry(s, name.s, depth, e);
		free(list[i]);
	}
	free(list);
	return rc;
}

int source_each(struct source *s, const char *path, struct ehr_err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return folder(s, path, 0, e);
	return file(s, path, 0, e);
}

bool source_is_file(const char *path)
{
	struct ehr_err e;
	struct stat st;
	struct str head;
	struct in *in;
	bool yes;

	if (strcmp(path, "-") == 0 || stat(path, &st) < 0)
		return true;
	if (S_ISDIR(st.st_mode) || in_open(&in, path, &e) < 0)
		return !S_ISDIR(st.st_mode);
	yes = in_peek(in, 2, &head, &e) < 0 || !str_eq(head, STR("PK"));
	in_close(in);
	return yes;
}

int source_read(struct in *in, size_t max, struct buf *b, struct ehr_err *e)
{
	ssize_t n;

	do {
		buf_grow(b, 1 << 16);
		n = in_read(in, b->s + b->len, 1 << 16, e);
		if (n > 0)
			b->len += (size_t)n;
	} while (n > 0 && b->len <= max);
	b->s[b->len] = '\0';
	if (b->len > max)
		return ehr_fail(e, EHR_EREJECT, "more than %zu MiB",
		    max >> 20);
	return (int)n;
}
