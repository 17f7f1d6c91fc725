/* Packages, value sets and reference files that the record keeps. */
#include "quality/impl.h"
#include "quality/statements.h"

#include <stdio.h>

enum { TEXT_MAX = 1 << 30 }; /* bytes of one, unpacked */

const struct sql quality_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

static const char *const kinds[] = {
	[QUALITY_KEPT_MEASURE] = "measure",
	[QUALITY_KEPT_VALUESET] = "valueset",
	[QUALITY_KEPT_MEASURES] = "qpp-measures",
	[QUALITY_KEPT_BENCHMARKS] = "qpp-benchmarks",
	[QUALITY_KEPT_MVP] = "qpp-mvp",
	[QUALITY_KEPT_KINDS] = "", /* all */
};

static struct stmt *sql(struct store *db, enum quality_sql_id id)
{
	return store_sql(db, &quality_sql_table[id]);
}

const char *quality_kept_name(enum quality_kept_kind k)
{
	return kinds[k];
}

static void key(struct stmt *s, enum quality_kept_kind kind, struct str url,
    struct str version)
{
	stmt_text(s, 1, str_of(kinds[kind]));
	stmt_text(s, 2, url);
	stmt_text(s, 3, version);
}

/* ---- writing ---- */

static int add(struct store *db, const struct quality_kept *k, struct str text,
    struct ehr_err *e)
{
	struct stmt *s = sql(db, KEPT_ADD);
	BUF_AUTO packed = BUF_INIT;
	int rc;

	store_pack_plain(text, &packed);
	stmt_text(s, 1, str_of(kinds[k->kind]));
	stmt_text(s, 2, k->name);
	stmt_text(s, 3, k->url);
	stmt_text(s, 4, k->version);
	stmt_text(s, 5, k->alias);
	stmt_blob(s, 6, k->sha256, sizeof(k->sha256));
	stmt_text(s, 7, k->input);
	stmt_int(s, 8, (int64_t)text.n);
	stmt_int(s, 9, store_time(db));
	stmt_text(s, 10, k->by);
	stmt_blob(s, 11, packed.s, packed.len);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int quality_kept_drop(struct store *db, int64_t id, struct ehr_err *e)
{
	struct stmt *s = sql(db, KEPT_DROP);
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_run(s, e);
	if (rc < 0)
		return rc;
	return store_changes(db) ? 1 : ehr_fail(e, EHR_ENOENT,
	    "%lld: nothing of that number is loaded", (long long)id);
}

int quality_kept_put(struct store *db, const struct quality_kept *k,
    struct str text, bool force, struct ehr_err *e)
{
	struct stmt *s = sql(db, KEPT_SAME);
	int64_t id = 0;
	bool same = false;
	int rc;

	key(s, k->kind, k->url, k->version);
	rc = stmt_step(s, e);
	if (rc > 0) {
		id = stmt_col_int(s, 0);
		same = str_eq(stmt_col(s, 1), (struct str){
			(const char *)k->sha256, sizeof(k->sha256) });
	}
	stmt_reset(s);
	if (rc < 0 || same)
		return rc < 0 ? rc : 0;
	if (rc > 0 && !force)
		return ehr_fail(e, EHR_EREJECT, "%s %.*s|%.*s is loaded with "
		    "another content (--force replaces it)", kinds[k->kind],
		    STR_FMT(k->name), STR_FMT(k->version));
	if (rc > 0)
		rc = quality_kept_drop(db, id, e);
	return rc < 0 ? rc : add(db, k, text, e);
}

/* ---- reading ---- */

static void row(struct stmt *s, struct quality_kept *k)
{
	struct str kind = stmt_col(s, 1), hash = stmt_col(s, 6);

	*k = (struct quality_kept){
		.id = stmt_col_int(s, 0), .kind = QUALITY_KEPT_KINDS,
		.name = stmt_col(s, 2), .url = stmt_col(s, 3),
		.version = stmt_col(s, 4), .alias = stmt_col(s, 5),
		.input = stmt_col(s, 7), .size = stmt_col_int(s, 8),
		.time = stmt_col_int(s, 9), .by = stmt_col(s, 10),
	};
	for (int i = 0; i < QUALITY_KEPT_KINDS; i++)
		if (str_is(kind, kinds[i]))
			k->kind = (enum quality_kept_kind)i;
	if (hash.n == sizeof(k->sha256))
		memcpy(k->sha256, hash.s, hash.n);
}

/* Calls fn for the rows; frees s. */
static int rows(struct stmt *s, quality_kept_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct quality_kept k;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		row(s, &k);
		rc = fn(arg, &k);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int quality_kept_each(struct store *db, enum quality_kept_kind kind,
    quality_kept_fn *fn, void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &quality_sql_table[KEPT_LIST]);

	stmt_text(s, 1, str_of(kinds[kind]));
	return rows(s, fn, arg, e);
}

static struct stmt *find(struct store *db, enum quality_kept_kind kind,
    struct str name)
{
	struct stmt *s = store_scan(db, &quality_sql_table[KEPT_FIND]);
	struct str version = name, base = STR("");

