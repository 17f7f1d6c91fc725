/* tty.c - asking for a secret at the controlling terminal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "ehr/keys.h"

static const int ends[] = { SIGHUP, SIGINT, SIGTERM };

struct tty {
	int fd;
	struct termios before;
	struct sigaction was[ARRAY_LEN(ends)];
};
static const struct tty *asking; /* for the signals, while one asks */

static void restore_signals(const struct tty *t)
{
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], &t->was[i], NULL);
}

/* The terminal is put right first; then the signal does what it did. */
static void on_end(int sig)
{
	tcsetattr(asking->fd, TCSANOW, &asking->before);
	restore_signals(asking);
	raise(sig);
}

static void catch_signals(struct tty *t)
{
	const struct sigaction sa = { .sa_handler = on_end };

	asking = t;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (sigaction(ends[i], NULL, &t->was[i]) == 0 &&
		    t->was[i].sa_handler != SIG_IGN)
			sigaction(ends[i], &sa, NULL);
}

static void tty_close(struct tty *t)
{
	if (t->fd < 0)
		return;
	tcsetattr(t->fd, TCSAFLUSH, &t->before);
	restore_signals(t);
	close(t->fd);
}

static int say(const struct tty *t, const char *text, struct ehr_err *e)
{
	return write(t->fd, text, strlen(text)) < 0 ?
	    ehr_fail_errno(e, "/dev/tty") : 0;
}

/* Without echo, and without signals by key: ^C ends the line as ^D does, so
 * that the terminal is always put right again. */
static int tty_open(struct tty *t, struct ehr_err *e)
{
	struct termios now;

	t->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->fd >= 0 && tcgetattr(t->fd, &t->before) != 0) {
		close(t->fd);
		t->fd = -1;
	}
	if (t->fd < 0)
		return ehr_fail(e, EHR_ENOTEHR, "no terminal to ask at");
	catch_signals(t);
	now = t->before;
	now.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
	now.c_lflag |= ICANON;
	now.c_cc[VEOL] = now.c_cc[VINTR];
	if (tcsetattr(t->fd, TCSAFLUSH, &now) != 0)
		return ehr_fail_errno(e, "/dev/tty");
	return 0;
}

static int read_line(const struct tty *t, struct secret *s, struct ehr_err *e)
{
	ssize_t n;

	do
		n = read(t->fd, s->s, sizeof(s->s));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ehr_fail_errno(e, "/dev/tty");
	if (n == sizeof(s->s) && s->s[n - 1] != '\n')
		return ehr_fail(e, EHR_EUSAGE, "more than %d bytes",
		    KEYS_MAX_SECRET);
	if (n == 0 || s->s[n - 1] != '\n')
		return ehr_fail(e, EHR_EPERM, "given up");
	s->n = (size_t)n - 1;
	s->s[s->n] = '\0';
	return 0;
}

int tty_ask(const char *prompt, struct secret *s, struct ehr_err *e)
{
	EHR_CLEANUP(tty_close) struct tty t = { .fd = -1 };
	int rc = tty_open(&t, e);

	if (rc == 0)
		rc = say(&t, prompt, e);
	if (rc == 0) {
		rc = read_line(&t, s, e);
		say(&t, "\n", NULL);
	}
	return rc;
}

int tty_new_pass(struct secret *s, struct ehr_err *e)
{
	SECRET_AUTO *again = NULL;
	int rc = secret_make(&again, e);

	if (rc == 0)
		rc = tty_ask("New passphrase: ", s, e);
	if (rc < 0)
		return rc;
	if (utf8_valid(s->s, s->n) != s->n || utf8_width(secret_str(s)) <
	    KEYS_MIN_PASS)
		return ehr_fail(e, EHR_EUSAGE, "a passphrase has %d "
		    "characters at least", KEYS_MIN_PASS);
	rc = tty_ask("The same again: ", again, e);
	if (rc == 0 && !str_eq(secret_str(s), secret_str(again)))
		rc = ehr_fail(e, EHR_EUSAGE, "not twice the same");
	return rc;
}
