/* risk.c - ehr-admin risk: the Security Rule, item by item: told by what the
 * machine knows, or attested by somebody. */
#include "ehr/comply.h"
#include "evidence.h"

enum { DAY_MS = 86400000, YEAR = 366, WEEK = 7 };

static const char *note;

const struct cli_opt admin_attest_opts[] = {
	{ "note", 0, CLI_TEXT, CLI_REQUIRED, "TEXT", "what is attested", &note,
	    0, 0 },
	{ 0 },
};

/* ---- checks ---- */

static int count_member(void *arg, const struct store_staff *s)
{
	*(int *)arg += s->active;
	return 0;
}

static enum evidence staff(struct evidence_of *x, struct buf *why)
{
	int n = 0;

	store_staff_each(record_store(x->a.r), count_member, &n, NULL);
	buf_addf(why, "%d active members of staff", n);
	return n ? EVIDENCE_YES : EVIDENCE_NO;
}

static int latest_day(void *arg, const struct comply_entry *t)
{
	int64_t *last = arg, day;
	struct date d;

	if (!date_parse(t->day, &d))
		return 0;
	day = date_days(d.year, d.month, d.day);
	if (day > *last)
		*last = day;
	return 0;
}

static enum evidence training(struct evidence_of *x, struct buf *why)
{
	int64_t last = INT64_MIN;
	struct date d;

	comply_register_each(record_store(x->a.r), STR("training"), true,
	    latest_day, &last, NULL);
	if (last == INT64_MIN) {
		buf_adds(why, "no training is registered");
		return EVIDENCE_NO;
	}
	buf_adds(why, "the last one was on ");
	date_from_days(&d, last);
	date_format(why, &d);
	return clock_ms() / DAY_MS - last <= YEAR ? EVIDENCE_YES : EVIDENCE_NO;
}

static int see_backup(void *arg, const struct audit_row *row)
{
	if (str_starts(row->scope, "backup:"))
		*(int64_t *)arg = row->time;
	return 0;
}

static enum evidence backup(struct evidence_of *x, struct buf *why)
{
	struct audit_filter f = { .action = STR("config"),
		.since = clock_ms() - (int64_t)WEEK * DAY_MS };
	int64_t last = 0;

	if (audit_each(record_store(x->a.r), &f, see_backup, &last, NULL) < 0) {
		buf_adds(why, "the audit log may not be read");
		return EVIDENCE_UNKNOWN;
	}
	buf_adds(why, last ? "the last one began at " :
	    "none began within a week");
	if (last)
		date_format_ms(why, last);
	return last ? EVIDENCE_YES : EVIDENCE_NO;
}

static enum evidence audit(struct evidence_of *x, struct buf *why)
{
	struct ehr_err e = { 0, "" };
	int rc = audit_verify(record_store(x->a.r), NULL, NULL, &e);

	buf_adds(why, rc == 0 ? "the log's tree is intact" : e.msg);
	return rc == 0 ? EVIDENCE_YES : EVIDENCE_NO;
}

static enum evidence integrity(struct evidence_of *x, struct buf *why)
{
	buf_adds(why, x->encrypted ? "a tag on each page, a hash of each "
	    "content (ehr-admin check)" : "a hash of each content (ehr-admin "
	    "check); no tags on pages: the record is plain");
	return EVIDENCE_YES;
}

static const struct check {
	const char *name;
	evidence_fn *fn;
} checks[] = {
	{ "staff", staff }, { "training", training }, { "backup", backup },
	{ "disposal", evidence_disposal }, { "devices", evidence_devices },
	{ "encryption", evidence_encryption }, { "audit", audit },
	{ "integrity", integrity },
};

static evidence_fn *check_of(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(checks); i++)
		if (strcmp(checks[i].name, name) == 0)
			return checks[i].fn;
	return NULL;
}

/* ---- the list ---- */

/* Word for an item's state; *holds: nothing is to be done. */
static const char *state(struct evidence_of *x, const struct comply_risk *r,
    struct buf *why, bool *holds)
{
	evidence_fn *fn = check_of(r->check);
	enum evidence v = fn ? fn(x, why) : EVIDENCE_UNKNOWN;
	struct comply_entry said = { 0 };

	*holds = v == EVIDENCE_YES;
	if (v != EVIDENCE_UNKNOWN)
		return evidence_word(v);
	if (why->len)
		buf_adds(why, "; ");
	if (comply_attested(record_store(x->a.r), r->item, &said, why,
	    NULL) <= 0) {
		buf_addf(why, "ehr-admin risk attest %s --note TEXT", r->item);
		return "open";
	}
	buf_adds(why, " (");
	date_format_ms(why, said.time);
	buf_addch(why, ')');
	*holds = clock_ms() - said.time <= (int64_t)YEAR * DAY_MS;
	return *holds ? "attested" : "open";
}

int admin_risk(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "item", PRINT_WHOLE },
		{ "state", 0 }, { "clause", 0 }, { "what", PRINT_WIDE },
		{ "evidence", PRINT_WIDE } };
	struct evidence_of x = { .a = ACCESS_INIT };
	struct printer *p = NULL;
	bool all = true, holds;
	int rc = evidence_open(&x, c, e);

	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	for (const struct comply_risk *r = comply_risks; rc == 0 && r->item;
	    r++) {
		BUF_AUTO why = BUF_INIT;

		print_text(p, str_of(r->item));
		print_text(p, str_of(state(&x, r, &why, &holds)));
		print_text(p, str_of(r->clause));
		print_text(p, str_of(r->text));
		print_text(p, buf_str(&why));
		rc = print_row(p, e);
		all = all && holds;
	}
	rc = print_close(p, rc == 0 && !all ? EHR_ENO : rc, e);
	access_close(&x.a);
	return rc;
}

int admin_attest(struct cli *c, struct ehr_err *e)
{
	const struct comply_risk *r = comply_risks;
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	struct str said = str_of(note);
	int rc;

	while (r->item && strcmp(r->item, c->argv[0]) != 0)
		r++;
	if (r->item == NULL)
		return cli_usage(c, e, "ITEM is a name that ehr-admin risk "
		    "prints");
	if (said.n == 0 || said.n > 1000 ||
	    utf8_valid(said.s, said.n) != said.n ||
	    memchr(said.s, '\n', said.n))
		return cli_usage(c, e, "--note is a line of UTF-8, 1000 bytes "
		    "at most");
	rc = admin_begin(c, &a, e);
	if (rc < 0)
		return rc;
	buf_addf(&scope, "attest:%s", r->item);
	return admin_end(&a, comply_attest(record_store(a.r), str_of(r->item),
	    said, buf_str(&a.user), e), scope.s, e);
}
