/* A 270 (005010X279A1) out of inquiries. */
#include "elig/write.h"

#include <stdio.h>

static void put_all(struct x12_writer *w, const char *id,
    const struct str *v, size_t n)
{
	x12_begin(w, id);
	for (size_t i = 0; i < n; i++)
		x12_put(w, v[i]);
	x12_end(w);
}
#define PUT(w, id, ...) \
	put_all((w), (id), (const struct str[]){ __VA_ARGS__ }, \
	    sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str))
#define NIL STR("")

enum { POINTERS = 4 }; /* of EQ05 */

/* Digits of "2026-01-31". */
static struct str plain_day(char b[16], struct str day)
{
	if (day.n != 10)
		return STR("");
	snprintf(b, 16, "%.4s%.2s%.2s", day.s, day.s + 4 + 1, day.s + 8);
	return (struct str){ b, 8 };
}

/* Capital letters: many payers' systems know no others. */
static struct str upper(char *b, size_t cap, struct str v)
{
	size_t n = v.n < cap ? v.n : cap;

	for (size_t i = 0; i < n; i++)
		b[i] = v.s[i] >= 'a' && v.s[i] <= 'z' ? (char)(v.s[i] & ~0x20)
			: v.s[i];
	return (struct str){ b, n };
}

/* ---- the envelope ---- */

static struct str or(struct str v, struct str otherwise)
{
	return v.n ? v : otherwise;
}

void elig_file_begin(struct elig_file *f, struct buf *b,
    const struct setup_item *s, uint32_t isa, uint32_t gs, int64_t now)
{
	struct date d;
	struct str from = setup_value(s, "sender");
	struct str to = setup_value(s, "receiver");
	char control[16];

	date_from_ms(&d, now, 0);
	*f = (struct elig_file){ .w = X12_WRITER(b), .isa = isa, .gs = gs };
	snprintf(f->date, sizeof(f->date), "%04d%02d%02d", d.year, d.month,
	    d.day);
	snprintf(f->time, sizeof(f->time), "%02d%02d", d.hour, d.minute);
	x12_put_isa(&f->w, &(struct x12_isa){
	    .from = { setup_value(s, "sender-type"), from },
	    .to = { setup_value(s, "receiver-type"), to },
	    .date = str_of(f->date + 2), .time = str_of(f->time),
	    .control = isa, .ask = setup_yes(s, "acknowledge"),
	    .test = str_is(setup_value(s, "usage"), "T") });
	snprintf(control, sizeof(control), "%u", gs);
	PUT(&f->w, "GS", STR("HS"), or(setup_value(s, "app-sender"), from),
	    or(setup_value(s, "app-receiver"), to), str_of(f->date),
	    str_of(f->time), str_of(control), STR("X"),
	    STR("005010X279A1"));
}

void elig_file_end(struct elig_file *f)
{
	char control[16];

	x12_begin(&f->w, "GE");
	x12_putn(&f->w, f->sets);
	x12_putn(&f->w, f->gs);
	x12_end(&f->w);
	snprintf(control, sizeof(control), "%09u", f->isa);
	x12_begin(&f->w, "IEA");
	x12_putn(&f->w, 1);
	x12_puts(&f->w, control);
	x12_end(&f->w);
}

/* ---- one inquiry ---- */

static void put_payer(struct x12_writer *w, const struct elig_ask *q)
{
	const struct setup_item *p = q->cover->payer;
	struct str id = setup_value(p, "inquiry-id");

	PUT(w, "HL", STR("1"), NIL, STR("20"), STR("1"));
	PUT(w, "NM1", STR("PR"), STR("2"), setup_value(p, "name"), NIL, NIL,
	    NIL, NIL, setup_value(p, "id-type"),
	    or(id, setup_value(p, "id")));
}

static void put_provider(struct x12_writer *w, const struct elig_ask *q)
{
	struct str org = setup_value(q->provider, "org");
	bool person = org.n == 0;

	PUT(w, "HL", STR("2"), STR("1"), STR("21"), STR("1"));
	PUT(w, "NM1", STR("1P"), person ? STR("1") : STR("2"),
	    person ? setup_value(q->provider, "last") : org,
	    person ? setup_value(q->provider, "first") : NIL, NIL, NIL, NIL,
	    STR("XX"), setup_value(q->provider, "npi"));
}

bool elig_needs(const struct setup_item *payer, const char *what)
{
	struct str v;

	for (size_t i = 0; (v = setup_nth(payer, "needs", i)).s; i++)
		if (str_is(v, what))
			return true;
	return false;
}

static void put_person(struct x12_writer *w, const char *code,
    const struct party_person *h, struct str id)
{
	char name[4][64];

	PUT(w, "NM1", str_of(code), STR("1"), upper(name[0], 60, h->last),
	    upper(name[1], 35, h->first), upper(name[2], 25, h->middle), NIL,
	    upper(name[3], 10, h->suffix), id.n ? STR("MI") : NIL, id);
}

