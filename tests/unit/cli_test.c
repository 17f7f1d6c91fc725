/* cli_test.c - the option parser, help, operands and printers. */
#include <fcntl.h>
#include <time.h>

#include "ehr/cli.h"
#include "test.h"

static struct {
	const char *code;
	struct cli_list like;
	int64_t count;
	int kind;
	bool latest;
} opt;

static int nop(struct cli *c, struct ehr_err *e)
{
	(void)c;
	(void)e;
	return EHR_OK;
}

static const struct cli_opt list_opt[] = {
	{ "code", 'c', CLI_TEXT, CLI_HIDE, "SYS|CODE", "this code only",
	    &opt.code, 0, 0 },
	{ "like", 'l', CLI_LIST, 0, "TEXT", "like this", &opt.like, 0, 0 },
	{ "count", 0, CLI_INT, 0, "N", "at most", &opt.count, 1, 99 },
	{ "kind", 0, CLI_CHOICE, 0, "one|two|three", "kind", &opt.kind, 0, 0 },
	{ "latest", 'L', CLI_FLAG, 0, NULL, "the latest", &opt.latest, 0, 0 },
	{ 0 },
};

static const struct cli_opt add_opt[] = {
	{ "code", 'c', CLI_TEXT, CLI_REQUIRED, "CODE", "code", &opt.code, 0,
	    0 },
	{ NULL, 'o', CLI_CHOICE, 0, "text|html", "form", &opt.kind, 0, 0 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "list", "KIND PATIENT|-...", "List entries", CLI_READ | CLI_RANGE,
	    list_opt, 1, -1, false, nop },
	{ "staff add", "NAME", "Add staff", CLI_WRITE, NULL, 1, 1, true, nop },
	{ "staff", NULL, "List staff", CLI_DB, NULL, 0, 0, false, nop },
	{ "add", NULL, "Add", CLI_OUTPUT, add_opt, 0, 0, false, nop },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-test", "Test of tables", verbs };

static const struct cli_verb plain_verb[] = {
	{ NULL, "NAME", "Find", CLI_DB, NULL, 0, 2, true, nop },
	{ 0 },
};
static const struct cli_tool plain = { "ehr-plain", "Plain", plain_verb };

static struct cli c;
static struct ehr_err e;
static char words[512];	  /* the process's argv would lie here */
static char *word[32];

/* Parses a line whose words are parted by blanks ("_" is a blank). */
static int parse(const struct cli_tool *t, const char *line)
{
	int n = 0;
	size_t i;

	cli_release(&c);
	memset(&opt, 0, sizeof(opt));
	memset(&e, 0, sizeof(e));
	snprintf(words, sizeof(words), "%s", line);
	word[n++] = words;
	for (i = 0; words[i]; i++) {
		if (words[i] == ' ') {
			words[i] = '\0';
			word[n++] = words + i + 1;
		} else if (words[i] == '_') {
			words[i] = ' ';
		}
	}
	word[n] = NULL;
	return cli_parse(&c, t, n, word, &e);
}

TEST(options_long_and_short)
{
	unsetenv("EHR_DB");
	CHECK_INT(parse(&tool, "t list -qvvdx.ehr --code=a=b --count 7 meds "
	    "--kind two -Llone --like two pt1 --since 2026 -o json -"), EHR_OK);
	CHECK_STR(c.verb->name, "list");
	CHECK(c.quiet);
	CHECK_INT(c.verbose, 2);
	CHECK_STR(c.db, "x.ehr");
	CHECK_STR(opt.code, "a=b");
	CHECK_INT(opt.count, 7);
	CHECK_INT(opt.kind, 1);
	CHECK(opt.latest);
	CHECK_INT(opt.like.n, 2);
	CHECK_STR(opt.like.v[0], "one");
	CHECK_STR(opt.like.v[1], "two");
	CHECK_INT(c.format, CLI_JSON);
	CHECK_INT(c.argc, 3);
	CHECK_STR(c.argv[0], "meds");
	CHECK_STR(c.argv[1], "pt1");
	CHECK_STR(c.argv[2], "-");
	CHECK(c.argv[3] == NULL);
}

TEST(double_dash_ends_options)
{
	CHECK_INT(parse(&tool, "t list -q -- -v --code --"), EHR_OK);
	CHECK_INT(c.argc, 3);
	CHECK_STR(c.argv[0], "-v");
	CHECK_STR(c.argv[2], "--");
	CHECK_INT(c.verbose, 0);
}

TEST(a_value_may_be_empty)
{
	CHECK_INT(parse(&tool, "t list --code= x"), EHR_OK);
	CHECK_STR(opt.code, "");
	CHECK_INT(c.argc, 1);
}

TEST(usage_errors)
{
	static const struct {
		const char *line, *msg;
	} bad[] = {
		{ "t", "no verb given (see ehr-test -h)" },
		{ "t frob", "unknown verb (see ehr-test -h)" },
		{ "t list", "KIND PATIENT|-...: too few operands "
			    "(see ehr-test list -h)" },
		{ "t list --cod=1 x", "unknown option --cod "
				      "(see ehr-test list -h)" },
		{ "t list x --latest=1", "--latest takes no value "
					 "(see ehr-test list -h)" },
		{ "t list x --code", "--code needs a value "
				     "(see ehr-test list -h)" },
		{ "t list x -qc", "-c needs a value (see ehr-test list -h)" },
		{ "t list x -z", "unknown option -z (see ehr-test list -h)" },
		{ "t list x --count 0", "--count: 1 to 99 is allowed "
					"(see ehr-test list -h)" },
		{ "t list x --count=7x", "--count: a number is needed "
					 "(see ehr-test list -h)" },
		{ "t list x --kind tw", "--kind: one of one|two|three is "
					"needed (see ehr-test list -h)" },
		{ "t list x -o xml", "-o: one of table|tsv|csv|json|ndjson is "
				     "needed (see ehr-test list -h)" },
		{ "t list x --since yesterday",
		    "--since: a date as 2026-01-31 or 2026-01-31T12:00:00Z "
		    "is needed (see ehr-test list -h)" },
		{ "t list x --since 2026 --until 2025",
		    "--since is after --until (see ehr-test list -h)" },
		{ "t list x --today 2026", "--today: a day is needed "
					   "(see ehr-test list -h)" },
		{ "t list x -n", "unknown option -n (see ehr-test list -h)" },
		{ "t staff x", "too many operands (see ehr-test staff -h)" },
		{ "t add", "--code is needed (see ehr-test add -h)" },
		{ "t -n list x", "an option before list is not one of its own "
				 "(see ehr-test list -h)" },
		{ "t -o tsv add -c1", "an option before add is not one of its "
				      "own (see ehr-test add -h)" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK_INT(parse(&tool, bad[i].line), EHR_EUSAGE);
		CHECK_STR(e.msg, bad[i].msg);
	}
}

TEST(an_error_never_tells_a_value)
{
	CHECK_INT(parse(&tool, "t list x --count smith"), EHR_EUSAGE);
	CHECK(!strstr(e.msg, "smith"));
	CHECK_INT(parse(&tool, "t list x --kind=smith"), EHR_EUSAGE);
	CHECK(!strstr(e.msg, "smith"));
	CHECK_INT(parse(&tool, "t list x --smith=jones"), EHR_EUSAGE);
	CHECK(!strstr(e.msg, "jones"));
}

TEST(shared_options_before_the_verb)
{
	CHECK_INT(parse(&tool, "t -d a.ehr -q list x"), EHR_OK);
	CHECK_STR(c.db, "a.ehr");
	CHECK(c.quiet);
}

TEST(verbs_of_two_words)
{
	CHECK_INT(parse(&tool, "t staff add jo"), EHR_OK);
	CHECK_STR(c.verb->name, "staff add");
	CHECK_STR(c.argv[0], "jo");
	CHECK_INT(parse(&tool, "t staff"), EHR_OK);
	CHECK_STR(c.verb->name, "staff");
}

TEST(an_own_option_replaces_the_shared_one)
{
	CHECK_INT(parse(&tool, "t add -c 1 -o html"), EHR_OK);
	CHECK_INT(opt.kind, 1);
	CHECK_INT(c.format, CLI_AUTO);
	CHECK_INT(parse(&tool, "t add -c 1 -o tsv"), EHR_EUSAGE);
}

TEST(values_are_wiped_from_argv)
{
	CHECK_INT(parse(&tool, "t list --code=secret meds"), EHR_OK);
	CHECK_STR(opt.code, "secret");
	CHECK_STR(word[2], "--code=*");
	CHECK_STR(word[2] + 9, "");
	CHECK_STR(word[3], "meds");
	CHECK_INT(parse(&tool, "t list -c secret meds"), EHR_OK);
	CHECK_STR(word[2], "-c");
	CHECK_STR(word[3], "*");
	CHECK_INT(parse(&plain, "t smith,_jo"), EHR_OK);
	CHECK_STR(c.argv[0], "smith, jo");
	CHECK_STR(word[1], "*");
	CHECK_STR(word[1] + 2, "");
}

TEST(database_from_the_environment)
{
	setenv("EHR_DB", "env.ehr", 1);
	CHECK_INT(parse(&plain, "t"), EHR_OK);
	CHECK_STR(c.db, "env.ehr");
	CHECK_INT(parse(&plain, "t -d own.ehr"), EHR_OK);
	CHECK_STR(c.db, "own.ehr");
	setenv("EHR_DB", "", 1);
	CHECK_INT(parse(&plain, "t"), EHR_OK);
	CHECK_STR(c.db, NULL);
	unsetenv("EHR_DB");
}

TEST(times_of_the_process_zone)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	CHECK_INT(parse(&tool, "t list x --since 2026-01-31 --until 2026-02 "
	    "--as-of 2026-01-31T12:00:00-05:00"), EHR_OK);
	CHECK_INT(c.since_ms, 1769817600000);
	CHECK_INT(c.until_ms, 1772323199999);
	CHECK_INT(c.as_of_ms, 1769878800999);
	setenv("TZ", "XST5", 1);
	tzset();
	CHECK_INT(parse(&tool, "t list x --since 2026-01-31"), EHR_OK);
	CHECK_INT(c.since_ms, 1769835600000);
	CHECK_INT(c.until_ms, INT64_MAX);
	CHECK_INT(parse(&tool, "t list x --until 2025"), EHR_OK);
	CHECK_INT(c.since_ms, INT64_MIN);
	CHECK_INT(c.until_ms, 1767243599999);
	setenv("TZ", "UTC0", 1);
	tzset();
}

TEST(today)
{
	struct date d;

	CHECK_INT(parse(&tool, "t list x --today 2026-02-28"), EHR_OK);
	cli_today(&c, &d);
	CHECK_INT(d.day, 28);
	CHECK_INT(d.precision, DATE_DAY);
	CHECK_INT(parse(&tool, "t list x"), EHR_OK);
	cli_today(&c, &d);
	CHECK(d.year >= 2026);
}

TEST(help_of_tool_and_verb)
{
	BUF_AUTO b = BUF_INIT;

	CHECK_INT(parse(&tool, "t -h"), EHR_OK);
	CHECK_INT(c.action, CLI_HELP);
	cli_help(&b, &c);
	CHECK(strstr(b.s, "usage: ehr-test VERB [option]... [operand]..."));
	CHECK(strstr(b.s, "staff add NAME"));
	buf_reset(&b);
	CHECK_INT(parse(&tool, "t list --help --nonsense"), EHR_OK);
	CHECK_INT(c.action, CLI_HELP);
	cli_help(&b, &c);
	CHECK(strstr(b.s, "usage: ehr-test list [option]... KIND PATIENT|-"));
	CHECK(strstr(b.s, "-c, --code SYS|CODE"));
	CHECK(strstr(b.s, "-d, --db FILE"));
	CHECK(!strstr(b.s, "--dry-run"));
	CHECK(!strstr(b.s, "completion"));
	buf_reset(&b);
	CHECK_INT(parse(&tool, "t add -h"), EHR_OK);
	cli_help(&b, &c);
	CHECK(strstr(b.s, "-o text|html"));
	CHECK(!strstr(b.s, "ndjson"));
}

TEST(completion_has_every_verb_and_option)
{
	BUF_AUTO b = BUF_INIT;

	CHECK_INT(parse(&tool, "t --completion"), EHR_OK);
	CHECK_INT(c.action, CLI_COMPLETION);
	cli_completion(&b, &tool);
	CHECK(strstr(b.s, "list\t\t\tverb\tKIND PATIENT|-...\tList entries\n"));
	CHECK(strstr(b.s, "list\tc\tcode\ttext\tSYS|CODE\tthis code only\n"));
	CHECK(strstr(b.s, "staff add\td\tdb\ttext\tFILE\t"));
	CHECK(!strstr(b.s, "--"));
}

/* Makes text the standard input of what follows. */
static void feed(const char *text, size_t n)
{
	int fd[2];

	CHECK_INT(pipe(fd), 0);
	CHECK_INT(write(fd[1], text, n), n);
	close(fd[1]);
	CHECK(dup2(fd[0], 0) == 0);
	close(fd[0]);
	fflush(stdin);
	clearerr(stdin);
}

TEST(ids_from_operands_and_standard_input)
{
	static const char lines[] = "p2\tSmith\n\np3 x\r\np4";
	struct str id;
	CLI_IDS_AUTO it = CLI_IDS(&c, 0);

	feed(lines, sizeof(lines) - 1);
	CHECK_INT(parse(&tool, "t list p1 - p5"), EHR_OK);
	CHECK_INT(cli_ids_next(&it, &id, &e), 1);
	CHECK(str_is(id, "p1"));
	CHECK_INT(cli_ids_next(&it, &id, &e), 1);
	CHECK(str_is(id, "p2"));
	CHECK_INT(cli_ids_next(&it, &id, &e), 1);
	CHECK(str_is(id, "p3"));
	CHECK_INT(cli_ids_next(&it, &id, &e), 1);
	CHECK(str_is(id, "p4"));
	CHECK_INT(cli_ids_next(&it, &id, &e), 1);
	CHECK(str_is(id, "p5"));
	CHECK_INT(cli_ids_next(&it, &id, &e), 0);
}

TEST(standard_input_is_read_once)
{
	struct str id;
	CLI_IDS_AUTO it = CLI_IDS(&c, 0);

	feed("", 0);
	CHECK_INT(parse(&tool, "t list - -"), EHR_OK);
	CHECK_INT(cli_ids_next(&it, &id, &e), EHR_EUSAGE);
}

TEST(an_id_with_a_nul_is_refused)
{
	struct str id;
	CLI_IDS_AUTO it = CLI_IDS(&c, 0);

	feed("a\0b\n", 4);
	CHECK_INT(parse(&tool, "t list -"), EHR_OK);
	CHECK_INT(cli_ids_next(&it, &id, &e), EHR_EREJECT);
	CHECK_STR(e.msg, "standard input:1: not an id");
}

TEST(standard_input_has_a_limit)
{
	BUF_AUTO b = BUF_INIT;

	feed("12345", 5);
	CHECK_INT(parse(&tool, "t list x"), EHR_OK);
	CHECK_INT(cli_stdin(&c, &b, 5, &e), EHR_OK);
	CHECK_STR(b.s, "12345");
	buf_reset(&b);
	feed("123456", 6);
	CHECK_INT(parse(&tool, "t list x"), EHR_OK);
	CHECK_INT(cli_stdin(&c, &b, 5, &e), EHR_EREJECT);
}

static const struct print_col cols[] = {
	{ "id", 0 },
	{ "value", PRINT_RIGHT },
	{ "note", PRINT_WIDE },
};

/* Prints two rows as format into a file and gives it back. */
static void rows(struct buf *b, enum cli_format format)
{
	char path[] = "/tmp/ehr-cli-test-XXXXXX", block[4096];
	struct printer *p = NULL;
	ssize_t n;
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	c.format = format;
	c.place = path;
	c.force = true;
	CHECK_INT(print_open(&p, &c, cols, ARRAY_LEN(cols), &e), EHR_OK);
	print_text(p, STR("p1"));
	print_number(p, STR("1.10"));
	print_text(p, STR("a\tb\"c, d\\e\nf \xc2\x9b\x1b[1m \xc3\xa9"));
	CHECK_INT(print_row(p, &e), EHR_OK);
	print_text(p, STR("p22"));
	print_absent(p, "not asked");
	CHECK_INT(print_row(p, &e), EHR_OK);
	CHECK_INT(print_close(p, EHR_OK, &e), EHR_OK);
	close(fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, block, sizeof(block));
	close(fd);
	unlink(path);
	CHECK(n >= 0);
	buf_reset(b);
	buf_add(b, block, (size_t)n);
}

TEST(printers)
{
	BUF_AUTO b = BUF_INIT;

	CHECK_INT(parse(&tool, "t list x"), EHR_OK);
	rows(&b, CLI_TSV);
	CHECK_STR(b.s, "p1\t1.10\ta\\tb\"c, d\\\\e\\nf \\u009b\\u001b[1m "
	    "\xc3\xa9\n"
	    "p22\t(not asked)\t\n");
	rows(&b, CLI_CSV);
	CHECK_STR(b.s, "id,value,note\r\n"
	    "p1,1.10,\"a\tb\"\"c, d\\e\nf \xc2\x9b\x1b[1m \xc3\xa9\"\r\n"
	    "p22,(not asked),\r\n");
	rows(&b, CLI_NDJSON);
	CHECK_STR(b.s,
	    "{\"id\":\"p1\",\"value\":1.10,\"note\":\"a\\tb\\\"c, d\\\\e\\nf "
	    "\\u009b\\u001b[1m \xc3\xa9\"}\n"
	    "{\"id\":\"p22\",\"value\":{\"absent\":\"not asked\"},"
	    "\"note\":null}\n");
	rows(&b, CLI_JSON);
	CHECK(strncmp(b.s, "[\n{\"id\":\"p1\"", 12) == 0);
	CHECK(strstr(b.s, "},\n{\"id\":\"p22\""));
	CHECK(strstr(b.s, "}\n]\n"));
}

TEST(table_is_aligned_and_cleaned)
{
	BUF_AUTO b = BUF_INIT;

	setenv("COLUMNS", "28", 1); /* a file has no width */
	CHECK_INT(parse(&tool, "t list x"), EHR_OK);
	rows(&b, CLI_TABLE);
	unsetenv("COLUMNS");
	CHECK_STR(b.s, "ID         VALUE  NOTE\n"
	    "p1          1.10  a b\"c, d\\e f  \xc3\xa9\n"
	    "p22  (not asked)\n");
}

TEST(a_text_is_no_number)
{
	char path[] = "/tmp/ehr-cli-test-XXXXXX", block[64] = "";
	struct printer *p = NULL;
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	CHECK_INT(parse(&tool, "t list -o ndjson --force x"), EHR_OK);
	c.place = path;
	CHECK_INT(print_open(&p, &c, cols, 1, &e), EHR_OK);
	print_number(p, STR("1,\"x\":2"));
	CHECK_INT(print_row(p, &e), EHR_OK);
	CHECK_INT(print_close(p, EHR_ENO, &e), EHR_ENO);
	close(fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(read(fd, block, sizeof(block) - 1) > 0);
	close(fd);
	unlink(path);
	CHECK_STR(block, "{\"id\":\"1,\\\"x\\\":2\"}\n");
}

TEST(a_failed_run_leaves_no_file)
{
	char dir[] = "/tmp/ehr-cli-test-XXXXXX";
	BUF_AUTO path = BUF_INIT;
	struct printer *p = NULL;

	CHECK(mkdtemp(dir) != NULL);
	buf_addf(&path, "%s/out", dir);
	CHECK_INT(parse(&tool, "t list x"), EHR_OK);
	c.place = path.s;
	CHECK_INT(print_open(&p, &c, cols, 1, &e), EHR_OK);
	print_int(p, -5);
	CHECK_INT(print_row(p, &e), EHR_OK);
	CHECK_INT(print_close(p, EHR_EPERM, &e), EHR_EPERM);
	CHECK(access(path.s, F_OK) != 0);
	CHECK_INT(rmdir(dir), 0);
}
