/* outgoing.c - files of claims: kept with the rows, then placed.
 *
 * The bytes are in the record before the file has its name, so whatever ends
 * a build, claim_resume() goes on with the same bytes and numbers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build.h"

int claim_number(struct store *db, const char *name, int64_t n,
    int64_t *last, struct ehr_err *e)
{
	struct stmt *s = build_sql(db, BUILD_NUMBER);
	int rc;

	stmt_text(s, 1, str_of(name));
	stmt_int(s, 2, n);
	rc = stmt_step(s, e);
	if (rc > 0)
		*last = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

/* The folder as others will find it, too. */
static int find_folder(const struct claim_out *o, struct buf *folder,
    struct ehr_err *e)
{
	struct str dir = setup_value(o->submitter, "dir");
	BUF_AUTO want = BUF_INIT;
	char *real;

	buf_addstr(&want, o->folder ? str_of(o->folder) :
	    dir.n ? dir : STR("."));
	real = realpath(want.s, NULL);
	if (real == NULL)
		return ehr_fail_errno(e, "%s", want.s);
	buf_adds(folder, real);
	free(real);
	return 0;
}

static void bind_file(struct stmt *s, const struct claim_out *o,
    const struct claim_made *m, const uint8_t digest[SHA256_LEN],
    struct str name, struct str folder, const struct buf *packed)
{
	stmt_text(s, 1, str_of(o->kind));
	stmt_text(s, 2, o->submitter->key);
	stmt_int(s, 3, o->isa);
	stmt_int(s, 4, o->gs);
	stmt_text(s, 5, name);
	stmt_text(s, 6, folder);
	stmt_blob(s, 7, digest, SHA256_LEN);
	stmt_int(s, 8, m->claims);
	stmt_int(s, 9, m->cents);
	stmt_int(s, 10, o->now);
	stmt_int(s, 11, m->batch);
	stmt_blob(s, 12, packed->s, packed->len);
}

int claim_out_row(struct access *a, const struct claim_out *o,
    struct str folder, struct str text, struct claim_made *m,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = build_sql(db, OUT_ADD);
	BUF_AUTO name = BUF_INIT, packed = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	int rc;

	buf_addf(&name, "%.*s-%09" PRIu32 ".%.3s", STR_FMT(o->submitter->key),
	    o->isa, o->kind);
	buf_addf(&m->path, "%.*s/%s", STR_FMT(folder), name.s);
	sha256(text.s, text.n, digest);
	store_pack_plain(text, &packed);
	bind_file(s, o, m, digest, buf_str(&name), folder, &packed);
	rc = stmt_run(s, e);
	m->id = store_last_rowid(db);
	return rc;
}

int claim_out_keep(struct access *a, const struct claim_out *o,
    struct str text, struct claim_made *m, struct ehr_err *e)
{
	BUF_AUTO folder = BUF_INIT;
	int rc = find_folder(o, &folder, e);

	if (rc == 0)
		rc = claim_out_row(a, o, buf_str(&folder), text, m, e);
	if (rc == 0 && !a->opt.dry_run)
		rc = out_open(&m->out, m->path.s, false, e);
	if (rc == 0 && m->out)
		rc = out_write(m->out, text.s, text.n, e);
	return rc;
}

/* Says in the record that it is there. */
static int mark(struct access *a, int64_t id, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s;
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc < 0)
		return rc;
	s = build_sql(db, OUT_PLACED);
	stmt_int(s, 1, id);
	stmt_int(s, 2, store_time(db));
	rc = stmt_run(s, e);
	if (rc == 0)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

int claim_out_place(struct access *a, struct claim_made *m,
    struct ehr_err *e)
{
	int rc = out_commit(m->out, e);

	m->out = NULL;
	return rc < 0 ? rc : mark(a, m->id, e);
}

/* ---- what was kept and not placed ---- */

struct kept {
	struct claim_made made;
	struct buf packed;
};

