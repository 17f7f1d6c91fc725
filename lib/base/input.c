/* Input: a file, standard input or memory; gzip (RFC 1952) is recognised by
 * its first two bytes and may have several members. */
#include "ehr/base.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
	BLOCK = 256 << 10,
	GZIP_WINDOW = 15 + 16, /* inflateInit2(): gzip header and trailer */
};

enum in_format {
	IN_UNKNOWN, /* nothing read yet */
	IN_PLAIN,
	IN_GZIP,
	IN_PADDING, /* behind a gzip member: another one, zeros or the end */
};

struct in {
	char *name;
	int fd; /* -1: memory */
	struct str mem; /* not read yet, borrowed */
	unsigned char *block;
	size_t at, end; /* of block: what was read and not taken */
	size_t used;	/* bytes of it that something was in */
	bool eof;
	enum in_format format;
	z_stream z;
	bool z_open;
	uint64_t raw, inflated;
	void (*on_raw)(void *arg, const void *p, size_t n);
	void *on_raw_arg;
	struct { /* what is read comes through this; fn NULL: no */
		ssize_t (*fn)(void *arg, void *p, size_t n, struct ehr_err *e);
		void (*done)(void *arg);
		void *arg;
		unsigned char *ahead; /* of the file, read before */
		size_t at, end;
	} through;
};

enum { PEEK_MAX = 4096 };

static struct in *in_new(const char *name)
{
	struct in *in = xcalloc(1, sizeof(*in));

	in->name = xstrdup(name);
	in->fd = -1;
	return in;
}

int in_open(struct in **result, const char *path, struct ehr_err *e)
{
	struct stat st;
	struct in *in;
	int fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0) {
		ehr_fail_errno(e, "%s", path);
		if (fd > STDIN_FILENO)
			close(fd);
		return EHR_EIO;
	}
	if (S_ISDIR(st.st_mode)) {
		if (fd != STDIN_FILENO)
			close(fd);
		return ehr_fail(e, EHR_EIO, "%s: is a directory", path);
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	in = in_new(path);
	in->fd = fd;
	*result = in;
	return 0;
}

int in_open_mem(struct in **result, const char *name, struct str bytes)
{
	*result = in_new(name);
	(*result)->mem = bytes;
	return 0;
}

/* ---- the file as it is ---- */

static ssize_t read_mem(struct in *in, void *p, size_t n)
{
	if (n > in->mem.n)
		n = in->mem.n;
	if (n == 0)
		return 0;
	memcpy(p, in->mem.s, n);
	in->mem.s += n;
	in->mem.n -= n;
	return (ssize_t)n;
}

static ssize_t read_file(struct in *in, void *p, size_t n, struct ehr_err *e)
{
	ssize_t got;

	do {
		got = in->fd < 0 ? read_mem(in, p, n) : read(in->fd, p, n);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return ehr_fail_errno(e, "%s", in->name);
	in->raw += (uint64_t)got;
	if (got > 0 && in->on_raw)
		in->on_raw(in->on_raw_arg, p, (size_t)got);
	return got;
}

ssize_t in_file(struct in *in, void *p, size_t n, struct ehr_err *e)
{
	size_t have = in->through.end - in->through.at;

	if (have == 0)
		return read_file(in, p, n, e);
	if (n > have)
		n = have;
	memcpy(p, in->through.ahead + in->through.at, n);
	in->through.at += n;
	return (ssize_t)n;
}

static ssize_t read_raw(struct in *in, void *p, size_t n, struct ehr_err *e)
{
	ssize_t got;

	if (in->eof)
		return 0;
	got = in->through.fn ? in->through.fn(in->through.arg, p, n, e) :
	    read_file(in, p, n, e);
	in->eof = got == 0;
	return got;
}

/* Reads until the block holds want bytes or the file ends. */
static int fill(struct in *in, size_t want, struct ehr_err *e)
{
	ssize_t got;

	if (in->end - in->at >= want)
		return 0;
	if (!in->block)
		in->block = xmalloc(BLOCK);
	if (in->end > in->at)
		memmove(in->block, in->block + in->at, in->end - in->at);
	in->end -= in->at;
	in->at = 0;
	while (in->end < want && !in->eof) {
		got = read_raw(in, in->block + in->end, BLOCK - in->end, e);
		if (got < 0)
			return (int)got;
		in->end += (size_t)got;
		in->used = in->end > in->used ? in->end : in->used;
	}
	return 0;
}

int in_peek(struct in *in, size_t n, struct str *head, struct ehr_err *e)
{
	int r;

	assert(n <= PEEK_MAX && in->format == IN_UNKNOWN);
	r = fill(in, n, e);
	if (r < 0)
		return r;
	*head = (struct str){ (const char *)in->block + in->at,
		in->end - in->at };
	if (head->n > n)
		head->n = n;
	return 0;
}

/* What is in the block already is the file's. */
void in_through(struct in *in,
    ssize_t (*fn)(void *arg, void *p, size_t n, struct ehr_err *e),
    void (*done)(void *arg), void *arg)
{
	in->through.fn = fn;
	in->through.done = done;
	in->through.arg = arg;
	in->through.ahead = in->block;
	in->through.at = in->at;
	in->through.end = in->end;
	in->block = NULL;
	in->at = in->end = 0;
	in->eof = false;
}

/* ---- gzip ---- */

static int gzip_fault(const struct in *in, struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EREJECT, "%s: gzip data %s", in->name, what);
}

