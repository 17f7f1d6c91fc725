/* admin.h - the verbs of ehr-admin and what they share. */
#ifndef EHR_ADMIN_H
#define EHR_ADMIN_H

#include "ehr/access.h"
#include "ehr/backup.h"
#include "ehr/cli.h"

int admin_open(struct cli *c, struct access *a, enum store_mode mode,
    struct ehr_err *e);
/* Appends the event "config" with that scope in a transaction of its own or,
 * when one is open, in that. */
int admin_audit(struct access *a, const char *scope, struct ehr_err *e);
/* Opens the record and begins a transaction. */
int admin_begin(struct cli *c, struct access *a, struct ehr_err *e);
/* Ends the open transaction: with changed > 0 the event is added and all is
 * committed, else (nothing to do, or a failure) it is rolled back. */
int admin_end(struct access *a, int changed, const char *scope,
    struct ehr_err *e);

/* What the rows of a list are printed from and with. */
struct admin_listing {
	struct record *r;
	struct printer *p;
	struct ehr_err *e;
};
/* A verb that lists: opens the record and prints what rows() finds. */
int admin_list(struct cli *c, const struct print_col *cols, size_t n,
    int (*rows)(struct admin_listing *l), struct ehr_err *e);

/* ---- init.c ---- */
extern const struct cli_opt admin_init_opts[];
int admin_init(struct cli *c, struct ehr_err *e);

/* ---- secret.c ---- */

/* What the options say of the secret of a new slot. */
extern struct admin_want {
	const char *file, *credential, *label;
	bool recovery;
} admin_want;
#define ADMIN_SECRET_OPTS                                                     \
	{ "key-file", 0, CLI_TEXT, 0, "FILE",                                 \
	    "a key file; made when there is none", &admin_want.file, 0, 0 },  \
	{ "credential", 0, CLI_TEXT, 0, "FILE",                               \
	    "a key file for systemd-creds(1) to encrypt",                     \
	    &admin_want.credential, 0, 0 },                                   \
	{ "recovery", 0, CLI_FLAG, 0, NULL,                                   \
	    "a recovery code, printed once", &admin_want.recovery, 0, 0 },    \
	{ "label", 0, CLI_TEXT, 0, "NAME", "a name for the slot",             \
	    &admin_want.label, 0, 0 }
extern const struct cli_opt admin_secret_opts[];
/* A slot that was added for a secret that is new. */
struct new_slot {
	struct secret *secret;
	const struct key_slot *slot; /* borrowed from its file */
	const char *made; /* key file that was made for it, or NULL */
	bool tell;	  /* print it at the end: a recovery code */
	bool dry;	  /* -n: nothing is kept, nothing told */
};
bool admin_secret_named(void); /* an option says which */
/* Gets or makes the secret the options ask for (without any, a passphrase from
 * the terminal) and adds its slot; n is to be released. EHR_EUSAGE: there is
 * no terminal; other: what else could be given (" or --plain"). */
int admin_secret_add(struct cli *c, struct key_slots *f, struct new_slot *n,
    const char *other, struct ehr_err *e);
/* The same with a recovery code. */
int admin_secret_recovery(struct cli *c, struct key_slots *f,
    struct new_slot *n, struct ehr_err *e);
/* Prints a recovery code, once: before anything that cannot be taken back
 * depends on it. */
int admin_secret_tell(struct new_slot *n, struct ehr_err *e);
/* Behind the writing of the slots with result rc: prints a recovery code that
 * was not, or takes away a key file that is good for nothing. Returns rc, or
 * why it could not be printed. */
int admin_secret_end(struct new_slot *n, int rc, struct ehr_err *e);
void admin_secret_release(struct new_slot *n);
#define SLOT_AUTO EHR_CLEANUP(admin_secret_release) struct new_slot

/* ---- place.c ---- */

/* Appends ".NAME.END" in the folder of path. */
void admin_beside(struct buf *b, const char *path, const char *end);
/* The folder that holds path. */
int admin_sync_folder(const char *path, struct ehr_err *e);
/* Renames a record without a log to where none is; on disk then. EHR_EUSAGE:
 * one is there. A failure leaves it under its first name. */
