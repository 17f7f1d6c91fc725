/* cms1500_facts.c - what the boxes of a CMS-1500 ask that an 837P says in
 * other words. */
#include "cms1500.h"

static struct str get(const struct paper *p, enum paper_place place,
    const char *name)
{
	const struct claim_facts *f = &p->of[place];

	return f->get ? f->get(f->of, name) : STR_NONE;
}

static struct str keep(struct paper *p, const struct buf *b)
{
	return arena_str(&p->j->mem, buf_str(b));
}

static void put(struct paper *p, const char *name, struct str v)
{
	claim_bag_put(&p->form, name, v);
}

static void put_yes(struct paper *p, const char *name, bool yes)
{
	put(p, name, yes ? STR("Y") : STR("N"));
}

/* ---- names and towns ---- */

/* LAST SUFFIX, FIRST, M; of an organisation its name. */
static void put_name(struct paper *p, const char *as,
    const struct claim_facts *f)
{
	BUF_AUTO b = BUF_INIT;
	struct str v;

	if (f->get == NULL)
		return;
	buf_addstr(&b, f->get(f->of, "last"));
	if (!str_is(f->get(f->of, "entity"), "2")) {
		v = f->get(f->of, "suffix");
		if (v.n)
			buf_addf(&b, " %.*s", STR_FMT(v));
		v = f->get(f->of, "first");
		if (v.n)
			buf_addf(&b, ", %.*s", STR_FMT(v));
		v = f->get(f->of, "middle");
		if (v.n)
			buf_addf(&b, ", %.1s", v.s);
	}
	claim_bag_put(&p->who, as, keep(p, &b));
}

/* CITY ST 12345-6789 */
static void put_city(struct paper *p, const char *as, enum paper_place place)
{
	BUF_AUTO b = BUF_INIT;
	struct str zip = get(p, place, "zip");
	struct str city = get(p, place, "city");
	struct str state = get(p, place, "state");

	if (city.n == 0)
		return;
	buf_addf(&b, "%.*s %.*s %.*s", STR_FMT(city), STR_FMT(state),
	    (int)(zip.n < 5 ? zip.n : 5), zip.s ? zip.s : "");
	if (zip.n == 9)
		buf_addf(&b, "-%.4s", zip.s + 5);
	claim_bag_put(&p->who, as, keep(p, &b));
}

/* 17: referring, else ordering of a line, else supervising. */
static void put_source(struct paper *p)
{
	static const struct {
		const char *field, *code;
	} rows[] = { { "referring", "DN" }, { "ordering", "DK" },
		{ "supervising", "DQ" } };
	const struct charge *c = &p->j->charge;
	const struct setup_item *who = NULL;
	struct claim_facts f;
	size_t i, line;

	for (i = 0; i < ARRAY_LEN(rows) && who == NULL; i++)
		for (line = p->j->doc.from; line < p->j->doc.to &&
		     who == NULL; line++) {
			who = setup_find(&p->b->setup, SETUP_PROVIDER,
			    charge_either(c, c->line[line].n, rows[i].field));
			if (who)
				put(p, "source", str_of(rows[i].code));
		}
	if (who == NULL)
		return;
	f = claim_item_facts(who);
	put_name(p, "source", &f);
	claim_bag_put(&p->who, "source_npi", setup_value(who, "npi"));
}

static void put_who(struct paper *p)
{
	put_name(p, "patient", &p->of[PAPER_PATIENT]);
	put_name(p, "subscriber", &p->of[PAPER_SUBSCRIBER]);
	put_name(p, "other", &p->of[PAPER_OTHER]);
	put_name(p, "billing", &p->of[PAPER_BILLING]);
	put_city(p, "payer_city", PAPER_PAYER);
	put_city(p, "facility_city", PAPER_FACILITY);
	put_city(p, "billing_city", PAPER_BILLING);
	put_source(p);
}

/* ---- boxes ---- */

/* Box 1, by the claim filing indicator (SBR09, element 1032). */
static struct str kind_of(struct str filing, struct str group)
{
	static const struct {
		const char *filing, *kind;
	} rows[] = { { "MA", "medicare" }, { "MB", "medicare" },
		{ "16", "medicare" }, { "MC", "medicaid" },
		{ "CH", "tricare" }, { "VA", "champva" }, { "FI", "feca" } };
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(filing, rows[i].filing))
			return str_of(rows[i].kind);
	return group.n ? STR("group") : STR("other");
}

