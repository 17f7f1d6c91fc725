/* build.c - claims into files: written, checked, their rows kept. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "build.h"

const struct sql build_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "build.def"
#undef X
};

void claim_blocked(struct claim_build_run *b, const char *what, int64_t id,
    const char *fmt, ...)
{
	BUF_AUTO line = BUF_INIT;
	va_list ap;

	buf_addf(&line, "%s %" PRId64 ": ", what, id);
	va_start(ap, fmt);
	buf_addvf(&line, fmt, ap);
	va_end(ap);
	b->blocked += id != b->told;
	b->told = id;
	if (b->opt->told)
		b->opt->told(b->opt->arg, line.s);
}

/* ---- order: by file, biller and plan, payer, subscriber, patient ---- */

static int cmp_int(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static struct str plan_of(const struct claim_job *j)
{
	return j->doc.plan ? j->doc.plan->key : STR("");
}

static int by_place(const void *a, const void *b)
{
	const struct claim_job *x = *(struct claim_job *const *)a;
	const struct claim_job *y = *(struct claim_job *const *)b;
	int r = str_cmp(x->doc.submitter->key, y->doc.submitter->key);

	if (r == 0)
		r = str_cmp(x->doc.billing->key, y->doc.billing->key);
	if (r == 0)
		r = str_cmp(plan_of(x), plan_of(y));
	if (r == 0)
		r = str_cmp(x->doc.payer->key, y->doc.payer->key);
	if (r == 0)
		r = cmp_int(x->doc.coverage, y->doc.coverage);
	if (r == 0)
		r = x->doc.rank - y->doc.rank;
	if (r == 0)
		r = cmp_int(x->charge.patient, y->charge.patient);
	if (r == 0)
		r = cmp_int(x->charge.id, y->charge.id);
	return r ? r : cmp_int(x->part, y->part);
}

/* ---- checking what was written ---- */

struct checking {
	struct claim_build_run *b;
	struct claim_file *file;
	bool head; /* it is in no claim */
	char text[160];
};

static void finding(void *arg, const struct diag *d)
{
	struct checking *c = arg;
	struct claim_file *f = c->file;
	struct claim_job *j;
	size_t i;

	if (d->severity != DIAG_ERROR || c->head)
		return;
	snprintf(c->text, sizeof(c->text), "%s: %s (%s)", d->path,
	    d->text ? d->text : diag_text(d->id), diag_name(d->id));
	for (i = 0; i < f->n && f->doc[i]->end <= d->line; i++)
		;
	if (i == f->n || f->doc[i]->start > d->line) {
		c->head = true;
		return;
	}
	j = (struct claim_job *)f->doc[i];
	if (!j->bad)
		claim_blocked(c->b, "charge", j->charge.id, "%s", c->text);
	j->bad = true;
	/* what is wrong above it is wrong for those behind it, too */
	for (; d->line < f->doc[i]->segment && i + 1 < f->n &&
	     f->doc[i + 1]->start == f->doc[i + 1]->segment; i++)
		((struct claim_job *)f->doc[i + 1])->bad = true;
}

/* 0; EHR_EREJECT: something that is no claim's fault. Marks claims. */
static int check(struct claim_build_run *b, struct claim_file *file,
    struct str text)
{
	struct checking c = { .b = b, .file = file };
	struct diag_sink sink = { .emit = finding, .arg = &c };
	X12_CHECK_AUTO *k = x12_check_new(NULL, &sink);
	struct x12_seg seg;
	struct in *in = NULL;
	X12_AUTO *x = NULL;
	int rc = in_open_mem(&in, "837P", text);

	if (rc < 0)
		return rc;
	x = x12_new(in);
	while ((rc = x12_next(x, &seg, b->e)) > 0)
		x12_check_take(k, &seg, x12_sep(x));
	if (rc == 0)
		x12_check_end(k, false);
	in_close(in);
	return rc < 0 ? rc : c.head ? ehr_fail(b->e, EHR_EREJECT,
	    "submitter %.*s: %s", STR_FMT(file->submitter->key), c.text) : 0;
}

/* Leaves out what was found to be bad: how many. */
static size_t drop_bad(struct claim_file *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->n; i++)
		if (!((struct claim_job *)f->doc[i])->bad)
			f->doc[n++] = f->doc[i];
	i = f->n - n;
	f->n = n;
	return i;
}

/* ---- rows ---- */

