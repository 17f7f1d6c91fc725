/* set.c - an interchange of 837P sets: levels, loops of claims and lines. */
#include <inttypes.h>
#include <stdio.h>

#include "impl.h"

struct write {
	struct claim_file *file;
	struct claim_fill f;
	struct claim_bag hl, head;
	char n[3][16], numbers[4][24], day[9], time[5];
	uint64_t before; /* segments before the set */
	unsigned sets, levels, billing, subscriber;
	size_t in_set, in_parent;
	const struct claim_doc *last; /* of the set; NULL: none yet */
};

/* ---- who stands in a claim, and where ---- */

/* Loops that name a provider or place: of the claim, then of a line. */
static const struct {
	enum claim_loop claim, line; /* CLAIM_LOOP_COUNT: none */
	const char *field;
	int kind;
} roles[] = {
	{ CLAIM_LOOP_2310A_DN, CLAIM_LOOP_COUNT, "referring", SETUP_PROVIDER },
	{ CLAIM_LOOP_2310A_P3, CLAIM_LOOP_COUNT, "primary_care",
	    SETUP_PROVIDER },
	{ CLAIM_LOOP_2310B, CLAIM_LOOP_2420A, "rendering", SETUP_PROVIDER },
	{ CLAIM_LOOP_COUNT, CLAIM_LOOP_2420B, "purchased_from",
	    SETUP_PROVIDER },
	{ CLAIM_LOOP_2310C, CLAIM_LOOP_2420C, "facility", SETUP_FACILITY },
	{ CLAIM_LOOP_2310D, CLAIM_LOOP_2420D, "supervising", SETUP_PROVIDER },
	{ CLAIM_LOOP_COUNT, CLAIM_LOOP_2420E, "ordering", SETUP_PROVIDER },
	{ CLAIM_LOOP_COUNT, CLAIM_LOOP_2420F_DN, "referring",
	    SETUP_PROVIDER },
	{ CLAIM_LOOP_COUNT, CLAIM_LOOP_2420F_P3, "primary_care",
	    SETUP_PROVIDER },
};

/* Is it said already, by the claim or as who bills? */
static bool said(const struct claim_doc *d, enum claim_loop loop,
    const struct setup_item *who)
{
	if (loop == CLAIM_LOOP_2310B)
		return who == d->billing;
	return loop == CLAIM_LOOP_2310C &&
	    str_eq(setup_value(who, "street"),
		setup_value(d->billing, "street")) &&
	    str_eq(setup_value(who, "zip"), setup_value(d->billing, "zip"));
}

/* n 0: of the claim, else of a line. */
static void write_roles(struct write *w, const struct claim_doc *d, int n)
{
	const struct setup_item *who;
	enum claim_loop loop;
	struct str key;
	size_t i;

	for (i = 0; i < ARRAY_LEN(roles); i++) {
		loop = n ? roles[i].line : roles[i].claim;
		if (loop == CLAIM_LOOP_COUNT)
			continue;
		key = charge_field(d->charge, n, roles[i].field);
		if (n && str_eq(key, charge_field(d->charge, 0,
		    roles[i].field)))
			continue;
		who = key.n ? setup_find(w->file->setup, roles[i].kind, key) :
		    NULL;
		if (who == NULL || said(d, loop, who))
			continue;
		w->f.of[CLAIM_OF_HERE] = claim_item_facts(who);
		claim_fill_loop(&w->f, loop);
	}
	w->f.of[CLAIM_OF_HERE].get = NULL;
}

/* ---- the claim ---- */

/* Another payer's own number of a provider of the claim: as the charge says
 * it ("G2:123", "123" is G2), else that of the enrolment. */
static struct str number_of(const struct write *w, const struct claim_doc *d,
    const struct claim_other *o, const struct setup_item *who,
    const char *field, struct str *type)
{
	struct str v = claim_said(d->charge, 0, o->rank, field), one = v;
	const struct setup_item *i;

	*type = STR("G2");
	if (v.n) {
		str_split(&v, ':', &one);
		if (v.n == 0)
			return one;
		*type = one;
		return v;
	}
	i = who && who->kind == SETUP_PROVIDER ? setup_enrolment(
	    w->file->setup, who->key, o->payer->key, d->charge->day) : NULL;
	if (i == NULL)
		return STR_NONE;
	*type = setup_value(i, "id-type");
	return setup_value(i, "id");
}

