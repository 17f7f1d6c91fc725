/*
 * access.h - the record as one person uses it: opened for a tool, a user and
 * a purpose, with the audit event of everything that is read or written.
 *
 * One patient: access_patient() or access_find() before the first byte is
 * shown. A set: access_set_begin(), access_set_touch() for each patient whose
 * data is really shown, access_set_end(). Writing: access_batch(), then put
 * into the batch and commit it; the event is part of its transactions.
 */
#ifndef EHR_ACCESS_H
#define EHR_ACCESS_H

#include "ehr/audit.h"
#include "ehr/keys.h"
#include "ehr/record.h"

/* Texts are borrowed until access_close(). */
struct access_opt {
	const char *db;		/* -d, or NULL: $EHR_DB */
	const char *keys;	/* --keys, or NULL: $EHR_KEYS, beside db */
	const struct keyring *ring; /* unlocked already, or NULL */
	const char *tool;	/* "ehr-chart" */
	const char *reason;	/* --reason, or NULL */
	const char *glass;	/* --break-glass: emergency access, or NULL */
	bool dry_run;		/* -n: batches are rolled back */
	int64_t as_of;		/* --as-of: whose chart a name led to then;
				 * 0: now */
	/* Told what opening found damaged and left out (store_notice()), which
	 * is an event of the log too; NULL: nobody is. */
	void (*tell)(void *arg, const char *text);
	void *arg;
};

/* As a struct cli has it. */
#define ACCESS_OPT(c) \
	((struct access_opt){ .db = (c)->db, .keys = (c)->keys, \
	    .tool = (c)->tool->name, .reason = (c)->reason, \
	    .glass = (c)->glass, .dry_run = (c)->dry_run, \
	    .as_of = (c)->as_of_ms, \
	    .tell = cli_notice, .arg = (c) })

/* What a batch is for; texts as above. */
struct access_write {
	enum audit_action action; /* AUDIT_IMPORT, AUDIT_UPDATE ... */
	const char *source;	  /* --source, or NULL: local */
	const char *input;	  /* name of what is read, or NULL */
	const char *scope;	  /* for the log: no content; or NULL */
	/* The caller begins a transaction before access_batch() and commits
	 * it, with rows of this kind, after batch_commit(); or NULL. */
	const char *kind;
};

struct access {
	struct record *r;	/* for everything else */
	struct access_opt opt;
	struct buf user;	/* OS user of this process */
	struct buf real;	/* where the record is, in guarded mode */
	struct buf roles;	/* what they act as; of a single user "" */
	struct buf scope_text;	/* of the event at work */
	struct access_write write;
	/* The open set. */
	enum audit_action action;
	const char *scope;
	int flagged;
	int64_t begin;		/* seq of its event; 0: none */
	struct audit_range *range;
	size_t n, cap;
};
#define ACCESS_INIT ((struct access){ .user = BUF_INIT, \
	.real = BUF_INIT, \
	.roles = BUF_INIT, .scope_text = BUF_INIT })
#define ACCESS_AUTO EHR_CLEANUP(access_close) struct access

/* Unlocks the record when it is encrypted (keys_unlock()). A new one is
 * encrypted with opt->ring, plain without. What may be done is settled here,
 * once: the roles of this user, and with a reason what they may do with one
 * (store_staff_acting()); in an emergency PERM_EMERGENCY, too. EHR_EPERM:
 * others may read or write the file, the user is not on the staff, or gave no
 * one-time code that is due; EHR_EINTEGRITY: it is plain although it has key
 * slots. What is refused, here or later, leaves an event. */
int access_open(struct access *a, const struct access_opt *opt,
    enum store_mode mode, struct ehr_err *e);
/* The same for the store alone, for what leaves no event. */
int access_store(struct store **db, const struct access_opt *opt,
    enum store_mode mode, struct ehr_err *e);
