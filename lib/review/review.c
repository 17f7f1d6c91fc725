/* review.c - the rules, over the events of the log. */
#include <stdlib.h>
#include <time.h>

#include "impl.h"

static const char *const names[] = {
#define X(id, word) [REVIEW_##id] = word,
#include "ehr/review-rule.def"
#undef X
};

const char *review_rule_name(enum review_rule rule)
{
	return names[rule];
}

/* One access, and what is known of both sides. */
struct look {
	const struct audit_row *row;
	int64_t patient, day;	/* local day since 1970 */
	bool at_work;
	const struct chart *chart;
	const struct member *member;	/* NULL: not of the staff */
};

static int tell(struct review *rv, const struct look *a,
    enum review_rule rule)
{
	struct review_finding f = { a->row->seq, a->patient, rule,
		a->row->user };
	BUF_AUTO key = BUF_INIT;
	bool added;

	buf_addf(&key, "%d %lld %lld %.*s", rule, (long long)a->patient,
	    (long long)a->day, STR_FMT(a->row->user));
	strmap_put(&rv->seen, buf_str(&key), &added);
	return added ? rv->fn(rv->arg, &f) : 0;
}

/* ---- who it is ---- */

static int64_t listed(const struct review *rv, const struct look *a)
{
	BUF_AUTO key = BUF_INIT;
	const int64_t *kind;

	buf_addf(&key, "%.*s %lld", STR_FMT(a->row->user),
	    (long long)a->patient);
	kind = strmap_get(&rv->close, buf_str(&key));
	return kind ? *kind : 0;
}

static bool is_own(const struct look *a)
{
	for (size_t i = 0; a->member && i < a->member->n_own; i++)
		if (a->member->own[i] == a->patient)
			return true;
	return false;
}

static bool lives_with(const struct review *rv, const struct look *a)
{
	const struct identity_person *p = &a->chart->who, *own;
	const int64_t *at;

	for (size_t i = 0; a->member && i < a->member->n_own; i++) {
		at = map64_get(&rv->charts, (uint64_t)a->member->own[i]);
		own = &rv->chart[*at - 1].who;
		if (p->line.n && str_eq(p->line, own->line) &&
		    str_eq(p->zip, own->zip))
			return true;
	}
	return false;
}

static int check_person(struct review *rv, const struct look *a)
{
	int64_t on_list = listed(rv, a);
	int rc = 0;

	if (on_list == 1 || is_own(a))
		return tell(rv, a, REVIEW_OWN);
	if (on_list == 2)
		rc = tell(rv, a, REVIEW_CLOSE);
	if (rc == 0 && a->member &&
	    staff_shares_name(a->member, a->chart->who.family))
		rc = tell(rv, a, REVIEW_FAMILY);
	if (rc == 0 && lives_with(rv, a))
		rc = tell(rv, a, REVIEW_ADDRESS);
	if (rc == 0 && a->chart->vip)
		rc = tell(rv, a, REVIEW_VIP);
	return rc;
}

/* ---- how many ---- */

static void count(struct review *rv, const struct look *a)
{
	BUF_AUTO key = BUF_INIT;
	struct user_day *d;
	bool added;
	int64_t *at;

	buf_addf(&key, "%lld %.*s", (long long)a->day,
	    STR_FMT(a->row->user));
	at = strmap_put(&rv->days, buf_str(&key), &added);
	if (added) {
		*at = (int64_t)++rv->n_day;
		rv->day = xrealloc(rv->day, rv->n_day * sizeof(*rv->day));
		rv->day[rv->n_day - 1] = (struct user_day){
			.user = arena_str(&rv->mem, a->row->user) };
	}
	d = &rv->day[*at - 1];
	buf_addf(&key, " %lld", (long long)a->patient);
	strmap_put(&rv->counted, buf_str(&key), &added);
	d->n += added;
	d->last = a->row->seq;
}

