/* estimate.c - ehr-elig estimate: what a patient would pay of procedures. */
#include "elig-days.h"
#include "elig-tool.h"

#include "ehr/billing-fee.h"

const char *estimate_codes, *estimate_service, *estimate_place,
    *estimate_date;
int estimate_network;

enum { CODES_MAX = 50 };

struct job {
	struct cli *c;
	struct access a;
	struct setup setup;
	struct buf day, today, page;
	struct elig_fee fee[CODES_MAX];
	struct str mods[CODES_MAX]; /* by blanks */
	size_t fees;
	int64_t patient;
	size_t unknown, shown;
};

/* ---- codes and their fees ---- */

/* "99213:25:59,99214" */
static int read_codes(struct job *j, struct ehr_err *e)
{
	struct str rest = str_of(estimate_codes), one;

	while (str_split(&rest, ',', &one)) {
		char *mods;

		if (one.n == 0 || one.s[0] == ':' || j->fees == CODES_MAX)
			return cli_usage(j->c, e, "--code: %s",
			    j->fees == CODES_MAX ? "too many" :
			    "an empty one");
		str_split(&one, ':', &j->fee[j->fees].code);
		mods = arena_strndup(&j->c->mem, one.n ? one.s : "", one.n);
		for (char *p = mods; *p; p++)
			if (*p == ':')
				*p = ' ';
		j->mods[j->fees++] = str_of(mods);
	}
	return 0;
}

static int find_fee(struct job *j, struct fee_question q, int64_t *cents,
    struct str *schedule, struct ehr_err *e)
{
	int rc = fee_find(record_store(j->a.r), &j->setup, &q, cents,
	    schedule, e);

	if (rc == 0)
		*cents = -1;
	return rc < 0 ? rc : 0;
}

static int find_fees(struct job *j, struct str payer, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < j->fees; i++) {
		struct elig_fee *f = &j->fee[i];
		struct fee_question q = { .payer = STR(""), .code = f->code,
			.mods = j->mods[i], .place = str_of(estimate_place ?
			    estimate_place : "11"),
			.day = buf_str(&j->day) };

		rc = find_fee(j, q, &f->charged, &f->schedule, e);
		q.payer = payer;
		f->allowed = -1;
		if (rc == 0 && payer.n)
			rc = find_fee(j, q, &f->allowed, &f->schedule, e);
	}
	return rc;
}

/* ---- a page of each coverage ---- */

static int head(struct job *j, const struct elig_row *row, struct ehr_err *e)
{
	BUF_AUTO coverage = BUF_INIT;
	int rc = record_rid_name(j->a.r, row->coverage, &coverage, e);

	if (rc < 0)
		return rc;
	buf_addf(&j->page, "%s%s, %.*s\n", j->shown++ ? "\n" : "",
	    coverage.s, STR_FMT(row->payer));
	return 0;
}

static int estimate(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;
	ELIG_ANSWER_AUTO a = ELIG_ANSWER_INIT;
	struct elig_estimating o = { .day = buf_str(&j->day),
		.today = buf_str(&j->today), .fee = j->fee, .fees = j->fees,
		.service = str_of(estimate_service ? estimate_service : "98"),
		.network = "\0YN"[estimate_network] };
	int rc = elig_read_kept(record_store(j->a.r), row->id, &a, e);

	if (rc == 0)
		rc = find_fees(j, row->payer, e);
	if (rc == 0)
		rc = head(j, row, e);
	if (rc == 0)
		j->unknown += !elig_estimate(&a, row, &o, &j->page);
	return rc;
}

struct before {
	int64_t coverage;
	bool answered;
};

static int is_answered(void *arg, const struct elig_row *row,
    struct ehr_err *e)
{
	struct before *b = arg;

	(void)e;
	b->answered = b->answered || row->coverage == b->coverage;
	return 0;
}

/* A check that failed takes nothing away, but it is told. */
static int failed(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;
	struct before b = { .coverage = row->coverage };
	int rc = elig_newest(record_store(j->a.r), j->patient, false,
	    is_answered, &b, e);

	if (rc == 0)
		rc = head(j, row, e);
	if (rc < 0)
		return rc;
	buf_addf(&j->page, "%s (%.*s), answer %lld\n", b.answered ?
	    "A later check failed" :
	    "Patient pays  not known: the check failed",
	    STR_FMT(row->class), (long long)row->id);
	j->unknown += !b.answered;
	return 0;
}

static int pages(struct job *j, struct ehr_err *e)
{
	struct store *db = record_store(j->a.r);
	int rc = setup_read(db, &j->setup, e);

	if (rc == 0)
		rc = elig_newest(db, j->patient, false, estimate, j, e);
	if (rc == 0)
		rc = elig_newest(db, j->patient, true, failed, j, e);
	if (rc == 0 && j->shown == 0) {
		buf_adds(&j->page, "Patient pays  not known: no payer has "
		    "answered (ehr-elig ask)\n");
		j->unknown++;
	}
	return rc;
}

static int open_for(struct job *j, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = read_codes(j, e);

	if (rc == 0)
		rc = days_of(j->c, estimate_date, &j->day, &j->today, e);
	if (rc == 0)
		rc = desk_open(j->c, &j->a, STORE_READ, e);
	if (rc < 0)
		return rc;
	rc = access_patient(&j->a, str_of(j->c->argv[0]), AUDIT_READ,
	    ELIG_KIND, &j->patient, &candidates, e);
	if (rc == EHR_ENOENT)
		cli_candidates(j->c, &candidates);
	return rc < 0 ? rc : 0;
}

int estimate_run(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .a = ACCESS_INIT, .setup = SETUP_INIT,
		.day = BUF_INIT, .today = BUF_INIT, .page = BUF_INIT };
	int rc = open_for(&j, e);

	if (rc == 0)
		rc = pages(&j, e);
	if (rc == 0)
		rc = cli_put(c, &j.page, e);
	if (rc == 0 && j.unknown)
		rc = EHR_ENO; /* the page says so */
	buf_release(&j.page);
	buf_release(&j.today);
	buf_release(&j.day);
	setup_release(&j.setup);
	access_close(&j.a);
	return rc;
}
