/* x12_test.c - segments, envelopes and guides of X12. */
#include <glob.h>

#include "ehr/x12.h"
#include "test.h"

#define ISA_OF(e, r, c, s) "ISA" e "00" e "          " e "00" e "          "  \
	e "ZZ" e "SENDER         " e "ZZ" e "RECEIVER       " e "260101" e     \
	"1200" e r e "00501" e "000000001" e "0" e "T" e c s
#define ISA ISA_OF("*", "^", ":", "~")
#define GS "GS*FA*SR*RR*20260101*1200*1*X*005010X231A1~"
#define ST "ST*999*0001*005010X231A1~"

static struct ehr_err err;

/* Findings, a line each: number:place: id. */
static void note(void *arg, const struct diag *d)
{
	buf_addf(arg, "%llu:%s: %s\n", (unsigned long long)d->line,
	    d->path ? d->path : "", diag_name(d->id));
}

/* Reads all; found: findings; back: all bytes again. The last code. */
static int read_all(struct str bytes, struct buf *found, struct buf *back,
    bool *cut)
{
	struct diag_sink sink = { .emit = note, .arg = found };
	X12_CHECK_AUTO *k = x12_check_new(NULL, &sink);
	struct x12_seg seg = { .number = 0 };
	struct in *in;
	X12_AUTO *x = NULL;
	int rc;

	err.msg[0] = '\0';
	if (in_open_mem(&in, "f", bytes) < 0)
		return -100;
	x = x12_new(in);
	while ((rc = x12_next(x, &seg, &err)) > 0) {
		x12_check_take(k, &seg, x12_sep(x));
		buf_addstr(back, seg.lead);
		buf_addstr(back, seg.raw);
	}
	*cut = x12_truncated(x);
	if (rc == 0)
		buf_addstr(back, seg.lead);
	x12_check_end(k, *cut);
	in_close(in);
	return rc;
}

static void expect(int line, struct str bytes, int rc, const char *findings)
{
	BUF_AUTO found = BUF_INIT;
	BUF_AUTO back = BUF_INIT;
	bool cut;

	test_int(__FILE__, line, "code", read_all(bytes, &found, &back, &cut),
	    rc);
	test_str(__FILE__, line, "findings", found.s, findings);
	if (rc == 0)
		test_int(__FILE__, line, "same bytes",
		    str_eq(buf_str(&back), bytes), true);
}
#define EXPECT(s, rc, findings) expect(__LINE__, STR(s), rc, findings)

static void refused(int line, struct str bytes, const char *msg, bool cut_at)
{
	BUF_AUTO found = BUF_INIT;
	BUF_AUTO back = BUF_INIT;
	bool cut;

	test_int(__FILE__, line, "code", read_all(bytes, &found, &back, &cut),
	    EHR_EREJECT);
	test_str(__FILE__, line, "message", err.msg, msg);
	test_int(__FILE__, line, "truncated", cut, cut_at);
}
#define REFUSED(s, msg, cut) refused(__LINE__, STR(s), msg, cut)

#define ACCEPTED GS ST "AK1*HC*1*005010X222A1~AK9*A*1*1*1~" \
	"SE*4*0001~GE*1*1~IEA*1*000000001~"

TEST(a_clean_file_comes_back_byte_for_byte)
{
	EXPECT(ISA ACCEPTED, 0, "");
	EXPECT(ISA "\r\n" GS "\n" ST "\n\nAK1*HC*1*005010X222A1~AK9*A*1*1*1~"
	    "SE*4*0001~GE*1*1~IEA*1*000000001~\r\n\n", 0, "");
}

TEST(each_interchange_has_its_own_delimiters)
{
	EXPECT(ISA ACCEPTED ISA_OF("|", "!", ">", "\n")
	    "GS|FA|SR|RR|20260101|1200|1|X|005010X231A1\n"
	    "ST|999|0001|005010X231A1\nAK1|HC|1|005010X222A1\nAK9|A|1|1|1\n"
	    "SE|4|0001\nGE|1|1\nIEA|1|000000001\n\n" ISA ACCEPTED, 0,
	    "9:ISA13: x12-duplicate\n17:ISA13: x12-duplicate\n");
}

