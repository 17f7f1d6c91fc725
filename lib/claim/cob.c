/* cob.c - what payers before this one said of a claim (2320, 2430), from the
 * remittances that were posted, else from the charge. */
#include <stdio.h>
#include <stdlib.h>

#include "build.h"

enum { CAS_SEGMENTS = 5, CAS_TRIPLES = 6 };

/* CAS as parts by colons, a text each group and six reasons. */
struct cas {
	struct buf text[CAS_SEGMENTS];
	char group[CAS_SEGMENTS][3];
	int triples[CAS_SEGMENTS];
	size_t n;
};

static void add_cas(struct cas *c, struct str group, struct str reason,
    int64_t cents, struct str units)
{
	char amount[24];
	size_t i = 0;

	while (i < c->n && (!str_is(group, c->group[i]) ||
	    c->triples[i] == CAS_TRIPLES))
		i++;
	if (i == CAS_SEGMENTS)
		return; /* then the sums do not agree, and it is not sent */
	if (i == c->n) {
		c->text[i] = BUF_INIT;
		c->triples[i] = 0;
		snprintf(c->group[i], sizeof(c->group[i]), "%.*s",
		    (int)(group.n > 2 ? 2 : group.n), group.s);
		buf_addstr(&c->text[i], group);
		c->n++;
	}
	buf_addf(&c->text[i], ":%.*s:%s:%.*s", STR_FMT(reason),
	    claim_amount(amount, cents).s, STR_FMT(units));
	c->triples[i]++;
}

static void end_cas(struct claim_job *j, struct claim_bag *bag,
    struct cas *c)
{
	static const char *const names[CAS_SEGMENTS] = { "cas1", "cas2",
		"cas3", "cas4", "cas5" };
	size_t i;

	for (i = 0; i < c->n; i++) {
		claim_bag_put(bag, names[i], arena_str(&j->mem,
		    buf_str(&c->text[i])));
		buf_release(&c->text[i]);
	}
	c->n = 0;
}

static struct str amount(struct claim_job *j, int64_t cents)
{
	char text[24];

	return arena_str(&j->mem, claim_amount(text, cents));
}

/* ---- lines, as a remittance told them ---- */

/* Line n of the charge; NULL: it is none of this part. */
static const struct charge_line *line_of(const struct claim_job *j, int n)
{
	size_t i;

	for (i = j->doc.from; i < j->doc.to; i++)
		if (j->charge.line[i].n == n)
			return &j->charge.line[i];
	return NULL;
}

struct told_line {
	int n;
	int64_t paid, owed;
	struct str code, units; /* in the job's arena */
	struct cas cas;
};

/* "HC:99213:25:59" is 99213 and "25 59". */
static void put_code(struct claim_job *j, struct claim_bag *bag,
    struct str code)
{
	BUF_AUTO mods = BUF_INIT;
	struct str part;
	int i;

	str_split(&code, ':', &part);
	if (!str_split(&code, ':', &part))
		return;
	claim_bag_put(bag, "code", part);
	for (i = 0; i < 4 && str_split(&code, ':', &part); i++)
		buf_addf(&mods, "%s%.*s", i ? " " : "", STR_FMT(part));
	claim_bag_put(bag, "mods", arena_str(&j->mem, buf_str(&mods)));
}

static struct claim_paid *new_line(struct claim_other *o, int n)
{
	struct claim_paid *p = &o->paid[o->n++];

	memset(p, 0, sizeof(*p));
	p->n = n;
	return p;
}

static void end_line(struct claim_job *j, struct claim_other *o,
    struct told_line *t, struct str day)
{
	const struct charge_line *line = line_of(j, t->n);
	struct claim_paid *p;

	if (line == NULL) {
		end_cas(j, &(struct claim_bag){ .n = 0 }, &t->cas);
		return;
	}
	p = new_line(o, t->n);
	claim_bag_put(&p->bag, "amount", amount(j, t->paid));
	put_code(j, &p->bag, t->code);
	claim_bag_put(&p->bag, "units", t->units.n ? t->units : line->units);
	claim_bag_put(&p->bag, "day", day);
	claim_bag_put(&p->bag, "left", amount(j, t->owed));
	end_cas(j, &p->bag, &t->cas);
}

