/* fhir_kit.h - texts read and what callbacks saw, for the tests of lib/fhir. */
#ifndef EHR_FHIR_KIT_H
#define EHR_FHIR_KIT_H

#include "ehr/fhir.h"
#include "test.h"

static struct tape tape;

/* In the texts here ' stands for " so that they can be read. */
static void swap(char *s, char from, char to)
{
	for (; (s = strchr(s, from)) != NULL; s++)
		*s = to;
}

static void parse(const char *s)
{
	static char text[4096];
	struct tape_error err;

	snprintf(text, sizeof(text), "%s", s);
	swap(text, '\'', '"');
	CHECK_INT(tape_parse(&tape, text, strlen(text), &err), 0);
}

/* Collects what a callback is given as text, one blank between. */
static char seen[4096];

static void see(const char *fmt, ...)
{
	size_t n = strlen(seen);
	va_list ap;

	if (n > 0)
		seen[n++] = ' ';
	va_start(ap, fmt);
	vsnprintf(seen + n, sizeof(seen) - n, fmt, ap);
	va_end(ap);
	swap(seen, '"', '\'');
}

#endif