#define ONE_SET ST "AK1*HC*1*005010X222A1~AK9*A*1*1*1~SE*4*0001~"

TEST(control_numbers_are_unique)
{
	/* ST02 in its group, GS06 in its interchange */
	EXPECT(ISA GS ONE_SET ONE_SET "GE*2*1~" GS ONE_SET "GE*1*1~"
	    "IEA*2*000000001~", 0,
	    "7:ST02: x12-duplicate\n12:GS06: x12-duplicate\n");
}

TEST(headers_have_a_table)
{
	EXPECT(ISA "GS*FA*S*RR*20261301*1200*1*Y*005010X231A1~" ONE_SET
	    "GE*1*1~IEA*1*000000001~", 0,
	    "2:GS02: x12-element-length\n2:GS04: x12-element-type\n"
	    "2:GS07: x12-element-code\n");
	EXPECT("ISA*01*          *00*          *ZZ*SENDER         *Z1*"
	    "RECEIVER       *261301*2460*^*00501*00000000A*2*X*:~"
	    "IEA*0*00000000A~", 0,
	    "1:ISA01: x12-element-code\n1:ISA07: x12-element-code\n"
	    "1:ISA09: x12-element-type\n1:ISA10: x12-element-type\n"
	    "1:ISA13: x12-element-type\n1:ISA14: x12-element-code\n"
	    "1:ISA15: x12-element-code\n2:IEA02: x12-element-type\n");
	EXPECT(ISA "TA1*000000007*260101*1200*Q*999~IEA*0*000000001~", 0,
	    "2:TA104: x12-element-code\n2:TA105: x12-element-code\n");
}

TEST(versions_agree)
{
	/* an erratum is the same guide */
	EXPECT(ISA "GS*FA*SR*RR*20260101*1200*1*X*005010X231~" ONE_SET
	    "GE*1*1~IEA*1*000000001~", 0, "");
	EXPECT(ISA "GS*FA*SR*RR*20260101*1200*1*X*005010X230~" ONE_SET
	    "GE*1*1~IEA*1*000000001~", 0, "3:ST03: x12-version\n");
	EXPECT(ISA "GS*HC*SR*RR*20260101*1200*1*X*005010X231A1~" ONE_SET
	    "GE*1*1~IEA*1*000000001~", 0, "3:ST01: x12-group\n");
	EXPECT(ISA "GS*HC*SR*RR*20260101*1200*1*X*005010X999A1~"
	    "ST*837*0001~SE*2*0001~GE*1*1~IEA*1*000000001~", 0,
	    "3:ST01: x12-version\n3:ST01: x12-no-guide\n");
	EXPECT("ISA*00*          *00*          *ZZ*SENDER         *ZZ*"
	    "RECEIVER       *260101*1200*U*00401*000000001*0*T*:~"
	    "IEA*0*000000001~", 0, "1:ISA12: x12-no-guide\n");
}


TEST(an_isa_is_of_fixed_length)
{
	REFUSED("HELLO", "no ISA where an interchange must begin", false);
	REFUSED("ISA*00*", "the file ends in the ISA", true);
	REFUSED("ISA*00* *00*          *ZZ*SENDER         *ZZ*RECEIVER       *"
	    "260101*1200*^*00501*000000001*0*T*:~GS*FA*SR*RR*20260101*1200*1~",
	    "an element of the ISA is too short", false);
	REFUSED(ISA_OF("*", "^", "*", "~"),
	    "two delimiters of the ISA are the same", false);
	REFUSED(ISA_OF("*", "^", ":", "A"),
	    "a delimiter of the ISA is a letter, a digit or a blank", false);
	REFUSED(ISA "GS*FA", "the file ends within a segment", true);
	REFUSED(ISA ACCEPTED "GS*FA~", "no ISA where an interchange must begin",
	    false);
}

