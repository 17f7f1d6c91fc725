/* The page of an answer for the front desk. */
#include "elig/impl.h"

static const struct {
	int at;
	const char *code, *text;
} words[] = {
#define X(at, code, text) { at, code, text },
#include "words.def"
#undef X
};

const char *elig_word(int at, struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].at == at && str_is(code, words[i].code))
			return words[i].text;
	return NULL;
}

/* ---- putting lines together ---- */

static void clean(struct buf *b, struct str v)
{
	utf8_clean(b, v, false);
}

static void label(struct buf *b, const char *name)
{
	buf_addf(b, "%-14s", name);
}

/* Values of an element with their words: "98 office visit, UC urgent care". */
static void coded(const struct elig_answer *a, struct buf *b, int at,
    struct str v)
{
	char sep = a->sep.repeat ? a->sep.repeat : '\n';
	struct str one;
	bool more = false;

	while (v.n && str_split(&v, sep, &one)) {
		const char *text = elig_word(at, one);

		buf_adds(b, more ? ", " : "");
		if (at == 3 || !text)
			clean(b, one);
		if (text)
			buf_addf(b, "%s%s", at == 3 ? " " : "", text);
		more = true;
	}
}

static void name(const struct elig_answer *a, struct buf *b,
    const struct elig_part *nm1)
{
	struct str first = elig_el(a, nm1->raw, 4, 0);
	struct str middle = elig_el(a, nm1->raw, 5, 0);

	clean(b, elig_el(a, nm1->raw, 3, 0));
	if (first.n) {
		buf_adds(b, ", ");
		clean(b, first);
	}
	if (middle.n) {
		buf_addch(b, ' ');
		clean(b, middle);
	}
}

static void line_of_nm1(const struct elig_answer *a, struct buf *b,
    const char *what, const struct elig_part *nm1)
{
	struct str id = elig_el(a, nm1->raw, 9, 0);

	label(b, what);
	name(a, b, nm1);
	if (id.n) {
		buf_adds(b, ", ");
		clean(b, id);
	}
	buf_addch(b, '\n');
}

/* ---- the head: who, which plan, when ---- */

static void person(const struct elig_answer *a, struct buf *b)
{
	const struct elig_part *il = elig_part(a, 0, NULL, "NM1", "IL");
	const struct elig_part *own = elig_person(a, "NM1", NULL);
	const struct elig_part *dmg = elig_person(a, "DMG", NULL);
	const struct elig_part *payer = elig_part(a, 0, NULL, "NM1", "PR");
	BUF_AUTO day = BUF_INIT;

	if (payer)
		line_of_nm1(a, b, "Payer", payer);
	if (own && own != il) {
		label(b, "Patient");
		name(a, b, own);
		buf_adds(b, " (dependent)\n");
	}
	if (il)
		line_of_nm1(a, b, "Subscriber", il);
	if (dmg && elig_day(elig_el(a, dmg->raw, 2, 0), &day)) {
		label(b, "Born");
		buf_addstr(b, buf_str(&day));
		buf_addch(b, ' ');
		clean(b, elig_el(a, dmg->raw, 3, 0));
		buf_addch(b, '\n');
	}
}

static void plans(const struct elig_answer *a, struct buf *b)
{
	struct str seen = STR("");

	for (size_t i = 0; i < a->ebs; i++) {
		struct str v = a->eb[i].v[5];

		if (v.n == 0 || str_eq(v, seen))
			continue;
		seen = v;
		label(b, "Plan");
		clean(b, v);
		if (a->eb[i].v[4].n) {
			buf_adds(b, " (");
			clean(b, a->eb[i].v[4]);
			buf_addch(b, ')');
		}
		buf_addch(b, '\n');
	}
}

static void period_text(const struct elig_answer *a,
    const struct elig_part *dtp, struct buf *b)
{
	static const struct {
		const char *code, *text;
	} dates[] = {
		{ "291", "plan" }, { "307", "eligibility" },
		{ "346", "plan begins" }, { "347", "plan ends" },
		{ "348", "benefit begins" }, { "349", "benefit ends" },
		{ "356", "eligibility begins" },
		{ "357", "eligibility ends" }, { "292", "benefit" },
		{ "472", "service" }, { "193", "period begins" },
		{ "194", "period ends" }, { "340", "COBRA begins" },
		{ "341", "COBRA ends" }, { "435", "admission" },
		{ "636", "last update" },
	};
	struct str code = elig_el(a, dtp->raw, 1, 0);
	const char *text = NULL;
	BUF_AUTO from = BUF_INIT;
	BUF_AUTO to = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(dates); i++)
		if (str_is(code, dates[i].code))
			text = dates[i].text;
	if (text)
		buf_addf(b, "%s ", text);
	else
		buf_addf(b, "date %.*s ", STR_FMT(code));
	if (!elig_period(a, dtp, &from, &to))
		clean(b, elig_el(a, dtp->raw, 3, 0));
	else if (str_eq(buf_str(&from), buf_str(&to)))
		buf_addstr(b, buf_str(&from));
	else
		buf_addf(b, "%s to %s", from.s, to.s);
}

