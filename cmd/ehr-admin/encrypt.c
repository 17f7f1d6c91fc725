/* encrypt.c - ehr-admin encrypt: a plain record becomes an encrypted one. */
#include <unistd.h>

#include "admin.h"

static int64_t wait_s = 10;

const struct cli_opt admin_encrypt_opts[] = {
	ADMIN_SECRET_OPTS,
	{ "wait", 0, CLI_INT, 0, "SECONDS",
	    "how long to wait for others to close the record (10)", &wait_s, 0,
	    3600 },
	{ 0 },
};

struct encrypting {
	struct cli *c;
	struct admin_slots k;
	struct new_slot n;
	bool again;   /* slots may be there of a call that was cut off */
	bool written; /* those are ours */
};

static void end(struct encrypting *x)
{
	admin_secret_release(&x->n);
	admin_slots_end(&x->k);
}

/* The event in the copy, then the slots that open it. */
static int ready(void *arg, const char *copy, struct ehr_err *e)
{
	struct encrypting *x = arg;
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(x->c);
	int rc;

	opt.db = copy;
	opt.ring = x->k.ring;
	rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&a, PERM_ADMIN, "encrypt", e);
	if (rc == 0)
		rc = admin_audit(&a, "encrypt", e);
	if (rc == 0) /* the copy is moved without its log */
		rc = store_flush(record_store(a.r), e);
	if (rc == 0) /* before it is too late to go back */
		rc = admin_secret_tell(&x->n, e);
	if (rc == 0)
		rc = keys_write(x->k.path.s, &x->k.f, x->k.ring, !x->again, e);
	x->written = rc == 0;
	return rc;
}

/* What was made for it goes only when the record is still plain: an error may
 * come after the copy took its place. */
static int finish(struct encrypting *x, const char *db, int rc,
    struct ehr_err *e)
{
	if (rc >= 0)
		return admin_secret_end(&x->n, 0, e);
	if (store_is_encrypted(db, NULL) == 0) {
		if (x->written)
			unlink(x->k.path.s);
		return admin_secret_end(&x->n, rc, e);
	}
	admin_secret_end(&x->n, 0, NULL);
	return rc;
}

/* Slots beside a plain record: either a call was cut off just before the copy
 * took the record's place, or somebody put a plain record in the place of an
 * encrypted one. */
static int encrypt(struct encrypting *x, const char *db, struct ehr_err *e)
{
	struct store_encrypt o = { .path = db, .wait_ms = (int)wait_s * 1000,
		.dry = x->c->dry_run, .ready = ready, .arg = x };
	int rc = admin_slots_find(x->c, &x->k, e);

	if (rc == 0)
		rc = keys_lock_file(x->k.path.s, &x->k.lock, e);
	x->again = store_encrypt_left(db) & STORE_LEFT_COPY;
	if (rc == 0 && !x->again)
		rc = admin_slots_refuse(&x->k, e);
	if (rc == 0)
		rc = admin_slots_fresh(x->c, &x->k, &x->n, "", e);
	if (rc < 0)
		return admin_secret_end(&x->n, rc, e);
	o.keys = x->k.ring;
	rc = finish(x, db, store_encrypt(&o, e), e);
	if (rc == 0 && !x->c->dry_run)
		cli_warn(x->c, "the plain file was written over, but the disk, "
		    "snapshots and backups may keep what it held "
		    "(ehr-security(7))");
	return rc;
}

int admin_encrypt(struct cli *c, struct ehr_err *e)
{
	EHR_CLEANUP(end) struct encrypting x = { .c = c,
		.k = ADMIN_SLOTS_INIT };
	const struct store_encrypt done = { .path = c->db,
		.dry = c->dry_run };
	int rc = store_is_encrypted(c->db, e);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return encrypt(&x, c->db, e);
	cli_note(c, "it is encrypted already");
	return store_encrypt(&done, e);
}