static void write_numbers(struct write *w, const struct claim_doc *d,
    const struct claim_other *o)
{
	static const struct {
		enum claim_loop loop;
		const char *who, *field;
		int kind;
		bool no_lu; /* where REF01 may not be LU */
	} rows[] = {
		{ CLAIM_LOOP_2330C_DN, "referring", "referring_id",
		    SETUP_PROVIDER, true },
		{ CLAIM_LOOP_2330C_P3, "primary_care", "primary_care_id",
		    SETUP_PROVIDER, true },
		{ CLAIM_LOOP_2330D, "rendering", "rendering_id",
		    SETUP_PROVIDER, false },
		{ CLAIM_LOOP_2330E, "facility", "facility_id",
		    SETUP_FACILITY, false },
		{ CLAIM_LOOP_2330F, "supervising", "supervising_id",
		    SETUP_PROVIDER, false },
		{ CLAIM_LOOP_2330G, NULL, "billing_id", SETUP_PROVIDER,
		    false },
	};
	const struct setup_item *who;
	struct str key, type, value;
	struct claim_facts f;
	struct claim_bag bag;
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		key = rows[i].who ? charge_field(d->charge, 0, rows[i].who) :
		    d->billing->key;
		who = key.n ? setup_find(w->file->setup, rows[i].kind, key) :
		    NULL;
		if (rows[i].who && who == d->billing)
			who = NULL; /* is said as the one who bills */
		value = number_of(w, d, o, who, rows[i].field, &type);
		if (value.n == 0 || (rows[i].no_lu && str_is(type, "LU")))
			continue;
		f = claim_item_facts(who ? who : d->billing);
		bag.n = 0;
		claim_bag_put(&bag, "entity", f.get(f.of, "entity"));
		claim_bag_put(&bag, "type", type);
		claim_bag_put(&bag, "value", value);
		w->f.of[CLAIM_OF_NUMBER] = claim_bag_facts(&bag);
		claim_fill_loop(&w->f, rows[i].loop);
	}
	w->f.of[CLAIM_OF_NUMBER].get = NULL;
}

static void write_others(struct write *w, const struct claim_doc *d)
{
	size_t i;

	for (i = 0; i < d->others; i++) {
		w->f.of[CLAIM_OF_OTHER] = claim_other_facts(&d->other[i]);
		claim_fill_loop(&w->f, CLAIM_LOOP_2320);
		claim_fill_loop(&w->f, CLAIM_LOOP_2330A);
		claim_fill_loop(&w->f, CLAIM_LOOP_2330B);
		write_numbers(w, d, &d->other[i]);
	}
}

static void write_paid(struct write *w, const struct claim_doc *d, int n)
{
	size_t i, j;

	for (i = 0; i < d->others; i++)
		for (j = 0; j < d->other[i].n; j++) {
			const struct claim_paid *p = &d->other[i].paid[j];

			if (p->n != n)
				continue;
			w->f.of[CLAIM_OF_OTHER] =
			    claim_other_facts(&d->other[i]);
			w->f.of[CLAIM_OF_PAID] = claim_bag_facts(&p->bag);
			claim_fill_loop(&w->f, CLAIM_LOOP_2430);
		}
}

static void write_line(struct write *w, const struct claim_doc *d, size_t i)
{
	struct claim_line line;
	struct claim_facts claim = w->f.of[CLAIM_OF_CLAIM];

	claim_line_set(&line, w->file->setup, d->charge, i, i - d->from + 1,
	    claim.get(claim.of, "place"));
	w->f.of[CLAIM_OF_LINE] = claim_line_facts(&line);
	claim_fill_loop(&w->f, CLAIM_LOOP_2400);
	claim_fill_loop(&w->f, CLAIM_LOOP_2410);
	write_roles(w, d, line.line->n);
	write_paid(w, d, line.line->n);
	w->f.of[CLAIM_OF_LINE].get = NULL;
}

