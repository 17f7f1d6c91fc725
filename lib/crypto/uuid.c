/* UUIDs (RFC 9562), random bytes, secrets. */
#include "ehr/crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <sys/random.h>

/* drawn once at random; changing it changes every id made from content */
const uint8_t uuid_ns_content[UUID_LEN] = {
	0x3a, 0xfd, 0xf9, 0x3f, 0xce, 0x6a, 0x41, 0x89,
	0xa1, 0x09, 0x9b, 0x52, 0x14, 0xca, 0xa6, 0xd9,
};

/* Version and variant (RFC 9562 4.1, 4.2). */
static void set_version(uint8_t uuid[UUID_LEN], int version)
{
	uuid[6] = (uint8_t)((uuid[6] & 0x0F) | version << 4);
	uuid[8] = (uint8_t)((uuid[8] & 0x3F) | 0x80);
}

void uuid5(const uint8_t ns[UUID_LEN], struct str source, struct str content,
    uint8_t uuid[UUID_LEN])
{
	struct str part[] = {
		{ (const char *)ns, UUID_LEN },
		source,
		{ "", source.n > 0 }, /* its NUL */
		content,
	};
	uint8_t digest[SHA1_LEN];

	sha1_parts(part, ARRAY_LEN(part), digest);
	memcpy(uuid, digest, UUID_LEN);
	set_version(uuid, 5);
}

void uuid4(uint8_t uuid[UUID_LEN])
{
	crypto_random(uuid, UUID_LEN);
	set_version(uuid, 4);
}

void crypto_random(void *p, size_t n)
{
	uint8_t *at = p;
	ssize_t got;

	while (n > 0) {
		got = getrandom(at, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			xnomem();
		at += got;
		n -= (size_t)got;
	}
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void crypto_cleanse(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
