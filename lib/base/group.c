/* group.c - the group of a tool that is setgid: put aside at once, taken again
 * around what it is there for. By the system call itself, for the thread that
 * asks: another one may be opening a file that the caller names. */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ehr/base.h"

static gid_t kept;   /* 0: the tool is not setgid */
static bool allowed; /* to be taken again: the record is in its folder */
static _Thread_local int depth;

static void take(gid_t gid)
{
	/* Going on with another group than the one meant is no choice. */
	if (syscall(SYS_setresgid, (gid_t)-1, gid, (gid_t)-1) != 0)
		abort();
}

void group_init(void)
{
	gid_t real, effective, saved;

	if (getresgid(&real, &effective, &saved) != 0)
		abort();
	if (effective == real)
		return;
	kept = effective;
	if (syscall(SYS_setresgid, (gid_t)-1, real, effective) != 0)
		abort();
}

bool group_guarded(void)
{
	return kept != 0;
}

bool group_way_is_roots(const char *folder)
{
	char at[PATH_MAX];
	struct stat st;
	int n = snprintf(at, sizeof(at), "%s", folder);

	if (n < 0 || (size_t)n >= sizeof(at) || at[0] != '/')
		return false;
	while (strcmp(at, "/") != 0) {
		dirname(at);
		if (stat(at, &st) != 0 || st.st_uid != 0 ||
		    (st.st_mode & (S_IWGRP | S_IWOTH) &&
		    !(st.st_mode & S_ISVTX)))
			return false;
	}
	return true;
}

/* Nobody else can put a link there: root's, the group's, not open to all, and
 * so that no other folder can take its place. */
static bool own_folder(char *real)
{
	struct stat st;

	return stat(dirname(real), &st) == 0 && st.st_uid == 0 &&
	    st.st_gid == kept && !(st.st_mode & S_IWOTH) &&
	    group_way_is_roots(real);
}

void group_allow(const char *path, struct buf *real)
{
	char name[PATH_MAX], copy[PATH_MAX];

	if (!kept)
		return;
	allowed = false;
	take(kept);
	if (realpath(path, name) != NULL) {
		memcpy(copy, name, sizeof(copy));
		allowed = own_folder(copy);
	}
	take(getgid());
	if (allowed)
		buf_adds(real, name);
}

void group_raise(void)
{
	if (allowed && depth++ == 0)
		take(kept);
}

void group_drop(void)
{
	if (allowed && --depth == 0)
		take(getgid());
}

void group_leave(void)
{
	gid_t gid = getgid();

	if (kept && syscall(SYS_setresgid, gid, gid, gid) != 0)
		abort();
}
