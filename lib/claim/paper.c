/* paper.c - claims on paper: their forms, kept as a submission when they are
 * asked for by their charges. */
#include <stdlib.h>

#include "cms1500.h"

static void name_shown(struct claim_job *j)
{
	struct claim_doc *d = &j->doc;

	claim_name(d->name, d->claim_id, d->nth > 1 ? d->nth - 1 : 1);
}

/* Of what is kept already the name of its last submission, of the others that
 * of this one; *kept gets these. Those that do not fit are marked. */
static size_t add_jobs(struct claim_build_run *b, struct claim_file *kept,
    struct buf *to)
{
	struct paper p = { .b = b };
	size_t i, n = 0, done = 0;

	for (i = 0; i < b->jobs; i++) {
		p.j = b->job[i];
		if (p.j->shown)
			name_shown(p.j);
		p.j->bad = !paper_add(&p, to);
		done += !p.j->bad;
	}
	for (i = 0; i < kept->n; i++)
		if (!((struct claim_job *)kept->doc[i])->bad)
			kept->doc[n++] = kept->doc[i];
	kept->n = n;
	return done;
}

/* The event, before anything is shown: patients, and other ones by whom they
 * are insured. */
static int tell(struct claim_build_run *b)
{
	int64_t *who = xcalloc(2 * b->jobs + 1, sizeof(*who));
	size_t i, n = 0;
	int rc;

	for (i = 0; i < b->jobs; i++) {
		who[n++] = b->job[i]->charge.patient;
		if (b->job[i]->cover->other_patient)
			who[n++] = b->job[i]->cover->other_patient;
	}
	rc = n ? access_set(b->a, AUDIT_LIST, "claims on paper", who, n,
	    b->e) : 0;
	free(who);
	return rc;
}

/* ---- claims that were built ---- */

static int shown(struct claim_build_run *b, struct buf *pages, size_t *n)
{
	struct claim_file none = { .n = 0 };
	int rc = claim_pick(b);

	if (rc == 0)
		rc = tell(b);
	if (rc == 0)
		*n = add_jobs(b, &none, pages);
	return rc;
}

/* ---- charges: each a submission ---- */

static int keep(struct claim_build_run *b, struct claim_file *f,
    struct str pages)
{
	static const struct setup_item paper = { .key = { "paper", 5 } };
	struct claim_made m = { .claims = (int64_t)f->n, .batch = b->batch };
	int64_t isa = 0;
	size_t i;
	int rc = f->n ? claim_number(b->db, "isa", 1, &isa, b->e) : 0;

	for (i = 0; i < f->n; i++)
		m.cents += f->doc[i]->cents;
	if (rc == 0 && f->n)
		rc = claim_out_row(b->a, &(struct claim_out){
		    .kind = CLAIM_PAPER, .submitter = &paper,
		    .isa = (uint32_t)isa, .now = f->now }, STR(""), pages, &m,
		    b->e);
	return rc < 0 || f->n == 0 ? rc : claim_rows_add(b, f, m.id);
}

static int fill(struct claim_build_run *b, struct buf *pages, size_t *n)
{
	struct claim_file f = { .setup = &b->setup,
		.now = store_time(b->db) };
	size_t i;
	int rc = claim_pick(b);

	f.doc = xcalloc(b->jobs + 1, sizeof(*f.doc));
	for (i = 0; i < b->jobs; i++)
		if (!b->job[i]->shown)
			f.doc[f.n++] = &b->job[i]->doc;
	if (rc == 0)
		rc = claim_names(b, &f);
	if (rc == 0)
		*n = add_jobs(b, &f, pages);
	if (rc == 0)
		rc = keep(b, &f, buf_str(pages));
	for (i = 0; i < b->jobs; i++)
		access_set_touch(b->a, b->job[i]->charge.patient);
	free(f.doc);
	return rc;
}

static int kept(struct claim_build_run *b, struct buf *pages, size_t *n)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.scope = "claims on paper" };
	const struct access_rows k = { .kind = CLAIM_BATCH };
	int rc = access_rows_begin(b->a, &w, &k, &b->batch, b->e);

	if (rc < 0)
		return rc;
	rc = access_rows_end(b->a, b->batch, &b->n, fill(b, pages, n), b->e);
	/* nothing was written, so no event tells of it yet */
	return rc == 0 && (b->n.inserted == 0 || b->a->opt.dry_run) ?
	    tell(b) : rc;
}

int claim_paper(struct access *a, const struct claim_build *o,
    struct buf *pages, struct ehr_err *e)
{
	struct claim_build_run b = { .a = a, .db = record_store(a->r),
		.opt = o, .setup = SETUP_INIT,
		.party = PARTY_INIT(a->r, &b.setup), .paper = true, .e = e };
	BUF_AUTO now = BUF_INIT;
	size_t n = 0, left;
	int rc = access_need(a, PERM_CLAIM, "claims", e);

	date_format_ms(&now, store_time(b.db));
	memcpy(b.scrub.today, now.s, sizeof(b.scrub.today) - 1);
	if (rc == 0)
		rc = setup_read(b.db, &b.setup, e);
	if (rc == 0)
		rc = o->charges ? kept(&b, pages, &n) : shown(&b, pages, &n);
	left = b.blocked;
	if (n < o->n && left < o->n - n)
		left = o->n - n;
	if (rc == 0 && left)
		rc = ehr_fail(e, EHR_EREJECT, "%zu left out", left);
	if (rc < 0 && rc != EHR_EREJECT)
		buf_reset(pages);
	claim_build_release(&b);
	return rc;
}
