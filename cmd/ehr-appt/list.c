/* list.c - ehr-appt list: appointments, a line each. */
#include "appt.h"
#include "ehr/view.h"

static const char *provider, *type, *place, *states, *date, *patient;

const struct cli_opt list_opts[] = {
	{ "date", 0, CLI_DATE, 0, "DAY", "of that day", &date, 0, 0 },
	{ "provider", 0, CLI_TEXT, 0, "KEY", "with that provider", &provider,
	    0, 0 },
	{ "type", 0, CLI_TEXT, 0, "KEY", "visits of that type", &type, 0, 0 },
	{ "place", 0, CLI_TEXT, 0, "KEY", "at that place", &place, 0, 0 },
	{ "status", 0, CLI_TEXT, 0, "S,...", "in one of these states",
	    &states, 0, 0 },
	{ "patient", 0, CLI_TEXT, CLI_HIDE, "ID", "of that patient", &patient,
	    0, 0 },
	{ 0 },
};

static int add_states(struct cli *c, unsigned *bits, struct ehr_err *e)
{
	struct str rest = str_of(states), one;
	enum sched_status s;

	while (states && str_split(&rest, ',', &one)) {
		s = sched_status(one);
		if (s == SCHED_STATES)
			return cli_usage(c, e, "--status %.*s: no such state",
			    STR_FMT(one));
		*bits |= 1U << s;
	}
	return 0;
}

static int filter(struct job *j, struct sched_filter *f, struct ehr_err *e)
{
	struct cli *c = j->c;
	struct date d;
	int rc;

	*f = (struct sched_filter){ .provider = str_of(provider),
		.type = str_of(type), .place = str_of(place),
		.since = c->since_ms, .until = c->until_ms == INT64_MAX ? 0 :
		    c->until_ms + 1,
		.states = states ? 0 : ~(1U << SCHED_ENTERED_IN_ERROR) };
	rc = add_states(c, &f->states, e);
	if (rc == 0 && date) {
		date_parse(str_of(date), &d);
		f->since = date_ms(&d);
		f->until = cli_last_ms(date) + 1;
	}
	if (rc == 0 && patient)
		rc = record_find_patient(j->a.r, str_of(patient),
		    &f->patient, NULL, e);
	return rc;
}

static int row(void *arg, const struct sched_appt *a, struct ehr_err *e)
{
	struct job *j = arg;
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO who = BUF_INIT;
	int rc = record_rid_name(j->a.r, a->rid, &name, e);

	if (rc >= 0 && a->patient)
		rc = record_patient_name(j->a.r, a->patient, &who, e);
	if (rc < 0)
		return rc;
	access_set_touch(&j->a, a->patient);
	print_text(j->rows, buf_str(&name));
	print_time(j->rows, a->start);
	print_int(j->rows, (a->end - a->start) / 60000);
	print_text(j->rows, str_of(sched_status_name(a->status)));
	print_bool(j->rows, a->confirmed);
	print_text(j->rows, buf_str(&who));
	print_text(j->rows, a->provider);
	print_text(j->rows, a->type.n ? a->type : STR_NONE);
	print_text(j->rows, a->place.n ? a->place : STR_NONE);
	return print_row(j->rows, e);
}

int list_run(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "appointment", 0 },
		{ "start", PRINT_WHOLE }, { "minutes", PRINT_RIGHT },
		{ "status", 0 }, { "confirmed", 0 }, { "patient", 0 },
		{ "provider", 0 }, { "type", 0 }, { "place", 0 } };
	JOB_AUTO j = JOB_INIT(c);
	struct sched_filter f;
	int rc = desk_open(c, &j.a, STORE_READ, e);

	if (rc == 0)
		rc = filter(&j, &f, e);
	if (rc == 0)
		rc = access_set_begin(&j.a, AUDIT_LIST, SCHED_BATCH, NULL, 0,
		    e);
	if (rc < 0)
		return rc;
	rc = print_open(&j.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = print_close(j.rows, sched_each(j.a.r, &f, row, &j, e), e);
	return access_set_end(&j.a, rc, e);
}
