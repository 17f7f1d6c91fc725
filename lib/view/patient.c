/* patient.c - who the chart is about, and the allergy banner. */
#include "impl.h"

/* The medical record number: the identifier of type MR (v2 table 0203), that
 * of the last resource read when a merged chart has several. */
static struct str record_number(struct take *k)
{
	uint32_t list = tape_get(k->t, 0, "identifier");

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return STR("");
	tape_each(k->t, list, i)
		if (fhir_has_code(k->t, tape_get(k->t, i, "type"), NULL,
		    "MR") && tape_get(k->t, i, "period") == 0)
			return take_text(k, i, "value");
	return STR("");
}

static void take_names(struct take *k, struct view_patient *p)
{
	uint32_t name = fhir_current_name(k->t, tape_get(k->t, 0, "name"));
	struct buf *b = &k->v->text;

	buf_reset(b);
	if (name && fhir_human_name(k->t, name, FHIR_NAME_SORT, b))
		p->name = keep(k->v, buf_str(b));
	buf_reset(b);
	if (name && fhir_human_name(k->t, name, FHIR_NAME_FULL, b))
		p->full = keep(k->v, buf_str(b));
}

static struct str contact(struct take *k, const char *system)
{
	buf_reset(&k->v->text);
	if (!fhir_telecom(k->t, tape_get(k->t, 0, "telecom"), system,
	    &k->v->text))
		return STR("");
	return keep(k->v, buf_str(&k->v->text));
}

static void take_death(struct take *k, struct view_patient *p)
{
	uint32_t v = tape_get(k->t, 0, "deceasedBoolean");

	p->deceased = v && tape_type(k->t, v) == TAPE_TRUE;
	v = tape_get(k->t, 0, "deceasedDateTime");
	if (v) {
		p->deceased = true;
		take_time(k->v, &p->death, tape_str(k->t, v));
		p->died = take_text(k, 0, "deceasedDateTime");
	}
}

static struct str replaced_by(struct take *k)
{
	uint32_t list = tape_get(k->t, 0, "link"), other;

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return STR("");
	tape_each(k->t, list, l) {
		other = tape_get(k->t, l, "other");
		if (other && str_is(tape_member(k->t, l, "type",
		    &k->v->scratch), "replaced-by"))
			return take_text(k, other, "reference");
	}
	return STR("");
}

void take_patient(struct take *k)
{
	struct view_patient *p = &k->v->head, one = { .id = p->id };
	struct str merged = replaced_by(k);
	uint32_t v;

	/* Of a merged chart the one that stays speaks. */
	if (p->some && merged.n)
		return;
	take_names(k, &one);
	one.replaced_by = merged;
	one.sex = take_text(k, 0, "gender");
	one.birth = take_text(k, 0, "birthDate");
	if (!date_parse(one.birth, &one.born))
		one.born.precision = DATE_NONE;
	take_death(k, &one);
	one.mrn = record_number(k);
	one.phone = contact(k, "phone");
	one.email = contact(k, "email");
	buf_reset(&k->v->text);
	if (fhir_address(k->t, tape_get(k->t, 0, "address"), &k->v->text))
		one.address = keep(k->v, buf_str(&k->v->text));
	v = tape_path(k->t, 0, "communication.language");
	one.language = take_concept(k, v);
	one.test = fhir_labelled(k->t, 0, "HTEST");
	one.some = true;
	*p = one;
}

/* Age at a day; months below two years, days below two months. */
static void age_at(const struct date *born, const struct date *on,
    struct buf *b)
{
	int years = date_age(born, on), months;
	int64_t days;

	if (years < 0)
		return;
	if (years >= 2 || born->precision < DATE_DAY) {
		buf_addf(b, "%s%d y", born->precision < DATE_DAY ? "about " :
		    "", years);
		return;
	}
	months = (on->year - born->year) * 12 + on->month - born->month -
	    (on->day < born->day);
	days = date_days(on->year, on->month, on->day) -
	    date_days(born->year, born->month, born->day);
	if (months >= 2)
		buf_addf(b, "%d months", months);
	else
		buf_addf(b, "%lld day%s", (long long)days,
		    days == 1 ? "" : "s");
}

