/*
 * store.h - the one file under everything: open, schema, statements,
 * transactions and the write queue. The only place that knows SQLite.
 *
 * SQL stands in tables (struct sql), one statements.def per module, each
 * with a name and the permission it needs; no SQL is built from strings.
 */
#ifndef EHR_STORE_H
#define EHR_STORE_H

#include "ehr/base.h"
#include "ehr/crypto.h"

struct store;
struct stmt;

/* What a statement may touch; a role is a set of these. */
enum perm_place {
#define X(id, name, help) PERM_PLACE_##id,
#include "ehr/perm.def"
#undef X
	PERM_COUNT
};
enum perm {
	PERM_NONE = 0, /* book-keeping without patient data */
#define X(id, name, help) PERM_##id = 1 << PERM_PLACE_##id,
#include "ehr/perm.def"
#undef X
	PERM_ALL = (1 << PERM_COUNT) - 1,
};
const char *perm_name(enum perm one);
/* What emergency access adds. */
#define PERM_EMERGENCY (PERM_READ | PERM_DEMOGRAPHICS | PERM_CLINICAL | \
	PERM_NOTES | PERM_SENSITIVE)

struct sql {
	const char *name; /* "module.verb", for messages */
	const char *text;
	enum perm perm;
};

/* ---- the file ---- */

enum store_mode {
	STORE_READ,   /* an existing file; audit events may be written */
	STORE_WRITE,  /* the same, for tools that change the record */
	STORE_CREATE, /* a new file; refused when it exists */
};

/* Opens and, when its schema is older, migrates; newer: EHR_ENOTEHR. NULL
 * path: $EHR_DB, else EHR_EUSAGE. Defensive settings are always on. */
int store_open(struct store **db, const char *path, enum store_mode mode,
    struct ehr_err *e);
struct store_opts {
	const char *path; /* NULL: $EHR_DB */
	enum store_mode mode;
	const struct keyring *keys; /* copied; NULL: the file is plain */
};
/* The same with keys: a file made with them is encrypted (lib/store/crypt.h).
 * EHR_ENOTEHR, each told apart: encrypted and no key, plain and a key, no key
 * of that generation, wrong key. */
int store_open_with(struct store **db, const struct store_opts *o,
    struct ehr_err *e);
/* 1 encrypted, 0 plain or still empty; EHR_ENOTEHR: no such file, or none of
 * SQLite's. NULL path: $EHR_DB. Looks at the first 100 bytes alone. */
int store_is_encrypted(const char *path, struct ehr_err *e);
void store_close(struct store *db); /* rolls back what is open; NULL is fine */
const char *store_path(const struct store *db);
/* Removes a file that nobody has open, with its log, journal and lock. */
void store_unlink(const char *path);
/* What opening left out of a damaged log, as a sentence; NULL: nothing. Told
 * once: the file is whole again then. Borrowed until close. */
const char *store_notice(const struct store *db);

/* ---- what may be done with it ---- */

/* Statements prepared from now on may need no more than perms (default: all);
 * later: what a --reason would add; who: "role nurse", for messages. */
void store_grant(struct store *db, enum perm perms, enum perm later,
    const char *who);
bool store_has(const struct store *db, enum perm perms);
/* 0, or EHR_EPERM: "what: role nurse has no permission admin". */
int store_need(struct store *db, enum perm perms, const char *what,
    struct ehr_err *e);
/* What was needed and not there, once; PERM_NONE: nothing was refused. */
enum perm store_refused(struct store *db);

/* ---- from plain to encrypted ---- */

struct store_encrypt {
	const char *path;	    /* NULL: $EHR_DB */
	const struct keyring *keys; /* of the new file; borrowed */
	int wait_ms;		    /* for others to close the file */
	bool dry;		    /* the copy is made and checked, no more */
	/* Called when the encrypted copy is whole and checked, before it takes
	 * the file's place: what must be on disk by then, such as its slots.
	 * A failure (< 0) ends all with the plain file as it was. */
	int (*ready)(void *arg, const char *copy, struct ehr_err *e);
	void *arg;
};
/* 1: done (dry: could be); 0: it was encrypted already, and what a call that
 * was cut off left of the plain file is taken away now. The plain file is
 * written over with zeros before its name goes. Whatever ends this half way,
 * path is one of the two files as a whole, and the same call completes it.
 * EHR_EIO: others have it open, or the disk; EHR_EUSAGE: it has hard links, or
 * another file PATH-plain is there; EHR_EINTEGRITY: the copy has faults;
 * EHR_ENOTEHR: no record. */
