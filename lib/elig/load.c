/* Answers into the record: matched with what we asked, kept whole. */
#include "elig/fhir.h"

#include "ehr/billing-doc.h"
#include "ehr/billing-setup.h"

#include <stdlib.h>

struct load {
	struct elig_job *j;
	struct store *db;
	int64_t doc, now;
	struct setup setup;
	struct arena mem;
	struct elig_loaded *n;
};

/* An inquiry that is answered. */
struct asked {
	int64_t id, patient, coverage;
	struct buf payer, day, trace;
};
#define ASKED_INIT ((struct asked){ .payer = BUF_INIT, .day = BUF_INIT, \
	.trace = BUF_INIT })
#define ASKED_AUTO EHR_CLEANUP(asked_release) struct asked

static void asked_release(struct asked *q)
{
	buf_release(&q->payer);
	buf_release(&q->day);
	buf_release(&q->trace);
}

static void take_asked(struct stmt *s, struct asked *q)
{
	q->id = stmt_col_int(s, 0);
	q->patient = stmt_col_int(s, 1);
	q->coverage = stmt_col_int(s, 2);
	buf_reset(&q->payer);
	buf_addstr(&q->payer, stmt_col(s, 3));
	buf_reset(&q->day);
	buf_addstr(&q->day, stmt_col(s, 4));
	buf_reset(&q->trace);
	buf_addstr(&q->trace, stmt_col(s, 5));
}

/* ---- which inquiry ---- */

static int by_trace(struct load *l, struct str trace, struct asked *q,
    struct ehr_err *e)
{
	struct stmt *s = elig_sql(l->db, ELIG_BY_TRACE);
	int rc;

	stmt_text(s, 1, trace);
	rc = stmt_step(s, e);
	if (rc > 0)
		take_asked(s, q);
	stmt_reset(s);
	return rc;
}

/* The day that the answer says it is about, else "". */
static void own_day(const struct elig_answer *a, struct buf *day)
{
	const struct elig_part *p = elig_person(a, "DTP", "291");
	BUF_AUTO to = BUF_INIT;

	if (p && !elig_period(a, p, day, &to))
		buf_reset(day);
}

/* Member id, date of birth and day; several patients: none. */
static int by_person(struct load *l, const struct elig_answer *a,
    struct asked *q, struct ehr_err *e)
{
	const struct elig_part *name = elig_part(a, 0, NULL, "NM1", "IL");
	const struct elig_part *born = elig_person(a, "DMG", NULL);
	struct stmt *s;
	BUF_AUTO birth = BUF_INIT;
	BUF_AUTO day = BUF_INIT;
	int rc;

	own_day(a, &day);
	if (!name || !born || !day.len ||
	    !elig_day(elig_el(a, born->raw, 2, 0), &birth))
		return 0;
	s = elig_sql(l->db, ELIG_BY_PERSON);
	stmt_text(s, 1, elig_el(a, name->raw, 9, 0));
	stmt_text(s, 2, buf_str(&birth));
	stmt_text(s, 3, buf_str(&day));
	rc = stmt_step(s, e);
	if (rc > 0) {
		take_asked(s, q);
		rc = stmt_step(s, e); /* one more: ambiguous */
		rc = rc < 0 ? rc : !rc;
	}
	stmt_reset(s);
	return rc;
}

static int match(struct load *l, const struct elig_answer *a,
    struct asked *q, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = a->traces; rc == 0 && i-- > 0;)
		rc = by_trace(l, a->trace[i], q, e);
	if (rc == 0 && a->reference.n)
		rc = by_trace(l, a->reference, q, e);
	return rc == 0 ? by_person(l, a, q, e) : rc;
}

/* ---- how long it counts ---- */

/* The payer's days, but not beyond the month it came in: coverage changes
 * with the months. */
static void expiry(struct load *l, struct str payer, struct buf *b)
{
	const struct setup_item *item = setup_find(&l->setup, SETUP_PAYER,
	    payer);
	int64_t days = item ? setup_number(item, "answer", 30) : 30;
	struct date d, end;
	int64_t last;

	date_from_ms(&d, l->now, 0);
	last = date_days(d.year + d.month / 12, d.month % 12 + 1, 1) - 1;
	days += date_days(d.year, d.month, d.day);
	date_from_days(&end, days < last ? days : last);
	date_format(b, &end);
}

/* ---- rows ---- */

