/* report.c - ehr-audit report: what each user did. */
#include <stdlib.h>

#include "audit-tool.h"

enum { COL_USER, COL_EVENTS, COL_PATIENTS, COL_READS, COL_WRITES, COL_EXPORTS,
	COL_REFUSED, COLS };

static const struct print_col cols[COLS] = {
	{ "user", 0 }, { "events", PRINT_RIGHT }, { "patients", PRINT_RIGHT },
	{ "reads", PRINT_RIGHT }, { "writes", PRINT_RIGHT },
	{ "exports", PRINT_RIGHT }, { "refused", PRINT_RIGHT },
};

static int sort_by;

const struct cli_opt audit_report_opts[] = {
	{ "sort", 's', CLI_CHOICE, 0,
	    "user|events|patients|reads|writes|exports|refused",
	    "by this column, most first", &sort_by, 0, 0 },
	{ 0 },
};

/* Which column an action counts in besides the events. */
static const unsigned char column[AUDIT_ACTION_COUNT + 1] = {
	[AUDIT_READ] = COL_READS, [AUDIT_LIST] = COL_READS,
	[AUDIT_AUDIT] = COL_READS, [AUDIT_EXPORT] = COL_EXPORTS,
	[AUDIT_IMPORT] = COL_WRITES, [AUDIT_CREATE] = COL_WRITES,
	[AUDIT_UPDATE] = COL_WRITES, [AUDIT_DELETE] = COL_WRITES,
	[AUDIT_MERGE] = COL_WRITES, [AUDIT_UNMERGE] = COL_WRITES,
	[AUDIT_UNDO] = COL_WRITES, [AUDIT_SIGN] = COL_WRITES,
};

struct line {
	char *user;
	int64_t n[COLS];
	struct audit_range *range;
	size_t n_range, cap;
};

struct report {
	struct store *db;
	struct line *line;
	size_t n;
	struct strmap users;	/* name -> place in line */
	struct map64 begun;	/* event of a begin without end yet -> place */
	struct line *adding;	/* whose ranges are being taken */
	int64_t everybody;	/* the highest patient number */
	struct ehr_err *e;
};

static void report_release(struct report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->line[i].user);
		free(r->line[i].range);
	}
	free(r->line);
	strmap_release(&r->users);
	map64_release(&r->begun);
}

static size_t place_of(struct report *r, struct str user)
{
	bool added;
	int64_t *at = strmap_put(&r->users, user, &added);

	if (added) {
		r->line = xrealloc(r->line, (r->n + 1) * sizeof(*r->line));
		r->line[r->n] = (struct line){ .user = xstrndup(user.s,
		    user.n) };
		*at = (int64_t)r->n++;
	}
	return (size_t)*at;
}

static void add_range(struct line *l, int64_t first, int64_t last)
{
	if (l->n_range == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->range = xrealloc(l->range, l->cap * sizeof(*l->range));
	}
	l->range[l->n_range++] = (struct audit_range){ first, last };
}

static int take_ranges(struct report *r, const struct audit_row *row)
{
	for (size_t i = 0; i < row->n_range; i++)
		add_range(r->adding, row->range[i].first, row->range[i].last);
	if (row->n_range == 0 && str_is(row->outcome, "begin"))
		add_range(r->adding, 1, r->everybody);
	return 0;
}

/* A set access is one event: its begin; whom it touched says its end. */
static int take_event(void *arg, const struct audit_row *row)
{
	struct report *r = arg;
	size_t at = place_of(r, row->user);
	int col = column[audit_action_find(row->action)];

	r->adding = &r->line[at];
	if (row->pair == 0) {
		r->adding->n[COL_EVENTS]++;
		if (col)
			r->adding->n[col]++;
	}
	if (str_is(row->outcome, "refused"))
		r->adding->n[COL_REFUSED]++;
	if (str_is(row->outcome, "begin")) {
		*map64_put(&r->begun, (uint64_t)row->seq, NULL) =
		    (int64_t)at + 1;
		return 0;
	}
	if (row->pair && map64_get(&r->begun, (uint64_t)row->pair))
		*map64_put(&r->begun, (uint64_t)row->pair, NULL) = 0;
	return take_ranges(r, row);
}

/* Begins that have no end count as all of their scope. */
static int take_open(void *arg, const struct audit_row *row)
{
	struct report *r = arg;
	const int64_t *at = map64_get(&r->begun, (uint64_t)row->seq);

	if (at == NULL || *at == 0)
		return 0;
	r->adding = &r->line[*at - 1];
	return take_ranges(r, row);
}

static int by_first(const void *a, const void *b)
{
	const struct audit_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static int64_t count_patients(struct line *l)
{
	int64_t n = 0, last = 0;

	if (l->n_range)
		qsort(l->range, l->n_range, sizeof(*l->range), by_first);
	for (size_t i = 0; i < l->n_range; i++) {
		int64_t from = l->range[i].first;

		if (from <= last)
			from = last + 1;
		if (l->range[i].last < from)
			continue;
		last = l->range[i].last;
		n += last - from + 1;
	}
	return n;
}

static int by_column(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (sort_by && x->n[sort_by] != y->n[sort_by])
		return x->n[sort_by] < y->n[sort_by] ? 1 : -1;
	return strcmp(x->user, y->user);
}

static int print_report(struct cli *c, struct report *r, struct ehr_err *e)
{
	struct printer *p = NULL;
	int rc = print_open(&p, c, cols, COLS, e);

	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		print_text(p, str_of(r->line[i].user));
		for (int col = COL_EVENTS; col < COLS; col++)
			print_int(p, r->line[i].n[col]);
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

static int highest(void *arg, int64_t patient)
{
	*(int64_t *)arg = patient;
	return 0;
}

int audit_report(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	EHR_CLEANUP(report_release) struct report r = {
		.users = STRMAP_INIT, .begun = MAP64_INIT, .e = e };
	struct audit_filter f = audit_tool_filter(c);
	int rc = audit_tool_open(c, &a, e);

	if (rc < 0)
		return rc;
	r.db = record_store(a.r);
	rc = record_patients(a.r, highest, &r.everybody, e);
	if (rc == 0)
		rc = audit_each(r.db, &f, take_event, &r, e);
	f.action = STR_NONE;
	if (rc == 0 && r.begun.count)
		rc = audit_each(r.db, &f, take_open, &r, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r.n; i++)
		r.line[i].n[COL_PATIENTS] = count_patients(&r.line[i]);
	if (r.n)
		qsort(r.line, r.n, sizeof(*r.line), by_column);
	return print_report(c, &r, e);
}