int store_encrypt(const struct store_encrypt *o, struct ehr_err *e);
/* What a call that was cut off left beside the file: STORE_LEFT_..., 0:
 * nothing. NULL path: $EHR_DB. */
enum {
	STORE_LEFT_COPY = 1 << 0, /* PATH-encrypt; the file is plain */
	STORE_LEFT_PLAIN = 1 << 1, /* PATH-plain; it is encrypted */
};
unsigned store_encrypt_left(const char *path);

/* ---- a new data key ----
 *
 * keyring_add(), store_rekey_announce(), the slots with both keys on disk, the
 * file opened with both, store_rekey(), the slots with the new key alone,
 * store_rekey_end(). Whatever ends this half way, who has both keys reads and
 * writes the file; store_rekey() goes on where it was. Readers and writers are
 * never held but for the copying of the log into the file at the end, which
 * has a writer's turn, and waits for readers at most 100 ms at a time. */

/* Says, beside the file, that a key of that generation comes; all still seal
 * with the old one. db is open with the old one. EHR_EUSAGE: not encrypted;
 * EHR_EIO. */
int store_rekey_announce(struct store *db, uint32_t gen, struct ehr_err *e);

struct store_rekey {
	int wait_ms; /* for who has it open with the old key alone, and for
		      * who reads what is in its log */
	/* pages looked at, of how many; may be NULL */
	void (*progress)(void *arg, int64_t done, int64_t pages);
	void *arg;
};
/* Seals all pages with the newest of db's two keys: afterwards the old one
 * opens nothing of the file and its log. *rewritten counts the pages (NULL is
 * fine). EHR_EUSAGE: db has one key, or none; EHR_EIO: others have it open
 * with the old key alone, or read for too long: nothing is lost;
 * EHR_EINTEGRITY: a page that cannot be opened; it still wants the old key. */
int store_rekey(struct store *db, const struct store_rekey *o,
    int64_t *rewritten, struct ehr_err *e);
/* Reads and opens every page of the file, which changes nothing.
 * EHR_EINTEGRITY: one cannot be opened. */
int store_rekey_dry(struct store *db, const struct store_rekey *o,
    struct ehr_err *e);
/* The slots hold the new key alone: what is beside the file goes. May be
 * called again. */
int store_rekey_end(struct store *db, struct ehr_err *e);
/* How far a change is, which was cut off or is under way. */
enum store_rekey_state {
	STORE_REKEY_NONE,
	STORE_REKEY_BEGUN, /* goes on with both keys, or was not in the slots */
	STORE_REKEY_DONE,  /* but for store_rekey_end() */
};
enum store_rekey_state store_rekey_state(struct store *db);
/* The generation of the newest key that db was opened with; 0: a plain file. */
uint32_t store_generation(const struct store *db);

/* ---- packed texts: zstd (RFC 8878) with a dictionary of the record ---- */

/* A packed text begins as every zstd frame does, and names its dictionary;
 * several dictionaries live side by side, new texts take the newest. */
enum { PACK_DICTIONARY = 112 << 10 }; /* bytes of one at most */
static inline bool store_is_packed(struct str s)
{
	return s.n > 4 && memcmp(s.s, "\x28\xb5\x2f\xfd", 4) == 0;
}
/* Number of the dictionary of a packed text; 0: none. */
int64_t store_packed_with(struct str packed);
/* Number of the newest dictionary; 0: there is none, nothing is packed. */
int64_t store_dictionary(struct store *db);
/* 1 and the packed text; 0: it stays as it is, there is no dictionary or it
 * would not get smaller. */
int store_pack(struct store *db, struct str text, struct buf *packed,
    struct ehr_err *e);
/* EHR_EINTEGRITY: damaged, a dictionary that is not there, or a text of more
 * than max bytes. */
int store_unpack(struct store *db, struct str packed, size_t max,
    struct buf *text, struct ehr_err *e);
