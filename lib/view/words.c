/* words.c - short words for codes: units, vital signs, flags, states. */
#include <stdio.h>

#include "impl.h"

/* UCUM codes whose print symbol differs from the code (UCUM 1.9, tables), and
 * units' texts that say nothing. */
static const struct {
	const char *code, *word;
} units[] = {
	{ "mm[Hg]", "mmHg" }, { "Cel", "°C" }, { "[degF]", "°F" },
	{ "degF", "°F" }, { "[lb_av]", "lb" }, { "[in_i]", "in" },
	{ "[oz_av]", "oz" }, { "kg/m2", "kg/m²" }, { "1", "" },
	{ "{score}", "" }, { "{nominal}", "" }, { "{beats}/min", "/min" },
	{ "{breaths}/min", "/min" }, { "beats/min", "/min" },
	{ "breaths/min", "/min" }, { "10*3/uL", "10³/µL" },
	{ "10*6/uL", "10⁶/µL" }, { "10*9/L", "10⁹/L" },
	{ "10*12/L", "10¹²/L" }, { "ug", "µg" }, { "ug/L", "µg/L" },
	{ "ug/dL", "µg/dL" }, { "umol/L", "µmol/L" },
	{ "uIU/mL", "µIU/mL" }, { "u[IU]/mL", "µIU/mL" },
	{ "m[IU]/L", "mIU/L" }, { "[IU]/L", "IU/L" },
	{ "mL/min/{1.73_m2}", "mL/min/1.73 m²" }, { "[pH]", "" },
};

struct str unit_word(struct str unit)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_is(unit, units[i].code))
			return str_of(units[i].word);
	/* An annotation alone is no unit (UCUM 6). */
	if (unit.n > 1 && unit.s[0] == '{' && unit.s[unit.n - 1] == '}')
		return STR("");
	return unit;
}

/* LOINC codes of vital signs in the order of a chart. */
static const struct {
	const char *code, *name;
	uint8_t rank;
} vitals[] = {
	{ "85354-9", "Blood pressure", 1 },
	{ "55284-4", "Blood pressure", 1 },
	{ "8867-4", "Heart rate", 2 },
	{ "9279-1", "Respiratory rate", 3 },
	{ "8310-5", "Temperature", 4 },
	{ "8331-1", "Temperature, oral", 4 },
	{ "59408-5", "Oxygen saturation", 5 },
	{ "2708-6", "Oxygen saturation", 5 },
	{ "3150-6", "Inhaled oxygen", 6 },
	{ "8302-2", "Height", 7 },
	{ "8306-3", "Length, lying", 7 },
	{ "29463-7", "Weight", 8 },
	{ "39156-5", "BMI", 9 },
	{ "59576-9", "BMI percentile", 10 },
	{ "77606-2", "Weight-for-length percentile", 11 },
	{ "9843-4", "Head circumference", 12 },
	{ "8287-5", "Head circumference", 12 },
	{ "8289-1", "Head circumference percentile", 13 },
	{ "72514-3", "Pain (0-10)", 14 },
};

const char *vital_name(struct str code, uint8_t *rank)
{
	for (size_t i = 0; i < ARRAY_LEN(vitals); i++)
		if (str_is(code, vitals[i].code)) {
			*rank = vitals[i].rank;
			return vitals[i].name;
		}
	return NULL;
}

#define C(s) { s, sizeof(s) - 1 }

/* LOINC codes of frequent laboratory tests in the order panels are read in:
 * glucose, metabolic, liver, lipids, thyroid, blood count, urine. */
