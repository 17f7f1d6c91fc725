/*
 * options_fuzz.c - the option parser over any words, parted by newlines.
 * Whatever comes: no crash, and a refusal has a message.
 */
#include "ehr/cli.h"
#include "fuzz.h"

enum { MAX_WORDS = 64 };

static int nop(struct cli *c, struct ehr_err *e)
{
	(void)c;
	(void)e;
	return EHR_OK;
}

static struct cli_list list;
static const char *text, *when;
static int64_t number;
static int choice;
static bool flag;

static const struct cli_opt opts[] = {
	{ "list", 'l', CLI_LIST, CLI_HIDE, "TEXT", "list", &list, 0, 0 },
	{ "text", 't', CLI_TEXT, CLI_HIDE, "TEXT", "text", &text, 0, 0 },
	{ "int", 'i', CLI_INT, 0, "N", "number", &number, -5, 5 },
	{ "choice", 'c', CLI_CHOICE, 0, "a|b", "choice", &choice, 0, 0 },
	{ "when", 'w', CLI_DATE, 0, "DATE", "date", &when, 0, 0 },
	{ NULL, 'x', CLI_FLAG, 0, NULL, "flag", &flag, 0, 0 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "a", "X", "A", ~0U, opts, 1, 3, true, nop },
	{ "a b", NULL, "A b", CLI_DB, opts, 0, -1, false, nop },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-fuzz", "Fuzz", verbs };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *argv[MAX_WORDS + 1] = { NULL }, *words = xmalloc(n + 1);
	struct ehr_err e = { 0, "" };
	struct cli c;
	int argc = 0, rc;
	size_t i;

	memcpy(words, data, n);
	words[n] = '\0';
	argv[argc++] = words;
	for (i = 0; i < n && argc < MAX_WORDS; i++)
		if (words[i] == '\n') {
			words[i] = '\0';
			argv[argc++] = words + i + 1;
		}
	rc = cli_parse(&c, &tool, argc, argv, &e);
	MUST(rc == EHR_OK || (rc == EHR_EUSAGE && e.msg[0]));
	MUST(rc != EHR_OK || c.action != CLI_RUN || c.verb);
	cli_release(&c);
	free(words);
	return 0;
}
