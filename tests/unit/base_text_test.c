/* UTF-8. */
#include "ehr/base.h"

#include "test.h"

TEST(utf8_valid_prefix)
{
	static const struct {
		const char *text;
		int valid; /* bytes; -1: all */
	} t[] = {
		{ "", -1 }, { "plain ascii text", -1 },
		{ "\xC2\x80", -1 }, { "\xDF\xBF", -1 },
		{ "\xE0\xA0\x80", -1 }, { "\xED\x9F\xBF", -1 },
		{ "\xEE\x80\x80", -1 }, { "\xEF\xBF\xBF", -1 },
		{ "\xF0\x90\x80\x80", -1 }, { "\xF4\x8F\xBF\xBF", -1 },
		{ "12345678\xC3\xA9", -1 }, { "1234567\xC3\xA9" "9", -1 },
		{ "a\x80", 1 }, { "a\xBF", 1 },		/* continuation alone */
		{ "\xC0\x80", 0 }, { "\xC1\xBF", 0 },	/* overlong */
		{ "\xE0\x80\x80", 0 }, { "\xE0\x9F\xBF", 0 },
		{ "\xF0\x80\x80\x80", 0 }, { "\xF0\x8F\xBF\xBF", 0 },
		{ "\xED\xA0\x80", 0 }, { "\xED\xBF\xBF", 0 }, /* surrogates */
		{ "\xF4\x90\x80\x80", 0 }, { "\xF5\x80\x80\x80", 0 },
		{ "\xF8\x88\x80\x80\x80", 0 }, { "\xFE", 0 }, { "\xFF", 0 },
		{ "ab\xC3", 2 }, { "ab\xE2\x82", 2 },	/* cut off */
		{ "ab\xF0\x9F\x98", 2 }, { "ab\xC3x", 2 },
		{ "\xE2\x82x", 0 }, { "\xF0\x9F\x98x", 0 },
		{ "12345678\xFFxxxxxxx", 8 }, { "123456\xE2\x82\xAC\xC3", 9 },
	};
	size_t i, n, want;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		n = strlen(t[i].text);
		want = t[i].valid < 0 ? n : (size_t)t[i].valid;
		if (utf8_valid(t[i].text, n) != want)
			CHECK_INT(i, -1);
	}
	CHECK_INT(utf8_valid("a\0b", 3), 3);
}

TEST(utf8_code_points_come_back)
{
	BUF_AUTO b = BUF_INIT;
	const char *p;
	uint32_t cp;

	for (cp = 0; cp <= 0x10FFFF; cp++) {
		if (cp == 0xD800)
			cp = 0xE000;
		buf_reset(&b);
		utf8_put(&b, cp);
		CHECK(utf8_valid(b.s, b.len) == b.len);
		p = b.s;
		CHECK(utf8_next(&p, b.s + b.len) == cp);
		CHECK(p == b.s + b.len);
	}
	buf_reset(&b);
	utf8_put(&b, 0xD800);
	utf8_put(&b, 0x110000);
	CHECK_STR(b.s, "\xEF\xBF\xBD\xEF\xBF\xBD");
	p = "\xE2\x82" "a";
	CHECK_INT(utf8_next(&p, p + 3), 0xFFFD);
	CHECK_INT(utf8_next(&p, p + 2), 0xFFFD);
	CHECK_INT(utf8_next(&p, p + 1), 'a');
}

static const char *folded(struct buf *b, const char *text)
{
	buf_reset(b);
	utf8_fold(b, str_of(text));
	return b->s;
}

TEST(utf8_folds)
{
	static const char *const t[][2] = {
		{ "", "" }, { "SMITH", "smith" }, { " a  b ", "a b" },
		{ "O'Brien", "o brien" }, { "O’Brien", "o brien" },
		{ "Smith-Jones", "smith jones" }, { "a - b", "a b" },
		{ "Smith‐Jones", "smith jones" }, { "a\tb\nc", "a b c" },
		{ "a\xC2\xA0" "b", "a b" }, { "so\xC2\xAD" "ft", "soft" },
		{ "Müller", "muller" }, { "Mu\xCC\x88ller", "muller" },
		{ "ÀÉÎÕÜÝÑÇ", "aeiouync" }, { "Straße", "strasse" },
		{ "STRAẞE", "strasse" }, { "Ærøskøbing", "aeroskobing" },
		{ "Œuvre", "oeuvre" }, { "Þór Ðað", "thor dad" },
		{ "Łódź", "lodz" }, { "Đặng Nguyễn", "dang nguyen" },
		{ "Šimůnek Dvořák", "simunek dvorak" },
		{ "İstanbul Işık", "istanbul isik" },
		{ "Κώστας", "κωστασ" },
		{ "ΚΏΣΤΑΣ", "κωστασ" },
		{ "ИВАНОВ Фёдор", "иванов федор" },
		{ "Ѐ", "е" }, { "ﬁn", "fin" }, { "ＡＢ１", "ab1" },
		{ "a,b.c", "a,b.c" }, { "王小明", "王小明" },
		{ "x\xFFy", "x\xEF\xBF\xBDy" },
		{ "---", "" }, { "\xE2\x80\x8B" "a", "a" },
	};
	BUF_AUTO b = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++)
		CHECK_STR(folded(&b, t[i][0]), t[i][1]);
	buf_reset(&b);
	buf_adds(&b, "x");
	utf8_fold(&b, STR(" Y"));
	CHECK_STR(b.s, "xy");
}

