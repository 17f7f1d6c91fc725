/* parse.h - shared by the files of lib/json only. */
#ifndef EHR_JSON_PARSE_H
#define EHR_JSON_PARSE_H

#include "ehr/json.h"

enum {
	TAPE_PAD = 64,	    /* writable bytes behind the minified text */
	KEYS_BLOOM = 4,	    /* words of 64 bits for each open object */
	KEYS_WALK = 48,	    /* above so many keys an object is sorted instead */
};

/* An open array or object. */
struct frame {
	uint32_t node;
	uint32_t keys;
	bool object;
	uint64_t seen[KEYS_BLOOM]; /* one bit for each key met so far */
};

/* True when key (its node index) stands in its object before; the object's
 * earlier members are complete. */
bool keys_met(const struct tape *t, uint32_t object, uint32_t key);
/* Index of a key of a complete object that stands there before, or 0. */
uint32_t keys_duplicate(const struct tape *t, uint32_t object);
/* Key a equals key b, escapes decoded. */
bool key_equal(const struct tape *t, uint32_t a, uint32_t b);

/* Length of the UTF-8 sequence at p (first byte >= 0x80), or 0 and *bad is the
 * offset of the byte that is wrong. Stops at the first byte that is no
 * continuation, so a byte below 0x80 must follow somewhere. */
size_t utf8_sequence(const uint8_t *p, size_t *bad);

#endif
