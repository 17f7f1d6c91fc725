/* child.c - a program that takes a message. */
#include "notify/child.h"

#include "ehr/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct running {
	const struct child *c;
	struct child_end *end;
	pid_t pid;
	int in, out, ended; /* our ends; ended: readable when it is */
	size_t sent;
	int64_t until;
};

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void child_end_release(struct child_end *end)
{
	buf_release(&end->out);
}

/* ---- starting ---- */

size_t child_argv(struct arena *mem, const struct setup_item *i,
    char *argv[CHILD_ARGUMENTS + 2])
{
	struct str v = setup_value(i, "program");
	size_t n = 0;

	do {
		argv[n] = arena_strndup(mem, v.s, v.n);
		v = setup_nth(i, "argument", n++);
	} while (v.s && n <= CHILD_ARGUMENTS);
	argv[n] = NULL;
	return n;
}

static char own_path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
static char own_locale[] = "LC_ALL=C.UTF-8";
static const char *const kept[] = { "HOME", "USER", "LOGNAME", "TZ" };

static void environment(struct arena *mem, char *env[])
{
	BUF_AUTO b = BUF_INIT;
	size_t n = 0;

	env[n++] = own_path;
	env[n++] = own_locale;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		const char *v = getenv(kept[i]);

		if (!v)
			continue;
		buf_reset(&b);
		buf_addf(&b, "%s=%s", kept[i], v);
		env[n++] = arena_strndup(mem, b.s, b.len);
	}
	env[n] = NULL;
}

/* A group of its own, so that all of it can be killed. */
static int spawn(struct running *r, const int in[2], const int out[2])
{
	char *env[ARRAY_LEN(kept) + 3];
	ARENA_AUTO mem = ARENA_INIT;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int bad;

	environment(&mem, env);
	sigemptyset(&none);
	bad = posix_spawn_file_actions_init(&files);
	if (bad)
		return bad;
	bad = posix_spawnattr_init(&attr);
	if (bad) {
		posix_spawn_file_actions_destroy(&files);
		return bad;
	}
	if ((bad = posix_spawn_file_actions_adddup2(&files, in[0], 0)) == 0 &&
	    (bad = posix_spawn_file_actions_adddup2(&files, out[1], 1)) == 0 &&
	    (bad = posix_spawn_file_actions_addopen(&files, 2, "/dev/null",
		O_WRONLY, 0)) == 0 &&
	    (bad = posix_spawn_file_actions_addclosefrom_np(&files, 3)) == 0 &&
	    (bad = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
		POSIX_SPAWN_SETSIGMASK)) == 0 &&
	    (bad = posix_spawnattr_setsigmask(&attr, &none)) == 0)
		bad = posix_spawn(&r->pid, r->c->argv[0], &files, &attr,
		    r->c->argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return bad;
}

/* A descriptor below 3 would be taken for one of the child's own. */
static int pair(int fd[2])
{
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		int high = fd[i] > 2 ? fd[i] : fcntl(fd[i], F_DUPFD_CLOEXEC,
		    3);

		if (high != fd[i])
			close(fd[i]);
		fd[i] = high;
	}
	return fd[0] < 0 || fd[1] < 0 ? -1 : 0;
}

/* It has read nothing yet. */
static int give_up(struct running *r, struct ehr_err *e)
{
	int rc = ehr_fail_errno(e, "%s", r->c->argv[0]);

	kill(-r->pid, SIGKILL);
	while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	shut(&r->in);
	shut(&r->out);
	return rc;
}

static int start(struct running *r, struct ehr_err *e)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, rc = 0, bad;

	if (pair(in) < 0 || pair(out) < 0) {
		rc = ehr_fail_errno(e, "a pipe");
	} else if ((bad = spawn(r, in, out)) != 0) {
		rc = ehr_fail(e, bad == ENOMEM || bad == EAGAIN ? EHR_EIO :
		    EHR_EUSAGE, "%s: %s", r->c->argv[0], strerror(bad));
	} else {
		r->in = in[1];
		r->out = out[0];
		in[1] = out[0] = -1;
		fcntl(r->in, F_SETFL, O_NONBLOCK);
		fcntl(r->out, F_SETFL, O_NONBLOCK);
		r->ended = pidfd_open(r->pid, 0);
		if (r->ended < 0)
			rc = give_up(r, e);
	}
	for (int i = 0; i < 2; i++) {
		shut(&in[i]);
		shut(&out[i]);
	}
	return rc;
}

