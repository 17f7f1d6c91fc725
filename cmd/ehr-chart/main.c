/* main.c - ehr-chart: its verbs and what they share. */
#include "chart.h"

enum {
	ONE = CLI_DB | CLI_AS_OF | CLI_TODAY | CLI_REASON |
	    CLI_GLASS,
	PAGE = ONE | CLI_PLACE | CLI_FORCE,
	ROWS = ONE | CLI_OUTPUT,
};

int chart_open(struct cli *c, struct access *a, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, STORE_READ, e);

	return rc < 0 ? rc : view_zone(a->r, e);
}

void chart_candidates(const struct buf *names)
{
	BUF_AUTO clean = BUF_INIT;

	if (names->len == 0)
		return;
	utf8_clean(&clean, buf_str(names), true);
	fwrite(clean.s, 1, clean.len, stderr);
	if (clean.s[clean.len - 1] != '\n')
		fputc('\n', stderr);
}

int chart_patient(struct access *a, struct str name, const char *scope,
    int64_t *patient, struct ehr_err *e)
{
	BUF_AUTO names = BUF_INIT;
	int rc = access_patient(a, name, AUDIT_READ, scope, patient, &names,
	    e);

	if (rc == EHR_ENOENT)
		chart_candidates(&names);
	return rc;
}

struct view_opt chart_view_opt(const struct cli *c)
{
	struct view_opt opt = VIEW_OPT;

	opt.as_of = c->as_of_ms;
	cli_today(c, &opt.today);
	return opt;
}

void chart_code(const char *text, struct str *system, struct str *code)
{
	const char *bar = strrchr(text, '|');

	*system = STR_NONE;
	*code = str_of(bar ? bar + 1 : text);
	if (bar && bar > text)
		*system = (struct str){ text, (size_t)(bar - text) };
}

bool chart_as_text(struct cli *c, int format)
{
	static const enum cli_format formats[] = { CLI_TABLE, CLI_TSV,
		CLI_CSV, CLI_JSON, CLI_NDJSON };

	if (format == CHART_AUTO)
		format = cli_tty() && !c->place ? CHART_TEXT : CHART_TSV;
	c->format = formats[format];
	return format == CHART_TEXT;
}

bool chart_for_people(const struct cli *c)
{
	bool file = c->place && strcmp(c->place, "-") != 0;

	return c->format == CLI_TABLE ||
	    (c->format == CLI_AUTO && !file && cli_tty());
}

void chart_time(const struct cli *c, struct printer *p,
    const struct view_time *t)
{
	BUF_AUTO b = BUF_INIT;

	if (t->precision == DATE_NONE) {
		print_absent(p, NULL);
		return;
	}
	if (chart_for_people(c))
		view_minute(&b, t);
	else
		buf_addstr(&b, t->text);
	print_text(p, buf_str(&b));
}

static const struct cli_verb verbs[] = {
	{ "show", "PATIENT", "Print the chart as a page", PAGE,
	    chart_show_opts, 1, 1, false, chart_show },
	{ "timeline", "PATIENT", "What happened when, newest first",
	    ONE | CLI_HEADER | CLI_PLACE | CLI_FORCE | CLI_RANGE,
	    chart_timeline_opts, 1, 1, false, chart_timeline },
	{ "list", "SECTION [PATIENT...|-]", "Entries of a section, one a line",
	    ROWS, chart_list_opts, 1, -1, false, chart_list },
	{ "trend", "PATIENT", "Values of one code, oldest first",
	    ONE | CLI_HEADER | CLI_PLACE | CLI_FORCE | CLI_RANGE,
	    chart_trend_opts, 1, 1, false, chart_trend },
	{ "history", "TYPE/ID", "Every version of a resource",
	    ONE | CLI_HEADER | CLI_PLACE | CLI_FORCE, chart_history_opts, 1,
	    1, false, chart_history },
	{ "diff", "PATIENT", "What came, changed and went in a chart",
	    (ONE & ~CLI_AS_OF) | CLI_HEADER | CLI_PLACE | CLI_FORCE |
	    CLI_RANGE, chart_diff_opts, 1, 1, false, chart_diff },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-chart",
	"Read patients' charts", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