int admin_put(const char *from, const char *to, struct ehr_err *e);

/* ---- slots.c ---- */

/* The slot file of a record, and what it holds. */
struct admin_slots {
	struct buf path;
	int lock; /* nobody else changes it; -1: not locked */
	struct key_slots f;
	struct keyring *ring; /* of the record */
};
#define ADMIN_SLOTS_INIT { .path = BUF_INIT, .lock = -1 }
void admin_slots_end(struct admin_slots *k);
#define ADMIN_SLOTS_AUTO EHR_CLEANUP(admin_slots_end) struct admin_slots
/* Its name; nothing is opened. */
int admin_slots_find(struct cli *c, struct admin_slots *k, struct ehr_err *e);
/* Locked first, then read; room for the ring. */
int admin_slots_begin(struct cli *c, struct admin_slots *k,
    struct ehr_err *e);
/* The same, with the ring of what is at hand (keys_open()). */
int admin_slots_unlock(struct cli *c, struct admin_slots *k,
    struct ehr_err *e);
/* A new data key with the slot that the options ask for, as
 * admin_secret_add(); nothing is written yet but a key file. */
int admin_slots_fresh(struct cli *c, struct admin_slots *k, struct new_slot *n,
    const char *other, struct ehr_err *e);
/* Opens the record with the ring; with -n nothing of it is committed. */
int admin_slots_record(struct cli *c, const struct admin_slots *k,
    struct access *a, struct ehr_err *e);
/* Seals the ring to all slots and writes them; an agent that had the keys
 * gets the new ones. */
int admin_slots_write(struct admin_slots *k, struct ehr_err *e);
/* EHR_EUSAGE: the file is there. */
int admin_slots_refuse(const struct admin_slots *k, struct ehr_err *e);

/* ---- encrypt.c ---- */
extern const struct cli_opt admin_encrypt_opts[];
int admin_encrypt(struct cli *c, struct ehr_err *e);

/* ---- key.c ---- */
int admin_key_add(struct cli *c, struct ehr_err *e);
int admin_key_remove(struct cli *c, struct ehr_err *e);
int admin_key_list(struct cli *c, struct ehr_err *e);
int admin_key_recover(struct cli *c, struct ehr_err *e);

/* ---- rotate.c ---- */
extern const struct cli_opt admin_rotate_opts[];
int admin_key_rotate(struct cli *c, struct ehr_err *e);
/* The setting that holds "GENERATION MS" of the last change of the data key. */
#define ADMIN_ROTATED "store.rotated"

/* ---- config.c ---- */
int admin_config_get(struct cli *c, struct ehr_err *e);
int admin_config_set(struct cli *c, struct ehr_err *e);
int admin_config_unset(struct cli *c, struct ehr_err *e);
int admin_config_list(struct cli *c, struct ehr_err *e);

/* ---- practice.c ---- */
extern const struct cli_opt admin_facility_opts[];
int admin_facility_add(struct cli *c, struct ehr_err *e);
int admin_facility_list(struct cli *c, struct ehr_err *e);
int admin_facility_place(struct cli *c, struct ehr_err *e);
int admin_facility_unplace(struct cli *c, struct ehr_err *e);
int admin_facility_places(struct cli *c, struct ehr_err *e);
/* 0, or EHR_ENOENT: there is none of that name. */
int admin_facility_find(struct access *a, const char *name,
    struct ehr_err *e);

/* ---- staff.c ---- */
extern const struct cli_opt admin_staff_opts[];
/* Whoever is at work becomes the owner of the record: administrator, auditor
 * and clinician. Inside a transaction. */
int admin_owner(struct access *a, struct ehr_err *e);
/* Number of a member of staff; EHR_ENOENT: there is none of that login. */
int admin_member(struct access *a, const char *user, int64_t *staff,
    struct ehr_err *e);
int admin_staff_add(struct cli *c, struct ehr_err *e);
int admin_staff_list(struct cli *c, struct ehr_err *e);

