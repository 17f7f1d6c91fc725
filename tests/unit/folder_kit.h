/* folder_kit.h - a folder, and a process, of a test's own. */
#ifndef EHR_FOLDER_KIT_H
#define EHR_FOLDER_KIT_H

#include <dirent.h>
#include <sys/wait.h>

#include "test.h"

static char dir[64];

/* In memory where it can be: these tests sync thousands of times. */
static inline void kit_dir(void)
{
	snprintf(dir, sizeof(dir), "%s/ehr-test.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	CHECK(mkdtemp(dir) != NULL);
}

static inline const char *in_dir(const char *name)
{
	static char path[4][512];
	static unsigned at;

	at = (at + 1) % 4;
	snprintf(path[at], sizeof(path[at]), "%s/%s", dir, name);
	return path[at];
}

static inline void kit_clean(void)
{
	DIR *d = opendir(dir);

	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.')
			unlink(in_dir(f->d_name));
	if (d)
		closedir(d);
	rmdir(dir);
}

/* Runs fn in a process that ends without closing anything. */
static inline void in_child(void (*fn)(void *arg), void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (setjmp(test_end) == 0)
			fn(arg);
		else
			_exit(1);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(status, 0);
}

#endif
