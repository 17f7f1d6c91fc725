/* show.c - ehr-elig show: the page of an answer. */
#include "elig-tool.h"

struct job {
	struct access a;
	struct buf today, page;
	int64_t want, patient, coverage;
	bool failed;
	/* the other one that matters: what counts, or the check that failed */
	int64_t other;
};

static int whose(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;

	(void)e;
	j->patient = row->patient;
	j->coverage = row->coverage;
	j->failed = str_is(row->state, "failed");
	return 0;
}

static int put(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;
	ELIG_ANSWER_AUTO a = ELIG_ANSWER_INIT;
	int rc = elig_read_kept(record_store(j->a.r), row->id, &a, e);

	if (rc == 0)
		elig_page(&a, row, buf_str(&j->today), &j->page);
	return rc;
}

static int other(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;

	(void)e;
	if (row->coverage == j->coverage && row->id != j->want &&
	    (j->failed || row->id > j->want))
		j->other = row->id;
	return 0;
}

static int pages(struct job *j, struct ehr_err *e)
{
	struct store *db = record_store(j->a.r);
	int rc = elig_get(db, j->want, put, j, e);

	if (rc == 0 && j->patient)
		rc = elig_newest(db, j->patient, !j->failed, other, j, e);
	if (rc < 0 || !j->other)
		return rc;
	buf_addf(&j->page, "\n%s:\n", j->failed ?
	    "What was answered before still counts as far as it goes" :
	    "A later check failed");
	return elig_get(db, j->other, put, j, e);
}

/* The event of the access, before anything is shown. */
static int told(struct job *j, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int64_t patient;
	int rc;

	if (!j->patient)
		return access_set(&j->a, AUDIT_READ, ELIG_KIND, NULL, 0, e);
	rc = record_patient_name(j->a.r, j->patient, &name, e);
	return rc < 0 ? rc : access_patient(&j->a, buf_str(&name), AUDIT_READ,
	    ELIG_KIND, &patient, NULL, e);
}

int show_run(struct cli *c, struct ehr_err *e)
{
	struct job j = { .a = ACCESS_INIT, .today = BUF_INIT,
		.page = BUF_INIT };
	struct date d;
	int rc = 0;

	if (!str_int(str_of(c->argv[0]), &j.want) || j.want < 1)
		return cli_usage(c, e, "an answer is a number");
	cli_today(c, &d);
	date_format(&j.today, &d);
	rc = desk_open(c, &j.a, STORE_READ, e);
	if (rc == 0)
		rc = elig_get(record_store(j.a.r), j.want, whose, &j, e);
	if (rc == 0)
		rc = told(&j, e);
	if (rc == 0)
		rc = pages(&j, e);
	if (rc == 0)
		rc = cli_put(c, &j.page, e);
	buf_release(&j.page);
	buf_release(&j.today);
	access_close(&j.a);
	return rc;
}
