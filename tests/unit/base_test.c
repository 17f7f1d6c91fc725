/* Errors, memory, slices, buffers, arenas, maps, findings, encodings. */
#include "ehr/base.h"

#include <errno.h>

#include "test.h"

TEST(err_messages)
{
	struct ehr_err e = { 0, "" };
	char lots[2 * MAX_LINE_ERR];

	CHECK_INT(ehr_fail(&e, EHR_ENOENT, "%s: no such %s", "P/1", "id"),
	    EHR_ENOENT);
	CHECK_INT(e.code, EHR_ENOENT);
	CHECK_STR(e.msg, "P/1: no such id");
	CHECK_INT(ehr_fail_prefix(&e, "%s: ", "a.json"), EHR_ENOENT);
	CHECK_STR(e.msg, "a.json: P/1: no such id");
	/* the arguments may be the message itself */
	ehr_fail(&e, EHR_EIO, "x: %s", e.msg);
	CHECK_STR(e.msg, "x: a.json: P/1: no such id");
	errno = ENOENT;
	CHECK_INT(ehr_fail_errno(&e, "f"), EHR_EIO);
	CHECK_STR(e.msg, "f: No such file or directory");
	CHECK_INT(ehr_fail(NULL, EHR_EPERM, "x"), EHR_EPERM);
	CHECK_INT(ehr_fail_errno(NULL, "x"), EHR_EIO);

	memset(lots, 'a', sizeof(lots) - 1);
	lots[sizeof(lots) - 1] = '\0';
	ehr_fail(&e, EHR_EIO, "%s", lots);
	CHECK_INT(strlen(e.msg), MAX_LINE_ERR - 1);
	ehr_fail_prefix(&e, "front: ");
	CHECK_INT(strlen(e.msg), MAX_LINE_ERR - 1);
	CHECK(strncmp(e.msg, "front: aaa", 10) == 0);
	errno = EACCES;
	ehr_fail_errno(&e, "%s", lots);
	CHECK(str_ends(str_of(e.msg), ": Permission denied"));
}

TEST(mem_copies)
{
	char *a = xstrdup("abc"), *b = xstrndup("abcdef", 2);
	char *c = xstrndup("ab", 50);
	void *none = xmalloc(0);

	CHECK_STR(a, "abc");
	CHECK_STR(b, "ab");
	CHECK_STR(c, "ab");
	CHECK(none != NULL);
	free(a);
	free(b);
	free(c);
	free(none);
}

/* ---- slices ---- */

TEST(str_compare)
{
	CHECK(str_eq(STR("ab"), STR("ab")));
	CHECK(!str_eq(STR("ab"), STR("abc")));
	CHECK(str_eq(STR_NONE, STR("")));
	CHECK(str_is(STR("x"), "x"));
	CHECK(!str_is(STR_NONE, ""));
	CHECK(str_starts(STR("urn:uuid:1"), "urn:uuid:"));
	CHECK(!str_starts(STR("urn"), "urn:uuid:"));
	CHECK(str_starts(STR_NONE, ""));
	CHECK(str_ends(STR("a.json.gz"), ".gz"));
	CHECK(!str_ends(STR("z"), ".gz"));
	CHECK(str_cmp(STR("a"), STR("b")) < 0);
	CHECK(str_cmp(STR("a"), STR("ab")) < 0);
	CHECK(str_cmp(STR("\xff"), STR("a")) > 0);
	CHECK_INT(str_cmp(STR(""), STR_NONE), 0);
}

TEST(str_splits)
{
	static const struct {
		const char *text;
		const char *part[4];
	} t[] = {
		{ "a,b,c", { "a", "b", "c" } },
		{ "", { "" } },
		{ ",", { "", "" } },
		{ "a,", { "a", "" } },
		{ "abc", { "abc" } },
	};
	struct str rest, part;
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		rest = str_of(t[i].text);
		for (n = 0; str_split(&rest, ',', &part); n++)
			CHECK_MEM(part.s, part.n, t[i].part[n]);
		CHECK(t[i].part[n] == NULL);
	}
	rest = STR_NONE;
	CHECK(!str_split(&rest, ',', &part));
}

TEST(str_trims)
{
	struct str a = str_trim(STR(" \t a b\r\n"));

	CHECK_MEM(a.s, a.n, "a b");
	CHECK_INT(str_trim(STR(" \n ")).n, 0);
	CHECK_INT(str_trim(STR_NONE).n, 0);
}

TEST(str_integers)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{ "0", 0 }, { "-0", 0 }, { "007", 7 }, { "-12", -12 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
	};
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1.0",
		"0x1", "9223372036854775808", "-9223372036854775809", "--1",
		"99999999999999999999" };
	int64_t v = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(good); i++) {
		CHECK(str_int(str_of(good[i].text), &v));
		CHECK_INT(v, good[i].value);
	}
	v = 42;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!str_int(str_of(bad[i]), &v));
	CHECK_INT(v, 42);
}

