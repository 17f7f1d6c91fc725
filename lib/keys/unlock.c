/* unlock.c - where the slots of a record are, and the order in which secrets
 * are tried on them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "slots.h"

enum { TRIES = 3 };

static const char *env(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

/* ---- the file ---- */

/* Beside the file itself, not beside a link to it. */
static void beside(const char *db, struct buf *path)
{
	char *real = realpath(db, NULL);

	buf_addf(path, "%s.keys", real ? real : db);
	free(real);
}

int keys_path(const struct keys_opt *o, struct buf *path, struct ehr_err *e)
{
	const char *db = o->db ? o->db : env("EHR_DB");
	const char *slots = o->slots ? o->slots : env("EHR_KEYS");

	if (db == NULL)
		return ehr_fail(e, EHR_EUSAGE,
		    "which record? (-d FILE or EHR_DB)");
	if (slots) {
		buf_adds(path, slots);
		return 0;
	}
	group_raise();
	beside(db, path);
	group_drop();
	return 0;
}

int keys_read(const char *path, struct key_slots *f, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc;

	buf_grow(&text, KEYS_MAX_FILE);
	group_raise();
	rc = keys_read_file(path, text.s, KEYS_MAX_FILE, &text.len, e);
	group_drop();
	return rc < 0 ? rc : key_slots_parse(f, path, buf_str(&text), e);
}

int keys_write(const char *path, struct key_slots *f,
    const struct keyring *ring, bool fresh, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = key_slots_format(f, ring, &text, e);

	return rc < 0 ? rc :
	    keys_write_how(path, buf_str(&text), 0600,
		fresh ? KEYS_FRESH : KEYS_OWNER, e);
}

/* The lock is on the folder: the file itself is replaced. */
int keys_lock_file(const char *path, int *fd, struct ehr_err *e)
{
	char *folder = keys_folder(path);

	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (*fd < 0 && errno == EACCES)
		return ehr_fail(e, EHR_EPERM, "%s: %s", path,
		    strerror(errno));
	if (*fd < 0)
		return ehr_fail_errno(e, "%s", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? ehr_fail(e, EHR_EIO, "%s: another "
	    "command is changing keys here", path) :
	    ehr_fail_errno(e, "%s", path);
}

void keys_unlock_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- unlocking ---- */

/* What is at hand for one unlocking. */
struct trying {
	const struct key_slots *f;
	const char *name;
	struct keyring *ring;
	struct secret *s;
	unsigned id;
	struct ehr_err *e;
};

static bool has(const struct key_slots *f, enum slot_kind kind)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->slot[i].kind == kind)
			return true;
	return false;
}

/* 1: opened and the slots are whole; 0: not with this. */
static int try_kind(struct trying *t, enum slot_kind kind)
{
	int rc = key_slots_open(t->f, kind, secret_str(t->s), t->ring, &t->id,
	    t->e);

	if (rc > 0 && key_slots_check(t->f, t->name, t->ring, t->e) < 0)
		return EHR_EINTEGRITY;
	return rc;
}

/* A file that is named must do; there is no going on with another secret. */
static int by_file(struct trying *t)
{
	const char *path = env("EHR_KEY_FILE");
	int rc;

	if (path == NULL)
		return 0;
	group_raise();
	rc = keyfile_read(path, t->s, t->e);
	group_drop();
	if (rc == EHR_ENOENT)
		return ehr_fail(t->e, EHR_ENOTEHR,
		    "%s: no such key file (EHR_KEY_FILE)", path);
	if (rc == 0)
		rc = try_kind(t, SLOT_KEYFILE);
	return rc ? rc : ehr_fail(t->e, EHR_ENOTEHR,
	    "%s: opens no slot of %s", path, t->name);
}

static int by_credential(struct trying *t)
{
	int rc;

	if (!has(t->f, SLOT_CREDENTIAL))
		return 0;
	rc = keyfile_credential(t->s, t->e);
	if (rc == 0)
		return try_kind(t, SLOT_CREDENTIAL);
	return rc == EHR_ENOENT ? 0 : rc;
}

/* What was typed is a code when its check is right, else a passphrase. */
static int by_terminal(struct trying *t)
{
	BUF_AUTO prompt = BUF_INIT;
	int rc = 0;

	buf_adds(&prompt, "Passphrase or recovery code for ");
	utf8_clean(&prompt, str_of(t->name), false);
	buf_adds(&prompt, ": ");
	for (int i = 0; rc == 0 && i < TRIES; i++) {
		rc = tty_ask(prompt.s, t->s, t->e);
		if (rc == 0)
			rc = try_kind(t, recovery_read(t->s) ?
			    SLOT_RECOVERY : SLOT_PASSPHRASE);
	}
	if (rc > 0)
		agent_put(t->f, t->ring);
	return rc;
}

static int begin(struct trying *t)
{
	return secret_make(&t->s, t->e);
}

static void end(struct trying *t)
{
	secret_release(&t->s);
}

int keys_open(const struct key_slots *f, const char *name,
    struct keyring *ring, struct ehr_err *e)
{
	static int (*const way[])(struct trying *t) = { by_file,
		by_credential, by_terminal };
	EHR_CLEANUP(end) struct trying t = { f, name, ring, NULL, 0, e };
	int rc = begin(&t);

	if (rc < 0)
		return rc;
	/* keys from before the last change of the slots are no good */
	if (agent_get(f, ring) && key_slots_check(f, name, ring, NULL) == 0)
		return 0;
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(way); i++)
		rc = way[i](&t);
	if (rc == 0)
		rc = ehr_fail(e, EHR_ENOTEHR, "%s: nothing that was given "
		    "opens a slot", name);
	else if (rc == EHR_ENOTEHR && e && !env("EHR_KEY_FILE"))
		ehr_fail_prefix(e, "%s: locked: ", name);
	return rc > 0 ? 0 : rc;
}

int keys_recover(const struct key_slots *f, const char *name,
    struct keyring *ring, unsigned *id, struct ehr_err *e)
{
	EHR_CLEANUP(end) struct trying t = { f, name, ring, NULL, 0, e };
	int rc = begin(&t);

	if (rc == 0)
		rc = tty_ask("Recovery code: ", t.s, e);
	if (rc < 0)
		return rc;
	if (!recovery_read(t.s))
		return ehr_fail(e, EHR_ENOTEHR, "not a recovery code, or a "
		    "slip in it");
	rc = try_kind(&t, SLOT_RECOVERY);
	*id = t.id;
	if (rc == 0)
		rc = ehr_fail(e, EHR_ENOTEHR, "this code opens no slot of %s",
		    name);
	return rc > 0 ? 0 : rc;
}

int keys_unlock(const struct keys_opt *o, struct keyring *ring,
    struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct key_slots f;
	int rc = keys_path(o, &path, e);

	if (rc == 0)
		rc = keys_read(path.s, &f, e);
	if (rc == EHR_ENOENT)
		return ehr_fail(e, EHR_ENOTEHR, "%s: the record is encrypted "
		    "and has no key slots here (--keys)", path.s);
	return rc < 0 ? rc : keys_open(&f, path.s, ring, e);
}
