/*
 * main.c - what surrounds every tool: locale, signals, messages, exit code.
 */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "cli_priv.h"

/* A function, not SIG_IGN: it makes write() fail with EPIPE, and programs
 * that we start do not inherit it. */
static void on_pipe(int sig)
{
	(void)sig;
}

static bool catch_pipe(void)
{
	struct sigaction now, sa = { .sa_handler = on_pipe };

	if (sigaction(SIGPIPE, NULL, &now) != 0 || now.sa_handler == SIG_IGN)
		return false;
	return sigaction(SIGPIPE, &sa, NULL) == 0;
}

/* No half-written file stays behind; then the signal does what it does. */
static void on_end(int sig)
{
	group_leave();
	out_remove_temps();
	raise(sig);
}

static void catch_end(void)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction now, sa = { .sa_handler = on_end,
		.sa_flags = (int)SA_RESETHAND };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++)
		if (sigaction(ends[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			sigaction(ends[i], &sa, NULL);
}

static void die_of_pipe(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

/* Is standard output a pipe that nobody reads any more? errno of the write
 * that failed may be long gone. */
static bool reader_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* Flushes standard output; EHR_EIO when not all of it could be written. */
static int finish_stdout(bool *pipe_gone, struct ehr_err *e)
{
	int failed = ferror(stdout);

	*pipe_gone = failed && reader_gone();
	errno = 0;
	if (fflush(stdout) != 0)
		failed = 1;
	*pipe_gone = *pipe_gone || errno == EPIPE;
	if (!failed)
		return EHR_OK;
	return errno ? ehr_fail_errno(e, "standard output") :
	    ehr_fail(e, EHR_EIO, "standard output: write failed");
}

/* The answer to -h, --version and --completion. */
static int tell(const struct cli *c)
{
	BUF_AUTO b = BUF_INIT;

	switch (c->action) {
	case CLI_HELP:
		cli_help(&b, c);
		break;
	case CLI_COMPLETION:
		cli_completion(&b, c->tool);
		break;
	default:
		buf_addf(&b, "%s (ehr) %s\n", c->tool->name, EHR_VERSION);
		break;
	}
	fwrite(b.s, 1, b.len, stdout);
	return EHR_OK;
}

int cli_main(const struct cli_tool *t, int argc, char **argv)
{
	struct ehr_err e = { 0, "" }, out = { 0, "" };
	struct cli c;
	bool caught, pipe_gone = false;
	int rc, flushed;

	group_init();
	setlocale(LC_CTYPE, "");
	caught = catch_pipe();
	catch_end();
	rc = cli_parse(&c, t, argc, argv, &e);
	if (rc == EHR_OK)
		rc = c.action == CLI_RUN ? c.verb->run(&c, &e) : tell(&c);
	cli_progress_end(&c);
	flushed = finish_stdout(&pipe_gone, &out);
	cli_release(&c);
	if (pipe_gone && caught)
		die_of_pipe();
	if (rc < 0 && e.msg[0])
		fprintf(stderr, "%s: %s\n", t->name, e.msg);
	if (flushed < 0 && rc != EHR_EIO) {
		fprintf(stderr, "%s: %s\n", t->name, out.msg);
		rc = flushed;
	}
	return -rc;
}
