/*
 * sums.c - amounts that must agree: of claims (837: 1.4.4 of its guide, and
 * those that another payer has paid) and of remittances (835: 1.10.2).
 *
 * Cents, exact. An amount that is none was told already; what it belongs to is
 * not added up.
 */
#include "check.h"

/* ---- amounts ---- */

/* False: none, or finer than a cent. Nothing is 0. */
static bool cents(struct str v, int64_t *to)
{
	bool minus = v.n && v.s[0] == '-';
	size_t i, after = 0;
	bool point = false;

	*to = 0;
	for (i = minus; i < v.n; i++) {
		if (v.s[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (v.s[i] < '0' || v.s[i] > '9' || *to > INT64_MAX / 100)
			return false;
		if (point && ++after > 2 && v.s[i] != '0')
			return false;
		if (after <= 2)
			*to = *to * 10 + v.s[i] - '0';
	}
	for (; after < 2; after++)
		*to *= 10;
	if (minus)
		*to = -*to;
	return true;
}

/* sum += sign * element; one that is no amount makes it unknown for good. */
static void add(struct x12_sum *sum, int sign, struct str v)
{
	int64_t n;

	if (!cents(v, &n) ||
	    __builtin_add_overflow(sum->cents, sign * n, &sum->cents))
		sum->unknown = true;
}

static void add_sum(struct x12_sum *to, const struct x12_sum *from)
{
	if (from->unknown || __builtin_add_overflow(to->cents, from->cents,
		&to->cents))
		to->unknown = true;
}

/* CAS: six times reason, amount, quantity. */
static void add_adjustments(struct x12_sum *sum, const struct x12_seg *seg)
{
	unsigned i;

	for (i = 3; i <= 18; i += 3)
		add(sum, 1, x12_el(seg, i));
}

static void begin(struct x12_item *item, const struct x12_check *k)
{
	*item = (struct x12_item){ .open = true, .number = k->number,
		.in_set = k->env.seg };
}

/* An item ends: what was paid and adjusted must come to the charge. */
static void end(struct x12_check *k, struct x12_item *item,
    const struct x12_sum *charge, struct x12_fault f, const char *text)
{
	struct x12_sum sum = item->adjusted;

	if (!item->open)
		return;
	item->open = false;
	add_sum(&sum, &item->paid);
	if (sum.unknown || charge->unknown || sum.cents == charge->cents)
		return;
	f.id = DIAG_X12_SUM;
	f.number = item->number;
	f.in_set = item->in_set;
	x12_tell(k, &f, text);
}

/* ---- 837: claims, their lines, what other payers paid ---- */

static void end_paid_line(struct x12_check *k)
{
	struct x12_sums *s = &k->sums;
	size_t i;

	for (i = 0; i < s->payers && s->paid_line.open; i++)
		if (str_eq(s->payer[i].id, s->paid_line.id))
			add_sum(&s->payer[i].adjusted, &s->paid_line.adjusted);
	end(k, &s->paid_line, &s->line.charge, (struct x12_fault){
	    .loop = "2430", .seg = STR("SVD"), .at = 2 },
	    "with the adjustments of 2430 it is not the line's charge");
}

/* A line whose SV1 is missing, which was told, leaves the sum open. */
static void end_line(struct x12_check *k)
{
	struct x12_sums *s = &k->sums;

	end_paid_line(k);
	s->claim.paid.unknown = s->claim.paid.unknown || s->line.open;
	s->line.open = false;
}

static void end_claim(struct x12_check *k)
{
	struct x12_sums *s = &k->sums;
	size_t i;

	end_line(k);
	for (i = 0; i < s->payers; i++)
		end(k, &s->payer[i], &s->claim.charge, (struct x12_fault){
		    .loop = "2320", .seg = STR("AMT"), .at = 2 },
		    "with the adjustments of 2320 and 2430 it is not the "
		    "claim's charge");
	end(k, &s->claim, &s->claim.charge, (struct x12_fault){
	    .loop = "2300", .seg = STR("CLM"), .at = 2 },
	    "it is not the sum of the lines");
	s->payers = 0;
	arena_reset(&s->ids);
}

/* The charges of lines are what a claim's own is held against. */
static void claim_loop(struct x12_check *k, const struct x12_seg *seg)
{
	struct x12_sums *s = &k->sums;

	if (str_is(seg->id, "CLM")) {
		end_claim(k);
		begin(&s->claim, k);
		add(&s->claim.charge, 1, x12_el(seg, 2));
	} else if (str_is(seg->id, "SV1")) {
		s->line = (struct x12_item){ .open = false };
		add(&s->line.charge, 1, x12_el(seg, 2));
		add_sum(&s->claim.paid, &s->line.charge);
	} else if (str_is(seg->id, "LX")) {
		end_line(k);
		s->line.open = s->line.charge.unknown = true;
	} else if (str_is(seg->id, "HL")) {
		end_claim(k);
	}
}

/* 2320 and 2330B: a payer is held against the claim once it has an AMT D. */
static void payer_loop(struct x12_check *k, const struct x12_seg *seg)
{
	struct x12_sums *s = &k->sums;
	struct x12_item *p = s->payers ? &s->payer[s->payers - 1] : NULL;

	if (str_is(seg->id, "SBR") && s->payers < ARRAY_LEN(s->payer))
		s->payer[s->payers++] = (struct x12_item){ .open = false };
	else if (p == NULL)
		return;
	else if (str_is(seg->id, "CAS"))
		add_adjustments(&p->adjusted, seg);
	else if (str_is(seg->id, "NM1"))
		p->id = arena_str(&s->ids, x12_el(seg, 9));
	else if (str_is(seg->id, "AMT") && str_is(x12_el(seg, 1), "D")) {
		p->open = true;
		p->number = k->number;
		p->in_set = k->env.seg;
		add(&p->paid, 1, x12_el(seg, 2));
	}
}

static void paid_line_loop(struct x12_check *k, const struct x12_seg *seg)
{
	struct x12_item *line = &k->sums.paid_line;

	if (str_is(seg->id, "SVD")) {
		end_paid_line(k);
		begin(line, k);
		line->id = arena_str(&k->sums.ids, x12_el(seg, 1));
		add(&line->paid, 1, x12_el(seg, 2));
	} else if (str_is(seg->id, "CAS")) {
		add_adjustments(&line->adjusted, seg);
	}
}

static void claim(struct x12_check *k, const struct x12_seg *seg)
{
	const char *loop = k->env.loop;

	if (strcmp(loop, "2320") == 0 || strcmp(loop, "2330B") == 0)
		payer_loop(k, seg);
	else if (strcmp(loop, "2430") == 0)
		paid_line_loop(k, seg);
	else
		claim_loop(k, seg);
	if (k->ending == X12_SET)
		end_claim(k);
}

/* ---- 835: the payment, its claims, their services ---- */

static void end_service(struct x12_check *k)
{
	end(k, &k->sums.line, &k->sums.line.charge, (struct x12_fault){
	    .loop = "2110", .seg = STR("SVC"), .at = 3 },
	    "with the adjustments of 2110 it is not SVC02");
}

static void end_remitted(struct x12_check *k)
{
	end_service(k);
	end(k, &k->sums.claim, &k->sums.claim.charge, (struct x12_fault){
	    .loop = "2100", .seg = STR("CLP"), .at = 4 },
	    "with the adjustments of 2100 and 2110 it is not CLP03");
}

static void begin_item(struct x12_check *k, struct x12_item *item,
    struct str charge, struct str paid)
{
	begin(item, k);
	add(&item->charge, 1, charge);
	add(&item->paid, 1, paid);
}

static void adjust_remitted(struct x12_check *k, const struct x12_seg *seg)
{
	struct x12_sums *s = &k->sums;

	add_adjustments(&s->claim.adjusted, seg);
	if (s->line.open)
		add_adjustments(&s->line.adjusted, seg);
}

/* BPR02 = payments of claims less the adjustments of PLB. */
static void remittance(struct x12_check *k, const struct x12_seg *seg)
{
	struct x12_sums *s = &k->sums;
	unsigned i;

	if (str_is(seg->id, "BPR")) {
		begin_item(k, &s->total, x12_el(seg, 2), STR_NONE);
	} else if (str_is(seg->id, "CLP")) {
		end_remitted(k);
		begin_item(k, &s->claim, x12_el(seg, 3), x12_el(seg, 4));
		add_sum(&s->total.paid, &s->claim.paid);
	} else if (str_is(seg->id, "SVC")) {
		end_service(k);
		begin_item(k, &s->line, x12_el(seg, 2), x12_el(seg, 3));
	} else if (str_is(seg->id, "CAS")) {
		adjust_remitted(k, seg);
	} else if (str_is(seg->id, "PLB")) {
		for (i = 4; i <= 14; i += 2)
			add(&s->total.paid, -1, x12_el(seg, i));
	} else if (k->ending == X12_SET) {
		end_remitted(k);
		end(k, &s->total, &s->total.charge, (struct x12_fault){
		    .seg = STR("BPR"), .at = 2 },
		    "it is not the sum of CLP04 less that of PLB");
	}
}

/* ---- by set ---- */

static const struct {
	const char *guide;
	void (*take)(struct x12_check *k, const struct x12_seg *seg);
} sets[] = {
	{ "005010X222", claim },
	{ "005010X221", remittance },
};

static void begin_set(struct x12_check *k)
{
	struct x12_sums *s = &k->sums;
	size_t i;

	s->total.open = s->claim.open = s->line.open = false;
	s->paid_line.open = false;
	s->payers = 0;
	s->take = NULL;
	for (i = 0; i < ARRAY_LEN(sets); i++)
		if (strcmp(sets[i].guide, k->guide->id) == 0)
			s->take = sets[i].take;
}

void x12_sums_take(struct x12_check *k, const struct x12_seg *seg)
{
	if (k->env.seg == 1)
		begin_set(k);
	if (k->sums.take)
		k->sums.take(k, seg);
}
