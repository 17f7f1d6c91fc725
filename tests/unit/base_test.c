#include "ehr/base.h"

#include "test.h"

TEST(date_text_is_kept)
{
	static const char *const same[] = { "2026", "2026-02", "2024-02-29",
		"2026-01-31T12:00Z", "2026-01-31T12:00:01+05:30",
		"2026-01-31T12:00:01.123-04:00", "0001-01-01", "9999-12-31" };
	BUF_AUTO b = BUF_INIT;
	struct date d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(same); i++) {
		CHECK(date_parse(str_of(same[i]), &d));
		buf_reset(&b);
		date_format(&b, &d);
		CHECK_STR(b.s, same[i]);
	}
}

TEST(maps_find_what_was_put)
{
	struct map64 m = MAP64_INIT;
	struct strmap s = STRMAP_INIT;
	char key[24];
	uint64_t i;
	bool added;

	for (i = 0; i < 10000; i++) {
		*map64_put(&m, i * 4096, &added) = (int64_t)i;
		CHECK(added);
		snprintf(key, sizeof(key), "k%d", (int)i);
		*strmap_put(&s, str_of(key), &added) = (int64_t)i;
		CHECK(added);
	}
	for (i = 0; i < 10000; i++) {
		CHECK_INT(*map64_get(&m, i * 4096), i);
		snprintf(key, sizeof(key), "k%d", (int)i);
		CHECK_INT(*strmap_get(&s, str_of(key)), i);
	}
	CHECK(map64_get(&m, 5) == NULL);
	CHECK(strmap_get(&s, STR("x")) == NULL);
	CHECK_INT(m.count, 10000);
	map64_release(&m);
	strmap_release(&s);
}

TEST(decimal_text_is_kept)
{
	static const char *const same[] = { "0", "1.10", "-0.001", "100",
		"12e3", "123456789012345678901234567890.1234" };
	BUF_AUTO b = BUF_INIT;
	struct decimal d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(same); i++) {
		CHECK(decimal_parse(str_of(same[i]), &d));
		buf_reset(&b);
		decimal_format(&b, &d);
		CHECK_STR(b.s, same[i]);
	}
}

TEST(fold_drops_marks)
{
	BUF_AUTO b = BUF_INIT;

	utf8_fold(&b, STR("  O'BRIEN-Müller  Ærø Straße "));
	CHECK_STR(b.s, "o brien muller aero strasse");
}
