/* trend.c - the values of one code, oldest first: as a line of blocks and a
 * table, as rows, or plotted. Units are not converted: each has its series. */
#include <langinfo.h>
#include <stdlib.h>

#include "trend.h"

static struct {
	int format;
	const char *code, *plot;
} opt = { CHART_AUTO, NULL, NULL };

const struct cli_opt chart_trend_opts[] = {
	CHART_FORMAT(opt.format),
	{ "code", 'c', CLI_TEXT, CLI_REQUIRED, "[SYSTEM|]CODE",
	    "what is followed", &opt.code, 0, 0 },
	{ "plot", 'p', CLI_TEXT, 0, "FILE.svg|png",
	    "a picture of it, by gnuplot", &opt.plot, 0, 0 },
	{ 0 },
};

static int oldest(const void *pa, const void *pb)
{
	const struct point *a = pa, *b = pb;

	if (a->e->start.ms != b->e->start.ms)
		return a->e->start.ms < b->e->start.ms ? -1 : 1;
	return a->e->rid < b->e->rid ? -1 : a->e->rid > b->e->rid;
}

static void add(struct points *all, const struct view_entry *e,
    const struct view_part *part)
{
	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 64;
		all->v = xrealloc(all->v, all->cap * sizeof(*all->v));
	}
	all->v[all->n++] = (struct point){ e, part ? &part->number :
		&e->number, part ? part->flag : e->flag, part ? part->what :
		e->brief, part != NULL };
}

static void collect(const struct cli *c, const struct view *v,
    struct points *all)
{
	struct view_entry *const *e;
	const struct view_part *part;
	struct str system, code;
	size_t n;

	chart_code(opt.code, &system, &code);
	for (int s = 0; s < VIEW_SECTIONS; s++) {
		e = view_entries(v, (enum view_section)s, &n);
		for (size_t i = 0; i < n; i++)
			if (e[i]->type == FHIR_Observation &&
			    e[i]->start.precision != DATE_NONE &&
			    e[i]->start.ms >= c->since_ms &&
			    e[i]->start.ms <= c->until_ms &&
			    view_has_code(e[i], system, code, &part))
				add(all, e[i], part);
	}
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), oldest);
}

/* ---- rows ---- */

static const struct print_col columns[] = {
	{ "id", 0 }, { "date", 0 }, { "value", PRINT_RIGHT }, { "unit", 0 },
	{ "flag", 0 },
};

static int print_rows(struct cli *c, const struct points *all,
    struct ehr_err *e)
{
	struct printer *p;
	int rc = print_open(&p, c, columns, ARRAY_LEN(columns), e);

