/* layout.c - which columns the sections of a page have, and what they say. */
#include "impl.h"

#define W COLUMN_WIDE
#define N COLUMN_NAME
static const struct layout layouts[VIEW_SECTIONS] = {
	[VIEW_ALERTS] = { { { FIELD_WHAT, "Alert", W },
	    { FIELD_SPAN, "When", 0 }, { FIELD_BY, "By", N },
	    { FIELD_NONE, "", 0 } }, 20, 5 },
	[VIEW_PROBLEMS] = { { { FIELD_WHAT, "Problem", W },
	    { FIELD_SPAN, "When", 0 }, { FIELD_TIMES, "Recorded", N },
	    { FIELD_DETAIL, "Detail", W }, { FIELD_NONE, "", 0 } }, 30, 10 },
	[VIEW_MEDS] = { { { FIELD_WHAT, "Medication", W },
	    { FIELD_DETAIL, "Dosage", W }, { FIELD_ORDERED, "Ordered", N },
	    { FIELD_BY, "By", N }, { FIELD_NONE, "", 0 } }, 40, 8 },
	[VIEW_ALLERGIES] = { { { FIELD_WHAT, "Substance", W },
	    { FIELD_VALUE, "Risk", 0 }, { FIELD_DETAIL, "Reactions", W },
	    { FIELD_SPAN, "When", 0 }, { FIELD_NONE, "", 0 } }, 40, 10 },
	[VIEW_VITALS] = { { { FIELD_WHAT, "Sign", W },
	    { FIELD_VALUE, "Value", 0 }, { FIELD_FLAG, "Flag", 0 },
	    { FIELD_DAY, "Date", 0 }, { FIELD_FORMER, "Before", 0 },
	    { FIELD_NONE, "", 0 } }, 30, 0 },
	[VIEW_RESULTS] = { { { FIELD_WHAT, "Test", W },
	    { FIELD_VALUE, "Value", W }, { FIELD_FLAG, "Flag", 0 },
	    { FIELD_RANGE, "Range", 0 }, { FIELD_DAY, "Date", 0 },
	    { FIELD_FORMER, "Before", 0 } }, 40, 0 },
	[VIEW_IMMUNIZATIONS] = { { { FIELD_WHAT, "Vaccine", W },
	    { FIELD_DOSES, "Doses", W }, { FIELD_DETAIL, "Detail", W },
	    { FIELD_NONE, "", 0 } }, 40, 10 },
	[VIEW_ENCOUNTERS] = { { { FIELD_MINUTE, "When", 0 },
	    { FIELD_WHAT, "What", W }, { FIELD_DETAIL, "Reason", W },
	    { FIELD_BY, "With", N }, { FIELD_NONE, "", 0 } }, 10, 3 },
	[VIEW_PROCEDURES] = { { { FIELD_DAY, "Date", 0 },
	    { FIELD_WHAT, "Procedure", W }, { FIELD_DETAIL, "Reason", W },
	    { FIELD_TIMES, "Done", N }, { FIELD_NONE, "", 0 } }, 12, 5 },
	[VIEW_DEVICES] = { { { FIELD_WHAT, "Device", W },
	    { FIELD_SPAN, "When", 0 }, { FIELD_DETAIL, "Identifier", W },
	    { FIELD_NONE, "", 0 } }, 20, 5 },
	[VIEW_SOCIAL] = { { { FIELD_WHAT, "What", W },
	    { FIELD_VALUE, "Value", W }, { FIELD_DAY, "Date", 0 },
	    { FIELD_NONE, "", 0 } }, 15, 5 },
	[VIEW_FAMILY] = { { { FIELD_WHAT, "Relative", 0 },
	    { FIELD_DETAIL, "Conditions", W }, { FIELD_NONE, "", 0 } },
	    20, 5 },
	[VIEW_ASSESSMENTS] = { { { FIELD_WHAT, "Assessment", W },
	    { FIELD_VALUE, "Value", W }, { FIELD_FLAG, "Flag", 0 },
	    { FIELD_DAY, "Date", 0 }, { FIELD_FORMER, "Before", 0 },
	    { FIELD_NONE, "", 0 } }, 12, 0 },
	[VIEW_NOTES] = { { { FIELD_MINUTE, "When", 0 },
	    { FIELD_WHAT, "Note", W }, { FIELD_DETAIL, "About", W },
	    { FIELD_BY, "By", N }, { FIELD_NONE, "", 0 } }, 8, 0 },
	[VIEW_DOCUMENTS] = { { { FIELD_DAY, "Date", 0 },
	    { FIELD_WHAT, "Document", W }, { FIELD_DETAIL, "About", W },
	    { FIELD_BY, "By", N }, { FIELD_NONE, "", 0 } }, 8, 0 },
	[VIEW_APPOINTMENTS] = { { { FIELD_MINUTE, "When", 0 },
	    { FIELD_WHAT, "What", W }, { FIELD_DETAIL, "Reason", W },
	    { FIELD_BY, "With", N }, { FIELD_NONE, "", 0 } }, 10, 3 },
	[VIEW_ORDERS] = { { { FIELD_DAY, "Date", 0 },
	    { FIELD_WHAT, "Order", W }, { FIELD_DETAIL, "Reason", W },
	    { FIELD_BY, "By", N }, { FIELD_NONE, "", 0 } }, 15, 3 },
	[VIEW_PLANS] = { { { FIELD_WHAT, "Plan", W },
	    { FIELD_SPAN, "When", 0 }, { FIELD_DETAIL, "Activities", W },
	    { FIELD_NONE, "", 0 } }, 10, 3 },
	[VIEW_GOALS] = { { { FIELD_WHAT, "Goal", W },
	    { FIELD_DETAIL, "Target", W }, { FIELD_VALUE, "Progress", 0 },
	    { FIELD_SPAN, "When", 0 }, { FIELD_NONE, "", 0 } }, 10, 3 },
	[VIEW_TEAM] = { { { FIELD_WHAT, "Who", W },
	    { FIELD_DETAIL, "Role", W }, { FIELD_SPAN, "When", 0 },
	    { FIELD_NONE, "", 0 } }, 12, 0 },
	[VIEW_COVERAGE] = { { { FIELD_WHAT, "Payer", W },
	    { FIELD_DETAIL, "Plan", W }, { FIELD_SPAN, "When", 0 },
	    { FIELD_NONE, "", 0 } }, 5, 3 },
	[VIEW_OTHER] = { { { FIELD_DAY, "Date", 0 },
	    { FIELD_WHAT, "What", W }, { FIELD_VALUE, "Value", W },
	    { FIELD_DETAIL, "Detail", W }, { FIELD_NONE, "", 0 } }, 20, 5 },
};

