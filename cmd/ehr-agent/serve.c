/* serve.c - the process that keeps the keys. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	(void)sig;
	ended = 1;
}

/* Signals come only while it waits: a check of ended cannot miss one. */
static void catch_end(sigset_t *waiting)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM };
	const struct sigaction sa = { .sa_handler = on_end };
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		sigaction(ends[i], &sa, NULL);
		sigaddset(&block, ends[i]);
	}
	sigprocmask(SIG_BLOCK, &block, waiting);
}

/* Waits for a connection or until keys may be due. */
static bool wait_for(int fd, int ms, const sigset_t *waiting)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L };

	return ppoll(&p, 1, ms < 0 ? NULL : &t, waiting) == 1;
}

static void loop(struct agent *a, int fd)
{
	sigset_t waiting;
	int one, stop = 0;

	catch_end(&waiting);
	while (!stop && !ended) {
		if (!wait_for(fd, agent_tick(a), &waiting))
			continue;
		one = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (one < 0)
			continue;
		stop = agent_serve(a, one);
		close(one);
	}
}

static void tell(int ready, const struct ehr_err *e)
{
	if (ready < 0)
		return;
	if (write(ready, e, sizeof(*e)) < 0)
		ended = 1; /* nobody waits for it any more */
	close(ready);
}

int serve(int fd, int64_t idle, int ready, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct agent *a = NULL;
	int rc = agent_new(&a, idle, NULL, NULL, e);

	tell(ready, e);
	if (rc == 0)
		loop(a, fd);
	agent_free(a);
	if (agent_path(&path))
		unlink(path.s);
	return rc;
}

/* No open files but these two: whoever waits for the end of one that was
 * inherited (a lock, a pipe) would wait for the agent. */
static void close_others(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b);
	unsigned high = (unsigned)(a < b ? b : a);

	if (low > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* No terminal, no folder in use. */
static void leave(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (chdir("/") != 0 || null < 0)
		_exit(-EHR_EIO);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		dup2(null, i);
}

/* What the other process says; it says nothing when it was ended. */
static int hear(int ready, struct ehr_err *e)
{
	ssize_t n;

	do
		n = read(ready, e, sizeof(*e));
	while (n < 0 && errno == EINTR);
	close(ready);
	return n == sizeof(*e) ? e->code :
	    ehr_fail(e, EHR_EIO, "the agent ended at once");
}

int serve_apart(int fd, int64_t idle, struct ehr_err *e)
{
	int ready[2];
	pid_t pid;

	if (fflush(stdout) != 0)
		return ehr_fail_errno(e, "standard output");
	if (pipe2(ready, O_CLOEXEC) != 0)
		return ehr_fail_errno(e, "pipe");
	pid = fork();
	if (pid == 0) {
		leave();
		close_others(fd, ready[1]);
		_exit(-serve(fd, idle, ready[1], e));
	}
	close(ready[1]);
	if (pid > 0)
		return hear(ready[0], e);
	close(ready[0]);
	return ehr_fail_errno(e, "fork");
}
