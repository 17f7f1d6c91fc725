/* timeline.c - everything of a chart by day, the newest first. */
#include <stdlib.h>

#include "chart.h"

static struct {
	int format;
} opt = { CHART_AUTO };

const struct cli_opt chart_timeline_opts[] = {
	CHART_FORMAT(opt.format),
	{ 0 },
};

/* What happened: an entry began, or (ended) a problem was resolved. */
struct event {
	const struct view_entry *e;
	const struct view_time *when;
	size_t at;    /* place in the chart */
	char day[12]; /* in the zone */
	bool ended;
};

struct events {
	struct event *v;
	size_t n, cap;
};

static void add(struct events *all, const struct view_entry *e,
    const struct view_time *when, bool ended)
{
	BUF_AUTO day = BUF_INIT;
	struct event *ev;

	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 256;
		all->v = xrealloc(all->v, all->cap * sizeof(*all->v));
	}
	ev = &all->v[all->n];
	*ev = (struct event){ e, when, .at = all->n++, .ended = ended };
	view_day(&day, when);
	snprintf(ev->day, sizeof(ev->day), "%s", day.s);
}

static int64_t place(const struct event *ev)
{
	return ev->e->section == VIEW_ENCOUNTERS ? -1 :
	    (int64_t)ev->e->section;
}

/* By day, the newest first; on a day the encounters first, then in the order
 * of the chart. */
static int newest(const void *pa, const void *pb)
{
	const struct event *a = pa, *b = pb;
	int c = strcmp(b->day, a->day);

	if (c)
		return c;
	if (place(a) != place(b))
		return place(a) < place(b) ? -1 : 1;
	if (a->when->ms != b->when->ms)
		return a->when->ms < b->when->ms ? 1 : -1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static bool within(const struct cli *c, const struct view_time *t)
{
	return t->precision != DATE_NONE && t->ms >= c->since_ms &&
	    t->ms <= c->until_ms;
}

/* A note that was filed twice happened once. */
static void collect_notes(const struct cli *c, struct view *v,
    struct events *all)
{
	size_t n;
	const struct view_row *row = view_rows(v, VIEW_NOTES, &n);

	for (size_t i = 0; i < n; i++)
		if (within(c, &row[i].e->start))
			add(all, row[i].e, &row[i].e->start, false);
}

static void collect(const struct cli *c, struct view *v,
    struct events *all)
{
	struct view_entry *const *e;
	size_t n;

	for (int s = 0; s < VIEW_SECTIONS; s++) {
		if (s == VIEW_NOTES) {
			collect_notes(c, v, all);
			continue;
		}
		e = view_entries(v, (enum view_section)s, &n);
		for (size_t i = 0; i < n; i++) {
			if (within(c, &e[i]->start))
				add(all, e[i], &e[i]->start, false);
			if (s == VIEW_PROBLEMS && within(c, &e[i]->end))
				add(all, e[i], &e[i]->end, true);
		}
	}
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), newest);
}

/* ---- the page ---- */

static const char *const kinds[VIEW_SECTIONS] = {
	[VIEW_ALERTS] = "Alert", [VIEW_PROBLEMS] = "Problem",
	[VIEW_MEDS] = "Medication", [VIEW_ALLERGIES] = "Allergy",
	[VIEW_VITALS] = "Vitals", [VIEW_RESULTS] = "Results",
	[VIEW_IMMUNIZATIONS] = "Immunization",
	[VIEW_ENCOUNTERS] = "Encounter", [VIEW_PROCEDURES] = "Procedure",
	[VIEW_DEVICES] = "Device", [VIEW_SOCIAL] = "Social",
	[VIEW_FAMILY] = "Family", [VIEW_ASSESSMENTS] = "Assessment",
	[VIEW_NOTES] = "Note", [VIEW_DOCUMENTS] = "Document",
	[VIEW_APPOINTMENTS] = "Appointment", [VIEW_ORDERS] = "Order",
	[VIEW_PLANS] = "Care plan", [VIEW_GOALS] = "Goal",
	[VIEW_TEAM] = "Care team", [VIEW_COVERAGE] = "Coverage",
	[VIEW_OTHER] = "Other",
};

