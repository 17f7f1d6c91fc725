/* Slices: borrowed text. */
#include "ehr/base.h"

bool str_begins(struct str a, struct str prefix)
{
	return a.n >= prefix.n &&
	    (prefix.n == 0 || memcmp(a.s, prefix.s, prefix.n) == 0);
}

bool str_starts(struct str a, const char *prefix)
{
	return str_begins(a, str_of(prefix));
}

bool str_ends(struct str a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && (n == 0 || memcmp(a.s + a.n - n, suffix, n) == 0);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.s, b.s, n) : 0;

	if (c != 0)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_split(struct str *rest, char sep, struct str *part)
{
	const char *at;

	if (!rest->s)
		return false;
	at = rest->n ? memchr(rest->s, sep, rest->n) : NULL;
	if (!at) {
		*part = *rest;
		*rest = STR_NONE;
		return true;
	}
	*part = (struct str){ rest->s, (size_t)(at - rest->s) };
	rest->n -= part->n + 1;
	rest->s = at + 1;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str a)
{
	while (a.n > 0 && is_blank(a.s[0])) {
		a.s++;
		a.n--;
	}
	while (a.n > 0 && is_blank(a.s[a.n - 1]))
		a.n--;
	return a;
}

bool str_int(struct str a, int64_t *v)
{
	bool minus;
	int64_t sum = 0;
	size_t i;

	if (a.n == 0)
		return false;
	minus = a.s[0] == '-';
	i = minus;
	if (i == a.n)
		return false;
	for (; i < a.n; i++) {
		int digit = a.s[i] - '0';

		if (digit < 0 || digit > 9 ||
		    __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, digit, &sum))
			return false;
	}
	/* summed below zero, where one more value fits */
	if (!minus && __builtin_sub_overflow(0, sum, &sum))
		return false;
	*v = sum;
	return true;
}