/* DMG03 */
static struct str gender(const struct party_person *h)
{
	return str_is(h->gender, "male") ? STR("M") :
	    str_is(h->gender, "female") ? STR("F") : STR("");
}

/* INS02, by the codes of FHIR's subscriber-relationship. */
static struct str relation(const struct party_cover *c)
{
	return str_is(c->relationship, "spouse") ? STR("01") :
	    str_is(c->relationship, "child") ? STR("19") : STR("34");
}

/* Number and address where the payer's guide asks for them, birth and
 * gender. */
static void put_more(struct x12_writer *w, const struct elig_ask *q,
    const struct party_person *h)
{
	char birth[16], text[2][64];
	struct str zip = h->zip, five;

	if (elig_needs(q->cover->payer, "ssn") && h->ssn.n)
		PUT(w, "REF", STR("SY"), h->ssn);
	if (elig_needs(q->cover->payer, "address") && h->street.n &&
	    h->city.n) {
		PUT(w, "N3", upper(text[0], 55, h->street));
		if (zip.n == 10 && zip.s[5] == '-') {
			snprintf(birth, sizeof(birth), "%.5s%.4s", zip.s,
			    zip.s + 6);
			zip = (struct str){ birth, 9 };
		}
		five = upper(text[1], 30, h->city);
		PUT(w, "N4", five, h->state, zip);
	}
	if (h->birth.n == 10)
		PUT(w, "DMG", STR("D8"), plain_day(birth, h->birth),
		    gender(h));
}

/* The first is the principal one. */
static void put_diagnoses(struct x12_writer *w, const struct elig_ask *q)
{
	if (q->diagnoses == 0)
		return;
	x12_begin(w, "HI");
	for (size_t i = 0; i < q->diagnoses; i++) {
		x12_puts(w, i ? "ABF" : "ABK");
		x12_put_part(w, q->diagnosis[i]);
	}
	x12_end(w);
}

/* EQ02: a procedure and its modifiers; EQ05: what it is for. */
static void put_procedure(struct x12_writer *w, const struct elig_ask *q,
    struct str v)
{
	struct str part;

	x12_puts(w, "");
	str_split(&v, ':', &part);
	x12_put(w, part);
	while (v.n && str_split(&v, ':', &part))
		x12_put_part(w, part);
	if (q->diagnoses == 0)
		return;
	x12_puts(w, "");
	x12_puts(w, "");
	for (size_t i = 0; i < q->diagnoses && i < POINTERS; i++) {
		struct str number = { &"12345678"[i], 1 };

		if (i == 0)
			x12_put(w, number);
		else
			x12_put_part(w, number);
	}
}

static void put_services(struct x12_writer *w, const struct elig_ask *q)
{
	char day[16];

	put_diagnoses(w, q);
	PUT(w, "DTP", STR("291"), STR("D8"), plain_day(day, q->day));
	for (size_t i = 0; i < q->services; i++) {
		struct str v = q->service[i];

		x12_begin(w, "EQ");
		if (memchr(v.s, ':', v.n))
			put_procedure(w, q, v);
		else
			x12_put(w, v);
		x12_end(w);
		if (q->place.n)
			PUT(w, "III", STR("ZZ"), q->place);
	}
}

static void put_trace(struct x12_writer *w, const struct elig_ask *q)
{
	PUT(w, "TRN", STR("1"), q->trace, q->originator);
}

static void put_people(struct x12_writer *w, const struct elig_ask *q)
{
	const struct party_cover *c = q->cover;
	bool dependent = !c->self;

	PUT(w, "HL", STR("3"), STR("2"), STR("22"),
	    dependent ? STR("1") : STR("0"));
	if (!dependent)
		put_trace(w, q);
	put_person(w, "IL", dependent ? &c->subscriber : q->patient,
	    c->member);
	if (elig_needs(q->cover->payer, "group") && c->group.n)
		PUT(w, "REF", STR("6P"), c->group);
	put_more(w, q, dependent ? &c->subscriber : q->patient);
	if (!dependent)
		return;
	PUT(w, "HL", STR("4"), STR("3"), STR("23"), STR("0"));
	put_trace(w, q);
	put_person(w, "03", q->patient, STR(""));
	put_more(w, q, q->patient);
	PUT(w, "INS", STR("N"), relation(c));
}

void elig_file_add(struct elig_file *f, const struct elig_ask *q, char st[8])
{
	struct x12_writer *w = &f->w;

	snprintf(st, 8, "%04u", ++f->sets % 1000000);
	PUT(w, "ST", STR("270"), str_of(st), STR("005010X279A1"));
	PUT(w, "BHT", STR("0022"), STR("13"), q->trace, str_of(f->date),
	    str_of(f->time));
	put_payer(w, q);
	put_provider(w, q);
	put_people(w, q);
	put_services(w, q);
	x12_begin(w, "SE");
	x12_putn(w, w->number);
	x12_puts(w, st);
	x12_end(w);
}
