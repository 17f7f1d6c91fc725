/* name.c - CLM01. */
#include <inttypes.h>
#include <stdio.h>

#include "ehr/claim.h"

void claim_name(char to[CLAIM_NAME_MAX + 1], int64_t claim, int64_t nth)
{
	snprintf(to, CLAIM_NAME_MAX + 1, "%" PRId64 "S%" PRId64, claim, nth);
}

int64_t claim_named(struct str name, int64_t *nth)
{
	struct str claim;
	int64_t id, n;

	name = str_trim(name);
	if (name.n > CLAIM_NAME_MAX || !str_split(&name, 'S', &claim) ||
	    !str_int(claim, &id) || !str_int(name, &n) || id < 1 || n < 1)
		return 0;
	if (nth)
		*nth = n;
	return id;
}
