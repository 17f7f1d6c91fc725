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

/* What is no id of a segment is not repeated: it may be anything. */
static struct str plain_id(struct str id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (!(id.s[i] >= 'A' && id.s[i] <= 'Z') &&
		    !(id.s[i] >= '0' && id.s[i] <= '9'))
			return STR("?");
	return id;
}

void x12_tell(struct x12_check *k, const struct x12_fault *fault,
    const char *text)
{
	struct x12_fault f = *fault;
	char place[64];

	f.seg = plain_id(f.seg);
	if (k->on_fault)
		k->on_fault(k->on_fault_arg, &f);
	format_place(place, &f);
	diag_emit(k->sink, &(struct diag){ .id = f.id, .file = k->file,
	    .line = f.number ? f.number : k->number,
	    .path = *place ? place : NULL, .text = text });
}
