/* disclose.c - ehr-audit disclose, disclosures, suspend: to whom data were
 * given, and the accounting of it (45 CFR 164.528). */
#include <stdlib.h>

#include "audit-tool.h"
#include "ehr/audit-disclose.h"

static struct {
	const char *to, *what, *on, *until;
	int purpose;
	bool oral, all;
} want;

const struct cli_opt audit_disclose_opts[] = {
	{ "to", 0, CLI_TEXT, CLI_REQUIRED | CLI_HIDE, "WHO", "to whom: name and, if "
	    "known, address", &want.to, 0, 0 },
	{ "purpose", 0, CLI_CHOICE, CLI_REQUIRED, AUDIT_FOR_WORDS, "for what",
	    &want.purpose, 0, 0 },
	{ "what", 0, CLI_TEXT, CLI_REQUIRED | CLI_HIDE, "TEXT", "which data, in a few "
	    "words, none of them", &want.what, 0, 0 },
	{ "on", 0, CLI_DATE, 0, "DAY", "when (today)", &want.on, 0, 0 },
	{ 0 },
};

const struct cli_opt audit_disclosures_opts[] = {
	{ "all", 'a', CLI_FLAG, 0, NULL, "those left out of the accounting, "
	    "too", &want.all, 0, 0 },
	{ 0 },
};

const struct cli_opt audit_suspend_opts[] = {
	{ "until", 0, CLI_DATE, CLI_REQUIRED, "DAY", "the last day",
	    &want.until, 0, 0 },
	{ "oral", 0, CLI_FLAG, 0, NULL, "by word of mouth: 30 days at most",
	    &want.oral, 0, 0 },
	{ 0 },
};

static void put_day(struct buf *b, const struct date *d)
{
	struct date day = *d;

	day.precision = DATE_DAY;
	date_format(b, &day);
}

/* ---- recording ---- */

/* The day of --on, not one to come; today without. */
static int day_of(struct cli *c, struct buf *b, struct ehr_err *e)
{
	struct date today, on;

	cli_today(c, &today);
	if (want.on == NULL) {
		put_day(b, &today);
		return 0;
	}
	if (!date_parse(str_of(want.on), &on) || on.precision != DATE_DAY ||
	    date_cmp_day(&on, &today) > 0)
		return cli_usage(c, e, "--on: a day, not one to come");
	put_day(b, &on);
	return 0;
}

int audit_disclose(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	struct audit_disclosure d = { .to = str_of(want.to),
		.what = str_of(want.what),
		.purpose = (enum audit_for)want.purpose };
	BUF_AUTO day = BUF_INIT;
	BUF_AUTO scope = BUF_INIT;
	BUF_AUTO candidates = BUF_INIT;
	int64_t patient;
	int rc = day_of(c, &day, e);

	d.on = buf_str(&day);
	if (rc == 0)
		rc = audit_disclosure_put(&scope, &d, e);
	if (rc == 0)
		rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc < 0)
		return rc;
	if (c->dry_run)
		store_dry_run(record_store(a.r));
	rc = access_patient(&a, str_of(c->argv[0]), AUDIT_DISCLOSE, scope.s,
	    &patient, &candidates, e);
	cli_candidates(c, &candidates);
	return rc;
}

/* ---- suspending ---- */

/* Whose data an event disclosed. */
struct disclosed {
	int64_t *patient;
	size_t n;
	bool any;
};

static void disclosed_release(struct disclosed *d)
{
	free(d->patient);
}

static int take_disclosed(void *arg, const struct audit_row *row)
{
	struct disclosed *d = arg;
	BUF_AUTO scratch = BUF_INIT;
	struct audit_disclosure told;

	d->any = audit_disclosure_take(row, &scratch, &told);
	d->patient = xcalloc((size_t)row->patients + 1, sizeof(*d->patient));
	for (size_t i = 0; i < row->n_range; i++) {
		int64_t at = row->range[i].first;

		while (at <= row->range[i].last)
			d->patient[d->n++] = at++;
	}
	return 0;
}

/* 164.528(a)(2)(ii): what is only said holds for 30 days. */
static int check_until(struct cli *c, struct ehr_err *e)
{
	struct date until, now;

	date_from_ms(&now, clock_ms(), 0);
	if (!date_parse(str_of(want.until), &until) ||
	    until.precision != DATE_DAY)
		return cli_usage(c, e, "--until: a day");
	if (want.oral && date_days(until.year, until.month, until.day) >
		date_days(now.year, now.month, now.day) + AUDIT_ORAL_DAYS)
		return cli_usage(c, e, "--oral: %d days at most "
		    "(45 CFR 164.528(a)(2)(ii))", AUDIT_ORAL_DAYS);
	return 0;
}

