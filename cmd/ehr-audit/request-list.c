/* request-list.c - ehr-audit requests list, show. */
#include <stdlib.h>

#include "audit-tool.h"
#include "ehr/comply-request.h"

static struct {
	bool all;
	int64_t due;
} want = { false, -1 };

const struct cli_opt audit_requests_list_opts[] = {
	{ "all", 'a', CLI_FLAG, 0, NULL, "those that are closed too",
	    &want.all, 0, 0 },
	{ "due", 0, CLI_INT, 0, "DAYS", "only open ones due within so many "
	    "days (0: by today); exit 1 when there are any", &want.due, 0,
	    3650 },
	{ 0 },
};

struct listing {
	struct cli *c;
	struct access *a;
	struct comply_requests all;
	int64_t today;
	int64_t *seg;	/* of the patient named; NULL: all */
	size_t n_seg;
	const struct comply_request **row;
	int64_t *patient;
	size_t n, n_patient;
	struct printer *p;
	struct ehr_err *e;
};

static void listing_release(struct listing *l)
{
	comply_requests_release(&l->all);
	free(l->seg);
	free(l->row);
	free(l->patient);
}

static bool is_of(const struct listing *l, int64_t patient)
{
	for (size_t i = 0; i < l->n_seg; i++)
		if (l->seg[i] == patient)
			return true;
	return l->seg == NULL;
}

static bool wanted(const struct listing *l, const struct comply_request *x)
{
	bool waits = REQUEST_WAITS(x->state);

	if (!is_of(l, x->patient))
		return false;
	return want.due >= 0 ? waits && x->due <= l->today + want.due :
	    waits || want.all;
}

/* What is open first, by its last day; the rest the newest first. */
static int by_need(const void *a, const void *b)
{
	const struct comply_request *const *p = a, *const *q = b;
	const struct comply_request *x = *p, *y = *q;
	bool xw = REQUEST_WAITS(x->state), yw = REQUEST_WAITS(y->state);

	if (xw != yw)
		return xw ? -1 : 1;
	if (xw && x->due != y->due)
		return x->due < y->due ? -1 : 1;
	return xw == (x->id < y->id) ? -1 : 1;
}

static void choose(struct listing *l)
{
	l->row = xcalloc(l->all.n + 1, sizeof(*l->row));
	l->patient = xcalloc(l->all.n + 1, sizeof(*l->patient));
	for (size_t i = 0; i < l->all.n; i++) {
		if (!wanted(l, &l->all.v[i]))
			continue;
		l->row[l->n++] = &l->all.v[i];
		if (l->all.v[i].patient)
			l->patient[l->n_patient++] = l->all.v[i].patient;
	}
	if (l->n)
		qsort(l->row, l->n, sizeof(const struct comply_request *),
		    by_need);
}

static void put(struct printer *p, struct str s)
{
	print_text(p, s.n ? s : STR_NONE);
}

static int put_patient(struct listing *l, int64_t patient)
{
	BUF_AUTO name = BUF_INIT;
	int rc = patient ? record_patient_name(l->a->r, patient, &name, l->e) :
	    0;

	put(l->p, buf_str(&name));
	return rc < 0 ? rc : 0;
}

static const char *how_late(const struct listing *l,
    const struct comply_request *x)
{
	if (REQUEST_WAITS(x->state))
		return x->due < l->today ? "overdue" : NULL;
	return x->late ? "late" : NULL;
}

static int put_request(struct listing *l, const struct comply_request *x)
{
	const struct request_ground_rule *g = x->ground < 0 ? NULL :
	    &request_grounds[x->ground];
	int rc;

	print_int(l->p, x->id);
	print_text(l->p, str_of(request_state_name(x->state)));
	audit_requests_put_day(l->p, x->due);
	print_text(l->p, str_of(how_late(l, x)));
	print_text(l->p, str_of(request_kinds[x->kind].name));
	rc = put_patient(l, x->patient);
	if (rc < 0)
		return rc;
	print_text(l->p, x->asker);
	put(l->p, x->who);
	print_text(l->p, x->what);
	put(l->p, x->manner);
	audit_requests_put_day(l->p, x->received);
	print_bool(l->p, x->extended);
	audit_requests_put_day(l->p, x->closed);
	print_text(l->p, str_of(g ? g->name : NULL));
	print_text(l->p, str_of(g ? g->clause : NULL));
	return print_row(l->p, l->e);
}

