/* due.c - ehr-remind due: what is to go out, and with -v what is not. */
#include "ehr/desk.h"
#include "remind.h"

static const char *due_at;
const struct cli_opt due_opts[] = {
	{ "at", 0, CLI_DATE, 0, "T", "as it is then (default now)", &due_at, 0,
	    0 },
	{ 0 },
};

static const char *word_of(enum notify_verdict v)
{
	return v == NOTIFY_GOES ? "goes" : v == NOTIFY_WAITS ? "waits" : "not";
}

static int row(struct access *a, struct printer *p, const struct notify_due *d,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int rc = record_patient_name(a->r, d->patient, &name, e);

	if (rc < 0)
		return rc;
	access_set_touch(a, d->patient);
	print_text(p, buf_str(&name));
	print_text(p, d->subject);
	print_text(p, d->rule->key);
	print_text(p, d->occurrence);
	print_time(p, d->at);
	print_text(p, str_of(word_of(d->verdict)));
	print_text(p, d->verdict == NOTIFY_GOES ?
	    str_of(notify_channel_name(d->channel)) : STR_NONE);
	print_time(p, d->verdict == NOTIFY_WAITS ? d->when : 0);
	print_text(p, d->why);
	print_text(p, d->zone);
	print_text(p, str_of(d->zone_by));
	print_text(p, d->verdict == NOTIFY_GOES ? d->body : STR_NONE);
	return print_row(p, e);
}

static int rows(struct cli *c, struct access *a, const struct notify_list *l,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "patient", 0 },
		{ "subject", 0 }, { "rule", 0 }, { "occurrence", 0 },
		{ "due", PRINT_WHOLE }, { "verdict", 0 }, { "channel", 0 },
		{ "when", PRINT_WHOLE }, { "why", 0 }, { "zone", 0 },
		{ "zone_by", 0 }, { "text", PRINT_WIDE } };
	struct printer *p = NULL;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc == 0 && i < l->n; i++)
		if (l->v[i].verdict == NOTIFY_GOES || c->verbose)
			rc = row(a, p, &l->v[i], e);
	return p ? print_close(p, rc, e) : rc;
}

int due_run(struct cli *c, struct ehr_err *e)
{
	NOTIFY_LIST_AUTO l = NOTIFY_LIST_INIT;
	ACCESS_AUTO a = ACCESS_INIT;
	struct notify_asking q = { .now = clock_ms(), .test = c->test };
	struct date d;
	int rc;

	if (due_at && (!date_parse(str_of(due_at), &d) || !d.has_offset))
		return cli_usage(c, e, "--at: a time with its offset");
	if (due_at)
		q.now = date_ms(&d);
	rc = desk_open(c, &a, STORE_READ, e);
	if (rc == 0)
		rc = access_set_begin(&a, AUDIT_LIST, "reminders", NULL, 0, e);
	if (rc < 0)
		return rc;
	rc = notify_find_due(a.r, &q, &l, e);
	if (rc == 0)
		rc = rows(c, &a, &l, e);
	return access_set_end(&a, rc, e);
}
