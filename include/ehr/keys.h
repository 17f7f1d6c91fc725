/*
 * keys.h - who can open an encrypted record: key slots in a file of their own
 * (ehr-keys(5)), the secrets that open them, and the agent that keeps a key
 * for a session.
 *
 * Each slot has a pair of X25519 keys whose secret half comes from what
 * somebody knows or has; the data keys are sealed to the public half. So the
 * data keys can be changed for all slots by whoever can open one, and a slot
 * that was removed before does not open the new ones. The whole file carries
 * a MAC under the newest data key.
 *
 * Everything secret lives in memory from secret_new(): locked, in no core
 * dump, overwritten when it is freed. Messages never tell a secret.
 */
#ifndef EHR_KEYS_H
#define EHR_KEYS_H

#include <time.h>

#include "ehr/crypto.h"

enum {
	KEYS_MAX_SLOTS = 32,
	KEYS_MAX_LABEL = 32,
	KEYS_MAX_FILE = 64 << 10, /* bytes of a slot file */
	KEYS_MIN_PASS = 12,	  /* characters of a new passphrase */
	KEYS_MAX_SECRET = 1023,	  /* bytes of any secret */
};

/* ---- memory for secrets ---- */

/* Ends core dumps of this process and keeps other processes of the user from
 * reading its memory. For who holds a secret elsewhere; secret_new() does it
 * by itself. */
void secret_guard(void);

/* *p gets n zeroed bytes, the caller's; NULL when it fails. EHR_EIO: the memory
 * could not be locked. */
int secret_new(void **p, size_t n, struct ehr_err *e);
void secret_free(void *p); /* overwrites; NULL is fine */

/* An empty ring (n 0) in such memory, the caller's; fails as secret_new(). */
int keyring_new(struct keyring **ring, struct ehr_err *e);
void keyring_free(struct keyring **ring); /* *ring may be NULL; for cleanup */
#define KEYRING_AUTO EHR_CLEANUP(keyring_free) struct keyring
/* A ring with one new data key of generation 1. */
void keyring_make(struct keyring *ring);
/* A new data key of the next generation goes first, the newest one until now
 * second. EHR_EUSAGE: it has two already, a change that has not ended. */
int keyring_add(struct keyring *ring, struct ehr_err *e);

/* What somebody typed, has or was given: n bytes. Lives in memory of
 * secret_new(); secret_make() gives an empty one, the caller's, and fails as
 * that. */
struct secret {
	size_t n;
	char s[KEYS_MAX_SECRET + 1];
};
int secret_make(struct secret **s, struct ehr_err *e);
void secret_release(struct secret **s); /* for cleanup */
#define SECRET_AUTO EHR_CLEANUP(secret_release) struct secret
/* Borrowed until s changes or is released. */
static inline struct str secret_str(const struct secret *s)
{
	return (struct str){ s->s, s->n };
}

/* ---- files: opened without following a link at the end ---- */

/* Reads a file that only its owner (or root, or the group ehr) may read or
 * write: *n bytes, max at most, into p. EHR_ENOENT: there is none; EHR_EPERM:
 * a link, no regular file, somebody else's, or its mode lets others in;
 * EHR_ENOTEHR: larger; EHR_EIO. A pipe is not waited for. */
int keys_read_file(const char *path, void *p, size_t max, size_t *n,
    struct ehr_err *e);
/* The same rule for a file that somebody else will open, such as the record:
 * EHR_EPERM, EHR_ENOENT, EHR_EIO, or 0. A link to it is followed. */
int keys_check_mode(const char *path, struct ehr_err *e);
/* Writes it whole: beside its place, synced, then renamed, the folder synced.
 * With fresh it must not exist (EHR_EUSAGE), else mode and group of the file
 * before are kept. mode is that of a new file, whatever the umask. A link in
 * its place is replaced, never followed. EHR_EIO: nothing was changed, but for
 * a failure to sync the folder. */
int keys_write_file(const char *path, struct str text, unsigned mode,
    bool fresh, struct ehr_err *e);

/* ---- secrets ---- */

/* A key file (ehr-keys(5)): made of random bytes, mode 0400, never over an
 * existing one (EHR_EUSAGE); read into s, which is all bytes of the file, with
 * the checks and errors of keys_read_file(). EHR_ENOTEHR: it is none. */
int keyfile_make(const char *path, struct ehr_err *e);
int keyfile_read(const char *path, struct secret *s, struct ehr_err *e);
/* The same of $CREDENTIALS_DIRECTORY/ehr-key, which systemd.exec(5) lets only
 * the unit read. EHR_ENOENT: there is no such folder or file. */
int keyfile_credential(struct secret *s, struct ehr_err *e);
/* A password or token for somebody else's server: the line of a file, with the
 * checks and errors of keys_read_file(), or "credential:NAME", of a file of
 * $CREDENTIALS_DIRECTORY (EHR_ENOENT: no such folder or file). EHR_EUSAGE: it
 * is no line. */
