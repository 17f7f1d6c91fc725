/* Which backups a rule keeps. The rest of lib/backup is tested through
 * ehr-admin (tests/bats/ehr-admin-backup.bats). */
#include "ehr/backup.h"

#include "test.h"

static struct backup all[64];
static bool keep[64];
static struct backup_set set = { .v = all };

static void begin(void)
{
	memset(all, 0, sizeof(all));
	set.n = 0;
}

/* Later ones after earlier ones, as a set has them. */
static struct backup *add(const char *time, int record)
{
	struct backup *b = &all[set.n++];
	struct date d;

	CHECK(date_parse(str_of(time), &d));
	snprintf(b->id, sizeof(b->id), "%zu", set.n);
	b->time = date_ms(&d);
	b->record[0] = (uint8_t)record;
	return b;
}

static void set_text(char *to, const char *text)
{
	memcpy(to, text, strlen(text) + 1);
}

/* Numbers of those that are kept, from 1. */
static const char *kept(const char *rule)
{
	static char text[256];
	struct backup_keep k;
	size_t n = 0;

	CHECK(backup_keep_parse(str_of(rule), &k));
	backup_keep_mark(&set, &k, keep);
	text[0] = '\0';
	for (size_t i = 0; i < set.n; i++)
		if (keep[i])
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%zu", n ? " " : "", i + 1);
	return text;
}

TEST(rules)
{
	struct backup_keep k;
	static const char *const wrong[] = { "", "d", "0d", "7x", "7d,", "7d,7d",
		"-1d", "7 d", "d7", "100001d", "7dd" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		CHECK(!backup_keep_parse(str_of(wrong[i]), &k));
	CHECK(backup_keep_parse(STR("3,24h,7d,4w,12m,2y"), &k));
	CHECK_INT(k.last, 3);
	CHECK_INT(k.hours, 24);
	CHECK_INT(k.days, 7);
	CHECK_INT(k.weeks, 4);
	CHECK_INT(k.months, 12);
	CHECK_INT(k.years, 2);
}

TEST(newest_of_each_period)
{
	begin();
	add("2025-12-31T23:59:59Z", 1);	/* 1, a Wednesday */
	add("2026-01-01T00:00:00Z", 1);
	add("2026-01-04T10:00:00Z", 1);	/* 3, a Sunday */
	add("2026-01-04T11:00:00Z", 1);
	add("2026-01-05T11:00:00Z", 1);	/* 5, a Monday */
	add("2026-01-05T11:30:00Z", 1);
	CHECK_STR(kept("1"), "6");
	CHECK_STR(kept("3"), "4 5 6");
	CHECK_STR(kept("2h"), "4 6");	/* hours that have any */
	CHECK_STR(kept("3d"), "2 4 6");
	CHECK_STR(kept("1w"), "6");
	CHECK_STR(kept("2w"), "4 6");
	CHECK_STR(kept("9w"), "4 6");
	CHECK_STR(kept("2m"), "1 6");
	CHECK_STR(kept("2y,4"), "1 3 4 5 6");
}

TEST(what_is_built_on_stays)
{
	begin();
	add("2026-01-01T00:00:00Z", 1);
	set_text(add("2026-01-02T00:00:00Z", 1)->parent, "1");
	set_text(add("2026-01-03T00:00:00Z", 1)->parent, "2");
	add("2026-01-04T00:00:00Z", 1);
	set_text(add("2026-01-05T00:00:00Z", 1)->parent, "4");
	CHECK_STR(kept("1"), "4 5");
	CHECK_STR(kept("3"), "1 2 3 4 5");
}

TEST(records_do_not_count_for_each_other)
{
	begin();
	add("2026-01-01T00:00:00Z", 1);
	add("2026-01-02T00:00:00Z", 2);
	add("2026-01-03T00:00:00Z", 2);
	set_text(add("2026-01-04T00:00:00Z", 2)->fault, "faulty");
	CHECK_STR(kept("1"), "1 3");
	CHECK_STR(kept("2d"), "1 2 3");
}

