/* person.c - who is written to about a patient, and how: the Patient, for a
 * minor a guardian (RelatedPerson), and the Consents of the chart. */
#include "ehr/fhir.h"
#include "notify/due.h"

struct reading {
	struct finding *x;
	struct person *p;
	struct tape t;
	struct buf scratch;
	int64_t consent[NOTIFY_CHANNELS]; /* of the one that counts, when */
	struct person guardian; /* the first one who can be written to */
	bool patient;
};

static struct str keep(struct reading *k, struct str v)
{
	return arena_str(&k->x->l->mem, v);
}

static struct str member(struct reading *k, uint32_t at, const char *name)
{
	return tape_member(&k->t, at, name, &k->scratch);
}

/* The same of what may not be there. */
static struct str below(struct reading *k, uint32_t at, const char *name)
{
	return at ? member(k, at, name) : STR_NONE;
}

static uint32_t array(const struct reading *k, uint32_t at, const char *name)
{
	uint32_t node = tape_get(&k->t, at, name);

	return node && tape_type(&k->t, node) == TAPE_ARRAY ? node : 0;
}

/* Is now within the period of node? */
static bool current(struct reading *k, uint32_t node)
{
	uint32_t period = tape_get(&k->t, node, "period");
	int64_t lo, hi;
	struct date d;

	if (date_parse(below(k, period, "start"), &d)) {
		date_range(&d, &lo, &hi);
		if (k->x->q->now < lo)
			return false;
	}
	if (date_parse(below(k, period, "end"), &d)) {
		date_range(&d, &lo, &hi);
		if (k->x->q->now >= hi)
			return false;
	}
	return !str_is(member(k, node, "use"), "old");
}

/* ---- numbers and mailboxes ---- */

bool notify_e164(struct str number, struct buf *b)
{
	size_t from = b->len, n;
	bool plus;

	number = str_trim(number);
	plus = str_starts(number, "+");
	buf_addch(b, '+');
	for (size_t i = plus; i < number.n; i++) {
		if (number.s[i] >= '0' && number.s[i] <= '9')
			buf_addch(b, number.s[i]);
		else if (!strchr(" -.()/", number.s[i]))
			goto none;
	}
	n = b->len - from - 1;
	if (!plus && n == 10) {
		buf_addch(b, '1');
		memmove(b->s + from + 2, b->s + from + 1, 10);
		b->s[from + 1] = '1';
		return true;
	}
	if (n >= 8 && n <= 15 && (plus || (n == 11 && b->s[from + 1] == '1')))
		return true;
none:
	b->len = from;
	b->s[from] = '\0';
	return false;
}

/* One @ with something on both sides, no blank or control character. */
static bool mailbox(struct str v, struct buf *b)
{
	const char *at = memchr(v.s, '@', v.n);

	if (v.n > 254 || !at || at == v.s || at + 1 == str_end(v) ||
	    memchr(at + 1, '@', (size_t)(str_end(v) - at - 1)))
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if ((unsigned char)v.s[i] <= ' ' || v.s[i] == 0x7f ||
		    strchr("<>,;\"\\", v.s[i]))
			return false;
		buf_addch(b, v.s[i] >= 'A' && v.s[i] <= 'Z' ?
		    (char)(v.s[i] | 0x20) : v.s[i]);
	}
	return true;
}

/* Behind those that are preferred (ContactPoint.rank, 1 first) or were there
 * before. */
static void add_point(struct person *p, const struct person_point *one)
{
	size_t i = p->points;

	if (i == PERSON_POINTS)
		return;
	while (i > 0 && p->point[i - 1].rank > one->rank) {
		p->point[i] = p->point[i - 1];
		i--;
	}
	p->point[i] = *one;
	p->points++;
}

static void take_telecom(struct reading *k, struct person *p, uint32_t node)
{
	static const int64_t unranked = 1000000;
	struct person_point one = { .rank = unranked };
	BUF_AUTO system = BUF_INIT;
	BUF_AUTO value = BUF_INIT;
	bool sms;

	if (!current(k, node) || !fhir_text(&k->t, node, "system", &system))
		return;
	sms = strcmp(system.s, "sms") == 0;
	one.phone = sms || strcmp(system.s, "phone") == 0;
	one.text = sms || (one.phone &&
	    str_is(member(k, node, "use"), "mobile"));
	str_int(member(k, node, "rank"), &one.rank);
	if (one.phone ? notify_e164(member(k, node, "value"), &value) :
	    strcmp(system.s, "email") == 0 &&
		mailbox(str_trim(member(k, node, "value")), &value)) {
		one.value = keep(k, buf_str(&value));
		add_point(p, &one);
	}
}

static void take_telecoms(struct reading *k, struct person *p)
{
	uint32_t all = array(k, 0, "telecom");

	if (all)
		tape_each(&k->t, all, i)
			take_telecom(k, p, i);
}

