/* tell.c - a finding: in parts for who asked for that, and as a line. */
#include "check.h"

static char *put(char *to, const char *s, size_t n)
{
	if (n)
		memcpy(to, s, n);
	return to + n;
}

/* At least so many digits. */
static char *put_number(char *to, unsigned n, int digits)
{
	if (n >= 10 || digits > 1)
		to = put_number(to, n / 10, digits - 1);
	*to++ = (char)('0' + n % 10);
	return to;
}

/* "2300/CLM05-3". Files with a warning on each claim are common, so no
 * printf() here. */
static void format_place(char to[64], const struct x12_fault *f)
{
	size_t loop = f->loop ? strnlen(f->loop, 16) : 0;

	to = put(to, f->loop, loop);
	if (loop && f->seg.n)
		*to++ = '/';
	to = put(to, f->seg.s, f->seg.n < 8 ? f->seg.n : 8);
	if (f->at)
		to = put_number(to, f->at, 2);
	if (f->part) {
		*to++ = '-';
		to = put_number(to, f->part, 1);
	}
	*to = '\0';
}

void x12_tell(struct x12_check *k, const struct x12_fault *fault,
    const char *text)
{
	char place[64];

	if (k->on_fault)
		k->on_fault(k->on_fault_arg, fault);
	format_place(place, fault);
	diag_emit(k->sink, &(struct diag){ .id = fault->id, .file = k->file,
	    .line = fault->number ? fault->number : k->number,
	    .path = *place ? place : NULL, .text = text });
}
