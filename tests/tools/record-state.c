/*
 * record-state.c - what a record holds, a row a line, for the fault tests:
 * two runs of the same commands print the same. Left out or masked is what
 * differs between them: times, random ids, what is derived from both, and
 * the order that random ids give to what came together.
 *
 *	record-state FILE
 *
 * An encrypted one is opened as any tool would (EHR_KEY_FILE). Exit codes are
 * those of the tools.
 */
#include <ctype.h>
#include <stdio.h>

#include "ehr/access.h"

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
	{ 2, { "blob", "SELECT hex(sha256), n FROM blob ORDER BY 1, 2",
	    PERM_ADMIN } },
	{ 6, { "index", "SELECT (SELECT count(*) FROM ident), (SELECT count(*) "
	    "FROM pending), (SELECT count(*) FROM token), (SELECT count(*) "
	    "FROM quantity), (SELECT count(*) FROM string), (SELECT count(*) "
	    "FROM note_docsize)", PERM_ADMIN } },
	{ 11, { "audit", "SELECT seq, user, tool, action, purpose, scope, "
	    "outcome, batch, pair, patient, patients FROM audit_event "
	    "ORDER BY seq", PERM_ADMIN } },
};

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

static void put_masked(struct str s)
{
	static const char *const masked[] = {
		"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"9999-99-99T99:99:99.999Z",
		"9999-99-99T99:99:99",
		"99999999T999999Z-xxxxxxxx",
	};
	size_t n;

	for (size_t at = 0; at < s.n; at += n) {
		n = 0;
		for (size_t i = 0; n == 0 && i < ARRAY_LEN(masked); i++)
			n = matches((struct str){ s.s + at, s.n - at },
			    masked[i]);
		putchar(n ? '*' : s.s[at] == '\n' ? ' ' : s.s[at]);
		n += n == 0;
	}
}

static void put_column(struct stmt *s, int i)
{
	struct str v;

	putchar('\t');
	if (stmt_type(s, i) == STMT_BLOB) {
		v = stmt_col(s, i);
		for (size_t k = 0; k < v.n; k++)
			printf("%02x", (unsigned char)v.s[k]);
	} else if (stmt_type(s, i) == STMT_INT) {
		printf("%lld", (long long)stmt_col_int(s, i));
	} else if (!stmt_col_null(s, i)) {
		put_masked(stmt_col(s, i));
	}
}

static int put_table(struct store *db, const struct rows *t, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &t->q);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		fputs(t->q.name, stdout);
		for (int i = 0; i < t->columns; i++)
			put_column(s, i);
		putchar('\n');
	}
	return rc;
}

int main(int argc, char **argv)
{
	struct access_opt opt = { .db = argv[1], .tool = "record-state" };
	struct ehr_err e = { 0, "" };
	struct access a = ACCESS_INIT;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: record-state FILE\n");
		return 2;
	}
	rc = access_open(&a, &opt, STORE_READ, &e);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(table); i++)
		rc = put_table(record_store(a.r), &table[i], &e);
	access_close(&a);
	if (rc < 0)
		fprintf(stderr, "record-state: %s\n", e.msg);
	return -rc;
}
