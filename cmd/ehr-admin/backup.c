/* backup.c - ehr-admin backup: making, trying out and throwing away. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin.h"

static bool full, plain, no_verify;
static const char *keep_text;

#define KEEP_OPT(flags)                                                       \
	{ "keep", 0, CLI_TEXT, flags, "RULE",                                 \
	    "remove all but these: 7d,4w,12m; also h, y, a number",           \
	    &keep_text, 0, 0 }

const struct cli_opt admin_backup_opts[] = {
	{ "full", 0, CLI_FLAG, 0, NULL, "all pages, not only changed ones",
	    &full, 0, 0 },
	{ "plain", 0, CLI_FLAG, 0, NULL,
	    "a plain record may have plain backups", &plain, 0, 0 },
	{ "no-verify", 0, CLI_FLAG, 0, NULL, "do not try to restore it",
	    &no_verify, 0, 0 },
	KEEP_OPT(0),
	{ 0 },
};
const struct cli_opt admin_prune_opts[] = { KEEP_OPT(CLI_REQUIRED), { 0 } };
const struct cli_opt admin_verify_opts[] = { { 0 } };

void admin_pages(void *cli, uint64_t done, uint64_t total)
{
	cli_progress(cli, "pages", done, total);
}

static void note(void *cli, const char *text)
{
	cli_note(cli, "%s", text);
}

static int read_keep(struct cli *c, struct backup_keep *k, struct ehr_err *e)
{
	if (keep_text && !backup_keep_parse(str_of(keep_text), k))
		return cli_usage(c, e, "--keep: such as 7d,4w,12m: a number "
		    "and h, d, w, m, y or nothing");
	return 0;
}

/* ---- which one ---- */

int admin_backup_find(const struct backup_set *s, const char *id,
    int64_t time, const struct backup **b, struct ehr_err *e)
{
	const struct backup *found = NULL;

	if (!id && backup_set_all_read(s, NULL, e) < 0)
		return EHR_EIO; /* it may be the newest */
	for (size_t i = 0; i < s->n; i++) {
		const struct backup *at = &s->v[i];

		if (id ? strcmp(at->id, id) != 0 :
		    at->fault[0] || at->time > time)
			continue;
		if (!id && found && memcmp(found->record, at->record,
		    UUID_LEN) != 0)
			return ehr_fail(e, EHR_ENOENT, "%s: backups of several "
			    "records: which one? (ehr-admin backup list)",
			    s->path);
		found = at;
	}
	*b = found;
	if (found)
		return 0;
	return ehr_fail(e, EHR_ENOENT, id ? "%s: no backup %s" :
	    "%s: no backup of that time", s->path, id);
}

/* ---- the record ---- */

/* What is backed up: the record with its keys, and what it knows of its
 * backups. */
struct source {
	struct access a;
	struct key_slots f;
	struct keyring *ring; /* NULL: plain */
	uint8_t id[UUID_LEN], list_key[SHA256_LEN];
};

static void source_end(struct source *s)
{
	access_close(&s->a);
	keyring_free(&s->ring);
	crypto_cleanse(s->list_key, sizeof(s->list_key));
}
#define SOURCE_AUTO EHR_CLEANUP(source_end) struct source

static int unlock(struct cli *c, struct source *s, struct ehr_err *e)
{
	const struct keys_opt o = { .db = c->db, .slots = c->keys };
	BUF_AUTO path = BUF_INIT;
	int rc = keys_path(&o, &path, e);

	if (rc == 0)
		rc = keyring_new(&s->ring, e);
	if (rc == 0)
		rc = keys_read(path.s, &s->f, e);
	if (rc == EHR_ENOENT)
		return ehr_fail(e, EHR_ENOTEHR, "%s: the record is encrypted "
		    "and has no key slots here (--keys)", path.s);
	return rc < 0 ? rc : keys_open(&s->f, path.s, s->ring, e);
}

static int open_source(struct cli *c, struct source *s, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = group_guarded() && geteuid() != 0 ?
	    ehr_fail(e, EHR_EPERM, "in guarded mode root makes the backups") :
	    store_is_encrypted(c->db, e);

	if (rc == 0 && !plain)
		return cli_usage(c, e, "the record is not encrypted, so who "
		    "has a backup can read it; --plain if that is wanted");
	if (rc == 0)
		cli_warn(c, "the backup is not encrypted: who has it can read "
		    "all of it");
	if (rc > 0)
		rc = unlock(c, s, e);
	opt.ring = s->ring;
	if (rc == 0)
		rc = access_open(&s->a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&s->a, PERM_UPKEEP, "backup", e);
	if (rc == 0 && c->dry_run)
		store_dry_run(record_store(s->a.r));
	return rc;
}

