/* syscall.c - how SQLite opens, looks for and removes the record's own files in
 * guarded mode: with the group of the tool, which is put aside otherwise. It
 * opens no others: temporary ones are nameless (temp.c). */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "impl.h"

static int guarded_open(const char *name, int flags, int mode)
{
	int fd;

	group_raise();
	fd = open(name, flags, mode);
	group_drop();
	return fd;
}

static int guarded_access(const char *name, int mode)
{
	int rc;

	group_raise();
	rc = faccessat(AT_FDCWD, name, mode, AT_EACCESS);
	group_drop();
	return rc;
}

static int guarded_stat(const char *name, struct stat *st)
{
	int rc;

	group_raise();
	rc = stat(name, st);
	group_drop();
	return rc;
}

static int guarded_lstat(const char *name, struct stat *st)
{
	int rc;

	group_raise();
	rc = lstat(name, st);
	group_drop();
	return rc;
}

static ssize_t guarded_readlink(const char *name, char *to, size_t n)
{
	ssize_t rc;

	group_raise();
	rc = readlink(name, to, n);
	group_drop();
	return rc;
}

static int guarded_unlink(const char *name)
{
	int rc;

	group_raise();
	rc = unlink(name);
	group_drop();
	return rc;
}

void store_guard_files(void)
{
	static const struct {
		const char *name;
		sqlite3_syscall_ptr fn;
	} calls[] = {
		{ "open", (sqlite3_syscall_ptr)guarded_open },
		{ "access", (sqlite3_syscall_ptr)guarded_access },
		{ "stat", (sqlite3_syscall_ptr)guarded_stat },
		{ "lstat", (sqlite3_syscall_ptr)guarded_lstat },
		{ "readlink", (sqlite3_syscall_ptr)guarded_readlink },
		{ "unlink", (sqlite3_syscall_ptr)guarded_unlink },
	};
	sqlite3_vfs *vfs = sqlite3_vfs_find("unix");

	if (!group_guarded() || vfs == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		vfs->xSetSystemCall(vfs, calls[i].name, calls[i].fn);
}
