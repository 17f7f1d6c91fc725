/* secret.c - memory for secrets: locked, in no core dump, overwritten. */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ehr/keys.h"

/* In front of what secret_new() gives out. */
struct head {
	size_t size; /* bytes of the mapping */
	uint8_t pad[64 - sizeof(size_t)];
};

/* No core dump of this process, and none of its children has one; its memory
 * cannot be read by others of the same user (ptrace(2), /proc/PID/mem). */
static void guard(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its leak check traces the process */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void secret_guard(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, guard);
}

int secret_new(void **p, size_t n, struct ehr_err *e)
{
	struct head *h;
	size_t size = sizeof(*h) + n;

	*p = NULL;
	secret_guard();
	h = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (h == MAP_FAILED)
		xnomem();
	if (mlock(h, size) != 0) {
		munmap(h, size);
		return ehr_fail_errno(e, "memory for keys cannot be locked");
	}
	madvise(h, size, MADV_DONTDUMP);
	h->size = size;
	*p = h + 1;
	return 0;
}

void secret_free(void *p)
{
	struct head *h = p;
	size_t size;

	if (p == NULL)
		return;
	h--;
	size = h->size;
	crypto_cleanse(h, size);
	munmap(h, size);
}

int keyring_new(struct keyring **ring, struct ehr_err *e)
{
	void *p;
	int rc = secret_new(&p, sizeof(**ring), e);

	*ring = p;
	return rc;
}

void keyring_free(struct keyring **ring)
{
	secret_free(*ring);
	*ring = NULL;
}

void keyring_make(struct keyring *ring)
{
	ring->n = 1;
	ring->k[0].gen = 1;
	crypto_random(ring->k[0].key, DATA_KEY_LEN);
}

int keyring_add(struct keyring *ring, struct ehr_err *e)
{
	if (ring->n == KEYRING_MAX)
		return ehr_fail(e, EHR_EUSAGE,
		    "a change of the data key has not ended yet");
	ring->k[1] = ring->k[0];
	ring->k[0].gen = ring->k[1].gen + 1;
	crypto_random(ring->k[0].key, DATA_KEY_LEN);
	ring->n = 2;
	return 0;
}

int secret_make(struct secret **s, struct ehr_err *e)
{
	void *p;
	int rc = secret_new(&p, sizeof(**s), e);

	*s = p;
	return rc;
}

void secret_release(struct secret **s)
{
	secret_free(*s);
	*s = NULL;
}
