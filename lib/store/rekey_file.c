/* rekey_file.c - PATH-rekey: its head and its images (rekey.h). */
#include "rekey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { GEN_AT = 16, PHASE_AT = 20, PS_AT = 24, N_AT = 28, ID_AT = 32 };

void rekey_name(const char *path, struct buf *name)
{
	buf_addf(name, "%s-rekey", path);
}

int rekey_open(const char *path, int flags, unsigned mode)
{
	BUF_AUTO name = BUF_INIT;
	int fd;

	rekey_name(path, &name);
	group_raise();
	fd = open(name.s, flags | O_NOFOLLOW | O_CLOEXEC, mode);
	group_drop();
	return fd;
}

bool rekey_get_head(int fd, struct rekey_head *h)
{
	uint8_t b[REKEY_HEAD];

	if (pread(fd, b, sizeof(b), 0) != (ssize_t)sizeof(b) ||
	    memcmp(b, REKEY_MARK, GEN_AT) != 0)
		return false;
	h->gen = get_u32(b + GEN_AT);
	h->phase = get_u32(b + PHASE_AT);
	h->ps = get_u32(b + PS_AT);
	h->n = get_u32(b + N_AT);
	memcpy(h->id, b + ID_AT, CRYPT_ID_LEN);
	return vfs_page_size(h->ps) && h->n <= REKEY_BATCH;
}

int rekey_put_head(int fd, const struct rekey_head *h)
{
	uint8_t b[REKEY_HEAD] = REKEY_MARK;
	ssize_t n;

	put_u32(b + GEN_AT, h->gen);
	put_u32(b + PHASE_AT, h->phase);
	put_u32(b + PS_AT, h->ps);
	put_u32(b + N_AT, h->n);
	memcpy(b + ID_AT, h->id, CRYPT_ID_LEN);
	do
		n = pwrite(fd, b, sizeof(b), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(b))
		return -1;
	return ftruncate(fd, REKEY_HEAD + (off_t)h->n * (REKEY_IMAGE + h->ps));
}

enum rekey_phase rekey_phase(const char *path, uint32_t gen)
{
	int fd = rekey_open(path, O_RDONLY, 0);
	enum rekey_phase phase = REKEY_NONE;
	struct rekey_head h;

	if (fd < 0)
		return phase;
	if (rekey_get_head(fd, &h) && h.gen == gen)
		phase = h.phase == REKEY_WRITING ? REKEY_WRITING :
						   REKEY_ANNOUNCED;
	close(fd);
	return phase;
}

/* Whether b is an image of the page p, and which opens. */
static bool fits(struct vfs_file *f, const uint8_t *b, const uint8_t *p,
    size_t n, uint32_t pgno, uint8_t *opened)
{
	const uint8_t *page = b + REKEY_IMAGE, *seal = p + n - CRYPT_SEAL;

	if (get_u32(b) != pgno || (memcmp(seal, b + 4, CRYPT_SEAL) != 0 &&
	    memcmp(seal, page + n - CRYPT_SEAL, CRYPT_SEAL) != 0))
		return false;
	memcpy(opened, page, n);
	return vfs_db_open_page(f, opened, n, pgno) == SEAL_OK;
}

static bool find(struct vfs_file *f, int fd, uint8_t *p, size_t n,
    uint32_t pgno)
{
	size_t size = REKEY_IMAGE + n;
	uint8_t *b = xmalloc(size), *opened = xmalloc(n);
	struct rekey_head h;
	bool found = false;

	if (!rekey_get_head(fd, &h) || h.ps != n ||
	    memcmp(h.id, f->seal.id, CRYPT_ID_LEN) != 0)
		h.n = 0;
	for (uint32_t i = 0; !found && i < h.n; i++) {
		if (pread(fd, b, size, REKEY_HEAD + (off_t)i * (off_t)size) !=
		    (ssize_t)size)
			break;
		found = fits(f, b, p, n, pgno, opened);
	}
	if (found)
		memcpy(p, b + REKEY_IMAGE, n);
	crypto_cleanse(opened, n);
	free(opened);
	free(b);
	return found;
}

bool rekey_image(struct vfs_file *f, uint8_t *p, size_t n, uint32_t pgno)
{
	int fd = rekey_open(f->name, O_RDONLY, 0);
	bool found;

	if (fd < 0)
		return false;
	found = find(f, fd, p, n, pgno);
	close(fd);
	return found;
}
