/*
 * store_factor_test.c - one-time codes of members of staff, by a clock of the
 * test's own: used ones, other clocks, wrong ones in a row.
 */
#include <time.h>

#include "ehr/store.h"
#include "folder_kit.h"

static struct ehr_err err;
static const struct keyring ring = { .n = 1, .k = { { 1, "first key" } } };
static const uint8_t secret[OTP_SECRET + 1] = "12345678901234567890";
static struct store *db;
static int64_t staff;

/* Instead of the C library's: seconds since 1970. */
static time_t now;
time_t time(time_t *t)
{
	if (t)
		*t = now;
	return now;
}

static void begin(void)
{
	struct store_opts o = { .mode = STORE_CREATE, .keys = &ring };
	struct store_staff f = { .user = STR("nina"), .name = STR("N"),
		.roles = STR("administrator"), .active = true };

	kit_dir();
	o.path = in_dir("r");
	now = 1000000 * OTP_STEP + 7;
	CHECK_INT(store_open_with(&db, &o, &err), 0);
	CHECK_INT(store_begin(db, STORE_SHORT, &err), 0);
	CHECK_INT(store_staff_put(db, &f, &err), 1);
	staff = 1;
	CHECK_INT(store_factor_put(db, staff, secret, &err), 0);
	CHECK_INT(store_commit(db, &err), 0);
}

static void end(void)
{
	store_close(db);
	kit_clean();
}

static int check(const char *text)
{
	return store_factor_check(db, staff, str_of(text), &err);
}

/* The code of so many steps from now. */
static int code(int steps)
{
	char text[OTP_DIGITS + 1];

	snprintf(text, sizeof(text), "%06u", otp_code(OTP_SHA1,
	    (struct str){ (const char *)secret, OTP_SECRET },
	    (uint64_t)(now / OTP_STEP + steps), OTP_DIGITS));
	return check(text);
}

static void wrong(int n)
{
	for (int i = 0; i < n; i++)
		CHECK_INT(check("no code"), 0);
}

static int unlock(void)
{
	int rc;

	CHECK_INT(store_begin(db, STORE_SHORT, &err), 0);
	rc = store_factor_unlock(db, staff, &err);
	CHECK_INT(store_commit(db, &err), 0);
	return rc;
}

TEST(a_code_is_good_once)
{
	begin();
	CHECK_INT(code(0), 1);
	CHECK_INT(code(0), 0);
	CHECK_INT(code(-1), 0); /* never used, but older */
	now += OTP_STEP;
	CHECK_INT(code(-1), 0);
	CHECK_INT(code(0), 1);
	end();
}

/* Of another process that had the record open before. */
TEST(a_code_is_good_once_for_all_who_have_it_open)
{
	struct store_opts o = { .mode = STORE_WRITE, .keys = &ring };
	struct store *first, *second;

	begin();
	first = db;
	o.path = in_dir("r");
	CHECK_INT(store_open_with(&second, &o, &err), 0);
	CHECK_INT(code(0), 1);
	db = second;
	CHECK_INT(code(0), 0);
	wrong(OTP_MOST_WRONG - 1);
	db = first;
	CHECK_INT(code(1), EHR_EPERM);
	store_close(second);
	end();
}

/* A clock is behind, or ahead: one step, not two, to the second. */
TEST(clocks_apart)
{
	static const struct {
		int steps, in_step, is;
	} v[] = {
		{ -2, 0, 0 }, { -2, OTP_STEP - 1, 0 }, { -1, 0, 1 },
		{ -1, OTP_STEP - 1, 1 }, { 0, 0, 1 }, { 0, OTP_STEP - 1, 1 },
		{ 1, 0, 1 }, { 1, OTP_STEP - 1, 1 }, { 2, 0, 0 },
		{ 2, OTP_STEP - 1, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		begin();
		now += v[i].in_step - 7;
		CHECK_INT(code(v[i].steps), v[i].is);
		end();
	}
}

TEST(many_wrong_ones_lock_it)
{
	begin();
	wrong(OTP_MOST_WRONG - 1);
	CHECK_INT(code(0), 1); /* which ends the row */
	now += OTP_STEP;
	wrong(OTP_MOST_WRONG);
	CHECK_INT(code(0), EHR_EPERM);
	CHECK_STR(err.msg, "10 wrong one-time codes in a row: locked for 900 "
	    "seconds more, or until ehr-admin staff totp unlock");
	now += OTP_LOCK - 1;
	CHECK_INT(code(0), EHR_EPERM);
	CHECK(strstr(err.msg, "for 1 seconds more") != NULL);
	now++;
	wrong(1); /* one each so long */
	CHECK_INT(code(0), EHR_EPERM);
	now += OTP_LOCK;
	CHECK_INT(code(0), 1);
	now += OTP_STEP;
	wrong(OTP_MOST_WRONG - 1); /* from the beginning */
	CHECK_INT(code(0), 1);
	end();
}

/* What was used counts as wrong: else it would tell that it was right. */
TEST(used_ones_count)
{
	begin();
	CHECK_INT(code(0), 1);
	for (int i = 0; i < OTP_MOST_WRONG; i++)
		CHECK_INT(code(0), 0);
	CHECK_INT(code(1), EHR_EPERM);
	end();
}

TEST(what_unlocks)
{
	begin();
	CHECK_INT(unlock(), 0);
	wrong(OTP_MOST_WRONG);
	CHECK_INT(code(0), EHR_EPERM);
	CHECK_INT(unlock(), 1);
	CHECK_INT(unlock(), 0);
	CHECK_INT(code(0), 1);
	wrong(OTP_MOST_WRONG);
	now -= 86400; /* the clock was put right */
	CHECK_INT(code(0), 0); /* older than the one that was used */
	now += OTP_STEP;
	CHECK_INT(code(0), EHR_EPERM);
	CHECK_INT(store_begin(db, STORE_SHORT, &err), 0);
	CHECK_INT(store_factor_put(db, staff, secret, &err), 0); /* anew */
	CHECK_INT(store_commit(db, &err), 0);
	CHECK_INT(code(0), 1);
	end();
}
