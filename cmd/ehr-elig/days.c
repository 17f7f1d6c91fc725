/* days.c - whom a verb is about. */
#include "elig-days.h"

#include "ehr/fhir.h"

#include <stdlib.h>
#include <time.h>

void patients_release(struct patients *p)
{
	free(p->v);
}

static void add(struct patients *p, int64_t patient)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i] == patient)
			return;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->v = xrealloc(p->v, p->cap * sizeof(*p->v));
	}
	p->v[p->n++] = patient;
}

/* ---- appointments ---- */

struct scan {
	struct access *a;
	struct patients *p;
	struct str day;
	struct tape tape;
	struct ehr_err *e;
};

/* The day of an instant, in the process's zone; a date's own. */
static bool on_day(struct str start, struct str day)
{
	BUF_AUTO b = BUF_INIT;
	struct date d;
	struct tm tm;
	time_t t;

	if (!date_parse(start, &d))
		return false;
	if (!d.has_offset)
		return str_begins(start, day);
	t = (time_t)(date_ms(&d) / 1000);
	if (!localtime_r(&t, &tm))
		return false;
	buf_addf(&b, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday);
	return str_eq(buf_str(&b), day);
}

static int appointment(void *arg, const struct resource *res)
{
	static const char *const off[] = { "cancelled", "noshow",
		"entered-in-error", "waitlist", "fulfilled" };
	struct scan *s = arg;
	struct tape_error why;
	BUF_AUTO scratch = BUF_INIT;
	struct str status;
	int64_t patient = 0;
	int rc;

	if (tape_parse(&s->tape, res->body.s, res->body.n, &why) < 0)
		return 0;
	status = tape_member(&s->tape, 0, "status", &scratch);
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		if (str_is(status, off[i]))
			return 0;
	if (!on_day(tape_member(&s->tape, 0, "start", &scratch), s->day))
		return 0;
	rc = record_patient_of(s->a->r, res->rid, RECORD_NOW, &patient, s->e);
	if (rc >= 0 && patient)
		add(s->p, patient);
	return rc < 0 ? rc : 0;
}

static int by_day(struct access *a, const char *day, struct patients *p,
    struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;
	struct scan s = { a, p, str_of(day), TAPE_INIT, e };
	int rc;

	record_types_add(&f.types, FHIR_Appointment);
	f.whole = true; /* shows nothing but that somebody comes */
	rc = record_all(a->r, &f, appointment, &s, e);
	tape_release(&s.tape);
	return rc;
}

int patients_of(struct cli *c, struct access *a, const char *day,
    struct patients *p, struct ehr_err *e)
{
	CLI_IDS_AUTO ids = CLI_IDS(c, 0);
	BUF_AUTO candidates = BUF_INIT;
	int64_t patient;
	struct str id;
	int rc;

	if (day && c->argc)
		return cli_usage(c, e, "either patients or --for");
	if (day)
		return by_day(a, day, p, e);
	if (c->argc == 0)
		return cli_usage(c, e, "whom? PATIENT, - or --for DAY");
	while ((rc = cli_ids_next(&ids, &id, e)) > 0) {
		rc = record_find_patient(a->r, id, &patient, &candidates, e);
		if (rc == EHR_ENOENT)
			cli_candidates(c, &candidates);
		if (rc < 0)
			break;
		add(p, patient);
	}
	return rc;
}

int days_of(const struct cli *c, const char *word, struct buf *day,
    struct buf *today, struct ehr_err *e)
{
	struct date d, t;

	cli_today(c, &t);
	date_format(today, &t);
	if (!word || strcmp(word, "today") == 0) {
		buf_adds(day, today->s);
		return 0;
	}
	if (strcmp(word, "tomorrow") == 0)
		date_from_days(&d, date_days(t.year, t.month, t.day) + 1);
	else if (!date_parse(str_of(word), &d) || d.precision != DATE_DAY)
		return cli_usage(c, e, "%s: not today, tomorrow or YYYY-MM-DD",
		    word);
	date_format(day, &d);
	return 0;
}