/* A row of a line and one of its adjustments. */
static void take_row(struct claim_job *j, struct told_line *t, struct stmt *s)
{
	if (t->n != stmt_col_int(s, 0)) {
		*t = (struct told_line){ .n = (int)stmt_col_int(s, 0),
			.paid = stmt_col_int(s, 1),
			.code = arena_str(&j->mem, stmt_col(s, 2)),
			.units = arena_str(&j->mem, stmt_col(s, 3)) };
	}
	if (stmt_col(s, 4).n == 0)
		return;
	add_cas(&t->cas, stmt_col(s, 4), stmt_col(s, 5), stmt_col_int(s, 6),
	    stmt_col(s, 7));
	if (str_is(stmt_col(s, 4), "PR"))
		t->owed += stmt_col_int(s, 6);
}

static int read_lines(struct claim_build_run *b, struct claim_job *j,
    struct claim_other *o, int64_t remit, struct str day)
{
	struct stmt *s = build_sql(b->db, BUILD_PAID_LINES);
	struct told_line t = { .n = 0 };
	int rc;

	stmt_int(s, 1, remit);
	while ((rc = stmt_step(s, b->e)) > 0) {
		if (t.n && t.n != stmt_col_int(s, 0))
			end_line(j, o, &t, day);
		take_row(j, &t, s);
	}
	stmt_reset(s);
	if (t.n)
		end_line(j, o, &t, day);
	return rc;
}

static int read_cas(struct claim_build_run *b, struct claim_job *j,
    struct claim_other *o, int64_t remit)
{
	struct stmt *s = build_sql(b->db, BUILD_PAID_CAS);
	struct cas cas = { .n = 0 };
	int rc;

	stmt_int(s, 1, remit);
	while ((rc = stmt_step(s, b->e)) > 0)
		add_cas(&cas, stmt_col(s, 0), stmt_col(s, 1),
		    stmt_col_int(s, 2), stmt_col(s, 3));
	stmt_reset(s);
	end_cas(j, &o->bag, &cas);
	return rc;
}

/* ---- what the charge says of a payer without a remittance ---- */

static bool put_said(struct claim_bag *bag, const struct claim_other *o,
    int n, const char *as, const char *name)
{
	struct str v = claim_said(o->charge, n, o->rank, name);

	claim_bag_put(bag, as, v);
	return v.n > 0;
}

static bool put_said_cas(struct claim_bag *bag, const struct claim_other *o,
    int n)
{
	static const char *const names[CAS_SEGMENTS][2] = {
		{ "cas1", "adjustment1" }, { "cas2", "adjustment2" },
		{ "cas3", "adjustment3" }, { "cas4", "adjustment4" },
		{ "cas5", "adjustment5" } };
	bool some = false;
	size_t i;

	for (i = 0; i < CAS_SEGMENTS; i++)
		some |= put_said(bag, o, n, names[i][0], names[i][1]);
	return some;
}

static void add_said_line(struct claim_other *o,
    const struct charge_line *line, int64_t *sum)
{
	struct str paid = claim_said(o->charge, line->n, o->rank, "paid");
	struct claim_bag cas = { .n = 0 };
	struct claim_paid *p;

	if (!put_said_cas(&cas, o, line->n) && paid.n == 0)
		return;
	p = new_line(o, line->n);
	p->bag = cas;
	*sum += claim_cents(paid);
	claim_bag_put(&p->bag, "amount", paid.n ? paid : STR("0"));
	claim_bag_put(&p->bag, "code", line->code);
	claim_bag_put(&p->bag, "mods", line->mods);
	claim_bag_put(&p->bag, "units", line->units);
	put_said(&p->bag, o, line->n, "left", "left");
	put_said(&p->bag, o, line->n, "bundled", "bundled");
	if (!put_said(&p->bag, o, line->n, "day", "paid_on"))
		put_said(&p->bag, o, 0, "day", "paid_on");
}