static int add_ebs(struct load *l, int64_t id, const struct elig_answer *a,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->ebs; i++) {
		const struct elig_eb *x = &a->eb[i];
		struct stmt *s = elig_sql(l->db, ELIG_EB_ADD);

		stmt_int(s, 1, id);
		stmt_int(s, 2, (int64_t)i + 1);
		stmt_int(s, 3, (int64_t)x->segment);
		for (int k = 1; k <= 13; k++)
			stmt_text(s, 3 + k, x->v[k]);
		stmt_text(s, 17, x->raw);
		rc = stmt_run(s, e);
	}
	return rc;
}

static int add_parts(struct load *l, int64_t id, const struct elig_answer *a,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->parts; i++) {
		const struct elig_part *p = &a->part[i];
		struct stmt *s = elig_sql(l->db, ELIG_PART_ADD);

		stmt_int(s, 1, id);
		stmt_int(s, 2, (int64_t)i + 1);
		stmt_int(s, 3, (int64_t)p->eb);
		stmt_text(s, 4, str_of(p->loop));
		stmt_text(s, 5, p->raw);
		rc = stmt_run(s, e);
	}
	return rc;
}

static int add_aaas(struct load *l, int64_t id, const struct elig_answer *a,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->aaas; i++) {
		const struct elig_aaa *x = &a->aaa[i];
		struct stmt *s = elig_sql(l->db, ELIG_AAA_ADD);

		stmt_int(s, 1, id);
		stmt_int(s, 2, (int64_t)i + 1);
		stmt_text(s, 3, str_of(x->loop));
		stmt_text(s, 4, x->valid);
		stmt_text(s, 5, x->reason);
		stmt_text(s, 6, x->follow);
		stmt_text(s, 7, str_of(elig_class_name(elig_class_of(
		    x->reason))));
		rc = stmt_run(s, e);
	}
	return rc;
}

static int tries(struct load *l, const struct asked *q, int64_t *n,
    struct ehr_err *e)
{
	struct stmt *s = elig_sql(l->db, ELIG_TRIES);
	int rc;

	*n = 0;
	stmt_int(s, 1, q->patient);
	stmt_int(s, 2, q->coverage);
	rc = stmt_step(s, e);
	if (rc > 0)
		*n = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

struct meaning {
	enum elig_state state;
	enum elig_class class;
};

static int add_answer(struct load *l, const struct elig_answer *a,
    const struct asked *q, const struct meaning *m, int64_t *id,
    struct ehr_err *e)
{
	char sep[4] = { a->sep.element, a->sep.component, a->sep.repeat };
	struct stmt *s = elig_sql(l->db, ELIG_ANSWER_ADD);
	BUF_AUTO expires = BUF_INIT;
	int64_t n = 0, again = 0;
	int rc = 0;

	if (m->state == ELIG_FAILED && q->id)
		rc = tries(l, q, &n, e);
	if (m->state == ELIG_FAILED)
		again = elig_again(a, n);
	else
		expiry(l, buf_str(&q->payer), &expires);
	stmt_id(s, 1, q->id);
	stmt_int(s, 2, l->doc);
	stmt_int(s, 3, (int64_t)a->segment);
	stmt_text(s, 4, str_of(a->kind));
	stmt_id(s, 5, q->patient);
	stmt_id(s, 6, q->coverage);
	stmt_text(s, 7, buf_str(&q->payer));
	stmt_text(s, 8, buf_str(&q->day));
	stmt_text(s, 9, str_of(elig_state_name(m->state)));
	stmt_text(s, 10, str_of(elig_class_name(m->class)));
	stmt_int(s, 11, l->now);
	stmt_text(s, 12, buf_str(&expires));
	stmt_id(s, 13, again ? l->now + again : 0);
	stmt_text(s, 14, str_of(sep));
	stmt_int(s, 15, l->j->batch);
	rc = rc < 0 ? rc : stmt_run(s, e);
	if (rc == 0)
		*id = store_last_rowid(l->db);
	l->n->failed += m->state == ELIG_FAILED;
	return rc;
}

/* The same as a resource. Its id tells inquiry, document and place. */
static int add_resource(struct load *l, const struct elig_answer *a,
    const struct asked *q, const struct meaning *m, struct ehr_err *e)
{
	const struct setup_item *payer = setup_find(&l->setup, SETUP_PAYER,
	    buf_str(&q->payer));
	struct elig_about x = { .trace = buf_str(&q->trace), .at = l->now };
	BUF_AUTO id = BUF_INIT;
	BUF_AUTO body = BUF_INIT;
	int rc;

	arena_reset(&l->mem);
	x.payer = payer ? setup_value(payer, "name") : buf_str(&q->payer);
	x.payer_id = payer ? setup_value(payer, "id") : STR_NONE;
	rc = elig_about(l->j->a->r, q->coverage, q->patient, &l->mem, &x, e);
	if (rc <= 0)
		return rc;
	buf_addf(&id, "%s.%lld.%llu", q->trace.s, (long long)l->doc,
	    (unsigned long long)a->segment);
	elig_response_body(&x, buf_str(&id), a, m->state, m->class,
	    buf_str(&q->day), &body);
	return elig_put(l->j->b, &x, buf_str(&body), e);
}

static int keep(struct load *l, const struct elig_answer *a,
    const struct asked *q, struct ehr_err *e)
{
	BUF_AUTO why = BUF_INIT;
	struct meaning m;
	int64_t id = 0;
	int rc;

	m.state = elig_state_of(a, buf_str(&q->day), &m.class, &why);
	rc = add_answer(l, a, q, &m, &id, e);

	if (rc == 0)
		rc = add_ebs(l, id, a, e);
	if (rc == 0)
		rc = add_parts(l, id, a, e);
	if (rc == 0)
		rc = add_aaas(l, id, a, e);
	if (rc == 0 && q->id)
		rc = add_resource(l, a, q, &m, e);
	l->n->unknown += q->id == 0;
	l->n->answers++;
	l->n->benefits += (int64_t)a->ebs;
	return rc;
}

/* ---- what refuses all of a group or interchange ---- */

static int control_rows(struct load *l, const struct elig_answer *a,
    struct asked **q, size_t *n, struct ehr_err *e)
{
	struct stmt *s = elig_sql(l->db, ELIG_BY_CONTROL);
	int rc;

