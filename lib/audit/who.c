/* who.c - who uses this process, and where. */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ehr/audit.h"

void audit_user(struct buf *name)
{
	char text[4096];
	struct passwd pw, *found = NULL;
	uid_t uid = getuid();

	if (getpwuid_r(uid, &pw, text, sizeof(text), &found) == 0 && found)
		buf_adds(name, pw.pw_name);
	else
		buf_addf(name, "uid %lu", (unsigned long)uid);
}

/* tty_nr of /proc/self/stat (proc(5)): the fifth value behind the name. */
static bool terminal_number(unsigned *nr)
{
	char text[1024];
	const char *at;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strrchr(text, ')');
	return at && sscanf(at + 1, " %*c %*d %*d %*d %u", nr) == 1 &&
	    *nr != 0;
}

static void add_terminal(struct buf *name)
{
	enum { TTY = 4, TTYS = 64, PTS = 136, PTS_LAST = 143 };
	unsigned nr, major, minor;

	if (!terminal_number(&nr))
		return;
	major = nr >> 8 & 0xfff;
	minor = (nr & 0xff) | (nr >> 12 & 0xfff00);
	if (major >= PTS && major <= PTS_LAST)
		buf_addf(name, " pts/%u", minor + 256 * (major - PTS));
	else if (major == TTY)
		buf_addf(name, minor < TTYS ? " tty%u" : " ttyS%u",
		    minor < TTYS ? minor : minor - TTYS);
	else
		buf_addf(name, " tty %u:%u", major, minor);
}

/* Looked up once; only the thread with the record comes here. */
void audit_device(struct buf *name)
{
	static char known[128];
	BUF_AUTO b = BUF_INIT;
	struct utsname u;

	if (known[0] == '\0') {
		buf_adds(&b, uname(&u) == 0 ? u.nodename : "(unknown)");
		add_terminal(&b);
		snprintf(known, sizeof(known), "%s", b.s);
	}
	buf_adds(name, known);
}