	for (size_t i = 0; rc == 0 && i < all->n; i++) {
		const struct point *x = &all->v[i];

		print_text(p, x->e->id);
		print_text(p, x->e->start.text);
		if (x->number->some)
			print_number(p, x->number->text);
		else if (!x->part && x->e->value.n)
			print_text(p, x->e->value);
		else
			print_absent(p, x->e->absent.n ? x->e->absent.s :
			    NULL);
		print_text(p, some(x->number->code.n ? x->number->code :
		    x->number->unit));
		print_text(p, some(str_of(x->flag)));
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

/* ---- for people ---- */

size_t trend_units(const struct points *all, struct str unit[TREND_UNITS])
{
	size_t n = 0, k;

	for (size_t i = 0; i < all->n; i++) {
		if (!all->v[i].number->some)
			continue;
		for (k = 0; k < n; k++)
			if (str_eq(unit[k], all->v[i].number->unit))
				break;
		if (k == n && n < TREND_UNITS)
			unit[n++] = all->v[i].number->unit;
	}
	return n;
}

static bool in_series(const struct point *x, struct str unit)
{
	return x->number->some && str_eq(x->number->unit, unit);
}

static double value_of(const struct point *x)
{
	struct decimal d;

	return decimal_parse(x->number->text, &d) ? decimal_double(&d) : 0;
}

/* The last values that fit, as blocks of eight heights. */
static void sparkline(const struct points *all, struct str unit, size_t room,
    struct buf *b)
{
	double low = 0, high = 0;
	size_t n = 0, skip;

	for (size_t i = 0; i < all->n; i++) {
		double x = value_of(&all->v[i]);

		if (!in_series(&all->v[i], unit))
			continue;
		low = n == 0 || x < low ? x : low;
		high = n == 0 || x > high ? x : high;
		n++;
	}
	skip = n > room ? n - room : 0;
	for (size_t i = 0; i < all->n; i++) {
		double x = value_of(&all->v[i]);
		uint32_t height = 3;

		if (!in_series(&all->v[i], unit) || (skip && skip--))
			continue;
		if (high > low)
			height = (uint32_t)((x - low) / (high - low) * 7.999);
		utf8_put(b, 0x2581 + height);
	}
}

static void one_series(const struct points *all, struct str unit,
    struct buf *b)
{
	size_t width = cli_width() ? cli_width() : 80;

	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
		buf_adds(b, "  ");
		sparkline(all, unit, width - 4, b);
		buf_adds(b, "\n");
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct point *x = &all->v[i];

		if (!in_series(x, unit))
			continue;
		buf_adds(b, "  ");
		view_day(b, &x->e->start);
		buf_addf(b, "  %8.*s %.*s%s%s\n", STR_FMT(x->number->text),
		    STR_FMT(unit), *x->flag ? "  " : "", x->flag);
	}
}

/* What is no number: "< 5", "positive", "(not performed)". */
static void words(const struct points *all, struct buf *b)
{
	BUF_AUTO value = BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct point *x = &all->v[i];

		buf_reset(&value);
		if (x->number->some || x->part || !view_value(x->e, &value))
			continue;
		if (n++ == 0)
			buf_adds(b, "\nNot numbers\n");
		buf_adds(b, "  ");
		view_day(b, &x->e->start);
		buf_addf(b, "  %s%s%s\n", value.s, *x->flag ? "  " : "",
		    x->flag);
	}
}

static int print_page(const struct cli *c, const struct view *v,
    const struct points *all, struct ehr_err *e)
{
	struct str unit[TREND_UNITS];
	size_t n = trend_units(all, unit);
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%.*s   born %.*s\n", STR_FMT(view_patient(v)->name),
	    STR_FMT(view_patient(v)->birth));
	for (size_t i = 0; i < n; i++) {
		buf_addf(&b, "\n%.*s%s%.*s\n",
		    STR_FMT(all->v[all->n - 1].what), unit[i].n ? ", " : "",
		    STR_FMT(unit[i]));
		one_series(all, unit[i], &b);
	}
	if (n > 1)
		buf_adds(&b, "\nThe units differ; nothing was converted.\n");
	words(all, &b);
	buf_addf(&b, "\nPatient %.*s; dates are %s.\n",
	    STR_FMT(view_patient(v)->id), view_zone_name());
	return cli_put(c, &b, e);
}

/* ---- the verb ---- */

static int show(struct cli *c, const struct view *v, struct ehr_err *e)
{
	struct points all = { 0 };
	int rc;

	collect(c, v, &all);
	if (all.n == 0)
		rc = ehr_fail(e, EHR_ENO, "no values of this code");
	else if (opt.plot)
		rc = trend_plot(c, &all, opt.plot, e);
	else if (chart_as_text(c, opt.format))
		rc = print_page(c, v, &all, e);
	else
		rc = print_rows(c, &all, e);
	free(all.v);
	return rc;
}

int chart_trend(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct view *v = NULL;
	struct view_opt vo;
	int64_t patient;
	int rc = 0;

	if (opt.plot && !trend_plot_name(opt.plot))
		return cli_usage(c, e, "--plot: a name in .svg or .png");
	rc = chart_open(c, &a, e);
	if (rc == 0)
		rc = chart_patient(&a, str_of(c->argv[0]), "trend",
		    &patient, e);
	if (rc < 0)
		return rc;
	vo = chart_view_opt(c);
	vo.sections = (uint32_t)1 << VIEW_VITALS |
	    (uint32_t)1 << VIEW_RESULTS | (uint32_t)1 << VIEW_SOCIAL |
	    (uint32_t)1 << VIEW_ASSESSMENTS;
	rc = view_open(&v, a.r, patient, &vo, e);
	if (rc == 0)
		rc = show(c, v, e);
	view_free(v);
	return access_withheld(&a, rc, e);
}
