/* setup_fit.c - what of an item of billing's set-up goes together. */
#include "billing/setup.h"

static bool is_org(const struct setup_item *i)
{
	return setup_has(i, "org");
}

static bool nameless(const struct setup_item *i)
{
	return is_org(i) == setup_has(i, "last");
}

static bool org_with_first(const struct setup_item *i)
{
	return is_org(i) && (setup_has(i, "first") || setup_has(i, "middle") ||
	    setup_has(i, "suffix"));
}

/* Street, city, state and ZIP code: all or none. */
static bool part_of_address(const struct setup_item *i)
{
	int n = setup_has(i, "street") + setup_has(i, "city") + setup_has(i, "state") +
	    setup_has(i, "zip");

	return n % 4 != 0 || (n == 0 && setup_has(i, "street2"));
}

static bool no_address(const struct setup_item *i)
{
	return !setup_has(i, "street");
}

static bool part_of_pay(const struct setup_item *i)
{
	int n = setup_has(i, "pay-street") + setup_has(i, "pay-city") +
	    setup_has(i, "pay-state") + setup_has(i, "pay-zip");

	return n % 4 != 0 || (n == 0 && setup_has(i, "pay-street2"));
}

static bool unreachable(const struct setup_item *i)
{
	return !setup_has(i, "phone") && !setup_has(i, "fax") && !setup_has(i, "email");
}

static bool secret_alone(const struct setup_item *i)
{
	return setup_has(i, "secret") && !setup_has(i, "user");
}

static bool over_whom(const struct setup_item *i)
{
	return !setup_has(i, "submitter") && (setup_yes(i, "837") ||
	    (!setup_has(i, "inquiries") &&
		(setup_yes(i, "270") || setup_yes(i, "276"))));
}

static bool two_numbers(const struct setup_item *i)
{
	return setup_has(i, "ein") && setup_has(i, "ssn");
}

static bool bills(const struct setup_item *i)
{
	return setup_yes(i, "bills");
}

static bool bills_untaxed(const struct setup_item *i)
{
	return bills(i) && !setup_has(i, "ein") && !setup_has(i, "ssn");
}

static bool bills_homeless(const struct setup_item *i)
{
	return bills(i) && no_address(i);
}

static bool bills_unclassed(const struct setup_item *i)
{
	return bills(i) && !setup_has(i, "taxonomy");
}

static bool org_with_ssn(const struct setup_item *i)
{
	return is_org(i) && setup_has(i, "ssn");
}

/* "P.O. Box 12", "PO BOX 12", "Post Office Box 12" */
static bool box(const struct setup_item *i)
{
	BUF_AUTO b = BUF_INIT;

	utf8_fold(&b, setup_value(i, "street"));
	return strncmp(b.s, "po box", 6) == 0 ||
	    strncmp(b.s, "p.o. box", 8) == 0 ||
	    strncmp(b.s, "p.o.box", 7) == 0 ||
	    strncmp(b.s, "p o box", 7) == 0 ||
	    strncmp(b.s, "post office box", 15) == 0;
}

static bool says_nothing(const struct setup_item *i)
{
	return !setup_has(i, "order") && !setup_has(i, "msp") && !setup_has(i, "payer") &&
	    !setup_has(i, "filing");
}

static bool msp_first(const struct setup_item *i)
{
	return setup_has(i, "msp") && str_is(setup_value(i, "order"), "P");
}

static bool percent_alone(const struct setup_item *i)
{
	return setup_has(i, "percent") && !setup_has(i, "base");
}

static bool not_one_end(const struct setup_item *i)
{
	return setup_has(i, "error") == setup_has(i, "warning");
}

const struct setup_fit billing_fits[] = {
	{ SETUP_SUBMITTER, unreachable, NULL, "a phone, fax or email" },
	{ SETUP_SUBMITTER, secret_alone, "secret", "goes with a user" },
	{ SETUP_PAYER, part_of_address, "street",
	    "street, city, state and zip, or none" },
	{ SETUP_PAYER, over_whom, "submitter",
	    "needed unless 837, 270 and 276 are no" },
	{ SETUP_PROVIDER, nameless, NULL, "either org or last" },
	{ SETUP_PROVIDER, org_with_first, "org",
	    "has no first, middle, suffix" },
	{ SETUP_PROVIDER, two_numbers, "ssn", "either ein or ssn" },
	{ SETUP_PROVIDER, org_with_ssn, "ssn", "an org has an ein" },
	{ SETUP_PROVIDER, bills_untaxed, "bills", "needs an ein or ssn" },
	{ SETUP_PROVIDER, bills_unclassed, "bills", "needs a taxonomy" },
	{ SETUP_PROVIDER, bills_homeless, "bills", "needs an address" },
	{ SETUP_PROVIDER, part_of_address, "street",
	    "street, city, state and zip, or none" },
	{ SETUP_PROVIDER, part_of_pay, "pay-street",
	    "pay-street, pay-city, pay-state and pay-zip, or none" },
	{ SETUP_PROVIDER, box, "street",
	    "no post office box; pay-street may be one" },
	{ SETUP_ENROLMENT, setup_backwards, "to", "not before from" },
	{ SETUP_FACILITY, part_of_address, "street",
	    "street, city, state and zip, or none" },
	{ SETUP_FACILITY, no_address, "street", "needed" },
	{ SETUP_FACILITY, box, "street", "no post office box" },
	{ SETUP_GUARANTOR, nameless, NULL, "either org or last" },
	{ SETUP_GUARANTOR, org_with_first, "org",
	    "has no first, middle, suffix" },
	{ SETUP_GUARANTOR, part_of_address, "street",
	    "street, city, state and zip, or none" },
	{ SETUP_GUARANTOR, setup_backwards, "to", "not before from" },
	{ SETUP_COVERAGE, says_nothing, NULL,
	    "order, msp, payer or filing" },
	{ SETUP_COVERAGE, msp_first, "msp",
	    "is of a Medicare that is not primary" },
	{ SETUP_COVERAGE, setup_backwards, "to", "not before from" },
	{ SETUP_SCHEDULE, setup_backwards, "to", "not before from" },
	{ SETUP_SCHEDULE, percent_alone, "percent", "goes with a base" },
	{ SETUP_EDIT, not_one_end, NULL, "either error or warning" },
	{ SETUP_EDIT, setup_backwards, "to", "not before from" },
	{ .wrong = NULL },
};
