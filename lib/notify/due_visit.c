/* due_visit.c - occasions of appointments: before them, and after visits. */
#include "notify/due.h"

enum { SPANS_MAX = 32 };

/* The spans of a field, the longest before first: the order of their times. */
struct spans {
	struct notify_span v[SPANS_MAX];
	struct str text[SPANS_MAX];
	size_t n;
};

static void read_spans(const struct setup_item *rule, const char *field,
    struct spans *to)
{
	struct str one;

	to->n = 0;
	while (to->n < SPANS_MAX && (one = setup_nth(rule, field,
	    to->n)).s) {
		notify_span(one, &to->v[to->n]);
		to->text[to->n++] = one;
	}
}

static bool among(const struct setup_item *rule, const char *field,
    struct str v)
{
	struct str one = setup_nth(rule, field, 0);

	for (size_t n = 0; one.s; one = setup_nth(rule, field, ++n))
		if (str_eq(one, v))
			return true;
	return !setup_has(rule, field);
}

struct visits {
	struct finding *x;
	const struct setup_item *rule;
	enum notify_what what;
	struct spans spans;
	struct notify_span late;
	int sign;
};

static void put(struct visits *v, const struct sched_appt *a, size_t span,
    int64_t at, int64_t until, const char *why)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO times = BUF_INIT;
	struct date d;

	if (record_rid_name(v->x->r, a->rid, &name, NULL) < 1)
		return;
	date_from_ms(&d, a->start, 0);
	buf_addf(&times, "%.*s %04d-%02d-%02dT%02d:%02dZ",
	    STR_FMT(v->spans.text[span]), d.year, d.month, d.day, d.hour,
	    d.minute);
	due_add(v->x, &(struct notify_due){ .rule = v->rule, .what = v->what,
	    .patient = a->patient, .subject = buf_str(&name),
	    .occurrence = buf_str(&times), .at = at, .until = until,
	    .start = a->start, .clock = a->zone, .provider = a->provider,
	    .type = a->type, .place = a->place,
	    .verdict = why ? NOTIFY_NOT : NOTIFY_GOES,
	    .why = str_of(why) });
}

/* All times of a visit that have come. Of those of a rule the latest counts: a
 * job that missed several says it once. */
static void times(struct visits *v, const struct sched_appt *a,
    const struct zone *z)
{
	int64_t now = v->x->q->now, at[SPANS_MAX], until;
	size_t last = SPANS_MAX;

	for (size_t i = 0; i < v->spans.n; i++) {
		at[i] = notify_span_move(z, a->start, &v->spans.v[i], v->sign);
		if (at[i] <= now && (last == SPANS_MAX || at[i] > at[last]))
			last = i;
	}
	for (size_t i = 0; i < v->spans.n; i++) {
		if (at[i] > now)
			continue;
		until = notify_span_move(z, at[i], &v->late, 1);
		if (v->sign < 0 && until > a->start)
			until = a->start;
		put(v, a, i, at[i], until, now >= until ? "too late" :
		    i != last ? "a later one is due too" : NULL);
	}
}

static int visit(void *arg, const struct sched_appt *a, struct ehr_err *e)
{
	struct visits *v = arg;
	const struct zone *z = due_zone(v->x->l, a->zone);

	(void)e;
	if (z && a->patient && among(v->rule, "type", a->type) &&
	    among(v->rule, "place", a->place))
		times(v, a, z);
	return 0;
}

/* The longest that a rule looks ahead or back, in ms, with a day for clocks. */
static int64_t reach(const struct spans *s, const struct notify_span *late)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 },
		{ 'w', 604800000 }, { 'y', 31622400000 } };
	int64_t most = 0, rest = 0;

	for (size_t u = 0; u < ARRAY_LEN(units); u++) {
		for (size_t i = 0; i < s->n; i++)
			if (s->v[i].unit == units[u].unit &&
			    s->v[i].n * units[u].ms > most)
				most = s->v[i].n * units[u].ms;
		if (late && late->unit == units[u].unit)
			rest = late->n * units[u].ms;
	}
	return most + rest + 86400000;
}

int due_visits(struct finding *x, struct ehr_err *e)
{
	const unsigned both = 1U << NOTIFY_ABOUT_APPOINTMENT |
	    1U << NOTIFY_ABOUT_SURVEY;
	struct visits v = { .x = x };
	struct sched_filter f;
	int64_t now = x->q->now;
	int rc = 0;

	while (rc == 0 && (v.rule = due_rule(x, both, v.rule)) != NULL) {
		v.what = notify_what(setup_value(v.rule, "what"));
		v.sign = v.what == NOTIFY_ABOUT_SURVEY ? 1 : -1;
		read_spans(v.rule, v.sign < 0 ? "before" : "after", &v.spans);
		notify_span(setup_value(v.rule, "late"), &v.late);
		f = v.sign < 0 ? (struct sched_filter){ .since = now + 1,
			.until = now + reach(&v.spans, NULL),
			.states = 1U << SCHED_BOOKED } :
		    (struct sched_filter){
			.since = now - reach(&v.spans, &v.late),
			.until = now + 1, .states = 1U << SCHED_FULFILLED };
		rc = sched_each(x->r, &f, visit, &v, e);
	}
	return rc;
}
