/* facts.c - values by name: of set-up items, charges and lines. */
#include <inttypes.h>
#include <stdio.h>

#include "impl.h"

struct str claim_amount(char to[24], int64_t cents)
{
	int n = snprintf(to, 24, "%" PRId64 ".%02d", cents / 100,
	    (int)(cents % 100));

	while (to[n - 1] == '0')
		n--;
	if (to[n - 1] == '.')
		n--;
	to[n] = '\0';
	return (struct str){ to, (size_t)n };
}

int64_t claim_cents(struct str v)
{
	struct str whole = STR_NONE;
	int64_t a = 0, b = 0;

	str_split(&v, '.', &whole);
	str_int(whole, &a);
	str_int(v, &b);
	return 100 * a + (v.n == 1 ? 10 * b : b);
}

/* ---- items of the set-up ---- */

/* by1, number1 ...: PER03 and PER04 of the ways to reach a contact. */
static struct str reach(const struct setup_item *i, const char *name)
{
	static const struct {
		const char *field, *by;
	} ways[] = { { "phone", "TE" }, { "email", "EM" }, { "fax", "FX" } };
	bool by = name[0] == 'b';
	int nth = name[strlen(name) - 1] - '0';
	struct str v;
	size_t k;

	for (k = 0; k < ARRAY_LEN(ways); k++) {
		v = setup_value(i, ways[k].field);
		if (v.n && --nth == 0)
			return by ? str_of(ways[k].by) : v;
	}
	return STR_NONE;
}

static struct str item_get(const void *of, const char *name)
{
	const struct setup_item *i = of;
	bool person = i->kind == SETUP_PROVIDER;
	struct str org = person ? setup_value(i, "org") : STR_NONE;

	if (strcmp(name, "entity") == 0)
		return org.n || !person ? STR("2") : STR("1");
	if (org.n && strcmp(name, "last") == 0)
		return org;
	if (str_starts(str_of(name), "by") ||
	    str_starts(str_of(name), "number"))
		return reach(i, name);
	return setup_value(i, name);
}

struct claim_facts claim_item_facts(const struct setup_item *i)
{
	return (struct claim_facts){ i ? item_get : NULL, i };
}

/* ---- a charge and its lines ---- */

/* yes_NAME: Y where the field says so. */
static struct str field(const struct charge *c, int n, const char *name)
{
	if (strncmp(name, "yes_", 4) != 0)
		return charge_field(c, n, name);
	return str_is(charge_field(c, n, name + 4), "Y") ? STR("Y") :
	    STR_NONE;
}

static struct str charge_get(const void *of, const char *name)
{
	return field(of, 0, name);
}

struct claim_facts claim_charge_facts(const struct charge *c)
{
	return (struct claim_facts){ charge_get, c };
}

/* ---- another payer ---- */

struct str claim_said(const struct charge *c, int n, char rank,
    const char *name)
{
	char field[40];

	snprintf(field, sizeof(field), "%s_%s", rank == 'P' ? "primary" :
	    rank == 'S' ? "secondary" : "tertiary", name);
	return charge_field(c, n, field);
}

/* What was reckoned, else of the payer, of who is insured, of the charge. */
static struct str other_get(const void *of, const char *name)
{
	static const struct {
		const char *name, *field;
	} payer[] = { { "payer_name", "name" }, { "payer_id", "id" },
		{ "payer_id_type", "id-type" }, { "office", "office" },
		{ "naic", "naic" } };
	static const char *const said[] = { "claim", "authorization",
		"referral", "moa", "not_covered" };
	const struct claim_other *o = of;
	struct claim_facts bag = claim_bag_facts(&o->bag);
	struct claim_facts who = claim_bag_facts(o->subscriber);
	struct str v = bag.get(bag.of, name);
	size_t i;

	for (i = 0; v.n == 0 && i < ARRAY_LEN(payer); i++)
		if (strcmp(name, payer[i].name) == 0)
			return setup_value(o->payer, payer[i].field);
	for (i = 0; v.n == 0 && i < ARRAY_LEN(said); i++)
		if (strcmp(name, said[i]) == 0)
			return claim_said(o->charge, 0, o->rank, name);
	if (strcmp(name, "yes_adjusted") == 0)
		return str_is(claim_said(o->charge, 0, o->rank, "adjusted"),
		    "Y") ? STR("Y") : STR_NONE;
	return v.n ? v : who.get(who.of, name);
}

struct claim_facts claim_other_facts(const struct claim_other *o)
{
	return (struct claim_facts){ other_get, o };
}

/* ---- a line ---- */

static struct str line_get(const void *of, const char *name)
{
	const struct claim_line *l = of;
	const struct {
		const char *name;
		struct str value;
	} columns[] = { { "code", l->line->code }, { "mods", l->line->mods },
		{ "unit", l->line->unit }, { "units", l->line->units },
		{ "pointers", l->line->pointers } };
	struct claim_facts bag = claim_bag_facts(&l->bag);
	struct str v = bag.get(bag.of, name);
	size_t i;

	for (i = 0; v.n == 0 && i < ARRAY_LEN(columns); i++)
		if (strcmp(name, columns[i].name) == 0)
			return columns[i].value;
	return v.n ? v : field(l->charge, l->line->n, name);
}

struct claim_facts claim_line_facts(const struct claim_line *l)
{
	return (struct claim_facts){ line_get, l };
}

static struct str number(char to[24], int64_t v)
{
	int n = snprintf(to, 24, "%" PRId64, v);

	return (struct str){ to, (size_t)n };
}

/* Of "YYYY-MM-DD". */
static void add_days(char to[24], struct str first, struct str last)
{
	snprintf(to, 24, "%.4s%.2s%.2s-%.4s%.2s%.2s", first.s, first.s + 5,
	    first.s + 8, last.s, last.s + 5, last.s + 8);
	if (str_eq(first, last))
		to[8] = '\0';
}

void claim_line_set(struct claim_line *l, const struct setup *s,
    const struct charge *c, size_t i, size_t nth, struct str place)
{
	const struct charge_line *line = &c->line[i];
	const struct setup_item *from = setup_find(s, SETUP_PROVIDER,
	    charge_field(c, line->n, "purchased_from"));

	l->charge = c;
	l->line = line;
	l->bag.n = 0;
	add_days(l->text[0], line->first, line->last);
	claim_bag_put(&l->bag, "days", str_of(l->text[0]));
	claim_bag_put(&l->bag, "day_form",
	    str_eq(line->first, line->last) ? STR("D8") : STR("RD8"));
	claim_bag_put(&l->bag, "amount", claim_amount(l->text[1],
	    line->cents));
	claim_bag_put(&l->bag, "id", number(l->text[2], line->id));
	claim_bag_put(&l->bag, "number", number(l->text[3], (int64_t)nth));
	if (!str_eq(line->place, place))
		claim_bag_put(&l->bag, "other_place", line->place);
	if (field(c, line->n, "yes_copay_exempt").n)
		claim_bag_put(&l->bag, "exempt", STR("0"));
	if (!charge_field(c, line->n, "note_type").n)
		claim_bag_put(&l->bag, "note_type", STR("ADD"));
	if (from)
		claim_bag_put(&l->bag, "purchased_npi",
		    setup_value(from, "npi"));
}
