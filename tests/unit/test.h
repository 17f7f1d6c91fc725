/*
 * test.h - the whole of our unit test framework.
 *
 *	TEST(decimal_keeps_digits)
 *	{
 *		CHECK_INT(decimal_parse(STR("1.10"), &d), true);
 *	}
 *
 * One program per file, run from the top of the checkout. A failed check
 * ends its test, not the program. SKIP("why") ends a test that cannot run
 * here; it is counted and named. The last line is what `make check` sums up.
 * Arguments are the names of the tests to run (default: all).
 */
#ifndef EHR_TEST_H
#define EHR_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test {
	const char *name;
	void (*fn)(void);
	struct test *next;
};

static struct test *test_first, **test_last = &test_first;
static jmp_buf test_end;
enum { TEST_FAILED = 1, TEST_SKIPPED };

#define TEST(fname)                                                           \
	static void test_##fname(void);                                       \
	__attribute__((constructor)) static void test_add_##fname(void)       \
	{                                                                     \
		static struct test t = { #fname, test_##fname, NULL };        \
		*test_last = &t;                                              \
		test_last = &t.next;                                          \
	}                                                                     \
	static void test_##fname(void)

#define CHECK(cond)                                                           \
	do {                                                                  \
		if (!(cond)) {                                                \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);     \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

/* Integers: what was found, what it should be. */
#define CHECK_INT(got, want)                                                  \
	test_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))

/* Strings, NULL allowed. */
#define CHECK_STR(got, want)                                                  \
	test_str(__FILE__, __LINE__, #got, (got), (want))

/* n bytes at got against a terminated string. */
#define CHECK_MEM(got, n, want)                                               \
	test_mem(__FILE__, __LINE__, #got, (got), (n), (want))

#define SKIP(why)                                                             \
	do {                                                                  \
		printf("skip: %s\n", (why));                                  \
		longjmp(test_end, TEST_SKIPPED);                              \
	} while (0)

__attribute__((unused)) static void test_int(const char *file, int line,
    const char *what, long long got, long long want)
{
	if (got == want)
		return;
	printf("%s:%d: %s is %lld, not %lld\n", file, line, what, got, want);
	longjmp(test_end, TEST_FAILED);
}

__attribute__((unused)) static void test_mem(const char *file, int line,
    const char *what, const char *got, size_t n, const char *want)
{
	if (n == strlen(want) && (n == 0 || memcmp(got, want, n) == 0))
		return;
	printf("%s:%d: %s is \"%.*s\", not \"%s\"\n", file, line, what, (int)n,
	    n ? got : "", want);
	longjmp(test_end, TEST_FAILED);
}

__attribute__((unused)) static void test_str(const char *file, int line,
    const char *what, const char *got, const char *want)
{
	if (got == want || (got && want && strcmp(got, want) == 0))
		return;
	printf("%s:%d: %s is \"%s\", not \"%s\"\n", file, line, what,
	    got ? got : "(null)", want ? want : "(null)");
	longjmp(test_end, TEST_FAILED);
}

/* Folder with the public sample data ($EHR_DATA, else beside the checkout);
 * skips the test when there is none. */
__attribute__((unused)) static const char *test_data(void)
{
	const char *dir = getenv("EHR_DATA");

	if (!dir || !*dir)
		dir = "../shared/data";
	if (access(dir, R_OK | X_OK) != 0)
		SKIP("no EHR_DATA");
	return dir;
}

static int test_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return argc == 1;
}

int main(int argc, char **argv)
{
	const struct test *volatile t;
	volatile int count[3] = { 0, 0, 0 };
	int result;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (t = test_first; t; t = t->next) {
		if (!test_wanted(t->name, argc, argv))
			continue;
		result = setjmp(test_end);
		if (result == 0)
			t->fn();
		count[result]++;
		if (result == TEST_FAILED)
			printf("FAILED %s\n", t->name);
		else if (result == TEST_SKIPPED)
			printf("skipped %s\n", t->name);
	}
	printf("%d passed, %d failed, %d skipped\n", count[0],
	    count[TEST_FAILED], count[TEST_SKIPPED]);
	return count[TEST_FAILED] > 0 || count[0] + count[TEST_SKIPPED] == 0;
}

#endif
