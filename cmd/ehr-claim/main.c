/* main.c - ehr-claim: its verbs. */
#include "claim.h"
#include "ehr/desk.h"

static const struct cli_opt ack_opts[] = {
	{ "control", 0, CLI_INT, 0, "N",
	    "control number of the first answer (default 1)", &x12_control,
	    1, 999999999 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
#include "x12-verbs.def"
#include "fees-verbs.def"
#include "status-verbs.def"
#include "charge-verbs.def"
#include "setup-verbs.def"
#include "ledger-verbs.def"
#include "codes-verbs.def"
#include "build-verbs.def"
#include "scrub-verbs.def"
	{ 0 },
};
static const struct cli_tool tool = { "ehr-claim",
	"Claims, from the visit to the payment", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