int secret_read(const char *place, struct secret *s, struct ehr_err *e);

/* A recovery code: 128 random bits and a check, six groups of five letters
 * and digits (Crockford's base 32). */
enum { RECOVERY_LEN = 35 };
void recovery_make(struct secret *s); /* a new one, RECOVERY_LEN bytes */
/* s in its one form: capitals, groups, no O, I, L. False: no such code. */
bool recovery_read(struct secret *s);

/* A line typed at the controlling terminal without being shown, without its
 * end. EHR_ENOTEHR: there is no terminal; EHR_EPERM: given up with ^C or ^D;
 * EHR_EUSAGE: longer than KEYS_MAX_SECRET bytes. */
int tty_ask(const char *prompt, struct secret *s, struct ehr_err *e);
/* A new passphrase, asked for twice. EHR_EUSAGE: too short, or not twice the
 * same; else as tty_ask(). */
int tty_new_pass(struct secret *s, struct ehr_err *e);

/* ---- slots ---- */

enum slot_kind {
	SLOT_PASSPHRASE,
	SLOT_KEYFILE,
	SLOT_CREDENTIAL, /* of systemd; a key file that it keeps */
	SLOT_RECOVERY,
	SLOT_KINDS,
};
const char *slot_kind_name(enum slot_kind kind); /* static: "key-file" */

enum {
	KEYRING_PACKED = 4 + KEYRING_MAX * (4 + DATA_KEY_LEN),
	SLOT_SEALED = KEYRING_PACKED + AEAD_TAG_LEN,
	SLOT_SALT = 16,
};

struct key_slot {
	unsigned id; /* from 1; not given twice in a file */
	enum slot_kind kind;
	int64_t made; /* ms */
	char label[KEYS_MAX_LABEL + 1];
	struct scrypt_cost cost; /* of a passphrase */
	uint8_t salt[SLOT_SALT];
	uint8_t public[CURVE_LEN];    /* of what opens it */
	uint8_t ephemeral[CURVE_LEN]; /* of this sealing */
	uint8_t sealed[SLOT_SEALED];
};

struct key_slots {
	uint8_t record[UUID_LEN]; /* the record these are the keys of */
	unsigned next;		  /* id of the next slot */
	unsigned n;
	struct key_slot slot[KEYS_MAX_SLOTS];
	uint8_t mac[SHA256_LEN];
};

/* No slots, of a record with a new random id. */
void key_slots_init(struct key_slots *f);
/* Reads a slot file's text into f, which is useless when that fails; name is
 * for messages. EHR_ENOTEHR: it is none, or of a later version;
 * EHR_EINTEGRITY: faulty, with line, and what is wrong. Whether it was tampered
 * with says key_slots_check(). */
int key_slots_parse(struct key_slots *f, const char *name, struct str text,
    struct ehr_err *e);
/* Seals ring to all slots of f anew, sets its MAC and appends the text of it
 * all. EHR_EINTEGRITY: the public key of a slot is none; no text then. */
int key_slots_format(struct key_slots *f, const struct keyring *ring,
    struct buf *text, struct ehr_err *e);
/* EHR_EINTEGRITY: slots were changed by somebody who could open none, or ring
 * is not this file's. */
int key_slots_check(const struct key_slots *f, const char *name,
    const struct keyring *ring, struct ehr_err *e);

/* Adds a slot that secret opens; sealed by key_slots_format(). *added (NULL is
 * fine) is borrowed until f changes. EHR_EUSAGE: no room or a faulty label
 * (letters, digits, . _ - only; NULL: none); EHR_EIO: no memory for scrypt. */
int key_slots_add(struct key_slots *f, enum slot_kind kind, const char *label,
    struct str secret, const struct key_slot **added, struct ehr_err *e);
/* EHR_ENOENT: no such slot; EHR_EUSAGE: it is the last one. */
int key_slots_remove(struct key_slots *f, unsigned id, struct ehr_err *e);
/* Opens a slot of that kind with secret: 1 and ring (and the slot's id when id
 * is not NULL), 0: it opens none; EHR_EIO: no memory for scrypt. Without the
 * MAC, see key_slots_check(). */
int key_slots_open(const struct key_slots *f, enum slot_kind kind,
    struct str secret, struct keyring *ring, unsigned *id, struct ehr_err *e);

/* ---- the slots of a record, and unlocking ---- */

struct keys_opt {
	const char *db;	   /* the record; NULL: $EHR_DB */
	const char *slots; /* its slot file; NULL: $EHR_KEYS, else beside it */
};

/* Appends the name of the slot file: "P.ehr.keys" where P.ehr really is, when
 * none is named. EHR_EUSAGE: no record is named. */
int keys_path(const struct keys_opt *o, struct buf *path, struct ehr_err *e);
/* Reads it; path as from keys_path(). EHR_ENOENT: there is none; else as
 * keys_read_file() and key_slots_parse(). */
