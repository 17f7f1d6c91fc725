/* pick.c - which claims are to be sent, each with all that is said of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "build.h"

/* ---- jobs ---- */

static struct claim_job *new_job(struct claim_build_run *b)
{
	struct claim_job *j = xcalloc(1, sizeof(*j));

	j->charge = CHARGE_INIT;
	j->mem = ARENA_INIT;
	if (b->jobs == b->job_cap) {
		b->job_cap = b->job_cap ? 2 * b->job_cap : 256;
		b->job = xrealloc(b->job,
		    b->job_cap * sizeof(struct claim_job *));
	}
	b->job[b->jobs++] = j;
	return j;
}

static void drop_job(struct claim_build_run *b)
{
	struct claim_job *j = b->job[--b->jobs];

	charge_release(&j->charge);
	arena_release(&j->mem);
	free(j);
}

/* How the patient is covered on the charge's day; rows come by patient. */
static int who_of(struct claim_build_run *b, const struct charge *c,
    struct claim_who **who)
{
	struct claim_who *w = b->whos ? b->who[b->whos - 1] : NULL;

	if (w == NULL || w->patient_id != c->patient ||
	    !str_eq(w->day, c->day)) {
		if (b->whos == b->who_cap) {
			b->who_cap = b->who_cap ? 2 * b->who_cap : 256;
			b->who = xrealloc(b->who,
			    b->who_cap * sizeof(struct claim_who *));
		}
		w = xcalloc(1, sizeof(*w));
		w->mem = ARENA_INIT;
		b->who[b->whos++] = w;
		*who = w;
		return claim_who_read(w, &b->party, c->patient, c->day, b->e);
	}
	*who = w;
	return 0;
}

/* ---- what is said of a claim ---- */

static void put(struct claim_job *j, const char *name, struct str v)
{
	claim_bag_put(&j->doc.claim, name, v);
}

/* The field of the charge, else what holds without it. */
static void put_or(struct claim_job *j, const char *name, const char *field,
    const char *usual)
{
	struct str v = charge_field(&j->charge, 0, field);

	put(j, name, v.n ? v : str_of(usual));
}

static void put_disabled(struct claim_job *j)
{
	struct str from = charge_field(&j->charge, 0, "disabled_from");
	struct str to = charge_field(&j->charge, 0, "disabled_to");

	if (from.n < 10 || to.n < 10)
		return;
	snprintf(j->text[2], sizeof(j->text[2]),
	    "%.4s%.2s%.2s-%.4s%.2s%.2s", from.s, from.s + 5, from.s + 8,
	    to.s, to.s + 5, to.s + 8);
	put(j, "disabled", str_of(j->text[2]));
}

/* The payer's own number of who bills. */
static void put_enrolment(struct claim_build_run *b, struct claim_job *j)
{
	const struct setup_item *i = setup_enrolment(&b->setup,
	    j->doc.billing->key, j->doc.payer->key, j->charge.day);

	if (i == NULL || setup_value(i, "id").n == 0)
		return;
	put(j, "enrolled", setup_value(i, "id"));
	put(j, "enrolled_type", setup_value(i, "id-type"));
}

static void fill_claim(struct claim_build_run *b, struct claim_job *j)
{
	struct claim_doc *d = &j->doc;
	const struct claim_cover *cover = j->cover;

	j->rank[0] = cover->rank;
	d->cents = 0;
	for (size_t i = d->from; i < d->to; i++)
		d->cents += j->charge.line[i].cents;
	put(j, "amount", claim_amount(j->text[0], d->cents));
	put(j, "place", j->charge.line[d->from].place);
	put(j, "frequency", str_of(j->frequency));
	put_or(j, "signature", "signature", "Y");
	put_or(j, "assignment", "assignment",
	    setup_value(cover->payer, "assignment").s);
	put_or(j, "benefits", "benefits", "Y");
	put_or(j, "release", "release", "Y");
	put_or(j, "note_type", "note_type", "ADD");
	put(j, "patient_paid", charge_field(&j->charge, 0, "paid"));
	put(j, "original", j->original);
	put(j, "rank", str_of(j->rank));
	put(j, "self", cover->self ? STR("18") : STR_NONE);
	put(j, "msp", cover->msp);
	put(j, "filing", cover->filing);
	put_disabled(j);
	put_enrolment(b, j);
}

