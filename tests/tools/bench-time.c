/*
 * bench-time [-n N] [-x CODE] COMMAND [ARG...] - runs it N times (1), output
 * thrown away, and prints the median of the seconds, the peak memory in KiB and
 * the seconds of CPU time of one run, on average. A run that does not exit
 * with CODE (0) ends all with exit 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void run(char **argv)
{
	int fd = open("/dev/null", O_WRONLY);

	if (fd >= 0)
		dup2(fd, STDOUT_FILENO);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* Seconds of one run, or -1. */
static double once(char **argv, int code)
{
	double start = now();
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run(argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	start = now() - start;
	if (WIFEXITED(status) && WEXITSTATUS(status) == code)
		return start;
	fprintf(stderr, "bench-time: %s: %s %d\n", argv[0],
	    WIFEXITED(status) ? "exit" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return -1;
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	double took[1000];
	struct rusage ru;
	int n = 1;
	int code = 0;
	int opt;

	while ((opt = getopt(argc, argv, "+n:x:")) != -1) {
		if (opt == 'n')
			n = atoi(optarg);
		else if (opt == 'x')
			code = atoi(optarg);
		else
			return 2;
	}
	if (optind == argc || n < 1 || n > 1000)
		return 2;
	for (int i = 0; i < n; i++) {
		took[i] = once(argv + optind, code);
		if (took[i] < 0)
			return 1;
	}
	qsort(took, (size_t)n, sizeof(took[0]), cmp);
	getrusage(RUSAGE_CHILDREN, &ru);
	printf("%.6f %ld %.6f\n", took[n / 2], ru.ru_maxrss,
	    (seconds(ru.ru_utime) + seconds(ru.ru_stime)) / n);
	return 0;
}
