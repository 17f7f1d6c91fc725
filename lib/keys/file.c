/* file.c - files that hold or guard keys: opened without following a link,
 * looked at after they are open, replaced as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slots.h"

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_AUTO EHR_CLEANUP(close_fd) int

/* In guarded mode the files belong to group ehr, which may read them, as long
 * as nobody is a member of it. Asked only when it decides: the name service may
 * take longer than all the rest. */
static bool group_ehr(gid_t gid)
{
	struct group g, *found = NULL;
	char space[4096];

	return getgrnam_r("ehr", &g, space, sizeof(space), &found) == 0 &&
	    found && found->gr_gid == gid && found->gr_mem[0] == NULL;
}

static int lets_in(const char *path, const struct stat *st,
    struct ehr_err *e)
{
	return ehr_fail(e, EHR_EPERM, "%s: mode %04o lets others in "
	    "(chmod go= it)", path, st->st_mode & 07777);
}

static int check(const char *path, const struct stat *st, struct ehr_err *e)
{
	uid_t me = geteuid();

	if (!S_ISREG(st->st_mode))
		return ehr_fail(e, EHR_EPERM, "%s: not a regular file", path);
	if (st->st_uid != me && st->st_uid != 0 && me != 0 &&
	    !group_ehr(st->st_gid))
		return ehr_fail(e, EHR_EPERM,
		    "%s: belongs to somebody else", path);
	if (st->st_mode & S_IRWXO || (st->st_mode & S_IRWXG &&
	    !group_ehr(st->st_gid)))
		return lets_in(path, st, e);
	return 0;
}

static int cannot_open(const char *path, struct ehr_err *e)
{
	switch (errno) {
	case ENOENT:
		return ehr_fail(e, EHR_ENOENT, "%s: no such file", path);
	case ELOOP:
		return ehr_fail(e, EHR_EPERM, "%s: is a symbolic link", path);
	case EACCES:
		return ehr_fail(e, EHR_EPERM, "%s: %s", path,
		    strerror(errno));
	default:
		return ehr_fail_errno(e, "%s", path);
	}
}

int keys_check_mode(const char *path, struct ehr_err *e)
{
	FD_AUTO fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return cannot_open(path, e);
	if (fstat(fd, &st) != 0)
		return ehr_fail_errno(e, "%s", path);
	return check(path, &st, e);
}

static int read_all(int fd, const char *path, char *p, size_t max, size_t *n,
    struct ehr_err *e)
{
	char more;
	ssize_t got = 1;

	*n = 0;
	while (got != 0) {
		got = *n < max ? read(fd, p + *n, max - *n) :
		    read(fd, &more, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ehr_fail_errno(e, "%s", path);
		if (got > 0 && *n == max)
			return ehr_fail(e, EHR_ENOTEHR,
			    "%s: larger than %zu bytes", path, max);
		*n += (size_t)got;
	}
	return 0;
}

int keys_read_masked(const char *path, mode_t others, void *p, size_t max,
    size_t *n, struct ehr_err *e)
{
	FD_AUTO fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int rc;

	if (fd < 0)
		return cannot_open(path, e);
	if (fstat(fd, &st) != 0)
		return ehr_fail_errno(e, "%s", path);
	if (others && (st.st_mode & others))
		return lets_in(path, &st, e);
	rc = others ? 0 : check(path, &st, e);
	return rc < 0 ? rc : read_all(fd, path, p, max, n, e);
}

int keys_read_file(const char *path, void *p, size_t max, size_t *n,
    struct ehr_err *e)
{
	return keys_read_masked(path, 0, p, max, n, e);
}

/* ---- writing ---- */

/* A file that is being made: beside its place, under a name that only it
 * has. */
struct making {
	char *folder;
	const char *base;
	struct buf temp; /* empty: nothing to take away */
	int dir;
};

static void making_end(struct making *m)
{
	if (m->temp.len)
		unlinkat(m->dir, m->temp.s, 0);
	close_fd(&m->dir);
	buf_release(&m->temp);
	free(m->folder);
}

char *keys_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static int making_begin(struct making *m, const char *path, struct ehr_err *e)
{
	const char *slash = strrchr(path, '/');
	uint8_t salt[8];

	m->folder = keys_folder(path);
	m->base = slash ? slash + 1 : path;
	m->dir = open(m->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->dir < 0)
		return ehr_fail_errno(e, "%s", m->folder);
	crypto_random(salt, sizeof(salt));
	buf_addf(&m->temp, ".%.200s.", m->base);
	hex_format(&m->temp, salt, sizeof(salt));
	return 0;
}

/* That of a new file or, where it may be set, mode and group of the one it
 * takes the place of; its owner, too, when root writes what is another's. */
static int set_mode(const struct making *m, int fd, unsigned mode,
    enum keys_how how, struct ehr_err *e)
{
	struct stat st;
	uid_t owner = (uid_t)-1;

	if (how != KEYS_FRESH &&
	    fstatat(m->dir, m->base, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		mode = st.st_mode & 0770;
		if (how == KEYS_OWNER && geteuid() == 0)
			owner = st.st_uid;
		if (fchown(fd, owner, st.st_gid) != 0)
			mode &= 0700; /* not for a group it is not for */
	}
	return fchmod(fd, mode) == 0 ? 0 : ehr_fail_errno(e, "%s", m->base);
}

/* link(2) does not take the place of another file, rename(2) does. */
static int put(struct making *m, const char *path, bool fresh,
    struct ehr_err *e)
{
	int rc = fresh ?
	    linkat(m->dir, m->temp.s, m->dir, m->base, 0) :
	    renameat(m->dir, m->temp.s, m->dir, m->base);

	if (rc != 0 && fresh && errno == EEXIST)
		return ehr_fail(e, EHR_EUSAGE, "%s: exists already", path);
	if (rc != 0)
		return ehr_fail_errno(e, "%s", path);
	if (!fresh)
		buf_reset(&m->temp);
	if (fsync(m->dir) == 0)
		return 0;
	rc = ehr_fail_errno(e, "%s", m->folder);
	if (fresh)
		unlinkat(m->dir, m->base, 0);
	return rc;
}

int keys_write_how(const char *path, struct str text, unsigned mode,
    enum keys_how how, struct ehr_err *e)
{
	EHR_CLEANUP(making_end) struct making m = { .temp = BUF_INIT,
		.dir = -1 };
	FD_AUTO fd = -1;
	int rc = making_begin(&m, path, e);

	if (rc < 0)
		return rc;
	fd = openat(m.dir, m.temp.s, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		buf_reset(&m.temp);
		return ehr_fail_errno(e, "%s", path);
	}
	rc = set_mode(&m, fd, mode, how, e);
	if (rc == 0 && (write_whole(fd, text) != 0 || fsync(fd) != 0))
		rc = ehr_fail_errno(e, "%s", path);
	return rc < 0 ? rc : put(&m, path, how == KEYS_FRESH, e);
}

int keys_write_file(const char *path, struct str text, unsigned mode,
    bool fresh, struct ehr_err *e)
{
	return keys_write_how(path, text, mode,
	    fresh ? KEYS_FRESH : KEYS_REPLACE, e);
}
