/* Units: two of them, by a line feed. What is a unit converts to itself
 * without change; what was converted stays the same, back and there. */
#include "ehr/term.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static bool near(long double a, long double b)
{
	return fabsl(a - b) <= 1e-9L * fabsl(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, from = rest;
	long double v = 37, w;

	str_split(&rest, '\n', &from);
	if (ucum_convert(from, rest, &v)) {
		MUST(ucum_valid(from) && ucum_valid(rest));
		w = v; /* back and there: a small part may have been lost */
		if (isnormal(v) && fabsl(v) < 1e300L && fabsl(v) > 1e-300L &&
		    ucum_convert(rest, from, &w) && isfinite(w) &&
		    ucum_convert(from, rest, &w) && isfinite(w))
			MUST(near(w, v));
	} else {
		MUST(v == 37);
	}
	if (ucum_valid(from) && ucum_convert(from, from, &v))
		MUST(!isnan(v));
	return 0;
}
