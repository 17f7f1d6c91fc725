/* ledger.c - ehr-claim ar, ledger list: what the entries come to. */
#include "claim.h"
#include "ehr/billing-ledger.h"
#include "ehr/desk.h"

static const char *known_at;
static int by;
static int64_t claim, batch;
const struct cli_opt ar_opts[] = {
	{ "known-at", 0, CLI_DATE, 0, "T",
	    "only what was recorded by then", &known_at, 0, 0 },
	{ "by", 0, CLI_CHOICE, 0, "payer|patient",
	    "a row each (default payer)", &by, 0, 0 },
	{ 0 },
};
const struct cli_opt ledger_list_opts[] = {
	{ "claim", 0, CLI_INT, 0, "N", "entries of the lines of a claim",
	    &claim, 1, INT64_MAX },
	{ "batch", 0, CLI_INT, 0, "N", "entries that a batch wrote", &batch,
	    1, INT64_MAX },
	{ 0 },
};

/* ---- ar ---- */

struct owed {
	struct access *a;
	struct printer *p;
	int64_t total;
	struct ehr_err *e;
};

static int owed_row(struct owed *o, struct str id, const char *kind,
    int64_t cents)
{
	print_text(o->p, id);
	print_text(o->p, str_of(kind));
	print_int(o->p, cents);
	return print_row(o->p, o->e);
}

static int one_payer(void *arg, struct str payer, int64_t cents)
{
	struct owed *o = arg;

	o->total += cents;
	return payer.s ? owed_row(o, payer, "payer", cents)
	    : owed_row(o, STR_NONE, "patients", cents);
}

static int one_patient(void *arg, int64_t patient, int64_t payers,
    int64_t own)
{
	struct owed *o = arg;
	BUF_AUTO name = BUF_INIT;
	int rc = record_patient_name(o->a->r, patient, &name, o->e);

	access_set_touch(o->a, patient);
	o->total += payers + own;
	if (rc >= 0 && payers)
		rc = owed_row(o, buf_str(&name), "payer", payers);
	if (rc >= 0 && own)
		rc = owed_row(o, buf_str(&name), "patient", own);
	return rc < 0 ? rc : 0;
}

static int show_owed(struct cli *c, struct owed *o, struct ehr_err *e)
{
	int64_t known = known_at ? cli_last_ms(known_at) : 0;
	struct store *db = record_store(o->a->r);
	char day[11];
	int rc;

	/* the last day that --as-of means, else today */
	claim_day(day, c->as_of ? c->as_of_ms : clock_ms());
	if (by == 0)
		return ledger_ar_payers(db, str_of(day), known, one_payer, o,
		    e);
	rc = access_set_begin(o->a, AUDIT_READ, "accounts receivable", NULL,
	    0, e);
	if (rc < 0)
		return rc;
	rc = ledger_ar_patients(o->a->r, str_of(day), known, one_patient, o,
	    e);
	return access_set_end(o->a, rc, e);
}

int ledger_ar(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", 0 }, { "owed_by", 0 },
		{ "cents", PRINT_RIGHT } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct owed o = { .a = &a, .e = e };
	int rc = desk_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&o.p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	rc = show_owed(c, &o, e);
	if (rc == 0)
		rc = owed_row(&o, STR_NONE, "total", o.total);
	return print_close(o.p, rc, e);
}

/* ---- ledger list ---- */

static void number(struct printer *p, int64_t n)
{
	if (n)
		print_int(p, n);
	else
		print_absent(p, NULL);
}

static int one_entry(void *arg, const struct ledger_row *row)
{
	struct owed *o = arg;
	const struct str text[] = { row->payer, row->rank, row->grp, row->carc,
		row->ref, row->reason };
	BUF_AUTO name = BUF_INIT;
	int rc = row->patient ? record_patient_name(o->a->r, row->patient,
	    &name, o->e) : 0;

	if (rc < 0)
		return rc;
	access_set_touch(o->a, row->patient);
	print_int(o->p, row->txn);
	print_int(o->p, row->n);
	print_text(o->p, row->day);
	print_time(o->p, row->recorded);
	print_text(o->p, row->acct);
	print_int(o->p, row->cents);
	print_text(o->p, name.len ? buf_str(&name) : STR_NONE);
	number(o->p, row->line);
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		print_text(o->p, text[i]);
	number(o->p, row->reverses);
	number(o->p, row->doc);
	number(o->p, row->batch);
	return print_row(o->p, o->e);
}

static int list_entries(struct owed *o, enum ledger_of of, int64_t id)
{
	int rc = access_set_begin(o->a, AUDIT_READ, "ledger",
	    of == LEDGER_OF_PATIENT ? &id : NULL, of == LEDGER_OF_PATIENT,
	    o->e);

	if (rc < 0)
		return rc;
	rc = ledger_each(o->a->r, of, id, one_entry, o, o->e);
	return access_set_end(o->a, rc, o->e);
}

int ledger_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "txn", PRINT_RIGHT },
		{ "n", PRINT_RIGHT }, { "day", 0 }, { "recorded", PRINT_WHOLE },
		{ "account", 0 }, { "cents", PRINT_RIGHT }, { "patient", 0 },
		{ "line", PRINT_RIGHT }, { "payer", 0 }, { "rank", 0 },
		{ "group", 0 }, { "carc", 0 }, { "ref", 0 },
		{ "reason", PRINT_WIDE }, { "reverses", PRINT_RIGHT },
		{ "doc", PRINT_RIGHT }, { "batch", PRINT_RIGHT } };
	enum ledger_of of = claim ? LEDGER_OF_CLAIM
	    : batch ? LEDGER_OF_BATCH : LEDGER_OF_PATIENT;
	int64_t id = claim ? claim : batch;
	BUF_AUTO candidates = BUF_INIT;
	ACCESS_AUTO a = ACCESS_INIT;
	struct owed o = { .a = &a, .e = e };
	int rc;

	if ((claim != 0) + (batch != 0) + c->argc != 1)
		return cli_usage(c, e, "one of PATIENT, --claim and --batch");
	rc = desk_open(c, &a, STORE_READ, e);
	if (rc == 0 && c->argc)
		rc = record_find_patient(a.r, str_of(c->argv[0]), &id,
		    &candidates, e);
	cli_candidates(c, &candidates);
	if (rc == 0)
		rc = print_open(&o.p, c, cols, ARRAY_LEN(cols), e);
	return rc < 0 ? rc : print_close(o.p, list_entries(&o, of, id), e);
}
