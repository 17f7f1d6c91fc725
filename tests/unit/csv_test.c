/* csv_test.c - rows of fields. */
#include "test.h"

#include "ehr/csv.h"

static struct ehr_err e;

/* All rows as text: fields in brackets, a row a line; the code at the end. */
static void all(const char *text, size_t n, char sep, struct buf *b)
{
	struct in *in = NULL;
	struct csv_row row;
	int rc;

	buf_reset(b);
	CHECK_INT(in_open_mem(&in, "t", (struct str){ text, n }), 0);
	CSV_AUTO *c = csv_new(in, sep);
	while ((rc = csv_next(c, &row, &e)) > 0) {
		buf_addf(b, "%llu", (unsigned long long)row.line);
		for (size_t i = 0; i < row.n; i++)
			buf_addf(b, "[%.*s]", STR_FMT(row.field[i]));
		buf_addch(b, '\n');
	}
	if (rc < 0)
		buf_addf(b, "%d %s\n", rc, e.msg);
	CHECK_INT(csv_next(c, &row, &e), 0);
	in_close(in);
}

TEST(rows)
{
	static const struct {
		const char *text;
		char sep;
		const char *want;
	} cases[] = {
		{ "", ',', "" },
		{ "a,b\n", ',', "1[a][b]\n" },
		{ "a,b", ',', "1[a][b]\n" },
		{ "\xef\xbb\xbf" "a,\r\n,b\r\n", ',', "1[a][]\n2[][b]\n" },
		{ "a\n\n\nb\n", ',', "1[a]\n4[b]\n" },
		{ "\"a,\"\"b\"\"\nc\",d\ne\n", ',',
		    "1[a,\"b\"\nc][d]\n3[e]\n" },
		{ "a\t\"b\"\r\nc", '\t', "1[a][b]\n2[c]\n" },
		{ "a\t\"b,\"", 0, "1[a][b,]\n" },
		{ "a,\"b,\"", 0, "1[a][b,]\n" },
		{ "\"a,\tb\r\n\nc", CSV_LINES, "1[\"a,\tb]\n3[c]\n" },
		{ "a\n\"b\"c\n", ',',
		    "1[a]\n-3 t:2: text behind a closing quote\n" },
		{ "a\n\"b\nc\n", ',',
		    "1[a]\n-3 t:2: a quote is never closed\n" },
		{ "a\n\xff\n", ',', "1[a]\n-3 t:2: not UTF-8\n" },
	};
	BUF_AUTO b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		all(cases[i].text, strlen(cases[i].text), cases[i].sep, &b);
		CHECK_STR(b.s, cases[i].want);
	}
}

/* Fields that lie on both sides of what is read at a time, and limits. */
TEST(large)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO want = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	for (int i = 1; i <= 20000; i++) {
		buf_addf(&text, "field %d,\"x\"\"y\"\r\n", i);
		buf_addf(&want, "%d[field %d][x\"y]\n", i, i);
	}
	all(text.s, text.len, ',', &b);
	CHECK_STR(b.s, want.s);
	buf_reset(&text);
	buf_grow(&text, MAX_CSV_ROW + 2);
	for (int i = 0; i <= MAX_CSV_ROW; i++)
		buf_addch(&text, 'x');
	all(text.s, text.len, ',', &b);
	CHECK_STR(b.s, "-3 t:1: over 1 MiB in a row\n");
	buf_reset(&text);
	for (int i = 0; i < MAX_CSV_FIELDS; i++)
		buf_addch(&text, ',');
	all(text.s, text.len, ',', &b);
	CHECK_STR(b.s, "-3 t:1: over 1024 fields in a row\n");
}
