/* plot.c - a picture by gnuplot: the script goes to its standard input, the
 * picture comes from its standard output; no shell, and nothing of the
 * patient but the values. */
#include <errno.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trend.h"

bool trend_plot_name(const char *name)
{
	return str_ends(str_of(name), ".svg") ||
	    str_ends(str_of(name), ".png");
}

/* A gnuplot string: in single quotes nothing but a quote means anything. */
static void quote(struct buf *b, struct str s)
{
	BUF_AUTO clean = BUF_INIT;

	utf8_clean(&clean, s, false);
	buf_addch(b, '\'');
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.s[i] == '\'')
			buf_addch(b, '\'');
		if (clean.s[i] != '`')
			buf_addch(b, clean.s[i]);
	}
	buf_addch(b, '\'');
}

static void data(struct buf *b, const struct points *all, struct str unit,
    size_t n)
{
	buf_addf(b, "$d%zu << EOD\n", n);
	for (size_t i = 0; i < all->n; i++) {
		const struct point *x = &all->v[i];

		if (x->number->some && str_eq(x->number->unit, unit))
			buf_addf(b, "%lld %.*s\n",
			    (long long)(x->e->start.ms / 1000),
			    STR_FMT(x->number->text));
	}
	buf_adds(b, "EOD\n");
}

static void script(struct buf *b, const struct points *all, bool svg)
{
	struct str unit[TREND_UNITS];
	size_t n = trend_units(all, unit);

	buf_adds(b, svg ? "set terminal svg size 800,400 noenhanced\n" :
	    "set terminal pngcairo size 800,400 noenhanced\n");
	buf_adds(b, "set timefmt '%s'\nset xdata time\n"
	    "set format x '%Y-%m-%d'\nset xtics rotate by -30\nset grid\nset rmargin 8\n"
	    "set offsets graph 0.03, graph 0.03, graph 0.1, graph 0.1\n"
	    "set title ");
	quote(b, all->v[all->n - 1].what);
	buf_adds(b, "\nset ylabel ");
	quote(b, n == 1 ? unit[0] : STR(""));
	buf_addch(b, '\n');
	for (size_t i = 0; i < n; i++)
		data(b, all, unit[i], i);
	for (size_t i = 0; i < n; i++) {
		buf_addf(b, "%s$d%zu using 1:2 with linespoints pt 7 title ",
		    i ? ", " : "plot ", i);
		quote(b, n > 1 ? unit[i] : STR(""));
	}
	buf_addch(b, '\n');
}

/* ---- the process ---- */

enum { NO_GNUPLOT = 127 };

static void child(int in[2], int out[2])
{
	/* -d: not the settings of the user. */
	char *argv[] = { "gnuplot", "-d", NULL };

	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	close(in[0]);
	close(in[1]);
	close(out[0]);
	close(out[1]);
	execvp(argv[0], argv);
	_exit(NO_GNUPLOT);
}

/* Feeds text to fd in and collects what comes from fd out, as each is
 * ready. */
static int exchange(int in, int out, const struct buf *text,
    struct buf *picture)
{
	struct pollfd fd[2] = { { in, POLLOUT, 0 }, { out, POLLIN, 0 } };
	char block[16384];
	size_t done = 0;
	ssize_t n = 1;

	while (n > 0) {
		if (poll(fd, 2, -1) < 0) {
			n = errno == EINTR ? 1 : -1;
			continue;
		}
		if (fd[0].fd >= 0 && fd[0].revents) {
			n = write(in, text->s + done, text->len - done);
			if (n > 0)
				done += (size_t)n;
			if (n <= 0 || done == text->len) {
				close(in);
				fd[0].fd = -1;
			}
			n = 1;
		}
		if (fd[1].revents) {
			n = read(out, block, sizeof(block));
			if (n > 0)
				buf_add(picture, block, (size_t)n);
		}
	}
	if (fd[0].fd >= 0)
		close(in);
	close(out);
	return n < 0 ? -1 : 0;
}

static int run(const struct buf *text, struct buf *picture,
    struct ehr_err *e)
{
	int in[2], out[2], status = 0, failed;
	pid_t pid;

	if (pipe(in) < 0)
		return ehr_fail_errno(e, "pipe");
	if (pipe(out) < 0) {
		close(in[0]);
		close(in[1]);
		return ehr_fail_errno(e, "pipe");
	}
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		child(in, out);
	close(in[0]);
	close(out[1]);
	if (pid < 0) {
		close(in[1]);
		close(out[0]);
		return ehr_fail_errno(e, "fork");
	}
	failed = exchange(in[1], out[0], text, picture);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_GNUPLOT)
		return ehr_fail(e, EHR_EIO,
		    "gnuplot is not installed (package gnuplot-nox)");
	if (failed || status != 0 || picture->len == 0)
		return ehr_fail(e, EHR_EIO, "gnuplot failed");
	return 0;
}

int trend_plot(const struct cli *c, const struct points *all,
    const char *name, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO picture = BUF_INIT;
	struct str unit[TREND_UNITS];
	struct out *out;
	int rc;

	if (trend_units(all, unit) == 0)
		return ehr_fail(e, EHR_ENO, "no numbers to plot");
	script(&text, all, str_ends(str_of(name), ".svg"));
	rc = run(&text, &picture, e);
	if (rc == 0)
		rc = out_open(&out, name, c->force, e);
	if (rc < 0)
		return rc;
	rc = out_write(out, picture.s, picture.len, e);
	if (rc == 0)
		return out_commit(out, e);
	out_abort(out);
	return rc;
}
