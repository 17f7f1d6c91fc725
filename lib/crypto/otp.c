/* otp.c - one-time codes: HOTP (RFC 4226) and TOTP (RFC 6238). */
#include "ehr/crypto.h"
#include "evp.h"

static const struct {
	const char *name;
	size_t len;
} digests[] = {
	[OTP_SHA1] = { "SHA1", 20 },
	[OTP_SHA256] = { "SHA256", 32 },
	[OTP_SHA512] = { "SHA512", 64 },
};

/* Dynamic truncation, RFC 4226 5.3. */
uint32_t otp_code(enum otp_digest digest, struct str secret, uint64_t counter,
    unsigned digits)
{
	uint8_t text[8], mac[64];
	const struct str part = { (const char *)text, sizeof(text) };
	uint32_t v = 0, mod = 1;
	size_t at;

	for (int i = 7; i >= 0; i--, counter >>= 8)
		text[i] = (uint8_t)counter;
	evp_hmac(digests[digest].name, secret, &part, 1, mac,
	    digests[digest].len);
	at = mac[digests[digest].len - 1] & 0xf;
	for (int i = 0; i < 4; i++)
		v = v << 8 | mac[at + i];
	for (unsigned i = 0; i < digits; i++)
		mod *= 10;
	crypto_cleanse(mac, sizeof(mac));
	return (v & 0x7fffffff) % mod;
}

int64_t otp_match(struct str secret, int64_t now, int64_t after,
    struct str typed)
{
	int64_t step = now / OTP_STEP, found = -1;
	char code[OTP_DIGITS + 1];

	if (typed.n != OTP_DIGITS)
		return -1;
	/* RFC 6238 5.2: one step either way */
	for (int64_t s = step - 1; s <= step + 1; s++) {
		snprintf(code, sizeof(code), "%0*u", OTP_DIGITS,
		    otp_code(OTP_SHA1, secret, (uint64_t)s, OTP_DIGITS));
		if (crypto_equal(code, typed.s, OTP_DIGITS) && s > after)
			found = s;
	}
	crypto_cleanse(code, sizeof(code));
	return found;
}

/* RFC 4648 6, without padding. */
static void base32(struct buf *b, struct str v)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned bits = 0, n = 0;

	for (size_t i = 0; i < v.n; i++) {
		bits = (bits << 8 | (uint8_t)v.s[i]) & 0xfff;
		for (n += 8; n >= 5; n -= 5)
			buf_addch(b, letters[bits >> (n - 5) & 31]);
	}
	if (n)
		buf_addch(b, letters[bits << (5 - n) & 31]);
}

/* RFC 3986 2.3. */
static void escape(struct buf *b, struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.s[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (letter || (c >= '0' && c <= '9') || memchr("-._~", c, 4))
			buf_addch(b, c);
		else
			buf_addf(b, "%%%02X", (unsigned char)c);
	}
}

void otp_uri(struct buf *b, struct str issuer, struct str account,
    struct str secret)
{
	buf_adds(b, "otpauth://totp/");
	escape(b, issuer);
	buf_addch(b, ':');
	escape(b, account);
	buf_adds(b, "?secret=");
	base32(b, secret);
	buf_adds(b, "&issuer=");
	escape(b, issuer);
	buf_addf(b, "&algorithm=SHA1&digits=%d&period=%d", OTP_DIGITS,
	    OTP_STEP);
}
