/* requests.c - ehr-audit requests add, extend, close, ...: who asked for data,
 * and how that was answered. The audit log gets numbers and words of tables,
 * no text. */
#include "audit-tool.h"
#include "ehr/comply-request.h"

static struct {
	int kind, asker, result, ground; /* from 1; 0: not given */
	const char *who, *what, *manner, *received, *on, *until, *text;
} give;

const struct cli_opt audit_requests_add_opts[] = {
	{ "kind", 0, CLI_CHOICE, CLI_REQUIRED, REQUEST_KIND_WORDS,
	    "what is asked for", &give.kind, 1, 0 },
	{ "from", 0, CLI_CHOICE, CLI_REQUIRED, REQUEST_ASKER_WORDS,
	    "who asks", &give.asker, 1, 0 },
	{ "who", 0, CLI_TEXT, CLI_HIDE, "NAME", "name and address, of whoever "
	    "is not the patient", &give.who, 0, 0 },
	{ "what", 0, CLI_TEXT, CLI_REQUIRED | CLI_HIDE, "TEXT",
	    "of what, of which time", &give.what, 0, 0 },
	{ "manner", 0, CLI_TEXT, CLI_HIDE, "TEXT", "how it is wanted: form, "
	    "format, way", &give.manner, 0, 0 },
	{ "received", 0, CLI_DATE, 0, "DAY", "when it came (today)",
	    &give.received, 0, 0 },
	{ 0 },
};
#define ON { "on", 0, CLI_DATE, 0, "DAY", "when (today)", &give.on, 0, 0 }
#define NOTE(need) { "note", 0, CLI_TEXT, CLI_HIDE | (need), "TEXT",          \
	"what there is to say", &give.text, 0, 0 }
const struct cli_opt audit_requests_extend_opts[] = {
	{ "until", 0, CLI_DATE, CLI_REQUIRED, "DAY", "the new last day",
	    &give.until, 0, 0 },
	{ "why", 0, CLI_TEXT, CLI_REQUIRED | CLI_HIDE, "TEXT", "the reason, as "
	    "it was written to who asked", &give.text, 0, 0 },
	ON, { 0 },
};
const struct cli_opt audit_requests_close_opts[] = {
	{ "as", 0, CLI_CHOICE, CLI_REQUIRED, REQUEST_RESULT_WORDS,
	    "what came of it", &give.result, 1, 0 },
	{ "ground", 0, CLI_CHOICE, 0, REQUEST_GROUND_WORDS, "why it was not "
	    "met, or not as it was asked", &give.ground, 1, 0 },
	ON, NOTE(0), { 0 },
};
const struct cli_opt audit_requests_step_opts[] = { ON, NOTE(0), { 0 } };
const struct cli_opt audit_requests_note_opts[] = {
	ON, NOTE(CLI_REQUIRED), { 0 },
};
#undef ON
#undef NOTE

/* ---- days ---- */

static int64_t number_of(const struct date *d)
{
	return date_days(d->year, d->month, d->day);
}

static int parse_day(struct cli *c, const char *option, const char *text,
    int64_t *day, struct ehr_err *e)
{
	struct date d;

	if (!date_parse(str_of(text), &d) || d.precision != DATE_DAY)
		return cli_usage(c, e, "%s: a day", option);
	*day = number_of(&d);
	return 0;
}

int audit_requests_day(struct cli *c, const char *option, const char *text,
    int64_t *day, struct ehr_err *e)
{
	struct date today;
	int rc = 0;

	cli_today(c, &today);
	*day = number_of(&today);
	if (text)
		rc = parse_day(c, option, text, day, e);
	if (rc == 0 && *day > number_of(&today))
		rc = cli_usage(c, e, "%s: a day, not one to come", option);
	return rc;
}

void audit_requests_put_day(struct printer *p, int64_t day)
{
	BUF_AUTO text = BUF_INIT;
	struct date d;

	if (day == REQUEST_NO_DAY) {
		print_absent(p, NULL);
		return;
	}
	date_from_days(&d, day);
	date_format(&text, &d);
	print_text(p, buf_str(&text));
}

/* ---- one transaction with its event ---- */

static int begin(struct cli *c, struct access *a, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, STORE_WRITE, e);

	if (rc == 0)
		rc = access_need(a, PERM_REQUEST | PERM_WRITE, "requests", e);
	if (rc == 0 && c->dry_run)
		store_dry_run(record_store(a->r));
	return rc < 0 ? rc : store_begin(record_store(a->r), STORE_SHORT, e);
}

