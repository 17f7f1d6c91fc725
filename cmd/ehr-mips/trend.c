/* trend.c - ehr-mips trend: a score month by month, as rows, as a line of
 * bars, or as a picture. */
#include <stdio.h>
#include <stdlib.h>

#include "mips.h"

/* ---- the months of a period ---- */

static int month_of(struct date *d)
{
	return d->year * 12 + d->month - 1;
}

/* Ends of months (of quarters), each from the period's start or by itself. */
static size_t months(const char *from, const char *to,
    char period[JOB_PARTS][JOB_PERIOD])
{
	int step = mips_opts.step ? 3 : 1, first, last;
	struct date a, b, end;
	size_t n = 0;

	date_parse(str_of(from), &a);
	date_parse(str_of(to), &b);
	first = month_of(&a) / step * step;
	last = month_of(&b);
	for (int m = first; m <= last && n < JOB_PARTS; m += step, n++) {
		int next = m + step;

		date_from_days(&end,
		    date_days(next / 12, next % 12 + 1, 1) - 1);
		snprintf(period[n], JOB_PERIOD, "%.10s..%04u-%02u-%02u", from,
		    (unsigned)end.year % 10000, (unsigned)end.month % 100,
		    (unsigned)end.day % 100);
		if (mips_opts.alone && n > 0)
			snprintf(period[n], JOB_PERIOD,
			    "%04u-%02u-01..%04u-%02u-%02u",
			    (unsigned)(m / 12) % 10000,
			    (unsigned)(m % 12 + 1) % 100,
			    (unsigned)end.year % 10000,
			    (unsigned)end.month % 100,
			    (unsigned)end.day % 100);
		if (next > last) /* not beyond the period */
			memcpy(strstr(period[n], "..") + 2, to, 11);
	}
	return n;
}

/* Tasks of the same measure stand together: how many from k on. */
static size_t points(const struct job *j, size_t k)
{
	size_t n = 1;

	while (k + n < j->tasks && !j->task[k + n].owner)
		n++;
	return n;
}

static bool value(const struct task *t, uint32_t g, double *v)
{
	struct quality_fraction f = quality_tally_score(t->tally[0], g,
	    QUALITY_WHOLE);

	if (f.den == 0)
		return false;
	*v = (double)f.num / (double)f.den;
	return true;
}

/* Largest value of a group; a rate fills up to 1. */
static double highest(const struct job *j, size_t k, uint32_t g)
{
	double v, most = quality_measure(j->task[k].package)->group[g].scoring
	    == QUALITY_PROPORTION ? 1 : 0;

	for (size_t i = 0; i < points(j, k); i++)
		if (value(&j->task[k + i], g, &v) && v > most)
			most = v;
	return most > 0 ? most : 1;
}

/* ---- rows, a line ---- */

static int row(struct job *j, const struct task *t, uint32_t g,
    struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_counts *c = quality_tally_counts(t->tally[0], g,
	    QUALITY_WHOLE);
	BUF_AUTO score = BUF_INIT;
	char day[2][11];

	quality_run_period(t->run[0], day[0], day[1]);
	print_text(j->rows, m->name);
	print_text(j->rows, m->group[g].id);
	print_text(j->rows, str_of(day[0]));
	print_text(j->rows, str_of(day[1]));
	print_int(j->rows, (int64_t)c->count[0]);
	if (quality_fraction_text(&score, quality_tally_score(t->tally[0], g,
		QUALITY_WHOLE), 6))
		print_number(j->rows, buf_str(&score));
	else
		print_absent(j->rows, NULL);
	return origin_row(j, t, 1, e);
}

static int all_rows(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	for (size_t k = 0; k < j->tasks; k += points(j, k))
		for (uint32_t g = 0; g < quality_measure(j->task[k].package)
			     ->groups; g++)
			for (size_t i = 0; i < points(j, k) && rc == 0; i++)
				rc = row(j, &j->task[k + i], g, e);
	return rc;
}

/* A bar for each month, a blank where there is no score. */
static int lines(struct job *j, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	double v;

	for (size_t k = 0; k < j->tasks; k += points(j, k)) {
		const struct quality_measure *m =
		    quality_measure(j->task[k].package);

		for (uint32_t g = 0; g < m->groups; g++) {
			double most = highest(j, k, g);

			buf_addf(&b, "%.*s %.*s ", STR_FMT(m->name),
			    STR_FMT(m->group[g].id));
			for (size_t i = 0; i < points(j, k); i++)
				if (value(&j->task[k + i], g, &v))
					utf8_put(&b, 0x2581 +
					    (uint32_t)(v < 0 ? 0
						: v / most * 7.001));
				else
					buf_addch(&b, ' ');
			buf_addch(&b, ' ');
			quality_fraction_text(&b, quality_tally_score(
				j->task[k + points(j, k) - 1].tally[0], g,
				QUALITY_WHOLE), 4);
			buf_addch(&b, '\n');
		}
	}
	return cli_put(j->c, &b, e);
}

