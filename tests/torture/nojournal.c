/*
 * nojournal.c - a control for LD_PRELOAD: records are opened without a
 * journal or log. What is torn then stays torn.
 */
#include <dlfcn.h>
#include <sqlite3.h>

int sqlite3_open_v2(const char *path, sqlite3 **h, int flags, const char *vfs)
{
	static int (*real)(const char *, sqlite3 **, int, const char *);
	int rc;

	if (real == 0)
		*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_open_v2");
	rc = real(path, h, flags, vfs);
	if (rc == SQLITE_OK && (flags & SQLITE_OPEN_READWRITE))
		sqlite3_exec(*h, "PRAGMA journal_mode = OFF", 0, 0, 0);
	return rc;
}
