/* walk_kit.h - json_walk_next() beside the tape of the same text. */
#ifndef WALK_KIT_H
#define WALK_KIT_H

#include "ehr/json.h"

/* Text of a value, of a string its quotes too. */
static struct str walk_text(const struct tape *t, uint32_t i)
{
	struct str s = tape_str(t, i);

	return tape_type(t, i) == TAPE_STRING ?
	    (struct str){ s.s - 1, s.n + 2 } : s;
}

/* Are the members of object i of t told alike? */
static bool walk_object(const struct tape *t, uint32_t i)
{
	struct str text = tape_str(t, i), key, value;
	struct json_walk w = JSON_WALK(text);

	tape_each_key(t, i, k) {
		int rc = json_walk_next(&w, &key, &value);

		if (t->node[k].escaped)
			return rc == EHR_EREJECT;
		if (rc != 1 || key.s != tape_str(t, k).s ||
		    !str_eq(key, tape_str(t, k)) ||
		    value.s != walk_text(t, k + 1).s ||
		    !str_eq(value, walk_text(t, k + 1)))
			return false;
	}
	return json_walk_next(&w, &key, &value) == 0;
}

/* Of every object of the text; *checked counts them. */
static bool walk_agrees(const struct tape *t, size_t *checked)
{
	for (uint32_t i = 0; i < t->count; i++)
		if (tape_type(t, i) == TAPE_OBJECT) {
			if (!walk_object(t, i))
				return false;
			++*checked;
		}
	return true;
}

#endif