/* A set that was not ended is so as failed. */
void access_close(struct access *a);
/* 0, or EHR_EPERM: what needs a permission that the user has not. */
int access_need(struct access *a, enum perm perms, const char *what,
    struct ehr_err *e);
/* The result so far, rc; of 0 and EHR_ENO it becomes EHR_ENO that says what
 * was withheld, if something was. The last call of what showed entries. */
int access_withheld(struct access *a, int rc, struct ehr_err *e);

/* An event of this user; for what the functions below have no event for. */
struct audit_event access_event(const struct access *a,
    enum audit_action action, const char *scope);

/* ---- the second factor ---- */

/* The setting "totp.roles": roles that take a one-time code, by commas; this
 * word is for emergency access. */
#define ACCESS_FACTOR_SETTING "totp.roles"
#define ACCESS_FACTOR_EMERGENCY "emergency"
/* Is one due, by that setting? */
bool access_factor_due(struct str setting, struct str roles, bool emergency);

/* ---- reading ---- */

/* A scope is led by the flags of the access in brackets: "[sensitive] chart"
 * is one of what takes a reason to see, when that was given; "[break-glass]"
 * one in an emergency. */
/* Of all below EHR_EPERM: the action needs a permission that is not there
 * (AUDIT_EXPORT export, AUDIT_SIGN sign ...). */
/* Finds "[SOURCE:]ID" and writes the event of the access; scope names
 * sections, types or categories, never content. EHR_ENOENT: see
 * record_find_patient(); candidates may be NULL. */
int access_patient(struct access *a, struct str name,
    enum audit_action action, const char *scope, int64_t *patient,
    struct buf *candidates, struct ehr_err *e);
/* The same for any resource, "[SOURCE:]TYPE/ID"; type as in record_find().
 * One of no patient leaves no event. */
int access_find(struct access *a, struct str name, int type,
    enum audit_action action, const char *scope, struct record_found *found,
    struct buf *candidates, struct ehr_err *e);

/* Everybody is the scope unless patients (n of them) are named. scope is
 * borrowed until the end. */
int access_set_begin(struct access *a, enum audit_action action,
    const char *scope, const int64_t *patient, size_t n, struct ehr_err *e);
void access_set_touch(struct access *a, int64_t patient);
/* Writes who it was; rc is the result so far: returned, unless all or some of
 * it was done (0, EHR_ENO, EHR_EREJECT) and the event could not be written. */
int access_set_end(struct access *a, int rc, struct ehr_err *e);

/* A set that is known before any of it is shown: one event, which names who
 * it is, committed when this returns. */
int access_set(struct access *a, enum audit_action action, const char *scope,
    const int64_t *patient, size_t n, struct ehr_err *e);

/* ---- writing ---- */

/* Opens a batch of this user and purpose whose chunks write the audit event
 * with the patients touched; freed by the caller, before access_close(). One
 * at a time. In a dry run nothing is kept from here on. */
int access_batch(struct access *a, const struct access_write *w,
    struct batch **b, struct ehr_err *e);

/* A batch of what is no resource: its row, what is written until the end and
 * the event, with the patients given to access_set_touch() meanwhile, are one
 * transaction. */
struct access_rows {
	const char *kind;	/* as batch_row_add() has it */
	bool bulk;		/* many rows: short writers go first */
	const uint8_t *sha256;	/* of the input, or NULL */
	int64_t undoes;		/* or 0 */
};
/* *batch: its number. */
int access_rows_begin(struct access *a, const struct access_write *w,
    const struct access_rows *k, int64_t *batch, struct ehr_err *e);
/* rc: 0, EHR_ENO or EHR_EREJECT (a part of the input was left out): what was
 * written is committed; another: it is rolled back. Returns rc, or why that
 * failed. In a dry run nothing is kept. A batch that changed nothing (no count
 * but read, unchanged, rejected) leaves no row. */
int access_rows_end(struct access *a, int64_t batch,
    const struct batch_counts *n, int rc, struct ehr_err *e);

#endif