/* 10: which of up to three causes is said. */
static void put_causes(struct paper *p)
{
	static const struct {
		const char *code, *box;
	} rows[] = { { "EM", "employment" }, { "AA", "auto" },
		{ "OA", "accident" } };
	size_t i;
	int n;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		bool yes = false;

		for (n = 1; n <= 3; n++)
			yes = yes || str_is(charge_nth(&p->j->charge, 0,
			    "accident", n), rows[i].code);
		put_yes(p, rows[i].box, yes);
	}
}

/* 14 and 15: the first day of a list that is said, and its qualifier. */
struct day {
	const char *field, *code;
};
static void put_day(struct paper *p, const struct day *rows, size_t n,
    const char *day, const char *type)
{
	struct str v;
	size_t i;

	for (i = 0; i < n; i++) {
		v = get(p, PAPER_CHARGE, rows[i].field);
		if (v.n == 0)
			continue;
		put(p, day, v);
		put(p, type, str_of(rows[i].code));
		return;
	}
}

static void put_days(struct paper *p)
{
	static const struct day illness[] = { { "onset", "431" },
		{ "lmp", "484" } };
	static const struct day other[] = { { "initial_treatment", "454" },
		{ "last_seen", "304" }, { "acute_manifestation", "453" },
		{ "accident_date", "439" }, { "last_xray", "455" },
		{ "prescribed", "471" }, { "care_assumed", "090" },
		{ "care_relinquished", "091" }, { "first_contact", "444" } };

	put_day(p, illness, ARRAY_LEN(illness), "illness", "illness_type");
	put_day(p, other, ARRAY_LEN(other), "other_day", "other_day_type");
}

static void put_cents(struct paper *p, const char *name, int64_t cents)
{
	char text[24];

	put(p, name, arena_str(&p->j->mem, claim_amount(text, cents)));
}

/* 20: services of an outside laboratory; 29: what was paid so far. */
static void put_sums(struct paper *p)
{
	const struct claim_doc *d = &p->j->doc;
	int64_t lab = 0, paid = claim_cents(get(p, PAPER_CLAIM, "patient_paid"));
	struct claim_facts f;
	size_t i;

	for (i = d->from; i < d->to; i++)
		lab += claim_cents(charge_field(d->charge, d->charge->line[i].n,
		    "purchased_amount"));
	for (i = 0; i < d->others; i++) {
		f = claim_other_facts(&d->other[i]);
		paid += claim_cents(f.get(f.of, "paid"));
	}
	put_yes(p, "lab", lab > 0);
	if (lab)
		put_cents(p, "lab_amount", lab);
	put_cents(p, "paid", paid);
}

static void put_numbers(struct paper *p)
{
	static const char *const fields[] = { "authorization", "referral",
		"clia" };
	struct str ein = get(p, PAPER_BILLING, "ein");
	struct str ssn = get(p, PAPER_BILLING, "ssn"), v = STR_NONE;
	size_t i;

	put(p, "tax_id", ein.n ? ein : ssn);
	put(p, "tax_type", ein.n ? STR("EI") : STR("SY"));
	for (i = 0; i < ARRAY_LEN(fields) && v.n == 0; i++)
		v = get(p, PAPER_CHARGE, fields[i]);
	put(p, "authorization", v);
	if (p->j->frequency[0] != '1')
		put(p, "resubmission", str_of(p->j->frequency));
	put(p, "account", str_of(p->j->doc.name));
}

