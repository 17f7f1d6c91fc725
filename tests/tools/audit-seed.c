/*
 * audit-seed FILE - makes events of other days and users: each line of
 * standard input, in the order of time, is "MS USER ACTION PATIENT", by tabs;
 * one patient's data, all that went well. The clock of this program says what
 * the line says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ehr/record.h"
#include "ehr/audit.h"

static int64_t now_ms;

int clock_gettime(clockid_t id, struct timespec *ts)
{
	if (id != CLOCK_REALTIME || now_ms == 0)
		return (int)syscall(SYS_clock_gettime, id, ts);
	ts->tv_sec = now_ms / 1000;
	ts->tv_nsec = now_ms % 1000 * 1000000;
	return 0;
}

static void must(int rc, const struct ehr_err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "audit-seed: %s\n", e->msg);
	exit(-rc);
}

/* The log's time is what this program says, even if it was later already. */
static const struct sql back = { "back", "UPDATE config SET value = 0 "
    "WHERE key = 'store.time'", PERM_NONE };

static void seed(struct record *r, struct str line)
{
	struct store *db = record_store(r);
	struct str part[4] = { STR_NONE };
	struct audit_event ev = { .tool = "audit-seed" };
	struct audit_range one;
	char user[64];
	struct ehr_err e;

	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		str_split(&line, '\t', &part[i]);
	if (!str_int(part[0], &now_ms))
		must(ehr_fail(&e, EHR_EUSAGE, "no time"), &e);
	snprintf(user, sizeof(user), "%.*s", STR_FMT(part[1]));
	ev.user = user;
	ev.action = audit_action_find(part[2]);
	must(record_find_patient(r, part[3], &one.first, NULL, &e), &e);
	one.last = one.first;
	must(audit_append(db, &ev, &one, 1, NULL, &e), &e);
}

int main(int argc, char **argv)
{
	struct record *r = NULL;
	struct store *db;
	char line[512];
	struct ehr_err e;

	if (argc != 2)
		return 2;
	must(record_open(&r, argv[1], STORE_WRITE, &e), &e);
	db = record_store(r);
	must(store_begin(db, STORE_SHORT, &e), &e);
	must(stmt_run(store_sql(db, &back), &e), &e);
	must(store_commit(db, &e), &e);
	while (fgets(line, sizeof(line), stdin)) {
		must(store_begin(db, STORE_SHORT, &e), &e);
		seed(r, (struct str){ line, strcspn(line, "\n") });
		must(store_commit(db, &e), &e);
	}
	record_close(r);
	return 0;
}
