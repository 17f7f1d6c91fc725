/* Input and output files. */
#include "ehr/base.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>

#include "test.h"

/* A folder of each test's own, gone with it. */
struct folder {
	char name[32];
	char path[128];
};

static void folder_remove(struct folder *f)
{
	DIR *d = opendir(f->name);
	const struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
	rmdir(f->name);
}

#define FOLDER(f)                                                     \
	EHR_CLEANUP(folder_remove) struct folder f = {                \
		.name = "/tmp/ehr-base-XXXXXX"                        \
	};                                                            \
	CHECK(mkdtemp(f.name) != NULL)

static const char *in_folder(struct folder *f, const char *name)
{
	snprintf(f->path, sizeof(f->path), "%s/%s", f->name, name);
	return f->path;
}

static int entries(const struct folder *f)
{
	DIR *d = opendir(f->name);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 2; /* . and .. */
}

static void put_file(const char *path, struct str s)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL);
	CHECK(fwrite(s.s, 1, s.n, f) == s.n);
	CHECK(fclose(f) == 0);
}

static void add_gzip(struct buf *b, struct str s)
{
	z_stream z = { 0 };

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY) == Z_OK);
	buf_grow(b, deflateBound(&z, s.n));
	z.next_in = (unsigned char *)s.s;
	z.avail_in = (uInt)s.n;
	z.next_out = (unsigned char *)b->s + b->len;
	z.avail_out = (uInt)(b->cap - b->len);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	b->len += z.total_out;
	deflateEnd(&z);
}

/* Everything by steps of n bytes; the result of the last in_read(). */
static int read_all(struct in *in, struct buf *b, size_t n, struct ehr_err *e)
{
	ssize_t got;

	do {
		buf_grow(b, n);
		got = in_read(in, b->s + b->len, n, e);
		if (got > 0)
			b->len += (size_t)got;
		b->s[b->len] = '\0';
	} while (got > 0);
	return (int)got;
}

static void many_lines(struct buf *b, int n)
{
	int i;

	for (i = 0; i < n; i++)
		buf_addf(b, "line %d of what is read here\n", i);
}

static void count_raw(void *arg, const void *p, size_t n)
{
	buf_add(arg, p, n);
}

/* The same bytes from a file and from memory, plain and compressed, in steps
 * of every kind; the callback sees the file as it is. */
static void check_reads(struct folder *f, struct str file, struct str want)
{
	static const size_t steps[] = { 1, 3, 4096, 100000, 1 << 20 };
	BUF_AUTO got = BUF_INIT;
	BUF_AUTO raw = BUF_INIT;
	const char *path = in_folder(f, "input");
	struct ehr_err e;
	struct in *in;
	size_t i;

	put_file(path, file);
	for (i = 0; i < 2 * ARRAY_LEN(steps); i++) {
		if (i % 2)
			CHECK_INT(in_open_mem(&in, path, file), 0);
		else
			CHECK_INT(in_open(&in, path, &e), 0);
		buf_reset(&got);
		buf_reset(&raw);
		in_on_raw(in, count_raw, &raw);
		CHECK_STR(in_name(in), path);
		CHECK_INT(read_all(in, &got, steps[i / 2], &e), 0);
		CHECK(str_eq(buf_str(&got), want));
		CHECK(str_eq(buf_str(&raw), file));
		CHECK_INT(in_raw(in), file.n);
		in_close(in);
	}
	unlink(path);
}

TEST(input_plain)
{
	BUF_AUTO b = BUF_INIT;

	FOLDER(f);
	check_reads(&f, STR(""), STR(""));
	check_reads(&f, STR("a"), STR("a"));
	check_reads(&f, STR("\x1f"), STR("\x1f"));
	check_reads(&f, STR("\x1fx"), STR("\x1fx"));
	check_reads(&f, STR("a\0b"), STR("a\0b"));
	many_lines(&b, 30000);
	check_reads(&f, buf_str(&b), buf_str(&b));
}

TEST(input_gzip)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO file = BUF_INIT;

	FOLDER(f);
	add_gzip(&file, STR(""));
	check_reads(&f, buf_str(&file), STR(""));
	many_lines(&text, 30000);
	buf_reset(&file);
	add_gzip(&file, buf_str(&text));
	check_reads(&f, buf_str(&file), buf_str(&text));
	/* members one behind the other, an empty one among them */
	add_gzip(&file, STR(""));
	add_gzip(&file, STR("and more"));
	buf_adds(&text, "and more");
	check_reads(&f, buf_str(&file), buf_str(&text));
	buf_add(&file, "\0\0\0", 3);
	check_reads(&f, buf_str(&file), buf_str(&text));
}