static int start_member(struct in *in, struct ehr_err *e)
{
	int r;

	in->format = IN_GZIP;
	r = in->z_open ? inflateReset(&in->z) :
			 inflateInit2(&in->z, GZIP_WINDOW);
	if (r != Z_OK)
		return ehr_fail(e, EHR_EIO, "%s: out of memory", in->name);
	in->z_open = true;
	return 0;
}

static bool is_gzip(const struct in *in)
{
	return in->end - in->at >= 2 && in->block[in->at] == 0x1f &&
	    in->block[in->at + 1] == 0x8b;
}

/* Behind a member: the next one, or zeros up to the end (tapes have them). */
static int end_of_member(struct in *in, struct ehr_err *e)
{
	int r;

	for (;;) {
		r = fill(in, 2, e);
		if (r < 0)
			return r;
		if (is_gzip(in))
			return start_member(in, e);
		if (in->at == in->end)
			return 0;
		if (in->block[in->at] != 0)
			return gzip_fault(in, e, "is followed by other data");
		in->at++;
	}
}

static ssize_t read_gzip(struct in *in, void *p, size_t n, struct ehr_err *e)
{
	size_t offered;
	int r;

	in->z.next_out = p;
	in->z.avail_out = n > BLOCK ? BLOCK : (uInt)n;
	n = in->z.avail_out;
	do {
		r = fill(in, 1, e);
		if (r < 0)
			return r;
		offered = in->end - in->at;
		if (offered == 0)
			return gzip_fault(in, e, "ends early");
		in->z.next_in = in->block + in->at;
		in->z.avail_in = (uInt)offered;
		r = inflate(&in->z, Z_NO_FLUSH);
		in->at += offered - in->z.avail_in;
		if (r == Z_MEM_ERROR)
			return ehr_fail(e, EHR_EIO, "%s: out of memory",
			    in->name);
		if (r != Z_OK && r != Z_STREAM_END)
			return gzip_fault(in, e, "is faulty");
	} while (r == Z_OK && in->z.avail_out == n);
	if (r == Z_STREAM_END)
		in->format = IN_PADDING;
	in->inflated += n - in->z.avail_out;
	if (in->inflated > MAX_INFLATE_FREE &&
	    in->inflated / MAX_INFLATE_RATIO > in->raw)
		return gzip_fault(in, e, "inflates too much");
	return (ssize_t)(n - in->z.avail_out);
}

/* ---- reading ---- */

/* What was read ahead comes first; large reads go straight to the caller. */
static ssize_t read_plain(struct in *in, void *p, size_t n, struct ehr_err *e)
{
	size_t have = in->end - in->at;
	int r;

	if (have == 0 && n >= BLOCK / 4)
		return read_raw(in, p, n, e);
	if (have == 0) {
		r = fill(in, 1, e);
		if (r < 0)
			return r;
		have = in->end - in->at;
	}
	if (n > have)
		n = have;
	if (n)
		memcpy(p, in->block + in->at, n);
	in->at += n;
	return (ssize_t)n;
}

static int recognise(struct in *in, struct ehr_err *e)
{
	int r = fill(in, 2, e);

	if (r < 0)
		return r;
	if (is_gzip(in))
		return start_member(in, e);
	in->format = IN_PLAIN;
	return 0;
}

ssize_t in_read(struct in *in, void *p, size_t n, struct ehr_err *e)
{
	ssize_t got;
	int r;

	assert(n > 0);
	if (in->format == IN_UNKNOWN) {
		r = recognise(in, e);
		if (r < 0)
			return r;
	}
	if (in->format == IN_PLAIN)
		return read_plain(in, p, n, e);
	for (;;) {
		if (in->format == IN_PADDING) {
			r = end_of_member(in, e);
			if (r < 0 || in->format == IN_PADDING)
				return r;
		}
		got = read_gzip(in, p, n, e);
		if (got != 0)
			return got;
	}
}

const char *in_name(const struct in *in)
{
	return in->name;
}

uint64_t in_raw(const struct in *in)
{
	return in->raw;
}

void in_on_raw(struct in *in, void (*fn)(void *arg, const void *p, size_t n),
    void *arg)
{
	in->on_raw = fn;
	in->on_raw_arg = arg;
}

void in_close(struct in *in)
{
	if (!in)
		return;
	if (in->z_open)
		inflateEnd(&in->z);
	if (in->through.fn)
		in->through.done(in->through.arg);
	free(in->through.ahead);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	if (in->block) /* it may have been a secret */
		explicit_bzero(in->block, in->used);
	free(in->block);
	free(in->name);
	free(in);
}

const char *in_engine(void)
{
	return zlibVersion();
}

int in_all(const char *path, size_t max, struct buf *b, struct ehr_err *e)
{
	struct in *in;
	ssize_t n = 1;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	while (n > 0 && b->len <= max) {
		buf_grow(b, 1 << 16);
		n = in_read(in, b->s + b->len, 1 << 16, e);
		if (n > 0)
			b->s[b->len += (size_t)n] = '\0';
	}
	in_close(in);
	if (n > 0)
		return ehr_fail(e, EHR_EREJECT, "%s: over %zu bytes", path,
		    max);
	return n < 0 ? (int)n : 0;
}