/* Why it cannot be written; NULL: it can. */
static const char *missing(const struct claim_build_run *b,
    const struct claim_job *j, const struct claim_who *who)
{
	if (who->patient.n == 0)
		return "the patient has no Patient resource that may be read";
	if (j->doc.billing == NULL)
		return "nobody bills for it: field billing, or the set-up "
		    "of who rendered it";
	if (j->doc.submitter == NULL && !b->paper)
		return "its payer has no submitter in the set-up";
	return j->cover->known ? NULL :
	    "who the subscriber of the Coverage is cannot be told";
}

/* Makes a job whole: 1; 0: it is left out. */
static int finish(struct claim_build_run *b, struct claim_job *j,
    struct claim_who *who)
{
	struct claim_doc *d = &j->doc;
	const char *why;
	int rc;

	d->charge = &j->charge;
	d->payer = j->cover->payer;
	d->submitter = setup_ref(&b->setup, d->payer, "submitter");
	d->billing = charge_billing(&b->setup, &j->charge);
	d->plan = setup_find(&b->setup, SETUP_PAYER, charge_field(&j->charge,
	    0, "pay_to_plan"));
	d->coverage = j->cover->rid;
	d->rank = j->cover->rank;
	d->self = j->cover->self;
	why = missing(b, j, who);
	if (why) {
		claim_blocked(b, "charge", j->charge.id, "%s", why);
		return 0;
	}
	d->patient = who->patient;
	d->subscriber = j->cover->subscriber;
	fill_claim(b, j);
	rc = claim_cob(b, j, who);
	return rc < 0 ? rc : 1;
}

/* ---- payers ---- */

/* Is this one to be asked now, and electronically? */
static bool wanted(const struct claim_build_run *b,
    const struct claim_cover *c)
{
	if (b->paper)
		return true;
	if (b->opt->payer && !str_is(c->payer->key, b->opt->payer))
		return false;
	return setup_yes(c->payer, "837") &&
	    (c->rank == 'P' || setup_yes(c->payer, "837-secondary"));
}

/* What a claim has come to by now: 1; 0: there is none. */
struct former {
	enum claim_state state;
	bool sent;
	struct str number; /* the payer's, in mem */
	struct arena *mem;
};
static int take_former(void *arg, const struct claim_row *row)
{
	struct former *f = arg;

	f->state = row->now.state;
	f->sent = row->now.submission != 0;
	f->number = row->now.payer_claim.n ?
	    arena_str(f->mem, row->now.payer_claim) : STR_NONE;
	return 0;
}

/* Sets how it is sent in the place of claim id: as a new one, when the payer
 * never had that; with its number. 1; 0: the payer has not answered. */
static int in_place_of(struct claim_build_run *b, struct claim_job *j,
    int64_t id, char frequency)
{
	struct former f = { .mem = &j->mem };
	struct claim_filter of = { .claim = id };
	int rc = claim_each(b->db, &of, take_former, &f, b->e);

	j->original = charge_field(&j->charge, 0, "original_reference");
	if (j->original.n == 0)
		j->original = f.number;
	if (rc < 0)
		return rc;
	if (!f.sent || f.state == CLAIM_STATE_REJECTED) {
		j->original = STR_NONE;
		return frequency == '8' ? 0 : 1;
	}
	if (j->original.n == 0) {
		if (b->opt->told)
			b->opt->told(b->opt->arg, "a correction or void waits "
			    "for the payer's number of the claim");
		return 0;
	}
	j->frequency[0] = frequency;
	return 1;
}

/* ---- rows to jobs ---- */

static int former_id(struct claim_build_run *b, const struct claim_job *j,
    int64_t *id)
{
	struct stmt *s = build_sql(b->db, BUILD_FORMER);
	int rc;

	stmt_int(s, 1, j->charge.replaces);
	stmt_int(s, 2, j->part);
	stmt_text(s, 3, str_of(j->rank));
	rc = stmt_step(s, b->e);
	*id = rc > 0 ? stmt_col_int(s, 0) : 0;
	stmt_reset(s);
	return rc;
}

static size_t parts_of(const struct charge *c)
{
	return (c->lines + CLAIM_LINES_MAX - 1) / CLAIM_LINES_MAX;
}

static void set_part(struct claim_job *j, int64_t part)
{
	size_t lines = j->charge.lines;

	j->part = part;
	j->doc.from = (size_t)(part - 1) * CLAIM_LINES_MAX;
	j->doc.to = j->doc.from + CLAIM_LINES_MAX;
	if (j->doc.to > lines)
		j->doc.to = lines;
}

static void scrub_finding(void *arg, const struct scrub_finding *f)
{
	struct claim_build_run *b = arg;

	if (f->severity != DIAG_ERROR || f->overridden)
		return;
	if (f->line)
		claim_blocked(b, "charge", f->charge, "%s, line %d: %s",
		    scrub_rule(f->id)->name, f->line, f->text);
	else
		claim_blocked(b, "charge", f->charge, "%s: %s",
		    scrub_rule(f->id)->name, f->text);
}

