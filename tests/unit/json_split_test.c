/* json_split_test.c - inputs of many values, good and faulty. */
#include <ftw.h>
#include <zlib.h>

#include "ehr/json.h"
#include "test.h"

/* What came out, one line an item: kind, line, offset+length, the text. */
struct run {
	struct buf out;
	struct buf skipped;
	struct buf bytes;	/* all items' bytes */
};
#define RUN_INIT { BUF_INIT, BUF_INIT, BUF_INIT }

static void run_release(struct run *r)
{
	buf_release(&r->out);
	buf_release(&r->skipped);
	buf_release(&r->bytes);
}
#define RUN_AUTO EHR_CLEANUP(run_release) struct run

static void take_skipped(void *arg, const void *p, size_t n)
{
	struct run *r = arg;

	buf_add(&r->skipped, p, n);
	buf_add(&r->bytes, p, n);
}

/* Where the bytes of an item stand in the input, and which line that is. */
static void check_place(struct str in, const struct json_item *item)
{
	uint64_t line = 1;
	size_t i;

	CHECK(item->offset + item->length <= in.n);
	for (i = 0; i < item->offset; i++)
		line += in.s[i] == '\n';
	CHECK_INT(item->line, line);
	if (item->id != DIAG_JSON_SIZE || !item->why) {
		CHECK_INT(item->raw.n, item->length);
		CHECK(item->length == 0 || memcmp(item->raw.s,
		    in.s + item->offset, item->raw.n) == 0);
	}
}

/* in: the file's bytes; plain: the same decompressed. */
static void split_file_of(struct run *r, struct str in, struct str plain,
    const struct json_split_opt *options)
{
	struct json_split_opt opt = *options;
	struct json_split *s;
	struct json_item item;
	struct ehr_err e;
	struct in *file;
	int n;

	opt.on_skipped = take_skipped;
	opt.arg = r;
	CHECK_INT(in_open_mem(&file, "mem", in), 0);
	s = json_split_new(file, &opt);
	while ((n = json_split_next(s, &item, &e)) > 0) {
		check_place(plain, &item);
		buf_addf(&r->out, "%c%llu@%llu ", "VHET"[item.kind],
		    (unsigned long long)item.line,
		    (unsigned long long)item.offset);
		if (item.why)
			buf_addf(&r->out, "!%s ", diag_name(item.id));
		buf_addstr(&r->out, item.text);
		buf_addch(&r->out, '\n');
		buf_addstr(&r->bytes, item.raw);
	}
	CHECK_INT(n, 0);
	json_split_free(s);
	in_close(file);
}

static void split(struct run *r, struct str in,
    const struct json_split_opt *opt)
{
	split_file_of(r, in, in, opt);
}

/* The bytes of a that are neither blank nor comma equal those of b. */
static bool same_bytes(struct str a, struct str b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a.n && strchr(" \t\r\n,", a.s[i]) && a.s[i])
			i++;
		while (j < b.n && strchr(" \t\r\n,", b.s[j]) && b.s[j])
			j++;
		if (i == a.n || j == b.n)
			return i == a.n && j == b.n;
		if (a.s[i++] != b.s[j++])
			return false;
	}
}

/* The same items at every size of reads, and nothing lost. */
static void items(int line, struct str in, struct json_split_opt opt,
    const char *want)
{
	static const size_t chunks[] = { 0, 1, 2, 3, 5, 7, 16, 31, 63, 64, 65,
		100, 127, 128, 1000 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(chunks); i++) {
		RUN_AUTO r = RUN_INIT;

		opt.chunk = chunks[i];
		split(&r, in, &opt);
		test_str(__FILE__, line, "items", r.out.s, want);
		if (in.n >= 3 && memcmp(in.s, "\xef\xbb\xbf", 3) == 0)
			continue;
		if (!same_bytes(in, buf_str(&r.bytes))) {
			printf("%s:%d: lost bytes: %s\n", __FILE__, line,
			    r.bytes.s);
			longjmp(test_end, TEST_FAILED);
		}
	}
}
#define ITEMS(in, want) \
	items(__LINE__, STR(in), (struct json_split_opt){ 0 }, want)
