/* impl.h - what the files of lib/store share. */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include <sqlite3.h>

#include "ehr/store.h"

struct stmt {
	struct store *db;
	sqlite3_stmt *s;
	const struct sql *q;
	struct ehr_err err; /* of preparing or binding; told by stmt_step() */
};

struct packer;

struct store {
	sqlite3 *h;
	struct packer *packer; /* of pack.c; NULL: not needed yet */
	struct crypt *crypt;
	char *path;
	enum perm perms, later, refused;
	char *who; /* has them: "role nurse" */
	struct map64 stmts; /* struct sql * -> index into stmt */
	struct stmt **stmt;
	size_t n_stmt;
	int lock_fd;	    /* PATH-lock; -1 until the first write */
	bool txn, bulk, dry, load;
	int log;	     /* pages of the log after this commit */
	bool log_rest;	     /* it was copied, but for what came meanwhile */
	int64_t time;	     /* of this transaction; 0: not asked for yet */
	struct ehr_err time_fault; /* why the one of before is not known */
	int64_t last_time;   /* the latest one given out in it */
	int64_t bulk_end;    /* monotonic ms */
};

enum { STORE_BUSY_MS = 10000 };

struct migration {
	int version;
	const char *sql;
};

/* e filled from the handle's last error; returns the code. */
int store_fail(struct store *db, struct ehr_err *e, const char *doing);
/* The last read of the file or its log failed: what looks damaged need not
 * be. */
bool store_unreadable(struct store *db);
int store_exec(struct store *db, const char *sql, struct ehr_err *e);
/* *path NULL: $EHR_DB, else EHR_EUSAGE. */
int store_which(const char **path, struct ehr_err *e);
/* EHR_ENOTEHR: it has not the mark of our files. */
int store_check_is_ehr(struct store *db, struct ehr_err *e);
int store_migrate(struct store *db, struct ehr_err *e);
int store_lock(struct store *db, enum store_txn kind, struct ehr_err *e);
void store_unlock(struct store *db);
/* Who opens the file says the newest key it knows, until it is closed.
 * EHR_EIO: a change of keys waits for those who know only such old ones. */
int store_hold_gen(struct store *db, uint32_t gen, struct ehr_err *e);
/* Waits until nobody has it open who knows only keys before gen, and keeps
 * others from that until the file is closed. EHR_EIO: it took too long. */
int store_wait_gens(struct store *db, uint32_t gen, int wait_ms,
    struct ehr_err *e);
int64_t store_clock(void); /* monotonic ms */
void store_pause(void);	   /* 20 ms, between two looks */
void store_watch_log(struct store *db);
void store_free_stmts(struct store *db);

/* The files of the record are opened with the group of a setgid tool. */
void store_guard_files(void);

#endif
