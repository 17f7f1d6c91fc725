/*
 * main.c - ehr-edit: clinical entries added, changed, ended; the table of
 * verbs and what they share.
 */
#include "edit.h"

const char *opt_json, *opt_draft, *opt_date;
int64_t opt_version;

#define JSON_OPT                                                       \
	{                                                              \
		"json", 0, CLI_TEXT, 0, "FILE",                        \
		    "the resource as FHIR JSON, - for standard input", \
		    &opt_json, 0, 0                                    \
	}
#define VERSION_OPT                                                            \
	{                                                                      \
		"if-version", 0, CLI_INT, 0, "N",                              \
		    "only when version N is the current one", &opt_version, 1, \
		    INT64_MAX                                                  \
	}

static const struct cli_opt add_opt[] = { JSON_OPT, { 0 } };
static const struct cli_opt edit_opt[] = {
	JSON_OPT,
	VERSION_OPT,
	{ "draft", 0, CLI_TEXT, 0, "FILE", "go on from a draft that was kept",
	    &opt_draft, 0, 0 },
	{ 0 },
};
static const struct cli_opt resolve_opt[] = {
	VERSION_OPT,
	{ "date", 0, CLI_DATE, CLI_HIDE, "DATE", "when it ended (now)",
	    &opt_date, 0, 0 },
	{ 0 },
};
static const struct cli_opt error_opt[] = { VERSION_OPT, { 0 } };

static const struct cli_verb verbs[] = {
	{ "add", "KIND PATIENT [key=value...|-]",
	    "add an entry to a patient's chart", CLI_WRITE, add_opt, 2, -1,
	    true, add_run },
	{ "edit", "TYPE/ID [key=value...|-]", "change an entry",
	    CLI_WRITE & ~CLI_SOURCE, edit_opt, 1, -1, true, edit_run },
	{ "resolve", "TYPE/ID", "end a problem, medication, allergy or plan",
	    CLI_WRITE & ~CLI_SOURCE, resolve_opt, 1, 1, false, resolve_run },
	{ "enter-in-error", "TYPE/ID", "mark an entry that never was true",
	    CLI_WRITE & ~CLI_SOURCE, error_opt, 1, 1, false, error_run },
	{ 0 },
};

static const struct cli_tool tool = {
	"ehr-edit",
	"add and change clinical entries",
	verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
