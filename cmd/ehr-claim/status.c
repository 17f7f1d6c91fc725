/* status.c - ehr-claim list, history, ack: what became of claims. */
#include "claim.h"

#include "ehr/claim-ack.h"
#include "ehr/desk.h"

static const char *states, *older, *payer;
static bool no_response, unmatched;

const struct cli_opt status_list_opts[] = {
	{ "status", 0, CLI_TEXT, 0, "S,...",
	    "only of these states, or open, waiting, work, closed", &states,
	    0, 0 },
	{ "older-than", 0, CLI_TEXT, 0, "30d",
	    "only what was sent so many days (d) or weeks (w) ago", &older,
	    0, 0 },
	{ "no-response", 0, CLI_FLAG, 0, NULL,
	    "only what no payer has told of since it was sent", &no_response,
	    0, 0 },
	{ "payer", 0, CLI_TEXT, 0, "P", "only claims to this payer", &payer,
	    0, 0 },
	{ 0 },
};
const struct cli_opt ack_list_opts[] = {
	{ "unmatched", 0, CLI_FLAG, 0, NULL,
	    "only answers to nothing that was sent", &unmatched, 0, 0 },
	{ 0 },
};

struct listing {
	struct cli *c;
	struct access a;
	struct printer *p;
	struct ehr_err *e;
	struct buf b;
};

/* ---- what rows have in common ---- */

/* "A7:562:85", as STC01 has it. */
static void print_code(struct listing *l, const struct claim_event *ev)
{
	buf_reset(&l->b);
	if (ev && ev->category.s)
		buf_addstr(&l->b, ev->category);
	if (ev && ev->status.s)
		buf_addf(&l->b, ":%.*s", STR_FMT(ev->status));
	if (ev && ev->entity.s)
		buf_addf(&l->b, ":%.*s", STR_FMT(ev->entity));
	print_text(l->p, l->b.len ? buf_str(&l->b) : STR_NONE);
}

/* In a word; a 999 has codes of its own. */
static void print_about(struct listing *l, const struct claim_event *ev)
{
	bool status = ev && (ev->source == CLAIM_SOURCE_277CA ||
	    ev->source == CLAIM_SOURCE_277);

	print_text(l->p, status ? str_of(ack_status_word(ev->status)) :
	    STR_NONE);
}

static void print_some(struct listing *l, int64_t n)
{
	if (n)
		print_int(l->p, n);
	else
		print_text(l->p, STR_NONE);
}

/* ---- list ---- */

static int list_one(void *arg, const struct claim_row *row)
{
	struct listing *l = arg;
	const struct claim_event *by = row->now.by;
	enum claim_state state = row->now.state;
	int rc;

	access_set_touch(&l->a, row->patient);
	print_int(l->p, row->claim);
	print_text(l->p, str_of(claim_state_name(state)));
	print_text(l->p, str_of(claim_class_name(claim_state_class(state))));
	print_text(l->p, by ? str_of(claim_event_name(by->kind)) : STR_NONE);
	print_text(l->p, by ? str_of(claim_source_name(by->source)) :
	    STR_NONE);
	print_code(l, by);
	print_about(l, by);
	print_text(l->p, by ? by->place : STR_NONE);
	print_text(l->p, by ? by->day : STR_NONE);
	print_text(l->p, row->payer);
	print_text(l->p, row->rank);
	print_text(l->p, row->day);
	print_int(l->p, row->cents);
	print_time(l->p, row->now.sent);
	print_text(l->p, row->clm01);
	print_text(l->p, row->now.payer_claim);
	buf_reset(&l->b);
	rc = record_patient_name(l->a.r, row->patient, &l->b, l->e);
	if (rc < 0)
		return rc;
	print_text(l->p, buf_str(&l->b));
	return print_row(l->p, l->e);
}

int status_age(struct cli *c, const char *age, int64_t *before, int64_t *now,
    struct ehr_err *e)
{
	struct str v = str_of(age);
	struct date today;
	int64_t n = -1;
	char unit;

	cli_today(c, &today);
	*now = 86400000 * (date_days(today.year, today.month, today.day) + 1);
	*before = 0;
	if (!age)
		return 0;
	unit = v.n ? v.s[v.n - 1] : '\0';
	v.n -= v.n > 0;
	if ((unit != 'd' && unit != 'w') || !str_int(v, &n) || n < 0 ||
	    n > 36500)
		return cli_usage(c, e, "%s: not a number of days (30d) or "
		    "weeks (4w)", age);
	*before = *now - 86400000 * n * (unit == 'w' ? 7 : 1);
	return 0;
}

static int list_claims(struct listing *l, const struct claim_filter *f)
{
	int rc = access_set_begin(&l->a, AUDIT_LIST, "claims", NULL, 0, l->e);

	if (rc == 0)
		rc = access_need(&l->a, PERM_BILLING, "claims", l->e);
	if (rc == 0)
		rc = claim_each(record_store(l->a.r), f, list_one, l, l->e);
	return access_set_end(&l->a, rc, l->e);
}

