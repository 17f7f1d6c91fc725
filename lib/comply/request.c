/* request.c - requests for data: their rules, and what came of each. */
#include <stdlib.h>

#include "ehr/comply.h"
#include "ehr/comply-request.h"
#include "comply/statements.h"

#define X(id, word, ...) "|" word
const char request_kind_words[] =
#include "ehr/comply-kind.def"
    ;
const char request_ground_words[] =
#include "ehr/comply-ground.def"
    ;
#undef X

const struct request_kind_rule request_kinds[REQUEST_KINDS] = {
#define X(id, word, clause, days, more, business)                             \
	[REQUEST_##id] = { word, clause, days, more, business },
#include "ehr/comply-kind.def"
#undef X
};

#define ON(kind) (1u << REQUEST_##kind)
const struct request_ground_rule request_grounds[REQUEST_GROUNDS] = {
#define X(id, word, clause, kinds, review, met)                               \
	[GROUND_##id] = { word, clause, kinds, review, met },
#include "ehr/comply-ground.def"
#undef X
};
#undef ON

#define IN(state) (1u << REQUEST_##state)
#define CLOSED (~(IN(OPEN) | IN(REVIEW)))
static const struct step_rule {
	const char *name;
	unsigned from;
	enum request_state to;
} steps[REQUEST_STEPS] = {
#define X(id, word, from, to) [STEP_##id] = { word, from, REQUEST_##to },
#include "ehr/comply-step.def"
#undef X
};
#undef IN
#undef CLOSED

static const char *const states[] = {
	[REQUEST_OPEN] = "open", [REQUEST_REVIEW] = "review",
	[REQUEST_FULFILLED] = "fulfilled", [REQUEST_PARTLY] = "partly",
	[REQUEST_DENIED] = "denied", [REQUEST_WITHDRAWN] = "withdrawn",
	[REQUEST_ERROR] = "entered-in-error",
};

const char *request_step_name(enum request_step_kind k)
{
	return steps[k].name;
}

const char *request_state_name(enum request_state s)
{
	return states[s];
}

/* ---- days ---- */

static int64_t add_business(int64_t day, int n)
{
	while (n > 0) {
		int64_t weekday = (++day % 7 + 7) % 7; /* 0: Thursday */

		n -= weekday != 2 && weekday != 3;
	}
	return day;
}

int64_t request_infeasible_by(int64_t received)
{
	return add_business(received, REQUEST_INFEASIBLE);
}

int64_t request_due(enum request_kind kind, int64_t received)
{
	const struct request_kind_rule *k = &request_kinds[kind];

	return k->business ? add_business(received, k->days) :
	    received + k->days;
}

/* ---- reading ---- */

void comply_requests_release(struct comply_requests *all)
{
	arena_release(&all->mem);
	free(all->v);
	free(all->step);
	*all = (struct comply_requests)COMPLY_REQUESTS_INIT;
}

/* Columns of REQUEST_LIST. */
enum { R_ID, R_KIND, R_PATIENT, R_ASKER, R_WHO, R_WHAT, R_MANNER, R_RECEIVED,
	R_TIME, R_USER, S_KIND, S_DAY, S_UNTIL, S_GROUND, S_TEXT, S_TIME,
	S_USER };

/* Places of words in their tables; the length when it is none. */
static int find_kind(struct str word)
{
	int i = 0;

	while (i < REQUEST_KINDS && !str_is(word, request_kinds[i].name))
		i++;
	return i;
}

static int find_step(struct str word)
{
	int i = 0;

	while (i < REQUEST_STEPS && !str_is(word, steps[i].name))
		i++;
	return i;
}

static int find_ground(struct str word)
{
	int i = 0;

	while (i < REQUEST_GROUNDS && !str_is(word, request_grounds[i].name))
		i++;
	return i;
}

static bool take_request(struct comply_requests *all, struct stmt *s)
{
	struct comply_request x = {
		.id = stmt_col_int(s, R_ID),
		.patient = stmt_col_int(s, R_PATIENT),
		.kind = (enum request_kind)find_kind(stmt_col(s, R_KIND)),
		.asker = arena_str(&all->mem, stmt_col(s, R_ASKER)),
		.who = arena_str(&all->mem, stmt_col(s, R_WHO)),
		.what = arena_str(&all->mem, stmt_col(s, R_WHAT)),
		.manner = arena_str(&all->mem, stmt_col(s, R_MANNER)),
		.received = stmt_col_int(s, R_RECEIVED),
		.time = stmt_col_int(s, R_TIME),
		.user = arena_str(&all->mem, stmt_col(s, R_USER)),
		.closed = REQUEST_NO_DAY, .ground = -1, .step = all->n_step,
	};

	if (x.kind == REQUEST_KINDS)
		return false;
	x.due = request_due(x.kind, x.received);
	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 32;
		all->v = xrealloc(all->v, all->cap * sizeof(*all->v));
	}
	all->v[all->n++] = x;
	return true;
}

/* What a request is after one more step. */
static void fold(struct comply_request *x, const struct request_step *s)
{
	enum request_state to = steps[s->kind].to;

	if (to == REQUEST_KEPT)
		return;
	if (s->kind == STEP_EXTEND) {
		x->extended = true;
		x->due = s->until;
		return;
	}
	if (!REQUEST_WAITS(to)) {
		x->late = x->late || (to <= REQUEST_DENIED &&
		    s->day > x->due);
		x->closed = s->day;
		x->ground = s->ground;
	} else {
		x->closed = REQUEST_NO_DAY;
	}
	if (to == REQUEST_REVIEW)
		x->due = s->day;
	if (to == REQUEST_OPEN) /* what was wrong is not late */
		x->late = false;
	x->state = to;
}

static bool take_step(struct comply_requests *all, struct stmt *s)
{
	struct str ground = stmt_col(s, S_GROUND);
	struct request_step x = {
		.kind = (enum request_step_kind)find_step(stmt_col(s, S_KIND)),
		.day = stmt_col_int(s, S_DAY),
		.until = stmt_col_null(s, S_UNTIL) ? REQUEST_NO_DAY :
		    stmt_col_int(s, S_UNTIL),
		.ground = ground.s ? find_ground(ground) : -1,
		.text = arena_str(&all->mem, stmt_col(s, S_TEXT)),
		.time = stmt_col_int(s, S_TIME),
		.user = arena_str(&all->mem, stmt_col(s, S_USER)),
	};

	if (x.kind == REQUEST_STEPS || x.ground == REQUEST_GROUNDS)
		return false;
	if (all->n_step == all->cap_step) {
		all->cap_step = all->cap_step ? 2 * all->cap_step : 64;
		all->step = xrealloc(all->step,
		    all->cap_step * sizeof(*all->step));
	}
	all->step[all->n_step++] = x;
	all->v[all->n - 1].steps++;
	fold(&all->v[all->n - 1], &x);
	return true;
}

int comply_requests_get(struct store *db, int64_t id,
    struct comply_requests *all, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &comply_sql_table[REQUEST_LIST]);
	int rc;

	stmt_int(s, 1, id);
	while ((rc = stmt_step(s, e)) > 0) {
		int64_t at = stmt_col_int(s, R_ID);
		bool fine = (all->n && all->v[all->n - 1].id == at) ||
		    take_request(all, s);

		if (fine && !stmt_col_null(s, S_KIND))
			fine = take_step(all, s);
		if (!fine) {
			rc = ehr_fail(e, EHR_EINTEGRITY, "request %lld: not "
			    "a word of this version", (long long)at);
			break;
		}
	}
	store_scan_end(s);
	if (rc == 0 && id && all->n == 0)
		rc = ehr_fail(e, EHR_ENOENT, "%lld: no such request",
		    (long long)id);
	return rc;
}

