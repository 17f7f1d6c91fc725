/* place.c - a record that is made beside its place and put there last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "admin.h"

void admin_beside(struct buf *b, const char *path, const char *end)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	buf_add(b, path, (size_t)(base - path));
	buf_addf(b, ".%s.%s", base, end);
}

int admin_sync_folder(const char *path, struct ehr_err *e)
{
	const char *slash = strrchr(path, '/');
	BUF_AUTO folder = BUF_INIT;
	int fd, rc = 0;

	buf_add(&folder, slash ? path : "./",
	    slash ? (size_t)(slash - path) + 1 : 2);
	fd = open(folder.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		rc = ehr_fail_errno(e, "%s", folder.s);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Where the file system cannot refuse by itself, one look must do. */
static int rename_fresh(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL || access(to, F_OK) == 0)
		return -1;
	return rename(from, to);
}

int admin_put(const char *from, const char *to, struct ehr_err *e)
{
	int rc;

	if (rename_fresh(from, to) != 0)
		return errno == EEXIST ? ehr_fail(e, EHR_EUSAGE,
		    "%s: exists already", to) : ehr_fail_errno(e, "%s", to);
	rc = admin_sync_folder(to, e);
	if (rc < 0)
		rename(to, from);
	return rc;
}