/* ---- buffers ---- */

TEST(buf_grows_and_ends)
{
	struct buf b = BUF_INIT;
	char *s;
	int i;

	CHECK_STR(b.s, "");
	buf_reset(&b);
	buf_add(&b, NULL, 0);
	CHECK_INT(b.cap, 0);
	buf_adds(&b, "a");
	buf_addch(&b, 'b');
	buf_addstr(&b, STR("cd"));
	buf_addf(&b, "-%d-%s", 7, "x");
	CHECK_STR(b.s, "abcd-7-x");
	CHECK_INT(b.len, 8);
	buf_reset(&b);
	CHECK_STR(b.s, "");
	for (i = 0; i < 100000; i++)
		buf_addch(&b, (char)('a' + i % 26));
	CHECK_INT(b.len, 100000);
	CHECK_INT(b.s[99999], 'a' + 99999 % 26);
	CHECK_INT(b.s[100000], 0);
	s = buf_detach(&b);
	CHECK_INT(strlen(s), 100000);
	free(s);
	CHECK_INT(b.cap, 0);
	s = buf_detach(&b);
	CHECK_STR(s, "");
	free(s);
	buf_release(&b);
	CHECK_INT(buf_empty[0], 0);
}

TEST(buf_formats_longer_than_its_room)
{
	BUF_AUTO b = BUF_INIT;
	char want[1001];
	size_t n;

	memset(want, 'x', 1000);
	want[1000] = '\0';
	for (n = 60; n < 70; n++) {
		buf_release(&b);
		buf_addf(&b, "%.*s", (int)n, want);
		CHECK_INT(b.len, n);
		CHECK_INT(strlen(b.s), n);
	}
	buf_release(&b);
	buf_addf(&b, "%s|%s", want, want);
	CHECK_INT(b.len, 2001);
	CHECK_INT(b.s[1000], '|');
}

/* ---- arenas ---- */

TEST(arena_is_aligned_and_zeroed)
{
	ARENA_AUTO a = ARENA_INIT;
	size_t n, i;
	char *p, *s;
	int round;

	for (round = 0; round < 3; round++) {
		for (n = 0; n < 3000; n++) {
			s = arena_strndup(&a, "abcdefghijk", n % 12);
			CHECK_INT(strlen(s), n % 12);
			p = arena_alloc(&a, n);
			CHECK_INT((uintptr_t)p % 16, 0);
			for (i = 0; i < n; i++)
				CHECK(p[i] == 0);
			memset(p, 0xAA, n);
			CHECK_MEM(s, n % 12, s);
		}
		arena_reset(&a);
	}
}

TEST(arena_large_requests)
{
	ARENA_AUTO a = ARENA_INIT;
	struct str s;
	char *small, *large;

	large = arena_alloc(&a, 5 << 20);
	large[(5 << 20) - 1] = 'x';
	small = arena_alloc(&a, 8);
	large = arena_alloc(&a, 5 << 20);
	memset(large, 'y', 5 << 20);
	CHECK_INT(small[0], 0);
	arena_reset(&a);
	s = arena_str(&a, STR("abc"));
	CHECK_MEM(s.s, s.n, "abc");
	s = arena_str(&a, STR_NONE);
	CHECK_INT(s.n, 0);
	CHECK_STR(s.s, "");
}

/* ---- maps ---- */

TEST(map64_every_key)
{
	static const uint64_t keys[] = { 0, 1, UINT64_MAX, UINT64_C(1) << 63 };
	struct map64 m = MAP64_INIT;
	bool added;
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		CHECK(map64_get(&m, keys[i]) == NULL);
		CHECK_INT(*map64_put(&m, keys[i], &added), 0);
		CHECK(added);
		*map64_put(&m, keys[i], NULL) = (int64_t)i + 10;
		map64_put(&m, keys[i], &added);
		CHECK(!added);
	}
	for (i = 0; i < 1000; i++)
		map64_put(&m, i * 24 + 5, NULL);
	for (i = 0; i < ARRAY_LEN(keys); i++)
		CHECK_INT(*map64_get(&m, keys[i]), i + 10);
	CHECK_INT(m.count, 1000 + ARRAY_LEN(keys));
	CHECK(m.count * 10 <= m.cap * 7 + 10);
	i = m.cap;
	map64_clear(&m);
	CHECK_INT(m.count, 0);
	CHECK_INT(m.cap, i);
	CHECK(map64_get(&m, 0) == NULL);
	CHECK(map64_get(&m, 1) == NULL);
	map64_release(&m);
	CHECK(map64_get(&m, 1) == NULL);
}