const struct layout *layout_of(enum view_section s)
{
	return &layouts[s];
}

/* ---- fields ---- */

static void what(const struct view_entry *e, struct buf *b)
{
	const char *word = view_status_word(e);

	if (e->what.n)
		buf_addstr(b, e->brief.n ? e->brief : e->what);
	else
		buf_adds(b, "(not named)");
	if (e->section == VIEW_ENCOUNTERS && e->value.n &&
	    !str_is(e->value, "ambulatory"))
		buf_addf(b, " (%.*s)", STR_FMT(e->value));
	if (word)
		buf_addf(b, " (%s)", word);
}

static void span(const struct view_entry *e, struct buf *b)
{
	size_t before = b->len;

	if (!e->past) {
		if (e->start.precision != DATE_NONE) {
			buf_adds(b, "since ");
			view_day(b, &e->start);
		}
		if (e->end.precision != DATE_NONE &&
		    e->type != FHIR_Condition && e->type != FHIR_Goal) {
			buf_adds(b, b->len > before ? ", until " : "until ");
			view_day(b, &e->end);
		}
		return;
	}
	view_day(b, &e->start);
	if (e->end.precision == DATE_NONE)
		return;
	BUF_AUTO end = BUF_INIT;
	view_day(&end, &e->end);
	if (b->len > before && strcmp(b->s + before, end.s) == 0)
		return;
	if (b->len > before)
		buf_adds(b, " to ");
	buf_addstr(b, buf_str(&end));
}

