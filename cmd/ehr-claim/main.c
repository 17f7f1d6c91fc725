/* main.c - ehr-claim: its verbs. */
#include "claim.h"

static const struct cli_opt ack_opts[] = {
	{ "control", 0, CLI_INT, 0, "N",
	    "control number of the first answer (default 1)", &x12_control,
	    1, 999999999 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "x12 check", "[FILE...]", "Find what is wrong in X12 files",
	    CLI_OUTPUT, NULL, 0, -1, false, x12_check },
	{ "x12 show", "[FILE...]", "Show segments, each with its loop",
	    CLI_OUTPUT, NULL, 0, -1, false, x12_show },
	{ "x12 get", "PLACE [FILE...]",
	    "Print values: CLP.01, 2400/SV1.01-2",
	    CLI_OUTPUT, NULL, 1, -1, false, x12_get },
	{ "x12 ack", "[FILE]", "Write the 999 and TA1 that answer a file",
	    CLI_PLACE | CLI_FORCE, ack_opts, 0, 1, false, x12_ack },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-claim",
	"Claims, from the visit to the payment", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