#define ITEMS_LIMIT(in, n, want) \
	items(__LINE__, STR(in), (struct json_split_opt){ .limit = n }, want)

TEST(split_documents)
{
	ITEMS("", "");
	ITEMS(" \n\t\r\n", "");
	ITEMS("{}", "V1@0 {}\n");
	ITEMS("\xef\xbb\xbf{}", "V1@3 {}\n");
	ITEMS("\n\n {\n \"a\": \"}{\"\n}\n", "V3@3 {\n \"a\": \"}{\"\n}\n");
	ITEMS("{\n\"a\":1\n}\n{\n\"b\":[\"\\\"\"]\n}\n\n[\n]",
	    "V1@0 {\n\"a\":1\n}\nV4@10 {\n\"b\":[\"\\\"\"]\n}\nV8@26 [\n]\n");
	ITEMS("{\"a\":1}{\"b\":2} [3]", "V1@0 {\"a\":1}\nV1@7 {\"b\":2}\n"
	    "V1@15 [3]\n");
}

TEST(split_lines)
{
	ITEMS("{\"a\":1}\n{\"b\":2}\n", "V1@0 {\"a\":1}\nV2@8 {\"b\":2}\n");
	ITEMS("{\"a\":1}\r\n\r\n\n  {\"b\":2}",
	    "V1@0 {\"a\":1}\nV4@14 {\"b\":2}\n");
	/* Faults stay on their line. */
	ITEMS("{\"a\":1}\n{\"b\":[\n{\"c\":\"\n{\"d\":4}\n",
	    "V1@0 {\"a\":1}\nV2@8 !json-truncated {\"b\":[\n"
	    "V3@15 !json-truncated {\"c\":\"\nV4@22 {\"d\":4}\n");
	ITEMS("{\"a\":1}\n}{\nfoo\n{\"d\":4}x y\n[]\n",
	    "V1@0 {\"a\":1}\nV2@8 }{\nV3@11 foo\nV4@15 {\"d\":4}\nV4@22 x y\n"
	    "V5@26 []\n");
	/* A first line that is faulty. */
	ITEMS("{\"a\":\"1\n{\"b\":2}\n{\"c\":3}\n",
	    "V1@0 !json-truncated {\"a\":\"1\nV2@8 {\"b\":2}\n"
	    "V3@16 {\"c\":3}\n");
	ITEMS("{\"a\":[1,{\"x\":1}\n{\"b\":2}\n",
	    "V1@0 !json-truncated {\"a\":[1,{\"x\":1}\nV2@16 {\"b\":2}\n");
	ITEMS("# head\n{\"a\":1}\n{\"b\"\n{\"c\":1}\n",
	    "V1@0 # head\nV2@7 {\"a\":1}\nV3@15 !json-truncated {\"b\"\n"
	    "V4@20 {\"c\":1}\n");
}

TEST(split_lines_and_documents)
{
	ITEMS("{\"a\":1}\n{\n\"b\":[\n{\n}]}\n{\"c\":1}\n{\"d\":[\n{\"e\":5}\n",
	    "V1@0 {\"a\":1}\nV2@8 {\n\"b\":[\n{\n}]}\nV6@22 {\"c\":1}\n"
	    "V7@30 !json-truncated {\"d\":[\nV8@37 {\"e\":5}\n");
}

TEST(split_form_told)
{
	items(__LINE__, STR("{\"a\":\n{\"b\":2}\n"),
	    (struct json_split_opt){ .form = JSON_LINES },
	    "V1@0 !json-truncated {\"a\":\nV2@6 {\"b\":2}\n");
	items(__LINE__, STR("{\"a\":1}\n{\"b\":\n2}\n"),
	    (struct json_split_opt){ .form = JSON_DOCUMENTS },
	    "V1@0 {\"a\":1}\nV2@8 {\"b\":\n2}\n");
}

