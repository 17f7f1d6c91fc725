/* scrub_lines.c - each line by itself: code, modifiers, place, amounts. */
#include "scrub.h"

/* CPT's numbers, without its words; 1P to P6 of performance and anesthesia. */
static const char numbers[] = "22 23 24 25 26 27 32 33 47 50 51 52 53 54 55 "
	"56 57 58 59 62 63 66 73 74 76 77 78 79 80 81 82 90 91 92 93 95 96 97 "
	"99 1P 2P 3P 8P P1 P2 P3 P4 P5 P6";

/* CPT is the AMA's: only what has a letter in front is in a table. */
static int code(struct scrub_at *at, const struct charge_line *l)
{
	bool level2 = l->code.s[0] >= 'A' && l->code.s[0] <= 'Z';
	int rc = level2 ? code_hcpcs(at->db, l->code, l->first, at->e) :
	    CODE_UNLOADED;

	if (rc == CODE_ABSENT)
		scrub_find(at, SCRUB_CODE, l->n, scrub_word(l->code).s);
	if (str_starts(l->code, "A0") && str_cmp(l->code, STR("A0021")) >= 0 &&
	    str_cmp(l->code, STR("A0999")) <= 0)
		scrub_find(at, SCRUB_AMBULANCE, l->n, scrub_word(l->code).s);
	return rc < 0 ? rc : 0;
}

static int modifier(struct scrub_at *at, const struct charge_line *l,
    struct str mod, struct str before)
{
	BUF_AUTO b = BUF_INIT;
	int rc = CODE_VALID;

	buf_addstr(&b, before);
	if (before.n && scrub_among(mod, b.s))
		scrub_find(at, SCRUB_MODIFIER_TWICE, l->n, scrub_word(mod).s);
	if (!scrub_among(mod, numbers))
		rc = mod.s[0] >= '0' && mod.s[0] <= '9' &&
		    mod.s[1] >= '0' && mod.s[1] <= '9' ? CODE_ABSENT :
		    code_modifier(at->db, mod, l->first, at->e);
	if (rc == CODE_ABSENT)
		scrub_find(at, SCRUB_MODIFIER, l->n, scrub_word(mod).s);
	return rc < 0 ? rc : 0;
}

static void abn(struct scrub_at *at, const struct charge_line *l)
{
	struct str filing = at->payer ? setup_value(at->payer, "filing") :
	    STR_NONE;

	if (!scrub_has(l, "GA GX GY GZ"))
		return;
	if ((scrub_has(l, "GA") && scrub_has(l, "GY GZ")) ||
	    (scrub_has(l, "GZ") && scrub_has(l, "GY")) ||
	    (scrub_has(l, "GX") && scrub_has(l, "EY GA GL GZ KB QL TQ")))
		scrub_find(at, SCRUB_ABN, l->n, "");
	if (filing.n && !scrub_among(filing, "MA MB 16"))
		scrub_find(at, SCRUB_ABN_PAYER, l->n, "");
}

static int modifiers(struct scrub_at *at, const struct charge_line *l)
{
	struct str rest = l->mods, one;
	int rc = 0;

	while (rc == 0 && str_split(&rest, ' ', &one))
		if (one.n)
			rc = modifier(at, l, one, (struct str){ l->mods.s,
			    (size_t)(one.s - l->mods.s) });
	if ((scrub_has(l, "26") && scrub_has(l, "TC")) ||
	    (scrub_has(l, "50") && scrub_has(l, "LT RT")))
		scrub_find(at, SCRUB_MODIFIER_CLASH, l->n, "");
	abn(at, l);
	return rc;
}

static int place(struct scrub_at *at, const struct charge_line *l)
{
	int rc = code_place(at->db, l->place, l->first, at->e);

	if (rc == CODE_ABSENT)
		scrub_find(at, SCRUB_PLACE, l->n, scrub_word(l->place).s);
	if (scrub_among(l->place, "02 10") &&
	    !scrub_has(l, "93 95 FQ FR G0 GQ GT"))
		scrub_find(at, SCRUB_TELEHEALTH, l->n, "");
	if (scrub_among(l->place, "21 51 61") &&
	    !charge_field(at->c, 0, "admission").s)
		scrub_find(at, SCRUB_INPATIENT, l->n, "");
	return rc < 0 ? rc : 0;
}

