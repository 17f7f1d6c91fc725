/* ack_277.c - what payers say of claims: 277CA (005010X214) and the answer to
 * a 276 (005010X212). Levels are told by HL03, so that what misses a level, or
 * names it otherwise, is still read. */
#include "claim/ack.h"

enum { STATUS_MAX = 64, GROUPS_MAX = 3 }; /* STC of a thing; STC01, 10, 11 */

/* One STC01, STC10 or STC11. */
struct status {
	struct str category, code, entity, day, note;
	uint64_t segment;
	int64_t cents;
	bool has_cents;
};

/* What TRN begins: of a receiver (21), a provider (19), a claim. */
struct thing {
	bool open, line;	/* line: what SVC begins, within it */
	uint64_t segment;
	struct str trace, payer_claim, own, ours; /* TRN02, REF 1K, EJ, FJ */
	struct status st[STATUS_MAX];
	size_t n;
	int64_t accepted, refused, accepted_cents, refused_cents;
	bool counted, summed;
};

struct ack_277 {
	struct loading *l;
	bool status;		/* an answer to a 276 */
	char level[4];		/* HL03 */
	char npi[16];		/* of the provider's level */
	struct thing at;
	struct thing batch;	/* that of the receiver, until the end */
	bool claims;		/* some were told of; of its batch */
	int64_t outgoing;	/* of the claims that were matched */
	/* the claim at hand, matched */
	int64_t claim, submission, patient;
	struct arena mem;
};

struct ack_277 *ack_277_new(struct loading *l)
{
	struct ack_277 *r = xcalloc(1, sizeof(*r));

	r->l = l;
	return r;
}

void ack_277_free(struct ack_277 *r)
{
	if (!r)
		return;
	arena_release(&r->mem);
	free(r);
}

static enum claim_source source_of(const struct ack_277 *r)
{
	return r->status ? CLAIM_SOURCE_277 : CLAIM_SOURCE_277CA;
}

static struct str keep(struct ack_277 *r, struct str v)
{
	return v.n ? arena_str(&r->mem, v) : STR_NONE;
}

/* "125.0" as 12500; false: no amount of at most two digits behind the point. */
static bool cents_of(struct str v, int64_t *cents)
{
	struct decimal d;
	__int128 n;

	if (!decimal_parse(v, &d) || d.exp > 6 || d.exp < -6)
		return false;
	n = d.coef;
	for (; d.exp > -2; d.exp--)
		n *= 10;
	for (; d.exp < -2 && n % 10 == 0; d.exp++)
		n /= 10;
	if (d.exp != -2 || n > INT64_MAX / 2 || n < INT64_MIN / 2)
		return false;
	*cents = (int64_t)n;
	return true;
}

/* ---- events ---- */

/* Refusals last: among equals the last one counts. */
static int tell(struct ack_277 *r, const struct thing *t,
    struct claim_event *ev, bool whole)
{
	const struct status *st;
	int rc = 0;

	for (int refused = 0; refused < 2; refused++)
		for (size_t i = 0; i < t->n && rc == 0; i++) {
			st = &t->st[i];
			ev->kind = ack_category(st->category);
			if ((ev->kind == CLAIM_EVENT_REJECTED) != refused)
				continue;
			if (whole && refused)
				ev->kind = CLAIM_EVENT_RETURNED;
			ev->day = st->day;
			ev->segment = (int64_t)st->segment;
			ev->category = st->category;
			ev->status = st->code;
			ev->entity = st->entity;
			ev->note = st->note;
			ev->has_cents = st->has_cents && !whole;
			ev->cents = st->cents;
			rc = ack_event(r->l, ev, r->patient);
		}
	return rc;
}

/* ---- claims ---- */

/* 1: trace is of this kind and ours; 0. */
static int match(struct ack_277 *r, enum status_sql_id id, struct str trace)
{
	struct stmt *s = status_sql(r->l->db, id);
	int rc;

	if (!trace.n)
		return 0;
	stmt_text(s, 1, trace);
	rc = stmt_step(s, r->l->e);
	if (rc > 0) {
		r->submission = stmt_col_int(s, 0);
		r->claim = stmt_col_int(s, 1);
		r->patient = stmt_col_int(s, 2);
		r->outgoing = stmt_col_int(s, 3);
	}
	stmt_reset(s);
	return rc;
}

/* TRN02 is the trace of our question, or CLM01; REF*EJ is CLM01 too. */
static int match_claim(struct ack_277 *r, const struct thing *t)
{
	int rc = 0;

	r->claim = 0;
	if (r->status)
		rc = match(r, ASKED_TRN, t->trace);
	if (rc == 0)
		rc = match(r, SENT_CLM01, t->trace);
	if (rc == 0 && r->status)
		rc = match(r, SENT_CLM01, t->own);
	return rc;
}

