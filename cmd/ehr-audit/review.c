/* review.c - ehr-audit review: accesses that somebody should look at. */
#include "audit-tool.h"
#include "ehr/review.h"
#include "ehr/view.h"

static const char *hours;

const struct cli_opt audit_review_opts[] = {
	{ "hours", 0, CLI_TEXT, 0, "FROM-TO", "hours of work, Monday to "
	    "Friday (7-19)", &hours, 0, 0 },
	{ 0 },
};

struct listing {
	struct record *r;
	struct printer *p;
	struct ehr_err *e;
	int64_t n;
};

static int put_finding(void *arg, const struct review_finding *f)
{
	struct listing *l = arg;
	BUF_AUTO name = BUF_INIT;
	int rc = 0;

	if (f->patient)
		rc = record_patient_name(l->r, f->patient, &name, l->e);
	if (rc < 0)
		return rc;
	l->n++;
	print_int(l->p, f->event);
	print_text(l->p, str_of(review_rule_name(f->rule)));
	print_text(l->p, f->user);
	print_text(l->p, name.len ? buf_str(&name) : STR_NONE);
	return print_row(l->p, l->e);
}

static int read_hours(struct cli *c, struct review_opt *o, struct ehr_err *e)
{
	struct str rest = str_of(hours ? hours : "7-19"), from;
	int64_t a, b;

	if (!str_split(&rest, '-', &from) || !str_int(from, &a) ||
	    !str_int(rest, &b) || a < 0 || a >= b || b > 24)
		return cli_usage(c, e, "--hours: two hours of 0 to 24, as "
		    "7-19");
	o->from_hour = (int)a;
	o->to_hour = (int)b;
	return 0;
}

/* Names, addresses, days and the practice's lists are compared by the program;
 * who reviews sees whose chart it was, by its id, as the log tells anyway. */
static void look_at_all(struct access *a)
{
	store_grant(record_store(a->r), PERM_ALL, PERM_NONE, "review");
}

int audit_review(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "event", PRINT_RIGHT },
		{ "rule", 0 }, { "user", 0 }, { "patient", 0 } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { .e = e };
	struct audit_filter f = audit_tool_filter(c);
	struct review_opt o = { .since = f.since, .until = f.until };
	int rc = read_hours(c, &o, e);

	if (rc == 0)
		rc = audit_tool_open(c, &a, e);
	if (rc == 0)
		rc = view_zone(a.r, e);
	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	l.r = a.r;
	look_at_all(&a);
	rc = review_run(a.r, &o, put_finding, &l, e);
	if (rc == 0 && l.n)
		rc = ehr_fail(e, EHR_ENO, "%lld findings", (long long)l.n);
	return print_close(l.p, rc, e);
}
