/*
 * keys_file_test.c - files that hold or guard keys: who may read them, what
 * is no file, and names that change while they are used.
 */
#include "ehr/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "folder_kit.h"

enum { NOBODY = 65534, RACES = 400 };
#define GOOD "what the file holds"
#define EVIL "what a link leads to"

static struct ehr_err err;

static void end(void)
{
	static const char *const names[] = { "f", "link", "good", "evil",
		"fifo", "socket" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(in_dir(names[i]));
	rmdir(in_dir("folder"));
	CHECK_INT(rmdir(dir), 0); /* nothing else was left */
}

static void make(const char *name, const char *text, mode_t mode)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(fchmod(fd, mode) == 0);
	close(fd);
}

static int read_file(const char *name)
{
	char bytes[64];
	size_t n;

	return keys_read_file(in_dir(name), bytes, sizeof(bytes), &n, &err);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	CHECK(lstat(in_dir(name), &st) == 0 && S_ISREG(st.st_mode));
	return st.st_mode & 07777;
}

/* ---- modes and owners ---- */

/* Only root can read what has no bit for its owner. */
static int wanted(mode_t mode)
{
	if (mode & 077)
		return EHR_EPERM;
	return mode & 0400 || geteuid() == 0 ? 0 : EHR_EPERM;
}

TEST(every_mode)
{
	kit_dir();
	make("f", GOOD, 0600);
	for (mode_t mode = 0; mode <= 0777; mode++) {
		CHECK(chmod(in_dir("f"), mode) == 0);
		if (read_file("f") != wanted(mode))
			printf("mode %04o: %s\n", mode, err.msg);
		CHECK_INT(read_file("f"), wanted(mode));
		CHECK_INT(keys_check_mode(in_dir("f"), &err),
		    mode & 077 ? EHR_EPERM : 0);
	}
	end();
}

/* As somebody who is not root, in a process of its own: what fn returns. */
static int as_nobody(int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
		    setuid(NOBODY) != 0)
			_exit(100);
		_exit(-fn());
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static int read_f(void)
{
	return read_file("f");
}

TEST(owners)
{
	/* of whom, mode, what somebody else than root gets */
	static const struct {
		uid_t owner;
		mode_t mode;
		int code;
	} cases[] = {
		{ NOBODY, 0400, 0 }, { NOBODY, 0600, 0 },
		{ NOBODY, 0440, EHR_EPERM }, { NOBODY, 0000, EHR_EPERM },
		{ 0, 0600, EHR_EPERM }, { 0, 0644, EHR_EPERM },
		{ 1234, 0600, EHR_EPERM }, { 1234, 0604, EHR_EPERM },
		{ 1234, 0666, EHR_EPERM },
	};

	if (geteuid() != 0)
		SKIP("not root");
	kit_dir();
	CHECK(chmod(dir, 0755) == 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make("f", GOOD, cases[i].mode);
		CHECK(chown(in_dir("f"), cases[i].owner, cases[i].owner) == 0);
		CHECK_INT(as_nobody(read_f), cases[i].code);
		CHECK_INT(unlink(in_dir("f")), 0);
	}
	end();
}

/* ---- no files ---- */

TEST(links_pipes_folders_and_sockets_are_refused_at_once)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	static const char *const names[] = { "link", "fifo", "folder",
		"socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	kit_dir();
	make("good", GOOD, 0600);
	CHECK(symlink("good", in_dir("link")) == 0);
	CHECK(mkfifo(in_dir("fifo"), 0600) == 0);
	CHECK(mkdir(in_dir("folder"), 0700) == 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", in_dir("socket"));
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	alarm(10); /* a pipe without a writer must not be waited for */
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		CHECK(read_file(names[i]) == EHR_EPERM ||
		    (i == 3 && err.code == EHR_EIO)); /* cannot be opened */
	alarm(0);
	CHECK_INT(read_file("none"), EHR_ENOENT);
	close(fd);
	end();
}

/* ---- what is made ---- */

TEST(modes_do_not_come_from_the_umask)
{
	static const mode_t masks[] = { 0, 0022, 0077, 0777 };
	struct key_slots f;
	struct keyring ring;
	mode_t before = umask(0);

	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		kit_dir();
		umask(masks[i]);
		CHECK_INT(keyfile_make(in_dir("f"), &err), 0);
		key_slots_init(&f);
		keyring_make(&ring);
		CHECK_INT(key_slots_add(&f, SLOT_KEYFILE, NULL, STR("x"),
			NULL, &err), 0);
		CHECK_INT(keys_write(in_dir("good"), &f, &ring, true, &err),
		    0);
		CHECK_INT(keys_write(in_dir("good"), &f, &ring, false, &err),
		    0);
		umask(before);
		CHECK_INT(mode_of("f"), 0400);
		CHECK_INT(mode_of("good"), 0600);
		end();
	}
}