static int end_claim(struct ack_277 *r, const struct thing *t)
{
	struct ack_answer x = { .kind = claim_source_name(source_of(r)),
		.level = "claim", .key = t->trace, .segment = t->segment,
		.code = t->n ? t->st[0].category : STR_NONE };
	struct claim_event ev;
	int rc = match_claim(r, t);

	r->claims = true;
	if (rc < 0)
		return rc;
	if (rc == 0)
		return ack_keep(r->l, &x);
	r->l->loaded->answers++;
	ev = (struct claim_event){ .claim = r->claim,
		.submission = r->submission, .source = source_of(r),
		.payer_claim = t->payer_claim };
	return tell(r, t, &ev, false);
}

/* A line is ours by REF*FJ, which is REF*6R of the claim. */
static int end_line(struct ack_277 *r, const struct thing *t)
{
	struct stmt *s = status_sql(r->l->db, CLAIM_HAS_LINE);
	struct claim_event ev = { .claim = r->claim,
		.submission = r->submission, .source = source_of(r) };
	int64_t line;
	int rc;

	if (!r->claim || !str_int(t->ours, &line))
		return 0;
	stmt_int(s, 1, r->claim);
	stmt_int(s, 2, line);
	rc = stmt_step(s, r->l->e);
	stmt_reset(s);
	if (rc <= 0)
		return rc;
	ev.line = line;
	return tell(r, t, &ev, false);
}

/* ---- providers and batches ---- */

/* A refusal of all that a provider, or the receiver, sent. */
static bool refuses(const struct thing *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (ack_category(t->st[i].category) == CLAIM_EVENT_REJECTED)
			return true;
	return false;
}

/* What a batch is about: claims of a file, of one set of it when the batch has
 * its name, of one provider (npi not NULL). */
static bool is_within(const struct ack_277 *r, const struct sent *f,
    const struct sent_claim *c, const char *npi)
{
	const struct sent_set *set = sent_set_called(f, r->batch.trace);

	return (!set || str_eq(set->st, c->st)) &&
	    (!npi || str_is(c->npi, npi));
}

static int tell_all(struct ack_277 *r, const struct sent *f,
    const struct thing *t, const char *npi)
{
	struct claim_event ev;
	int rc = 0;

	for (size_t i = 0; i < f->n && rc == 0; i++) {
		if (!is_within(r, f, &f->claim[i], npi))
			continue;
		r->patient = f->claim[i].patient;
		ev = (struct claim_event){ .claim = f->claim[i].claim,
			.submission = f->claim[i].submission,
			.source = source_of(r) };
		rc = tell(r, t, &ev, true);
	}
	return rc;
}

/* QTY and AMT against what was sent, of one provider or of all. */
static void check_totals(struct ack_277 *r, const struct sent *f,
    const struct thing *t, const char *npi)
{
	int64_t claims = 0, cents = 0;

	for (size_t i = 0; i < f->n; i++)
		if (is_within(r, f, &f->claim[i], npi)) {
			claims++;
			cents += f->claim[i].cents;
		}
	if (t->counted && t->accepted + t->refused != claims)
		ack_diag(r->l, DIAG_ACK_TOTALS, t->segment,
		    npi ? "2200C/QTY02" : "2200B/QTY02");
	if (t->summed && t->accepted_cents + t->refused_cents != cents)
		ack_diag(r->l, DIAG_ACK_TOTALS, t->segment,
		    npi ? "2200C/AMT02" : "2200B/AMT02");
}

/* The file of ours that a batch is about: by its claims, else by BHT03. */
static int find_batch(struct ack_277 *r, struct sent **f)
{
	struct loading *l = r->l;

	if (r->outgoing)
		return sent_by_id(l->db, r->outgoing, f, l->e);
	return sent_by_reference(l->db, r->batch.trace, f, l->e);
}

static int end_batch(struct ack_277 *r)
{
	struct ack_answer x = { .kind = claim_source_name(source_of(r)),
		.level = "batch", .key = r->batch.trace,
		.segment = r->batch.segment,
		.code = r->batch.n ? r->batch.st[0].category : STR_NONE };
	struct sent *f = NULL;
	int rc;

	if (!r->batch.open)
		return 0;
	r->batch.open = false;
	rc = find_batch(r, &f);
	if (rc > 0) {
		x.outgoing = f->id;
		if (!r->status)
			check_totals(r, f, &r->batch, NULL);
		rc = !r->claims && !r->status ?
		    tell_all(r, f, &r->batch, NULL) : 0;
	}
	sent_free(f);
	return rc < 0 ? rc : ack_keep(r->l, &x);
}

/* A provider's: told of his claims only when they are refused as a whole. */
static int end_provider(struct ack_277 *r, const struct thing *t)
{
	struct sent *f = NULL;
	int rc;

	if (r->status || !r->npi[0] || !(refuses(t) || t->counted || t->summed))
		return 0;
	rc = find_batch(r, &f);
	if (rc > 0) {
		check_totals(r, f, t, r->npi);
		rc = refuses(t) ? tell_all(r, f, t, r->npi) : 0;
		r->claims = r->claims || refuses(t);
	}
	sent_free(f);
	return rc;
}