static void dates(const struct elig_answer *a, struct buf *b)
{
	const struct elig_part *p = NULL;
	const char *lead = NULL;

	while ((p = elig_part(a, 0, p, "DTP", NULL))) {
		if (!lead)
			label(b, "Dates");
		buf_adds(b, lead ? lead : "");
		period_text(a, p, b);
		lead = "; ";
	}
	if (lead)
		buf_addch(b, '\n');
}

/* ---- benefits ---- */

/* What makes two EB one kind: all but amounts, notes and what is below. */
static bool same_kind(const struct elig_eb *x, const struct elig_eb *y)
{
	static const int at[] = { 1, 2, 3, 4, 5, 6, 9, 11, 12, 13 };

	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		if (!str_eq(x->v[at[i]], y->v[at[i]]))
			return false;
	return true;
}

static bool some_value(const struct elig_eb *x)
{
	return x->v[7].n || x->v[8].n || x->v[10].n;
}

/* EB08 is a part of one; what is over 1 was most likely meant in hundreds. */
static void percent(struct buf *b, struct str v)
{
	struct decimal d, hundred = { 100, 0 }, p;
	struct decimal one = { 1, 0 };

	if (!elig_decimal(v, &d) || !decimal_mul(&d, &hundred, &p)) {
		clean(b, v);
		return;
	}
	decimal_format(b, &p);
	buf_adds(b, " %");
	if (decimal_cmp(&d, &one) > 0) {
		buf_adds(b, " (!) as sent: ");
		clean(b, v);
	}
}

static void value(const struct elig_answer *a, struct buf *b,
    const struct elig_eb *x)
{
	if (x->v[7].n) {
		buf_addch(b, '$');
		clean(b, x->v[7]);
	}
	if (x->v[8].n) {
		buf_adds(b, x->v[7].n ? " " : "");
		percent(b, x->v[8]);
	}
	if (x->v[10].n) {
		buf_adds(b, x->v[7].n || x->v[8].n ? " " : "");
		clean(b, x->v[10]);
		buf_addch(b, ' ');
		coded(a, b, 9, x->v[9]);
	}
}

/* MSG, III and what else stands below an EB, in brackets. */
static void notes(const struct elig_answer *a, struct buf *b, size_t eb)
{
	const char *lead = " [";

	for (size_t i = 0; i < a->parts; i++) {
		const struct elig_part *p = &a->part[i];
		struct str id = elig_el(a, p->raw, 0, 0);

		if (p->eb != eb || str_is(id, "LS") || str_is(id, "LE") ||
		    str_is(id, "TRN"))
			continue;
		buf_adds(b, lead);
		lead = "; ";
		if (str_is(id, "MSG")) {
			clean(b, elig_el(a, p->raw, 1, 0));
		} else if (str_is(id, "DTP")) {
			period_text(a, p, b);
		} else if (str_is(id, "NM1")) {
			name(a, b, p);
		} else { /* as it came: whole before handsome */
			struct str rest = p->raw, one;

			while (str_split(&rest, a->sep.element, &one)) {
				clean(b, one);
				buf_addch(b, ' ');
			}
			b->s[--b->len] = '\0';
		}
	}
	if (lead[0] == ';')
		buf_addch(b, ']');
}

/* What is left is EB06 29; what was met of the base follows. */
static void met(const struct elig_answer *a, struct buf *b,
    const struct elig_eb *left)
{
	static const int at[] = { 1, 2, 3, 4, 5, 12, 13 };
	struct decimal base, rest, sum;
	const struct elig_eb *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < a->ebs; i++) {
		const struct elig_eb *x = &a->eb[i];
		bool same = x != left && x->v[7].n && (x->v[6].n == 0 ||
		    str_is(x->v[6], "22") || str_is(x->v[6], "23") ||
		    str_is(x->v[6], "25"));

		for (size_t k = 0; k < ARRAY_LEN(at); k++)
			same = same && str_eq(x->v[at[k]], left->v[at[k]]);
		if (same && (!found || !str_eq(found->v[7], x->v[7])))
			n++;
		if (same)
			found = x;
	}
	if (n != 1 || !elig_decimal(found->v[7], &base) ||
	    !elig_decimal(left->v[7], &rest))
		return;
	rest.coef = -rest.coef;
	if (!decimal_add(&base, &rest, &sum) || sum.coef < 0)
		return;
	buf_adds(b, "; met $");
	decimal_format(b, &sum);
	buf_adds(b, " of $");
	clean(b, found->v[7]);
	buf_adds(b, " (computed)");
}

