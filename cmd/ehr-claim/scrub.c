/* scrub.c - what is wrong with charges; overrides. */
#include <stdio.h>

#include "claim.h"
#include "ehr/billing-scrub.h"
#include "ehr/desk.h"

static const char *payer, *explain, *override;

const struct cli_opt scrub_opts[] = {
	{ "payer", 0, CLI_TEXT, 0, "KEY", "only charges to this payer", &payer,
	    0, 0 },
	{ "explain", 0, CLI_TEXT, 0, "ID", "tell what a rule is, no more",
	    &explain, 0, 0 },
	{ "override", 0, CLI_TEXT, 0, "ID",
	    "this rule does not block these charges (wants --reason)",
	    &override, 0, 0 },
	{ 0 },
};

static int rule_of(struct cli *c, const char *name, enum scrub_id *id,
    struct ehr_err *e)
{
	*id = scrub_rule_find(str_of(name));
	return *id != SCRUB_COUNT ? 0 :
	    ehr_fail(e, EHR_ENOENT, "%s: no rule of %s", name, c->verb->name);
}

static int tell(struct cli *c, struct ehr_err *e)
{
	const struct scrub_rule *r;
	BUF_AUTO b = BUF_INIT;
	enum scrub_id id;
	int rc = rule_of(c, explain, &id, e);

	if (rc < 0)
		return rc;
	r = scrub_rule(id);
	buf_addf(&b, "%s (%s): %s\nremedy: %s\nsource: %s\n", r->name,
	    diag_severity_name(r->severity), r->text, r->remedy, r->source);
	return cli_write(&b, e);
}

/* ---- findings ---- */

struct scrubbing {
	struct cli *c;
	struct access *a;
	struct scrub s;
	struct printer *p;
	struct charge ch;
	int64_t blocked; /* charges */
	int rc;
	struct ehr_err *e;
};

static void finding(void *arg, const struct scrub_finding *f)
{
	struct scrubbing *x = arg;

	if (x->rc < 0)
		return;
	print_int(x->p, f->charge);
	print_int(x->p, f->line);
	print_text(x->p, str_of(f->overridden ? "overridden" :
	    diag_severity_name(f->severity)));
	print_text(x->p, str_of(scrub_rule(f->id)->name));
	print_text(x->p, str_of(f->what));
	print_text(x->p, str_of(f->text));
	print_text(x->p, str_of(f->remedy));
	x->rc = print_row(x->p, x->e);
}

static int scrub_one(struct scrubbing *x, int64_t id)
{
	int rc = charge_read(record_store(x->a->r), id, &x->ch, x->e);

	if (rc < 0)
		return rc;
	if (payer && !str_is(charge_field(&x->ch, 0, "payer"), payer))
		return 0;
	access_set_touch(x->a, x->ch.patient);
	if (x->ch.voided)
		return ehr_fail(x->e, EHR_ENOENT, "charge %lld was voided",
		    (long long)id);
	rc = scrub_charge(&x->s, &x->ch, x->e);
	x->blocked += rc > 0;
	return x->rc < 0 ? x->rc : rc < 0 ? rc : 0;
}

static int each(void *arg, const struct charge_row *row)
{
	return scrub_one(arg, row->id);
}

/* Without operands all that wait for their claim. */
static int all(struct scrubbing *x)
{
	struct charge_filter f = { .unbuilt = true };
	BUF_AUTO since = BUF_INIT;
	BUF_AUTO until = BUF_INIT;

	charge_days(x->c, &since, &until);
	f.since = buf_str(&since);
	f.until = buf_str(&until);
	return charge_each(record_store(x->a->r), &f, each, x, x->e);
}

static int named(struct scrubbing *x)
{
	CLI_IDS_AUTO it = CLI_IDS(x->c, 0);
	struct str name;
	int64_t id;
	int rc;

	while ((rc = cli_ids_next(&it, &name, x->e)) > 0) {
		rc = charge_find(record_store(x->a->r), name, &id, x->e);
		if (rc == 0)
			rc = scrub_one(x, id);
		if (rc < 0)
			break;
	}
	return rc;
}

