/*
 * bench-open DB - the floor of a command: opens the record with the settings
 * of lib/store, commits one row (as an audit event is) and exits. The table of
 * its rows is made by the first run.
 */
#include <sqlite3.h>
#include <stdio.h>

static int exec(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	fprintf(stderr, "bench-open: %s\n", sqlite3_errmsg(db));
	return 6;
}

int main(int argc, char **argv)
{
	sqlite3 *db;
	int rc;

	if (argc != 2)
		return 2;
	if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK) {
		fprintf(stderr, "bench-open: %s\n", sqlite3_errmsg(db));
		return 6;
	}
	rc = exec(db, "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;"
	    "PRAGMA temp_store = FILE; PRAGMA cache_size = -32768;"
	    "PRAGMA mmap_size = 0; PRAGMA synchronous = FULL;"
	    "CREATE TABLE IF NOT EXISTS bench_row(n INTEGER PRIMARY KEY, "
	    "text TEXT)");
	if (rc == 0)
		rc = exec(db, "BEGIN IMMEDIATE; INSERT INTO bench_row(text) "
		    "VALUES ('an event of a hundred bytes or so, as the log has "
		    "them for each access to a chart'); COMMIT");
	sqlite3_close(db);
	return rc;
}