/* Row numbers differ in high bits only; they must not pile up. */
TEST(map64_many_regular_keys)
{
	struct map64 m = MAP64_INIT;
	uint64_t i;

	for (i = 0; i < 1000000; i++)
		*map64_put(&m, i << 24, NULL) = (int64_t)i;
	for (i = 0; i < 1000000; i++)
		CHECK(*map64_get(&m, i << 24) == (int64_t)i);
	CHECK_INT(m.count, 1000000);
	map64_release(&m);
}

static int add_up(void *arg, struct str key, int64_t value)
{
	int64_t *sum = arg;

	*sum += value + (int64_t)key.n;
	return value == 3 ? 7 : 0;
}

TEST(strmap_copies_keys)
{
	struct strmap m = STRMAP_INIT;
	char key[] = "k0";
	int64_t sum = 0;
	bool added;

	CHECK(strmap_get(&m, STR("k0")) == NULL);
	*strmap_put(&m, str_of(key), &added) = 1;
	CHECK(added);
	key[1] = '1';
	*strmap_put(&m, str_of(key), &added) = 2;
	CHECK(added);
	CHECK_INT(*strmap_get(&m, STR("k0")), 1);
	CHECK_INT(*strmap_get(&m, STR("k1")), 2);
	*strmap_put(&m, STR(""), &added) = 4;
	CHECK(added);
	*strmap_put(&m, STR("\0\0"), &added) = 5;
	CHECK(added);
	strmap_put(&m, STR_NONE, &added);
	CHECK(!added);
	CHECK_INT(strmap_each(&m, add_up, &sum), 0);
	CHECK_INT(sum, 1 + 2 + 4 + 5 + 6);
	*strmap_put(&m, STR("stop"), NULL) = 3;
	CHECK_INT(strmap_each(&m, add_up, &sum), 7);
	strmap_release(&m);
	CHECK_INT(strmap_each(&m, add_up, &sum), 0);
}

TEST(strmap_many_keys)
{
	struct strmap m = STRMAP_INIT;
	char key[32];
	int i;

	for (i = 0; i < 100000; i++) {
		snprintf(key, sizeof(key), "Patient/%08d", i);
		*strmap_put(&m, str_of(key), NULL) = i;
	}
	for (i = 0; i < 100000; i++) {
		snprintf(key, sizeof(key), "Patient/%08d", i);
		CHECK_INT(*strmap_get(&m, str_of(key)), i);
	}
	CHECK_INT(m.count, 100000);
	strmap_release(&m);
}

/* One changed bit of input changes about half of the 64 bits. */
TEST(hash64_avalanche)
{
	uint8_t data[80];
	size_t n, i;
	uint64_t h;
	int changed, least = 64;
	long total = 0, count = 0;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37);
	for (n = 1; n <= sizeof(data); n++) {
		h = hash64(data, n, 1);
		CHECK(h != hash64(data, n - 1, 1));
		CHECK(h != hash64(data, n, 2));
		for (i = 0; i < n * 8; i++) {
			data[i / 8] ^= (uint8_t)(1 << i % 8);
			changed = __builtin_popcountll(h ^ hash64(data, n, 1));
			data[i / 8] ^= (uint8_t)(1 << i % 8);
			if (changed < least)
				least = changed;
			total += changed;
			count++;
		}
	}
	CHECK(least >= 10);
	CHECK(total >= count * 31 && total <= count * 33);
}

TEST(hash64_has_no_collisions_here)
{
	struct map64 seen = MAP64_INIT;
	uint8_t zeros[300] = { 0 };
	char key[24];
	bool added;
	size_t i;

	for (i = 0; i < sizeof(zeros); i++) {
		map64_put(&seen, hash64(zeros, i, 0), &added);
		CHECK(added);
	}
	for (i = 0; i < 500000; i++) {
		snprintf(key, sizeof(key), "%zu", i);
		map64_put(&seen, hash64(key, strlen(key), 0), &added);
		CHECK(added);
	}
	map64_release(&seen);
}

/* ---- findings ---- */

static void keep(void *arg, const struct diag *d)
{
	buf_reset(arg);
	diag_format(arg, d);
}

TEST(diag_table)
{
	int i, j;

	for (i = 0; i < DIAG_COUNT; i++) {
		CHECK(diag_name(i)[0] != '\0');
		CHECK(diag_text(i)[0] != '\0');
		for (j = 0; j < i; j++)
			CHECK(strcmp(diag_name(i), diag_name(j)) != 0);
	}
	CHECK_STR(diag_name(DIAG_JSON_SYNTAX), "json-syntax");
	CHECK_STR(diag_clause(DIAG_JSON_SYNTAX), "RFC 8259 2");
	CHECK_STR(diag_severity_name(DIAG_NOTE), "note");
	CHECK_STR(diag_severity_name(DIAG_WARNING), "warning");
	CHECK_STR(diag_severity_name(DIAG_ERROR), "error");
}

