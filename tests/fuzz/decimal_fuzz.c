/* Decimals: the input is one number, or two with a blank between. */
#include "ehr/base.h"
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>

/* Written and read again it is the same, digit by digit. */
static void same_again(const struct decimal *d)
{
	struct buf b = BUF_INIT;
	struct decimal again;

	decimal_format(&b, d);
	MUST(decimal_parse(buf_str(&b), &again));
	MUST(again.coef == d->coef && again.exp == d->exp);
	MUST(decimal_cmp(d, &again) == 0);
	buf_release(&b);
}

/* The C library reads the same text to the same double. */
static void same_double(struct str s, const struct decimal *d)
{
	char *text = xstrndup(s.s, s.n);
	double want = strtod(text, NULL);

	MUST(decimal_double(d) == want);
	free(text);
}

static void two(const struct decimal *a, const struct decimal *b)
{
	struct decimal r, back, minus = { -b->coef, b->exp };
	int c = decimal_cmp(a, b);
	double x = decimal_double(a), y = decimal_double(b);

	MUST(decimal_cmp(b, a) == -c);
	if (isfinite(x) && isfinite(y) && x != y)
		MUST(c == (x > y) - (x < y));
	if (decimal_add(a, b, &r)) {
		same_again(&r);
		MUST(decimal_cmp(&r, a) == (b->coef > 0) - (b->coef < 0));
		if (decimal_add(&r, &minus, &back))
			MUST(decimal_cmp(&back, a) == 0);
	}
	if (decimal_mul(a, b, &r)) {
		same_again(&r);
		MUST(decimal_mul(b, a, &back));
		MUST(back.coef == r.coef && back.exp == r.exp);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, part;
	struct decimal a, b;

	if (size == 0 || !str_split(&rest, ' ', &part) ||
	    !decimal_parse(part, &a))
		return 0;
	same_again(&a);
	same_double(part, &a);
	if (decimal_parse(rest, &b))
		two(&a, &b);
	return 0;
}
