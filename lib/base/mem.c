/* Memory that is never NULL. */
#include "ehr/base.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Of several threads one ends the process, in one line; of one that comes by
 * again while it does, this is the end. */
void xnomem(void)
{
	static const char text[] = "ehr: out of memory\n";
	static atomic_flag ending = ATOMIC_FLAG_INIT;
	static _Thread_local bool mine;
	ssize_t n;

	if (mine)
		_exit(-EHR_EIO);
	mine = true;
	while (atomic_flag_test_and_set(&ending))
		pause();
	n = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)n;
	out_remove_temps();
	exit(-EHR_EIO);
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		xnomem();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		xnomem();
	return p;
}

void *xrealloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		xnomem();
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
	char *copy;

	n = strnlen(s, n);
	if (n == SIZE_MAX)
		xnomem();
	copy = xmalloc(n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}
