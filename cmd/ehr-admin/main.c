/* main.c - ehr-admin: its verbs. */
#include "admin.h"

int admin_audit(struct access *a, const char *scope, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct audit_event ev = {
		.tool = a->opt.tool,
		.action = AUDIT_CONFIG,
		.purpose = a->opt.reason,
		.scope = scope,
	};
	bool own = !store_in_txn(db);
	int rc = own ? store_begin(db, STORE_SHORT, e) : 0;

	if (rc == 0)
		rc = audit_append(db, &ev, NULL, 0, NULL, e);
	if (own && rc == 0)
		rc = store_commit(db, e);
	else if (own)
		store_rollback(db);
	return rc;
}

static const struct cli_verb verbs[] = {
	{ "init", NULL, "Make a new, empty record", CLI_DB | CLI_REASON,
	    admin_init_opts, 0, 0, false, admin_init },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-admin",
	"Set up and look after a practice's record", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
