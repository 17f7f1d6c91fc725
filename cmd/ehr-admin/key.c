/* key.c - ehr-admin key: the slots that open a record. */
#include "admin.h"

/* The event first, "what:slot": no change of keys without it. A code is told
 * before its slot counts: one that nobody saw would open nothing. */
static int save(struct cli *c, struct admin_slots *k, struct new_slot *new,
    const char *what, unsigned slot, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	int rc = admin_slots_record(c, k, &a, e);

	buf_addf(&scope, "%s:%u", what, slot);
	if (rc == 0)
		rc = admin_audit(&a, scope.s, e);
	if (rc == 0 && new)
		rc = admin_secret_tell(new, e);
	if (rc < 0 || c->dry_run)
		return rc;
	return admin_slots_write(k, e);
}

int admin_key_add(struct cli *c, struct ehr_err *e)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	SLOT_AUTO n = { 0 };
	int rc = admin_slots_unlock(c, &k, e);

	if (rc == 0)
		rc = admin_secret_add(c, &k.f, &n, "", e);
	if (rc == 0)
		rc = save(c, &k, &n, "key-add", n.slot->id, e);
	return admin_secret_end(&n, rc, e);
}

int admin_key_remove(struct cli *c, struct ehr_err *e)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	int64_t id;
	int rc;

	if (!str_int(str_of(c->argv[0]), &id) || id < 1 || id > UINT32_MAX)
		return cli_usage(c, e, "a slot is a number (ehr-admin key "
		    "list)");
	rc = admin_slots_unlock(c, &k, e);
	if (rc == 0)
		rc = key_slots_remove(&k.f, (unsigned)id, e);
	if (rc == 0)
		rc = save(c, &k, NULL, "key-remove", (unsigned)id, e);
	if (rc == 0)
		cli_note(c, "copies made of the slots before still open the "
		    "record, until ehr-admin key rotate");
	return rc;
}

int admin_key_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "slot", PRINT_RIGHT },
		{ "kind", 0 }, { "label", 0 }, { "made", PRINT_WHOLE } };
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	struct printer *p = NULL;
	int rc = admin_slots_find(c, &k, e);

	if (rc == 0)
		rc = keys_read(k.path.s, &k.f, e);
	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	for (unsigned i = 0; rc == 0 && i < k.f.n; i++) {
		const struct key_slot *s = &k.f.slot[i];

		print_int(p, s->id);
		print_text(p, str_of(slot_kind_name(s->kind)));
		print_text(p, s->label[0] ? str_of(s->label) : STR_NONE);
		print_time(p, s->made);
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

int admin_key_recover(struct cli *c, struct ehr_err *e)
{
	ADMIN_SLOTS_AUTO k = ADMIN_SLOTS_INIT;
	SLOT_AUTO n = { 0 }, code = { 0 };
	unsigned id = 0;
	int rc = admin_slots_begin(c, &k, e);

	if (rc == 0)
		rc = keys_recover(&k.f, k.path.s, k.ring, &id, e);
	if (rc == 0)
		rc = admin_secret_add(c, &k.f, &n, "", e);
	if (rc == 0 && !n.tell)
		rc = admin_secret_recovery(c, &k.f, &code, e);
	if (rc == 0)
		rc = key_slots_remove(&k.f, id, e);
	if (rc == 0)
		rc = save(c, &k, code.secret ? &code : &n, "key-recover", id,
		    e);
	return admin_secret_end(&code, admin_secret_end(&n, rc, e), e);
}
