/* main.c - ehr-mips: quality measures. */
#include "mips.h"

struct eval_opts eval_opts;

static const struct cli_opt eval_table[] = {
	{ "measure", 'm', CLI_LIST, CLI_REQUIRED, "PKG",
	    "a measure's package: a file (may be repeated)",
	    &eval_opts.measures, 0, 0 },
	{ "valuesets", 0, CLI_LIST, 0, "FILE",
	    "value sets that complete the package's (may be repeated)",
	    &eval_opts.valuesets, 0, 0 },
	{ "period", 0, CLI_TEXT, 0, "P",
	    "2026, 2026-Q1, FROM..TO (the measure's own)",
	    &eval_opts.period, 0, 0 },
	{ "zone", 0, CLI_TEXT, 0, "OFFSET",
	    "of times without one, as -05:00 (+00:00)",
	    &eval_opts.zone, 0, 0 },
	{ "profiles", 0, CLI_CHOICE, 0, "auto|strict|infer",
	    "how resources match the profiles asked for",
	    &eval_opts.profiles, QUALITY_AUTO, 0 },
	{ "by-patient", 0, CLI_FLAG, 0, NULL, "a row for each patient",
	    &eval_opts.by_patient, 0, 0 },
	{ "episodes", 0, CLI_FLAG, 0, NULL,
	    "the episodes of each patient too (-o ndjson)",
	    &eval_opts.episodes, 0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &eval_opts.jobs, 1,
	    64 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "eval", "[FILE...|-]", "who is in which population of a measure",
	    CLI_DB | CLI_OUTPUT | CLI_REASON | CLI_TEST, eval_table, 0, -1,
	    false, eval },
	{ 0 },
};

static const struct cli_tool tool = { "ehr-mips",
	"quality measures of MIPS, run as CMS publishes them", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
