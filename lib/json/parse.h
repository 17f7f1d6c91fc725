/* parse.h - shared by the files of lib/json only. */
#ifndef EHR_JSON_PARSE_H
#define EHR_JSON_PARSE_H

#include "ehr/json.h"

enum {
	TAPE_PAD = 64,	    /* writable bytes behind the minified text */
	KEYS_BLOOM = 4,	    /* words of 64 bits for each open object */
	KEYS_WALK = 48,	    /* of more keys an object's are sorted instead */
};

/* An open array or object. */
struct frame {
	uint32_t node;
	uint32_t keys;		   /* above KEYS_WALK: to be sorted */
	bool object;
	uint64_t seen[KEYS_BLOOM]; /* one bit for each key met so far */
};

/* True when key (its node index) stands in its object before; it and the keys
 * before it have no escapes. */
bool keys_met(const struct tape *t, uint32_t object, uint32_t key);
/* Index of a key of a complete object that stands there before, or 0. */
uint32_t keys_duplicate(const struct tape *t, uint32_t object);

/* Length of the UTF-8 sequence at p (first byte >= 0x80), or 0 and *bad is the
 * offset of the byte that is wrong. Stops at the first byte that is no
 * continuation, so a byte below 0x80 must follow somewhere. */
size_t utf8_sequence(const uint8_t *p, size_t *bad);

#endif
