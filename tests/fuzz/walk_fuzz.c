/*
 * Walks: any bytes are safe and told as slices of them; of a text of a tape
 * every object is told as the tape tells it.
 */
#include <stdlib.h>

#include "../unit/walk_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void any_bytes(struct str text)
{
	static const char *const paths[] = { "a", "a.b", "a.b.c", "" };
	struct json_walk w = JSON_WALK(text);
	struct str key, value;
	size_t told = 0;
	int rc;

	while ((rc = json_walk_next(&w, &key, &value)) > 0) {
		MUST(key.s > text.s && str_end(key) < value.s);
		MUST(str_end(value) <= str_end(text));
		MUST((told += key.n + value.n) < text.n);
	}
	MUST(rc == 0 || rc == EHR_EREJECT);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		rc = json_walk_path(text, str_of(paths[i]), &value);
		MUST(rc == 1 || rc == 0 || rc == EHR_EREJECT);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape t = TAPE_INIT;
	struct tape_error bad;
	size_t checked = 0;
	/* An exact copy, so that reading beyond the end is found. */
	char *exact = xmalloc(size ? size : 1);

	memcpy(exact, data, size);
	any_bytes((struct str){ exact, size });
	if (tape_parse(&t, exact, size, &bad) == 0)
		MUST(walk_agrees(&t, &checked));
	tape_release(&t);
	free(exact);
	return 0;
}
