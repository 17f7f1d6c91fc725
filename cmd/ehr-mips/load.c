/* load.c - ehr-mips load, unload: what the record keeps of measures. */
#include <stdlib.h>

#include "mips.h"

/* ---- the record, to change it ---- */

static int open_record(struct cli *c, struct access *a, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, STORE_WRITE, e);

	if (rc == 0)
		rc = access_need(a, PERM_ADMIN, c->verb->name, e);
	if (rc == 0 && c->dry_run)
		store_dry_run(record_store(a->r));
	return rc;
}

int mips_begin(struct cli *c, struct access *a, struct ehr_err *e)
{
	int rc = open_record(c, a, e);

	return rc < 0 ? rc : store_begin(record_store(a->r), STORE_SHORT, e);
}

/* Commits with the event of what changed; rolls back when nothing did. */
int mips_end(struct access *a, int rc, const struct buf *scope,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct audit_event ev = access_event(a, AUDIT_CONFIG, scope->s);

	if (rc == 0 && scope->len)
		rc = audit_append(db, &ev, NULL, 0, NULL, e);
	if (rc == 0 && scope->len)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

/* "load:CMS122...|1.0.000,CMS130...", cut where an event's text ends. */
static void add_scope(struct buf *scope, const char *verb,
    const struct quality_kept *k)
{
	if (scope->len > MAX_AUDIT_TEXT - 300)
		return;
	buf_addf(scope, "%s%s%.*s|%.*s", scope->len ? "," : verb,
	    scope->len ? "" : ":", (int)(k->name.n > 200 ? 200 : k->name.n),
	    k->name.s, STR_FMT(k->version));
}

/* ---- load ---- */

/* All is read and checked before the first row is written. */
struct loading {
	struct cli *c;
	struct store *db;
	struct arena mem;
	struct piece {
		struct quality_kept k;
		struct str text;
	} *piece;
	size_t n;
	unsigned added;
};

/* What is kept can be evaluated: it is linked here. */
static int check(struct loading *l, struct quality_kept *k, struct str text,
    struct ehr_err *e)
{
	struct quality_package *p = quality_package_new();
	int rc = quality_package_add(p, "package", text, e);

	quality_package_complete(p, l->db);
	if (rc == 0)
		rc = quality_package_link(p, job_warn, l->c, e);
	if (rc == 0)
		quality_package_hash(p, k->sha256);
	quality_package_free(p);
	return rc;
}

static int collect(void *arg, const struct quality_kept *found,
    struct str text, struct ehr_err *e)
{
	struct loading *l = arg;
	struct quality_kept k = *found;
	struct str *const own[] = { &k.name, &k.version, &k.url, &k.alias,
		&k.input };
	int rc = k.kind == QUALITY_KEPT_MEASURE
	    ? check(l, &k, text, e) : 0;

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		*own[i] = arena_str(&l->mem, *own[i]);
	l->piece = xrealloc(l->piece, (l->n + 1) * sizeof(*l->piece));
	l->piece[l->n++] = (struct piece){ k, arena_str(&l->mem, text) };
	return 0;
}

static int keep(struct loading *l, struct access *a, struct buf *scope,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; i < l->n && rc >= 0; i++) {
		struct quality_kept *k = &l->piece[i].k;

		k->by = buf_str(&a->user);
		rc = quality_kept_put(record_store(a->r), k, l->piece[i].text,
		    l->c->force, e);
		if (rc > 0) {
			add_scope(scope, l->c->verb->name, k);
			l->added++;
		}
		if (rc >= 0)
			cli_note(l->c, "%s %.*s|%.*s: %s",
			    quality_kept_name(k->kind), STR_FMT(k->name),
			    STR_FMT(k->version), rc ? "loaded" : "unchanged");
	}
	return rc < 0 ? rc : 0;
}

int kept_load(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	struct loading l = { .c = c, .mem = ARENA_INIT };
	int rc = open_record(c, &a, e);

	if (rc < 0)
		return rc;
	l.db = record_store(a.r);
	for (int i = 0; i < c->argc && rc == 0; i++)
		rc = quality_intake(c->argv[i],
		    strcmp(c->verb->name, "load") != 0,
		    (int)mips_opts.year, collect, &l, e);
	if (rc == 0)
		rc = store_begin(l.db, STORE_SHORT, e);
	if (rc == 0)
		rc = mips_end(&a, keep(&l, &a, &scope, e), &scope, e);
	if (rc == 0)
		cli_note(c, "%u loaded, %u unchanged", l.added,
		    (unsigned)l.n - l.added);
	free(l.piece);
	arena_release(&l.mem);
	return rc;
}

/* ---- unload ---- */

struct unloading {
	struct store *db;
	struct buf *scope;
	struct ehr_err *e;
};

static int drop(void *arg, const struct quality_kept *k)
{
	struct unloading *u = arg;
	int rc = quality_kept_drop(u->db, k->id, u->e);

	if (rc > 0)
		add_scope(u->scope, "unload", k);
	return rc < 0 ? rc : 0;
}

int kept_unload(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	BUF_AUTO candidates = BUF_INIT;
	struct unloading u = { .scope = &scope, .e = e };
	int rc = mips_begin(c, &a, e);

	if (rc < 0)
		return rc;
	u.db = record_store(a.r);
	for (int i = 0; i < c->argc && rc == 0; i++) {
		rc = quality_kept_find(u.db, QUALITY_KEPT_KINDS,
		    str_of(c->argv[i]), drop, &u, &candidates, e);
		if (rc == EHR_ENOENT)
			cli_candidates(c, &candidates);
	}
	return mips_end(&a, rc, &scope, e);
}
