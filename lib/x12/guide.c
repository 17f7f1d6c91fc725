/* guide.c - the tables of the guides. */
#include "guide.h"

#include "x12.tables.h"

/* 005010X222A1 is an erratum of 005010X222: one guide. */
static bool same_guide(const char *known, const char *id)
{
	size_t n = strlen(known);

	return strncmp(known, id, n) == 0 &&
	    (id[n] == '\0' || id[n] == 'A' || id[n] == 'E');
}

const struct x12_guide *x12_guide_find(const char *set, const char *id)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(x12_guides); i++)
		if (strcmp(x12_guides[i].set, set) == 0 &&
		    same_guide(x12_guides[i].id, id))
			return &x12_guides[i];
	return NULL;
}
