/* fees.c - ehr-claim fees load, rvu, list, find. */
#include "ehr/billing-fee.h"
#include "ehr/desk.h"

#include "claim.h"

static const char *schedule, *locality, *first, *last, *factor, *gpci, *code,
    *payer, *mods, *place, *day;

const struct cli_opt fees_rvu_opts[] = {
	{ "schedule", 0, CLI_TEXT, CLI_REQUIRED, "KEY",
	    "schedule that the fees are of", &schedule, 0, 0 },
	{ "gpci", 0, CLI_TEXT, CLI_REQUIRED, "FILE",
	    "geographic indices of CMS", &gpci, 0, 0 },
	{ "locality", 0, CLI_TEXT, CLI_REQUIRED, "MAC-NN",
	    "contractor and locality: 10112-00", &locality, 0, 0 },
	{ "from", 0, CLI_DATE, CLI_REQUIRED, "DAY", "first day", &first, 0,
	    0 },
	{ "to", 0, CLI_DATE, 0, "DAY", "last day", &last, 0, 0 },
	{ "factor", 0, CLI_TEXT, 0, "N",
	    "conversion factor (default: the file's)", &factor, 0, 0 },
	{ 0 },
};
const struct cli_opt fees_list_opts[] = {
	{ "code", 0, CLI_TEXT, 0, "CODE", "of this code only", &code, 0, 0 },
	{ 0 },
};
const struct cli_opt fees_find_opts[] = {
	{ "payer", 0, CLI_TEXT, 0, "KEY",
	    "what this payer allows (default: what is charged)", &payer, 0,
	    0 },
	{ "schedule", 0, CLI_TEXT, 0, "KEY", "of this schedule", &schedule, 0,
	    0 },
	{ "mods", 0, CLI_TEXT, 0, "WORDS", "modifiers, by commas", &mods, 0,
	    0 },
	{ "place", 0, CLI_TEXT, 0, "NN", "place of service", &place, 0, 0 },
	{ "date", 0, CLI_DATE, 0, "DAY", "day of service (default: today)",
	    &day, 0, 0 },
	{ 0 },
};

static struct str text(const char *v)
{
	return str_of(v ? v : "");
}

/* A whole day; fallback: what holds without the option. */
static int whole_day(struct cli *c, const char *v, struct ehr_err *e)
{
	return v && strlen(v) != 10 ? cli_usage(c, e, "%s: a day, YYYY-MM-DD",
	    v) : 0;
}

/* ---- writing ---- */

struct job {
	struct cli *c;
	struct access a;
	struct setup setup;
	struct in *in, *gpci;
};
#define JOB_INIT(cli) \
	((struct job){ .c = (cli), .a = ACCESS_INIT, .setup = SETUP_INIT })

static void job_release(struct job *j)
{
	in_close(j->in);
	in_close(j->gpci);
	setup_release(&j->setup);
	access_close(&j->a);
}
#define JOB_AUTO EHR_CLEANUP(job_release) struct job

static int put_all(struct job *j, int64_t batch, struct batch_counts *n,
    struct ehr_err *e)
{
	struct store *db = record_store(j->a.r);
	const struct fee_rvu how = { .schedule = text(schedule),
		.locality = text(locality), .first = text(first),
		.last = text(last), .factor = text(factor),
		.gpci = j->gpci };
	int rc = setup_read(db, &j->setup, e);

	if (rc < 0)
		return rc;
	return j->gpci ? fee_load_rvu(db, batch, &j->setup, &how, j->in, n,
	    e) : fee_load(db, batch, &j->setup, j->in, n, e);
}

/* All of the file or nothing. */
static int write_fees(struct job *j, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CONFIG,
		.input = in_name(j->in), .scope = FEE_BATCH };
	const struct access_rows rows = { .kind = FEE_BATCH, .bulk = true };
	struct batch_counts n = { 0 }, none = { 0 };
	int64_t batch;
	int rc = access_rows_begin(&j->a, &w, &rows, &batch, e);

	if (rc < 0)
		return rc;
	rc = put_all(j, batch, &n, e);
	rc = access_rows_end(&j->a, batch, rc == 0 ? &n : &none, rc, e);
	if (rc == 0)
		cli_note(j->c, "read %lld, inserted %lld, updated %lld, "
		    "unchanged %lld", (long long)n.read,
		    (long long)n.inserted, (long long)n.updated,
		    (long long)n.unchanged);
	return rc;
}

