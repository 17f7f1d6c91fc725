/*
 * main.c - ehr-patient: who the patients are: registered, corrected, found
 * to be the same; the table of verbs and what they share.
 */
#include "patient.h"

const char *opt_json, *opt_draft;
int64_t opt_version, opt_min = IDENTITY_MIN;

#define JSON_OPT                                                      \
	{                                                             \
		"json", 0, CLI_TEXT, 0, "FILE",                       \
		    "the Patient as FHIR JSON, - for standard input", \
		    &opt_json, 0, 0                                   \
	}

static const struct cli_opt new_opt[] = { JSON_OPT, { 0 } };
static const struct cli_opt edit_opt[] = {
	JSON_OPT,
	{ "if-version", 0, CLI_INT, 0, "N",
	    "only when version N is the current one", &opt_version, 1,
	    INT64_MAX },
	{ "draft", 0, CLI_TEXT, 0, "FILE", "go on from a draft that was kept",
	    &opt_draft, 0, 0 },
	{ 0 },
};

static const struct cli_opt duplicates_opt[] = {
	{ "min", 0, CLI_INT, 0, "SCORE", "only pairs of that score (75)",
	    &opt_min, 1, 100 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "new", "[key=value...|-]", "register a patient",
	    CLI_WRITE | CLI_FORCE, new_opt, 0, -1, true, new_run },
	{ "edit", "PATIENT [key=value...|-]", "change who a patient is",
	    CLI_WRITE & ~CLI_SOURCE, edit_opt, 1, -1, true, edit_run },
	{ "merge", "A B", "put B's chart into A's (-n: show the plan)",
	    (CLI_WRITE | CLI_FORMAT | CLI_HEADER) & ~CLI_SOURCE, NULL, 2, 2,
	    false, merge_run },
	{ "unmerge", "A|BATCH", "take the last merge into A back",
	    CLI_WRITE & ~CLI_SOURCE, NULL, 1, 1, false, unmerge_run },
	{ "duplicates", NULL, "list pairs that may be one person",
	    CLI_DB | CLI_OUTPUT | CLI_REASON, duplicates_opt, 0, 0, false,
	    duplicates_run },
	{ 0 },
};

static const struct cli_tool tool = {
	"ehr-patient",
	"register, correct and merge patients",
	verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
