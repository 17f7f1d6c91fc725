/* status_ask.c - questions after claims (276, 005010X212), made of what was
 * sent: names and numbers are those that the payer has seen. */
#include "claim/ack.h"
#include "claim/build.h"
#include "ehr/billing-setup.h"
#include "ehr/claim-ask.h"

/* A claim to ask for. */
struct asked {
	int64_t claim, submission, patient, outgoing;
	struct str clm01, payer_claim;
	char trn[48];
};

/* Files of questions, each to the receiver of one of ours. */
struct asking {
	struct access *a;
	struct store *db;
	const struct claim_ask *o;
	int64_t batch;
	uint32_t isa, gs;
	int64_t now;
	char day[9], time[5];
	struct sent *sent;	/* the file that the claim at hand was in */
	const struct setup_item *submitter;
	struct setup setup;
	struct arena mem;
	struct asked *ask;
	size_t n, cap;
	struct buf text, range;
	struct x12_writer w;
	uint64_t hl;
	struct claim_made *made;
	size_t files;
	struct ehr_err *e;
};

/* ---- the kept text ---- */

static struct str part(const struct asking *k, struct str seg, int i)
{
	return sent_element(k->sent, seg, i);
}

/* The segment of an id and qualifier in [from, to); STR_NONE. */
static struct str find(const struct asking *k, uint64_t from, uint64_t to,
    const char *id, const char *qualifier)
{
	struct str seg;

	for (; from < to; from++) {
		seg = sent_segment(k->sent, from);
		if (str_is(part(k, seg, 0), id) &&
		    (!qualifier || str_is(part(k, seg, 1), qualifier)))
			return seg;
	}
	return STR_NONE;
}

/* The same in a level of the claim: 0 provider, 1 subscriber, 2 patient. */
static struct str of_level(const struct asking *k, const struct sent_claim *c,
    int level, const char *id, const char *qualifier)
{
	const struct sent_hl *hl;

	if (!c->hl[level])
		return STR_NONE;
	hl = &k->sent->hl[c->hl[level] - 1];
	return find(k, hl->segment, hl->end, id, qualifier);
}

/* ---- segments ---- */

static void level(struct asking *k, uint64_t parent, const char *code,
    bool more)
{
	x12_begin(&k->w, "HL");
	x12_putn(&k->w, ++k->hl);
	if (parent)
		x12_putn(&k->w, parent);
	else
		x12_puts(&k->w, NULL);
	x12_puts(&k->w, code);
	if (strcmp(code, "23") != 0)
		x12_puts(&k->w, more ? "1" : "0");
	x12_end(&k->w);
}

/* NM1 as it was sent, with another qualifier; which elements, as digits. */
static void name(struct asking *k, const char *qualifier, struct str nm1,
    const char *which)
{
	x12_begin(&k->w, "NM1");
	x12_puts(&k->w, qualifier);
	for (int i = 2; i <= 9; i++)
		x12_put(&k->w, strchr(which, '0' + i) ? part(k, nm1, i) :
		    STR_NONE);
	x12_end(&k->w);
}

static void birth(struct asking *k, struct str dmg)
{
	struct str sex = part(k, dmg, 3);

	if (!dmg.s)
		return;
	x12_begin(&k->w, "DMG");
	x12_put(&k->w, part(k, dmg, 1));
	x12_put(&k->w, part(k, dmg, 2));
	x12_put(&k->w, str_is(sex, "U") ? STR_NONE : sex);
	x12_end(&k->w);
}

/* DTP*472 of all lines, from the first day to the last. */
static void days(struct asking *k, const struct sent_claim *c)
{
	struct str seg, v, first = STR_NONE, last = STR_NONE;

	for (uint64_t i = c->segment; i < c->end; i++) {
		seg = sent_segment(k->sent, i);
		v = part(k, seg, 3);
		if (!str_is(part(k, seg, 0), "DTP") || v.n < 8 ||
		    !str_is(part(k, seg, 1), "472"))
			continue;
		if (!first.s || str_cmp((struct str){ v.s, 8 }, first) < 0)
			first = (struct str){ v.s, 8 };
		v = (struct str){ v.s + v.n - 8, 8 };
		if (!last.s || str_cmp(v, last) > 0)
			last = v;
	}
	if (!first.s)
		return;
	buf_reset(&k->range);
	buf_addf(&k->range, "%.*s-%.*s", STR_FMT(first), STR_FMT(last));
	x12_begin(&k->w, "DTP");
	x12_puts(&k->w, "472");
	x12_puts(&k->w, str_eq(first, last) ? "D8" : "RD8");
	x12_put(&k->w, str_eq(first, last) ? first : buf_str(&k->range));
	x12_end(&k->w);
}

