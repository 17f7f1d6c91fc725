/*
 * audit_machine_test.c - who uses a process, where and when, as an event has
 * it, on machines that answer otherwise than this one: the calls that ask are
 * replaced.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "audit_kit.h"

enum { STAT_FD = 4711 };

static const char *stat_text;	/* of /proc/self/stat; NULL: cannot be read */
static bool no_file, no_host, no_user;
static int64_t behind_s;	/* the clock was put back by that */

int open(const char *file, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (strcmp(file, "/proc/self/stat") != 0)
		return openat(AT_FDCWD, file, flags, mode);
	errno = ENOENT;
	return no_file ? -1 : STAT_FD;
}

ssize_t read(int fd, void *p, size_t n)
{
	if (fd != STAT_FD)
		return syscall(SYS_read, fd, p, n);
	if (stat_text == NULL)
		return -1;
	CHECK(strlen(stat_text) <= n);
	memcpy(p, stat_text, strlen(stat_text));
	return (ssize_t)strlen(stat_text);
}

int uname(struct utsname *u)
{
	snprintf(u->nodename, sizeof(u->nodename), "desk");
	return no_host ? -1 : 0;
}

int getpwuid_r(uid_t uid, struct passwd *pw, char *text, size_t n,
    struct passwd **found)
{
	(void)uid;
	snprintf(text, n, "ann");
	pw->pw_name = text;
	*found = no_user ? NULL : pw;
	return 0;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	long rc = syscall(SYS_clock_gettime, clock, t);

	t->tv_sec -= clock == CLOCK_REALTIME ? behind_s : 0;
	return (int)rc;
}

/* It is asked once in a process. */
static void check_device(const char *want)
{
	BUF_AUTO b = BUF_INIT;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		audit_device(&b);
		if (strcmp(b.s, want) != 0)
			printf("%s, not %s\n", b.s, want);
		exit(strcmp(b.s, want) != 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

/* The number of a terminal: minor in bits 0-7 and 20-31, major in 8-19. */
static void check_terminal(unsigned major, unsigned minor, const char *want)
{
	static char text[200];

	snprintf(text, sizeof(text), "12 (a) name) S 1 2 3 %u -1",
	    (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12);
	stat_text = text;
	check_device(want);
}

TEST(terminals_by_their_numbers)
{
	check_terminal(136, 0, "desk pts/0");
	check_terminal(136, 255, "desk pts/255");
	check_terminal(137, 1, "desk pts/257");
	check_terminal(143, 7, "desk pts/1799");
	check_terminal(4, 1, "desk tty1");
	check_terminal(4, 63, "desk tty63");
	check_terminal(4, 64, "desk ttyS0");
	check_terminal(135, 2, "desk tty 135:2");
	check_terminal(144, 2, "desk tty 144:2");
	check_terminal(204, 300, "desk tty 204:300");
	check_terminal(0, 0, "desk");
}

TEST(no_terminal_that_can_be_told)
{
	static const char *const text[] = { NULL, "", "no name", "1 (a) S 1" };

	for (size_t i = 0; i < ARRAY_LEN(text); i++) {
		stat_text = text[i];
		check_device("desk");
	}
	no_file = true;
	check_device("desk");
	no_host = true;
	check_device("(unknown)");
}

TEST(a_user_without_a_name)
{
	BUF_AUTO b = BUF_INIT, want = BUF_INIT;

	audit_user(&b);
	CHECK_STR(b.s, "ann");
	no_user = true;
	buf_reset(&b);
	buf_addf(&want, "uid %lu", (unsigned long)getuid());
	audit_user(&b);
	CHECK_STR(b.s, want.s);
}

/* ---- a clock that was put back ---- */

static void event(struct store *db, enum audit_action action,
    const char *scope)
{
	const struct audit_event ev = { .user = "u", .tool = "t",
		.action = action, .scope = scope };
	struct ehr_err e;

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), 0);
	CHECK_INT(store_commit(db, &e), 0);
}

struct told {
	int clocks;
	int64_t time, ms;
};

static int hear(void *arg, const struct audit_row *row)
{
	static const char head[] = "behind ms:";
	struct told *t = arg;

	CHECK(row->time >= t->time);
	t->time = row->time;
	if (str_is(row->action, "clock") && str_starts(row->scope, head) &&
	    str_int((struct str){ row->scope.s + sizeof(head) - 1,
	    row->scope.n - (sizeof(head) - 1) }, &t->ms))
		t->clocks++;
	return 0;
}

/* How often it stands in the log that the clock is behind, and the last time
 * by how much, give or take 4 s. */
static void check_clock(struct store *db, int clocks, int64_t seconds)
{
	const struct audit_filter all = { 0 };
	struct told t = { 0, 0, 0 };

	CHECK_INT(audit_each(db, &all, hear, &t, NULL), 0);
	CHECK_INT(t.clocks, clocks);
	CHECK(t.ms >= (seconds - 4) * 1000 && t.ms <= (seconds + 4) * 1000);
	CHECK_INT(audit_verify(db, NULL, NULL, NULL), 0);
}

TEST(each_time_the_clock_was_put_back_is_told_once)
{
	struct store *db = open_new();

	behind_s = 0;
	event(db, AUDIT_READ, NULL);
	behind_s = 2; /* too little to tell from a step of the network's time */
	event(db, AUDIT_READ, NULL);
	check_clock(db, 0, 0);
	behind_s = 3600;
	event(db, AUDIT_READ, NULL);
	event(db, AUDIT_READ, NULL);
	check_clock(db, 1, 3600);
	behind_s = 86400; /* once more */
	event(db, AUDIT_READ, NULL);
	event(db, AUDIT_READ, NULL);
	check_clock(db, 2, 86400);
	behind_s = 3600;
	event(db, AUDIT_READ, NULL);
	check_clock(db, 2, 86400);
	behind_s = 0; /* right again, and put back a third time */
	event(db, AUDIT_READ, NULL);
	event(db, AUDIT_READ, NULL);
	behind_s = -60;
	event(db, AUDIT_READ, NULL);
	behind_s = 3600;
	event(db, AUDIT_READ, NULL);
	check_clock(db, 3, 3660);
	close_all(db);
}

/* What somebody else wrote there is no proof that it is known. */
TEST(events_of_the_clock_that_are_none)
{
	static const char *const scope[] = { "x", "behind ms:", "behind ms:y",
		NULL };
	struct store *db = open_new();

	for (size_t i = 0; i < ARRAY_LEN(scope); i++) {
		behind_s = 0;
		event(db, AUDIT_READ, NULL);
		event(db, AUDIT_CLOCK, scope[i]);
		behind_s = 7200;
		event(db, AUDIT_READ, NULL);
		check_clock(db, (int)i + 1, 7200);
	}
	close_all(db);
}