TEST(trailers_agree_with_headers)
{
	EXPECT(ISA GS ST "AK1*HC*1*005010X222A1~AK9*A*1*1*1~SE*5*0002~GE*2*7~IEA*0*2~", 0,
	    "6:SE01: x12-count\n6:SE02: x12-control-number\n"
	    "7:GE01: x12-count\n7:GE02: x12-control-number\n"
	    "8:IEA01: x12-count\n8:IEA02: x12-control-number\n"
	    "8:IEA02: x12-element-length\n");
	EXPECT(ISA GS ST "AK1*HC*1*005010X222A1~AK9*A*1*1*1~" ISA ACCEPTED, 0,
	    "6:SE: x12-trailer\n6:GE: x12-trailer\n6:IEA: x12-trailer\n"
	    "6:ISA13: x12-duplicate\n");
	EXPECT(ISA GS "CLM*1~SE*1*1~GE*0*1~IEA*1*000000001~", 0,
	    "3:CLM: x12-place\n4:SE: x12-trailer\n");
}

TEST(characters_and_ids)
{
	EXPECT(ISA "ta1*x\001*~IEA*0*000000001~", 0,
	    "2:?: x12-segment-id\n2:?: x12-character\n2:?02: x12-empty-end\n"
	    "2:?: x12-place\n");
}

TEST(a_guide_tells_places_and_elements)
{
	EXPECT(ISA GS ST "AK1*HC*1*005010X222A1~AK2*837*0001~IK3*CLM*22*2300*8~"
	    "CTX*CLM01:123~IK4*2:1*782*1~IK5*R*5~AK9*R*1*1*0~SE*9*0001~"
	    "GE*1*1~IEA*1*000000001~", 0, "");
	/* order, twice, missing, unused, type, length, code */
	EXPECT(ISA GS ST "AK1*HC*1*005010X222A1~AK2*837*0001*X*Y~IK5*Q~IK5*R*5~IK3*CLM*A~"
	    "AK9*R*1234567*1*0~AK1*HC*1*005010X222A1~SE*9*0001~GE*1*1~IEA*1*000000001~", 0,
	    "5:2000/AK204: x12-element-unused\n"
	    "6:2000/IK501: x12-element-code\n"
	    "7:2000/IK5: x12-repeats\n"
	    "8:2000/IK3: x12-unexpected\n"
	    "9:AK902: x12-element-length\n"
	    "10:AK1: x12-unexpected\n");
	EXPECT(ISA GS ST "AK2*837*0001~AK9*R*1*1*0~SE*4*0001~"
	    "GE*1*1~IEA*1*000000001~", 0, "4:AK1: x12-missing\n5:2000/IK5: x12-missing\n");
}

#define LEVELS(hl, n) ISA "GS*HI*SR*RR*20260101*1200*1*X*005010X217~" \
	"ST*278*0001*005010X217~" hl "SE*" n "*0001~GE*1*1~IEA*1*000000001~"
#define NO_GUIDE "3:ST01: x12-no-guide\n"

TEST(levels_stand_below_open_ones)
{
	EXPECT(LEVELS("HL*1**20*1~HL*2*1*21*1~HL*3*2*22*0~HL*4*2*22*0~"
	    "HL*5*1*21*0~", "7"), 0, NO_GUIDE);
	EXPECT(LEVELS("HL*1**20*1~HL*3*1*21*1~", "4"), 0, NO_GUIDE
	    "5:HL01: x12-hl\n6:HL04: x12-hl\n");
	EXPECT(LEVELS("HL*1**20*0~HL*2*1*21*0~HL*3*7*22*0~", "5"), 0, NO_GUIDE
	    "5:HL02: x12-hl\n6:HL02: x12-hl\n");
	/* 2 is closed by 3 */
	EXPECT(LEVELS("HL*1**20*1~HL*2*1*21*0~HL*3*1*21*0~HL*4*2*22*0~", "6"),
	    0, NO_GUIDE "7:HL02: x12-hl\n");
}