static void kind_of(const struct elig_answer *a, struct buf *b,
    const struct elig_eb *x)
{
	static const int at[] = { 3, 2, 12, 6 };

	buf_adds(b, "  ");
	coded(a, b, 1, x->v[1]);
	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		if (x->v[at[i]].n) {
			buf_adds(b, i ? ", " : ": ");
			coded(a, b, at[i], x->v[at[i]]);
		}
	if (x->v[13].n) {
		buf_adds(b, ", ");
		clean(b, x->v[13]);
	}
	if (x->v[5].n) {
		buf_adds(b, ", ");
		clean(b, x->v[5]);
	}
	if (x->v[11].n) {
		buf_adds(b, ", ");
		coded(a, b, 11, x->v[11]);
	}
}

void elig_eb_text(const struct elig_answer *a, size_t i, struct buf *b)
{
	const struct elig_eb *x = &a->eb[i];

	kind_of(a, b, x);
	buf_adds(b, some_value(x) ? ": " : "");
	value(a, b, x);
	notes(a, b, i + 1);
}

/* Those of one kind side by side: which of them holds, nobody here can say. */
static void benefits(const struct elig_answer *a, struct buf *b)
{
	for (size_t i = 0; i < a->ebs; i++) {
		const struct elig_eb *x = &a->eb[i];
		size_t n = 0;

		for (size_t k = 0; k < i; k++)
			n += some_value(x) && same_kind(&a->eb[k], x);
		if (n)
			continue;
		elig_eb_text(a, i, b);
		for (size_t k = i + 1; some_value(x) && k < a->ebs; k++)
			if (same_kind(x, &a->eb[k])) {
				buf_adds(b, " | ");
				value(a, b, &a->eb[k]);
				notes(a, b, k + 1);
				n++;
			}
		if (n)
			buf_addf(b, " (%zu answers of one kind)", n + 1);
		else if (str_is(x->v[6], "29"))
			met(a, b, x);
		buf_addch(b, '\n');
	}
}

/* ---- all ---- */

void elig_age(const struct elig_row *row, struct str today, struct buf *b)
{
	BUF_AUTO day = BUF_INIT;
	struct date then, now;
	int64_t days = 0;

	date_from_ms(&then, row->received, 0);
	if (date_parse(today, &now))
		days = date_days(now.year, now.month, now.day) -
		    date_days(then.year, then.month, then.day);
	buf_addf(&day, "%04d-%02d-%02d", then.year, then.month, then.day);
	label(b, "Answer");
	buf_addf(b, "%lld of %s, %lld day%s old", (long long)row->id, day.s,
	    (long long)days, days == 1 ? "" : "s");
	if (row->expires.n)
		buf_addf(b, ", %s %.*s", str_cmp(today, row->expires) > 0 ?
		    "EXPIRED after" : "counts to", STR_FMT(row->expires));
	buf_addch(b, '\n');
	if (row->withdrawn) {
		label(b, "");
		buf_addf(b, "TAKEN BACK by batch %lld\n",
		    (long long)row->withdrawn);
	}
}

void elig_page(const struct elig_answer *a, const struct elig_row *row,
    struct str today, struct buf *b)
{
	enum elig_class class;
	BUF_AUTO why = BUF_INIT;
	enum elig_state state = elig_state_of(a, row->day, &class, &why);

	for (const char *c = elig_state_name(state); *c; c++)
		buf_addch(b, (char)(*c & ~0x20));
	if (class != ELIG_NO_CLASS)
		buf_addf(b, " (%s)", elig_class_name(class));
	if (row->day.n)
		buf_addf(b, " on %.*s", STR_FMT(row->day));
	buf_addf(b, "%s%s\n", why.len ? ": " : "", why.s);
	elig_age(row, today, b);
	person(a, b);
	plans(a, b);
	dates(a, b);
	if (a->ebs)
		buf_adds(b, "Benefits\n");
	benefits(a, b);
}
