/* search.c - questions to the index. */
#include <stdlib.h>

#include "impl.h"

static int get_version(struct record *r, int64_t *v, struct ehr_err *e)
{
	*v = 0;
	return store_int(r->db, &record_sql_table[INDEX_VERSION_GET], v, e);
}

int index_stale(struct record *r, struct ehr_err *e)
{
	int64_t v;
	int rc = get_version(r, &v, e);

	return rc < 0 ? rc : v != INDEX_VERSION;
}

/* Rows of another version of paths.def would miss what is there. */
int index_check_version(struct record *r, struct ehr_err *e)
{
	int64_t v;
	int rc = get_version(r, &v, e);

	if (rc < 0)
		return rc;
	return v == INDEX_VERSION ? 0 : ehr_fail(e, EHR_EIO, "%s: the search "
	    "index is %s", store_path(r->db), v == -INDEX_VERSION ?
	    "being made: wait, or go on with ehr-admin reindex" :
	    "of another version: ehr-admin reindex makes it anew");
}

int index_terms(struct record *r, struct str system, struct str code,
    struct terms *t, struct ehr_err *e)
{
	struct stmt *s = sql(r, TERM_BY_CODE);
	int rc;

	stmt_text(s, 1, code);
	while ((rc = stmt_step(s, e)) > 0) {
		if (system.s && !str_eq(system, stmt_col(s, 1)))
			continue;
		t->id = xrealloc(t->id, (t->n + 1) * sizeof(*t->id));
		t->id[t->n++] = stmt_col_int(s, 0);
	}
	stmt_reset(s);
	return rc;
}

int index_owner(struct record *r, struct owner *o, int64_t seg,
    int64_t *patient, struct ehr_err *e)
{
	int rc = 0;

	if (o->seg != seg) {
		rc = segment_patient(r, seg, RECORD_NOW - 1, &o->patient, e);
		o->seg = seg;
	}
	*patient = o->patient;
	return rc < 0 ? rc : 0;
}