/* Both without a dictionary, for what is like no resource. */
void store_pack_plain(struct str text, struct buf *packed);
int store_unpack_plain(struct store *db, struct str packed, size_t max,
    struct buf *text, struct ehr_err *e);
/* Texts one behind the other, and their sizes. */
struct pack_samples {
	struct buf text;
	size_t *size; /* owned */
	size_t n, cap;
};
void pack_sample_end(struct pack_samples *s, size_t from); /* [from, len) */
void pack_samples_release(struct pack_samples *s);
/* Makes a dictionary of what the structures have in common, its statistics of
 * the lookalikes; nothing is written. EHR_ENO: too little to learn from. */
int store_train(struct store *db, const struct pack_samples *structure,
    const struct pack_samples *lookalikes, struct buf *dictionary,
    struct ehr_err *e);
/* Adds it: the newest from now on. In a transaction; one at a time. */
int store_add_dictionary(struct store *db, struct str dictionary,
    struct ehr_err *e);
void store_pack_forget(struct store *db); /* after a rollback */

/* ---- statements ---- */

/* The prepared statement of q, reset and without bindings; owned by db, kept
 * until close. A failure (permission, SQL) is reported by the next step. */
struct stmt *store_sql(struct store *db, const struct sql *q);
/* The same as a statement of its own, for a scan whose callback may use any
 * other statement (this one too); ended by the caller. */
struct stmt *store_scan(struct store *db, const struct sql *q);
void store_scan_end(struct stmt *s);
/* A function for views and statements: takes an integer, a text and a blob
 * (.s NULL: none), appends text to out, returns false for NULL; it may run
 * statements. Registered at each open; arg is borrowed until close. */
typedef bool store_fn(void *arg, struct buf *out, int64_t a, struct str text,
    struct str blob);
int store_function(struct store *db, const char *name, store_fn *fn,
    void *arg, struct ehr_err *e);

/* Parameters count from 1. Text and blobs are borrowed until the statement
 * is reset or asked for again. */
void stmt_int(struct stmt *s, int i, int64_t v);
void stmt_real(struct stmt *s, int i, double v);
void stmt_text(struct stmt *s, int i, struct str v); /* v.s NULL: NULL */
void stmt_blob(struct stmt *s, int i, const void *p, size_t n);
void stmt_null(struct stmt *s, int i);
void stmt_id(struct stmt *s, int i, int64_t v); /* 0: NULL */

int stmt_step(struct stmt *s, struct ehr_err *e); /* 1 row, 0 end, < 0 */
/* Runs to the end and resets; 0 or negative. */
int stmt_run(struct stmt *s, struct ehr_err *e);
void stmt_reset(struct stmt *s);

/* Columns count from 0; slices are borrowed until the next step or reset. */
enum stmt_type { STMT_NULL, STMT_INT, STMT_REAL, STMT_TEXT, STMT_BLOB };
enum stmt_type stmt_type(struct stmt *s, int i);
int64_t stmt_col_int(struct stmt *s, int i);
double stmt_col_real(struct stmt *s, int i);
struct str stmt_col(struct stmt *s, int i); /* text or blob */
bool stmt_col_null(struct stmt *s, int i);

/* One value of a statement without (further) parameters. 1 found, 0 none. */
int store_int(struct store *db, const struct sql *q, int64_t *v,
    struct ehr_err *e);
int64_t store_last_rowid(struct store *db);
int64_t store_changes(struct store *db); /* rows of the last statement */

/* ---- transactions ----
 *
 * SQLite's busy polling is unfair, so writers queue on two locks beside the
 * file: short transactions hold q shared and w exclusive; a bulk writer
 * holds q exclusive (it waits until no short one is waiting), then w, lets q
 * go, works at most STORE_BULK_MS and commits.
 */
enum { STORE_BULK_MS = 100 };
enum store_txn { STORE_SNAPSHOT, STORE_SHORT, STORE_BULK };

/* One bulk writer at a time: waits until no other is at work. */
int store_bulk_enter(struct store *db, struct ehr_err *e);
void store_bulk_leave(struct store *db);
/* A job of which there is one at a time, until db is closed or the process
 * ends: 1 it is this one, 0 another one is at it. */
