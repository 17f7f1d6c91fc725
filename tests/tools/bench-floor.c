/*
 * bench-floor DB wal|rollback FILE - the floor of an import: each line of FILE
 * (minified NDJSON) becomes a row (rid, body), nothing else, with the settings
 * of lib/store. wal: transactions of at most 100 ms; rollback: one.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHUNK_MS = 100 };

static sqlite3 *db;

static void must(int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "bench-floor: %s\n", sqlite3_errmsg(db));
	exit(6);
}

static void exec(const char *sql)
{
	must(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void settings(int wal)
{
	exec(wal ? "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
		   "PRAGMA cache_size = -32768;"
		 : "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE;"
		   "PRAGMA journal_mode = TRUNCATE;"
		   "PRAGMA cache_size = -49152;");
	exec("PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;"
	    "CREATE TABLE IF NOT EXISTS row(rid INTEGER PRIMARY KEY, body TEXT)");
}

static void load(FILE *f, int wal)
{
	sqlite3_stmt *s;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	long start;

	must(sqlite3_prepare_v2(db, "INSERT INTO row(body) VALUES (?1)", -1,
	    &s, NULL));
	exec("BEGIN IMMEDIATE");
	start = now_ms();
	while ((n = getline(&line, &cap, f)) > 0) {
		must(sqlite3_bind_text(s, 1, line, (int)n - 1, SQLITE_STATIC));
		must(sqlite3_step(s));
		must(sqlite3_reset(s));
		if (wal && now_ms() - start >= CHUNK_MS) {
			exec("COMMIT; BEGIN IMMEDIATE");
			start = now_ms();
		}
	}
	exec("COMMIT");
	sqlite3_finalize(s);
	free(line);
}

int main(int argc, char **argv)
{
	FILE *f;

	if (argc != 4)
		return 2;
	f = fopen(argv[3], "r");
	if (f == NULL) {
		perror(argv[3]);
		return 6;
	}
	must(sqlite3_open(argv[1], &db));
	settings(strcmp(argv[2], "wal") == 0);
	load(f, strcmp(argv[2], "wal") == 0);
	fclose(f);
	must(sqlite3_close(db));
	return 0;
}
