/* impl.h - what the files of lib/backup share. */
#ifndef BACKUP_IMPL_H
#define BACKUP_IMPL_H

#include "ehr/age.h"
#include "ehr/backup.h"

/* A page's hash: the beginning of its SHA-256. */
enum { PAGE_HASH = 16, PAGE_MAX = 65536, PAGE_HEAD = 4 };

/* Appends FOLDER/ID.what. */
void backup_path(const struct backup_set *s, const char *id, const char *what,
    struct buf *b);

/* ---- manifest.c ---- */
bool backup_id_ok(struct str id);
/* The text, MAC included. */
void manifest_format(const struct backup *b, struct buf *text);
/* What is wrong comes as b->fault. */
void manifest_parse(struct backup *b, struct str text);
/* b->mac over all the rest; ring NULL: a digest. */
void manifest_mac(const struct backup *b, const struct keyring *ring,
    uint8_t mac[SHA256_LEN]);
int manifest_check(const struct backup *b, const struct keyring *ring,
    struct ehr_err *e);

/* ---- keys.c ---- */

/* A key that is derived, and not left behind. */
struct backup_key {
	uint8_t k[AEAD_KEY_LEN];
};
void backup_key_forget(struct backup_key *k);
#define BACKUP_KEY_AUTO EHR_CLEANUP(backup_key_forget) struct backup_key
void backup_key(const uint8_t secret[DATA_KEY_LEN], const char *id,
    const char *what, struct backup_key *k);
/* The key of the one a backup builds on, by its own. */
void parent_seal(struct backup *b, const uint8_t own[DATA_KEY_LEN],
    const uint8_t parent[DATA_KEY_LEN]);
bool parent_open(const struct backup *b, const uint8_t own[DATA_KEY_LEN],
    uint8_t parent[DATA_KEY_LEN]);

/* ---- pages.c: ID.pages, a line, then number and page, and so on ---- */

/* n bytes unless the end comes first: how many, or negative. */
ssize_t read_whole(age_read_fn *fn, void *arg, void *p, size_t n,
    struct ehr_err *e);
/* 1: it begins so, 0: it does not, or negative. */
int read_head(struct in *in, const char *head, struct ehr_err *e);

struct pages_out;
int pages_out_new(struct pages_out **p, const struct backup_set *s,
    const struct backup *b, const struct keyring *ring, struct ehr_err *e);
int pages_out_put(struct pages_out *p, uint32_t pgno, const void *page,
    size_t n, struct ehr_err *e);
/* Moved into place; b gets size and digest. Both free p. */
int pages_out_end(struct pages_out *p, struct backup *b, struct ehr_err *e);
void pages_out_abort(struct pages_out *p); /* NULL is fine */
/* Calls fn for each page that b itself has; own: its data key, not used for a
 * plain one. EHR_EINTEGRITY: not what was written. */
int pages_read(const struct backup_set *s, const struct backup *b,
    const uint8_t own[DATA_KEY_LEN], store_page_fn *fn, void *arg,
    struct ehr_err *e);

/* ---- hashes.c: the hash of each page, in order ---- */

struct hashes {
	uint8_t *v;
	size_t n, cap;
};
void hashes_release(struct hashes *h);
#define HASHES_AUTO EHR_CLEANUP(hashes_release) struct hashes
void page_hash(const void *page, size_t n, uint8_t hash[PAGE_HASH]);
/* Sets that of page number pgno (from 1): whether it was another. */
bool hashes_set(struct hashes *h, uint32_t pgno,
    const uint8_t hash[PAGE_HASH]);
/* Exactly n pages. */
void hashes_cut(struct hashes *h, size_t n);
void hashes_root(const struct hashes *h, uint8_t root[SHA256_LEN]);
/* ID.hashes: h, and the backup's own data key. Read: 1; 0: there is none, or
 * it is not what b says. list_key NULL: plain. */
int hashes_write(const struct backup_set *s, const struct backup *b,
    const struct hashes *h, const uint8_t own[DATA_KEY_LEN],
    const uint8_t *list_key, struct ehr_err *e);
int hashes_read(const struct backup_set *s, const struct backup *b,
    struct hashes *h, uint8_t own[DATA_KEY_LEN], const uint8_t *list_key);

#endif