static void ref(struct asking *k, const char *qualifier, struct str v)
{
	if (!v.n)
		return;
	x12_begin(&k->w, "REF");
	x12_puts(&k->w, qualifier);
	x12_put(&k->w, v);
	x12_end(&k->w);
}

/* 2200D or 2200E. */
static void question(struct asking *k, const struct sent_claim *c,
    struct str trn, struct str payer_claim)
{
	struct str clm = sent_segment(k->sent, c->segment);

	x12_begin(&k->w, "TRN");
	x12_puts(&k->w, "1");
	x12_put(&k->w, trn);
	x12_end(&k->w);
	ref(k, "1K", payer_claim);
	ref(k, "EJ", c->clm01);
	x12_begin(&k->w, "AMT");
	x12_puts(&k->w, "T3");
	x12_put(&k->w, part(k, clm, 2));
	x12_end(&k->w);
	days(k, c);
}

/* Levels above the claim, each anew: payer, receiver, provider, subscriber,
 * and the patient when that is another one. */
static void claim(struct asking *k, const struct sent_claim *c,
    struct str trn, struct str payer_claim)
{
	const struct sent_set *set = sent_set(k->sent, c->st);
	bool other = c->hl[2] != 0;
	uint64_t top;

	level(k, 0, "20", true);
	name(k, "PR", of_level(k, c, 1, "NM1", "PR"), "2389");
	level(k, k->hl, "21", true);
	name(k, "41", find(k, set->segment, set->head, "NM1", "41"), "234589");
	level(k, k->hl, "19", true);
	name(k, "1P", of_level(k, c, 0, "NM1", "85"), "2345789");
	level(k, k->hl, "22", other);
	top = k->hl;
	if (!other)
		birth(k, of_level(k, c, 1, "DMG", NULL));
	name(k, "IL", of_level(k, c, 1, "NM1", "IL"), "2345789");
	if (other) {
		level(k, top, "23", false);
		birth(k, of_level(k, c, 2, "DMG", NULL));
		name(k, "QC", of_level(k, c, 2, "NM1", "QC"), "23457");
	}
	question(k, c, trn, payer_claim);
}

/* ---- rows ---- */

static int add_rows(struct asking *k, int64_t outgoing,
    const struct asked *asked, size_t n)
{
	struct claim_event ev = { .kind = CLAIM_EVENT_ASKED,
		.source = CLAIM_SOURCE_276 };
	BUF_AUTO day = BUF_INIT;
	struct stmt *s;
	int rc = 0;

	date_format_ms(&day, k->now);
	ev.day = (struct str){ day.s, 10 };
	for (size_t i = 0; i < n && rc == 0; i++) {
		s = status_sql(k->db, ASK_ADD);
		stmt_int(s, 1, asked[i].submission);
		stmt_int(s, 2, outgoing);
		stmt_text(s, 3, str_of(asked[i].trn));
		rc = stmt_run(s, k->e);
		ev.claim = asked[i].claim;
		ev.submission = asked[i].submission;
		ev.note = str_of(asked[i].trn);
		access_set_touch(k->a, asked[i].patient);
		if (rc == 0)
			rc = claim_event_add(k->db, &ev, k->batch, NULL, k->e);
	}
	return rc;
}

/* ---- a file ---- */

static void put_all(struct asking *k, const char *id, const struct str *v,
    size_t n)
{
	x12_begin(&k->w, id);
	for (size_t i = 0; i < n; i++)
		x12_put(&k->w, v[i]);
	x12_end(&k->w);
}

