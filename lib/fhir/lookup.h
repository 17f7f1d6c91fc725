/* lookup.h - hash tables that scripts/gen-fhir laid out at build time. */
#ifndef EHR_FHIR_LOOKUP_H
#define EHR_FHIR_LOOKUP_H

#include "ehr/base.h"

/* Hash of a key in a context (class or node). Looks at five places of the
 * key only; the reader of the slot compares all of it. */
static inline uint32_t lookup_hash(uint32_t ctx, struct str key)
{
	const unsigned char *s = (const unsigned char *)key.s;
	uint32_t h;

	if (key.n == 0)
		return 0;
	h = s[0] | (uint32_t)s[key.n - 1] << 8 |
	    (uint32_t)s[key.n / 2] << 16 | (uint32_t)s[key.n / 4] << 24;
	h += (uint32_t)key.n * 0x9E3779B1u + ctx * 0x85EBCA6Bu;
	h ^= h >> 15;
	h *= 0x2C1B3C6Du;
	return h ^ h >> 13;
}

#endif