static void describe(const struct event *ev, struct buf *b)
{
	const struct view_entry *e = ev->e;
	const char *word = view_status_word(e);
	BUF_AUTO value = BUF_INIT;

	buf_addstr(b, e->brief.n ? e->brief : e->what.n ? e->what :
	    STR("(not named)"));
	if (ev->ended)
		buf_adds(b, ": resolved");
	else if (word)
		buf_addf(b, " (%s)", word);
	if (!ev->ended && view_value(e, &value) &&
	    strcmp(value.s, "ambulatory") != 0)
		buf_addf(b, e->section == VIEW_ENCOUNTERS ? " (%s)" : " %s",
		    value.s);
	if (e->flag[0] && !ev->ended && e->section != VIEW_ALLERGIES)
		buf_addf(b, " %s", e->flag);
}

/* Measurements of one instant share a line. */
static bool measured(const struct view_entry *e)
{
	return e->section == VIEW_VITALS || e->section == VIEW_RESULTS ||
	    e->section == VIEW_ASSESSMENTS;
}

static void wrapped(struct buf *b, struct str s, size_t indent, size_t width)
{
	bool first = true;

	while (s.n) {
		size_t room = width > indent + 10 ? width - indent : 10;
		size_t n = utf8_fit(s, room), cut = n;

		while (n < s.n && cut > 0 && s.s[cut] != ' ')
			cut--;
		n = n < s.n && cut ? cut : n ? n : s.n;
		if (!first)
			buf_addf(b, "\n%*s", (int)indent, "");
		buf_add(b, s.s, n);
		first = false;
		while (n < s.n && s.s[n] == ' ')
			n++;
		s.s += n;
		s.n -= n;
	}
	buf_addch(b, '\n');
}

static void page(const struct events *all, struct view *v, struct buf *b)
{
	size_t width = cli_width() ? cli_width() : 80;
	BUF_AUTO line = BUF_INIT;
	const char *last = "";

	buf_addf(b, "%.*s   born %.*s\n", STR_FMT(view_patient(v)->name),
	    STR_FMT(view_patient(v)->birth));
	for (size_t i = 0; i < all->n; i++) {
		const struct event *ev = &all->v[i];

		if (strcmp(ev->day, last) != 0)
			buf_addf(b, "\n%s\n", ev->day);
		last = ev->day;
		buf_reset(&line);
		describe(ev, &line);
		while (measured(ev->e) && i + 1 < all->n &&
		    all->v[i + 1].when->ms == ev->when->ms &&
		    all->v[i + 1].e->section == ev->e->section) {
			buf_adds(&line, "; ");
			describe(&all->v[++i], &line);
		}
		buf_addf(b, "  %-14s", kinds[ev->e->section]);
		wrapped(b, buf_str(&line), 16, width);
	}
	buf_addf(b, "\nPatient %.*s; times are %s.\n",
	    STR_FMT(view_patient(v)->id), view_zone_name());
}

/* ---- lines ---- */

static const struct print_col columns[] = {
	{ "id", 0 }, { "date", 0 }, { "section", 0 }, { "event", 0 },
	{ "what", PRINT_WIDE }, { "value", 0 }, { "unit", 0 }, { "flag", 0 },
};

static int lines(struct cli *c, const struct events *all, struct ehr_err *e)
{
	struct printer *p;
	int rc = print_open(&p, c, columns, ARRAY_LEN(columns), e);

	for (size_t i = 0; rc == 0 && i < all->n; i++) {
		const struct event *ev = &all->v[i];
		const struct view_entry *x = ev->e;

		print_text(p, x->id);
		print_text(p, ev->when->text);
		print_text(p, str_of(view_section_info(x->section)->name));
		print_text(p, ev->ended ? STR("end") : STR("start"));
		print_text(p, some(x->what));
		if (x->number.some)
			print_number(p, x->number.text);
		else
			print_text(p, some(x->value));
		print_text(p, some(x->number.code.n ? x->number.code :
		    x->number.unit));
		print_text(p, some(str_of(x->flag)));
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

int chart_timeline(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO b = BUF_INIT;
	struct events all = { 0 };
	struct view *v = NULL;
	struct view_opt vo;
	int64_t patient;
	int rc = chart_open(c, &a, e);

	if (rc == 0)
		rc = chart_patient(&a, str_of(c->argv[0]), "timeline",
		    &patient, e);
	if (rc < 0)
		return rc;
	vo = chart_view_opt(c);
	vo.sections = ((uint32_t)1 << VIEW_SECTIONS) - 1;
	rc = view_open(&v, a.r, patient, &vo, e);
	if (rc < 0)
		return rc;
	collect(c, v, &all);
	if (chart_as_text(c, opt.format)) {
		page(&all, v, &b);
		rc = cli_put(c, &b, e);
	} else {
		rc = lines(c, &all, e);
	}
	free(all.v);
	view_free(v);
	return access_withheld(&a, rc, e);
}