/* ---- a picture ---- */

enum { WIDE = 800, HIGH = 160, LEFT = 60, PLOT = 110, TOP = 30 };

static double across(size_t i, size_t n)
{
	return LEFT + (double)i * (WIDE - 2 * LEFT) / (n > 1 ? (double)n - 1
							      : 1);
}

/* Names go in as XML text. */
static void label(struct buf *b, double x, double y, struct str s)
{
	buf_addf(b, "<text x=\"%.0f\" y=\"%.0f\">", x, y);
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] == '<' || s.s[i] == '&')
			buf_adds(b, s.s[i] == '<' ? "&lt;" : "&amp;");
		else
			buf_addch(b, s.s[i]);
	buf_adds(b, "</text>\n");
}

static void panel(struct buf *b, const struct job *j, size_t k, uint32_t g,
    double top)
{
	const struct quality_measure *m = quality_measure(j->task[k].package);
	double most = highest(j, k, g), v;
	size_t n = points(j, k);
	BUF_AUTO title = BUF_INIT;
	BUF_AUTO scale = BUF_INIT;
	char day[2][11];

	buf_addf(&title, "%.*s %.*s", STR_FMT(m->name),
	    STR_FMT(m->group[g].id));
	buf_addf(&scale, "%.4g", most);
	label(b, LEFT, top + TOP - 12, buf_str(&title));
	label(b, 8, top + TOP + 4, buf_str(&scale));
	label(b, 8, top + TOP + PLOT, STR("0"));
	buf_addf(b, "<path class=\"axis\" d=\"M%d %.0fV%.0fH%d\"/>\n", LEFT,
	    top + TOP, top + TOP + PLOT, WIDE - LEFT);
	for (size_t i = 0; i < n; i++) {
		quality_run_period(j->task[k + i].run[0], day[0], day[1]);
		if (i == 0 || i + 1 == n)
			label(b, across(i, n) - 24, top + TOP + PLOT + 16,
			    (struct str){ day[1], 7 });
		if (value(&j->task[k + i], g, &v))
			buf_addf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\">"
			    "<title>%s %.4f</title></circle>\n",
			    across(i, n), top + TOP + PLOT * (1 - v / most),
			    day[1], v);
	}
}

static int picture(struct job *j, struct ehr_err *e)
{
	BUF_AUTO body = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct out *out;
	double top = 0;
	int rc;

	for (size_t k = 0; k < j->tasks; k += points(j, k))
		for (uint32_t g = 0; g < quality_measure(j->task[k].package)
			     ->groups; g++, top += HIGH)
			panel(&body, j, k, g, top);
	buf_addf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %.0f\" font-family=\"sans-serif\" "
	    "font-size=\"13\">\n<style>.axis{fill:none;stroke:#888}"
	    "circle{fill:#06c}</style>\n%s</svg>\n", WIDE, top, body.s);
	rc = out_open(&out, mips_opts.svg, j->c->force, e);
	if (rc < 0)
		return rc;
	rc = out_write(out, b.s, b.len, e);
	if (rc == 0)
		return out_commit(out, e);
	out_abort(out);
	return rc;
}

/* ---- the verb ---- */

static int show(struct job *j, bool bars, struct ehr_err *e)
{
	if (mips_opts.svg)
		return picture(j, e);
	return bars ? lines(j, e) : all_rows(j, e);
}

int trend(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "measure", 0 },
		{ "group", 0 }, { "from", 0 }, { "to", 0 },
		{ "initial", PRINT_RIGHT }, { "score", PRINT_RIGHT } };
	struct job j = { .c = c, .out = BUF_INIT, .split = months };
	bool bars = c->format == CLI_AUTO && cli_tty();
	int rc = job_load(&j, e);

	if (rc == 0 && !bars && mips_opts.svg == NULL)
		rc = origin_open(&j, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = job_run(&j, e);
	if (rc == 0)
		rc = show(&j, bars, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	return job_end(&j, rc, e);
}
