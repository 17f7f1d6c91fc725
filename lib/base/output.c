/* Output: whole or not at all. A file is written beside its place and moved
 * there when it is on disk; a pipe or device is written as it comes. */
#include "ehr/base.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 << 10 };

struct out {
	char *path; /* NULL: standard output */
	char *temp; /* NULL: written in place */
	bool force, written;
	int fd;
	struct out *next; /* with a temporary file too */
	struct {	  /* what is written goes through this; fn NULL: no */
		int (*fn)(void *arg, const void *p, size_t n,
		    struct ehr_err *e);
		int (*end)(void *arg, struct ehr_err *e);
		void (*done)(void *arg);
		void *arg;
	} through;
	size_t len;
	char block[BLOCK];
};

/* The outputs with a temporary file. A signal may come at any time, so each
 * change is one store that leaves a whole list. */
static struct out *_Atomic temps;
static pthread_mutex_t temps_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *out_name(const struct out *out)
{
	return out->path ? out->path : "standard output";
}

static int exists(const char *path, struct ehr_err *e)
{
	return ehr_fail(e, EHR_EUSAGE,
	    "%s: exists already; only --force overwrites it", path);
}

static void remember_temp(struct out *out)
{
	pthread_mutex_lock(&temps_lock);
	out->next = temps;
	temps = out;
	pthread_mutex_unlock(&temps_lock);
}

/* The temporary file is gone or has its name. */
static void forget_temp(struct out *out)
{
	struct out *at;

	pthread_mutex_lock(&temps_lock);
	if (temps == out) {
		temps = out->next;
	} else {
		for (at = temps; at->next != out; at = at->next)
			;
		at->next = out->next;
	}
	pthread_mutex_unlock(&temps_lock);
	free(out->temp);
	out->temp = NULL;
}

void out_remove_temps(void)
{
	const struct out *at;

	for (at = temps; at; at = at->next)
		unlink(at->temp);
}

static void out_free(struct out *out)
{
	if (out->through.fn)
		out->through.done(out->through.arg);
	if (out->temp) {
		unlink(out->temp);
		forget_temp(out);
	}
	if (out->fd > STDERR_FILENO)
		close(out->fd);
	free(out->path);
	free(out);
}

/* A name beside path that begins with a point, for mkostemp(). */
static char *temp_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	struct buf b = BUF_INIT;

	buf_add(&b, path, (size_t)(base - path));
	buf_addf(&b, ".%.200s.XXXXXX", base);
	return buf_detach(&b);
}

static int open_temp(struct out *out, struct ehr_err *e)
{
	out->temp = temp_name(out->path);
	out->fd = mkostemp(out->temp, O_CLOEXEC);
	if (out->fd >= 0) {
		remember_temp(out);
		return 0;
	}
	free(out->temp);
	out->temp = NULL;
	return ehr_fail_errno(e, "%s", out->path);
}

static int open_path(struct out *out, struct ehr_err *e)
{
	struct stat st;

	if (stat(out->path, &st) != 0 || S_ISREG(st.st_mode)) {
		if (!out->force && lstat(out->path, &st) == 0)
			return exists(out->path, e);
		return open_temp(out, e);
	}
	if (S_ISDIR(st.st_mode))
		return ehr_fail(e, EHR_EIO, "%s: is a directory", out->path);
	out->fd = open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return out->fd < 0 ? ehr_fail_errno(e, "%s", out->path) : 0;
}

int out_open(struct out **result, const char *path, bool force,
    struct ehr_err *e)
{
	struct out *out = xmalloc(sizeof(*out));
	int r;

	out->path = NULL;
	out->temp = NULL;
	out->force = force;
	out->written = false;
	out->through.fn = NULL;
	out->fd = STDOUT_FILENO;
	out->len = 0;
	if (path && strcmp(path, "-") != 0) {
		out->path = xstrdup(path);
		out->fd = -1;
		r = open_path(out, e);
		if (r < 0) {
			out_free(out);
			return r;
		}
	} else if (fflush(stdout) != 0) {
		out_free(out);
		return ehr_fail_errno(e, "standard output");
	}
	*result = out;
	return 0;
}

int write_whole(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.s, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes.s += n;
		bytes.n -= (size_t)n;
	}
	return 0;
}

static int write_all(struct out *out, const char *p, size_t n,
    struct ehr_err *e)
{
	return write_whole(out->fd, (struct str){ p, n }) == 0 ? 0 :
	    ehr_fail_errno(e, "%s", out_name(out));
}

static int flush(struct out *out, struct ehr_err *e)
{
	size_t n = out->len;

	out->len = 0;
	return write_all(out, out->block, n, e);
}

void out_through(struct out *out,
    int (*fn)(void *arg, const void *p, size_t n, struct ehr_err *e),
    int (*end)(void *arg, struct ehr_err *e), void (*done)(void *arg),
    void *arg)
{
	out->through.fn = fn;
	out->through.end = end;
	out->through.done = done;
	out->through.arg = arg;
}

int out_write(struct out *out, const void *p, size_t n, struct ehr_err *e)
{
	out->written |= n > 0;
	return out->through.fn ? out->through.fn(out->through.arg, p, n, e) :
	    out_file(out, p, n, e);
}

int out_file(struct out *out, const void *p, size_t n, struct ehr_err *e)
{
	int r;

	if (n > BLOCK - out->len) {
		r = flush(out, e);
		if (r < 0)
			return r;
	}
	if (n >= BLOCK)
		return write_all(out, p, n, e);
	if (n)
		memcpy(out->block + out->len, p, n);
	out->len += n;
	return 0;
}

int out_sync_folder(const char *path, struct ehr_err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) :
	    xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		r = ehr_fail_errno(e, "%s", folder);
	if (fd >= 0)
		close(fd);
	free(folder);
	return r;
}

/* Moves the file to its place. link() never overwrites, not even a file made
 * meanwhile; where there are no links, renameat2() does the same. */
static int move(struct out *out, struct ehr_err *e)
{
	int r;

	if (out->force) {
		r = rename(out->temp, out->path);
	} else {
		r = link(out->temp, out->path);
		if (r == 0)
			unlink(out->temp);
		else if (errno == EPERM || errno == EOPNOTSUPP)
			r = renameat2(AT_FDCWD, out->temp, AT_FDCWD, out->path,
			    RENAME_NOREPLACE);
	}
	if (r != 0 && errno == EEXIST)
		return exists(out->path, e);
	if (r != 0)
		return ehr_fail_errno(e, "%s", out->path);
	forget_temp(out);
	return 0;
}

int out_commit(struct out *out, struct ehr_err *e)
{
	int r = out->through.fn ? out->through.end(out->through.arg, e) : 0;

	if (r == 0)
		r = flush(out, e);
	if (r < 0 || !out->temp)
		goto out;
	if (fsync(out->fd) != 0) {
		r = ehr_fail_errno(e, "%s", out->path);
		goto out;
	}
	r = move(out, e);
	if (r == 0)
		r = out_sync_folder(out->path, e);
out:
	out_free(out);
	return r;
}

int out_commit_some(struct out *out, struct ehr_err *e)
{
	int r = 0;

	if (out->written || !out->temp)
		return out_commit(out, e);
	if (out->force && unlink(out->path) != 0 && errno != ENOENT)
		r = ehr_fail_errno(e, "%s", out->path);
	out_free(out);
	return r;
}

void out_abort(struct out *out)
{
	if (out)
		out_free(out);
}
