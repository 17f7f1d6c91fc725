/* main.c - ehr-admin: its verbs. */
#include "admin.h"

int admin_open(struct cli *c, struct access *a, enum store_mode mode,
    struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, mode, e);

	if (rc == 0 && c->dry_run)
		store_dry_run(record_store(a->r));
	return rc;
}

int admin_audit(struct access *a, const char *scope, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct audit_event ev = access_event(a, AUDIT_CONFIG, scope);
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

int admin_end(struct access *a, int changed, const char *scope,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	int rc = changed;

	if (changed > 0)
		rc = admin_audit(a, scope, e);
	if (changed > 0 && rc == 0)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

int admin_list(struct cli *c, const struct print_col *cols, size_t n,
    int (*rows)(struct admin_listing *l), struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct admin_listing l = { .e = e };
	int rc = admin_open(c, &a, STORE_READ, e);

	l.r = a.r;
	if (rc == 0)
		rc = print_open(&l.p, c, cols, n, e);
	if (rc == 0)
		rc = rows(&l);
	return print_close(l.p, rc, e);
}

enum {
	READS = CLI_DB | CLI_OUTPUT,
	WRITES = CLI_DB | CLI_DRY_RUN | CLI_REASON,
};

static const struct cli_verb verbs[] = {
	{ "init", NULL, "Make a new, empty record", CLI_DB | CLI_REASON,
	    admin_init_opts, 0, 0, false, admin_init },
	{ "encrypt", NULL, "Encrypt a plain record", WRITES,
	    admin_encrypt_opts, 0, 0, false, admin_encrypt },
	{ "key add", NULL, "Add a slot that opens the record", WRITES,
	    admin_secret_opts, 0, 0, false, admin_key_add },
	{ "key list", NULL, "List the slots", READS, NULL, 0, 0, false,
	    admin_key_list },
	{ "key recover", NULL, "Open by recovery code, make a new slot",
	    WRITES, admin_secret_opts, 0, 0, false, admin_key_recover },
	{ "key remove", "SLOT", "Take a slot away", WRITES, NULL, 1, 1, false,
	    admin_key_remove },
	{ "key rotate", NULL, "Change the data key of the record", WRITES,
	    admin_rotate_opts, 0, 0, false, admin_key_rotate },
	{ "config get", "KEY", "Print a setting", CLI_DB, NULL, 1, 1, false,
	    admin_config_get },
	{ "config set", "KEY VALUE", "Set a setting", WRITES, NULL, 2, 2,
	    false, admin_config_set },
	{ "config unset", "KEY", "Take a setting away", WRITES, NULL, 1, 1,
	    false, admin_config_unset },
	{ "config list", NULL, "List the settings", READS, NULL, 0, 0, false,
	    admin_config_list },
	{ "facility add", "NAME", "Add or change a place of the practice",
	    WRITES, admin_facility_opts, 1, 1, false, admin_facility_add },
	{ "facility place", "FACILITY LOCATION",
	    "Say that a Location belongs to a place of the practice", WRITES,
	    NULL, 2, 2, false, admin_facility_place },
	{ "facility unplace", "LOCATION", "Take that back", WRITES, NULL, 1, 1,
	    false, admin_facility_unplace },
	{ "facility places", NULL, "List which Location belongs where", READS,
	    NULL, 0, 0, false, admin_facility_places },
	{ "facility list", NULL, "List the places", READS, NULL, 0, 0, false,
	    admin_facility_list },
	{ "staff add", "USER", "Add or change a member of staff",
	    WRITES | CLI_UNTIL,
	    admin_staff_opts, 1, 1, false, admin_staff_add },
	{ "staff list", NULL, "List the staff", READS, NULL, 0, 0, false,
	    admin_staff_list },
	{ "staff totp", "enroll|remove|test|unlock USER",
	    "One-time codes of a member", WRITES, NULL, 2, 2, false,
	    admin_totp },
	{ "guard on", NULL, "Give the record and the tools to group ehr",
	    WRITES, NULL, 0, 0, false, admin_guard_on },
	{ "guard off", NULL, "Give them back to root", WRITES,
	    NULL, 0, 0, false, admin_guard_off },
	{ "guard status", NULL, "What guarded mode takes, and whether it is so",
	    READS, NULL, 0, 0, false, admin_guard_status },
	{ "sensitive add", "PATIENT|TYPE/ID",
	    "Make a chart or an entry take a reason to see", WRITES,
	    admin_sensitive_opts, 1, 1, false, admin_sensitive_add },
	{ "sensitive remove", "PATIENT|TYPE/ID", "Take it off the list",
	    WRITES, admin_sensitive_remove_opts, 1, 1, false,
	    admin_sensitive_remove },
	{ "sensitive list", NULL, "List what takes a reason to see", READS,
	    NULL, 0, 0, false, admin_sensitive_list },
	{ "check", NULL, "Look for damage: file, record, audit log", CLI_DB,
	    admin_check_opts, 0, 0, false, admin_check },
	{ "reindex", NULL, "Make the search index anew", WRITES, NULL, 0, 0,
	    false, admin_reindex },
	{ "optimize", NULL, "Pack the bodies of resources", WRITES | CLI_OUTPUT,
	    admin_optimize_opts, 0, 0, false, admin_optimize },
	{ "vacuum", NULL, "Give unused space back", CLI_DB | CLI_REASON, NULL,
	    0, 0, false, admin_vacuum },
	{ "hold add", "PATIENT", "Keep a chart from being purged", WRITES,
	    NULL, 1, 1, true, admin_hold_add },
	{ "hold list", "[PATIENT]", "List such holds", READS | CLI_REASON,
	    admin_hold_opts, 0, 1, true, admin_hold_list },
	{ "hold remove", "PATIENT", "Lift the holds of a chart", WRITES, NULL,
	    1, 1, true, admin_hold_remove },
	{ "purge", "PATIENT", "Remove a chart for good", WRITES | CLI_OUTPUT,
	    admin_purge_opts, 1, 1, true, admin_purge },
	{ "purge list", NULL, "List what was purged", READS, NULL, 0, 0,
	    false, admin_purge_list },
	{ "register add", "KIND WHAT", "Enter something into a register",
	    WRITES | CLI_TODAY, admin_register_add_opts, 2, 2, false,
	    admin_register_add },
	{ "register list", "[KIND]", "List the open entries", READS,
	    admin_register_list_opts, 0, 1, false, admin_register_list },
	{ "register close", "ID", "End an entry", WRITES,
	    admin_register_close_opts, 1, 1, false, admin_register_close },
	{ "phi", NULL, "Would a loss be one of unsecured data?", READS,
	    admin_phi_opts, 0, 0, false, admin_phi },
	{ "risk", NULL, "The Security Rule, item by item", READS, NULL, 0, 0,
	    false, admin_risk },
	{ "risk attest", "ITEM", "Say that an item holds", WRITES,
	    admin_attest_opts, 1, 1, false, admin_attest },
	{ "backup", "FOLDER", "Make a backup while others work", WRITES,
	    admin_backup_opts, 1, 1, false, admin_backup },
	{ "backup list", "FOLDER", "List the backups of a folder",
	    CLI_OUTPUT, NULL, 1, 1, false, admin_backup_list },
	{ "backup verify", "FOLDER [ID]", "Restore one and look at it",
	    0, admin_verify_opts, 1, 2, false, admin_backup_verify },
	{ "backup prune", "FOLDER", "Remove the old ones", CLI_DRY_RUN,
	    admin_prune_opts, 1, 1, false, admin_backup_prune },
	{ "backup destroy", "FOLDER ID",
	    "Remove one, and what builds on it", CLI_DRY_RUN, NULL, 2, 2,
	    false, admin_backup_destroy },
	{ "restore", "FOLDER", "Make a record of a backup",
	    CLI_DB | CLI_FORCE, admin_restore_opts, 1, 1, false,
	    admin_restore },
	{ "health", NULL, "Sizes, counts and what needs attention", READS,
	    admin_health_opts, 0, 0, false, admin_health },
	{ "version", NULL, "Versions of this toolkit, its libraries and "
	    "the record", READS, NULL, 0, 0, false, admin_version },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-admin",
	"Set up and look after a practice's record", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
