/* claim_test.c - CLM01, segments of an 837P from values. */
#include "claim/impl.h"
#include "test.h"


TEST(a_name_says_which_claim_it_is)
{
	char name[CLAIM_NAME_MAX + 1];
	int64_t nth = 0;

	claim_name(name, 1042, 3);
	CHECK_STR(name, "1042S3");
	CHECK_INT(claim_named(STR(" 1042S3 "), &nth), 1042);
	CHECK_INT(nth, 3);
	CHECK_INT(claim_named(STR("1042"), NULL), 0);
	CHECK_INT(claim_named(STR("0S1"), NULL), 0);
	CHECK_INT(claim_named(STR("1S"), NULL), 0);
	CHECK_INT(claim_named(STR("ACCT-7"), NULL), 0);
	CHECK_INT(claim_named(STR("123456789012345S67890"), NULL), 0);
}

/* The segments of a loop from values of one place. */
static void expect(int line, enum claim_loop loop, enum claim_place place,
    const struct claim_bag *bag, const char *want)
{
	BUF_AUTO text = BUF_INIT;
	struct claim_fill f;

	claim_fill_init(&f, &text);
	f.of[place] = claim_bag_facts(bag);
	claim_fill_loop(&f, loop);
	CHECK_INT(f.w.bad, false);
	claim_fill_release(&f);
	test_str(__FILE__, line, "segments", text.s, want);
}
#define EXPECT(loop, place, bag, want) \
	expect(__LINE__, CLAIM_LOOP_##loop, CLAIM_OF_##place, bag, want)

TEST(a_segment_is_written_when_a_value_is_there)
{
	struct claim_bag bag = { .n = 0 };

	EXPECT(2300, CHARGE, &bag, "");
	claim_bag_put(&bag, "onset", STR("2026-03-01"));
	claim_bag_put(&bag, "dx1", STR("E119"));
	claim_bag_put(&bag, "dx3", STR("I10"));
	claim_bag_put(&bag, "homebound", STR("N"));
	claim_bag_put(&bag, "authorization", STR("A 7"));
	EXPECT(2300, CHARGE, &bag, "DTP*431*D8*20260301~\nREF*G1*A 7~\n"
	    "HI*ABK:E119**ABF:I10~\n");
}

TEST(a_field_that_repeats_is_a_segment_each)
{
	struct claim_bag bag = { .n = 0 };

	claim_bag_put(&bag, "attachment1", STR("OZ:EL:77"));
	claim_bag_put(&bag, "attachment3", STR("B4:AA"));
	EXPECT(2300, CHARGE, &bag, "PWK*OZ*EL***AC*77~\nPWK*B4*AA~\n");
}

TEST(components_and_words)
{
	struct claim_bag bag = { .n = 0 };

	claim_bag_put(&bag, "code", STR("99213"));
	claim_bag_put(&bag, "mods", STR("25 GT"));
	claim_bag_put(&bag, "amount", STR("120.5"));
	claim_bag_put(&bag, "pointers", STR("1 3"));
	claim_bag_put(&bag, "dme_days", STR("30"));
	EXPECT(2400, LINE, &bag, "SV1*HC:99213:25:GT*120.5*****1:3~\n"
	    "SV5*HC:99213*DA*30~\n");
}

TEST(what_cannot_be_written_is_written_without)
{
	struct claim_bag bag = { .n = 0 };

	claim_bag_put(&bag, "last", STR("Mu\xc3\xb1oz*Fr\xc3\xa4nkel~"));
	claim_bag_put(&bag, "first", STR("\xe6\x98\x8e:a\x01 "));
	claim_bag_put(&bag, "birth", STR("1950-02-03"));
	EXPECT(2010CA, PATIENT, &bag,
	    "NM1*QC*1*Munoz Frankel*a~\nDMG*D8*19500203~\n");
}