/* The file of a build that was cut off behind its name: same bytes? */
static int there(const struct buf *path, struct str text, struct ehr_err *e)
{
	BUF_AUTO have = BUF_INIT;

	if (access(path->s, F_OK) != 0)
		return 0;
	if (in_all(path->s, text.n + 1, &have, NULL) < 0 ||
	    !str_eq(buf_str(&have), text))
		return ehr_fail(e, EHR_EIO, "%s: another file has this name",
		    path->s);
	return 1;
}

static int place(struct access *a, struct kept *k, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = store_unpack_plain(record_store(a->r), buf_str(&k->packed),
	    SIZE_MAX, &text, e);

	if (rc == 0)
		rc = there(&k->made.path, buf_str(&text), e);
	if (rc > 0)
		return mark(a, k->made.id, e);
	if (rc == 0)
		rc = out_open(&k->made.out, k->made.path.s, false, e);
	if (rc == 0)
		rc = out_write(k->made.out, text.s, text.len, e);
	if (rc == 0)
		return claim_out_place(a, &k->made, e);
	out_abort(k->made.out);
	k->made.out = NULL;
	return rc;
}

/* The first one behind number after: 1; 0: there is none. */
static int next_kept(struct store *db, int64_t after, struct kept *k,
    struct ehr_err *e)
{
	struct stmt *s = build_sql(db, OUT_OPEN);
	int rc;

	while ((rc = stmt_step(s, e)) > 0 && stmt_col_int(s, 0) <= after)
		;
	if (rc > 0) {
		buf_reset(&k->made.path);
		buf_reset(&k->packed);
		k->made.id = stmt_col_int(s, 0);
		k->made.batch = stmt_col_int(s, 1);
		buf_addf(&k->made.path, "%.*s/%.*s", STR_FMT(stmt_col(s, 2)),
		    STR_FMT(stmt_col(s, 3)));
		k->made.claims = stmt_col_int(s, 4);
		k->made.cents = stmt_col_int(s, 5);
		buf_addstr(&k->packed, stmt_col(s, 6));
	}
	stmt_reset(s);
	return rc;
}

int claim_resume(struct access *a, const struct claim_build *o,
    struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct kept k = { .made.path = BUF_INIT, .packed = BUF_INIT };
	int64_t after = 0;
	int rc;

	while ((rc = next_kept(db, after, &k, e)) > 0) {
		after = k.made.id;
		rc = a->opt.dry_run ? 0 : place(a, &k, e);
		if (rc == 0 && o->made)
			rc = o->made(o->arg, k.made.batch, k.made.path.s,
			    k.made.claims, k.made.cents, e);
		if (rc < 0)
			break;
	}
	buf_release(&k.made.path);
	buf_release(&k.packed);
	return rc;
}

/* ---- undo ---- */

int claim_build_undo(struct access *a, int64_t by, int64_t batch,
    struct batch_counts *n, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = build_sql(db, OUT_OF_BATCH), *u;
	BUF_AUTO path = BUF_INIT;
	int64_t n_back = 0;
	int rc;

	stmt_int(s, 1, batch);
	while ((rc = stmt_step(s, e)) > 0) {
		buf_reset(&path);
		buf_addf(&path, "%.*s/%.*s", STR_FMT(stmt_col(s, 1)),
		    STR_FMT(stmt_col(s, 2)));
		if (stmt_col_int(s, 3) || access(path.s, F_OK) == 0) {
			rc = ehr_fail(e, EHR_ENO, "%s may be sent already: "
			    "void the charges, so that build sends voids "
			    "(frequency 8)", path.s);
			break;
		}
		u = build_sql(db, OUT_UNDO);
		stmt_int(u, 1, stmt_col_int(s, 0));
		stmt_int(u, 2, by);
		rc = stmt_run(u, e);
		if (rc < 0)
			break;
		n->deleted++;
	}
	stmt_reset(s);
	if (rc == 0)
		rc = claim_event_undo(a, batch, by, &n_back, e);
	return rc < 0 ? rc : ledger_take_back(a, by, batch, STR("undone"),
	    &n_back, e);
}
