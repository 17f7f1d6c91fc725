/* Inquiries: for whom, in which files, as rows. */
#include "elig/fhir.h"
#include "elig/write.h"

#include "ehr/billing-setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_OUT = 64 << 20 };

/* Its row waits for the file's. */
struct pending {
	int64_t patient, coverage;
	struct str payer, provider, member, birth, trace;
	char st[8];
};
struct asking {
	struct elig_job *j;
	struct record *r;
	struct store *db;
	const struct elig_asking *o;
	struct setup setup;
	struct party party;
	int64_t now;
	elig_asked_fn *fn;
	void *arg;
	struct arena mem, chart;
	/* the file at work */
	const struct setup_item *submitter; /* the pass: whose files */
	struct buf text;
	struct elig_file file;
	bool open;
	struct pending *pending;
	size_t n, cap;
	int64_t patient; /* at work */
	struct party_who who;
};

/* ---- the file ---- */

static int control(struct asking *k, const char *name, uint32_t *v,
    struct ehr_err *e)
{
	struct stmt *s = elig_sql(k->db, ELIG_CONTROL);
	int rc;

	stmt_text(s, 1, str_of(name));
	rc = stmt_step(s, e);
	if (rc > 0)
		*v = (uint32_t)stmt_col_int(s, 0);
	stmt_reset(s);
	if (rc > 0 && *v > 999999999)
		return ehr_fail(e, EHR_EIO, "control numbers are used up");
	return rc < 0 ? rc : 0;
}

static int begin_file(struct asking *k, struct ehr_err *e)
{
	uint32_t isa = 0, gs = 0;
	int rc = control(k, "isa", &isa, e);

	if (rc == 0)
		rc = control(k, "gs", &gs, e);
	if (rc < 0)
		return rc;
	buf_reset(&k->text);
	elig_file_begin(&k->file, &k->text, k->submitter, isa, gs, k->now);
	k->open = true;
	return 0;
}

static int add_out(struct asking *k, int64_t *id, struct ehr_err *e)
{
	struct stmt *s = elig_sql(k->db, ELIG_OUT_ADD);
	BUF_AUTO packed = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	char name[32];
	int rc;

	snprintf(name, sizeof(name), "270-%09" PRIu32 ".x12", k->file.isa);
	sha256(k->text.s, k->text.len, digest);
	store_pack_plain(buf_str(&k->text), &packed);
	stmt_text(s, 1, k->submitter->key);
	stmt_int(s, 2, k->file.isa);
	stmt_int(s, 3, k->file.gs);
	stmt_text(s, 4, str_of(name));
	stmt_blob(s, 5, digest, sizeof(digest));
	stmt_int(s, 6, (int64_t)k->n);
	stmt_int(s, 7, k->now);
	stmt_int(s, 8, k->j->batch);
	stmt_blob(s, 9, packed.s, packed.len);
	rc = stmt_run(s, e);
	*id = store_last_rowid(k->db);
	return rc;
}

static void list(struct buf *b, const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%.*s", i ? " " : "", STR_FMT(v[i]));
}

static int add_inquiry(struct asking *k, const struct pending *p, int64_t out,
    int64_t *id, struct ehr_err *e)
{
	struct stmt *s = elig_sql(k->db, ELIG_INQUIRY_ADD);
	BUF_AUTO services = BUF_INIT;
	BUF_AUTO diagnoses = BUF_INIT;
	int rc;

	list(&services, k->o->service, k->o->services);
	list(&diagnoses, k->o->diagnosis, k->o->diagnoses);
	stmt_text(s, 1, p->trace);
	stmt_int(s, 2, p->patient);
	stmt_int(s, 3, p->coverage);
	stmt_text(s, 4, p->payer);
	stmt_text(s, 5, p->provider);
	stmt_text(s, 6, p->member);
	stmt_text(s, 7, p->birth);
	stmt_text(s, 8, k->o->day);
	stmt_text(s, 9, buf_str(&services));
	stmt_text(s, 10, k->o->place);
	stmt_text(s, 11, buf_str(&diagnoses));
	stmt_int(s, 12, out);
	stmt_text(s, 13, str_of(p->st));
	stmt_int(s, 14, k->now);
	stmt_int(s, 15, k->j->batch);
	rc = stmt_run(s, e);
	*id = store_last_rowid(k->db);
	return rc;
}

/* The same as a resource. */
static int add_request(struct asking *k, const struct pending *p,
    struct ehr_err *e)
{
	const struct setup_item *payer = setup_find(&k->setup, SETUP_PAYER,
	    p->payer);
	const struct setup_item *by = setup_find(&k->setup, SETUP_PROVIDER,
	    p->provider);
	struct elig_about x = { .trace = p->trace, .at = k->now,
		.payer = setup_value(payer, "name"),
		.payer_id = setup_value(payer, "id"),
		.provider = setup_value(by, "org"),
		.npi = setup_value(by, "npi") };
	BUF_AUTO body = BUF_INIT;
	int rc = elig_about(k->r, p->coverage, p->patient, &k->mem, &x, e);

