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
		rc = admin_owner(a, e);
	if (rc >= 0)
		rc = admin_audit(a, init.plain ? "init:plain" :
		    "init:encrypted", e);
	return rc < 0 ? rc : store_commit(db, e);
}

/* A record that is made: under another name first, so that a call that was
 * cut off leaves nothing in its place. */
struct making {
	struct cli *c;
	const char *temp;
	bool left;	/* of such a call: a slot file is then its as well */
	bool has_slots; /* ours */
	struct ehr_err *e;
};

static int make(struct making *m, const struct keyring *ring)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(m->c);
	int rc;

	opt.db = m->temp;
	opt.ring = ring;
	rc = access_open(&a, &opt, STORE_CREATE, m->e);
	if (rc == 0)
		rc = set_up(&a, m->e);
	return rc < 0 ? rc : store_flush(record_store(a.r), m->e);
}

/* The slot is on disk, and its code told, before the record is there. */
static int make_sealed(struct making *m, struct admin_slots *k)
{
	SLOT_AUTO n = { 0 };
	const char *made;
	int rc = admin_slots_fresh(m->c, k, &n, " or --plain", m->e);

	if (rc == 0)
		rc = make(m, k->ring);
	if (rc == 0) {
		rc = keys_write(k->path.s, &k->f, k->ring, !m->left, m->e);
		m->has_slots = m->left || rc == 0;
	}
	made = n.made;
	rc = admin_secret_end(&n, rc, m->e);
	if (rc == 0) {
		rc = admin_put(m->temp, m->c->db, m->e);
		if (rc < 0 && made)
			unlink(made);
	}
	if (rc < 0 && m->has_slots)
		unlink(k->path.s);
	return rc;
}

static int make_encrypted(struct making *m)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	int rc = admin_slots_find(m->c, &k, m->e);

	if (rc == 0 && !m->left)
		rc = admin_slots_refuse(&k, m->e);
	return rc < 0 ? rc : make_sealed(m, &k);
}

static int make_plain(struct making *m)
{
	int rc = make(m, NULL);

	if (rc == 0)
		rc = admin_put(m->temp, m->c->db, m->e);
	if (rc == 0)
		cli_warn(m->c, "the record is not encrypted: who can read its "
		    "file can read it all");
	return rc;
}

static int make_record(struct cli *c, struct ehr_err *e)
{
	EHR_CLEANUP(keys_unlock_file) int lock = -1;
	BUF_AUTO temp = BUF_INIT;
	struct making m = { .c = c, .e = e };
	int rc;

	if (c->db == NULL)
		return ehr_fail(e, EHR_EUSAGE,
		    "which record? (-d FILE or EHR_DB)");
	if (access(c->db, F_OK) == 0)
		return ehr_fail(e, EHR_EUSAGE, "%s: exists already", c->db);
	rc = keys_lock_file(c->db, &lock, e);
	if (rc < 0)
		return rc;
	admin_beside(&temp, c->db, "init");
	m.temp = temp.s;
	m.left = access(temp.s, F_OK) == 0;
	store_unlink(temp.s);
	rc = init.plain ? make_plain(&m) : make_encrypted(&m);
	store_unlink(temp.s);
	return rc;
}

int admin_init(struct cli *c, struct ehr_err *e)
{
	int rc;

	if (init.plain && admin_secret_named())
		return cli_usage(c, e, "--plain has no key");
	if (init.facility == NULL && (init.npi || init.zone))
		return cli_usage(c, e, "--npi and --tz want --facility");
	if (init.npi && !npi_valid(str_of(init.npi)))
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
	return make_record(c, e);
}