TEST(split_faulty_documents)
{
	/* A missing bracket, a wrong one, a string without end. */
	ITEMS("{\n \"a\": 1\n\n{\n \"b\": 2\n}\n",
	    "V1@0 !json-syntax {\n \"a\": 1\nV4@11 {\n \"b\": 2\n}\n");
	ITEMS("{\n \"a\": [1}\n{\n \"b\": 2\n}\n",
	    "V1@0 {\n \"a\": [1}\nV3@12 {\n \"b\": 2\n}\n");
	ITEMS("{\n \"a\": \"x,\n \"c\": 1\n}\n{\n \"b\": 2\n}\n",
	    "V1@0 {\n \"a\": \"x,\n \"c\": 1\n}\nV5@22 {\n \"b\": 2\n}\n");
	ITEMS("{\n \"a\": 1 ]\n}\n{\n}\n", "V1@0 {\n \"a\": 1 ]\n}\nV4@14 {\n}\n");
	ITEMS("{\n}\n}\n\"x\": 1,\n{\n}\n",
	    "V1@0 {\n}\nV3@4 }\n\"x\": 1,\nV5@14 {\n}\n");
	ITEMS("{\n \"a\": {\n", "V1@0 !json-truncated {\n \"a\": {\n");
	ITEMS("{\n \"a\": \"x", "V1@0 !json-truncated {\n \"a\": \"x\n");
	ITEMS("{\"a\":\"\\", "V1@0 !json-truncated {\"a\":\"\\\n");
	ITEMS("{", "V1@0 !json-truncated {\n");
	/* A colon at a distance is none of these. */
	ITEMS("{\"a\"  :\n\n  {\"b\":  {\n}}}\n{\n}",
	    "V1@0 {\"a\"  :\n\n  {\"b\":  {\n}}}\nV5@24 {\n}\n");
}

TEST(split_bundle)
{
	ITEMS("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":"
	    "[{\"a\":1},{\"b\":[]} ],\"total\":2}",
	    "H1@0 {\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[]}\n"
	    "E1@49 {\"a\":1}\nE1@57 {\"b\":[]}\n"
	    "T1@66 {\"entry\":[],\"total\":2}\n");
	ITEMS("{\n \"meta\" : { \"x\" : [ 1 ] },\n \"resourceType\" : "
	    "\"Bundle\",\n \"entry\" : [\n  {\n  }\n ]\n}\n{\n}\n",
	    "H1@0 {\n \"meta\" : { \"x\" : [ 1 ] },\n \"resourceType\" : "
	    "\"Bundle\",\n \"entry\" : []}\nE5@72 {\n  }\n"
	    "T7@79 {\"entry\":[]\n}\nV9@83 {\n}\n");
	ITEMS("{\"resourceType\":\"Bundle\",\"entry\":[]}",
	    "H1@0 {\"resourceType\":\"Bundle\",\"entry\":[]}\n"
	    "T1@34 {\"entry\":[]}\n");
	/* No entries, entries of something else, entries first. */
	ITEMS("{\"resourceType\":\"Bundle\",\"total\":0}",
	    "V1@0 {\"resourceType\":\"Bundle\",\"total\":0}\n");
	ITEMS("{\"resourceType\":\"List\",\"entry\":[{\"a\":1},{}]}",
	    "V1@0 {\"resourceType\":\"List\",\"entry\":[{\"a\":1},{}]}\n");
	ITEMS("{\"entry\":[{\"a\":1},{}],\"resourceType\":\"List\"}",
	    "V1@0 {\"entry\":[{\"a\":1},{}],\"resourceType\":\"List\"}\n");
	ITEMS("{\"x\":\"y\",\"entry\":[{\"a\":1},{}],\"resourceType\":\"Bundle\"}",
	    "H1@0 {\"x\":\"y\",\"entry\":[]}\nE1@18 {\"a\":1}\nE1@26 {}\n"
	    "T1@28 {\"entry\":[],\"resourceType\":\"Bundle\"}\n");
	ITEMS("{\"entry\":7,\"resourceType\":\"Bundle\",\"entry\":[1 ,\"]\"]}",
	    "H1@0 {\"entry\":7,\"resourceType\":\"Bundle\",\"entry\":[]}\n"
	    "E1@44 1\nE1@47 \"]\"\nT1@50 {\"entry\":[]}\n");
}

