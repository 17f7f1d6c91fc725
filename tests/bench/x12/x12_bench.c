/*
 * x12_bench MB FILE...: speed of the reader against a loop that calls memchr
 * for each segment's end over the same bytes, and of the checks. The files are
 * repeated to so many megabytes. CPU time, median of the rounds, both sides in
 * turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ehr/x12.h"

enum { ROUNDS = 7 };

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void stop(const char *what)
{
	fprintf(stderr, "x12_bench: %s\n", what);
	exit(6);
}

/* All of them end their segments in the same way. */
static size_t floor_loop(struct str s)
{
	const char *p = s.s, *end = s.s + s.n;
	size_t n = 0;

	while ((p = memchr(p, '~', (size_t)(end - p))) != NULL) {
		n++;
		p++;
	}
	return n;
}

static void ignore(void *arg, const struct diag *d)
{
	(void)d;
	++*(size_t *)arg;
}

static size_t read_all(struct str s, bool check)
{
	size_t found = 0, n = 0;
	struct diag_sink sink = { .emit = ignore, .arg = &found };
	X12_CHECK_AUTO *k = x12_check_new("bench", &sink);
	X12_AUTO *x = NULL;
	struct x12_seg seg;
	struct ehr_err e;
	struct in *in;
	int rc;

	if (in_open_mem(&in, "bench", s) < 0)
		stop("no memory");
	x = x12_new(in);
	for (; (rc = x12_next(x, &seg, &e)) > 0; n++)
		if (check)
			x12_check_take(k, &seg, x12_sep(x));
	in_close(in);
	if (rc < 0)
		stop("an input is no X12");
	return n;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_size);
	return v[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO all = BUF_INIT;
	double bare[ROUNDS], ours[ROUNDS], checked[ROUNDS], t;
	struct ehr_err e;
	size_t n, m = 0;
	int i;

	if (argc < 3)
		stop("x12_bench MB FILE...");
	for (i = 2; i < argc; i++)
		if (in_all(argv[i], 64 << 20, &one, &e) < 0)
			stop(e.msg);
	while (all.len < strtoul(argv[1], NULL, 10) * 1000000)
		buf_addstr(&all, buf_str(&one));
	for (i = 0; i < ROUNDS; i++) {
		t = seconds();
		n = floor_loop(buf_str(&all));
		bare[i] = seconds() - t;
		t = seconds();
		m = read_all(buf_str(&all), false);
		ours[i] = seconds() - t;
		t = seconds();
		read_all(buf_str(&all), true);
		checked[i] = seconds() - t;
		if (n != m)
			stop("other numbers of segments");
	}
	printf("segments\t%zu\nbytes\t%zu\n", m, all.len);
	printf("floor_mb_s\t%.0f\n", (double)all.len / median(bare) / 1e6);
	printf("read_mb_s\t%.0f\n", (double)all.len / median(ours) / 1e6);
	printf("check_mb_s\t%.0f\n", (double)all.len / median(checked) / 1e6);
	printf("ratio\t%.3f\n", median(bare) / median(ours));
	return 0;
}
