/*
 * record-state.c - what a record holds, a row a line, for the fault tests:
 * two runs of the same commands print the same. Left out or masked is what
 * differs between them: times, random ids, what is derived from both, and
 * the order that random ids give to what came together. Long texts are told
 * by their digest.
 *
 *	record-state FILE EVENTS
 *
 * Rows and key slots are printed, sorted; the audit events, in their order,
 * go into the file EVENTS. An encrypted record is opened as any tool would
 * (EHR_KEY_FILE). Exit codes are those of the tools.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "ehr/access.h"

static FILE *to;

/* The first word of a line says what it belongs to. Of the index the number
 * of rows: check compares it with the bodies. */
static const struct rows {
	int columns;
	struct sql q;
} table[] = {
	{ 2, { "config", "SELECT key, CASE WHEN key GLOB '*time*' THEN '' "
	    "ELSE value END FROM config ORDER BY key", PERM_ADMIN } },
	{ 4, { "facility", "SELECT id, name, npi, zone FROM facility "
	    "ORDER BY id", PERM_ADMIN } },
	{ 6, { "staff", "SELECT id, user, name, role, npi, active FROM staff "
	    "ORDER BY id", PERM_ADMIN } },
	{ 2, { "source", "SELECT id, name FROM source ORDER BY id",
	    PERM_ADMIN } },
	{ 2, { "base", "SELECT source, base FROM source_base ORDER BY 1, 2",
	    PERM_ADMIN } },
	{ 15, { "batch", "SELECT id, tool, user, source, input, reason, state, "
	    "undoes, n_read, n_inserted, n_updated, n_unchanged, n_rejected, "
	    "n_deleted, finished IS NULL FROM batch ORDER BY id",
	    PERM_ADMIN } },
	{ 3, { "touch", "SELECT batch, first, last FROM touch ORDER BY 1, 2",
	    PERM_ADMIN } },
	{ 4, { "segment", "SELECT seg, patient, from_batch, to_batch "
	    "FROM segment ORDER BY 1, 3", PERM_ADMIN } },
	{ 12, { "resource", "SELECT type, source, id, state, version, "
	    "last_version, rid >> 24, batch, origin, length(refs), blobs, body "
	    "FROM resource ORDER BY rid", PERM_ADMIN } },
	{ 8, { "history", "SELECT rid >> 24, version, batch, origin, "
	    "end_batch, state, blobs, body FROM history ORDER BY 1, 2",
	    PERM_ADMIN } },
	{ 3, { "also", "SELECT seg, rid >> 24, to_time IS NULL FROM also "
	    "ORDER BY 1, 2", PERM_ADMIN } },
	/* without its folder, and how small a text with a time packs */
	{ 10, { "outgoing", "SELECT id, kind, receiver, isa, gs, name, claims, "
	    "cents, placed IS NULL, undone FROM outgoing ORDER BY id",
	    PERM_ADMIN } },
	{ 2, { "blob", "SELECT hex(sha256), n FROM blob ORDER BY 1, 2",
	    PERM_ADMIN } },
	{ 6, { "index", "SELECT (SELECT count(*) FROM ident), (SELECT count(*) "
	    "FROM pending), (SELECT count(*) FROM token), (SELECT count(*) "
	    "FROM quantity), (SELECT count(*) FROM string), (SELECT count(*) "
	    "FROM note_docsize)", PERM_ADMIN } },
};
static const struct rows events =
	{ 11, { "audit", "SELECT seq, user, tool, action, purpose, scope, "
	    "outcome, batch, pair, patient, patients FROM audit_event "
	    "ORDER BY seq", PERM_ADMIN } };

/* How many characters of a pattern stand at s: x hexadecimal, 9 a digit. */
static size_t matches(struct str s, const char *pattern)
{
	size_t n = strlen(pattern);

	if (s.n < n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (pattern[i] == 'x' ? !isxdigit(c) :
		    pattern[i] == '9' ? !isdigit(c) : c != pattern[i])
			return 0;
	}
	return n;
}

static void add_masked(struct buf *b, struct str s)
{
	static const char *const masked[] = {
		"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"9999-99-99T99:99:99.999Z",
		"9999-99-99T99:99:99",
		"99999999T999999Z-xxxxxxxx",
		"1999999999999", /* ms since 1970 */
	};
	size_t n;

	for (size_t at = 0; at < s.n; at += n) {
		n = 0;
		for (size_t i = 0; n == 0 && i < ARRAY_LEN(masked); i++)
			n = matches((struct str){ s.s + at, s.n - at },
			    masked[i]);
		buf_addch(b, n ? '*' : s.s[at] == '\n' ? ' ' : s.s[at]);
		n += n == 0;
	}
}

enum { LONG = 80 };

static void put_hex(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(to, "%02x", p[i]);
}

static void put_digest(struct str s)
{
	uint8_t digest[SHA256_LEN];

	sha256(s.s, s.n, digest);
	put_hex(digest, 16);
}

static void put_text(struct str s)
{
	BUF_AUTO b = BUF_INIT;
	int n = LONG / 2;

	add_masked(&b, s);
	if (b.len <= LONG)
		n = (int)b.len;
	fprintf(to, "%.*s", n, b.len ? b.s : "");
	if (b.len <= LONG)
		return;
	fputs(" ... ", to);
	put_digest(buf_str(&b));
}