static const struct str lab_codes[] = {
	C("4548-4"), C("17856-6"), C("2339-0"), C("2345-7"), C("1558-6"),
	C("41653-7"), C("6299-2"), C("3094-0"), C("38483-4"), C("2160-0"),
	C("33914-3"), C("62238-1"), C("48642-3"), C("48643-1"), C("77147-7"),
	C("98979-8"), C("2947-0"), C("2951-2"), C("6298-4"), C("2823-3"),
	C("2069-3"), C("2075-0"), C("20565-8"), C("2028-9"), C("49765-1"),
	C("17861-6"), C("10834-0"), C("2885-2"), C("1751-7"), C("1975-2"),
	C("6768-6"), C("1920-8"), C("1742-6"), C("2093-3"), C("18262-6"),
	C("13457-7"), C("2089-1"), C("2085-9"), C("2571-8"), C("3016-3"),
	C("3024-7"), C("2276-4"), C("6690-2"), C("26464-8"), C("789-8"),
	C("26453-1"), C("718-7"), C("4544-3"), C("20570-8"), C("787-2"),
	C("785-6"), C("786-4"), C("788-0"), C("21000-5"), C("777-3"),
	C("26515-7"), C("32623-1"), C("32207-3"), C("9318-7"), C("14959-1"),
};

uint8_t lab_order(struct str code)
{
	uint8_t i;

	for (i = 0; i < ARRAY_LEN(lab_codes); i++)
		if (str_eq(code, lab_codes[i]))
			break;
	return i;
}

/* Position of part in s, or s.n. */
static size_t find(struct str s, const char *part)
{
	size_t n = strlen(part), i;

	for (i = 0; i + n <= s.n; i++)
		if (memcmp(s.s + i, part, n) == 0)
			return i;
	return s.n;
}

struct str brief_name(struct view *v, struct str what, bool lab)
{
	static const char *const usual[] = { "", " in Blood",
		" in Serum or Plasma", " in Serum, Plasma or Blood",
		" in Serum", " in Plasma", " of Blood" };
	size_t open = find(what, " ["), end = find(what, "]");
	struct str rest;

	if (open == 0 || open >= end || end == what.n) {
		for (size_t i = 1; lab && i < ARRAY_LEN(usual); i++)
			if (str_ends(what, usual[i]))
				what.n -= strlen(usual[i]);
		if (lab && str_ends(what, "/Hemoglobin.total"))
			what.n -= strlen("/Hemoglobin.total");
		return what;
	}
	/* Of a score the bracket names the instrument. */
	if (!lab && !str_starts((struct str){ what.s + open + 2,
	    what.n - open - 2 }, "Reported"))
		return what;
	rest = (struct str){ what.s + end + 1, what.n - end - 1 };
	rest.n = find(rest, " by ");
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (str_is(rest, usual[i]))
			rest.n = 0;
	return join(v, (struct str){ what.s, open }, "", rest);
}

/* What tells of a person's life, not of a disease: SNOMED CT findings that
 * sources keep as Conditions, and LOINC observations. */
static const struct str social[] = {
	C("105531004"), C("10939881000119105"), C("10939881000119104"),
	C("11341-5"), C("11367-0"), C("160701002"), C("160903007"),
	C("160904001"), C("160968000"), C("183932001"), C("224295006"),
	C("224299000"), C("224355006"), C("266934004"), C("266948004"),
	C("32911000"), C("361055000"), C("422650009"), C("423315002"),
	C("424393004"), C("446654005"), C("473461003"), C("5251000175109"),
	C("63586-2"), C("706893006"), C("71802-3"), C("713458007"),
	C("72166-2"), C("73595000"), C("741062008"), C("76690-7"), C("76691-5"),
	C("82810-3"), C("86645-9"),
};

bool social_code(struct str code)
{
	for (size_t i = 0; code.n && i < ARRAY_LEN(social); i++)
		if (str_eq(code, social[i]))
			return true;
	return false;
}

const struct code_words *words_of(struct view *v, struct str code)
{
	struct code_words *w = &v->words[(uintptr_t)code.s / 8 % WORDS];

	if (w->code == code.s && code.s)
		return w;
	*w = (struct code_words){ .code = code.s, .rank = UINT8_MAX,
		.order = lab_order(code), .social = social_code(code) };
	w->vital = vital_name(code, &w->rank);
	return w;
}