#define B "{\"resourceType\":\"Bundle\",\"entry\":["

TEST(split_bundle_lines)
{
	ITEMS(B "{}]}\n" B "{},{\"a\":[\n{\"b\":1}\n" B "{}\n{\"c\":1}\n",
	    "H1@0 " B "]}\nE1@34 {}\nT1@36 {\"entry\":[]}\n"
	    "H2@39 " B "]}\nE2@73 {}\nE2@76 !json-truncated {\"a\":[\n"
	    "V3@83 {\"b\":1}\n"
	    "H4@91 " B "]}\nE4@125 {}\n"
	    "T4@127 !json-truncated {\"entry\":[\nV5@128 {\"c\":1}\n");
}

TEST(split_faulty_bundle)
{
	/* An entry ends where its brackets do, whatever is within. */
	ITEMS(B "{\"a\":[1,},{\"b\":1 2},{\"c\":3}]}",
	    "H1@0 " B "]}\nE1@34 {\"a\":[1,}\nE1@44 {\"b\":1 2}\n"
	    "E1@54 {\"c\":3}\nT1@61 {\"entry\":[]}\n");
	/* A missing brace: the next entry begins behind a comma. */
	ITEMS(B "{\"a\":{\"x\":1},{\"b\":1},{\"c\":3}]}",
	    "H1@0 " B "]}\nE1@34 !json-syntax {\"a\":{\"x\":1}\n"
	    "E1@47 {\"b\":1}\nE1@55 {\"c\":3}\nT1@62 {\"entry\":[]}\n");
	/* The entries' bracket closes what was left open. */
	ITEMS(B "{\"a\":1},{\"b\":{\"x\":1}]}{}",
	    "H1@0 " B "]}\nE1@34 {\"a\":1}\n"
	    "E1@42 !json-syntax {\"b\":{\"x\":1}\nT1@54 {\"entry\":[]}\n"
	    "V1@56 {}\n");
	/* A string without end, on lines. */
	ITEMS(B "\n{\n\"a\":\"x\n},\n{\n\"b\":1\n}\n]\n}",
	    "H1@0 " B "]}\nE2@35 {\n\"a\":\"x\n}\nE5@47 {\n\"b\":1\n}\n"
	    "T8@57 {\"entry\":[]\n}\n");
}

TEST(split_bundle_commas)
{
	ITEMS(B "{}{}]}", "H1@0 " B "]}\nE1@34 {}\nE1@36 {}\n"
	    "T1@38 !json-syntax {\"entry\":[]}\n");
	ITEMS(B "{},,{}]}", "H1@0 " B "]}\nE1@34 {}\nE1@38 {}\n"
	    "T1@40 !json-syntax {\"entry\":[]}\n");
	ITEMS(B "{},]}", "H1@0 " B "]}\nE1@34 {}\n"
	    "T1@37 !json-syntax {\"entry\":[]}\n");
	ITEMS(B ",{}]}", "H1@0 " B "]}\nE1@35 {}\n"
	    "T1@37 !json-syntax {\"entry\":[]}\n");
	ITEMS(B "{}}{}", "H1@0 " B "]}\nE1@34 {}\n"
	    "T1@36 {\"entry\":[}\nV1@37 {}\n");
}

