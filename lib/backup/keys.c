/* keys.c - what a backup's data key is good for: keys derived from it, and
 * the key of the backup it builds on. */
#include "impl.h"

void backup_key_forget(struct backup_key *k)
{
	crypto_cleanse(k, sizeof(*k));
}

void backup_key(const uint8_t secret[DATA_KEY_LEN], const char *id,
    const char *what, struct backup_key *k)
{
	BUF_AUTO info = BUF_INIT;

	buf_addf(&info, "ehr-backup %s", what);
	hkdf_sha256((struct str){ (const char *)secret, DATA_KEY_LEN },
	    str_of(id), buf_str(&info), k->k, sizeof(k->k));
}

/* The derived key seals this once. */
static const uint8_t nonce[AEAD_NONCE_LEN];

void parent_seal(struct backup *b, const uint8_t own[DATA_KEY_LEN],
    const uint8_t parent[DATA_KEY_LEN])
{
	BACKUP_KEY_AUTO k;

	backup_key(own, b->id, "parent", &k);
	aead_seal(k.k, nonce, str_of(b->parent),
	    (struct str){ (const char *)parent, DATA_KEY_LEN },
	    b->parent_key);
}

bool parent_open(const struct backup *b, const uint8_t own[DATA_KEY_LEN],
    uint8_t parent[DATA_KEY_LEN])
{
	BACKUP_KEY_AUTO k;

	backup_key(own, b->id, "parent", &k);
	return aead_open(k.k, nonce, str_of(b->parent),
	    (struct str){ (const char *)b->parent_key, BACKUP_SEALED },
	    parent);
}
