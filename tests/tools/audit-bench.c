/*
 * audit-bench FILE [EVENTS] - what the audit log costs: EVENTS (1,000,000)
 * events of one patient each, appended in one transaction and verified, beside
 * the floor in the same new file: bare rows of the same texts and patients,
 * inserted without a hash and read once. Also `who` and single events, each
 * committed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ehr/audit.h"

enum { PATIENTS = 100000, COMMITS = 200 };

static const struct sql floor_make[] = {
	{ "make", "CREATE TABLE floor_event(seq INTEGER PRIMARY KEY, "
	    "time INTEGER, user TEXT, tool TEXT, action TEXT, purpose TEXT, "
	    "scope TEXT, outcome TEXT, batch INTEGER, pair INTEGER)",
	    PERM_NONE },
	{ "make", "CREATE TABLE floor_patient(seq INTEGER, first INTEGER, "
	    "last INTEGER, PRIMARY KEY(seq, first)) WITHOUT ROWID",
	    PERM_NONE },
	{ "make", "CREATE INDEX floor_index ON floor_patient(first, seq)",
	    PERM_NONE },
};
static const struct sql floor_event = { "insert", "INSERT INTO floor_event "
    "VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, ?7, NULL, NULL)", PERM_NONE };
static const struct sql floor_patient = { "insert",
    "INSERT INTO floor_patient VALUES (?1, ?2, ?2)", PERM_NONE };
static const struct sql floor_read[] = {
	{ "read", "SELECT * FROM floor_event", PERM_NONE },
	{ "read", "SELECT * FROM floor_patient", PERM_NONE },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int rc, const struct ehr_err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "audit-bench: %s\n", e->msg);
	exit(-rc);
}

/* Spreads the numbers of patients as accesses do: in no order. */
static int64_t patient(int64_t i)
{
	return 1 + (int64_t)((uint64_t)i * 2654435761u % PATIENTS);
}

static double append_floor(struct store *db, int64_t n)
{
	double start = now();
	struct ehr_err e;
	struct stmt *s;
	int64_t i;

	must(store_begin(db, STORE_SHORT, &e), &e);
	for (i = 0; i < (int64_t)ARRAY_LEN(floor_make); i++)
		must(stmt_run(store_sql(db, &floor_make[i]), &e), &e);
	for (i = 1; i <= n; i++) {
		s = store_sql(db, &floor_event);
		stmt_int(s, 1, i);
		stmt_int(s, 2, store_time(db));
		stmt_text(s, 3, STR("dr-jones"));
		stmt_text(s, 4, STR("ehr-chart"));
		stmt_text(s, 5, STR("read"));
		stmt_text(s, 6, STR("problems,meds,allergies"));
		stmt_text(s, 7, STR("ok"));
		must(stmt_run(s, &e), &e);
		s = store_sql(db, &floor_patient);
		stmt_int(s, 1, i);
		stmt_int(s, 2, patient(i));
		must(stmt_run(s, &e), &e);
	}
	must(store_commit(db, &e), &e);
	return now() - start;
}

static double read_floor(struct store *db)
{
	double start = now();
	struct ehr_err e;
	struct stmt *s;
	size_t i;
	int rc;

	for (i = 0; i < ARRAY_LEN(floor_read); i++) {
		s = store_sql(db, &floor_read[i]);
		while ((rc = stmt_step(s, &e)) > 0)
			;
		must(rc, &e);
		stmt_reset(s);
	}
	return now() - start;
}

static const struct audit_event event = { .user = "dr-jones",
	.tool = "ehr-chart", .action = AUDIT_READ,
	.scope = "problems,meds,allergies" };

static double append(struct store *db, int64_t n)
{
	double start = now();
	struct audit_range range;
	struct ehr_err e;
	int64_t i;

	must(store_begin(db, STORE_SHORT, &e), &e);
	for (i = 1; i <= n; i++) {
		range.first = range.last = patient(i);
		must(audit_append(db, &event, &range, 1, NULL, &e), &e);
	}
	must(store_commit(db, &e), &e);
	return now() - start;
}

static double verify(struct store *db)
{
	double start = now();
	struct ehr_err e;

	must(audit_verify(db, NULL, NULL, &e), &e);
	return now() - start;
}

static int count(void *arg, const struct audit_row *row)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

static double who(struct store *db)
{
	struct audit_filter f = { .patient = 4711 };
	double start = now();
	struct ehr_err e;
	int found = 0;

	must(audit_each(db, &f, count, &found, &e), &e);
	return now() - start;
}

static double commits(struct store *db)
{
	double start = now();
	struct ehr_err e;
	int i;

	for (i = 0; i < COMMITS; i++)
		must(audit_read_one(db, &event, patient(i), NULL, &e), &e);
	return (now() - start) / COMMITS;
}

int main(int argc, char **argv)
{
	int64_t n = argc > 2 ? atoll(argv[2]) : 1000000;
	double bare, ours;
	struct store *db;
	struct ehr_err e;

	if (argc < 2) {
		fprintf(stderr, "usage: audit-bench FILE [EVENTS]\n");
		return 2;
	}
	must(store_open(&db, argv[1], STORE_CREATE, &e), &e);
	bare = append_floor(db, n);
	ours = append(db, n);
	printf("append %lld events\t%.2f s\tbare rows %.2f s\tratio %.2f\n",
	    (long long)n, ours, bare, bare / ours);
	bare = read_floor(db);
	ours = verify(db);
	printf("verify %lld events\t%.2f s\tbare read %.2f s\tratio %.2f\n",
	    (long long)n, ours, bare, bare / ours);
	printf("who among them\t%.2f ms\n", who(db) * 1e3);
	printf("one event, committed\t%.2f ms\n", commits(db) * 1e3);
	store_close(db);
	return 0;
}
