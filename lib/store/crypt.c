/* crypt.c - which files are encrypted. */
#include "crypt.h"

static const char sqlite_magic[16] = "SQLite format 3";

enum crypt_kind crypt_kind(const uint8_t *head, size_t n)
{
	if (n == 0)
		return CRYPT_EMPTY;
	if (n < CRYPT_HEAD || memcmp(head, sqlite_magic, 16) != 0)
		return CRYPT_ALIEN;
	if (memcmp(head + CRYPT_ID_AT, CRYPT_MARK, 4) == 0)
		return CRYPT_SEALED;
	return CRYPT_PLAIN;
}

int crypt_kind_of(sqlite3 *h, enum crypt_kind *kind)
{
	uint8_t head[CRYPT_HEAD];
	sqlite3_file *f = NULL;
	sqlite3_int64 size = 0;
	int rc = sqlite3_file_control(h, "main", SQLITE_FCNTL_FILE_POINTER, &f);

	if (rc == SQLITE_OK)
		rc = f->pMethods->xFileSize(f, &size);
	if (size > CRYPT_HEAD)
		size = CRYPT_HEAD;
	if (rc == SQLITE_OK && size > 0)
		rc = f->pMethods->xRead(f, head, (int)size, 0);
	if (rc == SQLITE_OK)
		*kind = crypt_kind(head, (size_t)size);
	return rc;
}