/* ---- guard.c ---- */
int admin_guard_on(struct cli *c, struct ehr_err *e);
int admin_guard_off(struct cli *c, struct ehr_err *e);
int admin_guard_status(struct cli *c, struct ehr_err *e);
/* Does the record, and this tool, have what guarded mode takes? */
bool admin_guarded(const char *db);

/* ---- totp.c ---- */
int admin_totp(struct cli *c, struct ehr_err *e);
/* May the setting of who needs a code have this value? EHR_EUSAGE: it is none,
 * or would lock out who sets it. */
int admin_totp_roles(struct cli *c, struct access *a, struct str value,
    struct ehr_err *e);

/* ---- sensitive.c ---- */
extern const struct cli_opt admin_sensitive_opts[],
    admin_sensitive_remove_opts[];
int admin_sensitive_add(struct cli *c, struct ehr_err *e);
int admin_sensitive_remove(struct cli *c, struct ehr_err *e);
int admin_sensitive_list(struct cli *c, struct ehr_err *e);

/* ---- upkeep.c ---- */
extern const struct cli_opt admin_check_opts[];
int admin_check(struct cli *c, struct ehr_err *e);
int admin_reindex(struct cli *c, struct ehr_err *e);
int admin_vacuum(struct cli *c, struct ehr_err *e);
extern const struct cli_opt admin_optimize_opts[];
int admin_optimize(struct cli *c, struct ehr_err *e);

/* ---- backup.c, restore.c ---- */
extern const struct cli_opt admin_backup_opts[], admin_verify_opts[],
    admin_prune_opts[], admin_restore_opts[];
int admin_backup(struct cli *c, struct ehr_err *e);
int admin_backup_list(struct cli *c, struct ehr_err *e);
int admin_backup_verify(struct cli *c, struct ehr_err *e);
int admin_backup_prune(struct cli *c, struct ehr_err *e);
int admin_backup_destroy(struct cli *c, struct ehr_err *e);
int admin_restore(struct cli *c, struct ehr_err *e);
/* progress of a struct backup_target or backup_opt; arg is the struct cli. */
void admin_pages(void *cli, uint64_t done, uint64_t total);
/* The backup of that id, or the newest by time; EHR_ENOENT. Without an id they
 * must all be of one record. */
int admin_backup_find(const struct backup_set *s, const char *id,
    int64_t time, const struct backup **b, struct ehr_err *e);

/* ---- hold.c ---- */
extern const struct cli_opt admin_hold_opts[];
int admin_hold_add(struct cli *c, struct ehr_err *e);
int admin_hold_list(struct cli *c, struct ehr_err *e);
int admin_hold_remove(struct cli *c, struct ehr_err *e);
/* The patient of the first operand; the access is an event of that scope. */
int admin_patient(struct cli *c, struct access *a, const char *scope,
    int64_t *patient, struct ehr_err *e);
int admin_need_reason(struct cli *c, struct ehr_err *e);

/* ---- purge.c ---- */
extern const struct cli_opt admin_purge_opts[];
int admin_purge(struct cli *c, struct ehr_err *e);
int admin_purge_list(struct cli *c, struct ehr_err *e);

/* ---- register.c ---- */
extern const struct cli_opt admin_register_add_opts[],
    admin_register_list_opts[], admin_register_close_opts[];
int admin_register_add(struct cli *c, struct ehr_err *e);
int admin_register_list(struct cli *c, struct ehr_err *e);
int admin_register_close(struct cli *c, struct ehr_err *e);

/* ---- phi.c, risk.c ---- */
extern const struct cli_opt admin_phi_opts[], admin_attest_opts[];
int admin_phi(struct cli *c, struct ehr_err *e);
int admin_risk(struct cli *c, struct ehr_err *e);
int admin_attest(struct cli *c, struct ehr_err *e);

/* ---- health.c ---- */
extern const struct cli_opt admin_health_opts[];
int admin_health(struct cli *c, struct ehr_err *e);
int admin_version(struct cli *c, struct ehr_err *e);

#endif
