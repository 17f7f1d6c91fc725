/*
 * audit-sign.h - what convinces somebody outside: signed notes, checkpoints
 * and proofs in the forms of C2SP (c2sp.org/signed-note, tlog-checkpoint,
 * tlog-proof, tlog-tiles, tlog-witness), and the one who signs.
 *
 * What is read comes from anybody: a fault in it is EHR_EINTEGRITY with file,
 * line and what is wrong, because nothing is proved by it. `file` in the
 * parameters is the name for messages.
 */
#ifndef EHR_AUDIT_SIGN_H
#define EHR_AUDIT_SIGN_H

#include "ehr/audit.h"

/* ---- signed notes ---- */

enum {
	MAX_NOTE = 256 << 10,	/* bytes of a note or proof that is read */
	MAX_NOTE_SIGS = 64,	/* the format asks for 16 at least */
	MAX_NOTE_NAME = 120,	/* bytes of the name of a key */
};

/* A key that signs (Ed25519, signature type 0x01), as a verifier knows it. */
struct note_key {
	char name[MAX_NOTE_NAME + 1];
	uint8_t public[CURVE_LEN];
};

/* Not empty, not too long; no blanks, plus signs or control characters. */
bool note_name_valid(struct str name);
/* The verifier key: "<name>+<key id>+<base64 of type and public key>". */
void note_key_format(struct buf *b, const struct note_key *k);
/* EHR_EUSAGE: none, or of another type, or the id is not that of the key. */
int note_key_parse(struct note_key *k, struct str text, struct ehr_err *e);

/* A note as it was read; slices of what it was read from. */
struct note {
	struct str text;	/* with its last newline */
	struct str sigs;	/* signature lines */
	unsigned line;		/* of the first one, from 1 */
};

/* Reads all of path ("-": standard input), MAX_NOTE bytes at most. */
int note_read(const char *path, struct buf *bytes, struct ehr_err *e);
int note_parse(struct note *n, const char *file, struct str bytes,
    struct ehr_err *e);
/* That k signed it. Signatures of other keys do not count. */
int note_check(const struct note *n, const char *file,
    const struct note_key *k, struct ehr_err *e);
/* Appends text (ends with a newline), an empty line and k's signature. */
void note_sign(struct buf *b, struct str text, const struct note_key *k,
    const uint8_t secret[CURVE_LEN]);

/* ---- checkpoints: the head of a log as a note ---- */

struct checkpoint {
	struct str origin;	/* borrowed from what was read */
	uint64_t size;		/* events; at most INT64_MAX */
	uint8_t root[MERKLE_HASH];
};

/* Appends the text of a note: origin, size, root. */
void checkpoint_text(struct buf *b, const struct checkpoint *c);
/* Reads one whose origin is the name of k and which k signed. */
int checkpoint_parse(struct checkpoint *c, const char *file, struct str bytes,
    const struct note_key *k, struct ehr_err *e);

/* That the log in db is what it was at c, or c and more: by a proof of
 * consistency (RFC 6962 2.1.2) that is made from the stored tiles and checked
 * against both roots. EHR_EINTEGRITY: it is not; file is named. Inside a
 * transaction, so that all is of one state. now may be NULL. */
int checkpoint_fits(struct store *db, const struct checkpoint *c,
    const char *file, struct checkpoint *now, struct ehr_err *e);

/* ---- who signs ----
 *
 * A file of its own, not in the record: the secret key and the last
 * checkpoint it signed. What is not a continuation of that one is not signed,
 * so an older copy of the record that is put back is found out. The file is
 * replaced, and on disk, before the new checkpoint is given to anybody.
 */
struct signer;
#define SIGNER_AUTO EHR_CLEANUP(signer_close) struct signer

/* Makes the file (mode 0600) with a new key of that name and the head of db
 * signed; k is what verifiers need. EHR_EUSAGE: it exists, or no such name. */
int signer_make(const char *path, const char *name, struct store *db,
    struct note_key *k, struct ehr_err *e);
/* Opens it, other commands kept out until signer_close(). The modes of key
 * files are asked for (keys_read_file()). EHR_ENOTEHR: no such file;
 * EHR_EINTEGRITY: it is faulty. */
int signer_open(struct signer **s, const char *path, struct ehr_err *e);
void signer_close(struct signer **s); /* for cleanup; *s may be NULL */
const struct note_key *signer_key(const struct signer *s);
/* The last checkpoint; borrowed until the next call of signer_sign(). */
const struct checkpoint *signer_last(const struct signer *s);
/* That the log in db continues what was signed last (checkpoint_fits()). */
int signer_check(const struct signer *s, struct store *db, struct ehr_err *e);
/* Appends the signed checkpoint of the head of db, or of the size that is
 * wanted unless that is 0. EHR_EINTEGRITY: the log is no continuation of what
 * was signed last. Inside a transaction begun after signer_open(). */
int signer_sign(struct signer *s, struct store *db, uint64_t size,
    struct buf *note, struct ehr_err *e);

/* ---- proofs as text ---- */

enum tlog_kind {
	TLOG_INCLUSION,	/* tlog-proof: a leaf is in the log of a checkpoint */
	TLOG_GROWTH,	/* the log of a checkpoint continues an older one; the
			 * body of add-checkpoint (tlog-witness) */
};

struct tlog_proof {
	enum tlog_kind kind;
	uint64_t from;		/* index of the leaf, or the older size */
	struct buf leaf;	/* inclusion: the event's bytes, without the
				 * 0x00 that the hash is taken with (`extra`) */
	struct merkle_proof path;
	struct str checkpoint;	/* the signed note: slice of what was read */
};
#define TLOG_PROOF_INIT ((struct tlog_proof){ .leaf = BUF_INIT })
#define TLOG_PROOF_AUTO EHR_CLEANUP(tlog_proof_release) struct tlog_proof

void tlog_proof_release(struct tlog_proof *p);
void tlog_proof_format(struct buf *b, const struct tlog_proof *p);
int tlog_proof_parse(struct tlog_proof *p, const char *file, struct str bytes,
    struct ehr_err *e);
/* Is it proved? c is its checkpoint, signature checked; for TLOG_GROWTH
 * before is the older one, else it is not used. */
int tlog_proof_check(const struct tlog_proof *p, const char *file,
    const struct checkpoint *c, const struct checkpoint *before,
    struct ehr_err *e);

/* ---- tiles in a folder (tlog-tiles) ---- */

struct publish {
	const char *dir;
	uint64_t written, same;	/* tiles */
};
/* Writes the tiles of the log of size events that were not full at from; with
 * all set, also writes those before that are missing. A file with other bytes
 * is written anew where it tells what came after from (an attempt that broke
 * off), else EHR_EINTEGRITY. Hashes only: no event leaves the record. */
int publish_tiles(struct publish *p, struct store *db, uint64_t from,
    uint64_t size, bool all, struct ehr_err *e);

#endif
