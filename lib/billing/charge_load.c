/* charge_load.c - a file of charges: each taken or rejected. */
#include "charge.h"
#include "ehr/billing-doc.h"

/* Faults of the charge, not of the record or the machine. */
static bool rejects(int code)
{
	return code == EHR_EREJECT || code == EHR_EUSAGE ||
	    code == EHR_ENOENT;
}

void charge_draft_set(struct charge_loading *l, int n, struct str name,
    struct str value)
{
	struct charge_draft *d = &l->draft;

	if (d->why.code)
		return;
	if (n == 0 && str_is(name, "patient"))
		d->patient = arena_str(&d->c.mem, value);
	else if (n == 0 && str_is(name, "encounter"))
		d->encounter = arena_str(&d->c.mem, value);
	else
		charge_set(&d->c, n, name, value, &d->why);
}

static int add(struct charge_loading *l, struct ehr_err *e)
{
	struct charge_draft *d = &l->draft;
	int rc = d->patient.s ? charge_finish(&d->c, e) :
	    ehr_fail(e, EHR_EREJECT, "no patient");

	if (rc == 0)
		rc = charge_whose(l->w->a->r, &d->c, d->patient, d->encounter,
		    NULL, e);
	return rc == 0 ? charge_add(l->w, &d->c, e) : rc;
}

static void again(struct charge_draft *d)
{
	charge_release(&d->c);
	*d = (struct charge_draft){ .c = CHARGE_INIT };
}

int charge_draft_end(struct charge_loading *l)
{
	struct charge_draft *d = &l->draft;
	int rc = d->why.code;

	l->n->read++;
	if (rc == 0)
		rc = add(l, &d->why);
	if (rejects(rc)) {
		l->n->rejected++;
		if (l->s->reject)
			l->s->reject(l->s->arg, d->line, d->why.msg);
		rc = 0;
	} else if (rc < 0) {
		*l->e = d->why;
	} else {
		l->n->inserted += rc > 0;
		l->n->unchanged += rc == 0;
		rc = 0;
	}
	again(d);
	return rc;
}

/* Its bytes, named by their digest. */
static int keep(struct charge_loading *l, struct ehr_err *e)
{
	BUF_AUTO key = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	struct billing_doc d = { .kind = "charges", .text = l->s->text };
	int64_t id;
	int rc;

	sha256(d.text.s, d.text.n, digest);
	buf_adds(&key, "charges:");
	hex_format(&key, digest, sizeof(digest));
	d.key = buf_str(&key);
	rc = billing_doc_add(l->w->ledger.db, l->w->batch, &d, &id, e);
	return rc < 0 ? rc : 0;
}

int charge_load(struct charge_writer *w, const struct charge_source *s,
    struct batch_counts *n, struct ehr_err *e)
{
	struct charge_loading l = { .w = w, .s = s, .n = n, .e = e,
		.draft = { .c = CHARGE_INIT } };
	int rc = s->form == CHARGE_CSV ? charge_load_csv(&l) :
	    charge_load_ndjson(&l);

	again(&l.draft);
	if (rc == 0 && n->inserted)
		rc = keep(&l, e);
	if (rc == 0 && n->rejected)
		rc = ehr_fail(e, EHR_EREJECT, "%s: %lld of %lld charges "
		    "rejected", s->name, (long long)n->rejected,
		    (long long)n->read);
	return rc;
}
