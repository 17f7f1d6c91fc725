/*
 * nomem.c - memory that ends, for LD_PRELOAD. From the first setlocale() on
 * allocations are counted; number $NOMEM_AT fails, with NOMEM_ON set all that
 * follow as well. With NOMEM_COUNT their number is written into that file.
 *
 * What OpenSSL 3.0 and glibc set up at first use is used before: they end
 * themselves by a signal when memory is missing there (locks that are NULL in
 * EVP_MD_fetch(), an assertion in nss_database.c).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long calls;
static atomic_bool armed;
static long at;
static bool on;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static bool fails(void)
{
	long n;

	if (!armed)
		return false;
	n = ++calls;
	if (at == 0 || n < at || (n > at && !on))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

static void set_up_libraries(void)
{
	static const struct {
		const char *function, *what;
	} used[] = {
		{ "EVP_MD_fetch", "SHA256" },
		{ "EVP_MD_fetch", "SHA1" },
		{ "EVP_CIPHER_fetch", "AES-256-GCM" },
		{ "EVP_MAC_fetch", "HMAC" },
		{ "EVP_KDF_fetch", "HKDF" },
	};
	void *(*fetch)(void *, const char *, const char *);
	int (*bytes)(unsigned char *, int);
	unsigned char b[1];

	getpwuid(getuid());
	getgrnam("ehr");
	*(void **)&bytes = dlsym(RTLD_DEFAULT, "RAND_bytes");
	if (bytes)
		bytes(b, 1);
	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++) {
		*(void **)&fetch = dlsym(RTLD_DEFAULT, used[i].function);
		if (fetch)
			fetch(NULL, used[i].what, NULL);
	}
}

char *setlocale(int category, const char *name)
{
	char *(*real)(int, const char *);
	const char *text = getenv("NOMEM_AT");

	*(void **)&real = dlsym(RTLD_NEXT, "setlocale");
	at = text ? atol(text) : 0;
	on = getenv("NOMEM_ON") != NULL;
	set_up_libraries();
	armed = true;
	return real(category, name);
}

__attribute__((destructor)) static void count(void)
{
	const char *path = getenv("NOMEM_COUNT");
	int fd;

	if (!armed || path == NULL)
		return;
	armed = false;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		dprintf(fd, "%ld\n", (long)calls);
		close(fd);
	}
}
