/* charge_visit.c - charges of visits, and visits without one. */
#include <stdlib.h>

#include "claim.h"
#include "ehr/desk.h"
#include "ehr/fhir.h"

static bool unsigned_notes;
const struct cli_opt charge_missing_opts[] = {
	{ "unsigned", 0, CLI_FLAG, 0, NULL,
	    "instead those that wait for a signed note", &unsigned_notes, 0,
	    0 },
	{ 0 },
};
const struct cli_opt charge_visit_opts[] = {
	{ "correct", 0, CLI_FLAG, 0, NULL,
	    "void the charge of a visit that differs and put this in its place",
	    &charge_correct, 0, 0 },
	{ 0 },
};

/* ---- from-encounter ---- */

struct making {
	struct cli *c;
	struct access *a;
	struct charge_writer w;
	struct batch_counts n;
	struct buf ids;
	struct ehr_err *e;
};

static int make(struct making *m, struct str name, struct ehr_err *e)
{
	CHARGE_AUTO ch = CHARGE_INIT;
	struct record_found found;
	int rc = record_find(m->a->r, name, FHIR_Encounter, &found, NULL, e);

	if (rc == 0)
		rc = charge_from_encounter(m->a->r, &m->w.setup, found.rid, &ch,
		    e);
	if (rc == 0)
		rc = charge_add(&m->w, &ch, e);
	if (rc < 0)
		return rc;
	m->n.inserted += rc > 0;
	m->n.unchanged += rc == 0;
	buf_addf(&m->ids, "%lld\n", (long long)ch.id);
	return 0;
}

/* A visit that gives no charge is told, the others go on. */
static int make_one(struct making *m, struct str name)
{
	struct ehr_err why = { 0 };
	BUF_AUTO text = BUF_INIT;
	int rc = make(m, name, &why);

	m->n.read++;
	if (rc != EHR_EREJECT && rc != EHR_ENOENT) {
		if (rc < 0)
			*m->e = why;
		return rc;
	}
	m->n.rejected++;
	buf_addf(&text, "%.*s: %s", STR_FMT(name), why.msg);
	cli_notice(m->c, text.s);
	return 0;
}

static int make_all(struct making *m, struct str *name, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = make_one(m, name[i]);
	if (rc == 0 && m->n.rejected)
		rc = ehr_fail(m->e, EHR_EREJECT, "%lld of %lld visits gave no "
		    "charge", (long long)m->n.rejected, (long long)m->n.read);
	return rc;
}

int charge_from(struct cli *c, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.source = c->source, .scope = "charges of visits" };
	const struct access_rows k = { .kind = CHARGE_BATCH };
	ACCESS_AUTO a = ACCESS_INIT;
	struct making m = { .c = c, .a = &a, .ids = BUF_INIT, .e = e };
	struct str *name = NULL;
	size_t n = 0;
	int64_t batch;
	int rc = cli_ids_all(c, 0, &name, &n, e), shown = 0;

	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = access_rows_begin(&a, &w, &k, &batch, e);
	if (rc < 0)
		return rc;
	rc = charge_writer_begin(&m.w, &a, batch, e);
	m.w.correct = charge_correct;
	if (rc == 0)
		rc = make_all(&m, name, n);
	rc = access_rows_end(&a, batch, &m.n, rc, e);
	if (rc == 0 || rc == EHR_EREJECT) {
		cli_note(c, "inserted %lld, unchanged %lld, rejected %lld",
		    (long long)m.n.inserted, (long long)m.n.unchanged,
		    (long long)m.n.rejected);
		shown = cli_write(&m.ids, rc == 0 ? e : NULL);
	}
	charge_writer_release(&m.w);
	buf_release(&m.ids);
	return rc == 0 ? shown : rc;
}

/* ---- missing ---- */

struct missing {
	struct access *a;
	struct printer *p;
	struct charge_notes notes;
	struct buf since, until; /* days, or "" */
	int64_t *rid; /* Encounters */
	size_t n, cap;
	struct ehr_err *e;
};

static int collect(void *arg, const struct resource *res)
{
	struct missing *m = arg;

	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 1024;
		m->rid = xrealloc(m->rid, m->cap * sizeof(*m->rid));
	}
	m->rid[m->n++] = res->rid;
	return 0;
}

static bool in_range(const struct missing *m, struct str day)
{
	return (m->since.len == 0 || str_cmp(day, buf_str(&m->since)) >= 0) &&
	    (m->until.len == 0 || str_cmp(day, buf_str(&m->until)) <= 0);
}

static int show_visit(struct missing *m, int64_t rid, int64_t patient,
    struct str day)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO who = BUF_INIT;
	int rc = record_rid_name(m->a->r, rid, &name, m->e);

	if (rc >= 0)
		rc = record_patient_name(m->a->r, patient, &who, m->e);
	if (rc < 0)
		return rc;
	access_set_touch(m->a, patient);
	print_text(m->p, buf_str(&name));
	print_text(m->p, buf_str(&who));
	print_text(m->p, day);
	return print_row(m->p, m->e);
}

/* Is it finished, and no test? Then its day is appended. */
static int finished(struct missing *m, int64_t rid, struct buf *day)
{
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO status = BUF_INIT;
	struct tape_error err;
	struct resource res;
	int rc = record_get(m->a->r, rid, RECORD_NOW, &res, m->e);

	if (rc <= 0 || !res.body.s ||
	    tape_parse(&t, res.body.s, res.body.n, &err) < 0)
		return rc < 0 ? rc : 0;
	if (!str_is(tape_member(&t, 0, "status", &status), "finished") ||
	    fhir_labelled(&t, 0, "HTEST"))
		return 0;
	rc = charge_visit_day(m->a->r, &res, &t, day, m->e);
	return rc < 0 ? rc : 1;
}

static int look(struct missing *m, int64_t rid)
{
	BUF_AUTO day = BUF_INIT;
	int64_t charge, patient = 0;
	int rc = charge_of_encounter(record_store(m->a->r), rid, &charge, m->e);

	if (rc)
		return rc < 0 ? rc : 0;
	rc = finished(m, rid, &day);
	if (rc <= 0 || !in_range(m, buf_str(&day)))
		return rc < 0 ? rc : 0;
	rc = record_patient_of(m->a->r, rid, RECORD_NOW, &patient, m->e);
	if (rc >= 0)
		rc = charge_visit_signed(&m->notes, patient, rid, m->e);
	if (rc < 0 || (rc > 0) == unsigned_notes)
		return rc < 0 ? rc : 0;
	return show_visit(m, rid, patient, buf_str(&day));
}

int charge_missing(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "encounter", 0 },
		{ "patient", 0 }, { "day", 0 } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct missing m = { .a = &a, .since = BUF_INIT, .until = BUF_INIT,
		.e = e };
	struct record_filter f = RECORD_FILTER;
	int rc = desk_open(c, &a, STORE_READ, e);

	charge_days(c, &m.since, &m.until);
	m.notes = CHARGE_NOTES(a.r);
	if (rc == 0)
		rc = access_set_begin(&a, AUDIT_LIST, "visits without a charge",
		    NULL, 0, e);
	if (rc < 0)
		return rc;
	record_types_add(&f.types, FHIR_Encounter);
	rc = print_open(&m.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = record_all(a.r, &f, collect, &m, e);
	for (size_t i = 0; rc == 0 && i < m.n; i++)
		rc = look(&m, m.rid[i]);
	free(m.rid);
	charge_notes_release(&m.notes);
	buf_release(&m.since);
	buf_release(&m.until);
	rc = access_withheld(&a, rc, e);
	return access_set_end(&a, print_close(m.p, rc, e), e);
}
