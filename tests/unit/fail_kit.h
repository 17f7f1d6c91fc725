/*
 * fail_kit.h - calls of our code into a library that fail, one after another.
 * The functions are replaced by ones of the test (FAILS) that count, and fail
 * at the call that is wanted; each try is a process of its own.
 */
#ifndef EHR_FAIL_KIT_H
#define EHR_FAIL_KIT_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "test.h"

static bool armed;
static int calls, fail_at; /* from 1; 0: none */

/* Calls of our own code alone: what a library calls within itself is its. */
extern char __executable_start, etext;
#define OURS_FAILS() fails(__builtin_return_address(0))

static bool fails(const void *from)
{
	const char *at = from;

	return armed && at >= &__executable_start && at < &etext &&
	    ++calls == fail_at;
}

/* FAILS(type of the result, what is failure, name, parameters, arguments) */
#define FAILS(type, bad, name, par, arg)                                      \
	type name par                                                         \
	{                                                                     \
		static type(*real) par;                                       \
		if (!real)                                                    \
			*(void **)&real = dlsym(RTLD_NEXT, #name);            \
		return OURS_FAILS() ? (bad) : real arg;                       \
	}

/* How a try ended: without a failure, with one that was told, or with one that
 * nobody noticed. */
enum { WELL = 0, ENDED = 6 /* as when memory ran out */, TOLD = 40,
	UNNOTICED = 41 };

/* op, which arms the failure and says whether all came out right, with call
 * number n failing. */
static int attempt(bool (*op)(void), int n)
{
	int status, null;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, STDERR_FILENO);
		fail_at = n;
		if (!op())
			exit(TOLD);
		exit(calls >= n ? UNNOTICED : WELL);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	if (!WIFEXITED(status))
		printf("call %d failed, signal %d\n", n, WTERMSIG(status));
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Every call of op: how many there are; told counts what does not end the
 * process, unnoticed what it went on in spite of. */
static int each_call(bool (*op)(void), int *told, int *unnoticed)
{
	int n = 1, how;

	*told = *unnoticed = 0;
	for (; (how = attempt(op, n)) != WELL; n++) {
		if (how != ENDED && how != TOLD && how != UNNOTICED)
			printf("call %d: exit %d\n", n, how);
		CHECK(how == ENDED || how == TOLD || how == UNNOTICED);
		*told += how == TOLD;
		*unnoticed += how == UNNOTICED;
		CHECK(n < 2000);
	}
	return n - 1;
}

#endif
