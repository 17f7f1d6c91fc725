/*
 * crypt.h - encryption at rest: a VFS between SQLite and the disk.
 *
 * Page 1 of the file carries, in bytes 72-91 that SQLite leaves zero, the
 * mark of an encrypted file and its random id; byte 20 says that the last 32
 * bytes of each page are reserved, where the seal lies.
 */
#ifndef STORE_CRYPT_H
#define STORE_CRYPT_H

#include <sqlite3.h>

#include "ehr/crypto.h"

enum {
	CRYPT_HEAD = 100, /* bytes of page 1 that stay clear */
	CRYPT_ID_AT = 72,
	CRYPT_ID_LEN = 20, /* CRYPT_MARK and 16 random bytes */
	CRYPT_RESERVE_AT = 20,
	CRYPT_SEAL = 32, /* reserved bytes of a page */
};
#define CRYPT_MARK "ehr\1"

enum crypt_kind { CRYPT_EMPTY, CRYPT_PLAIN, CRYPT_SEALED, CRYPT_ALIEN };
/* What the first bytes of a file say; n of them were there. */
enum crypt_kind crypt_kind(const uint8_t *head, size_t n);
/* The same of the main file of an open handle, which no statement need have
 * used yet. Its locks stay as they are: a file of our own would drop them when
 * it is closed. */
int crypt_kind_of(sqlite3 *h, enum crypt_kind *kind);

#endif