static int add_claim(struct claim_build_run *b, const struct claim_job *j)
{
	struct stmt *s = build_sql(b->db, BUILD_CLAIM_ADD);
	const struct claim_doc *d = &j->doc;
	size_t i;
	int rc;

	stmt_int(s, 1, d->claim_id);
	stmt_int(s, 2, j->charge.id);
	stmt_int(s, 3, j->part);
	stmt_text(s, 4, str_of(j->rank));
	stmt_text(s, 5, d->payer->key);
	stmt_int(s, 6, d->coverage);
	stmt_int(s, 7, j->charge.patient);
	stmt_int(s, 8, d->cents);
	stmt_int(s, 9, b->batch);
	rc = stmt_run(s, b->e);
	for (i = d->from; i < d->to && rc == 0; i++) {
		s = build_sql(b->db, BUILD_LINE_ADD);
		stmt_int(s, 1, d->claim_id);
		stmt_int(s, 2, j->charge.line[i].id);
		rc = stmt_run(s, b->e);
	}
	return rc;
}

static int add_submission(struct claim_build_run *b,
    const struct claim_job *j, int64_t outgoing, struct str day)
{
	struct stmt *s = build_sql(b->db, BUILD_SUBMISSION_ADD);
	const struct claim_doc *d = &j->doc;
	struct claim_event ev = { .claim = d->claim_id,
		.kind = CLAIM_EVENT_BUILT, .source = CLAIM_SOURCE_BUILD,
		.day = day, .cents = d->cents, .has_cents = true };
	int rc;

	stmt_int(s, 1, d->claim_id);
	stmt_int(s, 2, outgoing);
	stmt_text(s, 3, str_of(d->name));
	stmt_text(s, 4, str_of(j->frequency));
	stmt_text(s, 5, str_of(d->st));
	stmt_int(s, 6, (int64_t)d->segment);
	stmt_int(s, 7, d->cents);
	if (b->paper)
		ev.note = STR("on paper");
	rc = stmt_run(s, b->e);
	ev.submission = store_last_rowid(b->db);
	return rc < 0 ? rc : claim_event_add(b->db, &ev, b->batch, NULL,
	    b->e);
}

/* Who owes it now: the payer that is asked; of a void again the patient. */
static int move_owed(struct claim_build_run *b, const struct claim_job *j)
{
	int rc = b->ledger.db ? 0 : ledger_begin(&b->ledger, b->a, b->batch,
	    STR_NONE, b->day, b->e);

	if (rc == 0)
		rc = ledger_claim(&b->ledger, j->doc.claim_id,
		    j->frequency[0] == '8' ? LEDGER_BACK : LEDGER_SHARE, b->e);
	return rc < 0 ? rc : 0;
}

int claim_rows_add(struct claim_build_run *b, const struct claim_file *f,
    int64_t outgoing)
{
	BUF_AUTO day = BUF_INIT;
	const struct claim_job *j;
	size_t i;
	int rc = 0;

	date_format_ms(&day, f->now);
	for (i = 0; i < f->n && rc == 0; i++) {
		j = (const struct claim_job *)f->doc[i];
		if (!j->known)
			rc = add_claim(b, j);
		if (rc == 0)
			rc = add_submission(b, j, outgoing,
			    (struct str){ day.s, 10 });
		if (rc == 0)
			rc = move_owed(b, j);
		access_set_touch(b->a, j->charge.patient);
		if (j->cover->other_patient)
			access_set_touch(b->a, j->cover->other_patient);
		b->n.inserted++;
	}
	return rc;
}

/* ---- files ---- */

/* Numbers of claims that have none yet. */
int claim_names(struct claim_build_run *b, struct claim_file *f)
{
	int64_t last = 0, n = 0;
	struct claim_job *j;
	size_t i;
	int rc;

	for (i = 0; i < f->n; i++)
		n += !((struct claim_job *)f->doc[i])->known;
	rc = n ? claim_number(b->db, "claim", n, &last, b->e) : 0;
	for (i = 0; i < f->n && rc == 0; i++) {
		j = (struct claim_job *)f->doc[i];
		if (!j->known) {
			j->doc.claim_id = last - --n;
			j->doc.nth = 1;
		}
		claim_name(j->doc.name, j->doc.claim_id, j->doc.nth);
		claim_bag_put(&j->doc.claim, "clm01", str_of(j->doc.name));
	}
	return rc;
}

/* Writes it until all that is in it is clean. */
static int write_clean(struct claim_build_run *b, struct claim_file *f,
    struct buf *text)
{
	int rc;

	do {
		buf_reset(text);
		rc = claim_file_write(f, text, b->e);
		if (rc == 0)
			rc = check(b, f, buf_str(text));
	} while (rc == 0 && drop_bad(f) > 0 && f->n);
	return rc;
}

static int build_file(struct claim_build_run *b, struct claim_file *f,
    struct claim_made *m)
{
	BUF_AUTO text = BUF_INIT;
	struct claim_out o;
	int64_t isa = 0, gs = 0;
	size_t i;
	int rc = claim_number(b->db, "isa", 1, &isa, b->e);