/* ---- writing ---- */

static int check_text(const char *what, struct str s, struct ehr_err *e)
{
	return s.n <= REQUEST_TEXT && utf8_valid(s.s, s.n) == s.n &&
	    !memchr(s.s, '\n', s.n) ? 0 : ehr_fail(e, EHR_EUSAGE,
	    "%s: a line of UTF-8, %d bytes at most", what, REQUEST_TEXT);
}

static int check_request(const struct comply_request *x, struct ehr_err *e)
{
	int rc = check_text("who", x->who, e);

	if (rc == 0)
		rc = check_text("what", x->what, e);
	if (rc == 0)
		rc = check_text("manner", x->manner, e);
	if (rc < 0)
		return rc;
	if (x->what.n == 0)
		return ehr_fail(e, EHR_EUSAGE, "what: it is not said");
	if (x->who.n == 0 && !str_is(x->asker, "patient"))
		return ehr_fail(e, EHR_EUSAGE, "who: it is not said who the "
		    "%.*s is", STR_FMT(x->asker));
	if (x->patient == 0 && x->kind != REQUEST_EXCHANGE)
		return ehr_fail(e, EHR_EUSAGE, "a request for %s is of a "
		    "patient", request_kinds[x->kind].name);
	return 0;
}

/* Those columns by which two are the same. */
static void bind_request(struct stmt *s, const struct comply_request *x)
{
	stmt_text(s, 1, str_of(request_kinds[x->kind].name));
	stmt_id(s, 2, x->patient);
	stmt_text(s, 3, x->asker);
	stmt_text(s, 4, x->who);
	stmt_text(s, 5, x->what);
	stmt_text(s, 6, x->manner);
	stmt_int(s, 7, x->received);
}

