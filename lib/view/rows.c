/* rows.c - what repeats stands in one row: the newest with what was before. */
#include <stdlib.h>

#include "impl.h"

enum group_by {
	GROUP_NONE,  /* each entry has its row */
	GROUP_CODE,  /* of one code, current and past apart */
	GROUP_ALL,   /* of one code, current and past together */
	GROUP_WHAT,  /* of one text and detail */
	GROUP_NOTE,  /* one note that was filed twice: same title and minute */
};

static const uint8_t grouping[VIEW_SECTIONS] = {
	[VIEW_ALERTS] = GROUP_WHAT,
	[VIEW_PROBLEMS] = GROUP_CODE,
	[VIEW_MEDS] = GROUP_ALL,
	[VIEW_ALLERGIES] = GROUP_CODE,
	[VIEW_VITALS] = GROUP_CODE,
	[VIEW_RESULTS] = GROUP_CODE,
	[VIEW_IMMUNIZATIONS] = GROUP_CODE,
	[VIEW_PROCEDURES] = GROUP_CODE,
	[VIEW_DEVICES] = GROUP_WHAT,
	[VIEW_SOCIAL] = GROUP_ALL,
	[VIEW_FAMILY] = GROUP_WHAT,
	[VIEW_ASSESSMENTS] = GROUP_CODE,
	[VIEW_NOTES] = GROUP_NOTE,
	[VIEW_ORDERS] = GROUP_CODE,
	[VIEW_PLANS] = GROUP_WHAT,
	[VIEW_GOALS] = GROUP_WHAT,
	[VIEW_TEAM] = GROUP_WHAT,
	[VIEW_COVERAGE] = GROUP_WHAT,
};

static void group_key(const struct view_entry *e, enum group_by by,
    struct buf *b)
{
	buf_reset(b);
	if (by != GROUP_ALL)
		buf_addch(b, e->past ? 'p' : 'c');
	if ((by == GROUP_CODE || by == GROUP_ALL) && e->code.n) {
		buf_addstr(b, e->system);
		buf_addch(b, '|');
		buf_addstr(b, e->code);
		return;
	}
	buf_addch(b, ' ');
	buf_addstr(b, e->what);
	if (by == GROUP_WHAT)
		buf_addf(b, "|%.*s", STR_FMT(e->detail));
	else if (by == GROUP_NOTE)
		buf_addf(b, "|%lld", (long long)(e->start.ms / 60000));
}

/* ---- trends ---- */

/* The number an entry is followed by; of a blood pressure the systolic. */
static const struct view_number *number_of(const struct view_entry *e)
{
	if (e->number.some)
		return &e->number;
	for (size_t i = 0; i < e->parts; i++)
		if (str_is(e->part[i].code, "8480-6"))
			return &e->part[i].number;
	return &e->number;
}

static enum view_trend trend(const struct view_entry *now,
    const struct view_entry *before)
{
	const struct view_number *a = number_of(now), *b = number_of(before);
	struct decimal x, y;
	int c;

	if (!a->some || !b->some || !str_eq(a->unit, b->unit) ||
	    !decimal_parse(a->text, &x) || !decimal_parse(b->text, &y))
		return VIEW_NO_TREND;
	c = decimal_cmp(&x, &y);
	return c > 0 ? VIEW_UP : c < 0 ? VIEW_DOWN : VIEW_SAME;
}

/* The value before: the next one that has one of another time. */
static int set_former(struct view *v, struct view_row *row,
    struct ehr_err *e)
{
	for (size_t i = 1; i < row->n; i++) {
		const struct view_entry **x = &row->all[i];
		int rc;

		if ((*x)->start.ms == row->e->start.ms)
			continue;
		rc = fill_sketch(v, x, e);
		if (rc < 0)
			return rc;
		if ((*x)->value.n == 0)
			continue;
		row->former = *x;
		row->trend = trend(row->e, *x);
		break;
	}
	return 0;
}

/* ---- names ---- */