static void amounts(struct scrub_at *at, const struct charge_line *l)
{
	const struct decimal zero = { 0, 0 };
	bool anesthesia = l->code.s[0] == '0' &&
	    str_cmp(l->code, STR("00100")) >= 0 &&
	    str_cmp(l->code, STR("01999")) <= 0 && l->code.s[4] <= '9';
	struct decimal units;

	if (!decimal_parse(l->units, &units) || decimal_cmp(&units, &zero) <= 0)
		scrub_find(at, SCRUB_UNITS, l->n, "");
	if (str_is(l->unit, "MJ") != anesthesia)
		scrub_find(at, SCRUB_MINUTES, l->n, "");
	if (l->cents == 0)
		scrub_find(at, SCRUB_AMOUNT, l->n, "");
}

static void dates(struct scrub_at *at, const struct charge_line *l)
{
	struct date first, last;

	if (!date_parse(l->first, &first) || !date_parse(l->last, &last))
		return;
	if (str_cmp(l->last, str_of(at->s->today)) > 0 ||
	    (at->birth.precision >= DATE_DAY &&
	    date_cmp_day(&first, &at->birth) < 0) ||
	    (at->death.precision >= DATE_DAY &&
	    date_cmp_day(&first, &at->death) > 0))
		scrub_find(at, SCRUB_DATES, l->n, "");
}

static void laboratory(struct scrub_at *at, const struct charge_line *l)
{
	bool has = charge_either(at->c, l->n, "clia").s ||
	    (at->facility && setup_value(at->facility, "clia").n);

	if (has)
		return;
	if (scrub_has(l, "QW"))
		scrub_find(at, SCRUB_CLIA, l->n, scrub_word(l->code).s);
	else if (str_cmp(l->code, STR("80047")) >= 0 &&
	    str_cmp(l->code, STR("89398")) <= 0 && !scrub_has(l, "90"))
		scrub_find(at, SCRUB_CLIA_LAB, l->n, scrub_word(l->code).s);
}

static void drug(struct scrub_at *at, const struct charge_line *l)
{
	struct str ndc = charge_field(at->c, l->n, "ndc");
	bool quantity = charge_field(at->c, l->n, "ndc_quantity").s != NULL;
	bool unit = charge_field(at->c, l->n, "ndc_unit").s != NULL;
	int64_t digits;

	if ((ndc.s != NULL) != quantity || quantity != unit ||
	    (ndc.s && (ndc.n != 11 || !str_int(ndc, &digits) || digits < 0)))
		scrub_find(at, SCRUB_NDC, l->n, "");
}

/* Of the charge (n 0) or a line. */
static void note(struct scrub_at *at, int n)
{
	if ((charge_field(at->c, n, "note").s != NULL) !=
	    (charge_field(at->c, n, "note_type").s != NULL))
		scrub_find(at, SCRUB_NOTE, n, "");
}

static void accident(struct scrub_at *at)
{
	bool some = false, car = false;
	struct str v;

	for (int i = 1; i <= 3; i++) {
		v = charge_nth(at->c, 0, "accident", i);
		some = some || v.s;
		car = car || str_is(v, "AA");
	}
	if ((some && !charge_field(at->c, 0, "accident_date").s) ||
	    (car && !charge_field(at->c, 0, "accident_state").s))
		scrub_find(at, SCRUB_ACCIDENT, 0, "");
}

int scrub_lines(struct scrub_at *at)
{
	int rc = 0;

	accident(at);
	note(at, 0);
	for (size_t i = 0; rc == 0 && i < at->c->lines; i++) {
		const struct charge_line *l = &at->c->line[i];

		rc = code(at, l);
		if (rc == 0)
			rc = modifiers(at, l);
		if (rc == 0)
			rc = place(at, l);
		amounts(at, l);
		dates(at, l);
		laboratory(at, l);
		drug(at, l);
		note(at, l->n);
	}
	return rc;
}