/* v3 ActCode: classes of encounters. */
static const struct {
	const char *code, *word;
} classes[] = {
	{ "AMB", "ambulatory" }, { "EMER", "emergency" },
	{ "IMP", "inpatient" }, { "ACUTE", "inpatient" },
	{ "NONAC", "inpatient" }, { "PRENC", "pre-admission" },
	{ "OBSENC", "observation" }, { "SS", "short stay" },
	{ "HH", "at home" }, { "VR", "virtual" }, { "FLD", "field" },
	{ "WELLNESS", "wellness" }, { "URGENTCARE", "urgent care" },
};

const char *class_word(struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (str_is(code, classes[i].code))
			return classes[i].word;
	return NULL;
}

/* v3 ObservationInterpretation, and words that stand in its place. */
static const struct {
	const char *code, *flag;
} flags[] = {
	{ "H", "H" }, { "HH", "HH" }, { "HU", "HH" }, { "L", "L" },
	{ "LL", "LL" }, { "LU", "LL" }, { "A", "A" }, { "AA", "AA" },
	{ "POS", "POS" }, { "R", "R" }, { "High", "H" }, { "Low", "L" },
	{ "Abnormal", "A" }, { "Critical high", "HH" },
	{ "Critical low", "LL" }, { "Critical abnormal", "AA" },
};

const char *flag_of(struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (str_is(code, flags[i].code))
			return flags[i].flag;
	return "";
}

/* ---- numbers ---- */

/* Digits behind the point that a reader can use. */
static int useful_digits(double value, int digits)
{
	double size = value < 0 ? -value : value;
	int n = 2;

	if (digits <= 2)
		return digits;
	while (n < digits && size != 0 && size < 1) {
		size *= 10;
		n++;
	}
	return n;
}

void short_number(struct buf *b, struct str text)
{
	struct decimal d;
	double value;
	int digits, keep;

	if (!decimal_parse(text, &d)) {
		buf_addstr(b, text);
		return;
	}
	value = decimal_double(&d);
	digits = d.exp < 0 ? -d.exp : 0;
	keep = useful_digits(value, digits);
	if (keep == digits)
		buf_addstr(b, text);
	else
		buf_addf(b, "%.*f", keep, value);
}

/* ---- states ---- */

static const struct {
	const char *status, *word;
} unusual[] = {
	{ "on-hold", "on hold" }, { "draft", "draft" },
	{ "preliminary", "preliminary" }, { "registered", "no result yet" },
	{ "partial", "partial" }, { "corrected", "corrected" },
	{ "amended", "amended" }, { "unconfirmed", "unconfirmed" },
	{ "provisional", "provisional" },
	{ "differential", "differential diagnosis" },
	{ "refuted", "refuted" }, { "recurrence", "recurrence" },
	{ "relapse", "relapse" }, { "remission", "in remission" },
	{ "not-done", "not done" }, { "not-taken", "not taken" },
	{ "cancelled", "cancelled" }, { "declined", "declined" },
	{ "revoked", "revoked" }, { "rejected", "rejected" },
	{ "noshow", "did not come" }, { "aborted", "aborted" },
	{ "proposed", "proposed" }, { "proposal", "proposed" },
	{ "planned", "planned" }, { "plan", "planned" },
	{ "in-progress", "in progress" }, { "preparation", "preparation" },
	{ "unknown", "status unknown" }, { "waitlist", "on waiting list" },
	{ "superseded", "superseded" },
};

const char *view_status_word(const struct view_entry *e)
{
	for (size_t i = 0; i < ARRAY_LEN(unusual); i++)
		if (str_is(e->status, unusual[i].status))
			return unusual[i].word;
	return NULL;
}

const char *view_trend_arrow(enum view_trend t)
{
	static const char *const arrows[] = { "", "↑", "↓", "→" };

	return arrows[t];
}

bool view_value(const struct view_entry *e, struct buf *b)
{
	if (e->value.n == 0) {
		if (e->absent.n)
			buf_addf(b, "(%.*s)", STR_FMT(e->absent));
		return e->absent.n > 0;
	}
	if (e->number.some)
		short_number(b, e->value);
	else
		buf_addstr(b, e->value);
	if (e->number.unit.n)
		buf_addf(b, "%s%.*s", e->number.unit.s[0] == '%' ? "" : " ",
		    STR_FMT(e->number.unit));
	return true;
}