/* changed: > 0 it was, 0 nothing to do, < 0 a failure. */
static int end(struct access *a, int changed, const char *scope,
    int64_t patient, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct audit_event ev = access_event(a, AUDIT_REQUEST, scope);
	const struct audit_range one = { patient, patient };
	int rc = changed;

	if (changed > 0)
		rc = audit_append(db, &ev, &one, patient != 0, NULL, e);
	if (changed > 0 && rc == 0)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

/* ---- taking in ---- */

/* Place of a word among words. */
static struct str word_of(const char *words, int place)
{
	struct str rest = str_of(words), word = STR_NONE;

	while (place-- > 0)
		str_split(&rest, '|', &word);
	return word;
}

static struct str text(const char *s)
{
	return str_of(s ? s : "");
}

static int find_patient(struct cli *c, struct access *a, int64_t *patient,
    struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = record_find_patient(a->r, str_of(c->argv[0]), patient,
	    &candidates, e);

	cli_candidates(c, &candidates);
	return rc;
}

static int put_added(struct cli *c, int64_t id, int64_t due,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "request", PRINT_RIGHT },
		{ "due", PRINT_WHOLE } };
	struct printer *p;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	if (rc < 0)
		return rc;
	print_int(p, id);
	audit_requests_put_day(p, due);
	return print_close(p, print_row(p, e), e);
}

static int add(struct cli *c, struct access *a, struct comply_request *x,
    struct ehr_err *e)
{
	BUF_AUTO scope = BUF_INIT;
	int rc = c->argc ? find_patient(c, a, &x->patient, e) : 0;

	if (rc == 0)
		rc = comply_request_add(record_store(a->r), x, &x->id, e);
	buf_addf(&scope, "request-add:%lld:%s", (long long)x->id,
	    request_kinds[x->kind].name);
	return end(a, rc, scope.s, x->patient, e);
}

int audit_requests_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct comply_request x = {
		.kind = (enum request_kind)(give.kind - 1),
		.asker = word_of(REQUEST_ASKER_WORDS, give.asker),
		.who = text(give.who), .what = text(give.what),
		.manner = text(give.manner),
	};
	int rc = audit_requests_day(c, "--received", give.received,
	    &x.received, e);

	if (rc == 0)
		rc = begin(c, &a, e);
	x.user = buf_str(&a.user);
	if (rc == 0)
		rc = add(c, &a, &x, e);
	return rc < 0 ? rc : put_added(c, x.id,
	    request_due(x.kind, x.received), e);
}

/* ---- what happens to it ---- */

int audit_requests_id(const struct cli *c, int64_t *id, struct ehr_err *e)
{
	return str_int(str_of(c->argv[0]), id) && *id >= 1 ? 0 :
	    cli_usage(c, e, "REQUEST is the number that list prints");
}

/* 171.204(b): else the exception does not hold. */
static void warn_infeasible(struct cli *c, const struct comply_request *x,
    const struct request_step *s)
{
	if (s->ground == GROUND_INFEASIBLE &&
	    s->day > request_infeasible_by(x->received))
		cli_warn(c, "more than %d business days after it was "
		    "received: the exception takes a written answer within "
		    "them (45 CFR 171.204(b))", REQUEST_INFEASIBLE);
}

static int append(struct cli *c, struct access *a, int64_t id,
    struct request_step *s, struct ehr_err *e)
{
	COMPLY_REQUESTS_AUTO all = COMPLY_REQUESTS_INIT;
	BUF_AUTO scope = BUF_INIT;
	struct store *db = record_store(a->r);
	int rc = comply_requests_get(db, id, &all, e);

	s->user = buf_str(&a->user);
	buf_addf(&scope, "request-%s:%lld", request_step_name(s->kind),
	    (long long)id);
	if (s->ground >= 0)
		buf_addf(&scope, ":%s", request_grounds[s->ground].clause);
	if (rc == 0)
		rc = comply_request_step(db, id, s, e);
	if (rc > 0)
		warn_infeasible(c, &all.v[0], s);
	return end(a, rc, scope.s, all.n ? all.v[0].patient : 0, e);
}

static int step(struct cli *c, enum request_step_kind kind, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct request_step s = { .kind = kind, .until = REQUEST_NO_DAY,
		.ground = give.ground - 1, .text = text(give.text) };
	int64_t id;
	int rc = audit_requests_id(c, &id, e);

	if (rc == 0)
		rc = audit_requests_day(c, "--on", give.on, &s.day, e);
	if (rc == 0 && give.until)
		rc = parse_day(c, "--until", give.until, &s.until, e);
	if (rc == 0)
		rc = begin(c, &a, e);
	return rc < 0 ? rc : append(c, &a, id, &s, e);
}

int audit_requests_close(struct cli *c, struct ehr_err *e)
{
	return step(c, (enum request_step_kind)(STEP_FULFIL + give.result - 1),
	    e);
}

int audit_requests_extend(struct cli *c, struct ehr_err *e)
{
	return step(c, STEP_EXTEND, e);
}

int audit_requests_review(struct cli *c, struct ehr_err *e)
{
	return step(c, STEP_ASK_REVIEW, e);
}

int audit_requests_reopen(struct cli *c, struct ehr_err *e)
{
	return step(c, STEP_REOPEN, e);
}

int audit_requests_note(struct cli *c, struct ehr_err *e)
{
	return step(c, STEP_NOTE, e);
}
