/* judge.c - what goes, what waits, what does not go and why. */
#include "notify/due.h"
#include "notify/statements.h"

#include <stdlib.h>

static const int64_t day_ms = 86400000;

/* A person, with what was picked for him this time. */
struct known {
	struct person p;
	size_t picked;
};
struct judging {
	struct finding *x;
	const struct setup_item *practice;
	struct map64 at;      /* patient -> number + 1 of known */
	struct known *known;
	size_t n, cap;
	struct strmap groups; /* rule, channel, address -> number + 1 */
};

static void not(struct notify_due *d, struct str why)
{
	d->verdict = NOTIFY_NOT;
	d->why = why;
}

static void wait_for(struct judging *j, struct notify_due *d, int64_t when,
    struct str why)
{
	d->verdict = NOTIFY_WAITS;
	d->why = why;
	d->when = when;
	if (when >= d->until)
		not(d, due_text(j->x->l, "%.*s, then it is too late",
		    STR_FMT(why)));
}

static int know(struct judging *j, int64_t patient, size_t *at,
    struct ehr_err *e)
{
	bool added;
	int64_t *n = map64_put(&j->at, (uint64_t)patient, &added);

	if (added) {
		if (j->n == j->cap) {
			j->cap = j->cap ? 2 * j->cap : 256;
			j->known = xrealloc(j->known,
			    j->cap * sizeof(*j->known));
		}
		j->known[j->n].picked = 0;
		*n = (int64_t)++j->n;
		*at = j->n - 1;
		return person_read(j->x, patient, &j->known[*at].p, e);
	}
	*at = (size_t)*n - 1;
	return 0;
}

/* ---- was it tried ---- */

/* Channels that failed, as bits; or d is told not to go. */
static int tried(struct judging *j, struct notify_due *d, unsigned *failed,
    struct ehr_err *e)
{
	struct stmt *s = notify_sql(record_store(j->x->r), SQL_OUTBOX_TRIED);
	enum outbox_state state;
	int rc;

	stmt_text(s, 1, d->rule->key);
	stmt_text(s, 2, d->subject);
	stmt_text(s, 3, d->occurrence);
	while ((rc = stmt_step(s, e)) > 0) {
		state = outbox_state(stmt_col(s, 1));
		if (state == OUTBOX_FAILED || state == OUTBOX_BOUNCED)
			*failed |= 1U << notify_channel(stmt_col(s, 0));
		else
			not(d, due_text(j->x->l, "%s already",
			    outbox_state_name(state)));
	}
	stmt_reset(s);
	return rc;
}

/* ---- over what ---- */

/* Why a channel cannot be taken; NULL: it can. Negative in *rc: an error. */
static const char *closed(struct judging *j, struct notify_due *d,
    const struct person *p, enum notify_channel c, unsigned failed, int *rc,
    struct ehr_err *e)
{
	d->address = person_address(p, c);
	d->transport = notify_transport(&j->x->l->rules, c);
	if (failed & 1U << c)
		return "failed";
	if (!d->address.s)
		return "no address";
	if (p->denied & 1U << c)
		return "no consent";
	if (!d->transport)
		return "no transport";
	*rc = notify_stopped(record_store(j->x->r), c, d->address, e);
	return *rc > 0 ? "STOP" : NULL;
}

static int pick_channel(struct judging *j, struct notify_due *d,
    const struct person *p, unsigned failed, struct ehr_err *e)
{
	BUF_AUTO why = BUF_INIT;
	const char *one;
	struct str name;
	int rc = 0;

	for (size_t n = 0; (name = setup_nth(d->rule, "channel", n)).s &&
	    rc >= 0; n++) {
		d->channel = notify_channel(name);
		one = closed(j, d, p, d->channel, failed, &rc, e);
		if (!one)
			return rc < 0 ? rc : 0;
		buf_addf(&why, "%s%.*s: %s", why.len ? ", " : "",
		    STR_FMT(name), one);
	}
	not(d, arena_str(&j->x->l->mem, buf_str(&why)));
	return rc < 0 ? rc : 0;
}

/* ---- when ---- */

/* The next time after now that the clock of a zone shows so many minutes of
 * the day. */
static int64_t next_clock(const struct zone *z, int64_t now, int minutes)
{
	struct date d, day;
	int64_t at[2];

	zone_civil(z, now, &d);
	if (d.hour * 60 + d.minute >= minutes) {
		date_from_days(&day, date_days(d.year, d.month, d.day) + 1);
		d.year = day.year;
		d.month = day.month;
		d.day = day.day;
	}
	d.hour = minutes / 60;
	d.minute = minutes % 60;
	d.second = d.nano = 0;
	zone_utc(z, &d, at);
	return at[0];
}