TEST(split_truncated_bundle)
{
	ITEMS(B "{},{\"a\":[1,2", "H1@0 " B "]}\nE1@34 {}\n"
	    "E1@37 !json-truncated {\"a\":[1,2\n");
	ITEMS(B "{},", "H1@0 " B "]}\nE1@34 {}\n"
	    "T1@37 !json-truncated {\"entry\":[\n");
	ITEMS(B "{}],\"x\":", "H1@0 " B "]}\nE1@34 {}\n"
	    "T1@36 !json-truncated {\"entry\":[],\"x\":\n");
	ITEMS("{\"resourceType\":\"Bundle\",\"entry\":",
	    "V1@0 !json-truncated {\"resourceType\":\"Bundle\",\"entry\":\n");
}

TEST(split_limits_size)
{
	RUN_AUTO r = RUN_INIT;
	struct json_split_opt opt = { .limit = 20 };

	ITEMS_LIMIT("{\"a\":1}\n{\"b\":\"0123456789012345678901234567890123456"
	    "7890123456789012345678901234567890123456789\"}\n{\"c\":3}\n", 20,
	    "V1@0 {\"a\":1}\nV2@8 !json-size \nV3@97 {\"c\":3}\n");
	split(&r, STR("{\"a\":[\n0123456789,\n0123456789]}\n{\n}"), &opt);
	CHECK_STR(r.out.s, "V1@0 !json-size \nV4@32 {\n}\n");
	CHECK_STR(r.skipped.s, "{\"a\":[\n0123456789,\n0123456789]}");
	ITEMS_LIMIT(B "{},{\"a\":[\"0123456789012345678901234567890123456\"]},"
	    "{}]}", 40, "H1@0 " B "]}\nE1@34 {}\nE1@37 !json-size \nE1@85 {}\n"
	    "T1@87 {\"entry\":[]}\n");
	/* Too large to be a resource: taken for a Bundle. */
	ITEMS_LIMIT("{\"entry\":[{\"a\":1},{\"b\":2},{\"c\":3},{\"d\":4},"
	    "{\"e\":5}],\"x\":1}", 30, "H1@0 {\"entry\":[]}\nE1@10 {\"a\":1}\n"
	    "E1@18 {\"b\":2}\nE1@26 {\"c\":3}\nE1@34 {\"d\":4}\n"
	    "E1@42 {\"e\":5}\nT1@49 {\"entry\":[],\"x\":1}\n");
	ITEMS_LIMIT("{\"entry\":[{\"a\":1},{\"b\":2}],\"resourceType\":\"List\"}"
	    "\n{}", 30, "H1@0 {\"entry\":[]}\nE1@10 {\"a\":1}\n"
	    "E1@18 {\"b\":2}\nT1@25 {\"entry\":[],\"resourceType\":"
	    "\"List\"}\nV2@50 {}\n");
}

static void add_many(struct buf *b, char c, int n)
{
	while (n-- > 0)
		buf_addch(b, c);
}

/* Walked twice, the second time as a Bundle: what the first walk took a line
 * end for, which a lost quote turns round, says nothing then. */
TEST(split_lost_quote_in_held_object)
{
	BUF_AUTO b = BUF_INIT;

	buf_adds(&b, "{\"entry\":[\\\":\"");
	add_many(&b, 'a', 400);
	buf_adds(&b, ",\n{\"b\":1}]}");
	add_many(&b, ' ', 100); /* more than a block of the scanner */
	items(__LINE__, buf_str(&b), (struct json_split_opt){ .limit = 40 },
	    "H1@0 {\"entry\":[]}\nE1@10 \\\nE1@11 \":\"\n"
	    "E1@14 !json-size \nE2@416 {\"b\":1}\n"
	    "T2@423 !json-syntax {\"entry\":[]}\n");
}

/* What stands behind the limit is not looked at, whether it is skipped yet or
 * not. */
TEST(split_members_behind_the_limit)
{
	BUF_AUTO b = BUF_INIT;

	buf_adds(&b, "{\"a\":\"");
	add_many(&b, 'a', 400);
	buf_adds(&b, "\",\"resourceType\":\"L\",\"b\":7{,\"c\":1}}\n{}");
	items(__LINE__, buf_str(&b), (struct json_split_opt){ .limit = 40 },
	    "V1@0 !json-size \nV2@442 {}\n");
}