TEST(diag_lines)
{
	BUF_AUTO b = BUF_INIT;
	struct diag_sink sink = { keep, &b, { 0 } };
	struct diag d = { .id = DIAG_JSON_SYNTAX };

	diag_emit(&sink, &d);
	CHECK_STR(b.s, "RFC 8259 2: not JSON");
	CHECK_INT(d.severity, DIAG_ERROR);
	d.line = 3;
	diag_emit(&sink, &d);
	CHECK_STR(b.s, "3: RFC 8259 2: not JSON");
	d.file = "a\033[1m\n.json";
	d.path = "Patient.name[0]";
	d.text = "a comma\tis missing";
	diag_emit(&sink, &d);
	CHECK_STR(b.s, "a .json:3:Patient.name[0]: RFC 8259 2: not JSON: "
		       "a comma is missing");
	d.line = 0;
	diag_emit(&sink, &d);
	CHECK_STR(b.s, "a .json:Patient.name[0]: RFC 8259 2: not JSON: "
		       "a comma is missing");
	CHECK_INT(sink.count[DIAG_ERROR], 4);
	CHECK_INT(sink.count[DIAG_WARNING], 0);
	d.severity = DIAG_NOTE;
	diag_emit(NULL, &d);
	CHECK_INT(d.severity, DIAG_ERROR);
}

/* ---- encodings ---- */

TEST(uuid_text)
{
	static const char *const bad[] = { "",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c88",
		"6ba7b8109dad-11d1-80b4-00c04fd430c8-",
		"6ba7b810-9dad-11d1-80b4-00c04fd430cg",
		"{ba7b810-9dad-11d1-80b4-00c04fd430c}" };
	uint8_t u[16];
	char text[37];
	size_t i;

	CHECK(hex_parse(STR("6ba7b8109dad11d180b400c04fd430c8"), u, 16));
	uuid_format(u, text);
	CHECK_STR(text, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
	CHECK(uuid_valid(str_of(text)));
	CHECK(uuid_valid(STR("6BA7B810-9DAD-11D1-80B4-00C04FD430C8")));
	for (i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!uuid_valid(str_of(bad[i])));
}

TEST(hex_text)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t u[3] = { 0 };

	CHECK(hex_parse(STR("00fFA9"), u, 3));
	hex_format(&b, u, 3);
	CHECK_STR(b.s, "00ffa9");
	CHECK(!hex_parse(STR("00ffa"), u, 3));
	CHECK(!hex_parse(STR("00ffa90"), u, 3));
	CHECK(!hex_parse(STR("00ffa9"), u, 2));
	CHECK(!hex_parse(STR("00ffag"), u, 3));
	CHECK(hex_parse(STR(""), u, 0));
}

TEST(base64_vectors)
{
	/* RFC 4648 10 */
	static const char *const t[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff", "+/8=" } };
	BUF_AUTO b = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		buf_reset(&b);
		base64_encode(&b, t[i][0], strlen(t[i][0]));
		CHECK_STR(b.s, t[i][1]);
		buf_reset(&b);
		CHECK(base64_decode(&b, str_of(t[i][1])));
		CHECK_STR(b.s, t[i][0]);
	}
}

TEST(base64_edges)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "=",
		"====", "Z===", "Zg==Zg==", "Zg=a", "Zm9v=", "Z-_9", "Zm9*",
		"Zm9vY" };
	BUF_AUTO b = BUF_INIT;
	size_t i;

	buf_adds(&b, "kept");
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK(!base64_decode(&b, str_of(bad[i])));
		CHECK_STR(b.s, "kept");
	}
	CHECK(base64_decode(&b, STR(" Zm9v\r\n\tYg = = \n")));
	CHECK_STR(b.s, "keptfoob");
	buf_reset(&b);
	CHECK(base64_decode(&b, STR("Zh=="))); /* bits behind the last byte */
	CHECK_STR(b.s, "f");
}

TEST(base64_round_trip)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO back = BUF_INIT;
	uint8_t data[256];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 167);
	for (i = 0; i <= sizeof(data); i++) {
		buf_reset(&text);
		buf_reset(&back);
		base64_encode(&text, data, i);
		CHECK_INT(text.len, (i + 2) / 3 * 4);
		CHECK(base64_decode(&back, buf_str(&text)));
		CHECK_INT(back.len, i);
		CHECK(memcmp(back.s, data, i) == 0);
	}
}

/* 1234567893 is the example of CMS. */
TEST(check_digits_of_providers)
{
	static const char *const bad[] = { "", "123456789", "12345678931",
		"1234567890", "1243567893", "123456789X", "3234567899" };

	CHECK(npi_valid(STR("1234567893")));
	CHECK(npi_valid(STR("1245319599")));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!npi_valid(str_of(bad[i])));
}