/* What is folded stays as it is: an index and its query meet. */
TEST(utf8_fold_is_stable)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO c = BUF_INIT;
	uint32_t cp;

	for (cp = 0; cp < 0x20000; cp++) {
		buf_reset(&a);
		buf_reset(&b);
		buf_reset(&c);
		utf8_put(&a, cp);
		utf8_fold(&b, buf_str(&a));
		utf8_fold(&c, buf_str(&b));
		if (strcmp(b.s, c.s) != 0)
			CHECK_INT(cp, -1);
	}
}

TEST(utf8_cleans)
{
	static const struct {
		const char *text, *line, *lines;
	} t[] = {
		{ "plain é 王", "plain é 王", "plain é 王" },
		{ "a\nb\tc", "a b c", "a\nb\tc" },
		{ "a\r\nb\rc", "a b c", "a\nb\nc" },
		{ "a\x01\x02\x7F" "b", "ab", "ab" },
		{ "a\xC2\x85" "b\xE2\x80\xA8" "c", "a b c", "a\nb\nc" },
		{ "\033[1;31mred\033[0m", "red", "red" },
		{ "\033]0;title\atext", "text", "text" },
		{ "\033]0;title\033\\text", "text", "text" },
		{ "\033]0;never ended", "0;never ended", "0;never ended" },
		{ "\033]0;a\nb\a", "0;a b", "0;a\nb" },
		{ "\xC2\x9B" "31mred", "red", "red" },
		{ "\033Pq#0\033\\x", "x", "x" },
		{ "\033(Bx", "x", "x" }, { "\033cx", "x", "x" },
		{ "x\033", "x", "x" }, { "x\033[", "x", "x" },
		{ "x\033[31", "x31", "x31" }, { "\033éa", "éa", "éa" },
		{ "\033\033[1mx", "x", "x" }, { "\033\nx", " x", "\nx" },
		{ "a\xE2\x80\xAE" "b\xE2\x81\xA6" "c\xD8\x9C", "abc", "abc" },
		{ "a\xFF" "b", "a\xEF\xBF\xBD" "b", "a\xEF\xBF\xBD" "b" },
	};
	BUF_AUTO b = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		buf_reset(&b);
		utf8_clean(&b, str_of(t[i].text), false);
		CHECK_STR(b.s, t[i].line);
		buf_reset(&b);
		utf8_clean(&b, str_of(t[i].text), true);
		CHECK_STR(b.s, t[i].lines);
	}
	buf_reset(&b);
	utf8_clean(&b, STR("a\0b"), false);
	CHECK_STR(b.s, "ab");
}

/* Whatever comes in, no control character comes out. */
TEST(utf8_clean_leaves_no_control)
{
	BUF_AUTO b = BUF_INIT;
	char text[64];
	uint32_t x = 1, cp;
	const char *p;
	size_t i, n;

	for (n = 0; n < 20000; n++) {
		for (i = 0; i < sizeof(text); i++) {
			x = x * 1664525 + 1013904223;
			text[i] = "\033[]P;1m\a\\\n\xC2\x9B\x9C\x9D" "a\xE2"
				  [x >> 24 & 15];
		}
		buf_reset(&b);
		utf8_clean(&b, (struct str){ text, sizeof(text) }, true);
		for (p = b.s; p < b.s + b.len;) {
			cp = utf8_next(&p, b.s + b.len);
			CHECK(cp == '\n' || cp >= 0x20);
			CHECK(cp < 0x7F || cp > 0x9F);
		}
	}
}

TEST(utf8_columns)
{
	static const struct {
		const char *text;
		size_t cols;
	} t[] = {
		{ "", 0 }, { "abc", 3 }, { "é", 1 }, { "e\xCC\x81", 1 },
		{ "王小明", 6 }, { "한글", 4 },
		{ "ＡＢ", 4 }, { "😀", 2 },
		{ "a\xE2\x80\x8B" "b", 2 }, { "\t", 0 }, { "ก็", 1 },
		{ "\xFF", 1 }, { "א", 1 }, { "\xF0\xA0\x80\x80", 2 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++)
		if (utf8_width(str_of(t[i].text)) != t[i].cols)
			CHECK_STR("width", t[i].text);
}

TEST(utf8_fits)
{
	CHECK_INT(utf8_fit(STR("abc"), 5), 3);
	CHECK_INT(utf8_fit(STR("abc"), 2), 2);
	CHECK_INT(utf8_fit(STR("abc"), 0), 0);
	CHECK_INT(utf8_fit(STR("王小明"), 5), 6);
	CHECK_INT(utf8_fit(STR("王小明"), 6), 9);
	CHECK_INT(utf8_fit(STR("e\xCC\x81x"), 1), 3);
	CHECK_INT(utf8_fit(STR_NONE, 3), 0);
}