static void write_claim(struct write *w, struct claim_doc *d)
{
	size_t i;

	snprintf(d->st, sizeof(d->st), "%04u", w->sets);
	d->segment = w->before + w->f.w.number + 1;
	claim_fill_loop(&w->f, CLAIM_LOOP_2300);
	write_roles(w, d, 0);
	write_others(w, d);
	for (i = d->from; i < d->to; i++)
		write_line(w, d, i);
	d->end = w->before + w->f.w.number + 1;
}

/* ---- levels ---- */

static void put_number(struct claim_bag *b, const char *name, char to[16],
    unsigned n)
{
	snprintf(to, 16, "%u", n);
	claim_bag_put(b, name, str_of(to));
}

/* The next HL: its number. */
static unsigned level(struct write *w, unsigned parent, bool child,
    enum claim_loop loop)
{
	w->hl.n = 0;
	put_number(&w->hl, "n", w->n[0], ++w->levels);
	if (parent)
		put_number(&w->hl, "parent", w->n[1], parent);
	put_number(&w->hl, "child", w->n[2], child);
	claim_fill_loop(&w->f, loop);
	w->in_parent = 0;
	return w->levels;
}

/* What the levels say of the claim itself, which makes them its own. */
static bool of_its_own(const struct claim_doc *d)
{
	static const char *const names[] = { "weight", "pregnant",
		"property_claim" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (charge_field(d->charge, 0, names[i]).n)
			return true;
	return false;
}

static bool same_subscriber(const struct claim_doc *a,
    const struct claim_doc *b)
{
	return a->billing == b->billing && a->payer == b->payer &&
	    a->coverage == b->coverage && a->rank == b->rank &&
	    a->self == b->self;
}

static void write_levels(struct write *w, const struct claim_doc *d)
{
	const struct claim_doc *last = w->last;
	bool own = of_its_own(d) || (last && of_its_own(last));

	if (last == NULL || last->billing != d->billing ||
	    last->plan != d->plan) {
		w->billing = level(w, 0, true, CLAIM_LOOP_2000A);
		claim_fill_loop(&w->f, CLAIM_LOOP_2010AA);
		claim_fill_loop(&w->f, CLAIM_LOOP_2010AB);
		if (d->plan)
			claim_fill_loop(&w->f, CLAIM_LOOP_2010AC);
		last = NULL;
	}
	if (last == NULL || !same_subscriber(last, d) ||
	    (d->self && (own || w->in_parent == CLAIM_PARENT_MAX))) {
		w->subscriber = level(w, w->billing, !d->self,
		    CLAIM_LOOP_2000B);
		claim_fill_loop(&w->f, CLAIM_LOOP_2010BA);
		claim_fill_loop(&w->f, CLAIM_LOOP_2010BB);
		last = NULL;
	}
	if (!d->self && (last == NULL || own ||
	    last->charge->patient != d->charge->patient ||
	    w->in_parent == CLAIM_PARENT_MAX)) {
		level(w, w->subscriber, false, CLAIM_LOOP_2000C);
		claim_fill_loop(&w->f, CLAIM_LOOP_2010CA);
	}
}

/* ---- sets ---- */

static void begin_set(struct write *w)
{
	w->before += w->f.w.number;
	w->sets++;
	w->levels = 0;
	w->in_set = 0;
	w->last = NULL;
	snprintf(w->numbers[2], sizeof(w->numbers[2]), "%04u", w->sets);
	snprintf(w->numbers[3], sizeof(w->numbers[3]), "%09u%04u",
	    (unsigned)w->file->isa, w->sets);
	claim_fill_loop(&w->f, CLAIM_LOOP_SET);
	claim_fill_loop(&w->f, CLAIM_LOOP_1000A);
	claim_fill_loop(&w->f, CLAIM_LOOP_1000B);
}

static void end_set(struct write *w)
{
	x12_begin(&w->f.w, "SE");
	x12_putn(&w->f.w, w->f.w.number);
	x12_puts(&w->f.w, w->numbers[2]);
	x12_end(&w->f.w);
}

static void write_doc(struct write *w, struct claim_doc *d)
{
	if (w->sets == 0 || w->in_set == CLAIM_SET_MAX) {
		if (w->sets)
			end_set(w);
		begin_set(w);
	}
	w->f.of[CLAIM_OF_BILLING] = claim_item_facts(d->billing);
	w->f.of[CLAIM_OF_PLAN] = claim_item_facts(d->plan);
	w->f.of[CLAIM_OF_PAYER] = claim_item_facts(d->payer);
	w->f.of[CLAIM_OF_CLAIM] = claim_bag_facts(&d->claim);
	w->f.of[CLAIM_OF_CHARGE] = claim_charge_facts(d->charge);
	w->f.of[CLAIM_OF_SUBSCRIBER] = claim_bag_facts(&d->subscriber);
	w->f.of[CLAIM_OF_PATIENT] = claim_bag_facts(&d->patient);
	d->start = w->before + w->f.w.number + 1;
	write_levels(w, d);
	write_claim(w, d);
	w->last = d;
	w->in_set++;
	w->in_parent++;
}

/* ---- the interchange ---- */

static void begin_file(struct write *w)
{
	const struct setup_item *us = w->file->submitter;
	struct str from = setup_value(us, "app-sender"),
		   to = setup_value(us, "app-receiver");
	struct x12_isa isa = {
		.from = { setup_value(us, "sender-type"),
		    setup_value(us, "sender") },
		.to = { setup_value(us, "receiver-type"),
		    setup_value(us, "receiver") },
		.date = str_of(w->day + 2), .time = str_of(w->time),
		.control = w->file->isa,
		.ask = setup_yes(us, "acknowledge"),
		.test = str_is(setup_value(us, "usage"), "T"),
	};

	snprintf(w->numbers[0], sizeof(w->numbers[0]), "%09u",
	    (unsigned)w->file->isa);
	snprintf(w->numbers[1], sizeof(w->numbers[1]), "%u",
	    (unsigned)w->file->gs);
	claim_bag_put(&w->head, "from", from.n ? from : isa.from[1]);
	claim_bag_put(&w->head, "to", to.n ? to : isa.to[1]);
	claim_bag_put(&w->head, "day", str_of(w->day));
	claim_bag_put(&w->head, "time", str_of(w->time));
	claim_bag_put(&w->head, "gs", str_of(w->numbers[1]));
	x12_put_isa(&w->f.w, &isa);
	claim_fill_loop(&w->f, CLAIM_LOOP_FILE);
}

static void end_file(struct write *w)
{
	if (w->sets)
		end_set(w);
	x12_begin(&w->f.w, "GE");
	x12_putn(&w->f.w, w->sets);
	x12_puts(&w->f.w, w->numbers[1]);
	x12_end(&w->f.w);
	x12_begin(&w->f.w, "IEA");
	x12_puts(&w->f.w, "1");
	x12_puts(&w->f.w, w->numbers[0]);
	x12_end(&w->f.w);
}

/* Values of places that a whole file has. */
static struct str head_get(const void *of, const char *name)
{
	const struct write *w = of;
	struct claim_facts bag = claim_bag_facts(&w->head);

	if (strcmp(name, "st") == 0)
		return str_of(w->numbers[2]);
	if (strcmp(name, "reference") == 0)
		return str_of(w->numbers[3]);
	return bag.get(bag.of, name);
}

int claim_file_write(struct claim_file *file, struct buf *to,
    struct ehr_err *e)
{
	struct write w = { .file = file };
	struct date d;
	bool bad;
	size_t i;

	date_from_ms(&d, file->now, 0);
	snprintf(w.day, sizeof(w.day), "%04u%02u%02u",
	    (unsigned)d.year % 10000, (unsigned)d.month % 100,
	    (unsigned)d.day % 100);
	snprintf(w.time, sizeof(w.time), "%02u%02u", (unsigned)d.hour % 100,
	    (unsigned)d.minute % 100);
	claim_fill_init(&w.f, to);
	w.f.of[CLAIM_OF_FILE] = (struct claim_facts){ head_get, &w };
	w.f.of[CLAIM_OF_SUBMITTER] = claim_item_facts(file->submitter);
	w.f.of[CLAIM_OF_HL] = claim_bag_facts(&w.hl);
	begin_file(&w);
	for (i = 0; i < file->n; i++)
		write_doc(&w, file->doc[i]);
	end_file(&w);
	bad = w.f.w.bad;
	claim_fill_release(&w.f);
	return bad ? ehr_fail(e, EHR_EREJECT, "submitter %.*s: an identifier "
	    "has a delimiter or is too long",
	    STR_FMT(file->submitter->key)) : 0;
}