/* Segments lie anywhere in the window, also across its ends. */
TEST(a_large_file_in_flat_memory)
{
	BUF_AUTO big = BUF_INIT;
	BUF_AUTO found = BUF_INIT;
	BUF_AUTO back = BUF_INIT;
	bool cut;
	int i, n = 20000;

	buf_adds(&big, ISA GS ST "AK1*HC*1*005010X222A1~");
	for (i = 0; i < n; i++)
		buf_addf(&big, "AK2*837*%04d~IK5*A~%s", i, i % 3 ? "" : "\r\n");
	buf_addf(&big, "AK9*A*1*1*1~SE*%d*0001~GE*1*1~IEA*1*000000001~",
	    2 * n + 4);
	CHECK_INT(read_all(buf_str(&big), &found, &back, &cut), 0);
	CHECK_STR(found.s, "");
	CHECK(str_eq(buf_str(&big), buf_str(&back)));
}

TEST(limits)
{
	BUF_AUTO b = BUF_INIT;
	int i;

	buf_adds(&b, ISA "X1");
	for (i = 0; i < X12_ELEMENTS_MAX + 2; i++)
		buf_addch(&b, '*');
	refused(__LINE__, buf_str(&b), "a segment of over 1024 elements",
	    false);
	buf_reset(&b);
	buf_adds(&b, ISA "X1*");
	for (i = 0; i < X12_SEGMENT_MAX; i++)
		buf_addch(&b, 'A');
	buf_addch(&b, '~');
	refused(__LINE__, buf_str(&b), "a segment of over 1048576 bytes",
	    false);
}

/* ---- public samples ---- */

static int samples(glob_t *g)
{
	const char *data = getenv("EHR_DATA");
	BUF_AUTO pattern = BUF_INIT;

	buf_addf(&pattern, "%s/x12/[0-9]*/*", data ? data : "../shared/data");
	return glob(pattern.s, 0, NULL, g);
}

TEST(samples_come_back_byte_for_byte)
{
	glob_t g;
	size_t i, taken = 0;

	if (samples(&g) != 0)
		SKIP("no sample data");
	for (i = 0; i < g.gl_pathc; i++) {
		BUF_AUTO bytes = BUF_INIT;
		BUF_AUTO found = BUF_INIT;
		BUF_AUTO back = BUF_INIT;
		bool cut;

		CHECK_INT(in_all(g.gl_pathv[i], 64 << 20, &bytes, &err), 0);
		if (read_all(buf_str(&bytes), &found, &back, &cut) < 0)
			continue;
		CHECK(str_eq(buf_str(&bytes), buf_str(&back)));
		taken++;
	}
	CHECK_INT(g.gl_pathc - taken, 1); /* one has a short ISA by design */
	globfree(&g);
}

/* Cut at each byte, and each byte once a delimiter: read to an end, and what
 * is taken comes back. */
TEST(damaged_samples_are_read_to_an_end)
{
	static const char put[] = "~*:^\n";
	glob_t g;
	size_t i, n, at;

	if (samples(&g) != 0)
		SKIP("no sample data");
	for (i = 0; i < g.gl_pathc; i += g.gl_pathc / 10) {
		BUF_AUTO bytes = BUF_INIT;
		bool cut;

		CHECK_INT(in_all(g.gl_pathv[i], 64 << 20, &bytes, &err), 0);
		for (at = 0; at < bytes.len && at < 3000; at++)
			for (n = 0; n < sizeof(put); n++) {
				BUF_AUTO found = BUF_INIT;
				BUF_AUTO back = BUF_INIT;
				char was = bytes.s[at];
				struct str s = { bytes.s,
					put[n] ? bytes.len : at };

				bytes.s[at] = put[n];
				if (read_all(s, &found, &back, &cut) == 0)
					CHECK(str_eq(s, buf_str(&back)));
				bytes.s[at] = was;
			}
	}
	globfree(&g);
}