/* ---- while it runs ---- */

static void give(struct running *r)
{
	ssize_t n = 0;

	if (r->sent < r->c->input.n)
		n = write(r->in, r->c->input.s + r->sent,
		    r->c->input.n - r->sent);
	if (n > 0)
		r->sent += (size_t)n;
	if (r->sent == r->c->input.n ||
	    (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(&r->in);
}

static void take(struct running *r)
{
	char b[4096];
	ssize_t n;

	while ((n = read(r->out, b, sizeof(b))) > 0) {
		size_t room = r->c->most - r->end->out.len;

		if ((size_t)n > room) {
			r->end->whole = false;
			n = (ssize_t)room;
		}
		buf_add(&r->end->out, b, (size_t)n);
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		shut(&r->out);
}

/* True when it has ended by itself. Output may be held open by what it left
 * behind, so its end is what counts. */
static bool follow(struct running *r)
{
	struct pollfd p[3];
	int64_t left;

	while ((left = r->until - clock_ms()) > 0) {
		p[0] = (struct pollfd){ .fd = r->ended, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = r->in, .events = POLLOUT };
		p[2] = (struct pollfd){ .fd = r->out, .events = POLLIN };
		if (poll(p, 3, (int)left) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			give(r);
		if (p[2].revents)
			take(r);
		if (p[0].revents)
			return true;
	}
	return false;
}

int child_run(const struct child *c, struct child_end *end, struct ehr_err *e)
{
	struct running r = { .c = c, .end = end, .in = -1, .out = -1,
		.ended = -1, .until = clock_ms() + c->timeout_ms };
	int status = 0, rc = start(&r, e);

	if (rc < 0)
		return rc;
	end->whole = true;
	end->late = !follow(&r);
	if (end->late)
		kill(-r.pid, SIGKILL);
	while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r.out >= 0)
		take(&r);
	end->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	shut(&r.in);
	shut(&r.out);
	shut(&r.ended);
	return 0;
}

/* ---- what it said ---- */

static const struct {
	int code;
	enum notify_fate fate;
} codes[] = {
	{ EX_OK, NOTIFY_ACCEPTED },
	/* this message or its addressee */
	{ EX_DATAERR, NOTIFY_PERMANENT },
	{ EX_NOUSER, NOTIFY_PERMANENT },
	{ EX_NOHOST, NOTIFY_PERMANENT },
	/* the program or its configuration: every message would fail */
	{ EX_USAGE, NOTIFY_TEMPORARY },
	{ EX_NOINPUT, NOTIFY_TEMPORARY },
	{ EX_UNAVAILABLE, NOTIFY_TEMPORARY },
	{ EX_OSERR, NOTIFY_TEMPORARY },
	{ EX_OSFILE, NOTIFY_TEMPORARY },
	{ EX_CANTCREAT, NOTIFY_TEMPORARY },
	{ EX_TEMPFAIL, NOTIFY_TEMPORARY },
	{ EX_NOPERM, NOTIFY_TEMPORARY },
	{ EX_CONFIG, NOTIFY_TEMPORARY },
};

enum notify_fate child_fate(const struct child_end *end)
{
	for (size_t i = 0; !end->late && i < ARRAY_LEN(codes); i++)
		if (codes[i].code == end->code)
			return codes[i].fate;
	return NOTIFY_UNKNOWN;
}

void child_result(const struct child_end *end, struct notify_result *r)
{
	r->fate = child_fate(end);
	buf_reset(&r->detail);
	if (end->late)
		buf_adds(&r->detail, "no answer in time");
	else if (end->code < 0)
		buf_adds(&r->detail, "ended by a signal");
	else if (end->code > 0)
		buf_addf(&r->detail, "exit %d", end->code);
}