/* A secret that the record keeps: n bytes, made the first time. */
static int kept(struct store *db, const char *key, uint8_t *p, size_t n,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = store_config_get(db, key, &text, e);

	if (rc > 0 && hex_parse(buf_str(&text), p, n))
		return 0;
	if (rc > 0)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: setting %s is faulty",
		    store_path(db), key);
	if (rc < 0)
		return rc;
	crypto_random(p, n);
	hex_format(&text, p, n);
	return store_state_set(db, key, buf_str(&text), e);
}

/* The event before the first page, with what the record has to know. */
static int prepare(struct source *s, const char *id, struct ehr_err *e)
{
	struct store *db = record_store(s->a.r);
	BUF_AUTO scope = BUF_INIT;
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc < 0)
		return rc;
	buf_addf(&scope, "backup:%s", id);
	rc = kept(db, "store.id", s->id, sizeof(s->id), e);
	if (rc == 0)
		rc = kept(db, "store.backup-key", s->list_key,
		    sizeof(s->list_key), e);
	return admin_end(&s->a, rc < 0 ? rc : 1, scope.s, e);
}

/* ---- making ---- */

static int make(struct cli *c, struct backup_set *set, struct source *s,
    struct backup *b, struct keyring *ring, struct ehr_err *e)
{
	struct backup_opt o = {
		.db = record_store(s->a.r),
		.slots = s->ring ? &s->f : NULL,
		.list_key = s->list_key,
		.full = full, .dry_run = c->dry_run,
		.progress = admin_pages, .note = note, .arg = c,
	};
	int rc = store_begin(o.db, STORE_SNAPSHOT, e);

	memcpy(o.record, s->id, sizeof(o.record));
	if (rc == 0)
		rc = backup_make(set, &o, b, ring, e);
	store_rollback(o.db);
	cli_progress_end(c);
	return rc;
}

static int try_out(struct cli *c, struct backup_set *set,
    const struct backup *b, const struct keyring *ring, struct ehr_err *e)
{
	const struct backup_target how = { .progress = admin_pages, .arg = c };
	int rc = backup_verify(set, b, ring, &how, e);

	cli_progress_end(c);
	return rc;
}

/* The set must know the new one to find what it builds on. */
static int finish(struct cli *c, struct backup_set *set, struct backup *b,
    const struct keyring *ring, struct ehr_err *e)
{
	int rc = no_verify ? 0 : try_out(c, set, b, ring, e);

	if (rc == 0)
		rc = backup_commit(set, b, e);
	if (rc < 0)
		backup_remove(set, b, NULL);
	return rc;
}

static int run(struct cli *c, struct backup_set *set, struct backup *b,
    struct ehr_err *e)
{
	SOURCE_AUTO s = { .a = ACCESS_INIT };
	KEYRING_AUTO *ring = NULL;
	int rc = open_source(c, &s, e);

	if (rc == 0)
		rc = keyring_new(&ring, e);
	if (rc == 0)
		rc = prepare(&s, b->id, e);
	if (rc == 0)
		rc = make(c, set, &s, b, ring, e);
	if (rc == 0 && !c->dry_run)
		rc = finish(c, set, b, ring, e);
	if (rc == 0)
		cli_note(c, "%s: %lld of %lld pages%s%s", b->id,
		    (long long)b->stored, (long long)b->pages,
		    b->parent[0] ? ", on " : "", b->parent);
	return rc;
}

/* ---- throwing away ---- */

static const struct print_col gone_cols[] = { { "id", PRINT_WHOLE },
	{ "time", PRINT_WHOLE } };

static int put_gone(struct printer *p, const struct backup *b,
    struct ehr_err *e)
{
	print_text(p, str_of(b->id));
	print_time(p, b->time);
	return print_row(p, e);
}

/* Removes those without a mark, later ones first, so that what is built on
 * goes last; lists them with -n or -v. All must be known, but one that is to
 * go in any case. */
static int remove_rest(struct cli *c, struct backup_set *s, const bool *keep,
    const struct backup *faulty, struct ehr_err *e)
{
	struct printer *p = NULL;
	int rc = backup_set_all_read(s, faulty, e);

	if (rc == 0 && (c->dry_run || c->verbose))
		rc = print_open(&p, c, gone_cols, ARRAY_LEN(gone_cols), e);
	for (size_t i = s->n; rc == 0 && i-- > 0;) {
		if (keep[i] || s->v[i].fault[0])
			continue;
		if (p)
			rc = put_gone(p, &s->v[i], e);
		if (rc == 0 && !c->dry_run)
			rc = backup_remove(s, &s->v[i], e);
	}
	return p ? print_close(p, rc, e) : rc;
}

static enum backup_use change(const struct cli *c)
{
	return c->dry_run ? BACKUP_LOOK : BACKUP_CHANGE;
}

static int prune(struct cli *c, const char *path, const struct backup_keep *k,
    struct ehr_err *e)
{
	BACKUP_SET_AUTO s = BACKUP_SET_INIT;
	bool *keep;
	int rc = backup_set_open(&s, path, change(c), e);

