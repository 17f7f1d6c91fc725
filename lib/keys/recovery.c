/* recovery.c - recovery codes: 128 random bits and 22 bits of their SHA-256
 * in Crockford's base 32, so that a slip of the pen is told from a code that
 * opens nothing. */
#include "ehr/keys.h"

enum { RANDOM = 16, CHARS = 30, GROUP = 5, BYTES = 19 };

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The random bytes followed by what checks them. */
static void complete(uint8_t b[BYTES])
{
	uint8_t digest[SHA256_LEN];

	sha256(b, RANDOM, digest);
	memcpy(b + RANDOM, digest, BYTES - RANDOM);
	crypto_cleanse(digest, sizeof(digest));
}

/* Five bits from bit 5 * i on. */
static unsigned take(const uint8_t b[BYTES], int i)
{
	int bit = 5 * i;
	unsigned two = (unsigned)b[bit / 8] << 8;

	if (bit / 8 + 1 < BYTES)
		two |= b[bit / 8 + 1];
	return two >> (11 - bit % 8) & 31;
}

static void write_out(struct secret *s, const uint8_t b[BYTES])
{
	s->n = 0;
	for (int i = 0; i < CHARS; i++) {
		if (i && i % GROUP == 0)
			s->s[s->n++] = '-';
		s->s[s->n++] = digits[take(b, i)];
	}
	s->s[s->n] = '\0';
}

void recovery_make(struct secret *s)
{
	uint8_t b[BYTES];

	crypto_random(b, RANDOM);
	complete(b);
	write_out(s, b);
	crypto_cleanse(b, sizeof(b));
}

/* 0..31, -1: none; small letters and what is easily mistaken are taken. */
static int value(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* The bits of a code; false: no code. */
static bool read_in(const struct secret *s, uint8_t b[BYTES])
{
	int v, n = 0;

	memset(b, 0, BYTES);
	for (size_t i = 0; i < s->n; i++) {
		if (s->s[i] == '-' || s->s[i] == ' ')
			continue;
		v = value(s->s[i]);
		if (v < 0 || n == CHARS)
			return false;
		for (int bit = 0; bit < 5; bit++, v <<= 1)
			if (v & 16)
				b[(5 * n + bit) / 8] |=
				    (uint8_t)(0x80 >> (5 * n + bit) % 8);
		n++;
	}
	return n == CHARS;
}

bool recovery_read(struct secret *s)
{
	uint8_t b[BYTES], right[BYTES];
	bool ok = read_in(s, b);

	memcpy(right, b, BYTES);
	complete(right);
	right[BYTES - 1] &= 0xFC; /* 150 bits */
	ok = ok && crypto_equal(b, right, BYTES);
	if (ok)
		write_out(s, b);
	crypto_cleanse(b, sizeof(b));
	crypto_cleanse(right, sizeof(right));
	return ok;
}