	if (rc <= 0)
		return rc;
	elig_request_body(&x, k->o, &body);
	k->j->changed = true;
	return elig_put(k->j->b, &x, buf_str(&body), e);
}

static int end_file(struct asking *k, struct ehr_err *e)
{
	int64_t out = 0;
	int rc;

	if (!k->open)
		return 0;
	k->open = false;
	elig_file_end(&k->file);
	rc = add_out(k, &out, e);
	for (size_t i = 0; rc == 0 && i < k->n; i++) {
		const struct pending *p = &k->pending[i];
		struct elig_asked q = { .patient = p->patient,
			.coverage = p->coverage, .outgoing = out,
			.payer = p->payer };

		rc = add_inquiry(k, p, out, &q.id, e);
		if (rc == 0)
			rc = add_request(k, p, e);
		if (rc == 0)
			rc = k->fn(k->arg, &q, e);
	}
	k->n = 0;
	return rc;
}

/* ---- one coverage ---- */

/* Does our own validator take it? */
static bool is_sound(struct asking *k, const struct elig_ask *q)
{
	struct diag_sink sink = { .emit = NULL };
	X12_CHECK_AUTO *check = x12_check_new("270", &sink);
	BUF_AUTO text = BUF_INIT;
	struct x12_seg seg;
	struct elig_file f;
	struct in *in = NULL;
	struct x12 *x;
	char st[8];
	int rc;

	elig_file_begin(&f, &text, k->submitter, 1, 1, k->now);
	elig_file_add(&f, q, st);
	elig_file_end(&f);
	in_open_mem(&in, "270", buf_str(&text));
	x = x12_new(in);
	while ((rc = x12_next(x, &seg, NULL)) > 0)
		x12_check_take(check, &seg, x12_sep(x));
	x12_check_end(check, rc < 0);
	x12_free(x);
	in_close(in);
	return rc == 0 && !f.w.bad && sink.count[DIAG_ERROR] == 0;
}

static const struct setup_item *provider(struct asking *k)
{
	const struct setup_item *i = NULL;

	if (k->o->provider.n)
		return setup_find(&k->setup, SETUP_PROVIDER, k->o->provider);
	while ((i = setup_next(&k->setup, SETUP_PROVIDER, i)))
		if (setup_yes(i, "bills"))
			return i;
	return NULL;
}

/* 1: there is such a row; v: its first column. */
static int row(struct asking *k, enum elig_sql_id id, int64_t coverage,
    struct str day, int64_t *v, struct ehr_err *e)
{
	struct stmt *s = elig_sql(k->db, id);
	int rc;

	stmt_int(s, 1, k->patient);
	stmt_int(s, 2, coverage);
	stmt_text(s, 3, day);
	rc = stmt_step(s, e);
	if (rc > 0)
		*v = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

/* Is there a reason not to ask again? */
static int known(struct asking *k, int64_t coverage, const char **why,
    struct ehr_err *e)
{
	int64_t v = 0;
	int rc = 0;

	if (k->o->again)
		return 0;
	rc = row(k, ELIG_FRESH, coverage, k->o->today, &v, e);
	if (rc > 0)
		*why = "an answer counts still";
	if (rc == 0 && (rc = row(k, ELIG_OPEN, coverage, k->o->day, &v, e)) > 0)
		*why = "asked already";
	if (rc == 0 && (rc = row(k, ELIG_HELD, coverage, k->o->day, &v, e)) > 0
	    && (v == 0 || v > k->now))
		*why = v ? "failed, to be asked later" :
		    "failed, needs a person";
	return rc < 0 ? rc : 0;
}

static const struct setup_item *over(struct asking *k,
    const struct setup_item *payer)
{
	const struct setup_item *s = setup_ref(&k->setup, payer, "inquiries");

	return s ? s : setup_ref(&k->setup, payer, "submitter");
}

static struct str originator(struct asking *k, const struct setup_item *s,
    const struct setup_item *by)
{
	struct str own = setup_value(s, "originator"), ein;
	BUF_AUTO b = BUF_INIT;

	if (own.n)
		return own;
	ein = by ? setup_value(by, "ein") : STR_NONE;
	if (ein.n == 0)
		return STR("");
	buf_addch(&b, '1');
	for (size_t i = 0; i < ein.n; i++)
		if (ein.s[i] != '-')
			buf_addch(&b, ein.s[i]);
	return arena_str(&k->mem, buf_str(&b));
}

/* What the set-up lacks, or NULL. */
static const char *lacks(struct asking *k, const struct party_cover *c)
{
	const struct setup_item *by = provider(k);

	if (!c->payer)
		return "the set-up has no such payer";
	if (!setup_yes(c->payer, "270"))
		return "the payer is not asked";
	if (!over(k, c->payer))
		return "the payer has no submitter";
	if (!by)
		return "no provider that bills";
	if (originator(k, over(k, c->payer), by).n == 0)
		return "the submitter has no originator";
	if (elig_needs(c->payer, "ssn") && k->who.patient.ssn.n == 0)
		return "the payer needs a social security number";
	return c->member.n || k->who.patient.last.n ? NULL :
	    "neither a member id nor a name";
}

static int told(struct asking *k, const struct party_cover *c, const char *why,
    struct ehr_err *e)
{
	struct elig_asked q = { .patient = k->patient, .coverage = c->rid,
		.payer = c->payer ? c->payer->key : STR(""), .why = why };

