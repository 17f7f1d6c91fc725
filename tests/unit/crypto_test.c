#include "ehr/crypto.h"

#include "test.h"

TEST(sha256_known_answer)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	sha256("abc", 3, digest);
	hex_format(&b, digest, sizeof(digest));
	CHECK_STR(b.s, "ba7816bf8f01cfea414140de5dae2223"
		       "b00361a396177a9cb410ff61f20015ad");
}