/* Nothing is wrong with it that keeps a claim from being built: 1; 0. What a
 * payer has is voided whatever is wrong with it. */
static int scrubbed(struct claim_build_run *b, const struct charge *c)
{
	int rc;

	if (c->voided || (b->paper && !b->opt->charges))
		return 1;
	b->scrub.r = b->a->r;
	b->scrub.setup = &b->setup;
	b->scrub.emit = scrub_finding;
	b->scrub.arg = b;
	rc = scrub_charge(&b->scrub, c, b->e);
	return rc < 0 ? rc : rc == 0;
}

/* Who is to be asked first: whoever the charge does not say paid already. */
static char first_rank(const struct charge *c)
{
	bool first = false, second = false;
	size_t i;

	for (i = 0; i < c->fields; i++) {
		first = first || str_is(c->field[i].name, "primary_paid");
		second = second || str_is(c->field[i].name,
		    "secondary_paid");
	}
	return !first ? 'P' : second ? 'T' : 'S';
}

/* One part of a charge for the payer of a rank, 0: the first to be asked; 1, or
 * 0: it is left out. */
static int add_part(struct claim_build_run *b, int64_t charge, int64_t part,
    char rank, struct claim_job **job)
{
	struct claim_job *j = new_job(b);
	struct claim_who *who = NULL;
	int64_t former = 0;
	int rc = charge_read(b->db, charge, &j->charge, b->e);

	j->frequency[0] = '1';
	if (rc == 0 && rank == 0)
		rank = first_rank(&j->charge);
	j->rank[0] = rank;
	if (rc == 0)
		rc = who_of(b, &j->charge, &who);
	if (rc < 0)
		return rc;
	set_part(j, part);
	*job = j;
	j->cover = claim_who_of(who, rank);
	if (j->cover == NULL) {
		if (charge_field(&j->charge, 0, "payer").n)
			claim_blocked(b, "charge", charge, "no Coverage of a "
			    "payer of the set-up on its day");
		return 0;
	}
	if (!wanted(b, j->cover))
		return 0;
	rc = part == 1 ? scrubbed(b, &j->charge) : 1;
	if (rc > 0 && j->charge.replaces) {
		rc = former_id(b, j, &former);
		if (rc > 0)
			rc = in_place_of(b, j, former, '7');
		else if (rc == 0)
			rc = 1;
	}
	return rc > 0 ? finish(b, j, who) : rc;
}

static int add_new(struct claim_build_run *b, int64_t charge)
{
	struct claim_job *j;
	size_t part, parts = 1;
	int rc = 1;

	for (part = 1; part <= parts && rc >= 0; part++) {
		rc = add_part(b, charge, (int64_t)part, 0, &j);
		if (rc > 0)
			parts = parts_of(&j->charge);
		else
			drop_job(b);
		if (rc == 0)
			break;
	}
	return rc < 0 ? rc : 0;
}

/* Reads the row of a claim: 1; 0: there is none. */
static int read_claim(struct claim_build_run *b, int64_t id, int64_t *charge,
    int64_t *part, char *rank, int64_t *sent)
{
	struct stmt *s = build_sql(b->db, BUILD_CLAIM);
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, b->e);
	if (rc > 0) {
		*charge = stmt_col_int(s, 0);
		*part = stmt_col_int(s, 1);
		*rank = stmt_col(s, 2).s[0];
		*sent = stmt_col_int(s, 4);
	}
	stmt_reset(s);
	return rc;
}

/* A claim that has a row, sent again. */
static int add_known(struct claim_build_run *b, int64_t id, char frequency)
{
	struct claim_job *j = NULL;
	int64_t charge, part, sent;
	char rank;
	int rc = read_claim(b, id, &charge, &part, &rank, &sent);

	if (rc <= 0)
		return rc < 0 ? rc : ehr_fail(b->e, EHR_ENOENT,
		    "claim %" PRId64 ": there is none", id);
	rc = add_part(b, charge, part, rank, &j);
	if (rc > 0 && frequency != '1') {
		rc = in_place_of(b, j, id, frequency);
		put(j, "original", j->original);
	}
	if (rc <= 0) {
		drop_job(b);
		return rc;
	}
	j->known = true;
	j->doc.claim_id = id;
	j->doc.nth = sent + 1;
	return 0;
}

static int add_void(struct claim_build_run *b, int64_t id)
{
	return add_known(b, id, '8');
}

