/* show.c - the chart of one patient as a page. */
#include "chart.h"

enum { SHOW_TEXT, SHOW_JSON, SHOW_HTML };

static struct {
	const char *sections;
	int format;
	bool all;
} opt;

const struct cli_opt chart_show_opts[] = {
	{ "sections", 's', CLI_TEXT, 0, "NAME,...",
	    "only these, as list names them", &opt.sections, 0, 0 },
	{ "output-format", 'o', CLI_CHOICE, 0, "text|json|html",
	    "what to make of it", &opt.format, 0, 0 },
	{ "all", 'a', CLI_FLAG, 0, NULL, "every row, however many",
	    &opt.all, 0, 0 },
	{ 0 },
};

static int parse_sections(const struct cli *c, const char *text,
    uint32_t *bits, struct ehr_err *e)
{
	struct str rest = str_of(text), name;
	BUF_AUTO known = BUF_INIT;

	*bits = 0;
	while (str_split(&rest, ',', &name)) {
		enum view_section s = view_section_find(str_trim(name));

		if (s != VIEW_SECTIONS) {
			*bits |= (uint32_t)1 << s;
			continue;
		}
		for (int i = 0; i < VIEW_SECTIONS; i++)
			buf_addf(&known, "%s%s", i ? ", " : "",
			    view_section_info((enum view_section)i)->name);
		return cli_usage(c, e, "--sections: there are %s", known.s);
	}
	return 0;
}

int chart_show(struct cli *c, struct ehr_err *e)
{
	struct view_page page = { cli_width(), cli_colour() && !c->place };
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO b = BUF_INIT;
	struct view *v = NULL;
	struct view_opt vo;
	uint32_t bits = 0;
	int64_t patient;
	int rc = 0;

	if (opt.sections)
		rc = parse_sections(c, opt.sections, &bits, e);
	if (rc == 0)
		rc = chart_open(c, &a, e);
	if (rc == 0)
		rc = chart_patient(&a, str_of(c->argv[0]), opt.sections ?
		    opt.sections : "chart", &patient, e);
	if (rc < 0)
		return rc;
	vo = chart_view_opt(c);
	vo.sections = bits;
	vo.all = opt.all;
	vo.page = opt.format == SHOW_TEXT;
	rc = view_open(&v, a.r, patient, &vo, e);
	if (rc < 0)
		return rc;
	if (opt.format == SHOW_JSON)
		view_json(v, &b);
	else if (opt.format == SHOW_HTML)
		view_html(v, &b);
	else
		view_text(v, &page, &b);
	view_free(v);
	return access_withheld(&a, cli_put(c, &b, e), e);
}
