/*
 * backup.h - copies of a record in a folder (ehr-backup(5)): made while
 * others write, the changed pages only where one of before is there to build
 * on, tried out by really restoring, thrown away by age.
 *
 * A backup is three files named by its id: ID.pages, the pages; ID.keys, the
 * slots that open it, whose loss destroys it; ID.backup, its manifest, moved
 * into place last: without it there is no backup. Of the newest there is
 * ID.hashes too, by which the next one knows what changed.
 */
#ifndef EHR_BACKUP_H
#define EHR_BACKUP_H

#include "ehr/audit.h"
#include "ehr/keys.h"
#include "ehr/store.h"

enum {
	BACKUP_ID = 26, /* "20260131T120000Z-01234567" and NUL */
	BACKUP_SEALED = DATA_KEY_LEN + AEAD_TAG_LEN,
};


/* What a manifest says. */
struct backup {
	char id[BACKUP_ID];
	char parent[BACKUP_ID];	  /* "": all pages are in it */
	uint8_t record[UUID_LEN]; /* whose it is */
	int64_t time;		  /* ms: the moment it shows */
	int64_t page, pages;	  /* bytes of one; pages of the record */
	int64_t stored;		  /* pages in it */
	uint8_t root[SHA256_LEN]; /* over the hashes of all pages */
	int64_t audit;		  /* events of the log at that moment */
	uint8_t audit_root[MERKLE_HASH];
	int64_t bytes;		  /* of ID.pages */
	uint8_t sha256[SHA256_LEN];
	bool plain;
	uint8_t parent_key[BACKUP_SEALED]; /* sealed to this one's key */
	uint8_t mac[SHA256_LEN];

	char fault[128];	  /* why it cannot be used; "": it can */
	bool unread; /* that is: now; the manifest could not be read */
};

/* ---- the folder ---- */

struct backup_set {
	char *path;
	int lock; /* -1: not locked */
	struct backup *v; /* by time; faulty ones first */
	size_t n, cap;
};
#define BACKUP_SET_INIT ((struct backup_set){ .lock = -1 })
#define BACKUP_SET_AUTO EHR_CLEANUP(backup_set_release) struct backup_set

enum backup_use {
	BACKUP_LOOK,
	BACKUP_CHANGE, /* locked against others that do, EHR_EIO: one is at
			* work; rid of what a command that was killed left */
	BACKUP_MAKE,   /* the same; made when it is not there */
};
/* Reads all manifests. EHR_ENOENT: no such folder. */
int backup_set_open(struct backup_set *s, const char *path,
    enum backup_use use, struct ehr_err *e);
/* Whether all manifests (of others than but, or NULL) could be read, which who
 * chooses among them or takes some away must know. EHR_EIO: not so. */
int backup_set_all_read(const struct backup_set *s, const struct backup *but,
    struct ehr_err *e);
void backup_set_release(struct backup_set *s);
/* By id; NULL: none. */
const struct backup *backup_find(const struct backup_set *s, const char *id);
/* The backup it builds on; NULL: none, or it is missing. */
const struct backup *backup_parent(const struct backup_set *s,
    const struct backup *b);
/* 0: it can be restored as far as its files say; EHR_EINTEGRITY names what is
 * missing or faulty, of itself or of those it builds on. */
int backup_chain(const struct backup_set *s, const struct backup *b,
    struct ehr_err *e);
/* Removes it, its key first; those that build on it are the caller's
 * business. */
int backup_remove(struct backup_set *s, const struct backup *b,
    struct ehr_err *e);

/* ---- making one ---- */

struct backup_opt {
	struct store *db;	/* with a snapshot that audit and pages
				 * are taken from */
	const struct key_slots *slots; /* of the record; NULL: it is plain */
	const uint8_t *list_key; /* SHA256_LEN bytes: of the lists of hashes */
	uint8_t record[UUID_LEN];
	bool full, dry_run;
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void (*note)(void *arg, const char *text);
	void *arg;
};

/* ID of a backup that is about to be made. */
void backup_id(char id[BACKUP_ID]);
/* Writes all but the manifest: b->id is given, the rest filled in. ring gets
 * the keys. What was written goes again when it fails, and in a dry run. */
int backup_make(struct backup_set *s, const struct backup_opt *o,
    struct backup *b, struct keyring *ring, struct ehr_err *e);
/* With the manifest it is one; the list of the one before goes. */
int backup_commit(struct backup_set *s, struct backup *b, struct ehr_err *e);

/* ---- restoring ---- */

/* The keys of a backup, by what opens its slots; 0 without any for a plain
 * one. f gets the slots. */
int backup_unlock(const struct backup_set *s, const struct backup *b,
    struct key_slots *f, struct keyring *ring, struct ehr_err *e);

struct backup_target {
	const char *path;		/* does not exist */
	const struct keyring *keys;	/* of the new file; NULL: plain */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};
/* Writes the pages of b and of those it builds on to a new file and compares
 * the root over all of them. The file stays when it fails. */
int backup_restore(const struct backup_set *s, const struct backup *b,
    const struct keyring *ring, const struct backup_target *t,
    struct ehr_err *e);
/* Opens what was restored: SQLite's own check when deep, the log's events
 * against the root that the manifest has. */
int backup_prove(const struct backup *b, const struct backup_target *t,
    bool deep, struct ehr_err *e);
/* All of it in a file beside the backups that goes again. */
int backup_verify(const struct backup_set *s, const struct backup *b,
    const struct keyring *ring, const struct backup_target *how,
    struct ehr_err *e);

/* ---- how long they are kept ---- */

struct backup_keep {
	int64_t last, hours, days, weeks, months, years;
};
/* "7d,4w,12m": the newest of each of the last days, weeks (from Monday),
 * months that have any, in UTC; also h, y, and a bare number: the last ones.
 * False: it is none. */
bool backup_keep_parse(struct str text, struct backup_keep *k);
/* keep[i] for each of the set: named by the rule, or built on by one that is;
 * the newest of each record always. Faulty ones are not kept. */
void backup_keep_mark(const struct backup_set *s, const struct backup_keep *k,
    bool *keep);

#endif
