/* ask.c - ehr-elig ask: inquiries for patients or appointments. */
#include "elig-tool.h"
#include "elig-days.h"

#include <stdlib.h>

const char *ask_for, *ask_date, *ask_payer, *ask_provider,
    *ask_services, *ask_place, *ask_diagnoses;
bool ask_again, ask_batch;

enum { SERVICES_MAX = 99 };

struct job {
	struct cli *c;
	struct access a;
	struct printer *rows;
	struct patients who;
	struct str service[SERVICES_MAX];
	size_t services;
	struct str diagnosis[MAX_ELIG_DIAGNOSES];
	size_t diagnoses;
	struct elig_job job;
};

/* ---- what was made ---- */

static int asked(void *arg, const struct elig_asked *q, struct ehr_err *e)
{
	struct job *j = arg;
	BUF_AUTO patient = BUF_INIT;
	BUF_AUTO coverage = BUF_INIT;
	int rc;

	if (!j->rows)
		return 0;
	rc = record_patient_name(j->a.r, q->patient, &patient, e);
	if (rc >= 0)
		rc = record_rid_name(j->a.r, q->coverage, &coverage, e);
	if (rc < 0)
		return rc;
	if (q->id)
		print_int(j->rows, q->id);
	else
		print_absent(j->rows, NULL);
	print_text(j->rows, buf_str(&patient));
	print_text(j->rows, buf_str(&coverage));
	print_text(j->rows, q->payer);
	if (q->id)
		print_int(j->rows, j->job.batch);
	else
		print_absent(j->rows, NULL);
	print_text(j->rows, q->why ? str_of(q->why) : STR("made"));
	return print_row(j->rows, e);
}

static int write_out(void *arg, const struct elig_out *o, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;

	(void)arg;
	buf_addstr(&b, o->text);
	return cli_write(&b, e);
}

/* ---- options ---- */

static int read_services(struct job *j, struct ehr_err *e)
{
	struct str rest = str_of(ask_services ? ask_services : "30"), one;

	while (str_split(&rest, ',', &one)) {
		one = str_trim(one);
		if (one.n == 0 || j->services == SERVICES_MAX)
			return cli_usage(j->c, e, "--service-type: %s",
			    one.n ? "too many" : "an empty one");
		j->service[j->services++] = one;
	}
	return 0;
}

/* "e11.9" as "E119"; false: that is none. */
static bool read_diagnosis(struct arena *mem, struct str v, struct str *code)
{
	BUF_AUTO b = BUF_INIT;
	bool ok = true;

	for (size_t i = 0; i < v.n; i++) {
		char c = v.s[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c & ~0x20);
		if (c == '.' && i == 3)
			continue;
		ok = ok && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
		buf_addch(&b, c);
	}
	*code = arena_str(mem, buf_str(&b));
	return ok && b.len >= 3 && b.len <= 7;
}

static int read_diagnoses(struct job *j, struct ehr_err *e)
{
	struct str rest = str_of(ask_diagnoses), one;

	while (rest.n && str_split(&rest, ',', &one))
		if (j->diagnoses == MAX_ELIG_DIAGNOSES ||
		    !read_diagnosis(&j->c->mem, str_trim(one),
		    &j->diagnosis[j->diagnoses++]))
			return cli_usage(j->c, e, "--diagnosis: at most %d "
			    "codes of ICD-10-CM", MAX_ELIG_DIAGNOSES);
	if (ask_place && (strlen(ask_place) != 2 ||
	    strspn(ask_place, "0123456789") != 2))
		return cli_usage(j->c, e, "--place: two digits");
	return 0;
}

static int work(struct job *j, const struct elig_asking *o, struct ehr_err *e)
{
	bool out = j->c->place && strcmp(j->c->place, "-") == 0;
	int rc = elig_begin(&j->job, &j->a, AUDIT_CREATE, NULL, true, 0,
	    e);

	if (rc < 0)
		return rc;
	rc = elig_ask(&j->job, o, j->who.v, j->who.n, asked, j, e);
	if (rc == 0 && out)
		rc = elig_outs(record_store(j->a.r), j->job.batch, write_out,
		    j, e);
	return elig_end(&j->job, rc, e);
}

int ask_run(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = {
		{ "inquiry", PRINT_RIGHT }, { "patient", 0 },
		{ "coverage", 0 }, { "payer", 0 }, { "batch", PRINT_RIGHT },
		{ "result", PRINT_WIDE } };
	struct job j = { .c = c, .a = ACCESS_INIT };
	BUF_AUTO day = BUF_INIT;
	BUF_AUTO today = BUF_INIT;
	struct elig_asking o = { .payer = str_of(ask_payer),
		.provider = str_of(ask_provider), .service = j.service,
		.again = ask_again, .together = ask_batch };
	int rc = read_services(&j, e);

	if (rc == 0)
		rc = read_diagnoses(&j, e);
	if (rc == 0)
		rc = days_of(c, ask_for ? ask_for : ask_date, &day, &today, e);
	if (rc == 0)
		rc = desk_open(c, &j.a, STORE_WRITE, e);
	if (rc == 0)
		rc = patients_of(c, &j.a, ask_for ? day.s : NULL, &j.who, e);
	o.day = buf_str(&day);
	o.today = buf_str(&today);
	o.services = j.services;
	o.place = str_of(ask_place ? ask_place : "");
	o.diagnosis = j.diagnosis;
	o.diagnoses = j.diagnoses;
	if (rc == 0 && !c->place)
		rc = print_open(&j.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = work(&j, &o, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	patients_release(&j.who);
	access_close(&j.a);
	return rc;
}