static void quiet(struct judging *j, struct notify_due *d)
{
	const struct zone *z = due_zone(j->x->l, d->zone);
	int opens = notify_clock(setup_value(j->practice, "opens"));
	int closes = notify_clock(setup_value(j->practice, "closes"));
	int64_t now = j->x->q->now;
	struct date at;
	int minute;

	zone_civil(z, now, &at);
	minute = at.hour * 60 + at.minute;
	if (minute < opens || minute >= closes)
		wait_for(j, d, next_clock(z, now, opens),
		    STR("quiet hours"));
}

/* ---- how often ---- */

static bool same_day(const struct zone *z, int64_t a, int64_t b)
{
	struct date x, y;

	zone_civil(z, a, &x);
	zone_civil(z, b, &y);
	return date_cmp_day(&x, &y) == 0;
}

static int enough(struct judging *j, struct notify_due *d, struct known *k,
    struct ehr_err *e)
{
	struct stmt *s = notify_sql(record_store(j->x->r), SQL_OUTBOX_RECENT);
	const struct zone *z = due_zone(j->x->l, d->zone);
	int64_t now = j->x->q->now, at, first = now;
	int64_t today = (int64_t)k->picked, week = today;
	int opens = notify_clock(setup_value(j->practice, "opens")), rc;

	stmt_int(s, 1, d->patient);
	stmt_int(s, 2, now - 7 * day_ms);
	while ((rc = stmt_step(s, e)) > 0) {
		at = stmt_col_int(s, 0);
		today += same_day(z, at, now);
		week++;
		first = at < first ? at : first;
	}
	stmt_reset(s);
	if (rc < 0)
		return rc;
	if (week >= setup_number(j->practice, "a-week", 0))
		wait_for(j, d, first + 7 * day_ms + 1,
		    STR("enough for seven days"));
	else if (today >= setup_number(j->practice, "a-day", 0))
		wait_for(j, d, next_clock(z, next_clock(z, now, 0), opens),
		    STR("enough for a day"));
	return 0;
}

/* ---- which go together ---- */

/* Those of a rule to the same address are one message: *lead is its first, or
 * d itself. */
static int64_t *group(struct judging *j, const struct notify_due *d)
{
	BUF_AUTO key = BUF_INIT;
	bool added;

	buf_addf(&key, "%.*s\n%d\n%.*s\n%.*s", STR_FMT(d->rule->key),
	    (int)d->channel, STR_FMT(d->address), STR_FMT(d->language));
	return strmap_put(&j->groups, buf_str(&key), &added);
}

static bool has_picked(const struct judging *j, size_t lead, int64_t patient)
{
	for (size_t i = 0; i < j->x->l->n; i++) {
		const struct notify_due *d = &j->x->l->v[i];

		if (d->lead == lead && d->verdict == NOTIFY_GOES &&
		    d->patient == patient)
			return true;
	}
	return false;
}

static int join(struct judging *j, size_t n, struct known *k,
    struct ehr_err *e)
{
	struct notify_due *d = &j->x->l->v[n];
	int64_t *first = group(j, d);
	int rc = 0;

	if (*first && has_picked(j, (size_t)*first - 1, d->patient)) {
		d->lead = (size_t)*first - 1;
		return 0;
	}
	rc = enough(j, d, k, e);
	if (rc < 0 || d->verdict != NOTIFY_GOES)
		return rc;
	if (*first == 0)
		*first = (int64_t)n + 1;
	d->lead = (size_t)*first - 1;
	k->picked++;
	return 0;
}

static int judge(struct judging *j, size_t n, struct ehr_err *e)
{
	struct notify_due *d = &j->x->l->v[n];
	unsigned failed = 0;
	struct known *k;
	size_t at;
	int rc;

	d->lead = SIZE_MAX;
	if (d->verdict != NOTIFY_GOES)
		return 0;
	rc = tried(j, d, &failed, e);
	if (rc < 0 || d->verdict != NOTIFY_GOES)
		return rc;
	rc = know(j, d->patient, &at, e);
	if (rc < 0)
		return rc;
	k = &j->known[at];
	d->person = k->p.who;
	d->first = k->p.first;
	d->language = k->p.language;
	d->zone = k->p.zone;
	d->zone_by = k->p.zone_by;
	if (k->p.not_why)
		not(d, str_of(k->p.not_why));
	else
		rc = pick_channel(j, d, &k->p, failed, e);
	if (rc == 0 && d->verdict == NOTIFY_GOES)
		quiet(j, d);
	return rc == 0 && d->verdict == NOTIFY_GOES ? join(j, n, k, e) : rc;
}

