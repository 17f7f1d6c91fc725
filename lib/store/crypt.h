/*
 * crypt.h - encryption at rest: a VFS between SQLite and the disk.
 *
 * Each page of the file, the log and the journal is sealed by AES-256-GCM
 * under a key of its own file and kind. What a page needs for that lies in the
 * 32 bytes SQLite is told to keep free at its end, so nothing moves: offsets
 * and sizes are SQLite's. Toward SQLite these bytes are zero: checksums of the
 * log are made over them.
 *
 * Page 1 carries, in bytes 72-91 that SQLite leaves zero, the mark of an
 * encrypted file and its random id. Bytes 0-99 stay clear and are
 * authenticated, with byte 20, the size of the reserve.
 *
 * One VFS is registered for each connection, so keys are in no name and no
 * global.
 */
#ifndef STORE_CRYPT_H
#define STORE_CRYPT_H

#include <sqlite3.h>

#include "ehr/keys.h"

enum {
	CRYPT_HEAD = 100, /* bytes of page 1 that stay clear */
	CRYPT_ID_AT = 72,
	CRYPT_ID_LEN = 20, /* CRYPT_MARK and 16 random bytes */
	CRYPT_RESERVE_AT = 20,
	CRYPT_SEAL = 32, /* reserved bytes of a page: a seal */
};
#define CRYPT_MARK "ehr\1"

enum crypt_kind { CRYPT_EMPTY, CRYPT_PLAIN, CRYPT_SEALED, CRYPT_ALIEN };
/* What the first bytes of a file say; n of them were there. */
enum crypt_kind crypt_kind(const uint8_t *head, size_t n);
/* The same of the main file of an open handle, which no statement need have
 * used yet. Its locks stay as they are: a file of our own would drop them when
 * it is closed. */
int crypt_kind_of(sqlite3 *h, enum crypt_kind *kind);

/* ---- the VFS of a connection ---- */

struct crypt;
/* Registered under crypt_name(); keys are copied to locked memory; NULL: only
 * what is opened without a name is encrypted. path is the record's; temporary
 * files are made beside it. EHR_EIO: no memory can be locked; to be freed all
 * the same. */
int crypt_new(struct crypt **c, const char *path, const struct keyring *keys,
    struct ehr_err *e);
/* After the connection is closed. NULL is fine. */
void crypt_free(struct crypt *c);
const char *crypt_name(const struct crypt *c);
/* Leaves the main file of that path as it is (encrypting a plain one). */
void crypt_leave(struct crypt *c, const char *path);
/* What the VFS found wrong since it was asked last: false when nothing. The
 * code is EHR_ENOTEHR or EHR_EINTEGRITY. */
bool crypt_fault(struct crypt *c, struct ehr_err *e);
/* Of the newest key; 0: there is none. */
uint32_t crypt_generation(const struct crypt *c);
/* What a recovery left out, as a sentence; NULL: nothing. */
const char *crypt_notice(const struct crypt *c);

#endif