/* ---- a password for somebody else's server ---- */

TEST(a_secret_is_a_line_of_a_file_or_a_credential)
{
	static const struct {
		const char *text, *line; /* NULL: none */
		mode_t mode;
		int code;
	} cases[] = {
		{ "pa ss\n", "pa ss", 0400, 0 }, { "x\r\n\n", "x", 0600, 0 },
		{ "", "", 0400, 0 }, { "a\nb\n", NULL, 0400, EHR_EUSAGE },
		{ "x", NULL, 0440, EHR_EPERM },
	};
	SECRET_AUTO *s = NULL;

	CHECK_INT(secret_make(&s, &err), 0);
	kit_dir();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make("f", cases[i].text, cases[i].mode);
		CHECK(chmod(in_dir("f"), cases[i].mode) == 0);
		CHECK_INT(secret_read(in_dir("f"), s, &err), cases[i].code);
		if (cases[i].line)
			CHECK_MEM(s->s, s->n, cases[i].line);
	}
	make("good", "word\n", 0440); /* as systemd makes them */
	unsetenv("CREDENTIALS_DIRECTORY");
	CHECK_INT(secret_read("credential:good", s, &err), EHR_ENOENT);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	CHECK_INT(secret_read("credential:good", s, &err), 0);
	CHECK_MEM(s->s, s->n, "word");
	CHECK_INT(secret_read("credential:evil", s, &err), EHR_ENOENT);
	CHECK_INT(secret_read("credential:../good", s, &err), EHR_EUSAGE);
	CHECK_INT(secret_read("credential:", s, &err), EHR_EUSAGE);
	unsetenv("CREDENTIALS_DIRECTORY");
	end();
}

/* ---- races ---- */

/* Puts the file and a link to another one in its place by turns, until it is
 * ended. */
static pid_t swapper(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid > 0)
		return pid;
	alarm(60);
	for (;;) {
		unlink(in_dir("link"));
		if (symlink("evil", in_dir("link")) != 0 ||
		    rename(in_dir("link"), in_dir("f")) != 0)
			_exit(1);
		unlink(in_dir("good"));
		make("good", GOOD, 0600);
		rename(in_dir("good"), in_dir("f"));
	}
}

static void stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

TEST(a_link_put_in_its_place_is_never_read)
{
	int got[2] = { 0, 0 };
	char bytes[64];
	size_t n;
	pid_t pid;

	kit_dir();
	make("evil", EVIL, 0600);
	make("f", GOOD, 0600);
	pid = swapper();
	for (int i = 0; i < 100 * RACES && (got[0] < RACES || got[1] < RACES);
	    i++) {
		int rc = keys_read_file(in_dir("f"), bytes, sizeof(bytes), &n,
		    &err);

		CHECK(rc == 0 || rc == EHR_EPERM);
		if (rc == 0)
			CHECK_MEM(bytes, n, GOOD);
		got[rc != 0]++;
	}
	stop(pid);
	CHECK(got[0] > 0 && got[1] > 0); /* there was a race */
	end();
}

TEST(what_a_link_leads_to_is_never_written)
{
	int links = 0;
	struct stat st;
	char bytes[64];
	size_t n;
	pid_t pid;

	kit_dir();
	make("evil", EVIL, 0600);
	make("f", GOOD, 0600);
	pid = swapper();
	for (int i = 0; i < RACES || (i < 100 * RACES && links == 0); i++) {
		links += lstat(in_dir("f"), &st) == 0 && S_ISLNK(st.st_mode);
		CHECK_INT(keys_write_file(in_dir("f"), STR("new"), 0600, false,
			&err), 0);
		CHECK_INT(keys_write_file(in_dir("f"), STR("new"), 0600, true,
			&err), EHR_EUSAGE);
	}
	stop(pid);
	CHECK(links > 0);
	CHECK_INT(keys_read_file(in_dir("evil"), bytes, sizeof(bytes), &n,
		&err), 0);
	CHECK_MEM(bytes, n, EVIL);
	end();
}