static int end_thing(struct ack_277 *r)
{
	struct thing *t = &r->at;

	if (!t->open)
		return 0;
	t->open = false;
	if (t->line)
		return end_line(r, t);
	if (strcmp(r->level, "20") == 0)
		return 0;
	if (strcmp(r->level, "21") == 0) {
		r->batch = *t;
		r->batch.open = true;
		return 0;
	}
	return strcmp(r->level, "19") == 0 ? end_provider(r, t) :
	    end_claim(r, t);
}

/* ---- segments ---- */

static void begin(struct ack_277 *r, const struct x12_seg *seg, bool line)
{
	r->at = (struct thing){ .open = true, .line = line,
		.segment = seg->number };
}

static int take_hl(struct ack_277 *r, const struct x12_seg *seg)
{
	int rc = end_thing(r);

	ack_copy(r->level, sizeof(r->level), x12_el(seg, 3));
	if (strcmp(r->level, "21") == 0) {
		if (rc == 0)
			rc = end_batch(r);
		r->claims = false;
		r->outgoing = 0;
		r->npi[0] = '\0';
		arena_reset(&r->mem);
	}
	return rc;
}

static void take_nm1(struct ack_277 *r, const struct x12_seg *seg)
{
	if (strcmp(r->level, "19") == 0)
		ack_copy(r->npi, sizeof(r->npi), x12_el(seg, 9));
}

static void take_stc(struct ack_277 *r, const struct x12_seg *seg,
    const struct ack_from *from)
{
	static const size_t groups[GROUPS_MAX] = { 1, 10, 11 };
	struct thing *t = &r->at;
	char sep = from->sep->component, day[11];
	struct status st = { .segment = seg->number };
	struct str v;

	st.day = ack_day(x12_el(seg, 2), day);
	st.day = st.day.n ? arena_str(&r->mem, st.day) : from->day;
	st.has_cents = cents_of(x12_el(seg, 4), &st.cents);
	st.note = keep(r, x12_el(seg, 12));
	for (size_t i = 0; i < GROUPS_MAX && t->n < STATUS_MAX; i++) {
		v = x12_el(seg, groups[i]);
		if (!v.n)
			continue;
		st.category = keep(r, x12_part(v, sep, 1));
		st.code = keep(r, x12_part(v, sep, 2));
		st.entity = keep(r, x12_part(v, sep, 3));
		t->st[t->n++] = st;
	}
}

static void take_ref(struct ack_277 *r, const struct x12_seg *seg)
{
	struct str q = x12_el(seg, 1), v = keep(r, x12_el(seg, 2));

	if (str_is(q, "1K"))
		r->at.payer_claim = v;
	else if (str_is(q, "EJ"))
		r->at.own = v;
	else if (str_is(q, "FJ") || str_is(q, "6R"))
		r->at.ours = v;
}

static void take_qty(struct ack_277 *r, const struct x12_seg *seg)
{
	struct str q = x12_el(seg, 1);
	int64_t *n = str_is(q, "90") || str_is(q, "QA") ? &r->at.accepted :
	    str_is(q, "AA") || str_is(q, "QC") ? &r->at.refused : NULL;

	if (n && str_int(x12_el(seg, 2), n))
		r->at.counted = true;
}

static void take_amt(struct ack_277 *r, const struct x12_seg *seg)
{
	struct str q = x12_el(seg, 1);
	int64_t *n = str_is(q, "YU") ? &r->at.accepted_cents :
	    str_is(q, "YY") ? &r->at.refused_cents : NULL;

	if (n && cents_of(x12_el(seg, 2), n))
		r->at.summed = true;
}

static int take_begin(struct ack_277 *r, const struct x12_seg *seg)
{
	bool line = str_is(seg->id, "SVC");
	int rc = end_thing(r);

	begin(r, seg, line);
	if (!line)
		r->at.trace = keep(r, x12_el(seg, 2));
	return rc;
}

int ack_277_take(struct ack_277 *r, const struct x12_seg *seg,
    const struct ack_from *from)
{
	int rc;

	if (str_is(seg->id, "BHT")) /* BHT01 0010, BHT06 DG: an answer */
		r->status = str_is(x12_el(seg, 1), "0010");
	else if (str_is(seg->id, "HL"))
		return take_hl(r, seg);
	else if (str_is(seg->id, "TRN") || str_is(seg->id, "SVC"))
		return take_begin(r, seg);
	else if (str_is(seg->id, "NM1"))
		take_nm1(r, seg);
	else if (str_is(seg->id, "STC"))
		take_stc(r, seg, from);
	else if (str_is(seg->id, "REF"))
		take_ref(r, seg);
	else if (str_is(seg->id, "QTY"))
		take_qty(r, seg);
	else if (str_is(seg->id, "AMT"))
		take_amt(r, seg);
	else if (str_is(seg->id, "SE")) {
		rc = end_thing(r);
		return rc == 0 ? end_batch(r) : rc;
	}
	return 0;
}
