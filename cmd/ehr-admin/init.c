/* init.c - ehr-admin init: a new record. */
#include <unistd.h>

#include "admin.h"

static struct {
	const char *facility, *npi, *zone;
} init;

const struct cli_opt admin_init_opts[] = {
	{ "facility", 0, CLI_TEXT, 0, "NAME", "the practice's first place",
	    &init.facility, 0, 0 },
	{ "npi", 0, CLI_TEXT, 0, "N", "its National Provider Identifier",
	    &init.npi, 0, 0 },
	{ "tz", 0, CLI_TEXT, 0, "ZONE", "its time zone (default: UTC)",
	    &init.zone, 0, 0 },
	{ 0 },
};

static int set_up(struct access *a, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct store_facility f = {
		.name = str_of(init.facility),
		.npi = str_of(init.npi),
		.zone = str_of(init.zone ? init.zone : "UTC"),
	};
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc == 0 && init.facility)
		rc = store_facility_put(db, &f, e);
	if (rc >= 0)
		rc = admin_audit(a, "init", e);
	return rc < 0 ? rc : store_commit(db, e);
}

/* A file that came to be half only is taken away again. */
static void take_away(const char *path)
{
	static const char *const parts[] = { "", "-wal", "-shm", "-lock" };
	BUF_AUTO name = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		buf_reset(&name);
		buf_addf(&name, "%s%s", path, parts[i]);
		unlink(name.s);
	}
}

int admin_init(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int rc;

	if (init.facility == NULL && (init.npi || init.zone))
		return cli_usage(c, e, "--npi and --tz want --facility");
	if (init.npi && !store_npi_valid(str_of(init.npi)))
		return cli_usage(c, e, "--npi: ten digits with a right check "
		    "digit are wanted");
	if (init.zone && !store_zone_valid(str_of(init.zone)))
		return cli_usage(c, e, "--tz: not a zone of the tz database");
	rc = admin_open(c, &a, STORE_CREATE, e);
	if (rc < 0)
		return rc;
	rc = set_up(&a, e);
	if (rc < 0)
		take_away(store_path(record_store(a.r)));
	return rc;
}
