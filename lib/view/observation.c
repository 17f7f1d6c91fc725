/* observation.c - vital signs, results, social history and assessments:
 * values, parts, ranges and flags. */
#include <stdio.h>

#include "impl.h"

static void take_number(struct take *k, uint32_t q, struct view_number *n)
{
	struct decimal d;
	uint32_t v = tape_get(k->t, q, "value");

	*n = (struct view_number){ .text = STR(""), .unit = STR("") };
	if (v == 0 || tape_type(k->t, v) != TAPE_NUMBER ||
	    !decimal_parse(tape_str(k->t, v), &d))
		return;
	n->text = take_text(k, q, "value");
	n->some = true;
	n->code = take_text(k, q, "code");
	n->unit = take_text(k, q, "unit");
	n->unit = unit_word(n->unit.n ? n->unit : n->code);
}

/* ---- flags ---- */

static const char *coded_flag(struct take *k, uint32_t node)
{
	uint32_t list = tape_get(k->t, node, "interpretation"), codings;
	const char *flag = "";

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return flag;
	tape_each(k->t, list, i) {
		codings = tape_get(k->t, i, "coding");
		if (codings && tape_type(k->t, codings) == TAPE_ARRAY)
			tape_each(k->t, codings, c)
				if (!*flag)
					flag = flag_of(tape_member(k->t, c,
					    "code", &k->v->scratch));
		if (!*flag)
			flag = flag_of(tape_member(k->t, i, "text",
			    &k->v->scratch));
	}
	return flag;
}

/* A range of what is normal (no type, or "normal"). */
static bool normal_range(const struct tape *t, uint32_t range)
{
	uint32_t type = tape_get(t, range, "type");

	return type == 0 || fhir_has_code(t, type, NULL, "normal");
}

/* The one reference range that holds for everybody, or 0: ranges for certain
 * ages or sexes are the reader's to choose from. */
static uint32_t the_range(struct take *k, uint32_t node)
{
	uint32_t list = tape_get(k->t, node, "referenceRange"), one = 0;

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return 0;
	tape_each(k->t, list, r) {
		if (!normal_range(k->t, r))
			continue;
		if (one)
			return 0;
		one = r;
	}
	return one;
}

static bool limit(struct take *k, uint32_t range, const char *which,
    struct str unit, struct decimal *d)
{
	uint32_t q = tape_get(k->t, range, which), v;
	struct view_number n;

	if (q == 0)
		return false;
	take_number(k, q, &n);
	v = tape_get(k->t, q, "value");
	return n.some && (n.unit.n == 0 || str_eq(n.unit, unit)) &&
	    decimal_parse(tape_str(k->t, v), d);
}

/* H or L by the reference range; of "< 5" only what is certain. */
static const char *computed_flag(struct take *k, uint32_t node, uint32_t q,
    const struct view_number *n)
{
	uint32_t range = the_range(k, node);
	struct str than = tape_member(k->t, q, "comparator", &k->v->scratch);
	struct decimal d, low, high;

	if (range == 0 || !decimal_parse(n->text, &d))
		return "";
	if (limit(k, range, "low", n->unit, &low) && !str_starts(than, ">")) {
		int c = decimal_cmp(&d, &low);

		if (c < 0 || (c == 0 && str_is(than, "<")))
			return "L";
	}
	if (limit(k, range, "high", n->unit, &high) &&
	    !str_starts(than, "<")) {
		int c = decimal_cmp(&d, &high);

		if (c > 0 || (c == 0 && str_is(than, ">")))
			return "H";
	}
	return "";
}

static void set_flag(char flag[4], const char *s)
{
	snprintf(flag, 4, "%s", s);
}

/* "3.5-5.1", "<= 5", or the range's own text. */
static struct str range_text(struct take *k, uint32_t node)
{
	uint32_t range = the_range(k, node), low, high;
	struct str l = STR(""), h = STR(""), all;

	if (range == 0)
		return STR("");
	low = tape_get(k->t, range, "low");
	high = tape_get(k->t, range, "high");
	if (low)
		l = take_text(k, low, "value");
	if (high)
		h = take_text(k, high, "value");
	all = take_text(k, range, "text");
	if (l.n && h.n)
		return join(k->v, l, "-", h);
	if (l.n)
		return join(k->v, STR(">="), " ", l);
	if (h.n)
		return join(k->v, STR("<="), " ", h);
	return all;
}

/* ---- values ---- */

/* What stands in the value[x] of an object, number or words. */
static void take_value(struct take *k, uint32_t object, struct str *value,
    struct view_number *n, char flag[4])
{
	int type;
	uint32_t v = fhir_choice(k->t, object, "value", &type);
	struct str than;
	const char *f = coded_flag(k, object);

	*n = (struct view_number){ .text = STR(""), .unit = STR("") };
	*value = STR("");
	if (type == FHIR_Quantity) {
		take_number(k, v, n);
		than = take_text(k, v, "comparator");
		*value = join(k->v, than, " ", n->text);
		if (n->some && !*f)
			f = computed_flag(k, object, v, n);
		if (than.n)
			n->some = false;
	} else if (type == FHIR_CodeableConcept) {
		*value = take_concept(k, v);
	} else if (type == FHIR_boolean) {
		*value = tape_type(k->t, v) == TAPE_TRUE ? STR("yes") :
		    STR("no");
	} else if (v) {
		buf_reset(&k->v->text);
		if (fhir_value(k->t, v, type, &k->v->text))
			*value = keep(k->v, buf_str(&k->v->text));
	}
	set_flag(flag, f);
}

/* "not-performed" as words. */
static struct str absent_word(struct take *k, uint32_t object)
{
	uint32_t v = tape_get(k->t, object, "dataAbsentReason");
	struct str s = v ? take_concept(k, v) : STR("");
	char *copy;