int keys_read(const char *path, struct key_slots *f, struct ehr_err *e);
/* Writes it, as key_slots_format() and keys_write_file() with mode 0600; root
 * leaves it to the owner it had. */
int keys_write(const char *path, struct key_slots *f,
    const struct keyring *ring, bool fresh, struct ehr_err *e);

/* Keeps other commands from changing slot files of that folder until
 * keys_unlock_file(), which *fd is for in any case. EHR_EIO: another one is at
 * it; that is not waited for. */
int keys_lock_file(const char *path, int *fd, struct ehr_err *e);
void keys_unlock_file(int *fd); /* for cleanup; -1: nothing */

/* The data keys of the record whose slots are f, from the agent, else the key
 * file that $EHR_KEY_FILE names, else the credential, else a passphrase or
 * recovery code that is asked for at the terminal (and then given to the
 * agent). name is the slot file's. EHR_ENOTEHR: none of these opens a slot;
 * EHR_EINTEGRITY: the slots were tampered with; EHR_EPERM: the key file lets
 * others in, or who was asked gave up. */
int keys_open(const struct key_slots *f, const char *name,
    struct keyring *ring, struct ehr_err *e);
/* The same with a recovery code only, asked for once at the terminal; *id is
 * its slot. */
int keys_recover(const struct key_slots *f, const char *name,
    struct keyring *ring, unsigned *id, struct ehr_err *e);
/* All of it for a tool: keys_path(), keys_read(), keys_open(). EHR_ENOTEHR:
 * also when there is no slot file. */
int keys_unlock(const struct keys_opt *o, struct keyring *ring,
    struct ehr_err *e);

/* ---- the agent ---- */

enum {
	AGENT_MAX = 16,		    /* records it keeps keys of */
	AGENT_IDLE = 15 * 60 * 1000, /* ms */
};

/* What is asked and answered, over a Unix socket: one each a connection. */
enum agent_op {
	AGENT_NO,     /* answer: it has none */
	AGENT_YES,    /* answer */
	AGENT_GET,    /* the ring of a record */
	AGENT_PUT,    /* keep it */
	AGENT_LOCK,   /* forget it; a record of zeros: all */
	AGENT_STATUS, /* the n-th record kept, without its ring */
	AGENT_STOP,   /* forget all and end */
	AGENT_PROVE,  /* a second factor was given for a record it has */
	AGENT_PROVEN, /* was it? */
};
struct agent_msg { /* bytes only: the same on both sides */
	uint8_t magic[4];
	uint8_t op, n;
	uint8_t left[4]; /* seconds until it is forgotten, first byte high */
	uint8_t record[UUID_LEN];
	uint8_t ring[KEYRING_PACKED];
};

/* Milliseconds of CLOCK_MONOTONIC or CLOCK_BOOTTIME; a test has its own. */
typedef int64_t agent_clock(void *arg, clockid_t which);

struct agent;
/* Keeps keys until they were not asked for for idle ms, or the machine slept
 * (CLOCK_BOOTTIME ran away from CLOCK_MONOTONIC). *a is the caller's; clock
 * NULL: the system's. EHR_EIO: no memory can be locked. */
int agent_new(struct agent **a, int64_t idle, agent_clock *clock, void *arg,
    struct ehr_err *e);
void agent_free(struct agent *a); /* NULL is fine */
/* Forgets what is due; ms until it should be called again, -1: no need. */
int agent_tick(struct agent *a);
/* Serves one connection, a request and its answer; fd stays the caller's. The
 * other side must be of the same user and group (SO_PEERCRED), else nothing is
 * answered. Keys that are due are forgotten first. 1: it asks the agent to
 * end, else 0. */
int agent_serve(struct agent *a, int fd);

/* Appends where it listens: $EHR_AGENT, else $XDG_RUNTIME_DIR/ehr-agent.
 * False: no such place. */
bool agent_path(struct buf *path);
/* A socket there that only this user can reach, the caller's to close.
 * EHR_EUSAGE: no place, or one that others could write to; EHR_ENO: an agent is
 * running; EHR_EIO. */
int agent_listen(int *fd, struct ehr_err *e);
/* Asks: 1 and the answer, 0: it has none, or there is no agent of this user
 * (then *alive is false; may be NULL); EHR_EIO: there is one, which does not
 * answer. m is in memory of secret_new() when it holds a ring. */
int agent_ask(struct agent_msg *m, enum agent_op op, bool *alive);
/* The two that tools use, for the record of those slots: true when the agent
 * had its ring, or took it. Nothing is said when not. */
bool agent_get(const struct key_slots *f, struct keyring *ring);
bool agent_put(const struct key_slots *f, const struct keyring *ring);
/* Of the second factor, for as long as it keeps the keys. */
bool agent_prove(const struct key_slots *f);
bool agent_proven(const struct key_slots *f);

#endif