/* A short name that two rows would have is none. */
static void check_names(struct view *v, enum view_section s,
    const struct view_group *g)
{
	struct strmap seen = STRMAP_INIT;

	for (size_t i = 0; i < g->n; i++)
		++*strmap_put(&seen, g->row[i].e->brief, NULL);
	for (size_t i = v->first[s]; i < v->first[s + 1]; i++) {
		struct view_entry *e = v->entry[i];
		int64_t *n = strmap_get(&seen, e->brief);

		if (n && *n > 1)
			e->brief = e->what;
	}
	strmap_release(&seen);
}

/* ---- groups ---- */

static void count_rows(struct view_group *g, struct view_entry *const *e,
    size_t n, enum group_by by, size_t *row_of)
{
	struct strmap rows = STRMAP_INIT;
	BUF_AUTO key = BUF_INIT;
	bool added;

	for (size_t i = 0; i < n; i++) {
		int64_t *slot;

		row_of[i] = g->n;
		added = true;
		if (by != GROUP_NONE) {
			group_key(e[i], by, &key);
			slot = strmap_put(&rows, buf_str(&key), &added);
			if (added)
				*slot = (int64_t)g->n;
			row_of[i] = (size_t)*slot;
		}
		if (added)
			g->row[g->n++] = (struct view_row){ .e = e[i],
				.past = e[i]->past };
		g->row[row_of[i]].n++;
	}
	strmap_release(&rows);
}

static void make_rows(struct view *v, enum view_section s)
{
	struct view_group *g = &v->group[s];
	struct view_entry *const *e;
	size_t n, at = 0, *row_of;

	e = view_entries(v, s, &n);
	g->made = true;
	g->row = xcalloc(n + 1, sizeof(*g->row));
	g->all = xcalloc(n + 1, sizeof(*g->all));
	row_of = xcalloc(n + 1, sizeof(*row_of));
	count_rows(g, e, n, (enum group_by)grouping[s], row_of);
	for (size_t i = 0; i < g->n; i++) {
		g->row[i].all = g->all + at;
		at += g->row[i].n;
		g->row[i].n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct view_row *row = &g->row[row_of[i]];

		row->all[row->n++] = e[i];
	}
	/* Those of a page are set when the row is shown. */
	for (size_t i = 0; i < g->n && !v->sketched; i++)
		set_former(v, &g->row[i], NULL);
	check_names(v, s, g);
	free(row_of);
}

const struct view_row *view_rows(struct view *v, enum view_section s,
    size_t *n)
{
	if (!v->group[s].made)
		make_rows(v, s);
	*n = v->group[s].n;
	return v->group[s].row;
}

/* ---- the rows of a page ---- */

size_t choose_rows(struct view *v, enum view_section s,
    const struct view_row **out, size_t left[2])
{
	const struct layout *l = layout_of(s);
	size_t n, kept = 0, seen[2] = { 0, 0 };
	const struct view_row *row = view_rows(v, s, &n);

	left[0] = left[1] = 0;
	for (size_t i = 0; i < n; i++) {
		size_t limit = row[i].past ? l->past_limit : l->limit;

		if (v->opt.all || seen[row[i].past]++ < limit)
			out[kept++] = &row[i];
		else
			left[row[i].past]++;
	}
	return kept;
}

static bool shows_former(const struct layout *l)
{
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		if (l->col[i].field == FIELD_FORMER)
			return true;
	return false;
}

int fill_rows(struct view *v, enum view_section s, struct ehr_err *e)
{
	const struct view_group *g = &v->group[s];
	bool former = shows_former(layout_of(s));
	const struct view_row **row;
	size_t n, left[2];
	int rc = 0;

	view_rows(v, s, &n);
	row = xcalloc(n + 1, sizeof(*row));
	n = choose_rows(v, s, row, left);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct view_row *own = &g->row[row[i] - g->row];

		rc = fill_sketch(v, &own->all[0], e);
		own->e = own->all[0];
		if (rc == 0 && former)
			rc = set_former(v, own, e);
	}
	free(row);
	return rc;
}
