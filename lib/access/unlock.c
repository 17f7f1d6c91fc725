/* unlock.c - the keys a record is opened with. */
#include "unlock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Who takes the encrypted file away and puts a plain one in its place would
 * else be given what is written from then on. */
static int check_plain(const struct access_opt *opt, const char *db,
    struct ehr_err *e)
{
	const struct keys_opt o = { .db = db, .slots = opt->keys };
	BUF_AUTO path = BUF_INIT;
	int rc = keys_path(&o, &path, e);
	bool there;

	group_raise();
	there = rc == 0 &&
	    faccessat(AT_FDCWD, path.s, F_OK, AT_EACCESS) == 0;
	group_drop();
	if (there)
		rc = ehr_fail(e, EHR_EINTEGRITY, "%s: not encrypted, but %s "
		    "is there (see ehr-admin encrypt)", db, path.s);
	return rc;
}

static int unlock(const struct access_opt *opt, const char *db,
    struct keyring **own, struct ehr_err *e)
{
	const struct keys_opt o = { .db = db, .slots = opt->keys };
	int rc = keyring_new(own, e);

	return rc < 0 ? rc : keys_unlock(&o, *own, e);
}

/* Each with the group for what it opens alone: who is asked for a passphrase
 * may be asked for long. */
static int is_encrypted(const char *db, struct ehr_err *e)
{
	int rc;

	group_raise();
	rc = store_is_encrypted(db, e);
	group_drop();
	return rc;
}

static int check_mode(const char *db, struct ehr_err *e)
{
	int rc;

	group_raise();
	rc = keys_check_mode(db, e);
	group_drop();
	return rc;
}

int access_unlock(const struct access_opt *opt, enum store_mode mode,
    struct store_opts *o, struct keyring **own, struct ehr_err *e)
{
	const char *db = opt->db ? opt->db : getenv("EHR_DB");
	int rc;

	*o = (struct store_opts){ .path = opt->db, .mode = mode,
		.keys = opt->ring };
	if (opt->ring || mode == STORE_CREATE)
		return 0;
	rc = is_encrypted(db, e);
	if (rc == 0)
		rc = check_plain(opt, db, e);
	else if (rc > 0)
		rc = unlock(opt, db, own, e);
	o->keys = *own;
	return rc < 0 ? rc : check_mode(db, e);
}
