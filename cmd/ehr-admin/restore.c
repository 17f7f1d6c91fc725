/* restore.c - ehr-admin restore: a backup becomes a record. It is made under
 * another name beside its place, looked at, and moved there last. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin.h"

static const char *at_text, *id_text;
static bool quick;

const struct cli_opt admin_restore_opts[] = {
	{ "at", 0, CLI_DATE, 0, "TIME", "the last backup until then",
	    &at_text, 0, 0 },
	{ "id", 0, CLI_TEXT, 0, "ID", "this backup", &id_text, 0, 0 },
	{ "quick", 0, CLI_FLAG, 0, NULL,
	    "pages and audit log are looked at, SQLite's check is left out",
	    &quick, 0, 0 },
	{ 0 },
};

struct restore {
	struct cli *c;
	const struct backup *b;
	struct buf temp, keys; /* names */
	struct key_slots f;
	struct keyring *ring, *fresh;
	int lock; /* one restore at a time where the record is to be */
	struct ehr_err *e;
};

static void restore_end(struct restore *r)
{
	keys_unlock_file(&r->lock);
	keyring_free(&r->ring);
	keyring_free(&r->fresh);
	buf_release(&r->temp);
	buf_release(&r->keys);
}

/* ---- its place ---- */

static bool exists(const char *path, const char *end)
{
	BUF_AUTO name = BUF_INIT;

	buf_addf(&name, "%s%s", path, end);
	return access(name.s, F_OK) == 0;
}

static const char *const parts[] = { "", "-wal", "-journal" };

/* Appends DB.old and an end. */
static void old_name(struct buf *b, const struct restore *r, const char *end)
{
	buf_addf(b, "%s.old%s", r->c->db, end);
}

/* What an earlier restore put aside may be the only copy of it. */
static int check_old(struct restore *r)
{
	for (size_t i = 0; i <= ARRAY_LEN(parts); i++) {
		BUF_AUTO name = BUF_INIT;

		old_name(&name, r, i < ARRAY_LEN(parts) ? parts[i] : ".keys");
		if (exists(name.s, ""))
			return ehr_fail(r->e, EHR_EUSAGE, "%s: put aside by an "
			    "earlier restore: move it away first", name.s);
	}
	return 0;
}

/* Keys without a record, but with the record about to be moved there, are
 * what a restore left that was killed just then. */
static int check_place(struct restore *r)
{
	const char *db = r->c->db;
	bool left = exists(r->temp.s, "") && !exists(db, "");

	if (r->c->force && exists(db, ""))
		return check_old(r);
	if (r->c->force || left)
		return 0;
	if (exists(db, "") || exists(db, "-wal"))
		return ehr_fail(r->e, EHR_EUSAGE, "%s: exists already; --force "
		    "moves it to %s.old", db, db);
	if (exists(r->keys.s, ""))
		return ehr_fail(r->e, EHR_EUSAGE, "%s: exists already; --force "
		    "moves it to %s.old.keys", r->keys.s, db);
	return 0;
}

static int move(struct restore *r, const char *from, const char *to)
{
	if (rename(from, to) != 0)
		return ehr_fail_errno(r->e, "%s", from);
	return admin_sync_folder(to, r->e);
}

/* The record first: what was there has its log beside it or is not there. */
static int put_aside(struct restore *r)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(parts); i++) {
		BUF_AUTO from = BUF_INIT, to = BUF_INIT;

		buf_addf(&from, "%s%s", r->c->db, parts[i]);
		old_name(&to, r, parts[i]);
		if (exists(from.s, ""))
			rc = move(r, from.s, to.s);
	}
	return rc;
}

/* When a restore was killed here, the slots that stand there are those of what
 * was put aside, or the new ones: then its own are with it, or it is plain. */
static int put_slots_aside(struct restore *r, bool again)
{
	BUF_AUTO keys = BUF_INIT, old = BUF_INIT;

	old_name(&old, r, "");
	old_name(&keys, r, ".keys");
	if (!exists(r->keys.s, ""))
		return 0;
	if (!again || (!exists(keys.s, "") && exists(old.s, "") &&
	    store_is_encrypted(old.s, NULL) != 0))
		return move(r, r->keys.s, keys.s);
	return unlink(r->keys.s) == 0 ? 0 :
	    ehr_fail_errno(r->e, "%s", r->keys.s);
}

static int clear_place(struct restore *r)
{
	bool again = !exists(r->c->db, "");
	BUF_AUTO shm = BUF_INIT;
	int rc;

	rc = put_aside(r);
	buf_addf(&shm, "%s-shm", r->c->db);
	unlink(shm.s);
	return rc < 0 ? rc : put_slots_aside(r, again);
}

/* ---- the record ---- */

/* Slots that were being written by a restore that was killed: under their name
 * and 16 digits. */
