/* json_walk_test.c - members without a tape, beside the tape. */
#include "test.h"
#include "walk_kit.h"

static int walk(const char *text, struct buf *told)
{
	/* An exact copy, so that reading beyond the end is found. */
	size_t n = strlen(text);
	char *copy = xmalloc(n ? n : 1);
	struct str s = { copy, n }, key, value;
	int rc;

	memcpy(copy, text, n);
	struct json_walk w = JSON_WALK(s);
	buf_reset(told);
	while ((rc = json_walk_next(&w, &key, &value)) > 0)
		buf_addf(told, "%.*s=%.*s;", STR_FMT(key), STR_FMT(value));
	free(copy);
	return rc;
}

static void walked(int line, const char *text, const char *want)
{
	BUF_AUTO told = BUF_INIT;

	test_int(__FILE__, line, text, walk(text, &told), 0);
	test_str(__FILE__, line, text, told.s, want);
}
#define WALKED(text, want) walked(__LINE__, text, want)

TEST(walk_tells_members_in_order)
{
	WALKED("{}", "");
	WALKED("{\"a\":1}", "a=1;");
	WALKED("{\"a\":\"x\",\"b\":[],\"c\":{},\"d\":null}",
	    "a=\"x\";b=[];c={};d=null;");
	WALKED("{\"\":-1.10,\"b\":[{\"a\":[1,{\"q\":\"]}\\\"{\"}]}]}",
	    "=-1.10;b=[{\"a\":[1,{\"q\":\"]}\\\"{\"}]}];");
	WALKED("{\"a\":\"\\\\\",\"b\":\"\\\"\"}", "a=\"\\\\\";b=\"\\\"\";");
}

static void not_walked(int line, const char *text)
{
	BUF_AUTO told = BUF_INIT;

	test_int(__FILE__, line, text, walk(text, &told), EHR_EREJECT);
}
#define NOT_WALKED(text) not_walked(__LINE__, text)

TEST(walk_follows_minified_objects_only)
{
	NOT_WALKED("");
	NOT_WALKED("[]");
	NOT_WALKED("{");
	NOT_WALKED("}");
	NOT_WALKED("\"{}\"");
	NOT_WALKED("{ }");
	NOT_WALKED("{\"a\"}");
	NOT_WALKED("{\"a\":}");
	NOT_WALKED("{\"a\":1,}");
	NOT_WALKED("{\"a\":1");
	NOT_WALKED("{\"a\":\"x}");
	NOT_WALKED("{\"a\":\"x\\");
	NOT_WALKED("{\"a\":[1}");
	NOT_WALKED("{\"a\":1}}");
	NOT_WALKED("{\"a\":1]");
	NOT_WALKED("{\"a\" :1}");
	NOT_WALKED("{,\"a\":1}");
	/* A tape must tell what the key is. */
	NOT_WALKED("{\"\\u0061\":1}");
}

/* Values that end at every place of a block, and brackets in strings that
 * begin and end at every place. */
TEST(walk_agrees_with_the_tape_at_every_place_of_a_block)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error bad;
	size_t checked = 0;

	for (int n = 0; n < 150; n++)
		for (int m = 0; m < 70; m += 3) {
			BUF_AUTO b = BUF_INIT;

			buf_adds(&b, "{\"a\":[{\"s\":\"");
			for (int i = 0; i < n; i++)
				buf_adds(&b, i % 7 ? "}" : "\\\\");
			buf_adds(&b, "\\\"\",\"t\":[");
			for (int i = 0; i < m; i++)
				buf_adds(&b, "[[");
			for (int i = 0; i < m; i++)
				buf_adds(&b, "]]");
			buf_adds(&b, "]}],\"b\":{\"c\":\"]\"},\"d\":true}");
			CHECK_INT(tape_parse(&t, b.s, b.len, &bad), 0);
			CHECK(walk_agrees(&t, &checked));
		}
	CHECK_INT(checked, 150 * 24 * 3);
}

static void path(int line, const char *text, const char *path, int rc,
    const char *want)
{
	struct str s = str_of(text), value;

	test_int(__FILE__, line, path, json_walk_path(s, str_of(path), &value),
	    rc);
	if (rc == 1)
		test_mem(__FILE__, line, path, value.s, value.n, want);
}
#define PATH(text, p, rc, want) path(__LINE__, text, p, rc, want)

TEST(walk_path_steps_as_the_tape_does)
{
	static const char text[] = "{\"a\":[[{\"b\":{\"c\":[1,2]}}],3],"
	    "\"d\":\"x\",\"e\":[],\"f\":{\"\\u0067\":1}}";

	PATH(text, "d", 1, "\"x\"");
	PATH(text, "a.b.c", 1, "[1,2]");
	PATH(text, "a.b", 1, "{\"c\":[1,2]}");
	PATH(text, "d.x", 0, NULL);
	PATH(text, "e.x", 0, NULL);
	PATH(text, "x", 0, NULL);
	PATH(text, "f.g", EHR_EREJECT, NULL);
	PATH("{\"a\":[", "a.b", EHR_EREJECT, NULL);
}