static int add_again(struct claim_build_run *b, int64_t id)
{
	return add_known(b, id, '1');
}

/* The payer after the one of claim id. */
static int add_next(struct claim_build_run *b, int64_t id)
{
	struct claim_job *j;
	int64_t charge, part, sent;
	char rank;
	int rc = read_claim(b, id, &charge, &part, &rank, &sent);

	if (rc <= 0)
		return rc;
	rc = add_part(b, charge, part, rank == 'P' ? 'S' : 'T', &j);
	if (rc <= 0)
		drop_job(b);
	return rc < 0 ? rc : 0;
}

/* Calls fn with each number of a statement's first column. */
static int each(struct claim_build_run *b, enum build_sql_id id,
    int (*fn)(struct claim_build_run *b, int64_t id))
{
	struct stmt *s = build_sql(b->db, id);
	int64_t *v = NULL;
	size_t n = 0, cap = 0, i;
	int rc;

	while ((rc = stmt_step(s, b->e)) > 0) {
		if (n == cap) {
			cap = cap ? 2 * cap : 256;
			v = xrealloc(v, cap * sizeof(*v));
		}
		v[n++] = stmt_col_int(s, 0);
	}
	stmt_reset(s);
	for (i = 0; i < n && rc == 0; i++)
		rc = fn(b, v[i]);
	free(v);
	return rc;
}

/* ---- on paper ---- */

struct on_paper {
	int64_t claim;
	bool sent, void_sent, voided;
};

/* A claim that was built: as it was sent, or what is to be sent of it now. */
static int add_paper(struct claim_build_run *b, const struct on_paper *p)
{
	bool shown = p->sent && (p->void_sent || !p->voided);
	size_t before = b->jobs;
	int rc;

	if (!p->sent && p->voided) {
		claim_blocked(b, "claim", p->claim, "its charge was voided");
		return 0;
	}
	rc = add_known(b, p->claim, !shown && p->voided ? '8' : '1');
	if (b->jobs > before)
		b->job[before]->shown = shown;
	return rc;
}

/* A charge, whose claims may be there already. */
static int add_charge(struct claim_build_run *b, int64_t charge)
{
	struct stmt *s = build_sql(b->db, BUILD_OF_CHARGE);
	struct on_paper p[MAX_CHARGE_LINES / CLAIM_LINES_MAX + 1];
	size_t n = 0, i;
	int rc;

	stmt_int(s, 1, charge);
	while (n < ARRAY_LEN(p) && (rc = stmt_step(s, b->e)) > 0)
		p[n++] = (struct on_paper){ stmt_col_int(s, 0),
			stmt_col_int(s, 1) != 0, stmt_col_int(s, 2) != 0,
			stmt_col_int(s, 3) != 0 };
	stmt_reset(s);
	if (n == 0)
		return rc < 0 ? rc : add_new(b, charge);
	for (i = 0, rc = 0; i < n && rc == 0; i++)
		rc = add_paper(b, &p[i]);
	return rc;
}

static int add_on_paper(struct claim_build_run *b, int64_t id)
{
	size_t before = b->jobs;
	int rc = b->opt->charges ? add_charge(b, id) : add_again(b, id);

	if (b->jobs > before && !b->opt->charges)
		b->job[before]->shown = true;
	return rc;
}

/* Claims that were named: only what was rejected goes out again. */
static int add_named(struct claim_build_run *b)
{
	enum claim_state state;
	int64_t id;
	int rc = 0;
	size_t i;

	for (i = 0; i < b->opt->n && rc == 0; i++) {
		id = b->opt->claim[i];
		if (b->paper) {
			rc = add_on_paper(b, id);
			continue;
		}
		rc = claim_state(b->db, id, &state, b->e);
		if (rc == 0 && state != CLAIM_STATE_REJECTED)
			claim_blocked(b, "claim", id, "is %s: only what was "
			    "rejected is sent again", claim_state_name(state));
		else if (rc == 0)
			rc = add_again(b, id);
	}
	return rc;
}

int claim_pick(struct claim_build_run *b)
{
	static const struct {
		enum build_sql_id rows;
		int (*fn)(struct claim_build_run *b, int64_t id);
	} all[] = { { BUILD_NEW, add_new }, { BUILD_NEXT, add_next },
		{ BUILD_AGAIN, add_again }, { BUILD_VOID, add_void } };
	size_t i;
	int rc = 0;

	if (b->opt->n)
		return add_named(b);
	for (i = 0; i < ARRAY_LEN(all) && rc == 0; i++)
		rc = each(b, all[i].rows, all[i].fn);
	return rc;
}
