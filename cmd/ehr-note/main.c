/*
 * main.c - ehr-note: notes written, signed, amended; the table of verbs.
 */
#include "note.h"

const char *opt_type, *opt_encounter, *opt_template, *opt_title;
int64_t opt_from, opt_to;

static const struct cli_opt new_opt[] = {
	{ "type", 0, CLI_TEXT, 0, "TYPE",
	    "progress, consult, history, phone, letter, ... or SYSTEM|CODE",
	    &opt_type, 0, 0 },
	{ "encounter", 0, CLI_TEXT, 0, "ID", "the encounter it is about",
	    &opt_encounter, 0, 0 },
	{ "template", 0, CLI_TEXT, 0, "NAME",
	    "begin with soap, visit, phone or letter", &opt_template, 0, 0 },
	{ "title", 0, CLI_TEXT, CLI_HIDE, "TEXT", "title of the note",
	    &opt_title, 0, 0 },
	{ 0 },
};
static const struct cli_opt diff_opt[] = {
	{ "from", 0, CLI_INT, 0, "N", "version of the older text", &opt_from, 1,
	    INT64_MAX },
	{ "to", 0, CLI_INT, 0, "N", "version of the newer text", &opt_to, 1,
	    INT64_MAX },
	{ 0 },
};

#define CHANGE (CLI_WRITE & ~CLI_SOURCE)
static const struct cli_verb verbs[] = {
	{ "new", "PATIENT", "write a draft (editor, or standard input)", CHANGE,
	    new_opt, 1, 1, false, new_run },
	{ "list", "PATIENT", "list the notes of a patient",
	    CLI_DB | CLI_OUTPUT | CLI_REASON | CLI_GLASS, NULL, 1, 1, false,
	    list_run },
	{ "show", "NOTE", "show text, signatures and addenda",
	    CLI_DB | CLI_REASON | CLI_GLASS, NULL, 1, 1, false, show_run },
	{ "edit", "NOTE", "change a draft", CHANGE, NULL, 1, 1, false,
	    edit_run },
	{ "sign", "NOTE", "sign a draft: from then on it only grows", CHANGE,
	    NULL, 1, 1, false, sign_run },
	{ "amend", "NOTE", "replace a signed text; the former stays", CHANGE,
	    NULL, 1, 1, false, amend_run },
	{ "addendum", "NOTE", "add to a signed note", CHANGE, NULL, 1, 1, false,
	    addendum_run },
	{ "cosign", "NOTE", "sign what somebody else signed", CHANGE, NULL, 1,
	    1, false, cosign_run },
	{ "diff", "NOTE", "compare two versions of the text",
	    CLI_DB | CLI_REASON | CLI_GLASS, diff_opt, 1, 1, false, diff_run },
	{ 0 },
};

static const struct cli_tool tool = {
	"ehr-note",
	"write, sign and read notes",
	verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