/* A colon two bytes before a bracket may be skipped already. */
TEST(split_lost_brace_behind_the_limit)
{
	BUF_AUTO b = BUF_INIT;

	buf_adds(&b, B "{\"a\":\"");
	add_many(&b, 'a', 6 * 64 - 9); /* the bracket starts a block */
	buf_adds(&b, "\":,{}]}");
	items(__LINE__, buf_str(&b), (struct json_split_opt){ .limit = 40 },
	    "H1@0 " B "]}\nE1@34 !json-size \nE1@418 {}\n"
	    "T1@420 {\"entry\":[]}\n");
}

/* An entry that lost its brace ends before the comma and the blanks around it,
 * which do not make it too large. */
TEST(split_blanks_around_a_comma)
{
	BUF_AUTO b = BUF_INIT;

	buf_adds(&b, B "{\"a\":1");
	add_many(&b, ' ', 200);
	buf_addch(&b, ',');
	add_many(&b, ' ', 200);
	buf_adds(&b, "{\"b\":2},{\"c\":3}]}");
	items(__LINE__, buf_str(&b), (struct json_split_opt){ .limit = 40 },
	    "H1@0 " B "]}\nE1@34 !json-syntax {\"a\":1\n"
	    "E1@441 {\"b\":2}\nE1@449 {\"c\":3}\nT1@456 {\"entry\":[]}\n");
}

/* Far over the limit: bytes are handed on while the item is read. */
TEST(split_skips_in_flat_memory)
{
	static const size_t chunks[] = { 1, 7, 64, 500, 0 };
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO list = BUF_INIT;
	size_t i;

	buf_adds(&text, B "{},");
	buf_adds(&list, "{\"x\":1,\"entry\":[{}");
	buf_adds(&text, "{\"a\":[");
	for (i = 0; i < 1000; i++) {
		buf_adds(&text, "\"x{[\\\"\",\n");
		buf_adds(&list, ",{}");
	}
	buf_adds(&text, "1]},{}]}");
	buf_adds(&list, "],\"resourceType\":\"List\"}");
	for (i = 0; i < ARRAY_LEN(chunks); i++) {
		struct json_split_opt opt = { .limit = 90, .chunk = chunks[i] };
		RUN_AUTO r = RUN_INIT;
		RUN_AUTO b = RUN_INIT;

		split(&r, buf_str(&text), &opt);
		CHECK_STR(r.out.s, "H1@0 " B "]}\nE1@34 {}\n"
		    "E1@37 !json-size \nE1001@9047 {}\n"
		    "T1001@9049 {\"entry\":[]}\n");
		CHECK_INT(r.skipped.len, 9009);
		CHECK(same_bytes(buf_str(&text), buf_str(&r.bytes)));
		split(&b, buf_str(&list), &opt);
		CHECK(str_starts(buf_str(&b.out), "H1@0 {\"x\":1,"));
		CHECK(str_ends(buf_str(&b.out), "E1@3016 {}\nT1@3018 "
		    "{\"entry\":[],\"resourceType\":\"List\"}\n"));
		CHECK_INT(b.skipped.len, 0);
	}
}

TEST(split_blanks_over_the_limit)
{
	RUN_AUTO r = RUN_INIT;
	BUF_AUTO b = BUF_INIT;
	struct json_split_opt opt = { .limit = 100, .chunk = 10 };
	int i;

	buf_adds(&b, "[\n]");
	for (i = 0; i < 500; i++)
		buf_adds(&b, "\n ");
	buf_adds(&b, B);
	for (i = 0; i < 500; i++)
		buf_adds(&b, "\n ");
	buf_adds(&b, "{}]}");
	split(&r, buf_str(&b), &opt);
	CHECK_INT(r.skipped.len, 0);
	CHECK_STR(r.out.s, "V1@0 [\n]\nH502@1003 " B "]}\nE1002@2037 {}\n"
	    "T1002@2039 {\"entry\":[]}\n");
}