enum store_job { STORE_JOB_REMIND };
int store_job_try(struct store *db, enum store_job job, struct ehr_err *e);
int store_begin(struct store *db, enum store_txn kind, struct ehr_err *e);
int store_commit(struct store *db, struct ehr_err *e);
void store_rollback(struct store *db);
bool store_in_txn(const struct store *db);
bool store_bulk_due(const struct store *db); /* the chunk's time is used up */
/* From now on commit rolls back instead (dry run, -n). */
void store_dry_run(struct store *db);

/* Milliseconds for this transaction: max(clock, last commit's + 1), the same
 * for all of it. */
int64_t store_time(struct store *db);
/* The same for what follows, in this transaction, on what was done at t: so
 * that --as-of can see either. */
int64_t store_time_after(struct store *db, int64_t t);
/* The latest of both so far; what comes later is later than this. */
int64_t store_time_last(struct store *db);

/* Copies all of the log into the file, which is whole without it then.
 * EHR_EIO: others read what is in it. */
int store_flush(struct store *db, struct ehr_err *e);

/* A bulk load into an empty record: one rollback-journal transaction that
 * keeps all others out; store_end_load() goes back to WAL. */
int store_begin_load(struct store *db, struct ehr_err *e);
int store_end_load(struct store *db, struct ehr_err *e);

/* ---- temporary files: nameless, in the folder of the record, sealed with a
 * key that nobody keeps, whether the record is encrypted or not ---- */

struct store_temp;
/* db is needed for this call only. One thread at a time. */
int store_temp_new(struct store_temp **t, struct store *db, struct ehr_err *e);
void store_temp_free(struct store_temp *t); /* NULL is fine */
int store_temp_write(struct store_temp *t, struct str s, int64_t at,
    struct ehr_err *e);
/* All n bytes; EHR_EINTEGRITY: not what was written there. */
int store_temp_read(struct store_temp *t, void *p, size_t n, int64_t at,
    struct ehr_err *e);

/* ---- settings of the practice: rows, not files ---- */

/* Appends the value; 1 found, 0 not set. */
int store_config_get(struct store *db, const char *key, struct buf *value,
    struct ehr_err *e);
/* A value of STR_NONE takes the setting away. Inside a transaction. */
int store_config_set(struct store *db, const char *key, struct str value,
    struct ehr_err *e);

/* The same for what the toolkit itself keeps there, under "store." alone. */
int store_state_set(struct store *db, const char *key, struct str value,
    struct ehr_err *e);

int store_config_each(struct store *db,
    int (*fn)(void *arg, struct str key, struct str value), void *arg,
    struct ehr_err *e);

/* ---- facilities and staff ---- */

/* 0: a name of the tz database of this machine ("America/New_York");
 * EHR_EUSAGE: it is none; EHR_EIO: that cannot be told. */
int store_zone_check(struct str zone, struct ehr_err *e);

struct store_facility {
	int64_t id;
	struct str name, npi, zone; /* npi STR_NONE: none */
};
/* Adds it or, when there is one of that name, gives it these values (npi, zone
 * STR_NONE: as they are; of a new one none and UTC): 1 when
 * something changed, 0 when all was so already. EHR_EUSAGE: a faulty value.
 * Inside a transaction. */
int store_facility_put(struct store *db, const struct store_facility *f,
    struct ehr_err *e);
/* By id; slices are borrowed for the call. */
int store_facility_each(struct store *db,
    int (*fn)(void *arg, const struct store_facility *f), void *arg,
    struct ehr_err *e);

/* Role names and what each may touch (lib/store/roles.def). */
struct store_role {
	const char *name;
	enum perm always, reason; /* reason: only with --reason */
};
const struct store_role *store_role(size_t i); /* NULL behind the last one */
/* Of "nurse,auditor" together; EHR_EUSAGE: no such role, or one twice. */
int store_roles_parse(struct str roles, enum perm *always, enum perm *reason,
    struct ehr_err *e);

struct store_staff {
	int64_t id;
	struct str user, name, roles, npi; /* user: of the OS */
	bool active;
	int64_t until;		/* ms of the last moment; 0: no end */
	struct str facility;	/* STR_NONE: all */
	int64_t emergency;	/* ms until they may break the glass; 0: no */
	bool endless, everywhere; /* to put: no end, no facility any longer */
};
/* As store_facility_put(), by user; npi, until and facility of before stay when
 * none is given. EHR_EUSAGE also when no administrator
 * would be left who is active and has no end. */
