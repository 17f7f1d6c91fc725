/* post.c - payments into the ledger, and out of it again. */
#include "ehr/billing-doc.h"
#include "ehr/billing-entries.h"
#include "ehr/claim-status.h"
#include "match.h"
#include "statements.h"

const struct sql remit_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

static const struct {
	const char *name, *text;
} parks[] = {
#define X(id, name, text) { name, text },
#include "ehr/remit-park.def"
#undef X
};

struct post {
	struct access *a;
	struct store *db;
	struct ledger l;
	const struct remit_post *p;
	const struct remit_pay *pay; /* at work */
	const struct remit_clp *clp;
	struct remit_done done;
	struct ledger_entries x;
	struct ehr_err *e;
};

/* ---- a claim's transaction ---- */

static void adjustment(struct post *t, const struct remit_cas *c,
    struct ledger_entry of)
{
	bool whole;

	of.acct = LEDGER_AR;
	of.grp = c->grp;
	of.carc = c->carc;
	of.cents = -c->cents;
	ledger_entries_add(&t->x, &of);
	of.acct = remit_cas_acct(c, &whole);
	of.cents = c->cents;
	if (of.acct == LEDGER_AR) { /* the patient owes it now */
		of.payer = STR_NONE;
		of.rank = '\0';
	}
	ledger_entries_add(&t->x, &of);
}

static void line_entries(struct post *t, const struct remit_match *m,
    const struct remit_line *line, int64_t remit)
{
	const struct remit_cas *c;
	struct ledger_entry of = { .acct = LEDGER_AR, .cents = -line->paid,
		.patient = m->patient, .guarantor = line->guarantor,
		.payer = m->payer, .provider = line->provider,
		.rank = m->rank, .line = line->id, .remit = remit,
		.ref = t->clp->payer_claim };

	if (line->paid)
		ledger_entries_add(&t->x, &of);
	if (remit_line_denied(t->p->file, line))
		return;
	for (size_t i = 0; (c = remit_line_cas(t->p->file, line, i)); i++)
		adjustment(t, c, of);
}

static int post_claim(struct post *t, const struct remit_match *m,
    int64_t remit)
{
	const struct ledger_entry clearing = { .acct = LEDGER_CLEARING,
		.cents = t->clp->paid, .patient = m->patient,
		.payer = m->payer, .rank = m->rank, .remit = remit,
		.ref = t->pay->trace };

	t->x.n = 0;
	if (t->clp->paid)
		ledger_entries_add(&t->x, &clearing);
	for (size_t i = 0; i < m->n; i++)
		line_entries(t, m, &m->line[i], remit);
	return t->x.n == 0 ? 0 : ledger_post(&t->l, t->x.v, t->x.n, 0,
	    STR_NONE, NULL, t->e);
}

/* ---- its events ---- */

static int denied_line(struct post *t, const struct remit_match *m,
    const struct remit_line *line, struct claim_event ev)
{
	BUF_AUTO note = BUF_INIT;
	const struct remit_cas *c;

	(void)m;
	for (size_t i = 0; (c = remit_line_cas(t->p->file, line, i)); i++)
		buf_addf(&note, "%s%.*s-%.*s", note.len ? " " : "",
		    STR_FMT(c->grp), STR_FMT(c->carc));
	ev.kind = CLAIM_EVENT_DENIED;
	ev.line = line->id;
	ev.note = buf_str(&note);
	ev.has_cents = true;
	ev.cents = line->cents;
	return claim_event_add(t->db, &ev, t->l.batch, NULL, t->e);
}

static int add_events(struct post *t, const struct remit_match *m)
{
	struct claim_event ev = { .claim = m->claim,
		.submission = m->submission, .kind = CLAIM_EVENT_PAID,
		.source = CLAIM_SOURCE_835, .day = t->pay->day,
		.doc = t->l.doc, .segment = (int64_t)t->clp->segment,
		.category = t->clp->status, .cents = t->clp->paid,
		.has_cents = true, .payer_claim = t->clp->payer_claim };
	size_t denied = 0, asked = 0;
	int rc = 0;

	for (size_t i = 0; i < m->n && rc == 0; i++) {
		asked += m->line[i].cents > 0;
		if (!remit_line_denied(t->p->file, &m->line[i]))
			continue;
		denied++;
		rc = denied_line(t, m, &m->line[i], ev);
	}
	if (denied && denied == asked)
		ev.kind = CLAIM_EVENT_DENIED;
	return rc < 0 ? rc :
	    claim_event_add(t->db, &ev, t->l.batch, NULL, t->e);
}

