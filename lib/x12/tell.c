/* tell.c - a finding: in parts for who asked for that, and as a line. */
#include "check.h"

#include <stdio.h>

/* "2300/CLM05-3" */
static void format_place(char *to, size_t size, const struct x12_fault *f)
{
	int n = 0;

	to[0] = '\0';
	if (f->loop && *f->loop)
		n = snprintf(to, size, "%s%s", f->loop, f->seg.n ? "/" : "");
	n += snprintf(to + n, size - (size_t)n, "%.*s",
	    (int)(f->seg.n < 8 ? f->seg.n : 8), f->seg.n ? f->seg.s : "");
	if (f->at)
		n += snprintf(to + n, size - (size_t)n, "%02u", f->at);
	if (f->part)
		snprintf(to + n, size - (size_t)n, "-%u", f->part);
}

void x12_tell(struct x12_check *k, const struct x12_fault *fault,
    const char *text)
{
	char place[64];

	if (k->on_fault)
		k->on_fault(k->on_fault_arg, fault);
	format_place(place, sizeof(place), fault);
	diag_emit(k->sink, &(struct diag){ .id = fault->id, .file = k->file,
	    .line = fault->number ? fault->number : k->number,
	    .path = *place ? place : NULL, .text = text });
}
