/* init.c - ehr-admin init: a new record. */
#include <unistd.h>

#include "admin.h"

static struct {
	const char *facility, *npi, *zone;
	bool plain;
} init;

const struct cli_opt admin_init_opts[] = {
	{ "facility", 0, CLI_TEXT, 0, "NAME", "the practice's first place",
	    &init.facility, 0, 0 },
	{ "npi", 0, CLI_TEXT, 0, "N", "its National Provider Identifier",
	    &init.npi, 0, 0 },
	{ "tz", 0, CLI_TEXT, 0, "ZONE", "its time zone (default: UTC)",
	    &init.zone, 0, 0 },
	ADMIN_SECRET_OPTS,
	{ "plain", 0, CLI_FLAG, 0, NULL, "not encrypted", &init.plain, 0, 0 },
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

static int make(struct cli *c, const struct keyring *ring, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	int rc;

	opt.ring = ring;
	rc = access_open(&a, &opt, STORE_CREATE, e);
	if (rc < 0)
		return rc;
	rc = set_up(&a, e);
	if (rc < 0)
		take_away(store_path(record_store(a.r)));
	return rc;
}

/* The slot is on disk before anything is encrypted with its key. */
static int make_encrypted(struct cli *c, struct ehr_err *e)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	SLOT_AUTO n = { 0 };
	bool written = false;
	int rc;

	if (c->db && access(c->db, F_OK) == 0)
		return ehr_fail(e, EHR_EUSAGE, "%s: exists already", c->db);
	rc = admin_slots_find(c, &k, e);
	if (rc == 0)
		rc = admin_slots_refuse(&k, e);
	if (rc == 0)
		rc = admin_slots_fresh(c, &k, &n, e);
	if (rc == 0)
		rc = keys_write(k.path.s, &k.f, k.ring, true, e);
	written = rc == 0;
	if (rc == 0)
		rc = make(c, k.ring, e);
	if (rc < 0 && written)
		unlink(k.path.s);
	return admin_secret_end(&n, rc, e);
}

static int make_plain(struct cli *c, struct ehr_err *e)
{
	int rc = make(c, NULL, e);

	if (rc == 0 && init.plain)
		cli_warn(c, "the record is not encrypted: who can read its "
		    "file can read it all");
	return rc;
}

int admin_init(struct cli *c, struct ehr_err *e)
{
	int rc;

	if (init.plain && admin_secret_named())
		return cli_usage(c, e, "--plain has no key");
	if (init.facility == NULL && (init.npi || init.zone))
		return cli_usage(c, e, "--npi and --tz want --facility");
	if (init.npi && !store_npi_valid(str_of(init.npi)))
		return cli_usage(c, e, "--npi: ten digits with a right check "
		    "digit are wanted");
	if (init.zone) {
		rc = store_zone_check(str_of(init.zone), e);
		if (rc == EHR_EUSAGE)
			return cli_usage(c, e, "--tz: not a zone of the tz "
			    "database");
		if (rc < 0)
			return rc;
	}
	return admin_secret_named() ? make_encrypted(c, e) : make_plain(c, e);
}