	str_split(&version, '|', &base);
	stmt_text(s, 1, str_of(kinds[kind]));
	stmt_text(s, 2, base);
	stmt_text(s, 3, version.s ? version : STR(""));
	return s;
}

struct count {
	struct buf *names;
	unsigned n;
};

static int count(void *arg, const struct quality_kept *k)
{
	struct count *c = arg;

	c->n++;
	if (c->names)
		buf_addf(c->names, "%.*s|%.*s\n", STR_FMT(k->name),
		    STR_FMT(k->version));
	return 0;
}

int quality_kept_find(struct store *db, enum quality_kept_kind kind,
    struct str name, quality_kept_fn *fn, void *arg, struct buf *candidates,
    struct ehr_err *e)
{
	struct count c = { candidates, 0 };
	int rc = rows(find(db, kind, name), count, &c, e);

	if (rc < 0)
		return rc;
	if (c.n == 1) {
		if (candidates)
			buf_reset(candidates);
		return rows(find(db, kind, name), fn, arg, e);
	}
	return c.n == 0
	    ? ehr_fail(e, EHR_ENOENT, "%.*s: nothing of that name is loaded",
		  STR_FMT(name))
	    : ehr_fail(e, EHR_ENOENT, "%.*s: %u are loaded of that name",
		  STR_FMT(name), c.n);
}

/* The text of the row that s finds: 1, or 0: none. */
static int text_of(struct store *db, struct stmt *s, struct buf *text,
    struct ehr_err *e)
{
	int64_t size;
	int rc = stmt_step(s, e);

	if (rc > 0) {
		size = stmt_col_int(s, 1);
		rc = store_unpack_plain(db, stmt_col(s, 0),
		    size >= 0 && size <= TEXT_MAX ? (size_t)size : 0, text, e);
		if (rc == 0)
			rc = 1;
	}
	stmt_reset(s);
	return rc;
}

int quality_kept_text(struct store *db, int64_t id, struct buf *text,
    struct ehr_err *e)
{
	struct stmt *s = sql(db, KEPT_TEXT);
	int rc;

	stmt_int(s, 1, id);
	rc = text_of(db, s, text, e);
	return rc == 0 ? ehr_fail(e, EHR_ENOENT,
	    "%lld: nothing of that number is loaded", (long long)id)
		       : rc < 0 ? rc : 0;
}

int quality_reference(struct store *db, enum quality_kept_kind kind, int year,
    struct buf *text, struct ehr_err *e)
{
	struct stmt *s = sql(db, KEPT_REFERENCE);
	char version[16];

	snprintf(version, sizeof(version), "%d", year);
	key(s, kind, str_of(kinds[kind]), str_of(version));
	return text_of(db, s, text, e);
}

int kept_valueset(struct store *db, struct str url, struct str version,
    struct buf *text, struct ehr_err *e)
{
	struct stmt *s = sql(db, KEPT_VALUESET);

	stmt_text(s, 1, url);
	stmt_text(s, 2, version.s ? version : STR(""));
	return text_of(db, s, text, e);
}
