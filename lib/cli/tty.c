/*
 * tty.c - messages, progress and what the terminal can show.
 */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli_priv.h"

enum { PROGRESS_AFTER_MS = 1000, PROGRESS_EVERY_MS = 200 };

static void say(struct cli *c, const char *fmt, va_list ap)
{
	BUF_AUTO raw = BUF_INIT;
	BUF_AUTO line = BUF_INIT;

	buf_addvf(&raw, fmt, ap);
	buf_addf(&line, "%s: ", c->tool->name);
	utf8_clean(&line, buf_str(&raw), false);
	buf_addch(&line, '\n');
	cli_progress_end(c);
	fwrite(line.s, 1, line.len, stderr);
}

void cli_warn(struct cli *c, const char *fmt, ...)
{
	va_list ap;

	if (c->quiet)
		return;
	va_start(ap, fmt);
	say(c, fmt, ap);
	va_end(ap);
}

void cli_note(struct cli *c, const char *fmt, ...)
{
	va_list ap;

	if (c->verbose == 0)
		return;
	va_start(ap, fmt);
	say(c, fmt, ap);
	va_end(ap);
}

static void say_always(struct cli *c, const char *fmt, ...) EHR_PRINTF(2, 3);
static void say_always(struct cli *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, fmt, ap);
	va_end(ap);
}

void cli_notice(void *cli, const char *text)
{
	say_always(cli, "%s", text);
}

void cli_diag(void *cli, const struct diag *d)
{
	struct cli *c = cli;
	BUF_AUTO b = BUF_INIT;

	if (d->severity != DIAG_ERROR && c->quiet)
		return;
	if (d->severity == DIAG_NOTE && c->verbose == 0)
		return;
	diag_format(&b, d);
	say_always(c, "%s%s", d->severity == DIAG_WARNING ? "warning: " : "",
	    b.s);
}

void cli_diag_errors(void *cli, const struct diag *d)
{
	struct cli *c = cli;

	if (d->severity == DIAG_ERROR || c->verbose)
		cli_diag(c, d);
}

void cli_candidates(struct cli *c, const struct buf *names)
{
	struct str rest = buf_str(names), name;

	while (str_split(&rest, '\n', &name))
		if (name.n)
			say_always(c, "candidate: %.*s", STR_FMT(name));
}

void cli_progress(struct cli *c, const char *what, uint64_t done,
    uint64_t total)
{
	int64_t now;

	if (c->quiet || !isatty(STDERR_FILENO))
		return;
	now = clock_ms();
	if (c->progress.begun == 0)
		c->progress.begun = now;
	if (now - c->progress.begun < PROGRESS_AFTER_MS ||
	    now - c->progress.shown < PROGRESS_EVERY_MS)
		return;
	c->progress.shown = now;
	if (total)
		fprintf(stderr, "\r%s: %s %llu of %llu (%d %%)\033[K",
		    c->tool->name, what, (unsigned long long)done,
		    (unsigned long long)total,
		    (int)((double)done * 100 / (double)total));
	else
		fprintf(stderr, "\r%s: %s %llu\033[K", c->tool->name, what,
		    (unsigned long long)done);
	fflush(stderr);
}

void cli_progress_end(struct cli *c)
{
	if (c->progress.shown)
		fputs("\r\033[K", stderr);
	c->progress.begun = c->progress.shown = 0;
}

bool cli_tty(void)
{
	return isatty(STDOUT_FILENO);
}

bool cli_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return cli_tty() && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

size_t cli_width(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws;
	int64_t n;

	if (env && str_int(str_of(env), &n) && n >= 20 && n <= 10000)
		return (size_t)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20)
		return ws.ws_col;
	return cli_tty() ? 80 : 0;
}