	stmt_int(s, 1, a->isa);
	stmt_int(s, 2, a->gs);
	stmt_text(s, 3, a->st);
	stmt_int(s, 4, 0);
	while ((rc = stmt_step(s, e)) > 0) {
		*q = xrealloc(*q, (*n + 1) * sizeof(**q));
		(*q)[*n] = ASKED_INIT;
		take_asked(s, &(*q)[(*n)++]);
	}
	stmt_reset(s);
	return rc;
}

/* One answer for each inquiry that was refused. */
static int refused(struct load *l, struct elig_answer *a, struct ehr_err *e)
{
	struct asked none = ASKED_INIT, *q = NULL;
	size_t n = 0;
	int rc = a->isa || a->gs ? control_rows(l, a, &q, &n, e) : 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = keep(l, a, &q[i], e);
	if (rc == 0 && n == 0)
		rc = keep(l, a, &none, e);
	for (size_t i = 0; i < n; i++)
		asked_release(&q[i]);
	free(q);
	return rc;
}

static int take(void *arg, struct elig_answer *a, struct ehr_err *e)
{
	struct load *l = arg;
	ASKED_AUTO q = ASKED_INIT;
	int rc;

	if (strcmp(a->kind, "271") != 0)
		return refused(l, a, e);
	rc = match(l, a, &q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		own_day(a, &q.day);
	return keep(l, a, &q, e);
}

/* Was all that the document answered taken back? It may be loaded again. */
static int taken_back(struct load *l, struct ehr_err *e)
{
	struct stmt *s = elig_sql(l->db, ELIG_TAKEN_BACK);
	int rc;

	stmt_int(s, 1, l->doc);
	rc = stmt_step(s, e);
	stmt_reset(s);
	return rc;
}

int elig_load(struct elig_job *j, const char *file, struct str text,
    struct diag_sink *sink, int64_t *doc, struct elig_loaded *n,
    struct ehr_err *e)
{
	struct load l = { .j = j, .db = record_store(j->a->r),
		.setup = SETUP_INIT, .mem = ARENA_INIT, .n = n };
	BUF_AUTO key = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	int rc = setup_read(l.db, &l.setup, e);

	sha256(text.s, text.n, digest);
	buf_adds(&key, "271:");
	hex_format(&key, digest, sizeof(digest));
	l.now = store_time(l.db);
	if (rc == 0)
		rc = billing_doc_add(l.db, j->batch, &(struct billing_doc){
		    "271", buf_str(&key), text }, &l.doc, e);
	if (rc == 0)
		rc = taken_back(&l, e);
	n->before = rc == 0;
	if (rc > 0)
		rc = elig_read(file, text, sink, take, &l, e);
	*doc = l.doc;
	j->changed = j->changed || (rc == 0 && !n->before);
	setup_release(&l.setup);
	arena_release(&l.mem);
	return rc;
}