/* What may be ms since 1970 is masked; nothing else here is as large. */
static void put_int(int64_t v)
{
	if (v > 1500000000000)
		fputc('*', to);
	else
		fprintf(to, "%lld", (long long)v);
}

static void put_blob(struct str v)
{
	if (v.n <= LONG)
		put_hex((const uint8_t *)v.s, v.n);
	else
		put_digest(v);
}

static void put_column(struct stmt *s, int i)
{
	fputc('\t', to);
	if (stmt_type(s, i) == STMT_BLOB)
		put_blob(stmt_col(s, i));
	else if (stmt_type(s, i) == STMT_INT) {
		put_int(stmt_col_int(s, i));
	} else if (!stmt_col_null(s, i)) {
		put_text(stmt_col(s, i));
	}
}

/* Tables that are told otherwise: above, by check, or not the same twice. */
#define LEFT_OUT                                                              \
	"'config', 'facility', 'staff', 'source', 'source_base', 'batch', "   \
	"'touch', 'segment', 'resource', 'history', 'also', 'blob', "	      \
	"'ident', 'pending', 'token', 'quantity', 'string', 'term', "	      \
	"'segment_name', 'sketch', 'sketch_same', 'audit_event', "	      \
	"'audit_tile', 'audit_head', 'outgoing'"

/* SQL of all others, so that a table that comes later is not forgotten: its
 * name, how many columns, and a SELECT of the rows; of a blob, which may be
 * random, the size. */
static const struct sql others = { "others",
	"SELECT name, (SELECT count(*) FROM pragma_table_info(t.name)), "
	"(SELECT 'SELECT ' || group_concat(format('CASE typeof(\"%w\") "
	"WHEN ''blob'' THEN length(\"%w\") ELSE \"%w\" END', c.name, c.name, "
	"c.name), ', ') FROM pragma_table_info(t.name) c) || ' FROM ' || name || "
	"' ORDER BY 1' FROM sqlite_schema t WHERE type = 'table' "
	"AND name NOT GLOB 'note*' AND name NOT GLOB 'sqlite*' "
	"AND name NOT IN (" LEFT_OUT ") ORDER BY name", PERM_ADMIN };

static int put_rows(struct stmt *s, const char *name, int columns,
    struct ehr_err *e)
{
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		fputs(name, to);
		for (int i = 0; i < columns; i++)
			put_column(s, i);
		fputc('\n', to);
	}
	return rc;
}

static int put_table(struct store *db, const struct rows *t, struct ehr_err *e)
{
	return put_rows(store_sql(db, &t->q), t->q.name, t->columns, e);
}

static int put_others(struct store *db, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &others), *rows;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		const struct sql q = { stmt_col(s, 0).s, stmt_col(s, 2).s,
			PERM_ADMIN };

		rows = store_scan(db, &q);
		rc = put_rows(rows, q.name, (int)stmt_col_int(s, 1), e);
		store_scan_end(rows);
		if (rc < 0)
			break;
	}
	return rc;
}

/* The slots beside it; none of a plain one. */
static int put_slots(const char *db, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct key_slots f;
	int rc;

	buf_addf(&path, "%s.keys", db);
	rc = keys_read(path.s, &f, e);
	for (unsigned i = 0; rc == 0 && i < f.n; i++)
		fprintf(to, "slot\t%u\t%s\t%s\n", f.slot[i].id,
		    slot_kind_name(f.slot[i].kind), f.slot[i].label);
	return rc == EHR_ENOENT ? 0 : rc;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_sorted(char *text)
{
	char **line = NULL;
	size_t n = 0;

	for (char *s = strtok_r(text, "\n", &text); s;
	     s = strtok_r(NULL, "\n", &text)) {
		line = xrealloc(line, (n + 1) * sizeof(*line));
		line[n++] = s;
	}
	if (n)
		qsort(line, n, sizeof(*line), by_text);
	for (size_t i = 0; i < n; i++)
		puts(line[i]);
	free(line);
}

static int put_all(struct store *db, const char *path, struct ehr_err *e)
{
	int rc = put_slots(path, e);

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(table); i++)
		rc = put_table(db, &table[i], e);
	return rc < 0 ? rc : put_others(db, e);
}

int main(int argc, char **argv)
{
	struct access_opt opt = { .db = argv[1], .tool = "record-state" };
	struct ehr_err e = { 0, "" };
	struct access a = ACCESS_INIT;
	char *text = NULL;
	size_t n;
	int rc;

	if (argc != 3) {
		fprintf(stderr, "usage: record-state FILE EVENTS\n");
		return 2;
	}
	rc = access_open(&a, &opt, STORE_READ, &e);
	to = open_memstream(&text, &n);
	if (rc == 0)
		rc = put_all(record_store(a.r), argv[1], &e);
	fclose(to);
	if (rc == 0)
		print_sorted(text);
	to = fopen(argv[2], "we");
	if (rc == 0)
		rc = put_table(record_store(a.r), &events, &e);
	fclose(to);
	free(text);
	access_close(&a);
	if (rc < 0)
		fprintf(stderr, "record-state: %s\n", e.msg);
	return -rc;
}