int store_staff_put(struct store *db, const struct store_staff *f,
    struct ehr_err *e);
int store_staff_each(struct store *db,
    int (*fn)(void *arg, const struct store_staff *f), void *arg,
    struct ehr_err *e);

/* Whom an OS user acts as. */
enum store_acting_as {
	STORE_SINGLE,	/* there is no staff but who made the record */
	STORE_MEMBER,
	STORE_STRANGER, /* not on the staff */
	STORE_LEFT,	/* no longer active, or past the end */
};
struct store_acting {
	enum store_acting_as as;
	int64_t id;
	enum perm always, reason;
	bool emergency; /* may break the glass now */
	int64_t facility; /* where they work; 0: everywhere */
	struct buf roles;
};
/* Roles count from the second member of staff on, while there is an
 * administrator; before that whoever can open the file is the owner. who is
 * to be released (roles) in any case. */
int store_staff_acting(struct store *db, struct str user,
    struct store_acting *who, struct ehr_err *e);

/* ---- one-time codes (RFC 6238) ---- */

/* Gives a member a secret (in the place of a former one). EHR_EUSAGE: the
 * file is not encrypted. Inside a transaction, as is taking it away: 1, 0 there
 * was none. */
int store_factor_put(struct store *db, int64_t staff,
    const uint8_t secret[OTP_SECRET], struct ehr_err *e);
int store_factor_drop(struct store *db, int64_t staff, struct ehr_err *e);
/* Forgets wrong codes: 1, 0 there were none. */
int store_factor_unlock(struct store *db, int64_t staff, struct ehr_err *e);
int store_factor_enrolled(struct store *db, int64_t staff, struct ehr_err *e);
/* 1: the code is right and counts as used from now on; 0: wrong, or used
 * before, or older than one that was, and counted as such. Either is committed.
 * EHR_ENOENT: none is enrolled; EHR_EPERM: OTP_MOST_WRONG were wrong, the last
 * one less than OTP_LOCK ago. */
int store_factor_check(struct store *db, int64_t staff, struct str code,
    struct ehr_err *e);

/* ---- the file page by page, for backups ---- */

/* Gets each page of the file once, in no order, n bytes of it as SQLite sees
 * them, the header in page 1. */
typedef int store_page_fn(void *arg, uint32_t pgno, const void *page, size_t n,
    struct ehr_err *e);
/* The open snapshot's pages (something was read in it), while others go on
 * writing. fn's negative result ends it and is returned. A page that SQLite
 * never uses (that of its locks, 1 GiB into the file) does not come. */
int store_pages_each(struct store *db, store_page_fn *fn, void *arg,
    struct ehr_err *e);

/* A file that does not exist yet, made of such pages of size bytes in any
 * order; the last one put of a number counts. keys NULL: plain; those of an
 * encrypted record fit only with keys. */
struct store_pages;
int store_pages_new(struct store_pages **p, const char *path,
    const struct keyring *keys, size_t size, struct ehr_err *e);
int store_pages_put(struct store_pages *p, uint32_t pgno, const void *page,
    struct ehr_err *e);
/* All are there, and pages is how many the file has: it is synced. */
int store_pages_end(struct store_pages *p, uint32_t pages, struct ehr_err *e);
void store_pages_free(struct store_pages *p); /* the file stays; NULL is fine */

/* ---- upkeep ---- */

/* SQLite's own integrity and foreign key checks; findings as lines. */
int store_check(struct store *db, struct buf *report, struct ehr_err *e);
/* Writes the file anew, without what was deleted from it, and empties the log:
 * 1 when it could not be emptied because others read it. */
int store_vacuum(struct store *db, struct ehr_err *e);
/* From now on what is deleted is overwritten. */
int store_overwrite(struct store *db, struct ehr_err *e);
int store_schema_version(struct store *db);

struct store_size {
	int64_t page, pages, free; /* bytes of one; pages; unused ones */
	int64_t file, wal;	   /* bytes on disk */
};
int store_size(struct store *db, struct store_size *size, struct ehr_err *e);
const char *store_engine(void); /* version of SQLite */

#endif