static int find(struct cli *c, struct access *a, const struct setup *setup,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "charge", PRINT_RIGHT },
		{ "line", PRINT_RIGHT }, { "severity", 0 }, { "id", 0 },
		{ "what", 0 }, { "text", PRINT_WIDE },
		{ "remedy", PRINT_WIDE } };
	struct scrubbing x = { .c = c, .a = a, .ch = CHARGE_INIT, .e = e,
		.s = { .r = a->r, .setup = setup, .emit = finding } };
	struct date d;
	int rc = access_set_begin(a, AUDIT_LIST, "scrub", NULL, 0, e);

	if (rc < 0)
		return rc;
	x.s.arg = &x;
	cli_today(c, &d);
	snprintf(x.s.today, sizeof(x.s.today), "%04u-%02u-%02u",
	    (unsigned)d.year % 10000, (unsigned)d.month % 100,
	    (unsigned)d.day % 100);
	rc = print_open(&x.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = c->argc ? named(&x) : all(&x);
	charge_release(&x.ch);
	if (rc == 0 && x.blocked)
		rc = EHR_ENO;
	return access_set_end(a, print_close(x.p, rc, e), e);
}

/* ---- overrides ---- */

static int let_pass(struct cli *c, struct access *a, int64_t batch,
    enum scrub_id id, const struct str *name, size_t names,
    struct batch_counts *n, struct ehr_err *e)
{
	CHARGE_AUTO ch = CHARGE_INIT;
	struct store *db = record_store(a->r);
	int64_t charge;
	int rc = 0;

	for (size_t i = 0; i < names && rc >= 0; i++) {
		rc = charge_find(db, name[i], &charge, e);
		if (rc == 0)
			rc = charge_read(db, charge, &ch, e);
		if (rc == 0)
			rc = scrub_override(db, batch, charge, id,
			    str_of(c->reason), e);
		if (rc < 0)
			break;
		n->inserted += rc > 0;
		n->unchanged += rc == 0;
		access_set_touch(a, ch.patient);
	}
	return rc < 0 ? rc : 0;
}

static int override_all(struct cli *c, struct access *a, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_UPDATE,
		.scope = "scrub override" };
	const struct access_rows k = { .kind = SCRUB_BATCH };
	struct batch_counts n = { 0 };
	struct str *name = NULL;
	enum scrub_id id;
	size_t names;
	int64_t batch;
	int rc = rule_of(c, override, &id, e);

	if (rc == 0)
		rc = cli_ids_all(c, 0, &name, &names, e);

	if (rc == 0)
		rc = access_rows_begin(a, &w, &k, &batch, e);
	if (rc < 0)
		return rc;
	rc = let_pass(c, a, batch, id, name, names, &n, e);
	rc = access_rows_end(a, batch, &n, rc, e);
	if (rc == 0)
		cli_note(c, "overridden %lld, unchanged %lld",
		    (long long)n.inserted, (long long)n.unchanged);
	return rc;
}

int scrub_verb(struct cli *c, struct ehr_err *e)
{
	SETUP_AUTO setup = SETUP_INIT;
	ACCESS_AUTO a = ACCESS_INIT;
	int rc;

	if (explain)
		return tell(c, e);
	if (override && (!c->reason || c->argc == 0))
		return cli_usage(c, e, "--override: which charges, and why "
		    "(--reason)?");
	rc = desk_open(c, &a, override ? STORE_WRITE : STORE_READ, e);
	if (rc == 0 && override)
		return override_all(c, &a, e);
	if (rc == 0)
		rc = setup_read(record_store(a.r), &setup, e);
	return rc == 0 ? find(c, &a, &setup, e) : rc;
}