static void take_slots(const char *keys)
{
	const char *slash = strrchr(keys, '/'), *base = slash ? slash + 1 :
	    keys;
	BUF_AUTO folder = BUF_INIT, head = BUF_INIT;
	struct dirent *at;
	DIR *d;

	buf_add(&folder, slash ? keys : ".", slash ? (size_t)(slash - keys) +
	    1 : 1);
	buf_addf(&head, ".%s.", base);
	d = opendir(folder.s);
	while (d && (at = readdir(d)) != NULL)
		if (strlen(at->d_name) == head.len + 16 &&
		    str_starts(str_of(at->d_name), head.s))
			unlinkat(dirfd(d), at->d_name, 0);
	if (d)
		closedir(d);
}

/* A data key of its own: that of the backup may be destroyed. */
static int make(struct restore *r, const struct backup_set *s)
{
	struct backup_target t = { .path = r->temp.s, .progress = admin_pages,
		.arg = r->c };
	int rc = keyring_new(&r->fresh, r->e);

	if (rc < 0)
		return rc;
	keyring_make(r->fresh);
	t.keys = r->b->plain ? NULL : r->fresh;
	store_unlink(r->temp.s);
	take_slots(r->keys.s);
	rc = backup_restore(s, r->b, r->ring, &t, r->e);
	if (rc == 0)
		rc = backup_prove(r->b, &t, !quick, r->e);
	if (rc < 0)
		store_unlink(r->temp.s);
	cli_progress_end(r->c);
	return rc;
}

static int put_keys(struct restore *r)
{
	if (r->b->plain)
		return 0;
	uuid4(r->f.record);
	return keys_write(r->keys.s, &r->f, r->fresh, true, r->e);
}

static int put_in_place(struct restore *r)
{
	BUF_AUTO lock = BUF_INIT;
	bool has_keys = false;
	int rc = check_place(r); /* that was a while ago */

	if (rc == 0)
		rc = clear_place(r);

	/* its log is gone with the last look at it */
	buf_addf(&lock, "%s-lock", r->temp.s);
	unlink(lock.s);
	if (rc == 0) {
		rc = put_keys(r);
		has_keys = rc == 0 && !r->b->plain;
	}
	if (rc == 0)
		rc = admin_put(r->temp.s, r->c->db, r->e);
	if (rc < 0 && has_keys)
		unlink(r->keys.s);
	if (rc < 0)
		store_unlink(r->temp.s);
	return rc;
}

/* ---- what it is, and what it is not ---- */

static void tell(struct restore *r, const struct backup_set *s)
{
	const struct backup *b = r->b, *last = b;
	BUF_AUTO time = BUF_INIT;

	date_format_ms(&time, b->time);
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].fault[0] && s->v[i].time > last->time &&
		    memcmp(s->v[i].record, b->record, UUID_LEN) == 0)
			last = &s->v[i];
	if (last == b) {
		cli_warn(r->c, "restored as of %s (%s): what was committed "
		    "later is in no backup", time.s, b->id);
		return;
	}
	cli_warn(r->c, "restored as of %s (%s): later backups here, the last "
	    "one %s, have %lld more events", time.s, b->id, last->id,
	    (long long)(last->audit - b->audit));
}

static int run(struct restore *r, const struct backup_set *s)
{
	int rc = keyring_new(&r->ring, r->e);

	if (rc == 0)
		rc = backup_chain(s, r->b, r->e);
	if (rc == 0)
		rc = backup_unlock(s, r->b, &r->f, r->ring, r->e);
	if (rc == 0 && r->b->plain)
		cli_warn(r->c, "a plain backup: the record is not encrypted");
	if (rc == 0)
		rc = make(r, s);
	if (rc == 0)
		rc = put_in_place(r);
	if (rc == 0)
		tell(r, s);
	return rc;
}

int admin_restore(struct cli *c, struct ehr_err *e)
{
	BACKUP_SET_AUTO s = BACKUP_SET_INIT;
	EHR_CLEANUP(restore_end) struct restore r = { .c = c,
		.temp = BUF_INIT, .keys = BUF_INIT, .lock = -1, .e = e };
	const struct keys_opt o = { .db = c->db, .slots = c->keys };
	int rc;

	if (at_text && id_text)
		return cli_usage(c, e, "--at and --id exclude each other");
	rc = keys_path(&o, &r.keys, e);
	if (rc == 0) {
		admin_beside(&r.temp, c->db, "restore");
		rc = keys_lock_file(c->db, &r.lock, e);
	}
	if (rc == 0)
		rc = check_place(&r);
	if (rc == 0)
		rc = backup_set_open(&s, c->argv[0], BACKUP_LOOK, e);
	if (rc == 0)
		rc = admin_backup_find(&s, id_text, at_text ?
		    cli_last_ms(at_text) : INT64_MAX, &r.b, e);
	return rc < 0 ? rc : run(&r, &s);
}
