/* main.c - ehr-remind: its verbs. */
#include "ehr/desk.h"
#include "remind.h"

static int rules_load(struct cli *c, struct ehr_err *e)
{
	return desk_setup_load(c, &notify_rules, e);
}

static int rules_diff(struct cli *c, struct ehr_err *e)
{
	return desk_setup_diff(c, &notify_rules, e);
}

static int rules_check(struct cli *c, struct ehr_err *e)
{
	return desk_setup_check(c, &notify_rules, e);
}

static int rules_dump(struct cli *c, struct ehr_err *e)
{
	return desk_setup_dump(c, &notify_rules, e);
}

static int rules_fields(struct cli *c, struct ehr_err *e)
{
	return desk_setup_fields(c, &notify_rules, e);
}

static const struct cli_verb verbs[] = {
#include "verbs.def"
	{ 0 },
};
static const struct cli_tool tool = { "ehr-remind",
	"Reminders: their rules, and what is due", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