/* ---- the words ---- */

static void add_visit(struct judging *j, const struct notify_due *d,
    bool named, struct buf *b)
{
	const struct zone *z = due_zone(j->x->l, d->clock);
	struct zone_at here, there;
	struct date at;

	if (!z || d->start == 0)
		return;
	zone_civil(z, d->start, &at);
	if (b->len)
		buf_adds(b, ", ");
	when_visit(b, &at, d->language);
	/* a clock that is not the patient's is told by name */
	zone_at(z, d->start, &here);
	zone_at(due_zone(j->x->l, d->zone), d->start, &there);
	if (here.offset != there.offset)
		buf_addf(b, " %s", here.abbr);
	if (named)
		buf_addf(b, " (%.*s)", STR_FMT(d->first));
}

static void add_name(struct buf *b, struct str name)
{
	struct str rest = buf_str(b), one;

	while (str_split(&rest, ',', &one))
		if (str_eq(str_trim(one), name))
			return;
	buf_addf(b, "%s%.*s", b->len ? ", " : "", STR_FMT(name));
}

/* The members of a message are those whose lead is n. */
static bool several(const struct notify_list *l, size_t n)
{
	for (size_t i = n + 1; i < l->n; i++)
		if (l->v[i].lead == n && l->v[i].patient != l->v[n].patient)
			return true;
	return false;
}

static void phone_text(struct str p, struct buf *b)
{
	if (p.n == 10)
		buf_addf(b, "(%.3s) %.3s-%.4s", p.s, p.s + 3, p.s + 6);
}

static void put_text(struct judging *j, struct notify_due *d,
    const struct text_facts *f)
{
	struct notify_list *l = j->x->l;
	BUF_AUTO title = BUF_INIT;
	BUF_AUTO body = BUF_INIT;

	d->segments = text_make(&l->rules, d->rule, d->channel, d->language,
	    f, &title, &body);
	d->title = arena_str(&l->mem, buf_str(&title));
	d->body = arena_str(&l->mem, buf_str(&body));
}

static void word(struct judging *j, size_t n)
{
	struct notify_list *l = j->x->l;
	struct notify_due *d = &l->v[n];
	const struct zone *z = due_zone(l, d->clock);
	bool named = several(l, n);
	BUF_AUTO first = BUF_INIT;
	BUF_AUTO visits = BUF_INIT;
	BUF_AUTO date = BUF_INIT;
	BUF_AUTO time = BUF_INIT;
	BUF_AUTO weekday = BUF_INIT;
	BUF_AUTO phone = BUF_INIT;
	struct text_facts f;
	struct date at;

	for (size_t i = n; i < l->n; i++)
		if (l->v[i].lead == n && l->v[i].verdict == NOTIFY_GOES) {
			add_name(&first, l->v[i].first);
			add_visit(j, &l->v[i], named, &visits);
		}
	if (z && d->start) {
		zone_civil(z, d->start, &at);
		when_day(&date, &at, d->language);
		when_time(&time, &at, d->language);
		when_weekday(&weekday, &at, d->language);
	}
	phone_text(setup_value(j->practice, "phone"), &phone);
	f = (struct text_facts){ .v = { [TEXT_FIRST] = buf_str(&first),
		[TEXT_VISITS] = buf_str(&visits), [TEXT_DATE] = buf_str(&date),
		[TEXT_TIME] = buf_str(&time),
		[TEXT_WEEKDAY] = buf_str(&weekday), [TEXT_PLACE] = d->place,
		[TEXT_PROVIDER] = d->provider, [TEXT_TYPE] = d->type,
		[TEXT_PRACTICE] = setup_value(j->practice, "name"),
		[TEXT_PHONE] = buf_str(&phone) } };
	put_text(j, d, &f);
}

int due_judge(struct finding *x, struct ehr_err *e)
{
	struct judging j = { .x = x, .at = MAP64_INIT, .groups = STRMAP_INIT,
		.practice = notify_practice(&x->l->rules) };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < x->l->n; i++)
		rc = judge(&j, i, e);
	for (size_t i = 0; rc == 0 && i < x->l->n; i++)
		if (x->l->v[i].verdict == NOTIFY_GOES && x->l->v[i].lead == i)
			word(&j, i);
	map64_release(&j.at);
	strmap_release(&j.groups);
	free(j.known);
	return rc;
}
