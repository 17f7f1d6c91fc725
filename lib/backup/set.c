/* set.c - the folder of backups: what is there, and taking away. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "impl.h"

enum { MAX_MANIFEST = 4096 };

void backup_path(const struct backup_set *s, const char *id, const char *what,
    struct buf *b)
{
	buf_addf(b, "%s/%s.%s", s->path, id, what);
}

void backup_set_release(struct backup_set *s)
{
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
	free(s->v);
	*s = BACKUP_SET_INIT;
}

/* ---- reading ---- */

static void read_manifest(const struct backup_set *s, struct backup *b)
{
	BUF_AUTO path = BUF_INIT;
	char text[MAX_MANIFEST], id[BACKUP_ID];
	struct in *in;
	ssize_t n;

	memcpy(id, b->id, sizeof(id));
	backup_path(s, id, "backup", &path);
	n = in_open(&in, path.s, NULL);
	if (n == 0) {
		n = in_read(in, text, sizeof(text), NULL);
		in_close(in);
	}
	b->unread = n < 0;
	if (n <= 0)
		snprintf(b->fault, sizeof(b->fault), n < 0 ?
		    "the manifest cannot be read" : "the manifest is empty");
	else
		manifest_parse(b, (struct str){ text, (size_t)n });
	if (!b->fault[0] && strcmp(b->id, id) != 0)
		snprintf(b->fault, sizeof(b->fault),
		    "the manifest is that of another backup");
	memcpy(b->id, id, sizeof(id));
	if (b->fault[0])
		b->time = 0;
}

static void add(struct backup_set *s, struct str id)
{
	struct backup *b;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->v = xrealloc(s->v, s->cap * sizeof(*s->v));
	}
	b = &s->v[s->n++];
	memset(b, 0, sizeof(*b));
	memcpy(b->id, id.s, id.n);
	read_manifest(s, b);
}

static int by_time(const void *a, const void *b)
{
	const struct backup *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* "ID.what" as its two parts; false: no file of a backup. */
static bool parts(const char *name, struct str *id, struct str *what)
{
	*what = str_of(name);
	return str_split(what, '.', id) && backup_id_ok(*id);
}

static int cannot_open(const struct backup_set *s, struct ehr_err *e)
{
	return errno == ENOENT ? ehr_fail(e, EHR_ENOENT, "%s: no such folder",
	    s->path) : ehr_fail_errno(e, "%s", s->path);
}

/* Calls fn with each name in the folder. What cannot be read is not its end:
 * files of a backup that was not seen would be taken for rest. */
static int each_name(struct backup_set *s,
    void (*fn)(struct backup_set *s, const char *name), struct ehr_err *e)
{
	DIR *d = opendir(s->path);
	struct dirent *at;
	int rc = 0;

	if (d == NULL)
		return cannot_open(s, e);
	while ((errno = 0, at = readdir(d)) != NULL)
		fn(s, at->d_name);
	if (errno)
		rc = ehr_fail_errno(e, "%s", s->path);
	closedir(d);
	return rc;
}

static void take_name(struct backup_set *s, const char *name)
{
	struct str id, what;

	if (parts(name, &id, &what) && str_is(what, "backup"))
		add(s, id);
}

const struct backup *backup_find(const struct backup_set *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].id, id) == 0)
			return &s->v[i];
	return NULL;
}

/* ---- what a killed command left ---- */

static void drop(const struct backup_set *s, const char *name)
{
	BUF_AUTO path = BUF_INIT;

	buf_addf(&path, "%s/%s", s->path, name);
	unlink(path.s);
}

/* Files without a manifest, and those not yet in their place:
 * ".ID.what.XXXXXX". */
static void drop_rest(struct backup_set *s, const char *name)
{
	struct str id, what;
	bool temp = name[0] == '.';
	BUF_AUTO text = BUF_INIT;

	if (!parts(name + temp, &id, &what))
		return;
	buf_addstr(&text, id);
	if (temp || !backup_find(s, text.s))
		drop(s, name);
}

/* ---- opening ---- */

static int lock(struct backup_set *s, struct ehr_err *e)
{
	s->lock = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->lock < 0)
		return cannot_open(s, e);
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? ehr_fail(e, EHR_EIO, "%s: another "
	    "command is changing backups here", s->path) :
	    ehr_fail_errno(e, "%s", s->path);
}