static void put_cover(struct paper *p)
{
	struct str relation = get(p, PAPER_SUBSCRIBER, "relation");
	struct str group = get(p, PAPER_SUBSCRIBER, "group");
	struct str plan = get(p, PAPER_SUBSCRIBER, "group_name");
	struct str kind = kind_of(get(p, PAPER_CLAIM, "filing"), group);
	bool medicare = str_is(kind, "medicare");
	bool known = str_is(relation, "18") || str_is(relation, "01") ||
	    str_is(relation, "19");

	put(p, "kind", kind);
	put(p, "relation", known || relation.n == 0 ? relation :
	    STR("other"));
	/* chapter 26 of CMS's manual: NONE where nobody pays before Medicare */
	put(p, "group", group.n || !medicare || p->j->doc.rank != 'P' ?
	    group : STR("NONE"));
	put(p, "plan", plan.n ? plan : get(p, PAPER_PAYER, "name"));
	if (!medicare)
		put_yes(p, "others", p->j->doc.others > 0);
	put_yes(p, "assigned", !str_is(get(p, PAPER_CLAIM, "assignment"),
	    "C"));
	put(p, "icd", STR("0"));
	if (get(p, PAPER_CHARGE, "property_claim").n)
		put(p, "property", STR("Y"));
}

void paper_facts(struct paper *p)
{
	const struct claim_doc *d = &p->j->doc;

	p->who.n = 0;
	p->form.n = 0;
	p->of[PAPER_PAYER] = claim_item_facts(d->payer);
	p->of[PAPER_SUBSCRIBER] = claim_bag_facts(&d->subscriber);
	p->of[PAPER_PATIENT] = claim_bag_facts(&d->patient);
	p->of[PAPER_OTHER] = (struct claim_facts){ .get = NULL };
	if (d->others)
		p->of[PAPER_OTHER] = claim_other_facts(&d->other[0]);
	p->of[PAPER_BILLING] = claim_item_facts(d->billing);
	p->of[PAPER_FACILITY] = claim_item_facts(setup_find(&p->b->setup,
	    SETUP_FACILITY, charge_field(d->charge, 0, "facility")));
	p->of[PAPER_CLAIM] = claim_bag_facts(&d->claim);
	p->of[PAPER_CHARGE] = claim_charge_facts(d->charge);
	p->of[PAPER_WHO] = claim_bag_facts(&p->who);
	p->of[PAPER_FORM] = claim_bag_facts(&p->form);
	put_who(p);
	put_cover(p);
	put_causes(p);
	put_days(p);
	put_sums(p);
	put_numbers(p);
}

/* ---- lines ---- */

/* A to L for the numbers 1 to 12. */
static struct str letters(struct paper *p, struct str pointers)
{
	BUF_AUTO b = BUF_INIT;
	struct str v;
	int64_t n;

	while (str_split(&pointers, ' ', &v))
		if (str_int(v, &n) && n >= 1 && n <= 12)
			buf_addch(&b, (char)('A' + n - 1));
	return keep(p, &b);
}

/* The shaded half: the drug, else the note. */
static struct str supplement(struct paper *p, const struct charge *c, int n)
{
	BUF_AUTO b = BUF_INIT;
	struct str ndc = charge_field(c, n, "ndc");

	if (ndc.n == 0)
		return charge_field(c, n, "note");
	buf_addf(&b, "N4%.*s   ", STR_FMT(ndc));
	buf_addstr(&b, charge_field(c, n, "ndc_unit"));
	buf_addstr(&b, charge_field(c, n, "ndc_quantity"));
	return keep(p, &b);
}

static struct str line_get(const void *of, const char *name)
{
	const struct paper *p = of;
	struct claim_facts more = claim_bag_facts(&p->more);
	struct claim_facts line = claim_line_facts(&p->line);
	struct str v = more.get(more.of, name);

	return v.n ? v : line.get(line.of, name);
}

void paper_line_facts(struct paper *p, size_t i)
{
	const struct claim_doc *d = &p->j->doc;
	const struct charge_line *l = &d->charge->line[i];
	const struct setup_item *who = setup_find(&p->b->setup,
	    SETUP_PROVIDER, charge_either(d->charge, l->n, "rendering"));

	claim_line_set(&p->line, &p->b->setup, d->charge, i, i - d->from + 1,
	    STR_NONE);
	p->more.n = 0;
	claim_bag_put(&p->more, "first", l->first);
	claim_bag_put(&p->more, "last", l->last);
	claim_bag_put(&p->more, "place", l->place);
	claim_bag_put(&p->more, "letters", letters(p, l->pointers));
	claim_bag_put(&p->more, "supplement", supplement(p, d->charge, l->n));
	claim_bag_put(&p->more, "rendering_npi",
	    setup_value(who ? who : d->billing, "npi"));
	p->of[PAPER_LINE] = (struct claim_facts){ line_get, p };
}