	if (s.n == 0)
		return s;
	copy = arena_strndup(&k->v->mem, s.s, s.n);
	for (size_t i = 0; i < s.n; i++)
		copy[i] = copy[i] == '-' ? ' ' :
		    copy[i] >= 'A' && copy[i] <= 'Z' && i == 0 ?
		    (char)(copy[i] + 32) : copy[i];
	return (struct str){ copy, s.n };
}

/* ---- components ---- */

enum { PARTS_MAX = 256, PARTS_TEXT = 60 };

/* Appends the next part; its value as text goes to *value. */
static void take_part(struct take *k, uint32_t c, struct view_entry *e,
    struct str *value)
{
	struct view_part *p = &e->part[e->parts];
	uint32_t code = tape_get(k->t, c, "code");
	struct view_entry codes = { 0 };

	*p = (struct view_part){ .what = take_concept(k, code) };
	take_codings(k, code, &codes);
	p->system = codes.system;
	p->code = codes.code;
	take_value(k, c, value, &p->number, p->flag);
	e->parts++;
	if (!e->flag[0] || strlen(p->flag) > strlen(e->flag))
		set_flag(e->flag, p->flag);
	if (value->n == 0)
		*value = absent_word(k, c);
}

static const struct view_part *part_of(const struct view_entry *e,
    const char *loinc)
{
	for (size_t i = 0; i < e->parts; i++)
		if (str_is(e->part[i].code, loinc))
			return &e->part[i];
	return NULL;
}

/* Systolic and diastolic pressure as people write them. */
static bool blood_pressure(struct view *v, struct view_entry *e)
{
	const struct view_part *s = part_of(e, "8480-6");
	const struct view_part *d = part_of(e, "8462-4");
	BUF_AUTO b = BUF_INIT;

	if (!s || !d || (!s->number.some && !d->number.some))
		return false;
	if (s->number.some)
		short_number(&b, s->number.text);
	else
		buf_addch(&b, '?');
	buf_addch(&b, '/');
	if (d->number.some)
		short_number(&b, d->number.text);
	else
		buf_addch(&b, '?');
	e->value = arena_str(&v->mem, buf_str(&b));
	e->number.unit = s->number.some ? s->number.unit : d->number.unit;
	e->number.code = s->number.some ? s->number.code : d->number.code;
	return true;
}

/* "left 20/20, right 20/30"; what is longer is counted. */
static struct str parts_text(struct take *k, const struct view_entry *e,
    const struct str *value)
{
	BUF_AUTO all = BUF_INIT;

	for (size_t i = 0; i < e->parts; i++) {
		const struct view_part *p = &e->part[i];

		if (value[i].n == 0)
			continue;
		buf_addf(&all, "%s%.*s ", all.len ? ", " : "",
		    STR_FMT(p->what));
		if (p->number.some)
			short_number(&all, value[i]);
		else
			buf_addstr(&all, value[i]);
		if (p->number.unit.n)
			buf_addf(&all, " %.*s", STR_FMT(p->number.unit));
	}
	if (all.len > PARTS_TEXT) {
		buf_reset(&all);
		buf_addf(&all, "%zu values", e->parts);
	}
	return arena_str(&k->v->mem, buf_str(&all));
}

static void take_parts(struct take *k, struct view_entry *e)
{
	uint32_t list = tape_get(k->t, 0, "component");
	struct str *value;
	size_t n = 0;

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return;
	tape_each(k->t, list, c)
		n++;
	n = n > PARTS_MAX ? PARTS_MAX : n;
	e->part = arena_alloc(&k->v->mem, (n + 1) * sizeof(*e->part));
	value = arena_alloc(&k->v->mem, (n + 1) * sizeof(*value));
	tape_each(k->t, list, c)
		if (e->parts < n)
			take_part(k, c, e, &value[e->parts]);
	if (!blood_pressure(k->v, e) && e->value.n == 0)
		e->value = parts_text(k, e, value);
}

/* ---- an Observation ---- */

static enum view_section section_of(struct take *k,
    const struct code_words *w)
{
	static const struct {
		const char *code;
		enum view_section section;
	} by[] = {
		{ "vital-signs", VIEW_VITALS },
		{ "laboratory", VIEW_RESULTS },
		{ "social-history", VIEW_SOCIAL },
		{ "sdoh", VIEW_SOCIAL },
		{ "survey", VIEW_ASSESSMENTS },
	};
	uint32_t category = tape_get(k->t, 0, "category");

	if (w->social)
		return VIEW_SOCIAL;
	for (size_t i = 0; i < ARRAY_LEN(by); i++)
		if (fhir_has_code(k->t, category, NULL, by[i].code))
			return by[i].section;
	return w->vital ? VIEW_VITALS : VIEW_RESULTS;
}

bool take_observation(struct take *k, struct view_entry *e)
{
	const struct code_words *w = words_of(k->v, e->code);

	e->section = section_of(k, w);
	e->past = e->state == FHIR_REFUTED;
	take_value(k, 0, &e->value, &e->number, e->flag);
	take_parts(k, e);
	e->range = range_text(k, 0);
	if (e->value.n == 0)
		e->absent = absent_word(k, 0);
	/* A panel is no more than its members. */
	if (e->value.n == 0 && tape_get(k->t, 0, "hasMember"))
		return false;
	e->order = w->order;
	if (e->section == VIEW_VITALS) {
		e->rank = w->rank;
		if (w->vital)
			e->brief = e->what = str_of(w->vital);
	} else if (str_is(e->system, "http://loinc.org")) {
		e->brief = brief_name(k->v, e->what,
		    e->section == VIEW_RESULTS);
	}
	e->detail = take_concept(k, tape_get(k->t, 0, "bodySite"));
	return true;
}