int comply_request_add(struct store *db, const struct comply_request *x,
    int64_t *id, struct ehr_err *e)
{
	struct stmt *s;
	int rc = check_request(x, e);

	if (rc < 0)
		return rc;
	s = sql(db, REQUEST_SAME);
	bind_request(s, x);
	rc = stmt_step(s, e);
	if (rc > 0)
		*id = stmt_col_int(s, 0);
	stmt_reset(s);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	s = sql(db, REQUEST_ADD);
	bind_request(s, x);
	stmt_int(s, 8, store_time(db));
	stmt_text(s, 9, x->user);
	rc = stmt_step(s, e);
	if (rc > 0)
		*id = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

/* 164.524(b)(2)(iii): once, told within the time, not for longer. */
static int check_extension(const struct comply_request *x,
    const struct request_step *s, struct ehr_err *e)
{
	const struct request_kind_rule *k = &request_kinds[x->kind];

	if (k->extension == 0)
		return ehr_fail(e, EHR_EUSAGE, "a request for %s cannot be "
		    "extended (45 CFR %s)", k->name, k->clause);
	if (x->extended)
		return ehr_fail(e, EHR_EUSAGE, "it was extended before: once "
		    "only (45 CFR %s)", k->clause);
	if (s->day > x->due)
		return ehr_fail(e, EHR_EUSAGE, "the time is over: an extension "
		    "has to be told within it (45 CFR %s)", k->clause);
	if (s->until <= x->due || s->until > x->due + k->extension)
		return ehr_fail(e, EHR_EUSAGE, "an extension is of %d days at "
		    "most, counted from the last day (45 CFR %s)",
		    k->extension, k->clause);
	return s->text.n ? 0 : ehr_fail(e, EHR_EUSAGE,
	    "an extension has a written reason (45 CFR %s)", k->clause);
}

/* A refusal has a ground; what was met may have one of how it was. */
static int check_ground(const struct comply_request *x,
    const struct request_step *s, struct ehr_err *e)
{
	const struct request_ground_rule *g = s->ground < 0 ? NULL :
	    &request_grounds[s->ground];
	bool refusal = s->kind == STEP_DENY || s->kind == STEP_PART;

	if (g == NULL)
		return !refusal ? 0 : ehr_fail(e, EHR_EUSAGE,
		    "a refusal has a ground");
	if (!(g->kinds & 1u << x->kind))
		return ehr_fail(e, EHR_EUSAGE, "%s is no ground of a request "
		    "for %s", g->name, request_kinds[x->kind].name);
	return refusal || (s->kind == STEP_FULFIL && g->met) ? 0 :
	    ehr_fail(e, EHR_EUSAGE, "%s is a ground to refuse", g->name);
}

static int check_step(const struct comply_request *x,
    const struct request_step *s, struct ehr_err *e)
{
	int rc = check_text("text", s->text, e);

	if (rc < 0)
		return rc;
	if (!(steps[s->kind].from & 1u << x->state))
		return ehr_fail(e, EHR_EUSAGE, "request %lld is %s: not to be "
		    "%s", (long long)x->id, states[x->state],
		    steps[s->kind].name);
	if (s->day < x->received)
		return ehr_fail(e, EHR_EUSAGE, "before it was received");
	if (s->kind == STEP_EXTEND)
		rc = check_extension(x, s, e);
	if (s->kind == STEP_ASK_REVIEW && (x->ground < 0 ||
	    !request_grounds[x->ground].review))
		rc = ehr_fail(e, EHR_EUSAGE, "there is no review of a refusal "
		    "on this ground (45 CFR 164.524(a)(2))");
	if ((s->kind == STEP_NOTE || s->kind == STEP_REOPEN) && !s->text.n)
		rc = ehr_fail(e, EHR_EUSAGE, "text: it is not said");
	return rc < 0 ? rc : check_ground(x, s, e);
}

static bool same_step(const struct request_step *a,
    const struct request_step *b)
{
	return a->kind == b->kind && a->day == b->day &&
	    a->until == b->until && a->ground == b->ground &&
	    str_eq(a->text, b->text);
}

static int add_step(struct store *db, int64_t id,
    const struct request_step *x, struct ehr_err *e)
{
	struct stmt *s = sql(db, REQUEST_STEP);
	int rc;

	stmt_int(s, 1, id);
	stmt_text(s, 2, str_of(steps[x->kind].name));
	stmt_int(s, 3, x->day);
	if (x->until != REQUEST_NO_DAY)
		stmt_int(s, 4, x->until);
	else
		stmt_null(s, 4);
	stmt_text(s, 5, x->ground < 0 ? STR_NONE :
	    str_of(request_grounds[x->ground].name));
	stmt_text(s, 6, x->text);
	stmt_int(s, 7, store_time(db));
	stmt_text(s, 8, x->user);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

int comply_request_step(struct store *db, int64_t id,
    const struct request_step *s, struct ehr_err *e)
{
	COMPLY_REQUESTS_AUTO all = COMPLY_REQUESTS_INIT;
	int rc = comply_requests_get(db, id, &all, e);

	if (rc < 0)
		return rc;
	if (all.n_step && same_step(&all.step[all.n_step - 1], s))
		return 0;
	rc = check_step(&all.v[0], s, e);
	return rc < 0 ? rc : add_step(db, id, s, e);
}

/* ---- purge ---- */

/* An answer is documentation, 45 CFR 164.524(e), 164.526(f), 164.528(d). */
static int may_go(const struct comply_requests *all,
    const struct comply_request *x, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int64_t last = x->received;
	struct date d;

	if (REQUEST_WAITS(x->state))
		return ehr_fail(e, EHR_EPERM, "request %lld for the chart is "
		    "open (ehr-audit requests)", (long long)x->id);
	for (size_t i = 0; i < x->steps; i++)
		if (all->step[x->step + i].day > last)
			last = all->step[x->step + i].day;
	last = comply_years_after(last, COMPLY_DOCUMENT_YEARS);
	if (x->state == REQUEST_ERROR || clock_ms() / 86400000 >= last)
		return 0;
	date_from_days(&d, last);
	date_format(&text, &d);
	return ehr_fail(e, EHR_EPERM, "request %lld for the chart is to be "
	    "kept until %s (45 CFR 164.530(j))", (long long)x->id, text.s);
}

int comply_request_drop(struct store *db, int64_t patient, struct ehr_err *e)
{
	static const enum comply_sql_id ids[] = { REQUEST_STEP_DROP,
		REQUEST_DROP };
	COMPLY_REQUESTS_AUTO all = COMPLY_REQUESTS_INIT;
	int rc = comply_requests_get(db, 0, &all, e);

	for (size_t i = 0; rc == 0 && i < all.n; i++)
		if (all.v[i].patient == patient)
			rc = may_go(&all, &all.v[i], e);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(ids); i++) {
		struct stmt *s = sql(db, ids[i]);

		stmt_int(s, 1, patient);
		rc = stmt_run(s, e);
	}
	return rc;
}