/* ---- rows of what was read ---- */

static void put_id(struct stmt *s, int i, int64_t id)
{
	if (id)
		stmt_int(s, i, id);
	else
		stmt_null(s, i);
}

static int add_claim(struct post *t, const struct remit_clp *c, int64_t claim,
    enum remit_park park, int64_t *id)
{
	struct stmt *s = remit_sql(t->db, REMIT_CLAIM_ADD);
	int rc;

	stmt_int(s, 1, t->done.remit);
	stmt_int(s, 2, (int64_t)c->segment);
	stmt_text(s, 3, c->clm01);
	stmt_text(s, 4, c->status);
	stmt_int(s, 5, c->charged);
	stmt_int(s, 6, c->paid);
	stmt_int(s, 7, c->owes);
	stmt_text(s, 8, c->payer_claim.n ? c->payer_claim : STR_NONE);
	put_id(s, 9, claim);
	stmt_text(s, 10, park == REMIT_PARK_NONE ? STR_NONE
	    : str_of(parks[park].name));
	stmt_text(s, 11, c->moa.n ? c->moa : STR_NONE);
	rc = stmt_run(s, t->e);
	*id = store_last_rowid(t->db);
	if (park == REMIT_PARK_NONE)
		t->done.posted++;
	else
		t->done.parked++;
	return rc;
}

static int one_claim(struct post *t, const struct remit_clp *c)
{
	REMIT_MATCH_AUTO m = REMIT_MATCH_INIT;
	int64_t id;
	int park = remit_match(&m, t->db, t->p->file, c, t->e), rc;

	if (park < 0)
		return park;
	t->clp = c;
	access_set_touch(t->a, m.patient);
	rc = add_claim(t, c, m.claim, (enum remit_park)park, &id);
	if (rc < 0 || park != REMIT_PARK_NONE)
		return rc;
	rc = remit_said_add(t->db, t->p->file, c, &m, id, t->e);
	if (rc == 0)
		rc = ledger_claim(&t->l, m.claim, LEDGER_ALL, t->e);
	if (rc >= 0)
		rc = post_claim(t, &m, id);
	return rc < 0 ? rc : add_events(t, &m);
}

/* ---- a payment ---- */

/* 1: the same was posted; 0: none of that payer and trace. */
static int posted_before(struct post *t)
{
	struct stmt *s = remit_sql(t->db, REMIT_LIVE);
	int rc;

	stmt_text(s, 1, t->pay->payer);
	stmt_text(s, 2, t->pay->trace);
	rc = stmt_step(s, t->e);
	if (rc > 0) {
		t->done.remit = stmt_col_int(s, 0);
		if (memcmp(stmt_col(s, 1).s, t->pay->sha256, SHA256_LEN) != 0)
			rc = ehr_fail(t->e, EHR_ECHANGED, "%s:%llu: a payment "
			    "of this payer and trace number was posted with "
			    "other contents (%lld)", t->p->name,
			    (unsigned long long)t->pay->segment,
			    (long long)t->done.remit);
	}
	stmt_reset(s);
	return rc;
}

static int add_payment(struct post *t)
{
	struct stmt *s = remit_sql(t->db, REMIT_ADD);
	struct ledger_entry of[2] = {
		{ .acct = LEDGER_CASH, .cents = t->pay->cents,
		    .ref = t->pay->trace },
		{ .acct = LEDGER_CLEARING, .cents = -t->pay->cents,
		    .ref = t->pay->trace } };
	int rc;

	stmt_int(s, 1, t->l.doc);
	stmt_int(s, 2, (int64_t)t->pay->segment);
	stmt_text(s, 3, t->pay->payer.s ? t->pay->payer : STR(""));
	stmt_text(s, 4, t->pay->trace);
	stmt_text(s, 5, t->pay->method.s ? t->pay->method : STR(""));
	stmt_text(s, 6, t->pay->day);
	stmt_int(s, 7, t->pay->cents);
	stmt_blob(s, 8, t->pay->sha256, SHA256_LEN);
	stmt_int(s, 9, t->l.batch);
	rc = stmt_run(s, t->e);
	t->done.remit = store_last_rowid(t->db);
	return rc < 0 || t->pay->cents == 0 ? rc : ledger_post(&t->l, of, 2, 0,
	    STR_NONE, NULL, t->e);
}

