/*
 * slept.c - a clock for LD_PRELOAD: once the file that $EHR_TEST_SLEPT names is
 * there, the machine has slept an hour.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *ts)
{
	const char *slept = getenv("EHR_TEST_SLEPT");

	if (syscall(SYS_clock_gettime, id, ts) < 0)
		return -1;
	if (id == CLOCK_BOOTTIME && slept && access(slept, F_OK) == 0)
		ts->tv_sec += 3600;
	return 0;
}