	if (rc == 0)
		rc = claim_number(b->db, "gs", 1, &gs, b->e);
	if (rc == 0)
		rc = claim_names(b, f);
	f->setup = &b->setup;
	f->isa = (uint32_t)isa;
	f->gs = (uint32_t)gs;
	f->now = store_time(b->db);
	if (rc == 0)
		rc = write_clean(b, f, &text);
	if (rc < 0 || f->n == 0)
		return rc;
	m->claims = (int64_t)f->n;
	for (i = 0; i < f->n; i++)
		m->cents += f->doc[i]->cents;
	m->batch = b->batch;
	o = (struct claim_out){ "837P", b->opt->folder, f->submitter, f->isa,
		f->gs, f->now };
	rc = claim_out_keep(b->a, &o, buf_str(&text), m, b->e);
	return rc < 0 ? rc : claim_rows_add(b, f, m->id);
}

struct files {
	struct claim_made *made;
	struct claim_doc **doc;
	size_t n;
};

static int build_files(struct claim_build_run *b, struct files *out)
{
	struct claim_file f;
	size_t i, end;
	int rc = 0;

	out->made = xcalloc(b->jobs + 1, sizeof(*out->made));
	out->doc = xcalloc(b->jobs + 1, sizeof(*out->doc));
	for (i = 0; i < b->jobs; i++)
		out->doc[i] = &b->job[i]->doc;
	for (i = 0; i < b->jobs && rc == 0; i = end) {
		for (end = i; end < b->jobs && b->job[end]->doc.submitter ==
		     b->job[i]->doc.submitter; end++)
			;
		f = (struct claim_file){ .submitter =
			b->job[i]->doc.submitter, .doc = out->doc + i,
			.n = end - i };
		out->made[out->n].path = BUF_INIT;
		rc = build_file(b, &f, &out->made[out->n]);
		out->n += out->made[out->n].claims > 0;
	}
	return rc;
}

/* After the rows are kept. A dry run has no file to place. */
static int place_files(struct claim_build_run *b, struct files *f)
{
	struct claim_made *m;
	size_t i;
	int rc = 0;

	for (i = 0; i < f->n && rc == 0; i++) {
		m = &f->made[i];
		if (m->out)
			rc = claim_out_place(b->a, m, b->e);
		if (rc == 0 && b->opt->made)
			rc = b->opt->made(b->opt->arg, m->batch, m->path.s,
			    m->claims, m->cents, b->e);
	}
	return rc;
}

static void release(struct claim_build_run *b, struct files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		out_abort(f->made[i].out);
		buf_release(&f->made[i].path);
	}
	free(f->made);
	free(f->doc);
	claim_build_release(b);
}

void claim_build_release(struct claim_build_run *b)
{
	size_t i;

	for (i = 0; i < b->jobs; i++) {
		charge_release(&b->job[i]->charge);
		arena_release(&b->job[i]->mem);
		free(b->job[i]);
	}
	for (i = 0; i < b->whos; i++) {
		arena_release(&b->who[i]->mem);
		free(b->who[i]);
	}
	free(b->job);
	free(b->who);
	party_release(&b->party);
	setup_release(&b->setup);
}

static int build_all(struct claim_build_run *b, struct files *f)
{
	BUF_AUTO now = BUF_INIT;
	int rc = setup_read(b->db, &b->setup, b->e);

	date_format_ms(&now, store_time(b->db));
	memcpy(b->scrub.today, now.s, sizeof(b->scrub.today) - 1);
	if (rc == 0)
		rc = claim_pick(b);
	if (rc < 0)
		return rc;
	if (b->jobs)
		qsort(b->job, b->jobs, sizeof(struct claim_job *), by_place);
	return build_files(b, f);
}

int claim_build(struct access *a, const struct claim_build *o,
    struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.scope = "claims" };
	const struct access_rows k = { .kind = CLAIM_BATCH, .bulk = true };
	struct claim_build_run b = { .a = a, .db = record_store(a->r),
		.opt = o, .setup = SETUP_INIT,
		.party = PARTY_INIT(a->r, &b.setup), .e = e };
	struct files f = { .n = 0 };
	int rc = access_rows_begin(a, &w, &k, &b.batch, e);

	if (rc < 0)
		return rc;
	rc = build_all(&b, &f);
	if (rc == 0 && b.blocked)
		rc = ehr_fail(e, EHR_EREJECT, "%zu left out", b.blocked);
	b.n.rejected = (int64_t)b.blocked;
	rc = access_rows_end(a, b.batch, &b.n, rc, e);
	if (rc == 0 || rc == EHR_EREJECT) {
		int placed = place_files(&b, &f);

		rc = placed < 0 ? placed : rc;
	}
	release(&b, &f);
	return rc;
}
