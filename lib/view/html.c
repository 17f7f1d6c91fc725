/* html.c - the page as one self-contained file: no script, nothing fetched,
 * readable by screen readers and on paper. */
#include "impl.h"

static const char head[] =
    "<style>\n"
    "body{font:16px/1.45 system-ui,sans-serif;color:#111;background:#fff;"
    "max-width:70rem;margin:1rem auto;padding:0 1rem}\n"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:1.6rem 0 .3rem;"
    "border-bottom:2px solid #345}\n"
    "h3{font-size:1rem;margin:.6rem 0 .2rem;color:#444}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;"
    "border-bottom:1px solid #ccd}\n"
    "th{font-weight:600;color:#444}tr.past td{color:#555}\n"
    "tr.flag td{font-weight:700}td.value{white-space:nowrap}\n"
    ".banner{border:2px solid #a00;padding:.4rem .7rem;margin:.6rem 0;"
    "font-weight:700}\n"
    ".calm{border-color:#888;font-weight:400}dl{margin:.3rem 0}\n"
    "dt{float:left;clear:left;font-weight:600;margin-right:.5em}"
    "dd{margin:0 0 0 7em}\n"
    "footer{margin:2rem 0;color:#444}\n"
    "@media print{body{font-size:10pt;max-width:none;margin:0}"
    "h2{break-after:avoid}tr{break-inside:avoid}}\n"
    "</style>\n";

static void escape(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.s[i]) {
		case '<':
			buf_adds(b, "&lt;");
			break;
		case '>':
			buf_adds(b, "&gt;");
			break;
		case '&':
			buf_adds(b, "&amp;");
			break;
		case '"':
			buf_adds(b, "&quot;");
			break;
		case '\'':
			buf_adds(b, "&#39;");
			break;
		default:
			buf_addch(b, s.s[i]);
		}
}

/* Flags and arrows with words for those who hear the page. */
static void cell(struct buf *b, const struct view_row *row, enum field f)
{
	static const char *const trends[] = { "", "risen from ",
		"fallen from ", "unchanged from " };
	static const struct {
		const char *flag, *word;
	} flags[] = {
		{ "H", "high" }, { "HH", "critically high" }, { "L", "low" },
		{ "LL", "critically low" }, { "A", "abnormal" },
		{ "AA", "critically abnormal" }, { "POS", "positive" },
		{ "R", "resistant" },
	};
	BUF_AUTO text = BUF_INIT;
	struct str s;

	field_text(row, f, &text);
	s = buf_str(&text);
	if (f == FIELD_FLAG)
		for (size_t i = 0; i < ARRAY_LEN(flags); i++)
			if (strcmp(row->e->flag, flags[i].flag) == 0) {
				buf_addf(b, "<abbr title=\"%s\">%s</abbr>",
				    flags[i].word, flags[i].flag);
				return;
			}
	if (f == FIELD_FORMER && row->trend != VIEW_NO_TREND) {
		const char *arrow = view_trend_arrow(row->trend);

		buf_addf(b, "<span role=\"img\" aria-label=\"%s\">%s</span>",
		    trends[row->trend], arrow);
		s.s += strlen(arrow);
		s.n -= strlen(arrow);
	}
	escape(b, s);
}

/* Which columns have something to say? */
static size_t used(const struct layout *l, const struct view_row *row,
    size_t n, bool some[COLUMNS_MAX])
{
	BUF_AUTO b = BUF_INIT;
	size_t k;

	for (k = 0; k < COLUMNS_MAX && l->col[k].field != FIELD_NONE &&
	    l->col[k].head; k++) {
		some[k] = false;
		for (size_t i = 0; i < n && !some[k]; i++) {
			buf_reset(&b);
			field_text(&row[i], l->col[k].field, &b);
			some[k] = b.len > 0;
		}
	}
	return k;
}