int status_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "claim", PRINT_RIGHT },
		{ "status", 0 }, { "class", 0 }, { "event", 0 },
		{ "source", 0 }, { "code", 0 }, { "about", 0 }, { "place", 0 },
		{ "since", 0 }, { "payer", 0 }, { "rank", 0 }, { "day", 0 },
		{ "cents", PRINT_RIGHT }, { "sent", PRINT_WHOLE },
		{ "clm01", 0 }, { "payer_claim", 0 }, { "patient", 0 } };
	struct listing l = { .c = c, .a = ACCESS_INIT, .e = e,
		.b = BUF_INIT };
	struct claim_filter f = { .payer = payer, .unheard = no_response };
	int64_t now;
	int rc = status_age(c, older, &f.sent_before, &now, e);

	if (rc == 0 && states && !claim_states_parse(str_of(states), &f.states))
		rc = cli_usage(c, e, "%s: no state of a claim", states);
	if (rc == 0)
		rc = desk_open(c, &l.a, STORE_READ, e);
	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = print_close(l.p, list_claims(&l, &f), e);
	access_close(&l.a);
	buf_release(&l.b);
	return rc;
}

/* ---- history ---- */

static int event_one(struct listing *l, const struct claim_event *ev)
{
	print_int(l->p, ev->id);
	print_time(l->p, ev->time);
	print_text(l->p, ev->day);
	print_text(l->p, str_of(claim_event_name(ev->kind)));
	print_text(l->p, str_of(claim_source_name(ev->source)));
	print_code(l, ev);
	print_about(l, ev);
	print_text(l->p, ev->place);
	print_some(l, ev->line);
	if (ev->has_cents)
		print_int(l->p, ev->cents);
	else
		print_text(l->p, STR_NONE);
	print_text(l->p, ev->payer_claim);
	print_some(l, ev->submission);
	print_some(l, ev->doc);
	print_some(l, ev->segment);
	print_int(l->p, ev->batch);
	print_some(l, ev->undoes);
	print_text(l->p, ev->note);
	return print_row(l->p, l->e);
}

/* The event of the access is there before the first row. */
static int history_one(void *arg, const struct claim_row *row)
{
	struct listing *l = arg;
	int rc = access_set(&l->a, AUDIT_READ, "claims", &row->patient, 1,
	    l->e);

	for (size_t i = 0; i < row->n && rc == 0; i++)
		rc = event_one(l, &row->ev[i]);
	return rc;
}

int status_history(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "event", PRINT_RIGHT },
		{ "time", PRINT_WHOLE }, { "day", 0 }, { "kind", 0 },
		{ "source", 0 }, { "code", 0 }, { "about", 0 }, { "place", 0 },
		{ "line", PRINT_RIGHT }, { "cents", PRINT_RIGHT },
		{ "payer_claim", 0 }, { "submission", PRINT_RIGHT },
		{ "document", PRINT_RIGHT }, { "segment", PRINT_RIGHT },
		{ "batch", PRINT_RIGHT }, { "undoes", PRINT_RIGHT },
		{ "note", PRINT_WIDE } };
	struct listing l = { .c = c, .a = ACCESS_INIT, .e = e,
		.b = BUF_INIT };
	struct claim_filter f = { 0 };
	int rc = desk_open(c, &l.a, STORE_READ, e);

	if (rc == 0)
		rc = claim_find(record_store(l.a.r), str_of(c->argv[0]),
		    &f.claim, e);
	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = print_close(l.p, claim_each(record_store(l.a.r), &f,
		    history_one, &l, e), e);
	access_close(&l.a);
	buf_release(&l.b);
	return rc;
}

/* ---- ack load ---- */

struct load {
	struct cli *c;
	struct access a;
};

static int load_one(void *arg, const char *file, struct ehr_err *e)
{
	struct load *l = arg;
	BUF_AUTO text = BUF_INIT;
	struct diag_sink sink = { .emit = cli_diag, .arg = l->c };
	struct ack_loaded n;
	int rc = in_all(file, ACK_TEXT_MAX, &text, e);

	if (rc == 0)
		rc = ack_load(&l->a, file, buf_str(&text), &sink, &n, e);
	if (rc == 0 && n.unchanged)
		cli_note(l->c, "%s: unchanged", file);
	else if (rc == 0)
		cli_note(l->c, "%s: %lld answers, %lld events", file,
		    (long long)n.answers, (long long)n.events);
	return rc;
}

int ack_load_verb(struct cli *c, struct ehr_err *e)
{
	struct load l = { c, ACCESS_INIT };
	int rc = desk_open(c, &l.a, STORE_WRITE, e);

	if (rc == 0)
		rc = cli_files(c, 0, load_one, &l, e);
	access_close(&l.a);
	return rc;
}

/* ---- ack list ---- */

static int ack_one(void *arg, const struct ack_row *row)
{
	struct listing *l = arg;

	print_int(l->p, row->id);
	print_text(l->p, row->kind);
	print_text(l->p, row->level);
	print_text(l->p, row->key);
	print_text(l->p, row->code);
	print_text(l->p, row->sent);
	print_time(l->p, row->received);
	print_int(l->p, row->doc);
	print_int(l->p, row->segment);
	print_int(l->p, row->batch);
	print_text(l->p, row->input);
	return print_row(l->p, l->e);
}

int ack_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "ack", PRINT_RIGHT },
		{ "kind", 0 }, { "level", 0 }, { "key", 0 }, { "code", 0 },
		{ "sent", 0 }, { "received", PRINT_WHOLE },
		{ "document", PRINT_RIGHT }, { "segment", PRINT_RIGHT },
		{ "batch", PRINT_RIGHT }, { "input", PRINT_WIDE } };
	struct listing l = { .c = c, .a = ACCESS_INIT, .e = e,
		.b = BUF_INIT };
	int rc = desk_open(c, &l.a, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = print_close(l.p, ack_each(record_store(l.a.r), unmatched,
		    ack_one, &l, e), e);
	access_close(&l.a);
	return rc;
}
