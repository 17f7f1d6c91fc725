/*
 * journal.c - events as entries of the systemd journal, by its native
 * protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram an entry, of
 * fields NAME=value, or with a line break in the value NAME, its length in 8
 * bytes (low first) and the value, each ended by a newline.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ehr/audit-export.h"

/* Of all entries that come from here (journalctl MESSAGE_ID=...). */
#define MESSAGE_ID "6b1f4a3c0e2d4f7d9c35a2b871e6d04f"
#define SOCKET	   "/run/systemd/journal/socket"

static void put(struct buf *b, const char *name, struct str v)
{
	if (v.n == 0)
		return;
	buf_adds(b, name);
	if (memchr(v.s, '\n', v.n) == NULL) {
		buf_addch(b, '=');
	} else {
		buf_addch(b, '\n');
		for (int i = 0; i < 64; i += 8)
			buf_addch(b, (char)((uint64_t)v.n >> i & 0xff));
	}
	buf_addstr(b, v);
	buf_addch(b, '\n');
}

static void put_number(struct buf *b, const char *name, int64_t v)
{
	buf_addf(b, "%s=%lld\n", name, (long long)v);
}

void audit_put_journal(struct buf *b, const struct audit_row *row)
{
	bool odd = !str_is(row->outcome, "ok") &&
	    !str_is(row->outcome, "begin");
	BUF_AUTO text = BUF_INIT;

	buf_addf(&text, "event %lld: %.*s %.*s by %.*s: %.*s",
	    (long long)row->seq, STR_FMT(row->action), STR_FMT(row->scope),
	    STR_FMT(row->user), STR_FMT(row->outcome));
	put(b, "MESSAGE", buf_str(&text));
	put(b, "MESSAGE_ID", STR(MESSAGE_ID));
	put(b, "PRIORITY", odd ? STR("4") : STR("6")); /* warning, info */
	put(b, "SYSLOG_IDENTIFIER", STR("ehr-audit"));
	put_number(b, "EHR_EVENT", row->seq);
	buf_reset(&text);
	date_format_ms(&text, row->time);
	put(b, "EHR_TIME", buf_str(&text));
	put(b, "EHR_USER", row->user);
	put(b, "EHR_ROLE", row->role);
	put(b, "EHR_DEVICE", row->device);
	put(b, "EHR_TOOL", row->tool);
	put(b, "EHR_ACTION", row->action);
	put(b, "EHR_OUTCOME", row->outcome);
	put(b, "EHR_SCOPE", row->scope);
	put(b, "EHR_PURPOSE", row->purpose);
	put_number(b, "EHR_PATIENTS", row->patients);
	if (row->batch)
		put_number(b, "EHR_BATCH", row->batch);
	if (row->pair)
		put_number(b, "EHR_BEGIN", row->pair);
}

int audit_journal_open(const char *path, int *fd, struct ehr_err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	path = path ? path : SOCKET;
	if (strlen(path) >= sizeof(to.sun_path))
		return ehr_fail(e, EHR_EUSAGE, "%s: too long for a socket",
		    path);
	memcpy(to.sun_path, path, strlen(path));
	*fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return ehr_fail_errno(e, "%s", path);
	if (connect(*fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	ehr_fail_errno(e, "%s", path);
	close(*fd);
	*fd = -1;
	return EHR_EIO;
}

int audit_journal_send(int fd, struct str entry, struct ehr_err *e)
{
	ssize_t n;

	do
		n = send(fd, entry.s, entry.n, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)entry.n ? 0 : ehr_fail_errno(e, "journal");
}
