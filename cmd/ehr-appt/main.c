/* main.c - ehr-appt: its verbs. */
#include "appt.h"

static const struct cli_verb verbs[] = {
#include "book-verbs.def"
	{ 0 },
};
static const struct cli_tool tool = { "ehr-appt",
	"The schedule: who comes when, and what is free", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
