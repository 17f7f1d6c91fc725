/* setup_check.c - what of an item goes together, and what of items. */
#include "billing/setup_impl.h"

/* ---- an item by itself ---- */

static bool there(const struct setup_item *i, const char *name)
{
	return setup_nth(i, name, 0).s != NULL;
}

static bool is_org(const struct setup_item *i)
{
	return there(i, "org");
}

static bool nameless(const struct setup_item *i)
{
	return is_org(i) == there(i, "last");
}

static bool org_with_first(const struct setup_item *i)
{
	return is_org(i) && (there(i, "first") || there(i, "middle") ||
	    there(i, "suffix"));
}

/* Street, city, state and ZIP code: all or none. */
static bool part_of_address(const struct setup_item *i)
{
	int n = there(i, "street") + there(i, "city") + there(i, "state") +
	    there(i, "zip");

	return n % 4 != 0 || (n == 0 && there(i, "street2"));
}

static bool no_address(const struct setup_item *i)
{
	return !there(i, "street");
}

static bool part_of_pay(const struct setup_item *i)
{
	int n = there(i, "pay-street") + there(i, "pay-city") +
	    there(i, "pay-state") + there(i, "pay-zip");

	return n % 4 != 0 || (n == 0 && there(i, "pay-street2"));
}

static bool order_of_days(const struct setup_item *i)
{
	struct str from = setup_value(i, "from"), to = setup_value(i, "to");

	return from.n && to.n && str_cmp(to, from) < 0;
}

static bool unreachable(const struct setup_item *i)
{
	return !there(i, "phone") && !there(i, "fax") && !there(i, "email");
}

static bool secret_alone(const struct setup_item *i)
{
	return there(i, "secret") && !there(i, "user");
}

static bool over_whom(const struct setup_item *i)
{
	return !there(i, "submitter") && (setup_yes(i, "837") ||
	    (!there(i, "inquiries") &&
		(setup_yes(i, "270") || setup_yes(i, "276"))));
}

static bool two_numbers(const struct setup_item *i)
{
	return there(i, "ein") && there(i, "ssn");
}

static bool bills(const struct setup_item *i)
{
	return setup_yes(i, "bills");
}

static bool bills_untaxed(const struct setup_item *i)
{
	return bills(i) && !there(i, "ein") && !there(i, "ssn");
}

static bool bills_homeless(const struct setup_item *i)
{
	return bills(i) && no_address(i);
}

static bool bills_unclassed(const struct setup_item *i)
{
	return bills(i) && !there(i, "taxonomy");
}

static bool org_with_ssn(const struct setup_item *i)
{
	return is_org(i) && there(i, "ssn");
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
	return !there(i, "order") && !there(i, "msp") && !there(i, "payer") &&
	    !there(i, "filing");
}

static bool msp_first(const struct setup_item *i)
{
	return there(i, "msp") && str_is(setup_value(i, "order"), "P");
}

static bool percent_alone(const struct setup_item *i)
{
	return there(i, "percent") && !there(i, "base");
}

static bool not_one_end(const struct setup_item *i)
{
	return there(i, "error") == there(i, "warning");
}

static const struct fit {
	enum setup_kind kind;
	bool (*wrong)(const struct setup_item *i);
	const char *field, *text;
} fits[] = {
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
	{ SETUP_ENROLMENT, order_of_days, "to", "not before from" },
	{ SETUP_FACILITY, part_of_address, "street",
	    "street, city, state and zip, or none" },
	{ SETUP_FACILITY, no_address, "street", "needed" },
	{ SETUP_FACILITY, box, "street", "no post office box" },
	{ SETUP_GUARANTOR, nameless, NULL, "either org or last" },
	{ SETUP_GUARANTOR, org_with_first, "org",
	    "has no first, middle, suffix" },
	{ SETUP_GUARANTOR, part_of_address, "street",
	    "street, city, state and zip, or none" },
	{ SETUP_GUARANTOR, order_of_days, "to", "not before from" },
	{ SETUP_COVERAGE, says_nothing, NULL,
	    "order, msp, payer or filing" },
	{ SETUP_COVERAGE, msp_first, "msp",
	    "is of a Medicare that is not primary" },
	{ SETUP_COVERAGE, order_of_days, "to", "not before from" },
	{ SETUP_SCHEDULE, order_of_days, "to", "not before from" },
	{ SETUP_SCHEDULE, percent_alone, "percent", "goes with a base" },
	{ SETUP_EDIT, not_one_end, NULL, "either error or warning" },
	{ SETUP_EDIT, order_of_days, "to", "not before from" },
};

bool setup_fit(const struct setup_item *i, struct setup_fault *why)
{
	const struct fit *f;

	while (why->next < ARRAY_LEN(fits)) {
		f = &fits[why->next++];
		if (f->kind == i->kind && f->wrong(i)) {
			why->field = f->field;
			why->text = f->text;
			return true;
		}
	}
	return false;
}

/* ---- items together ---- */

/* Schedules that are taken from each other in a ring. */
static bool ring(const struct setup *s, const struct setup_item *i)
{
	const struct setup_item *at = i;

	for (size_t n = 0; at && n <= s->n; n++)
		at = setup_ref(s, at, "base");
	return at != NULL;
}

static void check_refs(const struct setup *s, const struct setup_item *i,
    const char *file, struct diag_sink *sink)
{
	const struct setup_value *v = i->value;

	for (; v < i->value + i->n; v++)
		if (v->field->type == SETUP_TYPE_REF && v->text.n &&
		    !setup_find(s, setup_kind(str_of(v->field->arg)),
			v->text))
			setup_tell(sink, DIAG_SETUP_REFERENCE,
			    i->line ? file : "record", i, v->field->name,
			    v->line, v->field->arg);
}

void setup_check(const struct setup *s, const char *file,
    struct diag_sink *sink)
{
	for (size_t k = 0; k < s->n; k++) {
		const struct setup_item *i = &s->item[k];

		check_refs(s, i, file, sink);
		if (i->kind == SETUP_SCHEDULE && ring(s, i))
			setup_tell(sink, DIAG_SETUP_FIT,
			    i->line ? file : "record", i, "base", i->line,
			    "schedules that are taken from each other");
	}
}
