/* slots.c - the slot file of the record that is named. */
#include <unistd.h>

#include "admin.h"

void admin_slots_end(struct admin_slots *k)
{
	keyring_free(&k->ring);
	keys_unlock_file(&k->lock);
	buf_release(&k->path);
}

int admin_slots_find(struct cli *c, struct admin_slots *k, struct ehr_err *e)
{
	const struct keys_opt o = { .db = c->db, .slots = c->keys };

	return keys_path(&o, &k->path, e);
}

int admin_slots_begin(struct cli *c, struct admin_slots *k, struct ehr_err *e)
{
	int rc = admin_slots_find(c, k, e);

	if (rc == 0)
		rc = keys_lock_file(k->path.s, &k->lock, e);
	if (rc == 0)
		rc = keys_read(k->path.s, &k->f, e);
	return rc < 0 ? rc : keyring_new(&k->ring, e);
}

int admin_slots_unlock(struct cli *c, struct admin_slots *k,
    struct ehr_err *e)
{
	int rc = admin_slots_begin(c, k, e);

	return rc < 0 ? rc : keys_open(&k->f, k->path.s, k->ring, e);
}

int admin_slots_fresh(struct cli *c, struct admin_slots *k, struct new_slot *n,
    const char *other, struct ehr_err *e)
{
	int rc = keyring_new(&k->ring, e);

	if (rc < 0)
		return rc;
	key_slots_init(&k->f);
	keyring_make(k->ring);
	return admin_secret_add(c, &k->f, n, other, e);
}

int admin_slots_refuse(const struct admin_slots *k, struct ehr_err *e)
{
	return access(k->path.s, F_OK) != 0 ? 0 :
	    ehr_fail(e, EHR_EUSAGE, "%s: exists already", k->path.s);
}

int admin_slots_record(struct cli *c, const struct admin_slots *k,
    struct access *a, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc;

	opt.ring = k->ring;
	rc = access_open(a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(a, PERM_ADMIN, "key", e);
	if (rc == 0 && c->dry_run)
		store_dry_run(record_store(a->r));
	return rc;
}

int admin_slots_write(struct admin_slots *k, struct ehr_err *e)
{
	KEYRING_AUTO *old = NULL;
	int rc = keyring_new(&old, e);

	if (rc == 0)
		rc = keys_write(k->path.s, &k->f, k->ring, false, e);
	if (rc == 0 && agent_get(&k->f, old))
		agent_put(&k->f, k->ring);
	return rc;
}