static int token_rows(struct record *r, enum record_sql_id id, int64_t pt,
    index_fn *fn, void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[id]);
	struct owner o = { -1, 0 };
	int64_t patient;
	int rc;

	stmt_int(s, 1, pt);
	while ((rc = stmt_step(s, e)) > 0) {
		rc = index_owner(r, &o, stmt_col_int(s, 0), &patient, e);
		if (rc == 0 && guard_hides_index(r, stmt_col_int(s, 2)))
			continue;
		if (rc == 0)
			rc = fn(arg, patient, stmt_col_int(s, 2),
			    stmt_col_int(s, 1));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int index_token(struct record *r, enum index_param p, struct str system,
    struct str code, index_fn *fn, void *arg, struct ehr_err *e)
{
	struct terms t = { NULL, 0 };
	int rc = index_check_version(r, e);

	if (rc == 0 && p != INDEX_GENDER)
		rc = store_need(r->db, PERM_CLINICAL, "index", e);
	if (rc == 0)
		rc = index_terms(r, system, code, &t, e);
	for (size_t i = 0; rc == 0 && i < t.n; i++) {
		rc = token_rows(r, TOKEN_OF, t.id[i] << 8 | p, fn, arg, e);
		if (rc == 0 && p == INDEX_CODE)
			rc = token_rows(r, QUANTITY_OF, t.id[i], fn, arg, e);
	}
	free(t.id);
	return rc;
}

int index_drug(struct record *r, int64_t medication, index_fn *fn, void *arg,
    struct ehr_err *e)
{
	int rc = index_check_version(r, e);

	return rc < 0 ? rc : token_rows(r, TOKEN_OF,
	    medication << 8 | INDEX_MEDICATION, fn, arg, e);
}

int index_range(struct record *r, enum index_param p, struct str lo,
    struct str hi, int (*fn)(void *arg, int64_t rid, struct str value),
    void *arg, struct ehr_err *e)
{
	int rc = index_check_version(r, e);
	struct stmt *s;

	if (rc < 0)
		return rc;
	s = store_scan(r->db, &record_sql_table[STRING_RANGE]);
	stmt_int(s, 1, p);
	stmt_text(s, 2, lo.s ? lo : STR(""));
	/* Above every UTF-8 text. */
	stmt_text(s, 3, hi.s ? hi : STR("\xff"));
	while ((rc = stmt_step(s, e)) > 0) {
		rc = fn(arg, stmt_col_int(s, 0), stmt_col(s, 1));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int index_string(struct record *r, enum index_param p, struct str folded,
    bool prefix, int (*fn)(void *arg, int64_t rid, struct str value),
    void *arg, struct ehr_err *e)
{
	BUF_AUTO hi = BUF_INIT;

	buf_addstr(&hi, folded);
	if (prefix)
		buf_addch(&hi, (char)0xff);
	else
		buf_add(&hi, "\0", 1);
	return index_range(r, p, folded, buf_str(&hi), fn, arg, e);
}

/* ---- names ---- */

enum { NAME_PATIENCE = 8 };

/* Where the next row of (family, given) can be, seen from a row that is none:
 * at this family's rows of the given name, or behind the last of them. */
static void name_seek(struct buf *at, struct str family, struct str got,
    struct str given)
{
	buf_reset(at);
	buf_addstr(at, family);
	buf_addch(at, INDEX_NAME_SEP);
	if (str_cmp(got, given) < 0)
		buf_addstr(at, given);
	else
		buf_addch(at, (char)0xff);
}

/* Rows from *at on; *more: and from where *at is now. After some rows in vain
 * it is cheaper to look further on than to read on. */
static int name_rows(struct record *r, struct buf *at, struct str end,
    struct str given, bool *more,
    int (*fn)(void *arg, int64_t rid, struct str value), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[STRING_RANGE]);
	int rc, vain = 0;

	stmt_int(s, 1, INDEX_FAMILY);
	stmt_text(s, 2, buf_str(at));
	stmt_text(s, 3, end);
	while ((rc = stmt_step(s, e)) > 0) {
		struct str value = stmt_col(s, 1), got = value, family;

		str_split(&got, INDEX_NAME_SEP, &family);
		if (str_begins(got, given)) {
			vain = 0;
			rc = fn(arg, stmt_col_int(s, 0), value);
			if (rc)
				break;
		} else if (++vain > NAME_PATIENCE) {
			name_seek(at, family, got, given);
			*more = true;
			rc = 0;
			break;
		}
	}
	store_scan_end(s);
	return rc;
}

int index_name(struct record *r, struct str family, struct str given,
    int (*fn)(void *arg, int64_t rid, struct str value), void *arg,
    struct ehr_err *e)
{
	BUF_AUTO at = BUF_INIT;
	BUF_AUTO end = BUF_INIT;
	int rc = index_check_version(r, e);

	if (rc == 0 && family.n == 0)
		return index_string(r, INDEX_GIVEN, given, true, fn, arg, e);
	buf_addstr(&at, family);
	buf_addstr(&end, family);
	buf_addch(&end, (char)0xff);
	for (bool more = true; rc == 0 && more;) {
		more = false;
		rc = name_rows(r, &at, buf_str(&end), given, &more, fn, arg,
		    e);
	}
	return rc;
}

/* ---- identifiers ---- */

static int identifier_rows(struct record *r, int64_t key, struct str system,
    struct str value, int (*fn)(void *arg, int64_t rid), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[IDENT_FIND]);
	struct resource res;
	struct tape_error why;
	int rc;

	stmt_int(s, 1, key);
	stmt_int(s, 2, key);
	while ((rc = stmt_step(s, e)) > 0) {
		rc = row_get(r, stmt_col_int(s, 0), RECORD_NOW, &res, e);
		if (rc > 0 && res.state == RECORD_LIVE &&
		    tape_parse(&r->tape, res.body.s, res.body.n, &why) == 0 &&
		    ident_in_body(&r->tape, system, value, &r->text))
			rc = fn(arg, res.rid);
		else if (rc > 0)
			rc = 0;
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int index_identifier(struct record *r, int type, struct str system,
    struct str value, int (*fn)(void *arg, int64_t rid), void *arg,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int64_t max = 0;
	int rc = store_int(r->db, &record_sql_table[SOURCE_MAX], &max, e);

	buf_adds(&name, "identifier=");
	if (system.s)
		buf_addf(&name, "%.*s|", STR_FMT(system));
	buf_addstr(&name, value);
	for (int src = 1; rc >= 0 && src <= max; src++) {
		rc = identifier_rows(r, ident_key(src, buf_str(&name), type),
		    system, value, fn, arg, e);
		if (rc)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

/* ---- notes ---- */

/* Words and "phrases" of a person's query as an FTS5 expression: each in
 * quotes, so that no operator of FTS5 means anything. */
static void fts_query(struct buf *b, struct str query)
{
	struct str rest = query, part;

	for (int in = 0; str_split(&rest, '"', &part); in = !in) {
		struct str word, words = part;

		if (in && str_trim(part).n)
			buf_addf(b, "\"%.*s\" ", STR_FMT(part));
		while (!in && str_split(&words, ' ', &word))
			if (word.n)
				buf_addf(b, "\"%.*s\" ", STR_FMT(word));
	}
}

int index_text(struct record *r, struct str query, int (*fn)(void *arg,
    int64_t rid, struct str snippet), void *arg, struct ehr_err *e)
{
	BUF_AUTO fts = BUF_INIT;
	struct stmt *s;
	int rc = index_check_version(r, e);

	fts_query(&fts, query);
	if (rc < 0 || fts.len == 0)
		return rc;
	s = store_scan(r->db, &record_sql_table[NOTE_FIND]);
	stmt_text(s, 1, buf_str(&fts));
	while ((rc = stmt_step(s, e)) > 0) {
		if (guard_hides_index(r, stmt_col_int(s, 0)))
			continue;
		rc = fn(arg, stmt_col_int(s, 0), stmt_col(s, 1));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}
