/* rotate.c - ehr-admin key rotate: a new data key.
 *
 * The slots hold both keys before a page is sealed with the new one, and until
 * none is left that wants the old one. Whatever ends this half way, all slots
 * open the record, and the same command goes on. */
#include "admin.h"

static int64_t wait_s = 60;

const struct cli_opt admin_rotate_opts[] = {
	{ "wait", 0, CLI_INT, 0, "SECONDS",
	    "how long to wait for commands that began before (60)", &wait_s, 0,
	    86400 },
	{ 0 },
};

static void progress(void *cli, int64_t done, int64_t pages)
{
	cli_progress(cli, "pages", (uint64_t)done, (uint64_t)pages);
}

static struct store_rekey how(struct cli *c)
{
	return (struct store_rekey){ .wait_ms = (int)wait_s * 1000,
		.progress = progress, .arg = c };
}

static int event(struct access *a, const char *what, const struct keyring *r,
    struct ehr_err *e)
{
	BUF_AUTO scope = BUF_INIT;

	buf_addf(&scope, "%s:%u", what, r->k[0].gen);
	return admin_audit(a, scope.s, e);
}

/* A new key in the slots, beside the old one. 1: a change of before was
 * complete but for its last step. */
static int announce(struct cli *c, struct admin_slots *k, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct store *db;
	int rc = admin_slots_record(c, k, &a, e);

	if (rc < 0)
		return rc;
	db = record_store(a.r);
	if (store_rekey_state(db) == STORE_REKEY_DONE) {
		rc = store_rekey_end(db, e);
		return rc < 0 ? rc : 1;
	}
	rc = keyring_add(k->ring, e);
	if (rc == 0)
		rc = store_rekey_announce(db, k->ring->k[0].gen, e);
	if (rc == 0)
		rc = event(&a, "key-rotate", k->ring, e);
	return rc < 0 ? rc : admin_slots_write(k, e);
}

/* When it was, and the event, but not once more for the same change: then no
 * page was left. */
static int note_done(struct access *a, const struct keyring *ring,
    int64_t pages, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	BUF_AUTO value = BUF_INIT;
	BUF_AUTO old = BUF_INIT;
	int rc = store_begin(db, STORE_SHORT, e);

	buf_addf(&value, "%u ", ring->k[0].gen);
	if (rc == 0)
		rc = store_config_get(db, ADMIN_ROTATED, &old, e);
	if (rc >= 0 && pages == 0 && str_starts(buf_str(&old), value.s)) {
		store_rollback(db);
		return 0;
	}
	buf_addf(&value, "%lld", (long long)store_time(db));
	if (rc >= 0)
		rc = store_config_set(db, ADMIN_ROTATED, buf_str(&value), e);
	if (rc >= 0)
		rc = event(a, "key-rotated", ring, e);
	if (rc >= 0)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

static int rewrite(struct cli *c, struct admin_slots *k, struct ehr_err *e)
{
	const struct store_rekey o = how(c);
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t pages = 0;
	int rc = admin_slots_record(c, k, &a, e);

	if (rc == 0)
		rc = store_rekey(record_store(a.r), &o, &pages, e);
	if (rc == 0)
		rc = note_done(&a, k->ring, pages, e);
	if (rc < 0)
		return rc;
	k->ring->n = 1;
	rc = admin_slots_write(k, e);
	if (rc == 0)
		rc = store_rekey_end(record_store(a.r), e);
	if (rc < 0)
		return rc;
	cli_note(c, "%lld pages have the new key, of generation %u",
	    (long long)pages, k->ring->k[0].gen);
	return 0;
}

static int dry(struct cli *c, struct admin_slots *k, struct ehr_err *e)
{
	const struct store_rekey o = how(c);
	ACCESS_AUTO a = ACCESS_INIT;
	int rc = admin_slots_record(c, k, &a, e);

	return rc < 0 ? rc : store_rekey_dry(record_store(a.r), &o, e);
}

int admin_key_rotate(struct cli *c, struct ehr_err *e)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	int rc = admin_slots_unlock(c, &k, e);

	if (rc == 0 && c->dry_run)
		return dry(c, &k, e);
	if (rc == 0 && k.ring->n == 1)
		rc = announce(c, &k, e);
	if (rc > 0)
		cli_note(c, "the change that was cut off is complete");
	return rc == 0 ? rewrite(c, &k, e) : rc < 0 ? rc : 0;
}
