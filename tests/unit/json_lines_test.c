/* json_lines_test.c - lines that are split unseen give the values and faults
 * that they would have given one by one. */
#include "ehr/json.h"
#include "test.h"

static void note(struct buf *b, uint64_t line, const struct json_item *item)
{
	buf_addf(b, "%llu ", (unsigned long long)line);
	if (item->why)
		buf_addf(b, "!%s ", diag_name(item->id));
	buf_addstr(b, item->text);
	buf_addch(b, '\n');
}

static const struct json_split_opt one_piece = { .whole = true };

/* What is split of text; line 0: the items have their own. */
static void split(struct buf *b, struct str text, uint64_t line)
{
	struct json_split *s;
	struct json_item item;
	struct ehr_err e;
	struct in *in;

	CHECK_INT(in_open_mem(&in, "mem", text), 0);
	s = json_split_new(in, &one_piece);
	while (json_split_next(s, &item, &e) > 0)
		note(b, line ? line : item.line, &item);
	json_split_free(s);
	in_close(in);
}

/* The same by lines; returns how many came unseen. */
static int by_lines(struct buf *b, struct str text, size_t chunk)
{
	struct json_split_opt opt = { .whole = true, .chunk = chunk };
	TAPE_AUTO tape = TAPE_INIT;
	struct tape_error why;
	struct json_split *s;
	struct json_item item;
	struct ehr_err e;
	struct str rest, one;
	struct in *in;
	int unseen = 0, rc = 1;

	CHECK_INT(in_open_mem(&in, "mem", text), 0);
	s = json_split_new(in, &opt);
	while (rc > 0) {
		if (!json_split_lines(s, &item)) {
			rc = json_split_next(s, &item, &e);
			if (rc > 0)
				note(b, item.line, &item);
			continue;
		}
		rest = item.text;
		for (; rest.n && str_split(&rest, '\n', &one); item.line++) {
			unseen++;
			if (tape_parse(&tape, one.s, one.n, &why) < 0)
				split(b, one, item.line);
			else
				note(b, item.line, &(struct json_item){
				    .text = str_trim(one) });
		}
	}
	json_split_free(s);
	in_close(in);
	return unseen;
}

static const char *const texts[] = {
	"{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":1}\r\n{\"b\":2} \r\n{\"c\":3}",
	"\xef\xbb\xbf{\"a\":1}\n{\"b\":2}\n",
	"{\"a\":1}\n\n{\"b\":2}\n{\"c\":3}\n\n\n{\"d\":4}\n",
	"{\"a\":[1}\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":1}}\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":1}{\"x\":1}\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":1} junk }\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":\"}\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":{\"x\":1}\n{\"b\":2}\n{\"c\":3}\n",
	"{\"a\":1\n{\"b\":2}\n{\"c\":3}\n",
	"{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n{\n  \"b\": 2\n}\n",
	"{\"a\":1}\n{\n\"b\": [\n{},\n{}\n]\n}\n{\"c\":3}\n{\"d\":4}\n",
	"[1]\n{\"a\":1}\n{\"b\":2}\n[2]\n",
	"{}\n{}\n{}",
	"{\"a\":1}",
	"",
};

TEST(lines_unseen_give_what_items_give)
{
	int unseen = 0;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		for (size_t chunk = 1; chunk < 40; chunk += 3) {
			BUF_AUTO items = BUF_INIT;
			BUF_AUTO lines = BUF_INIT;

			split(&items, str_of(texts[i]), 0);
			unseen += by_lines(&lines, str_of(texts[i]), chunk);
			CHECK_STR(lines.s, items.s);
		}
	CHECK(unseen > 100);
}

TEST(lines_of_many_values_come_at_once)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO items = BUF_INIT;
	BUF_AUTO lines = BUF_INIT;

	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "{\"n\":%d,\"of\":[{},\"\\\"\"]}\n", i);
	split(&items, buf_str(&text), 0);
	CHECK_INT(by_lines(&lines, buf_str(&text), 0), 19999);
	CHECK_STR(lines.s, items.s);
}
