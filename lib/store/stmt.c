/* stmt.c - statements: prepared once per handle, found by their table row. */
#include <stdlib.h>

#include "impl.h"

static struct stmt *prepare(struct store *db, const struct sql *q)
{
	struct stmt *s = xcalloc(1, sizeof(*s));

	s->db = db;
	s->q = q;
	if (store_need(db, q->perm, q->name, &s->err) == 0 &&
	    sqlite3_prepare_v3(db->h, q->text, -1,
		SQLITE_PREPARE_PERSISTENT, &s->s, NULL) != SQLITE_OK)
		store_fail(db, &s->err, q->name);
	return s;
}

struct stmt *store_sql(struct store *db, const struct sql *q)
{
	bool added;
	int64_t *at = map64_put(&db->stmts, (uint64_t)(uintptr_t)q, &added);
	struct stmt *s;

	if (added) {
		*at = (int64_t)db->n_stmt;
		db->stmt = xrealloc(db->stmt,
		    (db->n_stmt + 1) * sizeof(struct stmt *));
		db->stmt[db->n_stmt++] = prepare(db, q);
	}
	s = db->stmt[*at];
	if (s->s)
		sqlite3_reset(s->s);
	return s;
}

struct stmt *store_scan(struct store *db, const struct sql *q)
{
	return prepare(db, q);
}

void store_scan_end(struct stmt *s)
{
	sqlite3_finalize(s->s);
	free(s);
}

void store_free_stmts(struct store *db)
{
	for (size_t i = 0; i < db->n_stmt; i++) {
		sqlite3_finalize(db->stmt[i]->s);
		free(db->stmt[i]);
	}
	free(db->stmt);
	map64_release(&db->stmts);
}

static void bound(struct stmt *s, int rc)
{
	if (rc != SQLITE_OK && s->err.code == 0)
		ehr_fail(&s->err, EHR_EIO, "%s: binding: %s", s->q->name,
		    sqlite3_errstr(rc));
}

void stmt_int(struct stmt *s, int i, int64_t v)
{
	if (s->s)
		bound(s, sqlite3_bind_int64(s->s, i, v));
}

void stmt_real(struct stmt *s, int i, double v)
{
	if (s->s)
		bound(s, sqlite3_bind_double(s->s, i, v));
}

void stmt_null(struct stmt *s, int i)
{
	if (s->s)
		bound(s, sqlite3_bind_null(s->s, i));
}

void stmt_id(struct stmt *s, int i, int64_t v)
{
	if (v)
		stmt_int(s, i, v);
	else
		stmt_null(s, i);
}

void stmt_text(struct stmt *s, int i, struct str v)
{
	if (s->s)
		bound(s, sqlite3_bind_text64(s->s, i, v.s, v.n, SQLITE_STATIC,
		    SQLITE_UTF8));
}

void stmt_blob(struct stmt *s, int i, const void *p, size_t n)
{
	if (s->s)
		bound(s, sqlite3_bind_blob64(s->s, i, p, n, SQLITE_STATIC));
}

int stmt_step(struct stmt *s, struct ehr_err *e)
{
	int rc;

	if (s->err.code != 0)
		return ehr_fail(e, s->err.code, "%s", s->err.msg);
	rc = sqlite3_step(s->s);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	rc = store_fail(s->db, e, s->q->name);
	sqlite3_reset(s->s);
	return rc;
}

int stmt_run(struct stmt *s, struct ehr_err *e)
{
	int rc;

	do
		rc = stmt_step(s, e);
	while (rc > 0);
	stmt_reset(s);
	return rc;
}

void stmt_reset(struct stmt *s)
{
	if (s->s)
		sqlite3_reset(s->s);
}

enum stmt_type stmt_type(struct stmt *s, int i)
{
	static const enum stmt_type type[] = {
		[SQLITE_INTEGER] = STMT_INT, [SQLITE_FLOAT] = STMT_REAL,
		[SQLITE_TEXT] = STMT_TEXT, [SQLITE_BLOB] = STMT_BLOB,
		[SQLITE_NULL] = STMT_NULL,
	};

	return type[sqlite3_column_type(s->s, i)];
}

int64_t stmt_col_int(struct stmt *s, int i)
{
	return sqlite3_column_int64(s->s, i);
}

double stmt_col_real(struct stmt *s, int i)
{
	return sqlite3_column_double(s->s, i);
}

struct str stmt_col(struct stmt *s, int i)
{
	const char *p = sqlite3_column_blob(s->s, i);
	int n = sqlite3_column_bytes(s->s, i);

	if (p == NULL && sqlite3_column_type(s->s, i) != SQLITE_NULL)
		p = "";
	return (struct str){ p, (size_t)n };
}

bool stmt_col_null(struct stmt *s, int i)
{
	return sqlite3_column_type(s->s, i) == SQLITE_NULL;
}

int store_int(struct store *db, const struct sql *q, int64_t *v,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, q);
	int rc = stmt_step(s, e);

	if (rc > 0 && stmt_col_null(s, 0))
		rc = 0;
	if (rc > 0)
		*v = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int64_t store_last_rowid(struct store *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

int64_t store_changes(struct store *db)
{
	return sqlite3_changes64(db->h);
}

struct function {
	store_fn *fn;
	void *arg;
};

static void call_function(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct function *f = sqlite3_user_data(c);
	struct str text = { (const char *)sqlite3_value_text(v[1]),
		(size_t)sqlite3_value_bytes(v[1]) };
	struct str blob = { sqlite3_value_blob(v[2]),
		(size_t)sqlite3_value_bytes(v[2]) };
	struct buf out = BUF_INIT;

	(void)n;
	if (text.s && f->fn(f->arg, &out, sqlite3_value_int64(v[0]), text,
	    blob))
		sqlite3_result_text64(c, out.s, out.len, SQLITE_TRANSIENT,
		    SQLITE_UTF8);
	else
		sqlite3_result_null(c);
	buf_release(&out);
}

int store_function(struct store *db, const char *name, store_fn *fn,
    void *arg, struct ehr_err *e)
{
	struct function *f = xmalloc(sizeof(*f));

	*f = (struct function){ fn, arg };
	if (sqlite3_create_function_v2(db->h, name, 3, SQLITE_UTF8 |
		SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, f, call_function,
		NULL, NULL, free) != SQLITE_OK)
		return store_fail(db, e, name);
	return 0;
}
