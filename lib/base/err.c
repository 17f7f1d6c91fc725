/* Errors: a code and one line for the person, in the caller's storage. */
#include "ehr/base.h"

#include <errno.h>
#include <stdio.h>

/* The arguments may point into e->msg, so the text is made elsewhere. */
static void set_msg(struct ehr_err *e, const char *text)
{
	size_t n = strlen(text);

	if (n >= sizeof(e->msg))
		n = sizeof(e->msg) - 1;
	memcpy(e->msg, text, n);
	e->msg[n] = '\0';
}

int ehr_fail(struct ehr_err *e, int code, const char *fmt, ...)
{
	char text[MAX_LINE_ERR];
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_msg(e, text);
	e->code = code;
	return code;
}

int ehr_fail_errno(struct ehr_err *e, const char *fmt, ...)
{
	char text[MAX_LINE_ERR], reason[128];
	const char *why;
	int saved = errno;
	va_list ap;

	if (!e)
		return EHR_EIO;
	why = strerror_r(saved, reason, sizeof(reason));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(e->msg, sizeof(e->msg), "%.*s: %s",
	    (int)(sizeof(e->msg) - sizeof(reason)), text, why);
	e->code = EHR_EIO;
	errno = saved;
	return EHR_EIO;
}

int ehr_fail_prefix(struct ehr_err *e, const char *fmt, ...)
{
	char text[MAX_LINE_ERR];
	va_list ap;
	size_t n;

	if (!e)
		return EHR_EIO;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = strlen(text);
	snprintf(text + n, sizeof(text) - n, "%s", e->msg);
	set_msg(e, text);
	return e->code;
}