static int take(struct job *j, struct ehr_err *e)
{
	struct cli *c = j->c;
	int rc = in_open(&j->in, c->argc ? c->argv[0] : "-", e);

	if (rc == 0)
		rc = desk_open(c, &j->a, STORE_WRITE, e);
	return rc == 0 ? write_fees(j, e) : rc;
}

int fees_load(struct cli *c, struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c);

	return take(&j, e);
}

int fees_rvu(struct cli *c, struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c);
	int rc = whole_day(c, first, e);

	if (rc == 0)
		rc = whole_day(c, last, e);
	if (rc == 0)
		rc = in_open(&j.gpci, gpci, e);
	return rc == 0 ? take(&j, e) : rc;
}

/* ---- reading ---- */

struct listing {
	struct printer *p;
	struct ehr_err *e;
};

static void print_cents(struct printer *p, int64_t cents)
{
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%lld.%02lld", (long long)cents / 100,
	    (long long)cents % 100);
	print_number(p, buf_str(&b));
}

static int list_one(void *arg, const struct fee *f)
{
	struct listing *l = arg;

	print_text(l->p, f->schedule);
	print_text(l->p, f->code);
	print_text(l->p, f->mod);
	print_text(l->p, f->place);
	print_text(l->p, f->first);
	print_text(l->p, f->last);
	print_cents(l->p, f->cents);
	return print_row(l->p, l->e);
}

int fees_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "schedule", 0 },
		{ "code", 0 }, { "modifier", 0 }, { "place", 0 },
		{ "from", 0 }, { "to", 0 }, { "amount", PRINT_RIGHT } };
	JOB_AUTO j = JOB_INIT(c);
	struct listing l = { .e = e };
	int rc = desk_open(c, &j.a, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	rc = fee_each(record_store(j.a.r), text(c->argc ? c->argv[0] : NULL),
	    text(code), list_one, &l, e);
	return print_close(l.p, rc, e);
}

/* "25,59" as "25 59". */
static struct str words(struct cli *c, const char *v)
{
	char *s = arena_strndup(&c->mem, v ? v : "", v ? strlen(v) : 0);

	for (char *p = s; *p; p++)
		if (*p == ',')
			*p = ' ';
	return str_of(s);
}

static struct str today(struct cli *c)
{
	BUF_AUTO b = BUF_INIT;
	struct date d;

	cli_today(c, &d);
	date_format(&b, &d);
	return arena_str(&c->mem, (struct str){ b.s, 10 });
}

static int find_one(struct job *j, struct printer *p, struct fee_question *q,
    int *missing, struct ehr_err *e)
{
	struct str from = STR_NONE;
	int64_t cents = 0;
	int rc = fee_find(record_store(j->a.r), &j->setup, q, &cents, &from,
	    e);

	if (rc < 0)
		return rc;
	*missing += rc == 0;
	print_text(p, q->code);
	if (rc > 0)
		print_cents(p, cents);
	else
		print_absent(p, "unknown");
	print_text(p, from);
	return print_row(p, e);
}

static int find_all(struct job *j, struct printer *p, int *missing,
    struct ehr_err *e)
{
	struct fee_question q = { .payer = text(payer),
		.schedule = text(schedule), .mods = words(j->c, mods),
		.place = text(place),
		.day = day ? str_of(day) : today(j->c) };
	CLI_IDS_AUTO ids = CLI_IDS(j->c, 0);
	int rc;

	while ((rc = cli_ids_next(&ids, &q.code, e)) > 0) {
		rc = find_one(j, p, &q, missing, e);
		if (rc < 0)
			break;
	}
	return rc;
}

static int known(const struct setup *s, int kind, const char *key,
    struct ehr_err *e)
{
	return key && !setup_find(s, kind, str_of(key)) ? ehr_fail(e,
	    EHR_ENOENT, "%s: no such %s", key, s->form->kind[kind].name) : 0;
}

int fees_find(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "code", 0 },
		{ "amount", PRINT_RIGHT }, { "schedule", 0 } };
	JOB_AUTO j = JOB_INIT(c);
	struct printer *p = NULL;
	int missing = 0, rc = whole_day(c, day, e);

	if (rc == 0)
		rc = desk_open(c, &j.a, STORE_READ, e);
	if (rc == 0)
		rc = setup_read(record_store(j.a.r), &j.setup, e);
	if (rc == 0)
		rc = known(&j.setup, SETUP_PAYER, payer, e);
	if (rc == 0)
		rc = known(&j.setup, SETUP_SCHEDULE, schedule, e);
	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	rc = find_all(&j, p, &missing, e);
	return print_close(p, rc == 0 && missing ? EHR_ENO : rc, e);
}