/* To whom the claims went, under the same names. */
static void begin_file(struct asking *k)
{
	struct str isa = sent_segment(k->sent, 1);
	struct str gs = sent_segment(k->sent, 2);
	char number[24];
	struct x12_isa to = { .from = { str_trim(part(k, isa, 5)),
		str_trim(part(k, isa, 6)) }, .to = { str_trim(part(k, isa, 7)),
		str_trim(part(k, isa, 8)) }, .date = str_of(k->day + 2),
		.time = str_of(k->time), .control = k->isa,
		.test = str_is(part(k, isa, 15), "T") };

	snprintf(number, sizeof(number), "%u", k->gs);
	x12_put_isa(&k->w, &to);
	put_all(k, "GS", (struct str[]){ STR("HR"), part(k, gs, 2),
	    part(k, gs, 3), str_of(k->day), str_of(k->time), str_of(number),
	    STR("X"), STR("005010X212") }, 8);
	put_all(k, "ST", (struct str[]){ STR("276"), STR("0001"),
	    STR("005010X212") }, 3);
	snprintf(number, sizeof(number), "%09u0001", k->isa);
	put_all(k, "BHT", (struct str[]){ STR("0010"), STR("13"),
	    str_of(number), str_of(k->day), str_of(k->time) }, 5);
}

static void end_file(struct asking *k)
{
	char number[24];

	x12_begin(&k->w, "SE");
	x12_putn(&k->w, k->w.number);
	x12_puts(&k->w, "0001");
	x12_end(&k->w);
	snprintf(number, sizeof(number), "%u", k->gs);
	put_all(k, "GE", (struct str[]){ STR("1"), str_of(number) }, 2);
	snprintf(number, sizeof(number), "%09u", k->isa);
	put_all(k, "IEA", (struct str[]){ STR("1"), str_of(number) }, 2);
}

static void on_fault(void *arg, const struct diag *d)
{
	struct asking *k = arg;

	if (d->severity == DIAG_ERROR && !k->e->code)
		ehr_fail(k->e, EHR_EREJECT, "276:%llu: %s: %s",
		    (unsigned long long)d->line, d->path,
		    d->text ? d->text : diag_text(d->id));
}

static int check(struct asking *k)
{
	struct diag_sink sink = { .emit = on_fault, .arg = k };
	X12_CHECK_AUTO *c = x12_check_new(NULL, &sink);
	X12_AUTO *x = NULL;
	struct x12_seg seg;
	struct in *in = NULL;
	int rc = in_open_mem(&in, "276", buf_str(&k->text));

	if (rc < 0)
		return rc;
	x = x12_new(in);
	while ((rc = x12_next(x, &seg, k->e)) > 0)
		x12_check_take(c, &seg, x12_sep(x));
	if (rc == 0)
		x12_check_end(c, false);
	in_close(in);
	return rc < 0 ? rc : k->e->code;
}

static const struct sent_claim *claim_in(const struct sent *f, int64_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->claim[i].submission == id)
			return &f->claim[i];
	return NULL;
}

static int number_file(struct asking *k)
{
	BUF_AUTO t = BUF_INIT;
	int64_t isa = 0, gs = 0;
	int rc = claim_number(k->db, "isa", 1, &isa, k->e);

	if (rc == 0)
		rc = claim_number(k->db, "gs", 1, &gs, k->e);
	k->isa = (uint32_t)isa;
	k->gs = (uint32_t)gs;
	k->now = store_time(k->db);
	date_format_ms(&t, k->now);
	snprintf(k->day, sizeof(k->day), "%.4s%.2s%.2s", t.s, t.s + 5,
	    t.s + 8);
	snprintf(k->time, sizeof(k->time), "%.2s%.2s", t.s + 11, t.s + 14);
	return rc;
}

static int write_file(struct asking *k, struct asked *ask, size_t n)
{
	struct claim_made *m = &k->made[k->files];
	struct claim_out o = { .kind = "276", .folder = k->o->folder };
	int rc = number_file(k);

	buf_reset(&k->text);
	k->w = (struct x12_writer)X12_WRITER(&k->text);
	k->hl = 0;
	begin_file(k);
	for (size_t i = 0; i < n; i++) {
		snprintf(ask[i].trn, sizeof(ask[i].trn), "%.*sQ%u",
		    STR_FMT(ask[i].clm01), k->isa);
		claim(k, claim_in(k->sent, ask[i].submission),
		    str_of(ask[i].trn), ask[i].payer_claim);
	}
	end_file(k);
	if (rc == 0)
		rc = check(k);
	o.submitter = setup_find(&k->setup, SETUP_SUBMITTER,
	    k->sent->receiver);
	if (rc == 0 && !o.submitter)
		rc = ehr_fail(k->e, EHR_EREJECT, "submitter %.*s: no such item",
		    STR_FMT(k->sent->receiver));
	if (rc < 0)
		return rc;
	o.isa = k->isa;
	o.gs = k->gs;
	o.now = k->now;
	*m = (struct claim_made){ .batch = k->batch, .claims = (int64_t)n,
		.path = BUF_INIT };
	k->files++;
	rc = claim_out_keep(k->a, &o, buf_str(&k->text), m, k->e);
	return rc < 0 ? rc : add_rows(k, m->id, ask, n);
}