bool view_age(const struct view *v, struct buf *b)
{
	size_t before = b->len;

	if (v->head.deceased || v->head.born.precision == DATE_NONE)
		return false;
	age_at(&v->head.born, &v->opt.today, b);
	return b->len > before;
}

/* ---- the head of a page ---- */

static void died(const struct view_patient *p, struct buf *b)
{
	struct date day;

	if (p->died.n == 0 || !date_parse(p->died, &day)) {
		buf_adds(b, "yes, date not recorded");
		return;
	}
	view_day(b, &p->death);
	if (p->born.precision != DATE_NONE && day.precision >= DATE_DAY) {
		buf_adds(b, ", aged ");
		age_at(&p->born, &day, b);
	}
}

static void list_alerts(struct view *v, struct buf *b)
{
	size_t n;
	const struct view_row *row = view_rows(v, VIEW_ALERTS, &n);

	for (size_t i = 0; i < n && !row[i].past; i++)
		buf_addf(b, "%s%.*s", i ? "; " : "",
		    STR_FMT(row[i].e->what));
}

const char *why_empty(const struct view *v, enum view_section s,
    bool former)
{
	if (view_withheld(v, s))
		return "withheld";
	return former ? "none current" : "none recorded";
}

bool head_line(struct view *v, size_t i, const char **label, struct buf *b)
{
	const struct view_patient *p = &v->head;

	switch (i) {
	case 0:
		*label = "DIED";
		if (p->deceased)
			died(p, b);
		return true;
	case 1:
		*label = "TEST PATIENT";
		if (p->test)
			buf_adds(b, "nobody real");
		return true;
	case 2:
		*label = "Merged into";
		buf_addstr(b, p->replaced_by);
		return true;
	case 3:
		*label = "MRN";
		/* A generated number is of no use to people. */
		if (!uuid_valid(p->mrn) && !str_eq(p->mrn, p->id))
			buf_addstr(b, p->mrn);
		return true;
	case 4:
		*label = "Contact";
		buf_addstr(b, p->phone);
		if (p->email.n)
			buf_addf(b, "%s%.*s", b->len ? ", " : "",
			    STR_FMT(p->email));
		if (p->address.n)
			buf_addf(b, "%s%.*s", b->len ? "; " : "",
			    STR_FMT(p->address));
		return true;
	case 5:
		*label = "Language";
		if (!str_starts(p->language, "English"))
			buf_addstr(b, p->language);
		return true;
	case 6:
		*label = "ALERTS";
		list_alerts(v, b);
		return true;
	case 7:
		*label = "WITHHELD";
		buf_addstr(b, buf_str(&v->left_out));
		return true;
	default:
		return false;
	}
}

/* ---- allergies ---- */

void assertions(struct view *v, struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_said; i++) {
		const struct view_entry *x = &v->said[i];

		if (x->section != VIEW_ALLERGIES)
			continue;
		buf_addf(b, "%s%.*s", n++ ? "; " : "", STR_FMT(x->absent));
		if (x->start.precision != DATE_NONE) {
			buf_adds(b, " (asserted ");
			view_day(b, &x->start);
			buf_addch(b, ')');
		}
	}
	if (n == 0)
		buf_adds(b, why_empty(v, VIEW_ALLERGIES, false));
}

void allergy_banner(struct view *v, struct buf *b, bool *alarm)
{
	size_t n;
	const struct view_row *row = view_rows(v, VIEW_ALLERGIES, &n);
	const char *word;

	*alarm = n > 0 && !row[0].past;
	if (!*alarm) {
		assertions(v, b);
		return;
	}
	for (size_t i = 0; i < n && !row[i].past; i++) {
		buf_addf(b, "%s%.*s", i ? ", " : "", STR_FMT(row[i].e->what));
		word = view_status_word(row[i].e);
		if (row[i].e->flag[0])
			buf_adds(b, word ? " (high risk, " : " (high risk");
		else if (word)
			buf_adds(b, " (");
		if (word || row[i].e->flag[0])
			buf_addf(b, "%s)", word ? word : "");
	}
}
