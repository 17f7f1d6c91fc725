/* wire.c - the socket of the agent: both ends, and what goes over it. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "slots.h"

/* Seconds for a message: the agent serves one after another, so who asks has
 * to wait for longer than one that says nothing may keep it. */
enum { PATIENCE = 1, PATIENCE_ASKING = 4 };

static const uint8_t magic[4] = { 'e', 'h', 'r', '1' };

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_AUTO EHR_CLEANUP(close_fd) int

static bool peer(int fd, int patience, struct ucred *who)
{
	const struct timeval limit = { .tv_sec = patience };
	socklen_t n = sizeof(*who);

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
	    sizeof(limit)) == 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO,
	    &limit, sizeof(limit)) == 0 && getsockopt(fd, SOL_SOCKET,
	    SO_PEERCRED, who, &n) == 0 && n == sizeof(*who);
}

bool wire_peer(int fd, struct ucred *who)
{
	return peer(fd, PATIENCE, who);
}

bool wire_read(int fd, struct agent_msg *m)
{
	return recv(fd, m, sizeof(*m), MSG_WAITALL) == (ssize_t)sizeof(*m) &&
	    memcmp(m->magic, magic, sizeof(magic)) == 0;
}

bool wire_write(int fd, struct agent_msg *m)
{
	memcpy(m->magic, magic, sizeof(magic));
	return send(fd, m, sizeof(*m), MSG_NOSIGNAL) == (ssize_t)sizeof(*m);
}

bool agent_path(struct buf *path)
{
	const char *own = getenv("EHR_AGENT");
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (own && *own)
		buf_adds(path, own);
	else if (run && *run)
		buf_addf(path, "%s/ehr-agent", run);
	return path->len > 0;
}

/* The agent's address; EHR_EUSAGE: none, or too long for one. */
static int address(struct sockaddr_un *at, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;

	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!agent_path(&path))
		return ehr_fail(e, EHR_EUSAGE, "no place for the socket "
		    "(EHR_AGENT or XDG_RUNTIME_DIR)");
	if (path.len >= sizeof(at->sun_path))
		return ehr_fail(e, EHR_EUSAGE, "%s: too long for a socket",
		    path.s);
	memcpy(at->sun_path, path.s, path.len);
	return 0;
}

static int dial(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)at,
	    sizeof(*at)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The folder is this user's, and nobody else can write to it. */
static int check_folder(const char *path, struct ehr_err *e)
{
	char *dir = keys_folder(path);
	struct stat st;
	int rc = 0;

	if (stat(dir, &st) != 0)
		rc = ehr_fail_errno(e, "%s", dir);
	else if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
		rc = ehr_fail(e, EHR_EUSAGE, "%s: must be a folder that "
		    "only you can write to", dir);
	free(dir);
	return rc;
}

/* One at a time looks whether there is an agent and becomes it, or the second
 * would take the socket of the first away. */
static int enter(const char *path, int *lock, struct ehr_err *e)
{
	char *dir = keys_folder(path);
	int rc = 0;

	*lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0 || flock(*lock, LOCK_EX) != 0)
		rc = ehr_fail_errno(e, "%s", dir);
	free(dir);
	return rc;
}

int agent_listen(int *fd, struct ehr_err *e)
{
	FD_AUTO lock = -1;
	struct sockaddr_un at;
	mode_t mask;
	int rc = address(&at, e), there;

	if (rc == 0)
		rc = check_folder(at.sun_path, e);
	if (rc == 0)
		rc = enter(at.sun_path, &lock, e);
	if (rc < 0)
		return rc;
	there = dial(&at);
	if (there >= 0) {
		close(there);
		return ehr_fail(e, EHR_ENO, "%s: an agent is running",
		    at.sun_path);
	}
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return ehr_fail_errno(e, "socket");
	unlink(at.sun_path); /* of one that is gone */
	mask = umask(0177);
	rc = bind(*fd, (struct sockaddr *)&at, sizeof(at));
	umask(mask);
	return rc == 0 && listen(*fd, 16) == 0 ? 0 :
	    ehr_fail_errno(e, "%s", at.sun_path);
}

int agent_ask(struct agent_msg *m, enum agent_op op, bool *alive)
{
	FD_AUTO fd = -1;
	struct sockaddr_un at;
	struct ucred who;

	if (alive)
		*alive = false;
	if (group_guarded()) /* the caller's own agent is not to be asked */
		return 0;
	if (address(&at, NULL) < 0)
		return 0;
	fd = dial(&at);
	/* keys are given to nobody else, and taken from nobody else */
	if (fd < 0 || !peer(fd, PATIENCE_ASKING, &who) ||
	    who.uid != geteuid())
		return 0;
	if (alive)
		*alive = true;
	m->op = (uint8_t)op;
	if (!wire_write(fd, m) || !wire_read(fd, m))
		return EHR_EIO;
	return m->op == AGENT_YES;
}

static void msg_free(struct agent_msg **m)
{
	secret_free(*m);
}
#define MSG_AUTO EHR_CLEANUP(msg_free) struct agent_msg

/* A message about a record; NULL: no memory for it. */
static struct agent_msg *about(const struct key_slots *f)
{
	struct agent_msg *m;
	void *p;

	if (secret_new(&p, sizeof(*m), NULL) < 0)
		return NULL;
	m = p;
	memcpy(m->record, f->record, UUID_LEN);
	return m;
}

bool agent_get(const struct key_slots *f, struct keyring *ring)
{
	MSG_AUTO *m = about(f);

	return m && agent_ask(m, AGENT_GET, NULL) > 0 &&
	    keyring_unpack(ring, m->ring);
}

bool agent_put(const struct key_slots *f, const struct keyring *ring)
{
	MSG_AUTO *m = about(f);

	if (m)
		keyring_pack(ring, m->ring);
	return m && agent_ask(m, AGENT_PUT, NULL) > 0;
}

static bool ask_about(const struct key_slots *f, enum agent_op op)
{
	MSG_AUTO *m = about(f);

	return m && agent_ask(m, op, NULL) > 0;
}

bool agent_prove(const struct key_slots *f)
{
	return ask_about(f, AGENT_PROVE);
}

bool agent_proven(const struct key_slots *f)
{
	return ask_about(f, AGENT_PROVEN);
}