int audit_suspend(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	EHR_CLEANUP(disclosed_release) struct disclosed d = { NULL, 0, false };
	struct access_opt opt = ACCESS_OPT(c);
	struct audit_suspension s = { .until = str_of(want.until),
		.oral = want.oral };
	BUF_AUTO scope = BUF_INIT;
	int rc = audit_tool_seq(c, 0, &s.event, e);

	if (rc == 0)
		rc = check_until(c, e);
	if (rc == 0)
		rc = audit_suspension_put(&scope, &s, e);
	if (rc == 0)
		rc = access_open(&a, &opt, STORE_WRITE, e);
	if (rc == 0)
		rc = audit_get(record_store(a.r), s.event, take_disclosed, &d,
		    e);
	if (rc == 0 && !d.any)
		rc = ehr_fail(e, EHR_ENOENT, "event %lld is no disclosure",
		    (long long)s.event);
	if (rc < 0)
		return rc;
	if (c->dry_run)
		store_dry_run(record_store(a.r));
	return access_set(&a, AUDIT_SUSPEND, scope.s, d.patient, d.n, e);
}

/* ---- the accounting ---- */

static const struct print_col cols[] = {
	{ "event", PRINT_RIGHT }, { "on", PRINT_WHOLE }, { "to", 0 },
	{ "what", PRINT_WIDE }, { "purpose", 0 }, { "section", 0 },
	{ "left_out", 0 },
};

struct accounting {
	struct cli *c;
	struct printer *p;
	struct map64 until;	/* event -> last day without accounting */
	struct date today;
	int64_t since, until_ms;
	struct ehr_err *e;
};

static int64_t day_number(struct str text)
{
	struct date d;

	return date_parse(text, &d) ? date_days(d.year, d.month, d.day) : 0;
}

/* The later suspension counts: it may prolong or end the one before. */
static int take_suspension(void *arg, const struct audit_row *row)
{
	struct accounting *x = arg;
	struct audit_suspension s;
	BUF_AUTO scratch = BUF_INIT;

	if (audit_suspension_take(row, &scratch, &s))
		*map64_put(&x->until, (uint64_t)s.event, NULL) =
		    day_number(s.until) + 1;
	return 0;
}

/* Why it is no part of the accounting: empty when it is. */
static void why_not(const struct accounting *x, int64_t event,
    const struct audit_disclosure *d, struct buf *why)
{
	const int64_t *until = map64_get(&x->until, (uint64_t)event);
	struct date last;

	if (!audit_for_accountable(d->purpose)) {
		buf_adds(why, "not accounted for");
	} else if (until && *until > date_days(x->today.year, x->today.month,
		       x->today.day)) {
		date_from_days(&last, *until - 1);
		buf_adds(why, "suspended until ");
		put_day(why, &last);
	}
}

static int put_disclosure(void *arg, const struct audit_row *row)
{
	struct accounting *x = arg;
	struct audit_disclosure d;
	BUF_AUTO scratch = BUF_INIT;
	BUF_AUTO why = BUF_INIT;
	int64_t on;

	if (!audit_disclosure_take(row, &scratch, &d))
		return ehr_fail(x->e, EHR_EINTEGRITY, "audit log: event %lld "
		    "does not tell what was disclosed", (long long)row->seq);
	on = day_number(d.on) * 86400000;
	why_not(x, row->seq, &d, &why);
	if (on < x->since || on > x->until_ms || (why.len && !want.all))
		return 0;
	print_int(x->p, row->seq);
	print_text(x->p, d.on);
	print_text(x->p, d.to);
	print_text(x->p, d.what);
	print_text(x->p, str_of(audit_for_name(d.purpose)));
	print_text(x->p, str_of(audit_for_section(d.purpose)));
	print_text(x->p, why.len ? buf_str(&why) : STR_NONE);
	return print_row(x->p, x->e);
}

static void accounting_end(struct accounting *x)
{
	map64_release(&x->until);
}

/* Of six years when no other time is given; by the day of the disclosure. */
static void set_range(struct accounting *x)
{
	struct date from = x->today;

	from.year -= AUDIT_ACCOUNT_YEARS;
	x->since = x->c->since_ms != INT64_MIN ? x->c->since_ms :
	    date_days(from.year, from.month, from.day) * 86400000;
	x->until_ms = x->c->until_ms;
}

int audit_disclosures(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	EHR_CLEANUP(accounting_end) struct accounting x = { .c = c,
		.until = MAP64_INIT, .e = e };
	struct audit_filter f = { .action = STR("suspend") };
	int64_t patient;
	int rc = audit_tool_patient(c, &a, c->argv[0], &patient, e);

	cli_today(c, &x.today);
	set_range(&x);
	if (rc == 0)
		rc = audit_tool_each_of(&a, f, patient, take_suspension, &x,
		    e);
	if (rc == 0)
		rc = print_open(&x.p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	f.action = STR("disclose");
	rc = audit_tool_each_of(&a, f, patient, put_disclosure, &x, e);
	return print_close(x.p, rc, e);
}