static int add_plbs(struct post *t)
{
	int64_t id;
	int rc = 0;

	for (size_t i = t->pay->plb; i < t->pay->plb_end && rc == 0; i++) {
		const struct remit_plb *b = &t->p->file->plb.v[i];
		const struct remit_clp c = { .segment = b->segment,
			.clm01 = b->ref.s ? b->ref : STR(""),
			.status = b->reason.s ? b->reason : STR(""),
			.paid = -b->cents };

		rc = add_claim(t, &c, 0, REMIT_PARK_PLB, &id);
	}
	return rc;
}

static int one_payment(struct post *t, const struct remit_pay *pay,
    struct batch_counts *n)
{
	int rc;

	t->pay = pay;
	t->done = (struct remit_done){ .pay = pay };
	n->read++;
	rc = posted_before(t);
	if (rc > 0) {
		n->unchanged++;
		t->done.unchanged = true;
		return 0;
	}
	if (rc == 0)
		rc = add_payment(t);
	for (size_t i = pay->clp; i < pay->clp_end && rc == 0; i++)
		rc = one_claim(t, &t->p->file->clp.v[i]);
	if (rc == 0)
		rc = add_plbs(t);
	n->inserted++;
	n->rejected += t->done.parked;
	return rc;
}

/* ---- a file ---- */

static int keep_doc(struct post *t, int64_t batch)
{
	struct billing_doc d = { .kind = "835", .text = t->p->text };
	uint8_t digest[SHA256_LEN];
	BUF_AUTO key = BUF_INIT;
	int rc;

	sha256(d.text.s, d.text.n, digest);
	buf_adds(&key, "835:");
	hex_format(&key, digest, sizeof(digest));
	d.key = buf_str(&key);
	rc = billing_doc_add(t->db, batch, &d, &t->l.doc, t->e);
	return rc < 0 ? rc : 0;
}

int remit_post(struct access *a, int64_t batch, const struct remit_post *p,
    struct batch_counts *n, struct ehr_err *e)
{
	struct post t = { .a = a, .db = record_store(a->r), .p = p, .e = e,
		.x = LEDGER_ENTRIES_INIT };
	int64_t parked = 0;
	char day[11];
	int rc = ledger_begin(&t.l, a, batch, p->day, day, e);

	if (rc == 0)
		rc = keep_doc(&t, batch);
	for (size_t i = 0; i < p->file->pay.n && rc == 0; i++) {
		rc = one_payment(&t, &p->file->pay.v[i], n);
		parked += t.done.parked;
		if (rc == 0)
			rc = p->done(p->arg, &t.done);
	}
	ledger_entries_release(&t.x);
	return rc == 0 && parked ? ehr_fail(e, EHR_EREJECT,
	    "%s: %lld of it parked (ehr-claim remit list --parked)", p->name,
	    (long long)parked) : rc;
}

int remit_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = remit_sql(db, REMIT_UNDONE);
	int64_t txns = 0, events = 0;
	int rc = ledger_take_back(a, batch, of, str_of(a->opt.reason), &txns,
	    e);

	if (rc == 0)
		rc = claim_event_undo(a, of, batch, &events, e);
	if (rc < 0)
		return rc;
	stmt_int(s, 1, of);
	stmt_int(s, 2, batch);
	n->deleted += txns + events;
	return stmt_run(s, e);
}

/* ---- lists ---- */

int remit_each(struct store *db, int (*fn)(void *arg,
    const struct remit_row *row), void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &remit_sql_table[REMIT_LIST]);
	struct remit_row row;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		row = (struct remit_row){ stmt_col_int(s, 0),
			stmt_col_int(s, 1), stmt_col_int(s, 2),
			stmt_col_int(s, 3), stmt_col_int(s, 4),
			stmt_col_int(s, 5), stmt_col(s, 6), stmt_col(s, 7),
			stmt_col(s, 8), stmt_col(s, 9) };
		rc = fn(arg, &row);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

static struct str park_text(struct str name)
{
	for (size_t i = 0; i < REMIT_PARKS; i++)
		if (str_is(name, parks[i].name))
			return str_of(parks[i].text);
	return STR_NONE;
}

int remit_parked_each(struct store *db, int (*fn)(void *arg,
    const struct remit_item *row), void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &remit_sql_table[REMIT_PARKED]);
	struct remit_item row;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		row = (struct remit_item){ stmt_col_int(s, 0),
			stmt_col_int(s, 1), stmt_col_int(s, 2),
			stmt_col_int(s, 3), stmt_col_int(s, 4),
			stmt_col_int(s, 5), stmt_col(s, 6), stmt_col(s, 7),
			stmt_col(s, 8), park_text(stmt_col(s, 8)) };
		rc = fn(arg, &row);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}
