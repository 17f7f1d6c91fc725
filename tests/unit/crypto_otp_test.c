/* crypto_otp_test.c - one-time codes against the vectors of their RFCs. */
#include "test.h"

#include "ehr/crypto.h"

#define TWENTY "12345678901234567890"

/* RFC 4226, appendix D */
TEST(hotp_of_rfc_4226)
{
	static const uint32_t codes[] = { 755224, 287082, 359152, 969429,
		338314, 254676, 287922, 162583, 399871, 520489 };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		CHECK_INT(otp_code(OTP_SHA1, STR(TWENTY), i, 6), codes[i]);
}

/* RFC 6238, appendix B: the secret is as long as the digest. */
TEST(totp_of_rfc_6238)
{
	static const struct {
		int64_t time;
		uint32_t code[3];
	} v[] = {
		{ 59, { 94287082, 46119246, 90693936 } },
		{ 1111111109, { 7081804, 68084774, 25091201 } },
		{ 1111111111, { 14050471, 67062674, 99943326 } },
		{ 1234567890, { 89005924, 91819424, 93441116 } },
		{ 2000000000, { 69279037, 90698825, 38618901 } },
		{ 20000000000, { 65353130, 77737706, 47863826 } },
	};
	static const size_t len[] = { 20, 32, 64 };
	static const char seed[] = TWENTY TWENTY TWENTY "1234";

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		for (int d = OTP_SHA1; d <= OTP_SHA512; d++)
			CHECK_INT(otp_code((enum otp_digest)d,
			    (struct str){ seed, len[d] },
			    (uint64_t)v[i].time / OTP_STEP, 8), v[i].code[d]);
}

TEST(a_code_fits_one_step_either_way_and_once)
{
	const struct str s = STR(TWENTY);
	const int64_t t = 5 * OTP_STEP + 7; /* step 5: 254676 */

	CHECK_INT(otp_match(s, t, 0, STR("254676")), 5);
	CHECK_INT(otp_match(s, t, 0, STR("338314")), 4);
	CHECK_INT(otp_match(s, t, 0, STR("287922")), 6);
	CHECK_INT(otp_match(s, t, 0, STR("969429")), -1);
	CHECK_INT(otp_match(s, t, 0, STR("162583")), -1);
	CHECK_INT(otp_match(s, t, 5, STR("254676")), -1); /* used */
	CHECK_INT(otp_match(s, t, 5, STR("338314")), -1); /* before that */
	CHECK_INT(otp_match(s, t, 5, STR("287922")), 6);
	CHECK_INT(otp_match(s, t, 0, STR("25467")), -1);
	CHECK_INT(otp_match(s, t, 0, STR("2546760")), -1);
	CHECK_INT(otp_match(s, t, 0, STR("")), -1);
}

TEST(the_uri_is_that_of_apps)
{
	BUF_AUTO b = BUF_INIT;

	otp_uri(&b, STR("ehr Main Street"), STR("j.doe"), STR(TWENTY));
	CHECK_STR(b.s, "otpauth://totp/ehr%20Main%20Street:j.doe?secret="
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ehr%20Main%20Street"
	    "&algorithm=SHA1&digits=6&period=30");
	buf_reset(&b);
	otp_uri(&b, STR("e"), STR("a"), STR("\xff"));
	CHECK(strstr(b.s, "secret=74&") != NULL);
	buf_reset(&b);
	otp_uri(&b, STR("a-b._~"), STR("Z[`{ @/0:9"), STR("\xff"));
	CHECK(strstr(b.s, "/a-b._~:Z%5B%60%7B%20%40%2F0%3A9?") != NULL);
}