TEST(input_gzip_cut_anywhere)
{
	BUF_AUTO file = BUF_INIT;
	BUF_AUTO got = BUF_INIT;
	struct ehr_err e;
	struct in *in;
	size_t i, first;

	add_gzip(&file, STR("some text in one member"));
	first = file.len;
	add_gzip(&file, STR("and in another"));
	for (i = 2; i < file.len; i++) {
		in_open_mem(&in, "a.gz", (struct str){ file.s, i });
		buf_reset(&got);
		e.msg[0] = '\0';
		if (i == first) {
			CHECK_INT(read_all(in, &got, 7, &e), 0);
			CHECK_STR(got.s, "some text in one member");
		} else {
			CHECK_INT(read_all(in, &got, 7, &e), EHR_EREJECT);
			CHECK_INT(e.code, EHR_EREJECT);
			CHECK_STR(e.msg, i == first + 1 ?
			    "a.gz: gzip data is followed by other data" :
			    "a.gz: gzip data ends early");
		}
		in_close(in);
	}
}

TEST(input_gzip_faults)
{
	BUF_AUTO file = BUF_INIT;
	BUF_AUTO got = BUF_INIT;
	struct ehr_err e;
	struct in *in;

	add_gzip(&file, STR("some text"));
	buf_adds(&file, "trailing");
	in_open_mem(&in, "a.gz", buf_str(&file));
	CHECK_INT(read_all(in, &got, 100, &e), EHR_EREJECT);
	CHECK_STR(e.msg, "a.gz: gzip data is followed by other data");
	CHECK_STR(got.s, "some text");
	in_close(in);

	file.len -= 8;
	file.s[file.len - 5] ^= 1; /* the check sum (RFC 1952 2.3.1) */
	in_open_mem(&in, "a.gz", buf_str(&file));
	buf_reset(&got);
	CHECK_INT(read_all(in, &got, 100, &e), EHR_EREJECT);
	CHECK_STR(e.msg, "a.gz: gzip data is faulty");
	in_close(in);

	in_open_mem(&in, "a.gz", STR("\x1f\x8b but no gzip behind it"));
	CHECK_INT(read_all(in, &got, 100, &e), EHR_EREJECT);
	CHECK_STR(e.msg, "a.gz: gzip data is faulty");
	in_close(in);
	in_close(NULL);
}

TEST(input_refused)
{
	struct ehr_err e;
	struct in *in;

	FOLDER(f);
	CHECK_INT(in_open(&in, in_folder(&f, "none"), &e), EHR_EIO);
	CHECK(str_starts(str_of(e.msg), f.path));
	CHECK(str_ends(str_of(e.msg), ": No such file or directory"));
	CHECK_INT(in_open(&in, f.name, &e), EHR_EIO);
	CHECK(str_ends(str_of(e.msg), ": is a directory"));
}