/* ---- which claims ---- */

static bool asked_lately(const struct asking *k, const struct claim_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->ev[i].kind == CLAIM_EVENT_ASKED &&
		    row->ev[i].submission == row->now.submission &&
		    row->ev[i].time > k->o->now -
			(int64_t)CLAIM_ASK_AGAIN * 86400000)
			return true;
	return false;
}

static int take_claim(void *arg, const struct claim_row *row)
{
	struct asking *k = arg;
	struct asked *x;

	if (!row->now.submission)
		return k->o->n ? ehr_fail(k->e, EHR_EREJECT, "claim %lld: in "
		    "no file that was sent", (long long)row->claim) : 0;
	if (k->o->n == 0 && asked_lately(k, row))
		return 0;
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 64;
		k->ask = xrealloc(k->ask, k->cap * sizeof(*k->ask));
	}
	x = &k->ask[k->n++];
	*x = (struct asked){ .claim = row->claim,
		.submission = row->now.submission, .patient = row->patient,
		.outgoing = row->outgoing,
		.clm01 = arena_str(&k->mem, row->clm01),
		.payer_claim = arena_str(&k->mem, row->now.payer_claim) };
	return 0;
}

static int take_claims(struct asking *k)
{
	struct claim_filter f = { .sent_before = k->o->sent_before };
	int rc = 0;

	claim_states_parse(STR("waiting"), &f.states);
	if (k->o->n == 0)
		return claim_each(k->db, &f, take_claim, k, k->e);
	for (size_t i = 0; i < k->o->n && rc == 0; i++) {
		f = (struct claim_filter){ .claim = k->o->claim[i] };
		rc = claim_each(k->db, &f, take_claim, k, k->e);
	}
	return rc;
}

static int by_file(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return (x->outgoing > y->outgoing) - (x->outgoing < y->outgoing);
}

static int write_files(struct asking *k)
{
	size_t end;
	int rc = setup_read(k->db, &k->setup, k->e);

	if (rc == 0)
		rc = take_claims(k);
	if (k->n)
		qsort(k->ask, k->n, sizeof(*k->ask), by_file);
	k->made = xcalloc(k->n + 1, sizeof(*k->made));
	for (size_t i = 0; i < k->n && rc == 0; i = end) {
		for (end = i; end < k->n &&
		     k->ask[end].outgoing == k->ask[i].outgoing; end++)
			;
		rc = sent_by_id(k->db, k->ask[i].outgoing, &k->sent, k->e);
		if (rc > 0)
			rc = write_file(k, k->ask + i, end - i);
		sent_free(k->sent);
		k->sent = NULL;
	}
	return rc;
}

static int place_files(struct asking *k)
{
	struct claim_made *m;
	int rc = 0;

	for (size_t i = 0; i < k->files && rc == 0; i++) {
		m = &k->made[i];
		if (m->out)
			rc = claim_out_place(k->a, m, k->e);
		if (rc == 0)
			rc = k->o->made(k->o->arg, m->batch, m->path.s,
			    m->claims, k->e);
	}
	return rc;
}

int claim_ask(struct access *a, const struct claim_ask *o, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_UPDATE,
		.scope = "claims" };
	const struct access_rows rows = { .kind = "ask" };
	struct asking k = { .a = a, .db = record_store(a->r), .o = o, .e = e,
		.setup = SETUP_INIT, .mem = ARENA_INIT, .text = BUF_INIT,
		.range = BUF_INIT };
	struct batch_counts n = { 0 };
	int rc = access_rows_begin(a, &w, &rows, &k.batch, e);

	if (rc < 0)
		return rc;
	rc = write_files(&k);
	n.inserted = rc == 0 ? (int64_t)k.n : 0;
	rc = access_rows_end(a, k.batch, &n, rc, e);
	if (rc == 0)
		rc = place_files(&k);
	for (size_t i = 0; i < k.files; i++) {
		out_abort(k.made[i].out);
		buf_release(&k.made[i].path);
	}
	free(k.made);
	free(k.ask);
	setup_release(&k.setup);
	arena_release(&k.mem);
	buf_release(&k.text);
	buf_release(&k.range);
	return rc;
}
