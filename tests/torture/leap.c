/*
 * leap.c - a clock for LD_PRELOAD: each look at it takes 25 ms. What is done
 * in pieces of so much time is done in the same pieces on every machine.
 */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static long looks;
	long ms;

	if (syscall(SYS_clock_gettime, id, ts) < 0)
		return -1;
	if (id != CLOCK_MONOTONIC)
		return 0;
	ms = ts->tv_nsec / 1000000 + 25 * ++looks;
	ts->tv_sec += ms / 1000;
	ts->tv_nsec = ts->tv_nsec % 1000000 + ms % 1000 * 1000000;
	return 0;
}