static int by_count(const void *a, const void *b)
{
	const struct user_day *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

static int by_event(const void *a, const void *b)
{
	const struct user_day *x = a, *y = b;

	return (x->last > y->last) - (x->last < y->last);
}

/* Days far beyond the median day, told by their last access. */
static int check_volume(struct review *rv)
{
	struct review_finding f = { .rule = REVIEW_VOLUME };
	int64_t median;
	int rc = 0;

	if (rv->n_day == 0)
		return 0;
	qsort(rv->day, rv->n_day, sizeof(*rv->day), by_count);
	median = rv->day[rv->n_day / 2].n;
	qsort(rv->day, rv->n_day, sizeof(*rv->day), by_event);
	for (size_t i = 0; rc == 0 && i < rv->n_day; i++) {
		if (rv->day[i].n < REVIEW_VOLUME_MIN ||
		    rv->day[i].n <= REVIEW_VOLUME_TIMES * median)
			continue;
		f.event = rv->day[i].last;
		f.user = rv->day[i].user;
		rc = rv->fn(rv->arg, &f);
	}
	return rc;
}

/* ---- events ---- */

/* Reads and changes of one chart by somebody. */
static bool counts(const struct audit_row *row)
{
	static const bool wanted[AUDIT_ACTION_COUNT + 1] = {
		[AUDIT_READ] = true, [AUDIT_LIST] = true,
		[AUDIT_EXPORT] = true, [AUDIT_CREATE] = true,
		[AUDIT_UPDATE] = true, [AUDIT_DELETE] = true,
		[AUDIT_SIGN] = true,
	};

	return row->patients == 1 && row->n_range == 1 &&
	    wanted[audit_action_find(row->action)] &&
	    !str_is(row->outcome, "refused") &&
	    !str_is(row->outcome, "begin");
}

static void set_time(const struct review *rv, struct look *a)
{
	time_t at = (time_t)(a->row->time / 1000);
	struct tm tm = { 0 };

	localtime_r(&at, &tm);
	a->day = date_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	a->at_work = tm.tm_wday >= 1 && tm.tm_wday <= 5 &&
	    tm.tm_hour >= rv->o->from_hour && tm.tm_hour < rv->o->to_hour;
}

static int take_event(void *arg, const struct audit_row *row)
{
	struct review *rv = arg;
	struct look a = { .row = row };
	const int64_t *member;
	size_t at;
	int rc;

	if (!counts(row))
		return 0;
	set_time(rv, &a);
	rc = chart_now(rv, row->range[0].first, &a.patient);
	if (rc == 0)
		rc = chart_get(rv, a.patient, &at);
	if (rc < 0)
		return rc;
	a.chart = &rv->chart[at];
	member = strmap_get(&rv->staff, row->user);
	a.member = member ? &rv->member[*member - 1] : NULL;
	count(rv, &a);
	rc = check_person(rv, &a);
	if (rc == 0 && !chart_explains(a.chart, a.day))
		rc = tell(rv, &a, REVIEW_NO_VISIT);
	if (rc == 0 && !a.at_work)
		rc = tell(rv, &a, REVIEW_HOURS);
	return rc;
}

static void release(struct review *rv)
{
	charts_release(rv);
	staff_release(rv);
	free(rv->day);
	map64_release(&rv->now);
	map64_release(&rv->charts);
	map64_release(&rv->vip);
	strmap_release(&rv->staff);
	strmap_release(&rv->close);
	strmap_release(&rv->seen);
	strmap_release(&rv->days);
	strmap_release(&rv->counted);
	tape_release(&rv->tape);
	arena_release(&rv->mem);
}

int review_run(struct record *r, const struct review_opt *o,
    int (*fn)(void *arg, const struct review_finding *f), void *arg,
    struct ehr_err *e)
{
	EHR_CLEANUP(release) struct review rv = { .r = r, .o = o, .fn = fn,
		.arg = arg, .e = e, .mem = ARENA_INIT, .tape = TAPE_INIT };
	struct audit_filter f = { .since = o->since, .until = o->until };
	int rc = staff_read(&rv);

	if (rc == 0)
		rc = audit_each(record_store(r), &f, take_event, &rv, e);
	return rc ? rc : check_volume(&rv);
}