/* The year of the first of several, after before. */
static void since_year(const struct view_row *row, const char *before,
    struct buf *b)
{
	const struct view_entry *first = row->all[0];
	BUF_AUTO day = BUF_INIT;

	for (size_t i = 1; i < row->n; i++)
		if (row->all[i]->start.precision != DATE_NONE &&
		    row->all[i]->start.ms < first->start.ms)
			first = row->all[i];
	if (first == row->e || first->start.precision == DATE_NONE)
		return;
	view_day(&day, &first->start);
	buf_addf(b, "%ssince %.4s", before, day.s);
}

/* How often it began, and since when: what is on the list of problems may be
 * the diagnosis of visits too. */
static void times(const struct view_row *row, struct buf *b)
{
	size_t n = 1;

	for (size_t i = 1; i < row->n; i++)
		n += row->all[i]->start.ms != row->all[i - 1]->start.ms;
	if (n < 2)
		return;
	buf_addf(b, "%zu times", n);
	since_year(row, " ", b);
}

static void ordered(const struct view_row *row, struct buf *b)
{
	view_day(b, &row->e->start);
	since_year(row, b->len ? ", " : "", b);
}

enum { DOSES_SHOWN = 5 };

static void doses(const struct view_row *row, struct buf *b)
{
	size_t shown = row->n > DOSES_SHOWN ? DOSES_SHOWN - 1 : row->n;

	for (size_t i = 0; i < shown; i++) {
		if (i)
			buf_adds(b, ", ");
		view_day(b, &row->all[i]->start);
	}
	if (shown < row->n) {
		buf_addf(b, " and %zu more since ", row->n - shown);
		view_day(b, &row->all[row->n - 1]->start);
	}
}

enum { FORMER_TEXT = 24 };

/* Former words that are long are left to list. */
static void former(const struct view_row *row, struct buf *b)
{
	if (!row->former || (!row->former->number.some &&
	    row->former->value.n > FORMER_TEXT))
		return;
	if (row->trend != VIEW_NO_TREND)
		buf_addf(b, "%s ", view_trend_arrow(row->trend));
	if (row->former->number.some)
		short_number(b, row->former->value);
	else
		buf_addstr(b, row->former->value);
	if (!str_eq(row->e->number.unit, row->former->number.unit))
		buf_addf(b, " %.*s", STR_FMT(row->former->number.unit));
	buf_adds(b, ", ");
	view_day(b, &row->former->start);
}

void field_text(const struct view_row *row, enum field f, struct buf *b)
{
	const struct view_entry *e = row->e;

	switch (f) {
	case FIELD_WHAT:
		what(e, b);
		break;
	case FIELD_DAY:
		view_day(b, &e->start);
		break;
	case FIELD_MINUTE:
		view_minute(b, &e->start);
		break;
	case FIELD_SPAN:
		span(e, b);
		break;
	case FIELD_VALUE:
		view_value(e, b);
		break;
	case FIELD_FLAG:
		buf_adds(b, e->flag);
		break;
	case FIELD_RANGE:
		buf_addstr(b, e->range);
		break;
	case FIELD_FORMER:
		former(row, b);
		break;
	case FIELD_DETAIL:
		buf_addstr(b, e->detail);
		break;
	case FIELD_BY:
		buf_addstr(b, e->by);
		break;
	case FIELD_TIMES:
		times(row, b);
		break;
	case FIELD_DOSES:
		doses(row, b);
		break;
	case FIELD_ORDERED:
		ordered(row, b);
		break;
	case FIELD_NONE:
		break;
	}
}
