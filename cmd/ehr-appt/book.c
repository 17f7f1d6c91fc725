/* book.c - ehr-appt book and move. */
#include "appt.h"
#include "ehr/view.h"

static bool overbook;
static const char *comment;

const struct cli_opt book_opts[] = {
	{ "overbook", 0, CLI_FLAG, 0, NULL,
	    "though the time is taken (with --reason)", &overbook, 0, 0 },
	{ "comment", 0, CLI_TEXT, CLI_HIDE, "TEXT",
	    "what the appointment says besides", &comment, 0, 0 },
	{ 0 },
};
const struct cli_opt move_opts[] = {
	{ "overbook", 0, CLI_FLAG, 0, NULL,
	    "though the time is taken (with --reason)", &overbook, 0, 0 },
	{ 0 },
};

static void name_slot(struct job *j, struct str key)
{
	buf_reset(&j->slot);
	buf_addstr(&j->slot, key);
}

static int want_of(struct job *j, struct str key, struct sched_want *w,
    struct ehr_err *e)
{
	struct sched_slot s;

	if (!sched_slot_parse(key, &s))
		return cli_usage(j->c, e, "%.*s: not the key of a slot",
		    STR_FMT(key));
	*w = (struct sched_want){ .start = s.start,
		.end = s.start + s.minutes * 60000, .provider = s.provider,
		.type = s.type, .zone = str_of(view_zone_name()),
		.comment = str_of(comment), .status = SCHED_BOOKED,
		.over = overbook };
	return 0;
}

/* ---- book ---- */

static int find_patient(struct job *j, struct str name, int64_t *patient,
    struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = record_find_patient(j->a.r, name, patient, &candidates, e);

	if (rc == EHR_ENOENT)
		cli_candidates(j->c, &candidates);
	return rc;
}

/* A transaction of its own: others can book between two of ours. */
static int book_one(struct job *j, struct str key, struct str patient,
    struct ehr_err *e)
{
	SCHED_JOB_AUTO s = SCHED_JOB_INIT;
	struct sched_done done;
	struct sched_want w;
	int rc = want_of(j, key, &w, e);

	name_slot(j, key);
	if (rc == 0)
		rc = find_patient(j, patient, &w.patient, e);
	if (rc == 0)
		rc = job_begin(j, &s, AUDIT_CREATE, e);
	if (rc == 0)
		rc = sched_end(&s, sched_book(&s, &w, &done, e), e);
	return rc < 0 ? job_failed(j, rc, e) :
	    job_row(j, &s, &done, "booked", e);
}

/* Lines "SLOT PATIENT". */
static int book_lines(struct job *j, struct ehr_err *e)
{
	BUF_AUTO line = BUF_INIT;
	struct str rest, key, patient = STR_NONE;
	int rc;

	while ((rc = cli_line(j->c, &line, e)) > 0) {
		rest = str_trim(buf_str(&line));
		if (rest.n == 0)
			continue;
		for (size_t i = 0; i < line.len; i++)
			if (line.s[i] == '\t')
				line.s[i] = ' ';
		str_split(&rest, ' ', &key);
		rest = str_trim(rest);
		str_split(&rest, ' ', &patient);
		rc = book_one(j, key, patient, e);
		if (rc < 0)
			break;
	}
	return rc;
}

int book_run(struct cli *c, struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c);
	bool lines = c->argc == 1 && strcmp(c->argv[0], "-") == 0;
	int rc = 0;

	if (c->argc != 2 && !lines)
		rc = cli_usage(c, e, "SLOT PATIENT, or - for lines of both");
	if (rc == 0)
		rc = job_open(&j, e);
	if (rc == 0)
		rc = view_zone(j.a.r, e);
	if (rc == 0)
		rc = lines ? book_lines(&j, e) : book_one(&j,
		    str_of(c->argv[0]), str_of(c->argv[1]), e);
	return job_result(&j, rc, e);
}

/* ---- move ---- */

static int move_one(struct job *j, struct str name, struct str key,
    struct ehr_err *e)
{
	SCHED_JOB_AUTO s = SCHED_JOB_INIT;
	BUF_AUTO candidates = BUF_INIT;
	struct sched_appt a;
	struct sched_done done;
	struct sched_want w;
	int rc = want_of(j, key, &w, e);

	name_slot(j, key);
	if (rc == 0)
		rc = job_begin(j, &s, AUDIT_UPDATE, e);
	if (rc < 0)
		return job_failed(j, rc, e);
	rc = sched_find(j->a.r, name, &s.mem, &a, &candidates, e);
	cli_candidates(j->c, &candidates);
	if (rc == 0)
		rc = sched_move(&s, &a, &w, &done, e);
	rc = sched_end(&s, rc, e);
	return rc < 0 ? job_failed(j, rc, e) :
	    job_row(j, &s, &done, "moved", e);
}

int move_run(struct cli *c, struct ehr_err *e)
{
	JOB_AUTO j = JOB_INIT(c);
	int rc = job_open(&j, e);

	if (rc == 0)
		rc = view_zone(j.a.r, e);
	if (rc == 0)
		rc = move_one(&j, str_of(c->argv[0]), str_of(c->argv[1]), e);
	return job_result(&j, rc, e);
}
