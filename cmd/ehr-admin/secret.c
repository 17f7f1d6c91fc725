/* secret.c - the secret of a new key slot, as the options ask for it. */
#include <unistd.h>

#include "admin.h"

struct admin_want admin_want;

const struct cli_opt admin_secret_opts[] = { ADMIN_SECRET_OPTS, { 0 } };

bool admin_secret_named(void)
{
	return admin_want.file || admin_want.credential || admin_want.recovery;
}

/* A key file that is there is used, else it is made. */
static int take_file(struct new_slot *n, const char *path, struct ehr_err *e)
{
	int rc = keyfile_read(path, n->secret, e);

	if (rc != EHR_ENOENT)
		return rc;
	rc = keyfile_make(path, e);
	if (rc < 0)
		return rc;
	n->made = path;
	return keyfile_read(path, n->secret, e);
}

static int take(struct new_slot *n, enum slot_kind *kind, struct ehr_err *e)
{
	if (admin_want.recovery) {
		*kind = SLOT_RECOVERY;
		recovery_make(n->secret);
		n->tell = true;
		return 0;
	}
	*kind = admin_want.file ? SLOT_KEYFILE : SLOT_CREDENTIAL;
	if (admin_want.file || admin_want.credential)
		return take_file(n, admin_want.file ? admin_want.file :
		    admin_want.credential, e);
	*kind = SLOT_PASSPHRASE;
	return tty_new_pass(n->secret, e);
}

int admin_secret_add(struct cli *c, struct key_slots *f, struct new_slot *n,
    const char *other, struct ehr_err *e)
{
	enum slot_kind kind = SLOT_PASSPHRASE;
	int rc;

	*n = (struct new_slot){ .dry = c->dry_run };
	if (!!admin_want.file + !!admin_want.credential +
	    admin_want.recovery > 1)
		return cli_usage(c, e, "one of --key-file, --credential, "
		    "--recovery");
	rc = secret_make(&n->secret, e);
	if (rc == 0)
		rc = take(n, &kind, e);
	if (rc == EHR_ENOTEHR && !admin_secret_named())
		rc = cli_usage(c, e, "no terminal to ask for a passphrase at: "
		    "give --key-file%s", other);
	return rc < 0 ? rc : key_slots_add(f, kind, admin_want.label,
	    secret_str(n->secret), &n->slot, e);
}

int admin_secret_recovery(struct cli *c, struct key_slots *f,
    struct new_slot *n, struct ehr_err *e)
{
	int rc;

	*n = (struct new_slot){ .tell = true, .dry = c->dry_run };
	rc = secret_make(&n->secret, e);
	if (rc < 0)
		return rc;
	recovery_make(n->secret);
	return key_slots_add(f, SLOT_RECOVERY, NULL, secret_str(n->secret),
	    &n->slot, e);
}

/* Straight to the file: no buffer keeps it. */
int admin_secret_tell(struct new_slot *n, struct ehr_err *e)
{
	struct secret *s = n->secret;

	if (n->dry || !n->tell)
		return 0;
	n->tell = false;
	s->s[s->n] = '\n';
	return write_whole(STDOUT_FILENO, (struct str){ s->s, s->n + 1 }) == 0 ?
	    0 : ehr_fail_errno(e, "standard output");
}

int admin_secret_end(struct new_slot *n, int rc, struct ehr_err *e)
{
	if (rc >= 0)
		rc = admin_secret_tell(n, e);
	if ((rc < 0 || n->dry) && n->made)
		unlink(n->made);
	n->made = NULL;
	return rc;
}

void admin_secret_release(struct new_slot *n)
{
	secret_release(&n->secret);
}