	return k->fn(k->arg, &q, e);
}

static int make(struct asking *k, const struct party_cover *c,
    struct ehr_err *e)
{
	struct elig_ask q = { .patient = &k->who.patient, .cover = c,
		.provider = provider(k),
		.submitter = k->submitter, .day = k->o->day,
		.service = k->o->service, .services = k->o->services,
		.place = k->o->place, .diagnosis = k->o->diagnosis,
		.diagnoses = k->o->diagnoses };
	BUF_AUTO trace = BUF_INIT;
	uint8_t random[8];
	struct pending *p;
	int rc = 0;

	crypto_random(random, sizeof(random));
	buf_addch(&trace, 'E');
	hex_format(&trace, random, sizeof(random));
	q.trace = arena_str(&k->mem, buf_str(&trace));
	q.originator = originator(k, k->submitter, q.provider);
	if (!is_sound(k, &q))
		return told(k, c, "what is known makes no valid inquiry", e);
	if (!k->open)
		rc = begin_file(k, e);
	if (rc < 0)
		return rc;
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 16;
		k->pending = xrealloc(k->pending, k->cap * sizeof(*p));
	}
	p = &k->pending[k->n++];
	*p = (struct pending){ .patient = k->patient, .coverage = c->rid,
		.payer = c->payer->key, .provider = q.provider->key,
		.member = arena_str(&k->mem, c->member), .trace = q.trace,
		.birth = arena_str(&k->mem, k->who.patient.birth) };
	elig_file_add(&k->file, &q, p->st);
	return k->o->together && k->text.len < MAX_OUT ? 0 : end_file(k, e);
}

static int cover(struct asking *k, const struct party_cover *c,
    struct ehr_err *e)
{
	const char *why = lacks(k, c);
	int rc = 0;

	if (k->o->payer.n && !(c->payer && str_eq(c->payer->key, k->o->payer)))
		return 0;
	/* the pass without a submitter tells what cannot be asked */
	if (why)
		return k->submitter ? 0 : told(k, c, why, e);
	if (over(k, c->payer) != k->submitter)
		return 0;
	rc = known(k, c->rid, &why, e);
	if (rc == 0 && why)
		return told(k, c, why, e);
	return rc < 0 ? rc : make(k, c, e);
}

/* ---- all ---- */

static int pass(struct asking *k, const struct setup_item *submitter,
    const int64_t *patient, size_t n, struct ehr_err *e)
{
	int rc = 0;

	k->submitter = submitter;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		k->patient = patient[i];
		arena_reset(&k->chart);
		rc = party_read(&k->party, &k->chart, patient[i], k->o->day,
		    &k->who, e);
		for (size_t c = 0; rc == 0 && c < k->who.n; c++)
			rc = cover(k, &k->who.cover[c], e);
	}
	return rc < 0 ? rc : end_file(k, e);
}

int elig_ask(struct elig_job *j, const struct elig_asking *o,
    const int64_t *patient, size_t n, elig_asked_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct asking k = { .j = j, .r = j->a->r,
		.db = record_store(j->a->r), .o = o,
		.setup = SETUP_INIT, .fn = fn, .arg = arg,
		.party = PARTY_INIT(j->a->r, &k.setup),
		.mem = ARENA_INIT, .chart = ARENA_INIT, .text = BUF_INIT };
	const struct setup_item *s = NULL;
	int rc = setup_read(k.db, &k.setup, e);

	k.now = store_time(k.db);
	if (rc == 0)
		rc = pass(&k, NULL, patient, n, e);
	while (rc == 0 && (s = setup_next(&k.setup, SETUP_SUBMITTER, s)))
		rc = pass(&k, s, patient, n, e);
	free(k.pending);
	buf_release(&k.text);
	arena_release(&k.mem);
	arena_release(&k.chart);
	party_release(&k.party);
	setup_release(&k.setup);
	return rc;
}

int elig_outs(struct store *db, int64_t batch, elig_out_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &elig_sql_table[ELIG_OUTS]);
	BUF_AUTO text = BUF_INIT;
	int rc;

	stmt_int(s, 1, batch);
	while ((rc = stmt_step(s, e)) > 0) {
		struct elig_out o = { .id = stmt_col_int(s, 0),
			.made = stmt_col_int(s, 1),
			.placed = stmt_col_int(s, 2),
			.inquiries = stmt_col_int(s, 3),
			.name = stmt_col(s, 4), .receiver = stmt_col(s, 5) };

		buf_reset(&text);
		rc = store_unpack_plain(db, stmt_col(s, 6), 2 * MAX_OUT,
		    &text, e);
		o.text = buf_str(&text);
		if (rc == 0)
			rc = fn(arg, &o, e);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}