	if (rc < 0)
		return rc;
	keep = xcalloc(s.n + 1, sizeof(*keep));
	backup_keep_mark(&s, k, keep);
	rc = remove_rest(c, &s, keep, NULL, e);
	free(keep);
	return rc;
}

int admin_backup(struct cli *c, struct ehr_err *e)
{
	struct backup_keep k = { 0 };
	struct backup b = { 0 };
	bool fresh = access(c->argv[0], F_OK) != 0;
	int rc = read_keep(c, &k, e);

	if (rc == 0) {
		BACKUP_SET_AUTO set = BACKUP_SET_INIT;

		rc = backup_set_open(&set, c->argv[0],
		    c->dry_run ? BACKUP_LOOK : BACKUP_MAKE, e);
		if (rc == EHR_ENOENT && c->dry_run)
			rc = 0;
		backup_id(b.id);
		if (rc == 0)
			rc = run(c, &set, &b, e);
	}
	if (rc < 0 && fresh)
		rmdir(c->argv[0]); /* when nothing is in it */
	return rc == 0 && keep_text ? prune(c, c->argv[0], &k, e) : rc;
}

int admin_backup_prune(struct cli *c, struct ehr_err *e)
{
	struct backup_keep k = { 0 };
	int rc = read_keep(c, &k, e);

	return rc < 0 ? rc : prune(c, c->argv[0], &k, e);
}

/* Those that build on what is not kept are not kept either. */
int admin_backup_destroy(struct cli *c, struct ehr_err *e)
{
	BACKUP_SET_AUTO s = BACKUP_SET_INIT;
	const struct backup *b = NULL;
	bool *keep;
	int rc = backup_set_open(&s, c->argv[0], change(c), e);

	if (rc == 0)
		rc = admin_backup_find(&s, c->argv[1], 0, &b, e);
	if (rc < 0)
		return rc;
	keep = xcalloc(s.n, sizeof(*keep));
	for (size_t i = 0; i < s.n; i++) {
		const struct backup *parent = backup_parent(&s, &s.v[i]);

		keep[i] = &s.v[i] != b && (!parent || keep[parent - s.v]);
	}
	rc = remove_rest(c, &s, keep, b, e);
	if (rc == 0 && b->fault[0] && !c->dry_run)
		rc = backup_remove(&s, b, e);
	free(keep);
	return rc;
}

/* ---- looking ---- */

static int put_backup(struct printer *p, const struct backup_set *s,
    const struct backup *b, struct ehr_err *e)
{
	struct ehr_err why = { 0, "" };
	char uuid[37];
	bool ok = backup_chain(s, b, &why) == 0;

	uuid_format(b->record, uuid);
	print_text(p, str_of(b->id));
	print_time(p, b->time);
	print_text(p, b->parent[0] ? str_of(b->parent) : STR_NONE);
	print_int(p, b->bytes);
	print_int(p, b->stored);
	print_int(p, b->pages);
	print_int(p, b->audit);
	print_text(p, str_of(uuid));
	print_text(p, ok ? STR("whole") : str_of(why.msg));
	return print_row(p, e);
}

int admin_backup_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", PRINT_WHOLE },
		{ "time", PRINT_WHOLE }, { "parent", 0 },
		{ "bytes", PRINT_RIGHT }, { "stored", PRINT_RIGHT },
		{ "pages", PRINT_RIGHT }, { "events", PRINT_RIGHT },
		{ "record", 0 }, { "state", PRINT_WIDE } };
	BACKUP_SET_AUTO s = BACKUP_SET_INIT;
	struct printer *p = NULL;
	int rc = backup_set_open(&s, c->argv[0], BACKUP_LOOK, e);

	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	for (size_t i = 0; rc == 0 && i < s.n; i++)
		rc = put_backup(p, &s, &s.v[i], e);
	return print_close(p, rc, e);
}

int admin_backup_verify(struct cli *c, struct ehr_err *e)
{
	BACKUP_SET_AUTO s = BACKUP_SET_INIT;
	KEYRING_AUTO *ring = NULL;
	const struct backup *b = NULL;
	struct key_slots f;
	/* what is restored to try it out stands beside it under one name */
	int rc = backup_set_open(&s, c->argv[0], BACKUP_CHANGE, e);

	if (rc == 0)
		rc = admin_backup_find(&s, c->argc > 1 ? c->argv[1] : NULL,
		    INT64_MAX, &b, e);
	if (rc == 0)
		rc = backup_chain(&s, b, e);
	if (rc == 0)
		rc = keyring_new(&ring, e);
	if (rc == 0)
		rc = backup_unlock(&s, b, &f, ring, e);
	return rc < 0 ? rc : try_out(c, &s, b, ring, e);
}
