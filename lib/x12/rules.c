/*
 * rules.c - rules between elements of one segment or from one to the next:
 * forms of dates by their qualifier (element 1250), check digits of provider
 * identifiers, numbers of lines.
 */
#include "check.h"

/* ---- forms of dates (codes of element 1250) ---- */

static bool is_days(struct str v)
{
	struct str from;

	return str_split(&v, '-', &from) && from.n == 8 && v.n == 8 &&
	    x12_is_date(from) && x12_is_date(v);
}

static bool is_moment(struct str v)
{
	return v.n == 12 && x12_is_date((struct str){ v.s, 8 }) &&
	    x12_is_time((struct str){ v.s + 8, 4 });
}

static bool is_day(struct str v)
{
	return v.n == 8 && x12_is_date(v);
}

static const struct {
	const char *qualifier;
	bool (*fits)(struct str v);
} forms[] = {
	{ "D8", is_day }, /* CCYYMMDD */
	{ "RD8", is_days },
	{ "DT", is_moment }, /* CCYYMMDDHHMM */
	{ "TM", x12_is_time },
};

/* Where a qualifier stands and what it tells the form of; parts 0: none. */
static const struct {
	char seg[4];
	uint8_t at, part, of, of_part;
} dated[] = {
	{ "DTP", 2, 0, 3, 0 },
	{ "DMG", 1, 0, 2, 0 },
	{ "PAT", 5, 0, 6, 0 },
	{ "HI", 0, 3, 0, 4 }, /* each element */
};

static void check_form(struct x12_check *k, struct str qualifier, struct str v,
    struct x12_fault f)
{
	size_t i;

	for (i = 0; v.n && i < ARRAY_LEN(forms); i++)
		if (str_is(qualifier, forms[i].qualifier) && !forms[i].fits(v))
			x12_tell(k, &f, NULL);
}

static struct str value(const struct x12_seg *seg, const struct x12_sep *sep,
    unsigned at, unsigned part)
{
	struct str v = x12_el(seg, at);

	return part ? x12_part(v, sep->component, part) : v;
}

static void check_dates(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep, size_t row)
{
	unsigned at = dated[row].at ? dated[row].at : 1, move = 0;

	do {
		unsigned of = (dated[row].of ? dated[row].of : 1) + move;

		check_form(k, value(seg, sep, at + move, dated[row].part),
		    value(seg, sep, of, dated[row].of_part),
		    (struct x12_fault){ .id = DIAG_X12_FORM,
			.loop = k->env.loop, .seg = seg->id, .at = of,
			.part = dated[row].of_part });
	} while (dated[row].at == 0 && at + ++move <= seg->n);
}

/* ---- check digits of provider identifiers ---- */

/* XX says that an NPI follows. */
static const struct {
	char seg[4];
	uint8_t qualifier, npi;
} npi_at[] = { { "NM1", 8, 9 }, { "N1", 3, 4 }, { "REF", 1, 2 } };

static void check_npi(struct x12_check *k, const struct x12_seg *seg,
    size_t row)
{
	struct str q = x12_el(seg, npi_at[row].qualifier);
	struct x12_fault f = { .id = DIAG_X12_NPI, .loop = k->env.loop,
		.seg = seg->id, .at = npi_at[row].npi };

	if ((str_is(q, "XX") || str_is(q, "HPI")) &&
	    !npi_valid(x12_el(seg, f.at)))
		x12_tell(k, &f, NULL);
}

/* ---- status of claims: STC01, STC10, STC11 ---- */

/* Categories: list 507. Of list 508 the numbers up to 829 but those that were
 * never given; assumed: that none beyond is. */
static bool is_status(struct str v)
{
	static const char never[] = " 36 43 58 62 63 74 75 76 77 79 80 82 151 ";
	int64_t n;

	return str_int(v, &n) && n >= 0 && n < 830 && !x12_has_code(never, v);
}

static void check_status(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep)
{
	static const char categories[] = " A0 A1 A2 A3 A4 A5 A6 A7 A8 D0 DR01 "
		"DR02 DR03 DR04 DR05 DR06 DR07 DR08 E0 E1 E2 E3 E4 F0 F1 F2 F3 "
		"F3F F3N F4 F5 P0 P1 P2 P3 P4 P5 R0 R1 R3 R4 R5 R6 R7 R8 R9 R10 "
		"R11 R12 R13 R14 R15 R16 R17 RQ X0 ";
	static const uint8_t at[] = { 1, 10, 11 };
	struct x12_fault f = { .id = DIAG_X12_STATUS, .loop = k->env.loop,
		.seg = seg->id };
	struct str v;
	size_t i;

	for (i = 0; i < ARRAY_LEN(at); i++) {
		f.at = at[i];
		v = value(seg, sep, f.at, 1);
		f.part = 1;
		if (v.n && !x12_has_code(categories, v))
			x12_tell(k, &f, NULL);
		v = value(seg, sep, f.at, 2);
		f.part = 2;
		if (v.n && !is_status(v))
			x12_tell(k, &f, NULL);
	}
}

/* ---- numbers of lines: LX01 counts up in each claim ---- */

static void check_lines(struct x12_check *k, const struct x12_seg *seg)
{
	int64_t n;

	if (str_is(seg->id, "CLM"))
		k->lines = 0;
	if (!str_is(seg->id, "LX") || strcmp(k->env.loop, "2400") != 0)
		return;
	k->lines++;
	if (!str_int(x12_el(seg, 1), &n) || n != (int64_t)k->lines)
		x12_tell(k, &(struct x12_fault){ .id = DIAG_X12_SEQUENCE,
		    .loop = k->env.loop, .seg = seg->id, .at = 1 }, NULL);
}

void x12_rules_take(struct x12_check *k, const struct x12_seg *seg,
    const struct x12_sep *sep)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(dated); i++)
		if (memcmp(k->id, dated[i].seg, 4) == 0)
			check_dates(k, seg, sep, i);
	for (i = 0; i < ARRAY_LEN(npi_at); i++)
		if (memcmp(k->id, npi_at[i].seg, 4) == 0)
			check_npi(k, seg, i);
	if (memcmp(k->id, "STC", 4) == 0)
		check_status(k, seg, sep);
	check_lines(k, seg);
}
