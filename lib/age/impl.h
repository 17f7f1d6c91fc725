/* impl.h - what the files of lib/age share. */
#ifndef AGE_IMPL_H
#define AGE_IMPL_H

#include "ehr/age.h"

enum {
	AGE_FILE_KEY = 16,
	AGE_WRAPPED = AGE_FILE_KEY + AEAD_TAG_LEN,
	AGE_SALT = 16,
	AGE_MAX_HEADER = 1 << 20, /* bytes */
	AGE_LOG_N = 18,		  /* of passphrases that we write */
	AGE_MAX_LOG_N = 20,	  /* ... that we read: 1 GiB of memory */
};

#define AGE_LABEL    "age-encryption.org/v1"
#define AGE_BEGIN    "-----BEGIN AGE ENCRYPTED FILE-----"
#define AGE_END	     "-----END AGE ENCRYPTED FILE-----"

/* ---- text.c ---- */

/* Bech32 (BIP 173) without its limit of length: data of a text whose human
 * readable part is hrp; its case is that of hrp. */
bool bech32_decode(struct str text, const char *hrp, uint8_t *data, size_t n);
void bech32_encode(struct buf *b, const char *hrp, const uint8_t *data,
    size_t n);
/* base64 in its one form, nothing else in it; padded or not. */
bool b64_strict(struct buf *out, struct str text, bool padded);
void b64_raw(struct buf *out, const void *p, size_t n); /* without padding */

/* ---- header.c ---- */

struct stanza {
	struct str arg[3], body; /* decoded */
	size_t n_arg;		 /* may be more than are kept */
};
/* Slices lie in text and mem. */
struct header {
	struct buf text; /* to the MAC, "---" at its end */
	struct buf body; /* of the stanza at work, as it stands there */
	struct arena mem;
	struct stanza *v;
	size_t n, cap;
	uint8_t mac[SHA256_LEN];
};
#define HEADER_INIT ((struct header){ .text = BUF_INIT, .body = BUF_INIT })
void header_release(struct header *h);
/* Takes the next line, without its end: 1 when it was the last. */
int header_line(struct header *h, struct str line, struct ehr_err *e);
int header_check(const struct header *h, const uint8_t key[AGE_FILE_KEY],
    struct ehr_err *e);
void header_mac(const struct header *h, const uint8_t key[AGE_FILE_KEY],
    uint8_t mac[SHA256_LEN]);
/* The key for the payload behind the header; nonce: its first 16 bytes. */
void payload_key(const uint8_t key[AGE_FILE_KEY],
    const uint8_t nonce[AGE_SALT], uint8_t out[AEAD_KEY_LEN]);

/* ---- wrap.c: the file key in a stanza ---- */

/* EHR_EIO: not sealed: a recipient of low order, or no memory. */
int wrap_x25519(struct buf *b, const uint8_t to[CURVE_LEN],
    const uint8_t key[AGE_FILE_KEY], struct ehr_err *e);
int wrap_scrypt(struct buf *b, struct str pass,
    const uint8_t key[AGE_FILE_KEY], struct ehr_err *e);
/* 0 and the file key. */
int unwrap(const struct header *h, const struct age_from *from,
    uint8_t key[AGE_FILE_KEY], struct ehr_err *e);

#endif