static int list(struct listing *l)
{
	static const struct print_col cols[] = { { "request", PRINT_RIGHT },
		{ "state", 0 }, { "due", PRINT_WHOLE }, { "late", 0 },
		{ "kind", 0 }, { "patient", 0 }, { "from", 0 },
		{ "who", PRINT_WIDE }, { "what", PRINT_WIDE },
		{ "manner", PRINT_WIDE }, { "received", PRINT_WHOLE },
		{ "extended", 0 }, { "closed", PRINT_WHOLE }, { "ground", 0 },
		{ "clause", 0 } };
	int rc = access_set(l->a, AUDIT_REQUEST, "requests-list", l->patient,
	    l->n_patient, l->e);

	if (rc == 0)
		rc = print_open(&l->p, l->c, cols, ARRAY_LEN(cols), l->e);
	for (size_t i = 0; rc == 0 && i < l->n; i++)
		rc = put_request(l, l->row[i]);
	rc = print_close(l->p, rc, l->e);
	return rc == 0 && want.due >= 0 && l->n ? EHR_ENO : rc;
}

static int find_patient(struct listing *l)
{
	BUF_AUTO candidates = BUF_INIT;
	int64_t patient;
	int rc = record_find_patient(l->a->r, str_of(l->c->argv[0]), &patient,
	    &candidates, l->e);

	cli_candidates(l->c, &candidates);
	return rc < 0 ? rc : record_segments(l->a->r, patient, RECORD_NOW - 1,
	    &l->seg, &l->n_seg, l->e);
}

static int open_requests(struct cli *c, struct access *a, int64_t id,
    struct comply_requests *all, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, STORE_READ, e);

	return rc < 0 ? rc : comply_requests_get(record_store(a->r), id, all,
	    e);
}

int audit_requests_list(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	EHR_CLEANUP(listing_release) struct listing l = { .c = c, .a = &a,
		.all = COMPLY_REQUESTS_INIT, .e = e };
	int rc = audit_requests_day(c, "--today", NULL, &l.today, e);

	if (rc == 0)
		rc = open_requests(c, &a, 0, &l.all, e);
	if (rc == 0 && c->argc)
		rc = find_patient(&l);
	if (rc < 0)
		return rc;
	choose(&l);
	return list(&l);
}

/* ---- one ---- */

static int put_step(struct printer *p, const struct request_step *s,
    struct ehr_err *e)
{
	const struct request_ground_rule *g = s->ground < 0 ? NULL :
	    &request_grounds[s->ground];
	BUF_AUTO time = BUF_INIT;

	date_format_ms(&time, s->time);
	audit_requests_put_day(p, s->day);
	print_text(p, str_of(request_step_name(s->kind)));
	audit_requests_put_day(p, s->until);
	print_text(p, str_of(g ? g->name : NULL));
	print_text(p, str_of(g ? g->clause : NULL));
	print_text(p, str_of(g ? g->review ? "reviewable" : "final" : NULL));
	put(p, s->text);
	print_text(p, s->user);
	print_text(p, buf_str(&time));
	return print_row(p, e);
}

/* How it came, as the first line. */
static int put_received(struct printer *p, const struct comply_request *x,
    struct ehr_err *e)
{
	BUF_AUTO time = BUF_INIT;
	BUF_AUTO text = BUF_INIT;

	date_format_ms(&time, x->time);
	buf_addf(&text, "%.*s%s%.*s: %.*s%s%.*s", STR_FMT(x->asker),
	    x->who.n ? " " : "", STR_FMT(x->who), STR_FMT(x->what),
	    x->manner.n ? "; " : "", STR_FMT(x->manner));
	audit_requests_put_day(p, x->received);
	print_text(p, STR("received"));
	audit_requests_put_day(p, request_due(x->kind, x->received));
	print_text(p, str_of(request_kinds[x->kind].name));
	print_text(p, str_of(request_kinds[x->kind].clause));
	print_text(p, STR_NONE);
	print_text(p, buf_str(&text));
	print_text(p, x->user);
	print_text(p, buf_str(&time));
	return print_row(p, e);
}

static int show(struct cli *c, const struct comply_requests *all,
    struct ehr_err *e)
{
	static const struct print_col cols[] = { { "on", PRINT_WHOLE },
		{ "what", 0 }, { "until", PRINT_WHOLE }, { "ground", 0 },
		{ "clause", 0 }, { "review", 0 }, { "text", PRINT_WIDE },
		{ "by", 0 }, { "time", PRINT_WHOLE } };
	struct printer *p;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	if (rc == 0)
		rc = put_received(p, &all->v[0], e);
	for (size_t i = 0; rc == 0 && i < all->n_step; i++)
		rc = put_step(p, &all->step[i], e);
	return print_close(p, rc, e);
}

int audit_requests_show(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	COMPLY_REQUESTS_AUTO all = COMPLY_REQUESTS_INIT;
	BUF_AUTO scope = BUF_INIT;
	int64_t id;
	int rc = audit_requests_id(c, &id, e);

	if (rc == 0)
		rc = open_requests(c, &a, id, &all, e);
	if (rc < 0)
		return rc;
	buf_addf(&scope, "request-show:%lld", (long long)id);
	rc = access_set(&a, AUDIT_REQUEST, scope.s, &all.v[0].patient,
	    all.v[0].patient != 0, e);
	return rc < 0 ? rc : show(c, &all, e);
}