TEST(split_depth_beyond_all_limits)
{
	RUN_AUTO r = RUN_INIT;
	BUF_AUTO b = BUF_INIT;
	struct json_split_opt opt = { 0 };
	int i, n = 20000;

	for (i = 0; i < n; i++)
		buf_addch(&b, i % 2 ? '{' : '[');
	for (i = 0; i < n; i++)
		buf_addch(&b, i % 2 ? ']' : '}');
	buf_adds(&b, " {}");
	split(&r, buf_str(&b), &opt);
	CHECK(str_ends(buf_str(&r.out), "V1@40001 {}\n"));
	CHECK_INT(r.bytes.len, 2 * n + 2);
}

/* Compressed data that end too early cut one item, once. */
TEST(split_faulty_gzip)
{
#define PLAIN "{\"a\":1}\n{\"b\":\"0123456789abcdefghij\"}\n"
	unsigned char packed[200];
	z_stream z = { 0 };
	size_t n;
	int refused = 0;

	CHECK_INT(deflateInit2(&z, 0, Z_DEFLATED, 31, 8, 0), Z_OK);
	z.next_in = (unsigned char *)PLAIN;
	z.avail_in = sizeof(PLAIN) - 1;
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
	CHECK_INT(deflateEnd(&z), Z_OK);
	for (n = 12; n < z.total_out; n++) {
		RUN_AUTO r = RUN_INIT;
		struct json_split_opt opt = { 0 };
		const char *at;

		split_file_of(&r, (struct str){ (char *)packed, n }, STR(PLAIN),
		    &opt);
		at = strstr(r.out.s, "!gzip");
		CHECK(at && !strstr(at + 1, "!"));
		refused++;
	}
	CHECK(refused > 20);
}

/* ---- the public data ---- */

static int files_seen;
static uint64_t values_seen;

/* One line for each item; refused ones with why. */
static void digest(struct buf *b, const char *path, size_t chunk,
    int *refused)
{
	struct json_split_opt opt = { .chunk = chunk };
	TAPE_AUTO t = TAPE_INIT;
	struct json_split *s;
	struct json_item item;
	struct tape_error bad;
	struct ehr_err e;
	struct in *in;

	CHECK_INT(in_open(&in, path, &e), 0);
	s = json_split_new(in, &opt);
	while (json_split_next(s, &item, &e) > 0) {
		buf_addf(b, "%d %llu %llu %llu %llx\n", item.kind,
		    (unsigned long long)item.line,
		    (unsigned long long)item.offset,
		    (unsigned long long)item.length,
		    (unsigned long long)hash64(item.raw.s, item.raw.n, 0));
		if (item.why || tape_parse(&t, item.text.s, item.text.n, &bad))
			++*refused;
		values_seen++;
	}
	json_split_free(s);
	in_close(in);
}

static int split_file(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	BUF_AUTO whole = BUF_INIT;
	BUF_AUTO parts = BUF_INIT;
	int refused = 0;

	(void)st;
	(void)ftw;
	if (type != FTW_F || (!strstr(path, ".json") &&
	    !strstr(path, ".ndjson")))
		return 0;
	files_seen++;
	digest(&whole, path, 0, &refused);
	if (refused != 0)
		printf("%s: %d refused\n", path, refused);
	CHECK_INT(refused, 0);
	digest(&parts, path, 4099, &refused);
	CHECK_STR(parts.s, whole.s);
	return 0;
}

TEST(split_takes_all_public_charts)
{
	char dir[400];

	snprintf(dir, sizeof(dir), "%s/clinical/fhir", test_data());
	CHECK_INT(nftw(dir, split_file, 20, FTW_PHYS), 0);
	CHECK(files_seen > 300);
	CHECK(values_seen > 50000);
}