struct str person_address(const struct person *p, enum notify_channel channel)
{
	if (channel == NOTIFY_LETTER)
		return p->letter.n ? p->letter : STR_NONE;
	for (size_t i = 0; i < p->points; i++)
		if (channel == NOTIFY_EMAIL ? !p->point[i].phone :
		    channel == NOTIFY_SMS ? p->point[i].text :
		    p->point[i].phone)
			return p->point[i].value;
	return STR_NONE;
}

/* ---- addresses and zones ---- */

static const struct {
	const char *state, *zone;
} states[] = {
#define X(state, zone) { state, zone },
#include "zone-state.def"
#undef X
};

/* The extension timezone of node: FHIR's http://hl7.org/fhir/
 * StructureDefinition/timezone. */
static bool zone_said(struct reading *k, struct person *p, uint32_t node)
{
	uint32_t all = array(k, node, "extension");
	struct str v;

	if (!all)
		return false;
	tape_each(&k->t, all, i) {
		if (!str_is(member(k, i, "url"), "http://hl7.org/fhir/"
			"StructureDefinition/timezone"))
			continue;
		v = member(k, i, "valueCode");
		if (v.n && due_zone(k->x->l, v)) {
			p->zone = keep(k, v);
			p->zone_by = "extension";
			return true;
		}
	}
	return false;
}

static bool zone_of_state(struct reading *k, struct person *p,
    uint32_t address)
{
	struct str state = member(k, address, "state");

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (str_is(state, states[i].state)) {
			p->zone = str_of(states[i].zone);
			p->zone_by = "address";
			return true;
		}
	return false;
}

static void take_zone(struct reading *k, struct person *p)
{
	uint32_t all = array(k, 0, "address");

	p->zone = k->x->home;
	p->zone_by = "practice";
	if (zone_said(k, p, 0))
		return;
	if (all)
		tape_each(&k->t, all, i)
			if (current(k, i) && (zone_said(k, p, i) ||
				zone_of_state(k, p, i)))
				return;
}

static void add_line(struct buf *b, struct str line)
{
	if (line.n == 0)
		return;
	if (b->len)
		buf_addch(b, '\n');
	utf8_clean(b, line, false);
}

/* Lines and "City, ST 12345". */
static void letter_lines(struct reading *k, uint32_t address, struct buf *b)
{
	uint32_t lines = array(k, address, "line");
	BUF_AUTO town = BUF_INIT;

	if (lines)
		tape_each(&k->t, lines, i)
			add_line(b, tape_text(&k->t, i, &k->scratch));
	buf_addstr(&town, member(k, address, "city"));
	if (town.len && member(k, address, "state").n)
		buf_adds(&town, ", ");
	buf_addstr(&town, member(k, address, "state"));
	if (member(k, address, "postalCode").n)
		buf_adds(&town, " ");
	buf_addstr(&town, member(k, address, "postalCode"));
	add_line(b, str_trim(buf_str(&town)));
}

static void take_letter(struct reading *k, struct person *p)
{
	uint32_t all = array(k, 0, "address");
	BUF_AUTO b = BUF_INIT;

	if (!all)
		return;
	tape_each(&k->t, all, i) {
		if (!current(k, i) ||
		    str_is(member(k, i, "type"), "physical") ||
		    str_is(member(k, i, "use"), "billing"))
			continue;
		letter_lines(k, i, &b);
		if (b.len)
			break;
	}
	p->letter = keep(k, buf_str(&b));
}

/* ---- the resources ---- */

static void take_language(struct reading *k, struct person *p)
{
	uint32_t all = array(k, 0, "communication"), concept, coding;

	if (!all)
		return;
	tape_each(&k->t, all, i) {
		concept = tape_get(&k->t, i, "language");
		coding = concept ? fhir_coding(&k->t, concept, NULL) : 0;
		if (coding && member(k, coding, "code").n && (!p->language.n ||
			str_is(member(k, i, "preferred"), "true")))
			p->language = keep(k, member(k, coding, "code"));
	}
}

static void take_names(struct reading *k, struct person *p)
{
	uint32_t names = array(k, 0, "name");
	uint32_t name = names ? fhir_current_name(&k->t, names) : 0;
	uint32_t given = name ? array(k, name, "given") : 0;
	BUF_AUTO b = BUF_INIT;

	if (name && fhir_human_name(&k->t, name, FHIR_NAME_FULL, &b))
		p->name = keep(k, buf_str(&b));
	if (given)
		given = tape_first(&k->t, given);
	p->first = given ? keep(k, tape_text(&k->t, given, &k->scratch)) :
	    p->name;
}

static void take_common(struct reading *k, struct person *p)
{
	take_names(k, p);
	take_language(k, p);
	take_telecoms(k, p);
	take_letter(k, p);
	take_zone(k, p);
	p->who = p->name;
}

static bool under_age(struct reading *k)
{
	struct date birth, today;

	return date_parse(member(k, 0, "birthDate"), &birth) &&
	    date_parse(k->x->today, &today) &&
	    date_age(&birth, &today) < k->x->majority;
}