/* Two bytes that come one by one through a pipe are seen as gzip. */
TEST(input_from_a_slow_pipe)
{
	BUF_AUTO file = BUF_INIT;
	BUF_AUTO got = BUF_INIT;
	int p[2], saved = dup(STDIN_FILENO), r;
	struct ehr_err e;
	struct in *in;
	size_t i;

	add_gzip(&file, STR("through a pipe"));
	CHECK(pipe(p) == 0);
	if (fork() == 0) {
		for (i = 0; i < file.len; i++)
			if (write(p[1], file.s + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(p[1]);
	dup2(p[0], STDIN_FILENO);
	close(p[0]);
	r = in_open(&in, "-", &e);
	if (r == 0)
		r = read_all(in, &got, 5, &e);
	in_close(in);
	dup2(saved, STDIN_FILENO);
	close(saved);
	CHECK_INT(r, 0);
	CHECK_STR(got.s, "through a pipe");
}

/* ---- output ---- */

static void check_file(const char *path, struct str want)
{
	BUF_AUTO got = BUF_INIT;
	struct ehr_err e;
	struct in *in;

	CHECK_INT(in_open(&in, path, &e), 0);
	CHECK_INT(read_all(in, &got, 65536, &e), 0);
	in_close(in);
	CHECK(str_eq(buf_str(&got), want));
}

TEST(output_appears_when_committed)
{
	const char *path;
	struct ehr_err e;
	struct stat st;
	struct out *out;

	FOLDER(f);
	path = in_folder(&f, "output");
	CHECK_INT(out_open(&out, path, false, &e), 0);
	CHECK_INT(out_write(out, "one ", 4, &e), 0);
	CHECK_INT(out_write(out, "two", 3, &e), 0);
	CHECK(access(path, F_OK) != 0);
	CHECK_INT(out_commit(out, &e), 0);
	check_file(path, STR("one two"));
	CHECK_INT(entries(&f), 1);
	CHECK(stat(path, &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(st.st_nlink, 1);
}

TEST(output_of_every_size)
{
	static const size_t sizes[] = { 0, 1, 1000, 65535, 65536, 65537,
		200000 };
	BUF_AUTO want = BUF_INIT;
	char *block = xcalloc(1, 200000);
	const char *path;
	struct ehr_err e;
	struct out *out;
	size_t i, j;

	FOLDER(f);
	path = in_folder(&f, "output");
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		buf_reset(&want);
		CHECK_INT(out_open(&out, path, true, &e), 0);
		for (j = 0; j < 5; j++) {
			memset(block, (int)('a' + j), sizes[i]);
			CHECK_INT(out_write(out, block, sizes[i], &e), 0);
			CHECK_INT(out_write(out, "-", 1, &e), 0);
			buf_add(&want, block, sizes[i]);
			buf_addch(&want, '-');
		}
		CHECK_INT(out_commit(out, &e), 0);
		check_file(path, buf_str(&want));
		CHECK_INT(entries(&f), 1);
	}
	free(block);
}

TEST(output_keeps_what_is_there)
{
	const char *path;
	struct ehr_err e;
	struct out *out;

	FOLDER(f);
	path = in_folder(&f, "output");
	put_file(path, STR("old"));
	CHECK_INT(out_open(&out, path, false, &e), EHR_EUSAGE);
	CHECK(strstr(e.msg, "exists already") != NULL);
	check_file(path, STR("old"));
	CHECK_INT(out_open(&out, path, true, &e), 0);
	CHECK_INT(out_write(out, "new", 3, &e), 0);
	out_abort(out);
	check_file(path, STR("old"));
	CHECK_INT(out_open(&out, path, true, &e), 0);
	CHECK_INT(out_write(out, "new", 3, &e), 0);
	check_file(path, STR("old"));
	CHECK_INT(out_commit(out, &e), 0);
	check_file(path, STR("new"));
	CHECK_INT(entries(&f), 1);
	out_abort(NULL);
}

/* A file that somebody makes between open and commit stays. */
TEST(output_loses_no_race)
{
	const char *path;
	struct ehr_err e;
	struct out *out;

	FOLDER(f);
	path = in_folder(&f, "output");
	CHECK_INT(out_open(&out, path, false, &e), 0);
	CHECK_INT(out_write(out, "ours", 4, &e), 0);
	put_file(path, STR("theirs"));
	CHECK_INT(out_commit(out, &e), EHR_EUSAGE);
	check_file(path, STR("theirs"));
	CHECK_INT(entries(&f), 1);
}

static void on_end(int sig)
{
	(void)sig;
	out_remove_temps();
	_exit(7);
}

/* Starts three outputs, gives one up, is killed; does not return. */
static void killed_writer(struct folder *f)
{
	struct out *out[3];
	struct ehr_err e;
	char name[8];
	int i;

	signal(SIGTERM, on_end);
	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "out%d", i);
		if (out_open(&out[i], in_folder(f, name), false, &e) != 0)
			_exit(1);
	}
	out_abort(out[1]);
	if (entries(f) != 2)
		_exit(2);
	raise(SIGTERM);
	_exit(3);
}

TEST(output_leaves_nothing_when_killed)
{
	int status = 0;
	pid_t pid;

	FOLDER(f);
	pid = fork();
	if (pid == 0)
		killed_writer(&f);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 7);
	CHECK_INT(entries(&f), 0);
}

TEST(output_refused)
{
	struct ehr_err e;
	struct out *out;

	FOLDER(f);
	CHECK_INT(out_open(&out, in_folder(&f, "no/where"), false, &e),
	    EHR_EIO);
	CHECK(str_ends(str_of(e.msg), ": No such file or directory"));
	CHECK_INT(out_open(&out, f.name, true, &e), EHR_EIO);
	CHECK(str_ends(str_of(e.msg), ": is a directory"));
	CHECK(symlink("nowhere", in_folder(&f, "dangling")) == 0);
	CHECK_INT(out_open(&out, f.path, false, &e), EHR_EUSAGE);
}

/* A device is written, never replaced; a full one is an error. */
TEST(output_to_devices)
{
	static const char lots[100000] = "x";
	struct ehr_err e;
	struct stat st;
	struct out *out;

	CHECK_INT(out_open(&out, "/dev/null", true, &e), 0);
	CHECK_INT(out_write(out, "x", 1, &e), 0);
	CHECK_INT(out_commit(out, &e), 0);
	CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	CHECK_INT(out_open(&out, "/dev/full", false, &e), 0);
	CHECK_INT(out_write(out, lots, sizeof(lots), &e), EHR_EIO);
	CHECK_STR(e.msg, "/dev/full: No space left on device");
	out_abort(out);
	CHECK_INT(out_open(&out, "/dev/full", false, &e), 0);
	CHECK_INT(out_write(out, "x", 1, &e), 0);
	CHECK_INT(out_commit(out, &e), EHR_EIO);
}

TEST(output_to_standard_output)
{
	int saved, fd, r;
	struct ehr_err e;
	const char *path;
	struct out *out;

	FOLDER(f);
	path = in_folder(&f, "stdout");
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	fputs("before ", stdout);
	r = out_open(&out, "-", false, &e);
	if (r == 0)
		r = out_write(out, "and behind", 10, &e);
	if (r == 0)
		r = out_commit(out, &e);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	CHECK_INT(r, 0);
	check_file(path, STR("before and behind"));
}