static void add_said(struct claim_job *j, struct claim_other *o)
{
	int64_t sum = 0;
	size_t i;

	for (i = j->doc.from; i < j->doc.to; i++)
		add_said_line(o, &j->charge.line[i], &sum);
	put_said_cas(&o->bag, o, 0);
	if (!put_said(&o->bag, o, 0, "paid", "paid") && o->n)
		claim_bag_put(&o->bag, "paid", amount(j, sum));
	if (o->n)
		return;
	put_said(&o->bag, o, 0, "day", "paid_on");
	put_said(&o->bag, o, 0, "left", "left");
}

/* ---- payers ---- */

/* To Medicare another number tells that it is Medigap, and whose (CMS, Claims
 * Processing Manual 28 70.6.4). */
static void put_medigap(struct claim_job *j, struct claim_other *o)
{
	struct str medigap = setup_value(o->payer, "medigap");

	if (medigap.n && str_is(j->cover->filing, "MB") &&
	    j->cover->rank == 'P')
		claim_bag_put(&o->bag, "payer_id", medigap);
}

static struct claim_other *add_other(struct claim_job *j,
    const struct claim_cover *cover)
{
	struct claim_other *o = &j->doc.other[j->doc.others++];

	memset(o, 0, sizeof(*o));
	o->payer = cover->payer;
	o->charge = &j->charge;
	o->subscriber = &cover->subscriber;
	o->rank = cover->rank;
	o->paid = arena_alloc(&j->mem, j->charge.lines * sizeof(*o->paid));
	claim_bag_put(&o->bag, "rank", arena_str(&j->mem,
	    (struct str){ &cover->rank, 1 }));
	claim_bag_put(&o->bag, "msp", cover->msp);
	claim_bag_put(&o->bag, "filing", cover->filing);
	put_medigap(j, o);
	return o;
}

/* What the payer of a coverage said of this part: 1; 0: nothing was heard. */
static int add_paid(struct claim_build_run *b, struct claim_job *j,
    struct claim_other *o, const struct claim_cover *cover)
{
	struct stmt *s = build_sql(b->db, BUILD_PAID);
	int64_t remit = 0, paid = 0, left = 0;
	struct str day = STR_NONE, moa = STR_NONE, number = STR_NONE;
	int rc;

	stmt_int(s, 1, j->charge.id);
	while ((rc = stmt_step(s, b->e)) > 0) {
		if (stmt_col_int(s, 8) != cover->rid ||
		    stmt_col_int(s, 6) != j->part)
			continue;
		remit = stmt_col_int(s, 0);
		paid += stmt_col_int(s, 1);
		number = arena_str(&j->mem, stmt_col(s, 2));
		left = stmt_col_int(s, 3);
		day = arena_str(&j->mem, stmt_col(s, 7));
		moa = arena_str(&j->mem, stmt_col(s, 9));
	}
	stmt_reset(s);
	if (rc < 0 || remit == 0)
		return rc;
	claim_bag_put(&o->bag, "paid", amount(j, paid));
	claim_bag_put(&o->bag, "claim", number);
	claim_bag_put(&o->bag, "moa", moa);
	rc = read_cas(b, j, o, remit);
	if (rc == 0)
		rc = read_lines(b, j, o, remit, day);
	if (rc == 0 && o->n == 0) { /* RFI 1391: of lines, or of the claim */
		claim_bag_put(&o->bag, "day", day);
		claim_bag_put(&o->bag, "left", amount(j, left));
	}
	return rc < 0 ? rc : 1;
}

int claim_cob(struct claim_build_run *b, struct claim_job *j,
    const struct claim_who *who)
{
	static const char ranks[] = "PST";
	const struct claim_cover *cover;
	struct claim_other *o;
	size_t i;
	int rc = 0;

	if (who->n < 2)
		return 0;
	j->doc.other = arena_alloc(&j->mem, 3 * sizeof(*j->doc.other));
	for (i = 0; ranks[i] && rc >= 0; i++) {
		cover = claim_who_of(who, ranks[i]);
		if (cover == NULL || cover == j->cover || !cover->known)
			continue;
		o = add_other(j, cover);
		rc = add_paid(b, j, o, cover);
		if (rc == 0)
			add_said(j, o);
	}
	return rc < 0 ? rc : 0;
}
