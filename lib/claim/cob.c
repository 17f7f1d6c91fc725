/* cob.c - what payers before this one said of a claim (2320, 2430), from the
 * remittances that were posted. */
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
    int64_t cents)
{
	char amount[24];
	size_t i = 0;

	while (i < c->n && (!str_is(group, c->group[i]) ||
	    c->triples[i] == CAS_TRIPLES))
		i++;
	if (i == CAS_SEGMENTS)
		return;
	if (i == c->n) {
		c->text[i] = BUF_INIT;
		c->triples[i] = 0;
		snprintf(c->group[i], sizeof(c->group[i]), "%.*s",
		    (int)(group.n > 2 ? 2 : group.n), group.s);
		buf_addstr(&c->text[i], group);
		c->n++;
	}
	buf_addf(&c->text[i], ":%.*s:%s:", STR_FMT(reason),
	    claim_amount(amount, cents).s);
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

/* ---- lines ---- */

static void end_line(struct claim_job *j, struct claim_other *o, int n,
    int64_t paid, struct cas *cas, const struct setup_item *payer,
    struct str day)
{
	struct claim_paid *p = &o->paid[o->n];
	const struct charge_line *line = NULL;
	size_t i;

	for (i = j->doc.from; i < j->doc.to; i++)
		if (j->charge.line[i].n == n)
			line = &j->charge.line[i];
	if (line == NULL) {
		end_cas(j, &(struct claim_bag){ .n = 0 }, cas);
		return;
	}
	p->n = n;
	claim_bag_put(&p->bag, "payer", setup_value(payer, "id"));
	claim_bag_put(&p->bag, "amount", amount(j, paid));
	claim_bag_put(&p->bag, "code", line->code);
	claim_bag_put(&p->bag, "mods", line->mods);
	claim_bag_put(&p->bag, "units", line->units);
	claim_bag_put(&p->bag, "day", day);
	end_cas(j, &p->bag, cas);
	o->n++;
}

static int read_lines(struct claim_build_run *b, struct claim_job *j,
    struct claim_other *o, int64_t remit, const struct setup_item *payer,
    struct str day)
{
	struct stmt *s = build_sql(b->db, BUILD_PAID_LINES);
	struct cas cas = { .n = 0 };
	int64_t paid = 0;
	int n = 0, rc;

	o->paid = arena_alloc(&j->mem, j->charge.lines * sizeof(*o->paid));
	stmt_int(s, 1, j->charge.id);
	stmt_int(s, 2, remit);
	while ((rc = stmt_step(s, b->e)) > 0) {
		if (n && n != stmt_col_int(s, 0)) {
			end_line(j, o, n, paid, &cas, payer, day);
			paid = 0;
		}
		n = (int)stmt_col_int(s, 0);
		if (stmt_col(s, 1).n)
			add_cas(&cas, stmt_col(s, 1), stmt_col(s, 2),
			    stmt_col_int(s, 3));
		else
			paid -= stmt_col_int(s, 3);
	}
	stmt_reset(s);
	if (n)
		end_line(j, o, n, paid, &cas, payer, day);
	return rc;
}

/* ---- payers ---- */

static void put_subscriber(struct claim_bag *to,
    const struct claim_cover *cover)
{
	static const char *const names[] = { "entity", "last", "first",
		"middle", "suffix", "member", "group", "group_name",
		"street", "street2", "city", "state", "zip", "relation" };
	struct claim_facts f = claim_bag_facts(&cover->subscriber);
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		claim_bag_put(to, names[i], f.get(f.of, names[i]));
}

static struct claim_other *add_other(struct claim_job *j,
    const struct claim_cover *cover)
{
	struct claim_other *o = &j->doc.other[j->doc.others++];
	struct claim_bag *bag = &o->bag;

	claim_bag_put(bag, "rank", arena_str(&j->mem,
	    (struct str){ &cover->rank, 1 }));
	put_subscriber(bag, cover);
	claim_bag_put(bag, "msp", cover->msp);
	claim_bag_put(bag, "filing", cover->filing);
	claim_bag_put(bag, "payer_name", setup_value(cover->payer, "name"));
	claim_bag_put(bag, "payer_id", setup_value(cover->payer, "id"));
	claim_bag_put(bag, "payer_id_type",
	    setup_value(cover->payer, "id-type"));
	return o;
}

/* What the payer of a coverage paid of this part: 1; 0: nothing was heard. */
static int add_paid(struct claim_build_run *b, struct claim_job *j,
    struct claim_other *o, const struct claim_cover *cover)
{
	struct stmt *s = build_sql(b->db, BUILD_PAID);
	int64_t remit = 0, paid = 0, left = 0;
	struct str number = STR_NONE, day = STR_NONE;
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
	}
	stmt_reset(s);
	if (rc < 0 || remit == 0)
		return rc;
	claim_bag_put(&o->bag, "paid", amount(j, paid));
	if (left)
		claim_bag_put(&o->bag, "left", amount(j, left));
	claim_bag_put(&o->bag, "claim", number);
	return read_lines(b, j, o, remit, cover->payer, day);
}

int claim_cob(struct claim_build_run *b, struct claim_job *j,
    const struct claim_who *who)
{
	const struct claim_cover *cover;
	struct claim_other *o;
	size_t i;
	int rc = 0;

	if (who->n < 2)
		return 0;
	j->doc.other = arena_alloc(&j->mem,
	    who->n * sizeof(*j->doc.other));
	for (i = 0; i < who->n && rc >= 0; i++) {
		cover = &who->cover[i];
		if (cover == j->cover || cover->rank == 0 || !cover->known)
			continue;
		o = add_other(j, cover);
		rc = add_paid(b, j, o, cover);
	}
	return rc < 0 ? rc : 0;
}