static void take_patient(struct reading *k)
{
	struct person *p = k->p;

	k->patient = true;
	if (str_is(member(k, 0, "deceasedBoolean"), "true") ||
	    member(k, 0, "deceasedDateTime").n)
		p->not_why = "deceased";
	else if (str_is(member(k, 0, "active"), "false"))
		p->not_why = "inactive";
	else if (!k->x->q->test && fhir_labelled(&k->t, 0, "HTEST"))
		p->not_why = "test patient";
	p->minor = under_age(k);
	take_common(k, p);
}

/* Roles of who answers for a child (v3-RoleCode, v2-0131); a RelatedPerson
 * without any is not taken for one. */
static bool answers(struct reading *k)
{
	static const char *const codes[] = { "GUARD", "PRN", "MTH", "FTH",
		"PRNFOST", "ADOPTP", "ADOPTM", "ADOPTF", "NMTH", "NFTH",
		"NPRN", "STPPRN", "STPMTH", "STPFTH", "GRPRN", "POWATT",
		"RESPRSN", "GT" };
	uint32_t all = array(k, 0, "relationship");

	for (size_t i = 0; all && i < ARRAY_LEN(codes); i++)
		if (fhir_has_code(&k->t, all, NULL, codes[i]))
			return true;
	return false;
}

static void take_related(struct reading *k)
{
	struct person one = { .patient = 0 };

	if (k->guardian.who.n || !answers(k) || !current(k, 0) ||
	    str_is(member(k, 0, "active"), "false"))
		return;
	take_common(k, &one);
	if (one.points || one.letter.n)
		k->guardian = one;
}

static void consent_to(struct reading *k, struct str code, bool deny,
    int64_t when)
{
	for (int c = 0; c < NOTIFY_CHANNELS; c++) {
		if ((!str_is(code, "all") &&
			!str_is(code, notify_channel_name(c))) ||
		    when < k->consent[c])
			continue;
		k->consent[c] = when;
		k->p->denied &= ~(1U << c);
		k->p->denied |= deny ? 1U << c : 0;
	}
}

static void take_consent(struct reading *k)
{
	uint32_t all = array(k, 0, "category"), codings;
	uint32_t provision = tape_get(&k->t, 0, "provision");
	struct date d;
	int64_t when = 0;
	bool deny;

	if (!all || !str_is(member(k, 0, "status"), "active") ||
	    (provision && !current(k, provision)))
		return;
	deny = str_is(below(k, provision, "type"), "deny");
	if (date_parse(member(k, 0, "dateTime"), &d))
		when = date_ms(&d);
	tape_each(&k->t, all, i) {
		codings = array(k, i, "coding");
		if (!codings)
			continue;
		tape_each(&k->t, codings, c)
			if (str_is(member(k, c, "system"), NOTIFY_CONSENT))
				consent_to(k, member(k, c, "code"), deny,
				    when);
	}
}

static int take(void *arg, const struct resource *res)
{
	struct reading *k = arg;
	struct tape_error why;

	if (tape_parse(&k->t, res->body.s, res->body.n, &why) < 0)
		return 0;
	if (res->type == FHIR_Patient)
		take_patient(k);
	else if (res->type == FHIR_RelatedPerson)
		take_related(k);
	else
		take_consent(k);
	return 0;
}

/* A child's guardian gets what is about the child, in his own language. */
static void to_guardian(struct reading *k)
{
	struct person *p = k->p;
	const struct person *g = &k->guardian;

	if (!p->minor || p->not_why)
		return;
	if (!g->who.n) {
		p->not_why = "a minor without a guardian to write to";
		return;
	}
	p->who = g->who;
	p->letter = g->letter;
	p->points = g->points;
	memcpy(p->point, g->point, sizeof(p->point));
	if (g->language.n)
		p->language = g->language;
	if (strcmp(g->zone_by, "practice") != 0) {
		p->zone = g->zone;
		p->zone_by = g->zone_by;
	}
}

int person_read(struct finding *x, int64_t patient, struct person *p,
    struct ehr_err *e)
{
	struct reading k = { .x = x, .p = p, .t = TAPE_INIT,
		.scratch = BUF_INIT };
	struct record_filter f = RECORD_FILTER;
	int rc;

	*p = (struct person){ .patient = patient, .zone = x->home,
		.zone_by = "practice" };
	record_types_add(&f.types, FHIR_Patient);
	record_types_add(&f.types, FHIR_RelatedPerson);
	record_types_add(&f.types, FHIR_Consent);
	f.bodies = true;
	rc = record_chart(x->r, patient, &f, take, &k, e);
	if (!k.patient)
		p->not_why = "no Patient of that number";
	to_guardian(&k);
	if (!p->language.n)
		p->language = setup_value(notify_practice(&x->l->rules),
		    "language");
	tape_release(&k.t);
	buf_release(&k.scratch);
	return rc;
}
