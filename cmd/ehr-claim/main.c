/* main.c - ehr-claim: its verbs. */
#include "claim.h"

static const struct cli_verb verbs[] = {
	{ "x12 check", "[FILE...]", "Find what is wrong in X12 files",
	    CLI_OUTPUT, NULL, 0, -1, false, x12_check },
	{ "x12 show", "[FILE...]", "Show segments, each with its loop",
	    CLI_OUTPUT, NULL, 0, -1, false, x12_show },
	{ "x12 get", "PLACE [FILE...]",
	    "Print values: CLP.01, 2400/SV1.01-2",
	    CLI_OUTPUT, NULL, 1, -1, false, x12_get },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-claim",
	"Claims, from the visit to the payment", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
