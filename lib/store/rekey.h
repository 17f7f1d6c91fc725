/*
 * rekey.h - PATH-rekey: the state of a change of the data key, and images of
 * the pages that are being sealed anew.
 *
 * A change has two phases. While it is ANNOUNCED the slots hold both keys, but
 * whoever opened the file before knows the old one alone: all seal with the
 * old key. Once nobody of those is left, it is WRITING: all seal with the new
 * key, and the pages that nobody writes are sealed anew, in batches. No such
 * file: the newest key seals.
 *
 * A page is not written at once when power fails, so the images of a batch are
 * on disk before its first page is written in place. An image stands in for a
 * page that cannot be opened, when the seal that is found there is that of the
 * image or that of the page it was made from; any other page was written
 * later, by somebody else, and is not touched.
 *
 * The file is a head, REKEY_HEAD bytes,
 *
 *	0 REKEY_MARK (16)	24 page size	32 id of the file (20)
 *	16 generation		28 images	52 zero
 *	20 phase
 *
 * and images: page number (4), seal of the page it is made from (CRYPT_SEAL),
 * the page as it is on disk. Numbers are big-endian.
 */
#ifndef STORE_REKEY_H
#define STORE_REKEY_H

#include "vfs.h"

enum {
	REKEY_HEAD = 64,
	REKEY_BATCH = 512, /* pages; images in the file at the most */
	REKEY_IMAGE = 4 + CRYPT_SEAL, /* and the page */
};
#define REKEY_MARK "ehr rekey 1\n\0\0\0\0"

enum rekey_phase { REKEY_NONE, REKEY_ANNOUNCED, REKEY_WRITING };
struct rekey_head {
	uint32_t gen, phase, ps, n;
	uint8_t id[CRYPT_ID_LEN];
};

/* Appends the name for that main file. */
void rekey_name(const char *path, struct buf *name);
/* An open PATH-rekey; -1: there is none, or errno says why. Never a link. */
int rekey_open(const char *path, int flags, unsigned mode);
/* False: it has no head (yet). */
bool rekey_get_head(int fd, struct rekey_head *h);
/* Also sets the file's size to that of its images. 0, or -1 with errno. */
int rekey_put_head(int fd, const struct rekey_head *h);
/* The phase that a main file is in for the key of that generation. */
enum rekey_phase rekey_phase(const char *path, uint32_t gen);

/* The image for a page that was not opened: p is the page as it was found,
 * and becomes the image. False: there is none. */
bool rekey_image(struct vfs_file *f, uint8_t *p, size_t n, uint32_t pgno);

#endif
