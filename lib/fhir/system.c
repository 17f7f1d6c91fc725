/* system.c - code systems by the names people type. */
#include "ehr/fhir.h"

static const struct system {
	const char *word, *uri;
} systems[] = {
#define S(name, word, uri) { word, uri },
#include "fhir/data/systems.def"
#undef S
};

struct str fhir_system(struct str word)
{
	if (word.n && memchr(word.s, ':', word.n))
		return word;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		if (str_is(word, systems[i].word))
			return str_of(systems[i].uri);
	return STR_NONE;
}