static void table(struct buf *b, const struct view_section_info *info,
    const struct layout *l, const struct view_row *row, size_t n)
{
	bool some[COLUMNS_MAX];
	size_t columns = used(l, row, n, some);

	buf_adds(b, "<table>\n<thead><tr>");
	for (size_t k = 0; k < columns; k++)
		if (some[k])
			buf_addf(b, "<th scope=\"col\">%s</th>",
			    l->col[k].head);
	buf_adds(b, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		if (row[i].past && (i == 0 || !row[i - 1].past))
			buf_addf(b, "<tr><th scope=\"rowgroup\" "
			    "colspan=\"%zu\">%s</th></tr>\n", columns,
			    info->past[0] ? info->past : "No longer valid");
		buf_addf(b, "<tr%s>", row[i].past ? " class=\"past\"" :
		    row[i].e->flag[0] ? " class=\"flag\"" : "");
		for (size_t k = 0; k < columns; k++) {
			if (!some[k])
				continue;
			buf_adds(b, l->col[k].field == FIELD_VALUE ?
			    "<td class=\"value\">" : "<td>");
			cell(b, &row[i], l->col[k].field);
			buf_adds(b, "</td>");
		}
		buf_adds(b, "</tr>\n");
	}
	buf_adds(b, "</tbody>\n</table>\n");
}

static void section(struct view *v, enum view_section s, struct buf *b)
{
	const struct view_section_info *info = view_section_info(s);
	const struct view_entry *said = view_asserted(v, s);
	size_t n;
	const struct view_row *row = view_rows(v, s, &n);

	if (n == 0 && !said && !(info->flags & VIEW_CORE) &&
	    !v->opt.sections)
		return;
	buf_addf(b, "<section aria-labelledby=\"s-%s\">\n"
	    "<h2 id=\"s-%s\">%s</h2>\n", info->name, info->name, info->title);
	if (n == 0 || row[0].past) {
		buf_adds(b, "<p>");
		if (said) {
			escape(b, said->absent);
			buf_adds(b, " (asserted ");
			view_day(b, &said->start);
			buf_adds(b, ")");
		} else {
			buf_adds(b, why_empty(v, s, n > 0));
		}
		buf_adds(b, "</p>\n");
	}
	if (n)
		table(b, info, layout_of(s), row, n);
	buf_adds(b, "</section>\n");
}

static void page_head(struct view *v, struct buf *b)
{
	const struct view_patient *p = &v->head;
	BUF_AUTO s = BUF_INIT;
	const char *label;
	bool alarm;

	buf_adds(b, "<header>\n<h1>");
	escape(b, p->name.n ? p->name : STR("(name not recorded)"));
	buf_adds(b, "</h1>\n<p>");
	escape(b, p->sex.n ? p->sex : STR("sex not recorded"));
	if (view_age(v, &s))
		buf_addf(b, ", %s", s.s);
	buf_adds(b, p->birth.n ? ", born " : ", birth date not recorded");
	escape(b, p->birth);
	buf_adds(b, "</p>\n<dl>\n");
	for (size_t i = 0; buf_reset(&s), head_line(v, i, &label, &s); i++)
		if (s.len) {
			buf_addf(b, "<dt>%s</dt><dd>", label);
			escape(b, buf_str(&s));
			buf_adds(b, "</dd>\n");
		}
	buf_reset(&s);
	allergy_banner(v, &s, &alarm);
	buf_addf(b, "</dl>\n<p class=\"banner%s\">%s: ", alarm ? "" :
	    " calm", alarm ? "ALLERGIES" : "Allergies");
	escape(b, buf_str(&s));
	buf_adds(b, "</p>\n</header>\n<main>\n");
}

void view_html(struct view *v, struct buf *b)
{
	const struct view_opt *o = &v->opt;

	buf_adds(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<title>Chart</title>\n");
	buf_adds(b, head);
	buf_adds(b, "</head>\n<body>\n");
	page_head(v, b);
	for (int s = 0; s < VIEW_SECTIONS; s++)
		if (section_wanted(v, (enum view_section)s))
			section(v, (enum view_section)s, b);
	buf_adds(b, "</main>\n<footer>Patient ");
	escape(b, v->head.id);
	if (o->as_of != RECORD_NOW) {
		buf_adds(b, ". The record as of ");
		view_stamp(b, o->as_of);
	}
	buf_addf(b, ". Today is %04d-%02d-%02d; times are %s.</footer>\n"
	    "</body>\n</html>\n", o->today.year, o->today.month,
	    o->today.day, view_zone_name());
}
