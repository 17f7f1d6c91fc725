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

int serve(int fd, int64_t idle, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct agent *a = NULL;
	int rc = agent_new(&a, idle, NULL, NULL, e);

	if (rc == 0)
		loop(a, fd);
	agent_free(a);
	if (agent_path(&path))
		unlink(path.s);
	return rc;
}

/* No terminal, no folder in use, no open files but the socket. */
static void leave(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (chdir("/") != 0 || null < 0)
		_exit(-EHR_EIO);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		dup2(null, i);
}

int serve_apart(int fd, int64_t idle, struct ehr_err *e)
{
	pid_t pid;

	if (fflush(stdout) != 0)
		return ehr_fail_errno(e, "standard output");
	pid = fork();
	if (pid < 0)
		return ehr_fail_errno(e, "fork");
	if (pid > 0)
		return 0;
	leave();
	_exit(-serve(fd, idle, e));
}
