/* ack_code.c - codes of claim status. */
#include "claim/ack.h"

static const struct {
	const char *code;
	enum claim_event_kind kind;
} categories[] = {
#define X(code, kind) { code, CLAIM_EVENT_##kind },
#include "claim/ack-category.def"
#undef X
};

static const struct {
	int64_t code;
	const char *word;
} words[] = {
#define X(code, word) { code, word },
#include "claim/ack-status.def"
#undef X
};

enum claim_event_kind ack_category(struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(categories); i++)
		if (str_is(code, categories[i].code))
			return categories[i].kind;
	return CLAIM_EVENT_NOTED;
}

const char *ack_status_word(struct str code)
{
	int64_t n;

	for (size_t i = 0; str_int(code, &n) && i < ARRAY_LEN(words); i++)
		if (words[i].code == n)
			return words[i].word;
	return NULL;
}
