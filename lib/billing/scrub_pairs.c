/* scrub_pairs.c - lines against each other and against other charges: twice
 * the same, NCCI's pairs, unlikely units. */
#include "scrub.h"

/* What makes a second one another service. */
static const char again[] = "59 76 77 91 XE XS XP XU";
/* NCCI Policy Manual, chapter I, E.1.d: modifiers that pass an edit. */
static const char passing[] = "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA "
	"T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI 24 25 57 58 78 79 27 "
	"59 91 XE XS XP XU";

static void twice(struct scrub_at *at, const struct charge_line *a,
    const struct charge_line *b)
{
	if (str_eq(a->code, b->code) && str_eq(a->mods, b->mods) &&
	    str_eq(a->first, b->first) && !scrub_has(b, again))
		scrub_find(at, SCRUB_TWICE, b->n, scrub_word(b->code).s);
}

static int pair(struct scrub_at *at, const struct charge_line *one,
    const struct charge_line *two)
{
	int modifier = 9, rc = code_pair(at->db, one->code, two->code,
	    two->first, &modifier, at->e);

	if (rc <= 0 || modifier == 9)
		return rc < 0 ? rc : 0;
	if (modifier == 0)
		scrub_find(at, SCRUB_PTP, two->n, scrub_word(two->code).s);
	else if (!scrub_has(one, passing) && !scrub_has(two, passing))
		scrub_find(at, SCRUB_PTP_MODIFIER, two->n,
		    scrub_word(two->code).s);
	return 0;
}

static int against(struct scrub_at *at, size_t i)
{
	const struct charge_line *b = &at->c->line[i];
	int rc = 0;

	for (size_t j = 0; rc == 0 && j < i; j++) {
		const struct charge_line *a = &at->c->line[j];

		twice(at, a, b);
		if (!str_eq(a->first, b->first) || str_eq(a->code, b->code))
			continue;
		rc = pair(at, a, b);
		if (rc == 0)
			rc = pair(at, b, a);
	}
	return rc;
}

/* MAI 1 is of a line, 2 and 3 of a day: then the first line tells. */
static int likely(struct scrub_at *at, size_t i)
{
	const struct charge_line *l = &at->c->line[i];
	struct decimal sum = { 0, 0 }, units;
	struct code_mue m;
	struct decimal most;
	int rc = code_mue(at->db, l->code, l->first, &m, at->e);

	if (rc <= 0 || str_is(l->unit, "MJ"))
		return rc < 0 ? rc : 0;
	for (size_t j = 0; j < at->c->lines; j++) {
		const struct charge_line *x = &at->c->line[j];

		if (m.mai == 1 ? j != i : !str_eq(x->code, l->code) ||
		    !str_eq(x->first, l->first))
			continue;
		if (m.mai != 1 && j < i)
			return 0;
		if (decimal_parse(x->units, &units))
			decimal_add(&sum, &units, &sum);
	}
	most = (struct decimal){ m.units, 0 };
	if (decimal_cmp(&sum, &most) > 0)
		scrub_find(at, SCRUB_MUE, l->n, scrub_word(l->code).s);
	return 0;
}

/* The same service in a charge of before. */
static int duplicate(struct scrub_at *at, const struct charge_line *l)
{
	struct stmt *s = scrub_sql(at->db, SCRUB_SAME);
	bool found = false;
	int rc;

	if (scrub_has(l, again))
		return 0;
	stmt_int(s, 1, at->c->patient);
	stmt_text(s, 2, l->first);
	stmt_int(s, 3, at->c->id);
	stmt_text(s, 4, l->code);
	while (!found && (rc = stmt_step(s, at->e)) > 0)
		found = str_eq(stmt_col(s, 1), l->mods);
	stmt_reset(s);
	if (found)
		scrub_find(at, SCRUB_DUPLICATE, l->n, scrub_word(l->code).s);
	return found ? 0 : rc;
}

int scrub_pairs(struct scrub_at *at)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < at->c->lines; i++) {
		rc = against(at, i);
		if (rc == 0)
			rc = likely(at, i);
		if (rc == 0)
			rc = duplicate(at, &at->c->line[i]);
	}
	return rc;
}