static int make_folder(const char *path, struct ehr_err *e)
{
	if (mkdir(path, 0700) == 0)
		return out_sync_folder(path, e);
	return errno == EEXIST ? 0 : ehr_fail_errno(e, "%s", path);
}

int backup_set_open(struct backup_set *s, const char *path,
    enum backup_use use, struct ehr_err *e)
{
	bool write = use != BACKUP_LOOK;
	int rc = 0;

	*s = BACKUP_SET_INIT;
	s->path = xstrdup(path);
	if (use == BACKUP_MAKE)
		rc = make_folder(path, e);
	if (rc == 0 && write)
		rc = lock(s, e);
	if (rc == 0)
		rc = each_name(s, take_name, e);
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_time);
	if (rc == 0 && write)
		rc = each_name(s, drop_rest, e);
	return rc;
}

int backup_set_all_read(const struct backup_set *s, const struct backup *but,
    struct ehr_err *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].unread && &s->v[i] != but)
			return ehr_fail(e, EHR_EIO, "%s: %s: %s", s->path,
			    s->v[i].id, s->v[i].fault);
	return 0;
}

/* ---- chains ---- */

const struct backup *backup_parent(const struct backup_set *s,
    const struct backup *b)
{
	return b->parent[0] ? backup_find(s, b->parent) : NULL;
}

static int file_fault(const struct backup_set *s, const struct backup *b,
    struct ehr_err *e)
{
	static const char *const wanted[] = { "pages", "keys" };
	BUF_AUTO path = BUF_INIT;
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(wanted) - b->plain; i++) {
		buf_reset(&path);
		backup_path(s, b->id, wanted[i], &path);
		if (stat(path.s, &st) != 0)
			return errno == ENOENT ? ehr_fail(e, EHR_EINTEGRITY,
			    "%s: %s is missing", b->id, path.s) :
			    ehr_fail_errno(e, "%s: %s", b->id, path.s);
		if (i == 0 && st.st_size != b->bytes)
			return ehr_fail(e, EHR_EINTEGRITY, "%s: %s has %lld "
			    "bytes, not %lld", b->id, path.s,
			    (long long)st.st_size, (long long)b->bytes);
	}
	return 0;
}

/* Each page is in some file of the chain, but the one SQLite does not use. */
static int count_fault(const struct backup *b, const struct backup *parent,
    struct ehr_err *e)
{
	int64_t before = parent ? parent->pages : 0;

	if (b->stored * b->page <= b->bytes && b->pages <= before + b->stored +
	    1 && (!parent || (parent->page == b->page &&
	    parent->plain == b->plain)))
		return 0;
	return ehr_fail(e, EHR_EINTEGRITY, "%s: the manifest cannot be right",
	    b->id);
}

int backup_chain(const struct backup_set *s, const struct backup *b,
    struct ehr_err *e)
{
	size_t steps = 0;
	int rc = 0;

	while (rc == 0) {
		const struct backup *parent = backup_parent(s, b);

		if (b->fault[0])
			return ehr_fail(e, b->unread ? EHR_EIO :
			    EHR_EINTEGRITY, "%s: %s", b->id, b->fault);
		if (b->parent[0] && (!parent || ++steps > s->n))
			return ehr_fail(e, EHR_EINTEGRITY, "%s: the chain is "
			    "broken: it builds on %s, which is not here",
			    b->id, b->parent);
		rc = file_fault(s, b, e);
		if (rc == 0)
			rc = count_fault(b, parent, e);
		if (!parent)
			break;
		b = parent;
	}
	return rc;
}

/* ---- taking away ---- */

/* Synced in between: the key is gone for good before anything else is. */
int backup_remove(struct backup_set *s, const struct backup *b,
    struct ehr_err *e)
{
	static const char *const what[] = { "keys", "hashes", "backup",
		"pages" };

	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		BUF_AUTO path = BUF_INIT;

		backup_path(s, b->id, what[i], &path);
		if (unlink(path.s) != 0 && errno != ENOENT)
			return ehr_fail_errno(e, "%s", path.s);
		if (fsync(s->lock) != 0)
			return ehr_fail_errno(e, "%s", s->path);
	}
	return 0;
}
